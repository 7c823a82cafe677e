//! Numbers as C's strtol(3) and strtoul(3) take them, because that is what Upstart reads them with.

/// A whole number in the 64 bits of a `long`; `None` where Upstart refuses the text.
pub(crate) fn signed(text: &[u8]) -> Option<i64> {
    let (negative, digits) = split(text);
    if digits.is_empty() {
        return text.is_empty().then_some(0);
    }
    let value = magnitude(digits, 10)?;
    let signed = if negative { -i128::from(value) } else { i128::from(value) };
    i64::try_from(signed).ok()
}

/// A whole number in the 64 bits of an `unsigned long`: a minus sign wraps around, as it does in C.
pub fn unsigned(text: &[u8], radix: u32) -> Option<u64> {
    let (negative, digits) = split(text);
    if digits.is_empty() {
        return text.is_empty().then_some(0);
    }
    let value = magnitude(digits, radix)?;
    Some(if negative { value.wrapping_neg() } else { value })
}

/// Cuts a number to the 32 bits of an `int`, as an assignment does in C.
#[allow(clippy::cast_possible_truncation)]
pub(crate) fn int(value: i64) -> i32 {
    value as i32
}

fn split(text: &[u8]) -> (bool, &[u8]) {
    let blanks = text.iter().take_while(|b| matches!(b, b' ' | b'\t'..=b'\r')).count();
    match text[blanks..].split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, &text[blanks..]),
    }
}

fn magnitude(digits: &[u8], radix: u32) -> Option<u64> {
    digits.iter().try_fold(0u64, |value, &byte| {
        let digit = char::from(byte).to_digit(radix)?;
        value.checked_mul(radix.into())?.checked_add(digit.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_a_sign_may_stand_in_front() {
        assert_eq!(signed(b" -5"), Some(-5));
        assert_eq!(signed(b"+7"), Some(7));
        assert_eq!(signed(b"5 "), None);
        assert_eq!(signed(b"1e3"), None);
        assert_eq!(signed(b"99999999999999999999"), None);
    }

    #[test]
    fn an_unsigned_minus_wraps() {
        assert_eq!(unsigned(b"-1", 10), Some(u64::MAX));
        assert_eq!(unsigned(b"0777", 8), Some(0o777));
        assert_eq!(unsigned(b"8", 8), None);
    }
}
