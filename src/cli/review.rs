//! `cutover review`: deciding on a plan.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Status;
use super::choices::Format;
use crate::findings::Code;
use crate::plan::model::{Action, Decision, Grade, Planned};
use crate::plan::{Change, Plan, Store, StoreError};
use crate::review::filter::Filter;
use crate::review::line::{Line, Look, width};
use crate::review::page;
use crate::review::request::{self, Request, RequestError, Rest};
use crate::review::session::{self, End};
use crate::review::state::word;
use crate::review::subject::Subject;
use crate::root::RootPath;

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
pub struct Args {
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

pub fn run(args: &Args, color: bool) -> io::Result<Status> {
    match decide(args, color) {
        Ok(status) => Ok(status),
        Err(Trouble::Output(error)) => Err(error),
        Err(Trouble::Told(error)) => {
            eprintln!("error: {error}");
            if let RequestTrouble::Request(RequestError::Wrong { complaints, .. }) = &*error {
                for complaint in complaints {
                    let line = complaint.line.map_or_else(String::new, |line| format!("line {line}: "));
                    eprintln!("  {line}{}", complaint.message);
                }
            }
            Ok(Status::Failed)
        }
    }
}

enum Trouble {
    Output(io::Error),
    Told(Box<RequestTrouble>),
}

#[derive(Debug, thiserror::Error)]
enum RequestTrouble {
    #[error(transparent)]
    Request(RequestError),
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Output(error)
    }
}

impl From<RequestError> for Trouble {
    fn from(error: RequestError) -> Trouble {
        Trouble::Told(Box::new(RequestTrouble::Request(error)))
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Trouble {
        other(error)
    }
}

fn other(error: impl std::fmt::Display) -> Trouble {
    Trouble::Told(Box::new(RequestTrouble::Other(error.to_string())))
}

impl Args {
    fn decides(&self) -> bool {
        let names = [&self.accept, &self.skip, &self.undecide, &self.edit, &self.unedit];
        let rest = [self.accept_plain, self.accept_exact, self.accept_all, self.skip_rest];
        names.iter().any(|names| !names.is_empty()) || rest.contains(&true)
    }

    fn request(&self) -> Result<Request, Trouble> {
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
            only: Filter::parse(&self.only).map_err(other)?,
            edit: self.edit.iter().map(|edit| text(edit)).collect::<Result<_, _>>()?,
            unedit: self.unedit.clone(),
            force: self.force,
        })
    }
}

/// A file of the plan and its new text.
fn text(edit: &str) -> Result<(String, Vec<u8>), Trouble> {
    let Some((which, file)) = edit.split_once('=') else {
        return Err(other(format!("`--edit {edit}`: write `--edit WHICH=FILE`")));
    };
    let text = fs::read(file).map_err(|error| other(format!("{file}: {error}")))?;
    Ok((which.to_owned(), text))
}

fn decide(args: &Args, color: bool) -> Result<Status, Trouble> {
    let request = args.request()?;
    let is_shown = args.list || !args.show.is_empty();
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let mut out = io::BufWriter::new(io::stdout().lock());
    let store = if args.decides() {
        let mut store = Store::open_alone(&args.plan)?;
        let (changes, remarks) = request.changes(&store)?;
        // What is to be shown has to be there before anything is changed.
        shown(store.plan(), &args.show)?;
        for remark in &remarks {
            eprintln!("note: {remark}");
        }
        store.change(&changes)?;
        if !is_shown {
            told(store.plan(), &changes, &args.plan, &mut out)?;
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
        let end = session::run(&mut store, color).map_err(other)?;
        if let End::Signal(signal) = end {
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
    match plan.undecided().next() {
        None => Status::Done,
        Some(_) => Status::NeedsPerson,
    }
}

/// The services to show; retired ones can be shown as well.
fn shown<'p>(plan: &'p Plan, names: &[String]) -> Result<Vec<&'p Planned>, RequestError> {
    let mut found = Vec::new();
    for name in names {
        match plan.service(name) {
            Some(service) => found.push(service),
            None => found.extend(request::services(plan, name)?),
        }
    }
    Ok(found)
}

fn show(store: &Store, service: &Planned, color: bool, out: &mut impl io::Write) -> io::Result<()> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = columns.or_else(|| {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
    });
    let (grade, look) = page::grade(service.grade);
    let edited = if service.edited { ", edited" } else { "" };
    let head = Line::of(Look::Strong, &service.name).add(Look::Plain, ": ").add(look, grade).add(
        Look::Plain,
        format!(" · {} · {}{edited}", page::action(service.action), word(service.decision)),
    );
    let mut lines = vec![head];
    lines.extend(page::lines(&Subject::of(store, service), columns.unwrap_or(COLUMNS), true));
    lines.push(Line::new());
    for line in lines {
        writeln!(out, "{}", if color { line.styled() } else { line.plain() })?;
    }
    Ok(())
}

fn list(services: &[&Planned], out: &mut impl io::Write) -> io::Result<()> {
    let rows = services.iter().map(|service| {
        let mut remarks: Vec<String> = Vec::new();
        if service.edited {
            remarks.push("edited".to_owned());
        }
        if service.asked_again.is_some() {
            remarks.push("asked again".to_owned());
        }
        if service.is_plain() && service.is_undecided() {
            remarks.push("plain".to_owned());
        }
        let name = Line::of(Look::Plain, &service.name).plain();
        let cells = [word(service.decision), page::grade(service.grade).0, page::action(service.action)];
        (cells.map(str::to_owned), name, remarks.join(", "))
    });
    let rows: Vec<_> = rows.collect();
    let most = rows.iter().map(|(_, name, _)| width(name)).max().unwrap_or(0);
    for ([decision, grade, action], name, remarks) in rows {
        let name = Line::of(Look::Plain, name).fit(most);
        let line = Line::of(Look::Plain, format!("{decision:9}  {grade:12}  {action:7}  ")).then(name);
        writeln!(out, "{}", line.add(Look::Plain, format!("  {remarks}")).plain())?;
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
    codes: Vec<Code>,
}

impl Row<'_> {
    fn of(service: &Planned) -> Row<'_> {
        let mut codes: Vec<Code> = Vec::new();
        for finding in &service.findings {
            if !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
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
            codes,
        }
    }
}

/// What was changed, and what is left.
fn told(plan: &Plan, changes: &[Change], path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    if changes.is_empty() {
        writeln!(out, "nothing changed: all of it was so already")?;
    }
    for change in changes {
        match change {
            Change::Decide { service, decision } => {
                let line = Line::of(Look::Plain, format!("{:9}  {service}", word(*decision)));
                writeln!(out, "{}", line.plain())?;
            }
            Change::Edit { path, .. } => {
                let is_edited = plan.file(path).is_some_and(|file| file.edited.is_some());
                let said = if is_edited { "edited" } else { "unedited" };
                writeln!(out, "{said:9}  {path}")?;
            }
        }
    }
    left(plan, path, out)
}

fn left(plan: &Plan, path: &Path, out: &mut impl io::Write) -> io::Result<()> {
    match plan.undecided().count() {
        0 => writeln!(out, "all is decided: cutover apply {}", path.display())?,
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
