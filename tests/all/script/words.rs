//! Words: their pieces, and what they stand for.

use bstr::{BString, ByteSlice as _};
use cutover::script::tree::{CommandKind, Operation, Piece, PieceKind, TestOperator};
use cutover::script::{Reason, literal, parse, walk};
use cutover::text::Span;

/// The pieces of the first word, each with its own text.
fn pieces(text: &str) -> Vec<(String, PieceKind)> {
    let script = parse(text.as_bytes()).unwrap();
    let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else { panic!("{text}") };
    let slice = |piece: &Piece| text[piece.span.start..piece.span.end].to_owned();
    simple.words[0].pieces.iter().map(|piece| (slice(piece), piece.kind.clone())).collect()
}

fn texts(text: &str) -> Vec<String> {
    pieces(text).into_iter().map(|(slice, _)| slice).collect()
}

fn only(text: &str) -> PieceKind {
    let mut pieces = pieces(text);
    assert_eq!((pieces.len(), &pieces[0].0[..]), (1, text), "{pieces:?}");
    pieces.remove(0).1
}

fn parameter(text: &str) -> (String, Operation, Option<BString>) {
    let PieceKind::Parameter(parameter) = only(text) else { panic!("{text}") };
    (parameter.name.to_string(), parameter.operation, literal(&parameter.word))
}

fn value(text: &str) -> Option<BString> {
    let script = parse(text.as_bytes()).unwrap();
    let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else { panic!("{text}") };
    simple.words.first().or(simple.assignments.first().map(|it| &it.value)).unwrap().literal()
}

#[test]
fn a_word_is_cut_where_its_kind_changes() {
    assert_eq!(texts(r#"a'b c'"d $e"\ f$g"#), ["a", "'b c'", r#""d $e""#, r"\ ", "f", "$g"]);
    assert_eq!(texts("a\\\nb"), ["a\\\nb"]);
    assert_eq!(texts("a*b?[c]"), ["a", "*", "b", "?", "[", "c]"]);
    assert_eq!(texts("~u/x"), ["~u", "/x"]);
    assert_eq!(texts("$1a$$b$"), ["$1", "a", "$$", "b", "$"]);
}

#[test]
fn parameters_have_a_name_an_operation_and_a_word() {
    use Operation::{Bad, Length, LongestPrefix, LongestSuffix, ShortestPrefix, ShortestSuffix, Test, Value};
    for (text, name, operation, word) in [
        ("$a_1", "a_1", Value, ""),
        ("${a}", "a", Value, ""),
        ("${10}", "10", Value, ""),
        ("$@", "@", Value, ""),
        ("${#}", "#", Value, ""),
        ("${#a}", "a", Length, ""),
        ("${##}", "#", Length, ""),
        ("${#-b}", "#", Test(TestOperator::Default, false), "b"),
        ("${a:-b c}", "a", Test(TestOperator::Default, true), "b c"),
        ("${a='}'}", "a", Test(TestOperator::Assign, false), "}"),
        ("${a:?}", "a", Test(TestOperator::Fail, true), ""),
        ("${a+\"}\"}", "a", Test(TestOperator::Alternative, false), "}"),
        ("${a%.x}", "a", ShortestSuffix, ".x"),
        ("${a%%.x}", "a", LongestSuffix, ".x"),
        ("${a#\\}}", "a", ShortestPrefix, "}"),
        ("${a##/}", "a", LongestPrefix, "/"),
        ("${a/b/c}", "a", Bad, "b/c"),
        ("${a:1}", "a", Bad, ""),
        ("${!a}", "!", Bad, ""),
        ("${}", "", Bad, ""),
        ("$\\\n{\\\na\\\n:\\\n-b}", "a", Test(TestOperator::Default, true), "b"),
    ] {
        assert_eq!(parameter(text), (name.to_owned(), operation, Some(word.into())), "{text}");
    }
}

#[test]
fn quotes_in_braces_depend_on_the_quotes_around_them() {
    assert_eq!(texts(r#""${a:-'}""#), [r#""${a:-'}""#]);
    assert_eq!(texts(r#""${a%'}'}""#), [r#""${a%'}'}""#]);
    assert_eq!(texts(r#""${a:-"}"}""#), [r#""${a:-"}"}""#]);
    assert_eq!(parse(b"${a:-'}").unwrap_err().reason, Reason::Quote);
    assert_eq!(parse(b"${a:}").unwrap_err().reason, Reason::Brace);
}

#[test]
fn commands_and_arithmetic_are_read_within_words() {
    for text in ["$(a; b)", "$(case x in a) b;; esac)", "$( (a) )", "`a \\`b\\` \\$c`", "`a\nb`"] {
        assert!(matches!(only(text), PieceKind::Command(_)), "{text}");
    }
    assert!(matches!(only("$((1+(2)*$a))"), PieceKind::Arithmetic(_)));
    assert_eq!(parse(b"a $((b) )").unwrap_err().reason, Reason::Arithmetic);
    assert_eq!(parse(b"a `b").unwrap_err().reason, Reason::Backquote);
}

#[test]
fn places_within_backquotes_are_those_of_the_script() {
    let text = br"a `b \$c \`d\`` e";
    let script = parse(text).unwrap();
    let mut seen = Vec::new();
    walk::simple_commands(&script, |command, _| seen.push(command.span.of(text).as_bstr()));
    assert_eq!(seen, [text.as_bstr(), br"b \$c \`d\`".as_bstr(), b"d".as_bstr()]);
}

#[test]
fn a_word_without_expansions_has_a_value() {
    assert_eq!(value(r#"a'b'"c\$\d"\e"#).unwrap(), r"abc$\de");
    assert_eq!(value("a\\\nb").unwrap(), "ab");
    assert_eq!(value("[").unwrap(), "[");
    assert_eq!(value("x=*").unwrap(), "*");
    assert_eq!(value("''").unwrap(), "");
    for expanded in ["$a", "\"$a\"", "`a`", "$((1))", "*", "a[b]", "~", "x=~", "x=a:~b/c"] {
        assert_eq!(value(expanded), None, "{expanded}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_part_of_words() {
    let script = parse(b"a \xff\xfe'\x80' b").unwrap();
    let CommandKind::Simple(simple) = &script.commands[0].first.commands[0].kind else { panic!() };
    assert_eq!(simple.words[1].literal().unwrap(), b"\xff\xfe\x80");
    assert_eq!(simple.words[1].span, Span::new(2, 7));
}
