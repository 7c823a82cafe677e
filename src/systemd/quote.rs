//! Quoting and escaping: so that a process gets, byte for byte, the strings that are meant.
//!
//! systemd reads a value in this order (systemd.syntax(7), systemd.service(5) "Command lines"):
//! words are split and unquoted with C escapes, then specifiers (`%`) are expanded, and in command
//! lines variables (`$`) when the process is started.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::version::{Feature, Version};
use crate::script::is_name;
use crate::service::Part;

/// A word of a command line. Whole words are quoted, because systemd before 221 knows quotes only
/// at the start of a word.
pub fn exec_word(word: &[u8], target: Version) -> String {
    if word == b";" {
        // A quoted semicolon separates commands before 221.
        return r"\;".to_owned();
    }
    let percent = if target.has(Feature::CommandsExpandedTwice) {
        // 229 expands a command line twice, but undoes escapes only in between.
        r"\x25\x25"
    } else {
        "%%"
    };
    quoted(word, &[('%', percent), ('$', "$$")])
}

/// A command line that has a shell do something.
pub(crate) fn in_sh(recipe: &str, target: Version) -> String {
    format!("/bin/sh -c {}", exec_word(recipe.as_bytes(), target))
}

/// An assignment for `Environment=`. `$` has no meaning there.
pub fn assignment(name: &[u8], value: &[u8]) -> String {
    quoted(&[name, b"=", value].concat(), &[('%', "%%")])
}

/// Whether `Environment=` can hold a value at all (systemd.exec(5), "Environment").
pub fn environment_holds(name: &[u8], value: &[u8], target: Version) -> bool {
    let allowed = |c: char| {
        c == '\t'
            || (c == '\n' && target.has(Feature::MultilineVariables))
            || !(c.is_ascii_control() || is_noncharacter(c))
    };
    is_name(name) && value.to_str().is_ok_and(|value| value.chars().all(allowed))
}

/// A value that runs to the end of the line and is not unquoted, such as a path; nothing where it
/// cannot be written so.
pub(crate) fn rest_of_line(value: &[u8]) -> Option<String> {
    let text = value.to_str().ok()?;
    let writable = !text.is_empty()
        && text.trim() == text
        && !text.ends_with('\\')
        && !text.contains(|c: char| c.is_ascii_control());
    writable.then(|| text.replace('%', "%%"))
}

/// Free text, such as a description: what cannot stand on one line is folded, and whether that was so.
pub(crate) fn free_text(value: &[u8]) -> (String, bool) {
    let text = unicode(value);
    let folded: Vec<&str> = text.split(|c: char| c.is_control()).collect();
    let text = folded.join(" ");
    let text = text.trim().trim_end_matches('\\');
    let changed = text.as_bytes() != value.trim_ascii();
    (text.replace('%', "%%"), changed)
}

/// Bytes as text: what is not UTF-8 is taken for Latin-1, as old files mostly are.
pub(crate) fn unicode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match bytes.to_str() {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}

/// A word for a POSIX shell, in a text.
pub(super) fn shell_text(word: &[u8]) -> String {
    shell_word(word).to_str_lossy().into_owned()
}

/// A word for a POSIX shell.
pub fn shell_word(word: &[u8]) -> Vec<u8> {
    if !word.is_empty() && word.iter().all(|byte| is_plain(*byte) || *byte == b'%') {
        return word.to_vec();
    }
    [b"'", word.replace("'", r"'\''").as_slice(), b"'"].concat()
}

/// Words that hold variables, for a POSIX shell.
pub fn in_shell(words: &[Vec<Part>]) -> Vec<u8> {
    let part = |part: &Part| match part {
        Part::Text(text) => shell_word(text),
        Part::Value(name) => format!("\"${{{name}}}\"").into_bytes(),
        Part::Fields(name) => format!("${name}").into_bytes(),
    };
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.iter().flat_map(part).collect()).collect();
    words.join(&b' ')
}

/// Whether a byte means nothing anywhere, neither to systemd nor to a shell.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./,:+@=".contains(&byte)
}

/// A word with quotes where it needs them, escapes for what cannot stand as it is, and replacements
/// for the characters that mean something to systemd.
fn quoted(word: &[u8], special: &[(char, &str)]) -> String {
    if !word.is_empty() && word.iter().copied().all(is_plain) {
        return word.to_str_lossy().into_owned();
    }
    let quote = if word.contains(&b'"') && !word.contains(&b'\'') { '\'' } else { '"' };
    let mut out = String::with_capacity(word.len() + 8);
    let mut needs_quotes = word.is_empty();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\t' | '\r' | '\\' => out.extend(c.escape_default()),
                '\'' | '"' | ' ' | ';' => {
                    needs_quotes = true;
                    if c == quote {
                        out.push('\\');
                    }
                    out.push(c);
                }
                // systemd takes these for no UTF-8.
                c if is_noncharacter(c) => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push_escape(&mut out, byte));
                }
                c if c.is_ascii_control() => push_escape(&mut out, u8::try_from(c).unwrap_or_default()),
                c => match special.iter().find(|(known, _)| *known == c) {
                    Some((_, replacement)) => out.push_str(replacement),
                    None => out.push(c),
                },
            }
        }
        for &byte in chunk.invalid() {
            push_escape(&mut out, byte);
        }
    }
    if needs_quotes { format!("{quote}{out}{quote}") } else { out }
}

/// Code points that Unicode keeps free for ever.
pub(super) fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// A byte as an escape that both command lines and unit names know: `\\x1b`.
pub(crate) fn push_escape(out: &mut String, byte: u8) {
    let _ = write!(out, "\\x{byte:02x}");
}
