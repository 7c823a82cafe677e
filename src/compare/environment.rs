//! The variables that the processes see.

use indexmap::{IndexMap, IndexSet};

use super::ledger::{Ledger, Said};
use super::{Aspect, Grade, Init, Side, words};
use crate::service::{EnvironmentFile, Variable};
use crate::text::{Origin, Sourced, Text};

/// Where systemd looks for programs (systemd.exec(5), "Environment Variables in Spawned Processes").
const SYSTEMD_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What systemd sets where a unit names a user (systemd.exec(5), "Environment Variables in Spawned Processes").
const OF_THE_ACCOUNT: &[&str] = &["HOME", "LOGNAME", "SHELL", "USER"];

fn has_account(side: &Side) -> bool {
    side.service.user.is_some() || side.service.dynamic_user.is_some()
}

const NOT_SET: &str = "not set";

pub(super) fn compare(ledger: &mut Ledger<'_>) {
    variables(ledger);
    files(ledger);
    unset(ledger);
    let exported = |side: &'_ Side| side.service.exported.clone();
    listed(ledger, Aspect::Exported, exported, "told", "not told");
    by_the_init(ledger);
}

fn name(variable: &Variable) -> &Text {
    match variable {
        Variable::Set { name, .. }
        | Variable::Inherited(name)
        | Variable::Instance(name)
        | Variable::Event(name) => name,
    }
}

fn value(variable: &Variable) -> String {
    match variable {
        Variable::Set { value, .. } if value.is_empty() => "empty".to_owned(),
        Variable::Set { value, .. } => words::text(value),
        Variable::Inherited(_) => "that of the init's own".to_owned(),
        Variable::Instance(_) => "the name of the instance".to_owned(),
        Variable::Event(_) => "what the event says".to_owned(),
    }
}

fn variables(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let own = sides.map(|side| {
        let all = &side.service.environment;
        // Of several of a name, the last one counts.
        all.iter().map(|it| (name(&it.value).clone(), it)).collect::<IndexMap<Text, &Sourced<Variable>>>()
    });
    let names: IndexSet<&Text> = own.iter().flat_map(IndexMap::keys).collect();
    for name in names {
        let mut at = 0;
        let said = sides.map(|side| {
            let said = own[at].get(name).map_or_else(
                || by_itself(side, name),
                |variable| Said::at(value(&variable.value), variable.origin),
            );
            at += 1;
            said
        });
        ledger.texts(Aspect::Variable, Some(&words::text(name)), said);
    }
}

/// What the init gives a variable that the definition does not name.
fn by_itself(side: &Side, wanted: &Text) -> Said {
    let ambient = side.service.ambient.iter().find(|variable| name(variable) == wanted);
    match (ambient, side.init) {
        (Some(variable), _) => Said::default(value(variable)),
        (None, Init::Systemd) if wanted.as_slice() == b"PATH" => Said::default(SYSTEMD_PATH),
        (None, Init::Systemd)
            if has_account(side) && OF_THE_ACCOUNT.iter().any(|it| it.as_bytes() == wanted.as_slice()) =>
        {
            Said::default("that of the user")
        }
        _ => Said::default(NOT_SET),
    }
}

fn files(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let files = |side: &'_ Side| side.service.environment_files.clone();
    let paths: IndexSet<Text> =
        sides.iter().flat_map(|side| files(side)).map(|file| file.value.path).collect();
    let show = |file: &EnvironmentFile| {
        if file.required { "read, must be there" } else { "read if it is there" }.to_owned()
    };
    for path in paths {
        let said = sides.map(|side| {
            let found = side.service.environment_files.iter().find(|file| file.value.path == path);
            Said::of(found, show, "not read")
        });
        ledger.texts(Aspect::EnvironmentFile, Some(&words::text(&path)), said);
    }
}

/// Names that either side may list.
pub(super) fn listed(
    ledger: &mut Ledger<'_>,
    aspect: Aspect,
    of: impl Fn(&Side) -> Vec<Sourced<Text>>,
    yes: &str,
    no: &str,
) {
    let lists = ledger.sides().map(of);
    let names: IndexSet<&Text> = lists.iter().flatten().map(|name| &name.value).collect();
    for name in names {
        let origin = |list: &[Sourced<Text>]| -> Option<Origin> {
            list.iter().find(|known| known.value == *name).map(|known| known.origin)
        };
        let said = [&lists[0], &lists[1]].map(|list| match origin(list) {
            Some(origin) => Said::at(yes, origin),
            None => Said::default(no),
        });
        ledger.texts(aspect, Some(&words::text(name)), said);
    }
}

/// A variable that is taken away is not there, just as one that nobody sets.
fn unset(ledger: &mut Ledger<'_>) {
    let sides = ledger.sides();
    let names: IndexSet<&Text> =
        sides.iter().flat_map(|side| side.service.unset.iter().map(|name| &name.value)).collect();
    for wanted in names {
        let said = sides.map(|side| {
            let taken = side.service.unset.iter().find(|known| known.value == *wanted);
            let all = side.service.environment.iter().map(|it| &it.value).chain(&side.service.ambient);
            let set = all.into_iter().any(|variable| name(variable) == wanted);
            match (taken, side.init) {
                (Some(taken), _) => Said::at("taken away", taken.origin),
                (None, Init::Upstart) if !set => Said::default("not set"),
                (None, _) => Said::default("left as it is"),
            }
        });
        let gone = said.iter().all(|said| said.text != "left as it is");
        ledger.note(Aspect::Unset, Some(&words::text(wanted)), said, gone);
    }
}

fn by_the_init(ledger: &mut Ledger<'_>) {
    let said = ledger.sides().map(|side| {
        Said::default(match side.init {
            Init::Upstart => "PATH, TERM, UPSTART_JOB, UPSTART_INSTANCE, UPSTART_EVENTS and the event's",
            Init::Systemd if has_account(side) => {
                "PATH, LANG, HOME, USER, LOGNAME, SHELL, INVOCATION_ID, JOURNAL_STREAM, SYSTEMD_EXEC_PID"
            }
            Init::Systemd => "PATH, LANG, INVOCATION_ID, JOURNAL_STREAM, SYSTEMD_EXEC_PID",
        })
    });
    let same = ledger.is_one_init();
    let grade = if same { Grade::Same } else { Grade::Harmless };
    let why = "what the processes are seen to use of them has a row of its own";
    ledger.row(Aspect::InitEnvironment, None, said, grade, why);
}
