//! What only one init has a word for, what the model passes over, and what is for people.

use indexmap::IndexMap;

use super::dependencies::is_implied;
use super::diff_builder::DiffBuilder;
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Directive, Grade};
use crate::findings::Code;
use crate::service::{Setting, SettingKind};
use crate::systemd::value::boolean;
use crate::text::{Sourced, Text};

/// Directives that have an aspect of their own, whatever becomes of them in the model.
const HAVE_AN_ASPECT: &[&str] =
    &["TimeoutStartSec", "TimeoutSec", "IgnoreSIGPIPE", "SyslogIdentifier", "Type", "DefaultDependencies"];

fn absent() -> [DisplayValue; 2] {
    [DisplayValue::absent(), DisplayValue::absent()]
}

/// Gathers the values that each definition gives a name, in order; they stand where the first of them does.
fn gather<K: Eq + std::hash::Hash>(
    builder: &DiffBuilder<'_>,
    of: impl Fn(&Definition) -> Vec<(K, Sourced<Text>)>,
) -> IndexMap<K, [DisplayValue; 2]> {
    let mut all: IndexMap<K, [DisplayValue; 2]> = IndexMap::new();
    for (at, definition) in builder.both.into_iter().enumerate() {
        for (name, value) in of(definition) {
            let found = &mut all.entry(name).or_insert_with(absent)[at];
            let origin = value.origin();
            match &mut found.value {
                AspectValue::Values(values) => values.push(value.value),
                _ => *found = DisplayValue::at(AspectValue::Values(vec![value.value]), origin),
            }
        }
    }
    all
}

// ---- settings that the model keeps as they are ----

/// What systemd keeps its books by is noticed by nobody, but for these: a stop that is refused, and a failure that stops
/// everything else.
const OBSERVABLE: &[&str] = &["RefuseManualStop", "OnFailureJobMode"];

/// Whether a value of such a directive is another one than systemd's own.
fn is_observable(name: &str, values: &[DisplayValue; 2]) -> bool {
    let is_own = |value: &DisplayValue| match &value.value {
        AspectValue::Values(values) => {
            matches!(values.as_slice(), [value] if value.as_slice() == b"replace" || boolean(value) == Ok(false))
        }
        _ => true,
    };
    OBSERVABLE.contains(&name) && !values.iter().all(is_own)
}

/// What a difference in a setting of a kind means.
fn meaning(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Protection => "a protection that one side does not have",
        SettingKind::Share => "a bound or a share of the machine that one side does not have",
        SettingKind::Clock => "on one side the clock starts it",
        SettingKind::Condition => "on one side it starts although that is not so",
        SettingKind::Watch => "nobody watches over it like that on one side",
        SettingKind::TimeLimit => "a time limit that one side does not have",
        SettingKind::Dependency => "a tie that one side does not have",
        SettingKind::Remark => "nothing that anybody notices at run time",
        SettingKind::Behaviour => "",
    }
}

pub(super) fn settings(builder: &mut DiffBuilder<'_>) {
    let name = |of: &Definition, setting: &Sourced<Setting>| {
        // Directives have had other names.
        let today = of.directives.iter().find(|directive| Some(directive.origin) == setting.origin());
        today.map_or_else(|| render::text(&setting.value.name), |it| it.name.to_owned())
    };
    let own = |of: &Definition| {
        let named = of.service.settings.iter().map(|it| (name(of, it), it.map(|it| it.value.clone())));
        named.filter(|(name, _)| !HAVE_AN_ASPECT.contains(&name.as_str())).collect()
    };
    for (item, values) in gather(builder, own) {
        let mut all = builder.both.into_iter().flat_map(|of| of.service.settings.iter().map(move |it| (of, it)));
        let first = all.find(|(of, setting)| name(of, setting) == item);
        let (kind, about) = first.map_or((SettingKind::Behaviour, ""), |(_, it)| (it.value.kind, it.value.about));
        let why = match (meaning(kind), about) {
            (why, "") => why.to_owned(),
            ("", about) => about.to_owned(),
            (why, about) => format!("{why}: {about}"),
        };
        let grade = if values[0].value == values[1].value {
            Grade::Same
        } else if kind == SettingKind::Remark && !is_observable(&item, &values) {
            Grade::Harmless
        } else {
            Grade::Differs
        };
        row(builder, Aspect::Setting, &item, values, grade, why);
    }
}

