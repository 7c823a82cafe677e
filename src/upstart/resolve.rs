//! From documents to a job: stanza by stanza, with Upstart's rules for repeats and its errors.

use bstr::{BString, ByteSlice as _};

use super::condition::Condition;
use super::decode::{Quotes, decode, meant, places, shared_blanks};
use super::document::{Document, NodeKind, Part, Stanza};
use super::job::{
    Cgroup, Console, Expect, Job, NormalExit, Process, ProcessType, RespawnLimit, score_of_oom,
};
use super::number;
use super::refusal::{ParseError, Refusal};
use super::stanza::{Keyword, RESOURCES};
use super::words::Words;
use crate::service::{Bound, Limit, Signal};
use crate::text::{Origin, Sourced, Span, line};

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
    pub fn apply_as(
        &mut self,
        keyword: Keyword,
        text: &[u8],
        stanza: &Stanza,
        origin: Origin,
    ) -> Result<(), Refusal> {
        let mut apply =
            Apply { text, stanza, words: Words::new(text, stanza), origin, superseded: &mut self.superseded };
        match keyword {
            Keyword::Description => apply.string(&mut self.description),
            Keyword::Author => apply.string(&mut self.author),
            Keyword::Version => apply.string(&mut self.version),
            Keyword::Usage => apply.string(&mut self.usage),
            Keyword::Instance => apply.string(&mut self.instance),
            Keyword::Chroot => apply.string(&mut self.chroot),
            Keyword::Chdir => apply.string(&mut self.chdir),
            Keyword::Setuid => apply.string(&mut self.setuid),
            Keyword::Setgid => apply.string(&mut self.setgid),
            Keyword::Env => {
                let value = apply.words.arg()?;
                self.env.push(Sourced::new(value, apply.origin));
                apply.words.end()
            }
            Keyword::Export => apply.list(&mut self.export),
            Keyword::Emits => apply.list(&mut self.emits),
            Keyword::Start => {
                let condition = apply.condition()?;
                let manual = self.manual.take().map(|manual| manual.origin);
                let disabled = self.disabled_start_on.take().map(|condition| condition.origin);
                for old in manual.into_iter().chain(disabled) {
                    apply.superseded.push((old, apply.origin));
                }
                apply.set(&mut self.start_on, condition);
                Ok(())
            }
            Keyword::Stop => {
                let condition = apply.condition()?;
                apply.set(&mut self.stop_on, condition);
                Ok(())
            }
            Keyword::Manual => {
                apply.set(&mut self.manual, ());
                self.disabled_start_on = self.start_on.take().or(self.disabled_start_on.take());
                Ok(())
            }
            Keyword::Debug => {
                apply.set(&mut self.debug, ());
                Ok(())
            }
            Keyword::Exec | Keyword::Script => {
                let script = keyword == Keyword::Script;
                let process = apply.process(script)?;
                apply.set_process(&mut self.processes, ProcessType::Main, process);
                Ok(())
            }
            Keyword::PreStart | Keyword::PostStart | Keyword::PreStop | Keyword::PostStop => {
                let at = apply.words;
                let script = match apply.words.keyword()?.as_slice() {
                    b"exec" => false,
                    b"script" => true,
                    _ => return at.wrong(ParseError::UnknownStanza),
                };
                let process = apply.process(script)?;
                let kind = match keyword {
                    Keyword::PreStart => ProcessType::PreStart,
                    Keyword::PostStart => ProcessType::PostStart,
                    Keyword::PreStop => ProcessType::PreStop,
                    _ => ProcessType::PostStop,
                };
                apply.set_process(&mut self.processes, kind, process);
                Ok(())
            }
            Keyword::Expect => {
                let value = match apply.words.arg()?.as_slice() {
                    b"stop" => Expect::Stop,
                    b"daemon" => Expect::Daemon,
                    b"fork" => Expect::Fork,
                    b"none" => Expect::None,
                    _ => return apply.words.wrong(ParseError::UnknownStanza),
                };
                apply.set(&mut self.expect, value);
                apply.words.end()
            }
            Keyword::Task => {
                apply.set(&mut self.task, ());
                apply.words.end()
            }
            Keyword::Kill => apply.kill(&mut self.kill_timeout, &mut self.kill_signal),
            Keyword::Reload => {
                if apply.words.keyword()? != "signal" {
                    return apply.words.wrong(ParseError::UnknownStanza);
                }
                let signal = apply.signal()?;
                apply.set(&mut self.reload_signal, signal);
                apply.words.end()
            }
            Keyword::Respawn if !apply.words.more() => {
                apply.set(&mut self.respawn, ());
                Ok(())
            }
            Keyword::Respawn => {
                let limit = apply.respawn_limit(self.respawn_limit.as_ref().map(|limit| limit.value))?;
                apply.set(&mut self.respawn_limit, limit);
                apply.words.end()
            }
            Keyword::Normal => apply.normal_exit(&mut self.normal_exit),
            Keyword::Console => {
                let value = match apply.words.arg()?.as_slice() {
                    b"none" => Console::None,
                    b"output" => Console::Output,
                    b"owner" => Console::Owner,
                    b"log" => Console::Log,
                    _ => return apply.words.wrong(ParseError::UnknownStanza),
                };
                apply.set(&mut self.console, value);
                apply.words.end()
            }
            Keyword::Umask => {
                let arg = apply.words.arg()?;
                match number::unsigned(&arg, 8).map(truncated) {
                    Some(mask) if mask & !0o777 == 0 => apply.set(&mut self.umask, mask),
                    _ => return apply.words.wrong(ParseError::IllegalUmask),
                }
                apply.words.end()
            }
            Keyword::Nice => {
                let arg = apply.words.arg()?;
                match number::signed(&arg).map(number::int) {
                    Some(nice @ -20..=19) => apply.set(&mut self.nice, nice),
                    _ => return apply.words.wrong(ParseError::IllegalNice),
                }
                apply.words.end()
            }
            Keyword::Oom => {
                let score = apply.oom()?;
                apply.set(&mut self.oom_score_adj, score);
                apply.words.end()
            }
            Keyword::Limit => {
                let name = apply.words.arg()?;
                let known = RESOURCES.iter().find(|(known, _)| known.as_bytes() == name.as_slice());
                let Some((_, resource)) = known else {
                    return apply.words.wrong(ParseError::UnknownStanza);
                };
                let soft = apply.bound()?;
                let hard = apply.bound()?;
                let limit = Sourced::new(Limit { soft, hard }, apply.origin);
                if let Some(old) = self.limits.insert(*resource, limit) {
                    apply.superseded.push((old.origin, apply.origin));
                }
                apply.words.end()
            }
            Keyword::Apparmor => apply.apparmor(&mut self.apparmor_load, &mut self.apparmor_switch),
            Keyword::Cgroup => {
                let cgroup = apply.cgroup()?;
                self.cgroups.push(Sourced::new(cgroup, apply.origin));
                apply.words.end()
            }
        }
    }
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
        if let Some(old) = slot.replace(Sourced::new(value, self.origin)) {
            self.superseded.push((old.origin, self.origin));
        }
    }

    fn set_process(
        &mut self,
        processes: &mut std::collections::BTreeMap<ProcessType, Sourced<Process>>,
        kind: ProcessType,
        process: Process,
    ) {
        if let Some(old) = processes.insert(kind, Sourced::new(process, self.origin)) {
            self.superseded.push((old.origin, self.origin));
        }
    }

    fn string(&mut self, slot: &mut Option<Sourced<BString>>) -> Outcome {
        let value = self.words.arg()?;
        self.words.end()?;
        self.set(slot, value);
        Ok(())
    }

    fn list(&mut self, list: &mut Vec<Sourced<BString>>) -> Outcome {
        let mut values = vec![self.words.arg()?];
        while self.words.more() {
            values.push(self.words.arg()?);
        }
        list.extend(values.into_iter().map(|value| Sourced::new(value, self.origin)));
        Ok(())
    }

    fn condition(&mut self) -> Result<Condition, Refusal> {
        if self.words.keyword()? != "on" {
            return self.words.wrong(ParseError::UnknownStanza);
        }
        let lenient = false;
        Condition::read(self.text, self.stanza, self.words.rest(), lenient)
    }

    /// A process with its places in the file.
    fn placed(&self, process: Process) -> Process {
        let run = process.meant.as_ref().unwrap_or(&process.command);
        let places = places(self.text, process.span, run);
        Process { places, line: line(self.text, process.span.start), ..process }
    }

    fn process(&mut self, script: bool) -> Result<Process, Refusal> {
        if script {
            self.words.end()?;
            match self.words.part() {
                Some(Part::Block { body, ended: true }) => {
                    let command = dedent(self.text, body);
                    Ok(self.placed(Process { script, command, span: body, ..Process::default() }))
                }
                _ => Err(Refusal { error: ParseError::UnterminatedBlock, at: self.text.len() }),
            }
        } else {
            match self.words.part() {
                Some(Part::Command(span)) => {
                    let command = decode(self.text, span, Quotes::Kept);
                    let meant = command.garbled.then(|| meant(self.text, span, Quotes::Kept));
                    let command = command.string();
                    Ok(self.placed(Process { script, command, meant, span, ..Process::default() }))
                }
                _ => match self.words.arg() {
                    Err(refusal) => Err(refusal),
                    Ok(_) => Err(Refusal { error: ParseError::ExpectedToken, at: self.words.at() }),
                },
            }
        }
    }

    fn kill(&mut self, timeout: &mut Option<Sourced<i64>>, signal: &mut Option<Sourced<Signal>>) -> Outcome {
        match self.words.keyword()?.as_slice() {
            b"timeout" => {
                self.words.mark();
                let seconds = self.interval()?;
                self.set(timeout, seconds);
            }
            b"signal" => {
                let number = self.signal()?;
                self.set(signal, number);
            }
            _ => return self.words.wrong(ParseError::UnknownStanza),
        }
        self.words.end()
    }

    fn interval(&mut self) -> Result<i64, Refusal> {
        let arg = self.words.arg()?;
        match number::signed(&arg) {
            Some(seconds) if seconds >= 0 => Ok(seconds),
            _ => self.words.wrong(ParseError::IllegalInterval),
        }
    }

    fn signal(&mut self) -> Result<Signal, Refusal> {
        self.words.mark();
        let arg = self.words.arg()?;
        Signal::from_name(&arg)
            .or_else(|| Some(Signal(status(&arg)?)))
            .map_or_else(|| self.words.wrong(ParseError::IllegalSignal), Ok)
    }

    fn respawn_limit(&mut self, before: Option<RespawnLimit>) -> Result<RespawnLimit, Refusal> {
        if self.words.keyword()? != "limit" {
            return self.words.wrong(ParseError::UnknownStanza);
        }
        self.words.mark();
        let arg = self.words.arg()?;
        if arg == "unlimited" {
            return Ok(RespawnLimit { count: 0, interval: 0 });
        }
        let mut limit = before.unwrap_or_default();
        match number::signed(&arg).map(number::int) {
            Some(count) if count >= 0 => limit.count = count,
            _ => return self.words.wrong(ParseError::IllegalLimit),
        }
        self.words.mark();
        limit.interval = self.interval()?;
        Ok(limit)
    }

    fn normal_exit(&mut self, list: &mut Vec<Sourced<NormalExit>>) -> Outcome {
        if self.words.keyword()? != "exit" {
            return self.words.wrong(ParseError::UnknownStanza);
        }
        let mut values = Vec::new();
        loop {
            self.words.mark();
            let arg = self.words.arg()?;
            let exit = Signal::from_name(&arg)
                .map(NormalExit::Signal)
                .or_else(|| status(&arg).map(NormalExit::Status));
            match exit {
                Some(exit) => values.push(exit),
                None => return self.words.wrong(ParseError::IllegalExit),
            }
            if !self.words.more() {
                break;
            }
        }
        list.extend(values.into_iter().map(|exit| Sourced::new(exit, self.origin)));
        Ok(())
    }

    fn oom(&mut self) -> Result<i32, Refusal> {
        let arg = self.words.arg()?;
        match arg.as_slice() {
            b"score" => {
                self.words.mark();
                let arg = self.words.arg()?;
                if arg == "never" {
                    return Ok(-1000);
                }
                match number::signed(&arg).map(number::int) {
                    Some(score @ -1000..=1000) => Ok(score),
                    _ => self.words.wrong(ParseError::IllegalOomScore),
                }
            }
            b"never" => Ok(-1000),
            _ => match number::signed(&arg).map(number::int) {
                Some(old @ -17..=15) => Ok(score_of_oom(old)),
                _ => self.words.wrong(ParseError::IllegalOom),
            },
        }
    }

    fn bound(&mut self) -> Result<Bound, Refusal> {
        self.words.mark();
        let arg = self.words.arg()?;
        if arg == "unlimited" {
            return Ok(Bound::Unlimited);
        }
        match number::unsigned(&arg, 10) {
            // All bits set is how setrlimit(2) spells "no limit".
            Some(u64::MAX) => Ok(Bound::Unlimited),
            Some(value) => Ok(Bound::At(value)),
            None => self.words.wrong(ParseError::IllegalLimit),
        }
    }

    fn apparmor(
        &mut self,
        load: &mut Option<Sourced<BString>>,
        switch: &mut Option<Sourced<BString>>,
    ) -> Outcome {
        let slot = match self.words.keyword()?.as_slice() {
            b"load" => load,
            b"switch" => switch,
            _ => return self.words.wrong(ParseError::UnknownStanza),
        };
        let value = self.words.arg()?;
        self.set(slot, value);
        self.words.end()
    }

    fn cgroup(&mut self) -> Result<Cgroup, Refusal> {
        let controller = self.words.arg()?;
        let mut args = Vec::new();
        while args.len() < 3 && self.words.more() {
            args.push(self.words.arg()?);
        }
        let mut args = args.into_iter();
        let (name, key, value) = match args.len() {
            0 => (None, None, None),
            1 => (args.next(), None, None),
            2 => (None, args.next(), args.next()),
            _ => (args.next(), args.next(), args.next()),
        };
        Ok(Cgroup { controller, name, key, value })
    }
}

/// An exit status or a signal's number: what fits a positive `int`.
fn status(arg: &[u8]) -> Option<u32> {
    number::unsigned(arg, 10)
        .and_then(|value| i32::try_from(value).ok())
        .and_then(|value| u32::try_from(value).ok())
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
