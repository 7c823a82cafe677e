//! Processes: what is run, at which stage, and what its failure means.

use serde::Serialize;

use crate::script::ScriptText;
use crate::text::{Sourced, Text};

/// How a process is run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// A program and its arguments, executed as they are.
    Argv(Vec<Text>),
    /// The same, and some words hold variables of the environment.
    Expand(Vec<Vec<Part>>),
    /// One command line for `/bin/sh -e -c`.
    Line(ScriptText),
    /// Several lines for `/bin/sh -e`, each with its line end.
    Script(ScriptText),
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// This text.
    Text(Text),
    /// What the variable holds.
    Value(Text),
    /// The words that the variable holds, split at blanks; such a part stands alone.
    Fields(Text),
}

impl Part {
    /// The text of a word that holds no variable.
    pub fn plain(word: &[Part]) -> Option<&Text> {
        match word {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

impl Run {
    /// The text that a shell runs; none where it is a program by itself.
    pub fn script(&self) -> Option<&ScriptText> {
        match self {
            Run::Line(text) | Run::Script(text) => Some(text),
            Run::Argv(_) | Run::Expand(_) => None,
        }
    }

    /// The program that it is for certain, where it is no script.
    pub(crate) fn program(&self) -> Option<&Text> {
        match self {
            Run::Argv(words) => words.first(),
            Run::Expand(words) => Part::plain(words.first()?),
            Run::Line(_) | Run::Script(_) => None,
        }
    }
}

/// A process to run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Command {
    /// The program, command line or script.
    pub run: Run,
    /// What it is called to itself, where that is not the program's name as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argv0: Option<Text>,
    /// Whether its failure counts for nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignored: bool,
    /// Whether it runs with full privileges, whatever the service's user is.
    pub privileged: bool,
    /// What is known of it.
    pub facts: CommandFacts,
}

/// What can be seen of a command without running it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CommandFacts {
    /// The program that it becomes, without its directory.
    pub program: Option<Text>,
    /// The file that it writes its process number to.
    pub pid_file: Option<Text>,
    /// It is a pipeline, or holds one.
    pub pipes: bool,
    /// It was a script, whose programs die when nobody reads what they write.
    pub dies_of_sigpipe: bool,
    /// It sleeps, waits or loops.
    pub waits: bool,
    /// It asks its init to stop the service that it belongs to.
    pub stops_itself: bool,
    /// It asks its init to stop other services.
    pub stops_others: bool,
    /// It puts something into the background.
    pub leaves_processes: bool,
    /// Of a program that is known to go into the background: whether it is told not to.
    pub foreground: Option<bool>,
}

/// When a hook runs, in the order of a service's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Before the main process; decides by its way of ending whether there is a start at all.
    Condition,
    /// Before the main process.
    PreStart,
    /// Once the main process runs; the start is done when this is.
    PostStart,
    /// Before the main process is stopped.
    PreStop,
    /// After the main process has ended, however it did.
    PostStop,
}

impl Stage {
    /// Whether it belongs to the stop.
    pub(crate) fn is_of_stop(self) -> bool {
        matches!(self, Stage::PreStop | Stage::PostStop)
    }
}

/// What a hook's failure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Failure {
    /// The start has failed, and is not tried again.
    FailsStart,
    /// Nothing.
    Ignored,
    /// The stop reports it.
    FailsStop,
}

/// When a hook of the stop runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Each time its stage is reached.
    Always,
    /// Only when somebody asked for the stop, not when the main process ended by itself.
    Requested,
}

/// A process around the main one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hook {
    /// Its stage.
    pub stage: Stage,
    /// What it runs.
    pub command: Sourced<Command>,
    /// What its failure means.
    pub failure: Failure,
    /// When it runs.
    pub when: When,
    /// Where its script does no more than to run programs one after the other: these, each only if the
    /// one before it has succeeded.
    pub steps: Vec<Step>,
}

/// A program of a script that runs one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The program and its arguments.
    pub argv: Vec<Text>,
    /// Whether its failure counts for nothing.
    pub ignored: bool,
    /// The comments of the script that belong to it, from `#` on.
    pub comments: Vec<Text>,
}
