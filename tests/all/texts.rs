//! Places in texts, and texts for people.

use cutover::text::display::{clean, cut, cut_left, fold, safe, width, wrap};
use cutover::text::{LineColumn, Lines, Span};
use proptest::prelude::*;

// ---- places ----

#[test]
fn places_count_from_one_and_in_characters() {
    let text = "é a\nb".as_bytes();
    let place = |offset| Lines::of(text).place(offset);
    assert_eq!(place(3), LineColumn { line: 1, column: 3 });
    assert_eq!(place(5), LineColumn { line: 2, column: 1 });
    assert_eq!(place(99), LineColumn { line: 2, column: 2 });
}

#[test]
fn a_span_beyond_the_text_is_empty() {
    assert_eq!(Span::new(2, 9).of(b"abc"), b"");
}

// ---- texts for people ----

#[test]
fn wide_characters_take_two_columns_and_are_not_cut_in_two() {
    assert_eq!(width("日本"), 4);
    assert_eq!(fold("日本語".as_bytes(), 5), ["日本", "語"]);
    assert_eq!(cut("日本語", 4), "日…");
}

#[test]
fn a_long_text_ends_in_an_ellipsis_or_begins_with_one() {
    assert_eq!(cut("abcdef", 6), "abcdef");
    assert_eq!(cut("0123456789", 5), "0123…");
    assert_eq!(cut("äöüä", 2), "ä…");
    assert_eq!(cut_left("etc/init/web.conf:3:1", 13), "…web.conf:3:1");
    assert_eq!(cut_left("日本語", 4), "…語");
}

#[test]
fn what_steers_a_terminal_is_escaped() {
    assert_eq!(safe(b"a\x1b[2Jb\x07\r\xff"), "a\\u{1b}[2Jb\\u{7}\\r\\xff");
    assert_eq!(safe("\u{9b}31m\u{202e}".as_bytes()), "\\u{9b}31m\\u{202e}");
    assert_eq!(safe(b"\tx\tyz"), "    x   yz");
}

#[test]
fn what_cannot_be_shown_is_replaced() {
    assert_eq!(clean(b"a\x01\xffb\nc"), "a\u{fffd}\u{fffd}b c");
    assert_eq!(clean("\u{202e}x\u{ffff}".as_bytes()), "\u{fffd}x\u{fffd}");
}

#[test]
fn words_stay_whole_where_they_fit() {
    assert_eq!(wrap("one two three\nfour", 9), ["one two", "three", "four"]);
    assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
    assert_eq!(wrap("  - a b", 5), ["  - a", "  b"]);
    assert_eq!(wrap("/usr/bin/long-name x", 8), ["/usr/bin", "/long-na", "me x"]);
    assert_eq!(wrap("日本語", 4), ["日本", "語"]);
}

proptest! {
    #[test]
    fn no_line_is_wider_than_it_may_be(bytes in prop::collection::vec(any::<u8>(), 0..80), columns in 2..40_usize) {
        let text = safe(&bytes);
        for cut in [cut(&text, columns), cut_left(&text, columns)] {
            prop_assert!(width(&cut) <= columns);
        }
        for piece in fold(&bytes, columns) {
            prop_assert!(width(&piece) <= columns);
        }
        for piece in wrap(&String::from_utf8_lossy(&bytes), columns) {
            prop_assert!(width(&piece) <= columns, "{piece:?}");
        }
    }
}
