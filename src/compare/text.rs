//! Two texts held against each other: a patch, or side by side.

use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, TextDiff};
use unicode_width::UnicodeWidthChar as _;

use crate::text::style::TextStyle;

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
        let quoted = |c: char| match c {
            '"' | '\\' => format!("\\{c}"),
            c if c.is_control() => {
                c.to_string().bytes().fold(String::new(), |text, byte| format!("{text}\\{byte:03o}"))
            }
            c => c.to_string(),
        };
        let name = if self.name.contains(odd) {
            format!("\"{}\"", self.name.chars().map(quoted).collect::<String>())
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

/// A line in pieces, and whether they are marked.
type Pieces<'t> = Vec<(bool, &'t [u8])>;

/// The lines of a part of a diff in pieces, and whether these are words that changed, if those are to be marked.
fn changes<'d>(diff: &'d TextDiff<'_, '_, [u8]>, op: &DiffOp, marks: bool) -> Vec<(ChangeTag, Pieces<'d>)> {
    let count = op.old_range().len() + op.new_range().len();
    if marks && op.tag() == DiffTag::Replace && count <= MOST_MARKED {
        let changes = diff.iter_inline_changes_deadline(op, None);
        changes.map(|change| (change.tag(), change.values().to_vec())).collect()
    } else {
        diff.iter_changes(op).map(|change| (change.tag(), vec![(false, change.value())])).collect()
    }
}

/// A text in a style, where there are colours.
fn styled(text: &[u8], style: TextStyle, color: bool) -> Vec<u8> {
    if !color || style == TextStyle::Plain || text.is_empty() {
        return text.to_vec();
    }
    let end = if style == TextStyle::Chosen { TextStyle::UNCHOSEN } else { TextStyle::RESET };
    [style.begin().as_bytes(), text, end.as_bytes()].concat()
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
    for (sign, named) in [("---", old), ("+++", new)] {
        out.extend(styled(format!("{sign} {}", named.head()).as_bytes(), TextStyle::Strong, color));
        out.push(b'\n');
    }
    for hunk in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { continue };
        let old_range = first.old_range().start..last.old_range().end;
        let new_range = first.new_range().start..last.new_range().end;
        let place = format!("@@ -{} +{} @@", range(&old_range), range(&new_range));
        out.extend(styled(place.as_bytes(), TextStyle::Place, color));
        out.push(b'\n');
        for (tag, pieces) in hunk.iter().flat_map(|op| changes(&diff, op, color)) {
            body(&mut out, tag, &pieces, color);
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

/// A line of a patch.
fn body(out: &mut Vec<u8>, tag: ChangeTag, pieces: &[(bool, &[u8])], color: bool) {
    let (sign, style) = match tag {
        ChangeTag::Equal => (b' ', TextStyle::Plain),
        ChangeTag::Delete => (b'-', TextStyle::Other),
        ChangeTag::Insert => (b'+', TextStyle::Good),
    };
    let mut line = vec![sign];
    for (marked, piece) in pieces {
        let bare = piece.strip_suffix(b"\n").unwrap_or(piece);
        line.extend(styled(bare, TextStyle::Chosen, *marked));
    }
    out.extend(styled(&line, style, color));
    out.push(b'\n');
    if !pieces.iter().any(|(_, piece)| piece.ends_with(b"\n")) {
        out.extend_from_slice(b"\\ No newline at end of file\n");
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
        for (tag, pieces) in changes(&diff, op, true) {
            let cell = Cell::of(&pieces);
            if tag == ChangeTag::Equal {
                sides[0].push(cell.clone());
            }
            sides[usize::from(tag != ChangeTag::Delete)].push(cell);
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
    let rows = |cell: Option<&Cell>| cell.map(|cell| cell.rows(column)).unwrap_or_default();
    let (left, right) = (rows(left), rows(right));
    let shown = |pieces: &[(bool, String)], style: TextStyle| {
        let words = pieces.iter().map(|(marked, piece)| styled(piece.as_bytes(), TextStyle::Chosen, color && *marked));
        let line = words.collect::<Vec<_>>().concat();
        String::from_utf8_lossy(&styled(&line, style, color)).into_owned()
    };
    let plain = (TextStyle::Plain, TextStyle::Plain);
    let (old, new) = if sign == ' ' { plain } else { (TextStyle::Other, TextStyle::Good) };
    for at in 0..left.len().max(right.len()) {
        let empty = (Vec::new(), 0);
        let (one, used) = left.get(at).unwrap_or(&empty);
        let (other, _) = right.get(at).unwrap_or(&empty);
        let fill = " ".repeat(column.saturating_sub(*used));
        let line = format!("{}{fill} {sign} {}", shown(one, old), shown(other, new));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
