/** Actions on volumes. */
package io.nephele.apiserver.action.volume;
