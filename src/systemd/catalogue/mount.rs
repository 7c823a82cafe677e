//! Directives of file systems, swap and scopes, as far as systemd has sections of its own for them.

use super::{Row, rows};

rows! {
    /// systemd.mount(5).
    MOUNT: Mount;
    What, 0, Text, LastOrDefault, Mapped;
    Where, 0, Path, LastOrDefault, Mapped;
    Options, 0, Text, LastOrDefault, Mapped;
    Type, 0, Text, LastOrDefault, Mapped;
    TimeoutSec, 0, Timeout, Last, Manual("how a file system is mounted");
    DirectoryMode, 0, Mode, Last, Manual("how a file system is mounted");
    SloppyOptions, 0, Boolean, Last, Manual("how a file system is mounted");
    LazyUnmount, 232, Boolean, Last, Manual("how a file system is mounted");
    ForceUnmount, 232, Boolean, Last, Manual("how a file system is mounted");
    ReadWriteOnly, 246, Boolean, Last, Manual("how a file system is mounted");
    FsckPassNo, 0, Integer, Last, Obsolete("systemd 208 was the last to know it");
}

rows! {
    /// systemd.automount(5).
    AUTOMOUNT: Automount;
    Where, 0, Path, LastOrDefault, Manual("how a file system is mounted");
    ExtraOptions, 250, Text, LastOrDefault, Manual("how a file system is mounted");
    DirectoryMode, 0, Mode, Last, Manual("how a file system is mounted");
    TimeoutIdleSec, 220, Timeout, Last, Manual("how a file system is mounted");
}

rows! {
    /// systemd.swap(5).
    SWAP: Swap;
    What, 0, Path, LastOrDefault, Manual("how a file system is mounted");
    Priority, 0, Text, LastOrDefault, Manual("how a file system is mounted");
    Options, 0, Text, LastOrDefault, Manual("how a file system is mounted");
    TimeoutSec, 0, Timeout, Last, Manual("how a file system is mounted");
}

rows! {
    /// systemd.scope(5).
    SCOPE: Scope;
    RuntimeMaxSec, 244, Seconds, Last, Manual("a scope is made by a program");
    RuntimeRandomizedExtraSec, 250, Seconds, Last, Manual("a scope is made by a program");
    TimeoutStopSec, 0, Timeout, Last, Manual("a scope is made by a program");
    OOMPolicy, 253, Choice(choice::OOM_POLICY), Last, ResourceControl("what happens when memory runs out");
}
