//! The words of the project are those of init(5), of systemd's manual and of plain English: no word that only this
//! project would understand stands in the code or in the documents.

use std::fs;
use std::path::Path;

use crate::common::repository;

/// Words that once had a meaning of their own here.
const PRIVATE: &[&str] = &[
    "beyond",
    "bond",
    "bonds",
    "circle",
    "circles",
    "complaint",
    "complaints",
    "heed",
    "heeds",
    "knot",
    "latch",
    "latches",
    "milestone",
    "milestones",
    "obstacle",
    "obstacles",
    "occasion",
    "occasions",
    "opaque",
    "plumbing",
    "settle",
    "settled",
    "settles",
    "starter",
    "station",
    "stations",
    "stock",
    "supposed",
    "surroundings",
    "traits",
    "unheeded",
    "heedless",
    "teller",
];

/// Phrases that say in private words what "needs manual action" says.
const PHRASES: &[&str] = &["needs a person", "need a person", "for a person to decide"];

/// What may stand there all the same, and where: the end of a path, what stands around the word, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("", "udev-settle", "a unit and a program of udev"),
    ("", "-latch", "units and files that cutover writes have it in their names, which stay"),
    ("cli/options.rs", "keep-plumbing", "the old name of an option, for scripts that use it"),
    ("systemd/write/mod.rs", "tells of is settled", "a comment in units, whose text stays"),
    ("audit.md", "corpus/vendor-jobs", "a directory of the corpus"),
    ("CUT717.md", "stock-imported", "the name of an event in an example"),
    ("CUT810.md", "stock-counted", "the name of an event in an example"),
];

#[test]
fn no_private_word_stands_in_code_or_documents() {
    let mut files = Vec::new();
    for root in ["src", "book/src"] {
        add(&repository(root), &mut files);
    }
    files.extend(["README.md", "CONTRIBUTING.md"].map(repository));
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.to_str().unwrap();
        for (number, line) in text.lines().enumerate() {
            let mut rest = line.to_owned();
            for (_, around, _) in EXCEPTIONS.iter().filter(|(end, ..)| name.ends_with(end)) {
                rest = rest.replace(around, "");
            }
            let found = words(&rest).into_iter().find(|word| PRIVATE.contains(&word.as_str()));
            let phrase = || PHRASES.iter().find(|phrase| rest.contains(**phrase)).map(ToString::to_string);
            if let Some(word) = found.or_else(phrase) {
                wrong.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "say it in words that the field uses:\n{}", wrong.join("\n"));
}

/// The files of a directory and of all below it that are text of ours.
fn add(directory: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs" || end == "md" || end == "json") {
            files.push(path);
        }
    }
}

/// The words of a line in lower case, with names in pieces: `isStation` and `is_station` have `station`.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in line.chars() {
        if !letter.is_ascii_alphabetic() || letter.is_ascii_uppercase() {
            words.push(String::new());
        }
        if letter.is_ascii_alphabetic() {
            words.last_mut().unwrap().push(letter.to_ascii_lowercase());
        }
    }
    words
}
