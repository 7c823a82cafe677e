//! The machinery of `--style exact`: what reproduces the corners of Upstart that plain directives do
//! not. Each recipe was measured on a booted systemd (`mapping.md`, marked **\[exact\]**).
//!
//! A recipe that calls `systemctl` or a shell cannot do so in another root directory; such a service
//! gets the plain form, and a finding.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::lifecycle::{bare, is_signal};
use super::{Machinery, Style, Writer};
use crate::findings::codes;
use crate::service::{Exit, Rate, Ready, RestartOn, Run, Signal, Stage, Variable, defaults};
use crate::systemd::counterparts;
use crate::systemd::quote::{assignment, in_sh};
use crate::systemd::table::Directive;
use crate::systemd::version::Feature;
use crate::text::{Sourced, Text};

/// The signals that end a process, but for those of real time.
const FATAL: &str = "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 \
    SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGIO SIGPWR SIGSYS";

/// Exit statuses with which systemd says that it could not run the program (systemd.exec(5),
/// "Process Exit Codes"): 200 to 243.
const SPAWN_FAILURES: std::ops::RangeInclusive<u32> = 200..=243;

/// Those of them that Upstart has as well: directory, program, root directory, user.
const UPSTART_SPAWN_FAILURES: &str = "200 203 210 217";

/// What systemd adds to the environment of every process, and Upstart does not (systemd.exec(5),
/// "Environment Variables Set or Propagated by the Service Manager").
const ADDED: &str = "LANG LANGUAGE LC_CTYPE LC_NUMERIC LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES LC_PAPER LC_NAME \
    LC_ADDRESS LC_TELEPHONE LC_MEASUREMENT LC_IDENTIFICATION HOME USER LOGNAME SHELL INVOCATION_ID \
    JOURNAL_STREAM SYSTEMD_EXEC_PID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE";

/// More seconds than a machine is up: above this a shell could not count.
const LONGEST: u64 = 10_000_000_000;

/// Lets a hook end although systemd sends it TERM: the shell takes the signal, its child does not get it.
const UNINTERRUPTED: &str = r#"trap : TERM; "$@""#;

/// The same, for a hook that would find `$MAINPID`.
const UNINTERRUPTED_POST_START: &str = r#"trap : TERM; unset MAINPID; "$@""#;

