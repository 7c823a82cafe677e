//! Places in files as people count them.

use super::model::{Note, Place, Stanza};
use crate::findings::{Entry, Finding};
use crate::root::RootPath;
use crate::text::{Lines, Origin, Source};

/// The files of one definition, for many look-ups.
pub struct Sources<'a> {
    files: Vec<(Option<RootPath>, Lines<'a>)>,
}

impl<'a> Sources<'a> {
    /// Those files, in the order of [`Origin::file`]; each is named by its path on the root.
    pub fn of(files: impl IntoIterator<Item = &'a Source>) -> Sources<'a> {
        let files = files.into_iter().map(|file| (RootPath::parse(&file.name).ok(), Lines::of(&file.text)));
        Sources { files: files.collect() }
    }

    /// Where that is.
    pub fn place(&self, origin: Origin, label: &str) -> Option<Place> {
        let (path, lines) = self.files.get(origin.file)?;
        let (start, end) = (lines.place(origin.span.start), lines.place(origin.span.end));
        Some(Place {
            path: path.clone()?,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            label: label.to_owned(),
        })
    }

    /// A finding with its places.
    pub fn note(&self, finding: &Finding) -> Note {
        Note {
            code: finding.code,
            severity: finding.severity(),
            message: finding.message.clone(),
            places: finding.marks.iter().filter_map(|mark| self.place(mark.origin, &mark.label)).collect(),
            became: finding.became.clone(),
            help: finding.help.clone(),
        }
    }

    /// What became of a stanza, with its place.
    pub fn stanza(&self, entry: &Entry) -> Option<Stanza> {
        let place = self.place(entry.origin, "")?;
        let (became, codes) = (entry.became.clone(), entry.codes.clone());
        Some(Stanza { place, outcome: entry.outcome, became, codes })
    }
}
