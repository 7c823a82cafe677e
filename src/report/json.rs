//! The plan with its counts, for programs.

use serde::Serialize;

use super::review::Counts;
use crate::plan::Plan;

/// The version of the format.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    counts: Counts,
    plan: &'a Plan,
}

/// The report.
pub fn write(plan: &Plan) -> String {
    let report = Report { schema: SCHEMA, counts: Counts::of(plan), plan };
    // A plan was read from JSON: it can be written as such.
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
