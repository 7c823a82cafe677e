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
use super::statement::{self, base_name, lone_words, made_if_missing};
use crate::findings::{Code, Finding};
use crate::service::{Directory, DirectoryKind, Phase, Service, Stage};
use crate::shell::tree::AndOr;
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
    let is_script = |run| statement::text(run).is_some();
    let mut hooks = service.hooks.iter();
    let Some(at) = hooks.position(|hook| hook.stage == Stage::PreStart && is_script(&hook.command.value.run))
    else {
        return;
    };
    let mut hook = service.hooks[at].clone();
    let Some(text) = statement::text(&hook.command.value.run).cloned() else { return };
    let Ok(script) = text.tree() else { return };

    let others = others(service, at);
    let as_root = service.user.is_none() || hook.command.value.privileged;
    let umask = service.umask.as_ref().map_or(0o022, |umask| umask.value);
    let mut asked: Vec<Asked> = Vec::new();
    let mut best: Option<(usize, Vec<(Directory, bool)>)> = None;
    for (index, command) in script.commands.iter().enumerate() {
        let understood = statement::is_idle(command) || (as_root && add(&mut asked, command));
        if !understood {
            break;
        }
        let rest = [&text[statement::behind(&text, script, index + 1)..], &others].concat();
        let made: Option<Vec<(Directory, bool)>> =
            asked.iter().map(|asked| asked.directory(service, umask, level, &rest)).collect();
        // A unit has one mode for all of a kind.
        let made = made.filter(|made| {
            made.iter().all(|(one, _)| {
                made.iter().all(|(other, _)| one.kind != other.kind || one.mode == other.mode)
            })
        });
        if let Some(made) = made.filter(|made| !made.is_empty()) {
            best = Some((index + 1, made));
        }
    }
    let Some((mut gone, made)) = best else { return };
    if script.commands[gone..].iter().all(statement::is_idle) {
        gone = script.commands.len();
    }
    let origin = hook.command.origin;
    if statement::cut(&mut hook, script, gone, &mut service.comments) {
        hook.command.value.traits = crate::upstart::read::traits(service, &hook.command.value.run);
        service.hooks[at] = hook;
    } else {
        service.hooks.remove(at);
    }
    for (directory, is_said) in made {
        if !is_said {
            let path = format!("{}/{}", directory.kind.base(), directory.name);
            let message = format!("`{path}`: nobody but the pre-start gives it an owner or a mode");
            findings.push(Finding::new(Code::AssumedLift, message).at(origin));
        }
        service.directories.push(Sourced::new(directory, origin));
    }
}

