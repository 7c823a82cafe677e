//! What a unit of the root needs to do what the job does: a drop-in with just the differences, by behaviour.

use bstr::ByteSlice as _;
use indexmap::IndexMap;

use super::adopt::{Candidate, Fit};
use super::behaviour;
use super::builder::{JobPlan, Output, printed};
use super::model::{Action, Behaviour, FileKind};
use super::place::Sources;
use super::survey::{PlanError, unit_path};
use crate::compare::{self, Aspect, Comparison, Definition, Difference, Grade};
use crate::convert::batch::Job;
use crate::findings::{Code, Finding, Message, codes};
use crate::root::RootPath;
use crate::script::base_name;
use crate::script::programs::Program;
use crate::service::{Enablement, Part, Ready, Run, Service};
use crate::systemd::document::Document;
use crate::systemd::load::{Loaded, UnitFiles};
use crate::systemd::names;
use crate::systemd::table::Directive;
use crate::systemd::unit::{Entry, Unit};
use crate::text::{Origin, Source, Sourced, Text};

/// What a drop-in can change of a unit without undoing what the unit takes care of, and the directives that say it.
#[rustfmt::skip]
const CARRIED: &[(Aspect, &[Directive])] = {
    use {Aspect as A, Directive as D};
    &[
        (A::User, &[D::User]),
        (A::Group, &[D::Group]),
        (A::RootDirectory, &[D::RootDirectory]),
        (A::WorkingDirectory, &[D::WorkingDirectory]),
        (A::Directory, &[
            D::RuntimeDirectory, D::RuntimeDirectoryMode, D::RuntimeDirectoryPreserve, D::StateDirectory,
            D::StateDirectoryMode, D::CacheDirectory, D::CacheDirectoryMode, D::LogsDirectory,
            D::LogsDirectoryMode, D::ConfigurationDirectory, D::ConfigurationDirectoryMode,
        ]),
        (A::Umask, &[D::UMask]),
        (A::Apparmor, &[D::AppArmorProfile]),
        (A::Restart, &[D::Restart, D::RestartPreventExitStatus, D::RestartForceExitStatus]),
        (A::RestartLimit, &[D::StartLimitIntervalSec, D::StartLimitBurst]),
        (A::Success, &[D::SuccessExitStatus]),
        (A::StopSignal, &[D::KillSignal]),
        (A::StopTimeout, &[D::TimeoutStopSec]),
        (A::Nice, &[D::Nice]),
        (A::IoPriority, &[D::IOSchedulingClass, D::IOSchedulingPriority]),
        (A::Scheduling, &[D::CPUSchedulingPolicy, D::CPUSchedulingPriority]),
        (A::Cpus, &[D::CPUAffinity]),
        (A::OomScore, &[D::OOMScoreAdjust]),
        (A::Limit, &[
            D::LimitCPU, D::LimitFSIZE, D::LimitDATA, D::LimitSTACK, D::LimitCORE, D::LimitRSS,
            D::LimitNOFILE, D::LimitAS, D::LimitNPROC, D::LimitMEMLOCK, D::LimitLOCKS, D::LimitSIGPENDING,
            D::LimitMSGQUEUE, D::LimitNICE, D::LimitRTPRIO, D::LimitRTTIME,
        ]),
        (A::Variable, &[D::Environment, D::PassEnvironment]),
        (A::EnvironmentFile, &[D::EnvironmentFile]),
        (A::StandardInput, &[D::StandardInput, D::TTYPath]),
        (A::StandardOutput, &[D::StandardOutput, D::TTYPath]),
        (A::StandardError, &[D::StandardError]),
        (A::LogTag, &[D::SyslogIdentifier]),
        (A::Command, &[D::ExecStart, D::Type, D::PIDFile]),
    ]
};

/// Aspects that hold many values, each of which is carried over by itself.
const OF_MANY: &[Aspect] = &[Aspect::Limit, Aspect::Variable, Aspect::EnvironmentFile, Aspect::Directory];
/// More rounds bring nothing: every one adds directives of a table.
const MOST_ROUNDS: usize = 4;

/// What is to be said of a unit that nothing can start.
pub(super) fn masked(unit: &UnitFiles) -> Finding {
    codes::masked_successor(&unit.name).see(None::<Origin>, codes::job_is_on_upstart())
}

