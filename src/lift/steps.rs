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

use bstr::BString;

use super::statement::{self, is_exit, joined, lone_words, made_if_missing, piped_words, test_words};
use crate::script::base_name;
use crate::script::tree::{AndOr, AndOrOperator};
use crate::service::{Failure, Hook, Phase, Service, Stage, Step};
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
    let text = hook.command.value.run.script()?;
    let script = text.tree().ok()?;
    let mut steps: Vec<Step> = Vec::new();
    let mut from = 0;
    for (index, command) in script.commands.iter().enumerate() {
        let is_last = index + 1 == script.commands.len();
        let until = if is_last { text.len() } else { statement::behind(text, script, index + 1) };
        let mut comments = statement::comments(text, script, Span::new(from, until));
        from = until;
        let is_end = is_last && lone_words(command).is_some_and(|words| is_exit(&words));
        let mut programs = if is_end || statement::is_idle(command) { Vec::new() } else { programs(command, is_last)? };
        match programs.first_mut().or(steps.last_mut()) {
            Some(step) => step.comments.append(&mut comments),
            None if comments.is_empty() => {}
            None => return None,
        }
        steps.append(&mut programs);
    }
    let (last, before) = steps.split_last()?;
    // Where a failure is ignored, the next line runs all the same.
    let apart = hook.failure == Failure::Ignored && before.iter().any(|step| !step.ignored);
    let leaves = hook.command.value.facts.leaves_processes && !before.is_empty();
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

/// The programs of a statement.
pub(super) fn programs(statement: &AndOr, is_last: bool) -> Option<Vec<Step>> {
    let step = |argv, ignored| Step { argv, ignored, comments: Vec::new() };
    if let Some(made) = made_if_missing(statement) {
        return Some(vec![step(program(&made, false)?, false)]);
    }
    let (operator, pipelines) = joined(statement)?;
    let commands: Vec<Vec<BString>> = pipelines.into_iter().map(piped_words).collect::<Option<_>>()?;
    match (operator, commands.as_slice()) {
        (_, [one]) => Some(vec![step(program(one, is_last)?, false)]),
        (AndOrOperator::Or, [one, otherwise]) => {
            let ignored = [["true"], [":"], ["/bin/true"]].iter().any(|idle| otherwise == idle);
            // Tests fail with 1 themselves.
            let fails = *otherwise == ["exit"] || *otherwise == ["exit", "1"] && test_words(one).is_some();
            if !ignored && !fails {
                return None;
            }
            Some(vec![step(program(one, false)?, ignored)])
        }
        // Elsewhere, a failure before the last one would not end the script.
        (AndOrOperator::And, all) if is_last => {
            let last = all.len() - 1;
            let programs = all.iter().enumerate().map(|(at, words)| program(words, at == last));
            programs.map(|argv| Some(step(argv?, false))).collect()
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
    let (name, rest) = words.split_first().filter(|(name, _)| !name.is_empty())?;
    if let Some(asked) = test_words(words) {
        let is_operator = |word: &BString| word.len() == 2 && word.starts_with(b"-");
        let is_fixed = match asked {
            [operator, _] => is_operator(operator) && operator != "-t",
            [not, operator, _] => not == "!" && is_operator(operator),
            _ => false,
        };
        return if is_fixed { argv("/usr/bin/test", asked) } else { None };
    }
    // The shell's own takes `-n` alone for an option, and backslashes for escapes.
    if name == "echo" && rest.iter().all(|word| !word.starts_with(b"-") && !word.contains(&b'\\')) {
        return argv("/bin/echo", rest);
    }
    let is_program = !statement::is_of_shell(name) && !statement::is_of_upstart(name);
    is_program.then(|| words.iter().cloned().map(Text).collect())
}
