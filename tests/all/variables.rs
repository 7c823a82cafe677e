//! Upstart's own variables and those of its events, in what becomes of jobs: each is set by the unit or the script,
//! or a finding points at the place where it is read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use bstr::ByteSlice as _;
use cutover::convert::{self, Conversion};
use cutover::findings::Code;
use cutover::lift::Level;
use cutover::script::tree::{CommandKind, Piece, PieceKind, ShellCommand, Word};
use cutover::script::walk::{Context, Visitor, walk};
use cutover::service::{Part, Run};
use cutover::systemd::quote::in_shell;
use cutover::systemd::write::{Options, Style};
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;

use crate::common;

/// What Upstart gives to processes (init(5), "Job environment"), and what comes with its events (starting(7),
/// stopping(7), stopped(7), runlevel(7) and the bridges').
const NAMES: &[&str] = &[
    "UPSTART_JOB",
    "UPSTART_INSTANCE",
    "UPSTART_EVENTS",
    "UPSTART_STOP_EVENTS",
    "UPSTART_SESSION",
    "UPSTART_FDS",
    "UPSTART_CGROUP",
    "UPSTART_NO_SESSIONS",
    "JOB",
    "INSTANCE",
    "RESULT",
    "PROCESS",
    "EXIT_STATUS",
    "EXIT_SIGNAL",
    "RUNLEVEL",
    "PREVLEVEL",
];

fn converted(name: &str, text: &[u8], style: Style) -> Conversion {
    let conf = Source { name: format!("{name}.conf"), text: text.to_vec() };
    let distribution = Distribution::default();
    let files = JobFiles { name: name.to_owned(), conf, over: None, distribution, scope: None };
    convert::convert(&files, Level::default(), &Options { style, ..Options::default() })
}

/// The variables that a script reads, and those that it sets.
#[derive(Default)]
struct Variables {
    read: BTreeSet<String>,
    set: BTreeSet<String>,
}

