//! The model's own values.

use cutover::service::Signal;

#[test]
fn names_of_signals_go_both_ways() {
    assert_eq!(Signal::from_name(b"SIGUSR1"), Some(Signal(10)));
    assert_eq!(Signal::from_name(b"CLD"), Some(Signal(17)));
    assert_eq!(Signal::from_name(b"usr1"), None);
    assert_eq!(Signal(17).to_string(), "SIGCHLD");
    assert_eq!(Signal(64).to_string(), "64");
}
