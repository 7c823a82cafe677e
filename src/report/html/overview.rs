//! The head of the page: how many of what, what needs manual action, and the table of services.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::prose::{code_link, part, prose};
use crate::findings::Severity;
use crate::plan::model::{Action, Decision, Enablement, Grade};
use crate::report::review::{Review, Service};
use crate::report::words;
use crate::text::display::{counted, shown};

/// The head, with the counts and the filter.
pub fn header(review: &Review<'_>) -> Markup {
    let counts = &review.counts;
    let options = &review.plan.options;
    html! {
        header.page {
            div.title {
                h1 { "Cutover plan" }
                button.theme type="button" hidden { "Theme: " span { "auto" } }
                button.ask type="button" hidden aria-haspopup="dialog" { "Keys " kbd { "?" } }
            }
            p.lead { (counted(counts.services, "job")) " of Upstart become "
                (counted(counts.files, "file")) " and " (counted(counts.links, "link")) " for systemd " (options.target_systemd) ". "
                @match counts.decisions.get(Decision::Undecided.name()).copied().unwrap_or_default() {
                    0 => "Nothing is left to decide.",
                    1 => "One service is still to be decided.",
                    some => { (some) " services are still to be decided." },
                }
            }
            div.counts {
                (group("What becomes of them", "action", Action::ALL.iter().map(|it| (it.name(), words::action_means(*it))), &counts.actions))
                (group("How much goes through unchanged", "grade", Grade::ALL.iter().map(|it| (it.name(), words::grade_means(*it))), &counts.grades))
                (group("What was decided", "decision", Decision::ALL.iter().map(|it| (it.name(), words::decision_means(*it))), &counts.decisions))
            }
            details.options data-fold="" open { summary { "How the plan was made" }
                dl {
                    dt { "Units for" } dd { "systemd " (options.target_systemd) }
                    dt { "Style" } dd { (options.style) }
                    dt { "Logs" } dd { (options.logs) }
                    dt { "Scripts become directives" } dd { (options.lift) }
                    dt { "Jobs written for" } dd { (options.origin) }
                    dt { "Scripts lie in" } dd { code { (shown(options.scripts_dir.as_bytes())) } }
                    dt { "Started at boot by" } dd { (match options.enablement { Enablement::Links => "links", Enablement::Preset => "a preset", Enablement::None => "nothing" }) }
                    @if options.keep_vendor_jobs { dt { "Jobs of the distribution" } dd { "converted like any other" } }
                }
            }
        }
        nav.page aria-label="Parts of the report" { ul {
            @if !needing_action(review).is_empty() { li { a href="#attention" { "Manual action" } } }
            li { a href="#services" { "Services" } }
            li { a href="#services-in-detail" { "Service by service" } }
            @if !review.shared.is_empty() { li { a href="#shared" { "Shared files" } } }
            @if !review.plan.callers.is_empty() { li { a href="#callers" { "Callers (" (review.plan.callers.len()) ")" } } }
            @if !review.plan.cycles.is_empty() { li { a href="#cycles" { "Cycles (" (review.plan.cycles.len()) ")" } } }
            @if !review.plan.general.is_empty() { li { a href="#general" { "For all services" } } }
            @if review.before.is_some() || review.after.is_some() { li { a href="#start-order" { "Start order" } } }
            @if !review.codes().is_empty() { li { a href="#explanations" { "Explanations" } } }
        } }
    }
}

/// The values of a field that occur, each with its name, and what it means.
fn group(
    head: &str,
    field: &str,
    values: impl Iterator<Item = (&'static str, &'static str)>,
    counts: &BTreeMap<&'static str, usize>,
) -> Markup {
    let counted = values.map(|(name, means)| (name, means, counts.get(name).copied().unwrap_or_default()));
    html! {
        div { h2 { (head) }
            ul { @for (name, means, count) in counted.filter(|(.., count)| *count > 0) {
                li { a href="#services" data-filter=(format!("{field}={name}")) {
                    b { (count) } " " span.badge.(format!("{}-{name}", &field[..1])) { (name) } } " " span.means { (means) } }
            } }
        }
    }
}

/// The services that need manual action.
fn needing_action<'a>(review: &'a Review<'a>) -> Vec<&'a Service<'a>> {
    review.services.iter().filter(|service| service.needs_person()).collect()
}

