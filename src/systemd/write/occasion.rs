//! The variables of what starts a unit: where they come from, and which values they must have.

use bstr::ByteSlice as _;

use super::{Companion, CompanionKind, Style, Writer};
use crate::findings::{Code, Finding};
use crate::service::{Bond, Party, Scope, ValueTest};
use crate::systemd::directive::Directive;
use crate::systemd::quote::{exec_word, rest_of_line, shell_word};
use crate::systemd::unit::Unit;
use crate::systemd::{manager, names};
use crate::text::{Origin, Text};

/// Makes the variables of Upstart's event `stopped` from what systemd knows of the end of a unit. (What it
/// tells by itself, `$MONITOR_SERVICE_RESULT` and so on, it does not where one unit has this one in both
/// `OnSuccess=` and `OnFailure=`.)
const OUTCOME: &str = r#"case $Result in success) RESULT=ok;; start-limit-hit) RESULT=failed PROCESS=respawn;; *) RESULT=failed PROCESS=main; case $ExecMainCode in 1) export EXIT_STATUS="$ExecMainStatus";; *) export EXIT_SIGNAL="$(kill -l "$ExecMainStatus")";; esac;; esac; export RESULT; [ -z "$PROCESS" ] || export PROCESS; exec "$@""#;

impl Writer<'_> {
    /// Reads what whoever announces a starting event writes of it, and looks at its values.
    pub(super) fn occasion(&mut self) {
        let service = self.service;
        let operands = service.latch.iter().flat_map(|latch| {
            latch.value.operands.iter().flatten().map(move |relation| (relation, latch.origin))
        });
        let own = service.relations.iter().map(|relation| (&relation.value, relation.origin));
        let mut files: Vec<(String, Origin)> = Vec::new();
        for (relation, origin) in own.chain(operands) {
            if let Party::Event(event) = &relation.to
                && relation.bond == Bond::StartedBy
            {
                let file = event_file(event, service.scope);
                let by_instance = self.chooses_instance(&relation.to);
                files.push((if by_instance { file.replace(".env", "@%I.env") } else { file }, origin));
            }
        }
        for (file, origin) in files {
            if !self.unit.entries.iter().any(|entry| entry.value == file) {
                self.put(Directive::EnvironmentFile, file, origin);
            }
        }
        for test in &service.tests {
            self.value_test(&test.value, test.origin);
        }
    }

    /// Looks at variables of the service manager's own environment.
    pub(super) fn manager_tests(&mut self) {
        let service = self.service;
        let is_plain = |test: &ValueTest| test.pattern.find_byteset(b"*?[\\").is_none();
        let mut triggers = false;
        for alternatives in &service.manager_tests {
            let Some(origin) = alternatives.first().map(|test| test.origin) else { continue };
            let says = |test: &ValueTest| {
                let sign = if test.negated { "!" } else { "" };
                rest_of_line(&[&test.name[..], b"=", &test.pattern[..]].concat())
                    .map(|text| format!("{sign}{text}"))
            };
            let values: Option<Vec<String>> = alternatives.iter().map(|test| says(&test.value)).collect();
            let plain = alternatives.iter().all(|test| is_plain(&test.value));
            // Of conditions that are alternatives, a unit can have one group only.
            let possible = plain && (alternatives.len() == 1 || !triggers);
            let known = self.knows(Directive::ConditionEnvironment);
            let Some(values) = values.filter(|_| possible && known) else {
                let names: Vec<String> =
                    alternatives.iter().map(|test| test.value.name.to_string()).collect();
                let names = names.join(", ");
                let message = format!("the value of {names} in the session's environment is not looked at");
                self.find(
                    Finding::new(Code::EventFilter, message)
                        .at(origin)
                        .help("test it in ExecCondition=, or in the script"),
                );
                continue;
            };
            let pipe = if values.len() > 1 { "|" } else { "" };
            triggers |= values.len() > 1;
            for value in values {
                self.put(Directive::ConditionEnvironment, format!("{pipe}{value}"), origin);
            }
        }
    }

    fn value_test(&mut self, test: &ValueTest, origin: Origin) {
        let ValueTest { name, pattern, negated } = test;
        // Patterns of the shell are those of fnmatch(3); a plain value is quoted.
        let plain_glob =
            pattern.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-./,:+@%*?[]!".contains(byte))
                && !pattern.is_empty();
        let pattern_text = if plain_glob {
            pattern.to_string()
        } else {
            String::from_utf8_lossy(&shell_word(pattern)).into_owned()
        };
        let recipe = if *negated {
            format!("[ -n \"${{{name}+set}}\" ] || exit 1; case ${name} in {pattern_text}) exit 1;; esac")
        } else {
            format!(
                "[ -n \"${{{name}+set}}\" ] || exit 1; case ${name} in {pattern_text}) ;; *) exit 1;; esac"
            )
        };
        let line = format!("/bin/sh -c {}", exec_word(recipe.as_bytes(), self.options.target));
        let sign = if *negated { "!=" } else { "=" };
        self.condition(line, "where the value is another one, the unit fails", origin);
        self.find(
            Finding::new(
                Code::GuardedStart,
                format!(
                    "the unit starts only with {name}{sign}{pattern}: a start by hand without it does nothing"
                ),
            )
            .at(origin)
            .help("take the condition out if people start it by hand"),
        );
    }

    /// The service whose end alone starts this one, if the processes are to find how that was.
    pub(super) fn ended(&self) -> Option<&Text> {
        let service = self.service;
        let mut starts = service.relations.iter().filter(|relation| relation.value.bond.starts());
        let first = &starts.next()?.value;
        let by_end = first.bond.is_end();
        let asked = service.asks_outcome.is_some() || self.options.style == Style::Exact;
        match &first.to {
            Party::Service(name) if by_end && starts.next().is_none() && asked && service.root.is_none() => {
                Some(name)
            }
            _ => None,
        }
    }

    /// A command that finds the variables of the event `stopped`.
    pub(super) fn with_outcome(&self, ended: &Text, line: &str) -> String {
        let recipe = format!(
            "eval \"$({} show -p Result -p ExecMainCode -p ExecMainStatus '{}.service')\"; export JOB={}; {OUTCOME}",
            self.systemctl(),
            names::unit(ended),
            shell_word(ended).to_str_lossy(),
        );
        format!("/bin/sh -c {} sh {line}", exec_word(recipe.as_bytes(), self.options.target))
    }
}

