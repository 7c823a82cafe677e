//! What the shell makes of a script otherwise than its author may have thought: syntax that only bash has, and
//! scripts that no shell can read. It is told of every process, whatever is lifted.

use bstr::{BString, ByteSlice as _};

use crate::findings::{Code, Finding};
use crate::script::remark::Remark;
use crate::script::tree::Script;
use crate::service::{Command, Service};
use crate::text::{Provenance, Sourced};

pub(super) fn report(service: &Service, findings: &mut Vec<Finding>) {
    for Sourced { value: Command { run, .. }, provenance } in service.commands() {
        let Some(text) = run.script() else { continue };
        match text.tree() {
            Ok(script) => remarks(script, text, *provenance, findings),
            Err(error) => findings.push(
                Finding::new(Code::UnreadableScript, format!("the shell cannot read this script: {error}"))
                    .at(*provenance)
                    .help("it fails on both inits; look at the place with `sh -n`"),
            ),
        }
    }
}

/// What bash would have read otherwise: the author may have tried it in that.
fn remarks(script: &Script, text: &[u8], provenance: Provenance, findings: &mut Vec<Finding>) {
    let mut said: Vec<BString> = Vec::new();
    for Remark { kind, span } in &script.remarks {
        let what = BString::from(span.of(text).lines().next().unwrap_or_default());
        if said.contains(&what) {
            continue;
        }
        let message = format!("`{what}` is not what it is in bash: {kind}");
        findings.push(
            Finding::new(Code::BashSyntax, message)
                .see(provenance, "both inits run it with /bin/sh, which is dash on Debian and Ubuntu")
                .help(
                    "where it was written on a system whose /bin/sh is bash, write it for sh, or name bash",
                ),
        );
        said.push(what);
    }
}
