//! Callers in scripts and commands, known by where a command stands.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::fragments::Manner;
use super::guard::Guards;
use super::places::CallerKind;
use super::reader::{Reader, Report};
use super::scan::JOB_SCRIPT;
use crate::findings::codes;
use crate::link::calls::{self, FoundCall, Outcome, Reason, Replacement};
use crate::script::call::{self, Argument, Call, Unread};
use crate::script::init_tools::{self, Tool, Verb};
use crate::script::programs::{Runner, Wrapper};
use crate::script::tree::{CommandKind, Piece, PieceKind, Script, ShellCommand, Word};
use crate::script::walk::{self, Context, Visitor};
use crate::script::{ScriptText, base_name};
use crate::systemd::quote::shell_word;
use crate::text::{Span, Text};

/// What a text is called with in each manner: the replacements of what stands in scripts.
const BY_PATH: &[(&str, &str)] = &[
    // Who names these commands means the service to be up thereafter, and to see how it does.
    ("systemctl try-restart", "systemctl restart"),
    ("systemctl show -p ActiveState", "systemctl status"),
    ("systemctl", "/bin/systemctl"),
    ("sh -c", "/bin/sh -c"),
];

/// Where a script stands, and how it is run.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t [u8],
    /// Where it begins in the file.
    base: usize,
    manner: Manner,
    /// Whether it is certain that it is run.
    certain: bool,
}

impl Part<'_> {
    fn at(&self, span: Span) -> Span {
        Span::new(self.base + span.start, self.base + span.end)
    }
}

