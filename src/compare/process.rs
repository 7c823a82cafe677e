//! What runs, and as whom: commands, users, directories.

use std::collections::BTreeMap;

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, command, words};
use crate::findings::Code;
use crate::service::{Command, Directory, Run, Scope};
use crate::text::{Origin, Sourced, Text};

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    loads(ledger);
    commands(ledger);
    identity(ledger);
    places(ledger);
    directories(ledger);
}

/// A command as it is written.
pub(super) fn shown(side: &Side, command: &Sourced<Command>) -> String {
    let rewritten = matches!(command.value.run, Run::Line(_) | Run::Script(_));
    let written = side.written.get(&command.origin).filter(|_| rewritten);
    words::run(written.unwrap_or(&command.value.run))
}

/// Whether Upstart takes a job at all; systemd passes over what it does not understand of a unit.
fn loads(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        let refused = side.findings.iter().find(|finding| finding.code == Code::UpstartRefused);
        match refused.and_then(|finding| finding.marks.first()) {
            Some(mark) => Said::at("no", mark.origin),
            None => Said::default("yes"),
        }
    });
    if said.iter().any(|said| !said.is_default) {
        ledger.texts(Aspect::Loads, None, said);
    }
}

fn commands(ledger: &mut Ledger<'_>) {
    let [left, right] = ledger.sides();
    let (ours, theirs) = (&left.service.main, &right.service.main);
    let constants = [left.constants(), right.constants()];
    let count = ours.len().max(theirs.len());
    for at in 0..count {
        let number = (count > 1).then(|| (at + 1).to_string());
        let item = number.as_deref();
        let said = [(left, ours.get(at)), (right, theirs.get(at))].map(|(side, main)| match main {
            Some(main) => Said::at(shown(side, main), main.origin),
            None => Said::default("nothing"),
        });
        let (Some(one), Some(other)) = (ours.get(at), theirs.get(at)) else {
            ledger.row(Aspect::Command, item, said, Grade::Differs, "on one side nothing of the kind runs");
            continue;
        };
        let (grade, why) =
            command::judge_with((&one.value.run, &constants[0]), (&other.value.run, &constants[1]));
        ledger.row(Aspect::Command, item, said, grade, &why);
        privileges(ledger, item.unwrap_or("main"), one, other);
        traits(ledger, item, one, other);
    }
}

/// What a failure of the program counts, and what it is called to itself.
fn traits(ledger: &mut Ledger<'_>, item: Option<&str>, left: &Sourced<Command>, right: &Sourced<Command>) {
    let both = [left, right];
    if both.iter().any(|command| command.value.ignored) {
        let said = both.map(|command| {
            if command.value.ignored {
                Said::at("counts for nothing", command.origin)
            } else {
                Said::default("counts")
            }
        });
        ledger.texts(Aspect::CommandFailure, item, said);
    }
    if both.iter().any(|command| command.value.argv0.is_some()) {
        let said = both.map(|command| match &command.value.argv0 {
            Some(name) => Said::at(words::text(name), command.origin),
            None => Said::default("as written"),
        });
        ledger.texts(Aspect::ProgramName, item, said);
    }
}

/// Whose rights a command has, where that need not be the service's user.
pub(super) fn privileges(
    ledger: &mut Ledger<'_>,
    item: &str,
    left: &Sourced<Command>,
    right: &Sourced<Command>,
) {
    if !left.value.privileged && !right.value.privileged {
        return;
    }
    let sides = [(ledger.left, left), (ledger.right, right)];
    let said = sides.map(|(side, command)| {
        if command.value.privileged {
            return Said::at("root", command.origin);
        }
        Said::of(side.service.user.as_ref(), |user| words::text(user), own_user(side))
    });
    ledger.texts(Aspect::Privileges, Some(item), said);
}

/// The user of a service that names none.
fn own_user(side: &Side) -> &'static str {
    match side.service.scope {
        Scope::System => "root",
        Scope::Session => "the user of the session",
    }
}

