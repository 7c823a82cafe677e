//! Which key does what.

use std::fmt::Write as _;

use super::key::Key;

/// What a key does on a service's page; [`BINDINGS`] tells it for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Accept,
    Skip,
    Reset,
    Edit,
    Drop,
    Undo,
    Next,
    Previous,
    NextUndecided,
    AcceptPlain,
    AcceptRest,
    SkipRest,
    Filter,
    Jump,
    Explain,
    Same,
    Up,
    Down,
    PageUp,
    PageDown,
    Top,
    Bottom,
    Help,
    Redraw,
    Suspend,
    Quit,
}

/// Keys and what they do.
pub struct Binding {
    pub keys: &'static [Key],
    pub command: Command,
    /// The keys for people.
    pub shown: &'static str,
    /// A word or two, for the footer; empty where it stands in the help alone.
    pub short: &'static str,
    pub help: &'static str,
}

type Word = &'static str;

const fn binding(keys: &'static [Key], command: Command, shown: Word, short: Word, help: Word) -> Binding {
    Binding { keys, command, shown, short, help }
}

/// All of them; the footer shows as many as fit, in this order.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    binding(&[Key::Char('a'), Key::Enter], Command::Accept, "a", "accept", "accept: it is installed"),
    binding(&[Key::Char('s')], Command::Skip, "s", "skip", "skip: it is not installed"),
    binding(&[Key::Char('e')], Command::Edit, "e", "edit", "edit one of its files in $VISUAL or $EDITOR"),
    binding(&[Key::Char('?'), Key::Char('h')], Command::Help, "?", "help", "this page"),
    binding(&[Key::Char('q'), Key::Ctrl('c'), Key::Ctrl('d')], Command::Quit, "q", "quit", "quit; everything is saved already"),
    binding(&[Key::Char('u')], Command::Undo, "u", "undo", "undo the last step, and the one before, ..."),
    binding(&[Key::Char('n'), Key::Right], Command::Next, "n", "next", "next service (also Right)"),
    binding(&[Key::Char('p'), Key::Left], Command::Previous, "p", "previous", "previous service (also Left)"),
    binding(&[Key::Char('A')], Command::AcceptPlain, "A", "accept all plain", "accept all that are plain: exact, and without a warning"),
    binding(&[Key::Char('f')], Command::Filter, "f", "filter", "filter: show only some services"),
    binding(&[Key::Char('/')], Command::Jump, "/", "jump", "jump to a service by its name"),
    binding(&[Key::Tab], Command::NextUndecided, "Tab", "next undecided", "next service that is undecided"),
    binding(&[Key::Char('x')], Command::Explain, "x", "explain", "explain a finding"),
    binding(&[Key::Char('=')], Command::Same, "=", "same values", "show or hide values that stay the same, or differ harmlessly for every service"),
    binding(&[Key::Char('r')], Command::Reset, "r", "", "reset: take the decision on it back"),
    binding(&[Key::Char('E')], Command::Drop, "E", "", "drop an edit: go back to what cutover wrote"),
    binding(&[Key::Char('R')], Command::AcceptRest, "R", "", "accept the rest: all shown that are undecided"),
    binding(&[Key::Char('S')], Command::SkipRest, "S", "", "skip the rest: all shown that are undecided"),
    binding(&[Key::Char(' '), Key::PageDown, Key::Ctrl('f')], Command::PageDown, "Space", "", "a page down (also PgDn)"),
    binding(&[Key::Char('b'), Key::PageUp, Key::Ctrl('b')], Command::PageUp, "b", "", "a page up (also PgUp)"),
    binding(&[Key::Down, Key::Char('j')], Command::Down, "Down", "", "a line down (also j)"),
    binding(&[Key::Up, Key::Char('k')], Command::Up, "Up", "", "a line up (also k)"),
    binding(&[Key::Home, Key::Char('g')], Command::Top, "Home", "", "to the start (also g)"),
    binding(&[Key::End, Key::Char('G')], Command::Bottom, "End", "", "to the end (also G)"),
    binding(&[Key::Ctrl('l')], Command::Redraw, "Ctrl-L", "", "draw it all again"),
    binding(&[Key::Ctrl('z')], Command::Suspend, "Ctrl-Z", "", "back to the shell; `fg` comes here again"),
];

pub fn command(key: &Key) -> Option<Command> {
    BINDINGS.iter().find(|binding| binding.keys.contains(key)).map(|binding| binding.command)
}

pub fn help() -> String {
    let mut out =
        String::from("Decisions are saved as they are made. `cutover apply` installs what was accepted.\n\n");
    for binding in BINDINGS {
        let _ = writeln!(out, "  {:7} {}", binding.shown, binding.help);
    }
    out.push_str(super::filter::HELP);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_one_thing() {
        let keys: Vec<&Key> = BINDINGS.iter().flat_map(|binding| binding.keys).collect();
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{key:?}");
        }
    }
}
