//! A text line by line: with what became of its stanzas, findings at their lines, and the lines that belong to them.

use std::collections::BTreeMap;

use bstr::ByteSlice as _;
use maud::{Markup, html};

use super::line_links::{LineLinks, Run};
use super::prose::{code_link, prose};
use crate::findings::{Finding, Mark, Message, Outcome};
use crate::plan::model::{Place, Planned};
use crate::report::review::Listing;
use crate::report::words;

/// What stands at the lines of a listing.
#[derive(Default)]
struct Marks<'a> {
    outcomes: BTreeMap<usize, Outcome>,
    findings: BTreeMap<usize, Vec<&'a Finding<Place>>>,
    /// What other places of findings say.
    asides: BTreeMap<usize, Vec<(&'a Finding<Place>, &'a Message)>>,
}

impl<'a> Marks<'a> {
    fn of(listing: &Listing<'_>, planned: &'a Planned) -> Marks<'a> {
        let mut marks = Marks::default();
        for entry in planned.account.iter().filter(|entry| listing.holds(&entry.at.place)) {
            marks.outcomes.insert(entry.at.place.line, entry.outcome);
        }
        for finding in &planned.findings {
            for (at, Mark { at: place, label, .. }) in finding.marks.iter().enumerate() {
                let Some(place) = place.as_ref().filter(|place| listing.holds(place)) else { continue };
                if at == 0 {
                    // Below all of it, so that it can be read first.
                    marks.findings.entry(place.line).or_default().push(finding);
                } else if let Some(label) = label {
                    marks.asides.entry(place.line).or_default().push((finding, label));
                }
            }
        }
        marks
    }
}

/// A file of a service.
pub(crate) fn figure(listing: &Listing<'_>, planned: Option<&Planned>, links: &LineLinks<'_>) -> Markup {
    let marks = planned.map(|planned| Marks::of(listing, planned)).unwrap_or_default();
    let letter = links.letter(&listing.key);
    html! {
        figure.file {
            figcaption {
                @if planned.is_some() && !letter.is_empty() { b.letter { (letter) } " " }
                code { (listing.path) }
                @if let Some(file) = listing.file {
                    " " span.kind { (words::kind_name(file.kind)) }
                    @if file.edited.is_some() { " " strong.edited { "edited by hand" } }
                    @if file.mode != words::ordinary_mode(file.kind) || (file.uid, file.gid) != (0, 0) {
                        " " strong.mode { "mode " (format!("{:04o}", file.mode))
                            @if (file.uid, file.gid) != (0, 0) { ", owner " (file.uid) ":" (file.gid) } }
                    }
                }
            }
            @match &listing.text {
                Some(text) if !text.is_empty() => (lines(text, listing, &marks, links)),
                Some(_) => p.empty { "An empty file." },
                None => p.empty { "Not there." },
            }
        }
    }
}

fn lines(text: &[u8], listing: &Listing<'_>, marks: &Marks<'_>, links: &LineLinks<'_>) -> Markup {
    let key = &listing.key;
    html! {
        ol.text {
            @for (at, line) in text.lines().enumerate() {
                @let number = at + 1;
                @let runs = links.at(key, number);
                @let partners = partners(&runs);
                @let findings = marks.findings.get(&number);
                @let asides = marks.asides.get(&number);
                @let outcome = marks.outcomes.get(&number);
                li id=(format!("{key}-{number}")) data-t=[(!partners.is_empty()).then_some(partners)] {
                    @if let Some(outcome) = outcome {
                        abbr.sign.(format!("o-{}", outcome.name())) title=(words::outcome_means(*outcome)) { (words::outcome_sign(*outcome)) }
                    }
                    code { (words::line(line)) }
                    @if !runs.is_empty() {
                        span.ties { @for run in &runs {
                            @let (shows, says) = links.label(run);
                            a href=(format!("#{}-{}", run.key, run.first)) aria-label=(says) { (shows) } " "
                        } }
                    }
                    @if let Some(findings) = findings {
                        @for finding in findings { (note(finding, links)) }
                    }
                    @if let Some(asides) = asides {
                        @for (finding, label) in asides {
                            p.aside { (code_link(finding.code)) ": " (prose(label)) }
                        }
                    }
                }
            }
        }
    }
}

pub fn note(finding: &Finding<Place>, links: &LineLinks<'_>) -> Markup {
    let info = finding.code.info();
    let severity = finding.severity().name();
    html! {
        div.finding.(format!("s-{severity}")) {
            p { strong.severity { (severity) } " " (code_link(finding.code)) " " span.name { (info.name) } }
            p { (prose(&finding.message)) }
            @if let Some(label) = finding.marks.first().and_then(|mark| mark.label.as_ref()) { p.label { (prose(label)) } }
            @if let Some(became) = &finding.became { p { "It became " (code_or_text(became)) } }
            @if let Some(help) = &finding.help { p { b { "What to do: " } (prose(help)) } }
            @if finding.marks.len() > 1 {
                p.places { "See also "
                    @for (at, place) in finding.places().enumerate().skip(1) { @if at > 1 { ", " } (place_link(place, links)) }
                }
            }
        }
    }
}

fn code_or_text(became: &Message) -> Markup {
    let became = &became.to_string();
    if became.contains('`') {
        prose(became)
    } else {
        html! { code { (crate::text::display::shown(became.as_bytes())) } }
    }
}

/// The lines that belong to one, by their identifiers.
fn partners(runs: &[Run<'_>]) -> String {
    let lines = runs.iter().flat_map(|run| (run.first..=run.last).map(|line| format!("{}-{line}", run.key)));
    lines.collect::<Vec<_>>().join(" ")
}

/// A place, which leads to its line where that is on the page.
pub(crate) fn place_link(place: &Place, links: &LineLinks<'_>) -> Markup {
    let name = crate::text::display::shown(place.path.name().unwrap_or_default());
    let says = format!("{name}:{}", place.line);
    if let Some(anchor) = links.anchor(&place.path, place.line) {
        html! { a href=(anchor) { (says) } }
    } else {
        html! { (says) }
    }
}
