//! Directories that are made before the start, and those that go away with the stop.

use super::command::sh_word;
use super::writer::Writer;
use crate::service::{Directory, DirectoryKind};
use crate::text::{Sourced, Text};
use crate::upstart::job::ProcessType;

impl Writer<'_> {
    pub(super) fn directories(&mut self) {
        let service = self.service;
        let option = |option: &str, name: &Option<Sourced<Text>>| {
            name.as_ref().map_or_else(Vec::new, |name| [option.as_bytes(), &sh_word(&name.value)].concat())
        };
        let account = [option(" -o ", &service.user), option(" -g ", &service.group)].concat();
        for directory in &service.directories {
            let Directory { kind, mode, .. } = directory.value;
            // That of the configuration belongs to root.
            let account = if kind == DirectoryKind::Configuration { &[] } else { account.as_slice() };
            let install = format!("install -d -m {mode:04o}");
            let line = [install.as_bytes(), account, b" ", &self.directory_path(&directory.value)].concat();
            self.account.stanza(directory.origin(), "pre-start", "");
            self.pieces.lines(ProcessType::PreStart, line, directory.origin());
        }
    }

    /// Takes away what is not to outlive the service, last of all.
    pub(super) fn remove_directories(&mut self) {
        for directory in self.service.directories.iter().filter(|directory| directory.value.removed) {
            let line = [b"rm -rf ".as_slice(), &self.directory_path(&directory.value)].concat();
            self.pieces.lines(ProcessType::PostStop, line, directory.origin());
        }
    }

    fn directory_path(&self, directory: &Directory) -> Vec<u8> {
        self.path(&[directory.kind.base().as_bytes(), b"/", directory.name.as_slice()].concat())
    }
}
