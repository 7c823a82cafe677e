//! Which services are shown.

use thiserror::Error;

use crate::findings::Code;
use crate::plan::model::{Action, Decision, Grade, Planned};
use crate::upstart::glob;

/// What people can write, for the page of help.
pub(crate) const HELP: &str = "
A filter is one or more words; a service is shown if all of them hold:
  exact approximated manual       its grade
  adopt convert hold retire       what becomes of it (retired ones are hidden otherwise)
  undecided accepted skipped      its decision
  plain edited again              nothing to read; edited; asked again
  CUT701                          it has this finding (a code, or its name)
  web  or  net*                   its name has this in it, or fits the pattern
  !WORD                           the word does not hold
  all                             every service, retired ones as well
";

/// Words, all of which have to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    terms: Vec<(bool, Term)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    All,
    Grade(Grade),
    Action(Action),
    Decision(Decision),
    Code(Code),
    Plain,
    Edited,
    Again,
    Name(String),
}

/// A word that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no finding `{0}`; `cutover explain` lists all of them")]
pub struct FilterError(String);

impl Filter {
    pub fn parse(text: &str) -> Result<Filter, FilterError> {
        let terms = text.split_whitespace().map(|word| match word.strip_prefix('!') {
            Some(rest) => Ok((false, term(rest)?)),
            None => Ok((true, term(word)?)),
        });
        Ok(Filter { text: text.trim().to_owned(), terms: terms.collect::<Result<_, _>>()? })
    }

    pub fn shows(&self, service: &Planned) -> bool {
        let hidden = service.action == Action::Retire && !self.names_retired();
        !hidden && self.terms.iter().all(|(holds, term)| term.holds(service) == *holds)
    }

    fn names_retired(&self) -> bool {
        self.terms.iter().any(|(_, term)| matches!(term, Term::All | Term::Action(Action::Retire)))
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

fn term(word: &str) -> Result<Term, FilterError> {
    let grade = || Grade::ALL.iter().find(|it| it.name() == word).map(|it| Term::Grade(*it));
    let action = || Action::ALL.iter().find(|it| it.name() == word).map(|it| Term::Action(*it));
    let decision = || Decision::ALL.iter().find(|it| it.name() == word).map(|it| Term::Decision(*it));
    let known = match word {
        "all" => Some(Term::All),
        "retired" => Some(Term::Action(Action::Retire)),
        "adopted" => Some(Term::Action(Action::Adopt)),
        "converted" => Some(Term::Action(Action::Convert)),
        "held" => Some(Term::Action(Action::Hold)),
        "plain" => Some(Term::Plain),
        "edited" => Some(Term::Edited),
        "again" => Some(Term::Again),
        _ => grade().or_else(action).or_else(decision).or_else(|| Code::find(word).map(Term::Code)),
    };
    match known {
        None if is_code(word) => Err(FilterError(word.to_owned())),
        known => Ok(known.unwrap_or_else(|| Term::Name(word.to_owned()))),
    }
}

fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix("CUT").or_else(|| word.strip_prefix("cut"));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Term {
    fn holds(&self, service: &Planned) -> bool {
        match self {
            Term::All => true,
            Term::Grade(grade) => service.grade == *grade,
            Term::Action(action) => service.action == *action,
            Term::Decision(decision) => service.decision == *decision,
            Term::Code(code) => service.findings.iter().any(|finding| finding.code == *code),
            Term::Plain => service.is_plain(),
            Term::Edited => service.edited,
            Term::Again => service.asked_again.is_some(),
            Term::Name(name) => service.name.contains(name) || fits(name, &service.name),
        }
    }
}

/// Whether a name fits a pattern with `*`, `?` and `[…]`.
pub fn fits(pattern: &str, name: &str) -> bool {
    glob::matches(pattern.as_bytes(), name.as_bytes())
}
