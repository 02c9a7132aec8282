/**
 * Quotas. {@link io.nephele.operator.quota.Prices} says what an object costs, {@link io.nephele.operator.quota.Ledger} what becomes of a project's usage and whether a limit stands
 * against it, {@link io.nephele.operator.quota.Desk} writes it down with compare-and-swap before the object is admitted, and {@link io.nephele.operator.quota.QuotaReconciler} repairs what
 * was charged for objects that never came to be. The semantics are those of Synnefo's commissions: limits only block growth.
 */
package io.nephele.operator.quota;
