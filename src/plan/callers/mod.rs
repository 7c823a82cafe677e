//! Who else on a machine calls its jobs, or counts on Upstart: tables of cron, scripts of logrotate, rules of sudo, hooks
//! of the network and whatever else lies in `/etc`. Each is told with what to write instead.

mod fragments;
mod guard;
mod jobs;
mod places;
mod scan;
mod script;
mod words;

use bstr::{BString, ByteSlice as _};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

pub use jobs::Jobs;
pub use places::Kind;

use crate::findings::{Code, Finding};
use crate::root::{self, Reason, Root, RootError, RootPath, State};
use crate::text::{Lines, Origin, Span, Text};

/// No file that somebody wrote is larger.
const MOST_BYTES: u64 = 1 << 20;

/// A place that counts on Upstart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// What it is.
    pub code: Code,
    /// The file.
    pub file: RootPath,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// Where it stands, in bytes.
    #[serde(flatten)]
    pub span: Span,
    /// What stands there.
    pub text: Text,
    /// The job that it is about.
    pub job: Option<Text>,
    /// What is so.
    pub message: String,
    /// What to write in the place of that text.
    pub instead: Option<Text>,
    /// What else to do.
    pub help: Option<String>,
    /// Whether it is certain that it is run or read, and not only named.
    pub certain: bool,
}

