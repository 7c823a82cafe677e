//! From a job to a service: every stanza's value in the neutral model's words.

use bstr::{BString, ByteSlice as _};

use super::scripts::Scan;
use super::{conditions, instance, process};
use crate::findings::{Code, Finding};
use crate::service::programs::Program;
use crate::service::{
    Bond, CgroupSetting, Command, Enablement, Exit, Failure, Hook, Io, Party, Rate, Ready, Reload, Restart,
    RestartOn, Run, Service, Signal, Stage, Stop, Traits, Variable, When,
};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::job::{Console, Expect, Job, NormalExit, Process, ProcessType};

/// The service that a job describes.
pub fn from_job(name: &str, job: &Job, findings: &mut Vec<Finding>) -> Service {
    let text = |value: &Sourced<BString>| value.map(|value| Text(value.clone()));
    let optional = |value: &Option<Sourced<BString>>| value.as_ref().map(text);
    let mut service = Service {
        name: name.into(),
        description: optional(&job.description),
        user: optional(&job.setuid),
        group: optional(&job.setgid),
        root: optional(&job.chroot),
        directory: optional(&job.chdir),
        umask: job.umask.clone(),
        nice: job.nice.clone(),
        oom_score: job.oom_score_adj.clone(),
        limits: job.limits.clone(),
        apparmor_profile: optional(&job.apparmor_switch),
        exported: job.export.iter().map(text).collect(),
        emits: job.emits.iter().map(text).collect(),
        cgroups: job.cgroups.iter().map(cgroup).collect(),
        io: job.console.as_ref().map(|console| console.map(|console| io(*console))),
        stop: Stop { signal: job.kill_signal.clone(), timeout: None },
        reload: job.reload_signal.as_ref().map(|signal| signal.map(|signal| Reload::Signal(*signal))),
        enablement: job.manual.as_ref().map(|manual| manual.map(|()| Enablement::Disabled)),
        ..Service::default()
    };
    for (heading, value) in [("Author", &job.author), ("Version", &job.version), ("Usage", &job.usage)] {
        service.about.extend(value.as_ref().map(|value| (heading, text(value))));
    }
    plain_findings(job, findings);
    kill_timeout(&mut service, job, findings);
    environment(&mut service, job, findings);
    processes(&mut service, job, findings);
    restart(&mut service, job, findings);
    if let Some(condition) = job.start_on.as_ref().or(job.disabled_start_on.as_ref()) {
        conditions::start(&mut service, condition, findings);
    }
    if let Some(condition) = &job.stop_on {
        conditions::stop(&mut service, condition, findings);
    }
    instances(&mut service, job, findings);
    drop_overridden(&mut service, findings);
    service
}

fn io(console: Console) -> Io {
    match console {
        Console::Log => Io::Log,
        Console::None => Io::Null,
        Console::Output => Io::Console,
        Console::Owner => Io::ConsoleOwner,
    }
}

fn cgroup(cgroup: &Sourced<crate::upstart::job::Cgroup>) -> Sourced<CgroupSetting> {
    cgroup.map(|cgroup| CgroupSetting {
        controller: Text(cgroup.controller.clone()),
        name: cgroup.name.clone().map(Text),
        key: cgroup.key.clone().map(Text),
        value: cgroup.value.clone().map(Text),
    })
}

/// Stanzas whose finding needs nothing but the stanza itself.
fn plain_findings(job: &Job, findings: &mut Vec<Finding>) {
    if let Some(debug) = &job.debug {
        findings.push(
            Finding::new(Code::DebugStanza, "`debug` did nothing: only special builds of Upstart heed it")
                .at(debug.origin),
        );
    }
    for origin in distinct(job.export.iter().map(|export| export.origin)) {
        findings.push(
            Finding::new(Code::ExportedVariables, "exported variables join a job's events, and units have no events")
                .at(origin)
                .help("the processes get them all the same; where another job used them, write them to a file for it"),
        );
    }
}

fn distinct(origins: impl Iterator<Item = Origin>) -> Vec<Origin> {
    let mut distinct: Vec<Origin> = origins.collect();
    distinct.dedup();
    distinct
}