/// What needs manual action, service by service.
pub(crate) fn attention(review: &Review<'_>) -> Markup {
    let services = needing_action(review);
    let list = html! {
        ul.attention { @for service in &services {
            li { a href=(format!("#{}", service.anchor())) { strong { (shown(service.planned.name.as_bytes())) } }
                @if let Some(why) = &service.planned.asked_again { " asked again: " (prose(why)) }
                @let grave: Vec<_> = service.planned.findings.iter().filter(|finding| finding.severity() >= Severity::Manual).collect();
                @if !grave.is_empty() { ul { @for finding in grave {
                    li { (code_link(finding.code)) " " (prose(&finding.message))
                        @if let Some(help) = &finding.help { span.help { " \u{2014} " (prose(help)) } } }
                } } }
            }
        } }
    };
    html! { @if !services.is_empty() { (part("attention", "Needs manual action", &list)) } }
}

/// The table of services, and what filters it.
pub fn table(review: &Review<'_>) -> Markup {
    html! {
        section #services aria-labelledby="services-head" tabindex="-1" {
            h2 #services-head { "Services" }
            (filter(review))
            div.scroll role="group" aria-label="Table of services" tabindex="0" {
                table.services {
                    thead { tr {
                        @for (name, key) in [("Service", "name"), ("Action", "action"), ("Unit", "unit"), ("Grade", "grade"), ("Decision", "decision"), ("Worst finding", "worst"), ("Findings", "findings")] {
                            th scope="col" data-sort=(key) { (name) }
                        }
                        th scope="col" { "Codes" }
                    } }
                    tbody { @for service in &review.services { (row(service)) } }
                }
            }
        }
    }
}

/// A row; the values that it is sorted by are those of the names' order of gravity.
fn row(service: &Service<'_>) -> Markup {
    let planned = service.planned;
    let is_retired = planned.action == Action::Retire;
    let codes = service.codes();
    let ids: Vec<&str> = codes.iter().map(|code| code.info().id).collect();
    let worst = planned.severity();
    html! {
        tr data-for=(service.anchor()) data-action=(planned.action)
            data-grade=[(!is_retired).then_some(planned.grade)]
            data-decision=[(!is_retired).then_some(planned.decision)] data-codes=(ids.join(" ")) {
            th scope="row" { a href=(format!("#{}", service.anchor())) { (shown(planned.name.as_bytes())) }
                @if planned.edited { " " span.badge.edited { "edited" } } }
            td data-v=(planned.action as usize) { span.badge.(format!("a-{}", planned.action.name())) { (planned.action) } }
            td { @if let Some(unit) = &planned.unit { code { (shown(unit.as_bytes())) } } }
            @if is_retired { td data-v="0" {} td data-v="0" {} } @else {
                td data-v=(1 + planned.grade as usize) { span.badge.(format!("g-{}", planned.grade.name())) { (planned.grade) } }
                td data-v=(1 + planned.decision as usize) { span.badge.(format!("d-{}", planned.decision.name())) { (planned.decision) } }
            }
            td data-v=(worst.map_or(0, |worst| 1 + worst as usize)) { @if let Some(worst) = worst { span.(format!("s-{}", worst.name())) { (worst) } } }
            td.number data-v=(planned.findings.len()) { (planned.findings.len()) }
            td.codes { @for code in &codes { (code_link(*code)) " " } }
        }
    }
}

fn filter(review: &Review<'_>) -> Markup {
    let counts = &review.counts;
    let choice = |name: &str, label: &str, values: Vec<(&str, String)>| {
        html! { label { (label) select name=(name) { option value="" { "all" } @for (value, says) in values { option value=(value) { (says) } } } } }
    };
    let names = |counts: &BTreeMap<&'static str, usize>| {
        counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(name, count)| (*name, format!("{name} ({count})")))
            .collect()
    };
    let mut codes: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for code in review.services.iter().flat_map(Service::codes) {
        let info = code.info();
        codes.entry(info.id).or_insert((0, info.name)).0 += 1;
    }
    let codes = codes.into_iter().map(|(id, (count, name))| (id, format!("{id} {name} ({count})"))).collect();
    html! {
        form.filter role="search" aria-label="Filter the services" hidden {
            label.search { "Search " input type="search" name="q" autocomplete="off" spellcheck="false" placeholder="any text of a service"; }
            (choice("action", "Action ", names(&counts.actions)))
            (choice("grade", "Grade ", names(&counts.grades)))
            (choice("decision", "Decision ", names(&counts.decisions)))
            (choice("code", "Code ", codes))
            button type="reset" { "Show all" }
            output.shown aria-live="polite" {}
        }
    }
}
