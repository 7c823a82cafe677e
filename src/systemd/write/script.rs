//! Scripts of several lines: which of them read well on one line.

use bstr::{BString, ByteSlice as _};

/// More lines than this, or more characters, and a script is better read in a file of its own.
const MOST_LINES: usize = 4;
const MOST_BYTES: usize = 200;

/// The script on one line, where that is plainly the same and short enough to read.
///
/// `sh -e` treats `a` newline `b` and `a; b` alike, as long as each line is a complete list of
/// commands, or ends in a word behind which a command begins.
pub(crate) fn one_line(script: &[u8]) -> Option<BString> {
    let lines: Vec<&[u8]> = script.lines().map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST_LINES || script.len() > MOST_BYTES {
        return None;
    }
    let mut out = BString::default();
    for line in lines {
        if !is_complete(line) {
            return None;
        }
        if !out.is_empty() {
            let joint: &[u8] = if continues(&out) { b" " } else { b"; " };
            out.extend_from_slice(joint);
        }
        out.extend_from_slice(line);
    }
    Some(out)
}

/// No quote, here-document, comment or case reaches over the end of the line.
fn is_complete(line: &[u8]) -> bool {
    let mut quote = None;
    let mut previous = b' ';
    for &byte in line {
        match (quote, byte) {
            (_, b'\\' | b'`') => return false,
            (None, b'#') if previous.is_ascii_whitespace() => return false,
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
        previous = byte;
    }
    let cases = line.contains_str(";;") || line.starts_with_str("case ") || line == b"esac";
    quote.is_none() && !cases && !line.contains_str("<<")
}

/// Whether a command may follow without a semicolon.
fn continues(line: &[u8]) -> bool {
    let last = line.rsplit(|byte| byte.is_ascii_whitespace() || *byte == b';').next().unwrap_or_default();
    matches!(last, b"then" | b"do" | b"else" | b"{" | b"(" | b"!" | b"if" | b"while" | b"until")
        || [b"&&".as_slice(), b"||", b"|", b"&", b"(", b"{", b";"].iter().any(|end| line.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(script: &str) -> Option<String> {
        one_line(script.as_bytes()).map(|line| line.to_string())
    }

    #[test]
    fn short_scripts_of_complete_lines_are_joined() {
        assert_eq!(joined("mkdir -p /run/a\nchown b /run/a\n").unwrap(), "mkdir -p /run/a; chown b /run/a");
        assert_eq!(joined("if [ -e a ]; then\n  b\nfi\n").unwrap(), "if [ -e a ]; then b; fi");
        assert_eq!(joined("a &\nb &&\nc\n").unwrap(), "a & b && c");
    }

    #[test]
    fn whatever_reaches_over_a_line_stays_in_lines() {
        for script in ["a 'b\nc'\n", "cat <<E\nx\nE\n", "a # b\nc\n", "a \\\nb\n", "case a in\nb) c;;\nesac\n"] {
            assert_eq!(joined(script), None, "{script}");
        }
    }
}
