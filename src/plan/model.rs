//! What a plan holds: `plan.json`, whose schema is in the book.
//!
//! It says nothing of the time or of the machine on which it was made: planning the same root twice gives
//! the same bytes.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use super::callers::Caller;
use crate::compare;
use crate::findings::{Code, Entry, Finding, JsonPlace, Message, Outcome, Severity};
use crate::root::{Digest, RootPath, State, permissions};
use crate::text::named;

/// The version of the format.
pub const SCHEMA: u32 = 2;

/// What a root becomes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The version of the format: [`SCHEMA`].
    pub schema: u32,
    /// The version of cutover that made it.
    pub cutover: String,
    /// How it was made.
    pub options: PlanOptions,
    /// The services, by name.
    pub services: Vec<Planned>,
    /// The files that it writes, by path.
    pub files: Vec<File>,
    /// The links that it makes or takes away, by path.
    pub links: Vec<Link>,
    /// Everything that was read, by path; it has to be so still when the plan is applied.
    pub inputs: Vec<Input>,
    /// Who else in the root counts on Upstart.
    pub callers: Vec<Caller>,
    /// Units that wait for each other.
    pub cycles: Vec<Cycle>,
    /// What holds for all services, or for the root as a whole.
    pub general: Vec<Finding<Place>>,
}

/// How a plan was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOptions {
    /// The version of systemd that the units are for.
    pub target_systemd: u32,
    /// `idiomatic` or `exact`.
    pub style: String,
    /// Where output goes that Upstart logged: `journal` or `files`.
    pub logs: String,
    /// How much of scripts becomes directives: `none`, `safe` or `all`.
    pub lift: String,
    /// Whose Upstart the jobs were written for.
    pub origin: String,
    /// The directory of scripts.
    pub scripts_dir: String,
    /// Whether the jobs of the distribution are converted like any other.
    pub keep_vendor_jobs: bool,
    /// How services are made to start at boot.
    pub enablement: Enablement,
}

/// How services are made to start at boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Enablement {
    /// By links, as `systemctl enable` makes them.
    #[default]
    Links,
    /// By a preset file (systemd.preset(5)), for `systemctl preset-all`.
    Preset,
    /// Not at all.
    None,
}

named! {
    /// What becomes of a job.
    pub enum Action {
        /// Nothing: systemd, or what belongs to the system, does its work.
        Retire = "retire",
        /// A unit that is in the root already takes its place, with a drop-in for what differs.
        Adopt = "adopt",
        /// It becomes units of its own.
        Convert = "convert",
        /// Nothing could be made of it.
        Hold = "hold",
    }

    /// How much of a service goes through unchanged.
    pub enum Grade {
        /// All of it.
        Exact = "exact",
        /// All of it, with differences that the findings state.
        Approximated = "approximated",
        /// Something needs manual action.
        Manual = "manual",
    }

    /// What somebody decided of a service.
    #[derive(Default)]
    pub enum Decision {
        /// Nothing yet.
        #[default]
        Undecided = "undecided",
        /// It is installed.
        Accepted = "accepted",
        /// It is not installed.
        Skipped = "skipped",
    }
}

impl Grade {
    /// The grade of a conversion whose stanzas end so, and of whose findings that is the gravest.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>, worst: Option<Severity>) -> Grade {
        let outcomes = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Exact | Outcome::Dropped => Grade::Exact,
            Outcome::Approximated => Grade::Approximated,
            Outcome::Manual => Grade::Manual,
        });
        let said = match worst {
            Some(Severity::Manual | Severity::Error) => Grade::Manual,
            Some(Severity::Warning) => Grade::Approximated,
            Some(Severity::Note) | None => Grade::Exact,
        };
        outcomes.max().unwrap_or(Grade::Exact).max(said)
    }
}

/// What becomes of one job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// The job's name.
    pub name: String,
    /// Whether the job is one of user sessions.
    pub session: bool,
    /// What becomes of it.
    pub action: Action,
    /// The unit that does its work afterwards.
    pub unit: Option<String>,
    /// Why it is so, in a sentence.
    pub why: String,
    /// How much goes through unchanged.
    pub grade: Grade,
    /// Whether Upstart never started it by itself (`manual`).
    pub disabled: bool,
    /// What was read of it, its job file first.
    pub sources: Vec<RootPath>,
    /// The files that it needs, its unit first.
    pub files: Vec<RootPath>,
    /// The links that it needs.
    pub links: Vec<RootPath>,
    /// The other services of the plan that its conditions name.
    pub partners: Vec<String>,
    /// What became of each stanza.
    pub account: Vec<Entry<StanzaPlace>>,
    /// What is to be said.
    pub findings: Vec<Finding<Place>>,
    /// How what will run differs from the job, value by value.
    pub behaviour: Vec<Behaviour>,
    /// What was decided.
    pub decision: Decision,
    /// Whether a person wrote one of its files anew.
    pub edited: bool,
    /// Why it is asked again although something was decided in an earlier plan.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asked_again: Option<String>,
}

