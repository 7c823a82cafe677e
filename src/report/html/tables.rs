//! What is about several services, or all.

use maud::{Markup, html};

use super::line_links::LineLinks;
use super::listing;
use super::prose::{code_link, part, prose, table};
use super::service;
use crate::report::review::{Review, anchor};
use crate::text::display::shown;

/// The files that several services need.
pub fn shared(review: &Review<'_>, links: &LineLinks<'_>) -> Markup {
    let files = html! {
        p { "Each is written as soon as one of the services is accepted that need it." }
        @for listing in &review.shared {
            div.shared-file id=(listing.key) {
                (listing::figure(listing, None, links))
                @if let Some(file) = listing.file {
                    p { "For " @for (at, name) in file.services.iter().enumerate() {
                        @if at > 0 { ", " } a href=(format!("#{}", anchor(name))) { (shown(name.as_bytes())) } } "." }
                }
                (service::changes(listing))
            }
        }
    };
    html! { @if !review.shared.is_empty() { (part("shared", "Shared files", &files)) } }
}

/// Who else in the root counts on Upstart.
pub fn callers(review: &Review<'_>) -> Markup {
    let callers = &review.plan.callers;
    let named = |name: &[u8]| review.services.iter().find(|service| service.planned.name.as_bytes() == name);
    let rows = html! {
        @for caller in callers {
            @let severity = caller.code.info().severity;
            tr {
                th scope="row" { code { (caller.file) ":" (caller.line) } }
                td { code { (shown(&caller.text)) } }
                td { @if let Some(instead) = &caller.instead { code { (shown(instead)) } } }
                td { span.badge.(format!("s-{severity}")) { (severity) } " " (code_link(caller.code)) " " (prose(&caller.message))
                    @if let Some(job) = caller.job.as_ref().and_then(|job| named(job)) {
                        " (" a href=(format!("#{}", job.anchor())) { (shown(job.planned.name.as_bytes())) } ")" }
                    @if let Some(help) = &caller.help { p { b { "What to do: " } (prose(help)) } }
                    @if !caller.certain { p.unsure { "It is named here; whether it is run cannot be told." } } }
            }
        }
    };
    let heads = ["Where", "What stands there", "Write instead", "What is so"];
    let body = html! {
        p { "These files are left as they are. What stands there has to be changed with the cutover, or checked." }
        (table("Callers", "callers", &heads, &rows))
    };
    html! { @if !callers.is_empty() { (part("callers", "What else on the machine counts on Upstart", &body)) } }
}

/// The services that wait for each other.
pub fn cycles(review: &Review<'_>) -> Markup {
    let body = html! {
        p { "These wait for each other. systemd breaks a cycle by leaving one of them out." }
        ul { @for cycle in &review.plan.cycles {
            li { @for unit in &cycle.units { code { (shown(unit.as_bytes())) } " \u{2192} " }
                @if let Some(first) = cycle.units.first() { code { (shown(first.as_bytes())) } }
                p { (prose(&cycle.message)) } }
        } }
    };
    html! { @if !review.plan.cycles.is_empty() { (part("cycles", "Cycles", &body)) } }
}

/// What holds for all services.
pub fn general(review: &Review<'_>) -> Markup {
    let general = &review.plan.general;
    let notes = html! { div.notes { @for finding in general { (listing::note(finding, &LineLinks::none())) } } };
    html! { @if !general.is_empty() { (part("general", "For all services", &notes)) } }
}
