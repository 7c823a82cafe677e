//! What is about several services, or all.

use maud::{Markup, html};

use super::prose::{code_link, prose};
use crate::report::words::Named as _;

use super::listing;
use super::service;
use super::ties::Ties;
use crate::report::review::{Review, anchor};
use crate::root::shown;

/// The files that several services need.
pub fn shared(review: &Review<'_>, ties: &Ties<'_>) -> Markup {
    if review.shared.is_empty() {
        return html! {};
    }
    html! {
        section #shared aria-labelledby="shared-head" {
            h2 #shared-head { "Shared files" }
            p { "Each is written as soon as one of the services is accepted that need it." }
            @for listing in &review.shared {
                div.shared-file id=(listing.key) {
                    (listing::figure(listing, None, ties))
                    @if let Some(file) = listing.file {
                        p { "For " @for (at, name) in file.services.iter().enumerate() {
                            @if at > 0 { ", " } a href=(format!("#{}", anchor(name))) { (shown(name.as_bytes())) } } "." }
                    }
                    (service::changes(listing))
                }
            }
        }
    }
}

/// Who else in the root counts on Upstart.
pub fn callers(review: &Review<'_>) -> Markup {
    let callers = &review.plan.callers;
    if callers.is_empty() {
        return html! {};
    }
    let anchors =
        |name: &[u8]| review.services.iter().find(|service| service.planned.name.as_bytes() == name);
    html! {
        section #callers aria-labelledby="callers-head" {
            h2 #callers-head { "What else on the machine counts on Upstart" }
            p { "These files are left as they are. What stands there has to be changed with the cutover, or checked." }
            div.scroll role="group" aria-label="Callers" tabindex="0" { table.callers {
                thead { tr { @for head in ["Where", "What stands there", "Write instead", "What is so"] { th scope="col" { (head) } } } }
                tbody { @for caller in callers {
                    @let severity = caller.code.info().severity.name();
                    tr {
                        th scope="row" { code { (caller.file) ":" (caller.line) } }
                        td { code { (shown(&caller.text)) } }
                        td { @if let Some(instead) = &caller.instead { code { (shown(instead)) } } }
                        td { span.badge.(format!("s-{severity}")) { (severity) } " " (code_link(caller.code)) " " (prose(&caller.message))
                            @if let Some(job) = caller.job.as_ref().and_then(|job| anchors(job)) {
                                " (" a href=(format!("#{}", job.anchor())) { (shown(job.planned.name.as_bytes())) } ")" }
                            @if let Some(help) = &caller.help { p { b { "What to do: " } (prose(help)) } }
                            @if !caller.certain { p.unsure { "It is named here; whether it is run cannot be told." } } }
                    }
                } }
            } }
        }
    }
}

/// The services that wait for each other.
pub fn cycles(review: &Review<'_>) -> Markup {
    if review.plan.cycles.is_empty() {
        return html! {};
    }
    html! {
        section #cycles aria-labelledby="cycles-head" {
            h2 #cycles-head { "Cycles" }
            p { "These wait for each other. systemd breaks a cycle by leaving one of them out." }
            ul { @for cycle in &review.plan.cycles {
                li { @for unit in &cycle.units { code { (shown(unit.as_bytes())) } " \u{2192} " }
                    @if let Some(first) = cycle.units.first() { code { (shown(first.as_bytes())) } }
                    p { (super::prose::prose(&cycle.message)) } }
            } }
        }
    }
}

/// What holds for all services.
pub fn general(review: &Review<'_>) -> Markup {
    if review.plan.general.is_empty() {
        return html! {};
    }
    html! {
        section #general aria-labelledby="general-head" {
            h2 #general-head { "For all services" }
            div.notes { @for finding in &review.plan.general { (listing::note(finding, &Ties::none())) } }
        }
    }
}