fn kill_timeout(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let Some(timeout) = &job.kill_timeout else { return };
    service.stop.timeout = Some(timeout.map(|seconds| u64::try_from(*seconds).unwrap_or(0)));
    if timeout.value == 0 {
        findings.push(
            Finding::new(
                Code::KillTimeoutZero,
                "Upstart itself aborts when it stops a job with a kill timeout of 0",
            )
            .at(timeout.origin)
            .help("choose how many seconds the service may take to stop"),
        );
    }
}

fn environment(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    for entry in &job.env {
        let variable = match entry.value.split_once_str("=") {
            Some((name, value)) => Variable::Set { name: name.into(), value: value.into() },
            None => Variable::Inherited(Text(entry.value.clone())),
        };
        if let Variable::Set { name, value } = &variable
            && has_reference(value)
        {
            findings.push(
                Finding::new(
                    Code::LiteralDollar,
                    format!("`{name}` holds a literal `$`: Upstart does not expand variables in `env`"),
                )
                .see(entry.origin, "taken literally, as on Upstart")
                .help("if the value of the other variable was meant, the job never got it; write it out"),
            );
        }
        service.environment.push(Sourced::new(variable, entry.origin));
    }
    for import in &job.import {
        service.environment.push(import.map(|name| Variable::Event(Text(name.clone()))));
    }
}

/// Of several stanzas for one variable, only the last counts.
fn drop_overridden(service: &mut Service, findings: &mut Vec<Finding>) {
    let name = |variable: &Variable| match variable {
        Variable::Set { name, .. }
        | Variable::Inherited(name)
        | Variable::Instance(name)
        | Variable::Event(name) => name.clone(),
    };
    let mut index = 0;
    while index < service.environment.len() {
        let entry = &service.environment[index];
        let own = name(&entry.value);
        match service.environment[index + 1..].iter().find(|later| name(&later.value) == own) {
            // `env N` and `instance $N`: the instance's value holds, the other one is its default.
            Some(later) if later.origin != entry.origin => {
                findings.push(
                    Finding::new(Code::Superseded, format!("`{own}` is set anew"))
                        .at(entry.origin)
                        .see(later.origin, "this value counts"),
                );
                service.environment.remove(index);
            }
            _ => index += 1,
        }
    }
}

fn has_reference(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|pair| pair[0] == b'$' && (pair[1] == b'{' || pair[1] == b'_' || pair[1].is_ascii_alphabetic()))
}

/// Variables that only events or Upstart itself set.
const EVENT_VARIABLES: &[&str] = &[
    "UPSTART_EVENTS",
    "UPSTART_STOP_EVENTS",
    "UPSTART_FDS",
    "RUNLEVEL",
    "PREVLEVEL",
    "EXIT_STATUS",
    "EXIT_SIGNAL",
    "RESULT",
    "PROCESS",
    "JOB",
    "INSTANCE",
    "IFACE",
    "MOUNTPOINT",
];

