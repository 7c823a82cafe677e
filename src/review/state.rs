//! The review as it stands, and what a key makes of it.

use super::diagnostic::Diagnostic;
use super::filter::{Filter, fits};
use super::key::Key;
use super::keys::{self, KeyCommand};
use super::mode::{Choice, Edit, Effect, Extent, Mode, Prompt};
use crate::plan::model::{Action, Decision, Grade, Planned};
use crate::plan::{Change, Plan};
use crate::root::RootPath;

/// Where somebody is in a plan. The plan itself holds the decisions.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// The names of the services, in the order in which they are shown.
    order: Vec<String>,
    /// The one that is shown.
    at: usize,
    filter: Filter,
    /// Lines above the window.
    scroll: usize,
    mode: Mode,
    steps: Vec<Step>,
    same: bool,
    message: String,
}

/// A step that can be taken back: what was done and where, and what takes it back.
#[derive(Clone, Debug)]
struct Step {
    message: String,
    at: usize,
    back: Vec<Change>,
}

impl Review {
    /// The start of a review: what is asked again comes first, then what is undecided, then the rest.
    pub fn new(plan: &Plan) -> Review {
        let rank = |service: &Planned| match (service.is_undecided(), &service.asked_again) {
            (true, Some(_)) => 0,
            (true, None) => 1,
            _ if service.action == Action::Retire => 3,
            _ => 2,
        };
        let mut services: Vec<&Planned> = plan.services.iter().collect();
        services.sort_by_key(|service| rank(service));
        let order = services.into_iter().map(|service| service.name.clone()).collect();
        let mut review = Review { order, ..Review::default() };
        if !review.is_shown(plan, 0) {
            review.at = review.next(plan, 0, |_| true).unwrap_or(0);
        }
        review
    }

