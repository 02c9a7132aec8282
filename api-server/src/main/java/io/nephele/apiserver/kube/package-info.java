/** The Kubernetes API as the facade uses it: informer caches to read from, and the user's own rights to write with. */
package io.nephele.apiserver.kube;
