//! What the tests of `apply`, `rollback` and `status` share: a small root and a plan for it, and pictures of trees.
#![allow(dead_code, clippy::format_push_string)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use cutover::plan::model::{
    Action, Decision, Enablement, File, FileKind, Grade, Input, Link, Plan, PlanOptions, Planned, SCHEMA,
};
use cutover::root::{Digest, Root, RootPath, State};

use super::Sandbox;

pub fn path(text: &str) -> RootPath {
    text.parse().unwrap()
}

/// This process's user and group: files can be given to them without being root.
pub fn ids() -> (u32, u32) {
    (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
}

pub fn is_root() -> bool {
    ids().0 == 0
}

/// What is told of each path of a tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Kind, mode, owner, bytes, and where links lead.
    Content,
    /// Also times of files and links, and extended attributes.
    Exact,
    /// Also the time of the last change of anything, which no program can set.
    Untouched,
}

/// What there is at each path of a tree.
pub type Picture = BTreeMap<String, String>;

/// A picture of a tree without what cutover keeps itself. Two are the same if the trees are.
pub fn picture(top: &Path, detail: Detail) -> Picture {
    let mut found = BTreeMap::new();
    let own = top.join("var/lib/cutover");
    let entries = walkdir::WalkDir::new(top).follow_links(false).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(|entry| detail == Detail::Untouched || entry.path() != own) {
        let entry = entry.unwrap();
        let meta = fs::symlink_metadata(entry.path()).unwrap();
        let kind = meta.file_type();
        let mut line = format!("{:06o} {}:{}", meta.mode(), meta.uid(), meta.gid());
        if kind.is_symlink() {
            let to = fs::read_link(entry.path()).unwrap();
            line += &format!(" -> {}", to.as_os_str().as_bytes().escape_ascii());
        } else if kind.is_file() {
            line += &format!(" {}", fs::read(entry.path()).unwrap().escape_ascii());
        }
        if detail != Detail::Content && !kind.is_dir() {
            line += &format!(" {}.{}", meta.mtime(), meta.mtime_nsec());
        }
        if detail != Detail::Content && kind.is_file() {
            line += &format!(" {:?}", note(entry.path()));
        }
        if detail == Detail::Untouched {
            line += &format!(" {}.{}", meta.ctime(), meta.ctime_nsec());
        }
        let name = entry.path().strip_prefix(top).unwrap();
        found.insert(name.as_os_str().as_bytes().escape_ascii().to_string(), line);
    }
    found
}

/// The paths in which two pictures differ, to be shown.
pub fn difference(one: &Picture, other: &Picture) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let differing = names.into_iter().filter(|name| one.get(*name) != other.get(*name));
    differing.map(|name| format!("{name}: {:?} / {:?}", one.get(name), other.get(name))).collect()
}

/// An extended attribute that every user may set.
const NOTE: &str = "user.note";

/// Where the file system has no such attributes, nothing is set.
pub fn set_note(path: &Path, value: &str) -> bool {
    rustix::fs::setxattr(path, NOTE, value.as_bytes(), rustix::fs::XattrFlags::empty()).is_ok()
}

pub fn note(path: &Path) -> Option<Vec<u8>> {
    let mut value = vec![0; 100];
    let length = rustix::fs::getxattr(path, NOTE, &mut value[..]).ok()?;
    value.truncate(length);
    Some(value)
}

/// A plan that is put together by hand.
pub struct Draft<'s> {
    sandbox: &'s Sandbox,
    root: Root,
    plan: Plan,
}

pub const SERVICE: &str = "web";

