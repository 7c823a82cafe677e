//! What a service needs and a root does not have: accounts, programs, files of variables, directories.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use crate::findings::{Code, Finding};
use crate::root::{Kind, Reason, Root};
use crate::service::{Part, Run, Service, Variable};
use crate::shell::tree::{CommandKind, Word};
use crate::shell::{ScriptText, walk};
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
    /// Whether it has programs at all.
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
        let mut lacks = Vec::new();
        if self.users.is_none() {
            lacks.push("no list of accounts");
        }
        if !self.has_programs {
            lacks.push("no programs");
        }
        (!lacks.is_empty()).then(|| {
            let message = format!(
                "the root has {}: whether those are there that services need is not told",
                lacks.join(" and ")
            );
            Finding::new(Code::PartialRoot, message).help("plan with the whole root to find out: --root")
        })
    }

    /// What a service needs and the root does not have.
    pub fn missing(&self, service: &Service) -> Vec<Finding> {
        let mut found = Found(Vec::new());
        self.accounts(service, &mut found);
        self.directories(service, &mut found);
        self.variables(service, &mut found);
        if self.has_programs {
            self.programs(service, &mut found);
        }
        found.0
    }

    fn accounts(&self, service: &Service, found: &mut Found) {
        if service.dynamic_user.is_some() {
            return;
        }
        let users = service.user.iter().map(|user| (user, "user", &self.users));
        let groups = service.group.iter().chain(&service.supplementary_groups);
        for (name, what, known) in users.chain(groups.map(|group| (group, "group", &self.groups))) {
            let Some(known) = known else { continue };
            if is_fixed(&name.value) && !known.contains(&name.value.0) && !is_number(&name.value) {
                let name_of = &name.value;
                let make = if what == "user" {
                    format!(
                        "useradd --root ROOT --system {name_of}, or a line in /etc/sysusers.d: u {name_of} -"
                    )
                } else {
                    format!(
                        "groupadd --root ROOT --system {name_of}, or a line in /etc/sysusers.d: g {name_of} -"
                    )
                };
                found.push(
                    Code::MissingAccount,
                    name.origin,
                    format!("there is no {what} `{name_of}` in this root"),
                    format!("{make}; accounts of a directory service are not in these files"),
                );
            }
        }
    }

    fn directories(&self, service: &Service, found: &mut Found) {
        for (path, what) in [(&service.root, "root directory"), (&service.directory, "working directory")] {
            let Some(path) = path else { continue };
            let within = if what == "working directory" { service.root.as_ref() } else { None };
            let whole = within.map_or_else(BString::default, |root| root.value.0.clone());
            let whole = BString::from([whole.as_slice(), path.value.as_slice()].concat());
            if !is_fixed(&path.value) || is_made(service, &path.value) || !whole.starts_with(b"/") {
                continue;
            }
            // A root of which nothing but a part is there cannot tell.
            if self.root.list(&whole).is_err_and(|error| is_missing(&error.reason)) && self.has_programs {
                found.push(
                    Code::MissingDirectory,
                    path.origin,
                    format!("there is no {what} `{}` in this root", path.value),
                    format!("create it, or see which package brings it: {}", path.value),
                );
            }
        }
    }

    fn variables(&self, service: &Service, found: &mut Found) {
        let own = service.environment_files.iter();
        let mut files: Vec<(Text, bool, Origin)> =
            own.map(|file| (file.value.path.clone(), file.value.required, file.origin)).collect();
        let hooks = service.hooks.iter().map(|hook| &hook.command);
        for command in service.main.iter().chain(hooks) {
            if let Run::Line(text) | Run::Script(text) = &command.value.run {
                let read = read_in(text).into_iter();
                files.extend(read.map(|(path, required)| (path, required, command.origin)));
            }
        }
        for (path, required, origin) in &files {
            let pattern = path.find_byteset(b"*?[").is_some();
            if !is_fixed(path) || pattern || is_made(service, path) {
                continue;
            }
            if !self.root.resolve(path.as_slice()).is_err_and(|error| is_missing(&error.reason)) {
                continue;
            }
            let (code, what, help) = if *required {
                (
                    Code::MissingVariables,
                    "and the start fails without it",
                    "create it, or see which package brings it",
                )
            } else {
                (
                    Code::AbsentVariables,
                    "and the start goes on without it",
                    "nothing has to be done if it was missing before",
                )
            };
            found.push(code, *origin, format!("there is no `{path}` in this root, {what}"), help.to_owned());
        }
    }

    fn programs(&self, service: &Service, found: &mut Found) {
        let main = service.main.iter().map(|command| (command.origin, programs(&command.value.run)));
        let hooks = service.hooks.iter().map(|hook| {
            let steps = hook.steps.iter().filter(|step| !step.ignored).filter_map(|step| step.argv.first());
            let programs = programs(&hook.command.value.run).into_iter();
            (hook.command.origin, programs.chain(steps.map(|program| program.0.clone())).collect())
        });
        for (origin, program) in
            main.chain(hooks).flat_map(|(origin, all)| all.into_iter().map(move |program| (origin, program)))
        {
            if !is_fixed(&program) || is_made_at_boot(&program) {
                continue;
            }
            let (message, help) = match self.program(service, &program) {
                Program::Runs => continue,
                Program::Missing => (
                    format!("there is no program `{program}` in this root"),
                    "install the package that brings it, or correct the path",
                ),
                Program::Lacks(interpreter) => (
                    format!("there is no `{interpreter}` in this root, which runs `{program}`"),
                    "install the interpreter, or let another one run the script: its first line names it",
                ),
            };
            found.push(Code::MissingProgram, origin, message, help.to_owned());
        }
    }

    /// Looks for a program, by its path or on the way that systemd looks along.
    fn program(&self, service: &Service, program: &BString) -> Program {
        let top = service.root.as_ref().map_or(&b""[..], |root| root.value.as_slice());
        if program.starts_with(b"/") {
            return self.program_at(top, program);
        }
        if program.contains(&b'/') {
            let directory = service.directory.as_ref().map_or(&b"/"[..], |it| it.value.as_slice());
            return self.program_at(top, &[directory, b"/", program].concat());
        }
        let own = service.environment.iter().filter_map(|entry| match &entry.value {
            Variable::Set { name, value } if *name == Text::from("PATH") => Some(value),
            _ => None,
        });
        let own: Vec<&[u8]> = own.flat_map(|value| value.split_str(":")).collect();
        let usual = SEARCH_PATH.iter().map(|directory| directory.as_bytes());
        let found = own
            .into_iter()
            .chain(usual)
            .map(|directory| self.program_at(top, &[directory, b"/", program].concat()));
        found.into_iter().find(|found| *found != Program::Missing).unwrap_or(Program::Missing)
    }

    fn program_at(&self, top: &[u8], path: &[u8]) -> Program {
        let path = [top, path].concat();
        let file = match self.root.read(&path, MOST_BYTES) {
            Ok(file) if file.mode & 0o111 != 0 => file,
            Ok(_) => return Program::Missing,
            Err(error) if is_missing(&error.reason) || matches!(error.reason, Reason::Special) => {
                return Program::Missing;
            }
            // What is too large is no script, and what cannot be read may well be run.
            Err(_) => return Program::Runs,
        };
        let first = file.bytes.strip_prefix(b"#!").and_then(|text| text.lines().next());
        let mut words = first.unwrap_or_default().fields_with(char::is_whitespace);
        match words.next() {
            Some(interpreter) if interpreter != SHELL => {
                match self.root.resolve([top, interpreter].concat()) {
                    Err(error) if is_missing(&error.reason) => Program::Lacks(interpreter.into()),
                    _ => Program::Runs,
                }
            }
            _ => Program::Runs,
        }
    }
}

