//! What a service needs and a root does not have: accounts, programs, files of variables, directories.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use crate::findings::{Finding, Subject, codes};
use crate::root::{EntryKind, Reason, Root};
use crate::script::tree::{CommandKind, Word};
use crate::script::{ScriptText, walk};
use crate::service::{Run, Service, Variable};
use crate::text::{Origin, Text};

/// Where systemd looks for a program without a directory (systemd.exec(5), "`ExecSearchPath=`").
const SEARCH_PATH: &[&str] = &["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// Where sysusers.d(5) says which accounts are made at boot.
const MADE_ACCOUNTS: &[&str] = &["/usr/lib/sysusers.d", "/lib/sysusers.d", "/etc/sysusers.d"];
/// Without it no system boots.
const SHELL: &[u8] = b"/bin/sh";
/// What is made anew at every boot is not in the root of a machine that is down.
const MADE_AT_BOOT: &[&str] = &["/run/", "/var/run/", "/var/lock/", "/dev/", "/proc/", "/sys/", "/tmp/"];
/// A list of accounts or a script is not larger.
const MOST_BYTES: u64 = 1 << 20;
/// Programs that make files and directories, as they stand in scripts.
const MAKERS: &[&str] = &["mkdir", "install ", "touch ", "cp ", "ln ", "mount ", "tee ", ">"];

/// What a root has, as far as it can tell.
pub struct Facts<'a> {
    root: &'a Root,
    /// Users by name or number; nothing where the root has no list of them.
    users: Option<HashSet<BString>>,
    groups: Option<HashSet<BString>>,
    has_programs: bool,
}

impl<'a> Facts<'a> {
    /// Looks at a root.
    pub fn of(root: &'a Root) -> Facts<'a> {
        let mut users = accounts(root, "/etc/passwd");
        let mut groups = accounts(root, "/etc/group");
        for (sort, name) in made_accounts(root) {
            // A user has a group of its name.
            if sort == b'u' {
                users.as_mut().map(|users| users.insert(name.clone()));
            }
            groups.as_mut().map(|groups| groups.insert(name.clone()));
        }
        let holds = |directory: &&&str| root.list(directory).is_ok_and(|entries| !entries.is_empty());
        Facts { root, users, groups, has_programs: SEARCH_PATH.iter().any(|directory| holds(&directory)) }
    }

    /// What cannot be told of this root at all.
    pub fn unknown(&self) -> Option<Finding> {
        match (&self.users, self.has_programs) {
            (Some(_), true) => None,
            (None, true) => Some(codes::root_without_accounts()),
            (Some(_), false) => Some(codes::root_without_programs()),
            (None, false) => Some(codes::root_without_accounts_and_programs()),
        }
    }

    /// What a service needs and the root does not have.
    pub fn missing(&self, service: &Service) -> Vec<Finding> {
        let mut search = Search { facts: self, service, found: Vec::new() };
        search.accounts();
        search.directories();
        search.variables();
        if self.has_programs {
            search.programs();
        }
        search.found
    }

    /// Whether nothing is there, as far as the root can tell.
    fn lacks(&self, path: &[u8]) -> bool {
        self.root.resolve(path).is_err_and(|error| is_missing(&error.reason))
    }
}

/// What is looked for of a service.
struct Search<'s> {
    facts: &'s Facts<'s>,
    service: &'s Service,
    found: Vec<Finding>,
}

/// What became of the search for a program.
#[derive(PartialEq, Eq)]
enum Program {
    Runs,
    /// It is not, or is nothing that can be run.
    Missing,
    /// It is a script, and what runs it is not there.
    Lacks(BString),
}

