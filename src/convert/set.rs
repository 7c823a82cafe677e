//! What can only be known of several jobs together.

use std::collections::HashSet;

use crate::findings::{Code, Finding};
use crate::service::{Bond, Milestone, Party, Phase, Service};
use crate::text::Text;
use crate::upstart::read::Reading;

/// Settles what jobs of one set mean for each other: whatever has to be up before an early service
/// is an early service too. With the default dependencies it would wait for the very system set-up
/// that waits for it, and systemd would break that circle at random.
pub fn settle<'a>(readings: impl Iterator<Item = &'a mut Reading>) {
    let mut readings: Vec<&mut Reading> = readings.collect();
    let mut early: HashSet<Text> = readings
        .iter()
        .filter(|reading| is_early(&reading.service))
        .map(|reading| reading.service.name.clone())
        .collect();
    loop {
        let before = early.len();
        for reading in &mut readings {
            if reading.service.phase == Phase::Running && precedes(&reading.service, &early) {
                become_early(reading);
                early.insert(reading.service.name.clone());
            }
        }
        if early.len() == before {
            return;
        }
    }
}

fn is_early(service: &Service) -> bool {
    service.phase == Phase::Early
}

fn precedes(service: &Service, early: &HashSet<Text>) -> bool {
    service.relations.iter().any(|relation| match &relation.value.to {
        Party::Service(name) => relation.value.bond == Bond::Before && early.contains(name),
        _ => false,
    })
}

/// Takes the ties to stations that come later away: they would close the circle again.
fn become_early(reading: &mut Reading) {
    let service = &mut reading.service;
    service.phase = Phase::Early;
    let is_late = |party: &Party| {
        matches!(
            party,
            Party::Milestone(
                Milestone::LocalFs
                    | Milestone::RemoteFs
                    | Milestone::Network
                    | Milestone::NetworkOnline
                    | Milestone::MultiUser
                    | Milestone::Graphical
                    | Milestone::Sysinit
            )
        )
    };
    let late =
        service.relations.iter().find(|relation| is_late(&relation.value.to)).map(|relation| relation.origin);
    service.relations.retain(|relation| !is_late(&relation.value.to));
    if let Some(origin) = late {
        reading.findings.push(
            Finding::new(
                Code::EarlyOrLate,
                "the unit comes before one that starts early, so it cannot wait for late events",
            )
            .at(origin)
            .help("split the unit if the late start is needed too"),
        );
    }
}
