//! A person's editor, on a copy of a file.

use std::ffi::OsString;
use std::process::Command;
use std::{env, fs, io};

use bstr::ByteSlice as _;
use thiserror::Error;

use crate::root::RootPath;

/// Why an editor gave no text.
#[derive(Debug, Error)]
pub(crate) enum EditorError {
    #[error("`{editor}` ended with {status}; nothing changed")]
    Failed { editor: String, status: String },
    /// There is no copy to edit.
    #[error("the text cannot be given to an editor: {0}")]
    System(#[from] io::Error),
}

/// The editor that a person wants; it may have arguments.
fn editor() -> OsString {
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(env::var_os).find(|editor| !editor.is_empty());
    set.unwrap_or_else(|| OsString::from("vi"))
}

/// Lets a person edit a text; the name of the file tells the editor what it is.
pub fn edit(path: &RootPath, text: &[u8]) -> Result<Vec<u8>, EditorError> {
    let directory = tempfile::Builder::new().prefix("cutover-edit-").tempdir()?;
    let name = path.name().unwrap_or(b"text").to_path().map_err(io::Error::other)?;
    let copy = directory.path().join(name);
    fs::write(&copy, text)?;
    let editor = editor();
    // The shell splits the arguments, as other programs have it.
    let mut script = editor.clone();
    script.push(" \"$@\"");
    let status = Command::new("sh").arg("-c").arg(script).arg(&editor).arg(&copy).status()?;
    if !status.success() {
        let editor = editor.to_string_lossy().into_owned();
        return Err(EditorError::Failed { editor, status: status.to_string() });
    }
    Ok(fs::read(&copy)?)
}
