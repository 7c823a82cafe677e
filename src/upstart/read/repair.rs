//! Reading on where Upstart would have given up: the job as its author meant it.

use std::borrow::Cow;
use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use crate::findings::{Code, Finding, codes};
use crate::text::{Origin, Sourced, Span, line};
use crate::upstart::condition::Condition;
use crate::upstart::decode::{Quotes, decode};
use crate::upstart::document::{Document, Node, NodeKind, Part, Stanza};
use crate::upstart::job::{Job, ProcessType};
use crate::upstart::keywords::{Keyword, STANZAS};
use crate::upstart::parse_job::supersede;
use crate::upstart::refusal::{ParseError, Refusal};

/// Names that people write for a stanza and that no count of letters would lead to it.
const ALIASES: &[(&str, &str)] = &[
    ("post-script", "post-stop"),
    ("pre-script", "pre-start"),
    ("starton", "start on"),
    ("start-on", "start on"),
    ("stopon", "stop on"),
    ("stop-on", "stop on"),
    ("environment", "env"),
    ("user", "setuid"),
    ("group", "setgid"),
    ("set-uid", "setuid"),
    ("set-gid", "setgid"),
    ("normal-exit", "normal exit"),
    ("kill-timeout", "kill timeout"),
    ("kill-signal", "kill signal"),
    ("reload-signal", "reload signal"),
    ("respawn-limit", "respawn limit"),
    ("oom-score", "oom score"),
    ("end", ""),
];

/// More misspelt stanzas than this in one file, and it is something else than a job.
const MOST_EDITS: usize = 16;

/// A job file whose misspelt stanzas have been put right, and how to find the original's places.
pub(crate) struct Mended<'t> {
    pub text: Cow<'t, [u8]>,
    pub document: Document,
    /// The original's stanzas.
    pub stanzas: Vec<Origin>,
    edits: Vec<Edit>,
}

struct Edit {
    /// Where the replacement stands in the mended text.
    at: usize,
    new_len: usize,
    old_len: usize,
}

impl Mended<'_> {
    /// Where a span of the mended text stands in the original.
    pub fn original(&self, span: Span) -> Span {
        Span::new(self.offset(span.start), self.offset(span.end))
    }

    fn offset(&self, at: usize) -> usize {
        let mut original = at;
        for edit in self.edits.iter().rev() {
            if original >= edit.at + edit.new_len {
                original = original - edit.new_len + edit.old_len;
            } else if original > edit.at {
                original = edit.at + edit.old_len.min(original - edit.at);
            }
        }
        original
    }
}

/// Applies a `.conf` stanza by stanza; what Upstart refuses is understood as meant where only one
/// reading makes sense, and left out with a finding where not.
pub fn lay_over<'t>(job: &mut Job, text: &'t [u8], findings: &mut Vec<Finding>) -> Mended<'t> {
    let mut mended =
        Mended { text: Cow::Borrowed(text), document: Document::read(text), stanzas: Vec::new(), edits: Vec::new() };
    let refused = |refusal: Refusal, origin: Origin| {
        let at = line(text, refusal.at);
        codes::upstart_refused(at, refusal.error).see(origin, refusal.error.to_string())
    };
    let torn = mended.document.torn.as_ref();
    let torn = torn.and_then(|torn| Some((torn.keyword.start, Job::read(text).err()?)));
    let mut told = torn.is_some();
    findings.extend(torn.map(|(start, refusal)| {
        let line = text[start..].lines().next().map_or(0, |line| line.trim_ascii_end().len());
        refused(refusal, Origin { file: 0, span: Span::new(start, start + line) })
    }));

    let mut lost_main = None;
    let mut misspelt: Option<(String, Finding)> = None;
    let mut repeats = Repeats::default();
    let mut nodes = std::mem::take(&mut mended.document.nodes);
    let mut index = 0;
    while index < nodes.len() {
        let node = &nodes[index];
        index += 1;
        match &node.kind {
            NodeKind::Blank | NodeKind::Comment(_) => {}
            NodeKind::Error => {
                let origin = Origin { file: 0, span: mended.original(trimmed(&mended.text, node.span)) };
                mended.stanzas.push(origin);
                lost_main.get_or_insert(origin);
                repeats.push(findings, codes::unreadable_line().at(origin));
            }
            NodeKind::Stanza(stanza) => {
                let origin = Origin { file: 0, span: mended.original(stanza.span()) };
                if let Some((name, finding)) = misspelt.take() {
                    // Read with its right name, the stanza may reach further than before.
                    findings.push(finding.at_saying(origin, format!("read as `{name}`")));
                }
                let Err(refusal) = job.apply(&mended.text, stanza, origin) else {
                    mended.stanzas.push(origin);
                    continue;
                };
                if !told {
                    // Its place is right: only what has gone before can have been mended.
                    let at = Refusal { error: refusal.error, at: mended.offset(refusal.at) };
                    findings.push(refused(at, origin));
                    told = true;
                }
                if let Some((edit, finding)) = mend(&mended, stanza) {
                    misspelt = Some((edit.clone(), finding));
                    // Read again with the right name: what follows may belong to it.
                    index -= 1;
                    apply_edit(&mut mended, stanza.keyword, &edit);
                    nodes = std::mem::take(&mut mended.document.nodes);
                    continue;
                }
                mended.stanzas.push(origin);
                let finding = make_do(job, &mended.text, node, stanza, refusal, origin);
                let name = decode(&mended.text, stanza.keyword, Quotes::Kept);
                match Keyword::from_name(&name.value).filter(|_| finding.code == Code::IllegalValue) {
                    Some(Keyword::Exec | Keyword::Script) => lost_main = Some(origin),
                    Some(Keyword::Setuid | Keyword::Setgid | Keyword::Chroot | Keyword::Chdir) => {
                        job.blocked_by.push(origin);
                    }
                    _ => {}
                }
                repeats.push(findings, finding);
            }
        }
    }
    mended.document.nodes = nodes;
    if !job.processes.contains_key(&ProcessType::Main) {
        job.blocked_by.extend(lost_main);
    }
    mended
}

