//! **Directories** (`CUT241`): what a pre-start makes below `/run`, and with `--lift all` below `/var/lib`,
//! `/var/cache` and `/var/log`, before it does anything else.
//!
//! ```sh
//! mkdir -p /var/run/shop                             # RuntimeDirectory=shop
//! chown root:root /var/run/shop                      # RuntimeDirectoryMode=0750
//! chmod 0750 /var/run/shop                           # RuntimeDirectoryPreserve=yes
//! install -d -o root -g root -m 0755 /run/till       # the same in one command
//! ```
//!
//! systemd gives such a directory the unit's user and group and its mode at each start, and where it had
//! another owner, so do all files in it. The script's commands are the same only where they say owner and
//! mode themselves, and the owner is the unit's: without that, a directory that the program has made its
//! own would be taken from it at the next start. With `--lift all`, below `/run`, what the script does not
//! say is taken for what `mkdir` gives to a new directory (`CUT243`).
//!
//! Where a link lies at the path, the commands follow it, and the start of the unit fails.
//!
//! The directory stays when the unit stops, as on Upstart: `RuntimeDirectoryPreserve=yes`. A script that
//! speaks of the directory again further down keeps its commands, as does one that makes it only after it
//! has decided whether to start, and where another script of the job gives the directory to somebody else.

use bstr::{BStr, BString, ByteSlice as _};

use super::Level;
use super::statement::{self, lone_words, made_if_missing};
use crate::findings::{Finding, codes};
use crate::script::base_name;
use crate::script::tree::AndOr;
use crate::service::defaults;
use crate::service::{Directory, DirectoryKind, Phase, Service, Stage};
use crate::text::{Sourced, Text};

/// Lifts the directories that a service's pre-start makes.
pub fn lift(service: &mut Service, level: Level, findings: &mut Vec<Finding>) {
    let decides = !service.conditions.is_empty()
        || service.hooks.iter().any(|hook| hook.stage == Stage::Condition)
        || service.main.is_empty()
        || service.phase == Phase::Shutdown;
    if decides {
        return;
    }
    let mut hooks = service.hooks.iter();
    let Some(at) = hooks.position(|it| it.stage == Stage::PreStart && it.command.value.run.script().is_some()) else {
        return;
    };
    let command = &service.hooks[at].command.value;
    let Some(text) = command.run.script().cloned() else { return };
    let Ok(script) = text.tree() else { return };

    let others = others(service, at);
    let as_root = service.user.is_none() || command.privileged;
    let umask = service.umask.as_ref().map_or(defaults::UMASK, |umask| umask.value);
    let mut asked: Vec<Asked> = Vec::new();
    let mut best: Option<(usize, Vec<(Directory, bool)>)> = None;
    for (index, command) in script.commands.iter().enumerate() {
        if !statement::is_idle(command) && (!as_root || add(&mut asked, command).is_none()) {
            break;
        }
        let rest = [&text[statement::behind(&text, script, index + 1)..], &others].concat();
        let made: Option<Vec<(Directory, bool)>> =
            asked.iter().map(|asked| asked.directory(service, umask, level, &rest)).collect();
        // A unit has one mode for all of a kind.
        let is_one_mode = |made: &Vec<(Directory, bool)>| {
            let mut pairs = made.iter().flat_map(|(one, _)| made.iter().map(move |(other, _)| (one, other)));
            pairs.all(|(one, other)| one.kind != other.kind || one.mode == other.mode)
        };
        if let Some(made) = made.filter(|made| !made.is_empty() && is_one_mode(made)) {
            best = Some((index + 1, made));
        }
    }
    let Some((gone, made)) = best else { return };
    let (origin, _) = statement::cut_hook(service, at, &text, script, gone);
    for (directory, is_said) in made {
        if !is_said {
            let path = format!("{}/{}", directory.kind.base(), directory.name);
            findings.push(codes::assumed_owner(path).at(origin));
        }
        service.directories.push(Sourced::new(directory, origin));
    }
}

