package io.nephele.crds.volume;

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

/** A disk. It has a lifetime of its own: it outlives the Instance it is attached to, unless its attachment says otherwise. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("vol")
@ValidationRule(value = "has(self.spec)", message = "spec is missing: a Volume needs at least spec.size")
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Size", jsonPath = ".spec.size", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Type", jsonPath = ".spec.volumeType", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Instance",
        jsonPath = ".spec.attachment.instance",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Id", jsonPath = ".status.volumeId", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalSelectableField(jsonPath = ".spec.attachment.instance")
@AdditionalSelectableField(jsonPath = ".status.state")
public class Volume extends CustomResource<VolumeSpec, VolumeStatus> implements Namespaced {}