impl JobPlan<'_, '_> {
    /// Lets a unit of the root do the job's work, with a drop-in for what it does otherwise.
    pub(super) fn adopt(&mut self, candidate: &Candidate) -> Result<(), PlanError> {
        let job = self.job;
        let name = candidate.files.name.as_str();
        self.planned.unit = Some(name.to_owned());
        self.counts(&candidate.files);
        if candidate.fit == Fit::Masked {
            self.decide(Action::Adopt, format!("{name} is in the root, and masked"));
            self.findings.push(masked(&candidate.files));
            return Ok(());
        }
        let path = candidate.files.fragment.as_ref().map_or(name, |unit| unit.name.as_str());
        self.decide(Action::Adopt, format!("{path} runs the same program"));
        let access = self.access();
        let mut own = candidate.files.clone();
        self.enable(&own)?;
        if !self.planned.disabled {
            self.pull(&mut own, job.conversion.units.first())?;
        }
        // The plan keeps the unit from starting by itself, as `manual` does with the job.
        let never =
            self.planned.disabled && !self.findings.iter().any(|finding| finding.code == Code::EnabledElsewhere);
        let place = self.drop_in_path(name)?;
        let file = place.name().unwrap_or_default().to_str_lossy();
        let read = |files: &UnitFiles, document: &dyn Fn(&Source) -> Document| {
            let mut side = Definition::of_loaded(&[(files, Loaded::of(files, document))]).ok()?;
            if never {
                side.service.enablement = Some(Sourced::implied(Enablement::Disabled));
            }
            Some(side)
        };
        let there = |source: &Source| Document::read(&source.text);
        let Some(unit) = read(&own, &there) else { return Ok(()) };
        let before = behaviour::before(job, &self.builder.choices.lifting);
        let first = compare::compare(&before, &unit);
        let (mut after, mut last) = (unit, first.clone());
        let mut drop_in: Option<Unit> = None;
        // What is carried over can bring up another difference: a limit of restarts is none before there are restarts.
        for _ in 0..MOST_ROUNDS {
            let Some(more) = write(job, name, drop_in.as_ref(), &last, &before, &after) else { break };
            let mut files = own.clone();
            // They count in the order of their names (systemd.unit(5)), wherever they lie.
            let is_later = |part: &Source| part.name.rsplit('/').next().is_some_and(|name| *name > *file);
            let at = files.drop_ins.iter().position(is_later).unwrap_or(files.drop_ins.len());
            let printed = printed(&more, &job.files.conf.name);
            let document = printed.document();
            let written = Source { name: format!("{name}.d/{file}"), text: printed.text.into_bytes() };
            files.drop_ins.insert(at, written.clone());
            let of = |source: &Source| if *source == written { document.clone() } else { there(source) };
            let Some(with) = read(&files, &of) else { break };
            last = compare::compare(&before, &with);
            after = with;
            drop_in = Some(more);
        }
        self.planned.behaviour = behaviour::rows(behaviour::different(&last), &before, &after);
        self.planned.behaviour.extend(carried(&first, &last, &before, &after));
        self.findings.splice(0..0, findings(job, name, path, drop_in.is_some(), &last));
        if let Some(drop_in) = drop_in {
            let printed = printed(&drop_in, &job.files.conf.name);
            let line_origins = Sources::of(&before.sources).line_origins(printed.origins());
            let text = printed.text.into_bytes();
            self.file(Output { path: place, kind: FileKind::DropIn, text, line_origins }, access)?;
        }
        Ok(())
    }

