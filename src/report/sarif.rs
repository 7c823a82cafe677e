//! The findings in the Static Analysis Results Interchange Format, 2.1.0 (OASIS Standard), for the tools that show such.

use std::collections::HashMap;
use std::fmt::Write as _;

use bstr::ByteSlice as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::review::Review;
use crate::findings::{Code, Finding, Mark, Message, Severity};
use crate::plan::callers::Caller;
use crate::plan::model::Place;
use crate::root::RootPath;
use crate::text::display::shown;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What stands for the root in the places of results.
const ROOT: &str = "ROOT";

pub fn write(review: &Review<'_>) -> String {
    let codes: Vec<Code> = review.codes().into_iter().collect();
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
            "results": writer.results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn of_caller(caller: &Caller) -> Finding<Place> {
    let text = String::from_utf8_lossy(&caller.text);
    let columns = text.chars().count();
    let place = Place {
        path: caller.file.clone(),
        line: caller.line,
        column: caller.column,
        end_line: caller.line,
        end_column: caller.column + columns,
    };
    Finding {
        code: caller.code,
        message: format!("`{text}`: {}", caller.message).into(),
        marks: vec![Mark { at: Some(place), label: None, graded: false }],
        about: Vec::new(),
        became: None,
        help: match (&caller.instead, &caller.help) {
            (Some(instead), Some(help)) => Some(format!("write `{instead}`; {help}").into()),
            (Some(instead), None) => Some(format!("write `{instead}`").into()),
            (None, help) => help.clone(),
        },
    }
}

fn rule(code: Code) -> Value {
    let info = code.info();
    let name: String = info.name.split('-').map(capital).collect();
    json!({
        "id": info.id,
        "name": name,
        "shortDescription": { "text": info.summary() },
        "help": { "text": info.page, "markdown": info.page },
        "defaultConfiguration": { "level": level(info.severity) },
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What needs manual action is no less than an error: it fails a check that lets warnings pass.
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
    fn result(&mut self, service: Option<&str>, finding: &Finding<Place>) {
        let shown = |text: &Message| shown(text.to_string().as_bytes());
        let mut message = shown(&finding.message);
        for (lead, text) in [("It became", &finding.became), ("What to do:", &finding.help)] {
            message.extend(text.iter().map(|text| format!(". {lead} {}", shown(text))));
        }
        let mut marks = finding.marks.iter().filter_map(|mark| Some((mark.at.as_ref()?, &mark.label)));
        // What stands nowhere is told where the job begins.
        let source = service.and_then(|name| self.review.plan.service(name)?.sources.first());
        let mut location = match (marks.next(), source) {
            (Some((place, _)), _) => json!({ "physicalLocation": physical(place) }),
            (None, Some(path)) => json!({ "physicalLocation": { "artifactLocation": artifact(path) } }),
            (None, None) => json!({}),
        };
        if let Some(name) = service {
            location["logicalLocations"] = json!([{ "name": name, "kind": "service" }]);
        }
        let related: Vec<Value> =
            marks.enumerate().map(|(at, (place, label))| related(at, place, label.as_ref())).collect();
        let mut result = json!({
            "ruleId": finding.code.info().id,
            "ruleIndex": self.codes.iter().position(|code| *code == finding.code),
            "level": level(finding.severity()),
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
    fn fingerprint(&mut self, service: Option<&str>, finding: &Finding<Place>) -> String {
        let mut parts: Vec<Vec<u8>> =
            vec![finding.code.info().id.into(), service.unwrap_or_default().as_bytes().to_vec()];
        if let Some(place) = finding.place() {
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
        let lines = lines.take(place.end_line.saturating_sub(place.line).saturating_add(1));
        let words = lines.flat_map(|line| line.split(u8::is_ascii_whitespace));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(&b' ')
    }
}

fn related(at: usize, place: &Place, label: Option<&Message>) -> Value {
    let mut location = json!({ "id": at + 1, "physicalLocation": physical(place) });
    if let Some(label) = label {
        location["message"] = json!({ "text": shown(label.to_string().as_bytes()) });
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