fn processes(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let mut upstart_job = None;
    let mut upstart_instance = None;
    let mut term = None;
    let instance_variables: Vec<Text> = job
        .instance
        .as_ref()
        .and_then(|name| instance::of(&name.value))
        .map_or_else(Vec::new, |i| i.variables);
    let has_main = job.processes.contains_key(&ProcessType::Main);

    if let Some(profile) = &job.apparmor_load {
        let run = Run::Argv(vec!["/sbin/apparmor_parser".into(), "-r".into(), profile.value.clone().into()]);
        let command = Command { run, privileged: true, traits: Traits::default() };
        service.hooks.push(hook(Stage::PreStart, Sourced::new(command, profile.origin)));
    }
    for file in &job.tmpfiles {
        let run = Run::Argv(vec!["systemd-tmpfiles".into(), "--create".into(), file.value.clone().into()]);
        let command = Command { run, privileged: true, traits: Traits::default() };
        service.hooks.push(hook(Stage::PreStart, Sourced::new(command, file.origin)));
    }
    for (kind, sourced) in &job.processes {
        let (process, origin) = (&sourced.value, sourced.origin);
        if process.meant.is_some() {
            findings.push(
                Finding::new(
                    Code::ParserBug,
                    "Upstart's parser turned the blanks before an escape into a backslash",
                )
                .at_saying(origin, "converted as written")
                .help(format!("what Upstart ran was: {}", process.command)),
            );
        }
        let run = process::run(process);
        let scan = match &run {
            Run::Argv(words) => {
                Scan { commands: vec![words.iter().map(|w| w.0.clone()).collect()], ..Scan::default() }
            }
            Run::Line(script) | Run::Script(script) => Scan::of(script),
        };
        pitfalls(&run, process, &scan, origin, findings);
        let traits = traits(service, &run, &scan);
        let stage = match kind {
            ProcessType::Main => None,
            ProcessType::PreStart if traits.stops_itself && has_main => Some(Stage::Condition),
            ProcessType::PreStart => Some(Stage::PreStart),
            ProcessType::PostStart => Some(Stage::PostStart),
            ProcessType::PreStop => Some(Stage::PreStop),
            ProcessType::PostStop => Some(Stage::PostStop),
        };
        if stage == Some(Stage::Condition) {
            lost_condition(&scan, origin, findings);
        }
        upstart_commands(service, *kind, &scan, &traits, origin, findings);
        event_variables(job, &instance_variables, &scan, origin, findings);
        for (name, slot) in [
            ("UPSTART_JOB", &mut upstart_job),
            ("UPSTART_INSTANCE", &mut upstart_instance),
            ("TERM", &mut term),
        ] {
            if scan.needs(name) {
                slot.get_or_insert(origin);
            }
        }
        let command = Sourced::new(Command { run, privileged: false, traits }, origin);
        match stage {
            None => service.main.push(command),
            Some(Stage::PreStop) if !has_main => findings.push(
                Finding::new(
                    Code::PreStopWithoutMain,
                    "Upstart runs pre-stop only while there is a main process",
                )
                .at(origin)
                .help("if it was meant to run, make it post-stop"),
            ),
            Some(stage) => service.hooks.push(hook(stage, command)),
        }
    }
    if let Some(origin) = upstart_job {
        let variable = Variable::Set { name: "UPSTART_JOB".into(), value: service.name.clone() };
        service.environment.push(Sourced::new(variable, origin));
    }
    if let Some(origin) = upstart_instance {
        let name: Text = "UPSTART_INSTANCE".into();
        let variable = match &job.instance {
            Some(_) if !instance_variables.is_empty() => Variable::Instance(name),
            Some(fixed) => Variable::Set { name, value: fixed.value.clone().into() },
            None => Variable::Set { name, value: Text::default() },
        };
        service.environment.push(Sourced::new(variable, origin));
    }
    if let Some(origin) = term {
        let variable = Variable::Set { name: "TERM".into(), value: "linux".into() };
        service.environment.push(Sourced::new(variable, origin));
    }
    readiness(service, job, has_main, findings);
}

fn readiness(service: &mut Service, job: &Job, has_main: bool, findings: &mut Vec<Finding>) {
    let main = service.main.first().map(|main| main.origin);
    if !has_main {
        service.stays_up = true;
        let first = service.hooks.first().map(|hook| hook.command.origin);
        let origin = job.task.as_ref().map(|task| task.origin).or(first).unwrap_or_default();
        service.ready = Sourced::new(Ready::Finished, origin);
        if let Some(task) = &job.task {
            findings.push(
                Finding::new(Code::TaskWithoutMain, "on Upstart a task without a main process never ends")
                    .at(task.origin)
                    .help("check that what waits for it may go on once its pre-start is done"),
            );
        }
        return;
    }
    let expect = job.expect.as_ref().map(|expect| {
        expect.map(|expect| match expect {
            Expect::None => Ready::Executed,
            Expect::Stop => Ready::Stopped,
            Expect::Fork => Ready::Forked(1),
            Expect::Daemon => Ready::Forked(2),
        })
    });
    service.ready = match (expect, &job.task) {
        (Some(expect), None) => expect,
        (None, Some(task)) => Sourced::new(Ready::Finished, task.origin),
        (None, None) => Sourced::new(Ready::Executed, main.unwrap_or_default()),
        (Some(expect), Some(task)) => {
            if expect.value != Ready::Executed {
                findings.push(
                    Finding::new(
                        Code::ForksUnexpectedly,
                        "a task that forks: the unit waits for its first process only",
                    )
                    .at(expect.origin)
                    .see(task.origin, "a task ends with its process")
                    .help("run the program in the foreground"),
                );
            }
            Sourced::new(Ready::Finished, task.origin)
        }
    };
}

