//! **Guards** (`CUT240`): tests at the head of a pre-start that say `stop` where something is missing.
//!
//! ```sh
//! [ -x /usr/sbin/shopd ] || { stop; exit 0; }     # ExecCondition=/usr/bin/test -x /usr/sbin/shopd
//! if [ ! -d /srv/shop ]; then stop; exit 0; fi    # ConditionPathIsDirectory=/srv/shop
//! test -e /etc/shop/off && { stop; exit 0; }      # ConditionPathExists=!/etc/shop/off
//! ```
//!
//! A guard asks for things with fixed, absolute paths. It stands before everything that has an effect, and
//! it ends the script: with `exit`, or because nothing but guards follows. `[ … ] || exit 0` without
//! `stop` is no guard: it only skips the rest of the script, and the program starts. `[ … ] && stop` is none
//! at the end of a script, where a test that fails is the script's own failure.
//!
//! Which directive says it is up to the writer of the unit: a condition of the unit where it asks the very
//! same (`-e`, `-d`, `-L`) and nothing else hangs on the start, else `test` in `ExecCondition=`. With
//! `--lift all`, `-f` and `-r` ask only whether there is something, `-x` and `-s` whether there is such a
//! regular file: the conditions of units.

use bstr::BString;

use super::Level;
use super::statement::{self, is_exit, joined, lone_words, only_branch, piped_words, test_words};
use crate::findings::{Code, Finding, codes};
use crate::script::tree::{AndOr, AndOrOperator, CommandKind, Pipeline};
use crate::service::{Check, Phase, Service, Stage, Test};
use crate::text::{Origin, Sourced, Text};

/// Lifts the guards of a service's pre-start.
pub fn lift(service: &mut Service, level: Level, findings: &mut Vec<Finding>) {
    // Work at shutdown is done by the stop of a unit: when that starts, nothing is decided yet.
    if service.phase == Phase::Shutdown {
        return;
    }
    let Some(at) = service.hooks.iter().position(|hook| hook.stage == Stage::Condition) else { return };
    let Some(text) = service.hooks[at].command.value.run.script().cloned() else { return };
    let Ok(script) = text.tree() else { return };

    let mut checks = Vec::new();
    let mut gone = 0;
    for (index, command) in script.commands.iter().enumerate() {
        if statement::is_idle(command) {
            continue;
        }
        let Some(guard) = guard(command, &service.name) else { break };
        let behind = &script.commands[index + 1..];
        let ends = guard.exits || behind.iter().all(|next| is_guard(next, &service.name));
        if !ends || guard.fails_at_the_end && behind.is_empty() {
            break;
        }
        checks.extend(guard.checks);
        gone = index + 1;
    }
    // The last one that is left would be the script's end.
    if checks.is_empty() {
        return;
    }
    let (origin, is_left) = statement::cut_hook(service, at, &text, script, gone);
    if is_left && !service.hooks[at].command.value.facts.stops_itself {
        service.hooks[at].stage = Stage::PreStart;
    }
    if !service.hooks.iter().any(|hook| hook.stage == Stage::Condition) {
        // What passes for the script's `stop` is told of scripts only.
        findings.retain(|finding| {
            finding.code != Code::ConditionalStart || !finding.marks.iter().any(|mark| mark.at == origin)
        });
    }
    for mut check in checks {
        if level == Level::All {
            assume(&mut check, origin, findings);
        }
        service.conditions.push(Sourced::new(check, origin));
    }
}

/// Takes what a unit can ask for what the script asks.
fn assume(check: &mut Check, origin: Option<Origin>, findings: &mut Vec<Finding>) {
    let (test, assumption) = match check.test {
        Test::File => (Test::Exists, "if there is something at all, it is a regular file"),
        Test::Readable => (Test::Exists, "what is there can be read"),
        Test::Executable => (Test::ExecutableFile, "it is no directory"),
        Test::NotEmpty => (Test::NonEmptyFile, "it is no directory"),
        _ => return,
    };
    let operator = check.test.operator().unwrap_or_default();
    findings.push(codes::assumed_test(operator, &check.path, assumption).at(origin));
    check.test = test;
}

struct Guard {
    checks: Vec<Check>,
    /// It ends the script.
    exits: bool,
    /// The script fails if it ends with this one and nothing speaks against the start.
    fails_at_the_end: bool,
}

fn is_guard(statement: &AndOr, service: &Text) -> bool {
    statement::is_idle(statement) || guard(statement, service).is_some_and(|guard| !guard.fails_at_the_end)
}

