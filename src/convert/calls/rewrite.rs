//! The calls in one script, found and replaced where they stand; every other byte is kept.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use super::call::{self, Call, Reason};
use super::resolve::{Instead, Place, is_own};
use super::table::{self, Grammar, Runner, Verb};
use crate::shell::tree::{
    AndOr, Command, CommandKind, Piece, PieceKind, Pipeline, RedirectionOperator, Substitution, Word,
};
use crate::shell::walk::{self, Context, Visitor};
use crate::shell::{self, Opaque, ScriptText};
use crate::text::Span;

/// What became of a call.
#[derive(Clone, Debug)]
pub struct Found {
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
pub struct Called {
    pub grammar: Grammar,
    /// Whether only the name stands there, which can be that of something else.
    pub bare: bool,
    /// What it is asked, where that can be read.
    pub call: Option<Call>,
}

/// What becomes of a call.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is replaced.
    Replaced(Instead),
    /// It is the `stop` of its own job, which the unit gives a meaning.
    OwnStop,
    /// A person has to decide.
    Left(Reason),
}

/// All calls of a script, and what stands in their place.
pub struct Rewritten {
    pub text: BString,
    pub found: Vec<Found>,
}

/// Rewrites a script. Where `stop` of the own job means that there is to be no start, it stays.
pub fn script(text: &ScriptText, place: &Place<'_>, conditional: bool) -> Rewritten {
    let tree = match text.tree() {
        Ok(tree) => tree,
        Err(opaque) => return unread(text, opaque),
    };
    let mut names = Names::default();
    walk::walk(tree, &mut names);
    let mut finder = Finder {
        text,
        place,
        conditional,
        names: &names,
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
fn unread(text: &[u8], opaque: &Opaque) -> Rewritten {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.lines_with_terminator() {
        let (start, line) = (at, line.trim_ascii_end());
        at += line.len();
        at = text[at..].find_byte(b'\n').map_or(text.len(), |len| at + len + 1);
        let first = |part: &[u8]| {
            let word = part.trim_ascii_start().split(u8::is_ascii_whitespace).next().unwrap_or_default();
            table::program(word).is_some()
        };
        if line.trim_ascii_start().starts_with(b"#")
            || !line.split(|byte| b";&|({`!".contains(byte)).any(first)
        {
            continue;
        }
        let indent = line.len() - line.trim_ascii_start().len();
        found.push(Found {
            written: line.trim_ascii_start().into(),
            span: Span::new(start + indent, start + line.len()),
            called: None,
            outcome: Outcome::Left(Reason::Opaque(opaque.to_string())),
        });
    }
    Rewritten { text: text.into(), found }
}

/// What a script gives names to.
#[derive(Default)]
struct Names {
    functions: HashSet<BString>,
    /// Variables that run over words which a unit's name can hold.
    plain: HashSet<BString>,
    assigned: HashSet<BString>,
}

impl Visitor for Names {
    fn command(&mut self, command: &Command, _: Context) {
        match &command.kind {
            CommandKind::Function(function) => self.functions.extend(function.name.literal()),
            CommandKind::For(it) => {
                let Some(variable) = it.variable.literal() else { return };
                let words = it.words.as_deref().unwrap_or_default();
                if !words.is_empty() && words.iter().all(is_plain) {
                    self.plain.insert(variable);
                } else {
                    self.assigned.insert(variable);
                }
            }
            CommandKind::Simple(simple) => {
                self.assigned.extend(simple.assignments.iter().map(|it| it.name.clone()));
                if simple.words.first().and_then(Word::literal).is_some_and(|name| name == "read") {
                    self.assigned.extend(simple.words.iter().skip(1).filter_map(Word::literal));
                }
            }
            _ => {}
        }
    }
}

/// Whether a word stands for nothing but letters, digits and the like.
fn is_plain(word: &Word) -> bool {
    if let [Piece { kind: PieceKind::Command(Substitution { commands, .. }), .. }] = &word.pieces[..]
        && let [AndOr { first: Pipeline { commands, .. }, rest, .. }] = &commands[..]
        && let [Command { kind: CommandKind::Simple(simple), .. }] = &commands[..]
    {
        return rest.is_empty()
            && simple.words.first().and_then(Word::literal).is_some_and(|name| name == "seq");
    }
    word.literal().is_some_and(|text| {
        !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_:.".contains(byte))
    })
}

struct Finder<'a> {
    text: &'a [u8],
    place: &'a Place<'a>,
    conditional: bool,
    names: &'a Names,
    /// Substitutions, and whether they are in backquotes, and whether escapes change them.
    substitutions: Vec<(Span, bool, bool)>,
    /// Where commands begin that have been dealt with.
    handled: HashSet<usize>,
    edits: Vec<(Span, BString)>,
    found: Vec<Found>,
}

/// A call within a command: which of its words.
struct Site<'w> {
    grammar: Grammar,
    bare: bool,
    /// The program's word and those behind it.
    words: &'w [Word],
    /// Behind which program that runs it.
    prefix: Option<&'w Word>,
}

