//! Whether two scripts say the same.

use bstr::ByteSlice as _;

/// Whether two scripts say the same but for blanks, comments and line ends.
pub(super) fn same(left: &[u8], right: &[u8]) -> bool {
    match (tokens(left), tokens(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.trim_ascii() == right.trim_ascii(),
    }
}

/// Behind these no command ends.
const OPEN: &[&[u8]] = &[b"then", b"do", b"else", b"{", b"(", b"&&", b"||", b"|", b";", b";;", b"in", b"&"];

/// The words of a script with their quotes, and a `;` for every end of a command. Nothing where it holds here-documents,
/// whose blanks and line ends count.
fn tokens(script: &[u8]) -> Option<Vec<Vec<u8>>> {
    if script.contains_str("<<") {
        return None;
    }
    let mut tokens: Vec<Vec<u8>> = Vec::new();
    let mut word: Vec<u8> = Vec::new();
    let mut quote: Option<u8> = None;
    let mut rest = script;
    let end = |tokens: &mut Vec<Vec<u8>>, word: &mut Vec<u8>, ends: bool| {
        if !word.is_empty() {
            tokens.push(std::mem::take(word));
        }
        let open = tokens.last().is_none_or(|last| OPEN.contains(&last.as_slice()) || last.ends_with(b")"));
        if ends && !open {
            tokens.push(b";".to_vec());
        }
    };
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match (quote, byte) {
            (Some(b'"') | None, b'\\') => {
                let Some((&escaped, after)) = rest.split_first() else { break };
                rest = after;
                // A line goes on behind an escaped line end.
                if escaped != b'\n' {
                    word.extend([byte, escaped]);
                }
            }
            (Some(open), _) => {
                word.push(byte);
                if byte == open {
                    quote = None;
                }
            }
            (None, b'"' | b'\'' | b'`') => {
                word.push(byte);
                quote = Some(byte);
            }
            (None, b'#') if word.is_empty() => {
                rest = &rest[rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())..];
            }
            (None, b' ' | b'\t') => end(&mut tokens, &mut word, false),
            (None, b';') if rest.first() == Some(&b';') => {
                rest = &rest[1..];
                end(&mut tokens, &mut word, false);
                tokens.push(b";;".to_vec());
            }
            (None, b'\n' | b';') => end(&mut tokens, &mut word, true),
            (None, _) => word.push(byte),
        }
    }
    end(&mut tokens, &mut word, true);
    Some(tokens)
}
