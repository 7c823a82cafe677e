//! The page of a service: everything that one should know before deciding on it, in lines of a given width.

use std::fmt::Write as _;

use bstr::ByteSlice as _;
use similar::{ChangeTag, TextDiff};

use super::align;
use super::behaviour;
use super::line::{Line, hung};
use super::subject::{Output, Subject};
use crate::findings::{Finding, Outcome, Severity};
use crate::plan::callers::Caller;
use crate::plan::model::{Action, Grade, Place};
use crate::root::{RootPath, State};
use crate::text::display::{fold, safe, width, wrap};
use crate::text::style::TextStyle;

/// From this width on, source and result stand side by side.
pub(crate) const SIDE_BY_SIDE: usize = 100;
/// No page is narrower; what does not fit is cut by the screen.
const NARROWEST: usize = 24;
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

pub fn grade(grade: Grade) -> TextStyle {
    match grade {
        Grade::Exact => TextStyle::Good,
        Grade::Approximated => TextStyle::Warn,
        Grade::Manual => TextStyle::Bad,
    }
}

fn severity(severity: Severity) -> TextStyle {
    match severity {
        Severity::Note => TextStyle::Good,
        Severity::Warning => TextStyle::Warn,
        Severity::Manual | Severity::Error => TextStyle::Bad,
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
        let line = Line::of(TextStyle::Faint, "── ").add(TextStyle::Strong, text).add(TextStyle::Faint, " ");
        self.out.push(line.add(TextStyle::Faint, "─".repeat(rest)));
    }

    fn prose(&mut self, style: TextStyle, indent: usize, text: &str) {
        let pieces = wrap(text, self.columns.saturating_sub(indent).max(1));
        self.out.extend(hung(style, &" ".repeat(indent), pieces));
    }

    fn head(&mut self) {
        let service = self.subject.service;
        if let Some(reason) = &service.asked_again {
            self.prose(TextStyle::Warn, 0, &format!("Asked again: {reason}."));
        }
        let becomes = match (&service.unit, service.action) {
            (Some(unit), Action::Convert) => format!("Becomes {unit}"),
            (Some(unit), _) => format!("{unit} takes its place"),
            (None, Action::Hold) => "Held back".to_owned(),
            (None, _) => "Nothing takes its place".to_owned(),
        };
        self.prose(TextStyle::Plain, 0, &format!("{becomes}: {}.", service.why.trim_end_matches('.')));
        if service.disabled {
            self.prose(TextStyle::Plain, 0, "Upstart never started it by itself (`manual`).");
        }
        let outcomes = [Outcome::Exact, Outcome::Approximated, Outcome::Dropped, Outcome::Manual];
        let count = |outcome| service.account.iter().filter(|entry| entry.outcome == outcome).count();
        let counts = outcomes.map(|outcome| (count(outcome), outcome)).into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, outcome)| format!("{count} {outcome}")).collect();
        if !counts.is_empty() {
            self.prose(TextStyle::Plain, 0, &format!("Its stanzas: {}.", counts.join(", ")));
        }
        for output in self.subject.outputs.iter().filter(|output| output.file.edited.is_some()) {
            self.prose(TextStyle::Strong, 0, &format!("Edited: {}", output.file.path));
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
            source.is_some_and(|text| place.line <= text.lines().count())
        };
        let findings = self.subject.service.findings.iter();
        let findings: Vec<&Finding<Place>> =
            findings.filter(|finding| !finding.place().is_some_and(is_shown)).collect();
        if findings.is_empty() {
            return;
        }
        self.title("Findings");
        for finding in findings {
            self.out.extend(self.finding(finding, 0));
            for place in finding.places() {
                let place = format!("at {}:{}:{}", place.path, place.line, place.column);
                self.prose(TextStyle::Faint, 4, &place);
            }
        }
    }

    fn finding(&self, finding: &Finding<Place>, indent: usize) -> Vec<Line> {
        let style = severity(finding.severity());
        let blank = " ".repeat(indent + 2);
        let columns = self.columns.saturating_sub(indent + 2).max(1);
        let mark = format!("{}[{}]", finding.severity(), finding.code);
        let mut pieces = wrap(&format!("{mark} {}", finding.message), columns);
        let lead = Line::of(style, " ".repeat(indent) + "└ ");
        let first = pieces.remove(0);
        let mut out = vec![match first.strip_prefix(&mark) {
            Some(rest) => lead.add(style, &mark).add(TextStyle::Plain, rest),
            None => lead.add(TextStyle::Plain, first),
        }];
        out.extend(hung(TextStyle::Plain, &blank, pieces));
        let mut more = |text: &str| out.extend(hung(TextStyle::Faint, &blank, wrap(text, columns)));
        for mark in &finding.marks {
            let (Some(place), Some(label)) = (&mark.at, &mark.label) else { continue };
            if finding.place().is_some_and(|first| first.path == place.path) {
                more(&format!("line {}: {label}", place.line));
            } else {
                more(&format!("{}:{}: {label}", place.path, place.line));
            }
        }
        if let Some(help) = &finding.help {
            more(&format!("help: {help}"));
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
            rows.extend(text.lines().zip(1..).map(|(text, number)| SourceLine { file, number, text }));
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
                |line: &&SourceLine<'_>| output.file.line_origins.iter().any(|origin| self.is_at(line, &origin.from));
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
        let here = findings.filter(|finding| finding.place().is_some_and(|place| self.is_at(line, place)));
        here.flat_map(|finding| self.finding(finding, 4)).collect()
    }

    fn source_cell(&self, line: Option<&SourceLine<'_>>, columns: usize) -> Vec<Line> {
        let Some(line) = line else { return vec![Line::new().fit(columns)] };
        if line.number == 0 {
            let name = format!("{}: {}", letter(line.file), self.subject.sources[line.file].0);
            return vec![Line::of(TextStyle::Strong, name).fit(columns)];
        }
        cell(&format!("{:>3} ", line.number), line.text, columns)
    }

    /// A line of a result, with the line of a source that it stems from.
    fn result_cell(&self, output: &Output<'_>, at: usize, text: &[u8], columns: usize) -> Vec<Line> {
        let mut origins =
            output.file.line_origins.iter().filter(|origin| origin.line == at + 1 && output.file.edited.is_none());
        let from = origins.next().and_then(|origin| Some((self.file_of(&origin.from.path)?, origin.from.line)));
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
            self.out.extend(self.source_cell(Some(line), self.columns));
            self.out.extend(self.findings_at(line));
        }
    }

    /// What there is to know of a file besides its text.
    fn remarks(&self, output: &Output<'_>) -> String {
        let file = output.file;
        let others = file.services.iter().filter(|name| **name != self.subject.service.name);
        let others: Vec<&str> = others.map(String::as_str).collect();
        let remarks = [
            (file.mode != 0o644).then(|| format!("mode {:04o}", file.mode)),
            ((file.uid, file.gid) != (0, 0)).then(|| format!("owner {}:{}", file.uid, file.gid)),
            (!others.is_empty()).then(|| format!("also for {}", others.join(", "))),
            file.edited.map(|_| "edited".to_owned()),
            (file.replaces != State::Absent).then(|| format!("replaces {}", file.replaces)),
        ];
        let remarks: Vec<String> = remarks.into_iter().flatten().collect();
        if remarks.is_empty() { String::new() } else { format!("({})", remarks.join("; ")) }
    }

    fn result(&mut self, output: &Output<'_>) {
        self.title(&output.file.path.to_string());
        self.prose(TextStyle::Faint, 2, &self.remarks(output));
        match &output.text {
            Ok(text) => {
                for (at, line) in text.lines().enumerate() {
                    self.out.extend(self.result_cell(output, at, line, self.columns));
                }
            }
            Err(error) => self.prose(TextStyle::Bad, 2, error),
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
                return self.prose(TextStyle::Bad, 2, error);
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
        let looks = if is_first { TextStyle::Strong } else { TextStyle::Faint };
        let title = Line::of(looks, source).fit(left).add(TextStyle::Faint, BETWEEN);
        self.out.push(title.add(TextStyle::Strong, output.file.path.to_string()).cut(self.columns));
        for line in wrap(&self.remarks(output), right) {
            let blank = Line::new().fit(left).add(TextStyle::Faint, BETWEEN);
            self.out.push(blank.add(TextStyle::Faint, line));
        }
        let rule = |columns: usize| "─".repeat(columns);
        self.out.push(Line::of(TextStyle::Faint, format!("{}─┼─{}", rule(left), rule(right))));
        let results: Vec<&[u8]> = text.lines().collect();
        let origins = output.file.line_origins.iter().filter(|_| output.file.edited.is_none());
        let origins: Vec<(usize, usize)> = origins
            .filter_map(|origin| {
                let source = sources.iter().position(|line| self.is_at(line, &origin.from))?;
                Some((source, origin.line.checked_sub(1)?))
            })
            .collect();
        for (source, result) in align::rows(sources.len(), results.len(), &origins) {
            let source = source.and_then(|at| sources.get(at));
            let lefts = self.source_cell(source, left);
            let rights = match result {
                Some(at) => self.result_cell(output, at, results[at], right),
                None => vec![Line::new()],
            };
            for at in 0..lefts.len().max(rights.len()) {
                let blank = || Line::new().fit(left);
                let line = lefts.get(at).cloned().unwrap_or_else(blank).add(TextStyle::Faint, BETWEEN);
                self.out.push(line.then(rights.get(at).cloned().unwrap_or_default()));
            }
            if let Some(source) = source.filter(|_| is_first) {
                self.out.extend(self.findings_at(source));
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
            let lead = if link.to.is_some() { "  + " } else { "  - " };
            let pieces = fold(text.as_bytes(), self.columns.saturating_sub(4).max(1));
            self.out.extend(hung(TextStyle::Plain, lead, pieces));
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
            let mark = format!("{}[{}]", caller.code.info().severity, caller.code);
            let place = format!("{}:{}:{}", caller.file, caller.line, caller.column);
            self.prose(TextStyle::Plain, 2, &format!("{mark} {place}: {}", caller.message));
            let instead = caller.instead.as_ref().map(|instead| format!("write: {}", safe(instead)));
            let help = caller.help.as_ref().map(|help| format!("help: {help}"));
            for more in instead.into_iter().chain(help) {
                self.prose(TextStyle::Faint, 4, &more);
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
        let start = self.out.len();
        for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
            self.out.push(Line::of(TextStyle::Faint, hunk.header().to_string().trim_end()));
            for change in hunk.iter_changes() {
                let (sign, style) = match change.tag() {
                    ChangeTag::Equal => (" ", TextStyle::Plain),
                    ChangeTag::Delete => ("-", TextStyle::Bad),
                    ChangeTag::Insert => ("+", TextStyle::Good),
                };
                let text = change.value().trim_end_matches('\n');
                self.out.extend(hung(style, sign, fold(text.as_bytes(), self.columns - 1)));
            }
        }
        if self.out.len() == start {
            self.prose(TextStyle::Faint, 2, "the same text");
        }
    }
}

fn letter(file: usize) -> char {
    ('a'..='z').nth(file).unwrap_or('?')
}

/// A numbered line, folded where it is too long.
fn cell(gutter: &str, text: &[u8], columns: usize) -> Vec<Line> {
    let start = width(gutter);
    let pieces = fold(text, columns.saturating_sub(start).max(1));
    let cells = pieces.into_iter().enumerate().map(|(at, piece)| {
        let gutter = if at == 0 { gutter.to_owned() } else { " ".repeat(start) };
        Line::of(TextStyle::Faint, gutter).add(TextStyle::Plain, piece).fit(columns)
    });
    cells.collect()
}