impl Writer<'_> {
    /// Whether the machinery is asked for, and can work: there is a shell and a `systemctl` in reach.
    pub(super) fn is_exact(&self) -> bool {
        self.options.style == Style::Exact && self.service.root.is_none()
    }

    /// Says what `--style exact` cannot do for this service.
    pub(super) fn report_plain_form(&mut self) {
        if let Some(root) = self.service.root.as_ref().filter(|_| self.options.style == Style::Exact) {
            self.raise(codes::plain_form(), root.origin());
        }
    }

    /// A command of a hook so wrapped that it behaves as on Upstart.
    pub(super) fn exact_hook(&self, stage: Stage, line: String) -> String {
        let through = |recipe: &str| format!("{} sh {line}", in_sh(recipe, self.options.target));
        match stage {
            Stage::Condition | Stage::PreStart => through(UNINTERRUPTED),
            Stage::PostStart => through(UNINTERRUPTED_POST_START),
            Stage::PreStop => line,
            Stage::PostStop
                if !self.service.main.is_empty() && self.restarts_always() && self.service.user.is_none() =>
            {
                // A post-stop that fails ends the respawning.
                format!(
                    "/bin/sh -c 'unset SERVICE_RESULT EXIT_CODE EXIT_STATUS; \"$$@\" || \
                     {{ r=$$?; {} stop --no-block \"%n\"; exit $$r; }}' sh {line}",
                    self.systemctl()
                )
            }
            Stage::PostStop => format!("/usr/bin/env -u SERVICE_RESULT -u EXIT_CODE -u EXIT_STATUS {line}"),
        }
    }

    fn restarts_always(&self) -> bool {
        self.service.restart.on.as_ref().is_some_and(|on| on.value == RestartOn::Always)
    }

    /// Prefixes for what is to be done with full privileges, and whose failure counts for nothing.
    pub(super) fn privileged(&self) -> &'static str {
        if self.service.user.is_some() && self.has(Feature::FullPrivileges) { "-+" } else { "-" }
    }

    /// Stops the process group of the main process, and no more, as Upstart does: `KillMode=` knows the
    /// whole control group or one process only. However the main process ends by that, the unit is not
    /// failed then, and has no starts counted against it.
    pub(super) fn stop_group(&mut self) {
        let service = self.service;
        // One that cannot be sent has its finding, and is TERM then.
        let signal = service.stop.signal.as_ref().map(|signal| signal.value);
        let signal = bare(signal.filter(|signal| is_signal(*signal)).unwrap_or(defaults::STOP_SIGNAL));
        let timeout = service.stop.timeout.as_ref();
        let seconds = timeout.map_or(defaults::STOP_TIMEOUT, |timeout| timeout.value);
        let tenths = seconds.min(LONGEST) * 10;
        let line = format!(
            "{}/bin/sh -c '[ -n \"$$MAINPID\" ] && read -r stat </proc/$$MAINPID/stat || exit 0; \
             set -- $${{stat##*) }}; /bin/kill -{signal} -- -$$3; tenths={tenths}; \
             while kill -0 $$MAINPID 2>/dev/null; do [ $$tenths -ne 0 ] || /bin/kill -KILL -- -$$3; \
             tenths=$$((tenths - 1)); sleep 0.1; done; {} reset-failed \"%n\"'",
            self.privileged(),
            self.systemctl()
        );
        self.put(Directive::ExecStop, line, timeout.and_then(Sourced::origin));
        self.machinery.push(Machinery::GroupStop);
        self.explain("Stops the process group of main, and nothing else; a forced end is no failure.");
        self.set(Directive::KillMode, "process");
        self.set(Directive::TimeoutStopSec, self.no_limit());
    }

    /// The variables of Upstart, and none of systemd's.
    pub(super) fn exact_environment(&mut self) {
        let service = self.service;
        let names = service.environment.iter().map(|variable| match &variable.value {
            Variable::Set { name, .. }
            | Variable::Inherited(name)
            | Variable::Instance(name)
            | Variable::Event(name) => name,
        });
        let own: Vec<&Text> = names.collect();
        for variable in &service.init_environment {
            match variable {
                Variable::Set { name, value } if !own.contains(&name) => {
                    self.set(Directive::Environment, assignment(name, value));
                }
                Variable::Instance(name) if !own.contains(&name) => {
                    self.set(Directive::Environment, format!("\"{name}=%I\""));
                }
                _ => {}
            }
        }
        if self.knows(Directive::UnsetEnvironment) {
            let kinds: BTreeSet<_> = service.directories.iter().map(|made| made.value.kind).collect();
            let directories = kinds.into_iter().map(|kind| counterparts::directories(kind).2);
            let is_own = |name: &str| own.iter().any(|own| own.as_slice() == name.as_bytes());
            let added: Vec<&str> = ADDED.split(' ').chain(directories).filter(|name| !is_own(name)).collect();
            self.set(Directive::UnsetEnvironment, added.join(" "));
            self.machinery.push(Machinery::PlainEnvironment);
        } else {
            let finding = codes::no_unset_environment(self.options.target);
            self.raise(finding, service.main.first().and_then(Sourced::origin));
        }
    }

    /// After which endings a service is not started again, although it respawns.
    ///
    /// A failed pre-start is never tried again: where there is one, `Restart=` is off, and the endings
    /// of the main process that lead to a restart are listed one by one.
    pub(super) fn exact_respawn(&mut self) {
        let service = self.service;
        let Some(on) = &service.restart.on else { return };
        self.machinery.push(Machinery::SpawnFailures);
        if !self.forces_restart() {
            self.put(Directive::Restart, "always", on.origin());
            self.unit.add(Directive::RestartPreventExitStatus, UPSTART_SPAWN_FAILURES, on.origin());
            return;
        }
        let is_normal = |exit: Exit| service.success.iter().any(|success| success.value == exit);
        let statuses = (0..=255)
            .filter(|status| !SPAWN_FAILURES.contains(status) && !is_normal(Exit::Status(*status)))
            .map(|status| status.to_string());
        let signals = FATAL
            .split(' ')
            .filter(|name| !Signal::from_name(name.as_bytes()).is_some_and(|signal| is_normal(Exit::Signal(signal))));
        let all: Vec<String> = statuses.chain(signals.map(str::to_owned)).collect();
        self.put(Directive::RestartForceExitStatus, all.join(" "), on.origin());
        self.explain("Restarts after every end of main that is not normal, and not when pre-start fails.");
    }

    /// Whether the endings that lead to a restart are listed.
    pub(super) fn forces_restart(&self) -> bool {
        let has_pre_start =
            self.service.hooks.iter().any(|hook| matches!(hook.stage, Stage::Condition | Stage::PreStart));
        self.is_exact() && self.restarts_always() && has_pre_start
    }

    /// Whether a task that respawns tries again within one start, so that the start waits for its
    /// success. Not where hooks would have to run in between.
    pub(super) fn repeats_main(&self) -> bool {
        let service = self.service;
        self.is_exact()
            && service.restart.on.as_ref().is_some_and(|on| on.value == RestartOn::Failure)
            && service.hooks.is_empty()
            && service.main.len() == 1
            && !service.success.iter().any(|exit| matches!(exit.value, Exit::Signal(_)))
    }

    /// A command in a loop that counts as Upstart does: the time runs from the first respawn. A program
    /// that is missing is not tried again.
    pub(super) fn repeated(&self, is_program: bool, line: &str) -> String {
        let service = self.service;
        let normal = service.success.iter().filter_map(|exit| match exit.value {
            Exit::Status(status @ 1..=255) => Some(status.to_string()),
            _ => None,
        });
        let missing = if is_program { &["126", "127"][..] } else { &[] };
        let ends: Vec<String> = normal.chain(missing.iter().map(|status| (*status).to_owned())).collect();
        let mut recipe = String::from("n=0 since=0; until \"$@\"; do r=$?; ");
        if !ends.is_empty() {
            let _ = write!(recipe, "case $r in {}) exit $r;; esac; ", ends.join("|"));
        }
        let rate = service.restart.rate.as_ref().map(|rate| rate.value);
        if let Some(Rate::Limited { restarts, interval }) = rate {
            let _ = write!(
                recipe,
                "read -r now _ </proc/uptime; now=${{now%.*}}; \
                 [ $((now - since)) -lt {interval} ] || {{ since=$now n=0; }}; \
                 n=$((n + 1)); [ $n -le {restarts} ] || exit $r; "
            );
        }
        recipe.push_str("done");
        format!("{} sh {line}", in_sh(&recipe, self.options.target))
    }

    /// Whether nothing can keep the main process from running: a shell, as nobody else, nowhere else.
    pub(super) fn always_spawns(&self) -> bool {
        let service = self.service;
        !matches!(service.main[0].value.run, Run::Argv(_) | Run::Expand(_))
            && service.user.is_none()
            && service.group.is_none()
            && service.directory.is_none()
    }

    /// Whether stopping the process group is for this service.
    pub(super) fn stops_group(&self) -> bool {
        self.is_exact() && self.service.ready.value != Ready::Finished
    }
}
