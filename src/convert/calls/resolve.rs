//! What a call to Upstart is under systemd.

use bstr::{BString, ByteSlice as _};

use super::call::{Call, Reason, Value};
use super::known::{Job, Known, Meanwhile, Unit};
use super::table::{self, Verb};
use super::variables;
use crate::service::{Scope, Service};
use crate::systemd::quote::shell_word;
use crate::systemd::{manager, names};
use crate::text::Text;
use crate::upstart::read::ties;

/// Where a call stands.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    pub known: &'a Known,
    /// The service whose process it is.
    pub own: &'a Service,
    /// The job of that service's unit that runs meanwhile.
    pub meanwhile: Meanwhile,
    /// Whether somebody looks at its exit status.
    pub condition: bool,
    /// Whether somebody reads what it prints.
    pub read: bool,
    /// Whether a variable of the script has values that a unit's name can hold as they are.
    pub plain: &'a dyn Fn(&[u8]) -> bool,
}

/// What stands in a call's place.
#[derive(Clone, Debug, Default)]
pub struct Instead {
    pub text: BString,
    /// Several commands, which stand in braces where one is needed.
    pub compound: bool,
    /// It does not wait, although Upstart did: what it would wait for.
    pub unwaited: Option<String>,
    /// It is about a job that nobody knows.
    pub unknown: Option<String>,
    /// It announces an event that no job waits for: a target has to be there all the same.
    pub announces: Option<Text>,
    /// The process needs the name of its instance in this variable.
    pub needs_instance: bool,
}

/// A unit as a word of the shell, and what has to be known of it.
struct Named {
    word: BString,
    /// Files to write before a start.
    files: Vec<BString>,
    is_instance: bool,
    reloads: bool,
    is_target: bool,
    needs_instance: bool,
    unknown: Option<String>,
}

/// Whether a call is about the job that it stands in.
pub fn is_own(call: &Call, own: &Service) -> bool {
    match &call.name {
        None => call.variables.is_empty(),
        Some(name) => {
            call.variables.is_empty()
                && (name.variable.as_ref().is_some_and(|it| it == "UPSTART_JOB")
                    || (name.literal.as_ref() == Some(&own.name.0) && own.instance.is_none()))
        }
    }
}

