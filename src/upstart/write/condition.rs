//! A condition as text. It is written along its leaves, without recursion, as it is read.

use super::quote::{Why, operand};
use crate::upstart::condition::{Condition, ConditionNode, EventMatch};

/// Where lines end.
const WIDTH: usize = 80;

/// An event with the parentheses around it, and the operator before it.
struct Leaf {
    operator: &'static str,
    opens: usize,
    event: Vec<u8>,
    closes: usize,
}

/// `start on` or `stop on` with its condition: on one line if it fits, else in parentheses over several.
///
/// # Errors
/// What is no condition, and values that cannot be written.
pub fn stanza(words: &str, condition: &Condition) -> Result<Vec<u8>, Why> {
    let leaves = leaves(condition)?;
    let line = [words.as_bytes(), b" "].concat();
    let flat = flow(&leaves, line.clone(), usize::MAX);
    if flat.len() <= WIDTH || leaves.len() == 1 {
        return Ok(flat);
    }
    let mut out = flow(&leaves, [line.as_slice(), b"("].concat(), WIDTH);
    out.push(b')');
    Ok(out)
}

/// The leaves one behind the other. Lines that would grow too wide break before an operator.
fn flow(leaves: &[Leaf], mut out: Vec<u8>, width: usize) -> Vec<u8> {
    let indent = out.len();
    let mut line = 0;
    let mut depth = 0;
    for leaf in leaves {
        let needs = leaf.operator.len() + 1 + leaf.opens + leaf.event.len() + leaf.closes;
        if !leaf.operator.is_empty() {
            // Alternatives of the outermost level stand below each other.
            if width != usize::MAX && (depth == 0 || out.len() - line + 1 + needs > width) {
                line = out.len() + 1;
                out.push(b'\n');
                out.resize(out.len() + indent + depth, b' ');
            } else {
                out.push(b' ');
            }
            out.extend_from_slice(leaf.operator.as_bytes());
            out.push(b' ');
        }
        out.resize(out.len() + leaf.opens, b'(');
        out.extend_from_slice(&leaf.event);
        out.resize(out.len() + leaf.closes, b')');
        depth = (depth + leaf.opens).saturating_sub(leaf.closes);
    }
    out
}

/// The events in order, with their operators and parentheses. An operand that is joined itself stands in
/// parentheses on the right; on the left only where the operators differ, for people's sake.
fn leaves(condition: &Condition) -> Result<Vec<Leaf>, Why> {
    struct Subtree {
        first: usize,
        operator: Option<&'static str>,
    }
    let mut leaves: Vec<Leaf> = Vec::new();
    let mut complete: Vec<Subtree> = Vec::new();
    for node in &condition.nodes {
        let operator = match node {
            ConditionNode::Event(event) => {
                complete.push(Subtree { first: leaves.len(), operator: None });
                leaves.push(Leaf { operator: "", opens: 0, event: written(event)?, closes: 0 });
                continue;
            }
            ConditionNode::And => "and",
            ConditionNode::Or => "or",
        };
        let (Some(right), Some(left)) = (complete.pop(), complete.pop()) else {
            return Err(Why::Condition);
        };
        if left.operator.is_some_and(|inner| inner != operator) {
            leaves[left.first].opens += 1;
            leaves[right.first - 1].closes += 1;
        }
        if right.operator.is_some() {
            leaves[right.first].opens += 1;
            if let Some(last) = leaves.last_mut() {
                last.closes += 1;
            }
        }
        leaves[right.first].operator = operator;
        complete.push(Subtree { first: left.first, operator: Some(operator) });
    }
    if complete.len() == 1 { Ok(leaves) } else { Err(Why::Condition) }
}

fn written(event: &EventMatch) -> Result<Vec<u8>, Why> {
    let is_named = |value: &[u8]| value.contains(&b'=');
    if event.env.windows(2).any(|pair| is_named(&pair[0]) && !is_named(&pair[1])) {
        return Err(Why::Condition);
    }
    let mut out = operand(&event.name)?;
    for value in &event.env {
        out.push(b' ');
        out.extend(operand(value)?);
    }
    Ok(out)
}