    pub fn service<'p>(&self, plan: &'p Plan) -> Option<&'p Planned> {
        plan.service(self.order.get(self.at)?)
    }

    /// Its number among those that are shown, and how many those are.
    pub fn position(&self, plan: &Plan) -> (usize, usize) {
        let shown = |end: usize| (0..end).filter(|at| self.is_shown(plan, *at)).count();
        (shown(self.at + 1), shown(self.order.len()))
    }

    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Lines above the window, as far as there are that many.
    pub(crate) fn scroll(&self, extent: Extent) -> usize {
        self.scroll.min(extent.last())
    }

    pub fn shows_same(&self) -> bool {
        self.same
    }

    /// What happened, in a sentence; empty where nothing did.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn show_message(&mut self, what: impl Into<String>) {
        self.message = what.into();
    }

    pub fn key(&mut self, plan: &Plan, key: &Key, extent: Extent) -> Option<Effect> {
        self.message.clear();
        if *key == Key::Ctrl('c') {
            return Some(Effect::Quit);
        }
        let command = keys::command(key);
        match (std::mem::take(&mut self.mode), key) {
            (Mode::Page, _) => return self.command(plan, command?, extent),
            (Mode::Write { prompt, text }, _) => self.write(plan, prompt, text, key),
            (Mode::Choose { title, choices, at }, _) => return self.choose(title, choices, at, key),
            (Mode::Confirm { services, decision, .. }, Key::Char('y' | 'Y')) => {
                return self.decide(plan, &services, decision);
            }
            (Mode::Confirm { .. }, Key::Char('n' | 'N' | 'q') | Key::Escape) => {
                self.show_message("nothing was decided");
            }
            (Mode::HasErrors { edit, .. }, Key::Char('e')) => {
                return Some(Effect::Edit(edit.path, Some(edit.after)));
            }
            (Mode::HasErrors { edit, .. }, Key::Char('k')) => return Some(self.edited(plan, edit)),
            (Mode::HasErrors { .. }, Key::Char('d') | Key::Escape) => {
                self.scroll = 0;
                self.show_message("the edit was dropped; nothing changed");
            }
            (mode @ Mode::Read { .. }, _) if command == Some(KeyCommand::Redraw) => {
                self.mode = mode;
                return Some(Effect::Redraw);
            }
            (mode @ (Mode::Read { .. } | Mode::HasErrors { .. }), _)
                if command.is_some_and(|command| self.scrolled(command, extent)) =>
            {
                self.mode = mode;
            }
            (Mode::Read { .. }, _) => self.scroll = 0,
            (mode, _) => self.mode = mode,
        }
        None
    }

    fn command(&mut self, plan: &Plan, command: KeyCommand, extent: Extent) -> Option<Effect> {
        if self.scrolled(command, extent) {
            return None;
        }
        let service = self.service(plan)?;
        let own = [service.name.clone()];
        match command {
            KeyCommand::Accept => return self.decide(plan, &own, Decision::Accepted),
            KeyCommand::Skip => return self.decide(plan, &own, Decision::Skipped),
            KeyCommand::Reset => return self.decide(plan, &own, Decision::Undecided),
            KeyCommand::Edit => {
                let choices = service.files.iter().cloned().map(Choice::Edit).collect();
                return self.ask("Edit which file?", choices, "it has no file to edit");
            }
            KeyCommand::Drop => {
                let edited = |path: &&RootPath| plan.file(path).is_some_and(|file| file.edited.is_some());
                let choices = service.files.iter().filter(edited).cloned().map(Choice::Drop).collect();
                return self.ask("Drop the edit of which file?", choices, "none of its files is edited");
            }
            KeyCommand::Explain => {
                let choices = service.codes().into_iter().map(Choice::Explain).collect();
                return self.ask("Explain which finding?", choices, "it has no finding");
            }
            KeyCommand::Undo => return self.undo(),
            KeyCommand::Next => {
                self.go_or_message(self.next(plan, self.at + 1, |_| true), "this is the last one");
            }
            KeyCommand::Previous => {
                let before = (0..self.at).rev().find(|at| self.is_shown(plan, *at));
                self.go_or_message(before, "this is the first one");
            }
            KeyCommand::NextUndecided => {
                let next = self.next_undecided(plan, &[]);
                self.go_or_message(next, "of those shown, no other one is undecided");
            }
            KeyCommand::AcceptPlain => {
                let services = self.undecided(plan, Planned::is_plain);
                if !services.is_empty() {
                    return self.decide(plan, &services, Decision::Accepted);
                }
                self.show_message("no plain service is undecided");
            }
            KeyCommand::AcceptRest => self.confirm(plan, Decision::Accepted),
            KeyCommand::SkipRest => self.confirm(plan, Decision::Skipped),
            KeyCommand::Filter => {
                let text = self.filter.text().to_owned();
                self.mode = Mode::Write { prompt: Prompt::Filter, text };
            }
            KeyCommand::Jump => self.mode = Mode::Write { prompt: Prompt::Jump, text: String::new() },
            KeyCommand::Same => self.same = !self.same,
            KeyCommand::Help => self.read("Keys", keys::help()),
            KeyCommand::Redraw => return Some(Effect::Redraw),
            KeyCommand::Suspend => return Some(Effect::Suspend),
            KeyCommand::Quit => return Some(Effect::Quit),
            KeyCommand::Up
            | KeyCommand::Down
            | KeyCommand::PageUp
            | KeyCommand::PageDown
            | KeyCommand::Top
            | KeyCommand::Bottom => {}
        }
        None
    }

    /// Scrolls, if the command does that.
    fn scrolled(&mut self, command: KeyCommand, extent: Extent) -> bool {
        let now = self.scroll(extent);
        // A line of what was there stays.
        let page = extent.window.saturating_sub(1).max(1);
        self.scroll = match command {
            KeyCommand::Up => now.saturating_sub(1),
            KeyCommand::Down => (now + 1).min(extent.last()),
            KeyCommand::PageUp => now.saturating_sub(page),
            KeyCommand::PageDown => (now + page).min(extent.last()),
            KeyCommand::Top => 0,
            KeyCommand::Bottom => extent.last(),
            _ => return false,
        };
        true
    }

    /// Whether a service is shown, and fits.
    fn is(&self, plan: &Plan, at: usize, fits: impl Fn(&Planned) -> bool) -> bool {
        let service = self.order.get(at).and_then(|name| plan.service(name));
        service.is_some_and(|service| self.filter.shows(service) && fits(service))
    }

    fn is_shown(&self, plan: &Plan, at: usize) -> bool {
        self.is(plan, at, |_| true)
    }

    /// The next one that is shown, from there on.
    fn next(&self, plan: &Plan, from: usize, fits: impl Fn(&Planned) -> bool) -> Option<usize> {
        (from..self.order.len()).find(|at| self.is(plan, *at, &fits))
    }

    /// The next undecided one, from the start again where there is none behind; some are being decided.
    fn next_undecided(&self, plan: &Plan, but: &[String]) -> Option<usize> {
        let open = |service: &Planned| service.is_undecided() && !but.contains(&service.name);
        let behind = self.next(plan, self.at + 1, open);
        behind.or_else(|| self.next(plan, 0, open)).filter(|at| *at != self.at)
    }

    /// Those shown that are undecided, by name.
    fn undecided(&self, plan: &Plan, fits: impl Fn(&Planned) -> bool) -> Vec<String> {
        let is_open = |service: &Planned| service.is_undecided() && fits(service);
        let shown = (0..self.order.len()).filter(|at| self.is(plan, *at, is_open));
        shown.map(|at| self.order[at].clone()).collect()
    }

    fn go(&mut self, at: usize) {
        self.at = at;
        self.scroll = 0;
    }

    fn go_or_message(&mut self, at: Option<usize>, none: &str) {
        match at {
            Some(at) => self.go(at),
            None => self.show_message(none),
        }
    }

    fn read(&mut self, title: &str, text: String) {
        self.scroll = 0;
        self.mode = Mode::Read { title: title.to_owned(), text };
    }

    /// Decides, and goes on to the next one.
    fn decide(&mut self, plan: &Plan, names: &[String], decision: Decision) -> Option<Effect> {
        let services: Vec<&Planned> = names.iter().filter_map(|name| plan.service(name)).collect();
        if services.iter().any(|service| service.action == Action::Retire) {
            self.show_message("it is retired: nothing is installed for it, and there is nothing to decide");
            return None;
        }
        let done = decision.name();
        let others: Vec<&&Planned> = services.iter().filter(|service| service.decision != decision).collect();
        let what = match others.as_slice() {
            [] => {
                self.show_message(format!("it is {done} already"));
                if decision != Decision::Undecided
                    && let Some(at) = self.next_undecided(plan, names)
                {
                    self.go(at);
                }
                return None;
            }
            [one] => format!("{}: {done}", one.name),
            several => format!("{} services: {done}", several.len()),
        };
        let change = |service: &&&Planned, decision| Change::Decide { service: service.name.clone(), decision };
        let changes = others.iter().map(|service| change(service, decision)).collect();
        let back = others.iter().map(|service| change(service, service.decision)).collect();
        self.steps.push(Step { message: what.clone(), at: self.at, back });
        self.show_message(what);
        if decision != Decision::Undecided {
            match self.next_undecided(plan, names) {
                Some(at) => self.go(at),
                None if self.undecided(plan, |service| !names.contains(&service.name)).is_empty() => {
                    let left = plan.undecided().filter(|service| !names.contains(&service.name)).count();
                    let message = match left {
                        0 => format!("{}; all is decided, q quits", self.message),
                        left => format!("{}; {left} undecided that are not shown (f filters)", self.message),
                    };
                    self.show_message(message);
                }
                None => {}
            }
        }
        Some(Effect::Change(changes))
    }

    fn confirm(&mut self, plan: &Plan, decision: Decision) {
        let services = self.undecided(plan, |_| true);
        if services.is_empty() {
            self.show_message("of those shown, none is undecided");
            return;
        }
        let manual = services.iter().filter_map(|name| plan.service(name));
        let manual = manual.filter(|service| service.grade == Grade::Manual).count();
        let verb = if decision == Decision::Accepted { "Accept" } else { "Skip" };
        let needs = match (decision, manual) {
            (Decision::Accepted, 1..) => format!(", {manual} of which need manual action,"),
            _ => String::new(),
        };
        let shown = if self.filter.text().is_empty() { "" } else { " of those shown" };
        let question = format!("{verb} all {} undecided services{shown}{needs} unseen? y/n", services.len());
        self.mode = Mode::Confirm { services, decision, question };
    }

    fn undo(&mut self) -> Option<Effect> {
        let Some(step) = self.steps.pop() else {
            self.show_message("there is nothing to undo");
            return None;
        };
        self.go(step.at);
        self.show_message(format!("undone: {}", step.message));
        Some(Effect::Change(step.back))
    }

    fn ask(&mut self, title: &str, mut choices: Vec<Choice>, none: &str) -> Option<Effect> {
        match choices.len() {
            0 => self.show_message(none),
            1 => return self.chosen(choices.remove(0)),
            _ => self.mode = Mode::Choose { title: title.to_owned(), choices, at: 0 },
        }
        None
    }

    fn choose(&mut self, title: String, mut choices: Vec<Choice>, at: usize, key: &Key) -> Option<Effect> {
        let last = choices.len() - 1;
        let number = match key {
            Key::Char(digit) => digit.to_digit(10).map(|digit| digit as usize),
            _ => None,
        };
        let at = match (key, number) {
            (_, Some(number @ 1..)) if number <= choices.len() => {
                return self.chosen(choices.swap_remove(number - 1));
            }
            (Key::Enter, _) => return self.chosen(choices.swap_remove(at)),
            (Key::Escape | Key::Char('q'), _) => return None,
            (Key::Up | Key::Char('k'), _) => at.saturating_sub(1),
            (Key::Down | Key::Char('j'), _) => (at + 1).min(last),
            (Key::Home, _) => 0,
            (Key::End, _) => last,
            _ => at,
        };
        self.mode = Mode::Choose { title, choices, at };
        None
    }

    fn chosen(&mut self, choice: Choice) -> Option<Effect> {
        match choice {
            Choice::Edit(path) => Some(Effect::Edit(path, None)),
            Choice::Drop(path) => Some(Effect::Drop(path)),
            Choice::Explain(code) => {
                let info = code.info();
                self.read(&format!("{} {}", info.id, info.name), info.page.to_owned());
                None
            }
        }
    }

    fn write(&mut self, plan: &Plan, prompt: Prompt, mut text: String, key: &Key) {
        match key {
            Key::Enter => {
                return match prompt {
                    Prompt::Filter => self.take_filter(plan, &text),
                    Prompt::Jump => self.jump(plan, &text),
                };
            }
            Key::Escape => return,
            Key::Backspace => {
                text.pop();
            }
            Key::Ctrl('u') => text.clear(),
            Key::Char(character) if !character.is_control() => text.push(*character),
            Key::Paste(pasted) => text.extend(pasted.chars().filter(|character| !character.is_control())),
            _ => {}
        }
        self.mode = Mode::Write { prompt, text };
    }

    fn take_filter(&mut self, plan: &Plan, text: &str) {
        let filter = match Filter::parse(text) {
            Ok(filter) => filter,
            Err(error) => return self.show_message(error.to_string()),
        };
        let before = std::mem::replace(&mut self.filter, filter);
        if self.is_shown(plan, self.at) {
            return;
        }
        if let Some(at) = self.next(plan, 0, |_| true) {
            self.go(at);
        } else {
            self.filter = before;
            self.show_message(format!("no service fits `{text}`; the filter stays as it was"));
        }
    }

    fn jump(&mut self, plan: &Plan, text: &str) {
        let text = text.trim();
        let by = |fits: &dyn Fn(&str) -> bool| {
            let order = (0..self.order.len()).map(|at| (self.at + 1 + at) % self.order.len());
            order.into_iter().find(|at| fits(&self.order[*at]))
        };
        let found = by(&|name| name == text)
            .or_else(|| by(&|name| fits(text, name)))
            .or_else(|| by(&|name| name.starts_with(text)))
            .or_else(|| by(&|name| name.contains(text)));
        match found {
            _ if text.is_empty() => {}
            Some(at) => {
                self.go(at);
                if !self.is_shown(plan, at) {
                    self.filter = Filter::parse("all").unwrap_or_default();
                    self.show_message("the filter hid it, and is `all` now");
                }
            }
            None => self.show_message(format!("no service has `{text}` in its name")),
        }
    }

    /// Takes in a text that somebody wrote, or asks what to do where something is wrong with it.
    pub fn wrote(&mut self, plan: &Plan, edit: Edit, diagnostics: Vec<Diagnostic>) -> Option<Effect> {
        self.scroll = 0;
        if diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
            self.mode = Mode::HasErrors { edit, diagnostics };
            return None;
        }
        let effect = self.edited(plan, edit);
        if let Some(remark) = diagnostics.first() {
            self.show_message(format!("{}; {}", self.message, remark.message));
        }
        Some(effect)
    }

    /// Takes in a text.
    fn edited(&mut self, plan: &Plan, edit: Edit) -> Effect {
        self.scroll = 0;
        let Edit { path, before, after } = edit;
        let is_own = plan.file(&path).is_some_and(|file| file.sha256 == crate::root::Digest::of(&after));
        let became = if is_own { "what cutover wrote again" } else { "edited" };
        let message = format!("{path} is {became}");
        let back = vec![Change::Edit { path: path.clone(), text: before }];
        self.steps.push(Step { message: message.clone(), at: self.at, back });
        self.show_message(message);
        Effect::Change(vec![Change::Edit { path, text: after }])
    }
}
