//! What cutover keeps on the root: `/var/lib/cutover`.
//!
//! ```text
//! lock                         held while a run changes the root; names the process
//! journal                      there while a run is under way: names the generation that it makes
//! generations/N/manifest.json  what the run changes: every state before and after
//! generations/N/backup/K       the bytes of the file that step K replaces
//! generations/N/applied        the journal, once everything is in place
//! kept/N-K                     what somebody edited after run N was interrupted, before step K was undone by force
//! ```

use std::fmt::Display;
use std::os::fd::OwnedFd;
use std::time::Duration;

use bstr::BString;
use rustix::fs::{FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::disk::{self, Content};
use super::error::{Cause, InstallError};
use super::manifest::{Journal, Made, Manifest, PLACE, SCHEMA, Step, When};
use crate::root::{Digest, Directory, EntryKind, Reason, Root, RootPath, State};

const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const NEW_JOURNAL: &str = "journal.new";
const GENERATIONS: &str = "generations";
const MANIFEST: &str = "manifest.json";
/// What the steps replace, by their numbers.
const BACKUP: &str = "backup";
/// What the steps write, by their numbers.
const WRITTEN: &str = "written";
const APPLIED: &str = "applied";
const KEPT: &str = "kept";
/// Larger files are not replaced, and not taken for what cutover wrote.
pub const MOST_BYTES: u64 = 1 << 28;

/// What cutover keeps on a root.
#[derive(Debug)]
pub struct Store {
    pub root: Root,
    pub real: RootPath,
    directory: Directory,
}

/// Nobody else changes the root while this lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: OwnedFd,
}

/// The real path of the store.
pub fn place(root: &Root) -> Result<RootPath, Cause> {
    let path = RootPath::parse(PLACE).unwrap_or_else(|_| RootPath::top());
    Ok(root.place(&path)?)
}

impl Store {
    /// What is there already; nothing is written.
    pub fn look(root: &Root) -> Result<Option<Store>, InstallError> {
        let real = place(root)?;
        match root.directory(&real) {
            Ok(directory) => Ok(Some(Store { root: root.clone(), real, directory })),
            Err(error) if matches!(error.reason, Reason::Missing) => Ok(None),
            Err(error) => Err(InstallError::Failed(error.into())),
        }
    }

    /// Makes what is missing of the directory.
    pub fn make(root: &Root) -> Result<Store, InstallError> {
        if let Some(store) = Store::look(root)? {
            return Ok(store);
        }
        let real = place(root)?;
        make_directories(root, &real)?;
        let directory = root.directory(&real).map_err(Cause::from)?;
        Ok(Store { root: root.clone(), real, directory })
    }

    /// Keeps all other runs out, or tells which one is under way.
    pub fn lock(&self) -> Result<Lock, InstallError> {
        let lock = self.open_lock(OFlags::RDWR | OFlags::CREATE)?;
        self.hold(&lock, FlockOperation::NonBlockingLockExclusive)?;
        let process = format!("{}\n", std::process::id());
        rustix::fs::ftruncate(&lock, 0)
            .and_then(|()| rustix::io::pwrite(&lock, process.as_bytes(), 0))
            .map_err(Cause::system("be written", self.path(LOCK)))?;
        Ok(Lock { _file: lock })
    }

    /// The same, without writing anything.
    pub(crate) fn lock_to_read(&self) -> Result<Option<Lock>, InstallError> {
        if self.directory.state(LOCK).is_ok_and(|state| state == State::Absent) {
            return Ok(None);
        }
        let lock = self.open_lock(OFlags::RDONLY)?;
        self.hold(&lock, FlockOperation::NonBlockingLockShared)?;
        Ok(Some(Lock { _file: lock }))
    }

    /// The same for a dry run, which undoes nothing that an earlier run left.
    pub(crate) fn lock_to_look(&self) -> Result<Option<Lock>, InstallError> {
        let lock = self.lock_to_read()?;
        match self.journal()? {
            Some(journal) => Err(InstallError::Pending(journal.generation)),
            None => Ok(lock),
        }
    }

