//! One service with all that is shown of it.

use crate::plan::model::{File, Link, Planned};
use crate::plan::{Plan, Store};
use crate::root::RootPath;

/// One service with the texts of its files.
#[derive(Debug)]
pub struct Subject<'p> {
    pub plan: &'p Plan,
    pub service: &'p Planned,
    /// What it is made from.
    pub sources: Vec<(&'p RootPath, Vec<u8>)>,
    /// What is made of it.
    pub outputs: Vec<Output<'p>>,
    pub links: Vec<&'p Link>,
}

/// A file that is to be written.
#[derive(Debug)]
pub struct Output<'p> {
    /// What the plan says of it.
    pub file: &'p File,
    /// Its text, or why it cannot be shown.
    pub text: Result<Vec<u8>, String>,
    /// What cutover wrote, where somebody wrote something else.
    pub generated: Option<Vec<u8>>,
    /// What lies in its place by now.
    pub installed: Option<Vec<u8>>,
}

impl<'p> Subject<'p> {
    pub fn of(store: &'p Store, service: &'p Planned) -> Subject<'p> {
        let plan = store.plan();
        let sources = service.sources.iter();
        let sources = sources.map(|path| (path, store.input(path).unwrap_or_default())).collect();
        let files = service.files.iter().filter_map(|path| plan.file(path));
        let outputs = files.map(|file| Output {
            file,
            text: store.text(&file.path).map_err(|error| error.to_string()),
            generated: file.edited.and_then(|_| store.generated(&file.path).ok()),
            installed: store.input(&file.path),
        });
        let links = service.links.iter().filter_map(|path| plan.link(path)).collect();
        Subject { plan, service, sources, outputs: outputs.collect(), links }
    }
}
