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

use super::Level;
use super::statement::{self, joined, lone_words, piped_words, test_words};
use crate::findings::{Code, Finding};
use crate::service::{Check, Phase, Service, Stage, Test};
use crate::shell::tree::{AndOr, AndOrOperator, CommandKind, Pipeline};
use crate::text::{Sourced, Text};

/// Lifts the guards of a service's pre-start.
pub fn lift(service: &mut Service, level: Level, findings: &mut Vec<Finding>) {
    // Work at shutdown is done by the stop of a unit: when that starts, nothing is decided yet.
    if service.phase == Phase::Shutdown {
        return;
    }
    let Some(at) = service.hooks.iter().position(|hook| hook.stage == Stage::Condition) else { return };
    let mut hook = service.hooks[at].clone();
    let Some(text) = statement::text(&hook.command.value.run).cloned() else { return };
    let Ok(script) = text.tree() else { return };

    let mut checks = Vec::new();
    let mut gone = 0;
    for (index, command) in script.commands.iter().enumerate() {
        if statement::is_idle(command) {
            continue;
        }
        let Some(guard) = guard(command, &service.name) else { break };
        let ends =
            guard.exits || script.commands[index + 1..].iter().all(|next| is_guard(next, &service.name));
        let fails = guard.fails_at_the_end && script.commands.len() == index + 1;
        if !ends || fails {
            break;
        }
        checks.extend(guard.checks);
        gone = index + 1;
    }
    // The last one that is left would be the script's end.
    if checks.is_empty() {
        return;
    }
    if script.commands[gone..].iter().all(statement::is_idle) {
        gone = script.commands.len();
    }

    let origin = hook.command.origin;
    let is_left = statement::cut(&mut hook, script, gone, &mut service.comments);
    if is_left {
        hook.command.value.traits = crate::upstart::read::traits(service, &hook.command.value.run);
        if !hook.command.value.traits.stops_itself {
            hook.stage = Stage::PreStart;
        }
        service.hooks[at] = hook;
    } else {
        service.hooks.remove(at);
    }
    if !service.hooks.iter().any(|hook| hook.stage == Stage::Condition) {
        // What passes for the script's `stop` is told of scripts only.
        findings.retain(|finding| {
            finding.code != Code::ConditionalStart || !finding.marks.iter().any(|mark| mark.origin == origin)
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
fn assume(check: &mut Check, origin: crate::text::Origin, findings: &mut Vec<Finding>) {
    let (test, assumption) = match check.test {
        Test::File => (Test::Exists, "if there is something at all, it is a regular file"),
        Test::Readable => (Test::Exists, "what is there can be read"),
        Test::Executable => (Test::ExecutableFile, "it is no directory"),
        Test::NotEmpty => (Test::NonEmptyFile, "it is no directory"),
        _ => return,
    };
    let operator = check.test.operator().unwrap_or_default();
    check.test = test;
    findings.push(
        Finding::new(Code::AssumedLift, format!("`test {operator} {}`: {assumption}", check.path)).at(origin),
    );
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
    if let ([command], true, None) =
        (statement.first.commands.as_slice(), statement.rest.is_empty(), statement.first.negation)
    {
        // if TEST; then stop; exit 0; fi
        let CommandKind::If(conditional) = &command.kind else { return None };
        let ([branch], None, true) =
            (conditional.branches.as_slice(), &conditional.otherwise, command.redirections.is_empty())
        else {
            return None;
        };
        let exits = stops(&branch.body, service)?;
        let [asked] = branch.condition.as_slice() else { return None };
        let (operator, tests) = joined(asked)?;
        return Some(Guard { checks: none_of(operator, &tests)?, exits, fails_at_the_end: false });
    }
    // TEST || { stop; exit 0; }, or `&&` where it must not be so.
    let (last, tests) = statement.rest.split_last()?;
    let exits = match last.pipeline.commands.as_slice() {
        _ if last.pipeline.negation.is_some() => return None,
        [command] if command.redirections.is_empty() => match &command.kind {
            CommandKind::Group(body) => stops(body, service)?,
            CommandKind::Simple(_) => is_stop(&statement::words(command)?, service).then_some(false)?,
            _ => return None,
        },
        _ => return None,
    };
    let operator = tests.first().map(|link| link.operator);
    if tests.iter().any(|link| Some(link.operator) != operator) {
        return None;
    }
    let pipelines: Vec<&Pipeline> =
        std::iter::once(&statement.first).chain(tests.iter().map(|link| &link.pipeline)).collect();
    let operator = operator.unwrap_or(AndOrOperator::And);
    match last.operator {
        AndOrOperator::Or => {
            if operator == AndOrOperator::Or && pipelines.len() > 1 {
                return None;
            }
            let checks: Option<Vec<Vec<Check>>> = pipelines.iter().map(|pipeline| all_of(pipeline)).collect();
            Some(Guard { checks: checks?.concat(), exits, fails_at_the_end: false })
        }
        AndOrOperator::And => {
            Some(Guard { checks: none_of(operator, &pipelines)?, exits, fails_at_the_end: true })
        }
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
    let commands = commands?;
    let (first, rest) = commands.split_first()?;
    if !is_stop(first, service) {
        return None;
    }
    match rest {
        [] => Some(false),
        [exit] if exit[0] == "exit" && (exit.len() == 1 || exit[1..] == ["0"]) => Some(true),
        _ => None,
    }
}

fn is_stop(words: &[bstr::BString], service: &Text) -> bool {
    match words {
        [stop] => stop == "stop",
        [stop, name] => stop == "stop" && name == &service.0,
        _ => false,
    }
}

/// What has to be so for a pipeline to succeed.
fn all_of(pipeline: &Pipeline) -> Option<Vec<Check>> {
    let [command] = pipeline.commands.as_slice() else { return None };
    let words = statement::words(command)?;
    let words = test_words(&words)?;
    let parts: Vec<&[bstr::BString]> = words.split(|word| word == "-a").collect();
    let several = parts.len() > 1;
    let checks: Option<Vec<Check>> = parts
        .into_iter()
        .map(|part| {
            let (negated, operator, path) = match part {
                [operator, path] => (false, operator, path),
                [not, operator, path] if not == "!" && !several => (true, operator, path),
                _ => return None,
            };
            let fixed = path.starts_with(b"/") && !path.split(|byte| *byte == b'/').any(|part| part == b"..");
            let printable = std::str::from_utf8(path).is_ok_and(|path| !path.contains(char::is_control));
            let test = Test::of(operator).filter(|_| fixed && printable)?;
            Some(Check { test, path: Text(path.clone()), negated, required: false, alternative: false })
        })
        .collect();
    let checks = checks?;
    if pipeline.negation.is_none() {
        return Some(checks);
    }
    negated(checks)
}

/// What has to be so for none of these pipelines to succeed, or for all of them together not to.
fn none_of(operator: AndOrOperator, pipelines: &[&Pipeline]) -> Option<Vec<Check>> {
    if operator == AndOrOperator::And && pipelines.len() > 1 {
        return None;
    }
    let checks: Option<Vec<Vec<Check>>> =
        pipelines.iter().map(|pipeline| negated(all_of(pipeline)?)).collect();
    Some(checks?.concat())
}

/// The contrary of one check; that of several is none.
fn negated(checks: Vec<Check>) -> Option<Vec<Check>> {
    match <[Check; 1]>::try_from(checks) {
        Ok([check]) => Some(vec![Check { negated: !check.negated, ..check }]),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lift::Level;
    use crate::lift::hooks::{lines, lines_for, pre_start};
    use crate::systemd::target::Version;
    use crate::systemd::write::Options;

    fn is_script(lines: &[String]) -> bool {
        matches!(lines, [line] if line.contains("/bin/sh -e"))
    }

    #[test]
    fn a_guard_in_any_spelling_is_a_condition() {
        for script in [
            "[ -d /srv ] || { stop; exit 0; }",
            "[ -d /srv ] || { stop; exit; }",
            "[ -d /srv ] || { stop && exit 0; }",
            "[ -d /srv ] || {\n  # not here\n  stop\n  exit 0\n}",
            "[ -d /srv ] || stop",
            "test -d '/srv' || { stop shop; exit 0; }",
            "set -e\n/usr/bin/test -d /srv || { stop; exit 0; }\ntrue",
            "if [ ! -d /srv ]; then stop; exit 0; fi",
            "if ! [ -d /srv ]\nthen\n  stop\n  exit 0\nfi",
            "! [ -d /srv ] && { stop; exit 0; }\n:",
        ] {
            assert_eq!(pre_start(Level::Safe, script), ["ConditionPathIsDirectory=/srv"], "{script}");
        }
    }

    #[test]
    fn what_looks_like_a_guard_stays() {
        for script in [
            // The program starts all the same.
            "[ -d /srv ] || exit 0",
            "if [ ! -d /srv ]; then exit 0; fi\nmkdir -p /srv/a",
            // The script goes on, and does something.
            "[ -d /srv ] || stop\nmkdir -p /srv/a",
            // A failure of the script.
            "[ -d /srv ] || { stop; exit 1; }",
            "[ -d /srv ] && { stop; exit 0; }",
            // Another message, another job, another process.
            "[ -d /srv ] || { echo missing; stop; exit 0; }",
            "[ -d /srv ] || { stop till; exit 0; }",
            "[ -d /srv ] || ( stop; exit 0 )",
            "[ -d /srv ] || { stop; exit 0; } &",
            "[ -d /srv ] || { stop; exit 0; } >/srv/log",
            // Not of one path, or not of a fixed one.
            "[ -d \"$DIR\" ] || { stop; exit 0; }",
            "[ -d srv ] || { stop; exit 0; }",
            "[ -d /srv/../etc ] || { stop; exit 0; }",
            "[ /srv -nt /etc ] || { stop; exit 0; }",
            "[ -d /srv ] || [ -d /etc ] || { stop; exit 0; }",
            "if [ -d /srv ] && [ -d /etc ]; then stop; exit 0; fi",
            "if [ ! -d /srv ]; then stop; exit 0; else mkdir -p /srv/a; fi",
            // Not before all else.
            "touch /srv/a\n[ -d /srv ] || { stop; exit 0; }",
            "stop() { echo; }\n[ -d /srv ] || { stop; exit 0; }",
        ] {
            let lines = pre_start(Level::Safe, script);
            assert!(is_script(&lines), "{script}: {lines:?}");
        }
    }

    #[test]
    fn several_guards_are_several_conditions() {
        let both = ["ConditionPathExists=/a", "ConditionPathExists=!/b"];
        for script in [
            "[ -e /a ] || { stop; exit 0; }\n[ ! -e /b ] || { stop; exit 0; }",
            "[ -e /a ] && [ ! -e /b ] || { stop; exit 0; }",
            "if [ ! -e /a ] || [ -e /b ]; then stop; exit 0; fi",
            "[ -e /a ] || stop\n[ ! -e /b ] || stop",
        ] {
            assert_eq!(pre_start(Level::Safe, script), both, "{script}");
        }
        let both = ["ConditionPathExists=/a", "ConditionPathExists=/b"];
        assert_eq!(pre_start(Level::Safe, "[ -e /a -a -e /b ] || { stop; exit 0; }"), both);
    }

    #[test]
    fn what_is_left_is_a_slice_of_the_script() {
        let lines =
            pre_start(Level::Safe, "[ -e /a ] || { stop; exit 0; } # a\n\n[ \"$X\" ] || echo no  >&2");
        assert_eq!(
            lines,
            ["ConditionPathExists=/a", r#"ExecStartPre=/bin/sh -e -c '[ "$$X" ] || echo no  >&2'"#]
        );
        let lines =
            pre_start(Level::Safe, "[ -e /a ] || { stop; exit 0; }\n[ -e \"$X\" ] || { stop; exit 0; }");
        assert_eq!(lines[0], "ConditionPathExists=/a");
        assert!(lines[1].starts_with("ExecCondition=/bin/sh -e -c"), "the rest decides as well: {lines:?}");
    }

    #[test]
    fn a_test_that_no_condition_says_is_a_process() {
        for operator in ["-f", "-r", "-w", "-x", "-s"] {
            let lines = pre_start(Level::Safe, &format!("[ {operator} '/srv/a b' ] || {{ stop; exit 0; }}"));
            assert_eq!(lines, [format!("ExecCondition=/usr/bin/test {operator} \"/srv/a b\"")]);
        }
        let all = |operator| pre_start(Level::All, &format!("[ {operator} /srv/a ] || {{ stop; exit 0; }}"));
        for (operator, condition) in [
            ("-f", "ConditionPathExists"),
            ("-r", "ConditionPathExists"),
            ("-x", "ConditionFileIsExecutable"),
            ("-s", "ConditionFileNotEmpty"),
            ("-h", "ConditionPathIsSymbolicLink"),
        ] {
            assert_eq!(all(operator), [format!("{condition}=/srv/a")]);
        }
        assert_eq!(all("-w"), ["ExecCondition=/usr/bin/test -w /srv/a"]);
    }

    #[test]
    fn what_hangs_on_the_start_and_who_looks_decide_the_form() {
        let job = "exec /usr/sbin/shopd\npre-start script\n[ -e /a ] || stop\nend script\n";
        for more in ["setuid games", "setgid games", "chdir /srv", "post-stop exec rm -f /srv/lock"] {
            let lines = lines(Level::All, &format!("{job}{more}\n"));
            assert!(lines.contains(&"ExecCondition=/usr/bin/test -e /a".to_owned()), "{more}: {lines:?}");
        }
    }

    #[test]
    fn before_243_a_process_can_only_fail_the_start() {
        let options = Options { target: Version(241), ..Options::default() };
        let job = "exec /usr/sbin/shopd\npre-start script\n[ -x /a ] || stop\nend script\n";
        assert_eq!(lines_for(Level::Safe, job, &options), ["ExecStartPre=/usr/bin/test -x /a"]);
        let job = "exec /usr/sbin/shopd\npre-start script\n[ -e /a ] || stop\nend script\n";
        assert_eq!(lines_for(Level::Safe, job, &options), ["ConditionPathExists=/a"]);
    }
}