impl Reader<'_> {
    /// Looks through something that is run.
    pub(super) fn script(&mut self, span: Span, manner: Manner, certain: bool) {
        let text = span.of(self.text);
        let part = Part { text, base: span.start, manner, certain };
        let script = ScriptText::from(text);
        let Ok(tree) = script.tree() else { return self.by_line(span, manner) };
        self.comments.extend(tree.comments.iter().map(|comment| part.at(*comment)));
        let guards = Guards::of(tree, text);
        self.guards.extend(guards.bodies.iter().map(|span| part.at(*span)));
        self.covered.extend(guards.questions.iter().map(|span| part.at(*span)));
        let values = Values::of(tree);
        for found in self.jobs.outside.in_script(&script) {
            self.found(part, &values, found);
        }
        walk::simple_commands(tree, |command, _| {
            if let CommandKind::Simple(simple) = &command.kind {
                self.command(part, &simple.words);
            }
        });
    }

    /// What no shell of ours can read as a whole is read line by line, and nothing in it is certain.
    fn by_line(&mut self, span: Span, manner: Manner) {
        let at = |part: Span| Span::new(span.start + part.start, span.start + part.end);
        for line in call::lines(span.of(self.text)) {
            self.comments.extend(line.is_comment.then(|| at(line.span)));
            for command in line.commands.into_iter().map(at) {
                if ScriptText::from(command.of(self.text)).tree().is_ok() {
                    self.script(command, manner, false);
                }
            }
        }
    }

    /// A call that the conversion of jobs knows as well.
    fn found(&mut self, part: Part<'_>, values: &Values, found: FoundCall) {
        let FoundCall { written, span, called: Some(called), outcome } = found else { return };
        let job = called.call.as_ref().filter(|call| call.is_of_job()).and_then(|call| call.name.as_ref());
        let name = job.and_then(|name| name.literal.clone());
        let row = name.as_ref().and_then(|name| self.jobs.get(name));
        let looped = job.and_then(|name| name.variable.as_ref()).and_then(|name| values.jobs(self, name));
        let is_call = match called.tool {
            Tool::Service => row.is_some(),
            Tool::Verb(_) if called.bare => row.is_some() || looped.is_some(),
            _ => true,
        };
        // What another program runs is looked at where that stands.
        if !is_call || matches!(outcome, Outcome::Left(Reason::Text)) {
            return;
        }
        // Init scripts have functions of these names from a file that they read in.
        let unsure = self.kind == CallerKind::InitScript && called.bare && matches!(called.tool, Tool::Verb(_));
        let part = Part { certain: part.certain && !unsure, ..part };
        if let (Tool::Service, Some(call)) = (called.tool, &called.call) {
            return self.like_service(part, span, call, true);
        }
        let before = part.text[..span.start].trim_ascii_end();
        let is_executed = part.manner == Manner::Shell && before.ends_with(b"exec");
        let manner = if is_executed { Manner::Behind } else { part.manner };
        let written = calls::one_line(&written);
        let report = match outcome {
            Outcome::OwnStop => return,
            Outcome::Replaced(instead) => {
                let finding = if called.tool == Tool::Telinit {
                    codes::caller_works(&written, &instead.text)
                } else {
                    codes::caller_fails(&written)
                };
                self.replaced(finding.into(), called.tool, manner, &written, &instead)
            }
            Outcome::Left(Reason::Unread(Unread::ComputedJob)) if looped.is_some() => {
                let verb = called.call.as_ref().and_then(|call| call.verb).and_then(systemctl_verb);
                let variable = job.and_then(|name| name.variable.clone()).unwrap_or_default();
                let verb = verb.filter(|_| looped == Some(true));
                let instead = verb.map(|verb| format!("systemctl {verb} \"${variable}.service\""));
                Report::from(codes::caller_fails(&written)).instead(instead)
            }
            Outcome::Left(reason) => {
                let help = match (called.call.and_then(|call| call.verb), part.manner) {
                    (Some(Verb::Other(instead)), _) => codes::systemd_tells_it_by(instead),
                    _ if matches!(reason, Reason::SystemEvent(_)) => codes::take_announcement_out(),
                    (_, Manner::Sudo) => codes::allow_systemctl(),
                    _ => reason.help("systemctl").into(),
                };
                Report::from(codes::caller_undecided(&written, reason)).advising(help)
            }
        };
        self.report(part.at(span), report.of(name.map(Text)), part.certain);
    }

    /// What is said of a call that is replaced: how, and what else to do.
    fn replaced(&self, report: Report, tool: Tool, manner: Manner, written: &BString, instead: &Replacement) -> Report {
        let mut report = match &instead.announces {
            None => report.instead(Some(as_run(manner, &instead.text, instead.compound))),
            Some(event) => {
                // What waited for the event is retired, and its unit is not tied to one.
                if let Some(unit) = self.jobs.awaited.get(event) {
                    let block = if instead.text.contains_str("--no-block") { " --no-block" } else { "" };
                    let start = BString::from(format!("systemctl start{block} {unit}"));
                    report
                        .instead(Some(as_run(manner, &start, false)))
                        .advising(codes::unit_stands_for_waiting_job(unit))
                } else {
                    Report::from(codes::caller_announces_to_none(written, event))
                        .instead(Some(":"))
                        .advising(codes::take_the_call_out())
                }
            }
        };
        if let (Some(unknown), Tool::Verb(_) | Tool::Initctl) = (&instead.unknown, tool) {
            report = report.advising(codes::caller_of_unknown_job(unknown));
        }
        if manner != Manner::Udev {
            return report;
        }
        if report.instead.as_ref().is_none_or(|value| is_plain_in_rule(value, written)) {
            return report.advising(codes::rule_wants_unit());
        }
        report.instead(None::<BString>).advising(codes::rule_needs_script(&instead.text))
    }

    /// A command that is no call by itself: one that another program is given to run, or a program that only the
    /// world outside of jobs calls.
    fn command(&mut self, part: Part<'_>, words: &[Word]) {
        let Some((first, rest)) = words.split_first() else { return };
        let Some(name) = first.literal() else { return };
        let span = words.last().map_or(first.span, |last| first.span.to(last.span));
        let texts: Vec<Span> = if let Some(wrapper) = Wrapper::find(base_name(&name)) {
            let is_program = |word: &Word| {
                let name = word.literal();
                name.is_some_and(|name| is_tool(&name) || Wrapper::find(base_name(&name)).is_some())
            };
            if let Some(inner) = rest.iter().find(|word| is_program(word)) {
                let manner = if part.manner == Manner::Shell { Manner::Behind } else { part.manner };
                self.script(part.at(Span::new(inner.span.start, span.end)), manner, part.certain);
            }
            let words = rest.iter().filter(|_| wrapper.runner == Runner::Text);
            words.filter_map(|word| between_quotes(part.text, &word.pieces)).collect()
        } else if name == "alias" {
            rest.iter().filter_map(|word| alias_value(part.text, word)).collect()
        } else {
            return self.tool(part, span, &name, rest);
        };
        for text in texts {
            self.script(part.at(text), Manner::Shell, part.certain);
        }
    }

    /// A call of a program that only the world outside of jobs calls.
    fn tool(&mut self, part: Part<'_>, span: Span, name: &[u8], rest: &[Word]) {
        let Some(named) = init_tools::named(name) else { return };
        let call = || Call::read(named, &Argument::all(part.text, rest)).ok();
        let is_compatible = self.kind.shows_compatible();
        match named.tool {
            Tool::InitScript => {
                let is_link = named.job.is_some_and(|job| self.jobs.links.contains(&Text::from(job)));
                if let Some(call) = call().filter(|_| is_link || is_compatible) {
                    self.like_service(part, span, &call, !is_link);
                }
            }
            Tool::InvokeRcD | Tool::UpdateRcD if is_compatible => match (named.tool, call()) {
                (Tool::InvokeRcD, Some(call)) => self.like_service(part, span, &call, true),
                (_, Some(call)) => self.enablement(part, span, &call),
                (_, None) => {}
            },
            Tool::OfUpstart(instead) => {
                let finding = if name == JOB_SCRIPT.as_bytes() {
                    codes::caller_of_job_script(JOB_SCRIPT)
                } else {
                    codes::caller_of_tool(base_name(name).as_bstr(), instead)
                };
                self.report(part.at(span), finding, part.certain);
            }
            _ => {}
        }
    }

    /// A program that is called like `service`, for a job of the machine.
    fn like_service(&mut self, part: Part<'_>, span: Span, call: &Call, works: bool) {
        let Some(job) = call.literal() else { return };
        let Some(row) = self.jobs.get(job) else { return };
        let finds = works && !row.has_instances && row.is_found_by_service(job);
        let exact = call.verb.and_then(|_| self.jobs.outside.replacement(call));
        // An action of the init script's own stays with the script.
        if exact.is_none() && finds {
            return;
        }
        let verb = call.verb_text.clone().unwrap_or_default();
        let written = calls::one_line(&span.of(part.text).into());
        let signals = exact.as_ref().is_some_and(|instead| instead.text.contains_str(" kill "));
        let instead = exact.map(|instead| as_run(part.manner, &instead.text, instead.compound));
        let report = if let Some(unit) = row.unit.as_ref().filter(|_| finds && !(signals && row.is_written)) {
            let plain = BString::from(format!("systemctl {verb} {unit}"));
            let finding = match instead.filter(|_| signals) {
                Some(instead) => codes::caller_works_where_reloaded(&written, &plain, instead),
                None => codes::caller_works(&written, &plain),
            };
            Report::from(finding).instead(Some(as_run(part.manner, &plain, false)))
        } else {
            let finding =
                if finds { codes::caller_fails_without_reload(&written) } else { codes::caller_fails(&written) };
            Report::from(finding).instead(instead)
        };
        self.report(part.at(span), report.of(Some(Text(job.clone()))), part.certain);
    }

    /// `update-rc.d JOB …`
    fn enablement(&mut self, part: Part<'_>, span: Span, call: &Call) {
        let Some(job) = call.literal() else { return };
        let Some(unit) = self.jobs.get(job).and_then(|row| row.unit.clone()) else { return };
        let verb = if call.verb == Some(Verb::Enable) { "enable" } else { "disable" };
        let instead = BString::from(format!("systemctl {verb} {unit}"));
        let written = calls::one_line(&span.of(part.text).into());
        let report = Report::from(codes::caller_enables(&written, &instead)).of(Some(Text(job.clone())));
        let report = report.instead(Some(as_run(part.manner, &instead, false)));
        self.report(part.at(span), report, part.certain);
    }
}

