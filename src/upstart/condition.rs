//! `start on` and `stop on`: events joined by `and`, `or` and parentheses.

use bstr::{BString, ByteSlice as _};

use super::decode::{Quotes, decode};
use super::document::{Part, Stanza};
use super::refusal::{ParseError, Refusal};
use super::words::broken;
use crate::text::Span;

/// A condition as a sequence in which every operator follows its two operands. There is no tree to
/// drop or walk by recursion, however deep the parentheses go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// The nodes; the last one is the root.
    pub nodes: Vec<ConditionNode>,
}

/// A node of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionNode {
    /// An event that the condition waits for.
    Event(EventMatch),
    /// Both of the two subtrees before it.
    And,
    /// Either of the two subtrees before it.
    Or,
}

/// An event's name and the values it must come with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventMatch {
    /// The event's name.
    pub name: BString,
    /// `VALUE`, `KEY=VALUE` and `KEY!=VALUE`, as written, positional ones first.
    pub env: Vec<BString>,
    /// From the name to the last value.
    pub span: Span,
}

impl EventMatch {
    /// The value that must match the variable at `position` or of that `name`, and whether it must
    /// *not* match it.
    pub fn value(&self, position: usize, name: &str) -> Option<(&[u8], bool)> {
        let positional = self.env.iter().take_while(|value| !value.contains(&b'=')).nth(position);
        if let Some(value) = positional {
            return Some((value.as_slice(), false));
        }
        self.env.iter().find_map(|entry| {
            let (key, value) = entry.split_once_str("=")?;
            match key.strip_suffix(b"!") {
                Some(key) if key == name.as_bytes() => Some((value, true)),
                None if key == name.as_bytes() => Some((value, false)),
                _ => None,
            }
        })
    }
}

enum Pending {
    Paren,
    Event,
    Operator(ConditionNode),
}

struct Builder {
    nodes: Vec<ConditionNode>,
    stack: Vec<Pending>,
    /// Whether a subtree is complete and waits for an operator or the end.
    root: bool,
}

impl Condition {
    /// Reads the words behind `start on` or `stop on` (`parts`), as Upstart does: `and` and `or` bind
    /// alike and to the left. With `lenient`, a parenthesis that is never closed closes at the end.
    ///
    /// # Errors
    /// The error that Upstart refuses the file with.
    pub fn read(text: &[u8], stanza: &Stanza, parts: &[Part], lenient: bool) -> Result<Condition, Refusal> {
        let refuse = |error, at| Err(Refusal { error, at });
        let mut build = Builder { nodes: Vec::new(), stack: Vec::new(), root: false };
        let mut last = stanza.stop;
        let mut line_begins = None;
        for part in parts {
            let span = part.span();
            if !matches!(part, Part::Unclosed(_)) {
                last = span.start;
            }
            match part {
                // Upstart wants a word on every line that it begins.
                Part::Break(_) if line_begins.is_some() => {
                    return refuse(ParseError::ExpectedToken, span.start);
                }
                Part::Unclosed(_) if line_begins.is_some_and(|begin| begin < span.start) => {
                    return refuse(ParseError::ExpectedToken, span.start);
                }
                Part::Open(_) => build.open().map_err(|error| Refusal { error, at: span.start })?,
                Part::Close(_) => build.close().map_err(|error| Refusal { error, at: span.start })?,
                Part::Word(_) => build.word(text, span)?,
                Part::Broken(_) => return refuse(broken(span.of(text)), span.end),
                _ => {}
            }
            line_begins = matches!(part, Part::Break(_)).then_some(span.end);
        }
        if parts.is_empty() {
            return refuse(ParseError::ExpectedToken, stanza.stop);
        }
        loop {
            build.collect().map_err(|error| Refusal { error, at: last })?;
            match build.stack.pop() {
                None => return Ok(Condition { nodes: build.nodes }),
                Some(_) if lenient => {}
                // By now Upstart has gone on to the line behind.
                Some(_) => return refuse(ParseError::MismatchedParens, text.len()),
            }
        }
    }

    /// The two operands of each operator, by index; (0, 0) for events.
    pub fn operands(&self) -> Vec<(usize, usize)> {
        let mut complete = Vec::new();
        let mut operands = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            operands.push(match node {
                ConditionNode::Event(_) => (0, 0),
                ConditionNode::And | ConditionNode::Or => {
                    let right = complete.pop().unwrap_or(0);
                    (complete.pop().unwrap_or(0), right)
                }
            });
            complete.push(index);
        }
        operands
    }

    /// The events, in order.
    pub fn events(&self) -> impl Iterator<Item = &EventMatch> {
        self.nodes.iter().filter_map(|node| match node {
            ConditionNode::Event(event) => Some(event),
            _ => None,
        })
    }

    /// Whether every operator is this one.
    pub fn only(&self, operator: &ConditionNode) -> bool {
        self.nodes.iter().all(|node| matches!(node, ConditionNode::Event(_)) || node == operator)
    }
}

impl Builder {
    fn word(&mut self, text: &[u8], span: Span) -> Result<(), Refusal> {
        let keyword = decode(text, span, Quotes::Kept);
        let operator = match keyword.value.as_ref() {
            b"and" => Some(ConditionNode::And),
            b"or" => Some(ConditionNode::Or),
            _ if keyword.empty => return Err(Refusal { error: ParseError::ExpectedToken, at: span.end }),
            _ => None,
        };
        if let Some(operator) = operator {
            self.collect().map_err(|error| Refusal { error, at: span.start })?;
            self.stack.push(Pending::Operator(operator));
            self.root = false;
            return Ok(());
        }
        let operand = decode(text, span, Quotes::Removed);
        if operand.empty {
            return Err(Refusal { error: ParseError::ExpectedToken, at: span.end });
        }
        if let (Some(Pending::Event), Some(ConditionNode::Event(event))) =
            (self.stack.last(), self.nodes.last_mut())
        {
            let named = event.env.last().is_some_and(|value| value.contains(&b'='));
            if named && !operand.value.contains(&b'=') {
                return Err(Refusal { error: ParseError::ExpectedVariable, at: span.end });
            }
            event.env.push(operand.string());
            event.span.end = span.end;
        } else {
            let event = EventMatch { name: operand.string(), env: Vec::new(), span };
            self.nodes.push(ConditionNode::Event(event));
            self.stack.push(Pending::Event);
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), ParseError> {
        if self.root || matches!(self.stack.last(), Some(Pending::Event)) {
            return Err(ParseError::ExpectedOperator);
        }
        self.stack.push(Pending::Paren);
        Ok(())
    }

    fn close(&mut self) -> Result<(), ParseError> {
        self.collect()?;
        self.stack.pop().map(|_| ()).ok_or(ParseError::MismatchedParens)
    }

    /// Completes what is pending up to the innermost open parenthesis.
    fn collect(&mut self) -> Result<(), ParseError> {
        while let Some(pending) = self.stack.pop() {
            match pending {
                Pending::Paren => {
                    self.stack.push(pending);
                    break;
                }
                Pending::Event if self.root => return Err(ParseError::ExpectedOperator),
                Pending::Event => self.root = true,
                Pending::Operator(_) if !self.root => return Err(ParseError::ExpectedEvent),
                Pending::Operator(operator) => self.nodes.push(operator),
            }
        }
        if self.root { Ok(()) } else { Err(ParseError::ExpectedEvent) }
    }
}
