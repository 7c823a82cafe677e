//! The calls in one script, found and replaced where they stand; every other byte is kept.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use super::resolve::{CallSite, Caller, Reason, Replacement};
use super::script_names::ScriptNames;
use super::table;
use crate::script::call::{self, Argument, Call, Unread};
use crate::script::init_tools::{self, Named, Tool, Verb, find};
use crate::script::programs::{Runner, Wrapper};
use crate::script::tree::{
    Piece, PieceKind, Pipeline, Redirection, RedirectionOperator, ShellCommand, Substitution, Word,
};
use crate::script::walk::{self, Context, Visitor};
use crate::script::{self, ScriptText, base_name};
use crate::text::Span;

/// What became of a call.
#[derive(Clone, Debug)]
pub(crate) struct FoundCall {
    /// The call as it stands there.
    pub written: BString,
    /// Where it stands in the script.
    pub span: Span,
    /// What it calls; nothing where another program is given the call to run, or the script cannot be read.
    pub called: Option<Called>,
    pub outcome: Outcome,
}

/// The program of a call, and what it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub tool: Tool,
    /// Whether only the name stands there, which can be that of something else.
    pub bare: bool,
    /// What it is asked, where that can be read.
    pub call: Option<Call>,
}

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is replaced.
    Replaced(Replacement),
    /// It is the `stop` of its own job, which the unit gives a meaning.
    OwnStop,
    /// It needs manual action.
    Left(Reason),
}

/// All calls of a script, and what stands in their place.
pub(crate) struct Rewritten {
    pub text: BString,
    pub found: Vec<FoundCall>,
}

/// Rewrites a script. Where `stop` of the own job means that there is to be no start, it stays.
pub fn script(text: &ScriptText, caller: Caller<'_>, conditional: bool) -> Rewritten {
    let tree = match text.tree() {
        Ok(tree) => tree,
        Err(error) => {
            let reason = Reason::SyntaxError(error.to_string());
            return Rewritten { text: (**text).clone(), found: unread(text, &reason) };
        }
    };
    let mut finder = Finder {
        text,
        caller,
        conditional,
        names: ScriptNames::of(tree),
        substitutions: Vec::new(),
        handled: HashSet::new(),
        edits: Vec::new(),
        found: Vec::new(),
    };
    walk::walk(tree, &mut finder);
    let Finder { mut edits, mut found, .. } = finder;
    edits.sort_by_key(|(span, _)| *span);
    found.sort_by_key(|found| found.span);
    let mut out = BString::default();
    let mut at = 0;
    for (span, new) in edits {
        // One within another, such as in a substitution: the outer one holds its old text.
        if span.start < at {
            continue;
        }
        out.extend_from_slice(&text[at..span.start]);
        out.extend_from_slice(&new);
        at = span.end;
    }
    out.extend_from_slice(&text[at..]);
    Rewritten { text: out, found }
}

/// A script that nobody can read: whatever looks like a call in it is left.
fn unread(text: &[u8], reason: &Reason) -> Vec<FoundCall> {
    let is_call = |command: &Span| {
        let word = command.of(text).fields_with(char::is_whitespace).next().unwrap_or_default();
        init_tools::command(word).is_some()
    };
    let spans = call::lines(text).into_iter().filter(|line| line.commands.iter().any(is_call));
    let spans = spans.map(|line| line.span);
    let left = |span: Span| FoundCall {
        written: span.of(text).into(),
        span,
        called: None,
        outcome: Outcome::Left(reason.clone()),
    };
    spans.map(left).collect()
}

struct Finder<'a> {
    text: &'a [u8],
    caller: Caller<'a>,
    conditional: bool,
    names: ScriptNames,
    /// Substitutions, whether they are in backquotes, and whether escapes change them.
    substitutions: Vec<(Span, bool, bool)>,
    /// Where commands begin that have been dealt with.
    handled: HashSet<usize>,
    edits: Vec<(Span, BString)>,
    found: Vec<FoundCall>,
}

/// A call within a command: which of its words.
struct Site<'w> {
    tool: Tool,
    bare: bool,
    /// The program's word and those behind it.
    words: &'w [Word],
    /// Behind which program that runs it.
    prefix: Option<&'w Word>,
}

impl Site<'_> {
    fn called(&self, call: Option<Call>) -> Called {
        let name = self.words.first().and_then(Word::literal).unwrap_or_default();
        Called { tool: self.tool, bare: !name.contains(&b'/'), call }
    }

    fn is_behind_exec(&self) -> bool {
        self.prefix.is_some_and(|word| word.is("exec"))
    }
}