/// The other scripts of a service that give something to another owner.
fn others(service: &Service, own: usize) -> Vec<u8> {
    let hooks = service.hooks.iter().enumerate().filter(|(at, _)| *at != own).map(|(_, hook)| &hook.command);
    let scripts = service.main.iter().chain(hooks).filter_map(|command| command.value.run.script());
    scripts.filter(|text| text.contains_str("chown")).flat_map(|text| text.iter().copied()).collect()
}

/// What a script asks for one directory.
#[derive(Clone, Debug, Default)]
struct Asked {
    path: BString,
    user: Option<BString>,
    group: Option<BString>,
    mode: Option<u32>,
    /// The owner of all that is in it as well.
    recursive: bool,
}

impl Asked {
    /// The directory of the service that this is, and whether the script says all of it.
    fn directory(&self, service: &Service, umask: u32, level: Level, rest: &[u8]) -> Option<(Directory, bool)> {
        let (kind, name) = place(self.path.as_bstr())?;
        if speaks_of(rest, kind, name) {
            return None;
        }
        let is_root = |said: &BString| said == "root" || said == "0";
        let user = match (&service.user, &self.user) {
            (None, said) => said.as_ref().is_none_or(is_root),
            (Some(user), Some(said)) => said == &user.value.0,
            (Some(_), None) => false,
        };
        let group = match (&service.user, &service.group, &self.group) {
            (_, Some(group), Some(said)) => said == &group.value.0,
            (None, None, said) => said.as_ref().is_none_or(is_root),
            // Which group is the user's own is not known.
            _ => false,
        };
        if !user || !group {
            return None;
        }
        let is_owned = self.user.is_some() && self.group.is_some() && !self.recursive;
        let is_said = is_owned && self.mode.is_some() && kind == DirectoryKind::Runtime;
        let lifts = is_said || (level == Level::All && (is_owned || kind == DirectoryKind::Runtime));
        let mode = self.mode.unwrap_or(0o777 & !umask);
        lifts.then(|| (Directory { kind, name: Text(name.to_owned()), mode, removed: false }, is_said))
    }
}

/// Adds what a statement asks for directories; nothing where it is something else.
fn add(asked: &mut Vec<Asked>, statement: &AndOr) -> Option<()> {
    let words = made_if_missing(statement).or_else(|| lone_words(statement))?;
    let (program, arguments) = words.split_first()?;
    match base_name(program) {
        b"mkdir" => make(asked, arguments),
        b"install" => install(asked, arguments),
        b"chown" => own(asked, arguments),
        b"chmod" => set_mode(asked, arguments),
        _ => None,
    }
}

fn make(asked: &mut Vec<Asked>, arguments: &[BString]) -> Option<()> {
    let (first, paths) = arguments.split_first()?;
    if first != "-p" && first != "--parents" {
        return None;
    }
    // The mode of `-m` is for new directories only.
    for path in operands(paths)? {
        if !asked.iter().any(|one| one.path == *path) {
            asked.push(Asked { path: path.to_owned(), ..Asked::default() });
        }
    }
    Some(())
}

fn install(asked: &mut Vec<Asked>, arguments: &[BString]) -> Option<()> {
    let mut one = Asked { mode: Some(0o755), ..Asked::default() };
    let mut is_directory = false;
    let mut words = arguments.iter();
    let mut paths = Vec::new();
    while let Some(word) = words.next() {
        let word = word.as_bstr();
        if word == "-d" || word == "--directory" {
            is_directory = true;
        } else if let Some(value) = option(word, "-o", "--owner=", &mut words) {
            one.user = Some(value);
        } else if let Some(value) = option(word, "-g", "--group=", &mut words) {
            one.group = Some(value);
        } else if let Some(value) = option(word, "-m", "--mode=", &mut words) {
            one.mode = Some(octal(&value)?);
        } else {
            paths.push(word.to_owned());
        }
    }
    if !is_directory {
        return None;
    }
    for path in operands(&paths)? {
        let stated = Asked { path: path.to_owned(), ..one.clone() };
        match asked.iter_mut().find(|known| known.path == *path) {
            Some(known) => {
                known.user = stated.user.or(known.user.take());
                known.group = stated.group.or(known.group.take());
                known.mode = stated.mode;
            }
            None => asked.push(stated),
        }
    }
    Some(())
}

