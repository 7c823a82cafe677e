//! `start on` and `stop on`: events joined by `and`, `or` and parentheses.

use std::fmt::{self, Write as _};

use bstr::{BString, ByteSlice as _};

use super::decode::{Quotes, decode};
use super::document::{Part, Stanza};
use super::refusal::{ParseError, Refusal};
use super::words::broken;
use crate::findings::Subject;
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
    /// It as what a finding is about.
    pub fn subject(&self) -> Subject {
        Subject::Event(self.to_string().into())
    }

    /// The value that must match the variable at `position` or of that `name`, and whether it must
    /// *not* match it.
    pub fn value(&self, position: usize, name: &str) -> Option<(&[u8], bool)> {
        let positional = self.env.iter().take_while(|value| !value.contains(&b'=')).nth(position);
        positional.map(|value| (value.as_slice(), false)).or_else(|| {
            let mut named = self.env.iter().filter_map(|entry| named(entry));
            named.find(|(key, ..)| *key == name.as_bytes()).map(|(_, value, negated)| (value, negated))
        })
    }

    /// Whether it is one in the life of a job.
    pub(crate) fn is_of_job(&self) -> bool {
        matches!(self.name.as_slice(), b"starting" | b"started" | b"stopping" | b"stopped")
    }
}

/// `KEY=VALUE` and `KEY!=VALUE` taken apart: the key, the value, and whether it must not match.
pub fn named(entry: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (key, value) = entry.split_once_str("=")?;
    Some(key.strip_suffix(b"!").map_or((key, value, false), |key| (key, value, true)))
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

impl fmt::Display for EventMatch {
    /// The event as Upstart lists it: a value with blanks in double quotes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        for entry in &self.env {
            match entry.split_once_str("=") {
                Some((key, value)) if value.find_byteset(b" \t").is_some() => {
                    write!(f, " {}=\"{}\"", key.as_bstr(), value.as_bstr())?;
                }
                _ => write!(f, " {entry}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    /// The condition as Upstart lists it: a pair of parentheses for each operator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.walk(|step| match step {
            Step::Event(event) => write!(f, "{event}"),
            Step::Open(_) => f.write_char('('),
            Step::Between(operator) => write!(f, " {operator} "),
            Step::Close => f.write_char(')'),
        })
    }
}

/// A step of a walk through a condition, left to right.
#[derive(Clone, Copy)]
#[allow(missing_docs)]
pub enum Step<'a> {
    Event(&'a EventMatch),
    Open(&'static str),
    Between(&'static str),
    Close,
}

impl Condition {
    /// Walks through the tree in order, without recursion.
    ///
    /// # Errors
    /// The first error that `visit` returns.
    pub fn walk<E>(&self, mut visit: impl FnMut(Step<'_>) -> Result<(), E>) -> Result<(), E> {
        enum Todo {
            Node(usize),
            Between(&'static str),
            Close,
        }
        let operands = self.operands();
        let mut todo: Vec<Todo> = self.nodes.len().checked_sub(1).map(Todo::Node).into_iter().collect();
        while let Some(next) = todo.pop() {
            match next {
                Todo::Between(operator) => visit(Step::Between(operator))?,
                Todo::Close => visit(Step::Close)?,
                Todo::Node(index) => match &self.nodes[index] {
                    ConditionNode::Event(event) => visit(Step::Event(event))?,
                    operator => {
                        let name = if *operator == ConditionNode::And { "and" } else { "or" };
                        let (left, right) = operands[index];
                        visit(Step::Open(name))?;
                        todo.extend([Todo::Close, Todo::Node(right), Todo::Between(name), Todo::Node(left)]);
                    }
                },
            }
        }
        Ok(())
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
        if let (Some(Pending::Event), Some(ConditionNode::Event(event))) = (self.stack.last(), self.nodes.last_mut()) {
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
