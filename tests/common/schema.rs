//! JSON held against the schemas of the book.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

use super::repository;

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

pub fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

pub fn schema_of(command: &str) -> Value {
    let number = if command == "audit" { 1 } else { 2 };
    let path = format!("book/src/schema/{command}-{number}.schema.json");
    let text = fs::read(repository(&path)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// The parts of a schema, and the words and types in them, that no document has led to.
pub fn unseen(schema: &Value, seen: &BTreeSet<String>) -> BTreeSet<String> {
    let mut unseen = BTreeSet::new();
    each_part("#", schema, &mut |at, part| {
        let kinds = part["type"].as_array().into_iter().flatten().map(|kind| kind.as_str().unwrap().to_owned());
        let words = part["enum"].as_array().into_iter().flatten().map(ToString::to_string);
        let choices = kinds.chain(words).map(|choice| format!("{at} = {choice}"));
        unseen.extend(choices.chain([at.to_owned()]).filter(|at| !seen.contains(at)));
    });
    unseen
}

/// Holds documents against a schema. Knows the keywords that ours uses, and panics at any other.
pub struct Checker<'s> {
    pub schema: &'s Value,
    /// Whether a field that the schema does not name is wrong even where more fields may come.
    pub strict: bool,
}

/// Keywords that say nothing about documents.
const FOR_PEOPLE: &[&str] = &["$schema", "$defs", "title", "description"];
/// Keywords that `fields` and `items` look after.
const FOR_PARTS: &[&str] = &["properties", "propertyNames", "additionalProperties", "items", "prefixItems", "minItems"];

/// What a document leads to in the schema, and what is wrong with it.
#[derive(Default)]
pub struct Answer {
    pub wrong: Vec<String>,
    pub seen: BTreeSet<String>,
}

impl Answer {
    fn require(&mut self, right: bool, at: &str, what: impl FnOnce() -> String) {
        if !right {
            self.wrong.push(format!("{at}: {}", what()));
        }
    }
}

impl Checker<'_> {
    /// Holds a whole document against it.
    pub fn document(&self, value: &Value) -> Answer {
        let mut answer = Answer::default();
        self.part("#", self.schema, value, "", &mut answer);
        answer
    }

    /// Holds `value`, which stands at `at` in the document, against `schema`, which stands at `rule`.
    pub fn part(&self, rule: &str, schema: &Value, value: &Value, at: &str, answer: &mut Answer) {
        answer.seen.insert(rule.to_owned());
        for (keyword, wanted) in schema.as_object().unwrap() {
            match keyword.as_str() {
                name if FOR_PEOPLE.contains(&name) || FOR_PARTS.contains(&name) => {}
                "$ref" => {
                    let target = wanted.as_str().unwrap();
                    if let Some(command) = target.strip_suffix("-2.schema.json") {
                        let checker = Checker { schema: &schema_of(command), strict: self.strict };
                        let wrong = checker.document(value).wrong;
                        answer.wrong.extend(wrong.into_iter().map(|wrong| format!("{at}{wrong}")));
                        continue;
                    }
                    let part = self.schema.pointer(&target[1..]);
                    let part = part.unwrap_or_else(|| panic!("{rule}: there is no {target}"));
                    self.part(target, part, value, at, answer);
                }
                "type" => {
                    let kind = kind(value);
                    let kinds = wanted.as_array().map_or(std::slice::from_ref(wanted), Vec::as_slice);
                    answer.require(kinds.iter().any(|wanted| wanted == kind), at, || format!("{kind}, not {wanted}"));
                    answer.seen.insert(format!("{rule} = {kind}"));
                }
                "const" => answer.require(value == wanted, at, || format!("{value}, not {wanted}")),
                "enum" => {
                    answer.require(list(wanted).contains(value), at, || format!("{value}, not one of {wanted}"));
                    answer.seen.insert(format!("{rule} = {value}"));
                }
                "minimum" | "maximum" => {
                    if let Some(value) = value.as_i64() {
                        let wanted = wanted.as_i64().unwrap();
                        let right = if keyword == "minimum" { value >= wanted } else { value <= wanted };
                        answer.require(right, at, || format!("{value} is beyond the {keyword} of {wanted}"));
                    }
                }
                "oneOf" => {
                    let tried = list(wanted).iter().enumerate().map(|(index, part)| {
                        let mut answer = Answer::default();
                        self.part(&format!("{rule}/oneOf/{index}"), part, value, at, &mut answer);
                        answer
                    });
                    let (right, wrong): (Vec<_>, Vec<_>) = tried.partition(|one| one.wrong.is_empty());
                    answer.require(right.len() == 1, at, || {
                        let reasons: Vec<String> = wrong.into_iter().flat_map(|one| one.wrong).collect();
                        format!("{} of the ways fit\n  {}", right.len(), reasons.join("\n  "))
                    });
                    answer.seen.extend(right.into_iter().flat_map(|one| one.seen));
                }
                "required" => {
                    for name in value.as_object().map_or(&[][..], |_| list(wanted)) {
                        answer.require(value.get(name.as_str().unwrap()).is_some(), at, || format!("no {name}"));
                    }
                }
                _ => panic!("{rule}: this test does not know the keyword {keyword}"),
            }
        }
        match value {
            Value::Object(fields) => self.fields(rule, schema, fields, at, answer),
            Value::Array(items) => self.items(rule, schema, items, at, answer),
            _ => {}
        }
    }

    fn fields(&self, rule: &str, schema: &Value, fields: &Map<String, Value>, at: &str, answer: &mut Answer) {
        for (name, value) in fields {
            let at = format!("{at}/{name}");
            if let Some(names) = schema.get("propertyNames") {
                self.part(&format!("{rule}/propertyNames"), names, &json!(name), &at, answer);
            }
            match (schema["properties"].get(name), schema.get("additionalProperties")) {
                (Some(part), _) => self.part(&format!("{rule}/properties/{name}"), part, value, &at, answer),
                (None, None) => {}
                (None, Some(Value::Bool(more))) => {
                    answer.require(*more && !self.strict, &at, || "the schema does not name this field".to_owned());
                }
                (None, Some(part)) => {
                    self.part(&format!("{rule}/additionalProperties"), part, value, &at, answer);
                }
            }
        }
    }

    fn items(&self, rule: &str, schema: &Value, items: &[Value], at: &str, answer: &mut Answer) {
        let least = schema.get("minItems").map_or(0, number);
        answer.require(items.len() >= least, at, || format!("not {least} items"));
        for (index, value) in items.iter().enumerate() {
            let at = format!("{at}/{index}");
            match (schema["prefixItems"].get(index), schema.get("items")) {
                (Some(part), _) => {
                    self.part(&format!("{rule}/prefixItems/{index}"), part, value, &at, answer);
                }
                (None, None) => {}
                (None, Some(Value::Bool(more))) => {
                    answer.require(*more, &at, || "there may be no more items".to_owned());
                }
                (None, Some(part)) => self.part(&format!("{rule}/items"), part, value, &at, answer),
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Calls `visit` with every part of a schema, and where it stands.
pub fn each_part(at: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, schema);
    for (keyword, value) in schema.as_object().unwrap() {
        let at = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(parts)) => {
                parts.iter().for_each(|(name, part)| each_part(&format!("{at}/{name}"), part, visit));
            }
            ("oneOf" | "prefixItems", Value::Array(parts)) => {
                parts.iter().enumerate().for_each(|(index, part)| each_part(&format!("{at}/{index}"), part, visit));
            }
            ("items" | "additionalProperties" | "propertyNames", Value::Object(_)) => {
                each_part(&at, value, visit);
            }
            _ => {}
        }
    }
}
