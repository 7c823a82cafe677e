//! **Programs in a row** (`CUT242`): a hook whose script only runs programs with fixed arguments, one after
//! the other.
//!
//! ```sh
//! pre-start script
//!     mkdir -p /srv/shop/spool              # ExecStartPre=mkdir -p /srv/shop/spool
//!     modprobe loop || true                 # ExecStartPre=-modprobe loop
//!     [ -r /etc/shop.conf ] || exit 1       # ExecStartPre=/usr/bin/test -r /etc/shop.conf
//! end script
//! post-stop exec rm -f /srv/shop/lock
//! ```
//!
//! As under `sh -e`, the first one that fails ends the hook, and what `|| true` stands behind may fail.
//! A program behind which others come has to be one that is known to leave nothing behind: systemd ends
//! what a command of a unit leaves before the next one runs.
//!
//! A script with more than four programs is better read as a script. It also stays one where there is
//! anything else in it: a variable, a pattern, a redirection, a pipeline, a builtin of the shell, a call to
//! Upstart. So does a post-start of several programs whose failures matter to each other, since systemd
//! goes on behind a failure that it ignores, and a pre-stop, which needs a shell to see whether there is a
//! main process.

use bstr::{BStr, BString, ByteSlice as _};

use super::statement::{self, base_name, joined, made_if_missing, piped_words, test_words};
use crate::service::{Failure, Hook, Phase, Service, Stage, Step};
use crate::shell::tree::{AndOr, AndOrOperator};
use crate::text::{Span, Text};

/// More programs than that, and a script is better read as one.
pub(super) const MOST: usize = 4;

/// Lifts the scripts of a service that are programs in a row.
pub fn lift(service: &mut Service) {
    if service.phase == Phase::Shutdown {
        return;
    }
    for hook in &mut service.hooks {
        if matches!(hook.stage, Stage::PreStart | Stage::PostStart | Stage::PostStop) {
            hook.steps = steps(hook).unwrap_or_default();
        }
    }
}

/// The programs that a hook's script runs one after the other, where it does nothing else.
fn steps(hook: &Hook) -> Option<Vec<Step>> {
    let text = statement::text(&hook.command.value.run)?;
    let script = text.tree().ok()?;
    let mut steps: Vec<Step> = Vec::new();
    let mut from = 0;
    for (index, command) in script.commands.iter().enumerate() {
        let is_last = index + 1 == script.commands.len();
        let until = if is_last { text.len() } else { statement::behind(text, script, index + 1) };
        let mut comments = statement::comments(text, script, Span::new(from, until));
        from = until;
        let programs = if statement::is_idle(command) || (is_last && is_exit(command)) {
            Vec::new()
        } else {
            programs(command, is_last)?
        };
        match steps.last_mut() {
            Some(before) if programs.is_empty() => before.comments.append(&mut comments),
            _ => {}
        }
        for (argv, ignored) in programs {
            steps.push(Step { argv, ignored, comments: std::mem::take(&mut comments) });
        }
        if !comments.is_empty() && steps.is_empty() {
            return None;
        }
    }
    let (last, before) = steps.split_last()?;
    // Where a failure is ignored, the next line runs all the same.
    let apart = hook.failure == Failure::Ignored && before.iter().any(|step| !step.ignored);
    let leaves = hook.command.value.traits.leaves_processes && !before.is_empty();
    let known = before.iter().all(leaves_nothing);
    let plain = !last.argv.is_empty() && steps.len() <= MOST && !apart && !leaves && known;
    plain.then_some(steps)
}

/// Whether a program is known to leave no process behind.
pub(super) fn leaves_nothing(step: &Step) -> bool {
    let argv: Vec<BString> = step.argv.iter().map(|word| word.0.clone()).collect();
    // A file system in user space is served by a process in the background.
    crate::upstart::read::is_quick(&argv) && base_name(&argv[0]) != b"mount"
}

/// `exit` or `exit 0` at the end, where all that stands before it has succeeded.
fn is_exit(statement: &AndOr) -> bool {
    statement::lone_words(statement)
        .is_some_and(|words| words[0] == "exit" && (words.len() == 1 || words[1..] == ["0"]))
}

