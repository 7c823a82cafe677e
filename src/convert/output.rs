//! Units and scripts on disk: whole or not at all, and never over what is there already.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Conversion;
use crate::systemd::manager;
use crate::systemd::write::CompanionKind;

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Where it will lie on the root: an absolute path.
    pub path: String,
    /// Its contents.
    pub text: Vec<u8>,
    /// Its permissions.
    pub mode: u32,
}

/// The permissions of a file that everybody may read.
pub(crate) const READABLE: u32 = 0o644;

/// The permissions of a script, or a directory, that is for everybody.
pub(crate) const EXECUTABLE: u32 = 0o755;

/// Why a file was not written.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Something else is at that path.
    #[error("{0}: there is another file already; --force overwrites it")]
    Exists(String),
    /// The system does not let it be written.
    #[error("{0}: cannot be written: {1}")]
    Unwritable(String, io::Error),
}

/// The files that a conversion consists of.
pub fn files(conversion: &Conversion) -> Vec<OutputFile> {
    let units = conversion.units.iter().map(|unit| OutputFile {
        path: format!("{}/{}", manager::unit_dir(conversion.service.scope), unit.name),
        text: unit.print().into_bytes(),
        mode: READABLE,
    });
    let companions = conversion.companions.iter().map(|companion| OutputFile {
        path: companion.path.clone(),
        text: companion.text.clone(),
        mode: if companion.kind == CompanionKind::Script { EXECUTABLE } else { READABLE },
    });
    units.chain(companions).collect()
}

/// Writes a file below `root`. The same contents again are no change.
///
/// # Errors
/// When something else is there and `force` is not set, or when the system refuses.
pub fn write(root: &Path, file: &OutputFile, force: bool) -> Result<(), OutputError> {
    let path = root.join(file.path.trim_start_matches('/'));
    let unwritable = |error| OutputError::Unwritable(path.display().to_string(), error);
    match fs::read(&path) {
        Ok(present) if present == file.text => return Ok(()),
        Ok(_) if !force => return Err(OutputError::Exists(path.display().to_string())),
        Err(error) if error.kind() != io::ErrorKind::NotFound && !force => return Err(unwritable(error)),
        _ => {}
    }
    let parent = path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    create_directories(&parent).map_err(unwritable)?;
    let mut temporary = tempfile::Builder::new().prefix(".cutover-").tempfile_in(&parent).map_err(unwritable)?;
    temporary.write_all(&file.text).map_err(unwritable)?;
    // Whatever the caller's umask is: the service's user has to read its script.
    temporary.as_file().set_permissions(Permissions::from_mode(file.mode)).map_err(unwritable)?;
    let written = if force { temporary.persist(&path) } else { temporary.persist_noclobber(&path) };
    written.map(|_| ()).map_err(|error| unwritable(error.error))
}

/// Creates what is missing of a directory, for everybody to enter, whatever the caller's umask is.
fn create_directories(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        path.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    for directory in missing.into_iter().rev() {
        match fs::create_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            created => created?,
        }
        fs::set_permissions(directory, Permissions::from_mode(EXECUTABLE))?;
    }
    Ok(())
}
