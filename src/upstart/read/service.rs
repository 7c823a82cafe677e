//! From a job to a service: every stanza's value in the neutral model's words.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::scripts::Scan;
use super::traits::traits;
use super::warnings::{deletions, event_variables, hooks_at_shutdown, lost_condition, pitfalls};
use super::{conditions, instance, occasion, process, restart, session};
use crate::findings::{Code, Finding};
use crate::service::{
    CgroupSetting, Command, Enablement, Failure, Hook, Io, Party, Ready, Reload, Run, Scope, Service, Stage,
    Stop, Traits, Variable, When,
};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Console, Expect, Job, ProcessType};

/// The search path of every process (init(5), "Job environment").
const UPSTART_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin";

/// The service that a job describes.
pub fn from_job(
    name: &str,
    job: &Job,
    distribution: Distribution,
    scope: Scope,
    findings: &mut Vec<Finding>,
) -> Service {
    let text = |value: &Sourced<BString>| value.map(|value| Text(value.clone()));
    let optional = |value: &Option<Sourced<BString>>| value.as_ref().map(text);
    let mut service = Service {
        name: name.into(),
        scope,
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
        stop: Stop { signal: job.kill_signal.clone(), ..Stop::default() },
        reload: job.reload_signal.as_ref().map(|signal| signal.map(|signal| Reload::Signal(*signal))),
        enablement: job.manual.as_ref().map(|manual| manual.map(|()| Enablement::Disabled)),
        held_back: job.held_back.clone(),
        ..Service::default()
    };
    for (heading, value) in [("Author", &job.author), ("Version", &job.version), ("Usage", &job.usage)] {
        service.about.extend(value.as_ref().map(|value| (heading, text(value))));
    }
    plain_findings(job, findings);
    if job.processes.contains_key(&ProcessType::Main) {
        kill_timeout(&mut service, job, findings);
    } else {
        without_main(&mut service, job, findings);
    }
    if let Some(condition) = job.start_on.as_ref().or(job.disabled_start_on.as_ref()) {
        conditions::start(&mut service, condition, distribution, findings);
    }
    if let Some(condition) = &job.stop_on {
        conditions::stop(&mut service, condition, distribution, findings);
    }
    if scope == Scope::Session {
        session::settle(&mut service, job, findings);
    }
    environment(&mut service, job, findings);
    processes(&mut service, job, findings);
    restart::restart(&mut service, job, findings);
    hooks_at_shutdown(&service, job, findings);
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

/// Stanzas about the main process, in a job that has none.
fn without_main(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    service.stop = Stop::default();
    service.reload = None;
    let stanzas = [
        ("respawn", job.respawn.as_ref().map(|stanza| stanza.origin)),
        ("respawn limit", job.respawn_limit.as_ref().map(|stanza| stanza.origin)),
        ("expect", job.expect.as_ref().map(|stanza| stanza.origin)),
        ("kill signal", job.kill_signal.as_ref().map(|stanza| stanza.origin)),
        ("kill timeout", job.kill_timeout.as_ref().map(|stanza| stanza.origin)),
        ("reload signal", job.reload_signal.as_ref().map(|stanza| stanza.origin)),
    ];
    let stanzas = stanzas.into_iter().filter_map(|(name, origin)| Some((name, origin?)));
    let exits = distinct(job.normal_exit.iter().map(|exit| exit.origin));
    for (name, origin) in stanzas.chain(exits.into_iter().map(|origin| ("normal exit", origin))) {
        let message = format!("without a main process `{name}` has no effect");
        findings.push(Finding::new(Code::WithoutMain, message).at(origin));
    }
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
    let names: Vec<Text> = service.environment.iter().map(|entry| name(&entry.value)).collect();
    let last: HashMap<&Text, usize> = names.iter().enumerate().map(|(index, name)| (name, index)).collect();
    let origins: Vec<Origin> = service.environment.iter().map(|entry| entry.origin).collect();
    let mut index = 0;
    service.environment.retain(|entry| {
        let own = &names[index];
        let holds = last.get(own).is_none_or(|last| *last == index);
        if !holds && let Some(later) = last.get(own).map(|last| origins[*last]) {
            findings.push(
                Finding::new(Code::Superseded, format!("`{own}` is set anew"))
                    .at(entry.origin)
                    .see(later, "this value counts"),
            );
        }
        index += 1;
        holds
    });
}

fn has_reference(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|pair| pair[0] == b'$' && (pair[1] == b'{' || pair[1] == b'_' || pair[1].is_ascii_alphabetic()))
}

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
        let command =
            Command { run, argv0: None, ignored: false, privileged: true, traits: Traits::default() };
        service.hooks.push(hook(Stage::PreStart, Sourced::new(command, profile.origin)));
    }
    for file in &job.tmpfiles {
        let run = Run::Argv(vec!["systemd-tmpfiles".into(), "--create".into(), file.value.clone().into()]);
        let command =
            Command { run, argv0: None, ignored: false, privileged: true, traits: Traits::default() };
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
            Run::Expand(_) => Scan::default(),
        };
        pitfalls(&run, process, &scan, origin, findings);
        deletions(&scan, origin, findings);
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
        event_variables(service, job, &instance_variables, (&run, stage), &scan, origin, findings);
        for (name, slot) in [
            ("UPSTART_JOB", &mut upstart_job),
            ("UPSTART_INSTANCE", &mut upstart_instance),
            ("TERM", &mut term),
        ] {
            if scan.needs(name) {
                slot.get_or_insert(origin);
            }
        }
        let command =
            Sourced::new(Command { run, argv0: None, ignored: false, privileged: false, traits }, origin);
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
    let set = |name: &str, value: Text| Variable::Set { name: name.into(), value };
    let instance = match &job.instance {
        Some(_) if !instance_variables.is_empty() => Variable::Instance("UPSTART_INSTANCE".into()),
        Some(fixed) => set("UPSTART_INSTANCE", fixed.value.clone().into()),
        None => set("UPSTART_INSTANCE", Text::default()),
    };
    let ambient = [
        (upstart_job, set("UPSTART_JOB", service.name.clone())),
        (upstart_instance, instance),
        (term, set("TERM", "linux".into())),
    ];
    // A session hands on its own.
    if service.scope == Scope::System {
        service.ambient.push(set("PATH", UPSTART_PATH.into()));
    }
    let on_demand = service.activation.first().map(|activation| activation.origin);
    let constants = if occasion::comes_with_file(service) { Vec::new() } else { occasion::constants(job) };
    for (name, value) in constants {
        let variable = Variable::Set { name, value };
        service.ambient.push(variable.clone());
        if let Some(origin) = on_demand
            && !matches!(&variable, Variable::Set { name, .. } if name.starts_with(b"UPSTART_"))
        {
            service.environment.push(Sourced::new(variable, origin));
        }
    }
    for (needed, variable) in ambient {
        service.ambient.push(variable.clone());
        if let Some(origin) = needed {
            service.environment.push(Sourced::new(variable, origin));
        }
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
            if expect.value == Ready::Executed {
                findings.push(
                    Finding::new(
                        Code::WithoutMain,
                        "a task is done when it ends: `expect none` adds nothing to that",
                    )
                    .at(expect.origin),
                );
            } else {
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
    Hook { stage, command, failure, when, steps: Vec::new() }
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
    let mut instance = instance;
    if let [variable] = instance.variables.as_slice() {
        // The job's own `env` counts before a default in the name.
        let own = job.env.iter().rev().find_map(|entry| {
            let (key, value) = entry.value.split_once_str("=")?;
            (key == variable.as_slice()).then(|| Text::from(value))
        });
        instance.default = own.or(instance.default);
    }
    service.instance = Some(Sourced::new(instance, name.origin));
    let told = service.is_told_instance();
    let has_default = service.instance.as_ref().is_some_and(|instance| instance.value.default.is_some());
    let started_by = service.relations.iter().find(|relation| {
        relation.value.bond.starts()
            && match relation.value.to {
                // A target that is a template itself chooses the instance.
                Party::Event(_) => !told,
                Party::Service(_) | Party::Interface(_) | Party::Mount(_) | Party::Other(_) => true,
                Party::Milestone(_) => !has_default,
            }
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
}
