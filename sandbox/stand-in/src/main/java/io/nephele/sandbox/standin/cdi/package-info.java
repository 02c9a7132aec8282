/** A double of CDI and of the CSI provisioner under it: DataVolumes become claims and volumes. No data is kept. */
package io.nephele.sandbox.standin.cdi;
