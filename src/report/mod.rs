//! Reports of a plan: a page for a browser, a text for a ticket, and JSON and SARIF for programs.
//!
//! Everything is taken from the plan's directory, so that a plan can be read on another machine than the one that it was
//! made on. None of it holds a time, or the path of that directory.

mod diff;
mod html;
mod markdown;
mod pictures;
mod review;
mod sarif;
mod words;

pub use pictures::create;

use serde::Serialize;

use crate::plan::{Plan, Store, StoreError};
use crate::root::State;
use review::{Counts, Review};

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One file for a browser, that needs nothing else.
    Html,
    /// A text for a ticket, as GitHub and GitLab show it.
    Markdown,
    /// The plan with its counts; its schema is in the book.
    Json,
    /// The findings in the Static Analysis Results Interchange Format, 2.1.0.
    Sarif,
}

/// Whether a report of the plan shows what not everybody may read.
pub(crate) fn is_private(plan: &Plan) -> bool {
    let replaced = plan.files.iter().map(|file| &file.replaces);
    let read = plan.inputs.iter().map(|input| &input.state).chain(replaced);
    read.into_iter().any(|state| matches!(state, State::File { mode, .. } if mode & 0o004 == 0))
}

/// The report of a plan.
///
/// # Errors
/// When a file of the plan cannot be read, or is not what the plan says.
pub fn write(store: &Store, format: Format) -> Result<String, StoreError> {
    Ok(match format {
        Format::Html => html::write(&Review::of(store)?),
        Format::Markdown => markdown::write(&Review::of(store)?),
        Format::Json => json(store.plan()),
        Format::Sarif => sarif::write(&Review::of(store)?),
    })
}

/// The plan with its counts, for programs.
fn json(plan: &Plan) -> String {
    #[derive(Serialize)]
    struct Report<'a> {
        schema: u32,
        counts: Counts,
        plan: &'a Plan,
    }
    let report = Report { schema: 2, counts: Counts::of(plan), plan };
    // A plan was read from JSON: it can be written as such.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}
