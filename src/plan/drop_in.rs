//! What a unit of the root needs to do what the job does: a drop-in with just the differences, by behaviour.

use indexmap::IndexMap;

use super::adopt::{Candidate, Fit};
use super::make::Maker;
use super::model::{Behaviour, Tie};
use super::place::Sources;
use super::survey::OWN_UNIT;
use super::{PlanError, behaviour};
use crate::compare::{self, Aspect, Comparison, Difference, Grade, Side};
use crate::convert::batch::Job;
use crate::findings::{Code, Finding};
use crate::lift::Lifting;
use crate::root::RootPath;
use crate::service::programs::Program;
use crate::service::{Enablement, Part, Ready, Run, Service};
use crate::systemd::directive::Directive;
use crate::systemd::load::UnitFiles;
use crate::systemd::unit::{Entry, Unit};
use crate::systemd::{manager, names};
use crate::text::{Origin, Source, Sourced, Text};

/// What a drop-in can change of a unit without undoing what the unit takes care of, and the directives that say it.
const CARRIED: &[(Aspect, &[Directive])] = {
    use Directive as D;
    &[
        (Aspect::User, &[D::User]),
        (Aspect::Group, &[D::Group]),
        (Aspect::RootDirectory, &[D::RootDirectory]),
        (Aspect::WorkingDirectory, &[D::WorkingDirectory]),
        (
            Aspect::Directory,
            &[
                D::RuntimeDirectory,
                D::RuntimeDirectoryMode,
                D::RuntimeDirectoryPreserve,
                D::StateDirectory,
                D::StateDirectoryMode,
                D::CacheDirectory,
                D::CacheDirectoryMode,
                D::LogsDirectory,
                D::LogsDirectoryMode,
                D::ConfigurationDirectory,
                D::ConfigurationDirectoryMode,
            ],
        ),
        (Aspect::Umask, &[D::UMask]),
        (Aspect::Apparmor, &[D::AppArmorProfile]),
        (Aspect::Restart, &[D::Restart, D::RestartPreventExitStatus, D::RestartForceExitStatus]),
        (Aspect::RestartLimit, &[D::StartLimitIntervalSec, D::StartLimitBurst]),
        (Aspect::Success, &[D::SuccessExitStatus]),
        (Aspect::StopSignal, &[D::KillSignal]),
        (Aspect::StopTimeout, &[D::TimeoutStopSec]),
        (Aspect::Nice, &[D::Nice]),
        (Aspect::IoPriority, &[D::IOSchedulingClass, D::IOSchedulingPriority]),
        (Aspect::Scheduling, &[D::CPUSchedulingPolicy, D::CPUSchedulingPriority]),
        (Aspect::Cpus, &[D::CPUAffinity]),
        (Aspect::OomScore, &[D::OOMScoreAdjust]),
        (
            Aspect::Limit,
            &[
                D::LimitCPU,
                D::LimitFSIZE,
                D::LimitDATA,
                D::LimitSTACK,
                D::LimitCORE,
                D::LimitRSS,
                D::LimitNOFILE,
                D::LimitAS,
                D::LimitNPROC,
                D::LimitMEMLOCK,
                D::LimitLOCKS,
                D::LimitSIGPENDING,
                D::LimitMSGQUEUE,
                D::LimitNICE,
                D::LimitRTPRIO,
                D::LimitRTTIME,
            ],
        ),
        (Aspect::Variable, &[D::Environment, D::PassEnvironment]),
        (Aspect::EnvironmentFile, &[D::EnvironmentFile]),
        (Aspect::StandardInput, &[D::StandardInput, D::TTYPath]),
        (Aspect::StandardOutput, &[D::StandardOutput, D::TTYPath]),
        (Aspect::StandardError, &[D::StandardError]),
        (Aspect::LogTag, &[D::SyslogIdentifier]),
        (Aspect::Command, &[D::ExecStart, D::Type, D::PIDFile]),
    ]
};

