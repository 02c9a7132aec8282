package io.nephele.sandbox.standin.kubevirt;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;

/** Arithmetic on quantities. */
final class Sizes {

    private Sizes() {}

    static long bytes(String quantity) {
        return Quantity.getAmountInBytes(Quantity.parse(quantity)).longValue();
    }

    static String times(String quantity, int factor) {
        Quantity parsed = Quantity.parse(quantity);
        return new BigDecimal(parsed.getAmount())
                        .multiply(BigDecimal.valueOf(factor))
                        .toPlainString()
                + parsed.getFormat();
    }

    /** The form in which KubeVirt's webhook stores a size: 131072Ki becomes 128Mi. */
    static String canonical(String quantity) {
        long bytes = bytes(quantity);
        String[] units = {"", "Ki", "Mi", "Gi", "Ti"};
        int unit = 0;
        while (unit < units.length - 1 && bytes != 0 && bytes % 1024 == 0) {
            bytes /= 1024;
            unit++;
        }
        return bytes + units[unit];
    }
}
