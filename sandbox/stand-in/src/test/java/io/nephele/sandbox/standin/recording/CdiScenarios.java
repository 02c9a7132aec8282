package io.nephele.sandbox.standin.recording;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The recordings of CDI, with what must be known to play them. */
final class CdiScenarios {

    /** Those that are not played, and why. */
    static final Map<String, String> NOT_YET = new LinkedHashMap<>();

    static {
        NOT_YET.put("c15-pvc-without-datavolume", "the stand-in fills claims of DataVolumes only");
    }

    /** Those that wait for the garbage collector; they come last. */
    static final Set<String> DELETING = Set.of(
            "c04-import-failures",
            "c06-delete",
            "c08-upload",
            "c10-rejections",
            "c11-static-class-no-csi",
            "c13-datasource",
            "c16-apply-and-reuse",
            "c20-wffc-events",
            "c21-delete-cross-namespace-clone",
            "c23-labels");

    static final List<Scenario> ALL = List.of(
            of("c01-http-immediate"),
            of("c02-blank"),
            // Whether CDI looks while its first pod is scheduled.
            of("c03-wffc").racy("DataVolume w2 #1", "ImportScheduled"),
            of("c05-clone")
                    .edited(held("deleted-mid-clone"))
                    // Its metrics could not be read at that moment.
                    .racy("events of DataVolume nosize", "Warning Completed: Clone Complete"),
            // Later lines are the recorder's tidying up.
            of("c07-too-small").until(400),
            // Whether CDI looks before the profile of a new class is there.
            of("c09-storage-class")
                    .until(600)
                    // The provisioner of the laboratory looks again after 15 s.
                    .sooner("nosc-pvc")
                    // Clients of Kubernetes let 25 events about an object through.
                    .racy("events of DataVolume nosc", ":")
                    .racy("events of DataVolume incomplete-profile", ":")
                    .racy("DataVolume nosc-pvc #1", "False ContainerCreating")
                    .racy(
                            "DataVolume nosc #1",
                            "False ErrClaimNotValid cannot get StorageProfile: StorageProfile.cdi.kubevirt.io \"does-not-exist\" not found"),
            of("c10-rejections-2"),
            // The pod of an importer is deleted there: the stand-in has none to delete.
            of("c12-recover-and-kill")
                    .hiding("podgone")
                    // The second pod was unschedulable until it ran.
                    .racy("DataVolume late #1", "False ContainerCreating"),
            // Pods were unschedulable there until they ran; that an import is scheduled, is told only if CDI looks
            // before.
            of("c14-quota").racy("DataVolume nopod #1", "False ContainerCreating"),
            // Whether CDI looks in that moment.
            of("c17-wffc-no-csi").racy("DataVolume c17-wffc-no-csi-consumer-ends/lw2 #1", "PVCBound"),
            of("c18-storage-profile-rendering").until(81),
            of("c19-importer-crash").edited(held("killed")).racy("DataVolume killed #1", "ImportScheduled"),
            of("c04-import-failures"),
            // The pod of d2 was quick; d1, d5 and the claim of d6 are deleted in the middle, and the stand-in is
            // quicker.
            of("c06-delete")
                    .edited(held("d1", "d5", "d6"))
                    .racy("DataVolume d2 #1", "False ContainerCreating")
                    .racy("DataVolume d6 #1", "False", "False ContainerCreating")
                    .racy(
                            "DataVolume d1 #1",
                            "ImportScheduled",
                            "False ContainerCreating",
                            "True Pod is running",
                            "False TransferRunning")
                    .racy(
                            "DataVolume d5 #1",
                            "ImportScheduled",
                            "False ContainerCreating",
                            "True Pod is running",
                            "False TransferRunning"),
            of("c10-rejections"),
            // Without a CSI driver nothing is cloned by the stand-in.
            of("c11-static-class-no-csi")
                    .until(284)
                    .hiding("legclone")
                    // Whether CDI looks while its first pod runs.
                    .racy("DataVolume leg1 #1", "True Pod is running"),
            of("c08-upload"),
            // See c09.
            of("c13-datasource").edited(held("golden")).racy("events of DataVolume from-ref-nosize", ":"),
            // Created and deleted at once: whether CDI has made the claim of a2 in between.
            of("c16-apply-and-reuse")
                    .racy("PersistentVolumeClaim a2 #1", "Pending", "gone")
                    .racy("events of DataVolume a2", ":"),
            of("c20-wffc-events"),
            // Its namespace was deleted in that moment: what of it goes first?
            of("c21-delete-cross-namespace-clone")
                    .edited(held("x1", "x2"))
                    .racy("DataVolume c21-target/x2 #1", "False CloneWithoutSource The source pvc src doesn't exist")
                    .racy(
                            "events of DataVolume x3",
                            "Normal ImportSucceeded: Successfully imported into PVC x3",
                            "Normal Bound: PVC x3 Bound"),
            of("c23-labels"));

    /** Plays alone, because it takes CDI down. */
    static final Scenario DOWN = of("c22-cdi-down").given("DataVolume nowebhook", """
            {"apiVersion": "cdi.kubevirt.io/v1beta1", "kind": "DataVolume", "metadata": {"name": "nowebhook"},
             "spec": {"source": {"blank": {}}, "storage": {"resources": {"requests": {"storage": "64Mi"}}}}}
            """);

    private CdiScenarios() {}

    private static Scenario of(String name) {
        return Scenario.of("cdi", name);
    }

    /** Those that something was done to while they were being filled: the stand-in would be too quick. */
    private static java.util.function.BiFunction<String, ObjectNode, ObjectNode> held(String... names) {
        Set<String> all = Set.of(names);
        return (kind, object) -> {
            if (kind.equals("DataVolume")
                    && all.contains(object.at("/metadata/name").asText())) {
                object.withObjectProperty("metadata")
                        .withObjectProperty("annotations")
                        .put(CdiActions.FAULT, "hang");
            }
            return object;
        };
    }
}
