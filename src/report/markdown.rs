//! The report as a text for a ticket, as GitHub and GitLab show it.
//!
//! What comes from jobs is escaped: it makes no markup, no table of its own, and calls nobody.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use super::diff;
use super::review::{Listing, Review, Service};
use super::words;
use crate::compare;
use crate::findings::{Finding, Severity};
use crate::plan::model::{Action, Decision, Grade, Place, Planned};
use crate::root::State;
use crate::text::display::{counted, shown};

pub fn write(review: &Review<'_>) -> String {
    let mut out = String::new();
    let (plan, counts) = (review.plan, &review.counts);
    let _ = writeln!(out, "# Cutover plan: {}\n", counted(counts.services, "service"));
    for (what, counts, names) in [
        ("Actions", &counts.actions, Action::ALL.iter().map(|it| it.name()).collect::<Vec<_>>()),
        ("Of those not retired", &counts.grades, Grade::ALL.iter().map(|it| it.name()).collect()),
        ("Decisions", &counts.decisions, Decision::ALL.iter().map(|it| it.name()).collect()),
    ] {
        let _ = writeln!(out, "- {what}: {}", occurring(counts, &names));
    }
    let (files, links) = (counted(counts.files, "file"), counted(counts.links, "link"));
    let _ = writeln!(out, "- {files}, {links}, for systemd {}\n", plan.options.target_systemd);
    services(&mut out, review);
    let mut needing = review.services.iter().filter(|service| needs_words(service)).peekable();
    if needing.peek().is_some() {
        out.push_str("## To look at\n\n");
        needing.for_each(|service| one(&mut out, service));
    }
    replaced(&mut out, review);
    cycles(&mut out, review);
    callers(&mut out, review);
    retired(&mut out, review);
    if !plan.general.is_empty() {
        fold(&mut out, "For all services", |out| plan.general.iter().for_each(|finding| note(out, finding)));
    }
    out
}

/// How often each of these names occurs, if it does.
fn occurring(counts: &BTreeMap<&str, usize>, names: &[&str]) -> String {
    let counted = names.iter().filter_map(|name| Some((name, counts.get(name).filter(|count| **count > 0)?)));
    counted.map(|(name, count)| format!("**{count}** {name}")).collect::<Vec<_>>().join(", ")
}

/// A table of cells that are Markdown.
fn table<const N: usize>(out: &mut String, heads: [&str; N], rows: impl Iterator<Item = [String; N]>) {
    let _ = writeln!(out, "| {} |\n| {} |", heads.join(" | "), ["---"; N].join(" | "));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.map(|words| cell(&words)).join(" | "));
    }
}

fn services(out: &mut String, review: &Review<'_>) {
    let mut rows = review.plan.services.iter().filter(|service| service.action != Action::Retire).peekable();
    if rows.peek().is_none() {
        return;
    }
    out.push_str("## Services\n\n");
    let row = |service: &Planned| {
        let Planned { action, grade, decision, .. } = service;
        let worst = service.severity().map(Severity::name).unwrap_or_default();
        [
            code(&service.name),
            action.to_string(),
            service.unit.as_deref().map(code).unwrap_or_default(),
            if *grade == Grade::Manual { format!("**{grade}**") } else { grade.to_string() },
            format!("{decision}{}", if service.edited { ", edited" } else { "" }),
            match service.findings.len() {
                0 => String::new(),
                some => format!("{some}, worst: {worst}"),
            },
        ]
    };
    table(out, ["Service", "Action", "Unit", "Grade", "Decision", "Findings"], rows.map(row));
    out.push('\n');
}

/// Whether it has more to say than its row does.
fn needs_words(service: &Service<'_>) -> bool {
    let planned = service.planned;
    service.needs_person()
        || planned.severity().is_some_and(|severity| severity >= Severity::Warning)
        || planned.behaviour.iter().any(|row| row.grade == compare::Grade::Differs)
}

