//! Numbers, sizes and percentages.

use super::error::ValueError;

const BLANKS: &[u8] = b" \t\n\r";

/// A whole number without sign, in the notations of C: `10`, `0x1f`, `017`, and `0b1`, `0o17`.
pub fn unsigned(value: &[u8]) -> Result<u64, ValueError> {
    let (negative, number) = signed(value, None)?;
    if negative && number != 0 { Err(ValueError::Range) } else { Ok(number) }
}

/// A whole number, in the notations of C.
pub fn integer(value: &[u8]) -> Result<i64, ValueError> {
    let (negative, number) = signed(value, None)?;
    let number = i64::try_from(number).map_err(|_| ValueError::Range)?;
    Ok(if negative { -number } else { number })
}

/// A whole number between two bounds.
pub fn between(value: &[u8], low: i64, high: i64) -> Result<i64, ValueError> {
    Some(integer(value)?).filter(|number| (low..=high).contains(number)).ok_or(ValueError::Range)
}

/// Permissions in octal, up to 7777.
pub fn mode(value: &[u8]) -> Result<u32, ValueError> {
    if value.trim_ascii_start().first().is_some_and(|byte| b"+-".contains(byte)) {
        return Err(ValueError::Number);
    }
    match signed(value, Some(8))?.1 {
        number @ 0..=0o7777 => u32::try_from(number).map_err(|_| ValueError::Range),
        _ => Err(ValueError::Range),
    }
}

/// Sign and amount, as strtoul(3) and systemd on top of it read them.
fn signed(value: &[u8], base: Option<u32>) -> Result<(bool, u64), ValueError> {
    let blanks = value.iter().take_while(|byte| BLANKS.contains(byte) || b"\x0b\x0c".contains(byte)).count();
    let text = &value[blanks..];
    let (negative, text) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let (base, digits) = match (base, text) {
        (Some(base), _) => (base, text),
        (None, [b'0', b'x' | b'X', rest @ ..]) => (16, rest),
        (None, [b'0', b'b' | b'B', rest @ ..]) => (2, rest),
        (None, [b'0', b'o' | b'O', rest @ ..]) => (8, rest),
        (None, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest),
        (None, _) => (10, text),
    };
    Ok((negative, digits_of(digits, base)?))
}

fn digits_of(digits: &[u8], base: u32) -> Result<u64, ValueError> {
    if digits.is_empty() {
        return Err(ValueError::Number);
    }
    digits.iter().try_fold(0u64, |sum, byte| {
        let digit = char::from(*byte).to_digit(base).ok_or(ValueError::Number)?;
        sum.checked_mul(u64::from(base)).and_then(|sum| sum.checked_add(u64::from(digit))).ok_or(ValueError::Range)
    })
}

/// A bound that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// `infinity`
    Unlimited,
    /// So many bytes, tasks …
    Of(u64),
    /// A part of what the machine has, in hundredths of a percent.
    Part(u32),
}

/// Suffixes of sizes, the largest first.
const SUFFIXES: &[(&[u8], u64)] = &[
    (b"E", 1 << 60),
    (b"P", 1 << 50),
    (b"T", 1 << 40),
    (b"G", 1 << 30),
    (b"M", 1 << 20),
    (b"K", 1 << 10),
    (b"B", 1),
    (b"", 1),
];

/// A number of bytes: `1G 500M`, to the base of 1024.
pub fn size(value: &[u8]) -> Result<u64, ValueError> {
    let mut rest = value;
    let mut sum = 0u64;
    let mut allowed = SUFFIXES;
    loop {
        rest = rest.trim_ascii_start();
        let unsigned = rest.strip_prefix(b"+").unwrap_or(rest);
        if rest.starts_with(b"-") {
            return Err(ValueError::Range);
        }
        let (whole, behind) = split_digits(unsigned);
        let whole = digits_of(whole, 10)?;
        let (fraction, behind) = behind.strip_prefix(b".").map_or((&b""[..], behind), split_digits);
        rest = behind.trim_ascii_start();
        let at = allowed.iter().position(|(suffix, _)| rest.starts_with(suffix)).ok_or(ValueError::Number)?;
        let (suffix, factor) = allowed[at];
        let product = whole.checked_mul(factor).ok_or(ValueError::Range)?;
        let part = part_of(fraction, factor);
        sum = sum.checked_add(product).and_then(|sum| sum.checked_add(part)).ok_or(ValueError::Range)?;
        rest = &rest[suffix.len()..];
        allowed = &allowed[at + 1..];
        if rest.is_empty() {
            return Ok(sum);
        }
    }
}

/// That fraction of a factor, rounded down.
fn part_of(digits: &[u8], factor: u64) -> u64 {
    let (mut part, mut scale) = (0u128, 1u128);
    for digit in digits.iter().take(18) {
        scale *= 10;
        part = part * 10 + u128::from(*digit - b'0');
    }
    u64::try_from(part.saturating_mul(factor.into()) / scale).unwrap_or(u64::MAX)
}

pub(super) fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(digits)
}

/// A percentage of up to two decimal places, in hundredths of a percent: `12.5%`; or per mille (`‰`) and
/// per myriad (`‱`).
pub fn percent(value: &[u8]) -> Result<u32, ValueError> {
    let units: [(&[u8], usize); 3] = [(b"%", 2), ("\u{2030}".as_bytes(), 1), ("\u{2031}".as_bytes(), 0)];
    let found = units.iter().find_map(|(unit, places)| Some((value.strip_suffix(*unit)?, *places)));
    let (number, places) = found.ok_or(ValueError::Percent)?;
    let (whole, behind) = split_digits(number);
    let decimals = match behind {
        [] => &[][..],
        [b'.', decimals @ ..] if !decimals.is_empty() && decimals.len() <= places => decimals,
        _ => return Err(ValueError::Percent),
    };
    let mut digits = [whole, decimals].concat();
    digits.resize(whole.len() + places, b'0');
    let number = digits_of(&digits, 10).map_err(|_| ValueError::Percent)?;
    if whole.is_empty() {
        return Err(ValueError::Percent);
    }
    u32::try_from(number).map_err(|_| ValueError::Range)
}

/// A number of bytes, at most all of the memory, or `infinity`.
pub fn memory(value: &[u8]) -> Result<Amount, ValueError> {
    amount(value, size)
}

/// A number of tasks, a percentage, or `infinity`.
pub fn tasks(value: &[u8]) -> Result<Amount, ValueError> {
    Some(amount(value, unsigned)?).filter(|amount| *amount != Amount::Of(0)).ok_or(ValueError::Range)
}

/// `infinity`, a percentage that is at most all, or a number.
fn amount(value: &[u8], number: fn(&[u8]) -> Result<u64, ValueError>) -> Result<Amount, ValueError> {
    match percent(value) {
        _ if value == b"infinity" => Ok(Amount::Unlimited),
        Ok(part @ 0..=10_000) => Ok(Amount::Part(part)),
        _ => number(value).map(Amount::Of),
    }
}
