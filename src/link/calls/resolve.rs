//! What a call to Upstart is under systemd.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};
use thiserror::Error;

use super::known::{Job, Known, PendingAction, Unit};
use super::script_names::ScriptNames;
use super::table;
use super::variables;
use crate::script::call::{Call, Unread, Value};
use crate::script::init_tools::{Verb, find};
use crate::service::{Scope, Service};
use crate::systemd::quote::shell_word;
use crate::systemd::{manager, names};
use crate::text::Text;
use crate::upstart::read::job_events;

/// Why a call stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Reason {
    #[error("{0}")]
    Unread(#[from] Unread),
    #[error("a unit is handed no variables, and this hands on {0}")]
    Variables(String),
    #[error("`{0}` is not among the jobs converted, which alone would tell whether {1} names an instance of it")]
    UnknownInstance(BString, String),
    #[error("it does not say which instance of `{0}` is meant")]
    Instance(BString),
    #[error("nothing takes the place of {0}: {1}")]
    Retired(BString, &'static str),
    #[error("`{0}` is an event of the boot's own, which nobody but the system announces")]
    SystemEvent(Text),
    #[error("it is about the environment of this job alone, which nobody changes from outside under systemd")]
    OwnEnvironment,
    #[error("what it prints is read, and systemctl prints something else")]
    Output,
    #[error("escapes in the backquotes change what runs")]
    Escaped,
    #[error("another program runs it, from a text of its own")]
    Text,
    #[error("in another root directory there is no systemctl")]
    Root,
    #[error("the shell cannot read the script: {0}")]
    SyntaxError(String),
}

impl Reason {
    /// What to do about the call.
    pub fn help(&self, systemctl: &str) -> String {
        let help = match self {
            Reason::Unread(Unread::ComputedJob) => {
                "call systemctl with the unit's name: NAME.service, of an instance NAME@INSTANCE.service"
            }
            Reason::Unread(Unread::ComputedEvent) => "start the event's target: systemctl start EVENT.target",
            Reason::Variables(_) => {
                "write them to a file that the unit reads with EnvironmentFile=, then start the unit"
            }
            Reason::UnknownInstance(..) => "convert the two together; an instance is NAME@INSTANCE.service",
            Reason::Instance(_) => "name the instance: systemctl … NAME@INSTANCE.service",
            Reason::OwnEnvironment => {
                "write it to a file that the unit reads with EnvironmentFile=, or set it with Environment="
            }
            Reason::Output => "ask systemctl show -p ActiveState,MainPID, and read that",
            Reason::Retired(..) => "take the call out, or order the units with After=",
            Reason::Text | Reason::Escaped | Reason::SyntaxError(_) => "call systemctl there in its place",
            Reason::Root => "start and stop the other unit from outside: Wants=, OnSuccess=, …",
            _ => "decide what takes its place",
        };
        help.replace("systemctl", systemctl)
    }
}

/// What a call does not wait for, although it did under Upstart.
#[derive(Clone, Debug, Error)]
pub(crate) enum Unwaited {
    #[error("the job's own unit would wait for it, and it for that")]
    Own,
    #[error("`{0}` is ordered with this job's unit, and each would wait for the other")]
    Job(Text),
}

/// Who calls.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    pub known: &'a Known,
    /// The service whose process it is.
    pub own: &'a Service,
    /// The job of that service's unit that is pending.
    pub pending_action: PendingAction,
}

/// Where a call stands.
#[derive(Clone, Copy)]
pub(crate) struct CallSite<'a> {
    pub caller: Caller<'a>,
    /// What the script around it gives names to.
    pub names: &'a ScriptNames,
    /// Whether somebody looks at its exit status.
    pub condition: bool,
    /// Whether somebody reads what it prints.
    pub read: bool,
}

/// What stands in a call's place.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    pub text: BString,
    /// Several commands, which stand in braces where one is needed.
    pub compound: bool,
    pub unwaited: Option<Unwaited>,
    /// It is about a job that nobody knows.
    pub unknown: Option<BString>,
    /// It announces an event that no job waits for: a target has to be there all the same.
    pub announces: Option<Text>,
    /// The process needs the name of its instance in this variable.
    pub needs_instance: bool,
}

