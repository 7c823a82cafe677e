//! Conditions as text.

use cutover::text::Span;
use cutover::upstart::condition::{Condition, ConditionNode, EventMatch};
use cutover::upstart::job::Job;
use cutover::upstart::write::condition::stanza;
use cutover::upstart::write::quote::Why;

/// What is written for a condition; and that it reads back.
fn rewritten(text: &str) -> String {
    let nodes = |text: &[u8]| {
        let mut condition = Job::read(text).unwrap().start_on.unwrap().value;
        for node in &mut condition.nodes {
            if let ConditionNode::Event(event) = node {
                event.span = Span::default();
            }
        }
        condition
    };
    let condition = nodes(format!("start on {text}\n").as_bytes());
    let out = stanza("start on", &condition).unwrap();
    assert_eq!(nodes(&out), condition);
    String::from_utf8(out).unwrap().replacen("start on ", "", 1)
}

#[test]
fn parentheses_stand_where_a_reader_may_err() {
    assert_eq!(rewritten("a or b and c"), "(a or b) and c");
    assert_eq!(rewritten("((a and b) and (c))"), "a and b and c");
    assert_eq!(rewritten("a or (b or c)"), "a or (b or c)");
    assert_eq!(
        rewritten("runlevel [2345] or (x A=1 and (y or z B!=2))"),
        "runlevel [2345] or (x A=1 and (y or z B!=2))"
    );
}

#[test]
fn a_long_condition_breaks_before_operators() {
    let long = "filesystem and static-network-up and (started dbus-of-the-system or started another-daemon and stopped third-daemon RESULT=ok)";
    assert_eq!(
        rewritten(long),
        "\
(filesystem
          and static-network-up
          and ((started dbus-of-the-system or started another-daemon)
           and stopped third-daemon RESULT=ok))"
    );
}

#[test]
fn a_long_event_stays_on_its_line() {
    let long = format!("net-device-up {}", "A=1 ".repeat(40));
    assert_eq!(rewritten(&long), long.trim_end());
}

#[test]
fn words_that_look_like_syntax_are_quoted() {
    assert_eq!(rewritten(r#""and" "(" or "or" X="a b""#), r#""and" "(" or "or" X="a b""#);
}

#[test]
fn what_is_no_tree_is_an_error() {
    let event = |env: &[&str]| {
        ConditionNode::Event(EventMatch {
            name: "a".into(),
            env: env.iter().map(|&value| value.into()).collect(),
            span: Span::default(),
        })
    };
    for nodes in
        [vec![], vec![event(&[]), event(&[])], vec![event(&[]), ConditionNode::And], vec![event(&["A=1", "b"])]]
    {
        assert_eq!(stanza("start on", &Condition { nodes }), Err(Why::Condition));
    }
}