/// A file with very many mistakes is something else than a job: those above that number are gathered.
const MOST_OF_A_CODE: usize = 50;

/// How many findings of a kind a file has, and where the last one of them is.
#[derive(Default)]
struct Repeats(HashMap<Code, (usize, usize)>);

impl Repeats {
    /// Adds a finding; where there are too many like it, only its place is added to the last of them.
    fn push(&mut self, findings: &mut Vec<Finding>, finding: Finding) {
        let (count, last) = self.0.entry(finding.code).or_default();
        *count += 1;
        if *count <= MOST_OF_A_CODE {
            *last = findings.len();
            findings.push(finding);
        } else if let Some(gathered) = findings.get_mut(*last) {
            if *count == MOST_OF_A_CODE + 1 {
                let message = format!("{} (and so are more lines of this file)", gathered.message);
                gathered.message = message.into();
            }
            gathered.marks.extend(finding.marks);
        }
    }
}

fn apply_edit(mended: &mut Mended<'_>, keyword: Span, name: &str) {
    let text = mended.text.to_mut();
    text.splice(keyword.start..keyword.end, name.bytes());
    mended.edits.push(Edit { at: keyword.start, new_len: name.len(), old_len: keyword.end - keyword.start });
    mended.document = Document::read(text);
}

/// The line that an offset stands in, for want of a better place.
pub fn place(text: &[u8], document: &Document, at: usize) -> Span {
    let node = document.nodes.iter().find(|node| node.span.contains(at.min(text.len().saturating_sub(1))));
    node.map_or(Span::new(at, at), |node| match &node.kind {
        NodeKind::Stanza(stanza) => stanza.span(),
        _ => trimmed(text, node.span),
    })
}

/// A span without the blanks around it.
pub(crate) fn trimmed(text: &[u8], span: Span) -> Span {
    let raw = span.of(text);
    Span::new(span.start + (raw.len() - raw.trim_ascii_start().len()), span.start + raw.trim_ascii_end().len())
}

/// The right name for a misspelt stanza, and a finding that says so.
fn mend(mended: &Mended<'_>, stanza: &Stanza) -> Option<(String, Finding)> {
    if mended.edits.len() >= MOST_EDITS {
        return None;
    }
    let written = decode(&mended.text, stanza.keyword, Quotes::Kept).string();
    if Keyword::from_name(&written).is_some() || matches!(written.as_slice(), b"import" | b"tmpfiles") {
        return None;
    }
    let name = nearest(&written)?;
    let finding = codes::misspelt_stanza(written, &name);
    Some((name, finding))
}

/// The only stanza that a word can be meant for, if there is one.
fn nearest(word: &[u8]) -> Option<String> {
    let word = word.to_str().ok()?.trim_end_matches([':', '=']).to_ascii_lowercase().replace('_', "-");
    if word.len() < 3 {
        return None;
    }
    if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| *alias == word) {
        return (!name.is_empty()).then(|| (*name).to_owned());
    }
    let near = STANZAS.iter().map(|(name, _)| *name).filter(|name| name.len().abs_diff(word.len()) <= 2);
    let mut scored: Vec<_> = near.map(|name| (strsim::damerau_levenshtein(&word, name), name)).collect();
    scored.sort_unstable();
    match scored[..] {
        [(best, _), (second, _), ..] if best == second => None,
        [(best, name), ..] if best <= (name.len() / 3).clamp(1, 2) => Some(name.to_owned()),
        _ => None,
    }
}

