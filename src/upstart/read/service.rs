//! From a job to a service: every stanza's value in the neutral model's words.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use super::command_facts::{of_run, outline};
use super::warnings::{deletions, event_variables, hooks_at_shutdown, lost_condition, pitfalls};
use super::{conditions, event_environment, instance, job_events, process, restart, session};
use crate::findings::{Finding, codes};
use crate::service::{
    Command, CommandFacts, Enablement, Failure, Hook, Ready, Reload, Run, Scope, Service, Stage, Stop, Target,
    Variable, When,
};
use crate::text::{Init, Origin, Provenance, Sourced, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::job::{Expect, Job, ProcessType};

/// The search path of every process (init(5), "Job environment").
const UPSTART_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin";

/// The service that a job describes, and the events that its processes announce.
pub(crate) fn from_job(
    name: &str,
    job: &Job,
    distribution: Distribution,
    scope: Scope,
    emitted: &mut Vec<Sourced<Text>>,
    findings: &mut Vec<Finding>,
) -> Service {
    let mut service = Service {
        name: name.into(),
        scope,
        description: job.description.clone(),
        user: job.setuid.clone(),
        group: job.setgid.clone(),
        root: job.chroot.clone(),
        directory: job.chdir.clone(),
        umask: job.umask.clone(),
        nice: job.nice.clone(),
        oom_score: job.oom_score_adj.clone(),
        limits: job.limits.clone(),
        apparmor_profile: job.apparmor_switch.clone(),
        exported: job.export.clone(),
        emits: job.emits.clone(),
        cgroups: job.cgroups.clone(),
        io: job.console.clone(),
        stop: Stop { signal: job.kill_signal.clone(), ..Stop::default() },
        reload: job.reload_signal.as_ref().map(|signal| signal.map(|signal| Reload::Signal(*signal))),
        enablement: job.manual.as_ref().map(|manual| manual.map(|()| Enablement::Disabled)),
        blocked_by: job.blocked_by.clone(),
        ..Service::default()
    };
    for (heading, value) in [("Author", &job.author), ("Version", &job.version), ("Usage", &job.usage)] {
        service.about.extend(value.clone().map(|value| (heading, value)));
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
        session::finish(&mut service, job, findings);
    }
    environment(&mut service, job, findings);
    processes(&mut service, job, emitted, findings);
    restart::restart(&mut service, job, findings);
    hooks_at_shutdown(&service, job, findings);
    instances(&mut service, job, findings);
    drop_overridden(&mut service, findings);
    service
}

/// Stanzas whose finding needs nothing but the stanza itself.
fn plain_findings(job: &Job, findings: &mut Vec<Finding>) {
    if let Some(debug) = &job.debug {
        findings.push(codes::debug_stanza().at(debug.origin()));
    }
    for origin in distinct(&job.export) {
        findings.push(codes::exported_variables().at(origin));
    }
}

fn distinct<T>(values: &[Sourced<T>]) -> Vec<Option<Origin>> {
    let mut distinct: Vec<_> = values.iter().map(Sourced::origin).collect();
    distinct.dedup();
    distinct
}

/// Stanzas about the main process, in a job that has none.
fn without_main(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    service.stop = Stop::default();
    service.reload = None;
    let stanzas = [
        ("respawn", job.respawn.as_ref().map(Sourced::origin)),
        ("respawn limit", job.respawn_limit.as_ref().map(Sourced::origin)),
        ("expect", job.expect.as_ref().map(Sourced::origin)),
        ("kill signal", job.kill_signal.as_ref().map(Sourced::origin)),
        ("kill timeout", job.kill_timeout.as_ref().map(Sourced::origin)),
        ("reload signal", job.reload_signal.as_ref().map(Sourced::origin)),
    ];
    let stanzas = stanzas.into_iter().filter_map(|(name, origin)| Some((name, origin?)));
    let exits = distinct(&job.normal_exit).into_iter().map(|origin| ("normal exit", origin));
    for (name, origin) in stanzas.chain(exits) {
        findings.push(codes::without_main(name).at(origin));
    }
}

fn kill_timeout(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    let Some(timeout) = &job.kill_timeout else { return };
    service.stop.timeout = Some(timeout.map(|seconds| u64::try_from(*seconds).unwrap_or(0)));
    if timeout.value == 0 {
        findings.push(codes::kill_timeout_zero().at(timeout.origin()));
    }
}

fn environment(service: &mut Service, job: &Job, findings: &mut Vec<Finding>) {
    for entry in &job.env {
        let variable = match entry.value.split_once_str("=") {
            Some((name, value)) => Variable::Set { name: name.into(), value: value.into() },
            None => Variable::Inherited(entry.value.clone()),
        };
        if let Variable::Set { name, value } = &variable
            && has_reference(value)
        {
            findings.push(codes::literal_dollar(name).see(entry.origin(), codes::taken_literally()));
        }
        service.environment.push(Sourced::new(variable, entry.origin()));
    }
    service.environment.extend(job.import.iter().map(|import| import.map(|name| Variable::Event(name.clone()))));
}

/// Of several stanzas for one variable, only the last counts.
fn drop_overridden(service: &mut Service, findings: &mut Vec<Finding>) {
    let name = |variable: &Variable| match variable {
        Variable::Set { name, .. } | Variable::Inherited(name) | Variable::Instance(name) | Variable::Event(name) => {
            name.clone()
        }
    };
    let entries = service.environment.iter();
    let last: HashMap<Text, Sourced<usize>> =
        entries.enumerate().map(|(index, entry)| (name(&entry.value), entry.map(|_| index))).collect();
    let mut index = 0;
    service.environment.retain(|entry| {
        let name = name(&entry.value);
        let later = last.get(&name).filter(|last| last.value != index);
        index += 1;
        findings
            .extend(later.map(|later| {
                codes::set_anew(&name).at(entry.origin()).see(later.origin(), codes::this_value_counts())
            }));
        later.is_none()
    });
}

fn has_reference(value: &[u8]) -> bool {
    value
        .windows(2)
        .any(|pair| pair[0] == b'$' && (pair[1] == b'{' || pair[1] == b'_' || pair[1].is_ascii_alphabetic()))
}

fn processes(service: &mut Service, job: &Job, emitted: &mut Vec<Sourced<Text>>, findings: &mut Vec<Finding>) {
    let instance = job.instance.as_ref().and_then(|name| instance::of(&name.value));
    let instance_variables = instance.map_or_else(Vec::new, |instance| instance.variables);
    let has_main = job.processes.contains_key(&ProcessType::Main);
    let profile = job.apparmor_load.iter().map(|profile| (["/sbin/apparmor_parser", "-r"], profile));
    let files = job.tmpfiles.iter().map(|file| (["systemd-tmpfiles", "--create"], file));
    for (program, file) in profile.chain(files) {
        let [program, option] = program.map(Text::from);
        let run = Run::Argv(vec![program, option, file.value.clone()]);
        let facts = CommandFacts::default();
        let command = Command { run, argv0: None, ignored: false, privileged: true, facts };
        service.hooks.push(hook(Stage::PreStart, file.map(|_| command)));
    }
    let set = |name: &str, value: Text| Variable::Set { name: name.into(), value };
    let instance_name = match &job.instance {
        Some(_) if !instance_variables.is_empty() => Variable::Instance("UPSTART_INSTANCE".into()),
        fixed => set("UPSTART_INSTANCE", fixed.as_ref().map_or_else(Text::default, |fixed| fixed.value.clone())),
    };
    // What Upstart sets for every process, and which of them looks at it first.
    let mut of_upstart = [
        ("UPSTART_JOB", set("UPSTART_JOB", service.name.clone()), None),
        ("UPSTART_INSTANCE", instance_name, None),
        ("TERM", set("TERM", "linux".into()), None),
    ];
    for (kind, sourced) in &job.processes {
        let (process, origin) = (&sourced.value, sourced.origin());
        if process.meant.is_some() {
            let finding = codes::parser_bug(&process.command);
            findings.push(finding.at_saying(origin, codes::converted_as_written()));
        }
        let run = process::run(process);
        let outline = &*outline(&run);
        emitted.extend(job_events::emitted(outline).map(|event| sourced.map(|_| event.clone().into())));
        pitfalls(&run, process, outline, origin, findings);
        deletions(outline, origin, findings);
        let facts = of_run(service, &run);
        let stage = match kind {
            ProcessType::Main => None,
            ProcessType::PreStart if facts.stops_itself && has_main => Some(Stage::Condition),
            ProcessType::PreStart => Some(Stage::PreStart),
            ProcessType::PostStart => Some(Stage::PostStart),
            ProcessType::PreStop => Some(Stage::PreStop),
            ProcessType::PostStop => Some(Stage::PostStop),
        };
        if stage == Some(Stage::Condition) {
            lost_condition(outline, origin, findings);
        }
        event_variables(service, job, &instance_variables, (&run, stage), outline, origin, findings);
        for (_, _, first) in of_upstart.iter_mut().filter(|(name, ..)| outline.needs(name)) {
            first.get_or_insert(sourced.provenance);
        }
        let command = Command { run, argv0: None, ignored: false, privileged: false, facts };
        let command = sourced.map(|_| command);
        match stage {
            None => service.main.push(command),
            Some(Stage::PreStop) if !has_main => {
                findings.push(codes::pre_stop_without_main().at(origin));
            }
            Some(stage) => service.hooks.push(hook(stage, command)),
        }
    }
    // A session hands on its own.
    if service.scope == Scope::System {
        service.init_environment.push(set("PATH", UPSTART_PATH.into()));
    }
    let on_demand = service.activation.first().map(|activation| activation.provenance);
    let has_file = event_environment::comes_with_file(service);
    for (name, value) in event_environment::constants(job).into_iter().filter(|_| !has_file) {
        let needed = on_demand.filter(|_| !name.starts_with(b"UPSTART_"));
        of_init(service, Variable::Set { name, value }, needed);
    }
    for (_, variable, needed) in of_upstart {
        of_init(service, variable, needed);
    }
    readiness(service, job, has_main, findings);
}

/// A variable that init sets for every process. The service does so itself where that is needed.
fn of_init(service: &mut Service, variable: Variable, needed: Option<Provenance>) {
    service.init_environment.push(variable.clone());
    service.environment.extend(needed.map(|by| Sourced::new(variable, by)));
}

fn ready(value: Ready, origin: Option<Origin>) -> Sourced<Ready> {
    origin.map_or(Sourced::default_of(Init::Upstart, value), |origin| Sourced::new(value, origin))
}

fn readiness(service: &mut Service, job: &Job, has_main: bool, findings: &mut Vec<Finding>) {
    let main = service.main.first().and_then(Sourced::origin);
    if !has_main {
        service.stays_up = true;
        let first = service.hooks.first().and_then(|hook| hook.command.origin());
        let origin = job.task.as_ref().and_then(Sourced::origin).or(first);
        service.ready = ready(Ready::Finished, origin);
        if let Some(task) = &job.task {
            findings.push(codes::task_without_main().at(task.origin()));
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
    if let (Some(expect), Some(task)) = (&expect, &job.task) {
        findings.push(if expect.value == Ready::Executed {
            codes::expect_of_task().at(expect.origin())
        } else {
            codes::task_forks().at(expect.origin()).see(task.origin(), codes::task_ends_with_process())
        });
    }
    service.ready = match (expect, &job.task) {
        (_, Some(task)) => task.map(|()| Ready::Finished),
        (Some(expect), None) => expect,
        (None, None) => ready(Ready::Executed, main),
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
    let Some(mut instance) = instance::of(&name.value) else {
        // A constant name: there is only ever one.
        service.instance = None;
        service.about.push(("Instance", name.clone()));
        return;
    };
    if let [variable] = instance.variables.as_slice() {
        service.environment.push(name.map(|_| Variable::Instance(variable.clone())));
        // The job's own `env` counts before a default in the name.
        let own = job.env.iter().rev().find_map(|entry| {
            let (key, value) = entry.value.split_once_str("=")?;
            (key == variable.as_slice()).then(|| Text::from(value))
        });
        instance.default = own.or(instance.default);
    }
    let has_default = instance.default.is_some();
    service.instance = Some(name.map(|_| instance));
    let told = service.has_instance_by_event();
    let started_by = service.starts().find(|start| match start.value.to {
        // A target that is a template itself chooses the instance.
        Target::Event(_) => !told,
        Target::Service(_) | Target::Interface(_) | Target::Mount(_) | Target::Other(_) => true,
        Target::BootTarget(_) => !has_default,
    });
    if let Some(dependency) = started_by {
        let finding = codes::instance_by_event().at(dependency.origin());
        findings.push(finding.see(name.origin(), codes::name_of_instance()));
    }
}
