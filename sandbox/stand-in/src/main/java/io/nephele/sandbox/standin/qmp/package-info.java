/** QEMU's machine protocol: how a QEMU process is told what to do, and tells what happens to it. */
package io.nephele.sandbox.standin.qmp;
