//! What has been lifted so far, and what is known of the variables at this point of a script.

use std::collections::{BTreeSet, HashMap};

use bstr::{BString, ByteSlice as _};

use super::statement::is_among;
use super::{Level, Lifting};
use crate::findings::Finding;
use crate::root::Root;
use crate::script::tree::{Operation, Piece, PieceKind, TestOperator, Word};
use crate::service::{
    DependencyKind, EnvironmentFile, IoPriority, Limit, Output, Resource, Run, Scheduling, Scope, Service, Step,
    Target, Variable,
};
use crate::text::{Origin, Text};

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It is in the environment of the process.
    Exported {
        /// Its value.
        value: BString,
        /// Whether the unit sets it as well, so that a command line can name it.
        in_unit: bool,
    },
    /// Only the script knows it.
    Local(BString),
    /// Only the script knows it, and a file that it read in after might have said otherwise.
    Default(BString),
    /// A file that the script reads in sets it: today to this.
    File(BString),
    /// The unit sets it, and nobody knows to what.
    Unknown,
}

/// A file that a script reads in.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub file: EnvironmentFile,
    /// Its variables that were not exported before.
    pub own: BTreeSet<BString>,
    pub sets_path: bool,
    /// Nobody has seen it.
    pub assumed: bool,
}

/// What a script does only to prepare the ground for its program.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub directory: Option<BString>,
    pub environment: Vec<(Text, Text)>,
    pub limits: Vec<(Resource, Limit)>,
    pub umask: Option<u32>,
    pub nice: Option<i32>,
    pub io_priority: Option<IoPriority>,
    pub scheduling: Option<Scheduling>,
    pub cpus: Option<Vec<u32>>,
    pub user: Option<Text>,
    pub group: Option<Text>,
    pub output: Option<Output>,
    pub input: Option<Text>,
    pub log_tag: Option<Text>,
    /// Files that were read in, and what is to be said of them.
    pub files: Vec<Reading>,
    /// Variables that the unit sets for the case that no file does.
    pub defaults: BTreeSet<BString>,
    /// Those of them that the script does not set itself.
    pub lent: BTreeSet<BString>,
    /// Variables that must not be set in that case.
    pub bare: BTreeSet<BString>,
    /// Variables whose values are put in, so that no file has a say in them.
    pub fixed: BTreeSet<BString>,
    /// What keeps files from being read by the unit.
    pub unresolved: Vec<Finding>,
    /// Programs that run before.
    pub before: Vec<Step>,
    /// The same, as they stand in the script.
    pub before_text: Option<Text>,
    /// It does not go into the background any more.
    pub foreground: bool,
    /// It does not write its PID file any more.
    pub forgets_pid_file: bool,
    pub run: Option<Run>,
    pub findings: Vec<Finding>,
    /// Comments of the part that goes.
    pub comments: Vec<Text>,
}

/// A script that is being lifted.
pub(super) struct Context<'a> {
    pub service: &'a Service,
    /// Whether nothing may differ, not even in a corner that a finding tells of.
    pub strict: bool,
    /// Whether assumptions may be made.
    pub assumes: bool,
    /// The machine that the job comes from.
    pub root: Option<&'a Root>,
    /// Whether a variable that is not known is not set.
    pub closed: bool,
    /// What the script exports by name, wherever it does.
    pub exported: BTreeSet<BString>,
    /// The stanza that it stands in.
    pub origin: Option<Origin>,
    /// Where the statement stands that is being lifted, or the stanza.
    pub place: Option<Origin>,
    pub changes: Changes,
    pub values: HashMap<BString, Value>,
}

/// What other processes of a service may find changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SharedState {
    Directory,
    Environment,
    Limits,
    Mask,
    Output,
}

/// Programs that take no notice of their directory, environment and limits, where their paths are absolute.
const INDIFFERENT: &[&str] =
    &["test", "[", "mkdir", "chown", "chmod", "chgrp", "rm", "rmdir", "install", "touch", "true"];

/// Those of them that honor the mask.
const MASKED: &[&str] = &["mkdir", "install", "touch"];

/// Variables of the events of the boot (runlevel(7), mounted(7), net-device-up(7) …).
const OF_EVENTS: &str = "ADDRFAM ADDRESS DEVICE IFACE INTERFACE LOGICAL METHOD MOUNTPOINT OPTIONS PREVLEVEL RUNLEVEL \
    TYPE UPSTART_EVENTS";

/// Variables that a shell sets by itself: dash, and besides them bash.
const OF_SHELL: &str = "EUID GROUPS HOSTNAME HOSTTYPE IFS LINENO MACHTYPE OLDPWD OPTIND OSTYPE PPID PS1 PS2 PS4 PWD \
    RANDOM SECONDS SHLVL UID _";

/// Whether a shell sets a variable by itself, so that a unit has nothing for it.
pub(super) fn is_of_shell(name: &[u8]) -> bool {
    is_among(OF_SHELL, name) || name.starts_with(b"BASH")
}

