//! What is wrong with a text that somebody wrote.

use std::io::Write as _;
use std::process::{Command, Stdio};

use bstr::ByteSlice as _;

use super::diagnostic::Diagnostic;
use super::verify;
use crate::plan::Store;
use crate::plan::model::{File, FileKind};
use crate::root::RootPath;
use crate::script::{self, base_name};
use crate::systemd::load::{Loaded, UnitFiles, UnitName};
use crate::systemd::version::Version;
use crate::text::{Source, line};

/// Checks a text for a file of a plan: all that can be said without installing it.
pub fn check(store: &Store, file: &File, text: &[u8]) -> Vec<Diagnostic> {
    let mut diagnostics = match file.kind {
        FileKind::Unit | FileKind::DropIn => unit(store, file, text),
        FileKind::Script => script(text),
        FileKind::Tmpfiles | FileKind::BusService | FileKind::UdevRule | FileKind::Preset => Vec::new(),
    };
    if file.kind != FileKind::Script
        && let Some(at) = text.find_byte(0)
    {
        diagnostics.push(Diagnostic::error(Some(line(text, at)), "there is a NUL byte"));
    }
    diagnostics
}

fn unit(store: &Store, file: &File, text: &[u8]) -> Vec<Diagnostic> {
    let Some(files) = unit_files(file, text) else { return Vec::new() };
    if text.trim_ascii().is_empty() && file.kind == FileKind::Unit {
        return vec![Diagnostic::error(None, "the file is empty: to systemd the unit is masked, and never starts")];
    }
    let loaded = Loaded::read(&files);
    let at = |offset: usize| Some(line(text, offset));
    let mut diagnostics: Vec<Diagnostic> = loaded
        .problems
        .iter()
        .map(|problem| Diagnostic::error(at(problem.origin.span.start), problem.kind.to_string()))
        .collect();
    let target = Version(store.plan().options.target_systemd);
    for (setting, row) in loaded.effective() {
        if row.since > target {
            let message =
                format!("systemd {target} does not know `{}=`: {} is the first that does", row.name, row.since);
            diagnostics.push(Diagnostic::error(at(setting.origin.span.start), message));
        }
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.line);
    // What is said of the text before is not the edit's fault.
    diagnostics.extend(verify::verify(store, &file.path, text));
    let install = |text: &[u8]| {
        let loaded = unit_files(file, text).map(|files| Loaded::read(&files));
        let loaded = loaded.into_iter().flat_map(|loaded| loaded.settings);
        let install = loaded.filter(|setting| setting.section.as_slice() == b"Install");
        install.map(|setting| (setting.key, setting.value)).collect::<Vec<_>>()
    };
    if store.generated(&file.path).is_ok_and(|generated| install(&generated) != install(text)) {
        diagnostics.push(Diagnostic::remark("the links of the plan stay as they are, although [Install] changed"));
    }
    diagnostics
}

/// The text as a unit, or as a drop-in of one.
fn unit_files(file: &File, text: &[u8]) -> Option<UnitFiles> {
    let name = |path: &RootPath| path.name().map(|name| name.to_str_lossy().into_owned());
    let source = Source { name: file.path.to_string(), text: text.to_owned() };
    if file.kind == FileKind::DropIn {
        let unit: UnitName = name(&file.path.parent()?)?.strip_suffix(".d")?.parse().ok()?;
        let mut files = UnitFiles::single(unit, source.clone());
        files.fragment = None;
        files.drop_ins.push(source);
        return Some(files);
    }
    Some(UnitFiles::single(name(&file.path)?.parse().ok()?, source))
}

fn script(text: &[u8]) -> Vec<Diagnostic> {
    let first = text.lines().next().unwrap_or_default();
    let Some(interpreter) = first.strip_prefix(b"#!") else {
        let message = "the first line does not say `#!/bin/sh`: systemd cannot run it";
        return vec![Diagnostic::error(Some(1), message)];
    };
    let program = interpreter.trim_ascii().split_str(" ").next().unwrap_or_default();
    if !matches!(base_name(program), b"sh" | b"dash") {
        return vec![Diagnostic::remark(format!("it is not checked: it is for {}", program.to_str_lossy()))];
    }
    let mut diagnostics = Vec::new();
    if let Err(error) = script::parse(text) {
        let message = error.reason.to_string();
        diagnostics.push(Diagnostic::error(Some(line(text, error.span.start)), message));
    }
    diagnostics.extend(sh(text));
    diagnostics
}

/// What the machine's own shell says.
fn sh(text: &[u8]) -> Option<Diagnostic> {
    let mut script = tempfile::NamedTempFile::new().ok()?;
    script.write_all(text).ok()?;
    let output = Command::new("sh").arg("-n").arg(script.path()).stdin(Stdio::null()).output().ok()?;
    if output.status.success() {
        return None;
    }
    let stderr = output.stderr.to_str_lossy();
    // `FILE: LINE: what is wrong`, as dash and bash have it.
    let stderr = stderr.lines().next().unwrap_or_default();
    let rest = stderr.split_once(&script.path().display().to_string()).map_or(stderr, |(_, rest)| rest);
    let rest = rest.trim_start_matches(':').trim_start();
    let number = rest.trim_start_matches("line ").split(':').next().and_then(|word| word.trim().parse().ok());
    let message = if number.is_some() { rest.split_once(':').map_or(rest, |(_, rest)| rest.trim()) } else { rest };
    Some(Diagnostic::error(number, format!("sh: {message}")))
}
