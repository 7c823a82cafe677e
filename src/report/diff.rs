//! How a file differs from the one that it replaces.

use crate::compare::text::{Named, patch};

/// The lines of a patch without its head: each with its sign, which is `@` for those that say where.
pub fn lines(old: &[u8], new: &[u8]) -> Vec<(char, Vec<u8>)> {
    let named = |text| Named { name: "", remark: "", text: Some(text) };
    let patch = patch(&named(old), &named(new), false);
    let signed = |line: &[u8]| match line.split_first()? {
        (b'@', _) => Some(('@', line.to_vec())),
        (sign, rest) => Some((char::from(*sign), rest.to_vec())),
    };
    patch.split(|byte| *byte == b'\n').skip(2).filter_map(signed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_sign() {
        let shown: Vec<(char, String)> = lines(b"a\nb\n\n", b"a\nc\n\n")
            .into_iter()
            .map(|(sign, line)| (sign, String::from_utf8(line).unwrap()))
            .collect();
        let line = |sign, text: &str| (sign, text.to_owned());
        assert_eq!(
            shown,
            [line('@', "@@ -1,3 +1,3 @@"), line(' ', "a"), line('-', "b"), line('+', "c"), line(' ', "")]
        );
        assert!(lines(b"a", b"a").is_empty());
    }
}
