package io.nephele.operator.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {

    private final Limits limits = Limits.of(List.of("replicated"));

    @ParameterizedTest
    @ValueSource(strings = {"0", "7", "1.5", "20Gi", "500M", "unlimited"})
    void anAmountIsAQuantityOrUnlimited(String amount) {
        assertThat(limits.fault("spec.limits", Map.of("memory", amount))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "many", "", "20GB", "Unlimited", "-5Gi"})
    void nothingElseIsOne(String amount) {
        assertThat(limits.fault("spec.limits", Map.of("memory", amount)))
                .isEqualTo("spec.limits.memory: " + amount + " is neither unlimited nor an amount such as 10 or 20Gi");
    }

    @Test
    void aResourceThatIsNotThereIsRefusedWithTheListOfThoseThatAre() {
        assertThat(limits.fault("spec.limits", Map.of("cpus", "1")))
                .isEqualTo(
                        "spec.limits: there is no resource cpus; there are access-keys, floating-ips, images, instances,"
                                + " key-pairs, members, memory, networks, pending-applications, running-memory, running-vcpus,"
                                + " s3-bytes, snapshots, storage.replicated, vcpus, volumes");
        assertThat(limits.fault("spec.limits", Map.of("storage.local", "1Gi"))).isNotNull();
    }

    @Test
    void noMemberMayHaveMoreThanTheProject() {
        var project = Map.of("memory", "8Gi", "vcpus", "unlimited");
        assertThat(limits.memberFault("spec.memberLimits", Map.of("memory", "8192Mi", "vcpus", "unlimited"), project))
                .isNull();
        assertThat(limits.memberFault("spec.memberLimits", Map.of("memory", "9Gi"), project))
                .isEqualTo("spec.memberLimits.memory: 9Gi is more than the 8Gi that the project has");
        assertThat(limits.memberFault("spec.memberLimits", Map.of("memory", "unlimited"), project))
                .isNotNull();
        assertThat(limits.memberFault("spec.memberLimits", Map.of("instances", "5"), project))
                .as("of a resource that the project has without limit")
                .isNull();
    }

    @Test
    void aSiteSaysOnlyWhatTheProjectDoesNot() {
        assertThat(Limits.completed(Map.of("vcpus", "64"), Map.of("vcpus", "4", "instances", "2")))
                .isEqualTo(Map.of("vcpus", "64", "instances", "2"));
        assertThat(Limits.completedForMembers(null, Map.of("access-keys", "2"), Map.of("access-keys", "1")))
                .as("a member's is cut to what the project has")
                .isEqualTo(Map.of("access-keys", "1"));
    }
}
