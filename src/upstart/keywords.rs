//! The stanzas that Upstart 1.13.2 knows, as data.

use super::job::{Expect, ProcessType};
use crate::service::{Io, Resource};

macro_rules! stanzas {
    ($($keyword:ident $name:literal),+) => {
        /// A stanza's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Keyword { $($keyword),+ }

        /// Every stanza by its name.
        pub const STANZAS: &[(&str, Keyword)] = &[$(($name, Keyword::$keyword)),+];
    };
}

stanzas! {
    Apparmor "apparmor", Author "author", Cgroup "cgroup", Chdir "chdir", Chroot "chroot", Console "console",
    Debug "debug", Description "description", Emits "emits", Env "env", Exec "exec", Expect "expect",
    Export "export", Instance "instance", Kill "kill", Limit "limit", Manual "manual", Nice "nice",
    Normal "normal", Oom "oom", PostStart "post-start", PostStop "post-stop", PreStart "pre-start",
    PreStop "pre-stop", Reload "reload", Respawn "respawn", Script "script", Setgid "setgid", Setuid "setuid",
    Start "start", Stop "stop", Task "task", Umask "umask", Usage "usage", Version "version"
}

/// The value that a word stands for.
pub(crate) fn by_name<T: Copy>(names: &[(&str, T)], word: &[u8]) -> Option<T> {
    names.iter().find(|(name, _)| name.as_bytes() == word).map(|(_, value)| *value)
}

/// The word for a value; nothing where there is none.
pub(crate) fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name)
}

impl Keyword {
    /// The stanza of that very name.
    pub fn from_name(name: &[u8]) -> Option<Keyword> {
        by_name(STANZAS, name)
    }

    /// The stanza's name.
    pub fn name(self) -> &'static str {
        name_of(STANZAS, &self)
    }
}

/// The resources of `limit`, as Upstart names them.
pub(crate) const RESOURCES: &[(&str, Resource)] = &[
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

/// The processes of a job, in the order that they run.
pub(crate) const PROCESSES: &[(&str, ProcessType)] = &[
    ("pre-start", ProcessType::PreStart),
    ("main", ProcessType::Main),
    ("post-start", ProcessType::PostStart),
    ("pre-stop", ProcessType::PreStop),
    ("post-stop", ProcessType::PostStop),
];

impl ProcessType {
    /// The process's name in stanzas and events.
    pub fn name(self) -> &'static str {
        name_of(PROCESSES, &self)
    }
}

/// What `expect` may say.
pub(crate) const EXPECTS: &[(&str, Expect)] =
    &[("none", Expect::None), ("stop", Expect::Stop), ("fork", Expect::Fork), ("daemon", Expect::Daemon)];

/// What `console` may say.
pub(crate) const CONSOLES: &[(&str, Io)] =
    &[("none", Io::Null), ("log", Io::Log), ("output", Io::Console), ("owner", Io::ConsoleOwner)];
