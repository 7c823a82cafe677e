//! The variables that the processes see.

use indexmap::IndexSet;

use super::diff_builder::DiffBuilder;
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::service::Variable;
use crate::text::Text;

/// Where systemd looks for programs (systemd.exec(5), "Environment Variables in Spawned Processes").
const SYSTEMD_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// What systemd sets where a unit names a user (systemd.exec(5), "Environment Variables in Spawned Processes").
const OF_THE_ACCOUNT: &[&[u8]] = &[b"HOME", b"LOGNAME", b"SHELL", b"USER"];

fn has_account(of: &Definition) -> bool {
    of.service.user.is_some() || of.service.dynamic_user.is_some()
}

fn name(variable: &Variable) -> &Text {
    match variable {
        Variable::Set { name, .. } | Variable::Inherited(name) | Variable::Instance(name) | Variable::Event(name) => {
            name
        }
    }
}

fn value(variable: &Variable) -> AspectValue {
    match variable {
        Variable::Set { value, .. } if value.is_empty() => Phrase::Empty.into(),
        Variable::Set { value, .. } => value.into(),
        Variable::Inherited(_) => Phrase::InheritedVariable.into(),
        Variable::Instance(_) => Phrase::InstanceName.into(),
        Variable::Event(_) => Phrase::EventVariable.into(),
    }
}

pub(super) fn variables(builder: &mut DiffBuilder<'_>) {
    let both = builder.both;
    let names: IndexSet<&Text> =
        both.iter().flat_map(|of| of.service.environment.iter().map(|it| name(&it.value))).collect();
    for wanted in names {
        let values = both.map(|of| {
            // Of several of a name, the last one counts.
            let found = of.service.environment.iter().rfind(|it| name(&it.value) == wanted);
            found.map_or_else(|| by_itself(of, wanted), |it| DisplayValue::at(value(&it.value), it.origin()))
        });
        builder.note(Aspect::Variable, Some(&render::text(wanted)), values);
    }
}

/// What the init gives a variable that the definition does not name.
fn by_itself(of: &Definition, wanted: &Text) -> DisplayValue {
    let own = of.service.init_environment.iter().find(|variable| name(variable) == wanted);
    DisplayValue::default(match (own, of.init) {
        (Some(variable), _) => value(variable),
        (None, Init::Systemd) if wanted.as_slice() == b"PATH" => AspectValue::Text(SYSTEMD_PATH.into()),
        (None, Init::Systemd) if has_account(of) && OF_THE_ACCOUNT.contains(&wanted.as_slice()) => {
            Phrase::AccountVariable.into()
        }
        _ => AspectValue::Absent,
    })
}

pub(super) fn files(of: &Definition) -> Vec<(String, DisplayValue)> {
    let files = of.service.environment_files.iter().map(|file| {
        let presence = if file.value.required { Phrase::Required } else { Phrase::Optional };
        (render::text(&file.value.path), DisplayValue::at(presence, file.origin()))
    });
    files.collect()
}

/// A variable that is taken away is not there, just as one that nobody sets.
pub(super) fn unset(builder: &mut DiffBuilder<'_>) {
    let both = builder.both;
    let names: IndexSet<&Text> = both.iter().flat_map(|of| of.service.unset.iter().map(|it| &it.value)).collect();
    for wanted in names {
        let values = both.map(|of| {
            let taken = of.service.unset.iter().find(|known| known.value == *wanted);
            let mut all = of.service.environment.iter().map(|it| &it.value).chain(&of.service.init_environment);
            match (taken, of.init) {
                (Some(taken), _) => DisplayValue::at(AspectValue::Present, taken.origin()),
                (None, Init::Upstart) if !all.any(|it| name(it) == wanted) => DisplayValue::absent(),
                (None, _) => DisplayValue::default(Phrase::LeftAsItIs),
            }
        });
        let is_gone = values.iter().all(|value| !value.is(Phrase::LeftAsItIs));
        let grade = if is_gone { Grade::Same } else { Grade::Differs };
        builder.row(Aspect::Unset, Some(&render::text(wanted)), values, grade, "");
    }
}

pub(super) fn by_the_init(of: &Definition) -> DisplayValue {
    DisplayValue::default(match of.init {
        Init::Upstart => Phrase::UpstartVariables,
        Init::Systemd if has_account(of) => Phrase::SystemdUserVariables,
        Init::Systemd => Phrase::SystemdVariables,
    })
}

pub(super) fn grade_by_the_init(builder: &DiffBuilder<'_>, _: &[DisplayValue; 2]) -> (Grade, &'static str) {
    if builder.is_one_init() {
        (Grade::Same, "")
    } else {
        (Grade::Harmless, "what the processes are seen to use of them has a row of its own")
    }
}
