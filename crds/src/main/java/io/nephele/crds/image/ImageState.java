package io.nephele.crds.image;

/** Whether Instances can be launched from an Image. */
public enum ImageState {
    Pending,
    Available,

    /** The import cannot succeed: the condition Ready says why. Delete the Image and make it again. */
    Failed
}
