//! What a text names of Upstart's, wherever it stands: paths, variables, and programs whose calls nothing certain
//! is known of.

use bstr::{BString, ByteSlice as _};

use super::fragments::Manner;
use super::places::Kind;
use super::script::INIT_SCRIPTS;
use super::words::{GONE, JOB_SCRIPT, JOBS, LOGS, VARIABLES};
use super::{Reader, Said};
use crate::convert::calls::{self, Grammar, Outcome};
use crate::findings::Code;
use crate::shell::ScriptText;
use crate::shell::tree::{CommandKind, Word};
use crate::shell::walk;
use crate::systemd::quote::shell_word;
use crate::text::{Span, Text};

impl Reader<'_> {
    /// Looks through the whole text.
    pub(super) fn scan(&mut self, is_shell: bool) {
        if self.kind.tells_paths() {
            self.logs();
            self.definitions();
        }
        self.variables();
        let mut at = 0;
        for line in self.text.lines_with_terminator() {
            let span = Span::new(at, at + line.trim_ascii_end().len());
            at += line.len();
            self.mentions(span, is_shell);
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
            let message = match &unit {
                Some(unit) => format!(
                    "`{}` is written no more: what {} prints is in the journal",
                    path.as_bstr(),
                    unit.replace('@', "@INSTANCE")
                ),
                None => {
                    format!("`{}` is written no more: what units print is in the journal", path.as_bstr())
                }
            };
            let asks = unit.as_ref().map_or_else(
                || "journalctl".to_owned(),
                |unit| match unit.split_once('@') {
                    Some((stem, suffix)) => format!("journalctl -u '{stem}@*{suffix}'"),
                    None => format!("journalctl -u {unit}"),
                },
            );
            let help = match self.kind {
                Kind::Logrotate => {
                    "take it out: the journal bounds its own size (SystemMaxUse= in journald.conf); or plan with \
                     --logs files"
                        .to_owned()
                }
                _ => format!("read it by `{asks}`, or plan with --logs files"),
            };
            let reader = self.reading_command(span, &asks);
            let text = reader.as_ref().map_or(span, |(whole, _)| *whole);
            let said = Said {
                code: Code::CallerOfLog,
                job: found.map(|(job, _)| job),
                message,
                instead: reader.map(|(_, instead)| instead.into()),
                help: Some(help),
            };
            self.say(text, said, true);
        }
    }

    /// The command that reads a log, and the one that reads the journal in its place.
    fn reading_command(&self, log: Span, asks: &str) -> Option<(Span, String)> {
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
                    b"cat" | b"less" | b"more" if options.is_empty() => asks.to_owned(),
                    b"tail" if options.is_empty() => format!("{asks} -n 10"),
                    b"tail" => format!("{asks} {}", options.replace("-F", "-f")),
                    b"grep" | b"egrep" | b"fgrep" => {
                        format!("{asks} -o cat | {} {options}", program.as_bstr())
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
            let unit_file = row.map(super::jobs::Row::unit_file);
            let (message, instead) = match (&unit_file, file.ends_with(b".override")) {
                (Some(Some(unit)), true) => (
                    format!(
                        "`{}` counts for nothing any more: {unit}.d holds what is laid over the unit",
                        path.as_bstr()
                    ),
                    Some(format!("{unit}.d")),
                ),
                (Some(Some(unit)), false) => (
                    format!("`{}` counts for nothing any more: {unit} does", path.as_bstr()),
                    Some(unit.clone()),
                ),
                (Some(None), _) => (
                    format!("`{}` counts for nothing any more, and no unit takes its place", path.as_bstr()),
                    None,
                ),
                (None, _) if file.is_empty() || file.contains(&b'*') => (
                    format!(
                        "`{}` counts for nothing any more: units lie in /etc/systemd/system",
                        path.as_bstr()
                    ),
                    Some(
                        "/etc/systemd/system".to_owned()
                            + if file.is_empty() { &path[JOBS.len()..] } else { b"/" }
                                .to_str_lossy()
                                .as_ref(),
                    ),
                ),
                (None, _) => (format!("`{}` counts for nothing any more", path.as_bstr()), None),
            };
            let said = Said {
                code: Code::CallerOfDefinition,
                job: row.and(name).map(Text::from),
                message,
                instead: instead.map(Into::into),
                help: None,
            };
            self.say(span, said, true);
        }
        for span in self.paths(JOB_SCRIPT) {
            let message = format!("{JOB_SCRIPT} goes with Upstart");
            let said = Said { code: Code::CallerOfDefinition, message, ..Said::default() };
            self.say(span, said, true);
        }
    }

    fn variables(&mut self) {
        let text = self.text;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        for at in text.find_iter("UPSTART_") {
            let span = Span::new(
                at,
                at + text[at..].iter().position(|byte| !is_name(byte)).unwrap_or(text.len() - at),
            );
            let Some(instead) = calls::find(VARIABLES, span.of(text)) else { continue };
            let begins = at == 0 || !is_name(&text[at - 1]);
            if begins && !self.is_comment(span) {
                let said = Said {
                    code: Code::CallerUndecided,
                    message: format!("nothing sets {} any more", span.of(text).as_bstr()),
                    help: Some(instead.to_owned()),
                    ..Said::default()
                };
                self.say(span, said, true);
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
            let base = word.rsplit_str("/").next().unwrap_or_default();
            let (whole, job) = match calls::program(word) {
                Some((Grammar::Initctl, _)) => (3, job(next(2))),
                Some((Grammar::Telinit, _)) if !is_shell => (2, None),
                Some((Grammar::Verb(_), false)) => (2, job(next(1))),
                Some((Grammar::Verb(_), true)) if quoted && !is_shell => match job(next(1)) {
                    Some(job) => (2, Some(job)),
                    None => continue,
                },
                Some((Grammar::Service, _)) if !is_shell && is_verb(next(2)) => match job(next(1)) {
                    Some(job) => (3, Some(job)),
                    None => continue,
                },
                None if base == b"invoke-rc.d" && !is_shell && is_verb(next(2)) => match job(next(1)) {
                    Some(job) => (3, Some(job)),
                    None => continue,
                },
                None if calls::find(GONE, base).is_some() => (1, None),
                None if !is_shell && is_verb(next(1)) => {
                    let name = INIT_SCRIPTS.iter().find_map(|top| word.strip_prefix(top.as_bytes()));
                    match name.and_then(job) {
                        Some(job) => (2, Some(job)),
                        None => continue,
                    }
                }
                _ => continue,
            };
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
            let said = Said {
                code: Code::CallerMention,
                job,
                instead: self.listed(&tokens[index..], text, whole),
                message: format!(
                    "`{}` stands here, which may be a call to Upstart",
                    span.of(self.text).as_bstr()
                ),
                help: Some("if it is one: systemctl VERB UNIT".to_owned()),
            };
            self.say(span, said, false);
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
        let call: Vec<&[u8]> = tokens.iter().map(|token| token.of(line)).collect();
        let found = self.jobs.outside.in_script(&ScriptText::from(call.join(&b' '))).into_iter().next()?;
        match found.outcome {
            Outcome::Replaced(instead) if !instead.compound => {
                Some(instead.text.replace(" ", between).into())
            }
            _ => None,
        }
    }

    fn line_of(&self, span: Span) -> Span {
        let start = self.text[..span.start].rfind_byte(b'\n').map_or(0, |at| at + 1);
        let end = self.text[span.start..].find_byte(b'\n').map_or(self.text.len(), |at| span.start + at);
        Span::new(start, end)
    }
}

/// What is asked of a service.
fn is_verb(word: &[u8]) -> bool {
    matches!(word, b"start" | b"stop" | b"restart" | b"reload" | b"force-reload" | b"status")
}

/// Names and paths in a line.
fn tokens(line: &[u8]) -> Vec<Span> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-@+".contains(&byte);
    let mut out: Vec<Span> = Vec::new();
    for (at, byte) in line.iter().enumerate() {
        if !is_part(*byte) {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => out.push(Span::new(at, at + 1)),
        }
    }
    out
}
