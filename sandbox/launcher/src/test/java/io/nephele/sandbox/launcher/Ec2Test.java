package io.nephele.sandbox.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.nephele.foreign.kubevirt.VirtualMachineInstance;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceAttributeName;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.waiters.Ec2Waiter;

/** The AWS SDK for Java and boto3, unmodified, against the whole cloud. */
@ExtendWith(SandboxExtension.class)
class Ec2Test {

    @TempDir
    Path scratch;

    private Sandbox sandbox;
    private Ec2Client ec2;
    private Ec2Waiter waiter;
    private String image;

    @BeforeEach
    void connect(Sandbox running) {
        sandbox = running;
        ec2 = Ec2Client.builder()
                .endpointOverride(URI.create(running.endpoint()))
                .region(Region.of("nephele-1"))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        running.tenant().accessKeyId(), running.tenant().secretAccessKey())))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
        // The SDK's own waiters, which look every 15 s unless told otherwise.
        waiter = Ec2Waiter.builder()
                .client(ec2)
                .overrideConfiguration(c -> c.maxAttempts(120)
                        .backoffStrategyV2(BackoffStrategy.fixedDelayWithoutJitter(Duration.ofSeconds(1))))
                .build();
        image = ec2.describeImages().images().getFirst().imageId();
    }

    @Test
    void anOrderThatIsRepeatedFindsWhatItMadeEvenAfterTheFacadeWasKilled() throws Exception {
        var first = ec2.runInstances(r ->
                r.imageId(image).instanceType("t1.tiny").minCount(2).maxCount(2).clientToken("twice"));
        sandbox.facade().kill();
        Thread.sleep(600);
        sandbox.facade().awaitReady();
        var second = ec2.runInstances(r ->
                r.imageId(image).instanceType("t1.tiny").minCount(2).maxCount(2).clientToken("twice"));
        assertThat(second.instances().stream().map(Instance::instanceId))
                .isEqualTo(first.instances().stream().map(Instance::instanceId).toList());
        assertThat(second.reservationId()).isEqualTo(first.reservationId());
        assertThatThrownBy(() -> ec2.runInstances(r -> r.imageId(image)
                        .instanceType("m1.small")
                        .minCount(2)
                        .maxCount(2)
                        .clientToken("twice")))
                .isInstanceOfSatisfying(
                        Ec2Exception.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("IdempotentParameterMismatch"));
        ec2.terminateInstances(r -> r.instanceIds(
                first.instances().stream().map(Instance::instanceId).toList()));
    }

    @Test
    void aMachineCarriesWhatItWasOrderedWith() {
        String id = ec2.runInstances(r -> r.imageId(image)
                        .instanceType("t1.tiny")
                        .minCount(1)
                        .maxCount(1)
                        .userData(Base64.getEncoder()
                                .encodeToString("#!/bin/sh\necho a < b & c".getBytes(StandardCharsets.UTF_8)))
                        .blockDeviceMappings(software.amazon.awssdk.services.ec2.model.BlockDeviceMapping.builder()
                                .deviceName("/dev/vda")
                                .ebs(e -> e.volumeSize(7).deleteOnTermination(false))
                                .build())
                        .tagSpecifications(software.amazon.awssdk.services.ec2.model.TagSpecification.builder()
                                .resourceType(ResourceType.INSTANCE)
                                .tags(software.amazon.awssdk.services.ec2.model.Tag.builder()
                                        .key("Name")
                                        .value("a <b> & \"c\"")
                                        .build())
                                .build())
                        .disableApiTermination(true))
                .instances()
                .getFirst()
                .instanceId();
        waiter.waitUntilInstanceRunning(r -> r.instanceIds(id));
        Instance instance = ec2.describeInstances(r -> r.filters(
                        Filter.builder().name("tag:Name").values("a <b>*").build()))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
        assertThat(instance.instanceId()).isEqualTo(id);
        assertThat(instance.tags().getFirst().value()).isEqualTo("a <b> & \"c\"");
        String volume = instance.blockDeviceMappings().getFirst().ebs().volumeId();
        assertThat(ec2.describeVolumes(r -> r.volumeIds(volume))
                        .volumes()
                        .getFirst()
                        .size())
                .isEqualTo(7);
        assertThat(ec2.describeInstanceAttribute(r -> r.instanceId(id).attribute(InstanceAttributeName.USER_DATA))
                        .userData()
                        .value())
                .isEqualTo(Base64.getEncoder()
                        .encodeToString("#!/bin/sh\necho a < b & c".getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> ec2.terminateInstances(r -> r.instanceIds(id)))
                .hasMessageContaining("disableApiTermination");
        assertThat(new Shell(sandbox, scratch)
                        .tryRun("kubectl -n demo delete instance " + id)
                        .error())
                .contains("terminationProtection is on");
        ec2.modifyInstanceAttribute(r -> r.instanceId(id).disableApiTermination(v -> v.value(false)));
        ec2.terminateInstances(r -> r.instanceIds(id));
        waiter.waitUntilInstanceTerminated(r -> r.instanceIds(id));
        assertThat(ec2.describeVolumes(r -> r.volumeIds(volume))
                        .volumes()
                        .getFirst()
                        .attachments())
                .isEmpty();
    }

    @Test
    void aShutdownFromInsideStopsTheMachineAndACrashDoesNot() {
        String id = ec2.runInstances(r ->
                        r.imageId(image).instanceType("t1.tiny").minCount(1).maxCount(1))
                .instances()
                .getFirst()
                .instanceId();
        waiter.waitUntilInstanceRunning(r -> r.instanceIds(id));
        String first = uid(id);
        guest(id, "crash");
        await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> !uid(id).equals(first));
        waiter.waitUntilInstanceRunning(r -> r.instanceIds(id));

        guest(id, "poweroff");
        // One that boots on busy cores does not hear the power button yet.
        await().atMost(Duration.ofMinutes(2)).until(() -> state(id).equals("stopped"));
        assertThat(describe(id).stateReason().code()).isEqualTo("Client.InstanceInitiatedShutdown");

        ec2.modifyInstanceAttribute(r -> r.instanceId(id).instanceType(v -> v.value("t1.small")));
        ec2.startInstances(r -> r.instanceIds(id));
        waiter.waitUntilInstanceRunning(r -> r.instanceIds(id));
        assertThat(describe(id).instanceTypeAsString()).isEqualTo("t1.small");
        ec2.rebootInstances(r -> r.instanceIds(id));
        ec2.stopInstances(r -> r.instanceIds(id).force(true));
        waiter.waitUntilInstanceStopped(r -> r.instanceIds(id));
        ec2.terminateInstances(r -> r.instanceIds(id));
        waiter.waitUntilInstanceTerminated(r -> r.instanceIds(id));
    }

    @Test
    void aTypeChangedWithKubectlTakesEffectWhileTheMachineRuns() {
        List<String> ids = ec2
                .runInstances(r ->
                        r.imageId(image).instanceType("t1.small").minCount(3).maxCount(3))
                .instances()
                .stream()
                .map(Instance::instanceId)
                .toList();
        waiter.waitUntilInstanceRunning(r -> r.instanceIds(ids));
        // KubeVirt gives more memory only to what has a GiB. The size comes with a migration, and only Intel has a
        // second node to go to.
        String id = ids.stream()
                .filter(i -> !resource(i).getStatus().nodeName().equals("node-2"))
                .findFirst()
                .orElseThrow();
        String run = uid(id);
        new Shell(sandbox, scratch)
                .run("kubectl -n demo patch instance " + id
                        + " --type merge -p '{\"spec\":{\"instanceType\":\"m1.small\"}}'");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> describe(id).instanceTypeAsString().equals("m1.small"));
        assertThat(uid(id)).isEqualTo(run);
        assertThat(state(id)).isEqualTo("running");
        assertThat(resource(id).getStatus().conditions())
                .noneMatch(c ->
                        c.getType().equals("RestartRequired") || c.getType().equals("Resizing"));
        ec2.terminateInstances(r -> r.instanceIds(ids));
    }

    @Test
    void boto3PagesFiltersTagsAndImages() {
        python("boto3_test.py");
    }

    @Test
    void whatBotocoreDocumentsOfFiltersAndPagesIsUnderstood() {
        python("model_test.py");
    }

    @Test
    void parametersMadeAtRandomAreAnsweredWithoutAnInternalError() {
        python("fuzz_test.py 1");
    }

    @Test
    void statesProtectionTokensAndAttributesAreThoseOfAws() {
        python("behaviour_test.py");
    }

    @Test
    void theCommandLineToolOrdersWaitsAndTerminates() {
        var shell = new Shell(sandbox, scratch);
        String order = "aws ec2 run-instances --image-id " + image + " --instance-type t1.tiny --user-data 'a < b'"
                + " --query 'Instances[0].InstanceId' --output text";
        String id = shell.run(order);
        shell.run("aws ec2 wait instance-running --instance-ids " + id);
        assertThat(shell.run("aws ec2 describe-instance-attribute --instance-id " + id
                        + " --attribute userData --query UserData.Value --output text | base64 -d"))
                .isEqualTo("a < b");
        assertThat(shell.run("aws ec2 terminate-instances --instance-ids " + id
                        + " --query 'TerminatingInstances[0].[PreviousState.Name,CurrentState.Name]' --output text"))
                .isEqualTo("running\tshutting-down");
        shell.run("aws ec2 wait instance-terminated --instance-ids " + id);
        assertThat(shell.tryRun("aws s3 ls").error()).contains("UnsupportedOperation");
        assertThat(shell.tryRun("aws iam list-users").error()).contains("UnsupportedOperation");
    }

    private void python(String test) {
        new Shell(sandbox, scratch).run("python3 sandbox/launcher/src/test/python/" + test);
    }

    private Instance describe(String id) {
        return ec2.describeInstances(r -> r.instanceIds(id))
                .reservations()
                .getFirst()
                .instances()
                .getFirst();
    }

    private io.nephele.crds.instance.Instance resource(String id) {
        return sandbox.admin()
                .resources(io.nephele.crds.instance.Instance.class)
                .inNamespace("demo")
                .withName(id)
                .get();
    }

    private String state(String id) {
        return describe(id).state().nameAsString();
    }

    private String uid(String id) {
        return sandbox.admin()
                .resources(VirtualMachineInstance.class)
                .inNamespace("demo")
                .withName(id)
                .get()
                .getMetadata()
                .getUid();
    }

    private void guest(String id, String act) {
        sandbox.admin()
                .resources(VirtualMachineInstance.class)
                .inNamespace("demo")
                .withName(id)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"sandbox.nephele.io/guest\":\"" + act + "\"}}}");
    }
}
