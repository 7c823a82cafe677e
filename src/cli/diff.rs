//! `cutover diff`: two definitions, held against each other.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;

use super::Status;
use super::choices::{Format, OriginArg};
use super::render::{self, Excerpted};
use crate::compare::table::{self, Layout};
use crate::compare::text::{self, Named};
use crate::compare::{Comparison, Grade, Init, Side, compare};
use crate::convert::input::{self as jobs, InputError};
use crate::convert::{self};
use crate::findings::Severity;
use crate::reverse::{self, input as units};
use crate::systemd::load::{UnitFiles, UnitName};
use crate::systemd::write::Options;
use crate::text::Text;
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
pub struct Args {
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
    origin: Option<OriginArg>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TextArg {
    Unified,
    SideBySide,
    None,
}

/// What could be read of an argument.
enum Definition {
    Job(JobFiles),
    Unit(Box<UnitFiles>, Vec<UnitFiles>),
}

/// The columns of what is no terminal.
const WIDTH: usize = 100;

pub fn run(args: &Args, color: bool) -> io::Result<Status> {
    let read = [&args.left, &args.right].map(|path| definition(path, args));
    let [Ok(mut left), Ok(mut right)] = read else {
        for error in read.iter().filter_map(|read| read.as_ref().err()) {
            eprintln!("error: {error}");
        }
        return Ok(Status::Failed);
    };
    let jobs = [&left, &right].into_iter().filter_map(|definition| match definition {
        Definition::Job(job) => Some((job.name.as_str(), job.conf.text.as_slice())),
        Definition::Unit(..) => None,
    });
    let distribution = args.origin.map_or_else(|| Distribution::of(jobs), Into::into);
    for definition in [&mut left, &mut right] {
        if let Definition::Job(job) = definition {
            job.distribution = distribution;
        }
    }
    let sides = [(&left, &args.left), (&right, &args.right)].map(|(definition, path)| match definition {
        Definition::Job(job) => Ok(Side::of_job(job)),
        Definition::Unit(unit, triggers) => {
            Side::of_unit(unit, triggers).map_err(|error| format!("{}: {error}", path.display()))
        }
    });
    let [Ok(one), Ok(other)] = &sides else {
        for error in sides.iter().filter_map(|side| side.as_ref().err()) {
            eprintln!("error: {error}");
        }
        return Ok(Status::Failed);
    };
    refused(&[one, other], color)?;
    let comparison = compare(one, other);
    let how = if args.side_by_side { TextArg::SideBySide } else { args.text };
    let texts = if how == TextArg::None { None } else { Some(texts(&left, &right, one, other)) };
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
            for pair in texts.iter().flatten() {
                pair.print(how, width, color, &mut out)?;
            }
        }
    }
    out.flush()?;
    let harm = if args.strict { Grade::Harmless } else { Grade::Differs };
    Ok(if comparison.verdict >= harm { Status::NeedsPerson } else { Status::Done })
}

fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
}

// ---- reading ----

