//! `cutover diff`: two definitions, held against each other.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use indexmap::IndexMap;
use serde::Serialize;

use super::error::{CommandError, Result, Status};
use super::options::Format;
use super::render::{self, Excerpted};
use crate::compare::table::{self, Layout};
use crate::compare::text::{self, Named};
use crate::compare::{Comparison, Definition, Grade, Init, compare};
use crate::convert::upstart_input::{self as jobs, InputError};
use crate::convert::{self, systemd_input as units};
use crate::findings::Severity;
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::write::Options;
use crate::text::{Source, Text};
use crate::upstart::distribution::Distribution;
use crate::upstart::read::JobFiles;
use crate::upstart::write as upstart;

/// Compare two definitions by what they do, and by their text
///
/// Each is an Upstart job or a systemd unit, told apart by the file's name; a job is read with its
/// override, a unit with its drop-ins and with the sockets, paths and timers beside it that start it. Where
/// a definition says nothing, what its init does by itself is compared. Every difference comes with
/// its place on both sides, and is graded: `≠` somebody may notice it; `≈` it does no harm. What differs
/// for every job and unit alike, because the inits have other habits, is left to --all.
///
/// Then the texts are compared. A job and a unit have no text in common: there the text of B is
/// compared with what `cutover convert` or `cutover reverse` makes of A.
///
/// Exit status: 0 they do the same (harmless differences count as none, but with --strict); 1 they
/// differ in what they do; 2 something could not be read. The texts do not count.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover diff /etc/init/web.conf /lib/systemd/system/web.service
  cutover diff old/web.conf new/web.conf --text side-by-side
  cutover diff a.service b.service --format json | jq '.differences[] | select(.grade == \"differs\")'
  cutover diff old/web.conf new/web.conf | patch -p1 -d old")]
pub(crate) struct Args {
    /// A job or a unit
    #[arg(value_name = "A")]
    left: PathBuf,
    /// Another job or unit
    #[arg(value_name = "B")]
    right: PathBuf,
    /// `text` for people, `json` for programs
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    format: Format,
    /// How the texts are compared: as a patch, in two columns, or not at all
    #[arg(long, default_value = "unified", value_name = "HOW")]
    text: TextArg,
    /// Short for --text side-by-side
    #[arg(long, conflicts_with = "text")]
    side_by_side: bool,
    /// Show what is the same as well, and what differs for every job and unit
    #[arg(long)]
    all: bool,
    /// Let harmless differences count
    #[arg(long)]
    strict: bool,
    /// Columns of the output [default: those of the terminal, or 100]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
    /// Leave overrides of jobs aside
    #[arg(long)]
    no_override: bool,
    /// Leave drop-ins of units aside
    #[arg(long)]
    no_drop_in: bool,
    /// Whose Upstart the jobs are for, and so what their events mean [default: found out from the jobs]
    #[arg(long, value_name = "DISTRIBUTION")]
    origin: Option<Distribution>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TextArg {
    Unified,
    SideBySide,
    None,
}

/// What could be read of an argument.
enum Input {
    Job(JobFiles),
    Unit(Box<UnitFiles>, Vec<UnitFiles>),
}

/// The columns of what is no terminal.
const WIDTH: usize = 100;

pub fn run(args: &Args, color: bool) -> Result {
    let read = [&args.left, &args.right].map(|path| definition(path, args));
    let [Ok(mut left), Ok(mut right)] = read else {
        return Err(CommandError::all(read.into_iter().filter_map(Result::err)));
    };
    let jobs = [&left, &right].into_iter().filter_map(|definition| match definition {
        Input::Job(job) => Some((job.name.as_str(), job.conf.text.as_slice())),
        Input::Unit(..) => None,
    });
    let distribution = args.origin.unwrap_or_else(|| Distribution::of(jobs));
    for definition in [&mut left, &mut right] {
        if let Input::Job(job) = definition {
            job.distribution = distribution;
        }
    }
    let sides = [(&left, &args.left), (&right, &args.right)].map(|(definition, path)| match definition {
        Input::Job(job) => Ok(Definition::of_job(job)),
        Input::Unit(unit, triggers) => {
            Definition::of_unit(unit, triggers).map_err(|error| format!("{}: {error}", path.display()))
        }
    });
    let [Ok(one), Ok(other)] = &sides else {
        return Err(CommandError::all(sides.into_iter().filter_map(Result::err)));
    };
    refused(&[one, other], color)?;
    let comparison = compare(one, other);
    let text_arg = if args.side_by_side { TextArg::SideBySide } else { args.text };
    let made = if text_arg == TextArg::None { None } else { converted(&left, &right, one) };
    let texts = (text_arg != TextArg::None).then(|| texts(made.as_ref(), one, other));
    let mut out = BufWriter::new(io::stdout().lock());
    match args.format {
        Format::Json => {
            let report = Report::new(&comparison, texts.as_deref());
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        }
        Format::Text => {
            let width = args.width.unwrap_or_else(terminal_width);
            let layout = Layout { width, all: args.all, color };
            out.write_all(table::table(&comparison, layout).as_bytes())?;
            for [left, right] in texts.iter().flatten() {
                print(left, right, text_arg, layout, &mut out)?;
            }
        }
    }
    out.flush()?;
    let harm = if args.strict { Grade::Harmless } else { Grade::Differs };
    Ok(if comparison.verdict >= harm { Status::NeedsAction } else { Status::Done })
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

// ---- reading ----

fn definition(path: &Path, args: &Args) -> Result<Input, String> {
    if path.is_dir() {
        return Err(format!("{}: this is a directory; name a job or a unit in it", path.display()));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    if name.is_some_and(|name| name.parse::<UnitName>().is_ok()) {
        let (mut unit, triggers) = units::file_with_triggers(path).map_err(|error| error.to_string())?;
        if args.no_drop_in {
            unit.drop_ins.clear();
        }
        return Ok(Input::Unit(Box::new(unit), triggers));
    }
    let mut found = jobs::find(&[path.to_owned()]).with_jobs_of_overrides();
    if let Some(error) = found.errors.pop() {
        return Err(error.to_string());
    }
    let input = found.inputs.pop().ok_or_else(|| format!("{}: this is no job", path.display()))?;
    input.read(!args.no_override).map(Input::Job).map_err(|error: InputError| error.to_string())
}

/// Says what the inits themselves would not have read as it is compared here.
fn refused(sides: &[&Definition], color: bool) -> io::Result<()> {
    let mut messages = io::stderr().lock();
    for side in sides {
        let sources: Vec<Excerpted<'_>> = side.sources.iter().map(Excerpted::new).collect();
        for finding in side.findings.iter().filter(|finding| finding.severity() == Severity::Error) {
            messages.write_all(render::finding(finding, &sources, color).as_bytes())?;
        }
    }
    Ok(())
}

// ---- texts ----

/// What the left definition becomes.
struct Converted {
    name: String,
    remark: String,
    text: Vec<u8>,
}

/// What the left one becomes, where the right one is of the other init.
fn converted(left: &Input, right: &Input, one: &Definition) -> Option<Converted> {
    let (name, text) = match (left, right) {
        (Input::Job(job), Input::Unit(..)) => {
            let conversion = convert::convert(job, crate::lift::Level::Safe, &Options::default());
            let unit = conversion.units.first()?;
            (unit.name.clone(), unit.print().into())
        }
        (Input::Unit(unit, triggers), Input::Job(_)) => {
            let set: Vec<UnitFiles> = std::iter::once(unit.as_ref()).chain(triggers).cloned().collect();
            let mut reversals = convert::reverse(&set, &upstart::Options::default()).into_iter();
            let own = reversals.find(|reversal| reversal.service.name == one.service.name)?;
            (format!("{}.conf", own.job?.0), own.text)
        }
        _ => return None,
    };
    let from = one.sources.first().map_or("", |source| source.name.as_str());
    Some(Converted { name, remark: format!("(converted from {from})"), text })
}

/// What is compared as text: the files of two jobs or of two units, one by one, and otherwise what becomes of the left
/// one, and the right one.
fn texts<'t>(made: Option<&'t Converted>, one: &'t Definition, other: &'t Definition) -> Vec<[Named<'t>; 2]> {
    if one.init == other.init {
        return files(one, other);
    }
    let made = made.map(|Converted { name, remark, text }| Named { name, remark, text: Some(text) });
    made.into_iter().zip(other.sources.iter().map(whole)).map(<[_; 2]>::from).collect()
}

fn whole(source: &Source) -> Named<'_> {
    Named { name: &source.name, remark: "", text: Some(&source.text) }
}

fn missing(source: &Source) -> Named<'_> {
    Named { text: None, ..whole(source) }
}

