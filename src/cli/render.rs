//! Findings for people: with their source lines, as good compilers show them; notes on one line.

use std::fmt::Write as _;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::findings::{Finding, Mark, Severity};
use crate::text::{Lines, Source, Span};

/// A file with its lines, to show pieces of.
#[derive(Debug)]
pub struct Excerpted<'t> {
    source: &'t Source,
    lines: Lines<'t>,
}

impl<'t> Excerpted<'t> {
    /// Makes a file ready to be shown.
    pub fn new(source: &'t Source) -> Self {
        Excerpted { source, lines: Lines::of(&source.text) }
    }
}

/// How much of a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// With the source lines, what became of them, and what to do.
    Full,
    /// On one line.
    Line,
    /// On one line, with the number of those like it that are not shown.
    Counted(usize),
    /// Not at all.
    Hidden,
}

/// A finding as text, with a line end: a note on one line, anything else in full.
pub fn finding(finding: &Finding, sources: &[Excerpted<'_>], color: bool) -> String {
    match finding.severity() {
        Severity::Note => line(finding, sources, color),
        _ => snippet(finding, sources, color),
    }
}

/// A finding in as much detail as that.
pub fn detailed(finding: &Finding, sources: &[Excerpted<'_>], color: bool, detail: Detail) -> String {
    match detail {
        Detail::Full => self::finding(finding, sources, color),
        Detail::Line => line(finding, sources, color),
        Detail::Counted(more) => {
            let line = line(finding, sources, color);
            format!("{} (and {more} more; --verbose lists them)\n", line.trim_end())
        }
        Detail::Hidden => String::new(),
    }
}

fn line(finding: &Finding, sources: &[Excerpted<'_>], color: bool) -> String {
    let (word, style) = match finding.severity() {
        Severity::Note => ("note", "\x1b[1;32m"),
        Severity::Warning => ("warning", "\x1b[1;33m"),
        Severity::Manual => ("manual", "\x1b[1;33m"),
        Severity::Error => ("error", "\x1b[1;31m"),
    };
    let (bold, reset) = if color { (style, "\x1b[0m") } else { ("", "") };
    let mut out = format!("{bold}{word}[{}]{reset}: ", finding.code);
    if let Some((mark, source)) =
        finding.marks.first().and_then(|mark| Some((mark, sources.get(mark.origin.file)?)))
    {
        let place = source.lines.place(mark.origin.span.start);
        let _ = write!(out, "{}:{}:{}: ", source.source.name, place.line, place.column);
    }
    let _ = writeln!(out, "{}", finding.message);
    out
}

fn snippet(finding: &Finding, sources: &[Excerpted<'_>], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Manual => Level::WARNING.with_name("manual"),
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    // A snippet wants text: what is not UTF-8 is shown by a mark of the same length.
    let marks = &finding.marks[..finding.marks.len().min(MOST_MARKS)];
    let excerpts: Vec<Excerpt> =
        sources.iter().enumerate().map(|(file, source)| Excerpt::of(source, file, marks)).collect();
    let mut group = level
        .primary_title(&finding.message)
        .id(finding.code.info().id)
        .elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    for (index, excerpt) in excerpts.iter().enumerate() {
        let marks: Vec<_> = marks.iter().enumerate().filter(|(_, mark)| mark.origin.file == index).collect();
        if marks.is_empty() || excerpt.text.is_empty() {
            continue;
        }
        let mut snippet = Snippet::source(&excerpt.text).line_start(excerpt.line).path(&excerpt.name);
        for (at, mark) in marks {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let span = excerpt.span(mark.origin.span);
            let annotation = kind.span(span);
            snippet = snippet.annotation(if mark.label.is_empty() {
                annotation
            } else {
                annotation.label(&mark.label)
            });
        }
        group = group.element(snippet);
    }
    if let Some(became) = finding.became.as_ref().filter(|became| !became.is_empty()) {
        group = group.element(Level::NOTE.with_name("became").message(became));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help));
    }
    let report: [Group<'_>; 1] = [group];
    let mut out = renderer.render(&report);
    out.push('\n');
    out
}

/// The lines of a file that a finding points at.
struct Excerpt {
    name: String,
    text: String,
    line: usize,
    start: usize,
}

/// Longer stanzas are shown by their first lines.
const MOST_LINES: usize = 4;

/// What is shown of a file at once ends here.
const MOST_BYTES: usize = 4096;

/// Of a finding about more places than this, the first ones are shown.
const MOST_MARKS: usize = 8;

impl Excerpt {
    fn of(source: &Excerpted<'_>, file: usize, marks: &[Mark]) -> Excerpt {
        let Excerpted { source, lines } = source;
        let marks = marks.iter().filter(|mark| mark.origin.file == file);
        let spans: Vec<Span> = marks.map(|mark| first_lines(&source.text, mark.origin.span)).collect();
        let start = lines.start(spans.iter().map(|span| span.start).min().unwrap_or(0));
        let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
        let rest = &source.text[end.max(start)..];
        let end = end.max(start) + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let end = end.min(start + MOST_BYTES);
        let shown = &source.text[start..end];
        let text = match std::str::from_utf8(shown) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                shown.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect()
            }
        };
        Excerpt { name: source.name.clone(), text, line: lines.place(start).line, start }
    }

    fn span(&self, span: Span) -> std::ops::Range<usize> {
        let span = first_lines(
            self.text.as_bytes(),
            Span::new(span.start.saturating_sub(self.start), span.end.saturating_sub(self.start)),
        );
        span.start..span.end.max(span.start)
    }
}

/// A span cut to its first lines, and without the line end.
fn first_lines(text: &[u8], span: Span) -> Span {
    let start = span.start.min(text.len());
    let end = span.end.clamp(start, text.len());
    let mut lines = text[start..end].split_inclusive(|byte| *byte == b'\n');
    let shown: usize = lines.by_ref().take(MOST_LINES).map(<[u8]>::len).sum();
    let mut end = start + shown;
    while end > start && matches!(text[end - 1], b'\n' | b'\r') {
        end -= 1;
    }
    Span::new(start, end)
}
