//! The command line: one file per command. The only room that prints and exits.

mod apply;
mod audit;
mod check;
mod convert;
mod diff;
mod error;
mod explain;
mod graph;
mod installing;
mod json;
mod options;
mod outputs;
mod plan;
mod render;
mod report;
mod reverse;
mod review;
mod rollback;
mod status;
mod summary;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use error::CommandError;

/// Move service definitions between Upstart and systemd without losing anything silently.
///
/// Every stanza of a job, and every directive of a unit, ends in exactly one of four ways, and cutover says which: exact (the same
/// behaviour), approximated (works, and differs in the stated circumstances), dropped (has no effect
/// on the other side, and that is safe) or manual (needs manual action).
#[derive(Parser)]
#[command(name = "cutover", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Colours in messages: `auto` takes them on a terminal only
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: ColorChoice,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Clone, Copy, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    /// Whether a stream gets colours.
    fn on(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            ColorChoice::Auto => {
                anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never && stream.is_terminal()
            }
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }
}

#[derive(Subcommand)]
enum Commands {
    Convert(convert::Args),
    Reverse(reverse::Args),
    Diff(diff::Args),
    Check(check::Args),
    Explain(explain::Args),
    Graph(graph::Args),
    Audit(audit::Args),
    Plan(plan::Args),
    Review(review::Args),
    Report(report::Args),
    Apply(apply::Args),
    Rollback(rollback::Args),
    Status(status::Args),
}

/// Runs the program with the arguments of its process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let color = cli.color.on(&io::stderr());
    let status = match cli.command {
        Commands::Convert(args) => convert::run(&args, color),
        Commands::Reverse(args) => reverse::run(&args, color),
        Commands::Diff(args) => diff::run(&args, cli.color.on(&io::stdout())),
        Commands::Check(args) => check::run(&args),
        Commands::Explain(args) => explain::run(&args),
        Commands::Graph(args) => graph::run(&args),
        Commands::Plan(args) => plan::run(&args),
        Commands::Report(args) => report::run(&args),
        Commands::Audit(args) => audit::run(&args),
        Commands::Apply(args) => apply::run(&args),
        Commands::Rollback(args) => rollback::run(&args),
        Commands::Status(args) => status::run(&args),
        Commands::Review(args) => review::run(&args, cli.color.on(&io::stdout())),
    };
    status.map_or_else(CommandError::report, |status| ExitCode::from(status as u8))
}