impl<T: Into<BString>> From<T> for Replacement {
    fn from(text: T) -> Self {
        Replacement { text: text.into(), ..Replacement::default() }
    }
}

/// A unit as a word of the shell, and what has to be known of it.
#[derive(Default)]
struct Named {
    word: BString,
    /// The command that writes its variables to a file before a start.
    file: Option<BString>,
    is_instance: bool,
    reloads: bool,
    /// A target of the boot, which others need.
    is_of_boot: bool,
    needs_instance: bool,
    unknown: Option<BString>,
}

impl Named {
    fn of(unit: &str) -> Named {
        Named { word: shell_word(unit.as_bytes()).into(), ..Named::default() }
    }

    fn replacement(self, text: String) -> Replacement {
        let (unknown, needs_instance) = (self.unknown, self.needs_instance);
        Replacement { unknown, needs_instance, ..text.into() }
    }
}

impl Caller<'_> {
    /// Whether a call is about the job that it stands in.
    pub fn is_own(&self, call: &Call) -> bool {
        let is_name = |name: &Value| {
            name.variable.as_ref().is_some_and(|it| it == "UPSTART_JOB")
                || (name.literal.as_ref() == Some(&self.own.name.0) && self.own.instance.is_none())
        };
        call.variables.is_empty() && call.name.as_ref().is_none_or(is_name)
    }

    /// `service` stays what it is for what is no job.
    pub(crate) fn is_foreign(&self, call: &Call) -> bool {
        let unknown = |name: &BString| matches!(self.known.unit(name), Ok(Unit::Unknown(_)));
        call.by_service && call.literal().is_some_and(unknown)
    }

    fn systemctl(&self, call: &Call) -> &'static str {
        manager::systemctl(if call.system { Scope::System } else { self.known.scope })
    }

    fn hangs(&self, verb: Verb, other: &Text) -> bool {
        self.known.hangs(self.own, self.pending_action, verb, other)
    }
}