impl Visitor for Variables {
    fn command(&mut self, command: &ShellCommand, _: Context) {
        match &command.kind {
            CommandKind::For(it) => self.set.extend(it.variable.literal().map(|name| name.to_string())),
            CommandKind::Simple(simple) => {
                self.set.extend(simple.assignments.iter().map(|it| it.name.to_string()));
                let name = simple.words.first().and_then(Word::literal).unwrap_or_default();
                if matches!(name.as_slice(), b"read" | b"export" | b"local" | b"readonly") {
                    for word in &simple.words[1..] {
                        if let Some(PieceKind::Literal(text)) = word.pieces.first().map(|piece| &piece.kind) {
                            let (name, value) = text.split_once_str("=").unwrap_or((text, b""));
                            if text.contains(&b'=') || matches!(name, b"read") || value.is_empty() {
                                self.set.insert(name.to_str_lossy().into_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Parameter(parameter) = &piece.kind {
            self.read.insert(parameter.name.to_string());
        }
    }
}

fn variables(run: &Run) -> Variables {
    let mut variables = Variables::default();
    match run {
        Run::Argv(_) => {}
        Run::Line(text) | Run::Script(text) => {
            if let Ok(tree) = text.tree() {
                walk(tree, &mut variables);
            }
        }
        Run::Expand(words) => {
            assert!(!in_shell(words).is_empty());
            for part in words.iter().flatten() {
                if let Part::Value(name) | Part::Fields(name) = part {
                    variables.read.insert(name.to_string());
                }
            }
        }
    }
    variables
}

/// Of a job: what its processes read that nobody sets and no finding points at.
fn untold(name: &str, text: &[u8], style: Style) -> (Vec<String>, usize) {
    let conversion = converted(name, text, style);
    let unit = conversion.units[0].print();
    let (mut untold, mut told) = (Vec::new(), 0);
    let hooks = conversion.service.hooks.iter().map(|hook| &hook.command);
    for command in conversion.service.main.iter().chain(hooks) {
        let variables = variables(&command.value.run);
        for name in NAMES.iter().filter(|name| variables.read.contains(**name) && !variables.set.contains(**name)) {
            let in_unit = unit.lines().any(|line| {
                let value = line.strip_prefix("Environment=").unwrap_or_default().trim_start_matches('"');
                value.starts_with(&format!("{name}="))
                    || line.starts_with("Exec") && line.contains(&format!(" {name}="))
            });
            let by_event = unit.contains("EnvironmentFile=-/run/upstart-events/") && !name.starts_with("UPSTART_");
            let points = conversion.findings.iter().any(|finding| {
                finding.code == Code::EventVariable
                    && finding.message.to_string().split([' ', ',', '`', ':']).any(|word| word == *name)
                    && finding.marks.iter().any(|mark| {
                        let at = mark.at.unwrap();
                        let place = at.span.of(text);
                        command.origin().unwrap().holds(at)
                            && place.contains_str(name)
                            && (place.starts_with(b"$") || mark.at == command.origin())
                    })
            });
            told += usize::from(points);
            if !in_unit && !by_event && !points {
                untold.push((*name).to_owned());
            }
        }
    }
    (untold, told)
}

#[test]
fn no_process_of_a_real_job_reads_a_variable_of_upstart_that_nobody_sets_or_tells_of() {
    let Some(folder) = common::shared("real-jobs") else { return };
    let (mut told, mut wrong) = (0, String::new());
    for path in common::files_below(&folder) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if path.extension().is_none_or(|end| end != "conf") || bytes.contains(&0) {
            continue;
        }
        for style in [Style::Idiomatic, Style::Exact] {
            let (untold, points) = untold(&name, &bytes, style);
            told += points;
            if !untold.is_empty() {
                writeln!(wrong, "{} {style:?}: {}", path.display(), untold.join(" ")).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(told > 20, "only {told} are told of");
}

/// What is said of variables, and the places in the job that it is said of.
fn told(text: &str, style: Style) -> Vec<(String, Vec<&str>)> {
    let findings = converted("shop", text.as_bytes(), style).findings;
    let told = findings.into_iter().filter(|finding| finding.code == Code::EventVariable);
    told.map(|finding| {
        let places = finding.marks.iter().map(|mark| mark.at.unwrap().span).map(|span| &text[span.start..span.end]);
        (finding.message.to_string(), places.collect())
    })
    .collect()
}

#[test]
fn a_finding_points_at_the_first_place_where_each_is_read() {
    let job = "exec /bin/shop\npost-stop script\n  if [ \"$B\" ]; then\n    echo ${A:-1} $A\n  fi\nend script\n";
    let [(message, places)] = &told(job, Style::Idiomatic)[..] else { panic!() };
    assert!(message.contains(" A, B:"), "{message}");
    assert_eq!(places[..], ["${A:-1}", "$B"]);
    let [(_, places)] = &told("exec /bin/shop \\\n   --on $A\n", Style::Idiomatic)[..] else { panic!() };
    assert_eq!(places[..], ["$A"]);
}

#[test]
fn what_systemd_itself_sets_at_the_stop_is_told_apart() {
    let job = |stage: &str, name: &str| format!("exec /bin/shop\n{stage} exec echo ${name}\n");
    for stage in ["pre-stop", "post-stop"] {
        let job = job(stage, "EXIT_STATUS");
        let [(message, places)] = &told(&job, Style::Idiomatic)[..] else { panic!("{stage}") };
        assert!(message.contains("systemd sets it here"), "{message}");
        assert_eq!(places[..], ["$EXIT_STATUS"]);
    }
    for (stage, name) in [("post-start", "EXIT_STATUS"), ("post-stop", "RESULT"), ("post-stop", "PROCESS")] {
        let job = job(stage, name);
        let [(message, _)] = &told(&job, Style::Idiomatic)[..] else { panic!("{stage}") };
        assert!(message.starts_with(&format!("nothing under systemd sets {name}:")), "{message}");
    }
}

#[test]
fn what_a_job_knows_of_itself_is_set_where_it_is_read() {
    for (read, line) in [
        ("$UPSTART_JOB", "Environment=UPSTART_JOB=shop"),
        ("$UPSTART_EVENTS", "Environment=UPSTART_EVENTS=started"),
        ("$JOB", "Environment=JOB=till"),
    ] {
        let text = format!("start on started till\nscript\n  a {read}\n  b\nend script\n");
        let unit = converted("shop", text.as_bytes(), Style::Idiomatic).units[0].print();
        assert!(unit.lines().any(|found| found == line), "{read}: {unit}");
        assert!(told(&text, Style::Idiomatic).is_empty(), "{read}");
    }
}
