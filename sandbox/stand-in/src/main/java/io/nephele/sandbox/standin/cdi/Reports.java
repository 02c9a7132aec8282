package io.nephele.sandbox.standin.cdi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nephele.sandbox.standin.Api;

/** How CDI tells of a DataVolume: in its status and by events. */
record Reports(Api api, Events events) {

    /** A new status, to be sent. */
    Status on(DataVolume dataVolume) {
        return new Status(api, events, dataVolume);
    }

    /** Takes an annotation off. */
    void clear(DataVolume dataVolume, String annotation) {
        ObjectNode patch = api.object();
        patch.putObject("metadata").putObject("annotations").putNull(annotation);
        api.patch(Cdi.DATA_VOLUME, dataVolume.namespace(), dataVolume.name(), patch);
    }

    void normal(DataVolume about, String reason, String message) {
        events.normal(about, reason, message);
    }

    void warning(DataVolume about, String reason, String message) {
        events.warning(about, reason, message);
    }
}
