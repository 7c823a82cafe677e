//! What `convert` and `reverse` share: where results go, and what is said of them.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::{CommandError, Result, Status};
use super::options::Format;
use super::render::{self, Detail, Excerpted};
use super::summary::Summary;
use crate::convert::output::{self, OutputFile};
use crate::findings::{Code, Finding, Severity};
use crate::text::Source;

/// Where results go, and how much is said.
#[derive(clap::Args)]
pub(crate) struct OutputArgs {
    /// Write a tree as it will lie on the root: DIR/etc/systemd/system/… or DIR/etc/init/…, and what belongs to it
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Overwrite files that are there already
    #[arg(long, requires = "out")]
    force: bool,
    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
    /// Let warnings count as something that needs manual action
    #[arg(long)]
    strict: bool,
    /// Show every finding in full, also where many definitions have the same one
    #[arg(long, short)]
    verbose: bool,
}

/// Where a single text goes.
#[derive(clap::Args)]
pub(crate) struct FileArgs {
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Overwrite the file if it is there already
    #[arg(long, requires = "out")]
    force: bool,
}

impl FileArgs {
    /// The end of the file's name, which may tell the format.
    pub fn extension(&self) -> Option<&str> {
        self.out.as_ref()?.extension()?.to_str()
    }

    pub fn write(&self, text: String, mode: u32) -> Result<()> {
        let Some(out) = &self.out else {
            let mut stdout = io::stdout().lock();
            stdout.write_all(text.as_bytes())?;
            return Ok(stdout.flush()?);
        };
        let (parent, name) = (out.parent().unwrap_or(Path::new("")), out.file_name().unwrap_or_default());
        let Some(name) = name.to_str() else {
            return Err(CommandError::new(format!("{}: the name of a file has to be UTF-8", out.display())));
        };
        let file = OutputFile { path: name.to_owned(), text: text.into_bytes(), mode };
        Ok(output::write(parent, &file, self.force)?)
    }
}

/// What a run made, and what is to be said of it.
pub struct Made<'a> {
    /// Files; one that several definitions need counts once.
    pub files: Vec<OutputFile>,
    /// What could not be read.
    pub errors: Vec<String>,
    /// The findings, definition by definition.
    pub findings: Vec<FindingList<'a>>,
    /// Findings about files that are no definition.
    pub others: &'a [(Source, Finding)],
    /// What holds for all definitions.
    pub general: &'a [Finding],
    pub summary: Summary,
}

/// The findings of one definition, and its files.
pub(crate) struct FindingList<'a> {
    pub findings: &'a [Finding],
    pub sources: Vec<&'a Source>,
}

/// Where results are printed.
type Out = BufWriter<io::StdoutLock<'static>>;

impl OutputArgs {
    /// Writes the files, and says what is to be said; `json` writes the report for programs.
    pub fn finish(
        &self,
        made: Made<'_>,
        color: bool,
        json: impl FnOnce(&Summary, &[String], &mut Out) -> serde_json::Result<()>,
    ) -> Result {
        let Made { files, mut errors, findings, others, general, summary } = made;
        let mut seen = HashSet::new();
        let files = files.iter().filter(|file| seen.insert(file.path.as_str()));
        let mut printed = Vec::new();
        match &self.out {
            Some(root) => {
                let failed = files.filter_map(|file| output::write(root, file, self.force).err());
                errors.extend(failed.map(|error| error.to_string()));
            }
            None => printed.extend(files),
        }
        let mut messages = BufWriter::new(io::stderr().lock());
        for error in &errors {
            writeln!(messages, "error: {error}")?;
        }
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        match self.format {
            Format::Json => {
                json(&summary, &errors, &mut out)?;
                writeln!(out)?;
            }
            Format::Text => {
                print_findings(&findings, self.verbose, color, &mut messages)?;
                for (source, finding) in others {
                    let text = render::finding(finding, &[Excerpted::new(source)], color);
                    messages.write_all(text.as_bytes())?;
                }
                for finding in general {
                    messages.write_all(render::finding(finding, &[], color).as_bytes())?;
                }
                for (index, file) in printed.iter().enumerate() {
                    writeln!(out, "{}# {}", if index > 0 { "\n" } else { "" }, file.path)?;
                    out.write_all(&file.text)?;
                }
                out.flush()?;
                summary.write(&mut messages)?;
            }
        }
        out.flush()?;
        messages.flush()?;
        let grave = if self.strict { Severity::Warning } else { Severity::Manual };
        let needs_action = findings.iter().flat_map(|one| one.findings).any(|finding| finding.severity() >= grave);
        Ok(Status::of(errors.is_empty(), needs_action))
    }
}

/// Findings of one kind that are all shown in full. Of more notes, the first one is shown, with their
/// number; more warnings are shown on a line each.
const MOST_OF_A_CODE: usize = 3;

/// Prints the findings, definition by definition.
fn print_findings(all: &[FindingList<'_>], verbose: bool, color: bool, out: &mut impl io::Write) -> io::Result<()> {
    let details = details(all, verbose);
    let texts: Vec<String> = all
        .par_iter()
        .zip(details)
        .map(|(one, details)| {
            let sources: Vec<Excerpted<'_>> = one.sources.iter().map(|source| Excerpted::new(source)).collect();
            let findings = one.findings.iter().zip(details);
            findings.map(|(finding, detail)| render::detailed(finding, &sources, color, detail)).collect()
        })
        .collect();
    texts.iter().try_for_each(|text| out.write_all(text.as_bytes()))
}

/// In how much detail each finding is shown. What needs manual action, and every error, is always shown
/// in full.
fn details(all: &[FindingList<'_>], verbose: bool) -> Vec<Vec<Detail>> {
    let mut counts: HashMap<Code, usize> = HashMap::new();
    for finding in all.iter().flat_map(|one| one.findings) {
        *counts.entry(finding.code).or_default() += 1;
    }
    let mut shown: HashMap<Code, usize> = HashMap::new();
    let mut detail = |finding: &Finding| {
        let count = counts.get(&finding.code).copied().unwrap_or(0);
        let before = shown.entry(finding.code).or_default();
        *before += 1;
        match finding.severity() {
            _ if verbose || count <= MOST_OF_A_CODE => Detail::Full,
            // One line for each job, so that none goes away unseen.
            _ if finding.code == Code::RetiredJob => Detail::Line,
            Severity::Note if *before == 1 => Detail::Counted(count - 1),
            Severity::Note => Detail::Hidden,
            Severity::Warning if *before > MOST_OF_A_CODE => Detail::Line,
            _ => Detail::Full,
        }
    };
    all.iter().map(|one| one.findings.iter().map(&mut detail).collect()).collect()
}
