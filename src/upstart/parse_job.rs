//! From documents to a job: stanza by stanza, with Upstart's rules for repeats and its errors.

use std::ops::RangeInclusive;

use bstr::{BString, ByteSlice as _};

use super::condition::Condition;
use super::decode::{Quotes, decode, meant, places, shared_blanks};
use super::document::{Document, NodeKind, Part, Stanza};
use super::job::{Job, Process, ProcessType, RespawnLimit, score_of_oom};
use super::keywords::{CONSOLES, EXPECTS, Keyword, PROCESSES, RESOURCES, by_name};
use super::refusal::{ParseError, Refusal};
use super::words::Words;
use super::{defaults, number};
use crate::service::{Bound, CgroupSetting, Exit, Limit, Signal};
use crate::text::{Origin, Sourced, Span, Text, line};

type Outcome = Result<(), Refusal>;

impl Job {
    /// Reads a job as Upstart does: the first error ends it, and the file is refused.
    ///
    /// # Errors
    /// Upstart's error.
    pub fn read(text: &[u8]) -> Result<Job, Refusal> {
        let mut job = Job::default();
        job.lay_over(text, &Document::read(text), 0)?;
        Ok(job)
    }

    /// Lays a document over what is there already, as an override is laid over a job.
    ///
    /// # Errors
    /// Upstart's error; the stanzas before it have been applied.
    pub fn lay_over(&mut self, text: &[u8], document: &Document, file: usize) -> Result<(), Refusal> {
        for node in &document.nodes {
            let torn = document.torn.as_ref().filter(|torn| node.span.contains(torn.keyword.start));
            match (torn, &node.kind) {
                (Some(stanza), _) | (None, NodeKind::Stanza(stanza)) => {
                    self.apply(text, stanza, Origin { file, span: stanza.span() })?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Applies one stanza.
    ///
    /// # Errors
    /// Upstart's error. The job is then as it was, or the stanza took effect in part, as in Upstart.
    pub fn apply(&mut self, text: &[u8], stanza: &Stanza, origin: Origin) -> Result<(), Refusal> {
        let name = decode(text, stanza.keyword, Quotes::Kept);
        let words = Words::new(text, stanza);
        match Keyword::from_name(&name.value) {
            Some(keyword) => self.apply_as(keyword, text, stanza, origin),
            None if stanza.keyword.is_empty() => Err(Words::arg(&mut { words })
                .err()
                .unwrap_or(Refusal { error: ParseError::UnknownStanza, at: words.at() })),
            None if name.empty => Err(Refusal { error: ParseError::ExpectedToken, at: stanza.keyword.end }),
            None => Err(Refusal { error: ParseError::UnknownStanza, at: words.at() }),
        }
    }

    /// Applies a stanza as if its first word were that keyword.
    ///
    /// # Errors
    /// Upstart's error.
    pub(crate) fn apply_as(&mut self, keyword: Keyword, text: &[u8], stanza: &Stanza, origin: Origin) -> Outcome {
        let words = Words::new(text, stanza);
        let mut apply = Apply { text, stanza, words, origin, superseded: &mut self.superseded };
        match keyword {
            // Of these, Upstart does not look at what stands behind the last word that it takes.
            Keyword::Start => {
                let condition = apply.condition()?;
                apply.replaces(self.manual.take());
                apply.replaces(self.disabled_start_on.take());
                apply.set(&mut self.start_on, condition);
                return Ok(());
            }
            Keyword::Stop => {
                let condition = apply.condition()?;
                apply.set(&mut self.stop_on, condition);
                return Ok(());
            }
            Keyword::Manual => {
                apply.set(&mut self.manual, ());
                self.disabled_start_on = self.start_on.take().or(self.disabled_start_on.take());
                return Ok(());
            }
            Keyword::Debug => {
                apply.set(&mut self.debug, ());
                return Ok(());
            }
            Keyword::Exec
            | Keyword::Script
            | Keyword::PreStart
            | Keyword::PostStart
            | Keyword::PreStop
            | Keyword::PostStop => {
                let kind = by_name(PROCESSES, keyword.name().as_bytes());
                let script = match kind {
                    None => keyword == Keyword::Script,
                    Some(_) => apply.one_of(&[("exec", false), ("script", true)])?,
                };
                let process = Sourced::new(apply.process(script)?, origin);
                apply.replaces(self.processes.insert(kind.unwrap_or(ProcessType::Main), process));
                return Ok(());
            }
            Keyword::Description => apply.string(&mut self.description)?,
            Keyword::Author => apply.string(&mut self.author)?,
            Keyword::Version => apply.string(&mut self.version)?,
            Keyword::Usage => apply.string(&mut self.usage)?,
            Keyword::Instance => apply.string(&mut self.instance)?,
            Keyword::Chroot => apply.string(&mut self.chroot)?,
            Keyword::Chdir => apply.string(&mut self.chdir)?,
            Keyword::Setuid => apply.string(&mut self.setuid)?,
            Keyword::Setgid => apply.string(&mut self.setgid)?,
            Keyword::Env => self.env.push(Sourced::new(apply.words.arg()?.into(), origin)),
            Keyword::Export => apply.list(&mut self.export)?,
            Keyword::Emits => apply.list(&mut self.emits)?,
            Keyword::Expect => {
                let expect = apply.named(EXPECTS)?;
                apply.set(&mut self.expect, expect);
            }
            Keyword::Task => apply.set(&mut self.task, ()),
            Keyword::Kill => {
                if apply.one_of(&[("timeout", true), ("signal", false)])? {
                    apply.words.mark();
                    let seconds = apply.interval()?;
                    apply.set(&mut self.kill_timeout, seconds);
                } else {
                    let signal = apply.signal()?;
                    apply.set(&mut self.kill_signal, signal);
                }
            }
            Keyword::Reload => {
                apply.one_of(&[("signal", ())])?;
                let signal = apply.signal()?;
                apply.set(&mut self.reload_signal, signal);
            }
            Keyword::Respawn if !apply.words.more() => apply.set(&mut self.respawn, ()),
            Keyword::Respawn => {
                let limit = apply.respawn_limit(self.respawn_limit.as_ref().map(|limit| limit.value))?;
                apply.set(&mut self.respawn_limit, limit);
            }
            Keyword::Normal => apply.normal_exit(&mut self.normal_exit)?,
            Keyword::Console => {
                let console = apply.named(CONSOLES)?;
                apply.set(&mut self.console, console);
            }
            Keyword::Umask => {
                let mask = number::unsigned(&apply.words.arg()?, 8).map(truncated);
                let mask = apply.legal(mask.filter(|mask| mask & !0o777 == 0), ParseError::IllegalUmask)?;
                apply.set(&mut self.umask, mask);
            }
            Keyword::Nice => {
                let arg = apply.words.arg()?;
                let nice = apply.int(&arg, -20..=19, ParseError::IllegalNice)?;
                apply.set(&mut self.nice, nice);
            }
            Keyword::Oom => {
                let score = apply.oom()?;
                apply.set(&mut self.oom_score_adj, score);
            }
            Keyword::Limit => {
                let resource = apply.named(RESOURCES)?;
                let (soft, hard) = (apply.bound()?, apply.bound()?);
                apply.replaces(self.limits.insert(resource, Sourced::new(Limit { soft, hard }, origin)));
            }
            Keyword::Apparmor => {
                let loads = apply.one_of(&[("load", true), ("switch", false)])?;
                let profile = apply.words.arg()?.into();
                apply.set(if loads { &mut self.apparmor_load } else { &mut self.apparmor_switch }, profile);
            }
            Keyword::Cgroup => self.cgroups.push(Sourced::new(apply.cgroup()?, origin)),
        }
        apply.words.end()
    }
}

/// Notes that a stanza took the place of another one.
pub(super) fn supersede<T>(superseded: &mut Vec<(Origin, Origin)>, old: Option<Sourced<T>>, new: Origin) {
    superseded.extend(old.and_then(|old| Some((old.origin()?, new))));
}

/// Cuts a number to the 32 bits of a `mode_t`, as an assignment does in C.
#[allow(clippy::cast_possible_truncation)]
fn truncated(value: u64) -> u32 {
    value as u32
}

struct Apply<'a> {
    text: &'a [u8],
    stanza: &'a Stanza,
    words: Words<'a>,
    origin: Origin,
    superseded: &'a mut Vec<(Origin, Origin)>,
}

impl Apply<'_> {
    /// Sets a value; what stood there before is superseded.
    fn set<T>(&mut self, slot: &mut Option<Sourced<T>>, value: T) {
        let old = slot.replace(Sourced::new(value, self.origin));
        self.replaces(old);
    }

    fn replaces<T>(&mut self, old: Option<Sourced<T>>) {
        supersede(self.superseded, old, self.origin);
    }

    /// A value, or the error for one that cannot be.
    fn legal<T>(&self, value: Option<T>, error: ParseError) -> Result<T, Refusal> {
        value.map_or_else(|| self.words.wrong(error), Ok)
    }

    /// One of the words that a stanza goes on with.
    fn one_of<T: Copy>(&mut self, words: &[(&str, T)]) -> Result<T, Refusal> {
        let word = self.words.keyword()?;
        self.legal(by_name(words, &word), ParseError::UnknownStanza)
    }

    /// One of the values that a stanza may have.
    fn named<T: Copy>(&mut self, values: &[(&str, T)]) -> Result<T, Refusal> {
        let word = self.words.arg()?;
        self.legal(by_name(values, &word), ParseError::UnknownStanza)
    }

    fn int(&self, arg: &[u8], range: RangeInclusive<i32>, error: ParseError) -> Result<i32, Refusal> {
        self.legal(number::signed(arg).map(number::int).filter(|value| range.contains(value)), error)
    }

    fn string(&mut self, slot: &mut Option<Sourced<Text>>) -> Outcome {
        let value = self.words.arg()?;
        self.words.end()?;
        self.set(slot, value.into());
        Ok(())
    }

    fn list(&mut self, list: &mut Vec<Sourced<Text>>) -> Outcome {
        let mut values = vec![self.words.arg()?];
        while self.words.more() {
            values.push(self.words.arg()?);
        }
        list.extend(values.into_iter().map(|value| Sourced::new(value.into(), self.origin)));
        Ok(())
    }

    fn condition(&mut self) -> Result<Condition, Refusal> {
        self.one_of(&[("on", ())])?;
        let lenient = false;
        Condition::read(self.text, self.stanza, self.words.rest(), lenient)
    }

    fn process(&mut self, script: bool) -> Result<Process, Refusal> {
        if script {
            self.words.end()?;
        }
        let (command, meant, span) = match self.words.part() {
            Some(Part::Block { body, ended: true }) if script => (dedent(self.text, body), None, body),
            _ if script => return Err(Refusal { error: ParseError::UnterminatedBlock, at: self.text.len() }),
            Some(Part::Command(span)) => {
                let command = decode(self.text, span, Quotes::Kept);
                let meant = command.garbled.then(|| meant(self.text, span, Quotes::Kept));
                (command.string(), meant, span)
            }
            _ => {
                self.words.arg()?;
                return Err(Refusal { error: ParseError::ExpectedToken, at: self.words.at() });
            }
        };
        let places = places(self.text, span, meant.as_ref().unwrap_or(&command));
        Ok(Process { script, command, meant, span, places, line: line(self.text, span.start) })
    }

    fn interval(&mut self) -> Result<i64, Refusal> {
        let seconds = number::signed(&self.words.arg()?);
        self.legal(seconds.filter(|seconds| *seconds >= 0), ParseError::IllegalInterval)
    }

    fn signal(&mut self) -> Result<Signal, Refusal> {
        self.words.mark();
        let arg = self.words.arg()?;
        let signal = Signal::from_name(&arg).or_else(|| status(&arg).map(Signal));
        self.legal(signal, ParseError::IllegalSignal)
    }

    fn respawn_limit(&mut self, before: Option<RespawnLimit>) -> Result<RespawnLimit, Refusal> {
        self.one_of(&[("limit", ())])?;
        self.words.mark();
        let arg = self.words.arg()?;
        if arg == "unlimited" {
            return Ok(RespawnLimit { count: 0, interval: 0 });
        }
        let mut limit = before.unwrap_or(defaults::RESPAWN_LIMIT);
        limit.count = self.int(&arg, 0..=i32::MAX, ParseError::IllegalLimit)?;
        self.words.mark();
        limit.interval = self.interval()?;
        Ok(limit)
    }

    fn normal_exit(&mut self, list: &mut Vec<Sourced<Exit>>) -> Outcome {
        self.one_of(&[("exit", ())])?;
        let mut values = Vec::new();
        loop {
            self.words.mark();
            let arg = self.words.arg()?;
            let exit = Signal::from_name(&arg).map(Exit::Signal).or_else(|| status(&arg).map(Exit::Status));
            values.push(self.legal(exit, ParseError::IllegalExit)?);
            if !self.words.more() {
                break;
            }
        }
        list.extend(values.into_iter().map(|exit| Sourced::new(exit, self.origin)));
        Ok(())
    }

    fn oom(&mut self) -> Result<i32, Refusal> {
        let mut arg = self.words.arg()?;
        let is_score = arg == "score";
        if is_score {
            self.words.mark();
            arg = self.words.arg()?;
        }
        match arg.as_slice() {
            b"never" => Ok(-1000),
            _ if is_score => self.int(&arg, -1000..=1000, ParseError::IllegalOomScore),
            _ => self.int(&arg, -17..=15, ParseError::IllegalOom).map(score_of_oom),
        }
    }

    fn bound(&mut self) -> Result<Bound, Refusal> {
        self.words.mark();
        let arg = self.words.arg()?;
        let bound = match number::unsigned(&arg, 10) {
            _ if arg == "unlimited" => Some(Bound::Unlimited),
            // All bits set is how setrlimit(2) spells "no limit".
            Some(u64::MAX) => Some(Bound::Unlimited),
            number => number.map(Bound::At),
        };
        self.legal(bound, ParseError::IllegalLimit)
    }

    fn cgroup(&mut self) -> Result<CgroupSetting, Refusal> {
        let controller = self.words.arg()?.into();
        let mut args: Vec<Text> = Vec::new();
        while args.len() < 3 && self.words.more() {
            args.push(self.words.arg()?.into());
        }
        // A single word is a name, two are a setting.
        let name = if args.len() % 2 == 1 { Some(args.remove(0)) } else { None };
        let mut setting = args.into_iter();
        Ok(CgroupSetting { controller, name, key: setting.next(), value: setting.next() })
    }
}

/// An exit status or a signal's number: what fits a positive `int`.
fn status(arg: &[u8]) -> Option<u32> {
    number::unsigned(arg, 10).and_then(|value| i32::try_from(value).ok()).and_then(|value| u32::try_from(value).ok())
}

/// The lines of a block without the blanks that all of them begin with, byte for byte as the first
/// line has them.
fn dedent(text: &[u8], body: Span) -> BString {
    let body = body.of(text);
    let shared = shared_blanks(body);
    let mut out = BString::default();
    for line in body.lines_with_terminator() {
        let line = &line[shared..];
        // Upstart copies lines as C strings.
        out.extend_from_slice(&line[..line.find_byte(0).unwrap_or(line.len())]);
    }
    out
}
