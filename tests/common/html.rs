//! Pages read strictly: what a browser would have to mend panics here.

use std::collections::BTreeSet;

const VOID: &[&str] = &["br", "input", "link", "meta"];
/// Elements whose text is no markup.
const RAW: &[&str] = &["script", "style", "title"];

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Open(Element),
    Text(String),
    Close(String),
}

/// An element as it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The parts of a page, with every element closed.
pub fn read(page: &str) -> Vec<Part> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a page begins with its type");
    let mut parts = Vec::new();
    let mut open: Vec<String> = Vec::new();
    while !rest.is_empty() {
        if let Some(raw) = open.last().filter(|name| RAW.contains(&name.as_str()) && !open.contains(&"svg".to_owned()))
        {
            let (text, _) = rest.split_once(&format!("</{raw}")).unwrap_or_else(|| panic!("{raw} has no end"));
            rest = &rest[text.len()..];
            parts.push(Part::Text(if raw == "title" { decoded(text) } else { text.to_owned() }));
        }
        let Some(text) = rest.find('<').map(|at| &rest[..at]) else { panic!("text behind the end: {rest:.80}") };
        assert!(!text.contains('>'), "a bare > in {text:?}");
        if !text.is_empty() {
            parts.push(Part::Text(decoded(text)));
        }
        rest = &rest[text.len() + 1..];
        if let Some(close) = rest.strip_prefix('/') {
            let (name, after) = close.split_once('>').unwrap();
            assert_eq!(open.pop().as_deref(), Some(name), "before {after:.80}");
            parts.push(Part::Close(name.to_owned()));
            rest = after;
            continue;
        }
        let (element, is_closed, after) = element(rest);
        rest = after;
        let name = element.name.clone();
        assert!(is_closed <= open.contains(&"svg".to_owned()), "<{name}/> means <{name}> in HTML");
        parts.push(Part::Open(element));
        if is_closed || VOID.contains(&name.as_str()) {
            parts.push(Part::Close(name));
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    parts
}

/// Reads an element behind its `<`, up to behind its `>`.
fn element(text: &str) -> (Element, bool, &str) {
    let end = text.find([' ', '>', '/']).unwrap();
    let name = &text[..end];
    assert!(!name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric()), "<{text:.40}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix("/>") {
            return (Element { name: name.to_owned(), attributes }, true, after);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Element { name: name.to_owned(), attributes }, false, after);
        }
        let end = rest.find(['=', ' ', '>']).unwrap();
        let key = &rest[..end];
        assert!(key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'), "{key} in <{text:.80}");
        assert!(attributes.iter().all(|(other, _)| other != key), "{key} twice in <{text:.80}");
        rest = &rest[end..];
        let mut value = "";
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inner, after) = quoted.split_once('"').unwrap();
            (value, rest) = (inner, after);
            assert!(!value.contains('<'), "{key}={value:?}");
        }
        attributes.push((key.to_owned(), decoded(value)));
    }
}

fn decoded(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('&').enumerate() {
        if at == 0 {
            out.push_str(part);
            continue;
        }
        let (entity, after) = part.split_once(';').unwrap_or_else(|| panic!("a bare & in {text:?}"));
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            _ => panic!("&{entity};"),
        });
        out.push_str(after);
    }
    out
}

/// The elements of a page.
pub fn elements(parts: &[Part]) -> impl Iterator<Item = &Element> {
    parts.iter().filter_map(|part| if let Part::Open(element) = part { Some(element) } else { None })
}

/// All text of a page but for scripts and styles, without what is only for machines.
pub fn text(parts: &[Part]) -> String {
    let mut out = String::new();
    let mut within: Vec<&str> = Vec::new();
    for part in parts {
        match part {
            Part::Open(element) => within.push(&element.name),
            Part::Close(_) => {
                within.pop();
            }
            Part::Text(text) if !within.iter().any(|name| matches!(*name, "script" | "style")) => {
                out.push_str(text);
            }
            Part::Text(_) => {}
        }
    }
    out
}

/// Every rule that a page of ours has to hold to, whatever is in it.
pub fn check(page: &str) {
    let parts = read(page);
    let mut ids = BTreeSet::new();
    for element in elements(&parts) {
        if let Some(id) = element.get("id") {
            assert!(!id.is_empty() && !id.contains(char::is_whitespace), "{id:?}");
            assert!(ids.insert(id), "{id} twice");
        }
    }
    let mut last = 0;
    for element in elements(&parts) {
        for (key, value) in &element.attributes {
            assert!(!key.starts_with("on"), "{key}={value} in {element:?}");
            match key.as_str() {
                // Filters are an address that only the script understands; each leads to the table without it.
                "href" if value.starts_with('#') => {
                    assert!(ids.contains(&value[1..]), "{value} leads nowhere");
                }
                "href" => {
                    let is_icon = element.name == "link" && value == "data:,";
                    let is_reading = element.name == "a" && value.starts_with("https://");
                    assert!(is_icon || is_reading, "{element:?} would be loaded");
                }
                "aria-labelledby" | "data-for" => {
                    assert!(ids.contains(value.as_str()), "{value} labels nothing");
                }
                "data-t" => {
                    for id in value.split(' ') {
                        assert!(ids.contains(id), "there is no line {id}");
                    }
                }
                "marker-end" => {
                    let id = value.strip_prefix("url(#").and_then(|id| id.strip_suffix(')')).unwrap();
                    assert!(ids.contains(id), "there is no {id}");
                }
                "src" | "srcset" | "action" | "style" | "xlink:href" | "poster" | "formaction" => {
                    panic!("{key} in {element:?}");
                }
                _ => {}
            }
        }
        match element.name.as_str() {
            "th" => assert!(element.get("scope").is_some(), "{element:?} heads nothing"),
            "iframe" | "object" | "embed" | "img" | "base" | "audio" | "video" => panic!("{element:?}"),
            name if name.len() == 2 && name.starts_with('h') && name != "hr" => {
                let level: u32 = name[1..].parse().unwrap();
                assert!(level <= last + 1, "{name} below h{last}");
                last = level;
            }
            _ => {}
        }
    }
    let count = |name: &str| elements(&parts).filter(|element| element.name == name).count();
    for one in ["html", "head", "body", "main", "h1", "script", "style", "form"] {
        assert!(count(one) == 1 || one == "form" && count(one) == 2, "{} of {one}", count(one));
    }
    let is_bad = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    assert!(!page.contains(is_bad), "control characters");
}
