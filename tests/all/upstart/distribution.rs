//! Whose Upstart jobs were written for.

use cutover::upstart::distribution::Distribution;

fn of(jobs: &[(&str, &str)]) -> Distribution {
    Distribution::of(jobs.iter().map(|(name, text)| (*name, text.as_bytes())))
}

#[test]
fn one_job_that_no_other_has_tells() {
    assert_eq!(of(&[("a", "exec a"), ("rc", "task")]), Distribution::Ubuntu);
    assert_eq!(of(&[("a", "exec a"), ("prefdm", "exec b")]), Distribution::Rhel6);
    assert_eq!(of(&[("a", "start on started system-services\n")]), Distribution::ChromeOs);
    assert_eq!(of(&[]), Distribution::Ubuntu);
}
