//! A loss of power: nothing counts before it is on the disk.

use std::collections::BTreeSet;

use crate::trace::Trace;

const STORE: &str = "ROOT/var/lib/cutover";

/// Looks at the order of calls: a file is confirmed before it is renamed; the journal is confirmed before anything
/// else changes; every directory in which something changed is confirmed before the run counts; and then the run.
/// Gives back how many names were put in place.
pub fn check(trace: &Trace) -> usize {
    let mut confirmed: BTreeSet<String> = BTreeSet::new();
    let mut links: BTreeSet<String> = BTreeSet::new();
    // Directories in which something changed since they were confirmed.
    let mut open: BTreeSet<String> = BTreeSet::new();
    let (mut announced, mut committed, mut renames) = (false, false, 0);
    for call in trace.calls.iter().filter(|call| call.succeeded()) {
        let at = |handle: usize| {
            let directory = call.handle(handle)?;
            Some((directory.to_owned(), format!("{directory}/{}", call.name_at(handle + 1)?)))
        };
        match call.name.as_str() {
            "fsync" => {
                let path = call.handle(0).unwrap().to_owned();
                open.remove(&path);
                confirmed.insert(path);
            }
            "openat" if call.text.contains("O_CREAT") => {
                let (directory, path) = at(0).unwrap();
                confirmed.remove(&path);
                changes(&directory, announced);
                open.insert(directory);
            }
            "symlinkat" => {
                let directory = call.handle(1).unwrap();
                let path = format!("{directory}/{}", call.name_at(2).unwrap());
                changes(directory, announced);
                links.insert(path);
            }
            "mkdirat" | "unlinkat" => {
                let (directory, path) = at(0).unwrap();
                changes(&directory, announced);
                open.remove(&path);
                open.insert(directory);
            }
            "renameat" => {
                let ((_, from), (directory, to)) = (at(0).unwrap(), at(2).unwrap());
                if from == format!("{STORE}/journal.new") {
                    assert!(confirmed.contains(&from), "the journal is not on the disk");
                    assert!(open.iter().all(|path| path == STORE), "what is kept is not on the disk: {open:?}");
                    announced = true;
                } else if to.ends_with("/applied") {
                    assert!(open.is_empty(), "not on the disk before the run counts: {open:?}");
                    committed = true;
                    open.insert(STORE.to_owned());
                } else {
                    assert!(confirmed.contains(&from) || links.contains(&from), "{from} is not on the disk");
                    changes(&directory, announced && open_is_quiet(&open));
                    renames += 1;
                }
                open.insert(directory);
            }
            _ => {}
        }
    }
    assert!(committed, "it came to no end");
    assert!(open.is_empty(), "not on the disk in the end: {open:?}");
    renames
}

/// The journal's own directory is confirmed before anything takes the place of something.
fn open_is_quiet(open: &BTreeSet<String>) -> bool {
    !open.contains(STORE)
}

/// Outside of what cutover keeps, nothing changes before the journal is there.
fn changes(directory: &str, announced: bool) {
    assert!(
        announced || directory.starts_with(STORE) || directory == "ROOT/var/lib",
        "{directory} is changed too early"
    );
}
