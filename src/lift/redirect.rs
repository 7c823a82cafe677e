//! `>>FILE 2>&1` becomes `StandardOutput=append:FILE` and `StandardError=append:FILE`.
//!
//! It fires for output that goes to a file with a known absolute path, or to `/dev/null`, where nothing but
//! the main process would notice and the process is root's: systemd opens the file as root, the shell did
//! so as the service's user. `>FILE` empties the file (`truncate:`). `2>&1` alone changes nothing, since both go
//! to the log; nor does `</dev/null`. Input from another file is `StandardInput=file:FILE`.
//!
//! ```upstart
//! exec /usr/bin/till >>/var/log/till.log 2>&1
//! ```
//!
//! ```ini
//! ExecStart=/usr/bin/till
//! StandardOutput=append:/var/log/till.log
//! StandardError=append:/var/log/till.log
//! ```

use super::context::{Context, SharedState};
use super::statement::simple;
use crate::findings::codes;
use crate::script::tree::{AndOr, Redirection, RedirectionOperator as Operator};
use crate::service::{Io, Output, Sink};
use crate::text::Text;

/// `exec` with nothing but redirections.
pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let (simple, redirections) = simple(statement)?;
    let [exec] = simple.words.as_slice() else { return None };
    if !exec.is("exec") || !simple.assignments.is_empty() || redirections.is_empty() {
        return None;
    }
    apply(context, redirections)
}

/// Redirections of the process itself.
pub(super) fn apply(context: &mut Context<'_>, redirections: &[Redirection]) -> Option<()> {
    if redirections.is_empty() {
        return Some(());
    }
    let standard = match context.service.io.as_ref().map(|io| io.value) {
        None | Some(Io::Log) => Sink::Log,
        Some(Io::Null) => Sink::Null,
        Some(Io::Console | Io::ConsoleOwner) => return None,
    };
    let before = context.changes.output.clone().unwrap_or(Output { out: standard.clone(), error: standard });
    let mut output = before.clone();
    let mut input = context.changes.input.clone();
    for redirection in redirections {
        let descriptor = redirection.descriptor;
        let target = context.text(&redirection.target)?;
        match (redirection.operator, descriptor, target.as_slice()) {
            (Operator::DuplicateOutput, Some(2), b"1") => output.error = output.out.clone(),
            (Operator::DuplicateOutput, None | Some(1), b"2") => output.out = output.error.clone(),
            (Operator::Input, None | Some(0), b"/dev/null") => input = None,
            (Operator::Input, None | Some(0), path) if path.starts_with(b"/") && !path.starts_with(b"/dev/") => {
                input = Some(Text::from(path));
            }
            (Operator::Output | Operator::Clobber | Operator::Append, None | Some(1 | 2), path)
                if path.starts_with(b"/") =>
            {
                let path: Text = path.into();
                let sink = match redirection.operator {
                    _ if path.as_slice() == b"/dev/null" => Sink::Null,
                    _ if path.starts_with(b"/dev/") || path.starts_with(b"/proc/") => return None,
                    Operator::Append => Sink::Append(path),
                    _ => Sink::Truncate(path),
                };
                let (own, other) = if descriptor == Some(2) {
                    (&mut output.error, &output.out)
                } else {
                    (&mut output.out, &output.error)
                };
                // Opened twice, each would write over what the other wrote; systemd opens it once.
                if matches!(sink, Sink::Truncate(_)) && sink == *other {
                    return None;
                }
                *own = sink;
            }
            _ => return None,
        }
    }
    if output == before && input == context.changes.input {
        return Some(());
    }
    let to_file = |sink: &Sink| matches!(sink, Sink::Append(_) | Sink::Truncate(_));
    let as_other = context.service.user.is_some() || context.service.root.is_some();
    let files = input.is_some() || to_file(&output.out) || to_file(&output.error);
    if !context.may_change(SharedState::Output) || as_other && files {
        return None;
    }
    if input != context.changes.input {
        context.report(codes::lifted_input());
        context.changes.input = input;
    }
    if output != before {
        context.report(codes::lifted_output());
        context.changes.output = Some(output);
    }
    Some(())
}
