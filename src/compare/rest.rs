//! What only one init has a word for, what the model passes over, and what is for people.

use indexmap::IndexMap;

use super::ledger::{Ledger, Said};
use super::{Aspect, Directive, Grade, Side, unit_ties, words};
use crate::findings::Code;
use crate::service::SettingKind;
use crate::systemd::value::boolean;
use crate::text::{Origin, Text};

/// Directives that have an aspect of their own, whatever becomes of them in the model.
const TOLD_ELSEWHERE: &[&str] =
    &["TimeoutStartSec", "TimeoutSec", "IgnoreSIGPIPE", "SyslogIdentifier", "Type", "DefaultDependencies"];

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    settings(ledger);
    directives(ledger);
    unheeded(ledger);
    let sides = ledger.sides();
    if sides.iter().any(|side| side.service.description.is_some()) {
        let show = |text: &Text| words::text(text);
        let said = sides.map(|side| Said::of(side.service.description.as_ref(), show, "none"));
        let same = said[0].text == said[1].text;
        let grade = if same { Grade::Same } else { Grade::Harmless };
        ledger.row(Aspect::Description, None, said, grade, "");
    }
    about(ledger);
}

/// The values that each side gives a name, in order, and where the first of them stands.
type Named = IndexMap<String, [(Vec<String>, Option<Origin>); 2]>;

fn add(all: &mut Named, at: usize, name: String, value: &[u8], origin: Origin) {
    let (values, first) = &mut all.entry(name).or_default()[at];
    values.push(words::text(value));
    first.get_or_insert(origin);
}

fn said((values, origin): (Vec<String>, Option<Origin>), none: &str) -> Said {
    match origin {
        Some(origin) => Said::at(values.join("; "), origin),
        None => Said::default(none),
    }
}

/// How systemd keeps its books is felt by nobody, but for these: a stop that is refused, and a failure that stops
/// everything else.
const FELT: &[&str] = &["RefuseManualStop", "OnFailureJobMode"];

/// Whether a value of such a directive is another one than systemd's own.
fn is_felt(name: &str, said: &[Said; 2]) -> bool {
    let is_own =
        |said: &Said| said.is_default || said.text == "replace" || boolean(said.text.as_bytes()) == Ok(false);
    FELT.contains(&name) && !said.iter().all(is_own)
}

fn settings(ledger: &mut Ledger<'_>) {
    let mut all = Named::new();
    let mut about: IndexMap<String, (SettingKind, &'static str)> = IndexMap::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for setting in &side.service.settings {
            // Directives have had other names.
            let today = side.directives.iter().find(|directive| directive.origin == setting.origin);
            let name = today.map_or_else(|| words::text(&setting.value.name), |it| it.name.to_owned());
            if TOLD_ELSEWHERE.contains(&name.as_str()) {
                continue;
            }
            about.entry(name.clone()).or_insert((setting.value.kind, setting.value.about));
            add(&mut all, at, name, &setting.value.value, setting.origin);
        }
    }
    for (name, values) in all {
        let nobody = if ledger.is_one_init() { "not set" } else { "nothing like it" };
        let said = values.map(|value| said(value, nobody));
        let (kind, words) = about.get(&name).copied().unwrap_or((SettingKind::Behaviour, ""));
        let why = match kind {
            SettingKind::Protection => "a protection that one side does not have",
            SettingKind::Share => "a bound or a share of the machine that one side does not have",
            SettingKind::Clock => "on one side the clock starts it",
            SettingKind::Condition => "on one side it starts although that is not so",
            SettingKind::Watch => "nobody watches over it like that on one side",
            SettingKind::TimeLimit => "a time limit that one side does not have",
            SettingKind::Tie => "a tie that one side does not have",
            SettingKind::Remark => "nothing that anybody notices at run time",
            SettingKind::Behaviour => "",
        };
        let why = match (why.is_empty(), words.is_empty()) {
            (_, true) => why.to_owned(),
            (true, false) => words.to_owned(),
            (false, false) => format!("{why}: {words}"),
        };
        let grade = match (said[0].text == said[1].text, kind) {
            (true, _) => Grade::Same,
            (_, SettingKind::Remark) if !is_felt(&name, &said) => Grade::Harmless,
            _ => Grade::Differs,
        };
        ledger.row(Aspect::Setting, Some(&name), said, grade, &why);
    }
}