/// A command as it has to stand where it is run in that manner.
fn as_run(manner: Manner, text: &BString, compound: bool) -> BString {
    let for_shell = || BString::from([b"sh -c ", shell_word(text).as_slice()].concat());
    match manner {
        Manner::Shell if compound => return [b"{ ", text.as_slice(), b"; }"].concat().into(),
        Manner::Behind if compound => return for_shell(),
        Manner::Shell | Manner::Behind => return text.clone(),
        Manner::Direct | Manner::Sudo | Manner::Udev => {}
    }
    let mut out = if compound || text.contains_str("$(") { for_shell() } else { text.clone() };
    for (old, new) in BY_PATH {
        out = out.replacen(old, new, 1).into();
    }
    if manner == Manner::Udev && !out.contains_str("--no-block") {
        out = out.replacen("/bin/systemctl", "/bin/systemctl --no-block", 1).into();
    }
    out
}

/// Whether a command means the same between the quotes of a rule as it does elsewhere: udev(7) splits it at blanks,
/// knows single quotes alone, and puts in something for each `$` and `%`. What was written there has some of its own.
fn is_plain_in_rule(command: &[u8], written: &[u8]) -> bool {
    let quoted = command.strip_prefix(b"/bin/sh -c '").and_then(|rest| rest.strip_suffix(b"'"));
    let percents = |text: &[u8]| text.find_iter("%").count();
    !quoted.unwrap_or(command).iter().any(|byte| b"\"'\\$`".contains(byte)) && percents(command) <= percents(written)
}

