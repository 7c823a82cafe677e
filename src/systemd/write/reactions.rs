//! What a unit has to do for the sake of others: directives that start and stop them at moments of its
//! own life. The forms are those of `mapping.md`, measured on both inits.

use super::{Companion, CompanionKind, Style, Writer};
use crate::findings::{Code, Finding};
use crate::service::{Action, Bond, Moment, Party, Reaction, Relation, Scope};
use crate::systemd::directive::Directive;
use crate::systemd::quote::exec_word;
use crate::systemd::target::Version;
use crate::systemd::unit::Unit;
use crate::systemd::{manager, names};
use crate::text::Origin;

impl Writer<'_> {
    /// Writes what the unit does for others at that moment.
    pub(super) fn react(&mut self, moment: Moment) {
        let service = self.service;
        for reaction in service.reactions.iter().filter(|reaction| reaction.moment == moment) {
            if reaction.dispensable && !self.is_exact() {
                continue;
            }
            let lines = lines(reaction, service.scope, self.privileged(), self.options.target);
            for (directive, value) in lines {
                if !self.knows(directive) {
                    continue;
                }
                let known = self
                    .unit
                    .entries
                    .iter()
                    .any(|entry| entry.directive == directive && entry.value == value);
                if !known {
                    self.unit.add(directive, value, None);
                    if !directive.info().list {
                        self.explain(&format!("For {}:", reaction.to));
                    }
                }
            }
        }
    }

    /// Writes what the unit does for others when it is down for good.
    pub(super) fn react_to_end(&mut self) {
        for moment in [Moment::Ended, Moment::Succeeded, Moment::Failed] {
            self.react(moment);
        }
    }

    /// Whether the other service itself tells this one at that moment.
    pub(super) fn is_told(&self, to: &Party, moment: Moment) -> bool {
        self.options.style == Style::Exact && self.told(to, moment)
    }

    fn told(&self, to: &Party, moment: Moment) -> bool {
        let Party::Service(name) = to else { return false };
        self.service.told_by.iter().any(|(teller, at)| teller == name && *at == moment)
    }

    /// The stop of another unit stops every instance of this one. They may well be started by that unit
    /// while it is starting itself, and must not wait for it then.
    pub(super) fn instances_stop(&mut self, to: &Party, name: &str, origin: Origin) {
        if self.told(to, Moment::Stopping) {
            self.account.became(origin, format!("ExecStop= and ExecStopPost= of {name}"));
        } else {
            self.put(Directive::PartOf, name, origin);
            self.propagated(name, origin);
        }
    }

    /// The end of another unit starts this one: the other one's `OnSuccess=` and `OnFailure=` do, which
    /// fire between restarts as well. A condition holds the unit back then.
    pub(super) fn started_by_end(&mut self, bond: Bond, name: &str, origin: Origin) {
        let directives = match bond {
            Bond::StartedBySuccess => "OnSuccess=",
            Bond::StartedByFailure => "OnFailure=",
            _ => "OnSuccess= and OnFailure=",
        };
        self.ends_well_untold(bond, name, origin);
        self.account.became(origin, format!("{directives} of {name}"));
        let starts: Vec<&Relation> = self
            .service
            .relations
            .iter()
            .map(|relation| &relation.value)
            .filter(|relation| relation.bond.starts())
            .collect();
        let ends: Vec<String> = starts
            .iter()
            .filter(|relation| relation.bond.is_end())
            .map(|relation| names::party(&relation.to))
            .collect();
        if ends.len() < starts.len() || self.service.latch.is_some() || !self.service.activation.is_empty() {
            self.find(
                Finding::new(Code::GuardedStart, format!("the unit also starts between restarts of {name}"))
                    .at(origin)
                    .help(
                        "other things start it as well, so it cannot look whether that one is down for good",
                    ),
            );
            return;
        }
        let guard = guard(&ends, self.service.scope, self.options.target);
        if !self.unit.entries.iter().any(|entry| entry.value == guard) {
            self.condition(guard, "between restarts of the other unit this one fails", origin);
            self.find(
                Finding::new(
                    Code::GuardedStart,
                    format!(
                        "the unit starts only while {} is down: a start by hand beside it does nothing",
                        ends.join(" or ")
                    ),
                )
                .at(origin)
                .help("to start it beside the other one, run its command by hand"),
            );
        }
    }

    /// Older targets can only tell of ends that are failures.
    pub(super) fn ends_well_untold(&mut self, bond: Bond, name: &str, origin: Origin) {
        if bond != Bond::StartedByFailure && !self.knows(Directive::OnSuccess) {
            self.not_in_target(
                origin,
                &format!("has no OnSuccess=: nothing starts the unit when {name} has ended well"),
                &format!("start it from ExecStopPost= of {name}"),
            );
        }
    }

    /// How the stop of another unit starts this one.
    pub(super) fn stopping_starts(&mut self, to: &Party, name: &str, origin: Origin) {
        if self.options.target < Version(232) {
            self.older(
                origin,
                &format!("does not say how a service has ended: when {name} ends by itself, the unit is not started"),
                "ExecStop=",
            );
        }
        if self.is_ordered(to) {
            self.find(
                Finding::new(
                    Code::StopOrder,
                    format!(
                        "{name} does not wait with its stop until the unit is up: the two are ordered already"
                    ),
                )
                .at(origin)
                .became("systemctl start --no-block"),
            );
        } else if !self.is_exact() {
            self.find(
                Finding::new(
                    Code::HookCutShort,
                    format!("{name} waits for this at its stop, but no longer than its kill timeout"),
                )
                .at(origin)
                .help("raise TimeoutStopSec= of the other unit to what this needs"),
            );
        }
    }

    fn is_ordered(&self, to: &Party) -> bool {
        self.service.relations.iter().any(|relation| {
            relation.value.to == *to
                && matches!(
                    relation.value.bond,
                    Bond::After | Bond::Before | Bond::StopsBefore | Bond::StopsAfter
                )
        })
    }

    /// What the stop of another unit starts is not started when the whole system goes down.
    pub(super) fn not_at_shutdown(&mut self, name: &str, origin: Origin) {
        self.find(
            Finding::new(
                Code::NotAtShutdown,
                format!("when {name} stops because the system goes down, systemd does not start the unit"),
            )
            .at(origin)
            .help("what has to be done at shutdown too, do in ExecStopPost= of the other unit"),
        );
    }

    /// What units beyond the set have to do for this one, as drop-ins of theirs.
    pub(super) fn drop_ins(&mut self) {
        let service = self.service;
        let prefix = if service.scope == Scope::System { "-+" } else { "-" };
        let mut parts: Vec<(String, Unit)> = Vec::new();
        for (other, reaction) in &service.asks {
            if reaction.value.dispensable && !self.is_exact() {
                continue;
            }
            let other = names::unit(other);
            let at = parts.iter().position(|(name, _)| *name == other).unwrap_or_else(|| {
                parts.push((other.clone(), Unit::new(format!("{other}.service"), self.options.target)));
                parts.len() - 1
            });
            for (directive, value) in lines(&reaction.value, service.scope, prefix, self.options.target) {
                if directive.known_to(self.options.target) {
                    parts[at].1.add(directive, value, Some(reaction.origin));
                }
            }
        }
        for (other, mut part) in parts {
            if part.entries.is_empty() {
                continue;
            }
            part.head.push(format!("For {}.", self.unit.name));
            let path =
                format!("{}/{other}.service.d/cutover-{}.conf", manager::unit_dir(service.scope), self.stem);
            for entry in &part.entries {
                self.account.became(entry.origin.unwrap_or_default(), path.clone());
            }
            self.companions.push(Companion {
                kind: CompanionKind::DropIn,
                path,
                text: part.print().into_bytes(),
            });
        }
    }
}

