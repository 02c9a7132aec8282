package io.nephele.apiserver.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SourceAddressTest {

    private final SourceAddress behindProxies = new SourceAddress(List.of("10.0.0.0/8", "fd00::/16", "192.0.2.7"));

    @Test
    void whatAStrangerSaysOfHimselfIsNotBelieved() {
        assertThat(new SourceAddress(List.of()).of("10.1.1.1", List.of("1.2.3.4")))
                .isEqualTo("10.1.1.1");
        assertThat(behindProxies.of("203.0.113.5", List.of("1.2.3.4"))).isEqualTo("203.0.113.5");
        assertThat(behindProxies.of("192.0.2.8", List.of("1.2.3.4"))).isEqualTo("192.0.2.8");
    }

    @Test
    void behindProxiesItIsTheLastAddressThatIsNoneOfThem() {
        assertThat(behindProxies.of("10.1.1.1", List.of("1.2.3.4"))).isEqualTo("1.2.3.4");
        assertThat(behindProxies.of("10.1.1.1", List.of("9.9.9.9, 1.2.3.4", "10.2.2.2")))
                .isEqualTo("1.2.3.4");
        assertThat(behindProxies.of("fd00::1", List.of("2001:db8::1"))).isEqualTo("2001:db8::1");
        assertThat(behindProxies.of("192.0.2.7", List.of())).isEqualTo("192.0.2.7");
        assertThat(behindProxies.of("10.1.1.1", List.of("localhost; drop"))).isEqualTo("10.1.1.1");
    }

    @Test
    void aNetworkThatIsNoneIsRefusedAtTheStart() {
        assertThatThrownBy(() -> new SourceAddress(List.of("proxies.example.org")))
                .hasMessageContaining("nephele.trusted-proxies");
    }
}
