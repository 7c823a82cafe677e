//! Specifiers: what systemd puts in for `%n` and its kin (systemd.unit(5), "Specifiers").

use super::Reader;
use crate::findings::{Finding, Subject, codes};
use crate::service::Part;
use crate::systemd::counterparts;
use crate::systemd::load::Setting;
use crate::systemd::value::{self, Parts};
use crate::text::Text;

/// The variable that names an instance in a job.
pub(super) const INSTANCE: &str = "INSTANCE";

/// Specifiers that a template's instance is part of.
const OF_INSTANCE: &[char] = &['i', 'I', 'n', 'N', 'f'];

/// Specifiers that the name of the unit alone tells.
const OF_NAME: &[char] = &['n', 'N', 'p', 'P', 'i', 'I', 'j', 'J', 'f'];

impl Reader<'_> {
    /// A text with its specifiers as parts.
    pub(super) fn known_parts(&mut self, parts: &Parts, setting: &Setting) -> Vec<Part> {
        let mut out: Vec<Part> = Vec::new();
        for part in &parts.0 {
            match part {
                value::Part::Text(text) => push(&mut out, text),
                value::Part::Specifier(letter) => self.specifier(*letter, &mut out, setting),
            }
        }
        if out.is_empty() {
            out.push(Part::Text(Text::default()));
        }
        out
    }

    pub(super) fn specifier(&mut self, letter: char, out: &mut Vec<Part>, setting: &Setting) {
        if self.unit.name.is_template() && OF_INSTANCE.contains(&letter) {
            // Of the name, what stands before the instance and behind it is known.
            let prefix = self.unit.name.prefix();
            match letter {
                'n' | 'N' => push(out, format!("{prefix}@").as_bytes()),
                'f' => push(out, b"/"),
                _ => {}
            }
            out.push(Part::Value(INSTANCE.into()));
            if letter == 'n' {
                push(out, b".service");
            }
            return;
        }
        let specifier = Subject::Setting(format!("%{letter}").as_str().into());
        let alone = Parts(vec![value::Part::Specifier(letter)]);
        match alone.resolve(&self.unit.name, &|_| None) {
            Ok(text) => {
                if !OF_NAME.contains(&letter) {
                    self.report_once(codes::resolved_specifier(letter, &text).about(specifier), setting);
                }
                push(out, &text);
            }
            Err(letter) => {
                self.report_once(codes::machine_specifier(letter).about(specifier), setting);
                push(out, format!("%{letter}").as_bytes());
            }
        }
    }

    /// A text with its specifiers resolved, where a job has no variables.
    pub(super) fn resolved(&mut self, text: &[u8], setting: &Setting) -> Text {
        match Parts::read(text) {
            Ok(parts) => self.resolved_parts(&parts, setting),
            // systemd takes no such value, and the finding for that is there.
            Err(_) => text.into(),
        }
    }

    /// A path that only scripts of the job name: the instance's variable may stand in it.
    pub(super) fn in_script(&mut self, parts: &Parts, setting: &Setting) -> Text {
        join(&self.known_parts(parts, setting))
    }

    /// The same, once it has been read.
    pub(super) fn resolved_parts(&mut self, parts: &Parts, setting: &Setting) -> Text {
        let parts = self.known_parts(parts, setting);
        let varies = parts.iter().any(|part| !matches!(part, Part::Text(_)));
        if varies && !is_of_scripts(&setting.key) {
            let about = Subject::Setting(setting.key.as_slice().into());
            let finding = codes::stanza_without_instance(&setting.key, &setting.value);
            self.report_once(finding.about(about), setting);
        }
        join(&parts)
    }

    fn report_once(&mut self, finding: Finding, setting: &Setting) {
        let finding = finding.at(setting.origin);
        if !self.findings.iter().any(|known| known.is_same(&finding)) {
            self.findings.push(finding);
        }
    }
}

/// The parts in a row, variables as `$NAME`.
fn join(parts: &[Part]) -> Text {
    let mut out = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text),
            Part::Value(name) | Part::Fields(name) => out.extend([b"$", name.as_slice()].concat()),
        }
    }
    out.into()
}

/// Whether the value ends up where nobody expands it and that does not matter, or in a script, where the
/// shell does.
fn is_of_scripts(key: &[u8]) -> bool {
    matches!(key, b"Description" | b"EnvironmentFile")
        || key.starts_with(b"Condition")
        || key.starts_with(b"Assert")
        || std::str::from_utf8(key).is_ok_and(|key| matches!(counterparts::directory_kind(key), Some((_, false))))
}

/// Adds text, to the text that is there already where there is any.
pub(super) fn push(out: &mut Vec<Part>, text: &[u8]) {
    match out.last_mut() {
        Some(Part::Text(last)) => *last = Text::from([last.as_slice(), text].concat()),
        _ if text.is_empty() => {}
        _ => out.push(Part::Text(text.into())),
    }
}

/// What names an instance: the variable, or what it is where nobody says.
pub(super) fn pattern(variable: &[u8], default: Option<&Text>) -> Text {
    match default {
        Some(default) => [b"${".as_slice(), variable, b":-", default, b"}"].concat().into(),
        None => [b"$", variable].concat().into(),
    }
}
