//! What stands in a job file, in order and without meaning: every byte belongs to one node.
//!
//! The grammar (`grammar/upstart.pest`) reads one item at a time. As long as nothing is amiss, items
//! are read from all of the rest of the file, just as Upstart does. A stanza that swallows the rest
//! (an open quote, an unclosed parenthesis, a block without end) is kept as Upstart would have seen
//! it ([`Document::torn`]) and then read again with less in sight: up to the next line that begins
//! with a stanza's name, and failing that, its own line alone. So one bad stanza never costs the rest.

use pest::Parser as _;
use pest::iterators::Pair;

use crate::text::{Span, ascii_mask};

mod grammar {
    //! The parser that pest derives; its rules are documented in the grammar file.
    #![allow(missing_docs)]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/upstart.pest"]
    pub(crate) struct Grammar;
}
use grammar::{Grammar, Rule};

/// A job file as a sequence of nodes that tile it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The nodes in order; their spans join without gaps from the first byte to the last.
    pub nodes: Vec<Node>,
    /// The first stanza that could not be read whole, as Upstart saw it: with all that followed.
    pub torn: Option<Stanza>,
}

/// One item of a job file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// All bytes of the item, line end included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A line of blanks, or nothing.
    Blank,
    /// A line that holds only a comment: its span from `#` on.
    Comment(Span),
    /// A stanza, known or not.
    Stanza(Stanza),
    /// A line in which not even words could be told apart.
    Error,
}

/// A stanza in its outer form: words, and what follows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stanza {
    /// The first word.
    pub keyword: Span,
    /// Everything behind the keyword, in order.
    pub parts: Vec<Part>,
    /// Comments within the stanza and at its end, from `#` on.
    pub comments: Vec<Span>,
    /// Where the last part ends, before blanks and comment.
    pub end: usize,
    /// Where Upstart finds no further word: at the comment, the line end or the end of the file.
    pub stop: usize,
}

impl Stanza {
    /// The stanza's text without the comment and the line end behind it.
    pub fn span(&self) -> Span {
        Span::new(self.keyword.start, self.end.max(self.keyword.end))
    }

    /// Whether the stanza swallowed the rest of the text it was read from.
    fn is_torn(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Part::Broken(_) | Part::Unclosed(_) | Part::Block { ended: false, .. }))
    }
}

/// A piece of a stanza behind its keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A word, quotes and escapes included.
    Word(Span),
    /// The raw command behind `exec`.
    Command(Span),
    /// The lines between `script` and `end script`.
    Block {
        /// The lines, without the terminator.
        body: Span,
        /// Whether the terminator was there.
        ended: bool,
    },
    /// `(` in a condition.
    Open(Span),
    /// `)` in a condition.
    Close(Span),
    /// The end of a line within parentheses.
    Break(Span),
    /// The end of the text within parentheses.
    Unclosed(Span),
    /// The rest of the text: a quote that is never closed, or a backslash as the last byte.
    Broken(Span),
}

impl Part {
    /// The bytes of the part.
    pub fn span(self) -> Span {
        match self {
            Part::Word(span)
            | Part::Command(span)
            | Part::Block { body: span, .. }
            | Part::Open(span)
            | Part::Close(span)
            | Part::Break(span)
            | Part::Unclosed(span)
            | Part::Broken(span) => span,
        }
    }
}

impl Document {
    /// Reads a job file. Every input is a document; what is wrong with it shows in its nodes.
    pub fn read(bytes: &[u8]) -> Document {
        Reader::new(&ascii_mask(bytes)).read()
    }

    /// The stanzas, in order.
    pub fn stanzas(&self) -> impl Iterator<Item = (&Node, &Stanza)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Stanza(stanza) => Some((node, stanza)),
            _ => None,
        })
    }
}

/// Up to this many bytes are read in one go.
const SMALL: usize = 1 << 16;

