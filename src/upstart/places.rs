//! Where Upstart looks for jobs, and whose jobs lie there (init(5), "DESCRIPTION" and "User Session Mode").

use std::path::{Path, PathBuf};

use crate::service::Scope;

const PLACES: &[(&str, Scope)] = &[
    ("etc/init", Scope::System),
    ("usr/share/upstart/sessions", Scope::Session),
    ("upstart/sessions", Scope::Session),
    ("etc/xdg/upstart", Scope::Session),
    (".config/upstart", Scope::Session),
    (".init", Scope::Session),
];

/// The directory of jobs that a file lies in or below, and whose jobs those are.
pub fn of(file: &Path) -> Option<(PathBuf, Scope)> {
    file.ancestors().skip(1).find_map(|directory| {
        // Few directories bear the name of such a place: it is looked at alone before the others.
        let named = directory.as_os_str().as_encoded_bytes();
        let is_named = |place: &str| place.rsplit('/').next().is_some_and(|name| named.ends_with(name.as_bytes()));
        let (_, scope) = PLACES.iter().find(|(place, _)| is_named(place) && directory.ends_with(place))?;
        Some((directory.to_owned(), *scope))
    })
}