impl Place<'_> {
    fn systemctl(&self, call: &Call) -> &'static str {
        manager::systemctl(if call.system { Scope::System } else { self.known.scope })
    }

    /// What a call is under systemd.
    pub fn resolve(&self, call: &Call) -> Result<Instead, Reason> {
        let verb = call.verb.ok_or(Reason::Incomplete)?;
        let systemctl = self.systemctl(call);
        let plain = |text: String| Ok(Instead { text: text.into(), ..Instead::default() });
        match verb {
            Verb::Start | Verb::Stop | Verb::Restart | Verb::Reload => self.act(call, verb),
            Verb::Status => self.status(call),
            Verb::Emit => self.emit(call),
            Verb::Notify => plain(":".to_owned()),
            Verb::ReloadConfiguration => plain(format!("{systemctl} daemon-reload")),
            Verb::Runlevel => {
                let level =
                    call.name.as_ref().and_then(|name| name.literal.as_ref()).ok_or(Reason::ComputedLevel)?;
                let action = table::find(table::RUNLEVELS, level).ok_or(Reason::NoCounterpart)?;
                // telinit does not wait.
                let block = if action.starts_with("daemon") { "" } else { "--no-block " };
                plain(format!("{systemctl} {block}{action}"))
            }
            Verb::SetEnv | Verb::UnsetEnv | Verb::GetEnv | Verb::ListEnv => self.environment(call, verb),
            Verb::Other => Err(Reason::NoCounterpart),
        }
    }

    /// The unit of the job that a call names.
    fn unit(&self, call: &Call) -> Result<Named, Reason> {
        if is_own(call, self.own) {
            let job = self.known.job(&self.own.name).ok_or(Reason::ComputedJob)?;
            return Ok(Self::own_unit(job));
        }
        let Some(name) = &call.name else {
            return Err(Reason::Variables(variable_names(call)));
        };
        let name = name.literal.as_ref().ok_or(Reason::ComputedJob)?;
        let handed = || Reason::Variables(variable_names(call));
        let named = |unit: String| Named {
            is_target: unit.ends_with(".target"),
            word: shell_word(unit.as_bytes()).into(),
            files: Vec::new(),
            is_instance: false,
            reloads: true,
            needs_instance: false,
            unknown: None,
        };
        match self.known.unit(name).map_err(|why| Reason::Retired(name.to_string(), why))? {
            Unit::Job(job) if job.instance.is_some() => self.instance(job, name, call),
            Unit::Unknown(_) if !call.variables.is_empty() => {
                Err(Reason::UnknownInstance(format!("`{name}`"), variable_names(call)))
            }
            _ if !call.variables.is_empty() => Err(handed()),
            Unit::Job(job) => {
                Ok(Named { reloads: job.reloads, ..named(format!("{}{}", job.stem, job.suffix)) })
            }
            // Whether the unit of a package can reload is not known; Upstart sent HUP.
            Unit::Stock(unit) => Ok(Named { reloads: unit.ends_with(".target"), ..named(unit.to_owned()) }),
            Unit::Unknown(stem) => {
                Ok(Named { unknown: Some(name.to_string()), ..named(format!("{stem}.service")) })
            }
        }
    }

    fn own_unit(job: &Job) -> Named {
        let (word, needs_instance) = match &job.instance {
            None => (shell_word(format!("{}{}", job.stem, job.suffix).as_bytes()).into(), false),
            Some(instance) => match instance.variables.as_slice() {
                [variable] => (template(&job.stem, &Value::variable(variable).quoted), false),
                _ => (template(&job.stem, b"$UPSTART_INSTANCE"), true),
            },
        };
        let is_instance = job.instance.is_some();
        Named {
            word,
            files: Vec::new(),
            is_instance,
            reloads: job.reloads,
            is_target: false,
            needs_instance,
            unknown: None,
        }
    }

    /// The instance of a template that a call's variables name.
    fn instance(&self, job: &Job, name: &BString, call: &Call) -> Result<Named, Reason> {
        let instance = job.instance.as_ref().ok_or(Reason::Incomplete)?;
        let lost: Vec<&str> = call
            .variables
            .iter()
            .filter(|(name, _)| !instance.variables.contains(name))
            .filter_map(|(name, _)| name.to_str().ok())
            .collect();
        // A stop hands variables to hooks only; which instance it means is all that counts.
        if !lost.is_empty() && matches!(call.verb, Some(Verb::Start | Verb::Restart)) {
            return Err(Reason::Variables(lost.join(", ")));
        }
        let default = instance.default.as_ref().map(|text| Value::literal(text));
        let given = |variable: &Text| {
            let given = call.variables.iter().rev().find(|(name, _)| name == variable);
            given.map(|(_, value)| value).or(default.as_ref())
        };
        let mut values = Vec::new();
        for variable in &instance.variables {
            let value = given(variable).ok_or_else(|| Reason::Instance(format!("`{name}`")))?;
            values.push((variable.clone(), value.clone()));
        }
        let (value, files) = if let [(_, value)] = values.as_slice() {
            (value.clone(), Vec::new())
        } else {
            let value =
                expanded(&instance.pattern, &values).ok_or_else(|| Reason::Instance(format!("`{name}`")))?;
            let path = [job.stem.as_bytes(), b"@", value.quoted.as_slice()].concat();
            let file = variables::write(self.known.scope, "upstart-env", &path, &values, self.plain);
            (value, vec![file])
        };
        let word = match (&value.literal, &value.variable) {
            (Some(literal), _) => {
                let name = format!("{}@{}.service", job.stem, names::escape(literal));
                shell_word(name.as_bytes()).into()
            }
            (None, Some(variable)) if (self.plain)(variable) => {
                let mut word = BString::from("\"");
                word.extend_from_slice(job.stem.replace('\\', r"\\").as_bytes());
                word.extend_from_slice(&[b"@", value.quoted.as_slice(), b".service\""].concat());
                word
            }
            _ => template(&job.stem, &value.quoted),
        };
        Ok(Named {
            word,
            files,
            is_instance: true,
            reloads: job.reloads,
            is_target: false,
            needs_instance: false,
            unknown: None,
        })
    }

    fn act(&self, call: &Call, verb: Verb) -> Result<Instead, Reason> {
        let unit = self.unit(call)?;
        if unit.is_target
            && verb != Verb::Start
            && unit.reloads
            && unit.unknown.is_none()
            && !self.is_of_set(call)
        {
            // A station of the boot, which others need.
            return Err(Reason::NoCounterpart);
        }
        let own = is_own(call, self.own);
        let other = match &call.name {
            Some(name) if !own => name.literal.clone().map(Text).unwrap_or_default(),
            _ => self.own.name.clone(),
        };
        let hangs =
            verb != Verb::Reload && !call.no_wait && self.known.hangs(self.own, self.meanwhile, verb, &other);
        let systemctl = self.systemctl(call);
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
        if verb == Verb::Start && !unit.files.is_empty() {
            compound = true;
            text = format!("{} && {text}", bstr::join(" && ", &unit.files).as_bstr());
        }
        Ok(Instead {
            text: text.into(),
            compound,
            // Of its own stop, nothing in the script sees the end on Upstart either.
            unwaited: (hangs && !(own && verb == Verb::Stop))
                .then(|| if own { "itself".to_owned() } else { format!("`{other}`") }),
            unknown: unit.unknown,
            announces: None,
            needs_instance: unit.needs_instance,
        })
    }

    fn is_of_set(&self, call: &Call) -> bool {
        let name = call.name.as_ref().and_then(|name| name.literal.clone());
        name.is_none_or(|name| self.known.job(&Text(name)).is_some())
    }

    /// `status` alone succeeds where there is such a job, or such an instance of one.
    fn status(&self, call: &Call) -> Result<Instead, Reason> {
        if self.read {
            return Err(Reason::Output);
        }
        let unit = self.unit(call)?;
        let (systemctl, word) = (self.systemctl(call), &unit.word);
        let text = if unit.is_instance {
            format!("{systemctl} is-active -q {word}")
        } else if self.condition {
            format!("{systemctl} cat {word} >/dev/null")
        } else {
            format!("{systemctl} show -p ActiveState {word}")
        };
        Ok(Instead {
            text: text.into(),
            unknown: unit.unknown,
            needs_instance: unit.needs_instance,
            ..Instead::default()
        })
    }

    /// `status` whose output is searched for one of these states.
    pub fn is_in_state(&self, call: &Call, states: &[&str], quiet: bool) -> Result<Instead, Reason> {
        let unit = self.unit(call)?;
        let (systemctl, word) = (self.systemctl(call), &unit.word);
        let text = match states {
            ["active"] if quiet => format!("{systemctl} is-active -q {word}"),
            ["active"] => format!("{systemctl} is-active {word}"),
            _ => {
                let q = if quiet { "q" } else { "" };
                format!("{systemctl} show -p ActiveState {word} | grep -E{q} '=({})$'", states.join("|"))
            }
        };
        Ok(Instead {
            text: text.into(),
            unknown: unit.unknown,
            needs_instance: unit.needs_instance,
            ..Instead::default()
        })
    }

    fn emit(&self, call: &Call) -> Result<Instead, Reason> {
        let name = call.name.as_ref().ok_or(Reason::Incomplete)?;
        let event = Text(name.literal.clone().ok_or(Reason::ComputedEvent)?);
        let listeners = self.known.listeners(&event);
        if listeners.is_empty() && ties::is_of_the_system(&event) {
            return Err(Reason::SystemEvent(event.to_string()));
        }
        let systemctl = self.systemctl(call);
        let target = names::event(&event);
        let stem = target.trim_end_matches(".target");
        let mut words: Vec<BString> = Vec::new();
        let mut files = Vec::new();
        let mut write = |path: &[u8]| {
            let scope = self.known.scope;
            if call.variables.is_empty() {
                if self.known.is_told_variables(&event) {
                    files.push(variables::remove(scope, variables::OF_EVENTS, path));
                }
            } else {
                files.push(variables::write(scope, variables::OF_EVENTS, path, &call.variables, self.plain));
            }
        };
        let mut choosing: Vec<&Text> = listeners.iter().filter_map(|(_, by)| by.as_ref()).collect();
        choosing.sort();
        choosing.dedup();
        for by in choosing {
            let given = call.variables.iter().find(|(name, _)| name == by).or(call.variables.first());
            let (_, value) = given.ok_or_else(|| Reason::Instance(format!("`{event}`")))?;
            write(&[stem.as_bytes(), b"@", value.quoted.as_slice(), b".env"].concat());
            words.push(match (&value.literal, &value.variable) {
                (Some(literal), _) => {
                    shell_word(format!("{stem}@{}.target", names::escape(literal)).as_bytes()).into()
                }
                (None, Some(variable)) if (self.plain)(variable) => {
                    [b"\"", stem.as_bytes(), b"@", value.quoted.as_slice(), b".target\""].concat().into()
                }
                _ => template_of(stem, ".target", &value.quoted),
            });
        }
        if listeners.iter().any(|(_, by)| by.is_none()) || listeners.is_empty() {
            write(&[stem.as_bytes(), b".env"].concat());
            words.push(shell_word(target.as_bytes()).into());
        }
        let hung = listeners.iter().find(|(name, _)| {
            [Verb::Start, Verb::Stop]
                .into_iter()
                .any(|verb| self.known.hangs(self.own, self.meanwhile, verb, name))
        });
        let hung = hung.filter(|_| !call.no_wait);
        let block = if hung.is_some() || call.no_wait { " --no-block" } else { "" };
        let start = format!("{systemctl} start{block} {}", bstr::join(" ", &words).as_bstr());
        let compound = !files.is_empty();
        files.push(start.into());
        Ok(Instead {
            text: bstr::join(" && ", &files).into(),
            compound,
            unwaited: hung.map(|(name, _)| {
                if *name == self.own.name { "itself".to_owned() } else { format!("`{name}`") }
            }),
            announces: listeners.is_empty().then_some(event),
            ..Instead::default()
        })
    }

    fn environment(&self, call: &Call, verb: Verb) -> Result<Instead, Reason> {
        if !call.global {
            return Err(Reason::OwnEnvironment);
        }
        let systemctl = self.systemctl(call);
        let literal =
            || call.name.as_ref().and_then(|name| name.literal.as_ref()).ok_or(Reason::NoCounterpart);
        let word = || bstr::join(" ", &call.words).as_bstr().to_string();
        let (text, compound) = match verb {
            Verb::SetEnv => match (call.retain, call.variables.first()) {
                (false, _) => (format!("{systemctl} set-environment {}", word()), false),
                (true, Some((name, _))) => (
                    format!(
                        "{systemctl} show-environment | grep -q '^{name}=' || {systemctl} set-environment {}",
                        word()
                    ),
                    true,
                ),
                (true, None) => return Err(Reason::NoCounterpart),
            },
            Verb::UnsetEnv => (format!("{systemctl} unset-environment {}", word()), false),
            Verb::GetEnv => {
                let name = literal()?;
                (format!("{systemctl} show-environment | sed -n 's/^{name}=//p'"), true)
            }
            _ => (format!("{systemctl} show-environment"), false),
        };
        Ok(Instead { text: text.into(), compound, ..Instead::default() })
    }
}

