package io.nephele.sandbox.standin.recording;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.standin.HttpsEndpoint;
import io.nephele.sandbox.standin.cdi.Cdi;
import io.nephele.sandbox.standin.cdi.Timings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;

/** The stand-in for CDI, which can be taken down by parts as the real one was. */
final class CdiUnderTest implements AutoCloseable {

    private final KubernetesClient client;
    private final ControlPlane controlPlane;
    private HttpsEndpoint webhooks;
    private Cdi cdi;

    CdiUnderTest(KubernetesClient client, ControlPlane controlPlane) {
        this.client = client;
        this.controlPlane = controlPlane;
        start();
    }

    /** Everything is there again. */
    void start() {
        try {
            webhooks = new HttpsEndpoint(controlPlane.pki(), 0);
            cdi = Cdi.start(client, webhooks, Timings.FAST, CdiLab.DRIVERS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where images are uploaded to. */
    String uploadProxy() {
        return webhooks.url();
    }

    void stopController() {
        cdi.close();
    }

    void stopWebhooks() {
        webhooks.close();
    }

    @Override
    public void close() {
        stopController();
        stopWebhooks();
    }
}
