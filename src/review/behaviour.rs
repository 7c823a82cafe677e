//! The table of values: what the job does, and what the unit does.

use super::line::{Line, Look, safe, width, wrap};
use crate::plan::model::Behaviour;

/// Below this width the columns stand one below the other.
const NARROW: usize = 60;
/// No name of a value takes more of the width.
const WIDEST_ASPECT: usize = 26;

/// How a grade is shown: a mark, a word, and how it looks.
fn grade(grade: &str) -> (&'static str, Look) {
    match grade {
        "same" => ("=", Look::Faint),
        "harmless" => ("~", Look::Plain),
        _ => ("≠", Look::Warn),
    }
}

/// Whether there is nothing in it to decide by: it stays the same, or the two inits differ by themselves, and
/// harmlessly, for every service.
fn is_idle(value: &Behaviour) -> bool {
    let is_habit = value.before_default && value.after_default;
    value.grade == "same" || value.grade == "harmless" && is_habit
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
        out.push(row("", Look::Faint, &head.map(|(text, width)| (vec![text.to_owned()], width))).remove(0));
        for value in shown {
            let (mark, look) = grade(&value.grade);
            let title = name(value);
            let cells = [(&title, aspect), (&value.before, before), (&value.after, after)];
            out.extend(row(mark, look, &cells.map(|(text, width)| (wrap(text, width), width))));
            out.extend(why(value, columns));
        }
    } else {
        for value in shown {
            let (mark, look) = grade(&value.grade);
            let text = format!("{}: {} → {}", name(value), value.before, value.after);
            for (at, line) in wrap(&text, columns.saturating_sub(4)).into_iter().enumerate() {
                out.push(
                    Line::of(look, if at == 0 { format!("  {mark} ") } else { "    ".to_owned() })
                        .add(look, line),
                );
            }
            out.extend(why(value, columns));
        }
    }
    if hidden > 0 {
        let more = format!("{hidden} more: the same, or harmlessly different for every service");
        let lines = wrap(&more, columns.saturating_sub(2));
        out.extend(lines.into_iter().map(|line| Line::of(Look::Faint, "  ").add(Look::Faint, line)));
    }
    out
}

/// Cells beside each other, each of several lines.
fn row(mark: &str, look: Look, cells: &[(Vec<String>, usize); 3]) -> Vec<Line> {
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    (0..height)
        .map(|at| {
            let mark = if at == 0 { mark } else { "" };
            let mut line = Line::of(look, "  ").then(Line::of(look, mark).fit(2));
            for (column, (lines, width)) in cells.iter().enumerate() {
                let gap = if column == 0 { "" } else { "  " };
                let text = lines.get(at).map_or("", String::as_str);
                line = line.add(Look::Plain, gap).then(Line::of(look, text).fit(*width));
            }
            line
        })
        .collect()
}

fn why(value: &Behaviour, columns: usize) -> Vec<Line> {
    if value.why.is_empty() || value.grade == "same" {
        return Vec::new();
    }
    let lines = wrap(&value.why, columns.saturating_sub(6).max(1));
    lines.into_iter().map(|line| Line::of(Look::Faint, "      ").add(Look::Faint, line)).collect()
}

/// What a value is called, with which one it is of several.
fn name(value: &Behaviour) -> String {
    match &value.item {
        Some(item) => format!("{} {item}", value.title),
        None => value.title.clone(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn value(aspect: &str, before: &str, after: &str, grade: &str, why: &str) -> Behaviour {
        let [aspect, before, after, grade, why] = [aspect, before, after, grade, why].map(str::to_owned);
        Behaviour {
            title: aspect.clone(),
            item: (aspect == "limit").then(|| "nofile".to_owned()),
            before,
            before_default: aspect == "reload",
            before_at: None,
            after,
            after_default: aspect == "reload",
            aspect,
            after_at: None,
            grade,
            why,
        }
    }

    fn shown(columns: usize, same: bool) -> String {
        let values = [
            value("stop timeout", "5 s", "90 s", "differs", "a program that hangs is killed later"),
            value(
                "restarts",
                "on every exit, 10 times in 5 s",
                "only on failure, 5 times in 10 s",
                "differs",
                "",
            ),
            value("limit", "65536", "not set", "differs", ""),
            value("reload", "SIGHUP", "refused", "harmless", ""),
            value("umask", "0022 (default)", "0022 (default)", "same", ""),
            value("名前", "\x1b[31mred", "日本語", "harmless", ""),
        ];
        let lines = table(&values, columns, same);
        assert!(lines.iter().all(|line| line.width() <= columns));
        lines.iter().map(Line::plain).fold(String::new(), |text, line| text + &line + "\n")
    }

    #[test]
    fn columns_stand_below_each_other() {
        assert_snapshot!(shown(70, true), @r"
          value         before                     after
        ≠ stop timeout  5 s                        90 s
            a program that hangs is killed later
        ≠ restarts      on every exit, 10 times    only on failure, 5 times
                        in 5 s                     in 10 s
        ≠ limit nofile  65536                      not set
        ~ reload        SIGHUP                     refused
        = umask         0022 (default)             0022 (default)
        ~ 名前          \u{1b}[31mred              日本語
        ");
    }

    #[test]
    fn what_stays_the_same_can_be_hidden() {
        let shown = shown(70, false);
        assert!(!shown.contains("umask") && !shown.contains("reload"), "{shown}");
        assert!(shown.contains("  2 more: the same, or harmlessly different for every service\n"), "{shown}");
    }

    #[test]
    fn a_narrow_table_is_a_list() {
        assert_snapshot!(shown(30, false), @r"
        ≠ stop timeout: 5 s → 90 s
            a program that hangs is
            killed later
        ≠ restarts: on every exit,
          10 times in 5 s → only on
          failure, 5 times in 10 s
        ≠ limit nofile: 65536 → not
          set
        ~ 名前: \u{1b}[31mred →
          日本語
        2 more: the same, or
        harmlessly different for
        every service
        ");
    }
}
