/** Volumes: each is a DataVolume and a claim of its AWS id. */
package io.nephele.operator.volume;
