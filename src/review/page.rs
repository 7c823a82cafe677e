//! The page of a service: everything that one should know before deciding on it, in lines of a given width.

use std::fmt::Write as _;

use bstr::ByteSlice as _;
use similar::{ChangeTag, TextDiff};

use super::align;
use super::behaviour;
use super::line::{Line, Look, fold, safe, width, wrap};
use super::subject::{Output, Subject};
use crate::findings::{Outcome, Severity};
use crate::plan::callers::Caller;
use crate::plan::model::{Action, Grade, Note, Place};
use crate::root::{RootPath, State};

/// From this width on, source and result stand side by side.
pub const SIDE_BY_SIDE: usize = 100;
/// No page is narrower; what does not fit is cut by the screen.
const NARROWEST: usize = 24;
/// Between the sides.
const BETWEEN: &str = " │ ";

/// The page. `same` shows the values that stay the same as well.
pub fn lines(subject: &Subject<'_>, columns: usize, same: bool) -> Vec<Line> {
    let mut page = Page { subject, columns: columns.max(NARROWEST), out: Vec::new() };
    page.head();
    page.elsewhere();
    page.texts();
    page.values(same);
    page.links();
    page.callers();
    page.replaced();
    page.out
}

/// How a grade is called and looks.
pub fn grade(grade: Grade) -> (&'static str, Look) {
    match grade {
        Grade::Exact => ("exact", Look::Good),
        Grade::Approximated => ("approximated", Look::Warn),
        Grade::Manual => ("manual", Look::Bad),
    }
}

/// What an action is called.
pub fn action(action: Action) -> &'static str {
    match action {
        Action::Retire => "retire",
        Action::Adopt => "adopt",
        Action::Convert => "convert",
        Action::Hold => "hold",
    }
}

fn severity(severity: Severity) -> (&'static str, Look) {
    match severity {
        Severity::Note => ("note", Look::Good),
        Severity::Warning => ("warning", Look::Warn),
        Severity::Manual => ("manual", Look::Bad),
        Severity::Error => ("error", Look::Bad),
    }
}

struct Page<'s, 'p> {
    subject: &'s Subject<'p>,
    columns: usize,
    out: Vec<Line>,
}

/// A line of one of the sources, from 1; line 0 is its name.
#[derive(Clone, Copy)]
struct SourceLine<'s> {
    file: usize,
    number: usize,
    text: &'s [u8],
}

