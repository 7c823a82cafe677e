//! `cutover review`: deciding on a plan.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use indexmap::IndexSet;
use serde::Serialize;

use super::error::{CommandError, Result, Status};
use super::options::Format;
use crate::findings::Code;
use crate::plan::model::{Action, Decision, Grade, Planned};
use crate::plan::{Change, Plan, Store};
use crate::review::filter::Filter;
use crate::review::line::Line;
use crate::review::page;
use crate::review::request::{self, Request, RequestError, Rest};
use crate::review::session::{self, End};
use crate::review::subject::Subject;
use crate::root::RootPath;
use crate::text::style::TextStyle;

/// Decide on a plan, service by service
///
/// On a terminal, each service is shown with its source, what becomes of it, and what is to be known; `?` tells
/// the keys. With options, or without a terminal, the same is done by options: all of it, or nothing.
///
/// Options count in this order, wherever they stand: --unedit, --edit, --undecide, --accept and --skip,
/// --accept-plain, --accept-exact, then --accept-all or --skip-rest. The last four only decide what is
/// undecided. NAME may be a pattern, such as 'network-*'.
///
/// Exit status: 0 all is decided; 1 something is undecided; 2 nothing was changed, since something was wrong.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover review cutover-plan
  cutover review cutover-plan --accept-plain --accept cron 'tty*' --skip-rest
  cutover review cutover-plan --edit web=web.service --accept web
  cutover review cutover-plan --list --only 'undecided manual'")]
pub(crate) struct Args {
    /// The plan's directory
    #[arg(value_name = "PLAN", default_value = "cutover-plan")]
    plan: PathBuf,
    /// Accept these services: they are installed
    #[arg(long, value_name = "NAME", num_args = 1..)]
    accept: Vec<String>,
    /// Accept what is undecided, exact, and without a warning
    #[arg(long)]
    accept_plain: bool,
    /// Accept what is undecided and exact
    #[arg(long)]
    accept_exact: bool,
    /// Accept all that is undecided
    #[arg(long, conflicts_with = "skip_rest")]
    accept_all: bool,
    /// Skip these services: they are not installed
    #[arg(long, value_name = "NAME", num_args = 1..)]
    skip: Vec<String>,
    /// Skip all that is undecided
    #[arg(long)]
    skip_rest: bool,
    /// Take the decision on these services back
    #[arg(long, value_name = "NAME", num_args = 1..)]
    undecide: Vec<String>,
    /// Write a file of the plan anew, with the text of FILE; WHICH is its path, a service that has one file only, or
    /// SERVICE:PATH
    #[arg(long, value_name = "WHICH=FILE", num_args = 1..)]
    edit: Vec<String>,
    /// Go back to what cutover wrote; WHICH is a path, a service, or SERVICE:PATH
    #[arg(long, value_name = "WHICH", num_args = 1..)]
    unedit: Vec<String>,
    /// Take in texts for --edit although something is wrong with them
    #[arg(long, requires = "edit")]
    force: bool,
    /// Which services --list, --accept-plain, --accept-exact, --accept-all and --skip-rest are about: words such as
    /// manual, adopt, undecided, CUT701, or a part of the name, all of which have to hold; !WORD does not hold
    #[arg(long, value_name = "WORDS", default_value = "")]
    only: String,
    /// List the services and what was decided
    #[arg(long)]
    list: bool,
    /// The form of the list
    #[arg(long, default_value = "text", value_name = "FORMAT", requires = "list")]
    format: Format,
    /// Print all that is to be known of these services
    #[arg(long, value_name = "NAME", num_args = 1..)]
    show: Vec<String>,
}

/// As wide as pages are where there is no terminal that says otherwise.
const COLUMNS: usize = 100;

