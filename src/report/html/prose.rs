//! Small texts.

use std::fmt::Display;

use maud::{Markup, html};

use crate::findings::Code;
use crate::text::display::shown;

/// A sentence of a finding: what stands between backticks is code.
pub fn prose(text: &(impl Display + ?Sized)) -> Markup {
    let text = text.to_string();
    let parts: Vec<&str> = text.split('`').collect();
    // Backticks that are no pairs are only text.
    if parts.len().is_multiple_of(2) {
        return html! { (shown(text.as_bytes())) };
    }
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at % 2 == 1 { code { (shown(part.as_bytes())) } } @else { (shown(part.as_bytes())) }
        }
    }
}

pub(crate) fn code_link(code: Code) -> Markup {
    let info = code.info();
    html! { a.code href=(format!("#{}", info.id)) title=(info.summary()) { (info.id) } }
}

/// A part of the page with its head.
pub fn part(id: &str, head: &str, body: &Markup) -> Markup {
    html! { section id=(id) aria-labelledby=(format!("{id}-head")) { h2 id=(format!("{id}-head")) { (head) } (body) } }
}

/// A table that can be scrolled.
pub fn table(label: &str, class: &str, heads: &[&str], rows: &Markup) -> Markup {
    html! {
        div.scroll role="group" aria-label=(label) tabindex="0" { table class=(class) {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody { (rows) }
        } }
    }
}

/// Bytes in base 64 (RFC 4648).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0u32, |word, (at, byte)| word | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..4 {
            let index = (word >> (18 - 6 * digit)) & 63;
            out.push(if digit <= chunk.len() { char::from(DIGITS[index as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_that_of_the_standard() {
        let words = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|word| base64(word.as_bytes()));
        assert_eq!(words, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn backticks_in_pairs_mark_code_and_nothing_is_markup() {
        assert_eq!(prose("`a<b` & c").into_string(), "<code>a&lt;b</code> &amp; c");
        assert_eq!(prose("a ` b").into_string(), "a ` b");
    }
}