/// Aspects that hold many values, each of which is carried over by itself.
const OF_MANY: &[Aspect] = &[Aspect::Limit, Aspect::Variable, Aspect::EnvironmentFile, Aspect::Directory];

/// More rounds bring nothing: every one adds directives of a table.
const MOST_ROUNDS: usize = 4;

/// A drop-in, its text, and where its lines come from.
type Printed = (Unit, Vec<u8>, Vec<(usize, Origin)>);

/// What it takes that a unit does a job's work.
pub(super) struct Adopted {
    /// Why it can.
    pub why: String,
    /// What it needs besides, and which of those lines stem from where.
    pub drop_in: Option<(Vec<u8>, Vec<Tie>)>,
    /// How it then differs from the job.
    pub behaviour: Vec<Behaviour>,
    /// What is to be said.
    pub findings: Vec<Finding>,
}

/// What is to be said of a unit that nothing can start.
pub(super) fn masked(unit: &UnitFiles) -> Finding {
    let name = unit.name.as_str();
    Finding::new(Code::MaskedSuccessor, format!("{name} is masked: nothing starts it"))
        .see(Origin::default(), "on Upstart this job is there")
        .help(format!("systemctl --root=ROOT unmask {name}, and plan again; or skip the service"))
}

/// Holds a job against a unit that takes its place. `file` is the name that a drop-in would have; `never` tells that the
/// plan keeps the unit from starting by itself, as `manual` does with the job.
pub(super) fn adopt(job: &Job, candidate: &Candidate, file: &str, never: bool, lifting: &Lifting) -> Adopted {
    let name = candidate.files.name.as_str();
    let path = candidate.files.fragment.as_ref().map_or(name, |unit| unit.name.as_str());
    if candidate.fit == Fit::Masked {
        let why = format!("{name} is in the root, and masked");
        return Adopted {
            why,
            drop_in: None,
            behaviour: Vec::new(),
            findings: vec![masked(&candidate.files)],
        };
    }
    let why = format!("{path} runs the same program");
    let read = |files: &UnitFiles| {
        let mut side = Side::of_unit(files, &[]).ok()?;
        if never {
            side.service.enablement = Some(Sourced::new(Enablement::Disabled, Origin::default()));
        }
        Some(side)
    };
    let Some(unit) = read(&candidate.files) else {
        return Adopted { why, drop_in: None, behaviour: Vec::new(), findings: Vec::new() };
    };
    let before = behaviour::before(job, lifting);
    let first = compare::compare(&before, &unit);
    let (mut after, mut last) = (unit, first.clone());
    let mut drop_in: Option<Printed> = None;
    // What is carried over can bring up another difference: a limit of restarts is none before there are restarts.
    for _ in 0..MOST_ROUNDS {
        let known = drop_in.as_ref().map(|(unit, ..)| unit);
        let Some(more) = write(job, name, known, &last, &before, &after) else { break };
        let (text, ties) = more.print_with_ties();
        let text = format!("{OWN_UNIT}{}\n{text}", job.files.conf.name).into_bytes();
        let mut files = candidate.files.clone();
        // They count in the order of their names (systemd.unit(5)), wherever they lie.
        let is_later = |part: &Source| part.name.rsplit('/').next().is_some_and(|name| name > file);
        let place = files.drop_ins.iter().position(is_later).unwrap_or(files.drop_ins.len());
        files.drop_ins.insert(place, Source { name: format!("{name}.d/{file}"), text: text.clone() });
        let Some(with) = read(&files) else { break };
        last = compare::compare(&before, &with);
        after = with;
        drop_in = Some((more, text, ties));
    }
    let mut rows = behaviour::rows(&last, &before, &after);
    rows.extend(carried(&first, &last, &before, &after));
    let findings = findings(job, candidate, path, drop_in.is_some(), &last);
    let places = Sources::of(&before.sources);
    let drop_in = drop_in.map(|(_, text, ties)| {
        let tie = |(line, origin)| Some(Tie { line: line + 1, from: places.place(origin, "")? });
        (text, ties.into_iter().filter_map(tie).collect())
    });
    Adopted { why, drop_in, behaviour: rows, findings }
}

