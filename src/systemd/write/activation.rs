//! What starts a service on demand: a unit beside it that listens on a socket or watches a file.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::{Companion, CompanionKind, Writer};
use crate::findings::{Code, Finding};
use crate::service::{Activation, FileChange, Ready, Scope, ValueTest};
use crate::systemd::directive::Directive;
use crate::systemd::manager;
use crate::systemd::quote::{assignment, exec_word, rest_of_line, shell_word};
use crate::systemd::unit::Unit;
use crate::text::{Origin, Text};

/// Where units note which files they have seen.
const SEEN: &str = "cutover-file";

impl Writer<'_> {
    pub(super) fn activation(&mut self) {
        let service = self.service;
        for activation in &service.activation {
            let origin = activation.origin;
            if service.instance.is_some() {
                self.find(
                    Finding::new(
                        Code::BridgeEvent,
                        "what comes on demand would have to choose an instance of the unit",
                    )
                    .at(origin)
                    .help("write a unit of its own for each instance that is meant"),
                );
                continue;
            }
            match &activation.value {
                Activation::Socket { address } => self.socket(address, origin),
                Activation::File { path, change } => self.file(path, *change, origin),
                Activation::Bus { name } => self.bus(name, origin),
                Activation::Device { subsystem, action, properties } => {
                    self.device(subsystem, action, properties, origin);
                }
            }
        }
    }

    fn beside(&mut self, suffix: &str, origin: Origin) -> Unit {
        let mut unit = Unit::new(format!("{}.{suffix}", self.stem), self.options.target);
        unit.disabled = self.service.enablement.is_some();
        self.account.became(origin, unit.name.clone());
        unit
    }

    /// The socket is handed on as descriptor 3, which is what systemd does without being told.
    fn socket(&mut self, address: &Text, origin: Origin) {
        let Some(address) = rest_of_line(address) else {
            self.not_in_target(origin, "listens on no such address", "write the .socket unit by hand");
            return;
        };
        let mut unit = self.beside("socket", origin);
        unit.add(Directive::Description, format!("Socket of {}", self.stem.replace('%', "%%")), None);
        self.put(Directive::Requires, unit.name.clone(), origin);
        if let Some(known) = self.more.iter_mut().find(|known| known.name == unit.name) {
            known.add(Directive::ListenStream, address, Some(origin));
            self.find(
                Finding::new(Code::EventVariable, "UPSTART_FDS names the first of the sockets only")
                    .at(origin)
                    .help("the others follow it, in the order of the .socket unit"),
            );
            return;
        }
        unit.add(Directive::ListenStream, address, Some(origin));
        unit.add(Directive::WantedBy, "sockets.target", Some(origin));
        self.put(Directive::Environment, assignment(b"UPSTART_FDS", b"3"), origin);
        self.more.push(unit);
    }

    /// The bus asks systemd for the unit that owns the name.
    fn bus(&mut self, name: &Text, origin: Origin) {
        let path = format!("{}/{name}.service", manager::bus_dir(self.service.scope));
        self.account.became(origin, path.clone());
        if self.unit.entries.iter().any(|entry| entry.directive == Directive::BusName) {
            // One of several names: any of them starts the unit.
        } else if self.is_ready_on_bus() {
            self.put(Directive::BusName, name.to_string(), origin);
        }
        if self.service.enablement.is_some() {
            return;
        }
        let user = match self.service.scope {
            Scope::System => "User=root\n",
            Scope::Session => "",
        };
        let text = format!(
            "# For {unit}.\n[D-BUS Service]\nName={name}\nExec=/bin/false\n{user}SystemdService={unit}\n",
            unit = self.unit.name
        );
        self.find(
            Finding::new(
                Code::BusActivation,
                format!("the bus starts the unit when somebody calls {name}; it counts as up once it owns the name"),
            )
            .at(origin)
            .became(path.clone())
            .help("where the package brings a D-Bus service file for it, see that this one comes first, or add SystemdService= to that"),
        );
        self.companions.push(Companion { kind: CompanionKind::BusService, path, text: text.into_bytes() });
    }

    /// Whether the unit is up when it owns its name on the bus: nothing but calls for it start it, and it
    /// says in no other way when it is ready.
    pub(super) fn is_ready_on_bus(&self) -> bool {
        let service = self.service;
        service.ready.value == Ready::Executed
            && !service.main.is_empty()
            && service.main[0].value.traits.foreground != Some(false)
            && service.instance.is_none()
            && service.activation.iter().any(|activation| matches!(activation.value, Activation::Bus { .. }))
    }

    /// udev starts the unit: with the device's own unit where that comes, by a command where it goes.
    fn device(&mut self, subsystem: &Text, action: &str, properties: &[ValueTest], origin: Origin) {
        if self.service.scope == Scope::Session && action != "add" {
            self.find(
                Finding::new(
                    Code::BridgeEvent,
                    format!("udev can start a unit of a session when a device comes, not at `{action}`"),
                )
                .at(origin)
                .help("let a program of the session that watches the device do it"),
            );
            return;
        }
        let path = format!("/etc/udev/rules.d/90-cutover-{}.rules", self.stem);
        let mut rule = format!("ACTION==\"{action}\", SUBSYSTEM==\"{subsystem}\"");
        for ValueTest { name, pattern, negated } in properties {
            let operator = if *negated { "!=" } else { "==" };
            // Of what the bridge hands on, these are no properties for udev, but have names of their own.
            let key = match name.as_slice() {
                b"ACTION" | b"SUBSYSTEM" | b"KERNEL" | b"DEVPATH" => name.to_string(),
                _ => format!("ENV{{{name}}}"),
            };
            let _ = write!(rule, ", {key}{operator}\"{pattern}\"");
        }
        let scope = self.service.scope;
        if action == "add" {
            let wants = match scope {
                Scope::System => "SYSTEMD_WANTS",
                Scope::Session => "SYSTEMD_USER_WANTS",
            };
            let _ = write!(rule, ", TAG+=\"systemd\", ENV{{{wants}}}+=\"{}\"", self.unit.name);
        } else {
            let _ = write!(rule, ", RUN+=\"/bin/systemctl start --no-block {}\"", self.unit.name);
        }
        self.account.became(origin, path.clone());
        self.find(
            Finding::new(
                Code::DeviceEvent,
                "a udev rule starts the unit; this was not measured, and the event's variables do not reach it",
            )
            .at(origin)
            .became(path.clone())
            .help("try it with the device, or with `udevadm trigger`"),
        );
        if self.service.enablement.is_some() {
            rule.insert_str(0, "# Off, because the job was disabled with `manual`: ");
        }
        let rule = format!("{rule}\n");
        if let Some(known) = self.companions.iter_mut().find(|companion| companion.path == path) {
            known.text.extend_from_slice(rule.as_bytes());
        } else {
            let text = format!("# For {}.\n{rule}", self.unit.name).into_bytes();
            self.companions.push(Companion { kind: CompanionKind::UdevRule, path, text });
        }
    }

    fn file(&mut self, path: &Text, change: FileChange, origin: Origin) {
        let is_glob = path.find_byteset(b"*?[").is_some();
        let present = match change {
            FileChange::Exists if is_glob => Some(Directive::PathExistsGlob),
            FileChange::Exists => Some(Directive::PathExists),
            FileChange::NotEmpty => Some(Directive::DirectoryNotEmpty),
            FileChange::Create | FileChange::Modify | FileChange::Delete => None,
        };
        if let Some((directive, path)) = present.zip(rest_of_line(path)) {
            let mut unit = self.beside("path", origin);
            unit.add(directive, path, Some(origin));
            unit.add(Directive::WantedBy, "paths.target", Some(origin));
            self.more.push(unit);
            return;
        }
        let directory = path.rfind_byte(b'/').map_or(b"/".as_slice(), |at| &path[..at.max(1)]);
        let watched = if is_glob { directory } else { path.as_slice() };
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:+@*?[]!".contains(byte);
        let writable = !directory.contains(&b'*') && (!is_glob || path.iter().all(plain));
        let Some(watched) =
            rest_of_line(watched).filter(|_| writable && !(is_glob && change != FileChange::Create))
        else {
            self.find(
                Finding::new(Code::BridgeEvent, format!("no .path unit can watch `{path}` for that"))
                    .at(origin)
                    .help(
                        "watch the directory with PathChanged=, and look in the script at what has changed",
                    ),
            );
            return;
        };
        let mut unit = self.beside("path", origin);
        unit.add(
            Directive::Description,
            format!("Changes that start {}", self.stem.replace('%', "%%")),
            None,
        );
        let directive =
            if change == FileChange::Modify { Directive::PathModified } else { Directive::PathChanged };
        if let Some(known) = self.more.iter_mut().find(|known| known.name == unit.name) {
            known.add(directive, watched, Some(origin));
        } else {
            unit.add(directive, watched, Some(origin));
            unit.add(Directive::WantedBy, "paths.target", Some(origin));
            self.more.push(unit);
        }
        let alone = self.service.activation.len() == 1
            && self.service.latch.is_none()
            && !self.service.relations.iter().any(|relation| relation.value.bond.starts());
        // Each look at the file is a start, whether it comes to one or not.
        let limit = self.start_limit_interval();
        if self.service.restart.on.is_none() {
            self.unit.entries.retain(|entry| entry.directive != limit);
            self.set(limit, "0");
        }
        if !alone {
            self.find(
                Finding::new(
                    Code::FileEvent,
                    "any change to the file starts the unit, because other things start it as well",
                )
                .at(origin)
                .became(format!("{}.path", self.stem))
                .help("where it matters what has changed, look at the file in the script"),
            );
            return;
        }
        let file = if is_glob { path.to_string() } else { shell_word(path).to_str_lossy().into_owned() };
        let directory = format!("{}/{SEEN}", manager::runtime_dir_in_shell(self.service.scope));
        let seen = format!("{directory}/{}", self.stem);
        let recipe = match change {
            FileChange::Create if is_glob => format!(
                "touch {seen}; new=; for f in {file}; do [ ! -e \"$f\" ] || grep -qxF \"$f\" {seen} || {{ new=$f; break; }}; done; \
                 ls -d {file} >{seen} 2>/dev/null; [ -n \"$new\" ] && echo \"MATCH=\\\"$new\\\"\" >{seen}.env"
            ),
            FileChange::Create => format!(
                "now=$(stat -c %d:%i:%W {file} 2>/dev/null); before=$(cat {seen} 2>/dev/null); echo \"$now\" >{seen}; \
                 [ -n \"$now\" ] && [ \"$now\" != \"$before\" ]"
            ),
            FileChange::Modify => format!(
                "now=$(stat -c \"%d:%i %y\" {file} 2>/dev/null); before=$(cat {seen} 2>/dev/null); echo \"$now\" >{seen}; \
                 [ -n \"$now\" ] && [ \"${{now%% *}}\" = \"${{before%% *}}\" ] && [ \"$now\" != \"$before\" ]"
            ),
            FileChange::Delete | FileChange::Exists | FileChange::NotEmpty => {
                format!("[ -e {file} ] && {{ : >{seen}; exit 1; }}; [ -e {seen} ] && rm {seen}")
            }
        };
        let recipe = format!("mkdir -p {directory}; {recipe}");
        let line = format!("/bin/sh -c {}", exec_word(recipe.as_bytes(), self.options.target));
        self.condition(line, "at any other change to the file, the unit fails", origin);
        if is_glob {
            self.put(
                Directive::EnvironmentFile,
                format!("-{}/{SEEN}/{}.env", manager::runtime_dir(self.service.scope), self.stem),
                origin,
            );
        }
        self.find(
            Finding::new(
                Code::FileEvent,
                "changes that follow each other at once count as one, and a file that is there at boot is not announced",
            )
            .at(origin)
            .became(format!("{}.path", self.stem))
            .help("start the unit once at boot if the file may be there already; a start by hand looks at the file as well"),
        );
    }
}
