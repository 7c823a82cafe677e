//! Before: jobs, and the events that start and stop them.

use std::collections::{HashMap, HashSet};

use super::{Builder, Graph, NodeKind, Sort};
use crate::convert::LinkedJob;
use crate::link::vendor_jobs;
use crate::service::Scope;
use crate::text::Text;
use crate::text::display::{self, counted};
use crate::upstart::condition::EventMatch;
use crate::upstart::glob;
use crate::upstart::read::job_events::{Announcer, announcer, is_boot_job};

/// The graph of jobs and events.
pub fn events(jobs: &[LinkedJob]) -> Graph {
    let mut build = Builder::default();
    let set: HashSet<Text> = jobs.iter().map(|job| job.reading.service.name.clone()).collect();
    let mut named: HashMap<Text, Vec<usize>> = HashMap::new();
    for job in jobs {
        let node = build.node(NodeKind::Job, &job.reading.service.name);
        build.graph.nodes[node].hover.extend(job.hover());
    }
    for job in jobs {
        let node = build.node(NodeKind::Job, &job.reading.service.name);
        let events = &job.reading.events;
        for (condition, sort) in [(&events.start_on, Sort::Start), (&events.stop_on, Sort::Stop)] {
            let Some(condition) = condition else { continue };
            let stanza = job.stanza(condition.origin());
            for event in condition.value.events() {
                let from = source(&mut build, event, job.reading.service.scope, &set, &mut named);
                build.relate(from, node, sort, display::clean(event.to_string().as_bytes()), &stanza);
            }
        }
    }
    announced(&mut build, jobs, &named);
    let heard: HashSet<usize> = build.graph.edges.iter().map(|edge| edge.to).collect();
    for (at, node) in build.graph.nodes.iter_mut().enumerate() {
        if node.kind == NodeKind::Event && !heard.contains(&at) {
            node.unresolved = true;
            node.hover.push("no job of the set announces this event".to_owned());
        }
    }
    build.graph.title = format!("Upstart: what starts and stops {}", counted(set.len(), "job"));
    build.graph
}

/// The node that an event comes from.
fn source(
    build: &mut Builder,
    event: &EventMatch,
    scope: Scope,
    set: &HashSet<Text>,
    named: &mut HashMap<Text, Vec<usize>>,
) -> usize {
    let (kind, name) = match announcer(event) {
        Announcer::Job(name) if set.contains(&name) => (NodeKind::Job, name),
        Announcer::Job(name) => (NodeKind::External, name),
        Announcer::System(name) => (NodeKind::BootTarget, name),
        Announcer::Anybody(name) => (NodeKind::Event, name),
    };
    let before = build.graph.nodes.len();
    let at = build.node(kind, &name);
    if at < before {
        return at;
    }
    let node = &mut build.graph.nodes[at];
    match kind {
        NodeKind::External => {
            if let Some(unit) = vendor_jobs::find(scope, &name).and_then(|it| it.replacement.unit()) {
                node.hover.push(format!("not in the set; on systemd it is {unit}"));
            } else {
                node.unresolved = true;
                node.hover.push("not in the set, and unknown".to_owned());
            }
        }
        NodeKind::BootTarget | NodeKind::Event => {
            named.entry(Text(event.name.clone())).or_default().push(at);
            if let Announcer::System(_) = announcer(event)
                && let Some(job) = boot_job(event).filter(|job| set.contains(job))
            {
                let announcer = build.node(NodeKind::Job, &job);
                build.relate(announcer, at, Sort::Start, format!("{} {job}", event.name), "Upstart itself");
            }
        }
        _ => {}
    }
    at
}

/// The job of the boot that an event tells of.
fn boot_job(event: &EventMatch) -> Option<Text> {
    let tells = matches!(event.name.as_slice(), b"starting" | b"started" | b"stopping" | b"stopped");
    let (name, negated) = event.value(0, "JOB")?;
    (tells && !negated && is_boot_job(name)).then(|| name.into())
}

/// Connects jobs with the events that they announce, as far as anybody waits for them.
fn announced(build: &mut Builder, jobs: &[LinkedJob], named: &HashMap<Text, Vec<usize>>) {
    let mut all: Vec<&Text> = named.keys().collect();
    all.sort();
    for job in jobs {
        let node = build.node(NodeKind::Job, &job.reading.service.name);
        for pattern in &job.reading.events.announces {
            let name = pattern.value.clone();
            let is_glob = name.iter().any(|byte| b"*?[\\".contains(byte));
            let meant: Vec<&Text> = if is_glob {
                all.iter().copied().filter(|event| glob::matches(&name, event)).collect()
            } else {
                named.contains_key(&name).then_some(&name).into_iter().collect()
            };
            let stanza = job.stanza(pattern.origin());
            for event in meant {
                for at in &named[event] {
                    build.relate(node, *at, Sort::Start, format!("announces {}", display::clean(event)), &stanza);
                }
            }
        }
    }
}
