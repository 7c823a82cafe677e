//! Scripts know where they stand in their files.

use bstr::ByteSlice as _;
use cutover::script::ScriptText;
use cutover::text::{Origin, Span};

#[test]
fn a_text_is_read_once_and_its_copies_share_what_was_read() {
    let script = ScriptText::from("a; b");
    let tree = script.tree().unwrap();
    assert!(std::ptr::eq(script.tree().unwrap(), tree));
    assert!(std::ptr::eq(script.clone().tree().unwrap(), tree));
    assert!(ScriptText::from("a `b").tree().is_err());
}

#[test]
fn a_part_keeps_its_place_in_the_file() {
    // script, then a line of two blanks' indentation, and one of four.
    let file = "script\n  a\n    b c\n  d\nend script\n";
    let stanza = Origin { file: 1, span: Span::new(0, 99) };
    let script = ScriptText::from("a\n  b c\nd\n").standing_at(2, vec![(0, 9), (2, 13), (8, 21)]);
    let found = |script: &ScriptText, part: &str| {
        let at = script.find(part).unwrap();
        let origin = script.origin(Span::new(at, at + part.len()), stanza);
        (origin.file, &file[origin.span.start..origin.span.end])
    };
    assert_eq!(found(&script, "b c"), (1, "b c"));
    assert_eq!(found(&script, "c\nd"), (1, "c\n  d"));
    assert_eq!(script.lines(), Some((2, 4)));
    let rest = script.part(Span::new(4, 10));
    assert_eq!((&rest[..], rest.lines()), (&b"b c\nd\n"[..], Some((3, 4))));
    assert_eq!(found(&rest, "c"), (1, "c"));
    assert_eq!(found(&rest, "d"), (1, "d"));
    let other = rest.rewritten("e");
    assert_eq!((other.lines(), other.origin(Span::new(0, 1), stanza)), (Some((3, 4)), stanza));
}