fn variable_names(call: &Call) -> String {
    call.variables.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(", ")
}

fn template(stem: &str, quoted: &[u8]) -> BString {
    template_of(stem, ".service", quoted)
}

/// The instance of a template whose name is known only when the script runs.
fn template_of(stem: &str, suffix: &str, quoted: &[u8]) -> BString {
    let template = shell_word(format!("{stem}@{suffix}").as_bytes());
    [b"\"$(systemd-escape --template=", template.as_slice(), b" \"", quoted, b"\")\""].concat().into()
}

/// The name of an instance, its variables replaced.
fn expanded(pattern: &[u8], values: &[(Text, Value)]) -> Option<Value> {
    let mut quoted = BString::default();
    let mut literal = Some(BString::default());
    let mut rest = pattern;
    while let Some(at) = rest.find_byte(b'$') {
        let fixed = Value::literal(&rest[..at]);
        quoted.extend_from_slice(&fixed.quoted);
        if let Some(literal) = &mut literal {
            literal.extend_from_slice(&rest[..at]);
        }
        rest = &rest[at + 1..];
        let len = |text: &[u8]| {
            text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
        };
        let (name, behind) = match rest.strip_prefix(b"{") {
            Some(braced) => {
                let (name, behind) = braced.split_at(len(braced));
                (name, behind.strip_prefix(b"}")?)
            }
            None => rest.split_at(len(rest)),
        };
        let (_, value) = values.iter().find(|(known, _)| known.as_slice() == name)?;
        let next_joins = behind.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        match &value.variable {
            Some(variable) if next_joins => {
                quoted.extend_from_slice(&[b"${", variable.as_slice(), b"}"].concat());
            }
            _ => quoted.extend_from_slice(&value.quoted),
        }
        literal = literal.zip(value.literal.as_ref()).map(|(mut text, value)| {
            text.extend_from_slice(value);
            text
        });
        rest = behind;
    }
    quoted.extend_from_slice(&Value::literal(rest).quoted);
    if let Some(literal) = &mut literal {
        literal.extend_from_slice(rest);
    }
    Some(Value { quoted, literal, variable: None })
}
