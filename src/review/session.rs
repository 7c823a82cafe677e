//! A review on a terminal, from its start to its end.

use std::io;
use std::os::fd::AsFd as _;

use signal_hook::consts::SIGTSTP;
use signal_hook::low_level::emulate_default_handler;
use thiserror::Error;

use super::check;
use super::editor;
use super::key::Key;
use super::mode::{Edit, Effect, Extent};
use super::page;
use super::screen::{self, Size};
use super::state::Review;
use super::subject::Subject;
use super::terminal::{Event, Terminal};
use crate::plan::Store;
use crate::root::RootPath;

/// Why a review ended before it was left.
#[derive(Debug, Error)]
#[error("the terminal cannot be used: {0}")]
pub struct SessionError(#[from] io::Error);

/// How a review ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person left, or the terminal is gone.
    Left,
    /// A signal came that ends the program.
    Signal(i32),
}

/// Ends the process as the signal does that came.
pub(crate) fn die_of(signal: i32) {
    // Where that fails, the program goes on to its own end.
    let _ = emulate_default_handler(signal);
}

/// Lets a person review a plan on the terminal of stdin and stdout.
pub fn run(store: &mut Store, color: bool) -> Result<End, SessionError> {
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    let terminal = Terminal::enter(input, output, color)?;
    terminal.leave_at_panic();
    let mut session = Session { review: Review::new(store.plan()), store, terminal };
    session.run()
}

struct Session<'s> {
    review: Review,
    store: &'s mut Store,
    terminal: Terminal,
}

impl Session<'_> {
    fn run(&mut self) -> Result<End, SessionError> {
        loop {
            let size = self.terminal.size();
            let extent = self.draw(size)?;
            let key = match self.terminal.event()? {
                Event::Key(key) => key,
                Event::Resized => continue,
                Event::Continued => {
                    self.terminal.leave();
                    self.terminal.enter_again()?;
                    continue;
                }
                Event::Signal(signal) => return Ok(End::Signal(signal)),
                Event::Closed => return Ok(End::Left),
            };
            if self.key(&key, extent)? {
                return Ok(End::Left);
            }
        }
    }

    fn draw(&self, size: Size) -> io::Result<Extent> {
        let plan = self.store.plan();
        let page = self.review.service(plan).map(|service| {
            let subject = Subject::of(self.store, service);
            page::lines(&subject, size.columns, self.review.shows_same())
        });
        let page = page.unwrap_or_default();
        self.terminal.draw(&screen::draw(&self.review, plan, &page, size))?;
        Ok(Extent { lines: screen::body(&self.review, &page, size).len(), window: size.window() })
    }

    /// Whether it was the last key.
    fn key(&mut self, key: &Key, extent: Extent) -> io::Result<bool> {
        let before = self.review.clone();
        let mut next = self.review.key(self.store.plan(), key, extent);
        while let Some(effect) = next.take() {
            match effect {
                Effect::Change(changes) => {
                    if let Err(error) = self.store.change(&changes) {
                        self.review = before.clone();
                        self.review.show_message(format!("nothing is saved: {error}"));
                    }
                }
                Effect::Edit(path, text) => next = self.edit(path, text)?,
                Effect::Drop(path) => match self.store.generated(&path) {
                    Ok(after) => {
                        let edit = Edit { before: self.text(&path, &after), path, after };
                        next = self.review.wrote(self.store.plan(), edit, Vec::new());
                    }
                    Err(error) => self.review.show_message(error.to_string()),
                },
                Effect::Redraw => {
                    self.terminal.leave();
                    self.terminal.enter_again()?;
                }
                Effect::Suspend => {
                    self.terminal.leave();
                    emulate_default_handler(SIGTSTP)?;
                    self.terminal.enter_again()?;
                }
                Effect::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The text of a file as it is, or another one where it was changed past the plan.
    fn text(&self, path: &RootPath, other: &[u8]) -> Vec<u8> {
        self.store.text(path).unwrap_or_else(|_| other.to_owned())
    }

    fn show_message(&mut self, what: &dyn std::fmt::Display) -> Option<Effect> {
        self.review.show_message(what.to_string());
        None
    }

    fn edit(&mut self, path: RootPath, again: Option<Vec<u8>>) -> io::Result<Option<Effect>> {
        let lies = match self.store.lies(&path) {
            Ok(text) => text,
            Err(error) => return Ok(self.show_message(&error)),
        };
        let start = again.unwrap_or_else(|| lies.clone());
        self.terminal.leave();
        let written = editor::edit(&path, &start);
        self.terminal.enter_again()?;
        self.terminal.forget_signals();
        let after = match written {
            Ok(after) => after,
            Err(error) => return Ok(self.show_message(&error)),
        };
        let before = self.text(&path, &lies);
        let is_known = self.store.text(&path).is_ok();
        let Some(file) = self.store.plan().file(&path) else { return Ok(None) };
        if is_known && after == before {
            return Ok(self.show_message(&"the text is as it was; nothing changed"));
        }
        let diagnostics = check::check(self.store, file, &after);
        Ok(self.review.wrote(self.store.plan(), Edit { path, before, after }, diagnostics))
    }
}
