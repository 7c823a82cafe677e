//! Callers in scripts and commands, known by where a command stands.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::fragments::Manner;
use super::guard::Guards;
use super::places::Kind;
use super::words::{ASKED, GONE, JOB_SCRIPT};
use super::{Reader, Said};
use crate::convert::calls::{self, Called, Found, Grammar, Outcome, Reason, Runner, Verb};
use crate::findings::Code;
use crate::shell::ScriptText;
use crate::shell::tree::{Command, CommandKind, Piece, PieceKind, Script, Word};
use crate::shell::walk::{self, Context, Visitor};
use crate::systemd::quote::shell_word;
use crate::text::{Span, Text};

/// Where init scripts lie.
pub const INIT_SCRIPTS: &[&str] = &["/etc/init.d/", "/etc/rc.d/init.d/"];

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
        const KEYWORDS: &[&[u8]] = &[b"if", b"then", b"elif", b"else", b"while", b"until", b"do", b"!", b"{"];
        let text = span.of(self.text);
        let mut at = span.start;
        for line in text.lines_with_terminator() {
            let whole = Span::new(at, at + line.trim_ascii_end().len());
            at += line.len();
            if line.trim_ascii_start().starts_with(b"#") {
                self.comments.push(whole);
                continue;
            }
            let mut start = whole.start;
            for piece in whole.of(self.text).split(|byte| b";&|()`".contains(byte)) {
                let mut part = Span::new(start, start + piece.len());
                start = part.end + 1;
                loop {
                    let here = part.of(self.text);
                    part.start += here.len() - here.trim_ascii_start().len();
                    let here = part.of(self.text);
                    let word = here.fields_with(char::is_whitespace).next().unwrap_or_default();
                    part.start += if word == b"function" {
                        // Of bash: the name stands behind it.
                        let behind = here[word.len()..].trim_ascii_start();
                        let name = behind.fields_with(char::is_whitespace).next().unwrap_or_default();
                        here.len() - behind.len() + name.len()
                    } else if KEYWORDS.contains(&word) {
                        word.len()
                    } else {
                        break;
                    };
                }
                if !part.is_empty() && ScriptText::from(part.of(self.text)).tree().is_ok() {
                    self.script(part, manner, false);
                }
            }
        }
    }

    /// A call that the conversion of jobs knows as well.
    fn found(&mut self, part: Part<'_>, values: &Values, found: Found) {
        let Found { written, span, called: Some(called), outcome } = found else { return };
        let job = called.call.as_ref().filter(|_| names_job(&called)).and_then(|call| call.name.as_ref());
        let name = job.and_then(|name| name.literal.clone());
        let row = name.as_ref().and_then(|name| self.jobs.get(name));
        let looped = job.and_then(|name| name.variable.as_ref()).and_then(|name| values.jobs(self, name));
        let is_call = match called.grammar {
            Grammar::Service => row.is_some(),
            Grammar::Verb(_) if called.bare => row.is_some() || looped.is_some(),
            _ => true,
        };
        // What another program runs is looked at where that stands.
        if !is_call || matches!(outcome, Outcome::Left(Reason::Text)) {
            return;
        }
        // Init scripts have functions of these names from a file that they read in.
        let unsure =
            self.kind == Kind::InitScript && called.bare && matches!(called.grammar, Grammar::Verb(_));
        let part = Part { certain: part.certain && !unsure, ..part };
        if let (Grammar::Service, Some(name)) = (called.grammar, &name) {
            let verb = span.of(part.text).fields_with(char::is_whitespace).nth(2).unwrap_or_default();
            return self.like_service(part, span, name, verb, true);
        }
        let works = called.grammar == Grammar::Telinit;
        let before = part.text[..span.start].trim_ascii_end();
        let is_executed = part.manner == Manner::Shell && before.ends_with(b"exec");
        let manner = if is_executed { Manner::Behind } else { part.manner };
        let written = calls::one_line(&written);
        let mut said = Said { job: name.clone().map(Text), ..Said::default() };
        match outcome {
            Outcome::OwnStop => return,
            Outcome::Replaced(instead) => {
                said.code = if works { Code::CallerWorks } else { Code::CallerFails };
                said.message = if works {
                    format!("`{written}` goes on working, as `{}`", instead.text)
                } else {
                    format!("`{written}` fails without Upstart")
                };
                let retired = instead.announces.as_ref().and_then(|event| self.jobs.awaited.get(event));
                if let Some(unit) = retired {
                    // What waited for the event is retired, and its unit is not tied to one.
                    let block = if instead.text.contains_str("--no-block") { " --no-block" } else { "" };
                    let start = BString::from(format!("systemctl start{block} {unit}"));
                    said.instead = Some(Self::as_run(manner, &start, false));
                    said.help = Some(format!("{unit} takes the place of the job that waited for this"));
                } else if let Some(event) = &instead.announces {
                    said.message =
                        format!("`{written}` fails without Upstart, and no job waits for `{event}`");
                    said.help = Some("take the call out".to_owned());
                    said.instead = Some(":".into());
                } else {
                    said.instead = Some(Self::as_run(manner, &instead.text, instead.compound));
                }
                if let (Some(unknown), Grammar::Verb(_) | Grammar::Initctl) =
                    (&instead.unknown, called.grammar)
                {
                    said.help = Some(format!(
                        "no job `{unknown}` is among those of this machine: make sure that there is a unit of that name"
                    ));
                }
                if part.manner == Manner::Udev {
                    let better =
                        "better than to run anything: TAG+=\"systemd\", ENV{SYSTEMD_WANTS}+=\"UNIT\"";
                    said.help = Some(better.to_owned());
                    if said.instead.as_ref().is_some_and(|value| !is_plain_in_rule(value, &written)) {
                        said.instead = None;
                        said.help = Some(format!(
                            "write a script and let RUN call that: what does the same, `{}`, does not fit between the \
                             quotes of a rule, and what udev puts in for a `%` has to be given to the script; {better}",
                            instead.text
                        ));
                    }
                }
            }
            Outcome::Left(Reason::ComputedJob) if looped.is_some() => {
                let verb = called.call.as_ref().and_then(|call| call.verb).and_then(systemctl_verb);
                let variable = job.and_then(|name| name.variable.clone()).unwrap_or_default();
                said.code = Code::CallerFails;
                said.message = format!("`{written}` fails without Upstart");
                said.instead = verb
                    .filter(|_| looped == Some(true))
                    .map(|verb| format!("systemctl {verb} \"${variable}.service\"").into());
            }
            Outcome::Left(reason) => {
                said.code = Code::CallerUndecided;
                said.message = format!("`{written}` fails without Upstart: {reason}");
                let asked = Self::asked(part, span);
                said.help = Some(match (asked, part.manner) {
                    (Some(instead), _) => format!("systemd tells it by `{instead}`"),
                    _ if matches!(reason, Reason::SystemEvent(_)) => {
                        "take the call out: units are ordered with what is up by then".to_owned()
                    }
                    (None, Manner::Sudo) => {
                        "allow `/bin/systemctl VERB UNIT` for each unit that is meant".to_owned()
                    }
                    (None, _) => calls::help(&reason, "systemctl"),
                });
            }
        }
        self.say(part.at(span), said, part.certain);
    }

    /// What tells under systemd what `initctl` is asked there.
    fn asked(part: Part<'_>, span: Span) -> Option<&'static str> {
        let mut words = span.of(part.text).fields_with(char::is_whitespace);
        let program = words.next()?;
        let asked = words.find(|word| !word.starts_with(b"-"))?;
        program.ends_with(b"initctl").then(|| calls::find(ASKED, asked)).flatten()
    }

    /// A command as it has to stand where it is run in that manner.
    fn as_run(manner: Manner, text: &BString, compound: bool) -> BString {
        match manner {
            Manner::Shell if compound => return [b"{ ", text.as_slice(), b"; }"].concat().into(),
            Manner::Behind if compound => return [b"sh -c ", shell_word(text).as_slice()].concat().into(),
            Manner::Shell | Manner::Behind => return text.clone(),
            Manner::Direct | Manner::Sudo | Manner::Udev => {}
        }
        let mut out = text.clone();
        if compound || text.contains_str("$(") {
            out = [b"sh -c ", shell_word(text).as_slice()].concat().into();
        }
        for (old, new) in BY_PATH {
            out = out.replacen(old, new, 1).into();
        }
        if manner == Manner::Udev && !out.contains_str("--no-block") {
            out = out.replacen("/bin/systemctl", "/bin/systemctl --no-block", 1).into();
        }
        out
    }

    /// A command that is no call by itself: one that another program is given to run, and programs that only the
    /// world outside of jobs calls.
    fn command(&mut self, part: Part<'_>, words: &[Word]) {
        let Some((first, rest)) = words.split_first() else { return };
        let Some(name) = first.literal() else { return };
        let base = name.rsplit_str("/").next().unwrap_or_default();
        let end = words.last().map_or(first.span.end, |word| word.span.end);
        if let Some(runner) = calls::find(calls::RUNNERS, base) {
            let is_program = |word: &Word| {
                word.literal().is_some_and(|name| {
                    let base = name.rsplit_str("/").next().unwrap_or_default();
                    calls::program(&name).is_some()
                        || calls::find(calls::RUNNERS, base).is_some()
                        || is_other_program(&name)
                })
            };
            let inner = rest.iter().position(is_program);
            if let Some(at) = inner {
                let manner = if part.manner == Manner::Shell { Manner::Behind } else { part.manner };
                self.script(part.at(Span::new(rest[at].span.start, end)), manner, part.certain);
            }
            if runner == Runner::Text {
                for text in rest.iter().filter_map(|word| text_between_quotes(part.text, word)) {
                    self.script(part.at(text), Manner::Shell, part.certain);
                }
            }
            return;
        }
        if name == "alias" {
            for text in rest.iter().filter_map(|word| alias_value(part.text, word)) {
                self.script(part.at(text), Manner::Shell, part.certain);
            }
            return;
        }
        let span = first.span.to(Span::new(first.span.start, end));
        if let Some(job) = INIT_SCRIPTS.iter().find_map(|dir| name.strip_prefix(dir.as_bytes())) {
            self.init_script(part, span, job, rest);
        } else if name == JOB_SCRIPT {
            let said = Said {
                code: Code::CallerUndecided,
                message: format!("{JOB_SCRIPT} goes with Upstart"),
                help: Some("call systemctl with the unit's name".to_owned()),
                ..Said::default()
            };
            self.say(part.at(span), said, part.certain);
        } else if base == b"invoke-rc.d" && self.kind.tells_compatible() {
            let mut rest = rest.iter().skip_while(|word| word.span.of(part.text).starts_with(b"-"));
            if let Some(job) = rest.next().and_then(Word::literal) {
                let verb = rest.next().map(|word| word.span.of(part.text)).unwrap_or_default();
                self.like_service(part, span, &job, verb, true);
            }
        } else if base == b"update-rc.d" && self.kind.tells_compatible() {
            self.enablement(part, span, rest);
        } else if let Some(instead) = calls::find(GONE, base) {
            let said = Said {
                code: Code::CallerUndecided,
                message: format!("`{}` goes with Upstart", base.as_bstr()),
                help: Some(format!("under systemd, it is {instead}")),
                ..Said::default()
            };
            self.say(part.at(span), said, part.certain);
        }
    }

    fn init_script(&mut self, part: Part<'_>, span: Span, job: &[u8], rest: &[Word]) {
        let is_link = self.jobs.links.contains(&Text::from(job));
        if is_link || self.kind.tells_compatible() {
            let verb = rest.first().map(|word| word.span.of(part.text)).unwrap_or_default();
            self.like_service(part, span, job, verb, !is_link);
        }
    }

    /// A program that is called like `service`, for a job of the machine.
    fn like_service(&mut self, part: Part<'_>, span: Span, job: &[u8], verb: &[u8], works: bool) {
        let Some(row) = self.jobs.get(job) else { return };
        let finds = works && !row.has_instances && row.is_found_by_service(job);
        let call = [b"service ".as_slice(), job, b" ", verb].concat();
        let found = self.jobs.outside.in_script(&ScriptText::from(call.as_slice())).into_iter().next();
        let exact = found.and_then(|found| match found.outcome {
            Outcome::Replaced(instead) => Some(instead),
            _ => None,
        });
        // An action of the init script's own stays with the script.
        if exact.is_none() && finds {
            return;
        }
        let written = calls::one_line(&span.of(part.text).into());
        let signals = exact.as_ref().is_some_and(|instead| instead.text.contains_str(" kill "));
        let mut said = Said { job: Some(Text::from(job)), ..Said::default() };
        let instead = exact.map(|instead| Self::as_run(part.manner, &instead.text, instead.compound));
        if let Some(unit) = row.unit.as_ref().filter(|_| finds && !(signals && row.is_written)) {
            let plain = BString::from(format!("systemctl {} {unit}", verb.as_bstr()));
            said.code = Code::CallerWorks;
            said.message = format!("`{written}` goes on working, as `{plain}`");
            said.instead = Some(Self::as_run(part.manner, &plain, false));
            if signals {
                said.message += ", where that unit has ExecReload=";
                said.help =
                    instead.map(|instead| format!("if it has none, `{instead}` does what Upstart did"));
            }
        } else {
            said.code = Code::CallerFails;
            said.message = if finds {
                format!("`{written}` fails under systemd: the unit has no ExecReload=")
            } else {
                format!("`{written}` fails without Upstart")
            };
            said.instead = instead;
        }
        self.say(part.at(span), said, part.certain);
    }

    /// `update-rc.d JOB …`
    fn enablement(&mut self, part: Part<'_>, span: Span, rest: &[Word]) {
        let mut words = rest.iter().filter_map(Word::literal).filter(|word| !word.starts_with(b"-"));
        let (Some(job), Some(action)) = (words.next(), words.next()) else { return };
        let Some(unit) = self.jobs.get(&job).and_then(|row| row.unit.clone()) else { return };
        let verb = match action.as_slice() {
            b"enable" | b"defaults" | b"start" => "enable",
            b"disable" | b"remove" | b"stop" => "disable",
            _ => return,
        };
        let instead = BString::from(format!("systemctl {verb} {unit}"));
        let said = Said {
            code: Code::CallerWorks,
            message: format!(
                "`{}` is about the links of the init script; of the unit it is `{instead}`",
                calls::one_line(&span.of(part.text).into())
            ),
            job: Some(Text(job)),
            instead: Some(Self::as_run(part.manner, &instead, false)),
            help: None,
        };
        self.say(part.at(span), said, part.certain);
    }
}

