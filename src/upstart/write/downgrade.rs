//! Jobs for versions of Upstart that lack a stanza: the form that means the same there, or the nearest, and
//! what is lost.

use bstr::ByteSlice as _;

use super::command::{self, exec, script, sh_word};
use super::condition;
use super::helper::Helper;
use super::processes::plain;
use super::quote::Why;
use super::text::{Unwritable, old_oom};
use crate::findings::{Finding, codes};
use crate::service::{Comment, Signal};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::defaults;
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Expect, Job, Process, ProcessType, score_of_oom};
use crate::upstart::read::process::run;
use crate::upstart::version::UpstartVersion;

/// A job that holds no stanza which its version of Upstart does not know.
#[derive(Clone, Debug)]
pub struct Downgrade {
    /// The version.
    pub target: UpstartVersion,
    /// The job.
    pub job: Job,
    /// What became a comment.
    pub comments: Vec<Comment>,
    /// What was said otherwise or left out.
    pub findings: Vec<Finding>,
    /// Processes that cannot be said otherwise, and are left out.
    pub unwritable: Vec<Unwritable>,
}

/// Says what a version of Upstart does not know in the way that it knows.
pub fn downgrade(job: Job, target: UpstartVersion, distribution: Distribution) -> Downgrade {
    let mut downgrade = Downgrade { target, job, comments: Vec::new(), findings: Vec::new(), unwritable: Vec::new() };
    downgrade.manual();
    downgrade.notes();
    downgrade.signals();
    downgrade.oom();
    downgrade.dropped();
    downgrade.user(distribution);
    downgrade.log();
    downgrade
}

impl Downgrade {
    /// Reports what the version does otherwise.
    fn report(&mut self, origin: Option<Origin>, finding: Finding) {
        self.findings.push(finding.at(origin));
    }

    fn comment(&mut self, lines: &[u8]) {
        self.comments.push(Comment { lines: lines.lines().map(Text::from).collect(), before: None });
    }

    /// Without `start on`, it means the same.
    fn manual(&mut self) {
        let Some(manual) = self.job.manual.take_if(|_| !self.target.knows("manual")) else { return };
        self.report(manual.origin(), codes::no_manual(self.target).became("no start on"));
        self.job.start_on = None;
        if let Some(disabled) = self.job.disabled_start_on.take()
            && let Ok(stanza) = condition::stanza("start on", &disabled.value)
        {
            self.comment(&[b"Started by hand only; it would be:\n", stanza.as_slice()].concat());
        }
    }

    fn notes(&mut self) {
        if let Some(usage) = self.job.usage.take_if(|_| !self.target.knows("usage")) {
            self.comment(&[b"Usage: ", usage.value.as_slice()].concat());
            self.report(usage.origin(), codes::no_usage(self.target));
        }
        if let Some(debug) = self.job.debug.take_if(|_| !self.target.knows("debug")) {
            self.report(debug.origin(), codes::no_debug(self.target));
        }
    }

    fn signals(&mut self) {
        let target = self.target;
        let unknown = |signal: &mut Sourced<Signal>| {
            !target.knows("kill signal") || signal.value.name().is_none() && !target.numbered_signals()
        };
        let kill = self.job.kill_signal.take_if(unknown);
        if let Some(signal) = kill.filter(|it| it.value != defaults::STOP_SIGNAL) {
            self.report(signal.origin(), codes::no_kill_signal(target, signal.value));
        }
        let reload = self.job.reload_signal.take_if(|_| !target.knows("reload signal"));
        if let Some(signal) = reload.filter(|it| it.value != defaults::RELOAD_SIGNAL) {
            self.report(signal.origin(), codes::no_reload_signal(target, signal.value));
        }
    }

    /// The nearest value of the old scale stands for another score unless they are equal.
    fn oom(&mut self) {
        let Some(score) = self.job.oom_score_adj.as_mut().filter(|_| !self.target.knows("oom score")) else {
            return;
        };
        let meant = score.value;
        score.value = if meant == -1000 { meant } else { score_of_oom(old_oom(meant)) };
        let (origin, finding) = (score.origin(), codes::old_scale_of_oom(self.target, score.value, meant));
        self.report(origin, finding.became("oom"));
    }

