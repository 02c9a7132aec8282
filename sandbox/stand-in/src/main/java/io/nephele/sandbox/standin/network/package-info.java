/**
 * The network of guests that run as QEMU processes: one switch per project and QEMU's user network as its way out, all of it unprivileged. It doubles the pod network of
 * a cluster; security groups, routes and floating addresses are not its business.
 */
package io.nephele.sandbox.standin.network;
