//! Settings of control groups: from the kernel's first interface to the directives of today.

use bstr::ByteSlice as _;

use super::Writer;
use crate::findings::codes;
use crate::service::CgroupSetting;
use crate::systemd::table::Directive;
use crate::text::Origin;

/// A directive, and the value that it gets for one of the kernel's.
type Becomes = (Directive, fn(&[u8]) -> Option<String>);

/// For each setting what it becomes today, and what it was when the first interface was all that there was.
const ROWS: &[(&str, Becomes, Becomes)] = {
    use Directive as D;
    &[
        ("memory.limit_in_bytes", (D::MemoryMax, bytes), (D::MemoryLimit, bytes)),
        (
            "cpu.shares",
            (D::CPUWeight, |value| weight(value, 1024)),
            (D::CPUShares, |value| Some(number(value)?.clamp(2, 262_144).to_string())),
        ),
        (
            "blkio.weight",
            (D::IOWeight, |value| weight(value, 500)),
            (D::BlockIOWeight, |value| Some(number(value)?.clamp(10, 1000).to_string())),
        ),
        ("blkio.throttle.read_bps_device", (D::IOReadBandwidthMax, device), (D::BlockIOReadBandwidth, device)),
        ("blkio.throttle.write_bps_device", (D::IOWriteBandwidthMax, device), (D::BlockIOWriteBandwidth, device)),
        ("cpuset.cpus", (D::AllowedCPUs, list), (D::AllowedCPUs, list)),
        ("cpuset.mems", (D::AllowedMemoryNodes, list), (D::AllowedMemoryNodes, list)),
    ]
};

impl Writer<'_> {
    pub(super) fn cgroups(&mut self) {
        for setting in &self.service.cgroups {
            let origin = setting.origin();
            let CgroupSetting { controller, name, key, value } = &setting.value;
            let own = name.as_ref().is_none_or(|name| name.as_slice() == b"$UPSTART_CGROUP");
            match (key, value) {
                (Some(key), Some(value)) if own => self.cgroup(&controller.to_string(), key, value, origin),
                // Every unit has a group of its own in every controller.
                _ if own => self.account.is_default(origin, "a control group of its own"),
                _ => self.cgroup_by_hand(origin),
            }
        }
    }

    fn cgroup(&mut self, controller: &str, key: &[u8], value: &[u8], origin: Option<Origin>) {
        let key = key.strip_prefix(format!("{controller}.").as_bytes()).unwrap_or(key);
        let setting = [controller.as_bytes(), b".", key].concat();
        let row = ROWS.iter().find(|(known, ..)| known.as_bytes() == setting);
        let becomes = row.map(|(_, new, old)| if self.knows(new.0) { new } else { old });
        let Some((directive, value)) = becomes.and_then(|(directive, read)| Some((*directive, read(value)?))) else {
            return self.cgroup_by_hand(origin);
        };
        if !self.knows(directive) {
            self.raise(codes::directive_not_in_target(self.options.target, directive.name()), origin);
            return;
        }
        self.put(directive, &value, origin);
        self.raise(codes::cgroup_setting(), origin).became(format!("{}={value}", directive.name()));
    }

    fn cgroup_by_hand(&mut self, origin: Option<Origin>) {
        self.raise(codes::cgroup_manual(), origin);
    }
}

fn number(value: &[u8]) -> Option<u64> {
    value.to_str().ok()?.parse().ok()
}

/// A weight, of which 100 is what the kernel has for every group.
fn weight(value: &[u8], default: u64) -> Option<String> {
    Some((number(value)?.saturating_mul(100) / default).clamp(1, 10_000).to_string())
}

/// A number of bytes with one of the kernel's suffixes.
fn bytes(value: &[u8]) -> Option<String> {
    if value == b"-1" {
        return Some("infinity".to_owned());
    }
    let text = value.to_str().ok()?;
    let digits = text.trim_end_matches(['k', 'K', 'm', 'M', 'g', 'G']);
    let valid =
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.len() - digits.len() <= 1;
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

/// Processors or memory nodes: `0-3,7`.
fn list(value: &[u8]) -> Option<String> {
    let valid = !value.is_empty() && value.iter().all(|byte| byte.is_ascii_digit() || b",-".contains(byte));
    valid.then(|| value.to_str_lossy().into_owned())
}
