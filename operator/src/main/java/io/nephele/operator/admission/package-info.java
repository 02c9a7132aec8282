/**
 * The admission webhooks: an HTTPS server that every replica runs, and the rules it asks. What a schema or a policy of the API server can say is said there; here is what needs to look at
 * other objects, to know who asks, or to be charged.
 */
package io.nephele.operator.admission;
