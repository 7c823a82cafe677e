//! Whose job a file is, by where it lies.

use std::path::Path;

use cutover::service::Scope;
use cutover::upstart::places;

fn of_text(file: &str) -> Option<(String, Scope)> {
    places::of(Path::new(file)).map(|(directory, scope)| (directory.display().to_string(), scope))
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
    assert_eq!(of_text("/home/shop/.init/till.conf"), Some(("/home/shop/.init".to_owned(), Scope::Session)));
    assert_eq!(of_text("/etc/xdg/upstart/till.conf").map(|it| it.1), Some(Scope::Session));
}

#[test]
fn elsewhere_nothing_tells() {
    assert_eq!(of_text("jobs/web.conf"), None);
    assert_eq!(of_text("init/web.conf"), None);
    assert_eq!(of_text("/etc/init"), None);
}