/// What became of the search for a program.
#[derive(PartialEq, Eq)]
enum Program {
    /// It is there.
    Runs,
    /// It is not, or is nothing that can be run.
    Missing,
    /// It is a script, and what runs it is not there.
    Lacks(BString),
}

/// What was found, each once.
struct Found(Vec<Finding>);

impl Found {
    fn push(&mut self, code: Code, origin: Origin, message: String, help: String) {
        match self.0.iter_mut().find(|known| known.code == code && known.message == message) {
            Some(known) => known.also_at(origin),
            None => self.0.push(Finding::new(code, message).at(origin).help(help)),
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

fn is_number(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

/// Whether something comes to be only when the machine boots or the service starts.
fn is_made(service: &Service, path: &[u8]) -> bool {
    let below = |directory: &[u8]| {
        path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    let own = service.directories.iter().any(|directory| {
        below(&[directory.value.kind.base().as_bytes(), b"/", directory.value.name.as_slice()].concat())
    });
    let line_makes =
        |line: &[u8]| line.contains_str(path) && MAKERS.iter().any(|maker| line.contains_str(maker));
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

/// The programs that a process needs for certain: its own, or what a script becomes in the end.
fn programs(run: &Run) -> Vec<BString> {
    match run {
        Run::Argv(words) => words.first().map(|word| word.0.clone()).into_iter().collect(),
        Run::Expand(words) => {
            words.first().and_then(|word| Part::plain(word)).map(|word| word.0.clone()).into_iter().collect()
        }
        Run::Line(text) | Run::Script(text) => final_program(text).into_iter().collect(),
    }
}

/// The files that a script reads in, and whether it ends where one is missing.
fn read_in(text: &ScriptText) -> Vec<(Text, bool)> {
    let mut files = Vec::new();
    let Ok(tree) = text.tree() else { return files };
    walk::simple_commands(tree, |command, context| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        let words: Vec<Option<BString>> = simple.words.iter().map(Word::literal).collect();
        if let [Some(dot), Some(path), ..] = &words[..]
            && dot == "."
            && path.starts_with(b"/")
        {
            files.push((Text(path.clone()), context == walk::Context::default()));
        }
    });
    files
}

/// What `exec` runs at the end of a script, where nothing else decides whether it does.
fn final_program(text: &ScriptText) -> Option<BString> {
    let mut found = None;
    walk::simple_commands(text.tree().ok()?, |command, context| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        let words: Vec<Option<BString>> = simple.words.iter().map(Word::literal).collect();
        if let [Some(exec), Some(program), ..] = &words[..]
            && exec == "exec"
            && context == walk::Context::default()
            && program.starts_with(b"/")
        {
            found = Some(program.clone());
        }
    });
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
        let Ok(entries) = root.list(directory) else { continue };
        for entry in
            entries.iter().filter(|entry| entry.kind != Kind::Directory && entry.name.ends_with(b".conf"))
        {
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;
    use crate::convert;
    use crate::lift::Lifting;
    use crate::systemd::write::Options;
    use crate::upstart::read::JobFiles;

    /// What is missing for a job, in a root with a few things.
    fn missing(job: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        for directory in ["etc", "usr/bin", "usr/sbin", "usr/lib/sysusers.d", "srv/shop", "jail/bin"] {
            fs::create_dir_all(at(directory)).unwrap();
        }
        for program in ["usr/bin/sh", "usr/bin/mkdir", "usr/sbin/web", "jail/bin/cell"] {
            fs::write(at(program), "").unwrap();
            fs::set_permissions(at(program), fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::write(at("usr/sbin/old"), "#!/usr/bin/python2 -u\n").unwrap();
        fs::set_permissions(at("usr/sbin/old"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(at("usr/bin/text"), "").unwrap();
        symlink("usr/bin", at("bin")).unwrap();
        fs::write(at("etc/passwd"), "root:x:0:0::/root:/bin/sh\nshop:x:100:100::/:/bin/sh\n").unwrap();
        fs::write(at("etc/group"), "root:x:0:\nshop:x:100:\n").unwrap();
        fs::write(at("usr/lib/sysusers.d/a.conf"), "u made -\n").unwrap();
        found(folder.path(), job)
    }

    fn found(root: &std::path::Path, job: &str) -> Vec<String> {
        let files = JobFiles::named("a", job);
        let service = convert::convert(&files, Lifting::default(), &Options::default()).service;
        let root = Root::open(root).unwrap();
        let facts = Facts::of(&root);
        let all = facts.missing(&service).into_iter().chain(facts.unknown());
        all.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
    }

    #[test]
    fn accounts_come_from_the_lists_of_the_root() {
        for here in ["setuid shop", "setuid made", "setgid made", "setuid 4711"] {
            assert_eq!(missing(&format!("{here}\nexec web")), [""; 0], "{here}");
        }
        assert_eq!(
            missing("setuid nobody-knows\nsetgid shops\nexec web"),
            [
                "CUT820 there is no user `nobody-knows` in this root",
                "CUT820 there is no group `shops` in this root"
            ]
        );
    }

    #[test]
    fn programs_are_looked_for_as_systemd_does_it() {
        for here in ["web", "/usr/sbin/web", "/bin/sh", "sh -c x", "sh -c 'x;y'"] {
            assert_eq!(missing(&format!("exec {here}")), [""; 0], "{here}");
        }
        let none = |program: &str| vec![format!("CUT821 there is no program `{program}` in this root")];
        assert_eq!(missing("exec gone"), none("gone"));
        assert_eq!(missing("exec /usr/sbin/gone"), none("/usr/sbin/gone"));
        // What is there, and nobody may run.
        assert_eq!(missing("exec /bin/text"), none("/bin/text"));
        assert_eq!(missing("script\n  a=b\n  exec /opt/gone $a\nend script"), none("/opt/gone"));
        assert_eq!(missing("script\n  if x; then exec /opt/gone; fi\n  exec web\nend script"), [""; 0]);
        assert_eq!(missing("pre-start exec /opt/gone\nexec web"), none("/opt/gone"));
        assert_eq!(
            missing("exec old"),
            ["CUT821 there is no `/usr/bin/python2` in this root, which runs `old`"]
        );
        assert_eq!(missing("pre-start exec gone\nexec web"), none("gone"));
        assert_eq!(missing("chroot /jail\nexec /bin/cell"), [""; 0]);
        assert_eq!(missing("chroot /jail\nexec /usr/sbin/web"), none("/usr/sbin/web"));
    }

    #[test]
    fn files_of_variables_are_looked_for_where_scripts_read_them_in() {
        let of = |script: &str| missing(&format!("script\n{script}\nexec web\nend script"));
        assert_eq!(of(". /etc/passwd"), [""; 0]);
        assert_eq!(
            of(". /etc/gone"),
            ["CUT822 there is no `/etc/gone` in this root, and the start fails without it"]
        );
        assert_eq!(
            of("[ ! -r /etc/gone ] || . /etc/gone"),
            ["CUT823 there is no `/etc/gone` in this root, and the start goes on without it"]
        );
        assert_eq!(of(". /run/gone"), [""; 0]);
    }

    #[test]
    fn directories_have_to_be_there_unless_something_makes_them() {
        assert_eq!(missing("chdir /srv/shop\nexec web"), [""; 0]);
        assert_eq!(missing("chdir /run/shop\nexec web"), [""; 0]);
        assert_eq!(
            missing("chdir /srv/new\npre-start script\n  mkdir -p /srv/new\nend script\nexec web"),
            [""; 0]
        );
        assert_eq!(
            missing("chdir /srv/gone\nexec web"),
            ["CUT824 there is no working directory `/srv/gone` in this root"]
        );
    }

    #[test]
    fn a_root_that_has_nothing_of_the_kind_says_so_once() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            found(folder.path(), "setuid shop\nchdir /srv\nexec web"),
            [
                "CUT825 the root has no list of accounts and no programs: whether those are there that services need is not told"
            ]
        );
    }
}
