//! The whole machine of our own, `corpus/root`: it is planned, accepted, applied, booted and taken back. What the plan
//! misses in it fails, and nothing else does.

use std::collections::BTreeSet;

use cutover::findings::Code;

use super::machine::{self, BootRecord, Failure, Machine, UnitSource};
use crate::boot::accounts;
use crate::common::{repository, skip};

/// Services that come up. The package's own link starts `stamp`, whose job is `manual`; the plan asks about that.
const UP: &[&str] = &[
    "cache.service",
    "cron.service",
    "db.service",
    "gate.service",
    "mailer.service",
    "rsyslog.service",
    "stamp.service",
    "web.service",
];

/// Services that cannot, because something is missing; and what the plan says of it.
const MISSING: &[(&str, Code)] = &[
    ("labels", Code::MissingProgram),
    ("orders", Code::MissingAccount),
    ("pricing", Code::MissingDirectory),
    ("vault", Code::MissingAccount),
];

fn root() -> Machine {
    let root = repository("corpus/root");
    Machine {
        name: "root",
        jobs: root.join("etc/init"),
        unit_source: UnitSource::PlannedIn(root),
        fill: Box::new(|sandbox| {
            // The accounts of the machine that lies below.
            for file in ["passwd", "group"] {
                let inside = format!("tree/etc/{file}");
                let mut text = sandbox.read(&inside);
                for line in accounts(file).lines() {
                    let name = format!("{}:", line.split(':').next().unwrap());
                    if !text.lines().any(|known| known.starts_with(&name)) {
                        text.extend([line, "\n"]);
                    }
                }
                sandbox.file(&inside, text);
            }
        }),
    }
}

/// Units that were up when all was quiet.
fn up(record: &BootRecord) -> BTreeSet<&str> {
    let entered = |lines: &&str| {
        lines.lines().any(|line| line.strip_prefix("ActiveEnterTimestampMonotonic=").is_some_and(|time| time != "0"))
            && lines.lines().any(|line| line == "ActiveExitTimestampMonotonic=0")
    };
    let blocks = record.reached.split("\n\n").filter(entered);
    blocks.filter_map(|lines| lines.lines().find_map(|line| line.strip_prefix("Id="))).collect()
}

#[test]
fn our_own_root_is_cut_over_booted_and_taken_back() {
    for style in ["idiomatic", "exact"] {
        let record = match machine::run(&root(), style, true) {
            Ok(record) => record,
            Err(Failure::Cannot(why)) => return skip(&format!("systemd cannot be booted here: {why}")),
            Err(Failure::Other(why)) => panic!("{style}: it came to no end: {why}"),
        };
        let plan = record.plan.as_ref().unwrap();
        let services: BTreeSet<&str> = plan.services.iter().filter_map(|service| service.unit.as_deref()).collect();
        let up: BTreeSet<&str> = up(&record).into_iter().filter(|unit| services.contains(unit)).collect();
        assert_eq!(up, UP.iter().copied().collect(), "{style}");
        for (name, code) in MISSING {
            let service = plan.services.iter().find(|service| service.name == *name).unwrap();
            assert!(service.findings.iter().any(|finding| finding.code == *code), "{style}: {name}: no {code}");
            let unit = format!("{name}.service");
            assert!(record.complaints.iter().any(|line| line.contains(&unit)), "{style}: {unit} does not fail");
        }
        let unexpected: Vec<&String> = record
            .complaints
            .iter()
            .filter(|line| !MISSING.iter().any(|(name, _)| line.contains(&format!("{name}.service"))))
            .collect();
        assert!(unexpected.is_empty(), "{style}: {unexpected:#?}");
    }
}
