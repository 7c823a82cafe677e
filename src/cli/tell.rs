//! Findings for people: in full, on a line, or counted, so that a run over many definitions stays readable.

use std::collections::HashMap;
use std::io;

use rayon::prelude::*;

use super::render::{self, Detail, Excerpted};
use crate::findings::{Code, Finding, Severity};
use crate::text::Source;

/// The findings of one definition, and its files.
pub struct Told<'a> {
    pub findings: &'a [Finding],
    pub sources: Vec<&'a Source>,
}

/// Findings of one kind that are all shown in full. Of more notes, the first one is shown, with their
/// number; more warnings are shown on a line each.
const MOST_ALIKE: usize = 3;

/// Prints the findings, definition by definition.
pub fn tell(all: &[Told<'_>], verbose: bool, color: bool, out: &mut impl io::Write) -> io::Result<()> {
    let details = details(all, verbose);
    let said: Vec<String> = all
        .par_iter()
        .zip(details)
        .map(|(one, details)| {
            let sources: Vec<Excerpted<'_>> =
                one.sources.iter().map(|source| Excerpted::new(source)).collect();
            let findings = one.findings.iter().zip(details);
            findings.map(|(finding, detail)| render::detailed(finding, &sources, color, detail)).collect()
        })
        .collect();
    said.iter().try_for_each(|text| out.write_all(text.as_bytes()))
}

/// In how much detail each finding is shown. What a person has to decide, and every error, is always shown
/// in full.
fn details(all: &[Told<'_>], verbose: bool) -> Vec<Vec<Detail>> {
    let mut counts: HashMap<Code, usize> = HashMap::new();
    for finding in all.iter().flat_map(|one| one.findings) {
        *counts.entry(finding.code).or_default() += 1;
    }
    let mut shown: HashMap<Code, usize> = HashMap::new();
    let mut detail = |finding: &Finding| {
        let count = counts.get(&finding.code).copied().unwrap_or(0);
        let before = shown.entry(finding.code).or_default();
        *before += 1;
        match finding.severity() {
            _ if verbose || count <= MOST_ALIKE => Detail::Full,
            // One line for each job, so that none goes away unseen.
            _ if finding.code == Code::RetiredJob => Detail::Line,
            Severity::Note if *before == 1 => Detail::Counted(count - 1),
            Severity::Note => Detail::Hidden,
            Severity::Warning if *before > MOST_ALIKE => Detail::Line,
            _ => Detail::Full,
        }
    };
    all.iter().map(|one| one.findings.iter().map(&mut detail).collect()).collect()
}
