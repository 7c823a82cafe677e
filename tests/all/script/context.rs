//! What surrounds a command.

use bstr::ByteSlice as _;
use cutover::script::parse;
use cutover::script::walk::{Context, simple_commands};

/// The context of the command `x`.
fn around(text: &str) -> Context {
    let script = parse(text.as_bytes()).unwrap();
    let mut found = Vec::new();
    simple_commands(&script, |command, context| {
        if command.span.of(text.as_bytes()) == b"x" {
            found.push(context);
        }
    });
    assert_eq!(found.len(), 1, "{text}");
    found[0]
}

#[test]
fn each_command_knows_what_surrounds_it() {
    let none = Context::default();
    let condition = Context { condition: true, ..none };
    let branch = Context { branch: true, ..none };
    for (text, context) in [
        ("a; x", none),
        ("{ x; }", none),
        ("x && a", condition),
        ("! x", condition),
        ("a || x", branch),
        ("a && x || b", Context { condition: true, ..branch }),
        ("if x; then a; fi", condition),
        ("if a; then x; fi", branch),
        ("if a; then b; elif x; then c; fi", Context { condition: true, ..branch }),
        ("if a; then b; else x; fi", branch),
        ("while x; do a; done", Context { repeated: true, ..condition }),
        ("for i in a; do x; done", Context { repeated: true, ..branch }),
        ("case a in a) x;; esac", branch),
        ("(x)", Context { subshell: true, ..none }),
        ("a | x", Context { pipeline: true, ..none }),
        ("x | a", Context { pipeline: true, ..condition }),
        ("x & a", Context { background: true, ..none }),
        ("if a; then f() { x; }; fi", Context { function: true, ..none }),
        ("a $(x)", Context { substitution: true, ..none }),
        ("a \"${b:-`x`}\" || c", Context { substitution: true, quoted: true, ..condition }),
        ("a <<E\n$(x)\nE\n", Context { substitution: true, quoted: true, ..none }),
        ("b=$((1 + $(x)))", Context { substitution: true, ..none }),
        ("a >$(x)", Context { substitution: true, ..none }),
    ] {
        assert_eq!(around(text), context, "{text}");
    }
}

#[test]
fn commands_come_in_the_order_in_which_they_are_written() {
    let text = b"a $(b `c`) && d; f() { e; } >&2; if g; then h; fi | i";
    let mut seen = Vec::new();
    simple_commands(&parse(text).unwrap(), |command, _| seen.push(command.span.of(text)[0]));
    assert_eq!(seen.as_bstr(), "abcdeghi");
}