/// The files of two definitions of a kind: the first ones, then those with the same name, then the rest.
fn files<'t>(one: &'t Definition, other: &'t Definition) -> Vec<[Named<'t>; 2]> {
    let last = |name: &str| Path::new(name).file_name().map(ToOwned::to_owned);
    let is_over = |name: &str| one.init == Init::Upstart && name.ends_with(".override");
    let mut pairs = Vec::new();
    let mut rest: Vec<&Source> = other.sources.iter().collect();
    for (at, source) in one.sources.iter().enumerate() {
        let found = rest.iter().position(|known| {
            at == 0 || is_over(&known.name) && is_over(&source.name) || last(&known.name) == last(&source.name)
        });
        let beside = found.map_or_else(|| missing(source), |at| whole(rest.remove(at)));
        pairs.push([whole(source), beside]);
    }
    pairs.extend(rest.into_iter().map(|source| [missing(source), whole(source)]));
    pairs
}

fn print(
    left: &Named<'_>,
    right: &Named<'_>,
    text_arg: TextArg,
    Layout { width, color, .. }: Layout,
    out: &mut impl io::Write,
) -> io::Result<()> {
    if left.text == right.text {
        return Ok(());
    }
    writeln!(out)?;
    if text_arg == TextArg::Unified {
        return out.write_all(&text::patch(left, right, color));
    }
    let heading = |text: &Named<'_>| format!("{} {}", text.name, text.remark).trim_end().to_owned();
    writeln!(out, "{}   {}", heading(left), heading(right))?;
    out.write_all(text::side_by_side(left, right, width, color).as_bytes())
}

// ---- JSON ----

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    #[serde(flatten)]
    comparison: &'a Comparison,
    summary: IndexMap<Grade, usize>,
    texts: Option<Vec<Patch<'a>>>,
}

/// Two texts that differ.
#[derive(Serialize)]
struct Patch<'a> {
    left: &'a str,
    right: &'a str,
    /// Whether the left one is what the left definition becomes.
    converted: bool,
    #[serde(rename = "patch")]
    change: Text,
}

impl<'a> Report<'a> {
    fn new(comparison: &'a Comparison, texts: Option<&[[Named<'a>; 2]]>) -> Self {
        let summary = Grade::ALL.iter().map(|grade| (*grade, comparison.graded(*grade).count())).collect();
        let patch = |[left, right]: &[Named<'a>; 2]| Patch {
            left: left.name,
            right: right.name,
            converted: !left.remark.is_empty(),
            change: Text::from(text::patch(left, right, false)),
        };
        let differ = |[left, right]: &&[Named<'a>; 2]| left.text != right.text;
        let texts = texts.map(|texts| texts.iter().filter(differ).map(patch).collect());
        Report { schema: 2, comparison, summary, texts }
    }
}