impl Site<'_> {
    fn called(&self, call: Option<Call>) -> Called {
        let name = self.words.first().and_then(Word::literal).unwrap_or_default();
        Called { grammar: self.grammar, bare: !name.contains(&b'/'), call }
    }
}

impl Visitor for Finder<'_> {
    fn piece(&mut self, piece: &Piece, _: Context) {
        if let PieceKind::Command(sub) = &piece.kind {
            self.substitutions.push((piece.span, sub.backquoted, sub.escaped));
        }
    }

    fn list(&mut self, list: &[AndOr], context: Context) {
        for and_or in list {
            let links = and_or.rest.len();
            let all = std::iter::once(&and_or.first).chain(and_or.rest.iter().map(|link| &link.pipeline));
            for (index, pipeline) in all.enumerate() {
                let condition = context.condition || index < links || pipeline.negation.is_some();
                self.pipeline(pipeline, Context { condition, ..context });
            }
        }
    }

    fn command(&mut self, command: &Command, context: Context) {
        let CommandKind::Simple(simple) = &command.kind else { return };
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
        if let Some((grammar, bare)) = table::program(&name) {
            return (!bare || !self.names.functions.contains(&name)).then_some(Site {
                grammar,
                bare,
                words,
                prefix: None,
            });
        }
        if table::find(table::RUNNERS, &name) != Some(Runner::Prefix) {
            return None;
        }
        let behind = words.get(1)?.literal()?;
        let (grammar, _) = table::program(&behind)?;
        Some(Site { grammar, bare: false, words: &words[1..], prefix: words.first() })
    }

    /// `status … | grep …`
    fn pipeline(&mut self, pipeline: &Pipeline, context: Context) {
        let [first, second] = &pipeline.commands[..] else { return };
        let (CommandKind::Simple(status), CommandKind::Simple(grep)) = (&first.kind, &second.kind) else {
            return;
        };
        let Some(site) = self.site(&status.words).filter(|site| site.prefix.is_none()) else { return };
        let Ok(call) = self.read(&site) else { return };
        if call.verb != Some(Verb::Status) || self.escaped(first.span).is_some() || self.is_foreign(&call) {
            return;
        }
        let Some((looked_for, quiet)) = grep_states(grep.words.as_slice()) else { return };
        let silent = |command: &Command| {
            command.redirections.iter().all(|it| {
                it.here.is_none()
                    && (it.target.span.of(self.text) == b"/dev/null"
                        || it.operator == RedirectionOperator::DuplicateOutput)
            })
        };
        if !silent(first) || !silent(second) {
            return;
        }
        let quiet = quiet || !second.redirections.is_empty();
        self.handled.insert(first.span.start);
        let span = first.span.to(second.span);
        let place = Place { condition: context.condition, ..*self.place };
        let outcome = match place.is_in_state(&call, looked_for, quiet) {
            Ok(instead) => self.checked(span, instead),
            Err(reason) => Outcome::Left(reason),
        };
        if let Outcome::Replaced(instead) = &outcome {
            self.edits.push((span, instead.text.clone()));
        }
        self.push(span, Some(site.called(Some(call))), outcome);
    }

    fn read(&self, site: &Site<'_>) -> Result<Call, Reason> {
        let words: Vec<&Word> = site.words.iter().skip(1).collect();
        call::read(self.text, site.grammar, &words)
    }

    /// `service` stays what it is for what is no job.
    fn is_foreign(&self, call: &Call) -> bool {
        let unknown =
            |name: &BString| matches!(self.place.known.unit(name), Ok(super::known::Unit::Unknown(_)));
        call.by_service && call.name.as_ref().and_then(|name| name.literal.as_ref()).is_some_and(unknown)
    }

    fn call(&mut self, command: &Command, site: &Site<'_>, context: Context) {
        let words = site.words.iter().map(|word| word.span);
        let Some(span) = words.reduce(Span::to) else { return };
        let call = match self.read(site) {
            Ok(call) => call,
            // What `service` is asked that Upstart's jobs do not know, it asks somebody else.
            Err(Reason::NoCounterpart) if site.grammar == Grammar::Service => return,
            Err(reason) => return self.push(span, Some(site.called(None)), Outcome::Left(reason)),
        };
        if self.is_foreign(&call) {
            return;
        }
        if let Some(reason) = self.escaped(command.span).filter(|reason| *reason != Reason::Output) {
            return self.push(span, Some(site.called(Some(call))), Outcome::Left(reason));
        }
        let own_stop = call.verb == Some(Verb::Stop) && is_own(&call, self.place.own);
        if self.conditional && own_stop {
            let exits = site.prefix.is_some_and(|word| word.literal().is_some_and(|name| name == "exec"));
            // The unit's meaning of it is a function of that name.
            let options = site.words.iter().any(|word| word.span.of(self.text).starts_with(b"-"));
            if !site.bare || options || site.grammar != Grammar::Verb(Verb::Stop) {
                let whole = site.prefix.map_or(span, |word| word.span.to(span));
                let text = if exits { "{ stop; exit; }" } else { "stop" };
                self.edits.push((whole, text.into()));
            }
            return self.push(span, Some(site.called(Some(call))), Outcome::OwnStop);
        }
        let unread = |it: &crate::shell::tree::Redirection| {
            it.descriptor.unwrap_or(1) == 1 && it.target.span.of(self.text) == b"/dev/null"
        };
        let read = (context.pipeline || context.substitution) && !command.redirections.iter().any(unread);
        let place = Place { condition: context.condition, read, ..*self.place };
        let outcome = match place.resolve(&call) {
            Ok(instead) => self.checked(command.span, instead),
            Err(reason) => Outcome::Left(reason),
        };
        let outcome = match outcome {
            Outcome::Replaced(instead) => self.replace(command, site, span, instead),
            left => left,
        };
        self.push(span, Some(site.called(Some(call))), outcome);
    }

    /// Puts the new text where the call's words stand; what `exec` ran is followed by the end of the script.
    fn replace(&mut self, command: &Command, site: &Site<'_>, span: Span, instead: Instead) -> Outcome {
        let mut new = instead.text.clone();
        let mut span = span;
        if instead.compound {
            if let Some(prefix) = site.prefix {
                if prefix.literal().is_none_or(|name| name != "exec") {
                    return Outcome::Left(Reason::Text);
                }
                span = prefix.span.to(span);
                new.extend_from_slice(b"; exit");
            }
            if let CommandKind::Simple(simple) = &command.kind
                && !simple.assignments.is_empty()
            {
                return Outcome::Left(Reason::Words);
            }
            new = [b"{ ", new.as_slice(), b"; }"].concat().into();
        }
        let within = command.redirections.iter().filter(|it| span.contains(it.span.start));
        for redirection in within {
            new.push(b' ');
            new.extend_from_slice(redirection.span.of(self.text));
        }
        self.edits.push((span, new));
        Outcome::Replaced(instead)
    }

    /// Why what stands there cannot be replaced by something with quotes and backslashes.
    fn escaped(&self, span: Span) -> Option<Reason> {
        let around = self.substitutions.iter().filter(|(at, _, _)| at.contains(span.start));
        let mut around = around.peekable();
        around.peek()?;
        if around.any(|(_, _, escaped)| *escaped) { Some(Reason::Escaped) } else { Some(Reason::Output) }
    }

    fn checked(&self, span: Span, instead: Instead) -> Outcome {
        let backquoted =
            self.substitutions.iter().any(|(at, backquoted, _)| *backquoted && at.contains(span.start));
        if backquoted && instead.text.find_byteset(b"\\`").is_some() {
            return Outcome::Left(Reason::Escaped);
        }
        Outcome::Replaced(instead)
    }

    /// A command that some other program is given to run.
    fn run_elsewhere(&mut self, command: &Command, words: &[Word]) {
        let Some((name, rest)) = words.split_first() else { return };
        let Some(name) = name.literal() else { return };
        let base = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let is_call = match table::find(table::RUNNERS, base) {
            Some(Runner::Words | Runner::Prefix) => {
                let own = |word: &&Word| {
                    let raw = word.span.of(self.text);
                    raw.starts_with(b"-")
                        || raw.contains(&b'=')
                        || raw.first().is_some_and(u8::is_ascii_digit)
                        || raw == b"{}"
                };
                let program = rest.iter().find(|word| !own(word)).and_then(Word::literal);
                program.is_some_and(|name| table::program(&name).is_some())
            }
            Some(Runner::Text) => rest.iter().any(|word| holds_call(word.span.of(self.text), self.names)),
            None => false,
        };
        if is_call {
            self.push(command.span, None, Outcome::Left(Reason::Text));
        }
    }

    fn push(&mut self, span: Span, called: Option<Called>, outcome: Outcome) {
        self.found.push(Found { written: span.of(self.text).into(), span, called, outcome });
    }
}

