//! Keys, from the bytes that terminals send for them (xterm's control sequences, ECMA-48).

/// A key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Ctrl(char),
    Enter,
    Escape,
    Tab,
    Backspace,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    /// Text that was pasted: no commands.
    Paste(String),
}

/// What follows `ESC [` or `ESC O`.
const SEQUENCES: &[(&[u8], Key)] = &[
    (b"A", Key::Up),
    (b"B", Key::Down),
    (b"C", Key::Right),
    (b"D", Key::Left),
    (b"H", Key::Home),
    (b"F", Key::End),
    (b"1~", Key::Home),
    (b"4~", Key::End),
    (b"7~", Key::Home),
    (b"8~", Key::End),
    (b"5~", Key::PageUp),
    (b"6~", Key::PageDown),
    (b"M", Key::Enter),
];

pub const PASTE: &[u8] = b"\x1b[200~";
const PASTED: &[u8] = b"\x1b[201~";
/// More than that is nothing that anybody pastes here.
const MOST_PASTED: usize = 1 << 16;

/// Bytes that came, of which keys are made.
#[derive(Debug, Default)]
pub struct Keys {
    bytes: Vec<u8>,
}

impl Keys {
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether what came may go on.
    pub fn is_waiting(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The next key. With `over`, nothing more comes for what began: then Escape was pressed.
    pub fn next(&mut self, over: bool) -> Option<Key> {
        loop {
            let (length, key) = self.first(over)?;
            self.bytes.drain(..length);
            if key.is_some() {
                return key;
            }
        }
    }

    /// The length of the first key's bytes, and the key if it is one.
    fn first(&self, over: bool) -> Option<(usize, Option<Key>)> {
        let bytes = self.bytes.as_slice();
        let first = *bytes.first()?;
        if bytes.starts_with(PASTE) {
            return self.paste();
        }
        let key = match first {
            b'\x1b' => return escape(bytes, over),
            b'\r' | b'\n' => Key::Enter,
            b'\t' => Key::Tab,
            0x08 | 0x7f => Key::Backspace,
            0x01..=0x1a => Key::Ctrl(char::from(first - 1 + b'a')),
            0x00..0x20 => return Some((1, None)),
            _ => return character(bytes, over),
        };
        Some((1, Some(key)))
    }

    fn paste(&self) -> Option<(usize, Option<Key>)> {
        let rest = &self.bytes[PASTE.len()..];
        let end = rest.windows(PASTED.len()).position(|window| window == PASTED);
        let (text, length) = match end {
            Some(end) => (&rest[..end], PASTE.len() + end + PASTED.len()),
            None if rest.len() > MOST_PASTED => (rest, self.bytes.len()),
            None => return None,
        };
        Some((length, Some(Key::Paste(String::from_utf8_lossy(text).into_owned()))))
    }
}

fn escape(bytes: &[u8], over: bool) -> Option<(usize, Option<Key>)> {
    let alone = Some((1, Some(Key::Escape)));
    match bytes.get(1) {
        None if over => alone,
        None => None,
        Some(b'[' | b'O') => {
            let rest = &bytes[2..];
            // Parameters, and a letter or `~` at the end (ECMA-48, 5.4).
            let Some(end) = rest.iter().position(|byte| (0x40..=0x7e).contains(byte)) else {
                return if over { Some((bytes.len(), None)) } else { None };
            };
            let key = SEQUENCES.iter().find(|(sequence, _)| *sequence == &rest[..=end]);
            Some((2 + end + 1, key.map(|(_, key)| key.clone())))
        }
        Some(_) => alone,
    }
}

fn character(bytes: &[u8], over: bool) -> Option<(usize, Option<Key>)> {
    let length = match bytes[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    if bytes.len() < length && !over {
        return None;
    }
    let head = &bytes[..length.min(bytes.len())];
    match std::str::from_utf8(head).ok().and_then(|text| text.chars().next()) {
        Some(character) => Some((length, Some(Key::Char(character)))),
        None => Some((1, None)),
    }
}