impl Visitor for Finder<'_> {
    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Command(Substitution { backquoted, escaped, .. }) = &piece.kind {
            self.substitutions.push((piece.span, *backquoted, *escaped));
        }
    }

    /// `status … | grep …`
    fn pipeline(&mut self, pipeline: &Pipeline, context: Context) {
        let [first, second] = &pipeline.commands[..] else { return };
        let (Some(status), Some(grep)) = (first.simple(), second.simple()) else { return };
        let Some(site) = self.site(&status.words).filter(|site| site.prefix.is_none()) else { return };
        let Ok(call) = self.read(&site) else { return };
        if call.verb != Some(Verb::Status)
            || self.substitutions_around(first.span).next().is_some()
            || self.caller.is_foreign(&call)
        {
            return;
        }
        let Some((searched, quiet)) = grep_states(&grep.words) else { return };
        let is_silent = |it: &Redirection| {
            let is_output = it.operator == RedirectionOperator::DuplicateOutput;
            it.here.is_none() && (it.target.span.of(self.text) == b"/dev/null" || is_output)
        };
        if !first.redirections.iter().chain(&second.redirections).all(is_silent) {
            return;
        }
        let quiet = quiet || !second.redirections.is_empty();
        self.handled.insert(first.span.start);
        let span = first.span.to(second.span);
        let outcome = match self.place(context, false).is_in_state(&call, searched, quiet) {
            Ok(instead) => {
                self.edits.push((span, instead.text.clone()));
                Outcome::Replaced(instead)
            }
            Err(reason) => Outcome::Left(reason),
        };
        self.push(span, Some(site.called(Some(call))), outcome);
    }

    fn command(&mut self, command: &ShellCommand, context: Context) {
        let Some(simple) = command.simple() else { return };
        if self.handled.contains(&command.span.start) {
            return;
        }
        match self.site(&simple.words) {
            Some(site) => self.call(command, &site, context),
            None => self.run_elsewhere(command, &simple.words),
        }
    }
}

