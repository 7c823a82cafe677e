//! The report as one page for a browser, that needs nothing else: no network, no other file, and no script to be read.
//!
//! Whatever comes from jobs is text: the templates escape it, and the page's own policy lets no script or style run
//! but those that it was written with.

mod explain;
mod line_links;
mod listing;
mod overview;
mod picture;
mod prose;
mod service;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::review::Review;
use super::words;
use crate::findings::Outcome;
use crate::text::display::counted;
use line_links::LineLinks;
use prose::{base64, part};

const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

pub fn write(review: &Review<'_>) -> String {
    let links = LineLinks::of(review);
    let title = format!("Cutover plan: {}", counted(review.counts.services, "service"));
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; base-uri 'none'; form-action 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content=(format!("cutover {}", review.plan.cutover));
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#services" { "Skip to the services" }
                (overview::header(review))
                main {
                    (overview::attention(review))
                    (overview::table(review))
                    (services(review, &links))
                    (tables::shared(review, &links))
                    (tables::callers(review))
                    (tables::cycles(review))
                    (tables::general(review))
                    (pictures(review))
                    (explain::explanations(&review.codes()))
                }
                footer { p { "Made by cutover " (review.plan.cutover) " from the plan's directory alone. This page loads nothing." } }
                (help())
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    visible(page.into_string())
}

fn services(review: &Review<'_>, links: &LineLinks<'_>) -> Markup {
    let body = html! {
        p.legend {
            "Beside each stanza of a job stands what became of it: "
            @for outcome in Outcome::ALL {
                span { span.sign.(format!("o-{outcome}")) { (words::outcome_sign(*outcome)) } " " (words::outcome_means(*outcome)) "." } " "
            }
            "Numbers at the end of a line lead to the lines that belong to it on the other side."
        }
        p.none hidden { "No service is left by the filter." }
        @for service in &review.services { (service::section(service, links)) }
    };
    part("services-in-detail", "Service by service", &body)
}

fn pictures(review: &Review<'_>) -> Markup {
    let before = review.before.as_deref().and_then(|svg| picture::inline(svg, "before"));
    let after = review.after.as_deref().and_then(|svg| picture::inline(svg, "after"));
    let is_there = before.is_some() || after.is_some();
    let body = html! {
        p { "Time runs from left to right. Point at a line to read the stanza behind it; cycles are red and thick. Jobs that \
             hang on nothing but the same boot targets are drawn as one box." }
        @for (name, head, what, svg) in [
            ("before", "Before: jobs and events", "The jobs and the events that start and stop them on Upstart", before),
            ("after", "After: units", "The units and what they wait for on systemd", after),
        ] {
            @if let Some(svg) = svg {
                figure.picture #(format!("picture-{name}")) {
                    figcaption { h3 { (head) } span.zoom hidden {
                        button type="button" data-zoom="out" aria-label=(format!("Smaller: {head}")) { "\u{2212}" }
                        button type="button" data-zoom="in" aria-label=(format!("Larger: {head}")) { "+" }
                        button type="button" data-zoom="fit" { "Fit width" }
                        button type="button" data-zoom="full" { "Full size" }
                    } }
                    div.scroll role="group" aria-label=(what) tabindex="0" { (svg) }
                }
            }
        }
    };
    html! { @if is_there { (part("start-order", "Start order", &body)) } }
}

fn help() -> Markup {
    html! {
        dialog #help aria-labelledby="help-head" {
            h2 #help-head { "Keys" }
            dl.keys {
                @for (keys, what) in [
                    (&["j", "k"][..], "next and previous service"),
                    (&["/"], "search"),
                    (&["Esc"], "leave the search; once more, show all services"),
                    (&["s"], "to the table of services"),
                    (&["t"], "light, dark or as the system has it"),
                    (&["?"], "this help"),
                ] {
                    dt { @for key in keys { kbd { (key) } " " } }
                    dd { (what) }
                }
            }
            p { "The address keeps the filter: copy it to show somebody else the same services." }
            form method="dialog" { button { "Close" } }
        }
    }
}

/// What a policy calls a text that may stand in the page.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// Replaces what no page may hold, and what turns the direction of the text around it.
fn visible(page: String) -> String {
    let is_bad = |character: char| {
        character.is_control() && !matches!(character, '\n' | '\t')
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || (u32::from(character) & 0xfffe) == 0xfffe
            || ('\u{fdd0}'..='\u{fdef}').contains(&character)
    };
    if !page.contains(is_bad) {
        return page;
    }
    let mut out = String::with_capacity(page.len());
    for character in page.chars() {
        if is_bad(character) {
            out.extend(character.escape_unicode());
        } else {
            out.push(character);
        }
    }
    out
}