impl CallSite<'_> {
    /// What a call is under systemd.
    pub fn resolve(&self, call: &Call) -> Result<Replacement, Reason> {
        let verb = call.verb.ok_or(Unread::Incomplete)?;
        let systemctl = self.caller.systemctl(call);
        match verb {
            Verb::Start | Verb::Stop | Verb::Restart | Verb::Reload => self.act(call, verb),
            Verb::Status => self.status(call),
            Verb::Emit => self.emit(call),
            Verb::Notify => Ok(":".into()),
            Verb::ReloadConfiguration => Ok(format!("{systemctl} daemon-reload").into()),
            Verb::Runlevel => {
                let level = call.literal().ok_or(Unread::ComputedLevel)?;
                let action = find(table::RUNLEVELS, level).ok_or(Unread::NoCounterpart)?;
                // telinit does not wait.
                let block = if action.starts_with("daemon") { "" } else { "--no-block " };
                Ok(format!("{systemctl} {block}{action}").into())
            }
            Verb::SetEnv | Verb::UnsetEnv | Verb::GetEnv | Verb::ListEnv => environment(call, verb, systemctl),
            Verb::Enable | Verb::Disable | Verb::Other(_) => Err(Unread::NoCounterpart.into()),
        }
    }

    /// The unit of the job that a call names.
    fn unit(&self, call: &Call) -> Result<Named, Reason> {
        let Caller { known, own, .. } = self.caller;
        if self.caller.is_own(call) {
            return Ok(own_unit(known.job(&own.name).ok_or(Unread::ComputedJob)?));
        }
        let handed = || Reason::Variables(variable_names(call));
        let name = call.name.as_ref().ok_or_else(handed)?.literal.as_ref().ok_or(Unread::ComputedJob)?;
        let unit = known.unit(name).map_err(|why| Reason::Retired(name.clone(), why))?;
        Ok(match unit {
            Unit::Job(job) if job.instance.is_some() => return self.instance(job, name, call),
            Unit::Unknown(_) if !call.variables.is_empty() => {
                return Err(Reason::UnknownInstance(name.clone(), variable_names(call)));
            }
            _ if !call.variables.is_empty() => return Err(handed()),
            Unit::Job(job) => Named { reloads: job.reloads, ..Named::of(&job.unit()) },
            // Whether the unit of a package can reload is not known; Upstart sent HUP.
            Unit::VendorJob(unit) => Named { is_of_boot: unit.ends_with(".target"), ..Named::of(unit) },
            Unit::Unknown(unit) => Named { unknown: Some(name.clone()), reloads: true, ..Named::of(&unit) },
        })
    }

    /// The instance of a template that a call's variables name.
    fn instance(&self, job: &Job, name: &BString, call: &Call) -> Result<Named, Reason> {
        let instance = job.instance.as_ref().ok_or(Unread::Incomplete)?;
        let others = call.variables.iter().filter(|(name, _)| !instance.variables.contains(name));
        let lost: Vec<&str> = others.filter_map(|(name, _)| name.to_str().ok()).collect();
        // A stop hands variables to hooks only; which instance it means is all that counts.
        if !lost.is_empty() && matches!(call.verb, Some(Verb::Start | Verb::Restart)) {
            return Err(Reason::Variables(lost.join(", ")));
        }
        let unsaid = || Reason::Instance(name.clone());
        let default = instance.default.as_ref().map(|text| Value::literal(text));
        let value = |variable: &Text| {
            let given = call.variables.iter().rev().find(|(name, _)| name == variable);
            let value = given.map(|(_, value)| value).or(default.as_ref()).ok_or_else(unsaid)?;
            Ok((variable.clone(), value.clone()))
        };
        let values: Vec<(Text, Value)> = instance.variables.iter().map(value).collect::<Result<_, Reason>>()?;
        let (value, file) = if let [(_, value)] = values.as_slice() {
            (value.clone(), None)
        } else {
            let value = expanded(&instance.pattern, &values).ok_or_else(unsaid)?;
            let path = [job.stem.as_bytes(), b"@", value.quoted.as_slice()].concat();
            let file = variables::write(self.caller.known.scope, "upstart-env", &path, &values, self.names);
            (value, Some(file))
        };
        let word = self.instance_word(&job.stem, ".service", &value);
        Ok(Named { word, file, is_instance: true, reloads: job.reloads, ..Named::default() })
    }

    /// An instance of a template, as a word.
    fn instance_word(&self, stem: &str, suffix: &str, value: &Value) -> BString {
        match (&value.literal, &value.variable) {
            (Some(literal), _) => shell_word(format!("{stem}@{}{suffix}", names::escape(literal)).as_bytes()).into(),
            (None, Some(variable)) if self.names.is_plain(variable) => {
                let stem = stem.replace('\\', r"\\");
                [b"\"", stem.as_bytes(), b"@", value.quoted.as_slice(), suffix.as_bytes(), b"\""].concat().into()
            }
            _ => computed_instance(stem, suffix, &value.quoted),
        }
    }

    fn act(&self, call: &Call, verb: Verb) -> Result<Replacement, Reason> {
        let unit = self.unit(call)?;
        if unit.is_of_boot && verb != Verb::Start {
            return Err(Unread::NoCounterpart.into());
        }
        let caller = self.caller;
        let own = caller.is_own(call);
        let other = match &call.name {
            Some(name) if !own => name.literal.clone().map(Text).unwrap_or_default(),
            _ => caller.own.name.clone(),
        };
        let hangs = verb != Verb::Reload && !call.no_wait && caller.hangs(verb, &other);
        let systemctl = caller.systemctl(call);
        let block = if hangs || call.no_wait { " --no-block" } else { "" };
        let word = &unit.word;
        let mut compound = false;
        let mut text = match verb {
            Verb::Start => format!("{systemctl} start{block} {word}"),
            Verb::Stop => format!("{systemctl} stop{block} {word}"),
            // A job that is down is not restarted; `service` starts it.
            Verb::Restart if call.by_service => format!("{systemctl} restart{block} {word}"),
            Verb::Restart if self.condition => {
                compound = true;
                format!("{systemctl} is-active -q {word} && {systemctl} restart{block} {word}")
            }
            Verb::Restart => format!("{systemctl} try-restart{block} {word}"),
            _ if unit.reloads => format!("{systemctl} reload {word}"),
            _ => format!("{systemctl} kill --kill-who=main -s HUP {word}"),
        };
        if let (Verb::Start, Some(file)) = (verb, &unit.file) {
            compound = true;
            text = format!("{file} && {text}");
        }
        // Of its own stop, nothing in the script sees the end on Upstart either.
        let unwaited =
            (hangs && !(own && verb == Verb::Stop)).then_some(if own { Unwaited::Own } else { Unwaited::Job(other) });
        Ok(Replacement { compound, unwaited, ..unit.replacement(text) })
    }

    /// `status` alone succeeds where there is such a job, or such an instance of one.
    fn status(&self, call: &Call) -> Result<Replacement, Reason> {
        if self.read {
            return Err(Reason::Output);
        }
        let unit = self.unit(call)?;
        let (systemctl, word) = (self.caller.systemctl(call), &unit.word);
        let text = if unit.is_instance {
            format!("{systemctl} is-active -q {word}")
        } else if self.condition {
            format!("{systemctl} cat {word} >/dev/null")
        } else {
            format!("{systemctl} show -p ActiveState {word}")
        };
        Ok(unit.replacement(text))
    }

    /// `status` whose output is searched for one of these states.
    pub(crate) fn is_in_state(&self, call: &Call, states: &[&str], quiet: bool) -> Result<Replacement, Reason> {
        let unit = self.unit(call)?;
        let (systemctl, word) = (self.caller.systemctl(call), &unit.word);
        let text = if let ["active"] = states {
            format!("{systemctl} is-active {}{word}", if quiet { "-q " } else { "" })
        } else {
            let q = if quiet { "q" } else { "" };
            format!("{systemctl} show -p ActiveState {word} | grep -E{q} '=({})$'", states.join("|"))
        };
        Ok(unit.replacement(text))
    }

    fn emit(&self, call: &Call) -> Result<Replacement, Reason> {
        let name = call.name.as_ref().ok_or(Unread::Incomplete)?;
        let event = Text(name.literal.clone().ok_or(Unread::ComputedEvent)?);
        let Caller { known, own, .. } = self.caller;
        let listeners = known.listeners(&event);
        if listeners.is_empty() && job_events::is_of_the_system(&event) {
            return Err(Reason::SystemEvent(event));
        }
        let target = names::event(&event);
        let stem = target.trim_end_matches(".target");
        let mut words: Vec<BString> = Vec::new();
        let mut commands: Vec<BString> = Vec::new();
        let mut write = |path: &[u8]| {
            let (scope, directory) = (known.scope, variables::OF_EVENTS);
            if !call.variables.is_empty() {
                commands.push(variables::write(scope, directory, path, &call.variables, self.names));
            } else if known.announces_variables(&event) {
                commands.push(variables::remove(scope, directory, path));
            }
        };
        let choosing: BTreeSet<&Text> = listeners.iter().filter_map(|(_, by)| by.as_ref()).collect();
        for by in choosing {
            let given = call.variables.iter().find(|(name, _)| name == by).or(call.variables.first());
            let (_, value) = given.ok_or_else(|| Reason::Instance(event.0.clone()))?;
            write(&[stem.as_bytes(), b"@", value.quoted.as_slice(), b".env"].concat());
            words.push(self.instance_word(stem, ".target", value));
        }
        if listeners.iter().any(|(_, by)| by.is_none()) || listeners.is_empty() {
            write(&[stem.as_bytes(), b".env"].concat());
            words.push(shell_word(target.as_bytes()).into());
        }
        let hangs = |name: &Text| [Verb::Start, Verb::Stop].iter().any(|verb| self.caller.hangs(*verb, name));
        let hung = listeners.iter().map(|(name, _)| name).find(|name| !call.no_wait && hangs(name));
        let block = if hung.is_some() || call.no_wait { " --no-block" } else { "" };
        let compound = !commands.is_empty();
        let systemctl = self.caller.systemctl(call);
        commands.push(format!("{systemctl} start{block} {}", bstr::join(" ", &words).as_bstr()).into());
        let unwaited = hung.map(|name| if *name == own.name { Unwaited::Own } else { Unwaited::Job(name.clone()) });
        let announces = listeners.is_empty().then_some(event);
        Ok(Replacement { compound, unwaited, announces, ..bstr::join(" && ", &commands).into() })
    }
}

