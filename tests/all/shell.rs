//! Scripts are read as dash reads them: dash itself has the last word.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

use bstr::ByteSlice as _;
use cutover::script::remark::Bashism;
use cutover::script::tree::{AndOr, CommandKind, Piece, PieceKind, Script, Word};
use cutover::script::walk::{Context, Visitor, walk};
use cutover::script::{MAX_DEPTH, Reason, parse, tree};
use cutover::text::Span;
use cutover::upstart::verdict::load;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::common::{files_below, shared, skip};

/// Which of these scripts dash accepts; none where there is no dash.
fn dash_accepts(scripts: &[Vec<u8>]) -> Option<Vec<bool>> {
    let folder = tempfile::tempdir().unwrap();
    for (index, script) in scripts.iter().enumerate() {
        fs::write(folder.path().join(index.to_string()), script).unwrap();
    }
    let each = format!(
        "i=0; while [ $i -lt {} ]; do dash -n ./$i 2>&- >&- </dev/null && echo 1 || echo 0; i=$((i+1)); done",
        scripts.len()
    );
    let Ok(output) = Command::new("dash").args(["-c", &each]).current_dir(folder.path()).stdin(Stdio::null()).output()
    else {
        skip("no dash to ask");
        return None;
    };
    let answers: Vec<bool> = output.stdout.lines().map(|line| line == b"1").collect();
    assert_eq!(answers.len(), scripts.len());
    Some(answers)
}

/// Compares our answers with dash's.
fn assert_agreement(scripts: &[Vec<u8>]) {
    let Some(answers) = dash_accepts(scripts) else { return };
    let wrong: Vec<String> = scripts
        .iter()
        .zip(answers)
        .filter_map(|(script, dash)| {
            let ours = parse(script);
            let text = script.as_bstr();
            (ours.is_ok() != dash).then(|| format!("dash {dash}, we {:?}\n{text}", ours.err()))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        scripts.len(),
        wrong[..wrong.len().min(8)].join("\n----\n")
    );
}

/// Every distinct script of the real jobs.
fn real_scripts() -> Option<BTreeSet<Vec<u8>>> {
    let mut scripts = BTreeSet::new();
    for path in files_below(&shared("real-jobs")?) {
        let Ok(job) = load(&fs::read(path).unwrap(), None) else { continue };
        let blocks = job.processes.values().map(|process| &process.value).filter(|process| process.script);
        scripts.extend(blocks.map(|process| process.command.to_vec()));
    }
    Some(scripts)
}

#[test]
fn real_scripts_parse_just_where_dash_accepts_them() {
    let Some(scripts) = real_scripts() else { return };
    assert!(scripts.len() > 1000, "only {} scripts", scripts.len());
    let mut bashisms: BTreeMap<Bashism, usize> = BTreeMap::new();
    let (mut parsed, mut remarked, mut commands) = (0, 0, 0);
    for text in &scripts {
        match parse(text) {
            Ok(script) => {
                parsed += 1;
                remarked += usize::from(!script.remarks.is_empty());
                for kind in script.remarks.iter().map(|remark| remark.kind).collect::<BTreeSet<_>>() {
                    *bashisms.entry(kind).or_default() += 1;
                }
                cutover::script::walk::simple_commands(&script, |_, _| commands += 1);
            }
            Err(error) => eprintln!("syntax error at {:?}: {error}, {:?}", error.span, error.remark),
        }
    }
    eprintln!(
        "{} scripts, {parsed} parse, {commands} simple commands, {remarked} with remarks: {bashisms:?}",
        scripts.len()
    );
    let scripts: Vec<Vec<u8>> = scripts.into_iter().collect();
    assert_agreement(&scripts);
}

/// A command in one line: kinds and texts of all that is in it, without places.
#[derive(Default)]
struct Shape(Vec<String>);

impl Visitor for Shape {
    fn command(&mut self, command: &tree::ShellCommand, _: Context) {
        let kind = format!("{:?}", command.kind);
        let kind = kind.split(['(', ' ', '{']).next().unwrap().to_owned();
        let redirections: Vec<_> = command.redirections.iter().map(|it| (it.descriptor, it.operator)).collect();
        self.0.push(format!("{kind} {redirections:?}"));
    }

    fn word(&mut self, word: &Word, _: Context) {
        self.0.push(format!("word {:?} {}", word.literal(), word.pieces.len()));
    }

    fn list(&mut self, list: &[AndOr], _: Context) {
        let links = |it: &AndOr| (it.rest.len(), it.background.is_some(), it.first.negation.is_some());
        self.0.push(format!("list {:?}", list.iter().map(links).collect::<Vec<_>>()));
    }
}

/// Checks the places of all nodes.
struct Spans<'t> {
    text: &'t [u8],
    /// Commands whose text stands for itself.
    commands: Vec<tree::ShellCommand>,
    has_escapes: bool,
}