impl Search<'_> {
    /// Says something once, with all places that it is about.
    fn say(&mut self, origin: Option<Origin>, finding: Finding) {
        match self.found.iter_mut().find(|known| known.is_like(&finding)) {
            Some(known) => known.also_at(origin),
            None => self.found.push(finding.at(origin)),
        }
    }

    fn accounts(&mut self) {
        let Search { facts, service, .. } = *self;
        if service.dynamic_user.is_some() {
            return;
        }
        let users = service.user.iter().map(|user| (user, "user", "useradd", &facts.users));
        let groups = service.group.iter().chain(&service.supplementary_groups);
        let groups = groups.map(|group| (group, "group", "groupadd", &facts.groups));
        for (account, what, command, known) in users.chain(groups) {
            let name = &account.value;
            let is_number = name.iter().all(u8::is_ascii_digit);
            if !is_fixed(name) || is_number || known.as_ref().is_none_or(|known| known.contains(&name.0)) {
                continue;
            }
            let finding = codes::missing_account(what, name, command, &what[..1])
                .about(Subject::Setting(what.into()))
                .about(Subject::Named(name.clone()));
            self.say(account.origin(), finding);
        }
    }

    fn directories(&mut self) {
        let Search { facts, service, .. } = *self;
        let top = service.root.as_ref().map_or(&b""[..], |root| root.value.as_slice());
        for (path, what, top) in
            [(&service.root, "root directory", &b""[..]), (&service.directory, "working directory", top)]
        {
            let Some(path) = path else { continue };
            let whole = [top, path.value.as_slice()].concat();
            if !is_fixed(&path.value) || is_made(service, &path.value) || !whole.starts_with(b"/") {
                continue;
            }
            // A root of which nothing but a part is there cannot tell.
            if facts.has_programs && facts.root.list(&whole).is_err_and(|error| is_missing(&error.reason)) {
                let finding = codes::missing_directory(what, &path.value)
                    .about(Subject::Setting(what.into()))
                    .about(Subject::Named(path.value.clone()));
                self.say(path.origin(), finding);
            }
        }
    }

    fn variables(&mut self) {
        let Search { facts, service, .. } = *self;
        let own = service.environment_files.iter();
        let own = own.map(|file| (file.value.path.clone(), file.value.required, file.origin()));
        let read_in = service.commands().flat_map(|command| {
            let files = command.value.run.script().map(|text| commands(text, ".")).unwrap_or_default();
            files.into_iter().map(|(path, always)| (Text(path), always, command.origin()))
        });
        for (path, required, origin) in own.chain(read_in) {
            let is_pattern = path.find_byteset(b"*?[").is_some();
            if !is_fixed(&path) || is_pattern || is_made(service, &path) || !facts.lacks(&path) {
                continue;
            }
            let finding = if required { codes::missing_variables(&path) } else { codes::absent_variables(&path) };
            self.say(origin, finding.about(Subject::Named(path)));
        }
    }

    fn programs(&mut self) {
        let service = self.service;
        let main = service.main.iter().map(|command| (command.origin(), final_program(&command.value.run)));
        let hooks = service.hooks.iter().flat_map(|hook| {
            let steps = hook.steps.iter().filter(|step| !step.ignored).filter_map(|step| step.argv.first());
            let programs = std::iter::once(final_program(&hook.command.value.run));
            let all = programs.chain(steps.map(|program| Some(program.0.clone())));
            all.map(|program| (hook.command.origin(), program))
        });
        for (origin, program) in main.chain(hooks) {
            let Some(program) = program.filter(|path| is_fixed(path) && !is_made_at_boot(path)) else {
                continue;
            };
            let finding = match self.program(&program) {
                Program::Runs => continue,
                Program::Missing => codes::missing_program(&program),
                Program::Lacks(interpreter) => codes::missing_interpreter(interpreter, &program),
            };
            self.say(origin, finding.about(Subject::Named(program.into())));
        }
    }

    /// Looks for a program, by its path or on the way that systemd looks along.
    fn program(&self, program: &BString) -> Program {
        let service = self.service;
        let within = |directory: &[u8]| self.program_at(&[directory, b"/", program].concat());
        if program.starts_with(b"/") {
            return self.program_at(program);
        }
        if program.contains(&b'/') {
            return within(service.directory.as_ref().map_or(&b"/"[..], |it| it.value.as_slice()));
        }
        let own = service.environment.iter().filter_map(|entry| match &entry.value {
            Variable::Set { name, value } if *name == Text::from("PATH") => Some(value),
            _ => None,
        });
        let usual = SEARCH_PATH.iter().map(|directory| directory.as_bytes());
        let mut found = own.flat_map(|value| value.split_str(":")).chain(usual).map(within);
        found.find(|found| *found != Program::Missing).unwrap_or(Program::Missing)
    }

    fn program_at(&self, path: &[u8]) -> Program {
        let top = self.service.root.as_ref().map_or(&b""[..], |root| root.value.as_slice());
        let file = match self.facts.root.read([top, path].concat(), MOST_BYTES) {
            Ok(file) if file.mode & 0o111 != 0 => file,
            Ok(_) => return Program::Missing,
            Err(error) if is_missing(&error.reason) || matches!(error.reason, Reason::Special) => {
                return Program::Missing;
            }
            // What is too large is no script, and what cannot be read may well be run.
            Err(_) => return Program::Runs,
        };
        let first = file.bytes.strip_prefix(b"#!").and_then(|text| text.lines().next());
        let interpreter = first.and_then(|line| line.fields_with(char::is_whitespace).next());
        match interpreter.filter(|path| *path != SHELL && self.facts.lacks(&[top, path].concat())) {
            Some(interpreter) => Program::Lacks(interpreter.into()),
            None => Program::Runs,
        }
    }
}

