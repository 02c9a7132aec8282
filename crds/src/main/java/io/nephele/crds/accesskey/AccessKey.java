package io.nephele.crds.accesskey;

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
import io.nephele.crds.UniqueId;

/** An EC2 access key of one user in one project. The secret part follows from the {@link MasterKey}. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("ak")
@ValidationRule(value = "has(self.spec)", message = "spec is missing: an AccessKey needs spec.user")
@AdditionalPrinterColumn(name = "User", jsonPath = ".spec.user", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "AccessKeyId",
        jsonPath = ".status.accessKeyId",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Secret", jsonPath = ".status.secretName", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalSelectableField(jsonPath = ".spec.user")
@AdditionalSelectableField(jsonPath = ".status.accessKeyId")
public class AccessKey extends CustomResource<AccessKeySpec, AccessKeyStatus> implements Namespaced {

    /** The access key id of 20 characters. It follows from the object's UID, so it is the same wherever it is asked for. */
    public String accessKeyId() {
        return UniqueId.ACCESS_KEY.derive("access-key", getMetadata().getUid());
    }
}
