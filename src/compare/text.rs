//! Two texts held against each other: a patch, or side by side.

use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, TextDiff};
use unicode_width::UnicodeWidthChar as _;

/// Lines around a change that a patch shows.
const CONTEXT: usize = 3;

/// Words are marked in changes of no more lines than this; finding them takes the square of that.
const MOST_MARKED: usize = 200;

/// A text with its name; without a text it is a file that is not there.
#[derive(Clone, Copy, Debug)]
pub struct Named<'t> {
    /// The name of its file.
    pub name: &'t str,
    /// What is said of it besides its name; may be empty.
    pub remark: &'t str,
    /// The bytes.
    pub text: Option<&'t [u8]>,
}

impl Named<'_> {
    fn bytes(&self) -> &[u8] {
        self.text.unwrap_or_default()
    }

    /// Its name in the head of a patch: quoted where patch(1) would take it for another one.
    fn head(&self) -> String {
        if self.text.is_none() {
            return "/dev/null".to_owned();
        }
        let odd = |c: char| c.is_control() || matches!(c, '"' | '\\');
        let name = if self.name.contains(odd) {
            let mut quoted = String::from("\"");
            for c in self.name.chars() {
                match c {
                    '"' | '\\' => quoted.extend(['\\', c]),
                    c if c.is_control() => {
                        let mut bytes = [0; 4];
                        let octal = c.encode_utf8(&mut bytes).bytes().map(|byte| format!("\\{byte:03o}"));
                        quoted.extend(octal);
                    }
                    c => quoted.push(c),
                }
            }
            quoted + "\""
        } else {
            self.name.to_owned()
        };
        // What stands behind a tab is no part of the name, so that there may be blanks in it.
        match (self.remark.is_empty(), self.name.contains(' ')) {
            (true, false) => name,
            _ => format!("{name}\t{}", self.remark),
        }
    }
}

/// The lines with their ends; a carriage return ends none.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

fn diff<'t>(old: &[&'t [u8]], new: &[&'t [u8]]) -> TextDiff<'t, 't, [u8]> {
    TextDiff::configure().algorithm(Algorithm::Patience).newline_terminated(true).diff_slices(old, new)
}

/// The colours of what goes and what comes.
struct Paint {
    head: &'static str,
    place: &'static str,
    old: &'static str,
    new: &'static str,
    word: &'static str,
    plain: &'static str,
    reset: &'static str,
}

const COLOURS: Paint = Paint {
    head: "\x1b[1m",
    place: "\x1b[36m",
    old: "\x1b[31m",
    new: "\x1b[32m",
    word: "\x1b[7m",
    plain: "\x1b[27m",
    reset: "\x1b[0m",
};

const NO_COLOURS: Paint = Paint { head: "", place: "", old: "", new: "", word: "", plain: "", reset: "" };

impl Paint {
    fn new(color: bool) -> &'static Paint {
        if color { &COLOURS } else { &NO_COLOURS }
    }
}

/// A patch that makes the new text of the old one, as patch(1) and git-apply(1) take it; empty where the two are the
/// same. With colours, words that changed are marked within their lines, and it is for people only.
pub fn patch(old: &Named<'_>, new: &Named<'_>, color: bool) -> Vec<u8> {
    let mut out = Vec::new();
    if old.bytes() == new.bytes() {
        return out;
    }
    let (old_lines, new_lines) = (lines(old.bytes()), lines(new.bytes()));
    let diff = diff(&old_lines, &new_lines);
    let paint = Paint::new(color);
    for (sign, named) in [("---", old), ("+++", new)] {
        out.extend(format!("{}{sign} {}{}\n", paint.head, named.head(), paint.reset).bytes());
    }
    for hunk in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let old_range = first.old_range().start..last.old_range().end;
        let new_range = first.new_range().start..last.new_range().end;
        let place = format!("@@ -{} +{} @@", range(&old_range), range(&new_range));
        out.extend(format!("{}{place}{}\n", paint.place, paint.reset).bytes());
        for op in &hunk {
            body(&mut out, &diff, op, color);
        }
    }
    out
}

