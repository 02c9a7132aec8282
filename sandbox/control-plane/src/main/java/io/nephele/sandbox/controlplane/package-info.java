/** Real etcd, kube-apiserver and kube-controller-manager on one machine, for the sandbox and for tests. Knows nothing of Nephele. */
package io.nephele.sandbox.controlplane;
