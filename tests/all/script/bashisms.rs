//! What bash reads otherwise than dash does.

use cutover::script::parse;
use cutover::script::remark::Bashism;

#[test]
fn what_dash_reads_otherwise_is_remarked_on() {
    use Bashism as B;
    for (script, text, kind) in [
        ("a $'\\n'", "$'\\n'", B::AnsiQuote),
        ("a $\"b\"", "$\"b\"", B::LocaleQuote),
        ("a+=b", "a+=b", B::AppendAssignment),
        ("((a++))", "((", B::ArithmeticCommand),
        ("a[0]=b", "a[0]=b", B::ArrayElement),
        ("a `b) c`", ")", B::BackquoteRest),
        ("a x{b,c}", "{b,c}", B::BraceExpansion),
        ("a {1..3}", "{1..3}", B::BraceExpansion),
        ("coproc a", "coproc", B::Coprocess),
        ("if [[ a ]]; then b; fi", "[[", B::DoubleBracket),
        ("[ a == b ]", "==", B::DoubleEquals),
        ("a 10>b", "10>b", B::LongDescriptor),
        ("a {x}>b", "{x}>b", B::NamedDescriptor),
        ("a $[1]", "$[", B::OldArithmetic),
        ("a \"${b//c}\"", "${b//c}", B::ParameterExpansion),
        ("a &>b", "&>", B::RedirectBoth),
        ("a >&b", ">&b", B::RedirectBoth),
    ] {
        let remarks = parse(script.as_bytes()).unwrap().remarks;
        let found: Vec<_> = remarks.iter().map(|it| (&script[it.span.start..it.span.end], it.kind)).collect();
        assert_eq!(found, [(text, kind)], "{script}");
    }
}

#[test]
fn what_dash_refuses_is_told_apart_from_errors() {
    use Bashism as B;
    for (script, text, kind) in [
        ("for ((;;)); do a; done", "for ((", B::ArithmeticFor),
        ("a=(b c)", "=(", B::Array),
        ("[[ a = @(b|c) ]]", "@(", B::ExtendedGlob),
        ("case a in b) c;& esac", ";&", B::FallThrough),
        ("function f { a; }", "function", B::FunctionKeyword),
        ("function f() { a; }", "function", B::FunctionKeyword),
        ("a-b() { c; }", "a-b", B::FunctionName),
        ("a <<<b", "<<<", B::HereString),
        ("a | ! b", "| !", B::NegatedInPipeline),
        ("a |& b", "|&", B::PipeBoth),
        ("a <(b)", "<(", B::ProcessSubstitution),
        ("select a in b; do c; done", "select", B::Select),
        ("[[ a =~ (b) ]]", "[[", B::DoubleBracket),
    ] {
        let remark = parse(script.as_bytes()).unwrap_err().remark.unwrap();
        assert_eq!((&script[remark.span.start..remark.span.end], remark.kind), (text, kind), "{script}");
    }
    assert_eq!(parse(b"if a; fi").unwrap_err().remark, None);
}

#[test]
fn what_both_read_alike_needs_no_remark() {
    for script in
        ["local a=b; source c; echo -e d", "a '$[1]' \"{b,c}\" {d} {}", "a 2>&1 >&2 3>&- &", "a & >b", "(a); ( (b) )"]
    {
        assert_eq!(parse(script.as_bytes()).unwrap().remarks, [], "{script}");
    }
}
