//! Which lines belong together, and where they stand on the page.

use std::collections::{BTreeMap, HashMap};

use bstr::ByteSlice as _;

use crate::plan::model::Place;
use crate::report::review::{Listing, Review};
use crate::root::RootPath;
use crate::text::display::shown;

/// A line on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot<'a> {
    key: &'a str,
    line: usize,
}

/// Lines of one listing that follow each other.
pub struct Run<'a> {
    pub key: &'a str,
    pub first: usize,
    pub last: usize,
}

/// Which lines belong together.
pub(crate) struct LineLinks<'a> {
    /// By the listing that a line stands in.
    of: HashMap<&'a str, BTreeMap<usize, Vec<Spot<'a>>>>,
    /// The listing of a path, where a service has none of its own.
    by_path: HashMap<&'a RootPath, &'a str>,
    names: HashMap<&'a str, Name>,
}

/// What a listing is called by links that lead to it.
struct Name {
    /// In front of the number of a line; empty where there is one listing only.
    letter: String,
    /// For who only hears it.
    file: String,
    /// How many lines it has.
    lines: usize,
}

impl<'a> LineLinks<'a> {
    pub fn of(review: &'a Review<'a>) -> LineLinks<'a> {
        let mut links = LineLinks::none();
        for service in &review.services {
            for side in [&service.sources, &service.files] {
                for (at, listing) in side.iter().enumerate() {
                    links.name(listing, if side.len() > 1 { letter(at) } else { String::new() });
                }
            }
        }
        for listing in &review.shared {
            links.name(listing, file_name(listing.path));
        }
        for service in &review.services {
            for listing in &service.files {
                let own = |place: &Place| service.sources.iter().find(|source| source.holds(place));
                links.add_listing(listing, |place| own(place).map(|source| source.key.as_str()));
            }
        }
        for listing in &review.shared {
            links.add_listing(listing, |_| None);
        }
        links
    }

    /// Those of a page without listings.
    pub fn none() -> LineLinks<'a> {
        LineLinks { of: HashMap::new(), by_path: HashMap::new(), names: HashMap::new() }
    }

    fn name(&mut self, listing: &'a Listing<'a>, letter: String) {
        let lines = listing.text.as_ref().map_or(0, |text| text.lines().count());
        self.by_path.entry(listing.path).or_insert(&listing.key);
        self.names.insert(&listing.key, Name { letter, file: file_name(listing.path), lines });
    }

    fn add_listing(&mut self, listing: &'a Listing<'a>, own: impl Fn(&Place) -> Option<&'a str>) {
        // Nobody knows where the lines stem from that a person wrote.
        let Some(file) = listing.file.filter(|file| file.edited.is_none()) else { return };
        for origin in &file.line_origins {
            let Some(source) = own(&origin.from).or_else(|| self.by_path.get(&origin.from.path).copied()) else {
                continue;
            };
            let result = Spot { key: &listing.key, line: origin.line };
            // What ends before the first character of a line has nothing of it.
            let last = origin.from.end_line - usize::from(origin.from.end_column == 1 && origin.from.end_line > 1);
            let lines = self.names.get(source).map_or(0, |name| name.lines);
            for line in origin.from.line..=last.max(origin.from.line).min(lines) {
                let source = Spot { key: source, line };
                if self.is_there(source) && self.is_there(result) {
                    self.add(source, result);
                    self.add(result, source);
                }
            }
        }
    }

    fn is_there(&self, spot: Spot<'_>) -> bool {
        self.names.get(spot.key).is_some_and(|name| (1..=name.lines).contains(&spot.line))
    }

    fn add(&mut self, from: Spot<'a>, to: Spot<'a>) {
        let spots = self.of.entry(from.key).or_default().entry(from.line).or_default();
        if !spots.contains(&to) {
            spots.push(to);
        }
    }

    /// The lines that belong to a line.
    pub fn at(&self, key: &str, line: usize) -> Vec<Run<'a>> {
        let Some(spots) = self.of.get(key).and_then(|lines| lines.get(&line)) else { return Vec::new() };
        let mut runs: Vec<Run<'a>> = Vec::new();
        for spot in spots {
            match runs.last_mut() {
                Some(run) if run.key == spot.key && run.last + 1 == spot.line => run.last = spot.line,
                _ => runs.push(Run { key: spot.key, first: spot.line, last: spot.line }),
            }
        }
        runs
    }

    /// The listing of a file, if there is one.
    pub fn find(&self, path: &RootPath) -> Option<&'a str> {
        self.by_path.get(path).copied()
    }

    /// Where a line of a file stands on the page, if it does.
    pub fn anchor(&self, path: &RootPath, line: usize) -> Option<String> {
        let key = self.find(path)?;
        self.is_there(Spot { key, line }).then(|| format!("#{key}-{line}"))
    }

    /// The letter of a listing among those of its side.
    pub fn letter(&self, key: &str) -> &str {
        self.names.get(key).map_or("", |name| name.letter.as_str())
    }

    /// What a link to these lines shows, and what it says to who cannot see where it leads.
    pub fn label(&self, run: &Run<'_>) -> (String, String) {
        let lines =
            if run.first == run.last { run.first.to_string() } else { format!("{}\u{2013}{}", run.first, run.last) };
        let Some(name) = self.names.get(run.key) else { return (lines.clone(), lines) };
        let what = if run.first == run.last { "line" } else { "lines" };
        let shows = if name.letter.is_empty() { lines.clone() } else { format!("{}:{lines}", name.letter) };
        (shows, format!("{what} {lines} of {}", name.file))
    }
}

fn file_name(path: &RootPath) -> String {
    shown(path.name().unwrap_or_default())
}

/// `A`, `B`, … `Z`, `AA`, …
fn letter(at: usize) -> String {
    let digit = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    if at < 26 { digit(at).to_string() } else { format!("{}{}", letter(at / 26 - 1), digit(at)) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn listings_are_counted_by_letters() {
        assert_eq!([0, 25, 26, 51, 52].map(super::letter), ["A", "Z", "AA", "AZ", "BA"]);
    }
}
