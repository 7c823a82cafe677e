//! What a review shows and asks for: the mode of the screen, and what is to be done outside of the state.

use super::diagnostic::Diagnostic;
use crate::findings::Code;
use crate::plan::Change;
use crate::plan::model::Decision;
use crate::root::RootPath;

/// What is on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The page of a service.
    #[default]
    Page,
    Read {
        title: String,
        text: String,
    },
    Write {
        prompt: Prompt,
        text: String,
    },
    /// A question, whether that is decided of these services.
    Confirm {
        services: Vec<String>,
        decision: Decision,
        question: String,
    },
    /// One of several; which one is marked.
    Choose {
        title: String,
        choices: Vec<Choice>,
        at: usize,
    },
    /// An edited text that something is wrong with.
    HasErrors {
        edit: Edit,
        diagnostics: Vec<Diagnostic>,
    },
}

/// What a line is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    Filter,
    Jump,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Edit(RootPath),
    /// A file whose edit is taken back.
    Drop(RootPath),
    Explain(Code),
}

impl Choice {
    pub fn label(&self) -> String {
        match self {
            Choice::Edit(path) | Choice::Drop(path) => path.to_string(),
            Choice::Explain(code) => format!("{code} {}", code.info().name),
        }
    }
}

/// A text that somebody wrote for a file, and what was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub path: RootPath,
    pub before: Vec<u8>,
    pub after: Vec<u8>,
}

/// What is to be done outside of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Change(Vec<Change>),
    /// Let the person edit a file; with the text that was refused, where there is one.
    Edit(RootPath, Option<Vec<u8>>),
    /// Look up what takes the edit of a file back.
    Drop(RootPath),
    Redraw,
    /// Give the terminal back for a while.
    Suspend,
    Quit,
}

/// How much there is to scroll: lines of the page, and of the window.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub lines: usize,
    pub window: usize,
}

impl Extent {
    pub(super) fn last(self) -> usize {
        self.lines.saturating_sub(self.window)
    }
}
