//! The versions of Upstart, and what each of them knows.

use cutover::service::Io;
use cutover::upstart::version::{TARGETS, UpstartVersion};

#[test]
fn versions_order_by_number_and_print_as_they_are_written() {
    for text in ["0.6.5", "0.6.7", "1.4", "1.5", "1.9.1", "1.12", "1.13", "1.13.2"] {
        assert_eq!(text.parse::<UpstartVersion>().unwrap().to_string(), text);
    }
    assert!("1.9".parse::<UpstartVersion>().unwrap() < "1.12".parse().unwrap());
    assert_eq!(UpstartVersion::default().to_string(), "1.13");
    assert!(TARGETS.iter().any(|(target, _)| *target == UpstartVersion::default()));
}

#[test]
fn what_is_no_version_is_told_with_examples() {
    for text in ["", "1", "0.6.3", "0.5", "1.x", "1.5.0.1", "+1.5", "2.0", "99999999999.1", "1."] {
        let error = text.parse::<UpstartVersion>().unwrap_err().to_string();
        assert!(error.contains(&format!("`{text}`")) && error.contains("0.6.5, 1.5"), "{error}");
    }
}

#[test]
fn a_stanza_is_known_from_its_version_on() {
    let knows = |version: &str, words: &str| version.parse::<UpstartVersion>().unwrap().knows(words);
    assert!(knows("0.6.5", "respawn"));
    assert!(!knows("0.6.5", "manual") && knows("0.6.7", "manual"));
    assert!(!knows("1.3", "setuid") && knows("1.4", "setuid"));
    assert!(!knows("1.12", "cgroup") && knows("1.13", "cgroup"));
}

#[test]
fn output_is_logged_since_1_4() {
    assert_eq!("1.3".parse::<UpstartVersion>().unwrap().console(), Io::Null);
    assert_eq!(UpstartVersion::default().console(), Io::Log);
}