fn one(out: &mut String, service: &Service<'_>) {
    let planned = service.planned;
    let _ = writeln!(out, "### {}\n", code(&planned.name));
    let unit = planned.unit.as_deref().map(|unit| format!(" \u{2192} {}", code(unit))).unwrap_or_default();
    let _ = writeln!(out, "{}{unit}, {}: {}.\n", planned.action, planned.grade, text(&planned.why));
    if let Some(why) = &planned.asked_again {
        let _ = writeln!(out, "**Asked again:** {}\n", text(why));
    }
    let (notes, graver): (Vec<_>, Vec<_>) =
        planned.findings.iter().partition(|finding| finding.severity() == Severity::Note);
    for finding in graver {
        note(out, finding);
    }
    // A ticket has no room for what is only worth knowing; the page has.
    if !notes.is_empty() {
        let brief = |finding: &Finding<Place>| {
            let line = finding.place().map(|place| format!(" (line {})", place.line)).unwrap_or_default();
            format!("{} {}{line}", finding.code, finding.code.info().name)
        };
        let notes: Vec<String> = notes.into_iter().map(brief).collect();
        let _ = writeln!(out, "- notes: {}", notes.join(", "));
    }
    if !planned.findings.is_empty() {
        out.push('\n');
    }
    let graded = |grade| planned.behaviour.iter().filter(move |row| row.grade == grade);
    let [different, harmless] = [compare::Grade::Differs, compare::Grade::Harmless].map(|grade| graded(grade).count());
    if different == 0 {
        return;
    }
    let more = if harmless > 0 { format!(" ({harmless} more are harmless)") } else { String::new() };
    fold(out, &format!("{} in behaviour{more}", counted(different, "difference")), |out| {
        let rows = graded(compare::Grade::Differs).map(|row| {
            let item = row.item.as_deref().map(|item| format!(" {}", code(item))).unwrap_or_default();
            let [before, after, why] = [&row.before, &row.after, &row.why].map(|words| text(&brief(words)));
            [escaped(&row.title) + &item, before, after, why]
        });
        table(out, ["What", "Upstart", "systemd", "Why"], rows);
    });
}

/// A value that is a whole script is told by its first line.
fn brief(value: &str) -> String {
    const MOST: usize = 120;
    let first = value.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(MOST).collect();
    if cut.len() < value.len() { format!("{cut}\u{2026}") } else { cut }
}

fn note(out: &mut String, finding: &Finding<Place>) {
    let info = finding.code.info();
    let at = |place: &Place| format!(" at {}", code(&format!("{}:{}", place.path, place.line)));
    let at = finding.place().map(at).unwrap_or_default();
    let message = text(&finding.message);
    let _ = write!(out, "- **{}** {} {}{at}: {message}", finding.severity(), info.id, info.name);
    if let Some(became) = &finding.became {
        let became = became.to_string();
        let became = if became.contains('`') { text(&became) } else { code(&became) };
        let _ = write!(out, ". It became {became}");
    }
    if let Some(help) = &finding.help {
        let _ = write!(out, ". *What to do:* {}", text(help));
    }
    out.push('\n');
}

/// What files replace, and what a person made of them.
fn replaced(out: &mut String, review: &Review<'_>) {
    let listings = review.services.iter().flat_map(|service| &service.files).chain(&review.shared);
    let changed = |listing: &&Listing<'_>| {
        listing.generated.is_some() || listing.file.is_some_and(|file| file.replaces != State::Absent)
    };
    let changed: Vec<&Listing<'_>> = listings.filter(changed).collect();
    if changed.is_empty() {
        return;
    }
    out.push_str("## Files that are replaced or edited\n\n");
    for listing in changed {
        let path = listing.path.to_string();
        let Some(new) = &listing.text else { continue };
        if let Some(file) = listing.file.filter(|file| file.replaces != State::Absent) {
            let _ = writeln!(out, "{} replaces {}.\n", code(&path), text(&file.replaces.to_string()));
        }
        let olds =
            [(&listing.replaced, "what is installed"), (&listing.generated, "what cutover wrote, edited by hand")];
        for (old, what) in olds {
            let Some(old) = old else { continue };
            fold(out, &format!("{path}: {what}"), |out| {
                let line = |(sign, line): &(char, Vec<u8>)| match sign {
                    '@' => words::line(line),
                    sign => format!("{sign}{}", words::line(line)),
                };
                let lines: Vec<String> = diff::lines(old, new).iter().map(line).collect();
                fenced(out, "diff", &lines);
            });
        }
    }
}

