//! `cutover plan`: everything that a root becomes, for review.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::{Result, Status, print_errors};
use super::options::ConversionArgs;
use crate::plan::model::{Action, Enablement, Grade, Planned};
use crate::plan::store::REPORT;
use crate::plan::{self, Plan, Request};
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
/// Exit status: 0 done; 1 done, but something needs manual action; 2 something could not be read or written.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cutover plan
  cutover plan --root /mnt/image --out image.plan
  cutover plan --root /mnt/image --out image.plan --target-systemd 229 --enablement preset")]
pub(crate) struct Args {
    /// The directory that holds the root: that of an image, or of the running system
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// The plan's directory
    #[arg(long, value_name = "PLAN", default_value = "cutover-plan")]
    out: PathBuf,
    #[command(flatten)]
    conversion: ConversionArgs,
    /// How services are made to start at boot: `links`, as `systemctl enable` makes them; `preset`, a preset file
    /// for `systemctl preset-all`; `none`
    #[arg(long, value_name = "HOW", default_value = "links")]
    enablement: Enablement,
    /// Print this report on standard output instead of the summary
    #[arg(long, value_name = "FORMAT")]
    report: Option<Format>,
}

pub fn run(args: &Args) -> Result {
    let request = Request {
        root: &args.root,
        choices: args.conversion.choices(Some(Root::open(&args.root)?)),
        enablement: args.enablement,
    };
    let mut made = plan::make(&request)?;
    let errors = std::mem::take(&mut made.errors);
    print_errors(&errors);
    let store = report::create(made, &args.out)?;
    let page = report::write(&store, Format::Html)?;
    store.write(REPORT, page.as_bytes())?;
    let mut out = io::stdout().lock();
    match args.report {
        None => summary(store.plan(), args, &mut out)?,
        Some(Format::Html) => out.write_all(page.as_bytes())?,
        Some(format) => out.write_all(report::write(&store, format)?.as_bytes())?,
    }
    let needs = store.plan().services.iter().any(|service| service.grade == Grade::Manual);
    Ok(Status::of(errors.is_empty(), needs))
}

fn summary(plan: &Plan, args: &Args, out: &mut impl io::Write) -> io::Result<()> {
    let count = |is: &dyn Fn(&Planned) -> bool| plan.services.iter().filter(|service| is(service)).count();
    writeln!(out, "{} services", plan.services.len())?;
    for (action, what) in [
        (Action::Retire, "retired: systemd, or what belongs to the system, does their work"),
        (Action::Adopt, "adopted: the unit that is in the root takes their place"),
        (Action::Convert, "converted"),
        (Action::Hold, "held back: nothing could be made of them"),
    ] {
        match count(&|service| service.action == action) {
            0 => {}
            count => writeln!(out, "{count:6} {what}")?,
        }
    }
    let of_kept = |is: &dyn Fn(&Planned) -> bool| count(&|service| service.action != Action::Retire && is(service));
    let [exact, approximated, manual] =
        [Grade::Exact, Grade::Approximated, Grade::Manual].map(|grade| of_kept(&|service| service.grade == grade));
    writeln!(out, "of those not retired: {exact} exact, {approximated} approximated, {manual} manual")?;
    writeln!(out, "{} files, {} links", plan.files.len(), plan.links.len())?;
    let again = plan.services.iter().filter(|service| service.asked_again.is_some());
    let again: Vec<&str> = again.map(|service| service.name.as_str()).collect();
    if !again.is_empty() {
        writeln!(out, "changed since the last plan: {}", again.join(", "))?;
    }
    match of_kept(&|service| !service.is_undecided()) {
        0 => {}
        decided => writeln!(out, "decided already: {decided}")?,
    }
    let path = args.out.display();
    let root = if args.root == Path::new("/") { String::new() } else { format!(" --root {}", args.root.display()) };
    match plan.undecided().count() {
        0 => writeln!(out, "nothing is left to decide: cutover apply {path}{root}")?,
        undecided => writeln!(out, "{undecided} to decide: cutover review {path}, then cutover apply {path}{root}")?,
    }
    out.flush()
}
