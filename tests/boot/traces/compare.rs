//! Whether a trace is the one that was recorded, under the rules of its scenario.

use std::fmt::Write as _;

/// How a trace is held against the recorded one.
#[derive(Debug, Default)]
pub struct Rules {
    /// Between two lines `= …` the lines may come in any order.
    per_step: bool,
    /// In a step that has the second line, the first stands before it.
    order: Vec<(String, String)>,
}

impl Rules {
    /// `exact` or `per-step`, then lines `A < B`.
    pub fn read(text: &str) -> Result<Rules, String> {
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let per_step = match lines.next() {
            None | Some("exact") => false,
            Some("per-step") => true,
            Some(other) => return Err(format!("no way to compare: {other}")),
        };
        let order = lines.map(|line| {
            let (first, second) = line.split_once(" < ").ok_or_else(|| format!("no order: {line}"))?;
            Ok((first.to_owned(), second.to_owned()))
        });
        Ok(Rules { per_step, order: order.collect::<Result<_, String>>()? })
    }
}

/// What differs; nothing if the lists are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Lines that only the recorded trace has.
    pub removed: Vec<String>,
    /// Lines that only the other one has, and orders that it does not keep.
    pub added: Vec<String>,
    /// The same as a unified diff.
    pub text: String,
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The lines of a unified diff that was written by somebody else.
    pub fn of_unified(text: &str) -> Difference {
        let mut difference = Difference { text: text.to_owned(), ..Difference::default() };
        for line in text.lines().filter(|line| !line.starts_with("---") && !line.starts_with("+++")) {
            match line.as_bytes().first() {
                Some(b'-') => difference.removed.push(line[1..].to_owned()),
                Some(b'+') => difference.added.push(line[1..].to_owned()),
                _ if line.starts_with("order: ") => difference.added.push(line.to_owned()),
                _ => {}
            }
        }
        difference
    }

    /// The lines of this one that the other one does not have.
    pub fn beyond(&self, other: &Difference) -> Vec<String> {
        let mut lines = Vec::new();
        for (sign, ours, theirs) in [('-', &self.removed, &other.removed), ('+', &self.added, &other.added)] {
            let mut theirs = theirs.clone();
            for line in ours {
                match theirs.iter().position(|other| other == line) {
                    Some(index) => drop(theirs.swap_remove(index)),
                    None => lines.push(format!("{sign}{line}")),
                }
            }
        }
        lines
    }
}

/// The stretches of a trace that end with a line `= …`, and what follows the last one.
fn steps<'a>(lines: &[&'a str]) -> Vec<Vec<&'a str>> {
    lines.split_inclusive(|line| line.starts_with("= ")).map(<[_]>::to_vec).collect()
}

/// The lines of a trace; those of a step that differs from the recorded one in nothing but its order
/// are in the recorded order.
fn in_recorded_order<'a>(recorded: &[&'a str], lines: &[&'a str]) -> Vec<&'a str> {
    let sorted = |step: &[&'a str]| {
        let mut step = step.to_vec();
        step.sort_unstable();
        step
    };
    let mut recorded = steps(recorded).into_iter();
    let of_step = |step: Vec<&'a str>| match recorded.next() {
        Some(wanted) if sorted(&wanted) == sorted(&step) => wanted,
        _ => step,
    };
    steps(lines).into_iter().flat_map(of_step).collect()
}

/// The lines of both with ` `, `-` or `+`: the longest stretch that both have stays, the earliest of several, and
/// so do those ahead of it and behind it. The diffs of the recorded scenarios were made like that, so lines that
/// changed places are the same ones there and here.
fn changes<'a>(old: &[&'a str], new: &[&'a str], into: &mut Vec<(char, &'a str)>) {
    let (mut len, mut from, mut to) = (0, old.len(), new.len());
    for first in 0..old.len() {
        for second in 0..new.len() {
            let pairs = old[first..].iter().zip(&new[second..]);
            let same = pairs.take_while(|(old, new)| old == new).count();
            if same > len {
                (len, from, to) = (same, first, second);
            }
        }
    }
    if len == 0 {
        into.extend(old.iter().map(|&line| ('-', line)));
        into.extend(new.iter().map(|&line| ('+', line)));
    } else {
        changes(&old[..from], &new[..to], into);
        into.extend(old[from..from + len].iter().map(|&line| (' ', line)));
        changes(&old[from + len..], &new[to + len..], into);
    }
}

