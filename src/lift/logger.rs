//! `PROGRAM | logger -t TAG` becomes `ExecStart=PROGRAM` with `SyslogIdentifier=TAG`.
//!
//! The journal does what the logger did, with the tag. On Upstart such a job's main process is the shell, whose
//! exit status is the logger's; with `exec` in front it is no different. So nobody saw how the program
//! ended; now it is the main process. The finding says so. It fires where the job says nothing of exit statuses, and
//! nothing but the main process would notice.
//!
//! ```upstart
//! exec /usr/bin/till 2>&1 | logger -t till
//! ```
//!
//! ```ini
//! SyslogIdentifier=till
//! ExecStart=/usr/bin/till
//! ```

use super::context::{Context, SharedState};
use super::statement::bare;
use super::{command_line, program, redirect};
use crate::findings::codes;
use crate::script::tree::{AndOr, Word};
use crate::service::Ready;
use crate::text::Text;

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let [command, logger] = statement.first.commands.as_slice() else { return None };
    let plain = statement.rest.is_empty() && statement.background.is_none() && statement.first.negation.is_none();
    let service = context.service;
    let ignores_it = service.ready.value == Ready::Executed
        && service.success.is_empty()
        && service.reload.is_none()
        && service.io.is_none();
    if context.strict
        || !plain
        || !ignores_it
        || !program::leaves_nothing(context)
        || !context.may_change(SharedState::Output)
        || context.changes.output.is_some()
    {
        return None;
    }
    let simple = command.simple().filter(|simple| simple.assignments.is_empty())?;
    let tag = tag(context, bare(logger)?)?;
    // Both of its outputs come to the same log, so that joining them changes nothing.
    redirect::apply(context, &command.redirections)?;
    if context.changes.output.is_some() {
        return None;
    }
    let line = command_line::line(context, simple.program().1)?;
    program::run(context, line)?;
    context.report(codes::lifted_logger().became(format!("SyslogIdentifier={tag}")));
    context.changes.log_tag = Some(tag);
    Some(())
}

/// The tag of `logger -t TAG`; nothing if it is told anything else that matters.
fn tag(context: &Context<'_>, words: &[Word]) -> Option<Text> {
    let words = words.iter().map(|word| context.text(word)).collect::<Option<Vec<_>>>()?;
    let (name, options) = words.split_first()?;
    if name != "logger" && name != "/usr/bin/logger" {
        return None;
    }
    let mut tag = None;
    let mut options = options.iter();
    while let Some(option) = options.next() {
        match option.as_slice() {
            b"-i" => {}
            b"-t" | b"--tag" => tag = Some(options.next()?.clone()),
            option => tag = Some(option.strip_prefix(b"-t").or(option.strip_prefix(b"--tag="))?.into()),
        }
    }
    let tag = tag?;
    let plain = !tag.is_empty() && tag.iter().all(|byte| byte.is_ascii_graphic() && !b"%\\\"'".contains(byte));
    plain.then_some(Text(tag))
}
