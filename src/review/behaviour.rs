//! The table of values: what the job does, and what the unit does.

use super::line::{Line, hung};
use crate::compare::Grade;
use crate::plan::model::Behaviour;
use crate::text::display::{safe, width, wrap};
use crate::text::style::TextStyle;

/// Below this width the columns stand one below the other.
const NARROW: usize = 60;
/// No name of a value takes more of the width.
const WIDEST_ASPECT: usize = 26;

/// How a grade is shown: a mark, a word, and how it looks.
fn grade(grade: Grade) -> (&'static str, TextStyle) {
    match grade {
        Grade::Same => ("=", TextStyle::Faint),
        Grade::Harmless => ("~", TextStyle::Plain),
        Grade::Differs => ("≠", TextStyle::Warn),
    }
}

/// Whether there is nothing in it to decide by: it stays the same, or the two inits differ by themselves, and
/// harmlessly, for every service.
fn is_idle(value: &Behaviour) -> bool {
    let is_habit = value.before_default && value.after_default;
    value.grade == Grade::Same || value.grade == Grade::Harmless && is_habit
}

/// The table; `same` shows idle values as well.
pub fn table(values: &[Behaviour], columns: usize, same: bool) -> Vec<Line> {
    let shown: Vec<&Behaviour> = values.iter().filter(|value| same || !is_idle(value)).collect();
    let hidden = values.len() - shown.len();
    let mut out = Vec::new();
    let aspect = shown.iter().map(|value| width(&safe(name(value).as_bytes()))).max().unwrap_or(0);
    let aspect = aspect.max("value".len()).min(WIDEST_ASPECT);
    if columns >= NARROW && !shown.is_empty() {
        let half = (columns - aspect - 8) / 2;
        let before = shown.iter().map(|value| width(&safe(value.before.as_bytes()))).max().unwrap_or(0);
        let before = before.max("before".len()).min(half);
        let after = columns - aspect - before - 8;
        let head = [("value", aspect), ("before", before), ("after", after)];
        out.push(row("", TextStyle::Faint, &head.map(|(text, width)| (vec![text.to_owned()], width))).remove(0));
        for value in shown {
            let (mark, style) = grade(value.grade);
            let title = name(value);
            let cells = [(&title, aspect), (&value.before, before), (&value.after, after)];
            out.extend(row(mark, style, &cells.map(|(text, width)| (wrap(text, width), width))));
            out.extend(why(value, columns));
        }
    } else {
        for value in shown {
            let (mark, style) = grade(value.grade);
            let text = format!("{}: {} → {}", name(value), value.before, value.after);
            out.extend(hung(style, &format!("  {mark} "), wrap(&text, columns.saturating_sub(4))));
            out.extend(why(value, columns));
        }
    }
    if hidden > 0 {
        let more = format!("{hidden} more: the same, or harmlessly different for every service");
        out.extend(hung(TextStyle::Faint, "  ", wrap(&more, columns.saturating_sub(2))));
    }
    out
}

/// Cells beside each other, each of several lines.
fn row(mark: &str, style: TextStyle, cells: &[(Vec<String>, usize); 3]) -> Vec<Line> {
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    (0..height)
        .map(|at| {
            let mark = if at == 0 { mark } else { "" };
            let mut line = Line::of(style, "  ").then(Line::of(style, mark).fit(2));
            for (column, (lines, width)) in cells.iter().enumerate() {
                let gap = if column == 0 { "" } else { "  " };
                let text = lines.get(at).map_or("", String::as_str);
                line = line.add(TextStyle::Plain, gap).then(Line::of(style, text).fit(*width));
            }
            line
        })
        .collect()
}

fn why(value: &Behaviour, columns: usize) -> Vec<Line> {
    if value.why.is_empty() || value.grade == Grade::Same {
        return Vec::new();
    }
    hung(TextStyle::Faint, "      ", wrap(&value.why, columns.saturating_sub(6).max(1)))
}

/// What a value is called, with which one it is of several.
fn name(value: &Behaviour) -> String {
    match &value.item {
        Some(item) => format!("{} {item}", value.title),
        None => value.title.clone(),
    }
}