/// The changed lines, each stretch of them below `@@` with two lines around it.
fn unified(changes: &[(char, &str)]) -> String {
    const AROUND: usize = 2;
    let mut text = String::new();
    let mut shown = None;
    for (index, (sign, line)) in changes.iter().enumerate() {
        let around = &changes[index.saturating_sub(AROUND)..changes.len().min(index + AROUND + 1)];
        if around.iter().all(|(sign, _)| *sign == ' ') {
            continue;
        }
        if index == 0 || shown != Some(index - 1) {
            text.push_str("@@\n");
        }
        shown = Some(index);
        writeln!(text, "{sign}{line}").unwrap();
    }
    text
}

pub fn difference(recorded: &str, trace: &str, rules: &Rules) -> Difference {
    let wanted: Vec<&str> = recorded.lines().collect();
    let lines: Vec<&str> = trace.lines().collect();
    let aligned = if rules.per_step { in_recorded_order(&wanted, &lines) } else { lines.clone() };
    let mut all = Vec::new();
    changes(&wanted, &aligned, &mut all);
    let with = |sign| {
        let changed = all.iter().filter(move |change| change.0 == sign);
        changed.map(|(_, line)| (*line).to_owned()).collect()
    };
    let mut difference = Difference { removed: with('-'), added: with('+'), text: unified(&all) };
    for step in steps(&lines) {
        for (first, second) in &rules.order {
            let Some(at) = step.iter().position(|line| line == second) else { continue };
            if !step[..at].contains(&first.as_str()) {
                let line = format!("order: {first} < {second}: not in ...{}", step[step.len() - 1]);
                writeln!(difference.text, "{line}").unwrap();
                difference.added.push(line);
            }
        }
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(recorded: &str, trace: &str, rules: &str) -> String {
        let difference = difference(recorded, trace, &Rules::read(rules).unwrap());
        assert_eq!(difference.is_empty(), difference.text.is_empty());
        let read = Difference::of_unified(&difference.text);
        assert_eq!(read, difference, "what is written can be read");
        difference.text
    }

    #[test]
    fn equal_traces_do_not_differ() {
        assert_eq!(text("a\n= x\nb\n", "a\n= x\nb\n", "exact\n"), "");
        assert_eq!(text("", "", "per-step"), "");
    }

    #[test]
    fn an_exact_comparison_honors_the_order() {
        assert_eq!(text("a\nb\n= x\n", "b\na\n= x\n", "exact"), "@@\n+b\n a\n-b\n = x\n");
    }

    #[test]
    fn the_longest_stretch_stays() {
        let recorded = "s\na\nb\nc\nd\ne\nf\n";
        assert_eq!(text(recorded, "a\nb\nc\nd\ne\ns\nf\n", ""), "@@\n-s\n a\n b\n@@\n d\n e\n+s\n f\n");
        assert_eq!(text(recorded, "s\na\nx\nc\n", ""), "@@\n s\n a\n-b\n+x\n c\n-d\n-e\n-f\n");
    }

    #[test]
    fn lines_of_a_step_may_change_places_but_not_the_step() {
        assert_eq!(text("a\nb\n= x\nc\nd\n", "b\na\n= x\nd\nc\n", "per-step"), "");
        assert!(!text("a\nb\nb\n= x\n", "b\na\n= x\n", "per-step").is_empty(), "as often as recorded");
        assert!(!text("a\nb\n= x\n", "a\n= x\nb\n", "per-step").is_empty());
        assert!(!text("a\n= x\n", "a\n= x\nb\n", "per-step").is_empty(), "a step too many");
        assert!(!text("a\n= x\nb\n", "a\n= x\n", "per-step").is_empty(), "a step too few");
    }

    #[test]
    fn an_order_counts_in_steps_that_have_the_second_line() {
        let order = |trace: &str| text("a\nb\n= x\n", trace, "per-step\na < b\n");
        assert_eq!(order("a\nb\n= x\n"), "");
        assert_eq!(order("b\na\n= x\n"), "order: a < b: not in ...= x\n");
        assert_eq!(text("a\n= x\nc\n", "a\n= x\nc\n", "per-step\na < b"), "");
        assert_eq!(
            text("a\n= x\nb\n", "a\n= x\nb\n", "per-step\na < b"),
            "order: a < b: not in ...b\n",
            "what an earlier step holds does not count"
        );
    }

    #[test]
    fn lines_beyond_another_difference_are_counted_one_by_one() {
        let ours = Difference::of_unified("--- x\n+++ y\n-a\n-a\n b\n+c\norder: d < e\n");
        let theirs = Difference::of_unified("-a\n+c\n+f\n");
        assert_eq!(ours.beyond(&theirs), ["-a", "+order: d < e"]);
        assert_eq!(theirs.beyond(&theirs), Vec::<String>::new());
    }

    #[test]
    fn unknown_rules_are_refused() {
        assert!(Rules::read("sorted\n").is_err());
        assert!(Rules::read("exact\na > b\n").is_err());
    }
}
