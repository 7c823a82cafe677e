//! **Programs before the program** (`CUT243`, with `--lift all`): what a main script runs before its command becomes
//! `ExecStartPre=` lines.
//!
//! ```sh
//! mkdir -p /run/till                  # ExecStartPre=mkdir -p /run/till
//! modprobe loop || true               # ExecStartPre=-modprobe loop
//! exec /usr/sbin/tilld -f             # ExecStart=/usr/sbin/tilld -f
//! ```
//!
//! They are programs with fixed arguments that are known to end soon and to leave nothing behind, four at the
//! most. On Upstart the job counts as started while they run; the unit does so when they are done, and the warning says
//! it. What the script prepares has to stand before them: a directive holds for them, too. Where the
//! command writes over a file, they would as well, and the script stays; so it does where the command has a mask or a
//! directory of its own. Where it has a user of its own, they run with full privileges (`+`), as they did.

use bstr::ByteSlice as _;

use super::context::{Changes, Context};
use super::steps::{self, leaves_nothing};
use super::{command_line, statement};
use crate::findings::{Subject, codes};
use crate::script::tree::Script;
use crate::service::{Ready, Sink, Step};
use crate::text::Span;

/// Takes the programs that stand from a place of a script up to its last statement.
pub(super) fn lift(context: &mut Context<'_>, text: &[u8], script: &Script, from: usize) -> Option<()> {
    let last = script.commands.len().checked_sub(1)?;
    let is_held = matches!(context.service.ready.value, Ready::Executed | Ready::Finished | Ready::Forked(_));
    if !context.assumes || !is_held || from >= last {
        return None;
    }
    let mut found: Vec<Step> = Vec::new();
    for statement in script.commands[from..last].iter().filter(|statement| !statement::is_idle(statement)) {
        found.extend(steps::programs(statement, false)?);
    }
    if found.is_empty() || found.len() > steps::MOST || !found.iter().all(leaves_nothing) {
        return None;
    }
    let part = Span::new(script.commands[from].span.start, script.commands[last - 1].span.end).of(text);
    let first = part.lines().next().unwrap_or_default().as_bstr();
    let finding = codes::assumed_up_late(first);
    command_line::assume(context, [Subject::Call(first.as_bytes().into())], finding);
    context.changes.before = found;
    context.changes.before_text = Some(part.into());
    Some(())
}

/// Whether the programs before the command may have what it has besides.
pub(super) fn may_share(before: &Changes, now: &Changes) -> bool {
    let overwrites = |sink: &Sink| matches!(sink, Sink::Truncate(_));
    before.directory == now.directory
        && before.umask == now.umask
        && now.output.as_ref().is_none_or(|output| !overwrites(&output.out) && !overwrites(&output.error))
}
