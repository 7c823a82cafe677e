//! Whose Upstart the jobs were written for: what stands behind the same event differs between them.

use bstr::ByteSlice as _;

/// A distribution, by the way it boots with Upstart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Distribution {
    /// Ubuntu and Debian: runlevel 2 comes when the file systems are mounted and the network is up.
    #[default]
    Ubuntu,
    /// RHEL 6 and its kin: runlevels come before the network, whose script is one of the runlevel's own.
    Rhel6,
    /// Chrome OS: stages of the boot that are jobs, and no runlevels.
    #[value(name = "chromeos")]
    ChromeOs,
}

/// Jobs that only RHEL 6 and its kin had.
const RHEL6_JOBS: &[&str] = &["prefdm", "quit-plymouth", "splash-manager", "start-ttys"];

/// What only jobs of Chrome OS say.
const CHROMEOS_WORDS: &[&str] =
    &["started boot-services", "started system-services", "starting pre-shutdown", "stopping pre-shutdown"];

impl Distribution {
    /// The name that people see.
    pub fn name(self) -> &'static str {
        match self {
            Distribution::Ubuntu => "Ubuntu",
            Distribution::Rhel6 => "RHEL 6",
            Distribution::ChromeOs => "Chrome OS",
        }
    }

    /// What the names and texts of the jobs of one machine tell.
    pub fn of<'a>(jobs: impl Iterator<Item = (&'a str, &'a [u8])>) -> Distribution {
        let mut found = Distribution::Ubuntu;
        for (name, text) in jobs {
            if RHEL6_JOBS.contains(&name) {
                return Distribution::Rhel6;
            }
            if CHROMEOS_WORDS.iter().any(|word| text.contains_str(word)) {
                found = Distribution::ChromeOs;
            }
        }
        found
    }
}
