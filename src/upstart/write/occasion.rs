//! `start on` and `stop on`: from ties to conditions.

use super::expression::{Expression, all, any, event};
use super::job::Writer;
use super::stations;
use crate::findings::{Code, Finding};
use crate::service::{
    Activation, Bond, FileChange, Milestone, Party, Phase, Ready, Relation, ValueTest, Wait,
};
use crate::text::{Origin, Sourced, Text};
use crate::upstart::job::ProcessType;

impl Writer<'_> {
    pub(super) fn occasion(&mut self) {
        let starts = self.starts();
        if starts.is_empty() {
            if self.service.instance.is_none() {
                self.find(
                    Finding::new(
                        Code::StartedByNobody,
                        "nothing starts the unit by itself, and so nothing starts the job",
                    )
                    .see(Origin::default(), "")
                    .help("start it by hand, or write `start on` into the job"),
                );
            }
        } else {
            let origin = starts[0].1;
            if names_no_instance(self.service) {
                let variables = self.service.instance.iter().flat_map(|instance| &instance.value.variables);
                let values: Vec<String> = variables.map(|name| format!("{name}=…")).collect();
                let name = &self.service.name;
                self.find(
                    Finding::new(
                        Code::StartedByNobody,
                        "the event does not say which instance is meant, and without that none starts",
                    )
                    .at(origin)
                    .help(format!(
                        "write a small job for each instance, with this `start on`: exec initctl start {name} {}",
                        values.join(" "),
                    )),
                );
            }
            let condition = any(starts.into_iter().map(|(expression, _)| expression).collect()).condition();
            self.job.start_on = Some(Sourced::new(condition, origin));
        }
        let stops = self.stops();
        if let Some((_, origin)) = stops.first() {
            let origin = *origin;
            let condition = any(stops.into_iter().map(|(expression, _)| expression).collect()).condition();
            self.job.stop_on = Some(Sourced::new(condition, origin));
        }
        self.other_ties();
    }

    fn ties(&self, to: &Party) -> impl Iterator<Item = Bond> {
        self.service.relations.iter().filter(move |tie| tie.value.to == *to).map(|tie| tie.value.bond)
    }

    fn has(&self, bond: Bond, to: &Party) -> bool {
        self.ties(to).any(|known| known == bond)
    }

    /// What starts the job: any of these.
    fn starts(&mut self) -> Vec<(Expression, Origin)> {
        let service = self.service;
        // A station of the boot names no instance: `systemctl enable` wants one, and each has a link of its own.
        let nameless = service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none());
        let mut unnamed: Vec<Origin> = Vec::new();
        let mut starts: Vec<(Expression, Origin)> = Vec::new();
        let mut add = |expression: Expression, origin: Origin| {
            if !starts.iter().any(|(known, _)| *known == expression) {
                starts.push((expression, origin));
            }
        };
        for relation in &service.relations {
            let origin = relation.origin;
            let Relation { bond, to } = &relation.value;
            let expression = match (bond, to) {
                (Bond::StartedBy, Party::Milestone(_)) if nameless => {
                    unnamed.push(origin);
                    None
                }
                (Bond::StartedBy, Party::Milestone(milestone)) => Some(self.at_milestone(*milestone, origin)),
                (Bond::StartedBy, Party::Service(name)) if self.has(Bond::Before, to) => {
                    Some(event("starting", &[name]))
                }
                (Bond::StartedBy, Party::Service(name)) => Some(event("started", &[name])),
                (Bond::StartedByStopping, Party::Service(name)) => Some(event("stopping", &[name])),
                (Bond::StartedByEnd, Party::Service(name)) => Some(event("stopped", &[name])),
                (Bond::StartedBySuccess, Party::Service(name)) => {
                    Some(event("stopped", &[name, &"RESULT=ok".into()]))
                }
                (Bond::StartedByFailure, Party::Service(name)) => {
                    Some(event("stopped", &[name, &"RESULT=failed".into()]))
                }
                (Bond::StartedBy, Party::Event(name)) => Some(event(name.as_slice(), &[])),
                (Bond::StartedBy, Party::Mount(path)) => {
                    Some(event("mounted", &[&assignment("MOUNTPOINT", path)]))
                }
                (Bond::StartedBy, Party::Interface(name)) => {
                    Some(event("net-device-added", &[&assignment("INTERFACE", name)]))
                }
                _ => None,
            };
            if let Some(expression) = expression {
                self.account.became(origin, "start on");
                add(expression, origin);
            }
        }
        if !unnamed.is_empty() {
            unnamed.dedup();
            let message = "nothing starts an instance at boot: `start on` does not name one";
            let help = format!(
                "let a task start each: initctl start {}, with the variable that `instance` holds",
                service.name
            );
            let finding = Finding::new(Code::LostActivation, message).help(help);
            self.find(unnamed.into_iter().fold(finding, Finding::at));
        }
        for activation in &service.activation {
            if let Some(expression) = self.on_demand(&activation.value, activation.origin) {
                self.account.became(activation.origin, "start on");
                add(expression, activation.origin);
            }
        }
        starts
    }

    /// A station of the boot, and the services that have to be up by then.
    fn at_milestone(&mut self, milestone: Milestone, origin: Origin) -> Expression {
        let service = self.service;
        let stations = |bond: Bond| -> Vec<Milestone> {
            let ties = service.relations.iter().filter(|tie| tie.value.bond == bond);
            let stations = ties.filter_map(|tie| match tie.value.to {
                Party::Milestone(milestone) => Some(milestone),
                _ => None,
            });
            stations.collect()
        };
        let (after, before) = (stations(Bond::After), stations(Bond::Before));
        let early = service.phase == Phase::Early;
        let first_of_all = early && self.has(Bond::Before, &Party::Milestone(Milestone::LocalFsPre));
        let station =
            stations::start(milestone, early, first_of_all, &after, &before, self.options.distribution);
        if let Some(told) = station.told {
            self.find(Finding::new(Code::StationMoved, told).at(origin));
        }
        if let [wait] = service.waits.as_slice()
            && wait.value.says_all
        {
            // It comes at the same station, and is what stops the job: each of its starts starts that again.
            self.account.became(wait.origin, "start on");
            return waited_for(&wait.value);
        }
        let mut parts = vec![station.expression];
        for wait in &service.waits {
            self.account.became(wait.origin, "start on");
            parts.push(waited_for(&wait.value));
        }
        all(parts)
    }

    fn on_demand(&mut self, activation: &Activation, origin: Origin) -> Option<Expression> {
        match activation {
            Activation::Socket { address } => {
                let Some(values) = socket(address) else {
                    self.find(
                        Finding::new(
                            Code::LostActivation,
                            format!("Upstart's socket bridge does not listen on {address}"),
                        )
                        .at(origin)
                        .help("let the program open the socket itself, and start it at boot"),
                    );
                    return None;
                };
                self.find(
                    Finding::new(
                        Code::SocketBridge,
                        "upstart-socket-bridge listens, and hands over the one socket that was connected to; the names of sockets are lost",
                    )
                    .at(origin)
                    .became("start on socket, LISTEN_FDS=1")
                    .help("make sure that the bridge runs, and that the program takes a listening socket"),
                );
                let values: Vec<&Text> = values.iter().collect();
                Some(event("socket", &values))
            }
            Activation::File { path, change } => {
                let (path, change) = match change {
                    FileChange::Create | FileChange::Exists => (path.clone(), "create"),
                    FileChange::Modify => (path.clone(), "modify"),
                    FileChange::Delete => (path.clone(), "delete"),
                    FileChange::NotEmpty => (Text::from([path.as_slice(), b"/*"].concat()), "create"),
                };
                self.find(
                    Finding::new(
                        Code::FileBridge,
                        "upstart-file-bridge tells of changes only, and not of what is there already when it starts",
                    )
                    .at(origin)
                    .became("start on file")
                    .help("make sure that the bridge runs; start the job once at boot if the file may be there"),
                );
                let change = assignment("EVENT", &change.into());
                Some(event("file", &[&assignment("FILE", &path), &change]))
            }
            Activation::Device { subsystem, action, properties } => {
                let name = [subsystem.as_slice(), b"-device-", device_verb(action).as_bytes()].concat();
                let properties: Vec<Text> = properties.iter().map(property).collect();
                let properties: Vec<&Text> = properties.iter().collect();
                Some(event(name, &properties))
            }
            Activation::Bus { name } => {
                self.find(
                    Finding::new(
                        Code::LostActivation,
                        format!("the bus starts nothing by itself when somebody asks for {name}"),
                    )
                    .at(origin)
                    .help("start the job at boot"),
                );
                None
            }
        }
    }

    /// What stops the job: any of these.
    fn stops(&mut self) -> Vec<(Expression, Origin)> {
        let service = self.service;
        let mut stops: Vec<(Expression, Origin)> = Vec::new();
        let is_task = service.ready.value == Ready::Finished && !self.is_without_main();
        let mut with_another = false;
        for relation in &service.relations {
            let origin = relation.origin;
            let Relation { bond, to } = &relation.value;
            let expression = match (bond, to) {
                (Bond::StopsBefore | Bond::Needs, Party::Service(name)) => {
                    with_another |= self.has(Bond::After, to);
                    event("stopping", &[name])
                }
                (Bond::Follows, Party::Service(name)) => event("stopping", &[name]),
                (Bond::StopsAfter, Party::Service(name)) => event("stopped", &[name]),
                (Bond::StoppedBy | Bond::StoppedByStarting, Party::Service(name)) => {
                    event("starting", &[name])
                }
                (Bond::StoppedByStarted, Party::Service(name)) => event("started", &[name]),
                (Bond::StoppedBy, Party::Event(name)) => event(name.as_slice(), &[]),
                (Bond::StoppedBy, Party::Milestone(Milestone::Shutdown)) if !is_task => {
                    stations::stop("[06]", self.options.distribution)
                }
                _ => continue,
            };
            self.account.became(origin, "stop on");
            if matches!(bond, Bond::Needs | Bond::Follows | Bond::StopsBefore) && !is_task {
                self.stopped_with(to, origin);
            }
            if !stops.iter().any(|(known, _)| *known == expression) {
                stops.push((expression, origin));
            }
        }
        // The order with the other one would be lost where both stopped at the same event.
        let stops_by_itself = !with_another && !is_task && service.phase != Phase::Early;
        if stops_by_itself {
            let origin = service.survives_rescue.unwrap_or_default();
            let levels = if service.survives_rescue.is_some() { "[06]" } else { "[!2345]" };
            stops.insert(0, (stations::stop(levels, self.options.distribution), origin));
        }
        if let Some(origin) = service.survives_rescue {
            self.account.became(origin, "stop on runlevel [06]");
        }
        stops
    }

    /// Tells what a job that stops with another one does when that one comes back.
    fn stopped_with(&mut self, to: &Party, origin: Origin) {
        let Party::Service(name) = to else { return };
        let service = self.service;
        let follows = service.waits.iter().any(|wait| wait.value.says_all && wait.value.service == *name);
        if self.ties(to).any(|bond| bond == Bond::StartedBy) {
            return;
        }
        let finding = if follows {
            let message =
                format!("when `{name}` crashes, the job is stopped as well, and started again with it");
            Finding::new(Code::StoppedWith, message)
        } else {
            let message = format!(
                "when `{name}` crashes or is restarted, the job is stopped, and nothing starts it again"
            );
            Finding::new(Code::StoppedWith, message).help(format!(
                "where it has to come back, write `or started {name}` into `start on`; where it can live on, take `stopping {name}` out of `stop on`"
            ))
        };
        let finding = finding.at(origin).became(format!("stop on stopping {name}"));
        if !self.findings.iter().any(|known| known.code == finding.code && known.message == finding.message) {
            self.find(finding);
        }
    }

    /// Ties that are no part of a condition.
    fn other_ties(&mut self) {
        let service = self.service;
        for relation in &service.relations {
            let origin = relation.origin;
            let Relation { bond, to } = &relation.value;
            match (bond, to) {
                (Bond::Demands, Party::Service(name)) => self.demands(name, origin),
                (Bond::After, Party::Service(name)) => self.after(name, origin),
                (_, Party::Other(name)) => self.no_tie(&name.to_string(), origin),
                (Bond::StartedBy | Bond::StoppedBy, Party::Event(_)) => {
                    self.account.became(origin, "the conditions of the jobs");
                }
                (Bond::After | Bond::Before, Party::Event(name))
                    if self.has(Bond::StartedBy, to) || self.has(Bond::StoppedBy, to) =>
                {
                    self.account.is_default(origin, "the event");
                }
                (_, Party::Event(name)) => self.no_tie(&format!("{name}.target"), origin),
                (Bond::After | Bond::Before | Bond::Starts | Bond::Needs, Party::Milestone(_)) => {
                    self.account.is_default(origin, "the order of the boot");
                }
                _ => self.account.became(origin, "the conditions of the jobs"),
            }
        }
    }

    /// Several ties to one unit are told of once.
    fn no_tie(&mut self, name: &str, origin: Origin) {
        let message = format!("the job has no tie to {name}");
        let told = |finding: &&mut Finding| finding.code == Code::LostTie && finding.message == message;
        if let Some(finding) = self.findings.iter_mut().find(told) {
            if !finding.marks.iter().any(|mark| mark.origin == origin) {
                *finding = finding.clone().at(origin);
            }
            return;
        }
        self.find(
            Finding::new(Code::LostTie, message).at(origin).help(
                "where the order or the stop matters, name a job or an event in `start on` or `stop on`",
            ),
        );
    }

    /// A service that has to be up already.
    fn demands(&mut self, name: &Text, origin: Origin) {
        let line = format!(
            "initctl status {} | grep -q ' start/running' || exit 1",
            String::from_utf8_lossy(&super::command::sh_word(name))
        );
        self.account.became(origin, "pre-start");
        self.pieces.lines(ProcessType::PreStart, line, origin);
    }

    /// The order of starts is kept where both start at boot; that of stops, where one stops the other.
    fn after(&mut self, name: &Text, origin: Origin) {
        let to = Party::Service(name.clone());
        self.account.became(origin, "the conditions of the jobs");
        let stops_in_order = self.ties(&to).any(|bond| {
            matches!(bond, Bond::StopsBefore | Bond::Needs | Bond::Follows | Bond::StopsAfter)
                || bond.is_end()
                || matches!(bond, Bond::StartedByStopping)
        });
        let is_task = self.service.ready.value == Ready::Finished;
        if !stops_in_order && !is_task {
            self.find(
                Finding::new(
                    Code::ShutdownOrder,
                    format!(
                        "at shutdown the job and `{name}` stop at the same time, not one after the other"
                    ),
                )
                .at(origin)
                .help("where it needs the other one until its end, write `stop on stopping` of that"),
            );
        }
    }
}