fn is_missing(reason: &Reason) -> bool {
    matches!(reason, Reason::Missing | Reason::NotDirectory | Reason::Dangling)
}

/// Whether nothing in a value is known only when the service runs.
fn is_fixed(value: &[u8]) -> bool {
    !value.is_empty() && value.find_byteset(b"%$`").is_none()
}

/// Whether something comes to be only when the machine boots or the service starts.
fn is_made(service: &Service, path: &[u8]) -> bool {
    let below =
        |directory: &[u8]| path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"));
    let own = service.directories.iter().any(|directory| {
        below(&[directory.value.kind.base().as_bytes(), b"/", directory.value.name.as_slice()].concat())
    });
    let line_makes = |line: &[u8]| line.contains_str(path) && MAKERS.iter().any(|maker| line.contains_str(maker));
    let by_hook = service.hooks.iter().any(|hook| match &hook.command.value.run {
        Run::Line(text) | Run::Script(text) => text.as_slice().lines().any(line_makes),
        Run::Argv(words) => line_makes(&bstr::join(" ", words.iter().map(|word| word.as_slice()))),
        Run::Expand(_) => false,
    });
    own || by_hook || is_made_at_boot(path)
}

fn is_made_at_boot(path: &[u8]) -> bool {
    MADE_AT_BOOT.iter().any(|directory| path.starts_with(directory.as_bytes()))
}

/// The program that a process needs for certain: its own, or what `exec` runs at the end of a script, where nothing else
/// decides whether it does.
fn final_program(run: &Run) -> Option<BString> {
    match run.script() {
        Some(text) => commands(text, "exec").into_iter().rfind(|(_, always)| *always).map(|(program, _)| program),
        None => run.program().map(|word| word.0.clone()),
    }
}

/// What a script gives to a command of that name: the path behind it, and whether nothing else decides whether it runs.
fn commands(text: &ScriptText, name: &str) -> Vec<(BString, bool)> {
    let mut found = Vec::new();
    if let Ok(tree) = text.tree() {
        walk::simple_commands(tree, |command, context| {
            let CommandKind::Simple(simple) = &command.kind else { return };
            let mut words = simple.words.iter().map(Word::literal);
            if let (Some(Some(first)), Some(Some(path))) = (words.next(), words.next())
                && first == name
                && path.starts_with(b"/")
            {
                found.push((path, context == walk::Context::default()));
            }
        });
    }
    found
}

/// The names and numbers in a list of users or groups.
fn accounts(root: &Root, path: &str) -> Option<HashSet<BString>> {
    let file = root.read(path, MOST_BYTES).ok()?;
    let fields = |line: &[u8]| {
        let mut fields = line.split_str(":");
        [fields.next(), fields.nth(1)].into_iter().flatten().map(BString::from).collect::<Vec<_>>()
    };
    Some(file.bytes.lines().flat_map(fields).collect())
}

/// The accounts that are made at boot, each with its sort.
fn made_accounts(root: &Root) -> Vec<(u8, BString)> {
    let mut made = Vec::new();
    for directory in MADE_ACCOUNTS {
        let entries = root.list(directory).unwrap_or_default().into_iter();
        for entry in entries.filter(|entry| entry.kind != EntryKind::Directory && entry.name.ends_with(b".conf")) {
            let path = [directory.as_bytes(), b"/", entry.name.as_slice()].concat();
            let Ok(file) = root.read(&path, MOST_BYTES) else { continue };
            for line in file.bytes.lines() {
                let mut fields = line.fields_with(char::is_whitespace);
                if let (Some(&[sort @ (b'u' | b'g'), ..]), Some(name)) = (fields.next(), fields.next()) {
                    made.push((sort, name.into()));
                }
            }
        }
    }
    made
}
