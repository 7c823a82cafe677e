//! What was accepted of a plan, as changes to a root.

use thiserror::Error;

use super::model::{Action, Decision, File, FileKind, Plan, Planned};
use super::store::{Store, StoreError};
use super::survey::override_of;
use crate::install::{After, Change, Transaction};
use crate::root::{self, Root, RootError, RootPath, State};
use crate::text::Text;
use crate::text::display::shown;

/// What is to be installed of a plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice {
    /// Undecided services are left out, instead of being in the way.
    pub skip_undecided: bool,
    /// The accepted services' jobs are no longer started by Upstart.
    pub disable_upstart: bool,
}

/// Why a plan cannot be applied.
#[derive(Debug, Error)]
pub enum TransactionError {
    /// Something has to be decided first.
    #[error(
        "{} of {of} services are undecided: {}; `cutover review {plan}` decides, and --skip-undecided leaves them out",
        .names.len(), shown(.names.join(", ").as_bytes())
    )]
    Undecided {
        /// Their names.
        names: Vec<String>,
        /// How many services there are.
        of: usize,
        /// The directory of the plan.
        plan: String,
    },
    /// The plan would write there, where cutover does not, or what it does not, for this reason.
    #[error("{0}: {1}: this is no plan that cutover made")]
    Foreign(RootPath, &'static str),
    /// The plan's own directory.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The root.
    #[error("{0}")]
    Root(#[from] RootError),
}

/// Where units, drop-ins for them and their links lie.
const UNITS: &[&str] = &["/etc/systemd/system", "/etc/systemd/user"];

/// Where files of a kind lie; scripts lie where the plan says.
const PLACES: &[(FileKind, &[&str])] = &[
    (FileKind::Unit, UNITS),
    (FileKind::DropIn, UNITS),
    (FileKind::Tmpfiles, &["/etc/tmpfiles.d"]),
    (FileKind::BusService, &["/usr/local/share/dbus-1/system-services", "/usr/local/share/dbus-1/services"]),
    (FileKind::UdevRule, &["/etc/udev/rules.d"]),
    (FileKind::Preset, &["/etc/systemd/system-preset", "/etc/systemd/user-preset"]),
];

/// No override is larger.
const MOST_BYTES: u64 = 1 << 24;

/// What was accepted of a plan, as changes to a root. Nothing is written.
///
/// # Errors
/// When something is undecided, when the plan's directory does not hold what the plan says, or when the plan
/// is none that cutover made.
pub fn transaction(store: &Store, root: &Root, choice: Choice) -> Result<Transaction, TransactionError> {
    let plan = store.plan();
    let names: Vec<String> = plan.undecided().map(|service| service.name.clone()).collect();
    if !names.is_empty() && !choice.skip_undecided {
        let (of, plan) = (plan.services.len(), store.path().display().to_string());
        return Err(TransactionError::Undecided { names, of, plan });
    }
    let accepted: Vec<&Planned> =
        plan.services.iter().filter(|service| service.decision == Decision::Accepted).collect();
    let is_wanted = |services: &[String]| accepted.iter().any(|one| services.contains(&one.name));
    let watched = plan.inputs.iter().filter(|input| is_wanted(&input.services));
    let watched = watched.map(|input| (input.path.clone(), input.state.clone()));
    let mut changes = Vec::new();
    for file in plan.files.iter().filter(|file| is_wanted(&file.services)) {
        check(plan, file)?;
        let (mode, uid, gid) = (file.mode, file.uid, file.gid);
        let after = After::File(root::File { bytes: store.text(&file.path)?, mode, uid, gid });
        changes.push(Change { path: file.path.clone(), before: file.replaces.clone(), after });
    }
    for link in plan.links.iter().filter(|link| is_wanted(&link.services)) {
        if !is_below(&link.path, UNITS) {
            return Err(TransactionError::Foreign(link.path.clone(), "links do not lie there"));
        }
        let after = link.to.as_ref().map_or(After::Absent, |to| After::Link { to: Text::from(to.as_str()) });
        changes.push(Change { path: link.path.clone(), before: link.replaces.clone(), after });
    }
    if choice.disable_upstart {
        for service in accepted.iter().filter(|one| matches!(one.action, Action::Adopt | Action::Convert)) {
            changes.extend(disable(root, service)?);
        }
    }
    Ok(Transaction { label: label(&accepted), watched: watched.collect(), changes })
}

/// What was accepted, in a line.
fn label(accepted: &[&Planned]) -> String {
    /// More names are counted.
    const MOST: usize = 5;
    let names = accepted.iter().filter(|one| one.action != Action::Retire).map(|one| one.name.as_str());
    let names: Vec<&str> = names.collect();
    let label = match names.len() {
        0 => "no service".to_owned(),
        1..=MOST => names.join(", "),
        count => format!("{} and {} more", names[..MOST].join(", "), count - MOST),
    };
    shown(label.as_bytes())
}

/// Whether a file is one that cutover writes. Plans are files as well, and may come from anywhere.
fn check(plan: &Plan, file: &File) -> Result<(), TransactionError> {
    let scripts = [plan.options.scripts_dir.as_str()];
    let places = PLACES.iter().find(|(kind, _)| *kind == file.kind).map_or(&scripts[..], |(_, places)| places);
    let why = if !is_below(&file.path, places) {
        "files of its kind do not lie there"
    } else if file.mode & !0o777 != 0 || file.mode & 0o022 != 0 {
        "no file that cutover writes has such permissions"
    } else {
        return Ok(());
    };
    Err(TransactionError::Foreign(file.path.clone(), why))
}

fn is_below(path: &RootPath, places: &[&str]) -> bool {
    let below = |place: &&str| RootPath::parse(place).is_ok_and(|place| path.is_below(&place) && *path != place);
    places.iter().any(below)
}

/// The override that keeps Upstart from starting a job by itself (init(5), "Override File Handling"). What
/// another override says stays.
fn disable(root: &Root, service: &Planned) -> Result<Option<Change>, TransactionError> {
    let Some(path) = service.sources.first().and_then(override_of) else { return Ok(None) };
    let before = root.state(&path)?;
    let mut file = match before {
        State::Absent => root::File { bytes: Vec::new(), mode: 0o644, uid: 0, gid: 0 },
        _ => root.read(&path, MOST_BYTES)?,
    };
    let Some(bytes) = with_manual(&file.bytes) else { return Ok(None) };
    file.bytes = bytes;
    Ok(Some(Change { path, before, after: After::File(file) }))
}

/// An override with `manual` behind all that it says; none where that is so already.
fn with_manual(old: &[u8]) -> Option<Vec<u8>> {
    const MANUAL: &[u8] = b"manual";
    let last = old.split(|byte| *byte == b'\n').rfind(|line| !line.trim_ascii().is_empty());
    if last.is_some_and(|line| line.trim_ascii() == MANUAL) {
        return None;
    }
    let mut new = old.to_vec();
    if !new.is_empty() && !new.ends_with(b"\n") {
        new.push(b'\n');
    }
    // A line that goes on in the next one would take it in.
    if last.is_some_and(|line| line.ends_with(b"\\")) {
        new.push(b'\n');
    }
    new.extend_from_slice(MANUAL);
    new.push(b'\n');
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_keeps_what_it_says() {
        for (old, new) in [
            ("", Some("manual\n")),
            ("env A=b\n", Some("env A=b\nmanual\n")),
            ("env A=b", Some("env A=b\nmanual\n")),
            ("env A=b \\\n", Some("env A=b \\\n\nmanual\n")),
            ("env A=b \\", Some("env A=b \\\n\nmanual\n")),
            ("manual\n", None),
            ("env A=b\n  manual \n\n", None),
            ("manual\nstart on runlevel 2\n", Some("manual\nstart on runlevel 2\nmanual\n")),
        ] {
            let found = with_manual(old.as_bytes()).map(|text| String::from_utf8(text).unwrap());
            assert_eq!(found.as_deref(), new, "{old:?}");
        }
    }
}