impl Maker<'_> {
    /// Where cutover's own drop-in for a unit lies: never where somebody else's is, nor that of another job for which the
    /// unit stands as well.
    pub(super) fn drop_in_path(&self, job: &Job, candidate: &Candidate) -> Result<RootPath, PlanError> {
        let scope = job.conversion.service.scope;
        let directory = format!("{}/{}.d", manager::unit_dir(scope), candidate.files.name);
        let stem = names::unit(job.files.name.as_bytes());
        let mut number = 0;
        loop {
            let path = RootPath::parse(match number {
                0 => format!("{directory}/50-cutover.conf"),
                1 => format!("{directory}/50-cutover-{stem}.conf"),
                _ => format!("{directory}/50-cutover-{stem}-{number}.conf"),
            })?;
            if self.plan.file(&path).is_none() && !self.survey.is_taken(&path) {
                return Ok(path);
            }
            number += 1;
        }
    }
}

/// The directives that make the unit do what the job states, with those that are known already; nothing where that
/// are all.
fn write(
    job: &Job,
    name: &str,
    known: Option<&Unit>,
    comparison: &Comparison,
    before: &Side,
    unit: &Side,
) -> Option<Unit> {
    let own = job.conversion.units.first()?;
    let mut drop_in = known.cloned().unwrap_or_else(|| Unit::new(name, own.target()));
    let count = drop_in.entries.len();
    for row in comparison.graded(Grade::Differs).filter(|row| is_carried(row, before, unit)) {
        let Some((_, directives)) = CARRIED.iter().find(|(aspect, _)| *aspect == row.aspect) else {
            continue;
        };
        let place = row.left.at.map(|at| at.origin);
        let is_one = !OF_MANY.contains(&row.aspect);
        let meant = own.entries.iter().filter(|entry| {
            directives.contains(&entry.directive) && (is_one || place.is_some() && entry.origin == place)
        });
        for entry in meant {
            // The job's comments are about the job as a whole.
            let entry = Entry { comments: Vec::new(), ..entry.clone() };
            if drop_in.entries.contains(&entry)
                || has_already(&entry, unit)
                || keeps_type(row, entry.directive, before, unit)
            {
                continue;
            }
            if entry.directive == Directive::ExecStart && drop_in.get(Directive::ExecStart).is_none() {
                // What the unit runs is forgotten first (systemd.service(5), "ExecStart=").
                drop_in.add(Directive::ExecStart, "", entry.origin);
            }
            drop_in.entries.push(entry);
        }
    }
    (drop_in.entries.len() > count).then_some(drop_in)
}

/// Whether a difference is one that the job states, and that a drop-in carries over.
fn is_carried(row: &Difference, before: &Side, unit: &Side) -> bool {
    let known = CARRIED.iter().any(|(aspect, _)| *aspect == row.aspect);
    known && !row.left.is_default && (row.aspect != Aspect::Command || has_own_arguments(before, unit))
}

/// Whether the job runs the unit's program with arguments that somebody chose: others than those that keep it in
/// the foreground, or that the unit takes from its environment.
fn has_own_arguments(before: &Side, unit: &Side) -> bool {
    let (Some(ours), Some(theirs)) = (words(&before.service), words(&unit.service)) else { return false };
    if before.service.instance.is_some() {
        // How instances are told apart is the unit's own matter.
        return false;
    }
    let program = |words: &[Text]| {
        let path = words.first().map(|word| word.as_slice()).unwrap_or_default();
        path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
    };
    if program(&ours) != program(&theirs) {
        // A program that starts the other one may need rights that the unit takes away before.
        return false;
    }
    let known = Program::find(&program(&ours));
    let foreground = known.and_then(|program| program.foreground).unwrap_or_default();
    let chosen = |words: &[Text]| -> Vec<Text> {
        let of_choice = |word: &&Text| {
            !foreground.iter().any(|option| option.as_bytes() == word.as_slice()) && !word.contains(&b'$')
        };
        words.iter().skip(1).filter(of_choice).cloned().collect()
    };
    chosen(&ours) != chosen(&theirs)
}

