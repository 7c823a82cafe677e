//! What a text names of Upstart's, wherever it stands: paths, variables, and programs whose calls nothing certain
//! is known of.

use bstr::{BString, ByteSlice as _};

use super::fragments::{Manner, lines};
use super::jobs::Row;
use super::places::CallerKind;
use super::reader::{Reader, Report};
use crate::findings::codes;
use crate::script::ScriptText;
use crate::script::call::{Argument, Call};
use crate::script::init_tools::{self, Named, SERVICE, Tool, find};
use crate::script::tree::{CommandKind, Word};
use crate::script::walk;
use crate::systemd::quote::shell_word;
use crate::text::{Span, Text};

/// Variables that Upstart sets, and what tells the same under systemd.
const VARIABLES: &[(&str, &str)] = &[
    ("UPSTART_EVENTS", "nothing tells a process which events started it"),
    ("UPSTART_INSTANCE", "%i in the unit's directives names the instance"),
    ("UPSTART_JOB", "%n in the unit's directives names the unit; INVOCATION_ID is set in every process of one"),
    (
        "UPSTART_SESSION",
        "`systemctl --user` talks to the service manager of the user, XDG_RUNTIME_DIR tells where it is",
    ),
];

/// Where Upstart logs.
const LOGS: &str = "/var/log/upstart";
/// Where jobs are defined.
const JOBS: &str = "/etc/init";
/// The init script that stands for every job.
pub(crate) const JOB_SCRIPT: &str = "/lib/init/upstart-job";