fn definition(path: &Path, args: &Args) -> Result<Definition, String> {
    if path.is_dir() {
        return Err(format!("{}: this is a directory; name a job or a unit in it", path.display()));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    if name.is_some_and(|name| name.parse::<UnitName>().is_ok()) {
        let (mut unit, triggers) = units::file_with_triggers(path).map_err(|error| error.to_string())?;
        if args.no_drop_in {
            unit.drop_ins.clear();
        }
        return Ok(Definition::Unit(Box::new(unit), triggers));
    }
    let mut found = jobs::find(&[path.to_owned()]).with_jobs_of_overrides();
    if let Some(error) = found.errors.pop() {
        return Err(error.to_string());
    }
    let input = found.inputs.pop().ok_or_else(|| format!("{}: this is no job", path.display()))?;
    input.read(!args.no_override).map(Definition::Job).map_err(|error: InputError| error.to_string())
}

/// Says what the inits themselves would not have read as it is compared here.
fn refused(sides: &[&Side], color: bool) -> io::Result<()> {
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

/// Two texts that are compared.
struct Pair {
    left: Held,
    right: Held,
}

struct Held {
    name: String,
    remark: String,
    text: Option<Vec<u8>>,
}

impl Held {
    fn named(&self) -> Named<'_> {
        Named { name: &self.name, remark: &self.remark, text: self.text.as_deref() }
    }
}

/// What is compared as text: the files of two jobs or of two units, one by one, and otherwise what becomes of the left
/// one, and the right one.
fn texts(left: &Definition, right: &Definition, one: &Side, other: &Side) -> Vec<Pair> {
    let converted = |name: String, text: Vec<u8>| {
        let from = one.sources.first().map_or("", |source| source.name.as_str());
        Held { name, remark: format!("(converted from {from})"), text: Some(text) }
    };
    let made = match (left, right) {
        (Definition::Job(job), Definition::Unit(..)) => {
            let conversion = convert::convert(job, crate::lift::Level::Safe, &Options::default());
            conversion.units.first().map(|unit| converted(unit.name.clone(), unit.print().into()))
        }
        (Definition::Unit(unit, triggers), Definition::Job(_)) => {
            let set: Vec<UnitFiles> = std::iter::once(unit.as_ref()).chain(triggers).cloned().collect();
            let name = &one.service.name;
            let reversals = reverse::reverse(&set, &upstart::Options::default());
            let own = reversals.into_iter().find(|reversal| reversal.service.name == *name);
            own.and_then(|own| own.job.map(|(name, _)| converted(format!("{name}.conf"), own.text)))
        }
        _ => return files(one, other),
    };
    let right = other.sources.first().map(|source| Held {
        name: source.name.clone(),
        remark: String::new(),
        text: Some(source.text.clone()),
    });
    made.zip(right).map(|(left, right)| Pair { left, right }).into_iter().collect()
}

/// The files of two definitions of a kind: the first ones, then those with the same name, then the rest.
fn files(one: &Side, other: &Side) -> Vec<Pair> {
    let held = |name: &str, text: Option<&[u8]>| Held {
        name: name.to_owned(),
        remark: String::new(),
        text: text.map(<[u8]>::to_vec),
    };
    let last = |name: &str| Path::new(name).file_name().map(ToOwned::to_owned);
    let mut pairs = Vec::new();
    let mut rest: Vec<_> = other.sources.iter().collect();
    for (at, source) in one.sources.iter().enumerate() {
        let is_over = |name: &str| one.init == Init::Upstart && name.ends_with(".override");
        let found = rest.iter().position(|known| {
            at == 0
                || is_over(&known.name) && is_over(&source.name)
                || last(&known.name) == last(&source.name)
        });
        let own = held(&source.name, Some(&source.text));
        let beside = match found.map(|at| rest.remove(at)) {
            Some(beside) => held(&beside.name, Some(&beside.text)),
            None => held(&source.name, None),
        };
        pairs.push(Pair { left: own, right: beside });
    }
    for source in rest {
        pairs.push(Pair { left: held(&source.name, None), right: held(&source.name, Some(&source.text)) });
    }
    pairs
}

impl Pair {
    fn print(&self, how: TextArg, width: usize, color: bool, out: &mut impl io::Write) -> io::Result<()> {
        let (left, right) = (self.left.named(), self.right.named());
        if left.text == right.text {
            return Ok(());
        }
        writeln!(out)?;
        if how == TextArg::Unified {
            return out.write_all(&text::patch(&left, &right, color));
        }
        let say = |held: &Held| format!("{} {}", held.name, held.remark).trim_end().to_owned();
        writeln!(out, "{}   {}", say(&self.left), say(&self.right))?;
        out.write_all(text::side_by_side(&left, &right, width, color).as_bytes())
    }
}

// ---- JSON ----

#[derive(Serialize)]
struct Report<'a> {
    schema: u32,
    #[serde(flatten)]
    comparison: &'a Comparison,
    summary: Summary,
    texts: Option<Vec<Patch<'a>>>,
}

#[derive(Serialize)]
struct Summary {
    same: usize,
    harmless: usize,
    differs: usize,
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
    fn new(comparison: &'a Comparison, texts: Option<&'a [Pair]>) -> Self {
        let count = |grade| comparison.graded(grade).count();
        let summary = Summary {
            same: count(Grade::Same),
            harmless: count(Grade::Harmless),
            differs: count(Grade::Differs),
        };
        let patch = |pair: &'a Pair| Patch {
            left: &pair.left.name,
            right: &pair.right.name,
            converted: !pair.left.remark.is_empty(),
            change: Text::from(text::patch(&pair.left.named(), &pair.right.named(), false)),
        };
        let differ = |pair: &&Pair| pair.left.text != pair.right.text;
        let texts = texts.map(|texts| texts.iter().filter(differ).map(patch).collect());
        Report { schema: 1, comparison, summary, texts }
    }
}