/// A request that cannot be done, and what is wrong with the texts that it brings.
fn refused(error: RequestError) -> CommandError {
    let details = match &error {
        RequestError::Wrong { diagnostics, .. } => diagnostics.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    CommandError { details, ..error.into() }
}

impl Args {
    fn decides(&self) -> bool {
        let names = [&self.accept, &self.skip, &self.undecide, &self.edit, &self.unedit];
        let rest = [self.accept_plain, self.accept_exact, self.accept_all, self.skip_rest];
        names.iter().any(|names| !names.is_empty()) || rest.contains(&true)
    }

    fn request(&self) -> Result<Request> {
        let rest = [
            (self.accept_plain, Rest::Plain, Decision::Accepted),
            (self.accept_exact, Rest::Exact, Decision::Accepted),
            (self.accept_all, Rest::All, Decision::Accepted),
            (self.skip_rest, Rest::All, Decision::Skipped),
        ];
        let rest = rest.into_iter().filter(|(is_asked, ..)| *is_asked);
        Ok(Request {
            accept: self.accept.clone(),
            skip: self.skip.clone(),
            undecide: self.undecide.clone(),
            rest: rest.map(|(_, rest, decision)| (rest, decision)).collect(),
            only: Filter::parse(&self.only)?,
            edit: self.edit.iter().map(|edit| text(edit)).collect::<Result<_>>()?,
            unedit: self.unedit.clone(),
            force: self.force,
        })
    }
}

/// A file of the plan and its new text.
fn text(edit: &str) -> Result<(String, Vec<u8>)> {
    let Some((which, file)) = edit.split_once('=') else {
        return Err(CommandError::new(format!("`--edit {edit}`: write `--edit WHICH=FILE`")));
    };
    let text = fs::read(file).map_err(|error| CommandError::new(format!("{file}: {error}")))?;
    Ok((which.to_owned(), text))
}

pub fn run(args: &Args, color: bool) -> Result {
    let request = args.request()?;
    let is_shown = args.list || !args.show.is_empty();
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let mut out = io::BufWriter::new(io::stdout().lock());
    let store = if args.decides() {
        let mut store = Store::open_alone(&args.plan)?;
        let (changes, remarks) = request.changes(&store).map_err(refused)?;
        // What is to be shown has to be there before anything is changed.
        shown(store.plan(), &args.show)?;
        for remark in &remarks {
            eprintln!("note: {remark}");
        }
        store.change(&changes)?;
        if !is_shown {
            print_changes(store.plan(), &changes, &args.plan, &mut out)?;
        }
        store
    } else if is_shown || !is_terminal || is_dumb {
        let store = Store::open(&args.plan)?;
        if !is_shown {
            undecided(store.plan(), &args.plan, &mut out)?;
        }
        store
    } else {
        drop(out);
        let mut store = Store::open_alone(&args.plan)?;
        if let End::Signal(signal) = session::run(&mut store, color)? {
            drop(store);
            session::die_of(signal);
            return Ok(Status::Failed);
        }
        left(store.plan(), &args.plan, &mut io::stdout())?;
        return Ok(status(store.plan()));
    };
    if args.list {
        let services: Vec<&Planned> =
            store.plan().services.iter().filter(|service| request.only.shows(service)).collect();
        match args.format {
            Format::Text => list(&services, &mut out)?,
            Format::Json => {
                let rows: Vec<Row<'_>> = services.into_iter().map(Row::of).collect();
                let text = serde_json::to_string_pretty(&rows).map_err(io::Error::from)?;
                writeln!(out, "{text}")?;
            }
        }
    }
    for service in shown(store.plan(), &args.show)? {
        show(&store, service, color, &mut out)?;
    }
    out.flush()?;
    Ok(status(store.plan()))
}

fn status(plan: &Plan) -> Status {
    Status::of(true, plan.undecided().next().is_some())
}

/// The services to show; retired ones can be shown as well.
fn shown<'p>(plan: &'p Plan, names: &[String]) -> Result<Vec<&'p Planned>> {
    let found = |name: &String| match plan.service(name) {
        Some(service) => Ok(vec![service]),
        None => request::services(plan, name),
    };
    Ok(names.iter().map(found).collect::<Result<Vec<_>, _>>()?.concat())
}

