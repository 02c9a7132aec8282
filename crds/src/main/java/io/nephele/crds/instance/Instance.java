package io.nephele.crds.instance;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Nephele;

/** A persistent VM: it keeps its disks, addresses and identity through stops, node failures and moves. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("inst")
@ValidationRule(
        value = "has(self.spec)",
        message = "spec is missing: an Instance needs at least spec.instanceType and spec.image")
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.instanceType", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Image",
        jsonPath = ".spec.image",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "IP", jsonPath = ".status.privateIp", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Node",
        jsonPath = ".status.nodeName",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(name = "Id", jsonPath = ".status.instanceId", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalSelectableField(jsonPath = ".spec.powerState")
@AdditionalSelectableField(jsonPath = ".spec.instanceType")
@AdditionalSelectableField(jsonPath = ".status.state")
public class Instance extends CustomResource<InstanceSpec, InstanceStatus> implements Namespaced {}