    fn dropped(&mut self) {
        if !self.target.knows("apparmor") {
            let profiles = [self.job.apparmor_load.take(), self.job.apparmor_switch.take()];
            for profile in profiles.into_iter().flatten() {
                self.report(profile.origin(), codes::no_apparmor(self.target));
            }
        }
        if !self.target.knows("cgroup") {
            for cgroup in std::mem::take(&mut self.job.cgroups) {
                self.report(cgroup.origin(), codes::no_control_groups(self.target));
            }
        }
    }

    /// A helper is executed first.
    fn user(&mut self, distribution: Distribution) {
        let user = self.job.setuid.take_if(|_| !self.target.knows("setuid"));
        let group = self.job.setgid.take_if(|_| !self.target.knows("setgid"));
        let origins: Vec<_> = [&user, &group].into_iter().flatten().map(Sourced::origin).collect();
        if origins.is_empty() {
            return;
        }
        let helper = Helper::of(distribution);
        let follows_forks =
            self.job.expect.as_ref().is_some_and(|it| matches!(it.value, Expect::Fork | Expect::Daemon));
        // They are not set where a fork to look them up would be taken for the daemon's.
        let lacks_groups = user.is_some() && helper == Helper::Chroot && follows_forks;
        let finding = match (lacks_groups, self.job.chroot.is_some()) {
            (false, false) => codes::user_by_helper(self.target),
            (true, false) => codes::user_by_helper_without_groups(self.target),
            (false, true) => codes::user_by_helper_within_root(self.target),
            (true, true) => codes::user_by_helper_within_root_without_groups(self.target),
        };
        let word = |name: Option<Sourced<Text>>| name.map(|name| sh_word(&name.value));
        let (user, group) = (word(user), word(group));
        let chdir = self.job.chdir.as_ref().map(|directory| directory.value.to_vec());
        self.rewrite(|kind, process| {
            let forks = kind != ProcessType::Main || !follows_forks;
            let words = words_of(process);
            exec(&helper.line(user.as_deref(), group.as_deref(), chdir.as_deref(), forks, words))
        });
        let became = match helper {
            Helper::StartStopDaemon => "start-stop-daemon --chuid",
            Helper::Chroot => "chroot --userspec",
        };
        for origin in origins {
            self.report(origin, finding.clone().became(became));
        }
    }

    /// `console log`, be it by default: the processes append to the log themselves, if it can be written when
    /// they start. Unlike the real log, it is no terminal, so that programs may hold their output back; and all
    /// instances share one.
    ///
    /// No process but the first may fork to open the log: init would follow the fork where a daemon is
    /// expected to do one.
    fn log(&mut self) {
        const DIRECTORY: &[u8] = b"mkdir -p /var/log/upstart || :";
        const REDIRECT: &[u8] =
            b"if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi";
        let logs = self.job.console.as_ref().is_none_or(|console| console.value == defaults::CONSOLE);
        if !logs || self.target.knows("console log") {
            return;
        }
        let console = self.job.console.take();
        let Some(first) = self.job.processes.values().next().map(Sourced::origin) else { return };
        let origin = console.map_or(first, |console| console.origin());
        self.rewrite(|kind, process| {
            let before: &[&[u8]] = match kind {
                ProcessType::PreStart => &[DIRECTORY, REDIRECT],
                _ => &[REDIRECT],
            };
            let [between, start]: [&[u8]; 2] = if process.script { [b"\n", b""] } else { [b"; ", b"exec "] };
            script(&[&before.join(between), between, start, process.intended()].concat())
        });
        if !self.job.processes.contains_key(&ProcessType::PreStart)
            && let Ok(process) = script(DIRECTORY)
        {
            self.job.processes.insert(ProcessType::PreStart, Sourced::new(process, origin));
        }
        self.report(origin, codes::no_log(self.target));
    }

    fn rewrite(&mut self, write: impl Fn(ProcessType, &Process) -> Result<Process, Why>) {
        for (kind, process) in std::mem::take(&mut self.job.processes) {
            match write(kind, &process.value) {
                Ok(written) => {
                    self.job.processes.insert(kind, Sourced::new(written, process.origin()));
                }
                Err(why) => {
                    let what = command::stanza_name(kind, process.value.script);
                    self.unwritable.push(Unwritable { what, origin: process.origin(), why });
                }
            }
        }
    }
}

/// The words that a process is executed with: its own, where they are plain, and else a shell's.
fn words_of(process: &Process) -> Vec<Text> {
    let mut words = plain(&run(process));
    if let Some(script) = words.last_mut().filter(|_| process.script) {
        *script = script.trim_end_with(|c| c == '\n').into();
    }
    words
}