fn show(store: &Store, service: &Planned, color: bool, out: &mut impl io::Write) -> io::Result<()> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = columns.or_else(|| {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    });
    let edited = if service.edited { ", edited" } else { "" };
    let head = Line::of(TextStyle::Strong, &service.name)
        .add(TextStyle::Plain, ": ")
        .add(page::grade(service.grade), service.grade.name())
        .add(TextStyle::Plain, format!(" · {} · {}{edited}", service.action, service.decision));
    let mut lines = vec![head];
    lines.extend(page::lines(&Subject::of(store, service), columns.unwrap_or(COLUMNS), true));
    lines.push(Line::new());
    for line in lines {
        writeln!(out, "{}", if color { line.styled() } else { line.plain() })?;
    }
    Ok(())
}

fn list(services: &[&Planned], out: &mut impl io::Write) -> io::Result<()> {
    let named = |service: &Planned| Line::of(TextStyle::Plain, &service.name);
    let most = services.iter().map(|service| named(service).width()).max().unwrap_or(0);
    for service in services {
        let is_plain = service.is_plain() && service.is_undecided();
        let remarks = [(service.edited, "edited"), (service.asked_again.is_some(), "asked again"), (is_plain, "plain")];
        let remarks: Vec<&str> = remarks.into_iter().filter_map(|(is, what)| is.then_some(what)).collect();
        let Planned { decision, grade, action, .. } = service;
        let line = Line::of(TextStyle::Plain, format!("{decision:9}  {grade:12}  {action:7}  "));
        let line = line.then(named(service).fit(most)).add(TextStyle::Plain, format!("  {}", remarks.join(", ")));
        writeln!(out, "{}", line.plain())?;
    }
    Ok(())
}

/// What a program reads of a service.
#[derive(Serialize)]
struct Row<'p> {
    name: &'p str,
    decision: Decision,
    edited: bool,
    grade: Grade,
    action: Action,
    plain: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_again: Option<&'p str>,
    unit: Option<&'p str>,
    files: &'p [RootPath],
    codes: IndexSet<Code>,
}

impl Row<'_> {
    fn of(service: &Planned) -> Row<'_> {
        Row {
            name: &service.name,
            decision: service.decision,
            edited: service.edited,
            grade: service.grade,
            action: service.action,
            plain: service.is_plain(),
            asked_again: service.asked_again.as_deref(),
            unit: service.unit.as_deref(),
            files: &service.files,
            codes: service.codes(),
        }
    }
}

/// What was changed, and what is left.
fn print_changes(plan: &Plan, changes: &[Change], path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    if changes.is_empty() {
        writeln!(out, "nothing changed: all of it was so already")?;
    }
    for change in changes {
        match change {
            Change::Decide { service, decision } => {
                let line = Line::of(TextStyle::Plain, format!("{decision:9}  {service}"));
                writeln!(out, "{}", line.plain())?;
            }
            Change::Edit { path, .. } => {
                let is_edited = plan.file(path).is_some_and(|file| file.edited.is_some());
                let state = if is_edited { "edited" } else { "unedited" };
                writeln!(out, "{state:9}  {path}")?;
            }
        }
    }
    left(plan, path, out)
}

fn left(plan: &Plan, path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    match plan.undecided().count() {
        0 => writeln!(
            out,
            "all is decided: cutover apply {} (with the --root of the plan, if it has one)",
            path.display()
        )?,
        1 => writeln!(out, "1 service is undecided: cutover review {}", path.display())?,
        left => writeln!(out, "{left} services are undecided: cutover review {}", path.display())?,
    }
    out.flush()
}

/// What is undecided, and how to decide it without a terminal.
fn undecided(plan: &Plan, path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    let services: Vec<&Planned> = plan.undecided().collect();
    if !services.is_empty() {
        list(&services, out)?;
        writeln!(out)?;
        let path = path.display();
        for (options, what) in [
            ("--show NAME", "all that is to be known of a service"),
            ("--accept NAME...", "install these"),
            ("--skip NAME...", "do not install these"),
            ("--accept-plain", "install what is exact and has no warning"),
            ("--accept-all", "install the rest"),
            ("--skip-rest", "do not install the rest"),
        ] {
            writeln!(out, "{:48}  {what}", format!("cutover review {path} {options}"))?;
        }
    }
    left(plan, path, out)
}