impl Writer<'_> {
    /// Whether an event's first variable says which instance of the unit it starts.
    pub(super) fn chooses_instance(&self, to: &Party) -> bool {
        self.service.is_told_instance() && matches!(to, Party::Event(_))
    }

    /// The event is a template as well: its instance starts the unit's of that name.
    pub(super) fn instance_by_event(&mut self, to: &Party, origin: Origin) {
        let event = names::party(to);
        let event = event.trim_end_matches(".target");
        let target = self.options.target;
        let mut template = Unit::new(format!("{event}@.target"), target);
        template.add(Directive::Description, format!("Event {event}, for %I"), None);
        template.add(Directive::StopWhenUnneeded, "yes", None);
        let mut part = Unit::new(template.name.clone(), target);
        part.head.push(format!("For {}.", self.unit.name));
        let instance = format!("{}@%i.service", self.stem);
        part.add(Directive::Wants, instance.clone(), Some(origin));
        part.add(Directive::After, instance, Some(origin));
        let path = format!(
            "{}/{}.d/cutover-{}.conf",
            manager::unit_dir(self.service.scope),
            template.name,
            self.stem
        );
        self.account.became(origin, path.clone());
        if self.service.enablement.is_none() {
            self.companions.push(Companion {
                kind: CompanionKind::DropIn,
                path,
                text: part.print().into_bytes(),
            });
        }
        self.more.push(template);
    }
}

/// Where the variables of an event are, for `EnvironmentFile=`.
pub(super) fn event_file(event: &[u8], scope: Scope) -> String {
    let name = names::event(event);
    let name = name.trim_end_matches(".target").replace('%', "%%");
    format!("-{}/upstart-events/{name}.env", manager::runtime_dir(scope))
}
