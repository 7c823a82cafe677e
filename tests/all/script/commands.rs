//! Single commands, and lists of them.

use cutover::script::tree::{AndOr, CommandKind, For, RedirectionOperator, ShellCommand};
use cutover::script::{Reason, parse};
use cutover::text::Span;

fn first(text: &str) -> ShellCommand {
    parse(text.as_bytes()).unwrap().commands[0].first.commands[0].clone()
}

fn texts(text: &str, spans: impl IntoIterator<Item = Span>) -> Vec<&str> {
    spans.into_iter().map(|span| &text[span.start..span.end]).collect()
}

fn list<'t>(text: &'t str, list: &[AndOr]) -> Vec<&'t str> {
    texts(text, list.iter().map(|it| it.span))
}

#[test]
fn a_simple_command_has_assignments_words_and_redirections() {
    let text = " a=1 >f b='2' c d=3 2>&1 # e";
    let command = first(text);
    let CommandKind::Simple(simple) = &command.kind else { panic!() };
    assert_eq!(texts(text, [command.span]), ["a=1 >f b='2' c d=3 2>&1"]);
    assert_eq!(texts(text, simple.assignments.iter().map(|it| it.span)), ["a=1", "b='2'"]);
    assert_eq!(texts(text, simple.assignments.iter().map(|it| it.value.span)), ["1", "'2'"]);
    assert_eq!(texts(text, simple.words.iter().map(|it| it.span)), ["c", "d=3"]);
    assert_eq!(texts(text, command.redirections.iter().map(|it| it.span)), [">f", "2>&1"]);
    assert_eq!(texts(text, parse(text.as_bytes()).unwrap().comments), ["# e"]);
}

#[test]
fn every_redirection_is_known() {
    use RedirectionOperator as R;
    for (text, descriptor, operator) in [
        ("<f", None, R::Input),
        ("1>f", Some(1), R::Output),
        (">>f", None, R::Append),
        (">|f", None, R::Clobber),
        ("3<> f", Some(3), R::ReadWrite),
        ("<&3", None, R::DuplicateInput),
        ("2>\\\n&-", Some(2), R::DuplicateOutput),
        ("<<E", None, R::Here),
        ("0<<-E", Some(0), R::HereStripped),
    ] {
        let command = first(&format!("a {text} b"));
        let it = &command.redirections[0];
        assert_eq!((it.descriptor, it.operator, it.span), (descriptor, operator, Span::new(2, 2 + text.len())));
    }
}

#[test]
fn lists_and_pipelines_keep_their_operators() {
    let text = "a && ! b | c || d & e\nf";
    let script = parse(text.as_bytes()).unwrap();
    assert_eq!(list(text, &script.commands), ["a && ! b | c || d &", "e", "f"]);
    let it = &script.commands[0];
    assert_eq!(texts(text, it.rest.iter().flat_map(|it| [it.at, it.pipeline.span])), ["&&", "! b | c", "||", "d"]);
    assert_eq!(texts(text, it.rest[0].pipeline.negation), ["!"]);
    assert_eq!(texts(text, it.background), ["&"]);
}

#[test]
fn compound_commands_hold_lists() {
    let text = "if a; then b; c; elif d\nthen e; else f; fi >g";
    let command = first(text);
    let CommandKind::If(it) = &command.kind else { panic!() };
    assert_eq!(texts(text, [command.span, command.redirections[0].span]), [text, ">g"]);
    assert_eq!(list(text, &it.branches[0].condition), ["a"]);
    assert_eq!(list(text, &it.branches[0].body), ["b", "c"]);
    assert_eq!(list(text, &it.branches[1].body), ["e"]);
    assert_eq!(list(text, it.otherwise.as_ref().unwrap()), ["f"]);

    let CommandKind::Loop(it) = first("until a; do b; done").kind else { panic!() };
    assert!(it.until && it.condition.len() == 1 && it.body.len() == 1);
    assert!(matches!(first("{ a; }").kind, CommandKind::Group(list) if list.len() == 1));
    assert!(matches!(first("(a; b)").kind, CommandKind::Subshell(list) if list.len() == 2));
}

#[test]
fn loops_over_words_and_cases_keep_their_words() {
    let text = "for i in a do $b\ndo c; done";
    let CommandKind::For(it) = first(text).kind else { panic!() };
    assert_eq!(texts(text, it.words.unwrap().iter().map(|it| it.span)), ["a", "do", "$b"]);
    assert!(matches!(first("for i do a; done").kind, CommandKind::For(For { words: None, .. })));

    let text = "case $x in a|'b') c;; (if) ;; d*) e; esac";
    let CommandKind::Case(it) = first(text).kind else { panic!() };
    assert_eq!(texts(text, it.arms.iter().map(|arm| arm.span)), ["a|'b') c;;", "(if) ;;", "d*) e"]);
    assert_eq!(texts(text, it.arms[0].patterns.iter().map(|it| it.span)), ["a", "'b'"]);
}

#[test]
fn a_function_has_a_name_and_any_command() {
    let text = "f () # c\n { a; } >b";
    let command = first(text);
    let CommandKind::Function(it) = &command.kind else { panic!() };
    assert_eq!(texts(text, [it.name.span, it.body.span]), ["f", "{ a; } >b"]);
    for bad in ["exit() a", "1() a", "'f'() a"] {
        assert_eq!(parse(bad.as_bytes()).unwrap_err().reason, Reason::FunctionName, "{bad}");
    }
}

#[test]
fn reserved_words_are_such_only_where_a_command_begins() {
    for text in ["a if fi", "a=1 if", "'if' b", "{ a; }", "{ { a; } }", "i\\\nf a; then b; fi", "if a; then (b) fi"] {
        assert!(parse(text.as_bytes()).is_ok(), "{text}");
    }
    for (text, place, sentence) in [
        ("a; fi", "fi", "`fi` cannot stand here"),
        ("if a; fi", "fi", "`fi` cannot stand here, where `then` has to"),
        ("if a; then (b) >f fi", "fi", "a word cannot stand here, where `fi` has to"),
        ("{ a }", "", "the end of the script cannot stand here, where `}` has to"),
        ("a ;; b", ";;", "`;;` cannot stand here"),
        ("a >\nb", "\n", "the end of the line cannot stand here, where a word has to"),
        ("for 1 in a; do b; done", "1", "`for` needs the name of a variable"),
        ("a 'b", "'b", "this quote is never closed"),
    ] {
        let opaque = parse(text.as_bytes()).unwrap_err();
        assert_eq!(opaque.to_string(), sentence, "{text}");
        assert!(text[opaque.span.start..].starts_with(place), "{text}: {:?}", opaque.span);
    }
}
