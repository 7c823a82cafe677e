//! A comparison as a table for a terminal.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{Comparison, Difference, Grade, Section, Value};

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
    let shown: Vec<&Difference> =
        comparison.differences.iter().filter(|row| layout.all || is_shown(row)).collect();
    for rows in shown.chunk_by(|one, next| is_told_with(one, next)) {
        let Some(row) = rows.first() else { continue };
        let own = row.aspect.info().section;
        if section != Some(own) {
            section = Some(own);
            let title = table.styled(own.title(), "\x1b[1m");
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
fn is_told_with(one: &Difference, next: &Difference) -> bool {
    (one.aspect, one.grade, &one.left, &one.right) == (next.aspect, next.grade, &next.left, &next.right)
        && one.item.is_some()
        && next.item.is_some()
}

impl Table<'_> {
    fn styled(&self, text: &str, style: &str) -> String {
        if self.layout.color && !text.is_empty() { format!("{style}{text}\x1b[0m") } else { text.to_owned() }
    }

    fn head(&mut self) {
        let comparison = self.comparison;
        let both = [&comparison.left, &comparison.right];
        let names = both.map(|side| side.files.first().map_or(side.name.as_str(), String::as_str));
        let kinds = both.map(|side| {
            let more = side.files.len().saturating_sub(1);
            let more = match more {
                0 => String::new(),
                1 => ", 2 files".to_owned(),
                more => format!(", {} files", more + 1),
            };
            format!("{} {}{more}", side.init.name(), side.init.definition())
        });
        self.lines("", "  ", [&[cut(names[0], self.value)], &[cut(names[1], self.value)]], "\x1b[1m");
        self.lines("", "  ", [&[cut(&kinds[0], self.value)], &[cut(&kinds[1], self.value)]], "\x1b[2m");
    }

    /// Rows that differ in their items only.
    fn rows(&mut self, rows: &[&Difference]) {
        let Some(row) = rows.first() else { return };
        let info = row.aspect.info();
        let (sign, style) = match row.grade {
            Grade::Same => ("= ", ""),
            Grade::Harmless => ("≈ ", "\x1b[33m"),
            Grade::Differs => ("≠ ", "\x1b[31m"),
        };
        let items: Vec<String> = rows.iter().filter_map(|row| row.item.as_deref().map(plain)).collect();
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
        self.lines(&last, sign, [&values[0], &values[1]], "");
        let places =
            [self.place(&row.left, 0), self.place(&row.right, 1)].map(|place| cut_left(&place, self.value));
        self.lines("", "  ", [&[places[0].clone()], &[places[1].clone()]], "\x1b[2m");
        let width = self.layout.width.max(NARROWEST) - 4;
        let mut reasons: Vec<&str> = rows.iter().map(|row| row.why.as_str()).collect();
        reasons.dedup();
        for line in wrap(&reasons.join("; "), width).iter().filter(|line| !line.is_empty()) {
            let line = self.styled(line, "\x1b[3m");
            let _ = writeln!(self.out, "    {line}");
        }
    }

    /// Where a value comes from.
    fn place(&self, value: &Value, side: usize) -> String {
        let compared = [&self.comparison.left, &self.comparison.right][side];
        match value.at {
            Some(at) => {
                let file = compared.files.get(at.origin.file).map_or("", String::as_str);
                format!("{file}:{}:{}", at.place.line, at.place.column)
            }
            None if value.is_default => "default".to_owned(),
            None => String::new(),
        }
    }

    fn value_lines(&self, value: &Value) -> Vec<String> {
        let says_something = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
        let lines = value.text.lines().filter(says_something);
        let all: Vec<String> = lines.flat_map(|line| wrap(plain(line).trim_end(), self.value)).collect();
        let more = all.len().saturating_sub(MOST_LINES);
        let mut shown: Vec<String> = all.into_iter().take(MOST_LINES).collect();
        if more > 0 {
            shown.push(format!("… {more} more line{}", if more == 1 { "" } else { "s" }));
        }
        shown
    }

    /// Lines in three columns.
    fn lines(&mut self, name: &str, sign: &str, values: [&[String]; 2], style: &str) {
        for at in 0..values[0].len().max(values[1].len()).max(1) {
            let cell = |value: &[String]| value.get(at).cloned().unwrap_or_default();
            let (left, right) = (cell(values[0]), cell(values[1]));
            let (sign, name) = if at == 0 { (sign, name) } else { ("  ", "") };
            let fill = " ".repeat(self.value.saturating_sub(left.width()) + 1);
            let name = format!("{name}{}", " ".repeat(self.name.saturating_sub(name.width())));
            let (left, right) = (self.styled(&left, style), self.styled(&right, style));
            let line = format!("{sign}{name}{left}{fill} {right}");
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn summary(&mut self) {
        let count = |grade| self.comparison.graded(grade).count();
        let (same, harmless, differs) = (count(Grade::Same), count(Grade::Harmless), count(Grade::Differs));
        let verb =
            |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let _ = writeln!(
            self.out,
            "\n{}, {} harmlessly, {} the same.",
            verb(differs, "value differs", "values differ"),
            verb(harmless, "differs", "differ"),
            verb(same, "is", "are"),
        );
        let hidden: Vec<&Difference> =
            self.comparison.graded(Grade::Harmless).filter(|row| !is_shown(row)).collect();
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

/// A text without what no terminal should get.
fn plain(text: &str) -> String {
    crate::graph::text::clean(text.as_bytes())
}

/// At most so many columns; where there are more, the last one is an ellipsis.
fn cut(text: &str, most: usize) -> String {
    let text = plain(text);
    if text.width() <= most {
        return text;
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= most
    });
    kept.chain(['…']).collect()
}

/// The same, and the first one is the ellipsis.
fn cut_left(text: &str, most: usize) -> String {
    let text = plain(text);
    if text.width() <= most {
        return text;
    }
    let mut used = 1;
    let mut kept: Vec<char> = text
        .chars()
        .rev()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= most
        })
        .collect();
    kept.push('…');
    kept.into_iter().rev().collect()
}

/// The text in lines of so many columns, broken at blanks where that is possible.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word = word;
        while let Some(line) = lines.last_mut() {
            let room = width.saturating_sub(line.width() + usize::from(!line.is_empty()));
            if word.width() <= room {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if !line.is_empty() {
                lines.push(String::new());
                continue;
            }
            // A word that is wider than a line.
            let mut used = 0;
            let fits = word.char_indices().find(|(_, c)| {
                used += c.width().unwrap_or(0);
                used > width
            });
            let at = fits.map_or(word.len(), |(at, c)| if at == 0 { c.len_utf8() } else { at });
            line.push_str(&word[..at]);
            word = &word[at..];
            if word.is_empty() {
                break;
            }
            lines.push(String::new());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_wrapped_at_blanks_and_cut_at_columns() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("/usr/bin/long-name x", 8), ["/usr/bin", "/long-na", "me x"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(cut("0123456789", 5), "0123…");
        assert_eq!(cut_left("etc/init/web.conf:3:1", 13), "…web.conf:3:1");
    }
}