/// The guard that a statement is.
fn guard(statement: &AndOr, service: &Text) -> Option<Guard> {
    if statement.background.is_some() {
        return None;
    }
    if let Some(command) = statement.command() {
        // if TEST; then stop; exit 0; fi
        let branch = only_branch(command)?;
        let exits = stops(&branch.body, service)?;
        let [asked] = branch.condition.as_slice() else { return None };
        let (operator, tests) = joined(asked)?;
        return Some(Guard { checks: none_of(operator, &tests)?, exits, fails_at_the_end: false });
    }
    // TEST || { stop; exit 0; }, or `&&` where it must not be so.
    let (last, tests) = statement.rest.split_last()?;
    let command = last.pipeline.command().filter(|command| command.redirections.is_empty())?;
    let exits = match &command.kind {
        CommandKind::Group(body) => stops(body, service)?,
        CommandKind::Simple(_) => is_stop(&statement::words(command)?, service).then_some(false)?,
        _ => return None,
    };
    let operator = tests.first().map_or(AndOrOperator::And, |link| link.operator);
    if tests.iter().any(|link| link.operator != operator) {
        return None;
    }
    let pipelines: Vec<&Pipeline> = statement.pipelines().take(1 + tests.len()).collect();
    match last.operator {
        AndOrOperator::Or if operator == AndOrOperator::Or && pipelines.len() > 1 => None,
        AndOrOperator::Or => {
            let checks: Option<Vec<Vec<Check>>> = pipelines.into_iter().map(all_of).collect();
            Some(Guard { checks: checks?.concat(), exits, fails_at_the_end: false })
        }
        AndOrOperator::And => Some(Guard { checks: none_of(operator, &pipelines)?, exits, fails_at_the_end: true }),
    }
}

/// Whether a list of commands says `stop` and no more, and whether it ends the script then.
fn stops(body: &[AndOr], service: &Text) -> Option<bool> {
    let commands: Option<Vec<_>> = match body {
        [list] if !list.rest.is_empty() => {
            let (AndOrOperator::And, pipelines) = joined(list)? else { return None };
            pipelines.into_iter().map(piped_words).collect()
        }
        _ => body.iter().map(lone_words).collect(),
    };
    match commands?.as_slice() {
        [stop] if is_stop(stop, service) => Some(false),
        [stop, exit] if is_stop(stop, service) && is_exit(exit) => Some(true),
        _ => None,
    }
}

fn is_stop(words: &[BString], service: &Text) -> bool {
    match words {
        [stop, name @ ..] => stop == "stop" && (name.is_empty() || name == [service.0.as_slice()]),
        [] => false,
    }
}

/// What has to be so for a pipeline to succeed.
fn all_of(pipeline: &Pipeline) -> Option<Vec<Check>> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let words = statement::words(command)?;
    let parts: Vec<&[BString]> = test_words(&words)?.split(|word| word == "-a").collect();
    let several = parts.len() > 1;
    let check = |part: &[BString]| {
        let (negated, operator, path) = match part {
            [operator, path] => (false, operator, path),
            [not, operator, path] if not == "!" && !several => (true, operator, path),
            _ => return None,
        };
        let fixed = path.starts_with(b"/") && !path.split(|byte| *byte == b'/').any(|part| part == b"..");
        let printable = std::str::from_utf8(path).is_ok_and(|path| !path.contains(char::is_control));
        let test = Test::of(operator).filter(|_| fixed && printable)?;
        Some(Check { test, path: Text(path.clone()), negated, required: false, alternative: false })
    };
    let checks = parts.into_iter().map(check).collect::<Option<Vec<Check>>>()?;
    if pipeline.negation.is_none() { Some(checks) } else { negated(checks) }
}

/// What has to be so for none of these pipelines to succeed, or for all of them together not to.
fn none_of(operator: AndOrOperator, pipelines: &[&Pipeline]) -> Option<Vec<Check>> {
    if operator == AndOrOperator::And && pipelines.len() > 1 {
        return None;
    }
    let checks = pipelines.iter().map(|pipeline| negated(all_of(pipeline)?));
    Some(checks.collect::<Option<Vec<Vec<Check>>>>()?.concat())
}

/// The contrary of one check; that of several is none.
fn negated(checks: Vec<Check>) -> Option<Vec<Check>> {
    let [check] = <[Check; 1]>::try_from(checks).ok()?;
    Some(vec![Check { negated: !check.negated, ..check }])
}