impl Spans<'_> {
    fn ordered(&self, outer: Span, spans: &[Span]) {
        let text = self.text.as_bstr();
        let mut at = outer.start;
        for span in spans {
            assert!(at <= span.start && span.start <= span.end, "{spans:?} in {outer:?}\n{text}");
            at = span.end;
        }
        assert!(at <= outer.end && outer.end <= self.text.len(), "{spans:?} in {outer:?}\n{text}");
    }

    fn pieces(&self, outer: Span, pieces: &[Piece]) {
        self.ordered(outer, &pieces.iter().map(|piece| piece.span).collect::<Vec<_>>());
        for piece in pieces {
            match &piece.kind {
                PieceKind::DoubleQuoted(inner) | PieceKind::Arithmetic(inner) => {
                    self.pieces(piece.span, inner);
                }
                PieceKind::Parameter(parameter) => self.pieces(piece.span, &parameter.word),
                PieceKind::Command(substitution) => self.list_within(piece.span, &substitution.commands),
                _ => {}
            }
        }
    }

    fn list_within(&self, outer: Span, list: &[AndOr]) {
        self.ordered(outer, &list.iter().map(|it| it.span).collect::<Vec<_>>());
    }
}

impl Visitor for Spans<'_> {
    fn list(&mut self, list: &[AndOr], _: Context) {
        self.list_within(Span::new(0, self.text.len()), list);
        for and_or in list {
            let mut spans = vec![and_or.first.span];
            spans.extend(and_or.rest.iter().flat_map(|link| [link.at, link.pipeline.span]));
            spans.extend(and_or.background);
            self.ordered(and_or.span, &spans);
            for pipeline in std::iter::once(&and_or.first).chain(and_or.rest.iter().map(|it| &it.pipeline)) {
                let mut spans: Vec<Span> = pipeline.negation.into_iter().collect();
                spans.extend(pipeline.commands.iter().map(|command| command.span));
                self.ordered(pipeline.span, &spans);
            }
        }
    }

    fn command(&mut self, command: &tree::ShellCommand, _: Context) {
        self.commands.push(command.clone());
        let mut spans: Vec<Span> = command.redirections.iter().map(|it| it.span).collect();
        let lists: Vec<&[AndOr]> = match &command.kind {
            CommandKind::Simple(simple) => {
                spans.extend(simple.assignments.iter().map(|it| it.span));
                spans.extend(simple.words.iter().map(|word| word.span));
                for it in &simple.assignments {
                    self.ordered(it.span, &[it.value.span]);
                }
                vec![]
            }
            CommandKind::Group(list) | CommandKind::Subshell(list) => vec![list],
            CommandKind::If(it) => {
                let branches = it.branches.iter().flat_map(|branch| [&branch.condition[..], &branch.body]);
                branches.chain(it.otherwise.as_deref()).collect()
            }
            CommandKind::Loop(it) => vec![&it.condition, &it.body],
            CommandKind::For(it) => {
                spans.push(it.variable.span);
                spans.extend(it.words.iter().flatten().map(|word| word.span));
                vec![&it.body]
            }
            CommandKind::Case(it) => {
                spans.push(it.subject.span);
                spans.extend(it.arms.iter().map(|arm| arm.span));
                for arm in &it.arms {
                    let mut inner: Vec<Span> = arm.patterns.iter().map(|word| word.span).collect();
                    inner.extend(arm.body.iter().map(|it| it.span));
                    self.ordered(arm.span, &inner);
                }
                vec![]
            }
            CommandKind::Function(it) => {
                spans.extend([it.name.span, it.body.span]);
                vec![]
            }
        };
        for list in lists {
            spans.extend(list.iter().map(|it| it.span));
        }
        spans.sort();
        self.ordered(command.span, &spans);
        for it in &command.redirections {
            self.ordered(it.span, &[it.target.span]);
        }
    }

    fn word(&mut self, word: &Word, _: Context) {
        self.pieces(word.span, &word.pieces);
        if word.pieces.iter().all(|piece| matches!(piece.kind, PieceKind::Literal(_))) && !self.has_escapes {
            let text: Vec<u8> = word.span.of(self.text).replace(b"\\\n", b"");
            assert_eq!(word.literal().unwrap(), text);
        }
    }

    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Command(it) = &piece.kind {
            self.has_escapes |= it.escaped;
        }
    }
}

fn shape(script: &Script) -> Vec<String> {
    let mut shape = Shape::default();
    walk(script, &mut shape);
    shape.0
}

