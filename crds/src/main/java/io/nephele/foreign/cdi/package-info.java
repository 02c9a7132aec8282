/** CDI's DataVolume, cut down to the fields that are written or read here. */
package io.nephele.foreign.cdi;
