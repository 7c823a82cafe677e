//! cutover
pub mod service;
pub mod text;
pub mod upstart;
