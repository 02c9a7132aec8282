package io.nephele.sandbox.standin.kubevirt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ByteChannel;

/** The ways into a running guest, and what can be seen of it from outside. All fail with an IOException where there is no guest. */
interface Doors {

    /** The serial console. The channel ends with the guest; there is at most one at a time. */
    ByteChannel console(Vmi vmi) throws IOException;

    /** A VNC server (RFC 6143), before its first byte. The channel ends with the guest. */
    ByteChannel vnc(Vmi vmi) throws IOException;

    /** What is on the screen, as PNG. */
    byte[] screenshot(Vmi vmi) throws IOException;

    /** The newest of what the guest has written to its serial console since it was started; nothing, if it was not. Also of one that has ended. */
    InputStream consoleLog(Vmi vmi) throws IOException;
}
