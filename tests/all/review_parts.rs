//! The parts of a review: keys, lines, the table of values, and the terminal.

use std::os::fd::OwnedFd;
use std::thread;

use cutover::compare::Grade;
use cutover::plan::model::Behaviour;
use cutover::review::behaviour::table;
use cutover::review::key::{Key, Keys, PASTE};
use cutover::review::line::Line;
use cutover::review::screen::Size;
use cutover::review::terminal::{DEFAULT, ENTER, Event, LEAVE, Terminal};
use cutover::text::style::TextStyle;
use insta::assert_snapshot;
use proptest::prelude::*;
use rustix::io::read;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

// ---- keys ----

fn keys(pieces: &[&[u8]]) -> Vec<Key> {
    let mut keys = Keys::default();
    let mut out = Vec::new();
    for piece in pieces {
        keys.push(piece);
        out.extend(std::iter::from_fn(|| keys.next(false)));
    }
    out.extend(std::iter::from_fn(|| keys.next(true)));
    out
}

#[test]
fn keys_are_told_from_their_bytes() {
    assert_eq!(
        keys(&[b"a\x1b[A\x1bOB\x1b[5~\r\x7f\x03", "é".as_bytes()]),
        [Key::Char('a'), Key::Up, Key::Down, Key::PageUp, Key::Enter, Key::Backspace, Key::Ctrl('c'), Key::Char('é')]
    );
}

#[test]
fn a_key_may_come_in_pieces() {
    assert_eq!(keys(&[b"\x1b", b"[", b"6~", b"\xc3", b"\xa9"]), [Key::PageDown, Key::Char('é')]);
}

#[test]
fn escape_alone_is_a_key() {
    assert_eq!(keys(&[b"\x1b"]), [Key::Escape]);
    assert_eq!(keys(&[b"\x1bx"]), [Key::Escape, Key::Char('x')]);
}

#[test]
fn unknown_sequences_are_no_keys() {
    assert_eq!(keys(&[b"\x1b[1;5Aa\x1b[?62c", b"b"]), [Key::Char('a'), Key::Char('b')]);
}

#[test]
fn pasted_text_is_no_commands() {
    assert_eq!(keys(&[b"\x1b[200~aA", b"y\x1b[201~q"]), [Key::Paste("aAy".to_owned()), Key::Char('q')]);
}

proptest! {
    #[test]
    fn whatever_comes_is_used_up(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut keys = Keys::default();
        keys.push(&bytes);
        while keys.next(true).is_some() {}
        prop_assert!(!keys.is_waiting() || bytes.windows(PASTE.len()).any(|window| window == PASTE));
    }
}

// ---- lines ----

#[test]
fn wide_characters_take_two_columns_and_are_not_cut_in_two() {
    assert_eq!(Line::of(TextStyle::Plain, "日本語").cut(4).plain(), "日…");
    assert_eq!(Line::of(TextStyle::Plain, "日本").fit(5).width(), 5);
}

proptest! {
    #[test]
    fn no_line_is_wider_than_it_may_be(bytes in prop::collection::vec(any::<u8>(), 0..80), columns in 2..40_usize) {
        let line = Line::of(TextStyle::Strong, &bytes);
        prop_assert!(line.clone().cut(columns).width() <= columns);
        prop_assert_eq!(line.fit(columns).width(), columns);
    }

    #[test]
    fn only_looks_bring_escapes(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let plain = Line::of(TextStyle::Plain, &bytes).styled();
        prop_assert!(plain.chars().all(|character| !character.is_control()), "{plain:?}");
    }
}

// ---- the table of values ----

fn value(aspect: &str, before: &str, after: &str, grade: &str, why: &str) -> Behaviour {
    let [aspect, before, after, why] = [aspect, before, after, why].map(str::to_owned);
    let grade = *Grade::ALL.iter().find(|it| it.name() == grade).unwrap();
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

fn table_of(columns: usize, same: bool) -> String {
    let values = [
        value("stop timeout", "5 s", "90 s", "differs", "a program that hangs is killed later"),
        value("restarts", "on every exit, 10 times in 5 s", "only on failure, 5 times in 10 s", "differs", ""),
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
    assert_snapshot!(table_of(70, true), @r"
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
    let shown = table_of(70, false);
    assert!(!shown.contains("umask") && !shown.contains("reload"), "{shown}");
    assert!(shown.contains("  2 more: the same, or harmlessly different for every service\n"), "{shown}");
}

#[test]
fn a_narrow_table_is_a_list() {
    assert_snapshot!(table_of(30, false), @r"
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

// ---- the terminal ----

/// Both ends of a terminal: the person's and the program's.
fn pty() -> (OwnedFd, OwnedFd) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let flags = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY;
    let program = rustix::fs::open(name, flags, rustix::fs::Mode::empty()).unwrap();
    (person, program)
}

fn shown(person: &OwnedFd) -> String {
    let mut bytes = [0; 4096];
    let length = read(person, &mut bytes).unwrap();
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

fn has_echo(program: &OwnedFd) -> bool {
    tcgetattr(program).unwrap().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON)
}

fn enter(program: &OwnedFd) -> Terminal {
    Terminal::enter(program.try_clone().unwrap(), program.try_clone().unwrap(), false).unwrap()
}

#[test]
fn it_is_given_back_as_it_was() {
    let (person, program) = pty();
    let terminal = enter(&program);
    assert!(!has_echo(&program));
    assert_eq!(shown(&person), ENTER);
    drop(terminal);
    assert!(has_echo(&program));
    assert_eq!(shown(&person), LEAVE);
}

#[test]
fn it_is_given_back_when_the_program_panics() {
    let (person, program) = pty();
    let inner = program.try_clone().unwrap();
    let ended = thread::spawn(move || {
        let terminal = enter(&inner);
        terminal.leave_at_panic();
        panic!("as it is meant to");
    });
    assert!(ended.join().is_err());
    assert!(has_echo(&program));
    assert!(shown(&person).ends_with(LEAVE));
}

#[test]
fn keys_and_a_closed_terminal_are_told() {
    let (person, program) = pty();
    let mut terminal = enter(&program);
    rustix::io::write(&person, b"a\x1b").unwrap();
    assert_eq!(terminal.event().unwrap(), Event::Key(Key::Char('a')));
    assert_eq!(terminal.event().unwrap(), Event::Key(Key::Escape));
    drop(person);
    assert_eq!(terminal.event().unwrap(), Event::Closed);
}

#[test]
fn it_has_the_size_that_it_is_given() {
    let (person, program) = pty();
    let terminal = enter(&program);
    assert_eq!(terminal.size(), DEFAULT);
    let size = Winsize { ws_row: 10, ws_col: 40, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&person, size).unwrap();
    assert_eq!(terminal.size(), Size { rows: 10, columns: 40 });
}

#[test]
fn lines_are_drawn_over_what_was_there() {
    let (person, program) = pty();
    let terminal = enter(&program);
    shown(&person);
    terminal.draw(&[Line::of(TextStyle::Plain, "a\x1b[2J"), Line::of(TextStyle::Bad, "b")]).unwrap();
    assert_eq!(shown(&person), "\x1b[H\x1b[Ka\\u{1b}[2J\r\n\x1b[Kb");
}
