/** What all actions share: the call, filters, pages, tags, ids. */
package io.nephele.apiserver.action;
