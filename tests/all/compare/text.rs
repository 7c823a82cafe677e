//! Patches, and texts side by side.

use cutover::compare::text::{Named, patch, side_by_side};

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
    assert_eq!(patched(b"a\nb", b"c\nb"), format!("--- a\n+++ b\n@@ -1,2 +1,2 @@\n-a\n+c\n b\n{missing}"));
}

#[test]
fn names_that_patch_would_misread_are_quoted() {
    let head = |old: Named<'_>| {
        let patch = String::from_utf8(patch(&old, &named("b", b"b\n"), false)).unwrap();
        patch.split_once("\n+++ ").unwrap().0.to_owned()
    };
    assert_eq!(head(named("a b", b"")), "--- a b\t");
    assert_eq!(head(named("a\nb", b"")), "--- \"a\\012b\"");
    assert_eq!(head(Named { text: None, ..named("a", b"") }), "--- /dev/null");
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
    assert_eq!(text, "same         same\nold line   | new line\ngone       <\nend          end\n           > more\n");
    let long = side_by_side(&named("a", b"0123456789abc\n"), &named("b", b"\tx\n"), 23, false);
    assert_eq!(long, "0123456789 |         x\nabc        |\n");
}
