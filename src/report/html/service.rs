//! A service: what becomes of it, its source beside its units, and how they differ.

use bstr::ByteSlice as _;
use maud::{Markup, html};

use super::line_links::LineLinks;
use super::listing::{self, place_link};
use super::prose::{code_link, prose, table};
use crate::compare::Grade;
use crate::findings::{Entry, Finding};
use crate::plan::model::{Action, Behaviour, Place, StanzaPlace};
use crate::report::diff;
use crate::report::review::{Listing, Service};
use crate::report::words;
use crate::root::State;
use crate::text::display::{counted, shown};

pub fn section(service: &Service<'_>, links: &LineLinks<'_>) -> Markup {
    let planned = service.planned;
    let anchor = service.anchor();
    let is_retired = planned.action == Action::Retire;
    html! {
        section.service.(format!("a-{}", planned.action)) id=(anchor) aria-labelledby=(format!("{anchor}-head")) {
            h3 id=(format!("{anchor}-head")) tabindex="-1" {
                a href=(format!("#{anchor}")) { (shown(planned.name.as_bytes())) }
            }
            (badges(service))
            @if let Some(why) = &planned.asked_again {
                p.again { strong { "Asked again: " } (prose(why)) }
            }
            p.why {
                (becomes(service)) ": " (prose(&planned.why)) "."
            }
            (index(service, links))
            (unplaced(service, links))
            @if is_retired && service.files.is_empty() {
                details data-fold="" open { summary { "Its job" } @for source in &service.sources { (listing::figure(source, Some(planned), links)) } }
            } @else {
                div.pair {
                    div.side { h4 { "Upstart" } @for source in &service.sources { (listing::figure(source, Some(planned), links)) } }
                    div.side { h4 { "systemd" }
                        @for file in &service.files { (listing::figure(file, Some(planned), links)) }
                        @if service.files.is_empty() { p.empty { "No file of its own is written." } }
                        @for file in &service.shared {
                            p.shared { @if let Some(key) = links.find(&file.path) { a href=(format!("#{key}")) { code { (file.path) } } }
                                ", with " (counted(file.services.len() - 1, "other service")) }
                        }
                    }
                }
            }
            (behaviour(&planned.behaviour, links))
            (unit_links(service))
            @for file in &service.files { (changes(file)) }
            (account(&planned.account, links))
        }
    }
}

/// What becomes of a service, in words.
fn becomes(service: &Service<'_>) -> Markup {
    let unit = service.planned.unit.as_ref().map(|unit| html! { code { (shown(unit.as_bytes())) } });
    match (service.planned.action, unit) {
        (Action::Convert, Some(unit)) => html! { "It becomes " (unit) },
        (Action::Adopt, Some(unit)) => html! { (unit) " takes its place" },
        (Action::Retire, Some(unit)) => html! { (unit) " does its work" },
        (Action::Hold, _) => html! { "Nothing could be made of it" },
        (_, None) => html! { "Nothing takes its place" },
    }
}

/// What becomes of a service, at a glance.
fn badges(service: &Service<'_>) -> Markup {
    let planned = service.planned;
    html! {
        p.badges {
            span.badge.(format!("a-{}", planned.action)) { (planned.action) }
            @if planned.action != Action::Retire {
                " " span.badge.(format!("g-{}", planned.grade)) { (planned.grade) }
                " " span.badge.(format!("d-{}", planned.decision)) { (planned.decision) }
            }
            @if planned.session { " " span.badge { "user session" } }
            @if planned.disabled { " " span.badge { "started by hand only" } }
            @if planned.edited { " " span.badge.edited { "edited by hand" } }
        }
    }
}

/// Its findings at a glance, each with its place.
fn index(service: &Service<'_>, links: &LineLinks<'_>) -> Markup {
    let findings = &service.planned.findings;
    if findings.len() < 2 {
        return html! {};
    }
    html! {
        p.index { (counted(findings.len(), "finding")) ": "
            @for (at, finding) in findings.iter().enumerate() {
                @if at > 0 { ", " }
                span.(format!("s-{}", finding.severity())) { (code_link(finding.code)) " " (finding.severity())
                    @if let Some(place) = finding.place() { " at " (place_link(place, links)) } }
            }
        }
    }
}

/// Findings that no line of its files can show.
fn unplaced(service: &Service<'_>, links: &LineLinks<'_>) -> Markup {
    let is_shown = |place: &Place| {
        service.sources.iter().chain(&service.files).any(|listing| {
            listing.holds(place) && listing.text.as_ref().is_some_and(|text| place.line <= text.lines().count())
        })
    };
    let findings: Vec<&Finding<Place>> =
        service.planned.findings.iter().filter(|finding| !finding.place().is_some_and(is_shown)).collect();
    html! { @for finding in findings { (listing::note(finding, links)) } }
}

