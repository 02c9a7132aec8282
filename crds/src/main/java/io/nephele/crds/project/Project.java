package io.nephele.crds.project;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;

/** A tenant: it owns the namespace of its name, and is an account to AWS clients. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("proj")
@ValidationRule(
        value =
                "size(self.metadata.name) <= 63 && !self.metadata.name.contains('.') && !self.metadata.name.startsWith('kube-')",
        message =
                "a Project's name is that of its namespace: at most 63 lower-case letters, digits and hyphens, and not beginning with kube-")
@ValidationRule(value = "has(self.spec)", message = "spec is missing: it may be empty: spec: {}")
@AdditionalPrinterColumn(name = "Account", jsonPath = ".status.accountId", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Namespace", jsonPath = ".status.namespace", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalSelectableField(jsonPath = ".status.accountId")
public class Project extends CustomResource<ProjectSpec, ProjectStatus> {

    /** The AWS account id of 12 digits: the one that was asked for, else one that follows from the UID. */
    public String accountId() {
        String asked = getSpec() == null ? null : getSpec().accountId();
        if (asked != null) {
            return asked;
        }
        long number = Long.parseUnsignedLong(
                AwsId.hash("account", getMetadata().getUid()).substring(0, 16), 16);
        return "%012d".formatted(Long.remainderUnsigned(number, 1_000_000_000_000L));
    }
}