/// The other scripts of a service that give something to another owner.
fn others(service: &Service, own: usize) -> Vec<u8> {
    let hooks = service.hooks.iter().enumerate().filter(|(at, _)| *at != own).map(|(_, hook)| &hook.command);
    let scripts = service.main.iter().chain(hooks).filter_map(|command| statement::text(&command.value.run));
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
    fn directory(
        &self,
        service: &Service,
        umask: u32,
        level: Level,
        rest: &[u8],
    ) -> Option<(Directory, bool)> {
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

/// Adds what a statement asks for directories; false where it is something else.
fn add(asked: &mut Vec<Asked>, statement: &AndOr) -> bool {
    let Some(words) = made_if_missing(statement).or_else(|| lone_words(statement)) else { return false };
    let Some((program, arguments)) = words.split_first() else { return false };
    let mut after = asked.clone();
    let done = match base_name(program) {
        b"mkdir" => make(&mut after, arguments),
        b"install" => install(&mut after, arguments),
        b"chown" => own(&mut after, arguments),
        b"chmod" => set_mode(&mut after, arguments),
        _ => None,
    };
    if done.is_some() {
        *asked = after;
    }
    done.is_some()
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
fn option<'w>(
    word: &BStr,
    short: &str,
    long: &str,
    words: &mut impl Iterator<Item = &'w BString>,
) -> Option<BString> {
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
    let path = match path.strip_prefix(b"/var/run/") {
        Some(name) => (DirectoryKind::Runtime, name),
        None => DirectoryKind::OWNED.into_iter().find_map(|kind| {
            let name = path.strip_prefix(kind.base().as_bytes())?.strip_prefix(b"/")?;
            Some((kind, name))
        })?,
    };
    let (kind, name) = path;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.+@/".contains(byte);
    let parts =
        name.split(|byte| *byte == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..");
    let own = name != b"private" && !name.starts_with(b"private/") && name.iter().all(plain) && parts;
    own.then(|| (kind, name.as_bstr()))
}

#[cfg(test)]
mod tests {
    use crate::lift::Level;
    use crate::lift::hooks::{lines, lines_for, pre_start};
    use crate::systemd::target::Version;
    use crate::systemd::write::Options;

    const SAID: &str = "mkdir -p /run/shop\nchown root:root /run/shop\nchmod 0750 /run/shop";

    #[test]
    fn a_directory_with_owner_and_mode_is_the_unit_s() {
        let directory =
            ["RuntimeDirectory=shop", "RuntimeDirectoryMode=0750", "RuntimeDirectoryPreserve=yes"];
        for script in [
            SAID,
            "set -e\nmkdir --parents /var/run/shop/\nchown 0:0 /var/run/shop; chmod 750 /var/run/shop\ntrue",
            "[ -d /run/shop ] || mkdir -p /run/shop\nchmod 0750 /run/shop\nchown root:root /run/shop",
            "if [ ! -d /run/shop ]; then mkdir -p /run/shop; fi\nchown root:root /run/shop\nchmod 0750 /run/shop",
            "install -d -o root -g root -m 0750 /run/shop",
            "/usr/bin/install --directory --owner=root --group=root -m750 /run/shop",
        ] {
            assert_eq!(pre_start(Level::Safe, script), directory, "{script}");
        }
    }

    #[test]
    fn the_rest_of_the_script_stays() {
        let lines = pre_start(Level::Safe, &format!("{SAID}\necho $X >/srv/shop"));
        assert_eq!(lines.last().unwrap(), r#"ExecStartPre=/bin/sh -e -c "echo $$X >/srv/shop""#);
        assert_eq!(lines[0], "RuntimeDirectory=shop");
    }

    #[test]
    fn directories_of_one_mode_are_one_line() {
        let lines = pre_start(Level::Safe, "install -d -o root -g root /run/shop /run/till/spool");
        assert_eq!(lines, ["RuntimeDirectory=shop till/spool", "RuntimeDirectoryPreserve=yes"]);
        let lines = pre_start(Level::Safe, &format!("{SAID}\ninstall -d -o root -g root -m 0700 /run/till"));
        assert_eq!(lines.last().unwrap(), "ExecStartPre=install -d -o root -g root -m 0700 /run/till");
    }

    #[test]
    fn what_is_not_the_same_stays() {
        for script in [
            // Neither owner nor mode are touched if it is there.
            "mkdir -p /run/shop",
            "mkdir -p -m 0750 /run/shop",
            "mkdir -p /run/shop\nchown root:root /run/shop",
            "mkdir -p /run/shop\nchmod 0750 /run/shop",
            "[ -d /run/shop ] || install -d -o root -g root /run/shop",
            // Another owner, or that of all that is in it.
            "install -d -o games -g root /run/shop",
            "install -d -o root -g games /run/shop",
            "mkdir -p /run/shop; chown -R root:root /run/shop; chmod 0750 /run/shop",
            // It fails if it is there.
            "mkdir /run/shop; chown root:root /run/shop; chmod 0750 /run/shop",
            // Data of years, and other places.
            "install -d -o root -g root /var/lib/shop",
            "install -d -o root -g root /srv/shop",
            "install -d -o root -g root /run/../srv/shop",
            "install -d -o root -g root /run/private/shop",
            "install -d -o root -g root '/run/my shop'",
            // After something that may fail, or see it.
            "/usr/sbin/shop-check\ninstall -d -o root -g root /run/shop",
            // It is spoken of again.
            "install -d -o root -g root /run/shop\nchown -R games /var/run/shop",
            "install -d -o root -g root /run/shop\ncd /run\nchown games shop",
        ] {
            let lines = pre_start(Level::Safe, script);
            assert!(lines.iter().all(|line| line.starts_with("ExecStartPre=")), "{script}: {lines:?}");
        }
    }

    #[test]
    fn what_another_script_gives_away_stays_with_the_commands() {
        let job = format!("pre-start script\n{SAID}\nend script\n");
        for (main, first) in [
            ("chown games /run/shop; exec shopd", "ExecStartPre=mkdir -p /run/shop"),
            ("chown games /srv/shop; exec shopd", "RuntimeDirectory=shop"),
            (": >/run/shop/lock; exec shopd", "RuntimeDirectory=shop"),
        ] {
            let job = format!("{job}script\n  {main}\nend script\n");
            assert_eq!(lines(Level::Safe, &job)[0], first, "{main}");
        }
    }

    #[test]
    fn what_decides_about_the_start_comes_first() {
        let lines = pre_start(Level::All, &format!("[ -e /a ] || {{ stop; exit 0; }}\n{SAID}"));
        assert_eq!(lines[..2], ["ConditionPathExists=/a", "ExecStartPre=mkdir -p /run/shop"]);
    }

    #[test]
    fn a_user_of_the_job_s_own_makes_no_directory_below_run() {
        for more in ["setuid games", "setgid games"] {
            let job = format!("{more}\nexec shopd\npre-start script\n{SAID}\nend script\n");
            assert_eq!(lines(Level::All, &job)[0], "ExecStartPre=mkdir -p /run/shop", "{more}");
        }
    }

    #[test]
    fn under_an_assumption_what_is_not_said_is_that_of_a_new_directory() {
        let preserve = "RuntimeDirectoryPreserve=yes".to_owned();
        let shop = ["RuntimeDirectory=shop".to_owned(), preserve.clone()];
        assert_eq!(pre_start(Level::All, "mkdir -p /run/shop"), shop);
        let job = "umask 027\nexec shopd\npre-start script\nmkdir -p /run/shop\nend script\n";
        assert_eq!(lines(Level::All, job)[1], "RuntimeDirectoryMode=0750");
        for (path, directory) in [("/var/lib", "State"), ("/var/cache", "Cache"), ("/var/log", "Logs")] {
            let lines = pre_start(Level::All, &format!("install -d -o root -g root {path}/shop"));
            assert_eq!(lines, [format!("{directory}Directory=shop")]);
            let lines = pre_start(Level::All, &format!("mkdir -p {path}/shop"));
            assert_eq!(lines, [format!("ExecStartPre=mkdir -p {path}/shop")], "it may be anybody's");
        }
    }

    #[test]
    fn before_235_the_directory_is_made_by_a_command() {
        let options = Options { target: Version(229), ..Options::default() };
        let job = format!("exec /usr/sbin/shopd\npre-start script\n{SAID}\nend script\n");
        let install = "ExecStartPre=/usr/bin/install -d -o root -g root -m 0750 /run/shop";
        assert_eq!(lines_for(Level::Safe, &job, &options), [install]);
    }
}