/// Checks all places, and that the text of every command is that command.
fn assert_spans(text: &[u8]) {
    let Ok(script) = parse(text) else { return };
    let mut spans = Spans { text, commands: Vec::new(), has_escapes: false };
    walk(&script, &mut spans);
    for here in &script.here_documents {
        spans.pieces(here.span, &here.pieces);
        spans.ordered(Span::new(0, text.len()), &[&[here.span][..], here.end.as_slice()].concat());
    }
    // The text of what escapes or here-documents have been taken from is not that of the command.
    if spans.has_escapes || !script.here_documents.is_empty() {
        return;
    }
    for command in spans.commands {
        let slice = command.span.of(text);
        let again = parse(slice).unwrap_or_else(|error| panic!("{error:?} in {}", slice.as_bstr()));
        let first = &again.commands[0].first.commands[0];
        assert_eq!(again.commands.len(), 1);
        assert_eq!(first.span, Span::new(0, slice.len()), "{}", slice.as_bstr());
        let alone = |command: tree::ShellCommand| {
            let pipeline = tree::Pipeline { span: command.span, negation: None, commands: vec![command] };
            let and_or = AndOr { span: pipeline.span, first: pipeline, rest: vec![], background: None };
            Script { commands: vec![and_or], here_documents: vec![], comments: vec![], remarks: vec![] }
        };
        assert_eq!(shape(&again), shape(&alone(command)), "{}", slice.as_bstr());
    }
}

#[test]
fn places_of_real_scripts_nest_and_their_texts_read_alike() {
    for text in real_scripts().into_iter().flatten() {
        assert_spans(&text);
    }
}

/// Bits of shell, most of which fit together.
const BITS: [&str; 95] = [
    "a",
    "b c",
    " ",
    " ",
    " ",
    "\n",
    "\n",
    ";",
    "&",
    "&&",
    "||",
    "|",
    "(",
    ")",
    "{ ",
    "; }",
    "if ",
    "; then ",
    "\nelif ",
    "; else ",
    "; fi",
    "while ",
    "until ",
    "; do ",
    "; done",
    "for i in ",
    "for i",
    "case x in ",
    "a)",
    "(a|b)",
    ";;",
    "esac",
    "!",
    "! ",
    "f()",
    "f() {",
    "<",
    ">",
    ">>",
    ">|",
    "<>",
    "<&",
    ">&",
    "2>",
    "10>",
    "<<E\n",
    "<<-E\n",
    "<<'E'\n",
    "<<E",
    "\nE\n",
    "\n\tE\n",
    "'",
    "'",
    "\"",
    "\"",
    "`",
    "`",
    "\\",
    "\\\n",
    "$",
    "$x",
    "${x}",
    "${x:-",
    "${x%",
    "${x##",
    "${#x}",
    "${#",
    "${x:",
    "${x/",
    "${!",
    "}",
    "}",
    "$(",
    "$((",
    "))",
    ")",
    "$1",
    "$$",
    "~",
    "~/",
    "*",
    "[a]",
    "[",
    "#",
    " # c\n",
    "x=",
    "x=1 ",
    "in",
    "do",
    "esac)",
    "\\`",
    "\\\"",
    "<<\"E F\"\n",
    "\nE F\n",
    "\\\nE\n",
];

/// Scripts that mostly hold together.
fn scripts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("a".to_owned()),
        Just("$x".to_owned()),
        Just("'q'".to_owned()),
        Just("\"d $x\"".to_owned()),
        Just("fi".to_owned()),
        Just("x=1".to_owned()),
        Just("\\;".to_owned()),
        Just("`b \\`c\\``".to_owned()),
        Just("${x:-\"a}\"}".to_owned()),
        Just("\"${x:-'}\"".to_owned()),
        Just("$((1+(2)))".to_owned()),
    ];
    word.prop_recursive(6, 40, 4, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| format!("{a} {b}")),
            two.clone().prop_map(|(a, b)| format!("{a}; {b}")),
            two.clone().prop_map(|(a, b)| format!("{a} && {b}")),
            two.clone().prop_map(|(a, b)| format!("{a} | {b}")),
            two.clone().prop_map(|(a, b)| format!("{a} &\n{b}")),
            two.clone().prop_map(|(a, b)| format!("if {a}; then {b}; fi")),
            two.clone().prop_map(|(a, b)| format!("if {a}\nthen {b}\nelse {a}\nfi >f")),
            two.clone().prop_map(|(a, b)| format!("while {a}; do {b}; done 2>&1")),
            two.clone().prop_map(|(a, b)| format!("case x in a|'b') {a};; (c) {b};; esac")),
            two.clone().prop_map(|(a, b)| format!("case $x in if) {a}; esac; {b}")),
            two.clone().prop_map(|(a, b)| format!("cat <<E; {a}\n$({b})\nE\n")),
            two.prop_map(|(a, b)| format!("cat <<E <<-'F'\n${{x:-{a}}}\nE\n\t{b}\n\tF\n{a}")),
            inner.clone().prop_map(|a| format!("{{ {a}; }}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("$({a})")),
            inner.clone().prop_map(|a| format!("\"$({a})\"")),
            inner.clone().prop_map(|a| format!("f() {{ {a}; }}")),
            inner.clone().prop_map(|a| format!("! {a}")),
            inner.clone().prop_map(|a| format!("for i in {a}\ndo {a}; done")),
            inner.clone().prop_map(|a| format!("${{x%{a}}}")),
            inner.prop_map(|a| format!("x={a} >f")),
        ]
    })
}

