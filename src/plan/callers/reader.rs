//! A file that is looked through, and what is said of its places.

use bstr::{BString, ByteSlice as _};
use serde::{Deserialize, Serialize};

use super::jobs::Jobs;
use super::places::CallerKind;
use crate::findings::{Code, Finding, Message, codes};
use crate::root::RootPath;
use crate::text::{Lines, Span, Text};

/// A place that counts on Upstart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Caller {
    /// What it is.
    pub code: Code,
    /// The file.
    pub file: RootPath,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// Where it stands, in bytes.
    #[serde(flatten)]
    pub span: Span,
    /// What stands there.
    pub text: Text,
    /// The job that it is about.
    pub job: Option<Text>,
    /// What is so.
    pub message: Message,
    /// What to write in the place of that text.
    pub instead: Option<Text>,
    /// What else to do.
    pub help: Option<Message>,
    /// Whether it is certain that it is run or read, and not only named.
    pub certain: bool,
}

/// What is reported of a place.
pub(super) struct Report {
    finding: Finding,
    job: Option<Text>,
    pub instead: Option<BString>,
}

impl From<Finding> for Report {
    fn from(finding: Finding) -> Self {
        Report { finding, job: None, instead: None }
    }
}

impl Report {
    /// Says which job it is about.
    pub fn of(self, job: Option<Text>) -> Report {
        Report { job, ..self }
    }

    /// Says what to write in the place of it.
    pub fn instead(self, instead: Option<impl Into<BString>>) -> Report {
        Report { instead: instead.map(Into::into), ..self }
    }

    /// Says what else to do.
    pub(crate) fn advising(mut self, help: Message) -> Report {
        self.finding.help = Some(help);
        self
    }
}

/// A file that is looked through.
pub(super) struct Reader<'a> {
    pub jobs: &'a Jobs,
    pub kind: CallerKind,
    pub path: &'a RootPath,
    pub text: &'a [u8],
    pub lines: Lines<'a>,
    pub comments: Vec<Span>,
    /// What is told already, or asks only whether Upstart is there.
    pub covered: Vec<Span>,
    /// What runs only where Upstart is there.
    pub guards: Vec<Span>,
    pub callers: Vec<Caller>,
}

impl<'a> Reader<'a> {
    /// Looks at a file of that kind.
    pub fn new(kind: CallerKind, path: &'a RootPath, text: &'a [u8], jobs: &'a Jobs) -> Reader<'a> {
        let (comments, covered, guards, callers) = Default::default();
        Reader { jobs, kind, path, text, lines: Lines::of(text), comments, covered, guards, callers }
    }

    /// Says something of a place, once.
    pub fn report(&mut self, span: Span, report: impl Into<Report>, certain: bool) {
        let Report { mut finding, job, mut instead } = report.into();
        if self.is_comment(span) || self.is_covered(span) {
            return;
        }
        if self.guards.iter().any(|guard| guard.contains(span.start)) {
            if !self.kind.shows_compatible() {
                self.covered.push(span);
                return;
            }
            let passed_over = codes::caller_passed_over(span.of(self.text).as_bstr());
            finding = Finding { help: finding.help.or(passed_over.help), ..passed_over };
        }
        self.covered.push(span);
        // A name alone is no call.
        if !certain && matches!(finding.code, Code::CallerFails | Code::CallerUndecided) {
            finding.code = Code::CallerMention;
        }
        // cron ends the command at a `%`.
        if let (CallerKind::Crontab { .. }, Some(instead)) = (self.kind, &mut instead) {
            *instead = instead.replace("%", r"\%").into();
        }
        let place = self.lines.place(span.start);
        self.callers.push(Caller {
            code: finding.code,
            file: self.path.clone(),
            line: place.line,
            column: place.column,
            span,
            text: Text::from(span.of(self.text)),
            job,
            message: finding.message,
            instead: instead.map(Text),
            help: finding.help,
            certain,
        });
    }

    pub(crate) fn is_comment(&self, span: Span) -> bool {
        self.comments.iter().any(|comment| comment.contains(span.start))
    }

    pub(crate) fn is_covered(&self, span: Span) -> bool {
        self.covered.iter().any(|covered| covered.contains(span.start))
    }
}
