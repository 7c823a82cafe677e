//! Who else on a machine calls its jobs, or counts on Upstart: tables of cron, scripts of logrotate, rules of sudo, hooks
//! of the network and whatever else lies in `/etc`. Each is told with what to write instead.

mod fragments;
mod guard;
mod jobs;
mod places;
mod reader;
mod scan;
mod script;

use bstr::ByteSlice as _;
use rayon::prelude::*;

pub use jobs::Jobs;
pub use places::CallerKind;
pub use reader::Caller;
use reader::{Reader, Report};

use crate::findings::codes;
use crate::root::{self, Reason, Root, RootError, RootPath, State};
use crate::script::init_tools::INIT_SCRIPTS;
use crate::text::{Span, Text};

/// What a file that calls anybody has in it, besides the names of jobs. (`start` and `stop` stand in `restart`
/// and others as well.)
const SIGNS: &[&str] = &[
    "initctl",
    "telinit",
    "upstart",
    "UPSTART_",
    "/etc/init",
    "invoke-rc.d",
    "update-rc.d",
    "init-checkconf",
    "service",
    "start",
    "stop",
    "status",
    "reload",
];

/// No file that somebody wrote is larger.
const MOST_BYTES: u64 = 1 << 20;

/// What the search through a root gave.
#[derive(Debug, Default)]
pub struct FoundCallers {
    /// Who counts on Upstart, by path and place.
    pub callers: Vec<Caller>,
    /// What could not be looked at, such as what only root may read.
    pub errors: Vec<RootError>,
}

/// Looks for who counts on Upstart in a root.
pub fn callers(root: &Root, jobs: &mut Jobs) -> FoundCallers {
    let mut found = FoundCallers::default();
    let mut files: Vec<(RootPath, CallerKind)> = Vec::new();
    for top in places::TOPS {
        if let Ok(top) = RootPath::parse(top) {
            below(root, &top, &mut files, &mut found.errors);
        }
    }
    let links: Vec<(RootPath, Text)> = INIT_SCRIPTS.iter().flat_map(|directory| linked_jobs(root, directory)).collect();
    jobs.links = links.iter().map(|(_, job)| job.clone()).collect();
    let jobs = &*jobs;
    for (path, job) in links {
        let mut reader = Reader::new(CallerKind::Other, &path, b"", jobs);
        let report = Report::from(codes::link_to_job_script(scan::JOB_SCRIPT, &job));
        reader.report(Span::new(0, 0), report.of(Some(job)), true);
        found.callers.extend(reader.callers);
    }
    let all: Vec<Result<Vec<Caller>, RootError>> = files
        .par_iter()
        .map(|(path, kind)| root.read(path, MOST_BYTES).map(|file| in_file(*kind, path, &file.bytes, jobs)))
        .collect();
    for file in all {
        match file {
            Ok(callers) => found.callers.extend(callers),
            // What is too large is no file that somebody wrote.
            Err(error) if matches!(error.reason, Reason::Large) => {}
            Err(error) => found.errors.push(error),
        }
    }
    found.callers.sort_by(|one, other| (&one.file, one.span).cmp(&(&other.file, other.span)));
    found
}

/// The files below a directory in which callers are looked for.
fn below(root: &Root, top: &RootPath, files: &mut Vec<(RootPath, CallerKind)>, errors: &mut Vec<RootError>) {
    let entries = match root.list(top) {
        Ok(entries) => entries,
        Err(error) if matches!(error.reason, Reason::Missing) => return,
        Err(error) => return errors.push(error),
    };
    for entry in entries {
        let Ok(path) = top.join(&entry.name) else { continue };
        match entry.kind {
            root::EntryKind::Directory if !places::is_skipped(path.as_ref()) => below(root, &path, files, errors),
            root::EntryKind::File => files.extend(CallerKind::of(path.as_ref()).map(|kind| (path, kind))),
            _ => {}
        }
    }
}

/// Jobs that have a link to Upstart's own init script, and where that lies.
fn linked_jobs(root: &Root, directory: &str) -> Vec<(RootPath, Text)> {
    let Ok(entries) = root.list(directory) else { return Vec::new() };
    let links = entries.into_iter().filter(|entry| entry.kind == root::EntryKind::Link);
    let of_upstart = |entry: root::Entry| {
        let path = RootPath::parse([directory.as_bytes(), entry.name.as_slice()].concat()).ok()?;
        let state = root.state(&path).ok()?;
        matches!(state, State::Link { to } if to.ends_with(b"/upstart-job")).then_some((path, Text(entry.name)))
    };
    links.filter_map(of_upstart).collect()
}

/// Who counts on Upstart in a file of that kind.
pub fn in_file(kind: CallerKind, path: &RootPath, text: &[u8], jobs: &Jobs) -> Vec<Caller> {
    if text.contains(&0) || !SIGNS.iter().any(|sign| text.contains_str(sign)) {
        return Vec::new();
    }
    let mut reader = Reader::new(kind, path, text, jobs);
    if let Some(instead) = places::own(path.as_ref()) {
        reader.report(Span::new(0, 0), codes::upstart_file(instead), true);
        return reader.callers;
    }
    let is_shell = kind.is_shell(text);
    if !is_shell {
        reader.comments = fragments::comments(text);
    }
    for fragment in fragments::of(kind, text) {
        reader.script(fragment.span, fragment.manner, true);
    }
    reader.scan(is_shell);
    let mut callers = reader.callers;
    callers.sort_by_key(|caller| caller.span);
    callers.dedup_by_key(|caller| (caller.span, caller.code));
    callers
}
