/** The whole cloud on one machine: control plane, stand-in, operator and facade, each as it runs in production. */
package io.nephele.sandbox.launcher;
