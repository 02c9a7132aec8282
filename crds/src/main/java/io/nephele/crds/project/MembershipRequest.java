package io.nephele.crds.project;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.Nephele;

/** A user asks to join a project. It is in his personal project, since he may see nothing of the other one yet; deleting it takes an undecided request back. */
@Group(Nephele.GROUP)
@Version(Nephele.VERSION)
@Categories(Nephele.CATEGORY)
@ShortNames("mreq")
@ValidationRule(value = "has(self.spec)", message = "spec is missing: a MembershipRequest needs spec.project")
@AdditionalPrinterColumn(name = "Project", jsonPath = ".spec.project", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "User", jsonPath = ".spec.user", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "State", jsonPath = ".status.state", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
public class MembershipRequest extends CustomResource<MembershipRequestSpec, MembershipRequestStatus>
        implements Namespaced {}
