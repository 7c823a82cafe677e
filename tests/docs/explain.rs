//! `cutover explain`, and the book that its pages come from.
#![allow(clippy::format_collect)]

use std::collections::BTreeSet;
use std::fs;

use cutover::findings::{CODES, Code, CodeInfo};
use insta::assert_snapshot;

use crate::common::{Sandbox, repository};

fn explain(args: &[&str]) -> String {
    Sandbox::new().run(&[&["explain"], args].concat())
}

/// Every `CUT` number in a text.
fn codes_in(text: &str) -> BTreeSet<String> {
    text.match_indices("CUT")
        .map(|(at, _)| text[at..].chars().take(6).collect::<String>())
        .filter(|id| id.len() == 6 && id[3..].bytes().all(|byte| byte.is_ascii_digit()))
        .collect()
}

fn known_codes() -> BTreeSet<String> {
    CODES.iter().map(|info| info.id.to_owned()).collect()
}

fn book(path: &str) -> String {
    fs::read_to_string(repository("book/src").join(path)).unwrap()
}

/// A page has the line of every code, in order, behind that of the code before it, and none of others.
/// `UPDATE_EXPECT=1 cargo test --test docs explain::` writes them.
fn assert_lists_all_codes(path: &str, begin: &str, line_of: impl Fn(&CodeInfo) -> String) {
    let before = book(path);
    let known = known_codes();
    let id = |line: &str| line.strip_prefix(begin).and_then(|rest| rest.get(..3)).map(|number| format!("CUT{number}"));
    let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
    lines.retain(|line| id(line).is_none_or(|id| known.contains(&id)));
    let mut at = 0;
    for info in CODES {
        if let Some(old) = lines.iter().position(|line| id(line).as_deref() == Some(info.id)) {
            lines[old] = line_of(info);
            at = old;
        } else {
            at += 1;
            lines.insert(at, line_of(info));
        }
    }
    let order: Vec<String> = lines.iter().filter_map(|line| id(line)).collect();
    assert!(order.iter().eq(CODES.iter().map(|info| info.id)), "{path}: the codes are not in order");
    let now = lines.join("\n") + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(repository("book/src").join(path), &now).unwrap();
    } else {
        assert_eq!(before, now, "{path}: UPDATE_EXPECT=1 writes what the program says");
    }
}

