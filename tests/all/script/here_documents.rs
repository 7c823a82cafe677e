//! Here-documents: where their bodies stand, and what of them is expanded.

use cutover::script::tree::{HereDocument, Script};
use cutover::script::{Reason, literal, parse};

/// The bodies, and what they stand for.
fn bodies(text: &str) -> Vec<(&str, Option<String>)> {
    let script: Script = parse(text.as_bytes()).unwrap();
    let body =
        |it: &HereDocument| (&text[it.span.start..it.span.end], literal(&it.pieces).map(|text| text.to_string()));
    script.here_documents.iter().map(body).collect()
}

#[test]
fn a_body_stands_behind_the_line_and_ends_at_the_delimiter() {
    assert_eq!(bodies("a <<E b; c\nx\nE\nd\n"), [("x\n", Some("x\n".into()))]);
    assert_eq!(bodies("a <<E\nEE\n E\nE"), [("EE\n E\n", Some("EE\n E\n".into()))]);
    let two = [("x\n", Some("x\n".to_owned())), ("y\n", Some("y\n".to_owned()))];
    assert_eq!(bodies("a <<E 2<<F | b\nx\nE\ny\nF\nc"), two);
    assert_eq!(bodies("if a <<E\nx\nE\nthen b <<E; fi\ny\nE\n"), two);
    assert_eq!(bodies("a $(b <<E\nx\nE\n) <<E\ny\nE\n"), two);
}

#[test]
fn a_quoted_delimiter_keeps_the_body_as_it_is() {
    for head in ["<<'E'", "<<\\E", "<<\"E\"", "<<E''"] {
        let text = format!("a {head}\n$x `\\\nE\n");
        assert_eq!(bodies(&text), [("$x `\\\n", Some("$x `\\\n".into()))], "{head}");
    }
    assert_eq!(bodies("a <<E\n$x\nE\n"), [("$x\n", None)]);
    assert_eq!(bodies("a <<E\n\\$x \\\ny \"'\nE\n"), [("\\$x \\\ny \"'\n", Some("$x y \"'\n".into()))]);
    assert_eq!(bodies("a <<$x\n1\n$x\n"), [("1\n", Some("1\n".into()))]);
}

#[test]
fn tabs_go_where_the_operator_says_so() {
    assert_eq!(bodies("a <<-E\n\t\tx\n\t E\n\tE\n"), [("\t\tx\n\t E\n", Some("x\n E\n".into()))]);
    assert_eq!(bodies("a <<E\n\tE\nE\n"), [("\tE\n", Some("\tE\n".into()))]);
}

#[test]
fn the_end_may_be_missing_but_not_within_an_expansion() {
    assert_eq!(bodies("a <<E"), [("", Some(String::new()))]);
    assert_eq!(bodies("a <<E\nx"), [("x", Some("x".into()))]);
    assert_eq!(bodies("a $(b <<E)\nE"), [("", Some(String::new()))]);
    assert_eq!(bodies("a <<E\n$(b\nE\n)\nE\n"), [("$(b\nE\n)\n", None)]);
    assert_eq!(parse(b"a <<E\n${x:-\nE\n}\nE\n").unwrap_err().reason, Reason::Brace);
}
