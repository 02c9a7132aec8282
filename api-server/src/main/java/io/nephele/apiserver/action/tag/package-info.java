/** Actions on tags. */
package io.nephele.apiserver.action.tag;
