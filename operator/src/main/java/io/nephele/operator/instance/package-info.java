/**
 * Instances. {@link io.nephele.operator.instance.Observed} is what is seen, {@link io.nephele.operator.instance.InstanceDecision} decides, {@link
 * io.nephele.operator.instance.InstanceReconciler} sees, does and reports. The rules follow what a real KubeVirt was recorded doing.
 */
package io.nephele.operator.instance;
