//! A comparison as a table for a terminal.

use std::fmt::Write as _;

use super::{Comparison, Difference, Grade, Section, Value};
use crate::text::At;
use crate::text::display::{clean, cut, cut_left, width, wrap};
use crate::text::style::TextStyle;

/// How a table is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether what is the same, and what differs for every service, is shown as well.
    pub all: bool,
    /// Whether it has colours.
    pub color: bool,
}

/// The narrowest table.
const NARROWEST: usize = 40;
/// Lines of a value that are shown.
const MOST_LINES: usize = 4;

struct Table<'c> {
    comparison: &'c Comparison,
    layout: Layout,
    /// Columns of the name, and of each value.
    name: usize,
    value: usize,
    out: String,
}

/// The table, section by section, with a summary at the end.
pub fn table(comparison: &Comparison, layout: Layout) -> String {
    let width = layout.width.max(NARROWEST);
    let name = (width / 3).clamp(12, 28);
    let value = (width - name - 4) / 2;
    let mut table = Table { comparison, layout, name, value, out: String::new() };
    table.head();
    let mut section: Option<Section> = None;
    let shown: Vec<&Difference> = comparison.differences.iter().filter(|row| layout.all || is_shown(row)).collect();
    for rows in shown.chunk_by(|one, next| is_merged_with(one, next)) {
        let Some(row) = rows.first() else { continue };
        let own = row.aspect.info().section;
        if section != Some(own) {
            section = Some(own);
            let title = table.styled(own.title(), TextStyle::Strong);
            let _ = write!(table.out, "\n{title}\n");
        }
        table.rows(rows);
    }
    table.summary();
    table.out
}

/// Whether a row is shown where not all are.
fn is_shown(row: &Difference) -> bool {
    match row.grade {
        Grade::Same => false,
        Grade::Differs => true,
        Grade::Harmless => !row.is_habit() && row.aspect.info().section != Section::Remarks,
    }
}

/// Whether two rows say the same of two items.
fn is_merged_with(one: &Difference, next: &Difference) -> bool {
    (one.aspect, one.grade, &one.left, &one.right) == (next.aspect, next.grade, &next.left, &next.right)
        && one.item.is_some()
        && next.item.is_some()
}

