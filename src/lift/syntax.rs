//! What the shell makes of a script otherwise than its author may have thought: syntax that only bash has, and
//! scripts that no shell can read. It is told of every process, whatever is lifted.

use bstr::{BString, ByteSlice as _};

use super::statement;
use crate::findings::{Code, Finding};
use crate::service::{Command, Service};
use crate::shell::bash;
use crate::shell::tree::Script;
use crate::text::{Origin, Sourced};

pub(super) fn report(service: &Service, findings: &mut Vec<Finding>) {
    let hooks = service.hooks.iter().map(|hook| &hook.command);
    for Sourced { value: Command { run, .. }, origin } in service.main.iter().chain(hooks) {
        let Some(text) = statement::text(run) else { continue };
        match text.tree() {
            Ok(script) => remarks(script, text, *origin, findings),
            Err(opaque) => findings.push(
                Finding::new(Code::UnreadableScript, format!("the shell cannot read this script: {opaque}"))
                    .at(*origin)
                    .help("it fails on both inits; look at the place with `sh -n`"),
            ),
        }
    }
}

/// What bash would have read otherwise: the author may have tried it in that.
fn remarks(script: &Script, text: &[u8], origin: Origin, findings: &mut Vec<Finding>) {
    let mut said: Vec<BString> = Vec::new();
    for bash::Remark { kind, span } in &script.remarks {
        let what = BString::from(span.of(text).lines().next().unwrap_or_default());
        if said.contains(&what) {
            continue;
        }
        let message = format!("`{what}` is not what it is in bash: {}", kind.explanation());
        findings.push(
            Finding::new(Code::BashSyntax, message)
                .see(origin, "both inits run it with /bin/sh, which is dash on Debian and Ubuntu")
                .help(
                    "where it was written on a system whose /bin/sh is bash, write it for sh, or name bash",
                ),
        );
        said.push(what);
    }
}
