//! The jobs that distributions shipped: a system with systemd has units of its own in their place, so that
//! they are retired and not converted. What relations of other jobs to them mean is answered here, too.

mod recognise;
mod session_table;
mod table;

pub use session_table::SESSION_STOCK;
pub use table::{STOCK, Stock};

use super::Conversion;
use crate::findings::{Account, Code, Finding};
use crate::service::{Bond, Milestone, Party, Scope};
use crate::text::Origin;
use crate::upstart::read::{JobFiles, Reading};

/// What becomes of a job that a distribution shipped. Units have their suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// systemd, or what belongs to the system, has this unit in its place.
    Retired(&'static str),
    /// The same, and the unit does its work once, while the system boots, and then stays up.
    Once(&'static str),
    /// The package of the daemon brings this unit.
    Aliased(&'static str),
    /// Nothing has to take its place.
    Unneeded,
    /// It is converted like any other; where it is not among the jobs, this unit is meant by it.
    Present(&'static str),
    /// Nothing takes its place: it is converted like any other.
    Converted,
}

impl Fate {
    /// The unit that stands for the job.
    pub fn unit(self) -> Option<&'static str> {
        match self {
            Fate::Retired(unit) | Fate::Once(unit) | Fate::Aliased(unit) | Fate::Present(unit) => Some(unit),
            Fate::Unneeded | Fate::Converted => None,
        }
    }

    /// Whether the job is not converted.
    pub fn retires(self) -> bool {
        !matches!(self, Fate::Present(_) | Fate::Converted)
    }
}

/// What is known of a job of this name.
pub fn stock(scope: Scope, job: &[u8]) -> Option<&'static Stock> {
    let table = match scope {
        Scope::System => STOCK,
        Scope::Session => SESSION_STOCK,
    };
    let found = table.binary_search_by(|stock| stock.name.as_bytes().cmp(job));
    found.ok().and_then(|index| table.get(index))
}

/// Whether a service, named without its suffix, stands for a job that a distribution shipped.
pub fn is_unit(service: &[u8]) -> bool {
    let stands = |unit: &str| unit.strip_suffix(".service").is_some_and(|name| name.as_bytes() == service);
    STOCK.iter().any(|stock| stock.fate.unit().is_some_and(stands))
}

/// Whether a job of this name does its work once, while the system boots, and its unit then stays up. Its
/// end is then the unit's being up.
pub fn is_boot_task(job: &[u8]) -> bool {
    stock(Scope::System, job).is_some_and(|stock| matches!(stock.fate, Fate::Once(_)))
}

/// The job that has an instance for each network interface, and that one unit stands for.
pub const PER_INTERFACE: &[u8] = b"network-interface";

/// Units that come before the system is set up; whatever stands before one is early as well.
const EARLY: &[&str] = &[
    "apparmor",
    "plymouth-read-write",
    "plymouth-start",
    "systemd-journal-flush",
    "systemd-modules-load",
    "systemd-sysctl",
    "systemd-tmpfiles-setup",
    "systemd-tmpfiles-setup-dev",
    "systemd-udev-settle",
    "systemd-udev-trigger",
    "systemd-udevd",
];

/// Whether something comes before the system is set up, as far as this is known.
pub fn is_early(party: &Party) -> bool {
    match party {
        Party::Service(unit) => EARLY.iter().any(|early| early.as_bytes() == unit.as_slice()),
        Party::Milestone(milestone) => matches!(milestone, Milestone::Sysinit | Milestone::LocalFs),
        _ => false,
    }
}

/// What stands for a job that is not among those converted, for a relation of that kind.
pub fn party_of(scope: Scope, job: &[u8], bond: Bond) -> Option<Party> {
    let unit = stock(scope, job)?.fate.unit()?;
    // Targets run nothing: they cannot act when they start or stop. Nor is an instance of a template changed for itself.
    let acts = matches!(
        bond,
        Bond::StartedByStopping
            | Bond::StartedByEnd
            | Bond::StartedBySuccess
            | Bond::StartedByFailure
            | Bond::StoppedByStarting
            | Bond::StoppedByStarted
    );
    if let Some(service) = unit.strip_suffix(".service") {
        return match service.split_once('@') {
            None => Some(Party::Service(service.into())),
            // Which instance is meant is not known.
            Some((_, "")) => None,
            Some(_) => (!acts).then(|| Party::Other(unit.into())),
        };
    }
    let milestone = match unit {
        "local-fs.target" => Milestone::LocalFs,
        "multi-user.target" => Milestone::MultiUser,
        "network-online.target" => Milestone::NetworkOnline,
        "rescue.target" => Milestone::Rescue,
        "sysinit.target" => Milestone::Sysinit,
        "default.target" => Milestone::Session,
        "graphical-session-pre.target" => Milestone::GraphicalSessionPre,
        "graphical-session.target" => Milestone::GraphicalSession,
        _ => return None,
    };
    (!acts).then_some(Party::Milestone(milestone))
}

/// Whether a job is one to retire. Where it only has the name of one, it gets a finding.
pub fn judge(files: &JobFiles, reading: &mut Reading) -> Option<&'static Stock> {
    let stock = stock(reading.service.scope, files.name.as_bytes()).filter(|stock| stock.fate.retires())?;
    let Some(difference) = recognise::difference(reading.service.scope, stock, &files.conf.text) else {
        return Some(stock);
    };
    let name = stock.name;
    let message =
        format!("`{name}` is the name of a stock job, but this is not the job as shipped: {difference}");
    let finding = Finding::new(Code::NotStock, message);
    let finding = match reading.stanzas.first() {
        Some(stanza) => finding.see(*stanza, ""),
        None => finding.see(Origin::default(), ""),
    };
    let why = stock.why;
    reading.findings.push(finding.help(match stock.fate.unit() {
        Some(unit) if !unit.ends_with(".service") => {
            format!("it is converted; on the target, {why}: see whether this one is still needed")
        }
        Some(unit) if unit.strip_suffix(".service") == Some(name) => format!(
            "it is converted, and its unit would stand before the {unit} that the target has: a drop-in to that with what differs is often better"
        ),
        Some(unit) => format!(
            "it is converted; the target has {unit} in the place of the stock job: enable the one or the other"
        ),
        None => format!("it is converted; the stock job needs no successor ({why}): see whether this one does"),
    }));
    None
}

