//! `start on` and `stop on`: from dependencies to conditions.

use super::boot_targets;
use super::expression::{Expression, all, any, event, word};
use super::writer::Writer;
use crate::findings::{Finding, Subject, codes};
use crate::service::{
    Activation, BootTarget, Dependency, DependencyKind, FileChange, LifecycleEvent, Phase, Ready, Target, ValueTest,
    Wait,
};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::condition::Condition;
use crate::upstart::job::ProcessType;

/// What starts or stops a job: any of these.
#[derive(Default)]
struct Alternatives(Vec<(Expression, Option<Origin>)>);

impl Alternatives {
    fn add(&mut self, expression: Expression, origin: Option<Origin>) {
        if !self.0.iter().any(|(known, _)| *known == expression) {
            self.0.push((expression, origin));
        }
    }

    fn condition(self) -> Option<Sourced<Condition>> {
        let origin = self.0.first()?.1;
        let condition = any(self.0.into_iter().map(|(expression, _)| expression).collect()).condition();
        Some(Sourced::new(condition, origin))
    }
}

impl Writer<'_> {
    pub(super) fn conditions(&mut self) {
        let service = self.service;
        self.job.start_on = self.starts().condition();
        if let Some(start_on) = &self.job.start_on {
            if names_no_instance(service) {
                let origin = start_on.origin();
                let variables = service.instance.iter().flat_map(|instance| &instance.value.variables);
                let values: Vec<String> = variables.map(|name| format!("{name}=…")).collect();
                self.find(codes::event_names_no_instance(&service.name, values.join(" ")).at(origin));
            }
        } else if service.instance.is_none() {
            self.find(codes::started_by_nobody().whole());
        }
        self.job.stop_on = self.stops().condition();
        self.other_dependencies();
    }

    fn starts(&mut self) -> Alternatives {
        let service = self.service;
        // A boot target names no instance: `systemctl enable` wants one, and each has a link of its own.
        let nameless = service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none());
        let mut unnamed: Vec<Option<Origin>> = Vec::new();
        let mut starts = Alternatives::default();
        for dependency in service.starts() {
            let origin = dependency.origin();
            let Dependency { kind, to } = &dependency.value;
            let expression = match (kind, to) {
                (DependencyKind::StartedBy, Target::BootTarget(_)) if nameless => {
                    unnamed.push(origin);
                    continue;
                }
                (DependencyKind::StartedBy, Target::BootTarget(to)) => self.at_boot_target(*to, origin),
                (DependencyKind::StartedBy, Target::Service(name)) if service.depends(DependencyKind::Before, to) => {
                    of_job(LifecycleEvent::Starting, name)
                }
                (_, Target::Service(name)) => {
                    let Some(event) = kind.event() else { continue };
                    of_job(event, name)
                }
                (DependencyKind::StartedBy, Target::Event(name)) => word(name.as_slice()),
                (DependencyKind::StartedBy, Target::Mount(path)) => event("mounted", [assignment("MOUNTPOINT", path)]),
                (DependencyKind::StartedBy, Target::Interface(name)) => {
                    event("net-device-added", [assignment("INTERFACE", name)])
                }
                _ => continue,
            };
            self.account.stanza(origin, "start on", "");
            starts.add(expression, origin);
        }
        if !unnamed.is_empty() {
            unnamed.dedup();
            self.find(unnamed.into_iter().fold(codes::no_instance_at_boot(&service.name), Finding::at));
        }
        for activation in &service.activation {
            if let Some(expression) = self.on_demand(&activation.value, activation.origin()) {
                self.account.stanza(activation.origin(), "start on", "");
                starts.add(expression, activation.origin());
            }
        }
        starts
    }

    /// A boot target, and the services that have to be up by then.
    fn at_boot_target(&mut self, boot_target: BootTarget, origin: Option<Origin>) -> Expression {
        let service = self.service;
        let ordered = |kind: DependencyKind| -> Vec<BootTarget> {
            let targets = service.of_kind(kind).filter_map(|known| match known.value.to {
                Target::BootTarget(boot_target) => Some(boot_target),
                _ => None,
            });
            targets.collect()
        };
        let (after, before) = (ordered(DependencyKind::After), ordered(DependencyKind::Before));
        let early = service.phase == Phase::Early;
        let first_of_all = early && before.contains(&BootTarget::LocalFsPre);
        let start = boot_targets::start(boot_target, early, first_of_all, &after, &before, self.options.distribution);
        if let Some(note) = start.note {
            self.find(note().at(origin));
        }
        if let [wait] = service.waits.as_slice()
            && wait.value.says_all
        {
            // It comes at the same boot target, and is what stops the job: each of its starts starts that again.
            self.account.stanza(wait.origin(), "start on", "");
            return waited_for(&wait.value);
        }
        let mut parts = vec![start.expression];
        for wait in &service.waits {
            self.account.stanza(wait.origin(), "start on", "");
            parts.push(waited_for(&wait.value));
        }
        all(parts)
    }

    fn on_demand(&mut self, activation: &Activation, origin: Option<Origin>) -> Option<Expression> {
        let (expression, finding) = match activation {
            Activation::Socket { address } => {
                if let Some(values) = socket(address) {
                    let finding = codes::socket_bridge().became("start on socket, LISTEN_FDS=1");
                    (Some(event("socket", values)), finding)
                } else {
                    (None, codes::no_socket_bridge(address))
                }
            }
            Activation::File { path, change } => {
                let (change, below) = match change {
                    FileChange::Create | FileChange::Exists => ("create", ""),
                    FileChange::Modify => ("modify", ""),
                    FileChange::Delete => ("delete", ""),
                    FileChange::NotEmpty => ("create", "/*"),
                };
                let path = Text::from([path.as_slice(), below.as_bytes()].concat());
                let values = [assignment("FILE", &path), assignment("EVENT", &change.into())];
                (Some(event("file", values)), codes::file_bridge().became("start on file"))
            }
            Activation::Device { subsystem, action, properties } => {
                let verb = match *action {
                    "add" => "added",
                    "remove" => "removed",
                    "change" => "changed",
                    other => other,
                };
                let name = [subsystem.as_slice(), b"-device-", verb.as_bytes()].concat();
                return Some(event(name, properties.iter().map(property)));
            }
            Activation::Bus { name } => (None, codes::bus_starts_nothing(name)),
        };
        self.find(finding.at(origin));
        expression
    }

    fn stops(&mut self) -> Alternatives {
        let service = self.service;
        let mut stops = Alternatives::default();
        let is_task = service.ready.value == Ready::Finished && !self.is_without_main();
        let mut with_another = false;
        for dependency in service.dependencies.iter().filter(|dependency| dependency.value.kind.stops()) {
            let origin = dependency.origin();
            let Dependency { kind, to } = &dependency.value;
            let expression = match (kind, to) {
                (_, Target::Service(name)) => {
                    with_another |= matches!(kind, DependencyKind::StopsBefore | DependencyKind::Needs)
                        && service.depends(DependencyKind::After, to);
                    let Some(event) = kind.event() else { continue };
                    of_job(event, name)
                }
                (DependencyKind::StoppedBy, Target::Event(name)) => word(name.as_slice()),
                (DependencyKind::StoppedBy, Target::BootTarget(BootTarget::Shutdown)) if !is_task => {
                    boot_targets::stop("[06]", self.options.distribution)
                }
                _ => continue,
            };
            self.account.stanza(origin, "stop on", "");
            if kind.event() == Some(LifecycleEvent::Stopping) && !is_task {
                self.stopped_with(to, origin);
            }
            stops.add(expression, origin);
        }
        // The order with the other one would be lost where both stopped at the same event.
        if !with_another && !is_task && service.phase != Phase::Early {
            let origin = service.ignore_on_isolate;
            let levels = if origin.is_some() { "[06]" } else { "[!2345]" };
            stops.0.insert(0, (boot_targets::stop(levels, self.options.distribution), origin));
        }
        self.account.stanza(service.ignore_on_isolate, "stop on", "runlevel [06]");
        stops
    }

    /// Tells what a job that stops with another one does when that one comes back.
    fn stopped_with(&mut self, to: &Target, origin: Option<Origin>) {
        let Target::Service(name) = to else { return };
        let service = self.service;
        let follows = service.waits.iter().any(|wait| wait.value.says_all && wait.value.service == *name);
        if service.depends(DependencyKind::StartedBy, to) {
            return;
        }
        let finding = if follows { codes::stopped_and_started_with(name) } else { codes::stopped_with(name) };
        let finding = finding.about(Subject::Job(name.clone()));
        if !self.findings.iter().any(|known| known.is_like(&finding)) {
            self.find(finding.at(origin).became(format!("stop on stopping {name}")));
        }
    }

    /// Dependencies that are no part of a condition.
    fn other_dependencies(&mut self) {
        let service = self.service;
        for dependency in &service.dependencies {
            let origin = dependency.origin();
            let Dependency { kind, to } = &dependency.value;
            match (kind, to) {
                (DependencyKind::Demands, Target::Service(name)) => self.demands(name, origin),
                (DependencyKind::After, Target::Service(name)) => self.after(name, origin),
                (_, Target::Other(name)) => self.no_dependency(&name.to_string(), origin),
                (DependencyKind::StartedBy | DependencyKind::StoppedBy, Target::Event(_)) => {
                    self.account.words(origin, "the conditions of the jobs");
                }
                (DependencyKind::After | DependencyKind::Before, Target::Event(name))
                    if service.depends(DependencyKind::StartedBy, to)
                        || service.depends(DependencyKind::StoppedBy, to) =>
                {
                    self.account.implied(origin, "the event");
                }
                (_, Target::Event(name)) => self.no_dependency(&format!("{name}.target"), origin),
                (
                    DependencyKind::After | DependencyKind::Before | DependencyKind::Starts | DependencyKind::Needs,
                    Target::BootTarget(_),
                ) => {
                    self.account.implied(origin, "the order of the boot");
                }
                _ => self.account.words(origin, "the conditions of the jobs"),
            }
        }
    }

    /// Several dependencies on one unit are told of once.
    fn no_dependency(&mut self, name: &str, origin: Option<Origin>) {
        let finding = codes::no_dependency(name).about(Subject::Unit(name.into()));
        match self.findings.iter_mut().find(|known| known.is_like(&finding)) {
            Some(known) => known.also_at(origin),
            None => self.find(finding.at(origin)),
        }
    }

    /// A service that has to be up already.
    fn demands(&mut self, name: &Text, origin: Option<Origin>) {
        let line = format!(
            "initctl status {} | grep -q ' start/running' || exit 1",
            String::from_utf8_lossy(&super::command::sh_word(name))
        );
        self.account.stanza(origin, "pre-start", "");
        self.pieces.lines(ProcessType::PreStart, line, origin);
    }

    /// The order of starts is kept where both start at boot; that of stops, where one stops the other.
    fn after(&mut self, name: &Text, origin: Option<Origin>) {
        let to = Target::Service(name.clone());
        self.account.words(origin, "the conditions of the jobs");
        let at_its_stop = |event: LifecycleEvent| event == LifecycleEvent::Stopping || event.is_end();
        let stops_in_order = self
            .service
            .dependencies
            .iter()
            .any(|known| known.value.to == to && known.value.kind.event().is_some_and(at_its_stop));
        let is_task = self.service.ready.value == Ready::Finished;
        if !stops_in_order && !is_task {
            self.find(codes::shutdown_order(name).about(Subject::Job(name.clone())).at(origin));
        }
    }
}

