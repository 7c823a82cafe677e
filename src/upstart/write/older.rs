//! Jobs for versions of Upstart that lack a stanza: the form that means the same there, or the nearest, and
//! what is lost.

use bstr::ByteSlice as _;

use super::command::{script, sh_word};
use super::helper::Helper;
use super::quote::Why;
use super::text::{Unwritable, old_oom};
use super::{command, condition};
use crate::service::{Comment, Signal};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Console, Expect, Job, Process, ProcessType, score_of_oom};
use crate::upstart::read::process::{SHELL_CHARS, plain_words};
use crate::upstart::version::UpstartVersion;

/// A job that holds no stanza which its version of Upstart does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older {
    /// The job.
    pub job: Job,
    /// What became a comment.
    pub comments: Vec<Comment>,
    /// What was said otherwise or left out.
    pub lowered: Vec<Lowered>,
    /// Processes that cannot be said otherwise, and are left out.
    pub unwritable: Vec<Unwritable>,
}

/// A value whose stanza the version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// What became of it.
    pub what: Lowering,
    /// Where the value comes from.
    pub origin: Origin,
}

/// What becomes of a value whose stanza the version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lowering {
    /// `manual`: there is no `start on`. It means the same.
    Manual,
    /// `usage`: a comment.
    Usage,
    /// `debug`: left out.
    Debug,
    /// `kill signal`: TERM is sent instead.
    KillSignal(Signal),
    /// `reload signal`: HUP is sent instead.
    ReloadSignal(Signal),
    /// `oom score`: the nearest value of the old scale, which stands for another score unless they are equal.
    OomScore {
        /// The score that was meant.
        score: i32,
        /// The score that the old value stands for.
        gives: i32,
    },
    /// `setuid` or `setgid`: a helper, which is executed first.
    User {
        /// The helper.
        by: Helper,
        /// Whether the user's further groups are set. They are not where a fork to look them up would be
        /// taken for the daemon's.
        groups: bool,
        /// Whether the helper has to lie within the job's `chroot`.
        in_chroot: bool,
    },
    /// `console log`, be it by default: the processes append to `/var/log/upstart/JOB.log` themselves, if it
    /// can be written when they start. Unlike the real log, it is no terminal, so that programs may hold
    /// their output back; and all instances share one.
    Log,
    /// `apparmor load` or `apparmor switch`: left out.
    Apparmor,
    /// `cgroup`: left out.
    Cgroup,
}

/// Says what a version of Upstart does not know in the way that it knows.
pub fn lower(job: Job, target: UpstartVersion, distribution: Distribution) -> Older {
    let mut older = Older { job, comments: Vec::new(), lowered: Vec::new(), unwritable: Vec::new() };
    older.manual(target);
    older.notes(target);
    older.signals(target);
    older.dropped(target);
    older.user(target, distribution);
    older.log(target);
    older
}

impl Older {
    fn say(&mut self, what: Lowering, origin: Origin) {
        self.lowered.push(Lowered { what, origin });
    }

    fn comment(&mut self, lines: &[u8]) {
        self.comments.push(Comment { lines: lines.lines().map(Text::from).collect(), before: None });
    }

    fn manual(&mut self, target: UpstartVersion) {
        let Some(manual) = self.job.manual.take_if(|_| !target.knows("manual")) else { return };
        self.say(Lowering::Manual, manual.origin);
        self.job.start_on = None;
        if let Some(disabled) = self.job.disabled_start_on.take()
            && let Ok(stanza) = condition::stanza("start on", &disabled.value)
        {
            self.comment(&[b"Started by hand only; it would be:\n", stanza.as_slice()].concat());
        }
    }

    fn notes(&mut self, target: UpstartVersion) {
        if let Some(usage) = self.job.usage.take_if(|_| !target.knows("usage")) {
            self.comment(&[b"Usage: ", usage.value.as_slice()].concat());
            self.say(Lowering::Usage, usage.origin);
        }
        if let Some(debug) = self.job.debug.take_if(|_| !target.knows("debug")) {
            self.say(Lowering::Debug, debug.origin);
        }
    }

