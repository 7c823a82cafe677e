//! What the shell makes of a script otherwise than its author may have thought: syntax that only bash has, and
//! scripts that no shell can read. It is told of every process, whatever is lifted.

use bstr::{BString, ByteSlice as _};

use crate::findings::{Finding, codes};
use crate::script::remark::Remark;
use crate::script::tree::Script;
use crate::service::{Command, Service};
use crate::text::{Provenance, Sourced};

pub(super) fn report(service: &Service, findings: &mut Vec<Finding>) {
    for Sourced { value: Command { run, .. }, provenance } in service.commands() {
        let Some(text) = run.script() else { continue };
        match text.tree() {
            Ok(script) => remarks(script, text, *provenance, findings),
            Err(error) => findings.push(codes::unreadable_script(error).at(*provenance)),
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
        findings.push(codes::bash_syntax(&what, kind).see(provenance, codes::run_with_sh()));
        said.push(what);
    }
}
