//! Who may know whom: imports go downwards through the rooms, and no two files import each other.
//!
//! Paths in code count like `use`; what a module passes on counts as the file that holds it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::common::{files_below, repository};

/// The rooms, the highest first; those of one line do not know each other. A file may import from its own room and from
/// those below.
const ROOMS: &[&[&str]] = &[
    &["main"],
    &["lib"],
    &["cli"],
    &["review", "report"],
    &["graph"],
    &["plan"],
    &["compare", "install"],
    &["convert"],
    &["link"],
    &["lift"],
    &["upstart", "systemd"],
    &["service"],
    &["script", "findings", "root"],
    &["text"],
];

/// Files that recurse as the grammar does that they read: a word may hold commands, commands may hold here-documents, and
/// a here-document holds pieces of words.
const RECURSIONS: &[&[&str]] = &[&["script/heredoc.rs", "script/parse.rs", "script/word.rs"]];

/// A `use` or a path in code: the file that it stands in, and its segments from the crate's root.
type Import = (String, Vec<String>);

/// The module path of a file below `src`: `plan/mod.rs` is `[plan]`.
fn module(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
    parts.filter(|part| part != "mod" && part != "lib").collect()
}

/// Code without comments, strings, characters, and without its unit tests, which stand last.
fn bare(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(string) = rest.strip_prefix('"') {
            let mut escaped = false;
            let end = string.find(|c| {
                let is_end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                is_end
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if let Some(quoted) = ["'\"'", "'\\''", "'\\\\'", "b'\"'"].iter().find(|it| rest.starts_with(**it)) {
            quoted.len()
        } else {
            out.push(first);
            first.len_utf8()
        };
        rest = &rest[skipped..];
    }
    out
}

/// The paths that a tree of `use` names: `a::{b, c::d}` is two.
fn leaves(tree: &str, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut depth = 0;
    let mut start = 0;
    let tree = tree.trim();
    let mut parts = Vec::new();
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let (head, group) = part
            .split_once('{')
            .map_or((part, None), |(head, rest)| (head, rest.rsplit_once('}').map(|(group, _)| group)));
        let head = head.split(" as ").next().unwrap_or_default();
        let mut path = prefix.to_vec();
        path.extend(head.split("::").map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned));
        match group {
            Some(group) => leaves(group, &path, found),
            None => found.push(path),
        }
    }
}

#[derive(Default)]
struct Tree {
    /// Module paths, and the files that hold them.
    files: BTreeMap<Vec<String>, String>,
    imports: Vec<Import>,
    /// What a module passes on under its own path: the path, and what it is.
    passed_on: BTreeMap<Vec<String>, Vec<String>>,
}

impl Tree {
    fn read() -> Tree {
        let source = repository("src");
        let paths = files_below(&source);
        let mut tree = Tree::default();
        let relative = |path: &Path| path.strip_prefix(&source).unwrap().to_owned();
        let code = paths.iter().filter(|path| path.extension().is_some_and(|suffix| suffix == "rs"));
        let code: Vec<_> = code.filter(|path| !path.ends_with("tests.rs")).collect();
        for path in &code {
            tree.files.insert(module(&relative(path)), relative(path).display().to_string());
        }
        for path in code {
            let own = module(&relative(path));
            let name = relative(path).display().to_string();
            tree.read_file(&name, &own, &bare(&fs::read_to_string(path).unwrap()));
        }
        tree
    }

    fn read_file(&mut self, name: &str, own: &[String], code: &str) {
        let mut rest = code;
        let mut others = String::new();
        while let Some(at) = rest.find("use ") {
            let is_word = rest[..at].chars().next_back().is_none_or(char::is_whitespace);
            let end = rest[at..].find(';').map_or(rest.len(), |end| at + end);
            if !is_word {
                others.push_str(&rest[..at + 4]);
                rest = &rest[at + 4..];
                continue;
            }
            let line = rest[..at].rsplit('\n').next().unwrap_or_default().trim();
            others.push_str(&rest[..at]);
            let mut paths = Vec::new();
            leaves(&rest[at + 4..end], &[], &mut paths);
            for path in paths {
                let Some(path) = self.absolute(&path, own) else { continue };
                if line.starts_with("pub") {
                    let known = path.last().cloned().unwrap_or_default();
                    self.passed_on.insert([own, &[known]].concat(), path);
                } else {
                    self.imports.push((name.to_owned(), path));
                }
            }
            rest = &rest[end..];
        }
        others.push_str(rest);
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        for path in others.split(|c| !is_path(c)).filter(|path| path.contains("::")) {
            let path: Vec<String> = path.split("::").filter(|it| !it.is_empty()).map(str::to_owned).collect();
            self.imports.extend(self.absolute(&path, own).map(|path| (name.to_owned(), path)));
        }
    }