impl<'s> Page<'s, '_> {
    fn title(&mut self, text: &str) {
        self.out.push(Line::new());
        let rest = self.columns.saturating_sub(width(text) + 4);
        let line = Line::of(Look::Faint, "── ").add(Look::Strong, text).add(Look::Faint, " ");
        self.out.push(line.add(Look::Faint, "─".repeat(rest)));
    }

    fn prose(&mut self, look: Look, indent: usize, text: &str) {
        for line in wrap(text, self.columns.saturating_sub(indent).max(1)) {
            self.out.push(Line::of(look, " ".repeat(indent)).add(look, line));
        }
    }

    fn head(&mut self) {
        let service = self.subject.service;
        if let Some(reason) = &service.asked_again {
            self.prose(Look::Warn, 0, &format!("Asked again: {reason}."));
        }
        let becomes = match (&service.unit, service.action) {
            (Some(unit), Action::Convert) => format!("Becomes {unit}"),
            (Some(unit), _) => format!("{unit} takes its place"),
            (None, Action::Hold) => "Held back".to_owned(),
            (None, _) => "Nothing takes its place".to_owned(),
        };
        self.prose(Look::Plain, 0, &format!("{becomes}: {}.", service.why.trim_end_matches('.')));
        if service.disabled {
            self.prose(Look::Plain, 0, "Upstart never started it by itself (`manual`).");
        }
        let count =
            |outcome: Outcome| service.account.iter().filter(|stanza| stanza.outcome == outcome).count();
        let outcomes = [
            (Outcome::Exact, "exact"),
            (Outcome::Approximated, "approximated"),
            (Outcome::Dropped, "dropped"),
            (Outcome::Manual, "manual"),
        ];
        let counts = outcomes.map(|(outcome, word)| (count(outcome), word));
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if !counts.is_empty() {
            self.prose(Look::Plain, 0, &format!("Its stanzas: {}.", counts.join(", ")));
        }
        for output in &self.subject.outputs {
            if output.file.edited.is_some() {
                self.prose(Look::Strong, 0, &format!("Edited: {}", output.file.path));
            }
        }
    }

    /// The source that a place is in.
    fn file_of(&self, path: &RootPath) -> Option<usize> {
        self.subject.sources.iter().position(|(source, _)| *source == path)
    }

    /// Findings that are about no line that is shown.
    fn elsewhere(&mut self) {
        let sources = &self.subject.sources;
        let is_shown = |place: &Place| {
            let source = self.file_of(&place.path).map(|file| &sources[file].1);
            source.is_some_and(|text| place.line <= text_lines(text).len())
        };
        let findings = self.subject.service.findings.iter();
        let findings: Vec<&Note> =
            findings.filter(|finding| !finding.places.first().is_some_and(is_shown)).collect();
        if findings.is_empty() {
            return;
        }
        self.title("Findings");
        for finding in findings {
            let lines = self.finding(finding, 0);
            self.out.extend(lines);
            for place in &finding.places {
                self.prose(Look::Faint, 4, &format!("at {}:{}:{}", place.path, place.line, place.column));
            }
        }
    }

    fn finding(&self, finding: &Note, indent: usize) -> Vec<Line> {
        let (word, look) = severity(finding.severity);
        let first = finding.places.first();
        let mark = format!("{word}[{}]", finding.code);
        let text = format!("{mark} {}", finding.message);
        let mut out = Vec::new();
        for (at, line) in wrap(&text, self.columns.saturating_sub(indent + 2).max(1)).into_iter().enumerate()
        {
            let lead = if at == 0 { "└ " } else { "  " };
            let start = Line::of(look, " ".repeat(indent) + lead);
            out.push(match line.strip_prefix(&mark) {
                Some(rest) if at == 0 => start.add(look, &mark).add(Look::Plain, rest),
                _ => start.add(Look::Plain, line),
            });
        }
        let mut more = |lead: &str, text: &str| {
            let indent = indent + 2;
            for line in wrap(&format!("{lead}{text}"), self.columns.saturating_sub(indent).max(1)) {
                out.push(Line::of(Look::Faint, " ".repeat(indent)).add(Look::Faint, line));
            }
        };
        for place in finding.places.iter().filter(|place| !place.label.is_empty()) {
            match first.filter(|first| first.path == place.path) {
                Some(_) => more("", &format!("line {}: {}", place.line, place.label)),
                None => more("", &format!("{}:{}: {}", place.path, place.line, place.label)),
            }
        }
        if let Some(help) = &finding.help {
            more("help: ", help);
        }
        out
    }

    fn source_lines(&self) -> Vec<SourceLine<'s>> {
        let sources = &self.subject.sources;
        let mut rows = Vec::new();
        for (file, (_, text)) in sources.iter().enumerate() {
            if sources.len() > 1 {
                rows.push(SourceLine { file, number: 0, text: b"" });
            }
            let lines = text_lines(text).into_iter().zip(1..);
            rows.extend(lines.map(|(text, number)| SourceLine { file, number, text }));
        }
        rows
    }

    fn texts(&mut self) {
        let sources = self.source_lines();
        let subject = self.subject;
        let Some((first, others)) = subject.outputs.split_first() else {
            return self.source(&sources);
        };
        if self.columns < SIDE_BY_SIDE {
            self.source(&sources);
            for output in &subject.outputs {
                self.result(output);
            }
            return;
        }
        self.pair(&sources, first, true);
        for output in others {
            let tied =
                |line: &&SourceLine<'_>| output.file.ties.iter().any(|tie| self.is_at(line, &tie.from));
            let tied: Vec<SourceLine<'_>> = sources.iter().filter(tied).copied().collect();
            self.pair(&tied, output, false);
        }
    }

    fn is_at(&self, line: &SourceLine<'_>, place: &Place) -> bool {
        line.number == place.line && *self.subject.sources[line.file].0 == place.path
    }

    /// The findings that are shown below a line.
    fn findings_at(&self, line: &SourceLine<'_>) -> Vec<Line> {
        let findings = self.subject.service.findings.iter();
        let here =
            findings.filter(|finding| finding.places.first().is_some_and(|place| self.is_at(line, place)));
        here.flat_map(|finding| self.finding(finding, 4)).collect()
    }

    /// The name of a source: with a letter, where there are several.
    fn source_name(&self, file: usize) -> String {
        let path = self.subject.sources[file].0;
        match self.subject.sources.len() {
            1 => path.to_string(),
            _ => format!("{}: {path}", letter(file)),
        }
    }

    fn source_cell(&self, line: Option<&SourceLine<'_>>, columns: usize) -> Vec<Line> {
        let Some(line) = line else { return vec![Line::new().fit(columns)] };
        if line.number == 0 {
            return vec![Line::of(Look::Strong, self.source_name(line.file)).fit(columns)];
        }
        cell(&format!("{:>3} ", line.number), line.text, columns)
    }

    /// A line of a result, with the line of a source that it stems from.
    fn result_cell(&self, output: &Output<'_>, at: usize, text: &[u8], columns: usize) -> Vec<Line> {
        let from = output.file.ties.iter().filter(|tie| tie.line == at + 1 && output.file.edited.is_none());
        let from = from.map(|tie| &tie.from).next();
        let from = from.and_then(|from| Some((self.file_of(&from.path)?, from.line)));
        let from = match from {
            Some((_, line)) if self.subject.sources.len() == 1 => format!("{line}→"),
            Some((file, line)) => format!("{}{line}→", letter(file)),
            None => String::new(),
        };
        cell(&format!("{from:>5}{:>3} ", at + 1), text, columns)
    }

    fn source(&mut self, lines: &[SourceLine<'_>]) {
        let title = match self.subject.sources.as_slice() {
            [(path, _)] => path.to_string(),
            _ => "Sources".to_owned(),
        };
        self.title(&title);
        for line in lines {
            let cells = self.source_cell(Some(line), self.columns);
            self.out.extend(cells);
            let findings = self.findings_at(line);
            self.out.extend(findings);
        }
    }

    /// What there is to know of a file besides its text.
    fn remarks(&self, output: &Output<'_>) -> String {
        let file = output.file;
        let mut remarks = Vec::new();
        if file.mode != 0o644 {
            remarks.push(format!("mode {:04o}", file.mode));
        }
        if (file.uid, file.gid) != (0, 0) {
            remarks.push(format!("owner {}:{}", file.uid, file.gid));
        }
        let others: Vec<&str> = file
            .services
            .iter()
            .filter(|name| **name != self.subject.service.name)
            .map(String::as_str)
            .collect();
        if !others.is_empty() {
            remarks.push(format!("also for {}", others.join(", ")));
        }
        if file.edited.is_some() {
            remarks.push("edited".to_owned());
        }
        if file.replaces != State::Absent {
            remarks.push(format!("replaces {}", file.replaces));
        }
        if remarks.is_empty() { String::new() } else { format!("({})", remarks.join("; ")) }
    }

    fn result(&mut self, output: &Output<'_>) {
        self.title(&output.file.path.to_string());
        let remarks = self.remarks(output);
        if !remarks.is_empty() {
            self.prose(Look::Faint, 2, &remarks);
        }
        match &output.text {
            Ok(text) => {
                for (at, line) in text_lines(text).into_iter().enumerate() {
                    let cells = self.result_cell(output, at, line, self.columns);
                    self.out.extend(cells);
                }
            }
            Err(error) => self.prose(Look::Bad, 2, error),
        }
    }

    fn pair(&mut self, sources: &[SourceLine<'_>], output: &Output<'_>, is_first: bool) {
        let left = (self.columns - width(BETWEEN)) / 2;
        let right = self.columns - width(BETWEEN) - left;
        let text = match &output.text {
            Ok(text) => text.as_slice(),
            Err(error) => {
                if is_first {
                    self.source(sources);
                }
                self.title(&output.file.path.to_string());
                return self.prose(Look::Bad, 2, error);
            }
        };
        self.out.push(Line::new());
        let source = match self.subject.sources.as_slice() {
            [(path, _)] if is_first => path.to_string(),
            _ if is_first => "sources".to_owned(),
            _ if sources.is_empty() => "(from no line alone)".to_owned(),
            [(path, _)] => format!("… of {path}"),
            _ => "… of the sources".to_owned(),
        };
        let looks = if is_first { Look::Strong } else { Look::Faint };
        let title = Line::of(looks, source).fit(left).add(Look::Faint, BETWEEN);
        self.out.push(title.add(Look::Strong, output.file.path.to_string()).cut(self.columns));
        let remarks = self.remarks(output);
        if !remarks.is_empty() {
            for line in wrap(&remarks, right) {
                let blank = Line::new().fit(left).add(Look::Faint, BETWEEN);
                self.out.push(blank.add(Look::Faint, line));
            }
        }
        let rule = |columns: usize| "─".repeat(columns);
        self.out.push(Line::of(Look::Faint, format!("{}─┼─{}", rule(left), rule(right))));
        let results = text_lines(text);
        let ties = output.file.ties.iter().filter(|_| output.file.edited.is_none());
        let ties: Vec<(usize, usize)> = ties
            .filter_map(|tie| {
                let source = sources.iter().position(|line| self.is_at(line, &tie.from))?;
                Some((source, tie.line.checked_sub(1)?))
            })
            .collect();
        for (source, result) in align::rows(sources.len(), results.len(), &ties) {
            let source = source.and_then(|at| sources.get(at));
            let lefts = self.source_cell(source, left);
            let rights = match result {
                Some(at) => self.result_cell(output, at, results[at], right),
                None => vec![Line::new()],
            };
            for at in 0..lefts.len().max(rights.len()) {
                let blank = || Line::new().fit(left);
                let line = lefts.get(at).cloned().unwrap_or_else(blank).add(Look::Faint, BETWEEN);
                self.out.push(line.then(rights.get(at).cloned().unwrap_or_default()));
            }
            if let Some(source) = source.filter(|_| is_first) {
                let findings = self.findings_at(source);
                self.out.extend(findings);
            }
        }
    }

    fn values(&mut self, same: bool) {
        let values = &self.subject.service.behaviour;
        if values.is_empty() {
            return;
        }
        self.title("Behaviour");
        self.out.extend(behaviour::table(values, self.columns, same));
    }

    fn links(&mut self) {
        if self.subject.links.is_empty() {
            return;
        }
        self.title("Links");
        for link in &self.subject.links {
            let mut text = match &link.to {
                Some(to) => format!("{} → {to}", link.path),
                None => format!("{} goes away", link.path),
            };
            if link.replaces != State::Absent {
                let _ = write!(text, " (there is {})", link.replaces);
            }
            let sign = if link.to.is_some() { "+ " } else { "- " };
            let lines = fold(text.as_bytes(), self.columns.saturating_sub(4).max(1));
            for (at, line) in lines.into_iter().enumerate() {
                let lead = if at == 0 { sign } else { "  " };
                self.out.push(Line::of(Look::Plain, "  ").add(Look::Plain, lead).add(Look::Plain, line));
            }
        }
    }

    /// Who else in the root calls the job.
    fn callers(&mut self) {
        let name = self.subject.service.name.as_bytes();
        let callers = self.subject.plan.callers.iter();
        let callers: Vec<&Caller> =
            callers.filter(|caller| caller.job.as_ref().is_some_and(|job| job.as_slice() == name)).collect();
        if callers.is_empty() {
            return;
        }
        self.title("Who calls it");
        for caller in callers {
            let (word, _) = severity(caller.code.info().severity);
            let place = format!("{}:{}:{}", caller.file, caller.line, caller.column);
            self.prose(Look::Plain, 2, &format!("{word}[{}] {place}: {}", caller.code, caller.message));
            let instead = caller.instead.as_ref().map(|instead| format!("write: {}", safe(instead)));
            let help = caller.help.as_ref().map(|help| format!("help: {help}"));
            for more in instead.into_iter().chain(help) {
                self.prose(Look::Faint, 4, &more);
            }
        }
    }

    fn replaced(&mut self) {
        for output in &self.subject.outputs {
            let Ok(text) = &output.text else { continue };
            let path = &output.file.path;
            if let Some(generated) = &output.generated {
                self.title(&format!("What was edited in {path}"));
                self.diff(generated, text);
            }
            if let Some(installed) = &output.installed {
                self.title(&format!("What is replaced: {path}"));
                self.diff(installed, text);
            }
        }
    }

    fn diff(&mut self, before: &[u8], after: &[u8]) {
        let (before, after) = (before.to_str_lossy(), after.to_str_lossy());
        let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
        let mut any = false;
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            any = true;
            self.out.push(Line::of(Look::Faint, hunk.header().to_string().trim_end()));
            for change in hunk.iter_changes() {
                let (sign, look) = match change.tag() {
                    ChangeTag::Equal => (" ", Look::Plain),
                    ChangeTag::Delete => ("-", Look::Bad),
                    ChangeTag::Insert => ("+", Look::Good),
                };
                let text = change.value().trim_end_matches('\n');
                for (at, line) in fold(text.as_bytes(), self.columns - 1).into_iter().enumerate() {
                    self.out.push(Line::of(look, if at == 0 { sign } else { " " }).add(look, line));
                }
            }
        }
        if !any {
            self.prose(Look::Faint, 2, "the same text");
        }
    }
}

/// The letter of a source.
fn letter(file: usize) -> char {
    u8::try_from(file)
        .ok()
        .and_then(|file| b'a'.checked_add(file))
        .filter(u8::is_ascii_lowercase)
        .map_or('?', char::from)
}

/// The lines of a text, without their ends.
fn text_lines(text: &[u8]) -> Vec<&[u8]> {
    text.lines().collect()
}

/// A numbered line, folded where it is too long.
fn cell(gutter: &str, text: &[u8], columns: usize) -> Vec<Line> {
    let start = width(gutter);
    let pieces = fold(text, columns.saturating_sub(start).max(1));
    let cells = pieces.into_iter().enumerate().map(|(at, piece)| {
        let gutter = if at == 0 { gutter.to_owned() } else { " ".repeat(start) };
        Line::of(Look::Faint, gutter).add(Look::Plain, piece).fit(columns)
    });
    cells.collect()
}
