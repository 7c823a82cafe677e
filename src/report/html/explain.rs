//! The pages of the codes that occur, as in the book.

use std::collections::BTreeSet;

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::prose::part;
use crate::findings::Code;

pub(crate) fn explanations(codes: &BTreeSet<Code>) -> Markup {
    let present: BTreeSet<&str> = codes.iter().map(|code| code.info().id).collect();
    let pages = html! {
        @for info in codes.iter().map(|code| code.info()) {
            section.explanation id=(info.id) aria-labelledby=(format!("{}-head", info.id)) {
                h3 id=(format!("{}-head", info.id)) { (info.id) " " span.name { (info.name) } " " span.badge.(format!("s-{}", info.severity)) { (info.severity) } }
                (PreEscaped(page(info.page, &present)))
                p.back hidden { a href="#services" data-filter=(format!("code={}", info.id)) { "Services with it" } }
            }
        }
    };
    html! { @if !codes.is_empty() { (part("explanations", "Explanations", &pages)) } }
}

/// A page without its title, its headings below those of this report, and its links to pages that are here.
fn page(text: &str, present: &BTreeSet<&str>) -> String {
    let mut in_title = false;
    let mut links: Vec<bool> = Vec::new();
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(|event| match event {
        Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
            in_title = true;
            None
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
            in_title = false;
            None
        }
        _ if in_title => None,
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        // Alignment would be a style of its own.
        Event::Start(Tag::Table(columns)) => {
            Some(Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()])))
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let target = target(&dest_url, present);
            links.push(target.is_some());
            target.map(|dest_url| Event::Start(Tag::Link { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or_default().then_some(Event::End(TagEnd::Link)),
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        other => Some(other),
    });
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, events);
    out.replace("<th>", "<th scope=\"col\">")
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Where a link of a page leads from here, if it leads anywhere.
fn target(link: &str, present: &BTreeSet<&str>) -> Option<CowStr<'static>> {
    if link.starts_with("https://") || link.starts_with("http://") {
        return Some(link.to_owned().into());
    }
    let id = link.rsplit('/').next()?.split('#').next()?.strip_suffix(".md")?;
    present.contains(id).then(|| format!("#{id}").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_keeps_its_links_to_what_is_here() {
        let text = "# CUT1: a\nOne [two](CUT2.md) [three](CUT3.md) <b>\n\n## More\n| a |\n|--:|\n| b |\n";
        assert_eq!(
            page(text, &BTreeSet::from(["CUT2"])),
            "<p>One <a href=\"#CUT2\">two</a> three &lt;b&gt;</p>\n<h4>More</h4>\n\
             <table><thead><tr><th scope=\"col\">a</th></tr></thead><tbody>\n<tr><td>b</td></tr>\n</tbody></table>\n"
        );
    }
}
