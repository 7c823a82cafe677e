//! The findings in the Static Analysis Results Interchange Format, 2.1.0 (OASIS Standard), for the tools that show such.

use std::collections::HashMap;
use std::fmt::Write as _;

use bstr::ByteSlice as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::review::Review;
use crate::findings::{Code, Severity};
use crate::plan::callers::Caller;
use crate::plan::model::{Note, Place};
use crate::root::{RootPath, shown};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What stands for the root in the places of results.
const ROOT: &str = "ROOT";

/// The report.
pub fn write(review: &Review<'_>) -> String {
    let codes = review.codes();
    let mut writer = Writer { review, codes: &codes, fingerprints: HashMap::new(), results: Vec::new() };
    for service in &review.plan.services {
        for finding in &service.findings {
            writer.result(Some(&service.name), finding);
        }
    }
    for finding in &review.plan.general {
        writer.result(None, finding);
    }
    for caller in &review.plan.callers {
        writer.result(None, &of_caller(caller));
    }
    let results = writer.results;
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cutover",
                "version": review.plan.cutover,
                "semanticVersion": review.plan.cutover,
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root that was planned." } } },
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

/// A caller as a finding.
fn of_caller(caller: &Caller) -> Note {
    let text = String::from_utf8_lossy(&caller.text);
    let columns = text.chars().count();
    let place = Place {
        path: caller.file.clone(),
        line: caller.line,
        column: caller.column,
        end_line: caller.line,
        end_column: caller.column + columns,
        label: String::new(),
    };
    Note {
        code: caller.code,
        severity: caller.code.info().severity,
        message: format!("`{text}`: {}", caller.message),
        places: vec![place],
        became: None,
        help: match (&caller.instead, &caller.help) {
            (Some(instead), Some(help)) => Some(format!("write `{instead}`; {help}")),
            (Some(instead), None) => Some(format!("write `{instead}`")),
            (None, help) => help.clone(),
        },
    }
}

/// A code as a rule.
fn rule(code: Code) -> Value {
    let info = code.info();
    let name: String = info.name.split('-').map(capital).collect();
    json!({
        "id": info.id,
        "name": name,
        "shortDescription": { "text": info.summary.trim() },
        "help": { "text": info.page, "markdown": info.page },
        "defaultConfiguration": { "level": level(info.severity) },
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What a person has to do is no less than an error: it fails a check that lets warnings pass.
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Manual | Severity::Error => "error",
    }
}

struct Writer<'a> {
    review: &'a Review<'a>,
    codes: &'a [Code],
    /// How often a fingerprint was given.
    fingerprints: HashMap<String, usize>,
    results: Vec<Value>,
}

impl Writer<'_> {
    fn result(&mut self, service: Option<&str>, finding: &Note) {
        let mut message = shown(finding.message.as_bytes());
        if let Some(became) = &finding.became {
            let _ = write!(message, ". It became {}", shown(became.as_bytes()));
        }
        if let Some(help) = &finding.help {
            let _ = write!(message, ". What to do: {}", shown(help.as_bytes()));
        }
        let mut places = finding.places.iter();
        // What stands nowhere is told where the job begins.
        let source = service
            .and_then(|name| self.review.plan.service(name))
            .and_then(|service| service.sources.first());
        let mut location = match (places.next(), source) {
            (Some(place), _) => json!({ "physicalLocation": physical(place) }),
            (None, Some(path)) => json!({ "physicalLocation": { "artifactLocation": artifact(path) } }),
            (None, None) => json!({}),
        };
        if let Some(name) = service {
            location["logicalLocations"] = json!([{ "name": name, "kind": "service" }]);
        }
        let related: Vec<Value> = places.enumerate().map(|(at, place)| related(at, place)).collect();
        let mut result = json!({
            "ruleId": finding.code.info().id,
            "ruleIndex": self.codes.iter().position(|code| *code == finding.code),
            "level": level(finding.severity),
            "message": { "text": message },
            "partialFingerprints": { "finding/v1": self.fingerprint(service, finding) },
        });
        if location.as_object().is_some_and(|fields| !fields.is_empty()) {
            result["locations"] = json!([location]);
        }
        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }
        self.results.push(result);
    }

    /// The same as long as the finding is about the same text of the same file, wherever that moves in it.
    fn fingerprint(&mut self, service: Option<&str>, finding: &Note) -> String {
        let mut parts: Vec<Vec<u8>> =
            vec![finding.code.info().id.into(), service.unwrap_or_default().as_bytes().to_vec()];
        if let Some(place) = finding.places.first() {
            parts.push(place.path.as_ref().to_vec());
            parts.push(self.words(place));
        }
        let mut hash = Sha256::new();
        for part in &parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let hash = hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let count = self.fingerprints.entry(hash.clone()).or_default();
        *count += 1;
        format!("{hash}:{count}")
    }

    /// The text of a place, its blanks made one.
    fn words(&self, place: &Place) -> Vec<u8> {
        let sources = self.review.services.iter().flat_map(|service| &service.sources);
        let text = sources.filter(|listing| listing.holds(place)).find_map(|listing| listing.text.as_deref());
        let lines = text.unwrap_or_default().lines().skip(place.line.saturating_sub(1));
        let lines: Vec<&[u8]> =
            lines.take(place.end_line.saturating_sub(place.line).saturating_add(1)).collect();
        let joined = lines.join(&b' ');
        let words: Vec<&[u8]> =
            joined.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
        words.join(&b' ')
    }
}

fn related(at: usize, place: &Place) -> Value {
    let mut location = json!({ "id": at + 1, "physicalLocation": physical(place) });
    if !place.label.is_empty() {
        location["message"] = json!({ "text": shown(place.label.as_bytes()) });
    }
    location
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": artifact(&place.path),
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

fn artifact(path: &RootPath) -> Value {
    let mut uri = String::new();
    for byte in path.relative() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(byte) {
            uri.push(char::from(*byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    json!({ "uri": uri, "uriBaseId": ROOT })
}
