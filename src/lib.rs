//! Moves service definitions between Upstart and systemd, and says of every stanza what became of it.
//!
//! The `cutover` program is a thin layer over this library; what it does, and how to read its findings, stands in the
//! manual (`book/`). The library is for programs that need the values behind the texts: the units before they are
//! printed, the account of each stanza, the rows of a comparison.
//!
//! # Converting a directory of jobs
//!
//! The jobs of a directory are converted together, since `start on started db` means something only if it is known
//! what `db` becomes. [`convert::upstart_input::find`] looks for them, [`convert::batch::convert`] does the rest, and
//! nothing is written until [`convert::output::write`] is called.
//!
//! ```
//! use cutover::convert::batch::{self, Batch, Choices};
//! use cutover::convert::{output, upstart_input};
//! use cutover::findings::Outcome;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = tempfile::tempdir()?;
//! let jobs = dir.path().join("init");
//! std::fs::create_dir(&jobs)?;
//! std::fs::write(jobs.join("db.conf"), "start on runlevel [2345]\nexec /usr/bin/db\n")?;
//! std::fs::write(jobs.join("web.conf"), "start on started db\nrespawn\nexec /usr/bin/web\n")?;
//!
//! let found = upstart_input::find(&[jobs]);
//! assert!(found.errors.is_empty());
//! let files = found.inputs.iter().map(|job| job.read(true)).collect::<Result<Vec<_>, _>>()?;
//! let Batch { jobs, .. } = batch::convert(files, &Choices::default(), || ());
//!
//! let units = dir.path().join("units");
//! for job in &jobs {
//!     for file in job.outputs() {
//!         output::write(&units, &file, false)?;
//!     }
//!     for finding in &job.conversion.findings {
//!         println!("{}: {} {}", job.files.name, finding.code.info().id, finding.message);
//!     }
//! }
//! let web = std::fs::read_to_string(units.join("etc/systemd/system/web.service"))?;
//! assert!(web.contains("After=db.service") && web.contains("Restart=always"));
//!
//! // An entry for each stanza of web.conf: what it became, how well, and the codes of its findings.
//! let account = &jobs[1].conversion.account;
//! assert_eq!(account.len(), 3);
//! assert!(account.iter().all(|stanza| stanza.outcome != Outcome::Manual));
//! # Ok(())
//! # }
//! ```
//!
//! # Comparing a job with a unit
//!
//! Both are read into the [neutral model](service) and compared value by value; what neither says is what its init does
//! by itself.
//!
//! ```
//! use cutover::compare::{Aspect, Definition, Grade, compare};
//! use cutover::convert::systemd_input;
//! use cutover::upstart::read::JobFiles;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let dir = tempfile::tempdir()?;
//! let path = dir.path().join("web.service");
//! std::fs::write(&path, "[Service]\nExecStart=/usr/bin/web\nRestart=on-failure\nTimeoutStopSec=5\n")?;
//!
//! // The unit, its drop-ins, and the sockets, paths and timers beside it that start it.
//! let (unit, triggers) = systemd_input::file_with_triggers(&path)?;
//! let job = JobFiles::named("web", "respawn\nlimit nofile 65536 65536\nexec /usr/bin/web\n");
//!
//! let comparison = compare(&Definition::of_job(&job), &Definition::of_unit(&unit, &triggers)?);
//! assert_eq!(comparison.verdict, Grade::Differs);
//! for row in comparison.graded(Grade::Differs) {
//!     println!("{}: {} or {}: {}", row.aspect.info().title, row.left.text, row.right.text, row.why);
//! }
//! let about = |aspect| comparison.about(aspect).map(|row| row.grade).max();
//! assert_eq!(about(Aspect::Restart), Some(Grade::Differs));
//! assert_eq!(about(Aspect::Limit), Some(Grade::Differs));
//! assert_eq!(about(Aspect::StopTimeout), Some(Grade::Same));
//! # Ok(())
//! # }
//! ```
//!
//! # What holds everywhere
//!
//! Any bytes are valid input: what is wrong with a definition is a [finding](findings::Finding), and only what the system
//! refuses is an error. The same input gives the same output. Times are in seconds where no other unit is named, offsets
//! in bytes, lines and columns count from 1. What is said about either init comes from its manual pages or from runs on
//! Upstart 1.13.2 and systemd 252.

pub mod cli;
pub mod compare;
pub mod convert;
pub mod findings;
pub mod graph;
pub mod install;
pub mod lift;
pub mod link;
pub mod plan;
pub mod report;
#[doc(hidden)]
pub mod review;
pub mod root;
pub mod script;
pub mod service;
pub mod systemd;
pub mod text;
pub mod upstart;
