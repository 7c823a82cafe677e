//! What a script does that will not be as it was: variables that only events set, and commands whose shell
//! runs something else than their author thought.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::event_environment;
use crate::findings::{Finding, codes};
use crate::script::Outline;
use crate::script::tree::{Piece, PieceKind};
use crate::script::walk::{Context, Visitor, walk};
use crate::service::{Activation, Phase, Ready, Run, Scope, Service, Stage, Variable};
use crate::text::{Origin, Sourced, Span, Text};
use crate::upstart::job::{Job, Process};

/// Commands whose shell runs something else than their author thought.
pub(crate) fn pitfalls(
    run: &Run,
    process: &Process,
    outline: &Outline,
    origin: Option<Origin>,
    findings: &mut Vec<Finding>,
) {
    let Run::Line(_) = run else { return };
    if process.script {
        return;
    }
    let finding = if outline.lists {
        codes::exec_ends_list()
    } else if outline.backgrounds {
        codes::command_in_background()
    } else if let Some([exec, word, ..]) = outline.commands.first().map(Vec::as_slice)
        && exec == "exec"
        && is_assignment(word)
    {
        codes::exec_of_assignment()
    } else {
        return;
    };
    findings.push(finding.see(origin, codes::same_under_both()));
}

/// Scripts that clean up what systemd itself keeps there while it runs.
pub(crate) fn deletions(outline: &Outline, origin: Option<Origin>, findings: &mut Vec<Finding>) {
    let is_kept = |word: &BString| {
        let path = word.trim_end_with(|c| c == '*').trim_end_with(|c| c == '/');
        matches!(path, b"/run" | b"/var/run" | b"/dev" | b"/run/systemd" | b"/var/run/systemd" | b"/run/udev")
    };
    if outline.commands.iter().any(|words| words[0].ends_with(b"rm") && words[1..].iter().any(is_kept)) {
        findings.push(codes::deletes_run().at(origin));
    }
}

/// Work at the stop of a job that is never stopped in order: a unit does it when the machine goes down.
pub(crate) fn hooks_at_shutdown(service: &Service, job: &Job, findings: &mut Vec<Finding>) {
    let is_over = service.ready.value == Ready::Finished && !service.stays_up;
    if job.stop_on.is_some() || service.scope == Scope::Session || service.phase == Phase::Shutdown || is_over {
        return;
    }
    let mut hooks = service.hooks.iter().filter(|hook| hook.stage.is_of_stop());
    let Some(first) = hooks.next() else { return };
    let mut finding = codes::hooks_at_shutdown().at(first.command.origin());
    hooks.for_each(|hook| finding.also_at(hook.command.origin()));
    findings.push(finding);
}

fn is_assignment(word: &[u8]) -> bool {
    word.split_once_str("=").is_some_and(|(name, _)| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    })
}

/// What makes the recipe for a conditional start lose its grip on a script.
pub(crate) fn lost_condition(outline: &Outline, origin: Option<Origin>, findings: &mut Vec<Finding>) {
    let execs = outline.commands.iter().any(|words| words[0] == "exec" && words.len() > 1);
    let traps = outline.calls("trap").any(|words| words.iter().any(|word| word == "EXIT" || word == "0"));
    if execs || traps {
        let finding = if execs { codes::pre_start_runs_exec() } else { codes::pre_start_sets_trap() };
        findings.push(finding.at(origin));
    }
}

/// Variables that only events or Upstart itself set.
const EVENT_VARIABLES: &str = "UPSTART_EVENTS UPSTART_STOP_EVENTS UPSTART_FDS UPSTART_SESSION UPSTART_CGROUP \
    RUNLEVEL PREVLEVEL EXIT_STATUS EXIT_SIGNAL RESULT PROCESS JOB INSTANCE IFACE MOUNTPOINT";

/// Of those, what systemd sets by itself in `ExecStop=` and `ExecStopPost=` (systemd.exec(5), "Environment variables set
/// on exec").
const OF_SYSTEMD: &str = "EXIT_STATUS";

/// Variables that Upstart, the shell or programs in it set, or that scripts look at in vain.
const SHELL_VARIABLES: &str = "UPSTART_JOB UPSTART_INSTANCE TERM PATH PWD OLDPWD IFS OPTARG OPTIND PPID PS1 PS4 \
    HOME USER LOGNAME SHELL LANG RANDOM UID EUID HOSTNAME LINENO MAINPID REPLY _";