/// The words of a service's one command, where it is no script; words with variables begin with `$`.
fn words(service: &Service) -> Option<Vec<Text>> {
    let [command] = service.main.as_slice() else { return None };
    match &command.value.run {
        Run::Argv(words) => Some(words.clone()),
        Run::Expand(words) => Some(
            words
                .iter()
                .map(|parts| match parts.as_slice() {
                    [Part::Text(text)] => text.clone(),
                    _ => Text::from("$"),
                })
                .collect(),
        ),
        Run::Line(_) | Run::Script(_) => None,
    }
}

/// Whether the unit says that already.
fn has_already(entry: &Entry, unit: &Side) -> bool {
    let name = entry.directive.info().name;
    let same = unit.directive(name).is_some_and(|known| known.value.as_slice() == entry.value.as_bytes());
    same && entry.directive != Directive::ExecStart
}

/// Whether the unit's own type holds for the job's command, too: of a program that stays in the foreground, the unit
/// knows best when it is ready.
fn keeps_type(row: &Difference, directive: Directive, before: &Side, unit: &Side) -> bool {
    row.aspect == Aspect::Command
        && directive == Directive::Type
        && before.service.ready.value == Ready::Executed
        && !matches!(unit.service.ready.value, Ready::Forked(_) | Ready::Finished)
}

/// What the drop-in made the same.
fn carried(first: &Comparison, last: &Comparison, before: &Side, after: &Side) -> Vec<Behaviour> {
    let places = (Sources::of(&before.sources), Sources::of(&after.sources));
    let now = |row: &Difference| {
        let mut same = last.about(row.aspect).filter(|other| other.item == row.item);
        same.next().filter(|other| other.grade == Grade::Same)
    };
    first
        .graded(Grade::Differs)
        .filter_map(now)
        .map(|row| Behaviour {
            why: "the drop-in carries it over".to_owned(),
            ..behaviour::row(row, &places)
        })
        .collect()
}

fn findings(
    job: &Job,
    candidate: &Candidate,
    path: &str,
    has_drop_in: bool,
    comparison: &Comparison,
) -> Vec<Finding> {
    let stanzas = job.conversion.account.iter().map(|entry| entry.origin);
    let how = if has_drop_in { ", with a drop-in for what the job does otherwise" } else { "" };
    let message = format!("{path} takes the place of the job{how}");
    let mut adopted = Finding::new(Code::AdoptedUnit, message).became(candidate.files.name.as_str());
    if let Some(first) = stanzas.clone().next() {
        adopted = adopted.see(first, "");
    }
    let mut findings = vec![adopted];
    // One for each stanza, with all that it says and the unit does otherwise.
    let mut stanzas: IndexMap<Origin, Vec<&Difference>> = IndexMap::new();
    for row in comparison.graded(Grade::Differs).filter(|row| !row.left.is_default) {
        stanzas.entry(row.left.at.map(|at| at.origin).unwrap_or_default()).or_default().push(row);
    }
    for (at, rows) in stanzas {
        let said: Vec<String> = rows.iter().map(|row| told(row)).collect();
        let message = format!("{} does otherwise: {}", candidate.files.name, said.join("; "));
        let label = rows.first().map(|row| row.why.clone()).unwrap_or_default();
        findings.push(Finding::new(Code::NotCarried, message).see(at, label).help(format!(
            "where that matters, add it to a drop-in of your own: /etc/systemd/system/{}.d/60-own.conf",
            candidate.files.name
        )));
    }
    findings
}

/// What the job says, and what the unit does.
fn told(row: &Difference) -> String {
    let item = row.item.as_ref().map_or_else(String::new, |item| format!(" {item}"));
    format!(
        "{}{item}: {} here, {} there",
        row.aspect.info().title,
        quoted(&row.left.text),
        quoted(&row.right.text)
    )
}

/// A value on one line, not too long.
fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("`{}…`", &line[..end]),
        None => format!("`{line}`"),
    }
}