/// The value of an option, where the word is that option; empty where none follows.
fn option<'w>(word: &BStr, short: &str, long: &str, words: &mut impl Iterator<Item = &'w BString>) -> Option<BString> {
    if word == short {
        return Some(words.next().cloned().unwrap_or_default());
    }
    let value = word.strip_prefix(long.as_bytes()).or_else(|| word.strip_prefix(short.as_bytes()))?;
    Some(value.into())
}

fn own(asked: &mut [Asked], arguments: &[BString]) -> Option<()> {
    let (recursive, arguments) = match arguments.split_first()? {
        (first, rest) if first == "-R" || first == "--recursive" => (true, rest),
        _ => (false, arguments),
    };
    let (owner, paths) = arguments.split_first()?;
    let (user, group) = match owner.split_once_str(":") {
        Some((user, group)) => (user, group),
        None => (owner.as_slice(), b"".as_slice()),
    };
    if owner.starts_with(b"-") || owner.ends_with(b":") {
        return None;
    }
    for path in operands(paths)? {
        let one = asked.iter_mut().find(|one| one.path == *path)?;
        one.user = (!user.is_empty()).then(|| user.into()).or(one.user.take());
        one.group = (!group.is_empty()).then(|| group.into()).or(one.group.take());
        one.recursive |= recursive;
    }
    Some(())
}

fn set_mode(asked: &mut [Asked], arguments: &[BString]) -> Option<()> {
    let (mode, paths) = arguments.split_first()?;
    let mode = octal(mode)?;
    for path in operands(paths)? {
        asked.iter_mut().find(|one| one.path == *path)?.mode = Some(mode);
    }
    Some(())
}

/// The words behind the options, none of which is one; at least one.
fn operands(words: &[BString]) -> Option<Vec<&BStr>> {
    let plain = !words.is_empty() && words.iter().all(|word| !word.starts_with(b"-"));
    plain.then(|| words.iter().map(|word| word.strip_suffix(b"/").unwrap_or(word).as_bstr()).collect())
}

/// A mode in octal digits. (GNU chmod leaves the set-ID bits of a directory alone where fewer than five
/// digits are said; a new directory has none.)
fn octal(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok().filter(|text| (3..=4).contains(&text.len()))?;
    u32::from_str_radix(text, 8).ok()
}

/// Whether a script names a directory, by whatever path.
fn speaks_of(script: &[u8], kind: DirectoryKind, name: &BStr) -> bool {
    let above = base_name(kind.base().as_bytes());
    let path = [above, b"/", name.as_bytes()].concat();
    script.contains_str(&path) || (script.contains_str("cd ") && script.contains_str(name))
}

/// Of which kind a directory is, and its name there.
fn place(path: &BStr) -> Option<(DirectoryKind, &BStr)> {
    let below = |base: &[u8]| path.strip_prefix(base)?.strip_prefix(b"/");
    let run = below(b"/var/run").map(|name| (DirectoryKind::Runtime, name));
    let (kind, name) =
        run.or_else(|| DirectoryKind::OWNED.into_iter().find_map(|kind| Some((kind, below(kind.base().as_bytes())?))))?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.+@".contains(byte);
    let mut parts = name.split(|byte| *byte == b'/');
    let is_own = name.split(|byte| *byte == b'/').next().is_none_or(|first| first != b"private")
        && parts.all(|part| !part.is_empty() && part != b"." && part != b".." && part.iter().all(plain));
    is_own.then(|| (kind, name.as_bstr()))
}