fn environment(call: &Call, verb: Verb, systemctl: &str) -> Result<Replacement, Reason> {
    if !call.global {
        return Err(Reason::OwnEnvironment);
    }
    let words = bstr::join(" ", &call.words);
    let words = words.as_bstr();
    let (text, compound) = match (verb, call.variables.first()) {
        (Verb::SetEnv, Some((name, _))) if call.retain => {
            let set = format!("{systemctl} set-environment {words}");
            (format!("{systemctl} show-environment | grep -q '^{name}=' || {set}"), true)
        }
        (Verb::SetEnv, None) if call.retain => return Err(Unread::NoCounterpart.into()),
        (Verb::SetEnv, _) => (format!("{systemctl} set-environment {words}"), false),
        (Verb::UnsetEnv, _) => (format!("{systemctl} unset-environment {words}"), false),
        (Verb::GetEnv, _) => {
            let name = call.literal().ok_or(Unread::NoCounterpart)?;
            (format!("{systemctl} show-environment | sed -n 's/^{name}=//p'"), true)
        }
        _ => (format!("{systemctl} show-environment"), false),
    };
    Ok(Replacement { compound, ..text.into() })
}

fn own_unit(job: &Job) -> Named {
    let (word, needs_instance) = match job.instance.as_ref().map(|instance| instance.variables.as_slice()) {
        None => (Named::of(&job.unit()).word, false),
        Some([variable]) => (computed_instance(&job.stem, ".service", &Value::variable(variable).quoted), false),
        Some(_) => (computed_instance(&job.stem, ".service", b"$UPSTART_INSTANCE"), true),
    };
    let is_instance = job.instance.is_some();
    Named { word, is_instance, reloads: job.reloads, needs_instance, ..Named::default() }
}

