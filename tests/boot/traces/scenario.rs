//! Scenarios that were recorded on the real Upstart.

use std::fs;
use std::path::{Path, PathBuf};

use super::compare::{Difference, Rules};
use crate::common::{repository, shared};

/// A scenario; README.md of the recorded ones tells what its files mean.
pub struct Scenario {
    /// Of its folder, with `own:` ahead where it is one of this repository.
    pub name: String,
    pub folder: PathBuf,
    pub steps: String,
    /// Seconds between a command's return and its line in the trace.
    pub settle: String,
    /// What Upstart did.
    pub recorded: String,
    pub rules: Rules,
    /// What differs with the best units that were found by hand.
    pub best: Difference,
    /// Each set of further arguments with which the jobs are converted.
    pub options: Vec<Vec<String>>,
}

impl Scenario {
    fn read(folder: PathBuf, prefix: &str) -> Scenario {
        let name = format!("{prefix}{}", folder.file_name().unwrap().to_str().unwrap());
        let optional =
            |file: &str| fs::read(folder.join(file)).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let needed = |file: &str| optional(file).unwrap_or_else(|| panic!("{name} has no {file}"));
        let options = optional("options").map_or_else(
            || vec![Vec::new()],
            |text| text.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect(),
        );
        Scenario {
            steps: needed("steps"),
            settle: optional("settle").unwrap_or_else(|| "0.6".to_owned()),
            recorded: needed("upstart.trace"),
            rules: Rules::read(&optional("compare").unwrap_or_default())
                .unwrap_or_else(|error| panic!("{name}: {error}")),
            best: Difference::of_unified(&optional("diff.txt").unwrap_or_default()),
            options,
            folder,
            name,
        }
    }

    pub fn boots(&self) -> bool {
        self.steps.lines().any(|line| line == "boot")
    }
}

fn below(folder: &Path, prefix: &str) -> Vec<Scenario> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.into_iter().map(|folder| Scenario::read(folder, prefix)).collect()
}

/// Those of this repository.
pub fn own() -> Vec<Scenario> {
    below(&repository("corpus/traces"), "own:")
}

/// The recorded ones and those of this repository that `TRACES` names; nothing without the test data.
pub fn all() -> Option<Vec<Scenario>> {
    let mut scenarios = below(&shared("traces")?, "");
    scenarios.extend(own());
    scenarios.retain(|scenario| named(&scenario.name));
    Some(scenarios)
}

/// Whether `TRACES` is not set, or names the scenario.
pub fn named(name: &str) -> bool {
    let Ok(patterns) = std::env::var("TRACES") else { return true };
    patterns.split(',').any(|pattern| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    })
}
