//! Comments: whole paragraphs of them, and the stanza that each belongs to.

use crate::service::Comment;
use crate::text::{Origin, Span, Text};
use crate::upstart::document::{Document, NodeKind};

use super::repair::Mended;

/// The comments of a job that has been read with repairs.
pub fn of(text: &[u8], mended: &Mended<'_>, file: usize) -> Vec<Comment> {
    collect(text, &mended.document, file, |span| mended.original(span))
}

/// The comments of a document.
pub(crate) fn of_document(text: &[u8], document: &Document, file: usize) -> Vec<Comment> {
    collect(text, document, file, |span| span)
}

/// A comment belongs to the stanza right under it, or to the stanza on its line. One with a blank
/// line under it belongs to the head of the file if nothing but comments stands above, else to the
/// stanza that follows.
fn collect(text: &[u8], document: &Document, file: usize, original: impl Fn(Span) -> Span) -> Vec<Comment> {
    let mut comments = Vec::new();
    let mut pending: Vec<Comment> = Vec::new();
    let mut head = true;
    let mut open = false;
    for node in &document.nodes {
        match &node.kind {
            NodeKind::Blank => {
                open = false;
                if head {
                    comments.append(&mut pending);
                }
            }
            NodeKind::Comment(span) => {
                let line = line_of(text, original(*span));
                match pending.last_mut() {
                    Some(comment) if open => comment.lines.push(line),
                    _ => pending.push(Comment { lines: vec![line], before: None }),
                }
                open = true;
            }
            NodeKind::Error => open = false,
            NodeKind::Stanza(stanza) => {
                let origin = Origin { file, span: original(stanza.span()) };
                comments.extend(pending.drain(..).map(|comment| Comment { before: Some(origin), ..comment }));
                if !stanza.comments.is_empty() {
                    let lines = stanza.comments.iter().map(|span| line_of(text, original(*span)));
                    comments.push(Comment { lines: lines.collect(), before: Some(origin) });
                }
                head = false;
                open = false;
            }
        }
    }
    comments.append(&mut pending);
    comments
}

fn line_of(text: &[u8], span: Span) -> Text {
    Text::from(span.of(text).trim_ascii_end())
}