/// A range of lines as a patch counts it: from 1, and of no lines by the one before.
fn range(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn is_marked(op: &DiffOp) -> bool {
    op.tag() == DiffTag::Replace && op.old_range().len() + op.new_range().len() <= MOST_MARKED
}

fn body(out: &mut Vec<u8>, diff: &TextDiff<'_, '_, [u8]>, op: &DiffOp, color: bool) {
    let paint = Paint::new(color);
    let mut line = |tag: ChangeTag, pieces: &[(bool, &[u8])]| {
        let (sign, style) = match tag {
            ChangeTag::Equal => (b' ', ""),
            ChangeTag::Delete => (b'-', paint.old),
            ChangeTag::Insert => (b'+', paint.new),
        };
        out.extend_from_slice(style.as_bytes());
        out.push(sign);
        let mut ended = false;
        for (marked, piece) in pieces {
            let bare = piece.strip_suffix(b"\n").unwrap_or(piece);
            ended |= bare.len() < piece.len();
            if *marked && !bare.is_empty() {
                out.extend_from_slice(paint.word.as_bytes());
                out.extend_from_slice(bare);
                out.extend_from_slice(paint.plain.as_bytes());
            } else {
                out.extend_from_slice(bare);
            }
        }
        if !style.is_empty() {
            out.extend_from_slice(paint.reset.as_bytes());
        }
        out.push(b'\n');
        if !ended {
            out.extend_from_slice(b"\\ No newline at end of file\n");
        }
    };
    if color && is_marked(op) {
        for change in diff.iter_inline_changes_deadline(op, None) {
            line(change.tag(), change.values());
        }
    } else {
        for change in diff.iter_changes(op) {
            line(change.tag(), &[(false, change.value())]);
        }
    }
}

// ---- side by side ----

/// Both texts beside each other in so many columns, with `<`, `>` and `|` between lines that only the left one has,
/// only the right one has, or that differ. Words that changed are marked where there are colours.
pub fn side_by_side(old: &Named<'_>, new: &Named<'_>, width: usize, color: bool) -> String {
    let (old_lines, new_lines) = (lines(old.bytes()), lines(new.bytes()));
    let diff = diff(&old_lines, &new_lines);
    let column = (width.saturating_sub(3) / 2).max(10);
    let mut out = String::new();
    for op in diff.ops() {
        let mut sides: [Vec<Cell>; 2] = [Vec::new(), Vec::new()];
        if is_marked(op) {
            for change in diff.iter_inline_changes_deadline(op, None) {
                let cell = Cell::of(change.values());
                sides[usize::from(change.tag() == ChangeTag::Insert)].push(cell);
            }
        } else {
            for change in diff.iter_changes(op) {
                let cell = Cell::of(&[(false, change.value())]);
                match change.tag() {
                    ChangeTag::Equal => {
                        sides[0].push(cell.clone());
                        sides[1].push(cell);
                    }
                    ChangeTag::Delete => sides[0].push(cell),
                    ChangeTag::Insert => sides[1].push(cell),
                }
            }
        }
        let [left, right] = sides;
        for at in 0..left.len().max(right.len()) {
            let (one, other) = (left.get(at), right.get(at));
            let sign = match (op.tag(), one, other) {
                (DiffTag::Equal, ..) => ' ',
                (_, Some(_), Some(_)) => '|',
                (_, Some(_), None) => '<',
                _ => '>',
            };
            row(&mut out, one, other, sign, column, color);
        }
    }
    out
}

/// A line in a column: pieces, and whether they are marked.
#[derive(Clone, Debug, Default)]
struct Cell(Vec<(bool, String)>);

impl Cell {
    fn of(pieces: &[(bool, &[u8])]) -> Cell {
        let mut at = 0;
        let mut cell = Vec::new();
        for (marked, piece) in pieces {
            let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
            let mut text = String::new();
            for c in String::from_utf8_lossy(piece).chars() {
                let shown = match c {
                    '\t' => " ".repeat(8 - at % 8),
                    c if c.is_control() => char::REPLACEMENT_CHARACTER.to_string(),
                    c => c.to_string(),
                };
                at += shown.chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
                text.push_str(&shown);
            }
            cell.push((*marked, text));
        }
        Cell(cell)
    }

    /// Its rows, each with its width.
    fn rows(&self, column: usize) -> Vec<(Vec<(bool, String)>, usize)> {
        let mut rows = vec![(Vec::new(), 0)];
        for (marked, text) in &self.0 {
            for c in text.chars() {
                let wide = c.width().unwrap_or(0);
                if rows.last().is_some_and(|(_, used)| used + wide > column) {
                    rows.push((Vec::new(), 0));
                }
                let Some((pieces, used)) = rows.last_mut() else { continue };
                *used += wide;
                match pieces.last_mut() {
                    Some((same, text)) if *same == *marked => String::push(text, c),
                    _ => pieces.push((*marked, c.to_string())),
                }
            }
        }
        rows
    }
}

fn row(out: &mut String, left: Option<&Cell>, right: Option<&Cell>, sign: char, column: usize, color: bool) {
    let paint = Paint::new(color);
    let rows = |cell: Option<&Cell>| cell.map(|cell| cell.rows(column)).unwrap_or_default();
    let (left, right) = (rows(left), rows(right));
    let piece = |pieces: &[(bool, String)], style: &str| {
        let mut text = String::new();
        for (marked, piece) in pieces {
            if *marked {
                text.push_str(&[paint.word, piece, paint.plain].concat());
            } else {
                text.push_str(piece);
            }
        }
        if style.is_empty() || text.is_empty() { text } else { [style, &text, paint.reset].concat() }
    };
    let (old, new) = if sign == ' ' { ("", "") } else { (paint.old, paint.new) };
    for at in 0..left.len().max(right.len()) {
        let empty = (Vec::new(), 0);
        let (one, used) = left.get(at).unwrap_or(&empty);
        let (other, _) = right.get(at).unwrap_or(&empty);
        let fill = " ".repeat(column.saturating_sub(*used));
        let line = format!("{}{fill} {sign} {}", piece(one, old), piece(other, new));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'t>(name: &'t str, text: &'t [u8]) -> Named<'t> {
        Named { name, remark: "", text: Some(text) }
    }

    fn patched(old: &[u8], new: &[u8]) -> String {
        String::from_utf8_lossy(&patch(&named("a", old), &named("b", new), false)).into_owned()
    }

    #[test]
    fn a_patch_counts_lines_as_patch_does() {
        assert_eq!(patched(b"a\nb\nc\n", b"a\nB\nc\n"), "--- a\n+++ b\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(patched(b"", b"a\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(patched(b"a\n", b""), "--- a\n+++ b\n@@ -1 +0,0 @@\n-a\n");
        assert_eq!(patched(b"a\n", b"a\n"), "");
    }

    #[test]
    fn a_missing_newline_is_told_on_the_side_that_it_misses_on() {
        let missing = "\\ No newline at end of file\n";
        assert_eq!(patched(b"a", b"a\n"), format!("--- a\n+++ b\n@@ -1 +1 @@\n-a\n{missing}+a\n"));
        assert_eq!(
            patched(b"a\nb", b"c\nb"),
            format!("--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n{missing}")
        );
    }

    #[test]
    fn names_that_patch_would_misread_are_quoted() {
        assert_eq!(named("a b", b"").head(), "a b\t");
        assert_eq!(named("a\nb", b"").head(), "\"a\\012b\"");
        assert_eq!(Named { text: None, ..named("a", b"") }.head(), "/dev/null");
    }

    #[test]
    fn words_are_marked_with_colours_only() {
        let (old, new) = (named("a", b"exec web --port 80\n"), named("b", b"exec web --port 81\n"));
        let text = String::from_utf8(patch(&old, &new, true)).unwrap();
        assert!(text.contains("-exec web --port \x1b[7m80\x1b[27m"), "{text}");
        assert!(!patch(&old, &new, false).contains(&0x1b));
    }

    #[test]
    fn lines_stand_beside_each_other() {
        let (old, new) = (b"same\nold line\ngone\nend\n", b"same\nnew line\nend\nmore\n");
        let text = side_by_side(&named("a", old), &named("b", new), 23, false);
        assert_eq!(
            text,
            "same         same\nold line   | new line\ngone       <\nend          end\n           > more\n"
        );
        let long = side_by_side(&named("a", b"0123456789abc\n"), &named("b", b"\tx\n"), 23, false);
        assert_eq!(long, "0123456789 |         x\nabc        |\n");
    }
}
