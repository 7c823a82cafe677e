//! What is wrong with a text that somebody wrote.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use bstr::ByteSlice as _;

use super::verify;
use crate::plan::Store;
use crate::plan::model::{File, FileKind};
use crate::root::RootPath;
use crate::shell;
use crate::systemd::load::{Loaded, UnitFiles, UnitName};
use crate::systemd::target::Version;
use crate::text::{Source, line};

/// Something that is wrong with a text, or to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: Option<usize>,
    /// Whether somebody has to say that it is meant so.
    pub is_error: bool,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl Complaint {
    /// That something is wrong.
    pub fn error(line: Option<usize>, message: impl Into<String>) -> Complaint {
        Complaint { line, is_error: true, message: message.into() }
    }

    /// That something is to be known.
    pub fn remark(message: impl Into<String>) -> Complaint {
        Complaint { line: None, is_error: false, message: message.into() }
    }
}

/// Checks a text for a file of a plan: all that can be said without installing it.
pub fn check(store: &Store, file: &File, text: &[u8]) -> Vec<Complaint> {
    let mut complaints = match file.kind {
        FileKind::Unit | FileKind::DropIn => unit(store, file, text),
        FileKind::Script => script(text),
        FileKind::Tmpfiles | FileKind::BusService | FileKind::UdevRule | FileKind::Preset => Vec::new(),
    };
    if file.kind != FileKind::Script
        && let Some(at) = text.find_byte(0)
    {
        complaints.push(Complaint::error(Some(line(text, at)), "there is a NUL byte"));
    }
    complaints
}

fn unit(store: &Store, file: &File, text: &[u8]) -> Vec<Complaint> {
    let Some(files) = unit_files(file, text) else { return Vec::new() };
    if text.trim_ascii().is_empty() && file.kind == FileKind::Unit {
        return vec![Complaint::error(
            None,
            "the file is empty: to systemd the unit is masked, and never starts",
        )];
    }
    let loaded = Loaded::read(&files);
    let at = |offset: usize| Some(line(text, offset));
    let mut complaints: Vec<Complaint> = loaded
        .problems
        .iter()
        .map(|problem| Complaint::error(at(problem.origin.span.start), problem.kind.to_string()))
        .collect();
    let target = Version(store.plan().how.target_systemd);
    for (setting, row) in loaded.effective() {
        if row.since > target {
            let message = format!(
                "systemd {target} does not know `{}=`: {} is the first that does",
                row.name, row.since
            );
            complaints.push(Complaint::error(at(setting.origin.span.start), message));
        }
    }
    complaints.sort_by_key(|complaint| complaint.line);
    // What is said of the text before is not the edit's fault.
    complaints.extend(verify::verify(store, &file.path, text));
    let install = |text: &[u8]| {
        let loaded = unit_files(file, text).map(|files| Loaded::read(&files));
        let loaded = loaded.into_iter().flat_map(|loaded| loaded.settings);
        let install = loaded.filter(|setting| setting.section.as_slice() == b"Install");
        install.map(|setting| (setting.key, setting.value)).collect::<Vec<_>>()
    };
    if store.generated(&file.path).is_ok_and(|generated| install(&generated) != install(text)) {
        complaints
            .push(Complaint::remark("the links of the plan stay as they are, although [Install] changed"));
    }
    complaints
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

fn script(text: &[u8]) -> Vec<Complaint> {
    let first = text.lines().next().unwrap_or_default();
    let Some(interpreter) = first.strip_prefix(b"#!") else {
        let message = "the first line does not say `#!/bin/sh`: systemd cannot run it";
        return vec![Complaint::error(Some(1), message)];
    };
    let program = interpreter.trim_ascii().split_str(" ").next().unwrap_or_default();
    let name = program.rsplit_str("/").next().unwrap_or_default();
    if !matches!(name, b"sh" | b"dash") {
        return vec![Complaint::remark(format!("it is not checked: it is for {}", program.to_str_lossy()))];
    }
    let mut complaints = Vec::new();
    if let Err(opaque) = shell::parse(text) {
        let message = opaque.reason.to_string();
        complaints.push(Complaint::error(Some(line(text, opaque.span.start)), message));
    }
    complaints.extend(sh(text));
    complaints
}

/// What the machine's own shell says.
fn sh(text: &[u8]) -> Option<Complaint> {
    let mut script = tempfile::NamedTempFile::new().ok()?;
    script.write_all(text).ok()?;
    let output = Command::new("sh").arg("-n").arg(script.path()).stdin(Stdio::null()).output().ok()?;
    if output.status.success() {
        return None;
    }
    let said = output.stderr.to_str_lossy();
    // `FILE: LINE: what is wrong`, as dash and bash have it.
    let said = said.lines().next().unwrap_or_default();
    let rest = said.split_once(&shown(script.path())).map_or(said, |(_, rest)| rest);
    let rest = rest.trim_start_matches(':').trim_start();
    let number = rest.trim_start_matches("line ").split(':').next().and_then(|word| word.trim().parse().ok());
    let message =
        if number.is_some() { rest.split_once(':').map_or(rest, |(_, rest)| rest.trim()) } else { rest };
    Some(Complaint::error(number, format!("sh: {message}")))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
