/** Images: each is imported once into a golden DataVolume, from which root volumes are cloned. */
package io.nephele.operator.image;