impl Caller {
    /// The finding that says it, with its place in the file.
    pub fn finding(&self) -> Finding {
        let mut finding = Finding::new(self.code, &self.message).at(Origin { file: 0, span: self.span });
        if let Some(instead) = &self.instead {
            finding = finding.became(instead.to_string());
        }
        match &self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

/// What the search through a root gave.
#[derive(Debug, Default)]
pub struct Found {
    /// Who counts on Upstart, by path and place.
    pub callers: Vec<Caller>,
    /// What could not be looked at, such as what only root may read.
    pub errors: Vec<RootError>,
}

/// Looks for who counts on Upstart in a root.
pub fn callers(root: &Root, jobs: &mut Jobs) -> Found {
    let mut found = Found::default();
    let mut files: Vec<(RootPath, Kind)> = Vec::new();
    for top in places::TOPS {
        if let Ok(top) = RootPath::parse(top) {
            below(root, &top, &mut files, &mut found.errors);
        }
    }
    let links: Vec<(RootPath, Text)> =
        script::INIT_SCRIPTS.iter().flat_map(|directory| linked_jobs(root, directory)).collect();
    jobs.links = links.iter().map(|(_, job)| job.clone()).collect();
    found.callers.extend(links.into_iter().map(linked));
    let jobs = &*jobs;
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
fn below(root: &Root, top: &RootPath, files: &mut Vec<(RootPath, Kind)>, errors: &mut Vec<RootError>) {
    let entries = match root.list(top) {
        Ok(entries) => entries,
        Err(error) if matches!(error.reason, Reason::Missing) => return,
        Err(error) => return errors.push(error),
    };
    for entry in entries {
        let Ok(path) = top.join(&entry.name) else { continue };
        match entry.kind {
            root::Kind::Directory if !places::is_skipped(path.as_ref()) => below(root, &path, files, errors),
            root::Kind::File => files.extend(places::kind(path.as_ref()).map(|kind| (path, kind))),
            _ => {}
        }
    }
}

/// Jobs that have a link to Upstart's own init script, and where that lies.
fn linked_jobs(root: &Root, directory: &str) -> Vec<(RootPath, Text)> {
    let Ok(entries) = root.list(directory) else { return Vec::new() };
    let links = entries.into_iter().filter(|entry| entry.kind == root::Kind::Link);
    let of_upstart = |entry: root::Entry| {
        let path = RootPath::parse([directory.as_bytes(), entry.name.as_slice()].concat()).ok()?;
        let state = root.state(&path).ok()?;
        matches!(state, State::Link { to } if to.ends_with(b"/upstart-job"))
            .then_some((path, Text(entry.name)))
    };
    links.filter_map(of_upstart).collect()
}

/// What is said of such a link.
fn linked((file, job): (RootPath, Text)) -> Caller {
    Caller {
        code: Code::UpstartFile,
        file,
        line: 1,
        column: 1,
        span: Span::new(0, 0),
        text: Text::default(),
        message: format!("this link leads to {}, which goes with Upstart", words::JOB_SCRIPT),
        instead: None,
        help: Some(format!(
            "remove it, and the links to it in /etc/rc?.d: `systemctl` and `service {job} …` go by the unit"
        )),
        job: Some(job),
        certain: true,
    }
}

/// Who counts on Upstart in a file of that kind.
pub fn in_file(kind: Kind, path: &RootPath, text: &[u8], jobs: &Jobs) -> Vec<Caller> {
    if text.contains(&0) || !words::SIGNS.iter().any(|sign| text.contains_str(sign)) {
        return Vec::new();
    }
    let mut reader = Reader {
        jobs,
        kind,
        path,
        text,
        lines: Lines::of(text),
        comments: Vec::new(),
        covered: Vec::new(),
        guards: Vec::new(),
        callers: Vec::new(),
    };
    if let Some(own) = places::own(path.as_ref()) {
        let said = Said {
            code: Code::UpstartFile,
            message: "this file belongs to Upstart, and goes with it".to_owned(),
            help: Some(format!("remove it: {}", own.instead)),
            ..Said::default()
        };
        reader.say(Span::new(0, 0), said, true);
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

/// What is said of a place.
struct Said {
    code: Code,
    job: Option<Text>,
    message: String,
    instead: Option<BString>,
    help: Option<String>,
}

impl Default for Said {
    fn default() -> Self {
        Said { code: Code::CallerMention, job: None, message: String::new(), instead: None, help: None }
    }
}

/// A file that is looked through.
struct Reader<'a> {
    jobs: &'a Jobs,
    kind: Kind,
    path: &'a RootPath,
    text: &'a [u8],
    lines: Lines<'a>,
    comments: Vec<Span>,
    /// What is told already, or asks only whether Upstart is there.
    covered: Vec<Span>,
    /// What runs only where Upstart is there.
    guards: Vec<Span>,
    callers: Vec<Caller>,
}

impl Reader<'_> {
    /// Says something of a place, once.
    fn say(&mut self, span: Span, mut said: Said, certain: bool) {
        if self.is_comment(span) || self.is_covered(span) {
            return;
        }
        if self.guards.iter().any(|guard| guard.contains(span.start)) {
            if !self.kind.tells_compatible() {
                self.covered.push(span);
                return;
            }
            said.message = format!(
                "`{}` is passed over without Upstart, which the script asks for first",
                span.of(self.text).as_bstr()
            );
            said.code = Code::CallerWorks;
            said.help.get_or_insert_with(|| "see whether it has to be done under systemd as well".to_owned());
        }
        self.covered.push(span);
        // A name alone is no call.
        if !certain && matches!(said.code, Code::CallerFails | Code::CallerUndecided) {
            said.code = Code::CallerMention;
        }
        // cron ends the command at a `%`.
        if let (Kind::Crontab { .. }, Some(instead)) = (self.kind, &mut said.instead) {
            *instead = instead.replace("%", r"\%").into();
        }
        let place = self.lines.place(span.start);
        self.callers.push(Caller {
            code: said.code,
            file: self.path.clone(),
            line: place.line,
            column: place.column,
            span,
            text: Text::from(span.of(self.text)),
            job: said.job,
            message: said.message,
            instead: said.instead.map(Text),
            help: said.help,
            certain,
        });
    }

    fn is_comment(&self, span: Span) -> bool {
        self.comments.iter().any(|comment| comment.contains(span.start))
    }

    fn is_covered(&self, span: Span) -> bool {
        self.covered.iter().any(|covered| covered.contains(span.start))
    }
}