struct Reader<'t> {
    text: &'t str,
    pos: usize,
    nodes: Vec<Node>,
    torn: Option<Stanza>,
    /// After a torn stanza: where the next line with a stanza's name begins.
    paragraph: usize,
    /// Up to here, only one line is read at a time.
    lines_until: usize,
    /// No line `end script` follows; a fact about lines, so it stays true.
    no_block_end: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Reader { text, pos: 0, nodes: Vec::new(), torn: None, paragraph: 0, lines_until: 0, no_block_end: false }
    }

    fn read(mut self) -> Document {
        while self.pos < self.text.len() {
            if self.torn.is_none() {
                self.whole();
            } else {
                let node = self.recovering();
                self.push(node);
            }
        }
        Document { nodes: self.nodes, torn: self.torn }
    }

    fn push(&mut self, node: Node) {
        // An item that covers nothing would be read for ever.
        debug_assert!(node.span.end > self.pos);
        self.pos = node.span.end.max(self.pos + 1);
        self.nodes.push(node);
    }

    /// Reads items as Upstart would, from all that follows, up to the first torn one.
    fn whole(&mut self) {
        let base = self.pos;
        let rest = &self.text[base..];
        let rule = if rest.len() <= SMALL { Rule::items } else { Rule::item };
        let Some(pair) = Grammar::parse(rule, rest).ok().and_then(|mut pairs| pairs.next()) else {
            let node = self.item(self.text.len());
            return self.push(node);
        };
        let read = |item: Pair<'_, Rule>| node(base, &item);
        let nodes: Vec<Node> =
            if rule == Rule::items { pair.into_inner().map(read).collect() } else { vec![read(pair)] };
        for node in nodes {
            match &node.kind {
                NodeKind::Stanza(stanza) if stanza.is_torn() => {
                    self.no_block_end =
                        stanza.parts.iter().any(|part| matches!(part, Part::Block { ended: false, .. }));
                    self.torn = Some(stanza.clone());
                    return;
                }
                _ => self.push(node),
            }
        }
    }

    /// Reads an item from no more text than it should need.
    fn recovering(&mut self) -> Node {
        if let Some(node) = self.block() {
            return node;
        }
        if self.pos < self.lines_until {
            return self.line();
        }
        if self.pos >= self.paragraph {
            self.paragraph = self.next_restart();
        }
        let node = self.item(self.paragraph);
        match &node.kind {
            NodeKind::Stanza(stanza) if stanza.is_torn() && !self.reads_on(stanza) => {
                self.lines_until = self.paragraph;
                self.line()
            }
            _ => node,
        }
    }

    /// A block needs all that follows, but only once can its end be missing.
    fn block(&mut self) -> Option<Node> {
        // pest looks at all of its input to place an error, so a rule that may fail gets only a line.
        Grammar::parse(Rule::script_head, &self.text[self.pos..self.line_end(self.pos)]).ok()?;
        let rest = &self.text[self.pos..];
        if !self.no_block_end {
            let node = self.item(self.text.len());
            match &node.kind {
                NodeKind::Stanza(stanza) if stanza.is_torn() => self.no_block_end = true,
                _ => return Some(node),
            }
        }
        let pair = Grammar::parse(Rule::loose_block, rest).ok()?.next()?;
        Some(node(self.pos, &pair))
    }

    /// Whether the lines of an unclosed condition all read on from one another.
    fn reads_on(&self, stanza: &Stanza) -> bool {
        let joins = |part: Option<&Part>| match part {
            Some(Part::Word(span)) => matches!(span.of(self.text.as_bytes()), b"and" | b"or"),
            Some(Part::Open(_) | Part::Close(_) | Part::Unclosed(_)) => true,
            _ => false,
        };
        stanza.parts.iter().all(|part| !matches!(part, Part::Broken(_) | Part::Block { .. }))
            && stanza
                .parts
                .windows(3)
                .all(|parts| !matches!(parts[1], Part::Break(_)) || joins(parts.first()) || joins(parts.get(2)))
    }

    /// Reads one line; if that is no item either, it is an error.
    fn line(&mut self) -> Node {
        let end = self.line_end(self.pos);
        let node = self.item(end);
        match &node.kind {
            NodeKind::Stanza(stanza) if stanza.is_torn() && !self.reads_on(stanza) => {
                Node { span: Span::new(self.pos, end), kind: NodeKind::Error }
            }
            _ => node,
        }
    }

    fn line_end(&self, from: usize) -> usize {
        self.text[from..].find('\n').map_or(self.text.len(), |at| from + at + 1)
    }

    fn next_restart(&self) -> usize {
        let mut at = self.line_end(self.pos);
        while at < self.text.len() && Grammar::parse(Rule::restart, &self.text[at..self.line_end(at)]).is_err() {
            at = self.line_end(at);
        }
        at
    }

    fn item(&self, limit: usize) -> Node {
        let text = &self.text[self.pos..limit];
        let item = Grammar::parse(Rule::item, text).ok().and_then(|mut pairs| pairs.next());
        match item {
            Some(pair) => node(self.pos, &pair),
            // The grammar has a rule for everything, so this is not reached; and if it were, the text stays.
            None => Node { span: Span::new(self.pos, limit), kind: NodeKind::Error },
        }
    }
}

