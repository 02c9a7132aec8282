package io.nephele.crds.quota;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Nephele;

/** What a project may use and what it uses. There is one in each project, and every charge is one compare-and-swap of it. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("nq")
@ValidationRule(value = "self.metadata.name == 'quota'", message = "a project has one Quota, and its name is quota")
@AdditionalPrinterColumn(
        name = "Instances",
        jsonPath = ".status.summary.instances",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Running",
        jsonPath = ".status.summary.running",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "vCPUs", jsonPath = ".status.summary.vcpus", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Memory",
        jsonPath = ".status.summary.memory",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Volumes",
        jsonPath = ".status.summary.volumes",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Storage",
        jsonPath = ".status.summary.storage",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Members",
        jsonPath = ".status.summary.members",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class Quota extends CustomResource<QuotaSpec, QuotaStatus> implements Namespaced {

    /** The name of each. */
    public static final String NAME = "quota";
}
