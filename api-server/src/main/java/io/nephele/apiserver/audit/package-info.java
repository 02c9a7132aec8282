/** Who has changed what: one line for each call, whatever came of it. */
package io.nephele.apiserver.audit;
