//! The command at the end becomes a plain `ExecStart=`, with no shell around it.
//!
//! It fires where every word is known, or is a variable of the unit's own environment: `"$PORT"` and a
//! `$PORT` within a word become `${PORT}`, which systemd puts in as it is; a `$OPTIONS` that stands alone
//! stays one, which systemd splits at blanks as the shell does. A variable whose value is not known is left
//! to the shell where the shell would split it, or match it against files. A last command without `exec` ran
//! as a child of the shell, and is the main process now: its finding says how that differs.
//!
//! ```upstart
//! env PORT=8080
//! script
//!     exec /usr/bin/till --port "$PORT"
//! end script
//! ```
//!
//! ```ini
//! Environment=PORT=8080
//! ExecStart=/usr/bin/till --port ${PORT}
//! ```

use super::command_line::{Line, line, plain_at};
use super::context::{Context, SharedState};
use super::{environment, prefix, redirect, statement};
use crate::findings::codes;
use crate::script::tree::{AndOr, Simple};
use crate::service::{Exit, Part, Ready, Run};
use crate::text::Text;

/// The last statement of a script.
pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let (simple, redirections) = statement::simple(statement)?;
    redirect::apply(context, redirections)?;
    let (execs, words) = simple.program();
    if words
        .first()?
        .literal()
        .is_some_and(|word| word.starts_with(b"-") || statement::is_of_shell(&word) || statement::is_of_upstart(&word))
    {
        return None;
    }
    if !execs {
        stands_for_the_shell(context)?;
    }
    own_environment(context, simple)?;
    let line = line(context, words)?;
    run(context, line)?;
    if !execs {
        context.report(codes::shell_gone());
    }
    Some(())
}

/// What runs in the end, behind programs that only prepare the ground for it.
pub(super) fn run(context: &mut Context<'_>, line: Line) -> Option<()> {
    let mut line = prefix::strip(context, line)?;
    let program = plain_at(context, &line, 0).filter(|it| !it.is_empty() && !it.contains(&b'='))?;
    line[0] = vec![Part::Text(program)];
    let words: Option<Vec<Text>> = line.iter().map(|word| Part::plain(word).cloned()).collect();
    context.changes.run = Some(words.map_or(Run::Expand(line), Run::Argv));
    Some(())
}

/// Whether nobody can tell the program's end from that of the shell around it.
fn stands_for_the_shell(context: &Context<'_>) -> Option<()> {
    let service = context.service;
    let by_status = |exit: &Exit| matches!(exit, Exit::Status(0..=127));
    let same = !context.strict
        && matches!(service.ready.value, Ready::Executed | Ready::Finished)
        && service.reload.is_none()
        && leaves_nothing(context)
        && service.success.iter().all(|exit| by_status(&exit.value));
    same.then_some(())
}

/// Whether the main process is not known to go into the background, from a shell that then ends.
pub(super) fn leaves_nothing(context: &Context<'_>) -> bool {
    let facts = context.service.main.first().map(|main| &main.value.facts);
    facts.is_none_or(|facts| !facts.leaves_processes && facts.foreground != Some(false))
}

/// `A=b` in front of the command.
fn own_environment(context: &mut Context<'_>, simple: &Simple) -> Option<()> {
    if !simple.assignments.is_empty() && !context.may_change(SharedState::Environment) {
        return None;
    }
    for assignment in &simple.assignments {
        let value = context.text(&assignment.value)?;
        environment::set(context, &assignment.name, &value)?;
    }
    Some(())
}