/// What a job that is retired becomes: nothing, and an account that says so.
pub fn retire(stock: &'static Stock, files: &JobFiles, reading: Reading) -> Conversion {
    let over = files.over.as_ref().map_or(&b""[..], |over| over.text.as_slice());
    let text = |origin: &Origin| origin.span.of(if origin.file == 0 { &files.conf.text } else { over });
    let (mut shipped, mut disabling, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for origin in &reading.stanzas {
        match (text(origin).starts_with(b"manual"), origin.file) {
            (true, _) if stock.fate != Fate::Unneeded => disabling.push(*origin),
            (true, _) | (false, 0) => shipped.push(*origin),
            (false, _) => changes.push(*origin),
        }
    }
    let name = stock.name;
    let mut findings = vec![at_all(note(stock), &shipped)];
    if let (false, Some(unit)) = (disabling.is_empty(), stock.fate.unit()) {
        let message = format!("`{name}` is disabled by `manual`; {unit}, which takes its place, is not");
        let finding = Finding::new(Code::OverrideOfRetired, message).help(if unit.ends_with(".target") {
            format!(
                "{unit} cannot be done without: see why the job was disabled, and whether that still holds"
            )
        } else {
            format!("systemctl disable {unit}, or systemctl mask {unit} where something else would start it")
        });
        findings.push(at_all(finding, &disabling));
    }
    if !changes.is_empty() {
        let (what, help) = match stock.fate.unit() {
            Some(unit) => (
                format!(
                    "the override changes `{name}`, and {unit}, which takes its place, knows nothing of it"
                ),
                format!("carry it over into a drop-in: systemctl edit {unit}"),
            ),
            None => (
                format!("the override changes `{name}`, which nothing takes the place of"),
                format!("see whether it is still needed: {}", stock.why),
            ),
        };
        findings.push(at_all(Finding::new(Code::OverrideOfRetired, what).help(help), &changes));
    }
    let account = Account::default().close(&reading.stanzas, &mut findings);
    Conversion {
        service: reading.service,
        units: Vec::new(),
        companions: Vec::new(),
        account,
        findings,
        ties: reading.ties,
        retired: true,
    }
}

/// The finding that says that a job is retired.
fn note(stock: &Stock) -> Finding {
    const KEEP: &str = "--keep-plumbing converts it all the same";
    let Stock { name, fate, why, .. } = stock;
    let Some(unit) = fate.unit() else {
        return Finding::new(
            Code::RetiredJob,
            format!("`{name}` is not converted, nothing has to take its place: {why}"),
        )
        .help(KEEP);
    };
    let finding =
        Finding::new(Code::RetiredJob, format!("`{name}` is not converted, {unit} takes its place: {why}"))
            .became(unit);
    match fate {
        Fate::Aliased(_) => finding.help(format!(
            "what was changed in the job belongs into a drop-in: systemctl edit {unit}; {KEEP}, and the unit then \
             stands before that of the package"
        )),
        _ => finding.help(KEEP),
    }
}

fn at_all(finding: Finding, origins: &[Origin]) -> Finding {
    origins.iter().fold(finding, |finding, origin| finding.at(*origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_job_is_known_once_and_in_order() {
        for table in [STOCK, SESSION_STOCK] {
            let disorder: Vec<_> = table
                .windows(2)
                .filter(|pair| pair[0].name >= pair[1].name)
                .map(|pair| pair[1].name)
                .collect();
            assert!(disorder.is_empty(), "{disorder:?}");
        }
        assert!(STOCK.len() > 150);
    }

    #[test]
    fn each_row_says_what_takes_the_jobs_place_how_it_is_known_and_why() {
        for stock in STOCK.iter().chain(SESSION_STOCK) {
            if let Some(unit) = stock.fate.unit() {
                assert!(unit.ends_with(".service") || unit.ends_with(".target"), "{unit}");
            }
            assert_eq!(stock.fate.retires(), !stock.why.is_empty(), "{}", stock.name);
            assert!(!stock.fate.retires() || !stock.runs.is_empty(), "{}", stock.name);
        }
    }

    #[test]
    fn a_job_is_found_by_its_name() {
        assert_eq!(
            stock(Scope::System, b"network-manager").and_then(|stock| stock.fate.unit()),
            Some("NetworkManager.service")
        );
        assert!(stock(Scope::System, b"shop").is_none());
        assert_eq!(
            party_of(Scope::System, b"udev", Bond::After),
            Some(Party::Service("systemd-udevd".into()))
        );
        assert_eq!(
            party_of(Scope::System, b"hostname", Bond::After),
            Some(Party::Milestone(Milestone::Sysinit))
        );
        assert_eq!(party_of(Scope::System, b"hostname", Bond::StartedByFailure), None);
        assert_eq!(party_of(Scope::System, b"tty", Bond::After), None);
        assert_eq!(
            party_of(Scope::System, b"tty1", Bond::After),
            Some(Party::Other("getty@tty1.service".into()))
        );
        assert!(is_boot_task(b"udevtrigger") && !is_boot_task(b"udev"));
    }
}
