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

use super::draft::{Draft, What};
use super::{program, redirect};
use crate::findings::Code;
use crate::service::Ready;
use crate::shell::tree::{AndOr, CommandKind, Word};
use crate::text::Text;

pub(super) fn lift(draft: &mut Draft<'_>, statement: &AndOr) -> Option<()> {
    let [command, logger] = statement.first.commands.as_slice() else { return None };
    let plain =
        statement.rest.is_empty() && statement.background.is_none() && statement.first.negation.is_none();
    let service = draft.service;
    let heedless = service.ready.value == Ready::Executed
        && service.success.is_empty()
        && service.reload.is_none()
        && service.io.is_none();
    if draft.strict
        || !plain
        || !heedless
        || !program::leaves_nothing(draft)
        || !draft.may_change(What::Output)
        || draft.changes.output.is_some()
    {
        return None;
    }
    let (CommandKind::Simple(command_words), CommandKind::Simple(logger_words)) =
        (&command.kind, &logger.kind)
    else {
        return None;
    };
    if !logger.redirections.is_empty()
        || !logger_words.assignments.is_empty()
        || !command_words.assignments.is_empty()
    {
        return None;
    }
    let tag = tag(draft, &logger_words.words)?;
    // Both of its outputs come to the same log, so that joining them changes nothing.
    redirect::apply(draft, &command.redirections)?;
    if draft.changes.output.is_some() {
        return None;
    }
    let execs = command_words.words.first()?.literal().is_some_and(|word| word == "exec");
    let line = program::line(draft, command_words.words.get(usize::from(execs)..)?)?;
    program::run(draft, line)?;
    draft.tell(
        Code::LiftedLogger,
        "the journal takes the place of `logger`, and the program is the main process, which on Upstart nobody saw end",
        format!("SyslogIdentifier={tag}"),
    );
    draft.changes.log_tag = Some(tag);
    Some(())
}

/// The tag of `logger -t TAG`; nothing if it is told anything else that matters.
fn tag(draft: &Draft<'_>, words: &[Word]) -> Option<Text> {
    let words: Option<Vec<_>> = words.iter().map(|word| draft.text(word)).collect();
    let words = words?;
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
    let plain =
        !tag.is_empty() && tag.iter().all(|byte| byte.is_ascii_graphic() && !b"%\\\"'".contains(byte));
    plain.then_some(Text(tag))
}