/// Whether something is one of the programs whose calls are told.
fn is_tool(name: &[u8]) -> bool {
    init_tools::named(name).is_some_and(|named| !matches!(named.tool, Tool::Systemctl | Tool::OfSystemd))
}

fn systemctl_verb(verb: Verb) -> Option<&'static str> {
    match verb {
        Verb::Start => Some("start"),
        Verb::Stop => Some("stop"),
        Verb::Restart => Some("try-restart"),
        Verb::Status => Some("is-active"),
        _ => None,
    }
}

/// The text that a word between quotes is, where it stands as it is.
fn between_quotes(text: &[u8], word: &[Piece]) -> Option<Span> {
    let [piece] = word else { return None };
    let inner = Span::new(piece.span.start + 1, piece.span.end.saturating_sub(1));
    let quoted = matches!(piece.kind, PieceKind::SingleQuoted(_) | PieceKind::DoubleQuoted(_));
    (quoted && !inner.of(text).contains(&b'\\')).then_some(inner)
}

/// The command line that `NAME="…"` stands for.
fn alias_value(text: &[u8], word: &Word) -> Option<Span> {
    let (name, value) = word.pieces.split_first()?;
    name.span.of(text).ends_with(b"=").then(|| between_quotes(text, value)).flatten()
}

/// The fixed values that a script gives to variables.
#[derive(Default)]
struct Values(HashMap<BString, Vec<BString>>);

impl Values {
    fn of(script: &Script) -> Values {
        let mut values = Values::default();
        walk::walk(script, &mut values);
        values
    }

    /// Whether a variable runs over jobs of the machine; and whether over nothing but jobs whose units have
    /// their names.
    fn jobs(&self, reader: &Reader<'_>, variable: &BString) -> Option<bool> {
        let values = self.0.get(variable)?;
        let plain = |value: &BString| {
            reader.jobs.get(value).is_some_and(|row| !row.has_instances && row.is_found_by_service(value))
        };
        values.iter().any(|value| reader.jobs.get(value).is_some()).then(|| values.iter().all(plain))
    }
}

impl Visitor for Values {
    fn command(&mut self, command: &ShellCommand, _: Context) {
        match &command.kind {
            CommandKind::For(it) => {
                let Some(variable) = it.variable.literal() else { return };
                let words = it.words.iter().flatten().map(|word| word.literal().unwrap_or_default());
                self.0.entry(variable).or_default().extend(words);
            }
            CommandKind::Simple(simple) => {
                for assignment in &simple.assignments {
                    let value = assignment.value.literal().unwrap_or_default();
                    self.0.entry(assignment.name.clone()).or_default().push(value);
                }
            }
            _ => {}
        }
    }
}
