package io.nephele.crds.instance;

/** What the user wants an Instance to be. */
public enum PowerState {
    Running,
    Stopped,

    /** For good: the VM goes, and the root volume with it if it was told to; the object stays for an hour. */
    Terminated
}