/// Whether a command means the same between the quotes of a rule as it does elsewhere: udev(7) splits it at blanks,
/// knows single quotes alone, and puts in something for each `$` and `%`. What was written there has some of its own.
fn is_plain_in_rule(command: &[u8], written: &[u8]) -> bool {
    let quoted = command.strip_prefix(b"/bin/sh -c '").and_then(|rest| rest.strip_suffix(b"'"));
    let percents = |text: &[u8]| text.find_iter("%").count();
    !quoted.unwrap_or(command).iter().any(|byte| b"\"'\\$`".contains(byte))
        && percents(command) <= percents(written)
}

fn is_other_program(name: &[u8]) -> bool {
    let base = name.rsplit_str("/").next().unwrap_or_default();
    INIT_SCRIPTS.iter().any(|directory| name.starts_with(directory.as_bytes()))
        || matches!(base, b"invoke-rc.d" | b"update-rc.d")
        || calls::find(GONE, base).is_some()
}

/// Whether the name in a call is that of a job.
fn names_job(called: &Called) -> bool {
    let verb = called.call.as_ref().and_then(|call| call.verb);
    matches!(verb, Some(Verb::Start | Verb::Stop | Verb::Restart | Verb::Reload | Verb::Status))
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
fn text_between_quotes(text: &[u8], word: &Word) -> Option<Span> {
    let [piece] = &word.pieces[..] else { return None };
    between_quotes(text, piece)
}

/// The command line that `NAME="…"` stands for.
fn alias_value(text: &[u8], word: &Word) -> Option<Span> {
    let [name, value] = &word.pieces[..] else { return None };
    name.span.of(text).ends_with(b"=").then(|| between_quotes(text, value)).flatten()
}

fn between_quotes(text: &[u8], piece: &Piece) -> Option<Span> {
    let inner = Span::new(piece.span.start + 1, piece.span.end.saturating_sub(1));
    let quoted = matches!(piece.kind, PieceKind::SingleQuoted(_) | PieceKind::DoubleQuoted(_));
    (quoted && !inner.of(text).contains(&b'\\')).then_some(inner)
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
    fn command(&mut self, command: &Command, _: Context) {
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