impl Reader<'_> {
    /// Looks through the whole text.
    pub(super) fn scan(&mut self, is_shell: bool) {
        if self.kind.shows_compatible() {
            self.logs();
            self.definitions();
        }
        self.variables();
        for line in lines(self.text) {
            let len = line.of(self.text).trim_ascii_end().len();
            self.mentions(Span::new(line.start, line.start + len), is_shell);
        }
    }

    /// Where a text stands that is a path or begins one, comments left out; up to the end of the path.
    fn paths(&self, start: &str) -> Vec<Span> {
        let text = self.text;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`;,|&<>(){}:".contains(byte);
        let spans = text.find_iter(start).filter_map(|at| {
            let before = at.checked_sub(1).map_or(b' ', |before| text[before]);
            let behind = &text[at + start.len()..];
            let len = behind.iter().position(ends).unwrap_or(behind.len());
            let whole = len == 0 || behind.starts_with(b"/") || &behind[..len] == b"$";
            let alone = !before.is_ascii_alphanumeric() && !b"_./-}".contains(&before);
            (whole && alone).then(|| Span::new(at, at + start.len() + len))
        });
        spans.filter(|span| !self.is_comment(*span)).collect()
    }

    fn logs(&mut self) {
        for span in self.paths(LOGS) {
            let path = span.of(self.text);
            let file = path[LOGS.len()..].trim_start_with(|c| c == '/');
            let found = self.jobs.of_log(file);
            let kept = match &found {
                Some((_, row)) => row.keeps_log,
                None => self.jobs.keep_logs() && (file.is_empty() || file.contains(&b'*')),
            };
            if kept {
                continue;
            }
            let unit = found.as_ref().and_then(|(_, row)| row.unit.clone());
            let path = path.as_bstr();
            let (finding, journal) = match unit.as_deref().map(|unit| (unit, unit.split_once('@'))) {
                None => (codes::caller_of_logs(path), "journalctl".to_owned()),
                Some((unit, None)) => (codes::caller_of_log(path, unit), format!("journalctl -u {unit}")),
                Some((_, Some((stem, suffix)))) => (
                    codes::caller_of_log(path, format!("{stem}@INSTANCE{suffix}")),
                    format!("journalctl -u '{stem}@*{suffix}'"),
                ),
            };
            let help = match self.kind {
                CallerKind::Logrotate => codes::journal_bounds_itself(),
                _ => codes::read_the_journal(&journal),
            };
            let (text, instead) = self.reading_command(span, &journal).unzip();
            let report = Report::from(finding).of(found.map(|(job, _)| job));
            self.report(text.unwrap_or(span), report.instead(instead).advising(help), true);
        }
    }

    /// The command that reads a log, and the one that reads the journal in its place.
    fn reading_command(&self, log: Span, journal: &str) -> Option<(Span, String)> {
        let line = self.line_of(log);
        let text = line.of(self.text);
        let script = ScriptText::from(text);
        let at = log.start - line.start;
        let mut found = None;
        walk::simple_commands(script.tree().ok()?, |command, _| {
            let CommandKind::Simple(simple) = &command.kind else { return };
            let whole = simple.words.iter().map(|word| word.span).reduce(Span::to).unwrap_or_default();
            let words: Option<Vec<_>> = simple.words.iter().map(Word::literal).collect();
            if let Some(words) = words.filter(|_| whole.contains(at))
                && let Some((path, before)) = words.split_last()
                && path.starts_with(LOGS.as_bytes())
                && let Some((program, options)) = before.split_first()
            {
                let options: Vec<Vec<u8>> = options.iter().map(|word| shell_word(word)).collect();
                let options = options.join(&b' ');
                let options = options.to_str_lossy();
                let instead = match program.as_slice() {
                    b"cat" | b"less" | b"more" if options.is_empty() => journal.to_owned(),
                    b"tail" if options.is_empty() => format!("{journal} -n 10"),
                    b"tail" => format!("{journal} {}", options.replace("-F", "-f")),
                    b"grep" | b"egrep" | b"fgrep" => {
                        format!("{journal} -o cat | {} {options}", program.as_bstr())
                    }
                    _ => return,
                };
                found = Some((Span::new(line.start + whole.start, line.start + whole.end), instead));
            }
        });
        found
    }

    fn definitions(&mut self) {
        for span in self.paths(JOBS) {
            let path = span.of(self.text);
            let file = path[JOBS.len()..].trim_with(|c| c == '/' || c == '$');
            let name = file.strip_suffix(b".conf").or(file.strip_suffix(b".override"));
            let row = name.and_then(|name| self.jobs.get(name));
            let shown = path.as_bstr();
            let (finding, instead) = match (row.map(Row::unit_file), file.ends_with(b".override")) {
                (Some(Some(unit)), true) => (codes::caller_of_override(shown, &unit), Some(format!("{unit}.d"))),
                (Some(Some(unit)), false) => (codes::caller_of_definition(shown, &unit), Some(unit)),
                (Some(None), _) => (codes::caller_of_retired_definition(shown), None),
                (None, _) if file.is_empty() || file.contains(&b'*') => {
                    let end = if file.is_empty() { &path[JOBS.len()..] } else { b"/" };
                    let units = "/etc/systemd/system";
                    let instead = format!("{units}{}", end.to_str_lossy());
                    (codes::caller_of_definitions(shown, units), Some(instead))
                }
                (None, _) => (codes::caller_of_unknown_definition(shown), None),
            };
            let report = Report::from(finding).of(row.and(name).map(Text::from));
            self.report(span, report.instead(instead), true);
        }
        for span in self.paths(JOB_SCRIPT) {
            self.report(span, codes::names_job_script(JOB_SCRIPT), true);
        }
    }

    fn variables(&mut self) {
        let text = self.text;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        for at in text.find_iter("UPSTART_") {
            let len = text[at..].iter().position(|byte| !is_name(byte)).unwrap_or(text.len() - at);
            let span = Span::new(at, at + len);
            let Some(instead) = find(VARIABLES, span.of(text)) else { continue };
            if at == 0 || !is_name(&text[at - 1]) {
                self.report(span, codes::caller_reads_variable(span.of(text).as_bstr(), instead), true);
            }
        }
    }

    /// Programs that a line names. In a script of a shell, what is called is known already, and what else is named
    /// may be a message to people.
    fn mentions(&mut self, line: Span, is_shell: bool) {
        let text = line.of(self.text);
        if self.is_comment(line) {
            return;
        }
        let tokens = tokens(text);
        for (index, token) in tokens.iter().enumerate() {
            let word = token.of(text);
            let next = |by: usize| tokens.get(index + by).map(|span| span.of(text)).unwrap_or_default();
            let job = |name: &[u8]| self.jobs.get(name).is_some().then(|| Text::from(name));
            let quoted = token.start > 0 && b"\"'".contains(&text[token.start - 1]);
            let is_verb = |word: &[u8]| !is_shell && find(SERVICE, word).is_some();
            // How many words the call has, and its job; of many a call nothing is certain but by the job's name.
            let Some(Named { tool, bare, job: own }) = init_tools::named(word) else { continue };
            let (whole, job) = match tool {
                Tool::Initctl => (3, job(next(2))),
                Tool::Telinit if !is_shell => (2, None),
                Tool::Verb(_) if !bare => (2, job(next(1))),
                Tool::Verb(_) if quoted && !is_shell => (2, job(next(1))),
                Tool::Service | Tool::InvokeRcD if is_verb(next(2)) => (3, job(next(1))),
                Tool::InitScript if is_verb(next(1)) => (2, own.and_then(job)),
                Tool::OfUpstart(_) => (1, None),
                _ => continue,
            };
            let by_name = matches!(tool, Tool::Service | Tool::InvokeRcD | Tool::InitScript);
            if job.is_none() && (by_name || bare && matches!(tool, Tool::Verb(_))) {
                continue;
            }
            let last = tokens[index..].iter().take(whole).next_back().copied().unwrap_or(*token);
            let span = Span::new(line.start + token.start, line.start + last.end);
            if self.is_comment(span) || self.is_covered(span) {
                continue;
            }
            // A command between quotes in another language can be read as one.
            let before = self.callers.len();
            if quoted
                && let Some(len) = text[token.start..].find_byte(text[token.start - 1])
                && text[token.start..token.start + len].contains(&b' ')
            {
                let inner = Span::new(line.start + token.start, line.start + token.start + len);
                self.script(inner, Manner::Shell, false);
            }
            if self.callers.len() > before {
                continue;
            }
            let report = Report::from(codes::caller_mention(span.of(self.text).as_bstr()))
                .of(job)
                .instead(self.listed(&tokens[index..], text, whole));
            self.report(span, report, false);
        }
    }

    /// What a call becomes whose words stand in a list, each between quotes.
    fn listed(&self, tokens: &[Span], line: &[u8], words: usize) -> Option<BString> {
        let tokens = tokens.get(..words)?;
        let [first, second, ..] = tokens else { return None };
        let between = Span::new(first.end, second.start).of(line);
        if tokens.windows(2).any(|pair| Span::new(pair[0].end, pair[1].start).of(line) != between) {
            return None;
        }
        let words: Vec<&[u8]> = tokens.iter().map(|token| token.of(line)).collect();
        let (name, arguments) = words.split_first()?;
        let arguments: Vec<Argument> = arguments.iter().map(|word| Argument::fixed(word)).collect();
        let call = Call::read(init_tools::command(name)?, &arguments).ok()?;
        let instead = self.jobs.outside.replacement(&call).filter(|instead| !instead.compound)?;
        Some(instead.text.replace(" ", between).into())
    }

    fn line_of(&self, span: Span) -> Span {
        let start = self.text[..span.start].rfind_byte(b'\n').map_or(0, |at| at + 1);
        let end = self.text[span.start..].find_byte(b'\n').map_or(self.text.len(), |at| span.start + at);
        Span::new(start, end)
    }
}

/// Names and paths in a line.
fn tokens(line: &[u8]) -> Vec<Span> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./-@+".contains(byte);
    let mut end = 0;
    let runs = line.chunk_by(|one, next| is_part(one) == is_part(next)).map(|run| {
        end += run.len();
        Span::new(end - run.len(), end)
    });
    runs.filter(|span| is_part(&line[span.start])).collect()
}