    fn signals(&mut self, target: UpstartVersion) {
        let unknown = |signal: &mut Sourced<Signal>| {
            !target.knows("kill signal") || signal.value.name().is_none() && !target.numbered_signals()
        };
        if let Some(signal) = self.job.kill_signal.take_if(unknown).filter(|it| it.value != Signal::TERM) {
            self.say(Lowering::KillSignal(signal.value), signal.origin);
        }
        let reload = self.job.reload_signal.take_if(|_| !target.knows("reload signal"));
        if let Some(signal) = reload.filter(|it| it.value != Signal::HUP) {
            self.say(Lowering::ReloadSignal(signal.value), signal.origin);
        }
    }

    fn dropped(&mut self, target: UpstartVersion) {
        if let Some(score) = self.job.oom_score_adj.take_if(|_| !target.knows("oom score")) {
            let gives = nearest_old_score(score.value);
            self.say(Lowering::OomScore { score: score.value, gives }, score.origin);
            self.job.oom_score_adj = Some(Sourced::new(gives, score.origin));
        }
        if !target.knows("apparmor") {
            for profile in
                [self.job.apparmor_load.take(), self.job.apparmor_switch.take()].into_iter().flatten()
            {
                self.say(Lowering::Apparmor, profile.origin);
            }
        }
        if !target.knows("cgroup") {
            for cgroup in std::mem::take(&mut self.job.cgroups) {
                self.say(Lowering::Cgroup, cgroup.origin);
            }
        }
    }

    fn user(&mut self, target: UpstartVersion, distribution: Distribution) {
        let user = self.job.setuid.take_if(|_| !target.knows("setuid"));
        let group = self.job.setgid.take_if(|_| !target.knows("setgid"));
        let helper = Helper::of(distribution);
        let follows_forks =
            self.job.expect.as_ref().is_some_and(|it| matches!(it.value, Expect::Fork | Expect::Daemon));
        let groups = user.is_none() || helper == Helper::StartStopDaemon || !follows_forks;
        let origins: Vec<Origin> = [&user, &group].into_iter().flatten().map(|name| name.origin).collect();
        if origins.is_empty() {
            return;
        }
        let name = |name: Option<Sourced<bstr::BString>>| name.map(|name| sh_word(&name.value));
        let (user, group) = (name(user), name(group));
        let chdir = self.job.chdir.as_ref().map(|directory| directory.value.clone());
        self.rewrite(|kind, process| {
            let forks = kind != ProcessType::Main || !follows_forks;
            let words = words_of(process);
            helper.command(
                user.as_deref(),
                group.as_deref(),
                chdir.as_ref().map(|it| it.as_slice()),
                forks,
                words,
            )
        });
        for origin in origins {
            self.say(Lowering::User { by: helper, groups, in_chroot: self.job.chroot.is_some() }, origin);
        }
    }

    /// No process but the first may fork to open the log: init would follow the fork where a daemon is
    /// expected to do one.
    fn log(&mut self, target: UpstartVersion) {
        const DIRECTORY: &[u8] = b"mkdir -p /var/log/upstart || :";
        const REDIRECT: &[u8] =
            b"if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi";
        let logs = self.job.console.as_ref().is_none_or(|console| console.value == Console::Log);
        let Some(first) = self.job.processes.values().next().map(|process| process.origin) else {
            self.job.console.take_if(|_| logs && !target.knows("console log"));
            return;
        };
        if !logs || target.knows("console log") {
            return;
        }
        let origin = self.job.console.take().map_or(first, |console| console.origin);
        self.rewrite(|kind, process| {
            let before: &[&[u8]] = match kind {
                ProcessType::PreStart => &[DIRECTORY, REDIRECT],
                _ => &[REDIRECT],
            };
            let [between, start]: [&[u8]; 2] = if process.script { [b"\n", b""] } else { [b"; ", b"exec "] };
            script(&[&before.join(between), between, start, command_of(process)].concat())
        });
        if let (false, Ok(process)) =
            (self.job.processes.contains_key(&ProcessType::PreStart), script(DIRECTORY))
        {
            self.job.processes.insert(ProcessType::PreStart, Sourced::new(process, origin));
        }
        self.say(Lowering::Log, origin);
    }

