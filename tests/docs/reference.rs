//! The reference of commands and options in the book is what `--help` says, and documents name no other options.
//!
//! `UPDATE_EXPECT=1 cargo test --test docs reference::` writes the page anew.

#![allow(clippy::format_collect, clippy::format_push_string)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::common::repository;

const HEAD: &str = "\
# Commands and options

This page is made from `cutover --help` and the `--help` of each command, and a test holds it to that. Every command
also has `-h, --help`, and `cutover -V` (`--version`) prints the version.

Results go to standard output, findings and messages to standard error.
";

/// What `--help` says, with the lines of a paragraph joined.
fn help(args: &[&str]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_cutover")).args(args).arg("--help").output().unwrap();
    String::from_utf8(out.stdout).unwrap()
}

fn commands() -> Vec<String> {
    let help = help(&[]);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let rows = list.lines().take_while(|line| !line.is_empty());
    let names = rows.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

/// A row of a table: `|` would end a cell.
fn row(name: &str, text: &str) -> String {
    let [name, text] = [name, text].map(|cell| cell.replace('|', "\\|"));
    format!("| `{name}` | {text} |\n")
}

/// The arguments, or the options, of a command as a table: one row for each, with its paragraphs and its values.
fn table(entries: &str, of: &str) -> String {
    let mut table = format!("| {of} | meaning |\n| --- | --- |\n");
    let (mut name, mut paragraphs) = (String::new(), Vec::<String>::new());
    let mut is_new = true;
    for line in entries.lines().chain(["  -h, --help"]) {
        let text = line.trim();
        let is_name = line.starts_with("  ") && !line.starts_with("       ") && !text.is_empty();
        match paragraphs.last_mut() {
            _ if is_name => {
                if !name.is_empty() && name != "-h, --help" {
                    table.push_str(&row(&name, &paragraphs.join("<br>")));
                }
                text.clone_into(&mut name);
                paragraphs.clear();
                is_new = true;
            }
            _ if text.is_empty() => is_new = true,
            Some(last) if !is_new && !text.starts_with("- ") => {
                last.push(' ');
                last.push_str(text);
            }
            _ => {
                let item = text.strip_prefix("- ").and_then(|item| item.split_once(": "));
                let item = item.map(|(value, what)| format!("`{}`: {}", value.trim(), what.trim()));
                paragraphs.push(item.unwrap_or_else(|| text.to_owned()));
                is_new = false;
            }
        }
    }
    table
}

/// The section of a command: what it says of itself, how it is called, its arguments and options, examples.
fn section(command: &str) -> String {
    let help = help(&[command]);
    let (about, rest) = help.split_once("\nUsage: ").unwrap();
    let (usage, rest) = rest.split_once("\n\n").unwrap();
    let (entries, examples) = rest.split_once("\nExamples:\n").unwrap_or((rest, ""));
    let (arguments, options) = entries.split_once("Options:\n").unwrap();
    let mut text = format!("\n## `{command}`\n\n{}\n\n    {usage}\n", about.trim_end());
    if let Some(arguments) = arguments.strip_prefix("Arguments:\n") {
        text.push_str(&format!("\n{}", table(arguments, "argument")));
    }
    text.push_str(&format!("\n{}", table(options, "option")));
    if !examples.is_empty() {
        let lines: String = examples.lines().map(|line| format!("    {}\n", line.trim_start())).collect();
        text.push_str(&format!("\nExamples:\n\n{lines}"));
    }
    text
}

/// The options in a text: `--` and a name, at the start of a word.
fn options_in(text: &str) -> BTreeSet<&str> {
    let starts =
        text.match_indices("--").filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '-'));
    let names = starts.map(|(at, _)| {
        let rest = &text[at + 2..];
        let end = rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(rest.len());
        text[at..at + 2 + end].trim_end_matches('-')
    });
    names.filter(|name| name.len() > 3).collect()
}

/// Options of other programs that documents name.
const FOREIGN: &[&str] =
    &["--path", "--release", "--test", "--no-deps", "--profile", "--userspec", "--lib", "--no-fail-fast"];

#[test]
fn the_reference_is_what_help_says() {
    let sections: String = commands().iter().map(|command| section(command)).collect();
    let made = format!("{HEAD}{sections}");
    let path = repository("book/src/reference.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == made,
        "book/src/reference.md is not what --help says: UPDATE_EXPECT=1 cargo test --test docs reference::"
    );
}

#[test]
fn every_option_is_in_the_reference_and_documents_name_no_other() {
    let reference = fs::read_to_string(repository("book/src/reference.md")).unwrap();
    let helps: String = commands().iter().map(|command| help(&[command])).collect();
    let known = options_in(&helps);
    let missing: Vec<_> = known.difference(&options_in(&reference)).copied().collect();
    assert!(missing.is_empty(), "options that the reference has not: {missing:?}");
    for document in ["README.md", "CONTRIBUTING.md", "book/src/introduction.md"] {
        let text = fs::read_to_string(repository(document)).unwrap();
        let unknown: Vec<_> =
            options_in(&text).into_iter().filter(|name| !known.contains(name) && !FOREIGN.contains(name)).collect();
        assert!(unknown.is_empty(), "{document} names options that do not exist: {unknown:?}");
    }
}

/// Links between pages of the book, and from the README and CONTRIBUTING to them, lead to files that are there.
#[test]
fn links_between_documents_lead_somewhere() {
    let pages = crate::common::files_below(&repository("book/src"));
    let pages = pages.into_iter().filter(|path| path.extension().is_some_and(|it| it == "md"));
    let mut dead = Vec::new();
    for page in pages.chain(["README.md", "CONTRIBUTING.md"].map(repository)) {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let to = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let is_heading = |line: &str| {
                let name = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
                let kept = name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
                line.starts_with('#') && kept.collect::<String>() == anchor
            };
            let is_there = match fs::read_to_string(&to) {
                Ok(text) => anchor.is_empty() || text.lines().any(is_heading),
                Err(_) => to.exists(),
            };
            if !is_there && !link.contains("://") {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n{}", dead.join("\n"));
}

/// Files that CONTRIBUTING and the architecture name are there, the latter's counted from `src` as well.
#[test]
fn files_that_documents_name_are_there() {
    for document in ["CONTRIBUTING.md", "book/src/architecture.md"] {
        let text = fs::read_to_string(repository(document)).unwrap();
        let named = text.split('`').skip(1).step_by(2).filter(|name| {
            let is_path = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let root = name.split('/').next().unwrap_or_default();
            let is_own = repository(root).is_dir() || repository("src").join(root).is_dir();
            is_path && name.contains('/') && !matches!(root, "" | "..") && is_own
        });
        let missing: Vec<&str> = named
            .filter(|name| !repository(name).exists() && !repository("src").join(name).exists())
            .filter(|name| !name.contains("CUTxxx"))
            .collect();
        assert!(missing.is_empty(), "{document} names what is not there: {missing:?}");
    }
}
