//! Upstart's side: job files and what they mean to Upstart, jobs to services and services to jobs.

pub mod condition;
pub(crate) mod decode;
pub mod defaults;
pub mod distribution;
pub mod document;
pub mod glob;
pub mod job;
pub mod keywords;
pub mod number;
pub(crate) mod parse_job;
pub mod places;
pub mod read;
pub mod refusal;
pub mod verdict;
pub mod version;
pub mod words;
pub mod write;