fn cycles(out: &mut String, review: &Review<'_>) {
    if review.plan.cycles.is_empty() {
        return;
    }
    out.push_str("## Cycles\n\n");
    for cycle in &review.plan.cycles {
        let units = cycle.units.iter().chain(cycle.units.first());
        let units: Vec<String> = units.map(|unit| code(unit)).collect();
        let _ = writeln!(out, "- {}: {}", units.join(" \u{2192} "), text(&cycle.message));
    }
    out.push('\n');
}

fn callers(out: &mut String, review: &Review<'_>) {
    if review.plan.callers.is_empty() {
        return;
    }
    out.push_str("## What else on the machine counts on Upstart\n\n");
    let bytes = |bytes: &[u8]| code(&String::from_utf8_lossy(bytes));
    let rows = review.plan.callers.iter().map(|caller| {
        let info = caller.code.info();
        let help = caller.help.as_ref().map(|help| format!(". {}", text(help))).unwrap_or_default();
        [
            code(&format!("{}:{}", caller.file, caller.line)),
            bytes(&caller.text),
            caller.instead.as_ref().map(|text| bytes(text)).unwrap_or_default(),
            format!("**{}** {}: {}{help}", info.severity, info.id, text(&caller.message)),
        ]
    });
    table(out, ["Where", "What stands there", "Instead", "What is so"], rows);
    out.push('\n');
}

fn retired(out: &mut String, review: &Review<'_>) {
    let retired: Vec<&Planned> =
        review.plan.services.iter().filter(|service| service.action == Action::Retire).collect();
    if retired.is_empty() {
        return;
    }
    fold(out, &format!("{} retired", counted(retired.len(), "service")), |out| {
        let unit = |service: &Planned| service.unit.as_deref().map(code).unwrap_or_default();
        let row = |service: &&Planned| [code(&service.name), unit(service), text(&service.why)];
        table(out, ["Service", "Unit", "Why"], retired.iter().map(row));
    });
}

/// A part that is folded. GitHub and GitLab read Markdown in it after an empty line.
fn fold(out: &mut String, summary: &str, body: impl FnOnce(&mut String)) {
    let _ = writeln!(out, "<details><summary>{}</summary>\n", escaped(summary));
    body(out);
    out.push_str("\n</details>\n\n");
}

/// A sentence: what stands between backticks is code, and nothing else is markup.
fn text(words: &(impl Display + ?Sized)) -> String {
    let words = &words.to_string();
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(words);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 1 { code(part) } else { escaped(part) };
    parts.iter().enumerate().map(part).collect()
}

/// Text that is no markup, in Markdown and in an element of HTML.
fn escaped(words: &str) -> String {
    let mut out = String::new();
    for character in shown(words.as_bytes()).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '$' => out.extend(['\\', character]),
            // A name or a number behind these would call somebody, or lead somewhere.
            '#' | '!' | '~' => out.extend(["\\", character.encode_utf8(&mut [0; 4]), "<!-- -->"]),
            '@' | '%' => out.extend([character.encode_utf8(&mut [0; 4]), "<!-- -->"]),
            other => out.push(other),
        }
    }
    out
}

/// Text as code, in as many backticks as it takes.
fn code(text: &str) -> String {
    let text = shown(text.as_bytes());
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(1 + longest_run(&text));
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// In a row of a table a bar ends the cell, in code as well.
fn cell(markdown: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for character in markdown.chars() {
        if character == '|' && before != '\\' {
            out.push('\\');
        }
        out.push(character);
        before = character;
    }
    out
}

fn fenced(out: &mut String, language: &str, lines: &[String]) {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat((1 + longest).max(3));
    let _ = writeln!(out, "{fence}{language}");
    for line in lines {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "{fence}");
}

fn longest_run(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("<b>*a*_[x](y)"), "&lt;b&gt;\\*a\\*\\_\\[x\\](y)");
        assert_eq!(escaped("@all #1 !2 ~l a|b"), "@<!-- -->all \\#<!-- -->1 \\!<!-- -->2 \\~<!-- -->l a\\|b");
        assert_eq!(text("say `a|<b>` now"), "say `a|<b>` now");
        assert_eq!(text("one ` alone"), "one \\` alone");
    }

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_holds() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(cell(&code("a|b")), "`a\\|b`");
        assert_eq!(cell("a\\|b"), "a\\|b");
        let mut out = String::new();
        fenced(&mut out, "diff", &["+```".to_owned()]);
        assert_eq!(out, "````diff\n+```\n````\n");
    }
}
