//! The real Upstart's parser has answered for thousands of files; we answer the same.

use cutover::upstart::verdict::{Verdict, load};
use serde_json::Value;

use crate::common::shared;

fn records(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn answer(conf: &[u8], over: Option<&[u8]>) -> Value {
    let answer = load(conf, over);
    serde_json::to_value(Verdict::new("f", conf, &answer)).unwrap()
}

/// Every field that the oracle gives and that says something of the job's text.
fn differences(ours: &Value, real: &Value) -> Vec<String> {
    let fields = if real["ok"] == true {
        ours.as_object().unwrap().keys().filter(|key| *key != "file").cloned().collect::<Vec<_>>()
    } else {
        ["ok", "error", "errname", "line"].map(str::to_owned).to_vec()
    };
    fields
        .iter()
        .filter(|key| ours[key.as_str()] != real[key.as_str()])
        .map(|key| format!("{key}: ours {} real {}", ours[key.as_str()], real[key.as_str()]))
        .collect()
}

fn assert_all(name: &str, cases: impl Iterator<Item = (String, Value, Value)>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for (id, ours, real) in cases {
        count += 1;
        let differences = differences(&ours, &real);
        if !differences.is_empty() {
            wrong.push(format!("{id}: {}", differences.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{name}: {} of {count} differ\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(count > 300, "{name}: only {count} cases");
}

#[test]
fn odd_syntax_reads_as_upstart_reads_it() {
    let Some(shared) = shared("upstart-oracle") else { return };
    assert_all(
        "lexical.jsonl",
        records(&shared.join("lexical.jsonl")).into_iter().map(|record| {
            let ours = answer(record["text"].as_str().unwrap().as_bytes(), None);
            (record["id"].to_string(), ours, record["upstart"].clone())
        }),
    );
}

#[test]
fn overrides_are_laid_over_as_upstart_does() {
    let Some(shared) = shared("upstart-oracle") else { return };
    assert_all(
        "override.jsonl",
        records(&shared.join("override.jsonl")).into_iter().map(|record| {
            let text = |key: &str| record[key].as_str().unwrap().as_bytes();
            let ours = answer(text("conf"), Some(text("override")));
            let real = if record["with_override"]["ok"] == true { "with_override" } else { "conf_alone" };
            (record["id"].to_string(), ours, record[real].clone())
        }),
    );
}

#[test]
fn real_jobs_load_or_fail_as_they_did() {
    let Some(shared) = shared("real-jobs") else { return };
    assert_all(
        "real-jobs",
        records(&shared.join("oracle.jsonl")).into_iter().map(|record| {
            let file = record["file"].as_str().unwrap();
            let text = std::fs::read(shared.join(file)).unwrap();
            (file.to_owned(), answer(&text, None), record)
        }),
    );
}
