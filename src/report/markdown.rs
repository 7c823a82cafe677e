//! The report as a text for a ticket, as GitHub and GitLab show it.
//!
//! What comes from jobs is escaped: it makes no markup, no table of its own, and calls nobody.

use std::fmt::Write as _;

use super::diff;
use super::review::{Listing, Review, Service};
use super::words::{self, Named as _, counted};
use crate::findings::Severity;
use crate::plan::model::{Action, Decision, Grade, Note, Place, Planned};
use crate::root::{State, shown};

/// The report.
pub fn write(review: &Review<'_>) -> String {
    let mut out = String::new();
    let counts = &review.counts;
    let _ = writeln!(out, "# Cutover plan: {}\n", counted(counts.services, "service", "services"));
    let of = |counts: &std::collections::BTreeMap<&'static str, usize>, names: &[&'static str]| {
        let some = names
            .iter()
            .filter_map(|name| counts.get(name).filter(|count| **count > 0).map(|count| (count, name)));
        some.map(|(count, name)| format!("**{count}** {name}")).collect::<Vec<_>>().join(", ")
    };
    let names = |all: &[Action]| all.iter().map(|action| action.name()).collect::<Vec<_>>();
    let _ = writeln!(out, "- Actions: {}", of(&counts.actions, &names(Action::ALL)));
    let grades: Vec<&str> = Grade::ALL.iter().map(|grade| grade.name()).collect();
    let _ = writeln!(out, "- Of those not retired: {}", of(&counts.grades, &grades));
    let decisions: Vec<&str> = Decision::ALL.iter().map(|decision| decision.name()).collect();
    let _ = writeln!(out, "- Decisions: {}", of(&counts.decisions, &decisions));
    let _ = writeln!(
        out,
        "- {}, {}, for systemd {}\n",
        counted(counts.files, "file", "files"),
        counted(counts.links, "link", "links"),
        review.plan.how.target_systemd
    );
    table(&mut out, review);
    let needing: Vec<&Service<'_>> = review.services.iter().filter(|service| needs_words(service)).collect();
    if !needing.is_empty() {
        out.push_str("## To look at\n\n");
        for service in needing {
            one(&mut out, service);
        }
    }
    replaced(&mut out, review);
    cycles(&mut out, review);
    callers(&mut out, review);
    retired(&mut out, review);
    if !review.plan.general.is_empty() {
        fold(&mut out, "For all services", |out| {
            for finding in &review.plan.general {
                note(out, finding);
            }
        });
    }
    out
}

fn table(out: &mut String, review: &Review<'_>) {
    let rows: Vec<&Planned> =
        review.plan.services.iter().filter(|service| service.action != Action::Retire).collect();
    if rows.is_empty() {
        return;
    }
    out.push_str("## Services\n\n| Service | Action | Unit | Grade | Decision | Findings |\n| --- | --- | --- | --- | --- | --- |\n");
    for service in rows {
        let worst = service.severity().map(Severity::name).unwrap_or_default();
        let findings = match service.findings.len() {
            0 => String::new(),
            some => format!("{some}, worst: {worst}"),
        };
        let unit = service.unit.as_deref().map(|unit| cell(&code(unit))).unwrap_or_default();
        let edited = if service.edited { ", edited" } else { "" };
        let _ = writeln!(
            out,
            "| {} | {} | {unit} | {} | {}{edited} | {findings} |",
            cell(&code(&service.name)),
            service.action.name(),
            strong(service.grade.name(), service.grade == Grade::Manual),
            service.decision.name(),
        );
    }
    out.push('\n');
}

fn strong(text: &str, is: bool) -> String {
    if is { format!("**{text}**") } else { text.to_owned() }
}

/// Whether it has more to say than its row does.
fn needs_words(service: &Service<'_>) -> bool {
    let planned = service.planned;
    service.needs_person()
        || planned.severity().is_some_and(|severity| severity >= Severity::Warning)
        || planned.behaviour.iter().any(|row| row.grade == "differs")
}

