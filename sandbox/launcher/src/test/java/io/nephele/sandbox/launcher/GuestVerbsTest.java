package io.nephele.sandbox.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nephele.sandbox.controlplane.ControlPlane;
import io.nephele.sandbox.controlplane.Pki;
import io.nephele.sandbox.standin.qemu.Guest;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a client of KubeVirt does to a guest happens to a machine. */
@ExtendWith(SandboxExtension.WithGuests.class)
class GuestVerbsTest {

    private static final String POWER_DOWN = "reboot: Power down";

    @TempDir
    static Path directory;

    private static ControlPlane controlPlane;
    private static HttpClient http;
    private static TinyVm vm;

    @BeforeAll
    static void start(Sandbox sandbox) throws Exception {
        controlPlane = sandbox.controlPlane();
        http = HttpClient.newBuilder()
                .sslContext(new Pki(controlPlane.pki()).clientContext())
                .build();
        vm = TinyVm.start(Ssh.withNewKey(new Shell(sandbox, directory)), "verbs", "192Mi");
    }

    @AfterAll
    static void delete() {
        vm.close();
        http.close();
    }

    @Test
    void aPausedGuestStandsStillUntilItIsUnpaused() {
        vm.awaitUp();
        long start = System.nanoTime();
        double before = uptime();
        vm.tell("pause");
        long paused = System.nanoTime();
        await().atMost(Ssh.BOOT).until(() -> vm.is("Paused") && !vm.is("Ready"));
        assertThat(vm.ssh().tryRun("user", "verbs", "true")).isNull();
        long standing = System.nanoTime() - paused;
        vm.tell("unpause");
        double lived = uptime() - before;
        long passed = System.nanoTime() - start;
        // Half of it, since the clock of an emulated machine may be fast.
        assertThat(lived).isLessThan((passed - standing / 2) / 1e9);
        await().atMost(Ssh.BOOT).until(() -> !vm.is("Paused") && vm.is("Ready"));
    }

    private static double uptime() {
        return Double.parseDouble(vm.run("cut -d \" \" -f 1 /proc/uptime"));
    }

    @Test
    void aRebootIsOneOfTheGuestOnlyAndAResetAsksNobody() throws Exception {
        vm.awaitUp();
        String uid = vm.uid();
        Guest guest = vm.guest();
        long pid = guest.pid();

        await().atMost(Ssh.BOOT).until(guest::hasAgent);
        assertThat(reboot("softreboot")).contains("reboot: Restarting system").doesNotContain(POWER_DOWN);

        vm.run("sudo killall qemu-ga");
        await().atMost(Ssh.BOOT).until(() -> !guest.hasAgent());
        assertThat(reboot("softreboot")).as("by the power button").contains(POWER_DOWN);

        assertThat(reboot("reset")).doesNotContain("reboot: ");

        assertThat(vm.uid()).isEqualTo(uid);
        assertThat(guest.pid()).isEqualTo(pid);
        assertThat(guest.state()).isEqualTo(Guest.State.RUNNING);
    }

    /** Returns what was written to the console until one could log in again. */
    private static String reboot(String verb) throws Exception {
        String bootId = "cat /proc/sys/kernel/random/boot_id";
        String before = vm.run(bootId);
        Path console = vm.guest().console();
        int length = Files.readString(console, ISO_8859_1).length();
        vm.tell(verb);
        await().atMost(Ssh.BOOT).until(() -> !vm.run(bootId).equals(before));
        return Files.readString(console, ISO_8859_1).substring(length);
    }

    @Test
    void aPanicIsACrashAfterWhichItRunsAgainAndAPowerOffIsNot() {
        vm.awaitUp();
        String first = vm.uid();
        Guest panicking = vm.guest();
        vm.run("sudo sh -c \"(usleep 300000; echo c > /proc/sysrq-trigger) > /dev/null 2>&1 &\"");
        await().atMost(Ssh.BOOT).until(() -> panicking.state() == Guest.State.CRASHED);
        await().atMost(Ssh.BOOT).until(() -> vm.events(first).contains("The VirtualMachineInstance crashed."));
        await().atMost(Ssh.BOOT).until(() -> vm.vmi() != null && !vm.uid().equals(first));

        vm.run("true");
        String second = vm.uid();
        Guest healthy = vm.guest();
        vm.run("sudo sh -c \"(usleep 300000; poweroff) > /dev/null 2>&1 &\"");
        vm.awaitOff();
        assertThat(healthy.state()).isEqualTo(Guest.State.SHUT_DOWN);
        assertThat(vm.events(second))
                .contains("The VirtualMachineInstance was shut down.")
                .doesNotContain("The VirtualMachineInstance crashed.");
        assertThat(vm.vm().require().<String>get("status", "printableStatus")).isEqualTo("Stopped");
    }

    @Test
    void aStopWaitsUntilTheGuestHasShutDownAndAForcedOneDoesNot() {
        vm.awaitUp();
        Guest asked = vm.guest();
        try (var console = vm.look(http, "console")) {
            vm.order("stop", Map.of());
            vm.awaitOff();
            console.awaitEnd();
            assertThat(console.text()).contains(POWER_DOWN);
        }
        assertThat(asked.state()).isEqualTo(Guest.State.SHUT_DOWN);

        vm.awaitUp();
        Guest killed = vm.guest();
        try (var console = vm.look(http, "console")) {
            vm.order("stop", Map.of("gracePeriod", 0));
            vm.awaitOff();
            console.awaitEnd();
            assertThat(console.text()).doesNotContain(POWER_DOWN);
        }
        assertThat(killed.state()).isEqualTo(Guest.State.DESTROYED);
    }

    @Test
    void oneLogsInOnTheConsole() {
        vm.awaitUp();
        try (var console = vm.look(http, "console")) {
            console.send("\r");
            console.awaitText("verbs login: ");
            console.send("user\r");
            console.awaitText("$ ");
            console.send("echo $((6 * 7))\r");
            console.awaitText("\n42\r\n");
            console.send("exit\r");
        }
    }

    @Test
    void theScreenOfAVncClientIsTheOneOfTheScreenshot() throws Exception {
        vm.awaitUp();
        ByteBuffer parameters;
        try (var screen = vm.look(http, "vnc")) {
            screen.awaitText("RFB 003.008\n");
            screen.send("RFB 003.008\n");
            screen.awaitBytes(12 + 2);
            assertThat(screen.heard(12, 2)).as("one type of security: none").containsExactly(1, 1);
            screen.send(new byte[] {1});
            screen.send(new byte[] {1});
            int result = 12 + 2;
            screen.awaitBytes(result + 4 + 4);
            assertThat(screen.heard(result, 4)).as("it is let in").containsOnly(0);
            parameters = ByteBuffer.wrap(screen.heard(result + 4, 4));
        }
        var request = HttpRequest.newBuilder(URI.create(controlPlane.url() + vm.path("vnc/screenshot")))
                .header("Authorization", "Bearer " + controlPlane.adminToken());
        byte[] png = http.send(request.build(), BodyHandlers.ofByteArray()).body();
        assertThat(png).startsWith(0x89, 'P', 'N', 'G');
        var picture = ImageIO.read(new ByteArrayInputStream(png));
        assertThat(picture.getWidth()).isEqualTo(parameters.getShort());
        assertThat(picture.getHeight()).isEqualTo(parameters.getShort());
    }
}
