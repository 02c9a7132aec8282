/** Actions about the site itself. */
package io.nephele.apiserver.action.region;
