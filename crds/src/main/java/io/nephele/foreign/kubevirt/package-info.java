/** KubeVirt's kinds, cut down to the fields that are written or read here. They are written by server-side apply, so fields that are not here are never lost. */
package io.nephele.foreign.kubevirt;
