//! Quoting and escaping: so that a process gets, byte for byte, the strings that are meant.
//!
//! systemd reads a value in this order (systemd.syntax(7), systemd.service(5) "Command lines"):
//! words are split and unquoted with C escapes, then specifiers (`%`) are expanded, and in command
//! lines variables (`$`) when the process is started.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::target::Version;
use crate::service::Part;

/// A word of a command line. Whole words are quoted, because systemd before 221 knows quotes only
/// at the start of a word.
pub fn exec_word(word: &[u8], target: Version) -> String {
    if word == b";" {
        // A quoted semicolon separates commands before 221.
        return r"\;".to_owned();
    }
    let percent = if target == Version(229) {
        // 229 expands a command line twice, but undoes escapes only in between.
        r"\x25\x25"
    } else {
        "%%"
    };
    quoted(word, &[('%', percent), ('$', "$$")])
}

/// An assignment for `Environment=`. `$` has no meaning there.
pub fn assignment(name: &[u8], value: &[u8]) -> String {
    let mut word = name.to_vec();
    word.push(b'=');
    word.extend_from_slice(value);
    quoted(&word, &[('%', "%%")])
}

/// Whether `Environment=` can hold a value at all (systemd.exec(5), "Environment").
pub fn environment_holds(name: &[u8], value: &[u8], target: Version) -> bool {
    let valid_name = name.first().is_some_and(|byte| !byte.is_ascii_digit())
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let allowed = |c: char| {
        c == '\t' || (c == '\n' && target >= Version(239)) || !(c.is_ascii_control() || is_noncharacter(c))
    };
    valid_name && value.to_str().is_ok_and(|value| value.chars().all(allowed))
}

/// A value that runs to the end of the line and is not unquoted, such as a path; nothing where it
/// cannot be written so.
pub fn rest_of_line(value: &[u8]) -> Option<String> {
    let text = value.to_str().ok()?;
    let writable = !text.is_empty()
        && text.trim() == text
        && !text.ends_with('\\')
        && !text.contains(|c: char| c.is_ascii_control());
    writable.then(|| text.replace('%', "%%"))
}

/// Free text, such as a description: what cannot stand on one line is folded, and whether that was so.
pub fn free_text(value: &[u8]) -> (String, bool) {
    let text = unicode(value);
    let folded: Vec<&str> = text.split(|c: char| c.is_control()).collect();
    let text = folded.join(" ");
    let text = text.trim().trim_end_matches('\\');
    let changed = text.as_bytes() != value.trim_ascii();
    (text.replace('%', "%%"), changed)
}

/// Bytes as text: what is not UTF-8 is taken for Latin-1, as old files mostly are.
pub fn unicode(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    match bytes.to_str() {
        Ok(text) => text.into(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into(),
    }
}

/// A word for a POSIX shell.
pub fn shell_word(word: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:+@%=".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    [b"'", word.replace("'", r"'\''").as_slice(), b"'"].concat()
}

/// Words that hold variables, for a POSIX shell.
pub fn in_shell(words: &[Vec<Part>]) -> Vec<u8> {
    let words: Vec<Vec<u8>> = words
        .iter()
        .map(|word| {
            let parts = word.iter().map(|part| match part {
                Part::Text(text) => shell_word(text),
                Part::Value(name) => format!("\"${{{name}}}\"").into_bytes(),
                Part::Fields(name) => format!("${name}").into_bytes(),
            });
            parts.collect::<Vec<_>>().concat()
        })
        .collect();
    words.join(&b' ')
}

/// A word with quotes where it needs them, escapes for what cannot stand as it is, and replacements
/// for the characters that mean something to systemd.
fn quoted(word: &[u8], special: &[(char, &str)]) -> String {
    let quote = match (word.contains(&b'\''), word.contains(&b'"')) {
        (false, true) => '\'',
        _ => '"',
    };
    let mut out = String::with_capacity(word.len() + 8);
    let mut needs_quotes = word.is_empty();
    for chunk in word.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\r' => out.push_str("\\r"),
                '\\' => out.push_str("\\\\"),
                '\'' | '"' => {
                    needs_quotes = true;
                    if c == quote {
                        out.push('\\');
                    }
                    out.push(c);
                }
                ' ' | ';' => {
                    needs_quotes = true;
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
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe
}

/// A byte as an escape that both command lines and unit names know: `\\x1b`.
pub fn push_escape(out: &mut String, byte: u8) {
    let _ = write!(out, "\\x{byte:02x}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> String {
        exec_word(text.as_bytes(), Version::default())
    }

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(word("--config=/etc/a.conf"), "--config=/etc/a.conf");
        assert_eq!(word("日本"), "日本");
    }

    #[test]
    fn what_means_something_to_systemd_is_escaped() {
        assert_eq!(word("100%"), "100%%");
        assert_eq!(word("$HOME"), "$$HOME");
        assert_eq!(word(r"a\b"), r"a\\b");
        assert_eq!(word(";"), r"\;");
        assert_eq!(word(""), "\"\"");
        assert_eq!(word("a\nb"), r"a\nb");
        assert_eq!(exec_word(b"%", Version(229)), r"\x25\x25");
    }

    #[test]
    fn the_quote_that_needs_fewer_escapes_is_taken() {
        assert_eq!(word("it's so"), "\"it's so\"");
        assert_eq!(word(r#"say "x" y"#), r#"'say "x" y'"#);
        assert_eq!(word(r#"'"'"#), r#""'\"'""#);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_written_as_numbers() {
        assert_eq!(exec_word(b"caf\xe9", Version::default()), r"caf\xe9");
    }

    #[test]
    fn an_environment_holds_text_only() {
        let holds = |value: &[u8]| environment_holds(b"A", value, Version(252));
        assert!(holds(b"a\tb\nc") && !holds(b"\x07") && !holds(b"\xff"));
        assert!(!environment_holds(b"A", b"\n", Version(237)));
        assert!(!environment_holds(b"1A", b"", Version(252)));
    }

    #[test]
    fn shell_words_are_single_quoted() {
        assert_eq!(shell_word(b"a b'c"), br"'a b'\''c'");
        assert_eq!(shell_word(b"/usr/bin/x"), b"/usr/bin/x");
    }
}
