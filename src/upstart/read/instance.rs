//! `instance`: which variables tell a job's instances apart.

use bstr::{BString, ByteSlice as _};

use crate::service::Instance;
use crate::text::Text;

/// An instance name taken apart; nothing if it holds no variable.
pub fn of(pattern: &[u8]) -> Option<Instance> {
    let mut variables: Vec<Text> = Vec::new();
    let mut default = None;
    let mut rest = pattern;
    while let Some(at) = rest.find_byte(b'$') {
        rest = &rest[at + 1..];
        let (reference, behind) = match rest.strip_prefix(b"{") {
            Some(braced) => {
                let end = braced.find_byte(b'}').unwrap_or(braced.len());
                (&braced[..end], &braced[(end + 1).min(braced.len())..])
            }
            None => rest.split_at(name_len(rest)),
        };
        let name = &reference[..name_len(reference)];
        if !name.is_empty() {
            let operator = &reference[name.len()..];
            let operator = operator.strip_prefix(b":").unwrap_or(operator);
            if let Some(value) = operator.strip_prefix(b"-") {
                default = Some(BString::from(value));
            }
            if !variables.iter().any(|known| known.as_slice() == name) {
                variables.push(name.into());
            }
        }
        rest = behind;
    }
    if variables.is_empty() {
        return None;
    }
    // The default is the instance's name only if the variable is all of it.
    let alone = variables.len() == 1 && pattern.starts_with(b"$") && rest.is_empty();
    Some(Instance { pattern: pattern.into(), variables, default: default.filter(|_| alone).map(Text) })
}

fn name_len(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pattern: &str) -> Option<(Vec<String>, Option<String>)> {
        of(pattern.as_bytes()).map(|instance| {
            let names = instance.variables.iter().map(ToString::to_string).collect();
            (names, instance.default.map(|text| text.to_string()))
        })
    }

    #[test]
    fn variables_and_a_default_are_found() {
        assert_eq!(parts("$X").unwrap(), (vec!["X".into()], None));
        assert_eq!(parts("${N:-1}").unwrap(), (vec!["N".into()], Some("1".into())));
        assert_eq!(parts("$A-${B}").unwrap(), (vec!["A".into(), "B".into()], None));
        assert_eq!(parts("main"), None);
    }
}
