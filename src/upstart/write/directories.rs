//! Directories that are made before the start, and those that go away with the stop.

use super::command::sh_word;
use super::job::Writer;
use crate::service::{Directory, DirectoryKind};
use crate::text::Sourced;
use crate::upstart::job::ProcessType;

impl Writer<'_> {
    pub(super) fn directories(&mut self) {
        let service = self.service;
        let owner = self.owner().map_or_else(Vec::new, |owner| [b" -o ".as_slice(), &owner].concat());
        let group = service
            .group
            .as_ref()
            .map_or_else(Vec::new, |group| [b" -g ".as_slice(), &sh_word(&group.value)].concat());
        for directory in &service.directories {
            let Directory { kind, mode, .. } = directory.value;
            let path = self.directory_path(&directory.value);
            // That of the configuration belongs to root.
            let account = if kind == DirectoryKind::Configuration {
                Vec::new()
            } else {
                [owner.as_slice(), &group].concat()
            };
            let line =
                [b"install -d -m ".as_slice(), format!("{mode:04o}").as_bytes(), &account, b" ", &path]
                    .concat();
            self.became(directory.origin, "pre-start");
            self.pieces.lines(ProcessType::PreStart, line, directory.origin);
        }
    }

    /// Takes away what is not to outlive the service, last of all.
    pub(super) fn remove_directories(&mut self) {
        let removed: Vec<&Sourced<Directory>> =
            self.service.directories.iter().filter(|directory| directory.value.removed).collect();
        for directory in removed {
            let line = [b"rm -rf ".as_slice(), &self.directory_path(&directory.value)].concat();
            self.pieces.lines(ProcessType::PostStop, line, directory.origin);
        }
    }

    fn directory_path(&self, directory: &Directory) -> Vec<u8> {
        self.path(&[directory.kind.base().as_bytes(), b"/", directory.name.as_slice()].concat())
    }
}
