//! Specifiers (systemd.unit(5), "Specifiers").

use std::fmt;

use bstr::{BString, ByteSlice as _, ByteVec as _};

use super::ValueError;
use crate::systemd::load::UnitName;

/// A text in which specifiers stand for something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Parts(pub Vec<Part>);

/// A piece of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// As it stands.
    Text(BString),
    /// `%` and this letter.
    Specifier(char),
}

/// Letters that stand for something.
const KNOWN: &[u8] = b"aAbBcCdEfgGhHiIjJlLmMnNopPqrRsStTuUvVwWyY";
/// Those of them that may stand in the names of units.
const IN_NAMES: &[u8] = b"ijnNpaAbBHlqmMovwWgGuU";

/// What the system's manager takes, whatever the machine.
const SYSTEM: &[(char, &str)] = &[
    ('C', "/var/cache"),
    ('E', "/etc"),
    ('L', "/var/log"),
    ('S', "/var/lib"),
    ('T', "/tmp"),
    ('V', "/var/tmp"),
    ('t', "/run"),
    ('h', "/root"),
    ('u', "root"),
    ('U', "0"),
    ('g', "root"),
    ('G', "0"),
];

impl Parts {
    /// Reads a text with specifiers.
    ///
    /// # Errors
    /// A letter or digit behind `%` that is no specifier.
    pub fn read(text: &[u8]) -> Result<Parts, ValueError> {
        Parts::of(text, KNOWN)
    }

    /// Reads the name of a unit, in which fewer of them count.
    ///
    /// # Errors
    /// A letter or digit behind `%` that is no specifier there.
    pub fn read_name(text: &[u8]) -> Result<Parts, ValueError> {
        Parts::of(text, IN_NAMES)
    }

    /// A text without any.
    pub fn plain(text: impl Into<BString>) -> Parts {
        let text = text.into();
        Parts(if text.is_empty() { Vec::new() } else { vec![Part::Text(text)] })
    }

    fn of(text: &[u8], known: &[u8]) -> Result<Parts, ValueError> {
        let mut parts = Vec::new();
        let mut plain = BString::default();
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                plain.push(byte);
                continue;
            }
            match bytes.next() {
                None | Some(b'%') => plain.push(b'%'),
                Some(letter) if known.contains(&letter) => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Specifier(char::from(letter)));
                }
                Some(letter) if letter.is_ascii_alphanumeric() => {
                    return Err(ValueError::Specifier(char::from(letter)));
                }
                Some(other) => plain.push_str([b'%', other]),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Parts(parts))
    }

    /// The text, where no specifier is in it.
    pub fn as_plain(&self) -> Option<BString> {
        match &self.0[..] {
            [] => Some(BString::default()),
            [Part::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// The specifiers in it.
    pub fn specifiers(&self) -> impl Iterator<Item = char> {
        self.0.iter().filter_map(|part| match part {
            Part::Specifier(letter) => Some(*letter),
            Part::Text(_) => None,
        })
    }

    /// The text for a unit of the system's manager. What only the machine knows (the name of the host, of the
    /// kernel …) comes from `machine`.
    ///
    /// # Errors
    /// The specifier that nobody knows.
    pub fn resolve(
        &self,
        name: &UnitName,
        machine: &dyn Fn(char) -> Option<BString>,
    ) -> Result<BString, char> {
        let mut out = BString::default();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Specifier(letter) => {
                    let value =
                        of_name(*letter, name).or_else(|| of_system(*letter)).or_else(|| machine(*letter));
                    out.push_str(value.ok_or(*letter)?);
                }
            }
        }
        Ok(out)
    }
}

impl fmt::Display for Parts {
    /// As it stands in a unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => write!(f, "{}", text.replace("%", "%%").as_bstr())?,
                Part::Specifier(letter) => write!(f, "%{letter}")?,
            }
        }
        Ok(())
    }
}

fn of_system(letter: char) -> Option<BString> {
    SYSTEM.iter().find(|(known, _)| *known == letter).map(|(_, value)| (*value).into())
}

/// What the unit's name alone tells; a template has an empty instance.
fn of_name(letter: char, name: &UnitName) -> Option<BString> {
    let instance = name.instance().unwrap_or_default();
    let last = || {
        let prefix = name.prefix();
        prefix.rfind('-').map_or(prefix, |dash| &prefix[dash + 1..])
    };
    Some(match letter {
        'n' => name.as_str().into(),
        'N' => name.stem().into(),
        'p' => name.prefix().into(),
        'P' => unescape(name.prefix()),
        'i' => instance.into(),
        'I' => unescape(instance),
        'j' => last().into(),
        'J' => unescape(last()),
        'f' => {
            let path = unescape(if instance.is_empty() { name.prefix() } else { instance });
            if path.starts_with(b"/") { path } else { [b"/", path.as_slice()].concat().into() }
        }
        _ => return None,
    })
}

/// Undoes what systemd-escape(1) does: `-` stands for `/`, `\x2d` for a byte. What is no such escape stays.
pub fn unescape(text: &str) -> BString {
    let mut out = BString::default();
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'-' => out.push(b'/'),
            b'\\' => {
                let digit = |at: usize| char::from(*behind.get(at)?).to_digit(16);
                match (behind.first(), digit(1), digit(2)) {
                    (Some(b'x'), Some(high), Some(low)) => {
                        out.push(u8::try_from(high * 16 + low).unwrap_or_default());
                        rest = &behind[3..];
                    }
                    _ => out.push(b'\\'),
                }
            }
            byte => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(text: &str, name: &str) -> String {
        let parts = Parts::read(text.as_bytes()).unwrap();
        parts
            .resolve(&name.parse().unwrap(), &|_| None)
            .map_or_else(|letter| format!("?{letter}"), |text| text.to_string())
    }

    #[test]
    fn the_name_of_a_unit_resolves_most_of_them() {
        let name = r"dev-my\x2dtty@a-b\x20c.service";
        assert_eq!(resolved("%n %N", name), format!(r"{name} dev-my\x2dtty@a-b\x20c"));
        assert_eq!(resolved("%p %P %j %J", name), r"dev-my\x2dtty dev/my-tty my\x2dtty my-tty");
        assert_eq!(resolved("%i %I %f", name), r"a-b\x20c a/b c /a/b c");
        assert_eq!(resolved("%f", "a-b.service"), "/a/b");
        assert_eq!(resolved("%t/%S 100%% 5%- %", "a.service"), "/run//var/lib 100% 5%- %");
        assert_eq!(resolved("%H", "a.service"), "?H");
    }

    #[test]
    fn unknown_letters_are_refused() {
        assert_eq!(Parts::read(b"%z"), Err(ValueError::Specifier('z')));
        assert_eq!(Parts::read(b"%1"), Err(ValueError::Specifier('1')));
        assert!(Parts::read_name(b"%I").is_err() && Parts::read_name(b"a@%i").is_ok());
    }
}
