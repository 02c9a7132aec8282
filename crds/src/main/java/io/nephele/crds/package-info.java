/** What the custom resources of {@code nephele.io/v1alpha1} share. One package per kind below; each kind is a class with its spec and its status as records. */
package io.nephele.crds;
