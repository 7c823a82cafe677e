//! A terminal: keys and signals come from it, lines go to it, and it is given back as it was, whatever happens.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{panic, thread};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use signal_hook::SigId;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGWINCH};
use signal_hook::low_level;

use super::key::{Key, Keys};
use super::line::Line;
use super::screen::Size;

/// Another screen, no cursor, no wrapping at the edge, pasted text told apart (xterm's control sequences).
pub const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[2J";
/// The same the other way.
pub const LEAVE: &str = "\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l";
/// What follows Escape in a sequence comes at once; a person is slower.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };
/// Where a terminal does not say how large it is.
pub const DEFAULT: Size = Size { rows: 24, columns: 80 };
const SIGNALS: [i32; 6] = [SIGWINCH, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT];

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    Resized,
    /// The process was stopped, and goes on.
    Continued,
    /// A signal that ends the program.
    Signal(i32),
    /// The terminal is gone.
    Closed,
}

#[derive(Debug)]
pub struct Terminal {
    side: Arc<Side>,
    keys: Keys,
    signals: Vec<(i32, UnixStream, SigId)>,
    color: bool,
}

/// What is needed to give it back.
#[derive(Debug)]
struct Side {
    input: OwnedFd,
    output: File,
    before: Termios,
    is_ours: AtomicBool,
}

impl Side {
    fn enter(&self) -> io::Result<()> {
        let mut raw = self.before.clone();
        raw.make_raw();
        tcsetattr(&self.input, OptionalActions::Flush, &raw)?;
        self.is_ours.store(true, Ordering::SeqCst);
        (&self.output).write_all(ENTER.as_bytes())
    }

    fn leave(&self) {
        if self.is_ours.swap(false, Ordering::SeqCst) {
            // A terminal that is gone needs nothing back.
            let _ = (&self.output).write_all(LEAVE.as_bytes());
            let _ = tcsetattr(&self.input, OptionalActions::Drain, &self.before);
        }
    }
}

impl Terminal {
    pub fn enter(input: OwnedFd, output: OwnedFd, color: bool) -> io::Result<Terminal> {
        let before = tcgetattr(&input)?;
        let side = Side { input, output: File::from(output), before, is_ours: AtomicBool::new(false) };
        let mut terminal = Terminal { side: Arc::new(side), keys: Keys::default(), signals: Vec::new(), color };
        for signal in SIGNALS {
            let (ours, theirs) = UnixStream::pair()?;
            ours.set_nonblocking(true)?;
            let id = low_level::pipe::register(signal, theirs)?;
            terminal.signals.push((signal, ours, id));
        }
        terminal.side.enter()?;
        Ok(terminal)
    }

    /// Gives it back before a panic is told, so that it can be read.
    pub fn leave_at_panic(&self) {
        let side = Arc::downgrade(&self.side);
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if let Some(side) = side.upgrade() {
                side.leave();
            }
            tell(info);
        }));
    }

    /// Gives it back for a while.
    pub fn leave(&self) {
        self.side.leave();
    }

    pub(crate) fn enter_again(&mut self) -> io::Result<()> {
        self.keys = Keys::default();
        self.side.enter()
    }

    /// Takes no notice of Ctrl-C in the editor, and of sizes: they were not meant for us.
    pub(crate) fn forget_signals(&self) {
        for (_, pipe, _) in self.signals.iter().filter(|(signal, ..)| [SIGINT, SIGQUIT, SIGWINCH].contains(signal)) {
            drain(pipe);
        }
    }

    pub fn size(&self) -> Size {
        match tcgetwinsize(&self.side.output) {
            Ok(size) if size.ws_row > 0 && size.ws_col > 0 => {
                Size { rows: size.ws_row.into(), columns: size.ws_col.into() }
            }
            _ => DEFAULT,
        }
    }

    pub fn draw(&self, lines: &[Line]) -> io::Result<()> {
        let mut frame = String::from("\x1b[H");
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                frame.push_str("\r\n");
            }
            // Behind a full line, it would take the last character away.
            frame.push_str("\x1b[K");
            frame.push_str(&if self.color { line.styled() } else { line.marked() });
        }
        (&self.side.output).write_all(frame.as_bytes())
    }

    pub fn event(&mut self) -> io::Result<Event> {
        let mut over = false;
        loop {
            if let Some(key) = self.keys.next(over) {
                return Ok(Event::Key(key));
            }
            let mut watched = vec![PollFd::new(&self.side.input, PollFlags::IN)];
            watched.extend(self.signals.iter().map(|(_, pipe, _)| PollFd::new(pipe, PollFlags::IN)));
            let patience = self.keys.is_waiting().then_some(&PATIENCE);
            over = match poll(&mut watched, patience) {
                Ok(ready) => ready == 0,
                Err(Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            if over {
                continue;
            }
            let came: Vec<PollFlags> = watched.iter().map(PollFd::revents).collect();
            if let Some(at) = came[1..].iter().position(|came| !came.is_empty()) {
                let (signal, pipe, _) = &self.signals[at];
                drain(pipe);
                return Ok(match *signal {
                    SIGWINCH => Event::Resized,
                    SIGCONT => Event::Continued,
                    signal => Event::Signal(signal),
                });
            }
            let mut bytes = [0; 1024];
            match read(&self.side.input, &mut bytes) {
                Ok(0) => return Ok(Event::Closed),
                Ok(length) => self.keys.push(&bytes[..length]),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return Ok(Event::Closed),
            }
        }
    }
}

fn drain(pipe: &UnixStream) {
    let mut bytes = [0; 64];
    while read(pipe.as_fd(), &mut bytes).is_ok_and(|length| length > 0) {}
}

impl Drop for Terminal {
    fn drop(&mut self) {
        for (.., id) in &self.signals {
            low_level::unregister(*id);
        }
        if !thread::panicking() || self.side.is_ours.load(Ordering::SeqCst) {
            self.side.leave();
        }
    }
}
