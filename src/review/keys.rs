//! Which key does what.

use std::fmt::Write as _;

use super::key::Key;

/// What a key does on a service's page; [`BINDINGS`] tells it for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCommand {
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
    pub command: KeyCommand,
    /// The keys for people.
    pub shown: &'static str,
    /// A word or two, for the footer; empty where it stands in the help alone.
    pub short: &'static str,
    pub help: &'static str,
}

type Word = &'static str;

const fn binding(keys: &'static [Key], command: KeyCommand, shown: Word, short: Word, help: Word) -> Binding {
    Binding { keys, command, shown, short, help }
}

/// All of them; the footer shows as many as fit, in this order.
#[rustfmt::skip]
pub const BINDINGS: &[Binding] = &[
    binding(&[Key::Char('a'), Key::Enter], KeyCommand::Accept, "a", "accept", "accept: it is installed"),
    binding(&[Key::Char('s')], KeyCommand::Skip, "s", "skip", "skip: it is not installed"),
    binding(&[Key::Char('e')], KeyCommand::Edit, "e", "edit", "edit one of its files in $VISUAL or $EDITOR"),
    binding(&[Key::Char('?'), Key::Char('h')], KeyCommand::Help, "?", "help", "this page"),
    binding(&[Key::Char('q'), Key::Ctrl('c'), Key::Ctrl('d')], KeyCommand::Quit, "q", "quit", "quit; everything is saved already"),
    binding(&[Key::Char('u')], KeyCommand::Undo, "u", "undo", "undo the last step, and the one before, ..."),
    binding(&[Key::Char('n'), Key::Right], KeyCommand::Next, "n", "next", "next service (also Right)"),
    binding(&[Key::Char('p'), Key::Left], KeyCommand::Previous, "p", "previous", "previous service (also Left)"),
    binding(&[Key::Char('A')], KeyCommand::AcceptPlain, "A", "accept all plain", "accept all that are plain: exact, and without a warning"),
    binding(&[Key::Char('f')], KeyCommand::Filter, "f", "filter", "filter: show only some services"),
    binding(&[Key::Char('/')], KeyCommand::Jump, "/", "jump", "jump to a service by its name"),
    binding(&[Key::Tab], KeyCommand::NextUndecided, "Tab", "next undecided", "next service that is undecided"),
    binding(&[Key::Char('x')], KeyCommand::Explain, "x", "explain", "explain a finding"),
    binding(&[Key::Char('=')], KeyCommand::Same, "=", "same values", "show or hide values that stay the same, or differ harmlessly for every service"),
    binding(&[Key::Char('r')], KeyCommand::Reset, "r", "", "reset: take the decision on it back"),
    binding(&[Key::Char('E')], KeyCommand::Drop, "E", "", "drop an edit: go back to what cutover wrote"),
    binding(&[Key::Char('R')], KeyCommand::AcceptRest, "R", "", "accept the rest: all shown that are undecided"),
    binding(&[Key::Char('S')], KeyCommand::SkipRest, "S", "", "skip the rest: all shown that are undecided"),
    binding(&[Key::Char(' '), Key::PageDown, Key::Ctrl('f')], KeyCommand::PageDown, "Space", "", "a page down (also PgDn)"),
    binding(&[Key::Char('b'), Key::PageUp, Key::Ctrl('b')], KeyCommand::PageUp, "b", "", "a page up (also PgUp)"),
    binding(&[Key::Down, Key::Char('j')], KeyCommand::Down, "Down", "", "a line down (also j)"),
    binding(&[Key::Up, Key::Char('k')], KeyCommand::Up, "Up", "", "a line up (also k)"),
    binding(&[Key::Home, Key::Char('g')], KeyCommand::Top, "Home", "", "to the start (also g)"),
    binding(&[Key::End, Key::Char('G')], KeyCommand::Bottom, "End", "", "to the end (also G)"),
    binding(&[Key::Ctrl('l')], KeyCommand::Redraw, "Ctrl-L", "", "draw it all again"),
    binding(&[Key::Ctrl('z')], KeyCommand::Suspend, "Ctrl-Z", "", "back to the shell; `fg` comes here again"),
];

pub fn command(key: &Key) -> Option<KeyCommand> {
    BINDINGS.iter().find(|binding| binding.keys.contains(key)).map(|binding| binding.command)
}

pub fn help() -> String {
    let mut out = String::from("Decisions are saved as they are made. `cutover apply` installs what was accepted.\n\n");
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
