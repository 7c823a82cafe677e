//! Directives of file systems, swap and scopes, as far as systemd has sections of its own for them.

use super::row::rows;

rows! {
    /// systemd.mount(5).
    MOUNT: Mount;
    Modelled() { LastOrDefault Text => What, Options, Type; LastOrDefault Path => Where; }
    Behaviour("how a file system is mounted") {
        Last Timeout => TimeoutSec;
        Last Mode => DirectoryMode;
        Last Boolean => SloppyOptions, LazyUnmount 232, ForceUnmount 232, ReadWriteOnly 246;
    }
    LastKnown(208) { Last Integer => FsckPassNo; }
}

rows! {
    /// systemd.automount(5).
    AUTOMOUNT: Automount;
    Behaviour("how a file system is mounted") {
        LastOrDefault Path => Where;
        LastOrDefault Text => ExtraOptions 250;
        Last Mode => DirectoryMode;
        Last Timeout => TimeoutIdleSec 220;
    }
}

rows! {
    /// systemd.swap(5).
    SWAP: Swap;
    Behaviour("how a file system is mounted") {
        LastOrDefault Path => What;
        LastOrDefault Text => Priority, Options;
        Last Timeout => TimeoutSec;
    }
}

rows! {
    /// systemd.scope(5).
    SCOPE: Scope;
    Behaviour("a scope is made by a program") {
        Last Seconds => RuntimeMaxSec 244, RuntimeRandomizedExtraSec 250;
        Last Timeout => TimeoutStopSec;
    }
    Share("what happens when memory runs out") { Last Choice(OOM_POLICY) => OOMPolicy 253; }
}