/// The programs of a statement, each with whether its failure counts for nothing.
pub(super) fn programs(statement: &AndOr, is_last: bool) -> Option<Vec<(Vec<Text>, bool)>> {
    if let Some(made) = made_if_missing(statement) {
        return Some(vec![(program(&made, false)?, false)]);
    }
    let (operator, pipelines) = joined(statement)?;
    let commands: Vec<Vec<BString>> = pipelines.into_iter().map(piped_words).collect::<Option<_>>()?;
    match (operator, commands.as_slice()) {
        (_, [one]) => Some(vec![(program(one, is_last)?, false)]),
        (AndOrOperator::Or, [one, otherwise]) => {
            let otherwise: Vec<&BStr> = otherwise.iter().map(|word| word.as_bstr()).collect();
            let ignored = match otherwise.as_slice() {
                [word] if *word == "true" || *word == ":" || *word == "/bin/true" => true,
                [word] if *word == "exit" => false,
                // Tests fail with 1 themselves.
                [word, status] if *word == "exit" && *status == "1" && test_words(one).is_some() => false,
                _ => return None,
            };
            Some(vec![(program(one, false)?, ignored)])
        }
        // Elsewhere, a failure before the last one would not end the script.
        (AndOrOperator::And, all) if is_last => {
            let last = all.len() - 1;
            let programs = all.iter().enumerate().map(|(at, words)| program(words, at == last));
            programs.map(|argv| Some((argv?, false))).collect()
        }
        _ => None,
    }
}

/// The program that a command runs, with a program in the place of a builtin that does the same.
fn program(words: &[BString], is_last: bool) -> Option<Vec<Text>> {
    let words = match words {
        [exec, rest @ ..] if exec == "exec" && is_last && !rest.is_empty() => rest,
        _ => words,
    };
    let argv = |name: &str, rest: &[BString]| {
        let rest = rest.iter().cloned().map(Text);
        Some(std::iter::once(Text::from(name)).chain(rest).collect())
    };
    let (name, rest) = words.split_first()?;
    if name.is_empty() {
        return None;
    }
    if let Some(asked) = test_words(words) {
        return match asked {
            [operator, _] if operator.len() == 2 && operator.starts_with(b"-") && operator != "-t" => {
                argv("/usr/bin/test", asked)
            }
            [not, operator, _] if not == "!" && operator.len() == 2 && operator.starts_with(b"-") => {
                argv("/usr/bin/test", asked)
            }
            _ => None,
        };
    }
    // The shell's own takes `-n` alone for an option, and backslashes for escapes.
    if name == "echo" && rest.iter().all(|word| !word.starts_with(b"-") && !word.contains(&b'\\')) {
        return argv("/bin/echo", rest);
    }
    if statement::is_of_shell(name) || statement::is_of_upstart(name) {
        return None;
    }
    Some(words.iter().cloned().map(Text).collect())
}

#[cfg(test)]
mod tests {
    use crate::lift::Level;
    use crate::lift::hooks::{lines, lines_for, pre_start, unit};
    use crate::systemd::target::Version;
    use crate::systemd::write::{Options, Style};

    fn hook(stage: &str, script: &str) -> Vec<String> {
        lines(Level::Safe, &format!("exec /usr/sbin/shopd\n{stage} script\n{script}\nend script\n"))
    }

    #[test]
    fn programs_in_a_row_are_lines_of_the_unit() {
        for (script, expected) in [
            ("modprobe loop", &["modprobe loop"][..]),
            ("set -e\nmkdir -p /a\nexec touch '/a/b c'", &["mkdir -p /a", "touch \"/a/b c\""]),
            ("rm -f /a || true; touch /b || :\nexit 0", &["-rm -f /a", "-touch /b"]),
            ("mkdir -p /a && chmod 700 /a", &["mkdir -p /a", "chmod 700 /a"]),
            ("[ -r /a ] || exit 1\ntest ! -e /b", &["/usr/bin/test -r /a", "/usr/bin/test ! -e /b"]),
            ("[ -d /a ] || mkdir -p /a", &["mkdir -p /a"]),
            ("rm -f /a || exit\necho 100% '$b'", &["rm -f /a", "/bin/echo 100%% $$b"]),
        ] {
            let expected: Vec<String> = expected.iter().map(|line| format!("ExecStartPre={line}")).collect();
            assert_eq!(pre_start(Level::Safe, script), expected, "{script}");
        }
        assert_eq!(
            hook("post-stop", "rm -f /a\nrm -f /b"),
            ["ExecStopPost=rm -f /a", "ExecStopPost=rm -f /b"]
        );
        assert_eq!(hook("post-start", "touch /a"), ["ExecStartPost=-touch /a"]);
        let both = ["ExecStartPost=-touch /a", "ExecStartPost=-touch /b"];
        assert_eq!(hook("post-start", "touch /a || true\ntouch /b"), both);
    }