impl Table<'_> {
    fn styled(&self, text: &str, style: TextStyle) -> String {
        if self.layout.color { style.paint(text) } else { text.to_owned() }
    }

    fn head(&mut self) {
        let comparison = self.comparison;
        let both = [&comparison.left, &comparison.right];
        let names = both.map(|side| side.files.first().unwrap_or(&side.name).clone());
        let kinds = both.map(|side| {
            let more = side.files.len().saturating_sub(1);
            let more = match more {
                0 => String::new(),
                1 => ", 2 files".to_owned(),
                more => format!(", {} files", more + 1),
            };
            format!("{} {}{more}", side.init.name(), side.init.definition())
        });
        for (texts, style) in [(names, TextStyle::Strong), (kinds, TextStyle::Faint)] {
            let [left, right] = texts.map(|text| cut(&text, self.value));
            self.lines("", "  ", [&[left], &[right]], style);
        }
    }

    /// Rows that differ in their items only.
    fn rows(&mut self, rows: &[&Difference]) {
        let Some(row) = rows.first() else { return };
        let info = row.aspect.info();
        let (sign, style) = match row.grade {
            Grade::Same => ("= ", TextStyle::Plain),
            Grade::Harmless => ("≈ ", TextStyle::Warn),
            Grade::Differs => ("≠ ", TextStyle::Other),
        };
        let items: Vec<String> =
            rows.iter().filter_map(|row| row.item.as_deref().map(|item| clean(item.as_bytes()))).collect();
        let mut label = info.title.to_owned();
        if !items.is_empty() {
            label = format!("{label} {}", items.join(", "));
        }
        let values = [&row.left, &row.right].map(|value| self.value_lines(value));
        let sign = self.styled(sign, style);
        let mut names = wrap(&label, self.name - 1);
        let last = names.pop().unwrap_or_default();
        for (at, name) in names.iter().enumerate() {
            let sign = if at == 0 { sign.as_str() } else { "  " };
            let _ = writeln!(self.out, "{sign}{name}");
        }
        let sign = if names.is_empty() { sign.as_str() } else { "  " };
        self.lines(&last, sign, [&values[0], &values[1]], TextStyle::Plain);
        let places = [self.place(&row.left, 0), self.place(&row.right, 1)].map(|place| cut_left(&place, self.value));
        self.lines("", "  ", [&[places[0].clone()], &[places[1].clone()]], TextStyle::Faint);
        let width = self.layout.width.max(NARROWEST) - 4;
        let mut reasons: Vec<&str> = rows.iter().map(|row| row.why.as_str()).collect();
        reasons.dedup();
        for line in wrap(&reasons.join("; "), width).iter().filter(|line| !line.is_empty()) {
            let line = self.styled(line, TextStyle::Aside);
            let _ = writeln!(self.out, "    {line}");
        }
    }

    /// Where a value comes from.
    fn place(&self, value: &Value, side: usize) -> String {
        let compared = [&self.comparison.left, &self.comparison.right][side];
        match value.at {
            Some(At { origin, place: Some(place) }) => {
                let file = compared.files.get(origin.file).map_or("", String::as_str);
                format!("{file}:{}:{}", place.line, place.column)
            }
            _ if value.is_default => "default".to_owned(),
            _ => String::new(),
        }
    }

    fn value_lines(&self, value: &Value) -> Vec<String> {
        let says_something = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let lines = value.text.lines().filter(says_something);
        let all: Vec<String> = lines.flat_map(|line| wrap(clean(line.as_bytes()).trim(), self.value)).collect();
        let more = all.len().saturating_sub(MOST_LINES);
        let mut shown: Vec<String> = all.into_iter().take(MOST_LINES).collect();
        if more > 0 {
            shown.push(format!("… {more} more line{}", if more == 1 { "" } else { "s" }));
        }
        shown
    }

    /// Lines in three columns.
    fn lines(&mut self, name: &str, sign: &str, values: [&[String]; 2], style: TextStyle) {
        for at in 0..values[0].len().max(values[1].len()).max(1) {
            let cell = |value: &[String]| value.get(at).cloned().unwrap_or_default();
            let (left, right) = (cell(values[0]), cell(values[1]));
            let (sign, name) = if at == 0 { (sign, name) } else { ("  ", "") };
            let fill = " ".repeat(self.value.saturating_sub(width(&left)) + 1);
            let name = format!("{name}{}", " ".repeat(self.name.saturating_sub(width(name))));
            let (left, right) = (self.styled(&left, style), self.styled(&right, style));
            let line = format!("{sign}{name}{left}{fill} {right}");
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn summary(&mut self) {
        let count = |grade| self.comparison.graded(grade).count();
        let (same, harmless, differs) = (count(Grade::Same), count(Grade::Harmless), count(Grade::Differs));
        let verb = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let _ = writeln!(
            self.out,
            "\n{}, {} harmlessly, {} the same.",
            verb(differs, "value differs", "values differ"),
            verb(harmless, "differs", "differ"),
            verb(same, "is", "are"),
        );
        let hidden: Vec<&Difference> = self.comparison.graded(Grade::Harmless).filter(|row| !is_shown(row)).collect();
        if !self.layout.all && !hidden.is_empty() {
            let mut titles: Vec<&str> = hidden.iter().map(|row| row.aspect.info().title).collect();
            titles.dedup();
            let text = format!("Not shown, and harmless: {} (--all shows them).", titles.join(", "));
            for line in wrap(&text, self.layout.width.max(NARROWEST)) {
                let _ = writeln!(self.out, "{line}");
            }
        }
    }
}