/// Variables that only an event sets. What is known of the event that starts the job, the processes get;
/// the rest is told.
pub(crate) fn event_variables(
    service: &mut Service,
    job: &Job,
    instance_variables: &[Text],
    (run, stage): (&Run, Option<Stage>),
    outline: &Outline,
    origin: Option<Origin>,
    findings: &mut Vec<Finding>,
) {
    let is_set = |name: &str| {
        let mut names = job.env.iter().chain(&job.import).map(|entry| &entry.value).chain(instance_variables);
        names.any(|entry| entry.split_str("=").next() == Some(name.as_bytes()))
    };
    let conditions = job.start_on.iter().chain(&job.stop_on).flat_map(|condition| condition.value.events());
    let keys: Vec<&[u8]> = conditions
        .flat_map(|event| &event.env)
        .filter_map(|entry| entry.split_once_str("="))
        .map(|(key, _)| key.trim_end_with(|c| c == '!'))
        .collect();
    let sources = outline.commands.iter().any(|words| matches!(words[0].as_slice(), b"." | b"source" | b"eval"));
    // What a file that is read in sets cannot be told from here; a session hands on its own environment.
    let is_open = sources || service.scope == Scope::Session;
    let read: BTreeSet<String> = outline.variables.iter().map(ToString::to_string).collect();
    let mut missing: Vec<&str> = read.iter().map(String::as_str).collect();
    missing.retain(|name| {
        let is_one_of = |names: &str| names.split(' ').any(|known| known == *name);
        let of_event = is_one_of(EVENT_VARIABLES) || keys.contains(&name.as_bytes());
        (of_event || !is_open) && outline.needs(name) && !is_set(name) && !is_one_of(SHELL_VARIABLES)
    });
    let has_file = event_environment::comes_with_file(service);
    let constants = if has_file { Vec::new() } else { event_environment::constants(job) };
    let sockets = |activation: &Sourced<Activation>| matches!(activation.value, Activation::Socket { .. });
    let files = |activation: &Sourced<Activation>| matches!(activation.value, Activation::File { .. });
    missing.retain(|name| {
        let is_of_bridge = match *name {
            "UPSTART_FDS" => service.activation.iter().any(sockets),
            "MATCH" => service.activation.iter().any(files),
            _ => false,
        };
        if is_of_bridge {
            return false;
        }
        let known = constants.iter().find(|(key, _)| key.as_slice() == name.as_bytes());
        if let Some((key, value)) = known {
            let variable = Variable::Set { name: key.clone(), value: value.clone() };
            if !service.environment.iter().any(|entry| entry.value == variable) {
                service.environment.push(Sourced::new(variable, origin));
            }
        } else if event_environment::comes_with_outcome(service, name) {
            service.reads_result = service.reads_result.or(origin);
        } else if !has_file || name.starts_with("UPSTART_") {
            return true;
        }
        false
    });
    let is_stopping = stage.is_some_and(Stage::is_of_stop);
    let (of_systemd, missing): (Vec<&str>, Vec<&str>) =
        missing.into_iter().partition(|name| is_stopping && *name == OF_SYSTEMD);
    let mut report = |names: &[&str], mut finding: Finding| {
        if !names.is_empty() {
            for name in names {
                finding.also_at(first_read(run, name, origin));
            }
            findings.push(finding);
        }
    };
    report(&missing, codes::nothing_sets_variables(missing.join(", ")));
    report(&of_systemd, codes::variable_of_systemd(OF_SYSTEMD));
}

/// Where a process first reads a variable; its stanza where that is not known.
fn first_read(run: &Run, name: &str, stanza: Option<Origin>) -> Option<Origin> {
    struct Reads<'n>(&'n str, Option<Span>);
    impl Visitor for Reads<'_> {
        fn piece(&mut self, piece: &Piece, _: Context) {
            let PieceKind::Parameter(parameter) = &piece.kind else { return };
            if parameter.name == self.0 {
                self.1.get_or_insert(piece.span);
            }
        }
    }
    let (Run::Line(text) | Run::Script(text)) = run else { return stanza };
    let mut reads = Reads(name, None);
    if let Ok(tree) = text.tree() {
        walk(tree, &mut reads);
    }
    stanza.map(|stanza| reads.1.map_or(stanza, |span| text.origin(span, stanza)))
}
