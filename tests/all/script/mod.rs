//! What is read of single scripts; whether dash reads them so as well is asked in `shell`.

mod bashisms;
mod commands;
mod context;
mod here_documents;
mod outline;
mod source;
mod words;