/// A row of what the other definition may not have: a job has nothing like it, and in another unit it is not set.
fn row(
    builder: &mut DiffBuilder<'_>,
    aspect: Aspect,
    item: &str,
    mut values: [DisplayValue; 2],
    grade: Grade,
    why: String,
) {
    if builder.is_one_init() {
        for value in values.iter_mut().filter(|value| value.is(AspectValue::Absent)) {
            value.value = Phrase::NotSet.into();
        }
    }
    builder.row(aspect, Some(item), values, grade, why);
}

// ---- directives that the model passes over ----

/// The directives that the model passes over because a job needs no word for them: of two units, where they say
/// something else; beside a job, all that no other row tells.
pub(super) fn directives(builder: &mut DiffBuilder<'_>) {
    if !builder.is_one_init() {
        beside_a_job(builder);
        return;
    }
    let implied = |it: &Directive| {
        !it.value.is_empty() && render::text(&it.value).split_whitespace().all(|unit| is_implied(it.name, unit))
    };
    let own = |of: &Definition| {
        let counts =
            |it: &&Directive| !(HAVE_AN_ASPECT.contains(&it.name) || of.idle.contains(&it.origin) || implied(it));
        let all = of.directives.iter().filter(counts);
        all.map(|it| (it.name, Sourced::new(it.value.clone(), it.origin))).collect()
    };
    for (name, values) in gather(builder, own) {
        // Whether another row points at one of the directives of that name.
        let is_reported = || {
            builder.rows().iter().any(|row| {
                let points = |at: usize| {
                    let mut named = builder.both[at].directives.iter().filter(|it| it.name == name);
                    row.values[at].origin.is_some_and(|origin| named.any(|it| it.origin.holds(origin)))
                };
                points(0) || points(1)
            })
        };
        if values[0].value != values[1].value && !is_reported() {
            row(builder, Aspect::Directive, name, values, Grade::Differs, String::new());
        }
    }
}

fn beside_a_job(builder: &mut DiffBuilder<'_>) {
    for (at, of) in builder.both.into_iter().enumerate() {
        for directive in of.directives.iter().filter(|it| !HAVE_AN_ASPECT.contains(&it.name)) {
            let Some(why) = of.no_effect.get(&directive.origin) else { continue };
            if builder.rows().iter().any(|row| row.values[at].origin == Some(directive.origin)) {
                continue;
            }
            let mut values = absent();
            values[at] = DisplayValue::at(&directive.value, directive.origin);
            builder.row(Aspect::Directive, Some(directive.name), values, Grade::Harmless, why.clone());
        }
    }
}

/// What systemd ignores of a unit, although its author meant something by it.
pub(super) fn ignored(builder: &mut DiffBuilder<'_>) {
    let found = builder.both.map(|of| {
        let problems = of.findings.iter().filter(|finding| finding.code == Code::UnitProblem);
        let placed = problems.filter_map(|finding| Some((finding.marks.first()?.at, finding)));
        placed.map(|(at, finding)| (Text::from(of.source(at)), at, finding)).collect::<Vec<_>>()
    });
    for at in [0, 1] {
        for (text, origin, finding) in &found[at] {
            let other = found[1 - at].iter().find(|(same, ..)| same == text);
            if at == 1 && other.is_some() {
                // It has its row already.
                continue;
            }
            let mut values = absent();
            values[at] = DisplayValue::at(text, *origin);
            if let Some((text, origin, _)) = other {
                values[1 - at] = DisplayValue::at(text, *origin);
            }
            let grade = if other.is_some() { Grade::Same } else { Grade::Harmless };
            let text = render::text(text);
            let key = text.split('=').next().unwrap_or_default().trim();
            builder.row(Aspect::Ignored, Some(key), values, grade, finding.message.to_string());
        }
    }
}

// ---- what is for people ----

fn harmless(_: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    (Grade::Harmless, "")
}

pub(super) fn description(builder: &mut DiffBuilder<'_>) {
    let values = builder.both.map(|of| DisplayValue::text(of.service.description.as_ref()));
    if values.iter().any(|value| !value.is_default) {
        builder.graded(Aspect::Description, None, values, harmless);
    }
}

pub(super) fn about(builder: &mut DiffBuilder<'_>) {
    let own = |of: &Definition| of.service.about.clone();
    for (heading, values) in gather(builder, own) {
        builder.graded(Aspect::About, Some(heading), values, harmless);
    }
}
