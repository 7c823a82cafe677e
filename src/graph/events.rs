//! Before: jobs, and the events that start and stop them.

use std::collections::{HashMap, HashSet};

use super::{Builder, Graph, Kind, Read, Sort, counted};
use crate::convert::plumbing;
use crate::service::Scope;
use crate::text::Text;
use crate::upstart::condition::EventMatch;
use crate::upstart::glob;
use crate::upstart::read::ties::{Announcer, announcer};

/// The graph of jobs and events.
pub fn events(jobs: &[Read<'_>]) -> Graph {
    let mut build = Builder::default();
    let set: HashSet<Text> = jobs.iter().map(|job| job.reading.service.name.clone()).collect();
    let mut named: HashMap<Text, Vec<usize>> = HashMap::new();
    for job in jobs {
        let node = build.node(Kind::Job, &job.reading.service.name);
        build.graph.nodes[node].hover.extend(job.hover());
    }
    for job in jobs {
        let node = build.node(Kind::Job, &job.reading.service.name);
        let ties = &job.reading.ties;
        for (condition, sort) in [(&ties.start_on, Sort::Start), (&ties.stop_on, Sort::Stop)] {
            let Some(condition) = condition else { continue };
            let stanza = job.stanza(condition.origin);
            for event in condition.value.events() {
                let from = source(&mut build, event, job.reading.service.scope, &set, &mut named);
                build.tie(from, node, sort, super::text::clean(event.to_string().as_bytes()), &stanza);
            }
        }
    }
    announced(&mut build, jobs, &named);
    let mut heard = vec![false; build.graph.nodes.len()];
    for edge in &build.graph.edges {
        heard[edge.to] = true;
    }
    for (node, heard) in build.graph.nodes.iter_mut().zip(heard) {
        if node.kind == Kind::Event && !heard {
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
        Announcer::Job(name) if set.contains(&name) => (Kind::Job, name),
        Announcer::Job(name) => (Kind::Beyond, name),
        Announcer::System(name) => (Kind::Station, name),
        Announcer::Anybody(name) => (Kind::Event, name),
    };
    let before = build.graph.nodes.len();
    let at = build.node(kind, &name);
    if at < before {
        return at;
    }
    let node = &mut build.graph.nodes[at];
    match kind {
        Kind::Beyond => {
            if let Some(unit) = plumbing::stock(scope, &name).and_then(|stock| stock.fate.unit()) {
                node.hover.push(format!("not in the set; on systemd it is {unit}"));
            } else {
                node.unresolved = true;
                node.hover.push("not in the set, and unknown".to_owned());
            }
        }
        Kind::Station | Kind::Event => {
            named.entry(Text(event.name.clone())).or_default().push(at);
            if let Announcer::System(_) = announcer(event)
                && let Some(job) = boot_job(event).filter(|job| set.contains(job))
            {
                let teller = build.node(Kind::Job, &job);
                build.tie(teller, at, Sort::Start, format!("{} {job}", event.name), "Upstart itself");
            }
        }
        _ => {}
    }
    at
}

/// The job of the boot that an event tells of.
fn boot_job(event: &EventMatch) -> Option<Text> {
    use crate::upstart::read::ties::is_boot_job;
    let tells = matches!(event.name.as_slice(), b"starting" | b"started" | b"stopping" | b"stopped");
    let (name, negated) = event.value(0, "JOB")?;
    (tells && !negated && is_boot_job(name)).then(|| name.into())
}

/// Ties jobs to the events that they announce, as far as anybody waits for them.
fn announced(build: &mut Builder, jobs: &[Read<'_>], named: &HashMap<Text, Vec<usize>>) {
    let mut all: Vec<&Text> = named.keys().collect();
    all.sort();
    for job in jobs {
        let node = build.node(Kind::Job, &job.reading.service.name);
        for pattern in &job.reading.ties.announces {
            let name = Text(pattern.value.clone());
            let is_glob = name.iter().any(|byte| b"*?[\\".contains(byte));
            let meant: Vec<&Text> = if is_glob {
                all.iter().copied().filter(|event| glob::matches(&name, event)).collect()
            } else {
                named.contains_key(&name).then_some(&name).into_iter().collect()
            };
            if meant.is_empty() {
                continue;
            }
            let stanza = job.stanza(pattern.origin);
            for event in meant {
                for at in named.get(event).into_iter().flatten() {
                    build.tie(
                        node,
                        *at,
                        Sort::Start,
                        format!("announces {}", super::text::clean(event)),
                        &stanza,
                    );
                }
            }
        }
    }
}
