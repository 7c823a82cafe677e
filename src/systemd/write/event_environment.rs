//! The variables of what starts a unit: where they come from, and which values they must have.

use bstr::ByteSlice as _;

use super::{Style, Writer};
use crate::findings::codes;
use crate::service::{DependencyKind, Scope, Target, ValueTest};
use crate::systemd::quote::{in_sh, rest_of_line, shell_text};
use crate::systemd::table::Directive;
use crate::systemd::unit::Unit;
use crate::systemd::{manager, names};
use crate::text::{Origin, Sourced, Text};

/// Makes the variables of Upstart's event `stopped` from what systemd knows of the end of a unit. (What it
/// tells by itself, `$MONITOR_SERVICE_RESULT` and so on, it does not where one unit has this one in both
/// `OnSuccess=` and `OnFailure=`.)
const OUTCOME: &str = r#"case $Result in success) RESULT=ok;; start-limit-hit) RESULT=failed PROCESS=respawn;; *) RESULT=failed PROCESS=main; case $ExecMainCode in 1) export EXIT_STATUS="$ExecMainStatus";; *) export EXIT_SIGNAL="$(kill -l "$ExecMainStatus")";; esac;; esac; export RESULT; [ -z "$PROCESS" ] || export PROCESS; exec "$@""#;

impl Writer<'_> {
    /// Reads what whoever announces a starting event writes of it, and looks at its values.
    pub(super) fn event_environment(&mut self) {
        let service = self.service;
        for (dependency, origin) in service.all_dependencies() {
            let Target::Event(event) = &dependency.to else { continue };
            if dependency.kind != DependencyKind::StartedBy {
                continue;
            }
            let mut file = event_file(event, service.scope);
            if self.chooses_instance(&dependency.to) {
                file = file.replace(".env", "@%I.env");
            }
            if !self.unit.entries.iter().any(|entry| entry.value == file) {
                self.put(Directive::EnvironmentFile, file, origin);
            }
        }
        for test in &service.tests {
            self.value_test(&test.value, test.origin());
        }
    }

    /// Looks at variables of the service manager's own environment.
    pub(super) fn environment_conditions(&mut self) {
        let mut has_triggers = false;
        for alternatives in &self.service.environment_conditions {
            let Some(origin) = alternatives.first().map(Sourced::origin) else { continue };
            let says = |Sourced { value: ValueTest { name, pattern, negated }, .. }: &Sourced<ValueTest>| {
                let sign = if *negated { "!" } else { "" };
                let is_plain = pattern.find_byteset(b"*?[\\").is_none();
                let text = rest_of_line(&[name, b"=".as_slice(), pattern].concat()).filter(|_| is_plain);
                text.map(|text| format!("{sign}{text}"))
            };
            let values: Option<Vec<String>> = alternatives.iter().map(says).collect();
            // Of conditions that are alternatives, a unit can have one group only.
            let possible = alternatives.len() == 1 || !has_triggers;
            let known = self.knows(Directive::ConditionEnvironment);
            let Some(values) = values.filter(|_| possible && known) else {
                let names: Vec<String> = alternatives.iter().map(|test| test.value.name.to_string()).collect();
                let names = names.join(", ");
                self.raise(codes::session_value_not_tested(names), origin);
                continue;
            };
            let pipe = if values.len() > 1 { "|" } else { "" };
            has_triggers |= values.len() > 1;
            for value in values {
                self.put(Directive::ConditionEnvironment, format!("{pipe}{value}"), origin);
            }
        }
    }

    fn value_test(&mut self, test: &ValueTest, origin: Option<Origin>) {
        let ValueTest { name, pattern, negated } = test;
        // Patterns of the shell are those of fnmatch(3); a plain value is quoted.
        let may_stand = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:+@%*?[]!".contains(byte);
        let is_glob = !pattern.is_empty() && pattern.iter().all(may_stand);
        let shown = if is_glob { pattern.to_string() } else { shell_text(pattern) };
        let (sign, ends) = if *negated { ("!=", ") exit 1;;") } else { ("=", ") ;; *) exit 1;;") };
        let recipe = format!("[ -n \"${{{name}+set}}\" ] || exit 1; case ${name} in {shown}{ends} esac");
        let line = in_sh(&recipe, self.options.target);
        self.condition(line, codes::fails_at_other_value, origin);
        self.raise(codes::starts_only_with(format!("{name}{sign}{pattern}")), origin);
    }

    /// The service whose end alone starts this one, if the processes are to find how that was.
    pub(super) fn ended(&self) -> Option<&Text> {
        let service = self.service;
        let mut starts = service.starts();
        let start = starts.next().filter(|start| start.value.kind.is_end())?;
        let asked = service.reads_result.is_some() || self.options.style == Style::Exact;
        match &start.value.to {
            Target::Service(name) if starts.next().is_none() && asked && service.root.is_none() => Some(name),
            _ => None,
        }
    }

    /// A command that finds the variables of the event `stopped`.
    pub(super) fn with_outcome(&self, ended: &Text, line: &str) -> String {
        let recipe = format!(
            "eval \"$({} show -p Result -p ExecMainCode -p ExecMainStatus '{}.service')\"; export JOB={}; {OUTCOME}",
            self.systemctl(),
            names::unit(ended),
            shell_text(ended),
        );
        format!("{} sh {line}", in_sh(&recipe, self.options.target))
    }

    /// Whether an event's first variable says which instance of the unit it starts.
    pub(super) fn chooses_instance(&self, to: &Target) -> bool {
        self.service.has_instance_by_event() && matches!(to, Target::Event(_))
    }

    /// The event is a template as well: its instance starts the unit's of that name.
    pub(super) fn instance_by_event(&mut self, to: &Target, origin: Option<Origin>) {
        let event = names::target(to);
        let event = event.trim_end_matches(".target");
        let mut template = Unit::new(format!("{event}@.target"), self.options.target);
        let mut part = Unit::new(template.name.clone(), self.options.target);
        template.add(Directive::Description, format!("Event {event}, for %I"), None);
        template.add(Directive::StopWhenUnneeded, "yes", None);
        self.more.push(template);
        for directive in [Directive::Wants, Directive::After] {
            part.add(directive, format!("{}@%i.service", self.stem), origin);
        }
        let path = self.drop_in(&part);
        self.account.file(origin, path.clone());
        if self.service.enablement.is_none() {
            self.write_drop_in(path, part);
        }
    }
}

/// Where the variables of an event are, for `EnvironmentFile=`.
pub(super) fn event_file(event: &[u8], scope: Scope) -> String {
    let name = names::event(event);
    let name = name.trim_end_matches(".target").replace('%', "%%");
    format!("-{}/upstart-events/{name}.env", manager::runtime_dir(scope))
}