fn identity(ledger: &mut Ledger<'_>) {
    let [left, right] = ledger.sides();
    let show = |value: &Text| words::text(value);
    let user = [left, right].map(|side| Said::of(side.service.user.as_ref(), show, own_user(side)));
    ledger.texts(Aspect::User, None, user);
    let group = [left, right].map(|side| {
        let own = match &side.service.user {
            Some(user) if user.value.as_slice() != b"root" => {
                format!("the one of {}", words::text(&user.value))
            }
            _ => own_user(side).to_owned(),
        };
        Said::of(side.service.group.as_ref(), show, own)
    });
    // What follows from another user is told with the user.
    if group.iter().any(|group| !group.is_default) || group[0].text == group[1].text {
        // A group that has the user's own name is its own, on every system that gives users groups.
        let named = |side: &Side| side.service.group.clone().or_else(|| side.service.user.clone());
        let same = group[0].text == group[1].text;
        let alike = named(left).map(|name| name.value) == named(right).map(|name| name.value);
        let (grade, why) = match (same, alike) {
            (true, _) => (Grade::Same, ""),
            (_, true) => (Grade::Harmless, "where the user's own group has the user's name"),
            _ => (Grade::Differs, ""),
        };
        ledger.row(Aspect::Group, None, group, grade, why);
    }
    further_groups(ledger);
    if left.service.dynamic_user.is_some() || right.service.dynamic_user.is_some() {
        let said = [left, right].map(|side| match side.service.dynamic_user {
            Some(origin) => Said::at("yes", origin),
            None => Said::default("no"),
        });
        ledger.texts(Aspect::DynamicUser, None, said);
    }
    let profiles = [left, right].map(|side| Said::of(side.service.apparmor_profile.as_ref(), show, "none"));
    ledger.texts(Aspect::Apparmor, None, profiles);
}

fn further_groups(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        let service = &side.service;
        let groups = &service.supplementary_groups;
        if let Some(first) = groups.first() {
            let mut names: Vec<String> = groups.iter().map(|group| words::text(&group.value)).collect();
            names.sort();
            return Said::at(names.join(", "), first.origin);
        }
        let other_user = service.user.as_ref().is_some_and(|user| user.value.as_slice() != b"root");
        // Upstart calls setgid and setuid, and leaves the groups of process 1 in place.
        let keeps = side.init == Init::Upstart && other_user && service.group.is_none();
        Said::default(if keeps { "the user's, and root" } else { "the user's" })
    });
    let same = said[0].text == said[1].text;
    let grade = match (same, said.iter().all(|said| said.is_default)) {
        (true, _) => Grade::Same,
        (_, true) => Grade::Harmless,
        _ => Grade::Differs,
    };
    let why =
        if grade == Grade::Harmless { "Upstart leaves the processes in group root besides" } else { "" };
    ledger.row(Aspect::SupplementaryGroups, None, said, grade, why);
}

fn places(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let path = |value: &Text| {
        let text = words::text(value);
        let bare = text.trim_end_matches('/');
        // Upstart takes a relative one from the root directory, and systemd has no relative ones.
        if bare.starts_with(['/', '~', '$']) { bare.to_owned() } else { format!("/{bare}") }
    };
    let root = sides.map(|side| Said::of(side.service.root.as_ref(), path, "/"));
    ledger.texts(Aspect::RootDirectory, None, root);
    let directory = sides.map(|side| {
        let home = side.service.scope == Scope::Session;
        let home = if home { "the home directory" } else { "/" };
        Said::of(side.service.directory.as_ref(), path, home)
    });
    ledger.texts(Aspect::WorkingDirectory, None, directory);
    let umask =
        sides.map(|side| Said::of(side.service.umask.as_ref(), |umask| format!("{umask:03o}"), "022"));
    ledger.texts(Aspect::Umask, None, umask);
}

fn directories(ledger: &mut Ledger<'_>) {
    let mut all: BTreeMap<String, [Option<(&Directory, Origin)>; 2]> = BTreeMap::new();
    for (at, side) in ledger.sides().into_iter().enumerate() {
        for directory in &side.service.directories {
            let path = format!("{}/{}", directory.value.kind.base(), words::text(&directory.value.name));
            all.entry(path).or_default()[at] = Some((&directory.value, directory.origin));
        }
    }
    for (path, found) in all {
        let said = found.map(|directory| match directory {
            Some((directory, origin)) => {
                let goes = if directory.removed { ", removed at the stop" } else { "" };
                Said::at(format!("mode {:04o}{goes}", directory.mode), origin)
            }
            None => Said::default("not made"),
        });
        ledger.texts(Aspect::Directory, Some(&path), said);
    }
}
