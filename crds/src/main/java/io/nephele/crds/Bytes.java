package io.nephele.crds;

import io.fabric8.kubernetes.api.model.Quantity;

/** Sizes of memory and disks: Kubernetes quantities in the API, bytes in computations, GiB at AWS. */
public final class Bytes {

    public static final long MIB = 1L << 20;
    public static final long GIB = 1L << 30;

    /** What the schema accepts as a size: a whole number with a unit. */
    public static final String PATTERN = "^[1-9][0-9]{0,11}(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$";

    private Bytes() {}

    /** Bytes of a quantity such as {@code 20Gi}. */
    public static long of(String quantity) {
        return Quantity.getAmountInBytes(Quantity.parse(quantity)).longValueExact();
    }

    /** GiB, rounded up: AWS has no smaller unit for disks. */
    public static int toGiB(String quantity) {
        return Math.toIntExact(Math.ceilDiv(of(quantity), GIB));
    }

    /** MiB, rounded down. */
    public static long toMiB(String quantity) {
        return of(quantity) / MIB;
    }
}
