//! What stands in a unit file, in order and without meaning: every byte belongs to one node.
//!
//! The grammar (`grammar/unit.pest`) tells lines, continuation and comments apart. What a line is (a
//! section's header, an assignment, or neither) shows only when its pieces are joined, as systemd joins
//! them: the backslash that ends a piece becomes a space.

use bstr::{BString, ByteSlice as _};
use pest::Parser as _;
use pest::iterators::Pair;

use crate::text::{Span, ascii_mask};

mod grammar {
    //! The parser that pest derives; its rules are documented in the grammar file.
    #![allow(missing_docs)]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/unit.pest"]
    pub(crate) struct Grammar;
}
use grammar::{Grammar, Rule};

/// A unit file as a sequence of nodes that tile it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The nodes in order; their spans join without gaps from the first byte to the last.
    pub nodes: Vec<Node>,
}

/// One item of a unit file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// All bytes of the item, line ends included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A line of blanks, or nothing.
    Blank,
    /// A line that holds only a comment: its span from `#` or `;` on.
    Comment(Span),
    /// `[Section]`.
    Header(Header),
    /// `Key=value`.
    Assignment(Assignment),
    /// A line that is none of these.
    Error(Line, Fault),
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It begins with `[`, but is no header. systemd reads nothing of the file behind it.
    Header,
    /// It stands ahead of the first header.
    OutsideOfSection,
    /// It has no `=`.
    NoEqualsSign,
    /// There is nothing ahead of `=`.
    NoKey,
}

/// A line with what it continues on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The pieces of each line, without the backslashes that join them.
    pub pieces: Vec<Span>,
    /// The comments between the pieces, from `#` or `;` on.
    pub comments: Vec<Span>,
}

/// A section's header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The line.
    pub line: Line,
    /// What stands between the brackets.
    pub name: BString,
}

/// An assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The line.
    pub line: Line,
    /// What stands ahead of the first `=`, without blanks around it.
    pub key: BString,
    /// What follows it, without blanks around it.
    pub value: BString,
    /// Where the value begins in the file, or where it would.
    pub value_start: usize,
}

impl Line {
    /// The text from the first byte that is no blank to the last one.
    pub fn span(&self, text: &[u8]) -> Span {
        let inked = self.pieces.iter().filter_map(|piece| trimmed(*piece, text));
        inked.reduce(Span::to).unwrap_or_default()
    }

    /// The text as systemd reads it, with blanks around it.
    fn joined(&self, text: &[u8]) -> BString {
        let pieces: Vec<&[u8]> = self.pieces.iter().map(|piece| piece.of(text)).collect();
        bstr::join(" ", pieces).into()
    }

    /// Where a byte of the joined text stands in the file.
    fn place(&self, mut offset: usize) -> usize {
        for piece in &self.pieces {
            let length = piece.end - piece.start;
            if offset <= length {
                return piece.start + offset;
            }
            offset -= length + 1;
        }
        self.pieces.last().map_or(0, |piece| piece.end)
    }
}

impl Document {
    /// Reads a unit file. Every input is a document; what is wrong with it shows in its nodes.
    pub fn read(text: &[u8]) -> Document {
        let ascii_mask = ascii_mask(text);
        let Ok(pairs) = Grammar::parse(Rule::file, &ascii_mask) else {
            // The grammar has a rule for everything, so this is not reached; and if it were, the text stays.
            let span = Span::new(0, text.len());
            let line = Line { pieces: vec![span], comments: Vec::new() };
            return Document { nodes: vec![Node { span, kind: NodeKind::Error(line, Fault::NoEqualsSign) }] };
        };
        let mut reader = Reader { text, in_section: false, seen_mark: false };
        let items = pairs.filter(|pair| pair.as_rule() != Rule::EOI);
        let nodes = items.map(|item| Node { span: place(&item), kind: reader.kind(item) });
        Document { nodes: nodes.collect() }
    }

    /// The assignments, in order.
    pub fn assignments(&self) -> impl Iterator<Item = (&Node, &Assignment)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            NodeKind::Assignment(assignment) => Some((node, assignment)),
            _ => None,
        })
    }
}

/// The mark that some editors put ahead of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

struct Reader<'t> {
    text: &'t [u8],
    /// A header has been seen, even a bad one.
    in_section: bool,
    /// systemd skips one mark, at the start of any line but a comment.
    seen_mark: bool,
}

impl Reader<'_> {
    fn kind(&mut self, item: Pair<'_, Rule>) -> NodeKind {
        let rule = item.as_rule();
        let inner = item.into_inner();
        match rule {
            Rule::remark => NodeKind::Comment(inner.map(|pair| place(&pair)).next().unwrap_or_default()),
            Rule::line => {
                let mut line = Line::default();
                for pair in inner {
                    match pair.as_rule() {
                        Rule::piece | Rule::rest => line.pieces.push(self.without_mark(place(&pair))),
                        Rule::comment => line.comments.push(place(&pair)),
                        _ => {}
                    }
                }
                self.line(line)
            }
            _ => NodeKind::Blank,
        }
    }

    fn without_mark(&mut self, mut piece: Span) -> Span {
        if !self.seen_mark && piece.of(self.text).starts_with(BYTE_ORDER_MARK) {
            self.seen_mark = true;
            piece.start += BYTE_ORDER_MARK.len();
        }
        piece
    }

    fn line(&mut self, line: Line) -> NodeKind {
        let joined = line.joined(self.text);
        let text = strip(&joined);
        if text.is_empty() {
            return NodeKind::Blank;
        }
        if let Some(header) = text.strip_prefix(b"[") {
            self.in_section = true;
            return match header.strip_suffix(b"]") {
                Some(name) if is_safe(name) => NodeKind::Header(Header { name: name.into(), line }),
                _ => NodeKind::Error(line, Fault::Header),
            };
        }
        if !self.in_section {
            return NodeKind::Error(line, Fault::OutsideOfSection);
        }
        match joined.find_byte(b'=').map(|at| (at, strip(&joined[..at]))) {
            None => NodeKind::Error(line, Fault::NoEqualsSign),
            Some((_, b"")) => NodeKind::Error(line, Fault::NoKey),
            Some((at, key)) => {
                let behind = &joined[at + 1..];
                let blanks = behind.len() - behind.trim_start_with(is_blank).len();
                let value_start = line.place(at + 1 + blanks);
                NodeKind::Assignment(Assignment { key: key.into(), value: strip(behind).into(), value_start, line })
            }
        }
    }
}

fn place(pair: &Pair<'_, Rule>) -> Span {
    Span::new(pair.as_span().start(), pair.as_span().end())
}

fn trimmed(piece: Span, text: &[u8]) -> Option<Span> {
    let bytes = piece.of(text);
    let ahead = bytes.len() - bytes.trim_start_with(is_blank).len();
    let inked = strip(bytes).len();
    (inked > 0).then(|| Span::new(piece.start + ahead, piece.start + ahead + inked))
}

/// What systemd strips from both ends.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn strip(text: &[u8]) -> &[u8] {
    text.trim_with(is_blank)
}

/// What may stand in the name of a section.
fn is_safe(name: &[u8]) -> bool {
    name.iter().all(|byte| *byte >= b' ' && !b"\"'\\\x7f".contains(byte))
}
