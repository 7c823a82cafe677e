//! Where Upstart looks for jobs, and whose jobs lie there (init(5), "DESCRIPTION" and "User Session Mode").

use std::path::{Path, PathBuf};

use crate::service::Scope;

const PLACES: &[(&[&str], Scope)] = &[
    (&["etc", "init"], Scope::System),
    (&["usr", "share", "upstart", "sessions"], Scope::Session),
    (&["upstart", "sessions"], Scope::Session),
    (&["etc", "xdg", "upstart"], Scope::Session),
    (&[".config", "upstart"], Scope::Session),
    (&[".init"], Scope::Session),
];

/// The directory of jobs that a file lies in or below, and whose jobs those are.
pub fn of(file: &Path) -> Option<(PathBuf, Scope)> {
    file.ancestors().skip(1).find_map(|directory| {
        let of = |place: &&(&[&str], Scope)| directory.ends_with(place.0.iter().collect::<PathBuf>());
        PLACES.iter().find(of).map(|place| (directory.to_owned(), place.1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_text(file: &str) -> Option<(String, Scope)> {
        of(Path::new(file)).map(|(directory, scope)| (directory.display().to_string(), scope))
    }

    #[test]
    fn the_directory_tells_whose_job_it_is() {
        assert_eq!(of_text("/etc/init/net/web.conf"), Some(("/etc/init".to_owned(), Scope::System)));
        assert_eq!(
            of_text("image/usr/share/upstart/sessions/ssh-agent.conf"),
            Some(("image/usr/share/upstart/sessions".to_owned(), Scope::Session))
        );
        let home = "/home/shop/.config/upstart";
        assert_eq!(of_text(&format!("{home}/till.conf")), Some((home.to_owned(), Scope::Session)));
        assert_eq!(
            of_text("/home/shop/.init/till.conf"),
            Some(("/home/shop/.init".to_owned(), Scope::Session))
        );
        assert_eq!(of_text("/etc/xdg/upstart/till.conf").map(|it| it.1), Some(Scope::Session));
    }

    #[test]
    fn elsewhere_nothing_tells() {
        assert_eq!(of_text("jobs/web.conf"), None);
        assert_eq!(of_text("init/web.conf"), None);
        assert_eq!(of_text("/etc/init"), None);
    }
}