/// The node that an item is, read from the text behind `base`.
fn node(base: usize, item: &Pair<'_, Rule>) -> Node {
    let span = place(base, item);
    let mut stanza = StanzaBuilder::default();
    let mut comment = None;
    for pair in item.clone().into_inner() {
        match pair.as_rule() {
            Rule::comment => comment = Some(place(base, &pair)),
            Rule::EOI | Rule::eol => {}
            Rule::script_head | Rule::loose_body | Rule::loose_end => stanza.add(base, pair),
            _ => pair.into_inner().for_each(|inner| stanza.add(base, inner)),
        }
    }
    let kind = match (stanza.keyword, comment) {
        (Some(keyword), _) => NodeKind::Stanza(stanza.finish(keyword, span.end)),
        (None, Some(comment)) => NodeKind::Comment(comment),
        (None, None) if stanza.parts.is_empty() => NodeKind::Blank,
        (None, None) => {
            // Not even a first word: it is the part itself that is broken.
            let at = Span::new(stanza.parts[0].span().start, stanza.parts[0].span().start);
            NodeKind::Stanza(stanza.finish(at, span.end))
        }
    };
    Node { span, kind }
}
fn place(base: usize, pair: &Pair<'_, Rule>) -> Span {
    let span = pair.as_span();
    Span::new(base + span.start(), base + span.end())
}

#[derive(Default)]
struct StanzaBuilder {
    keyword: Option<Span>,
    parts: Vec<Part>,
    comments: Vec<Span>,
    /// The comment at the end of the line, if nothing has come after it.
    trailing: Option<usize>,
    /// The end of the line that ends the stanza's words.
    eol: Option<usize>,
}

impl StanzaBuilder {
    fn add(&mut self, base: usize, pair: Pair<'_, Rule>) {
        let span = place(base, &pair);
        match pair.as_rule() {
            Rule::exec | Rule::script | Rule::script_head => {
                pair.into_inner().for_each(|inner| self.add(base, inner));
            }
            Rule::comment => {
                self.comments.push(span);
                self.trailing = Some(span.start);
            }
            Rule::line_break => {
                self.push(Part::Break(span));
                self.comments.extend(pair.into_inner().map(|inner| place(base, &inner)));
            }
            // What stands for the missing terminator does not end the block to Upstart.
            Rule::EOI | Rule::loose_end => {}
            Rule::eol => self.eol = Some(span.start),
            Rule::block_end => {
                if let Some(Part::Block { ended, .. }) = self.parts.last_mut() {
                    *ended = true;
                }
            }
            Rule::command => self.push(Part::Command(span)),
            Rule::block_body | Rule::loose_body => {
                let trailing = self.trailing;
                self.push(Part::Block { body: span, ended: false });
                self.trailing = trailing;
            }
            Rule::open => self.push(Part::Open(span)),
            Rule::close => self.push(Part::Close(span)),
            Rule::unclosed => self.push(Part::Unclosed(Span::new(span.end, span.end))),
            Rule::broken => self.push(Part::Broken(span)),
            _ if self.keyword.is_none() => self.keyword = Some(span),
            _ => self.push(Part::Word(span)),
        }
    }

    fn push(&mut self, part: Part) {
        self.trailing = None;
        self.parts.push(part);
    }

    fn finish(self, keyword: Span, item_end: usize) -> Stanza {
        let end = match self.parts.iter().rev().find(|part| !matches!(part, Part::Unclosed(_))) {
            Some(Part::Block { .. }) => item_end,
            Some(part) => part.span().end,
            None => keyword.end,
        };
        Stanza {
            keyword,
            end,
            stop: self.trailing.or(self.eol).unwrap_or(item_end),
            parts: self.parts,
            comments: self.comments,
        }
    }
}