/// Whether a text for a shell holds a call, quotes around it or not.
fn holds_call(word: &[u8], names: &Names) -> bool {
    let text = word.trim_with(|c| c == '"' || c == '\'');
    let Ok(tree) = shell::parse(text) else { return false };
    let mut found = false;
    walk::simple_commands(&tree, |command, _| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        let mut words = simple.words.iter().map_while(Word::literal);
        let mut name = words.next();
        if name.as_ref().is_some_and(|name| table::find(table::RUNNERS, name) == Some(Runner::Prefix)) {
            name = words.next();
        }
        found |= name.is_some_and(|name| {
            table::program(&name).is_some_and(|(grammar, bare)| {
                grammar != Grammar::Service && (!bare || !names.functions.contains(&name))
            })
        });
    });
    found
}

/// Which states of a unit a `grep` looks for, and whether it prints nothing.
fn grep_states(words: &[Word]) -> Option<(&'static [&'static str], bool)> {
    let mut words = words.iter().map(Word::literal);
    let name = words.next()??;
    if !matches!(name.as_slice(), b"grep" | b"/bin/grep" | b"fgrep" | b"egrep") {
        return None;
    }
    let mut quiet = false;
    let mut states = None;
    for word in words {
        let word = word?;
        if states.is_none() && word.starts_with(b"-") {
            quiet |= table::find(table::GREP_OPTIONS, &word)?;
        } else if states.is_none() {
            states = Some(table::find(table::STATES, &word)?);
        } else {
            return None;
        }
    }
    states.map(|states| (states, quiet))
}

impl Names {
    /// Whether a variable has only values that a unit's name can hold as they are.
    pub fn holds_plain(&self, variable: &[u8]) -> bool {
        self.plain.contains(variable.as_bstr()) && !self.assigned.contains(variable.as_bstr())
    }
}

/// The variables of a script with plain values.
pub fn plain_variables(text: &ScriptText) -> impl Fn(&[u8]) -> bool + use<> {
    let mut names = Names::default();
    if let Ok(tree) = text.tree() {
        walk::walk(tree, &mut names);
    }
    move |variable: &[u8]| names.holds_plain(variable)
}
