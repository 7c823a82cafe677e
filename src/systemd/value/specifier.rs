//! Specifiers (systemd.unit(5), "Specifiers").

use std::fmt;

use bstr::{BString, ByteSlice as _, ByteVec as _};

use super::error::ValueError;
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
    pub fn read(text: &[u8]) -> Result<Parts, ValueError> {
        Parts::of(text, KNOWN)
    }

    /// Reads the name of a unit, in which fewer of them count.
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

    /// The text for a unit of the system's manager. What only the machine knows (the name of the host, of the
    /// kernel …) comes from `machine`.
    pub fn resolve(&self, name: &UnitName, machine: &dyn Fn(char) -> Option<BString>) -> Result<BString, char> {
        let mut out = BString::default();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Specifier(letter) => {
                    let system = SYSTEM.iter().find(|(known, _)| known == letter);
                    let system = || system.map(|(_, value)| (*value).into());
                    let value = of_name(*letter, name).or_else(system).or_else(|| machine(*letter));
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

/// What the unit's name alone tells; a template has an empty instance.
fn of_name(letter: char, name: &UnitName) -> Option<BString> {
    let instance = name.instance().unwrap_or_default();
    let last = || name.prefix().rsplit('-').next().unwrap_or_default();
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
pub(crate) fn unescape(text: &str) -> BString {
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