    /// Where cutover's own drop-in for a unit lies: never where somebody else's is, nor that of another job for which the
    /// unit stands as well.
    fn drop_in_path(&self, unit: &str) -> Result<RootPath, PlanError> {
        let stem = names::unit(self.job.files.name.as_bytes());
        let mut number = 0;
        loop {
            let file = match number {
                0 => "50-cutover.conf".to_owned(),
                1 => format!("50-cutover-{stem}.conf"),
                _ => format!("50-cutover-{stem}-{number}.conf"),
            };
            let path = unit_path(self.scope(), &format!("{unit}.d/{file}"))?;
            if self.builder.plan.file(&path).is_none() && !self.builder.survey.is_taken(&path) {
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
    before: &Definition,
    unit: &Definition,
) -> Option<Unit> {
    let own = job.conversion.units.first()?;
    let mut drop_in = known.cloned().unwrap_or_else(|| Unit::new(name, own.target()));
    let count = drop_in.entries.len();
    for row in comparison.graded(Grade::Differs) {
        let Some(directives) = carrying(row, before, unit) else { continue };
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

/// The directives that carry a difference over, if it is one that the job states.
fn carrying(row: &Difference, before: &Definition, unit: &Definition) -> Option<&'static [Directive]> {
    let (_, directives) = CARRIED.iter().find(|(aspect, _)| *aspect == row.aspect)?;
    let is_meant = !row.left.is_default && (row.aspect != Aspect::Command || has_own_arguments(before, unit));
    is_meant.then_some(directives)
}

fn program(words: &[Text]) -> &[u8] {
    words.first().map_or(b"", |word| base_name(word))
}

/// Whether the job runs the unit's program with arguments that somebody chose: others than those that keep it in
/// the foreground, or that the unit takes from its environment.
fn has_own_arguments(before: &Definition, unit: &Definition) -> bool {
    let (Some(ours), Some(theirs)) = (words(&before.service), words(&unit.service)) else { return false };
    if before.service.instance.is_some() {
        // How instances are told apart is the unit's own matter.
        return false;
    }
    if program(&ours) != program(&theirs) {
        // A program that starts the other one may need rights that the unit takes away before.
        return false;
    }
    let known = Program::find(program(&ours));
    let foreground = known.and_then(|program| program.foreground).unwrap_or_default();
    let is_chosen =
        |word: &&Text| !foreground.iter().any(|option| option.as_bytes() == word.as_slice()) && !word.contains(&b'$');
    let chosen = |words: &[Text]| words.iter().skip(1).filter(is_chosen).cloned().collect::<Vec<Text>>();
    chosen(&ours) != chosen(&theirs)
}

/// The words of a service's one command, where it is no script; words with variables begin with `$`.
fn words(service: &Service) -> Option<Vec<Text>> {
    let [command] = service.main.as_slice() else { return None };
    let word = |parts: &Vec<Part>| Part::plain(parts).cloned().unwrap_or_else(|| Text::from("$"));
    match &command.value.run {
        Run::Argv(words) => Some(words.clone()),
        Run::Expand(words) => Some(words.iter().map(word).collect()),
        Run::Line(_) | Run::Script(_) => None,
    }
}

/// Whether the unit says that already.
fn has_already(entry: &Entry, unit: &Definition) -> bool {
    let known = unit.directive(entry.directive.name()).filter(|_| entry.directive != Directive::ExecStart);
    known.is_some_and(|known| known.value.as_slice() == entry.value.as_bytes())
}

/// Whether the unit's own type holds for the job's command, too: of a program that stays in the foreground, the unit
/// knows best when it is ready.
fn keeps_type(row: &Difference, directive: Directive, before: &Definition, unit: &Definition) -> bool {
    row.aspect == Aspect::Command
        && directive == Directive::Type
        && before.service.ready.value == Ready::Executed
        && !matches!(unit.service.ready.value, Ready::Forked(_) | Ready::Finished)
}

/// What the drop-in made the same.
fn carried(first: &Comparison, last: &Comparison, before: &Definition, after: &Definition) -> Vec<Behaviour> {
    let now = |row: &Difference| {
        let same = last.about(row.aspect).find(|other| other.item == row.item);
        same.filter(|other| other.grade == Grade::Same)
    };
    let mut rows = behaviour::rows(first.graded(Grade::Differs).filter_map(now), before, after);
    for row in &mut rows {
        "the drop-in carries it over".clone_into(&mut row.why);
    }
    rows
}

fn findings(job: &Job, unit: &str, path: &str, has_drop_in: bool, comparison: &Comparison) -> Vec<Finding> {
    let adopted = if has_drop_in { codes::adopted_with_drop_in(path) } else { codes::adopted_unit(path) };
    let adopted = adopted.became(unit);
    let mut findings = vec![match job.conversion.account.first() {
        Some(first) => adopted.beside(first.at),
        None => adopted,
    }];
    // One for each stanza, with all that it says and the unit does otherwise.
    let mut stanzas: IndexMap<Option<Origin>, Vec<&Difference>> = IndexMap::new();
    for row in comparison.graded(Grade::Differs).filter(|row| !row.left.is_default) {
        stanzas.entry(row.left.at.map(|at| at.origin)).or_default().push(row);
    }
    for (at, rows) in stanzas {
        let said: Vec<String> = rows.iter().map(|row| described(row).to_string()).collect();
        let finding = codes::not_carried(unit, said.join("; "));
        let why = rows.first().map(|row| row.why.as_str()).filter(|why| !why.is_empty());
        findings.push(match why {
            Some(why) => finding.see(at, why),
            None => finding.beside(at),
        });
    }
    findings
}

/// What the job says, and what the unit does.
fn described(row: &Difference) -> Message {
    let item = row.item.as_ref().map_or_else(String::new, |item| format!(" {item}"));
    let aspect = format!("{}{item}", row.aspect.info().title);
    codes::differs_in(aspect, quoted(&row.left.text), quoted(&row.right.text))
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