fn hook(stage: Stage, command: Sourced<Command>) -> Hook {
    let failure = match stage {
        Stage::Condition | Stage::PreStart => Failure::FailsStart,
        Stage::PostStart | Stage::PreStop => Failure::Ignored,
        Stage::PostStop => Failure::FailsStop,
    };
    let when = if stage == Stage::PreStop { When::Requested } else { When::Always };
    Hook { stage, command, failure, when }
}

/// Commands whose shell runs something else than their author thought.
fn pitfalls(run: &Run, process: &Process, scan: &Scan, origin: Origin, findings: &mut Vec<Finding>) {
    let Run::Line(_) = run else { return };
    if process.script {
        return;
    }
    let message = if scan.lists {
        "the shell runs `exec` with this line, so that what stands behind the first command never runs"
    } else if scan.backgrounds {
        "the command puts itself into the background, so that its init loses sight of it"
    } else if scan
        .commands
        .first()
        .is_some_and(|words| words.len() > 1 && words[0] == "exec" && is_assignment(&words[1]))
    {
        "the shell runs `exec` with this line, and takes the assignment for the program's name"
    } else {
        return;
    };
    findings.push(
        Finding::new(Code::ShellPitfall, message)
            .see(origin, "the unit does the same as Upstart")
            .help("if the whole line was meant to run, make it a script"),
    );
}

fn is_assignment(word: &[u8]) -> bool {
    word.split_once_str("=").is_some_and(|(name, _)| {
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    })
}

/// What makes the recipe for a conditional start lose its grip on a script.
fn lost_condition(scan: &Scan, origin: Origin, findings: &mut Vec<Finding>) {
    let execs =
        scan.commands.iter().any(|words| words[0] == "exec" && words.len() > 1 && !is_redirection(&words[1]));
    let traps = scan.calls("trap").any(|words| words.iter().any(|word| word == "EXIT" || word == "0"));
    if execs || traps {
        let what = if execs { "it runs `exec`" } else { "it sets a trap for its own end" };
        findings.push(
            Finding::new(
                Code::ConditionalStart,
                format!("`stop` in this pre-start may not keep the unit down: {what}"),
            )
            .at(origin)
            .help("let the script exit with status 1 where it says `stop`"),
        );
    }
}

fn is_redirection(word: &[u8]) -> bool {
    word.trim_start_with(|c| c.is_ascii_digit()).starts_with_str(">")
        || word.trim_start_with(|c| c.is_ascii_digit()).starts_with_str("<")
}

fn traits(service: &Service, run: &Run, scan: &Scan) -> Traits {
    let last = scan.commands.iter().rev().find(|words| words[0] == "exec" && words.len() > 1);
    let words: Vec<&[u8]> = match (run, last) {
        (Run::Argv(words), _) => words.iter().map(|word| word.as_slice()).collect(),
        (_, Some(words)) => words[1..].iter().map(|word| word.as_slice()).collect(),
        (_, None) => scan.commands.last().map_or_else(Vec::new, |w| w.iter().map(|w| w.as_slice()).collect()),
    };
    let name = words.first().map(|word| word.rsplit_str("/").next().unwrap_or_default());
    let loops = ["while", "until", "sleep", "wait"];
    Traits {
        program: name.map(Text::from),
        pid_file: pid_file(&words, name.unwrap_or_default()),
        pipes: scan.pipes,
        waits: loops.iter().any(|word| scan.calls(word).next().is_some()) || has_loop(run),
        stops_itself: own_stops(service, scan),
        leaves_processes: scan.backgrounds
            || scan.calls("start-stop-daemon").next().is_some()
            || name.and_then(Program::find).is_some_and(|program| program.foreground.is_some()),
        foreground: name
            .and_then(Program::find)
            .and_then(|program| program.foreground)
            .map(|flags| words.iter().any(|word| flags.iter().any(|flag| flag.as_bytes() == *word))),
    }
}

