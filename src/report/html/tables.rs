//! What is about several services, or all.

use maud::{Markup, html};

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