impl<'a> Context<'a> {
    pub fn new(service: &'a Service, lifting: &'a Lifting, origin: Option<Origin>) -> Context<'a> {
        let mut values = HashMap::new();
        let told = service
            .all_dependencies()
            .any(|(it, _)| it.kind == DependencyKind::StartedBy && matches!(it.to, Target::Event(_)))
            || service.instance.as_ref().is_some_and(|it| it.value.variables.len() > 1);
        let of_init = service.init_environment.iter().map(|variable| (variable, false));
        let own = service.environment.iter().map(|variable| (&variable.value, true));
        for (variable, in_unit) in of_init.chain(own) {
            let (name, value) = match variable {
                // Whoever announces the event may say another value.
                Variable::Set { name, .. } if in_unit && told => (name, Value::Unknown),
                Variable::Set { name, value } => (name, Value::Exported { value: value.0.clone(), in_unit }),
                Variable::Inherited(name) | Variable::Event(name) | Variable::Instance(name) => (name, Value::Unknown),
            };
            values.insert(name.0.clone(), value);
        }
        // What a session, an event or another job brings along is not known.
        let closed = service.scope == Scope::System
            && service.all_of.is_none()
            && service.activation.is_empty()
            && service.starts().all(|it| !matches!(it.value.to, Target::Service(_) | Target::Event(_)));
        Context {
            service,
            strict: lifting.level <= Level::Strict,
            assumes: lifting.level == Level::All,
            root: lifting.root.as_ref(),
            closed,
            exported: BTreeSet::new(),
            origin,
            place: origin,
            changes: Changes::default(),
            values,
        }
    }

    /// The directory that the process stands in at this point, if that is known: a session has its own.
    pub fn standing(&self) -> Option<BString> {
        let own = || self.service.directory.as_ref().map(|directory| directory.value.0.clone());
        let init = || (self.service.scope == Scope::System).then(|| BString::from("/"));
        self.changes.directory.clone().or_else(own).or_else(init)
    }

    /// Whether nothing but the main process would notice.
    pub(crate) fn may_change(&self, what: SharedState) -> bool {
        let ignores = |words: &[Text], privileged: bool| {
            let Some((program, args)) = words.split_first() else { return false };
            let name = program.rsplit_str("/").next().unwrap_or_default();
            let is_in = |table: &[&str]| table.iter().any(|known| known.as_bytes() == name);
            let absolute = args.iter().all(|arg| !arg.contains(&b'/') || arg.starts_with(b"/"));
            privileged
                || what != SharedState::Output
                    // Another search path may find another program.
                    && (program.starts_with(b"/") || what != SharedState::Environment && !program.contains(&b'/'))
                    && is_in(INDIFFERENT)
                    && absolute
                    && !(what == SharedState::Mask && is_in(MASKED))
        };
        self.service.hooks.iter().all(|hook| {
            let privileged = hook.command.value.privileged;
            match &hook.command.value.run {
                _ if !hook.steps.is_empty() => hook.steps.iter().all(|step| ignores(&step.argv, privileged)),
                Run::Argv(words) => ignores(words, privileged),
                Run::Expand(_) | Run::Line(_) | Run::Script(_) => false,
            }
        })
    }

    pub fn value(&self, name: &[u8]) -> Option<&Value> {
        self.values.get(name.as_bstr())
    }

    pub(crate) fn set_value(&mut self, name: BString, value: Value) {
        self.values.insert(name, value);
    }

    /// Tries something, and takes everything back if it does not come off.
    pub(crate) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let (changes, values) = (self.changes.clone(), self.values.clone());
        let found = rule(self);
        if found.is_none() {
            (self.changes, self.values) = (changes, values);
        }
        found
    }

    /// Puts a variable into the unit's environment.
    pub fn export(&mut self, name: &[u8], value: &[u8]) {
        self.values.insert(name.into(), Value::Exported { value: value.into(), in_unit: true });
        self.changes.environment.retain(|(known, _)| known.as_slice() != name);
        self.changes.environment.push((name.into(), value.into()));
    }

    /// Says what was lifted.
    pub fn report(&mut self, finding: Finding) {
        self.changes.findings.push(finding.at(self.place));
    }

    /// The text that a word stands for, if that is known: one word, whatever the shell does to it.
    pub fn text(&self, word: &Word) -> Option<BString> {
        self.pieces(&word.pieces, false)
    }

    fn pieces(&self, pieces: &[Piece], quoted: bool) -> Option<BString> {
        let mut text = BString::default();
        for piece in pieces {
            match &piece.kind {
                PieceKind::DoubleQuoted(inner) => text.extend_from_slice(&self.pieces(inner, true)?),
                PieceKind::Parameter(_) => {
                    let value = self.parameter(piece)?;
                    if !quoted && !is_one_word(&value) {
                        return None;
                    }
                    text.extend_from_slice(&value);
                }
                kind => text.extend_from_slice(kind.text()?),
            }
        }
        Some(text)
    }

    /// Whether a variable that the script does not set is certainly not set at all.
    pub(crate) fn is_unset(&self, name: &[u8]) -> bool {
        let is_name = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        let is_free = !is_of_shell(name) && !is_among(OF_EVENTS, name);
        is_name && self.closed && self.value(name).is_none() && is_free
    }

    /// The value of an expansion, if it is known.
    pub fn parameter(&self, piece: &Piece) -> Option<BString> {
        let PieceKind::Parameter(parameter) = &piece.kind else { return None };
        let value = match self.value(&parameter.name) {
            Some(Value::Exported { value, .. } | Value::Local(value) | Value::Default(value)) => Some(value),
            None if self.is_unset(&parameter.name) && self.changes.files.is_empty() => None,
            _ => return None,
        };
        match parameter.operation {
            Operation::Test(TestOperator::Default, colon) if value.is_none_or(|value| colon && value.is_empty()) => {
                self.pieces(&parameter.word, true)
            }
            Operation::Value | Operation::Test(TestOperator::Default, _) => value.cloned(),
            _ => None,
        }
    }
}

/// Whether the shell makes one word of a value without quotes, and the same one.
pub(super) fn is_one_word(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(|byte| !byte.is_ascii_whitespace() && !b"*?[\\".contains(byte))
}