fn has_loop(run: &Run) -> bool {
    match run {
        Run::Line(text) | Run::Script(text) => {
            [&b"while "[..], b"until "].iter().any(|word| text.contains_str(word))
        }
        Run::Argv(_) => false,
    }
}

fn pid_file(words: &[&[u8]], program: &[u8]) -> Option<Text> {
    let known = Program::find(program).and_then(|program| program.pid_option);
    let names = ["--pidfile", "--pid-file", "--pid", "-pidfile", "--pid_file"];
    let options = names.iter().copied().chain(known);
    for option in options {
        for (at, word) in words.iter().enumerate() {
            let value = match word.strip_prefix(option.as_bytes()) {
                Some(b"") => words.get(at + 1).copied(),
                Some(rest) => rest.strip_prefix(b"="),
                None => None,
            };
            if let Some(path) =
                value.filter(|path| path.starts_with(b"/") && path.find_byteset(b"$`*?").is_none())
            {
                return Some(path.into());
            }
        }
    }
    None
}

/// Whether a script says `stop` for the job that it belongs to.
fn own_stops(service: &Service, scan: &Scan) -> bool {
    let own = |words: &[BString]| match words {
        [_] => true,
        [_, job, ..] => {
            job == "$UPSTART_JOB" || job == "${UPSTART_JOB}" || job.as_slice() == service.name.as_slice()
        }
        [] => false,
    };
    scan.calls("stop").any(own)
        || scan.calls("initctl").any(|words| words.len() > 1 && words[1] == "stop" && own(&words[1..]))
}

/// Upstart's own commands on other jobs, which do not exist under systemd.
fn upstart_commands(
    service: &Service,
    kind: ProcessType,
    scan: &Scan,
    traits: &Traits,
    origin: Origin,
    findings: &mut Vec<Finding>,
) {
    let mut instead = Vec::new();
    for verb in ["start", "stop", "restart", "reload", "status", "initctl"] {
        for words in scan.calls(verb) {
            let words = if verb == "initctl" { words.get(1..).unwrap_or_default() } else { words };
            let Some(verb) = words.first() else { continue };
            if verb == "stop" && traits.stops_itself && own_stops(service, &single(words)) {
                // In a pre-start it decides about the start; elsewhere the unit stops itself.
                continue;
            }
            let flags = words[1..].iter().filter(|word| !word.starts_with(b"-")).map(ToString::to_string);
            let args: Vec<String> = flags.collect();
            let written = words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let unit = args.first().map_or_else(|| service.name.to_string(), Clone::clone);
            let new = match verb.as_slice() {
                b"emit" => format!("systemctl start {unit}.target"),
                b"start" | b"stop" | b"restart" | b"reload" | b"status" => {
                    format!("systemctl {verb} {unit}.service")
                }
                b"set-env" | b"unset-env" | b"get-env" | b"reset-env" => {
                    "systemctl set-environment and its like".to_owned()
                }
                b"list" | b"show-config" | b"check-config" => "systemctl list-units and its like".to_owned(),
                _ => "what fits of systemctl".to_owned(),
            };
            instead.push(format!("`{written}` → `{new}`"));
        }
    }
    instead.dedup();
    if !instead.is_empty() {
        findings.push(
            Finding::new(
                Code::UpstartCommand,
                format!(
                    "the {} process uses Upstart's own commands, which do not exist under systemd",
                    kind.name()
                ),
            )
            .at(origin)
            .help(format!("write instead: {}", instead.join(", "))),
        );
    }
}

fn single(words: &[BString]) -> Scan {
    Scan { commands: vec![words.to_vec()], ..Scan::default() }
}

