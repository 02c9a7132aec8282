package io.nephele.sandbox.standin.kubevirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class DomainsTest {

    @Test
    void aGuestHasTheAddressThatItsVmiTells() throws Exception {
        assertThat(addressOf("{\"ipAddress\": \"10.244.3.4\"}")).isEqualTo("10.244.3.4");
    }

    @Test
    void aGuestWhoseVmiTellsOfAnIpv6AddressOnlyKeepsTheAddressThatItHadBeforeAnyWasTold() throws Exception {
        String first = addressOf("");
        assertThat(first).matches("10\\.244\\.\\d+\\.\\d+");
        assertThat(addressOf(
                        "{\"ipAddress\": \"fe80::5054:ff:fe12:3456\", \"ipAddresses\": [\"fe80::5054:ff:fe12:3456\"]}"))
                .isEqualTo(first);
    }

    private static String addressOf(String nic) throws JsonProcessingException {
        var vmi = (ObjectNode) new ObjectMapper().readTree("""
                {"metadata": {"namespace": "demo", "name": "i-0abc"}, "status": {"interfaces": [%s]}}
                """.formatted(nic));
        return Domains.address(new Vmi(vmi));
    }
}
