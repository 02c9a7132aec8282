package io.nephele.sandbox.standin.storage;

/** What came from outside cannot become a disk. The message is CDI's. */
public final class BadImage extends Exception {

    private final boolean tooLarge;

    private BadImage(String message, boolean tooLarge) {
        super(message);
        this.tooLarge = tooLarge;
    }

    static BadImage invalid(String message) {
        return new BadImage(message, false);
    }

    static BadImage tooLarge(long virtualSize, long available) {
        return new BadImage(
                "virtual image size %d is larger than the reported available storage %d. A larger PVC is required"
                        .formatted(virtualSize, available),
                true);
    }

    /** Whether only the volume is too small for it. */
    public boolean isTooLarge() {
        return tooLarge;
    }
}