    #[test]
    fn everything_else_stays_a_script() {
        for script in [
            "mkdir -p $DIR",
            "rm -f /a/*",
            "touch ~/a",
            "touch /a >/dev/null 2>&1",
            "touch /a | cat",
            "! touch /a",
            "touch /a &",
            "A=b touch /a",
            "touch $(hostname)",
            "if [ -e /a ]; then touch /b; fi",
            "[ -d /a ] || mkdir /a",
            "[ -e /a ] || mkdir -p /a",
            "[ -d /a ] || mkdir -p /b",
            "touch /a || touch /b",
            "modprobe loop || exit 1",
            // The second runs although the first failed.
            "touch /a && touch /b\ntouch /c",
            // The rest does not run.
            "exit 0\ntouch /a",
            "cd /a; touch b",
            "umask 077; touch /a",
            "export A=b; touch /a",
            "ulimit -n 5; touch /a",
            "exec >/a; touch /b",
            "exec touch /a\ntouch /b",
            "echo -e a",
            "echo 'a\\nb'",
            "printf a",
            "kill 1",
            "false",
            "[ a = b ]",
            "[ -t 0 ]",
            "start till",
            "/sbin/initctl emit sold",
            "service till start",
            // More than four.
            "touch /a; touch /b; touch /c; touch /d; touch /e",
            // What may leave something behind that the next one needs.
            "/usr/sbin/shop-helper\ntouch /a",
            "mount -t fuse.shop shop /srv\ntouch /srv/a",
            "true",
        ] {
            let lines = pre_start(Level::Safe, script);
            assert!(
                matches!(lines.as_slice(), [line] if line.starts_with("ExecStartPre=/bin/sh -e")),
                "{script}: {lines:?}"
            );
        }
        let lines = hook("post-start", "touch /a\ntouch /b");
        assert!(
            lines[0].starts_with("ExecStartPost=-/bin/sh -e"),
            "the second would run all the same: {lines:?}"
        );
        let job = "exec a\npre-stop script\n  touch /a\nend script\n";
        assert_eq!(lines_for(Level::Safe, job, &Options::default()), [""; 0]);
    }

    #[test]
    fn comments_stand_above_what_they_speak_of() {
        let script = "# The spool.\nmkdir -p /a # all of it\n# Its key.\ntouch /a/b\n# Done.";
        let job = format!("exec /usr/sbin/shopd\npre-start script\n{script}\nend script\n");
        let unit = unit(Level::Safe, &job, &Options::default());
        let expected = "# The spool.\n# all of it\nExecStartPre=mkdir -p /a\n# Its key.\n# Done.\nExecStartPre=touch /a/b\n";
        assert!(unit.contains(expected), "{unit}");
    }

    #[test]
    fn a_job_without_main_starts_by_its_programs() {
        let job = "pre-start script\n  modprobe loop\n  modprobe nbd\nend script\n";
        let unit = unit(Level::Safe, job, &Options::default());
        assert!(unit.contains("ExecStart=modprobe loop\nExecStart=modprobe nbd\n"), "{unit}");
    }

    #[test]
    fn in_the_exact_style_and_where_a_shell_has_to_find_programs_it_is_one_process() {
        let job = "exec /usr/sbin/shopd\npre-start script\n  mkdir -p /a\n  touch /a/b\nend script\n";
        for options in [
            Options { style: Style::Exact, ..Options::default() },
            Options { target: Version(237), ..Options::default() },
        ] {
            let lines = lines_for(Level::Safe, job, &options);
            assert!(lines.len() == 1 && lines[0].contains("mkdir -p /a; touch /a/b"), "{lines:?}");
        }
        let options = Options { target: Version(237), ..Options::default() };
        let job = job.replace("mkdir", "/bin/mkdir").replace("touch", "/bin/touch");
        assert_eq!(lines_for(Level::Safe, &job, &options).len(), 2);
    }
}
