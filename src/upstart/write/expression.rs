//! Conditions in the making.

use bstr::BString;

use crate::text::{Span, Text};
use crate::upstart::condition::{Condition, ConditionNode, EventMatch};

/// A condition as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// An event with its values.
    Event(EventMatch),
    /// All of these.
    All(Vec<Expression>),
    /// Any of these.
    Any(Vec<Expression>),
}

/// An event with values, positional ones first.
pub(super) fn event(name: impl Into<BString>, values: impl IntoIterator<Item: Into<Text>>) -> Expression {
    let env = values.into_iter().map(|value| value.into().0).collect();
    Expression::Event(EventMatch { name: name.into(), env, span: Span::default() })
}

/// An event without values.
pub(super) fn word(name: impl Into<BString>) -> Expression {
    event(name, [""; 0])
}

/// All of these; there is at least one.
pub(super) fn all(parts: Vec<Expression>) -> Expression {
    one_or(parts, Expression::All)
}

/// Any of these; there is at least one.
pub(super) fn any(parts: Vec<Expression>) -> Expression {
    one_or(parts, Expression::Any)
}

fn one_or(mut parts: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { several(parts) }
}

impl Expression {
    /// The condition, in which every operator follows its operands.
    pub(super) fn condition(self) -> Condition {
        let mut nodes = Vec::new();
        self.push(&mut nodes);
        Condition { nodes }
    }

    fn push(self, nodes: &mut Vec<ConditionNode>) {
        let (parts, operator) = match self {
            Expression::Event(event) => {
                nodes.push(ConditionNode::Event(event));
                return;
            }
            Expression::All(parts) => (parts, ConditionNode::And),
            Expression::Any(parts) => (parts, ConditionNode::Or),
        };
        for (index, part) in parts.into_iter().enumerate() {
            part.push(nodes);
            if index > 0 {
                nodes.push(operator.clone());
            }
        }
    }
}
