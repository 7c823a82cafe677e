//! The whole screen: a header, a window on the page, what happened, and the keys.

use super::check::Complaint;
use super::keys::BINDINGS;
use super::line::{Line, Look, wrap};
use super::page;
use super::state::{Extent, Mode, Prompt, Review, word};
use crate::plan::Plan;
use crate::plan::model::Decision;

/// How large a screen is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its lines.
    pub rows: usize,
    /// Its columns.
    pub columns: usize,
}

/// Lines that are not the window: header, rule, message and keys.
const FRAME: usize = 4;

impl Size {
    /// Lines of the window.
    pub fn window(self) -> usize {
        self.rows.saturating_sub(FRAME).max(1)
    }
}

/// What stands in the window, before it is scrolled.
pub fn body(review: &Review, page: &[Line], size: Size) -> Vec<Line> {
    match review.mode() {
        Mode::Read { text, .. } => {
            wrap(text, size.columns).into_iter().map(|line| Line::of(Look::Plain, line)).collect()
        }
        Mode::Choose { title, choices, at } => {
            let mut lines = vec![Line::of(Look::Strong, title), Line::new()];
            for (index, choice) in choices.iter().enumerate() {
                let (mark, look) = if index == *at { (">", Look::Chosen) } else { (" ", Look::Plain) };
                lines.push(Line::of(look, format!("{mark} {}  {}", index + 1, choice.label())));
            }
            lines
        }
        Mode::Trouble { edit, complaints } => {
            trouble(&edit.path.to_string(), &edit.after, complaints, size.columns)
        }
        Mode::Page | Mode::Write { .. } | Mode::Confirm { .. } => page.to_vec(),
    }
}

/// Complaints with the lines that they are about.
fn trouble(path: &str, text: &[u8], complaints: &[Complaint], columns: usize) -> Vec<Line> {
    let mut lines =
        vec![Line::of(Look::Bad, format!("Something is wrong with {path} as it was edited:")), Line::new()];
    for complaint in complaints {
        let place = complaint.line.map_or_else(String::new, |line| format!("line {line}: "));
        for line in wrap(&format!("{place}{}", complaint.message), columns.saturating_sub(2).max(1)) {
            lines.push(Line::of(Look::Plain, "  ").add(Look::Plain, line));
        }
        let shown = complaint.line.and_then(|line| bstr::ByteSlice::lines(text).nth(line.checked_sub(1)?));
        if let Some(shown) = shown {
            lines.push(Line::of(Look::Faint, "    > ").add(Look::Faint, shown));
        }
    }
    lines
}

/// The screen, line by line, as many as it has.
pub fn draw(review: &Review, plan: &Plan, page: &[Line], size: Size) -> Vec<Line> {
    let body = body(review, page, size);
    let extent = Extent { lines: body.len(), window: size.window() };
    let scroll = match review.mode() {
        Mode::Choose { at, .. } => (at + 3).saturating_sub(extent.window),
        _ => review.scroll(extent),
    };
    let mut lines = vec![header(review, plan, size.columns), rule(review, size.columns)];
    let window = body.into_iter().skip(scroll).take(extent.window);
    lines.extend(window);
    lines.resize_with(2 + extent.window, Line::new);
    lines.push(message(review, extent, scroll));
    lines.push(footer(review, size.columns));
    lines.truncate(size.rows);
    lines.into_iter().map(|line| line.cut(size.columns)).collect()
}

fn header(review: &Review, plan: &Plan, columns: usize) -> Line {
    if let Mode::Read { title, .. } = review.mode() {
        return Line::of(Look::Strong, title);
    }
    let Some(service) = review.service(plan) else {
        return Line::of(Look::Strong, "There is no service in this plan");
    };
    let (at, of) = review.position(plan);
    let left = plan.undecided().count();
    let start = Line::of(Look::Plain, format!("[{at}/{of}] ")).add(Look::Strong, &service.name);
    let (grade, look) = page::grade(service.grade);
    let decision = match service.decision {
        Decision::Undecided => Look::Strong,
        Decision::Accepted => Look::Good,
        Decision::Skipped => Look::Faint,
    };
    let edited = if service.edited { ", edited" } else { "" };
    let status = Line::of(look, grade)
        .add(Look::Plain, format!(" · {} · ", page::action(service.action)))
        .add(decision, word(service.decision))
        .add(Look::Plain, edited);
    let full = status.clone().add(Look::Plain, format!(" · {left} to decide"));
    for end in [full, status, Line::of(decision, word(service.decision))] {
        if start.width() + 2 + end.width() <= columns {
            return start.fit(columns - end.width()).then(end);
        }
    }
    start
}

fn rule(review: &Review, columns: usize) -> Line {
    let filter = review.filter().text();
    let text = if filter.is_empty() { String::new() } else { format!("── filter: {filter} ") };
    let line = Line::of(Look::Faint, text);
    let rest = columns.saturating_sub(line.width());
    line.add(Look::Faint, "─".repeat(rest))
}

fn message(review: &Review, extent: Extent, scroll: usize) -> Line {
    match review.mode() {
        Mode::Write { prompt, text } => {
            let ask = match prompt {
                Prompt::Filter => "Filter (? in the help tells the words): ",
                Prompt::Jump => "Jump to: ",
            };
            return Line::of(Look::Strong, ask).add(Look::Plain, text).add(Look::Chosen, " ");
        }
        Mode::Confirm { question, .. } => return Line::of(Look::Strong, question),
        _ => {}
    }
    if !review.said().is_empty() {
        return Line::of(Look::Strong, review.said());
    }
    let below = extent.lines.saturating_sub(scroll + extent.window);
    match below {
        0 => Line::new(),
        1 => Line::of(Look::Faint, "↓ 1 more line"),
        below => Line::of(Look::Faint, format!("↓ {below} more lines")),
    }
}

fn footer(review: &Review, columns: usize) -> Line {
    let own: &[(&str, &str)] = match review.mode() {
        Mode::Page => &[],
        Mode::Read { .. } => &[("Space", "page down"), ("b", "page up"), ("any other key", "back")],
        Mode::Write { .. } => &[("Enter", "take it"), ("Ctrl-U", "clear"), ("Esc", "back")],
        Mode::Confirm { .. } => &[("y", "yes"), ("n", "no")],
        Mode::Choose { .. } => &[("1-9, Enter", "choose"), ("Up, Down", "move"), ("Esc", "back")],
        Mode::Trouble { .. } => &[("e", "edit again"), ("k", "keep it anyway"), ("d", "drop the edit")],
    };
    let bindings = BINDINGS.iter().filter(|binding| own.is_empty() && !binding.short.is_empty());
    let keys = own.iter().copied().chain(bindings.map(|binding| (binding.shown, binding.short)));
    let mut line = Line::new();
    for (key, does) in keys {
        let gap = if line.width() == 0 { "" } else { "  " };
        let next =
            line.clone().add(Look::Plain, gap).add(Look::Strong, key).add(Look::Plain, format!(" {does}"));
        if next.width() > columns {
            break;
        }
        line = next;
    }
    line
}
