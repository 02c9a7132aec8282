/** A double of CDI and of the CSI provisioner under it: DataVolumes become claims and volumes. Whether there are data in them is said by one seam, {@code Contents}. */
package io.nephele.sandbox.standin.cdi;