/// Whether what starts the job does not say which instance is meant.
fn names_no_instance(service: &crate::service::Service) -> bool {
    service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none())
        && !service.starts().any(|start| matches!(start.value.to, Target::Event(_)))
}

/// That a service has come up, or has failed to where it need not.
fn waited_for(wait: &Wait) -> Expression {
    let on = |event| of_job(event, &wait.service);
    match (wait.ends, wait.needed) {
        (true, true) => on(LifecycleEvent::Succeeded),
        (true, false) => on(LifecycleEvent::Ended),
        (false, true) => on(LifecycleEvent::Started),
        (false, false) => any(vec![on(LifecycleEvent::Started), on(LifecycleEvent::Failed)]),
    }
}

/// An event in the life of another job (starting(7), stopped(7)).
fn of_job(of: LifecycleEvent, job: &Text) -> Expression {
    let (name, result) = match of {
        LifecycleEvent::Starting => ("starting", None),
        LifecycleEvent::Started => ("started", None),
        LifecycleEvent::Stopping => ("stopping", None),
        LifecycleEvent::Ended => ("stopped", None),
        LifecycleEvent::Succeeded => ("stopped", Some("RESULT=ok")),
        LifecycleEvent::Failed => ("stopped", Some("RESULT=failed")),
    };
    event(name, std::iter::once(job.clone()).chain(result.map(Text::from)))
}

fn assignment(name: &str, value: &Text) -> Text {
    Text::from([name.as_bytes(), b"=", value.as_slice()].concat())
}

fn property(test: &ValueTest) -> Text {
    let sign: &[u8] = if test.negated { b"!=" } else { b"=" };
    Text::from([test.name.as_slice(), sign, test.pattern.as_slice()].concat())
}

/// The values of the event `socket` for an address (socket-event(7)).
fn socket(address: &Text) -> Option<Vec<Text>> {
    let text = std::str::from_utf8(address).ok()?;
    if text.starts_with('/') {
        return Some(vec!["PROTO=unix".into(), assignment("PATH", address)]);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("*", text));
    let port = Text::from(format!("PORT={}", port.parse::<u16>().ok()?));
    let address = |host: &str| Text::from(format!("ADDR={host}"));
    Some(match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some("::") => vec!["PROTO=inet6".into(), port],
        Some(host) => vec!["PROTO=inet6".into(), port, address(host)],
        None if matches!(host, "*" | "0.0.0.0") => vec!["PROTO=inet".into(), port],
        None => {
            host.parse::<std::net::Ipv4Addr>().ok()?;
            vec!["PROTO=inet".into(), port, address(host)]
        }
    })
}