    fn rewrite(&mut self, write: impl Fn(ProcessType, &Process) -> Result<Process, Why>) {
        for (kind, process) in std::mem::take(&mut self.job.processes) {
            match write(kind, &process.value) {
                Ok(written) => {
                    self.job.processes.insert(kind, Sourced::new(written, process.origin));
                }
                Err(why) => {
                    let what = command::stanza_name(kind, process.value.script);
                    self.unwritable.push(Unwritable { what, origin: process.origin, why });
                }
            }
        }
    }
}

/// The words that a process is executed with: its own, where they are plain, and else a shell's.
fn words_of(process: &Process) -> Vec<Text> {
    let command = command_of(process);
    let shell =
        |line: &[u8]| ["/bin/sh", "-e", "-c"].map(Text::from).into_iter().chain([Text::from(line)]).collect();
    if process.script {
        return shell(command.trim_end_with(|c| c == '\n'));
    }
    if command.find_byteset(SHELL_CHARS).is_none() {
        let words = command.split(|byte| b" \t\r\n".contains(byte));
        return words.filter(|word| !word.is_empty()).map(Text::from).collect();
    }
    plain_words(command).unwrap_or_else(|| shell(&[b"exec ", command].concat()))
}

fn command_of(process: &Process) -> &[u8] {
    process.meant.as_ref().unwrap_or(&process.command)
}

