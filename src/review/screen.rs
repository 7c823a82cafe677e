//! The whole screen: a header, a window on the page, what happened, and the keys.

use super::diagnostic::Diagnostic;
use super::keys::BINDINGS;
use super::line::{Line, hung};
use super::mode::{Extent, Mode, Prompt};
use super::page;
use super::state::Review;
use crate::plan::Plan;
use crate::plan::model::Decision;
use crate::text::display::{counted, wrap};
use crate::text::style::TextStyle;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub rows: usize,
    pub columns: usize,
}

/// Lines that are not the window: header, rule, message and keys.
const FRAME: usize = 4;

impl Size {
    pub fn window(self) -> usize {
        self.rows.saturating_sub(FRAME).max(1)
    }
}

/// What stands in the window, before it is scrolled.
pub fn body(review: &Review, page: &[Line], size: Size) -> Vec<Line> {
    match review.mode() {
        Mode::Read { text, .. } => hung(TextStyle::Plain, "", wrap(text, size.columns)),
        Mode::Choose { title, choices, at } => {
            let mut lines = vec![Line::of(TextStyle::Strong, title), Line::new()];
            for (index, choice) in choices.iter().enumerate() {
                let (mark, style) = if index == *at { (">", TextStyle::Chosen) } else { (" ", TextStyle::Plain) };
                lines.push(Line::of(style, format!("{mark} {}  {}", index + 1, choice.label())));
            }
            lines
        }
        Mode::HasErrors { edit, diagnostics } => {
            diagnostics_page(&edit.path.to_string(), &edit.after, diagnostics, size.columns)
        }
        Mode::Page | Mode::Write { .. } | Mode::Confirm { .. } => page.to_vec(),
    }
}

/// Diagnostics with the lines that they are about.
fn diagnostics_page(path: &str, text: &[u8], diagnostics: &[Diagnostic], columns: usize) -> Vec<Line> {
    let mut lines =
        vec![Line::of(TextStyle::Bad, format!("Something is wrong with {path} as it was edited:")), Line::new()];
    for diagnostic in diagnostics {
        let message = wrap(&diagnostic.to_string(), columns.saturating_sub(2).max(1));
        lines.extend(hung(TextStyle::Plain, "  ", message));
        let shown = diagnostic.line.and_then(|line| bstr::ByteSlice::lines(text).nth(line.checked_sub(1)?));
        if let Some(shown) = shown {
            lines.push(Line::of(TextStyle::Faint, "    > ").add(TextStyle::Faint, shown));
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
        return Line::of(TextStyle::Strong, title);
    }
    let Some(service) = review.service(plan) else {
        return Line::of(TextStyle::Strong, "There is no service in this plan");
    };
    let (at, of) = review.position(plan);
    let left = plan.undecided().count();
    let start = Line::of(TextStyle::Plain, format!("[{at}/{of}] ")).add(TextStyle::Strong, &service.name);
    let decision = match service.decision {
        Decision::Undecided => TextStyle::Strong,
        Decision::Accepted => TextStyle::Good,
        Decision::Skipped => TextStyle::Faint,
    };
    let edited = if service.edited { ", edited" } else { "" };
    let status = Line::of(page::grade(service.grade), service.grade.name())
        .add(TextStyle::Plain, format!(" · {} · ", service.action))
        .add(decision, service.decision.name())
        .add(TextStyle::Plain, edited);
    let full = status.clone().add(TextStyle::Plain, format!(" · {left} to decide"));
    for end in [full, status, Line::of(decision, service.decision.name())] {
        if start.width() + 2 + end.width() <= columns {
            return start.fit(columns - end.width()).then(end);
        }
    }
    start
}

fn rule(review: &Review, columns: usize) -> Line {
    let filter = review.filter().text();
    let text = if filter.is_empty() { String::new() } else { format!("── filter: {filter} ") };
    let line = Line::of(TextStyle::Faint, text);
    let rest = columns.saturating_sub(line.width());
    line.add(TextStyle::Faint, "─".repeat(rest))
}

fn message(review: &Review, extent: Extent, scroll: usize) -> Line {
    match review.mode() {
        Mode::Write { prompt, text } => {
            let ask = match prompt {
                Prompt::Filter => "Filter (? in the help tells the words): ",
                Prompt::Jump => "Jump to: ",
            };
            return Line::of(TextStyle::Strong, ask).add(TextStyle::Plain, text).add(TextStyle::Chosen, " ");
        }
        Mode::Confirm { question, .. } => return Line::of(TextStyle::Strong, question),
        _ => {}
    }
    if !review.message().is_empty() {
        return Line::of(TextStyle::Strong, review.message());
    }
    match extent.lines.saturating_sub(scroll + extent.window) {
        0 => Line::new(),
        below => Line::of(TextStyle::Faint, format!("↓ {}", counted(below, "more line"))),
    }
}

fn footer(review: &Review, columns: usize) -> Line {
    let own: &[(&str, &str)] = match review.mode() {
        Mode::Page => &[],
        Mode::Read { .. } => &[("Space", "page down"), ("b", "page up"), ("any other key", "back")],
        Mode::Write { .. } => &[("Enter", "take it"), ("Ctrl-U", "clear"), ("Esc", "back")],
        Mode::Confirm { .. } => &[("y", "yes"), ("n", "no")],
        Mode::Choose { .. } => &[("1-9, Enter", "choose"), ("Up, Down", "move"), ("Esc", "back")],
        Mode::HasErrors { .. } => &[("e", "edit again"), ("k", "keep it anyway"), ("d", "drop the edit")],
    };
    let bindings = BINDINGS.iter().filter(|binding| own.is_empty() && !binding.short.is_empty());
    let keys = own.iter().copied().chain(bindings.map(|binding| (binding.shown, binding.short)));
    let mut line = Line::new();
    for (key, does) in keys {
        let gap = if line.width() == 0 { "" } else { "  " };
        let next = line
            .clone()
            .add(TextStyle::Plain, gap)
            .add(TextStyle::Strong, key)
            .add(TextStyle::Plain, format!(" {does}"));
        if next.width() > columns {
            break;
        }
        line = next;
    }
    line
}