fn event_variables(
    job: &Job,
    instance_variables: &[Text],
    scan: &Scan,
    origin: Origin,
    findings: &mut Vec<Finding>,
) {
    let set = |name: &str| {
        let named = |entry: &BString| {
            entry.as_slice() == name.as_bytes()
                || entry.split_once_str("=").is_some_and(|(key, _)| key == name.as_bytes())
        };
        job.env.iter().any(|entry| named(&entry.value))
            || job.import.iter().any(|import| named(&import.value))
            || instance_variables.iter().any(|variable| named(variable))
    };
    let conditions = job.start_on.iter().chain(&job.stop_on).flat_map(|condition| condition.value.events());
    let keys: Vec<String> = conditions
        .flat_map(|event| &event.env)
        .filter_map(|entry| entry.split_once_str("="))
        .map(|(key, _)| key.trim_end_with(|c| c == '!').to_str_lossy().into_owned())
        .collect();
    let mut missing: Vec<&str> = EVENT_VARIABLES
        .iter()
        .copied()
        .chain(keys.iter().map(String::as_str))
        .filter(|name| scan.needs(name) && !set(name))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        findings.push(
            Finding::new(
                Code::EventVariable,
                format!("{} is set by an Upstart event, and by nothing under systemd", missing.join(", ")),
            )
            .at(origin)
            .help("set it with Environment=, or find out in the script what it stands for"),
        );
    }
}

fn restart(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let exits: Vec<Sourced<Exit>> = job
        .normal_exit
        .iter()
        .filter_map(|exit| match exit.value {
            // To Upstart a signal is its number times 256, however it was written.
            NormalExit::Status(status) if status > 255 && status % 256 == 0 => {
                Some(Sourced::new(Exit::Signal(Signal(status >> 8)), exit.origin))
            }
            NormalExit::Status(status) if status > 255 => {
                findings.push(
                    Finding::new(Code::ImpossibleStatus, format!("no process can exit with status {status}"))
                        .at(exit.origin),
                );
                None
            }
            NormalExit::Status(status) => Some(Sourced::new(Exit::Status(status), exit.origin)),
            NormalExit::Signal(signal) => Some(Sourced::new(Exit::Signal(signal), exit.origin)),
        })
        .collect();
    service.success.clone_from(&exits);
    let Some(respawn) = &job.respawn else {
        if let Some(limit) = &job.respawn_limit {
            findings.push(
                Finding::new(Code::LimitWithoutRespawn, "`respawn limit` alone does not respawn the job")
                    .at(limit.origin)
                    .help("add `respawn` to the job if that was meant; then convert again"),
            );
        }
        return;
    };
    if service.main.is_empty() {
        let finding =
            Finding::new(Code::RespawnWithoutMain, "without a main process there is nothing to respawn")
                .at(respawn.origin);
        findings.push(match &job.respawn_limit {
            Some(limit) => finding.at(limit.origin),
            None => finding,
        });
        return;
    }
    let on = if job.task.is_some() { RestartOn::Failure } else { RestartOn::Always };
    let limit = job.respawn_limit.clone().unwrap_or(Sourced::new(Default::default(), respawn.origin));
    let rate = match (u32::try_from(limit.value.count), u64::try_from(limit.value.interval)) {
        (Ok(restarts @ 1..), Ok(interval @ 1..)) => Rate::Limited { restarts, interval },
        _ => Rate::Unlimited,
    };
    service.restart = Restart {
        on: Some(Sourced::new(on, respawn.origin)),
        except: exits,
        rate: Some(Sourced::new(rate, limit.origin)),
    };
}

fn instances(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let Some(name) = &job.instance else { return };
    let Some(instance) = instance::of(&name.value) else {
        // A constant name: there is only ever one.
        service.instance = None;
        service.about.push(("Instance", name.map(|name| Text(name.clone()))));
        return;
    };
    if let [variable] = instance.variables.as_slice() {
        let variable = Variable::Instance(variable.clone());
        service.environment.push(Sourced::new(variable, name.origin));
    }
    let started_by = service.relations.iter().find(|relation| {
        relation.value.bond == Bond::StartedBy
            && matches!(
                relation.value.to,
                Party::Service(_) | Party::Event(_) | Party::Interface(_) | Party::Mount(_)
            )
    });
    if let Some(relation) = started_by {
        findings.push(
            Finding::new(
                Code::InstanceByEvent,
                "an event's variables choose the instance, and a unit cannot do that",
            )
            .at(relation.origin)
            .see(name.origin, "the instance's name")
            .help("enable the instances that are needed by name, or start them where the event was emitted"),
        );
    }
    service.instance = Some(Sourced::new(instance, name.origin));
}