    /// A path from the crate's root; nothing where it leads into another crate.
    fn absolute(&self, path: &[String], own: &[String]) -> Option<Vec<String>> {
        let supers = path.iter().take_while(|part| *part == "super").count();
        match path.first().map(String::as_str)? {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([own, &path[1..]].concat()),
            "super" => Some([&own[..own.len().checked_sub(supers)?], &path[supers..]].concat()),
            first => {
                let is_below = self.files.contains_key(&[own, &[first.to_owned()]].concat());
                is_below.then(|| [own, path].concat())
            }
        }
    }

    /// The file that an imported name stands in, whoever passes it on.
    fn file(&self, path: &[String]) -> Option<&str> {
        for length in (0..=path.len()).rev() {
            let Some(file) = self.files.get(&path[..length]) else { continue };
            let next = path.get(..length + 1).and_then(|path| self.passed_on.get(path));
            return match next {
                Some(next) if next != path => {
                    let whole = [next.as_slice(), &path[length + 1..]].concat();
                    self.file(&whole)
                }
                _ => Some(file),
            };
        }
        None
    }

    /// Which file imports from which.
    fn edges(&self) -> BTreeSet<(&str, &str)> {
        let edges = self.imports.iter().filter_map(|(from, path)| Some((from.as_str(), self.file(path)?)));
        edges.filter(|(from, to)| from != to).collect()
    }
}

fn room(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn imports_go_downwards() {
    let tree = Tree::read();
    let level = |file: &str| {
        let found = ROOMS.iter().position(|rooms| rooms.contains(&room(file)));
        found.unwrap_or_else(|| panic!("{file} is in no room of the table"))
    };
    let wrong: Vec<String> = tree
        .edges()
        .into_iter()
        .filter(|(from, to)| {
            let (own, other) = (room(from), room(to));
            own != other && level(from) >= level(to)
        })
        .map(|(from, to)| format!("{from} imports from {to}"))
        .collect();
    assert!(wrong.is_empty(), "imports that do not go downwards:\n{}", wrong.join("\n"));
    let known: BTreeSet<&str> = tree.files.values().map(|file| room(file)).collect();
    let named: BTreeSet<&str> = ROOMS.iter().copied().flatten().copied().collect();
    assert_eq!(known, named, "the rooms of the table are those of src");
}

#[test]
fn the_book_shows_the_rooms_as_they_are() {
    let page = fs::read_to_string(repository("book/src/architecture.md")).unwrap();
    let (_, rest) = page.split_once("```text rooms\n").unwrap();
    let (shown, _) = rest.split_once("```").unwrap();
    let rooms = ROOMS[2..].iter().map(|rooms| rooms.join(" ") + "\n");
    assert_eq!(shown, rooms.collect::<String>());
}

#[test]
fn no_two_files_import_each_other() {
    let tree = Tree::read();
    let edges = tree.edges();
    let files: Vec<&str> = tree.files.values().map(String::as_str).collect();
    let number = |file: &str| files.iter().position(|known| *known == file).unwrap();
    let graph = petgraph::graph::DiGraph::<(), ()>::from_edges(
        edges.iter().map(|(from, to)| (u32::try_from(number(from)).unwrap(), u32::try_from(number(to)).unwrap())),
    );
    let cycles = petgraph::algo::tarjan_scc(&graph).into_iter().filter(|members| members.len() > 1);
    let cycles: BTreeSet<BTreeSet<&str>> =
        cycles.map(|members| members.into_iter().map(|at| files[at.index()]).collect()).collect();
    let known = RECURSIONS.iter().map(|members| members.iter().copied().collect()).collect();
    let lines = |members: &BTreeSet<&str>| -> String {
        let within = edges.iter().filter(|(from, to)| members.contains(from) && members.contains(to));
        within.map(|(from, to)| format!("  {from} -> {to}")).collect::<Vec<_>>().join("\n")
    };
    let new: Vec<String> = cycles.difference(&known).map(lines).collect();
    assert!(new.is_empty(), "cycles of imports:\n{}", new.join("\n"));
    assert_eq!(cycles, known, "recursions that are none any more");
}

#[test]
fn a_path_is_followed_to_the_file_that_holds_the_name() {
    let tree = Tree::read();
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(tree.file(&path("text::Span")), Some("text.rs"));
    assert_eq!(tree.file(&path("findings::Account")), Some("findings/account.rs"));
    assert_eq!(tree.file(&path("findings::account::Account")), Some("findings/account.rs"));
    assert!(tree.edges().contains(&("findings/account.rs", "text.rs")));
}
