//! What starts a service on demand: a unit beside it that listens on a socket or watches a file.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::{CompanionKind, Writer};
use crate::findings::codes;
use crate::service::{Activation, FileChange, Ready, Scope, ValueTest};
use crate::systemd::manager::{self, either};
use crate::systemd::quote::{assignment, in_sh, rest_of_line, shell_text};
use crate::systemd::table::Directive;
use crate::systemd::unit::Unit;
use crate::text::{Origin, Text};

/// Where units note which files they have seen.
const SEEN: &str = "cutover-file";

impl Writer<'_> {
    pub(super) fn activation(&mut self) {
        let service = self.service;
        for activation in &service.activation {
            let origin = activation.origin();
            if service.instance.is_some() {
                self.raise(codes::no_instance_on_demand(), origin);
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

    /// Adds a directive to a unit beside the service's own, which a target starts; whether the unit is new.
    fn beside(
        &mut self,
        (suffix, target): (&str, &str),
        about: &str,
        (directive, value): (Directive, String),
        origin: Option<Origin>,
    ) -> bool {
        let name = format!("{}.{suffix}", self.stem);
        self.account.file(origin, name.clone());
        if !about.is_empty()
            && let Some(known) = self.more.iter_mut().find(|known| known.name == name)
        {
            known.add(directive, value, origin);
            return false;
        }
        let mut unit = Unit::new(name, self.options.target);
        unit.disabled = self.service.enablement.is_some();
        if !about.is_empty() {
            let description = format!("{about} {}", self.stem.replace('%', "%%"));
            unit.add(Directive::Description, description, None);
        }
        unit.add(directive, value, origin);
        unit.add(Directive::WantedBy, target, origin);
        self.more.push(unit);
        true
    }

    /// The socket is handed on as descriptor 3, which is what systemd does without being told.
    fn socket(&mut self, address: &Text, origin: Option<Origin>) {
        let Some(address) = rest_of_line(address) else {
            self.raise(codes::no_such_address(self.options.target), origin);
            return;
        };
        let listens = (Directive::ListenStream, address);
        let is_first = self.beside(("socket", "sockets.target"), "Socket of", listens, origin);
        self.put(Directive::Requires, format!("{}.socket", self.stem), origin);
        if is_first {
            self.put(Directive::Environment, assignment(b"UPSTART_FDS", b"3"), origin);
        } else {
            self.raise(codes::first_socket_only(), origin);
        }
    }

    /// The bus asks systemd for the unit that owns the name.
    fn bus(&mut self, name: &Text, origin: Option<Origin>) {
        let scope = self.service.scope;
        let path = format!("{}/{name}.service", manager::bus_dir(scope));
        self.account.file(origin, path.clone());
        // Where it has several names, any of them starts the unit.
        if !self.unit.has(Directive::BusName) && self.is_ready_on_bus() {
            self.put(Directive::BusName, name, origin);
        }
        if self.service.enablement.is_some() {
            return;
        }
        self.raise(codes::started_by_bus(name), origin).became(path.clone());
        let (unit, user) = (&self.unit.name, either(scope, "User=root\n", ""));
        let text =
            format!("# For {unit}.\n[D-BUS Service]\nName={name}\nExec=/bin/false\n{user}SystemdService={unit}\n");
        self.companion(CompanionKind::BusService, path, text);
    }

    /// Whether the unit is up when it owns its name on the bus: nothing but calls for it start it, and it
    /// says in no other way when it is ready.
    pub(super) fn is_ready_on_bus(&self) -> bool {
        let service = self.service;
        service.ready.value == Ready::Executed
            && service.main.first().is_some_and(|main| main.value.facts.foreground != Some(false))
            && service.instance.is_none()
            && service.activation.iter().any(|activation| matches!(activation.value, Activation::Bus { .. }))
    }

    /// udev starts the unit: with the device's own unit where that comes, by a command where it goes.
    fn device(&mut self, subsystem: &Text, action: &str, properties: &[ValueTest], origin: Option<Origin>) {
        let scope = self.service.scope;
        if scope == Scope::Session && action != "add" {
            self.raise(codes::no_device_action_in_session(action), origin);
            return;
        }
        let path = format!("/etc/udev/rules.d/90-cutover-{}.rules", self.stem);
        let off = self.service.enablement.is_some();
        let mut rule =
            if off { "# Off, because the job was disabled with `manual`: ".to_owned() } else { String::new() };
        let _ = write!(rule, "ACTION==\"{action}\", SUBSYSTEM==\"{subsystem}\"");
        for ValueTest { name, pattern, negated } in properties {
            let operator = if *negated { "!=" } else { "==" };
            // Of what the bridge hands on, these are no properties for udev, but have names of their own.
            let key = match name.as_slice() {
                b"ACTION" | b"SUBSYSTEM" | b"KERNEL" | b"DEVPATH" => name.to_string(),
                _ => format!("ENV{{{name}}}"),
            };
            let _ = write!(rule, ", {key}{operator}\"{pattern}\"");
        }
        let unit = &self.unit.name;
        let _ = if action == "add" {
            let wants = either(scope, "SYSTEMD_WANTS", "SYSTEMD_USER_WANTS");
            writeln!(rule, ", TAG+=\"systemd\", ENV{{{wants}}}+=\"{unit}\"")
        } else {
            writeln!(rule, ", RUN+=\"/bin/systemctl start --no-block {unit}\"")
        };
        self.account.file(origin, path.clone());
        self.raise(codes::started_by_udev(), origin).became(path.clone());
        if let Some(known) = self.companions.iter_mut().find(|companion| companion.path == path) {
            known.text.extend_from_slice(rule.as_bytes());
        } else {
            let text = format!("# For {}.\n{rule}", self.unit.name);
            self.companion(CompanionKind::UdevRule, path, text);
        }
    }

    fn file(&mut self, path: &Text, change: FileChange, origin: Option<Origin>) {
        const UNIT: (&str, &str) = ("path", "paths.target");
        let is_glob = path.find_byteset(b"*?[").is_some();
        let present = match change {
            FileChange::Exists if is_glob => Some(Directive::PathExistsGlob),
            FileChange::Exists => Some(Directive::PathExists),
            FileChange::NotEmpty => Some(Directive::DirectoryNotEmpty),
            FileChange::Create | FileChange::Modify | FileChange::Delete => None,
        };
        if let Some(watched) = present.zip(rest_of_line(path)) {
            self.beside(UNIT, "", watched, origin);
            return;
        }
        let directory = path.rfind_byte(b'/').map_or(b"/".as_slice(), |at| &path[..at.max(1)]);
        let watched = rest_of_line(if is_glob { directory } else { path.as_slice() });
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:+@*?[]!".contains(byte);
        let writable =
            !directory.contains(&b'*') && (!is_glob || change == FileChange::Create && path.iter().all(plain));
        let Some(watched) = watched.filter(|_| writable) else {
            self.raise(codes::no_path_unit(path), origin);
            return;
        };
        let modified = change == FileChange::Modify;
        let directive = if modified { Directive::PathModified } else { Directive::PathChanged };
        self.beside(UNIT, "Changes that start", (directive, watched), origin);
        // Each look at the file is a start, whether it comes to one or not.
        if self.service.restart.on.is_none() {
            let limit = self.start_limit_interval();
            self.unit.entries.retain(|entry| entry.directive != limit);
            self.set(limit, "0");
        }
        let alone = self.service.activation.len() == 1
            && self.service.all_of.is_none()
            && self.service.starts().next().is_none();
        let became = format!("{}.path", self.stem);
        if !alone {
            self.raise(codes::any_change_starts(), origin).became(became);
            return;
        }
        let scope = self.service.scope;
        let line = in_sh(&self.look_at(path, change, is_glob), self.options.target);
        self.condition(line, codes::fails_at_other_change, origin);
        if is_glob {
            let value = format!("-{}/{SEEN}/{}.env", manager::runtime_dir(scope), self.stem);
            self.put(Directive::EnvironmentFile, value, origin);
        }
        self.raise(codes::changes_count_as_one(), origin).became(became);
    }

    /// A script that looks whether a file has changed in that way, and notes how it is now.
    fn look_at(&self, path: &Text, change: FileChange, is_glob: bool) -> String {
        let file = if is_glob { path.to_string() } else { shell_text(path) };
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
        format!("mkdir -p {directory}; {recipe}")
    }
}
