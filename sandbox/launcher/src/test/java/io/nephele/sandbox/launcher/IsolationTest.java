package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.nephele.crds.AwsId;
import io.nephele.crds.image.Image;
import io.nephele.crds.image.ImageSpec;
import io.nephele.crds.project.MemberRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A member of one project meets what is in another exactly as he meets what was never there. */
@ExtendWith(SandboxExtension.class)
class IsolationTest {

    /** Parameters of each action that takes an id or a name, with a place for it. */
    private static final Map<String, List<String>> TAKE_IDS = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "DescribeInstances",
                    List.of(
                            "InstanceId.1={i}",
                            "Filter.1.Name=instance-id&Filter.1.Value.1={i}",
                            "Filter.1.Name=tag:secret&Filter.1.Value.1={tag}",
                            "Filter.1.Name=tag-key&Filter.1.Value.1=secret",
                            "Filter.1.Name=client-token&Filter.1.Value.1={token}",
                            "Filter.1.Name=key-name&Filter.1.Value.1={key}",
                            "Filter.1.Name=block-device-mapping.volume-id&Filter.1.Value.1={vol}")),
            Map.entry(
                    "DescribeInstanceStatus", List.of("InstanceId.1={i}", "IncludeAllInstances=true&InstanceId.1={i}")),
            Map.entry(
                    "DescribeInstanceAttribute",
                    List.of("InstanceId={i}&Attribute=userData", "InstanceId={i}&Attribute=instanceType")),
            Map.entry(
                    "ModifyInstanceAttribute",
                    List.of(
                            "InstanceId={i}&DisableApiTermination.Value=true",
                            "InstanceId={i}&InstanceType.Value=m1.small")),
            Map.entry("ResetInstanceAttribute", List.of("InstanceId={i}&Attribute=sourceDestCheck")),
            Map.entry("StartInstances", List.of("InstanceId.1={i}", "InstanceId.1={i}&DryRun=true")),
            Map.entry("StopInstances", List.of("InstanceId.1={i}", "InstanceId.1={i}&Force=true")),
            Map.entry("RebootInstances", List.of("InstanceId.1={i}")),
            Map.entry("TerminateInstances", List.of("InstanceId.1={i}", "InstanceId.1={i}&DryRun=true")),
            Map.entry("GetConsoleOutput", List.of("InstanceId={i}", "InstanceId={i}&Latest=true")),
            Map.entry(
                    "GetConsoleScreenshot",
                    List.of("InstanceId={i}", "InstanceId={i}&WakeUp=true", "InstanceId={i}&DryRun=true")),
            Map.entry(
                    "RunInstances",
                    List.of(
                            "ImageId={ami}&MinCount=1&MaxCount=1&InstanceType=t1.tiny",
                            "ImageId={public}&MinCount=1&MaxCount=1&InstanceType=t1.tiny&KeyName={key}")),
            Map.entry(
                    "DescribeImages",
                    List.of(
                            "ImageId.1={ami}",
                            "Filter.1.Name=image-id&Filter.1.Value.1={ami}",
                            "Filter.1.Name=tag:secret&Filter.1.Value.1={tag}",
                            "Owner.1={account}",
                            "ExecutableBy.1={account}")),
            Map.entry("DescribeImageAttribute", List.of("ImageId={ami}&Attribute=launchPermission")),
            Map.entry("ModifyImageAttribute", List.of("ImageId={ami}&LaunchPermission.Add.1.Group=all")),
            Map.entry("ResetImageAttribute", List.of("ImageId={ami}&Attribute=launchPermission")),
            Map.entry("DeregisterImage", List.of("ImageId={ami}")),
            Map.entry(
                    "DescribeVolumes",
                    List.of(
                            "VolumeId.1={vol}",
                            "Filter.1.Name=volume-id&Filter.1.Value.1={vol}",
                            "Filter.1.Name=attachment.instance-id&Filter.1.Value.1={i}")),
            Map.entry(
                    "DescribeKeyPairs",
                    List.of("KeyPairId.1={keyid}", "KeyName.1={key}", "Filter.1.Name=key-name&Filter.1.Value.1={key}")),
            Map.entry("DeleteKeyPair", List.of("KeyPairId={keyid}", "KeyName={key}")),
            Map.entry(
                    "CreateTags",
                    List.of(
                            "ResourceId.1={i}&Tag.1.Key=a",
                            "ResourceId.1={vol}&Tag.1.Key=a",
                            "ResourceId.1={ami}&Tag.1.Key=a",
                            "ResourceId.1={keyid}&Tag.1.Key=a")),
            Map.entry(
                    "DeleteTags",
                    List.of("ResourceId.1={i}", "ResourceId.1={vol}", "ResourceId.1={ami}", "ResourceId.1={keyid}")),
            Map.entry(
                    "DescribeTags",
                    List.of(
                            "Filter.1.Name=resource-id&Filter.1.Value.1={i}",
                            "Filter.1.Name=value&Filter.1.Value.1={tag}"))));

    /** Actions that take none. */
    private static final Set<String> TAKE_NO_IDS = Set.of(
            "DescribeRegions",
            "DescribeAvailabilityZones",
            "DescribeAccountAttributes",
            "DescribeInstanceTypes",
            "DescribeInstanceTypeOfferings",
            "CreateKeyPair",
            "ImportKeyPair",
            "RegisterImage");

    /** What is another in each answer: the id of the request, and when the page was made. */
    private static final Pattern NOISE = Pattern.compile("<request(Id|ID)>[^<]*<|<RequestID>[^<]*<");

    @Test
    void whatIsInAnotherProjectIsAsIfItWereNotThere(Sandbox sandbox) throws Exception {
        var examples = new Examples(sandbox.admin());
        examples.project("other", "Somebody else's");
        examples.member("other", "mallory", MemberRole.Owner);
        RawClient alice = RawClient.of(sandbox.endpoint(), sandbox.tenant());
        RawClient mallory = RawClient.of(sandbox.endpoint(), examples.accessKey("other", "mallory", null));

        Map<String, String> theirs = belongings(sandbox, alice);
        Map<String, String> madeUp = Map.of(
                "i", "i-0123456789abcdef0",
                "vol", "vol-1123456789abcdef0",
                "ami", "ami-2123456789abcdef0",
                "key", "never-there",
                "keyid", "key-3123456789abcdef0",
                "tag", "never-there",
                "token", "never-there",
                "account", "000000000001",
                "public", theirs.get("public"));
        String before = state(alice, theirs);
        for (var action : TAKE_IDS.entrySet()) {
            for (String parameters : action.getValue()) {
                String form = "Action=" + action.getKey() + "&" + parameters;
                RawClient.Answer control = mallory.ec2(fill(form, madeUp));
                RawClient.Answer answer = mallory.ec2(fill(form, theirs));
                assertThat(answer.status()).as(form).isEqualTo(control.status()).isLessThan(500);
                assertThat(plain(answer.body(), theirs)).as(form).isEqualTo(plain(control.body(), madeUp));
            }
        }
        assertThat(state(alice, theirs)).isEqualTo(before);

        // The same client token means nothing in another project.
        String order = "Action=RunInstances&ImageId=%s&MinCount=1&MaxCount=1&InstanceType=t1.tiny&ClientToken=%s"
                .formatted(theirs.get("public"), theirs.get("token"));
        RawClient.Answer made = mallory.ec2(order);
        assertThat(made.code()).isEqualTo("ok");
        assertThat(made.text("instanceId")).isNotEqualTo(theirs.get("i"));
        mallory.ec2("Action=TerminateInstances&InstanceId.1=" + made.text("instanceId"));
        alice.ec2("Action=TerminateInstances&InstanceId.1=" + theirs.get("i"));
    }

    /** A new action has to be in one of the tables above. */
    @Test
    void everyActionOfEc2IsLookedAt() throws IOException {
        Set<String> implemented = new TreeSet<>();
        Path actions = Settings.sourceTree().resolve("api-server/src/main/java/io/nephele/apiserver/action");
        try (Stream<Path> files = Files.walk(actions)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                String text = Files.readString(file);
                if (text.contains("implements Action<") || text.contains("implements\n        Action<")) {
                    if (text.contains("services.ec2.model.")) {
                        implemented.add(file.getFileName().toString().replace(".java", ""));
                    }
                }
            }
        }
        var known = new TreeSet<>(TAKE_IDS.keySet());
        known.addAll(TAKE_NO_IDS);
        assertThat(known).isEqualTo(implemented);
    }

    /** One of each thing that has an id, in alice's project. */
    private static Map<String, String> belongings(Sandbox sandbox, RawClient alice) throws InterruptedException {
        String publicImage = alice.ec2("Action=DescribeImages&Filter.1.Name=is-public&Filter.1.Value.1=true")
                .text("imageId");
        Image template = sandbox.admin()
                .resources(Image.class)
                .inNamespace(Examples.CATALOGUE)
                .withName(Examples.IMAGE)
                .get();
        var image = new Image();
        image.setMetadata(new ObjectMetaBuilder()
                .withName("private")
                .withNamespace(Examples.PROJECT)
                .build());
        ImageSpec spec = template.getSpec();
        image.setSpec(
                new ImageSpec(spec.source(), spec.size(), null, "private", null, null, Map.of("secret", "isolation")));
        Image made = sandbox.admin().resource(image).create();
        RawClient.Answer key = alice.ec2("Action=CreateKeyPair&KeyName=isolation&KeyType=ed25519");
        RawClient.Answer run = alice.ec2(
                "Action=RunInstances&ImageId=%s&MinCount=1&MaxCount=1&InstanceType=t1.tiny&KeyName=isolation&ClientToken=isolation&UserData=c2VjcmV0"
                                .formatted(publicImage)
                        + "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=secret&TagSpecification.1.Tag.1.Value=isolation");
        assertThat(run.code()).isEqualTo("ok");
        String instance = run.text("instanceId");
        String volume = "";
        for (int i = 0; i < 300 && volume.isEmpty(); i++) {
            Thread.sleep(200);
            volume = alice.ec2(
                            "Action=DescribeVolumes&Filter.1.Name=attachment.instance-id&Filter.1.Value.1=" + instance)
                    .text("volumeId");
        }
        assertThat(volume).isNotEmpty();
        for (int i = 0; i < 600 && !state(alice, instance).equals("running"); i++) {
            Thread.sleep(200);
        }
        return Map.of(
                "i",
                instance,
                "vol",
                volume,
                "ami",
                AwsId.IMAGE.of(made),
                "key",
                "isolation",
                "keyid",
                key.text("keyPairId"),
                "tag",
                "isolation",
                "token",
                "isolation",
                "account",
                alice.sts("Action=GetCallerIdentity").text("Account"),
                "public",
                publicImage);
    }

    private static String state(RawClient client, String instance) {
        String body =
                client.ec2("Action=DescribeInstances&InstanceId.1=" + instance).body();
        var name = Pattern.compile("<instanceState><code>\\d+</code><name>([a-z-]+)<")
                .matcher(body);
        return name.find() ? name.group(1) : "";
    }

    /** All that is alice's, as she sees it. */
    private static String state(RawClient alice, Map<String, String> theirs) {
        return Stream.of(
                        "Action=DescribeInstances&InstanceId.1={i}",
                        "Action=DescribeInstanceAttribute&InstanceId={i}&Attribute=disableApiTermination",
                        "Action=DescribeVolumes&VolumeId.1={vol}",
                        "Action=DescribeImageAttribute&ImageId={ami}&Attribute=launchPermission",
                        "Action=DescribeKeyPairs&KeyPairId.1={keyid}",
                        "Action=DescribeTags&Filter.1.Name=value&Filter.1.Value.1={tag}")
                .map(form -> NOISE.matcher(alice.ec2(fill(form, theirs)).body()).replaceAll(""))
                .collect(Collectors.joining("\n"));
    }

    private static String fill(String form, Map<String, String> values) {
        String filled = form;
        for (var value : values.entrySet()) {
            filled = filled.replace("{" + value.getKey() + "}", value.getValue());
        }
        return filled;
    }

    /** Without what must differ: the ids that were asked for, and the id of the request. */
    private static String plain(String body, Map<String, String> values) {
        String plain = NOISE.matcher(body).replaceAll("");
        for (var value : values.entrySet()) {
            plain = plain.replace(value.getValue(), "{" + value.getKey() + "}");
        }
        return plain;
    }
}