    fn open_lock(&self, flags: OFlags) -> Result<OwnedFd, InstallError> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let lock = rustix::fs::openat(&self.directory, LOCK, flags, Mode::RUSR | Mode::WUSR)
            .map_err(Cause::system("be opened", self.path(LOCK)))?;
        let regular =
            rustix::fs::fstat(&lock).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile);
        if regular { Ok(lock) } else { Err(damaged(LOCK, "it is no regular file")) }
    }

    /// Another run may only look who holds it: that takes no time.
    fn hold(&self, lock: &OwnedFd, operation: FlockOperation) -> Result<(), InstallError> {
        for _ in 0..10 {
            match rustix::fs::flock(lock, operation) {
                Ok(()) => return Ok(()),
                Err(Errno::WOULDBLOCK) => std::thread::sleep(Duration::from_millis(20)),
                Err(error) => return Err(Cause::system("be locked", self.path(LOCK))(error).into()),
            }
        }
        Err(InstallError::Locked(self.holder()))
    }

    /// The process that wrote its number into the lock.
    fn holder(&self) -> Option<u32> {
        let file = self.directory.read(LOCK, 64).ok()?;
        std::str::from_utf8(&file.bytes).ok()?.trim_end().parse().ok()
    }

    /// The run that is under way, or did not come to its end.
    pub fn journal(&self) -> Result<Option<Journal>, InstallError> {
        match self.directory.read(JOURNAL, MOST_BYTES) {
            Ok(file) => parse(JOURNAL, &file.bytes).map(Some),
            Err(Reason::Missing) => Ok(None),
            Err(reason) => Err(damaged(JOURNAL, reason)),
        }
    }

    /// The generations that are in place, in order.
    pub fn generations(&self) -> Result<Vec<(u32, Manifest)>, InstallError> {
        let mut found = Vec::new();
        for number in self.numbers()? {
            if self.generation(number)?.state(APPLIED).is_ok_and(|state| state != State::Absent) {
                found.push((number, self.manifest(number)?.0));
            }
        }
        Ok(found)
    }

    /// The manifest of a generation, and what its journal says of it.
    pub fn manifest(&self, number: u32) -> Result<(Manifest, Digest), InstallError> {
        let name = format!("{GENERATIONS}/{number}/{MANIFEST}");
        let read = self.generation(number)?.read(MANIFEST, MOST_BYTES);
        let file = read.map_err(|reason| damaged(&name, reason))?;
        let manifest: Manifest = parse(&name, &file.bytes)?;
        Ok((manifest, Digest::of(&file.bytes)))
    }

    /// What a step replaced, or what it wrote.
    pub fn content(&self, number: u32, index: usize, step: &Step, when: When) -> Result<Content, Cause> {
        let (folder, kept) = match when {
            When::Before => (BACKUP, step.kept.clone()),
            When::After => (WRITTEN, None),
        };
        let state = step.state(when).clone();
        let mut bytes = Vec::new();
        if let State::File { sha256, .. } = state {
            let folder_of = self.within(number).and_then(|generation| generation.directory(folder));
            let file = folder_of.and_then(|folder| folder.read(index.to_string(), MOST_BYTES));
            let name = self.path(&format!("{GENERATIONS}/{number}/{folder}/{index}"));
            bytes = file.map_err(|reason| Cause::Root(reason.at(name.as_bytes())))?.bytes;
            if Digest::of(&bytes) != sha256 {
                return Err(Cause::Kept(step.path.clone()));
            }
        }
        Ok(Content { state, bytes, kept, inherited: Vec::new() })
    }

    /// All that is below `generations`, be it in place or not.
    fn numbers(&self) -> Result<Vec<u32>, InstallError> {
        let entries = match self.directory.directory(GENERATIONS).and_then(|all| all.list()) {
            Ok(entries) => entries,
            Err(Reason::Missing) => return Ok(Vec::new()),
            Err(reason) => return Err(damaged(GENERATIONS, reason)),
        };
        let number = |name: &[u8]| {
            let number: u32 = std::str::from_utf8(name).ok()?.parse().ok()?;
            (number > 0 && number.to_string().as_bytes() == name).then_some(number)
        };
        let mut numbers: Vec<u32> = entries.iter().filter_map(|entry| number(&entry.name)).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn generation(&self, number: u32) -> Result<Directory, InstallError> {
        let failed = |reason: Reason| damaged(&format!("{GENERATIONS}/{number}"), reason);
        self.within(number).map_err(failed)
    }

    fn within(&self, number: u32) -> Result<Directory, Reason> {
        self.directory.directory(GENERATIONS)?.directory(number.to_string())
    }

    /// The number of the next generation. What a run left that ended before its journal was written goes.
    pub fn next(&self, _lock: &Lock) -> Result<u32, InstallError> {
        let mut last = 0;
        for number in self.numbers()? {
            if self.generation(number)?.state(APPLIED).is_ok_and(|state| state == State::Absent) {
                self.discard(number)?;
            } else {
                last = number;
            }
        }
        last.checked_add(1).ok_or_else(|| damaged(GENERATIONS, "there is no number left"))
    }

    /// Writes a generation: first what the steps replace and what they write, then the manifest. Gives back the
    /// journal for it.
    pub fn keep(
        &self,
        number: u32,
        manifest: &Manifest,
        backups: Vec<Option<&[u8]>>,
        written: Vec<Option<&[u8]>>,
    ) -> Result<Journal, Cause> {
        let path = self.path(&format!("{GENERATIONS}/{number}"));
        let generation = self.own(&self.own(&self.directory, GENERATIONS)?, &number.to_string())?;
        for (name, files) in [(BACKUP, backups), (WRITTEN, written)] {
            let folder = self.own(&generation, name)?;
            for (step, bytes) in files.into_iter().enumerate() {
                let Some(bytes) = bytes else { continue };
                let file = disk::write(&folder, step.to_string(), bytes, &format!("{path}/{name}/{step}"))?;
                disk::sync(&file, &self.real)?;
            }
            disk::sync(&folder, &self.real)?;
        }
        let text = json(manifest);
        disk::sync(disk::write(&generation, MANIFEST, &text, &format!("{path}/{MANIFEST}"))?, &self.real)?;
        disk::sync(&generation, &self.real)?;
        Ok(Journal { schema: SCHEMA, generation: number, manifest: Digest::of(&text) })
    }

    /// Makes a directory of cutover's own, and opens it.
    fn own(&self, parent: &Directory, name: &str) -> Result<Directory, Cause> {
        let path = self.real.join(name).unwrap_or_else(|_| self.real.clone());
        disk::make_directory(parent, name, &Made::own(path.clone(), 0o700))?;
        parent.directory(name).map_err(Cause::reason(&path))
    }

    /// Announces a run. Whoever finds the journal undoes it.
    pub fn announce(&self, journal: &Journal) -> Result<(), Cause> {
        let failed = |what| Cause::system(what, self.path(JOURNAL));
        disk::remove(&self.directory, NEW_JOURNAL).map_err(failed("be written"))?;
        let file = disk::write(&self.directory, NEW_JOURNAL, &json(journal), &self.path(JOURNAL))?;
        disk::sync(file, &self.real)?;
        rustix::fs::renameat(&self.directory, NEW_JOURNAL, &self.directory, JOURNAL).map_err(failed("be written"))?;
        disk::sync(&self.directory, &self.real)
    }

    /// From here on a run counts. What fails afterwards is given back within.
    pub(crate) fn commit(&self, number: u32) -> Result<Result<(), Cause>, Cause> {
        let generation = self.within(number).map_err(Cause::reason(&self.real))?;
        rustix::fs::renameat(&self.directory, JOURNAL, &generation, APPLIED)
            .map_err(Cause::system("be put in place", self.path(JOURNAL)))?;
        Ok(disk::sync(&generation, &self.real).and_then(|()| disk::sync(&self.directory, &self.real)))
    }

    /// From here on an undone run is forgotten.
    pub(crate) fn forget(&self, number: u32) -> Result<(), Cause> {
        disk::remove(&self.directory, JOURNAL).map_err(Cause::system("be removed", self.path(JOURNAL)))?;
        disk::sync(&self.directory, &self.real)?;
        self.discard(number)
    }

    /// Removes a generation that is not in place.
    pub(crate) fn discard(&self, number: u32) -> Result<(), Cause> {
        let shown = self.path(&format!("{GENERATIONS}/{number}"));
        let failed = |reason| Cause::reason(&self.real)(reason);
        let generation = match self.within(number) {
            Err(Reason::Missing) => return Ok(()),
            other => other.map_err(failed)?,
        };
        let clear = |folder: &Directory, name: &BString| {
            disk::remove(folder, name).map_err(Cause::system("be removed", &shown))
        };
        for name in [BACKUP, WRITTEN] {
            let Ok(folder) = generation.directory(name) else { continue };
            for entry in folder.list().map_err(failed)? {
                clear(&folder, &entry.name)?;
            }
        }
        for entry in generation.list().map_err(failed)? {
            if entry.kind == EntryKind::Directory {
                disk::remove_directory(&generation, &entry.name, &self.real)?;
            } else {
                clear(&generation, &entry.name)?;
            }
        }
        let all = self.directory.directory(GENERATIONS).map_err(failed)?;
        disk::remove_directory(&all, number.to_string(), &self.real)?;
        Ok(())
    }

    /// Keeps a copy of what is overwritten by force. Gives back where.
    pub(crate) fn keep_edited(&self, number: u32, step: usize, bytes: &[u8]) -> Result<RootPath, Cause> {
        let name = format!("{number}-{step}");
        let kept = self.own(&self.directory, KEPT)?;
        let path = self.real.join(format!("{KEPT}/{name}")).unwrap_or_else(|_| self.real.clone());
        disk::remove(&kept, &name).map_err(Cause::system("be removed", &path))?;
        disk::sync(disk::write(&kept, &name, bytes, &path.to_string())?, &path)?;
        disk::sync(kept, &path)?;
        Ok(path)
    }

    /// A file of the store, as it is shown.
    fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.real)
    }
}

/// Makes the directory of the store, and what is missing above it.
fn make_directories(root: &Root, real: &RootPath) -> Result<(), Cause> {
    let mut here = RootPath::top();
    let names: Vec<&[u8]> = real.names().collect();
    for (index, name) in names.iter().enumerate() {
        let parent = root.directory(&here)?;
        here = here.join(name).unwrap_or(here);
        if matches!(parent.stat(name), Err(Reason::Missing)) {
            let mode = if index + 1 == names.len() { 0o700 } else { 0o755 };
            disk::make_directory(&parent, name, &Made::own(here.clone(), mode))?;
        }
    }
    Ok(())
}

pub fn damaged(name: &str, why: impl Display) -> InstallError {
    InstallError::Damaged(name.to_owned(), why.to_string())
}

fn parse<T: DeserializeOwned>(name: &str, text: &[u8]) -> Result<T, InstallError> {
    serde_json::from_slice(text).map_err(|error| damaged(name, format!("it cannot be read: {error}")))
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Only maps with keys that are no strings fail, and there are none.
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}
