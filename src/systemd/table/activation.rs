//! Directives of sockets, of timers and of watched paths.

use super::row::rows;

rows! {
    /// systemd.socket(5).
    SOCKET: Socket;
    Modelled() {
        Shared Listen => ListenStream, ListenDatagram, ListenSequentialPacket, ListenFIFO, ListenNetlink,
            ListenSpecial, ListenMessageQueue, ListenUSBFunction 227;
        LastOrDefault UserOrGroup => SocketUser, SocketGroup;
        Last Mode => SocketMode;
        Last Boolean => Accept;
        LastOrDefault Text => FileDescriptorName 227;
        Last Units => Service;
    }
    Behaviour("how the socket is made") {
        Last Text => SocketProtocol 229, BindIPv6Only;
        Last Unsigned => Backlog, MaxConnections, MaxConnectionsPerSource 232, KeepAliveProbes,
            TriggerLimitBurst 230, PollLimitBurst 255;
        LastOrDefault Text => BindToDevice, IPTOS, Timestamping 247, TCPCongestion;
        List CommandLine => ExecStartPre, ExecStartPost, ExecStopPre, ExecStopPost;
        Last Timeout => TimeoutSec;
        Last Mode => DirectoryMode;
        Last Boolean => FlushPending 247, Writable 227, KeepAlive, NoDelay, FreeBind, Transparent, Broadcast,
            PassCredentials, PassSecurity, PassPacketInfo 246, ReusePort, RemoveOnStop;
        Last Seconds => KeepAliveTimeSec, KeepAliveIntervalSec, DeferAcceptSec, TriggerLimitIntervalSec 230,
            PollLimitIntervalSec 255;
        Last Integer => Priority, IPTTL, Mark, MessageQueueMaxMessages, MessageQueueMessageSize;
        Last Size => ReceiveBuffer, SendBuffer, PipeSize;
        List Paths => Symlinks;
    }
    Protection("the policy of Smack") { LastOrDefault Text => SmackLabel, SmackLabelIPIn, SmackLabelIPOut; }
    Protection("the policy of SELinux") { Last Boolean => SELinuxContextFromNet; }
}

rows! {
    /// systemd.timer(5).
    TIMER: Timer;
    Modelled() {
        Shared TimerSpec => OnCalendar, OnActiveSec, OnBootSec, OnStartupSec, OnUnitActiveSec,
            OnUnitInactiveSec;
        Last Boolean => OnClockChange 242, OnTimezoneChange 242, Persistent, WakeSystem,
            RemainAfterElapse 228, FixedRandomDelay 247;
        Last Seconds => AccuracySec, RandomizedDelaySec 229;
        First Units => Unit;
    }
}

rows! {
    /// systemd.path(5).
    PATH: Path;
    Modelled() {
        Shared PathSpec => PathExists, PathExistsGlob, PathChanged, PathModified, DirectoryNotEmpty;
        First Units => Unit;
        Last Boolean => MakeDirectory;
        Last Mode => DirectoryMode;
        Last Seconds => TriggerLimitIntervalSec 250;
        Last Unsigned => TriggerLimitBurst 250;
    }
}