fn variable_names(call: &Call) -> String {
    call.variables.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(", ")
}

/// The instance of a template whose name is known only when the script runs.
fn computed_instance(stem: &str, suffix: &str, quoted: &[u8]) -> BString {
    let template = shell_word(format!("{stem}@{suffix}").as_bytes());
    [b"\"$(systemd-escape --template=", template.as_slice(), b" \"", quoted, b"\")\""].concat().into()
}

/// The name of an instance, its variables replaced.
fn expanded(pattern: &[u8], values: &[(Text, Value)]) -> Option<Value> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut whole = Value::literal(b"");
    let mut add = |quoted: &[u8], literal: Option<&[u8]>| {
        whole.quoted.extend_from_slice(quoted);
        whole.literal = whole.literal.take().zip(literal).map(|(mut text, more)| {
            text.extend_from_slice(more);
            text
        });
    };
    let mut rest = pattern;
    while let Some((fixed, behind)) = rest.split_once_str("$") {
        add(&Value::literal(fixed).quoted, Some(fixed));
        let braced = behind.strip_prefix(b"{");
        let at = braced.unwrap_or(behind);
        let (name, behind) = at.split_at(at.iter().take_while(|byte| is_name(byte)).count());
        rest = if braced.is_some() { behind.strip_prefix(b"}")? } else { behind };
        let (_, value) = values.iter().find(|(known, _)| known.as_slice() == name)?;
        let literal = value.literal.as_ref().map(|text| text.as_slice());
        match &value.variable {
            Some(variable) if rest.first().is_some_and(is_name) => {
                add(&[b"${", variable.as_slice(), b"}"].concat(), literal);
            }
            _ => add(&value.quoted, literal),
        }
    }
    add(&Value::literal(rest).quoted, Some(rest));
    Some(whole)
}