/// Makes the best of a stanza that Upstart refuses although its name is right, or unknown for good.
fn make_do(job: &mut Job, text: &[u8], node: &Node, stanza: &Stanza, refusal: Refusal, origin: Origin) -> Finding {
    let name = decode(text, stanza.keyword, Quotes::Kept).string();
    let illegal = |refusal: Refusal| codes::illegal_value(&name, refusal.error).at(origin);
    let Some(keyword) = Keyword::from_name(&name) else {
        return chrome_os(job, text, stanza, &name, origin).unwrap_or_else(|| codes::unknown_stanza(&name).at(origin));
    };
    let text_of_words = match keyword {
        Keyword::Description => Some(&mut job.description),
        Keyword::Author => Some(&mut job.author),
        Keyword::Version => Some(&mut job.version),
        Keyword::Usage => Some(&mut job.usage),
        _ => None,
    };
    match (refusal.error, keyword) {
        (ParseError::UnexpectedToken, _) => {
            if let (Some(slot), Some(first)) = (text_of_words, stanza.parts.first()) {
                // A text of several words that should have been one string.
                let raw = Span::new(first.span().start, stanza.end).of(text);
                let line = raw.lines().next().unwrap_or_default().trim_ascii_end();
                let old = slot.replace(Sourced::new(line.into(), origin));
                supersede(&mut job.superseded, old, origin);
                return codes::unquoted_text(&name).at_saying(origin, codes::read_as_one_string());
            }
            // How many words a stanza has that is complete with them.
            let complete = match keyword {
                Keyword::Task | Keyword::Script => Some(0),
                Keyword::PreStart | Keyword::PostStart | Keyword::PreStop | Keyword::PostStop => Some(1),
                _ => None,
            };
            let shorter = complete.map(|words| Stanza { parts: without_words(words, &stanza.parts), ..stanza.clone() });
            if shorter.is_some_and(|shorter| job.apply_as(keyword, text, &shorter, origin).is_ok()) {
                return codes::extra_words(&name).at_saying(origin, codes::read_without_them());
            }
            illegal(refusal)
        }
        (ParseError::UnterminatedBlock, _) => {
            let parts = stanza.parts.iter().map(|part| match part {
                Part::Block { body, .. } => Part::Block { body: *body, ended: true },
                other => *other,
            });
            let ended = Stanza { parts: parts.collect(), ..stanza.clone() };
            if job.apply_as(keyword, text, &ended, origin).is_err() {
                return illegal(refusal);
            }
            let last = line(text, node.span.end.saturating_sub(1));
            codes::unterminated_block().at_saying(origin, codes::read_up_to_line(last))
        }
        (ParseError::MismatchedParens, Keyword::Start | Keyword::Stop) => {
            match Condition::read(text, stanza, stanza.parts.get(1..).unwrap_or_default(), true) {
                Ok(condition) => {
                    let slot = if keyword == Keyword::Start { &mut job.start_on } else { &mut job.stop_on };
                    supersede(&mut job.superseded, slot.replace(Sourced::new(condition, origin)), origin);
                    codes::unclosed_condition().at_saying(origin, codes::read_as_closed())
                }
                Err(refusal) => illegal(refusal),
            }
        }
        _ => illegal(refusal),
    }
}

/// The stanzas that only Chrome OS's Upstart has.
fn chrome_os(job: &mut Job, text: &[u8], stanza: &Stanza, name: &BString, origin: Origin) -> Option<Finding> {
    let values = stanza.parts.iter().map(|part| match part {
        Part::Word(span) => Some(Sourced::new(decode(text, *span, Quotes::Removed).string().into(), origin)),
        _ => None,
    });
    let values = values.collect::<Option<Vec<_>>>().filter(|values| !values.is_empty())?;
    let (list, finding) = match name.as_slice() {
        b"import" => (&mut job.import, codes::import_stanza()),
        b"tmpfiles" => (&mut job.tmpfiles, codes::tmpfiles_stanza()),
        _ => return None,
    };
    list.extend(values);
    Some(finding.at(origin))
}

/// The parts without the words that Upstart did not expect: all above so many.
fn without_words(kept: usize, parts: &[Part]) -> Vec<Part> {
    let mut words = 0;
    let mut parts = parts.to_vec();
    parts.retain(|part| {
        words += usize::from(matches!(part, Part::Word(_)));
        !matches!(part, Part::Word(_)) || words <= kept
    });
    parts
}