impl<'s> Draft<'s> {
    /// A plan for `root`, with one service that is accepted.
    pub fn new(sandbox: &'s Sandbox) -> Draft<'s> {
        let options = PlanOptions {
            target_systemd: 255,
            style: "idiomatic".to_owned(),
            logs: "journal".to_owned(),
            lift: "safe".to_owned(),
            origin: "ubuntu".to_owned(),
            scripts_dir: "/usr/libexec/cutover".to_owned(),
            keep_vendor_jobs: false,
            enablement: Enablement::Links,
        };
        let service = Planned {
            name: SERVICE.to_owned(),
            session: false,
            action: Action::Convert,
            unit: Some("web.service".to_owned()),
            why: String::new(),
            grade: Grade::Exact,
            disabled: false,
            sources: vec![path("/etc/init/web.conf")],
            files: Vec::new(),
            links: Vec::new(),
            account: Vec::new(),
            findings: Vec::new(),
            behaviour: Vec::new(),
            partners: Vec::new(),
            decision: Decision::Accepted,
            edited: false,
            asked_again: None,
        };
        let plan = Plan {
            schema: SCHEMA,
            cutover: String::new(),
            options,
            services: vec![service],
            files: Vec::new(),
            links: Vec::new(),
            inputs: Vec::new(),
            callers: Vec::new(),
            cycles: Vec::new(),
            general: Vec::new(),
        };
        Draft { sandbox, root: Root::open(&sandbox.path("root")).unwrap(), plan }
    }

    pub fn input(mut self, at: &str) -> Self {
        let state = self.root.state(&path(at)).unwrap();
        self.plan.inputs.push(Input { path: path(at), state, services: vec![SERVICE.to_owned()] });
        self
    }

    pub fn file(mut self, at: &str, kind: FileKind, mode: u32, text: &str) -> Self {
        self.sandbox.file(&format!("plan/root{at}"), text);
        let (uid, gid) = ids();
        self.plan.files.push(File {
            path: path(at),
            kind,
            services: vec![SERVICE.to_owned()],
            sha256: Digest::of(text.as_bytes()),
            edited: None,
            mode,
            uid,
            gid,
            replaces: self.root.state(&path(at)).unwrap_or(State::Absent),
            line_origins: Vec::new(),
        });
        self
    }

    pub fn link(mut self, at: &str, to: Option<&str>) -> Self {
        self.plan.links.push(Link {
            path: path(at),
            to: to.map(str::to_owned),
            services: vec![SERVICE.to_owned()],
            replaces: self.root.state(&path(at)).unwrap_or(State::Absent),
        });
        self
    }

    /// Changes anything of it.
    pub fn with(mut self, change: impl FnOnce(&mut Plan)) -> Self {
        change(&mut self.plan);
        self
    }

    /// Writes `plan/plan.json`.
    pub fn save(self) {
        self.sandbox.file("plan/plan.json", serde_json::to_string(&self.plan).unwrap());
    }
}

/// A root and a plan that has every kind of change in it: files that are new and that are replaced, links that
/// are new, replaced and taken away, directories that are missing, and one that is reached by a link.
pub fn example() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "exec web\n"),
        ("root/etc/systemd/system/web.service", "[Service]\nExecStart=/old\n"),
        ("root/usr/libexec/README", "none\n"),
    ]);
    sandbox.directory("root/var/lib");
    sandbox.directory("root/usr/lib");
    sandbox.link("root/usr/local", "lib");
    sandbox.link("root/etc/systemd/system/default.target.wants/web.service", "/lib/old.service");
    sandbox.link("root/etc/systemd/system/dbus-old.service", "gone.service");
    let unit = sandbox.path("root/etc/systemd/system/web.service");
    fs::set_permissions(&unit, fs::Permissions::from_mode(0o640)).unwrap();
    set_note(&unit, "mine");
    let old = std::time::UNIX_EPOCH + std::time::Duration::new(1_400_000_000, 123_456_789);
    fs::File::options().write(true).open(&unit).unwrap().set_modified(old).unwrap();
    Draft::new(&sandbox)
        .input("/etc/init/web.conf")
        .input("/etc/init/web.override")
        .file("/etc/systemd/system/web.service", FileKind::Unit, 0o644, "[Service]\nExecStart=/new\n")
        .file("/etc/systemd/system/web.socket", FileKind::Unit, 0o600, "[Socket]\n")
        .file("/usr/libexec/cutover/web", FileKind::Script, 0o755, "#!/bin/sh\n")
        .file("/usr/local/share/dbus-1/services/web.service", FileKind::BusService, 0o644, "[D-BUS Service]\n")
        .link("/etc/systemd/system/default.target.wants/web.service", Some("../web.service"))
        .link("/etc/systemd/system/sockets.target.wants/web.socket", Some("../web.socket"))
        .link("/etc/systemd/system/dbus-old.service", None)
        .save();
    sandbox
}