fn behaviour(rows: &[Behaviour], links: &LineLinks<'_>) -> Markup {
    if rows.is_empty() {
        return html! {};
    }
    let (same, other): (Vec<&Behaviour>, Vec<&Behaviour>) = rows.iter().partition(|row| row.grade == Grade::Same);
    html! {
        h4 { "Behaviour" }
        @if other.is_empty() { p { "Nothing differs." } } @else { (behaviour_table(&other, links)) }
        @if !same.is_empty() {
            details data-fold="" open { summary { @if same.len() == 1 { "1 value is the same" } @else { (same.len()) " values are the same" } } (behaviour_table(&same, links)) }
        }
    }
}

fn behaviour_table(rows: &[&Behaviour], links: &LineLinks<'_>) -> Markup {
    let side = |text: &str, at: &Option<Place>, is_default: bool| {
        html! { (value(text))
        @if let Some(place) = at { " " span.at { (place_link(place, links)) } }
        @if is_default { " " span.at { "by default" } } }
    };
    let rows = html! {
        @for row in rows {
            tr.(format!("b-{}", row.grade)) {
                th scope="row" { (shown(row.title.as_bytes())) @if let Some(item) = &row.item { " " code { (shown(item.as_bytes())) } } }
                td { (side(&row.before, &row.before_at, row.before_default)) }
                td { (side(&row.after, &row.after_at, row.after_default)) }
                td { span.badge { (row.grade) } }
                td { (prose(&row.why)) }
            }
        }
    };
    table("Behaviour", "behaviour", &["What", "Upstart", "systemd", "Grade", "Why"], &rows)
}

/// A value; one of several lines is a script, which is folded.
fn value(text: &str) -> Markup {
    match text.split_once('\n') {
        None => prose(text),
        Some((first, _)) => html! {
            details data-fold="" open { summary { code { (words::line(first.as_bytes())) } " \u{2026}" }
                pre { @for line in text.lines() { (words::line(line.as_bytes())) "\n" } } }
        },
    }
}

fn unit_links(service: &Service<'_>) -> Markup {
    if service.links.is_empty() {
        return html! {};
    }
    html! {
        h4 { "Links" }
        ul.links { @for link in &service.links {
            li { code { (link.path) }
                @match &link.to { Some(to) => { " \u{2192} " code { (shown(to.as_bytes())) } }, None => " is taken away", }
                @if link.replaces != State::Absent { " " span.replaces { "in the place of " (link.replaces) } }
            }
        } }
    }
}

/// How a file differs from what it replaces, or from what cutover wrote.
pub fn changes(listing: &Listing<'_>) -> Markup {
    let Some(text) = &listing.text else { return html! {} };
    let replaces = listing.file.map(|file| &file.replaces).filter(|state| **state != State::Absent);
    html! {
        @if let Some(state) = replaces {
            h4 { "Replaces " code { (listing.path) } }
            p { "There is " (state) " by now." }
            @if let Some(old) = &listing.replaced { (patch(old, text, "What is installed, and what will be")) }
        }
        @if let Some(old) = &listing.generated {
            h4 { "Edited by hand: " code { (listing.path) } }
            (patch(old, text, "What cutover wrote, and what a person made of it"))
        }
    }
}

fn patch(old: &[u8], new: &[u8], what: &str) -> Markup {
    let lines = diff::lines(old, new);
    if lines.is_empty() {
        return html! { p { "Both are the same." } };
    }
    html! {
        div.scroll role="group" aria-label=(what) tabindex="0" {
            pre.diff { @for (sign, line) in &lines {
                @match sign {
                    '-' => del { "-" (words::line(line)) },
                    '+' => ins { "+" (words::line(line)) },
                    '@' => span.hunk { (words::line(line)) },
                    _ => { (sign) (words::line(line)) },
                }
                "\n"
            } }
        }
    }
}

fn account(stanzas: &[Entry<StanzaPlace>], links: &LineLinks<'_>) -> Markup {
    let rows = html! {
        @for stanza in stanzas {
            @let Entry { at, outcome, codes, .. } = stanza;
            tr {
                th scope="row" { (place_link(&at.place, links)) }
                td { span.sign.(format!("o-{outcome}")) aria-hidden="true" { (words::outcome_sign(*outcome)) } " " (outcome) }
                td { @for became in stanza.shown() { code { (shown(became.to_string().as_bytes())) } br; } }
                td { @for code in codes { (code_link(*code)) " " } }
            }
        }
    };
    let (what, heads) = ("What became of each stanza", ["Where", "Outcome", "Became", "Findings"]);
    html! {
        @if !stanzas.is_empty() {
            details data-fold="" open { summary { (what) " (" (stanzas.len()) ")" } (table(what, "account", &heads, &rows)) }
        }
    }
}
