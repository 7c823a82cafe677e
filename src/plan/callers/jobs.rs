//! What callers have to know of the jobs of a machine.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;

use crate::convert::batch::{Batch, Choices};
use crate::link::calls::outside::Outside;
use crate::service::Scope;
use crate::systemd::manager;
use crate::systemd::table::Directive;
use crate::text::Text;

/// The jobs of a machine and what stands for them.
pub struct Jobs {
    /// How calls of them are to be replaced.
    pub(super) outside: Outside,
    rows: HashMap<Text, Row>,
    /// Events that jobs waited for in whose place the system has units, and those units.
    pub(super) awaited: HashMap<Text, String>,
    /// Jobs whose `/etc/init.d/JOB` is nothing but a link to Upstart's `upstart-job`.
    pub(super) links: HashSet<Text>,
}

pub(super) struct Row {
    /// Its unit, or the template of its units; nothing where nothing takes its place.
    pub unit: Option<String>,
    /// Whether the unit is one of those that were written, and not one that the system has.
    pub is_written: bool,
    pub has_instances: bool,
    /// Whether its unit writes the log where Upstart wrote it.
    pub keeps_log: bool,
}

/// The path of a unit's log below `/var/log/upstart` in a directive begins like this.
const KEPT_LOG: &str = "append:/var/log/upstart/";

impl Jobs {
    /// The jobs of a machine, as they were converted.
    pub fn of(batch: &Batch, choices: &Choices) -> Jobs {
        let of_system = || batch.jobs.iter().filter(|job| job.conversion.service.scope == Scope::System);
        let converted = of_system().filter(|job| job.vendor_job.is_none() && job.known.is_none());
        let services: Vec<_> = converted.map(|job| &job.conversion.service).collect();
        let rows = of_system().map(|job| {
            let own = job.conversion.units.first();
            let unit = match (&job.known, job.vendor_job) {
                (Some(unit), _) => Some(format!("{unit}.service")),
                (None, Some(vendor_job)) => vendor_job.replacement.unit().map(str::to_owned),
                (None, None) => own.map(|unit| unit.name.clone()),
            };
            let is_written = job.known.is_none() && job.vendor_job.is_none();
            let has_instances = is_written && job.conversion.service.instance.is_some();
            let output = own.and_then(|unit| unit.get(Directive::StandardOutput)).unwrap_or_default();
            let keeps_log = is_written && output.starts_with(KEPT_LOG);
            let row = Row { unit, is_written, has_instances, keeps_log };
            (job.conversion.service.name.clone(), row)
        });
        let retired = of_system().filter_map(|job| Some((job, job.vendor_job?.replacement.unit()?)));
        let awaited =
            retired.filter(|(_, unit)| unit.ends_with(".service") && !unit.contains('@')).flat_map(|(job, unit)| {
                let start_on = job.conversion.events.start_on.iter();
                let events = start_on.flat_map(|condition| condition.value.events());
                events.map(|event| (Text::from(event.name.as_slice()), unit.to_owned()))
            });
        Jobs {
            awaited: awaited.collect(),
            outside: Outside::of(choices.options.style, &choices.known, &services),
            rows: rows.collect(),
            links: HashSet::new(),
        }
    }

    /// What is known of a job; nothing where the machine has none of that name.
    pub(super) fn get(&self, name: &[u8]) -> Option<&Row> {
        self.rows.get(&Text::from(name))
    }

    /// The job whose log has this name.
    pub(super) fn of_log(&self, file: &[u8]) -> Option<(Text, &Row)> {
        let stem = file.split_str(".log").next().unwrap_or_default();
        let mut end = Some(stem.len());
        // `JOB-INSTANCE.log`, and directories in a job's name are told apart by `_`.
        while let Some(len) = end {
            let name = &stem[..len];
            let is_it =
                |job: &Text, row: &Row| job.replace("/", "_") == name && (len == stem.len() || row.has_instances);
            if let Some((job, row)) = self.rows.iter().find(|(job, row)| is_it(job, row)) {
                return Some((job.clone(), row));
            }
            end = name.rfind_byte(b'-');
        }
        None
    }

    /// Whether any log stays where Upstart wrote it.
    pub(super) fn keep_logs(&self) -> bool {
        self.rows.values().any(|row| row.keeps_log)
    }
}

impl Row {
    /// Where its unit's file lies.
    pub(crate) fn unit_file(&self) -> Option<String> {
        let unit = self.unit.as_ref()?;
        let directory = if self.is_written { manager::unit_dir(Scope::System) } else { "/lib/systemd/system" };
        Some(format!("{directory}/{unit}"))
    }

    /// Whether `service NAME` finds its unit.
    pub(crate) fn is_found_by_service(&self, name: &[u8]) -> bool {
        self.unit.as_ref().is_some_and(|unit| unit.strip_suffix(".service").is_some_and(|it| it.as_bytes() == name))
    }
}