fn word(value: impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

// ---- the command ---------------------------------------------------------------------------------

#[test]
fn a_code_is_explained_by_its_page() {
    for info in CODES {
        assert_eq!(explain(&[info.id]), format!("{}--- exit status 0\n", info.page), "{}", info.id);
    }
}

#[test]
fn a_name_is_as_good_as_a_code_and_case_does_not_matter() {
    let page = explain(&["CUT401"]);
    for way in ["cut401", "401", "respawn-window", "Respawn-Window"] {
        assert_eq!(explain(&[way]), page, "{way}");
    }
}

#[test]
fn an_unknown_code_is_an_error_with_the_name_that_is_nearest() {
    assert_snapshot!(explain(&["respawn-windo"]), @"
    --- stderr
    error: there is no finding `respawn-windo`; did you mean `respawn-window`?
    `cutover explain` without a code lists all of them
    --- exit status 2
    ");
    assert_snapshot!(explain(&["CUT000"]), @"
    --- stderr
    error: there is no finding `CUT000`
    `cutover explain` without a code lists all of them
    --- exit status 2
    ");
    assert_snapshot!(explain(&["something else entirely"]), @"
    --- stderr
    error: there is no finding `something else entirely`
    `cutover explain` without a code lists all of them
    --- exit status 2
    ");
}

#[test]
fn without_a_code_all_are_listed_in_order_with_severity_name_and_summary() {
    let list = explain(&[]);
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), CODES.len() + 1);
    for (line, info) in lines.iter().zip(CODES) {
        let mut columns = line.split_whitespace();
        assert_eq!(columns.next(), Some(info.id));
        assert_eq!(columns.next(), Some(word(info.severity).as_str()), "{line}");
        assert_eq!(columns.next(), Some(info.name), "{line}");
        assert!(line.ends_with(&info.summary()), "{line}");
    }
    assert_snapshot!(lines[..3].join("\n"), @"
    CUT001  warning  unit-problem             systemd itself does not honor this line of the unit.
    CUT002  note     extension-setting        A section or a directive for other programs (`X-…`), which systemd passes over.
    CUT003  warning  masked-unit              The unit is masked, so that nothing can start it; there is no job for it.
    ");
}

// ---- the table of codes --------------------------------------------------------------------------

#[test]
fn codes_and_names_are_unique_and_in_order() {
    let ids: Vec<&str> = CODES.iter().map(|info| info.id).collect();
    assert!(ids.is_sorted() && known_codes().len() == CODES.len(), "{ids:?}");
    let names: BTreeSet<&str> = CODES.iter().map(|info| info.name).collect();
    assert_eq!(names.len(), CODES.len());
    for info in CODES {
        assert_eq!(codes_in(info.id).len(), 1, "{} is no code", info.id);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(info.name.bytes().all(plain), "{} is no name", info.name);
        assert_eq!(Code::find(info.id), Some(info.code));
        assert_eq!(Code::find(info.name), Some(info.code));
    }
}

// ---- the pages -----------------------------------------------------------------------------------

fn heading_of(info: &CodeInfo) -> String {
    format!("# {}: {}", info.id, info.name)
}

#[test]
fn every_page_begins_with_its_code_and_name() {
    for info in CODES {
        assert_eq!(info.page.lines().next(), Some(heading_of(info).as_str()));
    }
}

#[test]
fn every_page_says_what_it_means_why_and_what_to_do_and_gives_an_example() {
    for info in CODES {
        let headings: Vec<&str> = info.page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, ["## What it means", "## Why", "## What to do", "## Example"], "{}", info.id);
        for section in info.page.split("\n## ").skip(1) {
            let (heading, text) = section.split_once('\n').unwrap();
            assert!(!text.trim().is_empty(), "{}: nothing under {heading}", info.id);
        }
    }
}

#[test]
fn every_page_refers_only_to_codes_that_exist() {
    for info in CODES {
        let others = codes_in(info.page);
        let unknown: Vec<_> = others.difference(&known_codes()).cloned().collect();
        assert!(unknown.is_empty(), "{} refers to {unknown:?}", info.id);
    }
}

#[test]
fn every_page_closes_the_code_that_it_shows() {
    for info in CODES {
        let fences = info.page.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(fences % 2, 0, "{}", info.id);
    }
}

#[test]
fn the_folder_of_pages_holds_every_code_and_no_other() {
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(repository("book/src/findings")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "index.md" {
            pages.insert(name.strip_suffix(".md").unwrap().to_owned());
        }
    }
    assert_eq!(pages, known_codes());
}

// ---- the book around them ------------------------------------------------------------------------

#[test]
fn the_table_of_contents_names_every_code_in_order_and_no_other() {
    assert_lists_all_codes("SUMMARY.md", "  - [CUT", |info| {
        format!("  - [{0} {1}](findings/{0}.md)", info.id, info.name)
    });
}

#[test]
fn the_index_names_every_code_with_what_the_program_says_of_it() {
    assert_lists_all_codes("findings/index.md", "| [CUT", |info| {
        let outcome = info.outcome.map_or_else(|| "–".to_owned(), word);
        let (severity, summary) = (word(info.severity), info.summary());
        format!("| [{0}]({0}.md) | {1} | {severity} | {outcome} | {summary} |", info.id, info.name)
    });
}

#[test]
fn the_manual_refers_only_to_codes_that_exist() {
    for page in ["introduction.md", "convert.md", "architecture.md"] {
        let unknown: Vec<_> = codes_in(&book(page)).difference(&known_codes()).cloned().collect();
        assert!(unknown.is_empty(), "{page} refers to {unknown:?}");
    }
}

#[test]
fn the_manual_lists_the_versions_that_the_program_names() {
    use cutover::{systemd, upstart};

    let rows = |page: &str, default: String, targets: Vec<(String, &str)>| {
        let page = book(page);
        for (version, of) in targets {
            let default = if version == default { " (default)" } else { "" };
            let is_row = |line: &str| {
                line.starts_with(&format!("| {version} | {of} |"))
                    || line.starts_with(&format!("| {version}{default} | {of} |"))
            };
            assert!(page.lines().any(is_row), "no row for {version} with {of}");
        }
    };
    let targets = systemd::version::TARGETS.iter().map(|(version, of)| (version.to_string(), *of)).collect();
    rows("convert.md", systemd::version::Version::default().to_string(), targets);
    let targets = upstart::version::TARGETS.iter().map(|(version, of)| (version.to_string(), *of)).collect();
    rows("reverse.md", String::new(), targets);
}