/// The score that the old scale comes nearest to one with.
fn nearest_old_score(score: i32) -> i32 {
    if score == -1000 { score } else { score_of_oom(old_oom(score)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstart::write::text::text;

    fn lowered(job: &str, target: &str, distribution: Distribution) -> (String, Vec<Lowering>) {
        let target: UpstartVersion = target.parse().unwrap();
        let older = lower(Job::read(job.as_bytes()).unwrap(), target, distribution);
        assert_eq!(older.unwritable, []);
        let written = text(&older.job, &older.comments, target);
        assert_eq!(written.unwritable, []);
        (String::from_utf8(written.text).unwrap(), older.lowered.iter().map(|it| it.what).collect())
    }

    #[test]
    fn a_version_that_knows_all_changes_nothing() {
        let job = "usage u\n\nstart on a\nmanual\n\nkill signal INT\nreload signal USR1\n\nsetuid web\nconsole log\noom score -50\napparmor switch p\ncgroup cpu\ndebug\n\nexec web\n";
        assert_eq!(lowered(job, "1.13", Distribution::Ubuntu), (job.to_owned(), vec![]));
    }

    #[test]
    fn a_job_that_is_started_by_hand_has_no_start_condition() {
        let (text, what) = lowered(
            "start on a\nmanual\nusage \"start web A=1\"\nconsole none\n",
            "0.6.5",
            Distribution::Rhel6,
        );
        assert_eq!(
            text,
            "# Started by hand only; it would be:\n# start on a\n\n# Usage: start web A=1\n\nconsole none\n"
        );
        assert_eq!(what, [Lowering::Manual, Lowering::Usage]);
    }

    #[test]
    fn a_helper_executes_the_program_in_its_own_place() {
        let job = "setuid web\nsetgid www\nconsole none\nexec /usr/bin/web --a 'b c'\npost-stop exec rm x\n";
        let (text, what) = lowered(job, "1.3", Distribution::Ubuntu);
        let expected = "\
console none

exec /sbin/start-stop-daemon --start --pidfile /dev/null --chuid web --group www --startas /usr/bin/web -- --a 'b c'

post-stop exec /sbin/start-stop-daemon --start --pidfile /dev/null --chuid web --group www --startas /bin/sh -- -c 'exec \"$0\" \"$@\"' rm x
";
        assert_eq!(text, expected);
        let user = Lowering::User { by: Helper::StartStopDaemon, groups: true, in_chroot: false };
        assert_eq!(what, [user, user]);
    }

    #[test]
    fn on_rhel_6_the_helper_is_chroot() {
        let job = "setuid web\nchdir /srv\nconsole none\nscript\n  a\n  b \"$C\"\nend script\n";
        let (text, _) = lowered(job, "0.6.5", Distribution::Rhel6);
        let expected = "\
chdir /srv
console none

script
    exec /usr/sbin/chroot --userspec=web: --groups=\"$(id -G web | tr ' ' ,)\" / /bin/sh -c 'cd \"$0\" && exec \"$@\"' /srv /bin/sh -e -c 'a
    b \"$C\"'
end script
";
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_forks_before_a_daemon_that_init_follows() {
        let (text, what) = lowered("setuid web\nexpect fork\nexec web -d\n", "0.6.5", Distribution::Rhel6);
        let expected = "\
expect fork

pre-start script
    mkdir -p /var/log/upstart || :
end script

script
    if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi; exec /usr/sbin/chroot --userspec=web: / web -d
end script
";
        assert_eq!(text, expected);
        let user = Lowering::User { by: Helper::Chroot, groups: false, in_chroot: false };
        assert_eq!(what, [user, Lowering::Log]);
    }

    #[test]
    fn a_script_logs_from_its_first_line_on() {
        let (text, what) = lowered("pre-start script\na\nb\nend script\n", "1.3", Distribution::Ubuntu);
        let expected = "\
pre-start script
    mkdir -p /var/log/upstart || :
    if [ -w /var/log/upstart ]; then exec >>\"/var/log/upstart/$UPSTART_JOB.log\" 2>&1; fi
    a
    b
end script
";
        assert_eq!((text.as_str(), what), (expected, vec![Lowering::Log]));
    }

    #[test]
    fn signals_are_told_where_they_are_not_the_usual_ones() {
        let job = "kill signal INT\nreload signal HUP\nconsole none\n";
        assert_eq!(lowered(job, "0.6.5", Distribution::Ubuntu).1, [Lowering::KillSignal(Signal(2))]);
        let job = "kill signal 40\nreload signal USR2\nconsole none\n";
        let what = [Lowering::KillSignal(Signal(40)), Lowering::ReloadSignal(Signal(12))];
        assert_eq!(lowered(job, "1.5", Distribution::Ubuntu).1, what);
    }

    #[test]
    fn the_old_scale_of_oom_comes_as_near_as_it_can() {
        let score = |score: &str| {
            lowered(&format!("oom score {score}\nconsole none\n"), "0.6.5", Distribution::Ubuntu)
        };
        let oom = |value: &str, score, gives| {
            (format!("console none\noom {value}\n"), vec![Lowering::OomScore { score, gives }])
        };
        assert_eq!(score("never"), oom("never", -1000, -1000));
        assert_eq!(score("1000"), oom("15", 1000, 1000));
        assert_eq!(score("-999"), oom("-16", -999, -941));
        assert_eq!(score("200"), oom("3", 200, 200));
        assert_eq!(score("-100"), oom("-2", -100, -117));
    }

    #[test]
    fn what_has_no_older_form_is_dropped_and_told() {
        let job = "apparmor load a\napparmor switch b\ncgroup cpu\ndebug\nconsole none\n";
        let (text, what) = lowered(job, "0.6.5", Distribution::Ubuntu);
        assert_eq!(text, "console none\n");
        assert_eq!(what, [Lowering::Debug, Lowering::Apparmor, Lowering::Apparmor, Lowering::Cgroup]);
    }
}
