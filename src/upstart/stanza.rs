//! The stanzas that Upstart 1.13.2 knows, as data.

use serde::Serialize;
use std::fmt;

/// A stanza's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Keyword {
    Apparmor,
    Author,
    Cgroup,
    Chdir,
    Chroot,
    Console,
    Debug,
    Description,
    Emits,
    Env,
    Exec,
    Expect,
    Export,
    Instance,
    Kill,
    Limit,
    Manual,
    Nice,
    Normal,
    Oom,
    PostStart,
    PostStop,
    PreStart,
    PreStop,
    Reload,
    Respawn,
    Script,
    Setgid,
    Setuid,
    Start,
    Stop,
    Task,
    Umask,
    Usage,
    Version,
}

/// Every stanza by its name.
pub const STANZAS: &[(Keyword, &str)] = &[
    (Keyword::Apparmor, "apparmor"),
    (Keyword::Author, "author"),
    (Keyword::Cgroup, "cgroup"),
    (Keyword::Chdir, "chdir"),
    (Keyword::Chroot, "chroot"),
    (Keyword::Console, "console"),
    (Keyword::Debug, "debug"),
    (Keyword::Description, "description"),
    (Keyword::Emits, "emits"),
    (Keyword::Env, "env"),
    (Keyword::Exec, "exec"),
    (Keyword::Expect, "expect"),
    (Keyword::Export, "export"),
    (Keyword::Instance, "instance"),
    (Keyword::Kill, "kill"),
    (Keyword::Limit, "limit"),
    (Keyword::Manual, "manual"),
    (Keyword::Nice, "nice"),
    (Keyword::Normal, "normal"),
    (Keyword::Oom, "oom"),
    (Keyword::PostStart, "post-start"),
    (Keyword::PostStop, "post-stop"),
    (Keyword::PreStart, "pre-start"),
    (Keyword::PreStop, "pre-stop"),
    (Keyword::Reload, "reload"),
    (Keyword::Respawn, "respawn"),
    (Keyword::Script, "script"),
    (Keyword::Setgid, "setgid"),
    (Keyword::Setuid, "setuid"),
    (Keyword::Start, "start"),
    (Keyword::Stop, "stop"),
    (Keyword::Task, "task"),
    (Keyword::Umask, "umask"),
    (Keyword::Usage, "usage"),
    (Keyword::Version, "version"),
];

impl Keyword {
    /// The stanza of that very name.
    pub fn from_name(name: &[u8]) -> Option<Keyword> {
        STANZAS.iter().find(|(_, known)| known.as_bytes() == name).map(|(keyword, _)| *keyword)
    }

    /// The stanza's name.
    pub fn name(self) -> &'static str {
        STANZAS.iter().find(|(keyword, _)| *keyword == self).map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The resources of `limit`, as Upstart names them.
pub const RESOURCES: &[(&str, Resource)] = &[
    ("as", Resource::As),
    ("core", Resource::Core),
    ("cpu", Resource::Cpu),
    ("data", Resource::Data),
    ("fsize", Resource::Fsize),
    ("memlock", Resource::Memlock),
    ("msgqueue", Resource::Msgqueue),
    ("nice", Resource::Nice),
    ("nofile", Resource::Nofile),
    ("nproc", Resource::Nproc),
    ("rss", Resource::Rss),
    ("rtprio", Resource::Rtprio),
    ("sigpending", Resource::Sigpending),
    ("stack", Resource::Stack),
];

use crate::service::Resource;
