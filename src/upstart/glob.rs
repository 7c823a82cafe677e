//! Patterns in conditions, as fnmatch(3) without flags matches them.

/// Whether `text` matches `pattern` as a whole. `*`, `?`, `[…]` and `\` are special.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // The place to go back to: behind the last `*`, and what it has eaten so far.
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            Some(b'*') => {
                back = Some((p + 1, t));
                p += 1;
                continue;
            }
            None if t == text.len() => return true,
            Some(_) if t < text.len() => one(&pattern[p..], text[t]),
            _ => None,
        };
        match (step, back) {
            (Some(len), _) => {
                p += len;
                t += 1;
            }
            (None, Some((behind, eaten))) if eaten < text.len() => {
                back = Some((behind, eaten + 1));
                p = behind;
                t = eaten + 1;
            }
            (None, _) => return false,
        }
    }
}

/// The length of the pattern's first item if it matches the byte.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern[0] {
        b'?' => Some(1),
        b'\\' if pattern.len() > 1 => (pattern[1] == byte).then_some(2),
        b'[' => match set(pattern, byte) {
            Some((matched, len)) => matched.then_some(len),
            None => (byte == b'[').then_some(1),
        },
        other => (other == byte).then_some(1),
    }
}

/// Whether a set such as `[!0-5S]` holds the byte, and the set's length; nothing if it is not closed.
fn set(pattern: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let first = 1 + usize::from(negated);
    let mut at = first;
    let mut found = false;
    loop {
        match *pattern.get(at)? {
            b']' if at > first => return Some((found != negated, at + 1)),
            low if pattern.get(at + 1) == Some(&b'-') && pattern.get(at + 2).is_some_and(|end| *end != b']') => {
                found |= (low..=pattern[at + 2]).contains(&byte);
                at += 3;
            }
            other => {
                found |= other == byte;
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_may_be_negated_and_hold_ranges() {
        assert!(matches(b"[2345]", b"3") && !matches(b"[2345]", b"S"));
        assert!(matches(b"[!2-5]", b"6") && !matches(b"[!2-5]", b"2"));
        assert!(matches(b"[^2345]", b"0"));
        assert!(matches(b"[", b"["));
    }

    #[test]
    fn stars_go_back_as_far_as_it_takes() {
        assert!(matches(b"*ab*ab", b"xabyabab"));
        assert!(!matches(b"*ab", b"aba"));
        assert!(matches(b"*", b"") && !matches(b"?", b""));
        assert!(!matches(b"a", b"ab") && matches(b"\\*", b"*"));
    }
}