/// Whether what starts the job does not say which instance is meant.
fn names_no_instance(service: &crate::service::Service) -> bool {
    service.instance.as_ref().is_some_and(|instance| instance.value.default.is_none())
        && !service
            .relations
            .iter()
            .any(|tie| tie.value.bond.starts() && matches!(tie.value.to, Party::Event(_)))
}

/// That a service has come up, or has failed to where it need not.
fn waited_for(wait: &Wait) -> Expression {
    let name = &wait.service;
    match (wait.ends, wait.needed) {
        (true, true) => event("stopped", &[name, &"RESULT=ok".into()]),
        (true, false) => event("stopped", &[name]),
        (false, true) => event("started", &[name]),
        (false, false) => {
            any(vec![event("started", &[name]), event("stopped", &[name, &"RESULT=failed".into()])])
        }
    }
}

fn assignment(name: &str, value: &Text) -> Text {
    Text::from([name.as_bytes(), b"=", value.as_slice()].concat())
}

fn property(test: &ValueTest) -> Text {
    let sign: &[u8] = if test.negated { b"!=" } else { b"=" };
    Text::from([test.name.as_slice(), sign, test.pattern.as_slice()].concat())
}

fn device_verb(action: &str) -> &str {
    match action {
        "add" => "added",
        "remove" => "removed",
        "change" => "changed",
        other => other,
    }
}

/// The values of the event `socket` for an address (socket-event(7)).
fn socket(address: &Text) -> Option<Vec<Text>> {
    let text = std::str::from_utf8(address).ok()?;
    if text.starts_with('/') {
        return Some(vec!["PROTO=unix".into(), assignment("PATH", address)]);
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (Some(host), port),
        None => (None, text),
    };
    let port: u16 = port.parse().ok()?;
    let port = Text::from(format!("PORT={port}"));
    Some(match host {
        None | Some("*" | "0.0.0.0") => vec!["PROTO=inet".into(), port],
        Some("[::]") => vec!["PROTO=inet6".into(), port],
        Some(host) => match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(host) => vec!["PROTO=inet6".into(), port, Text::from(format!("ADDR={host}"))],
            None if host.parse::<std::net::Ipv4Addr>().is_ok() => {
                vec!["PROTO=inet".into(), port, Text::from(format!("ADDR={host}"))]
            }
            None => return None,
        },
    })
}
