package io.nephele.crds.project;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalSelectableField;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import io.nephele.crds.AwsId;
import io.nephele.crds.Nephele;
import java.util.Locale;

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
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Owner", jsonPath = ".spec.owner", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Members", jsonPath = ".status.members", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Ends", jsonPath = ".spec.endDate", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE)
@AdditionalSelectableField(jsonPath = ".spec.owner")
@AdditionalSelectableField(jsonPath = ".status.accountId")
public class Project extends Recorded<ProjectSpec, ProjectStatus> {

    private static final int SHORT = 40;

    /** The name of a user's personal project: readable, and another one for each user. */
    public static String personalName(String user) {
        return "personal-" + objectName(user, SHORT);
    }

    /** A user's name as part of an object's name: itself if it can be, else what is readable of it and a hash. */
    static String objectName(String user, int max) {
        String readable =
                user.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return readable.equals(user) && user.length() <= max
                ? user
                : (readable.isEmpty() ? "" : readable.substring(0, Math.min(readable.length(), max - 11)) + "-")
                        + AwsId.hash(user).substring(0, 10);
    }

    /** What AWS clients assume to act in it. */
    public String roleArn() {
        return "arn:aws:iam::" + accountId() + ":role/" + getMetadata().getName();
    }

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
