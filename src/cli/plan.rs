//! `cutover plan`: everything that a root becomes, for review.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::ValueEnum;

use super::Status;
use super::choices::How;
use super::report::FormatArg;
use crate::plan::model::{Action, Decision, Enablement, Grade, Planned};
use crate::plan::store::REPORT;
use crate::plan::{self, Plan, Request, Store};
use crate::report::{self, Format};
use crate::root::Root;

/// Plan what the jobs of a whole system become: nothing is installed
///
/// Reads the jobs in /etc/init and their overrides, and decides for each: *retire*, where systemd does its
/// work; *adopt*, where the root has a unit for it, with a drop-in for what the job does otherwise; or
/// *convert*. Writes a directory with the files as they will lie on the root, what was read, and plan.json
/// with the hash of everything, findings and decisions. `cutover review` decides, `cutover apply` installs.
///
/// A plan over an older one keeps the decisions for whatever did not change.
///
/// Exit status: 0 done; 1 done, but something needs a person; 2 something could not be read or written.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover plan
  cutover plan --root /mnt/image --out image.plan
  cutover plan --root /mnt/image --out image.plan --target-systemd 229 --enablement preset")]
pub struct Args {
    /// The directory that holds the root: that of an image, or of the running system
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,

    /// The plan's directory
    #[arg(long, value_name = "PLAN", default_value = "cutover-plan")]
    out: PathBuf,

    #[command(flatten)]
    how: How,

    /// How services are made to start at boot: `links`, as `systemctl enable` makes them; `preset`, a preset file
    /// for `systemctl preset-all`; `none`
    #[arg(long, value_name = "HOW", default_value = "links")]
    enablement: EnablementArg,

    /// Print this report on standard output instead of the summary
    #[arg(long, value_name = "FORMAT")]
    report: Option<FormatArg>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EnablementArg {
    Links,
    Preset,
    None,
}

impl From<EnablementArg> for Enablement {
    fn from(arg: EnablementArg) -> Enablement {
        match arg {
            EnablementArg::Links => Enablement::Links,
            EnablementArg::Preset => Enablement::Preset,
            EnablementArg::None => Enablement::None,
        }
    }
}

pub fn run(args: &Args) -> io::Result<Status> {
    let failed = |error: &dyn std::fmt::Display| {
        eprintln!("error: {error}");
        Ok(Status::Failed)
    };
    let root = match Root::open(&args.root) {
        Ok(root) => root,
        Err(error) => return failed(&error),
    };
    let request = Request {
        root: &args.root,
        choices: args.how.choices(Some(root)),
        enablement: args.enablement.into(),
    };
    let mut made = match plan::make(&request) {
        Ok(made) => made,
        Err(error) => return failed(&error),
    };
    let errors = std::mem::take(&mut made.errors);
    for error in &errors {
        eprintln!("error: {error}");
    }
    let store = match Store::create(made, &args.out) {
        Ok(store) => store,
        Err(error) => return failed(&error),
    };
    let page = match report::write(&store, Format::Html) {
        Ok(page) => page,
        Err(error) => return failed(&error),
    };
    if let Err(error) = store.write(REPORT, page.as_bytes()) {
        return failed(&error);
    }
    let mut out = io::stdout().lock();
    match args.report.map(Format::from) {
        None => summary(store.plan(), &args.out, &mut out)?,
        Some(Format::Html) => out.write_all(page.as_bytes())?,
        Some(format) => match report::write(&store, format) {
            Ok(text) => out.write_all(text.as_bytes())?,
            Err(error) => return failed(&error),
        },
    }
    let needs = store.plan().services.iter().any(|service| service.grade == Grade::Manual);
    Ok(match (errors.is_empty(), needs) {
        (false, _) => Status::Failed,
        (true, true) => Status::NeedsPerson,
        (true, false) => Status::Done,
    })
}

fn summary(plan: &Plan, path: &std::path::Path, out: &mut impl io::Write) -> io::Result<()> {
    let of = |action: Action| plan.services.iter().filter(move |service| service.action == action);
    writeln!(out, "{} services", plan.services.len())?;
    for (action, what) in [
        (Action::Retire, "retired: systemd, or what belongs to the system, does their work"),
        (Action::Adopt, "adopted: the unit that is in the root takes their place"),
        (Action::Convert, "converted"),
        (Action::Hold, "held back: nothing could be made of them"),
    ] {
        let count = of(action).count();
        if count > 0 {
            writeln!(out, "{count:6} {what}")?;
        }
    }
    let graded = |grade: Grade| {
        let own = |service: &&Planned| service.action != Action::Retire && service.grade == grade;
        plan.services.iter().filter(own).count()
    };
    writeln!(
        out,
        "of those not retired: {} exact, {} approximated, {} for a person to decide",
        graded(Grade::Exact),
        graded(Grade::Approximated),
        graded(Grade::Manual)
    )?;
    writeln!(out, "{} files, {} links", plan.files.len(), plan.links.len())?;
    let undecided = plan.undecided().count();
    let again: Vec<&str> = plan
        .services
        .iter()
        .filter(|service| service.asked_again.is_some())
        .map(|service| service.name.as_str())
        .collect();
    if !again.is_empty() {
        writeln!(out, "changed since the last plan: {}", again.join(", "))?;
    }
    let decided = plan
        .services
        .iter()
        .filter(|service| service.action != Action::Retire && service.decision != Decision::Undecided);
    let decided = decided.count();
    if decided > 0 {
        writeln!(out, "decided already: {decided}")?;
    }
    if undecided > 0 {
        writeln!(out, "{undecided} to decide: cutover review {}", path.display())?;
    } else {
        writeln!(out, "nothing is left to decide: cutover apply {}", path.display())?;
    }
    out.flush()
}
