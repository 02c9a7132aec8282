/** A double of virt-api, virt-controller, virt-handler and virt-launcher, and of the scheduler and the kubelets under them. Guests are simulated: they are states only. */
package io.nephele.sandbox.standin.kubevirt;
