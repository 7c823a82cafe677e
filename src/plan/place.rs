//! Places in files as people count them.

use super::model::{LineOrigin, Place};
use crate::findings::Finding;
use crate::root::RootPath;
use crate::text::{Lines, Origin, Source};

/// The files of one definition, for many look-ups.
pub(crate) struct Sources<'a> {
    files: Vec<(Option<RootPath>, Lines<'a>)>,
}

impl<'a> Sources<'a> {
    /// Those files, in the order of [`Origin::file`]; each is named by its path on the root.
    pub fn of(files: impl IntoIterator<Item = &'a Source>) -> Sources<'a> {
        let files = files.into_iter().map(|file| (RootPath::parse(&file.name).ok(), Lines::of(&file.text)));
        Sources { files: files.collect() }
    }

    pub fn place(&self, origin: Origin) -> Option<Place> {
        let (path, lines) = self.files.get(origin.file)?;
        let (start, end) = (lines.place(origin.span.start), lines.place(origin.span.end));
        Some(Place {
            path: path.clone()?,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        })
    }

    /// Lines that stem from somewhere, with those places.
    pub fn line_origins(&self, lines: Vec<(usize, Origin)>) -> Vec<LineOrigin> {
        let line_origin = |(line, origin)| Some(LineOrigin { line, from: self.place(origin)? });
        lines.into_iter().filter_map(line_origin).collect()
    }

    pub fn finding(&self, finding: &Finding) -> Finding<Place> {
        finding.placed(|origin| self.place(origin))
    }
}
