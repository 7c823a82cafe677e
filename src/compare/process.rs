//! Who runs, where, and with what share of the machine.

use bstr::ByteSlice as _;

use super::diff_builder::{DiffBuilder, are_defaults, differs_unless};
use super::render;
use super::value::{AspectValue, DisplayValue, Phrase};
use super::{Aspect, Definition, Grade, Init};
use crate::findings::Code;
use crate::service::{CgroupSetting, Scheduling, SchedulingPolicy, Scope};
use crate::text::{Sourced, Text};

/// Whether Upstart takes a job at all; systemd passes over what it does not understand of a unit.
pub(super) fn loads(of: &Definition) -> DisplayValue {
    let refused = of.findings.iter().find(|finding| finding.code == Code::UpstartRefused);
    match refused.and_then(|finding| finding.marks.first()) {
        Some(mark) => DisplayValue::at(AspectValue::Absent, mark.at),
        None => DisplayValue::default(AspectValue::Present),
    }
}

// ---- as whom ----

/// The user of a service that names none.
fn own_user(of: &Definition) -> AspectValue {
    match of.service.scope {
        Scope::System => AspectValue::Text("root".into()),
        Scope::Session => Phrase::SessionUser.into(),
    }
}

fn other_user(of: &Definition) -> Option<&Text> {
    of.service.user.as_ref().map(|user| &user.value).filter(|user| user.as_slice() != b"root")
}

pub(super) fn user(of: &Definition) -> DisplayValue {
    DisplayValue::of(of.service.user.as_ref(), AspectValue::Text, own_user(of))
}

pub(super) fn group(builder: &mut DiffBuilder<'_>) {
    let values = builder.both.map(|of| {
        let own = other_user(of).map_or_else(|| own_user(of), |user| AspectValue::GroupOf(user.clone()));
        DisplayValue::of(of.service.group.as_ref(), AspectValue::Text, own)
    });
    let same = values[0].value == values[1].value;
    // What follows from another user is told with the user.
    if are_defaults(&values) && !same {
        return;
    }
    // A group that has the user's own name is its own, on every system that gives users groups.
    let named = |of: &Definition| of.service.group.as_ref().or(of.service.user.as_ref()).map(|it| it.value.clone());
    if !same && named(builder.both[0]) == named(builder.both[1]) {
        let why = "where the user's own group has the user's name";
        builder.row(Aspect::Group, None, values, Grade::Harmless, why);
    } else {
        builder.note(Aspect::Group, None, values);
    }
}

pub(super) fn supplementary_groups(of: &Definition) -> DisplayValue {
    let groups = &of.service.supplementary_groups;
    if let Some(first) = groups.first() {
        let mut names: Vec<Text> = groups.iter().map(|group| group.value.clone()).collect();
        names.sort();
        return DisplayValue::at(AspectValue::Names(names), first.origin());
    }
    // Upstart calls setgid and setuid, and leaves the groups of process 1 in place.
    let keeps = of.init == Init::Upstart && other_user(of).is_some() && of.service.group.is_none();
    DisplayValue::default(if keeps { Phrase::GroupsOfUserAndRoot } else { Phrase::GroupsOfUser })
}

pub(super) fn grade_groups(_: &DiffBuilder<'_>, values: &[DisplayValue; 2]) -> (Grade, &'static str) {
    differs_unless(values, "Upstart leaves the processes in group root besides")
}

// ---- where ----

/// A path without the slash at its end. Upstart takes a relative one from the root directory, and systemd has none.
fn path(Text(mut path): Text) -> AspectValue {
    let bare = path.trim_end_with(|c| c == '/').len();
    path.truncate(bare);
    if path.first().is_none_or(|byte| !b"/~$".contains(byte)) {
        path.insert(0, b'/');
    }
    AspectValue::Text(Text(path))
}

pub(super) fn root(of: &Definition) -> DisplayValue {
    DisplayValue::of(of.service.root.as_ref(), path, AspectValue::Text("/".into()))
}

pub(super) fn working_directory(of: &Definition) -> DisplayValue {
    let own = match of.service.scope {
        Scope::System => AspectValue::Text("/".into()),
        Scope::Session => Phrase::HomeDirectory.into(),
    };
    DisplayValue::of(of.service.directory.as_ref(), path, own)
}

/// The directories, the last one of a name first.
pub(super) fn directories(of: &Definition) -> Vec<(String, DisplayValue)> {
    let shown = of.service.directories.iter().rev().map(|it| {
        let path = format!("{}/{}", it.value.kind.base(), render::text(&it.value.name));
        (path, DisplayValue::at(AspectValue::Directory(it.value.mode, it.value.removed), it.origin()))
    });
    shown.collect()
}

// ---- with what share of the machine ----

pub(super) fn scheduling(of: &Definition) -> DisplayValue {
    let own = Scheduling { policy: SchedulingPolicy::Other, priority: 0 };
    let own = AspectValue::Scheduling(own);
    DisplayValue::of(of.service.scheduling.as_ref(), AspectValue::Scheduling, own)
}

pub(super) fn limits(of: &Definition) -> Vec<(String, DisplayValue)> {
    let limits = of.service.limits.iter().map(|(resource, limit)| {
        (render::resource(*resource), DisplayValue::at(AspectValue::Limit(limit.value), limit.origin()))
    });
    limits.collect()
}

/// The settings of control groups, the last one of a name first.
pub(super) fn cgroups(of: &Definition) -> Vec<(String, DisplayValue)> {
    let setting = |setting: &Sourced<CgroupSetting>| {
        let CgroupSetting { controller, name, key, value } = &setting.value;
        let parts = std::iter::once(controller).chain(name).chain(key).map(|part| render::text(part));
        let value = value.as_ref().map_or(AspectValue::Present, AspectValue::from);
        (parts.collect::<Vec<_>>().join("."), DisplayValue::at(value, setting.origin()))
    };
    of.service.cgroups.iter().rev().map(setting).collect()
}