/// A place in a file; lines and columns count from 1, and the end is behind the last character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub path: RootPath,
    /// Its first line.
    pub line: usize,
    /// The column of its first character.
    pub column: usize,
    /// Its last line.
    pub end_line: usize,
    /// The column behind its last character.
    pub end_column: usize,
}

impl JsonPlace for Place {
    const LIST: &'static str = "places";
    const IS_FULL: bool = false;
}

/// Where a stanza stands, in the list of what became of each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StanzaPlace {
    /// The place.
    pub place: Place,
}

/// One value of what a service does, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// What it is about, as `cutover diff` calls it in JSON.
    pub aspect: String,
    /// The same for people.
    pub title: String,
    /// Which one of several that there can be: the name of a variable or of a resource, a path, another unit.
    pub item: Option<String>,
    /// The job's value.
    pub before: String,
    /// Whether it is what Upstart does where nothing is said.
    pub before_default: bool,
    /// Where it stands; nothing for a default.
    pub before_at: Option<Place>,
    /// The unit's value.
    pub after: String,
    /// Whether it is what systemd does where nothing is said.
    pub after_default: bool,
    /// Where it stands; nothing for a default.
    pub after_at: Option<Place>,
    /// How much they differ.
    pub grade: compare::Grade,
    /// Why it is graded so, or what to know.
    pub why: String,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A unit.
    Unit,
    /// Directives for a unit.
    DropIn,
    /// A script that a unit runs.
    Script,
    /// Files and directories to create at boot.
    Tmpfiles,
    /// Which unit owns a name on D-Bus.
    BusService,
    /// What to do when a device comes or goes.
    UdevRule,
    /// Which units `systemctl preset` enables.
    Preset,
}

/// A file to write. Its text lies in the plan's directory, below `root`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Where it will lie.
    pub path: RootPath,
    /// What it is.
    pub kind: FileKind,
    /// The services that need it, by name; it is written when one of them is accepted.
    pub services: Vec<String>,
    /// Of the text that cutover wrote.
    pub sha256: Digest,
    /// Of the text that a person wrote in its place.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub edited: Option<Digest>,
    /// Its permissions, octal.
    #[serde(with = "permissions")]
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// What is there when the plan is made.
    pub replaces: State,
    /// Which of its lines stem from which lines of the sources.
    pub line_origins: Vec<LineOrigin>,
}

/// A line of a file and where it stems from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineOrigin {
    /// The line, from 1.
    pub line: usize,
    /// The stanza.
    pub from: Place,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it will lie.
    pub path: RootPath,
    /// Where it will lead; nothing where it is taken away.
    pub to: Option<String>,
    /// The services that need it, by name.
    pub services: Vec<String>,
    /// What is there when the plan is made.
    pub replaces: State,
}

/// Something that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Where.
    pub path: RootPath,
    /// What it was.
    pub state: State,
    /// The services that it was read for, by name.
    pub services: Vec<String>,
}

/// Units that wait for each other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cycle {
    /// The units, each of which waits for the next one, and the last for the first.
    pub units: Vec<String>,
    /// What makes each of them wait.
    pub message: Message,
}

impl Plan {
    /// A service by its job's name.
    pub fn service(&self, name: &str) -> Option<&Planned> {
        self.services.iter().find(|service| service.name == name)
    }

    /// A file by its path.
    pub fn file(&self, path: &RootPath) -> Option<&File> {
        self.files.iter().find(|file| file.path == *path)
    }

    /// A link by its path.
    pub fn link(&self, path: &RootPath) -> Option<&Link> {
        self.links.iter().find(|link| link.path == *path)
    }

    /// The services of which nothing is decided and something has to be.
    pub fn undecided(&self) -> impl Iterator<Item = &Planned> {
        self.services.iter().filter(|service| service.is_undecided())
    }
}

impl Planned {
    /// Whether applying the plan needs a decision on it.
    pub(crate) fn is_undecided(&self) -> bool {
        self.decision == Decision::Undecided
    }

    /// The gravest of its findings.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// The codes of its findings, each once.
    pub fn codes(&self) -> IndexSet<Code> {
        self.findings.iter().map(|finding| finding.code).collect()
    }

    /// Whether there is nothing about it that somebody should read before accepting it.
    pub fn is_plain(&self) -> bool {
        self.grade == Grade::Exact && self.severity().is_none_or(|severity| severity < Severity::Warning)
    }
}