impl Finder<'_> {
    /// The call that a command is.
    fn site<'w>(&self, words: &'w [Word]) -> Option<Site<'w>> {
        let name = words.first()?.literal()?;
        if let Some(Named { tool, bare, .. }) = init_tools::command(&name) {
            let is_function = bare && self.names.is_function(&name);
            return (!is_function).then_some(Site { tool, bare, words, prefix: None });
        }
        if !Wrapper::is_prefix(&name) {
            return None;
        }
        let Named { tool, .. } = init_tools::command(&words.get(1)?.literal()?)?;
        Some(Site { tool, bare: false, words: &words[1..], prefix: words.first() })
    }

    fn place(&self, context: Context, read: bool) -> CallSite<'_> {
        CallSite { caller: self.caller, names: &self.names, condition: context.condition, read }
    }

    fn read(&self, site: &Site<'_>) -> Result<Call, Reason> {
        let named = Named { tool: site.tool, bare: site.bare, job: None };
        Ok(Call::read(named, &Argument::all(self.text, &site.words[1..]))?)
    }

    fn call(&mut self, command: &ShellCommand, site: &Site<'_>, context: Context) {
        let Some(span) = site.words.iter().map(|word| word.span).reduce(Span::to) else { return };
        let call = match self.read(site) {
            Ok(call) => call,
            // What `service` is asked that Upstart's jobs do not know, it asks somebody else.
            Err(Reason::Unread(Unread::NoCounterpart)) if site.tool == Tool::Service => return,
            Err(reason) => return self.push(span, Some(site.called(None)), Outcome::Left(reason)),
        };
        if self.caller.is_foreign(&call) {
            return;
        }
        let outcome = if self.substitutions_around(command.span).any(|(.., escaped)| *escaped) {
            Outcome::Left(Reason::Escaped)
        } else if self.conditional && call.verb == Some(Verb::Stop) && self.caller.is_own(&call) {
            self.own_stop(site, span);
            Outcome::OwnStop
        } else {
            let is_unread =
                |it: &Redirection| it.descriptor.unwrap_or(1) == 1 && it.target.span.of(self.text) == b"/dev/null";
            let read = (context.pipeline || context.substitution) && !command.redirections.iter().any(is_unread);
            let instead = self.place(context, read).resolve(&call);
            match instead.and_then(|instead| self.replace(command, site, span, instead)) {
                Ok(instead) => Outcome::Replaced(instead),
                Err(reason) => Outcome::Left(reason),
            }
        };
        self.push(span, Some(site.called(Some(call))), outcome);
    }

    /// What stops its own job, so that it does not start, calls the function that the unit has for it.
    fn own_stop(&mut self, site: &Site<'_>, span: Span) {
        let options = site.words.iter().any(|word| word.span.of(self.text).starts_with(b"-"));
        if !site.bare || options || site.tool != Tool::Verb(Verb::Stop) {
            let whole = site.prefix.map_or(span, |word| word.span.to(span));
            let text = if site.is_behind_exec() { "{ stop; exit; }" } else { "stop" };
            self.edits.push((whole, text.into()));
        }
    }

    /// Puts the new text where the call's words stand; what `exec` ran is followed by the end of the script.
    fn replace(
        &mut self,
        command: &ShellCommand,
        site: &Site<'_>,
        mut span: Span,
        instead: Replacement,
    ) -> Result<Replacement, Reason> {
        let is_backquoted = self.substitutions_around(command.span).any(|(_, backquoted, _)| *backquoted);
        if is_backquoted && instead.text.find_byteset(b"\\`").is_some() {
            return Err(Reason::Escaped);
        }
        let mut new = instead.text.clone();
        if instead.compound {
            if let Some(prefix) = site.prefix {
                if !site.is_behind_exec() {
                    return Err(Reason::Text);
                }
                span = prefix.span.to(span);
                new.extend_from_slice(b"; exit");
            }
            if command.simple().is_some_and(|simple| !simple.assignments.is_empty()) {
                return Err(Unread::Words.into());
            }
            new = [b"{ ", new.as_slice(), b"; }"].concat().into();
        }
        for redirection in command.redirections.iter().filter(|it| span.contains(it.span.start)) {
            new.push(b' ');
            new.extend_from_slice(redirection.span.of(self.text));
        }
        self.edits.push((span, new));
        Ok(instead)
    }

    fn substitutions_around(&self, span: Span) -> impl Iterator<Item = &(Span, bool, bool)> {
        self.substitutions.iter().filter(move |(at, ..)| at.contains(span.start))
    }

    /// A command that some other program is given to run.
    fn run_elsewhere(&mut self, command: &ShellCommand, words: &[Word]) {
        let Some((name, rest)) = words.split_first() else { return };
        let Some(name) = name.literal() else { return };
        let is_call = match Wrapper::find(base_name(&name)).map(|wrapper| wrapper.runner) {
            Some(Runner::Words | Runner::Prefix) => {
                let is_own = |word: &&Word| {
                    let raw = word.span.of(self.text);
                    raw.starts_with(b"-")
                        || raw.contains(&b'=')
                        || raw.first().is_some_and(u8::is_ascii_digit)
                        || raw == b"{}"
                };
                let program = rest.iter().find(|word| !is_own(word)).and_then(Word::literal);
                program.is_some_and(|name| init_tools::command(&name).is_some())
            }
            Some(Runner::Text) => rest.iter().any(|word| holds_call(word.span.of(self.text), &self.names)),
            Some(Runner::Option(_)) | None => false,
        };
        if is_call {
            self.push(command.span, None, Outcome::Left(Reason::Text));
        }
    }

    fn push(&mut self, span: Span, called: Option<Called>, outcome: Outcome) {
        self.found.push(FoundCall { written: span.of(self.text).into(), span, called, outcome });
    }
}

/// Whether a text for a shell holds a call, quotes around it or not.
fn holds_call(word: &[u8], names: &ScriptNames) -> bool {
    let text = word.trim_with(|c| c == '"' || c == '\'');
    let Ok(tree) = script::parse(text) else { return false };
    let mut found = false;
    walk::simple_commands(&tree, |command, _| {
        let Some(simple) = command.simple() else { return };
        let mut words = simple.words.iter().map_while(Word::literal);
        let name = match words.next() {
            Some(name) if Wrapper::is_prefix(&name) => words.next(),
            name => name,
        };
        let name = name.unwrap_or_default();
        found |= init_tools::command(&name)
            .is_some_and(|it| it.tool != Tool::Service && (!it.bare || !names.is_function(&name)));
    });
    found
}

/// Which states of a unit a `grep` looks for, and whether it prints nothing.
fn grep_states(words: &[Word]) -> Option<(&'static [&'static str], bool)> {
    let words: Vec<BString> = words.iter().map(Word::literal).collect::<Option<_>>()?;
    let [name, options @ .., pattern] = words.as_slice() else { return None };
    let are_quiet: Vec<bool> = options.iter().map(|option| find(table::GREP_OPTIONS, option)).collect::<Option<_>>()?;
    let is_grep = matches!(name.as_slice(), b"grep" | b"/bin/grep" | b"fgrep" | b"egrep");
    let states = find(table::STATES, pattern).filter(|_| is_grep)?;
    Some((states, are_quiet.contains(&true)))
}