/// So many values, always the same ones.
fn sample<T: std::fmt::Debug>(count: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// What dash does with operators in the place of a pattern is an oversight of its own that nobody writes.
fn is_pattern_oversight(text: &[u8]) -> bool {
    matches!(parse(text), Err(error) if matches!(error.reason, Reason::Unexpected { expected: Some("a pattern"), .. }))
}

#[test]
fn generated_scripts_parse_just_where_dash_accepts_them() {
    let soup = prop::collection::vec(prop::sample::select(&BITS[..]), 1..10).prop_map(|bits| bits.concat());
    let mut texts = sample(3000, &soup);
    texts.extend(sample(1500, &scripts()));
    let texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
    let mut accepted = 0;
    for text in &texts {
        accepted += usize::from(parse(text).is_ok());
        assert_spans(text);
    }
    assert!(accepted > 800, "only {accepted} of {} scripts are read", texts.len());
    let texts: Vec<Vec<u8>> = texts.into_iter().filter(|text| !is_pattern_oversight(text)).collect();
    assert_agreement(&texts);
}

#[test]
fn quotes_come_off_as_in_dash() {
    let bits = [
        "a",
        "b",
        "'x y'",
        "''",
        "'$x`'",
        "\"d e\"",
        "\"\"",
        "\"\\$\\a\\\\\"",
        "\"'\"",
        "\\ ",
        "\\$",
        "\\'",
        "\\\\",
        "\\\n",
        "a\\\nb",
        "\"a\\\nb\"",
        "'a\\\nb'",
        "$",
        "{",
        "}",
        "!",
        "=",
        "x=",
        "]",
        "[",
        "%",
        "#",
        "\"}\"",
        "é",
        ",",
        "\"\\`\"",
        "\\*",
        "\"*\"",
        "'?'",
        "~",
        "*",
        "$'q'",
    ];
    let strategy = prop::collection::vec(prop::sample::select(bits.to_vec()), 1..6);
    let words = sample(2000, &strategy.prop_map(|bits| bits.concat()));
    let mut literal = Vec::new();
    let mut script = Vec::new();
    for word in &words {
        if word.replace("\\\n", "").starts_with('#') {
            // A comment, which may end within the word.
            continue;
        }
        let command = format!("printf '%s\\0' {word}\n");
        let tree = parse(command.as_bytes()).unwrap();
        let CommandKind::Simple(simple) = &tree.commands[0].first.commands[0].kind else { panic!("{word}") };
        if simple.words.len() != 3 {
            // Nothing but escaped newlines.
            continue;
        }
        if let Some(value) = simple.words[2].literal() {
            literal.push((word, value));
            script.extend_from_slice(command.as_bytes());
        }
    }
    assert!(literal.len() > 1000, "only {}", literal.len());
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("script"), script).unwrap();
    let Ok(output) = Command::new("dash").arg("script").current_dir(folder.path()).output() else {
        return skip("no dash to ask");
    };
    let printed: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
    assert_eq!(printed.len(), literal.len() + 1);
    for ((word, value), printed) in literal.iter().zip(printed) {
        assert_eq!(value.as_bytes(), printed, "{word}");
    }
}

#[test]
fn what_nests_too_deep_is_a_syntax_error() {
    for (open, close) in [
        ("(", ")"),
        ("{ ", "; }"),
        ("$(", ")"),
        ("\"$(", ")\""),
        ("${x:-", "}"),
        ("$((", "))"),
        ("if ", "; then a; fi"),
        ("f() ", ""),
        ("\"${x:-", "}\""),
        ("$(<<E\n$(", ")\nE\n)"),
        ("a=$(", ")"),
        ("while ", "; do a; done"),
        ("case a in a)", ";; esac"),
    ] {
        let nested = |depth: usize| [&open.repeat(depth), "a", &close.repeat(depth)].concat();
        assert!(parse(nested(MAX_DEPTH / 8).as_bytes()).is_ok(), "{open}");
        for text in [nested(100_000), open.repeat(100_000)] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.reason, Reason::Depth, "{open}");
        }
    }
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_bytes_make_it_panic(text in prop::collection::vec(any::<u8>(), 0..60)) {
        assert_spans(&text);
    }

    #[test]
    fn no_bits_make_it_panic(bits in prop::collection::vec(prop::sample::select(&BITS[..]), 0..40)) {
        assert_spans(bits.concat().as_bytes());
    }
}