/// Succeeds only while one of these units is down for good, and none of them is on its way up or down.
pub(super) fn guard(units: &[String], scope: Scope, target: Version) -> String {
    let systemctl = manager::systemctl(scope);
    let recipe = if let [unit] = units {
        format!(
            "case \"$({systemctl} show -p ActiveState -p Job '{unit}')\" in *Job=[1-9]*) exit 1;; \
             *ActiveState=inactive*|*ActiveState=failed*) ;; *) exit 1;; esac"
        )
    } else {
        format!(
            "down=; for unit in '{}'; do case \"$({systemctl} show -p ActiveState -p Job \"$unit\")\" in \
             *Job=[1-9]*|*activating*) exit 1;; *ActiveState=inactive*|*ActiveState=failed*) down=1;; esac; done; \
             [ -n \"$down\" ]",
            units.join("' '")
        )
    };
    format!("/bin/sh -c {}", exec_word(recipe.as_bytes(), target))
}

/// The directives of a reaction.
fn lines(reaction: &Reaction, scope: Scope, prefix: &str, target: Version) -> Vec<(Directive, String)> {
    let (stem, systemctl) = (names::unit(&reaction.to), manager::systemctl(scope));
    let unit = if reaction.instances { format!("{stem}@*.service") } else { format!("{stem}.service") };
    let prefix = if target < Version(231) { "-" } else { prefix };
    let call = |verb: &str| format!("{prefix}/bin/{systemctl} {verb} {}", exec_word(unit.as_bytes(), target));
    match (reaction.moment, reaction.action) {
        (Moment::Starting, Action::Stop) => vec![(Directive::ExecStartPre, call("stop"))],
        (Moment::Starting, Action::Start) => vec![(Directive::ExecStartPre, call("start"))],
        (Moment::Started, Action::Start) => vec![(Directive::ExecStartPost, call("start --no-block"))],
        (Moment::Started, Action::Stop) => vec![(Directive::ExecStartPost, call("stop --no-block"))],
        (Moment::Stopping, Action::Start) => {
            let start = if reaction.waits { "start" } else { "start --no-block" };
            let recipe = format!("[ \"$SERVICE_RESULT\" = success ] || {systemctl} {start} '{unit}'");
            let post = format!("{prefix}/bin/sh -c {}", exec_word(recipe.as_bytes(), target));
            let stop = (Directive::ExecStop, call(start));
            // Older versions do not say how the service has ended.
            if target < Version(232) { vec![stop] } else { vec![stop, (Directive::ExecStopPost, post)] }
        }
        (Moment::Stopping, Action::Stop) if reaction.latch.is_some() => {
            let (number, count) = reaction.latch.unwrap_or_default();
            let recipe = format!(
                "mkdir -p {directory} && cd {directory} && : >{number} || exit; \
                 set -- *; if [ $# = {count} ]; then rm -f *; exec {systemctl} stop '{unit}'; fi",
                directory = format!("{}/cutover-latch/{stem}-stop", manager::runtime_dir_in_shell(scope)),
            );
            vec![(
                Directive::ExecStop,
                format!("{prefix}/bin/sh -c {}", exec_word(recipe.as_bytes(), target)),
            )]
        }
        (Moment::Stopping, Action::Stop) if reaction.instances => {
            vec![(Directive::ExecStop, call("stop")), (Directive::ExecStopPost, call("stop"))]
        }
        (Moment::Stopping, Action::Stop) => vec![(Directive::ExecStopPost, call("stop"))],
        (Moment::Succeeded, _) => vec![(Directive::OnSuccess, unit)],
        (Moment::Failed, _) => vec![(Directive::OnFailure, unit)],
        (Moment::Ended, _) => vec![(Directive::OnSuccess, unit.clone()), (Directive::OnFailure, unit)],
    }
}
