//! Directives of control groups.

use super::row::rows;

rows! {
    /// systemd.resource-control(5).
    RESOURCE_CONTROL: Cgroup;
    Share("which group it is accounted to") { Last Text => Slice; }
    Share("which processors it runs on") { List Words => AllowedCPUs 244, StartupAllowedCPUs 250; }
    Share("which memory nodes it uses") {
        List Words => AllowedMemoryNodes 244, StartupAllowedMemoryNodes 250;
    }
    Remark("accounting only") {
        Last Boolean => CPUAccounting, MemoryAccounting, IOAccounting 230, BlockIOAccounting,
            TasksAccounting 227, IPAccounting 235;
    }
    Share("the share of the processor") {
        LastOrDefault CpuWeight => CPUWeight 232, StartupCPUWeight 232;
        LastOrDefault Weight => CPUShares, StartupCPUShares;
    }
    Share("the limit of the processor") {
        LastOrDefault Percent => CPUQuota;
        LastOrDefault Seconds => CPUQuotaPeriodSec 242;
    }
    Share("memory that is kept for it") {
        LastOrDefault MemoryLimit => MemoryMin 240, DefaultMemoryMin 243, DefaultMemoryLow 243,
            DefaultStartupMemoryLow 254, MemoryLow 231, StartupMemoryLow 254;
    }
    Share("the limit of memory") {
        LastOrDefault MemoryLimit => MemoryHigh 231, StartupMemoryHigh 254, MemoryMax 231,
            StartupMemoryMax 254, MemoryLimit;
    }
    Share("the limit of swap") {
        LastOrDefault MemoryLimit => MemorySwapMax 232, StartupMemorySwapMax 254, MemoryZSwapMax 253,
            StartupMemoryZSwapMax 254;
    }
    Protection("only some devices can be used") {
        List Text => DeviceAllow;
        Last Choice(DEVICE_POLICY) => DevicePolicy;
    }
    Share("the share of input and output") {
        LastOrDefault Weight => IOWeight 230, StartupIOWeight 230, BlockIOWeight, StartupBlockIOWeight;
        List Text => IODeviceWeight 230, BlockIODeviceWeight;
    }
    Share("the limit of input and output") {
        List Text => IOReadBandwidthMax 230, IOWriteBandwidthMax 230, IOReadIOPSMax 230, IOWriteIOPSMax 230,
            IODeviceLatencyTargetSec 240, BlockIOReadBandwidth, BlockIOWriteBandwidth;
    }
    Share("the number of tasks") { LastOrDefault TasksMax => TasksMax 227; }
    Share("control groups of its own") {
        List Words => Delegate, DisableControllers 240;
        LastOrDefault Text => DelegateSubgroup 254;
    }
    Protection("only some addresses can be reached") { List Words => IPAddressAllow 235, IPAddressDeny 235; }
    Protection("network traffic is filtered") {
        List Path => IPIngressFilterPath 243, IPEgressFilterPath 243;
        List Text => BPFProgram 249;
        List Words => RestrictNetworkInterfaces 250, NFTSet 255;
    }
    Share("what happens when memory runs out") {
        LastOrDefault Choice(MANAGED_OOM) => ManagedOOMSwap 247, ManagedOOMMemoryPressure 247;
        LastOrDefault Percent => ManagedOOMMemoryPressureLimit 248, ManagedOOMMemoryPressureLimitPercent 247;
        Last Choice(OOM_PREFERENCE) => ManagedOOMPreference 248;
        Last Seconds => MemoryPressureThresholdSec 254;
        Last Text => MemoryPressureWatch 254;
    }
    Removed(228) { Last Text => NetClass 227; }
    Protection("only some ports can be bound") { List Words => SocketBindAllow 249, SocketBindDeny 249; }
    Protection("core dumps leave parts of memory out") { Last Boolean => CoredumpReceive 255; }
}
