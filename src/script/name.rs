//! Names of programs and of variables.

use bstr::ByteSlice as _;

/// A program's name without its directory.
pub fn base_name(path: &[u8]) -> &[u8] {
    path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..])
}

/// Whether a text can be the name of a variable.
pub fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|byte| !byte.is_ascii_digit())
        && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