fn one(out: &mut String, service: &Service<'_>) {
    let planned = service.planned;
    let _ = writeln!(out, "### {}\n", code(&planned.name));
    let unit = planned.unit.as_deref().map(|unit| format!(" \u{2192} {}", code(unit))).unwrap_or_default();
    let _ =
        writeln!(out, "{}{unit}, {}: {}.\n", planned.action.name(), planned.grade.name(), text(&planned.why));
    if let Some(why) = &planned.asked_again {
        let _ = writeln!(out, "**Asked again:** {}\n", text(why));
    }
    let (notes, graver): (Vec<&Note>, Vec<&Note>) =
        planned.findings.iter().partition(|finding| finding.severity == Severity::Note);
    for finding in graver {
        note(out, finding);
    }
    // A ticket has no room for what is only worth knowing; the page has.
    if !notes.is_empty() {
        let brief = |finding: &&Note| {
            let line =
                finding.places.first().map(|place| format!(" (line {})", place.line)).unwrap_or_default();
            format!("{} {}{line}", finding.code.info().id, finding.code.info().name)
        };
        let notes: Vec<String> = notes.iter().map(brief).collect();
        let _ = writeln!(out, "- notes: {}", notes.join(", "));
    }
    if !planned.findings.is_empty() {
        out.push('\n');
    }
    let different: Vec<_> = planned.behaviour.iter().filter(|row| row.grade == "differs").collect();
    let harmless = planned.behaviour.iter().filter(|row| row.grade == "harmless").count();
    if !different.is_empty() {
        let more = if harmless > 0 { format!(" ({harmless} more are harmless)") } else { String::new() };
        let head = counted(different.len(), "difference in behaviour", "differences in behaviour");
        fold(out, &format!("{head}{more}"), |out| {
            out.push_str("| What | Upstart | systemd | Why |\n| --- | --- | --- | --- |\n");
            for row in different {
                let item = row.item.as_deref().map(|item| format!(" {}", code(item))).unwrap_or_default();
                let what = cell(&format!("{}{item}", escaped(&row.title)));
                let rest = [&row.before, &row.after, &row.why].map(|words| cell(&text(&brief(words))));
                let cells = [&[what], rest.as_slice()].concat();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        });
    }
}

/// A value that is a whole script is told by its first line.
fn brief(value: &str) -> String {
    const MOST: usize = 120;
    let first = value.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(MOST).collect();
    if cut.len() < value.len() { format!("{cut}\u{2026}") } else { cut }
}

fn note(out: &mut String, finding: &Note) {
    let info = finding.code.info();
    let at = finding.places.first().map(|place| format!(" at {}", code(&at(place)))).unwrap_or_default();
    let _ = write!(
        out,
        "- **{}** {} {}{at}: {}",
        finding.severity.name(),
        info.id,
        info.name,
        text(&finding.message)
    );
    if let Some(became) = &finding.became {
        let became = if became.contains('`') { text(became) } else { code(became) };
        let _ = write!(out, ". It became {became}");
    }
    if let Some(help) = &finding.help {
        let _ = write!(out, ". *What to do:* {}", text(help));
    }
    out.push('\n');
}

fn at(place: &Place) -> String {
    format!("{}:{}", place.path, place.line)
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
        let olds = [
            (&listing.replaced, "what is installed"),
            (&listing.generated, "what cutover wrote, edited by hand"),
        ];
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
        let units: Vec<String> =
            cycle.units.iter().chain(cycle.units.first()).map(|unit| code(unit)).collect();
        let _ = writeln!(out, "- {}: {}", units.join(" \u{2192} "), text(&cycle.message));
    }
    out.push('\n');
}

fn callers(out: &mut String, review: &Review<'_>) {
    if review.plan.callers.is_empty() {
        return;
    }
    out.push_str("## What else on the machine counts on Upstart\n\n");
    out.push_str("| Where | What stands there | Instead | What is so |\n| --- | --- | --- | --- |\n");
    for caller in &review.plan.callers {
        let info = caller.code.info();
        let place = code(&format!("{}:{}", caller.file, caller.line));
        let stands = code(&String::from_utf8_lossy(&caller.text));
        let instead =
            caller.instead.as_ref().map(|text| code(&String::from_utf8_lossy(text))).unwrap_or_default();
        let help = caller.help.as_deref().map(|help| format!(". {}", text(help))).unwrap_or_default();
        let says = format!("**{}** {}: {}{help}", info.severity.name(), info.id, text(&caller.message));
        let cells = [place, stands, instead, says].map(|words| cell(&words));
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
}

fn retired(out: &mut String, review: &Review<'_>) {
    let retired: Vec<&Planned> =
        review.plan.services.iter().filter(|service| service.action == Action::Retire).collect();
    if retired.is_empty() {
        return;
    }
    fold(out, &format!("{} retired", counted(retired.len(), "service", "services")), |out| {
        out.push_str("| Service | Unit | Why |\n| --- | --- | --- |\n");
        for service in retired {
            let unit = service.unit.as_deref().map(|unit| cell(&code(unit))).unwrap_or_default();
            let _ =
                writeln!(out, "| {} | {unit} | {} |", cell(&code(&service.name)), cell(&text(&service.why)));
        }
    });
}

/// A part that is folded. GitHub and GitLab read Markdown in it after an empty line.
fn fold(out: &mut String, summary: &str, body: impl FnOnce(&mut String)) {
    let _ = writeln!(out, "<details><summary>{}</summary>\n", element(summary));
    body(out);
    out.push_str("\n</details>\n\n");
}

/// Text in an element of HTML.
fn element(text: &str) -> String {
    let mut out = String::new();
    for character in shown(text.as_bytes()).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => plain(&mut out, other),
        }
    }
    out
}

/// A sentence: what stands between backticks is code, and nothing else is markup.
fn text(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(words);
    }
    let part = |(at, part): (usize, &&str)| if at % 2 == 1 { code(part) } else { escaped(part) };
    parts.iter().enumerate().map(part).collect()
}

fn escaped(words: &str) -> String {
    let mut out = String::new();
    for character in shown(words.as_bytes()).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => plain(&mut out, other),
        }
    }
    out
}

fn plain(out: &mut String, character: char) {
    match character {
        // A name or a number behind these would call somebody, or lead somewhere.
        '@' | '#' | '!' | '~' | '$' | '%' => {
            if matches!(character, '#' | '!' | '~' | '$') {
                out.push('\\');
            }
            out.push(character);
            if matches!(character, '@' | '#' | '!' | '~' | '%') {
                out.push_str("<!-- -->");
            }
        }
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' => {
            out.push('\\');
            out.push(character);
        }
        other => out.push(other),
    }
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
