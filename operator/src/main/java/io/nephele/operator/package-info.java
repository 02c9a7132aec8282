/**
 * Makes it so: one package per kind. A reconciler observes through informer caches, asks a pure function what to do, does it, and reports; the function imports no client.
 */
package io.nephele.operator;
