//! Findings for people: with their source lines, as good compilers show them; notes on one line.

use std::fmt::Write as _;

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use crate::findings::{Finding, Mark, Severity};
use crate::text::style::TextStyle;
use crate::text::{Lines, Source, Span};

/// A file with its lines, to show pieces of.
#[derive(Debug)]
pub(crate) struct Excerpted<'t> {
    source: &'t Source,
    lines: Lines<'t>,
}

impl<'t> Excerpted<'t> {
    pub fn new(source: &'t Source) -> Self {
        Excerpted { source, lines: Lines::of(&source.text) }
    }
}

/// How much of a finding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// With the source lines, what became of them, and what to do.
    Full,
    Line,
    /// On one line, with the number of those like it that are not shown.
    Counted(usize),
    Hidden,
}

/// A finding as text, with a line end: a note on one line, anything else in full.
pub fn finding(finding: &Finding, sources: &[Excerpted<'_>], color: bool) -> String {
    detailed(finding, sources, color, Detail::Full)
}

pub(crate) fn detailed(finding: &Finding, sources: &[Excerpted<'_>], color: bool, detail: Detail) -> String {
    match detail {
        Detail::Full if finding.severity() > Severity::Note => snippet(finding, sources, color),
        Detail::Full | Detail::Line => line(finding, sources, color) + "\n",
        Detail::Counted(more) => {
            format!("{} (and {more} more; --verbose lists them)\n", line(finding, sources, color).trim_end())
        }
        Detail::Hidden => String::new(),
    }
}

fn line(finding: &Finding, sources: &[Excerpted<'_>], color: bool) -> String {
    let severity = finding.severity();
    let style = match severity {
        Severity::Note => TextStyle::Good,
        Severity::Warning | Severity::Manual => TextStyle::Warn,
        Severity::Error => TextStyle::Other,
    };
    let (begin, end) = if color { (style.begin(), TextStyle::RESET) } else { ("", "") };
    let bold = if color { TextStyle::Strong.begin() } else { "" };
    let mut out = format!("{bold}{begin}{severity}[{}]{end}: ", finding.code);
    if let Some((origin, source)) =
        finding.marks.first().and_then(|mark| Some((mark.shown_at(), sources.get(mark.shown_at().file)?)))
    {
        let place = source.lines.place(origin.span.start);
        let _ = write!(out, "{}:{}:{}: ", source.source.name, place.line, place.column);
    }
    let _ = write!(out, "{}", finding.message);
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
        .primary_title(finding.message.to_string())
        .id(finding.code.info().id)
        .elements(Vec::<Snippet<'_, Annotation<'_>>>::new());
    for (index, excerpt) in excerpts.iter().enumerate() {
        let marks: Vec<_> = marks.iter().enumerate().filter(|(_, mark)| mark.shown_at().file == index).collect();
        if marks.is_empty() || excerpt.text.is_empty() {
            continue;
        }
        let mut snippet = Snippet::source(&excerpt.text).line_start(excerpt.line).path(&excerpt.name);
        for (at, mark) in marks {
            let kind = if at == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(excerpt.span(mark.shown_at().span));
            snippet = snippet.annotation(match &mark.label {
                None => annotation,
                Some(label) => annotation.label(label.to_string()),
            });
        }
        group = group.element(snippet);
    }
    if let Some(became) = &finding.became {
        group = group.element(Level::NOTE.with_name("became").message(became.to_string()));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help.to_string()));
    }
    renderer.render(&[group]) + "\n"
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
        let marks = marks.iter().filter(|mark| mark.shown_at().file == file);
        let spans: Vec<Span> = marks.map(|mark| first_lines(&source.text, mark.shown_at().span)).collect();
        let start = lines.start(spans.iter().map(|span| span.start).min().unwrap_or(0));
        let end = spans.iter().map(|span| span.end).max().unwrap_or(0);
        let rest = &source.text[end.max(start)..];
        let end = end.max(start) + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let end = end.min(start + MOST_BYTES);
        let shown = &source.text[start..end];
        let plain = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '?' };
        let text = str::from_utf8(shown).map_or_else(|_| shown.iter().map(plain).collect(), str::to_owned);
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
