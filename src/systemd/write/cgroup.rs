//! Settings of control groups: from the kernel's first interface to the directives of today.

use bstr::ByteSlice as _;

use super::Writer;
use crate::findings::{Code, Finding};
use crate::service::CgroupSetting;
use crate::systemd::directive::Directive;
use crate::text::Sourced;

impl Writer<'_> {
    pub(super) fn cgroups(&mut self) {
        let service = self.service;
        for setting in &service.cgroups {
            let CgroupSetting { controller, name, key, value } = &setting.value;
            let own = name.as_ref().is_none_or(|name| name.as_slice() == b"$UPSTART_CGROUP");
            let (Some(key), Some(value), true) = (key, value, own) else {
                if own {
                    // Every unit has a group of its own in every controller.
                    self.account.is_default(setting.origin, "a control group of its own");
                } else {
                    self.cgroup_by_hand(setting);
                }
                continue;
            };
            let prefix = format!("{controller}.");
            let key = key.strip_prefix(prefix.as_bytes()).unwrap_or(key);
            let number = value.to_str().ok().and_then(|value| value.parse::<u64>().ok());
            let translated = match (controller.to_str_lossy().as_ref(), key, number) {
                ("memory", b"limit_in_bytes", _) => bytes(value)
                    .map(|value| (Directive::MemoryMax, Directive::MemoryLimit, value.clone(), value)),
                ("cpu", b"shares", Some(shares)) => Some((
                    Directive::CPUWeight,
                    Directive::CPUShares,
                    (shares.saturating_mul(100) / 1024).clamp(1, 10_000).to_string(),
                    shares.clamp(2, 262_144).to_string(),
                )),
                ("blkio", b"weight", Some(weight)) => Some((
                    Directive::IOWeight,
                    Directive::BlockIOWeight,
                    (weight.saturating_mul(100) / 500).clamp(1, 10_000).to_string(),
                    weight.clamp(10, 1000).to_string(),
                )),
                ("blkio", b"throttle.read_bps_device", _) => device(value).map(|value| {
                    (Directive::IOReadBandwidthMax, Directive::BlockIOReadBandwidth, value.clone(), value)
                }),
                ("blkio", b"throttle.write_bps_device", _) => device(value).map(|value| {
                    (Directive::IOWriteBandwidthMax, Directive::BlockIOWriteBandwidth, value.clone(), value)
                }),
                ("cpuset", b"cpus", _) => cpus(value)
                    .map(|value| (Directive::AllowedCPUs, Directive::AllowedCPUs, value.clone(), value)),
                ("cpuset", b"mems", _) => cpus(value).map(|value| {
                    (Directive::AllowedMemoryNodes, Directive::AllowedMemoryNodes, value.clone(), value)
                }),
                _ => None,
            };
            let Some((new, old, new_value, old_value)) = translated else {
                self.cgroup_by_hand(setting);
                continue;
            };
            let (directive, value) = if self.knows(new) { (new, new_value) } else { (old, old_value) };
            if !self.knows(directive) {
                self.not_in_target(
                    setting.origin,
                    &format!("has no {}=", directive.info().name),
                    "leave it, or set it from outside",
                );
                continue;
            }
            self.put(directive, value.clone(), setting.origin);
            self.find(
                Finding::new(
                    Code::CgroupSetting,
                    "a setting of the first control group interface became a directive",
                )
                .at(setting.origin)
                .became(format!("{}={value}", directive.info().name))
                .help("compare the value with what the kernel's control groups of today make of it"),
            );
        }
    }

    fn cgroup_by_hand(&mut self, setting: &Sourced<CgroupSetting>) {
        self.find(
            Finding::new(Code::CgroupManual, "there is no directive for this control group setting")
                .at(setting.origin)
                .help("see systemd.resource-control(5) for what comes near it"),
        );
    }
}

/// A number of bytes with one of the kernel's suffixes.
fn bytes(value: &[u8]) -> Option<String> {
    if value == b"-1" {
        return Some("infinity".to_owned());
    }
    let text = value.to_str().ok()?;
    let digits = text.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']);
    let valid = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.len() - digits.len() <= 1;
    valid.then(|| text.to_ascii_uppercase())
}

/// `MAJOR:MINOR BYTES` as systemd takes it.
fn device(value: &[u8]) -> Option<String> {
    let (device, rate) = value.to_str().ok()?.trim().split_once(' ')?;
    let valid = device.split(':').count() == 2
        && device.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
        && rate.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| format!("/dev/block/{device} {rate}"))
}

/// A list of processors or memory nodes: `0-3,7`.
fn cpus(value: &[u8]) -> Option<String> {
    let valid = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || b",-".contains(byte));
    valid.then(|| value.to_str_lossy().into_owned())
}
