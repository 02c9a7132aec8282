/** Actions on images. */
package io.nephele.apiserver.action.image;