/// The directives that the model passes over because a job needs no word for them: of two units, where they say
/// something else; beside a job, all that no other row tells.
fn directives(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    if !ledger.is_one_init() {
        beside_a_job(ledger);
        return;
    }
    let mut all = Named::new();
    for (at, side) in sides.into_iter().enumerate() {
        let implied = |it: &Directive| {
            words::text(&it.value).split_whitespace().all(|unit| unit_ties::is_implied(it.name, unit))
                && !it.value.is_empty()
        };
        let counts = |it: &&Directive| {
            !(TOLD_ELSEWHERE.contains(&it.name) || side.idle.contains(&it.origin) || implied(it))
        };
        for directive in side.directives.iter().filter(counts) {
            add(&mut all, at, directive.name.to_owned(), &directive.value, directive.origin);
        }
    }
    for (name, values) in all {
        if values[0].0 == values[1].0 || is_told(ledger, sides, &name) {
            continue;
        }
        let said = values.map(|value| said(value, "not set"));
        ledger.row(Aspect::Directive, Some(&name), said, Grade::Differs, "");
    }
}

/// Why the model has no word for a directive, where what it says is told in rows of its own.
const IN_OTHER_WORDS: &[&str] = &[
    "a command that does nothing",
    "chrt",
    "expect stop",
    "ionice",
    "no main process",
    "one of several commands",
    "respawn limit",
    "taskset",
    "the console, as standard input",
    "the end of the system",
    "the event that starts the job",
    "the event that starts the job has them",
    "the job that starts",
    "together with standard output",
    "told of every job",
    "what came before is forgotten",
    "whose processes they are",
];

fn beside_a_job(ledger: &mut Ledger<'_>) {
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for directive in side.directives.iter().filter(|it| !TOLD_ELSEWHERE.contains(&it.name)) {
            let why =
                side.settled.get(&directive.origin).filter(|why| !IN_OTHER_WORDS.contains(&why.as_str()));
            let Some(why) = why else { continue };
            let told = ledger.rows().iter().any(|row| {
                let value = if at == 0 { &row.left } else { &row.right };
                value.at.is_some_and(|at| at.origin == directive.origin)
            });
            if told {
                continue;
            }
            let mut said = [Said::default("nothing like it"), Said::default("nothing like it")];
            said[at] = Said::at(words::text(&directive.value), directive.origin);
            ledger.row(Aspect::Directive, Some(directive.name), said, Grade::Harmless, why);
        }
    }
}

/// Whether a row points at one of the directives of that name.
fn is_told(ledger: &Ledger<'_>, sides: [&Side; 2], name: &str) -> bool {
    let origins = sides.map(|side| {
        let of_name = side.directives.iter().filter(|directive| directive.name == name);
        of_name.map(|directive| directive.origin).collect::<Vec<_>>()
    });
    ledger.rows().iter().any(|row| {
        let at = |value: &super::Value, origins: &[Origin]| {
            value.at.is_some_and(|at| origins.iter().any(|origin| origin.holds(at.origin)))
        };
        at(&row.left, &origins[0]) || at(&row.right, &origins[1])
    })
}

/// What systemd passes over of a unit, although its author meant something by it.
fn unheeded(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let found = sides.map(|side| {
        let problems = side.findings.iter().filter(|finding| finding.code == Code::UnitProblem);
        let placed = problems.filter_map(|finding| Some((finding.marks.first()?.origin, finding)));
        placed.map(|(at, finding)| (words::text(side.source(at)), at, finding)).collect::<Vec<_>>()
    });
    for at in 0..sides.len() {
        for (text, origin, finding) in &found[at] {
            let other = found[1 - at].iter().find(|(same, ..)| same == text);
            if at == 1 && other.is_some() {
                // It has its row already.
                continue;
            }
            let mut said = [Said::default("nothing like it"), Said::default("nothing like it")];
            said[at] = Said::at(text.clone(), *origin);
            if let Some((text, origin, _)) = other {
                said[1 - at] = Said::at(text.clone(), *origin);
            }
            let grade = if other.is_some() { Grade::Same } else { Grade::Harmless };
            let key = text.split('=').next().unwrap_or_default().trim();
            ledger.row(Aspect::Unheeded, Some(key), said, grade, &finding.message);
        }
    }
}

fn about(ledger: &mut Ledger<'_>) {
    let mut all = Named::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for (heading, text) in &side.service.about {
            add(&mut all, at, (*heading).to_owned(), &text.value, text.origin);
        }
    }
    for (heading, values) in all {
        let said = values.map(|value| said(value, "none"));
        let grade = if said[0].text == said[1].text { Grade::Same } else { Grade::Harmless };
        ledger.row(Aspect::About, Some(&heading), said, grade, "");
    }
}
