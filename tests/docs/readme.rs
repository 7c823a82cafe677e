//! What the README shows is what the program does.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Sandbox, repository};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cutover");

fn readme() -> String {
    fs::read_to_string(repository("README.md")).unwrap()
}

/// The text between two marks.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("the README has no {start:?}"));
    rest.split_once(end).unwrap().0
}

fn job(readme: &str) -> &str {
    between(readme, "an Upstart job:\n\n```\n", "```")
}

fn unit(readme: &str) -> &str {
    between(readme, "prints the unit `shop.service`:\n\n```ini\n", "```")
}

/// The commands of a section's first block, without comments.
fn commands<'t>(readme: &'t str, section: &str) -> Vec<&'t str> {
    let block = between(between(readme, section, "\n#"), "```sh\n", "```");
    block.lines().map(|line| line.split(" #").next().unwrap().trim()).collect()
}

#[test]
fn the_example_is_converted_as_shown() {
    let readme = readme();
    let sandbox = Sandbox::with(&[("shop.conf", job(&readme))]);
    let out = Command::new(PROGRAM).args(["convert", "shop.conf"]).current_dir(sandbox.path("")).output();
    let out = out.unwrap();
    let stdout = String::from_utf8(out.stdout).unwrap();
    assert_eq!(stdout.strip_prefix("# /etc/systemd/system/shop.service\n").unwrap(), unit(&readme));
    let stderr = String::from_utf8(out.stderr).unwrap();
    let limit = job(&readme).lines().position(|line| line.starts_with("respawn limit")).unwrap() + 1;
    for code in ["CUT401", "CUT403"] {
        let place = format!("shop.conf:{limit}:1");
        let noted = stderr.lines().any(|line| line.contains(code) && line.contains(&place));
        assert!(noted, "{code} is not reported at {place}:\n{stderr}");
    }
}

#[test]
fn the_unit_that_is_shown_is_the_same_as_the_job() {
    let readme = readme();
    let sandbox = Sandbox::with(&[("shop.conf", job(&readme)), ("shop.service", unit(&readme))]);
    let compared = sandbox.run(&["diff", "--text", "none", "shop.conf", "shop.service"]);
    assert!(compared.contains("\n0 values differ"), "{compared}");
}

/// Each command runs as it stands, one after the other, and none fails for another reason than that something is to be
/// decided.
#[test]
fn the_three_ways_run_as_they_stand() {
    let readme = readme();
    let sandbox = Sandbox::new();
    std::os::unix::fs::symlink(repository("corpus"), sandbox.path("corpus")).unwrap();
    let bin = Path::new(PROGRAM).parent().unwrap().display().to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let shell = |directory: &str, line: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).env("PATH", &path).current_dir(sandbox.path(directory));
        let out = shell.output().unwrap();
        let code = out.status.code().unwrap();
        assert!(code < 2, "{line}: exit status {code}\n{}", String::from_utf8_lossy(&out.stderr));
        code
    };
    for line in commands(&readme, "## Three ways to use it").iter().filter(|line| !line.starts_with("cd ")) {
        assert_eq!(shell("", line), 0, "{line}");
    }
    let before = sandbox.tree("target/try/image");
    let run = |section: &str| -> Vec<i32> {
        commands(&readme, section).iter().map(|line| shell("target/try", line)).collect()
    };
    assert_eq!(run("### Convert jobs, and compare"), [1, 1, 0, 1]);
    assert_eq!(run("### Bring a whole system across"), [1, 0, 0, 0, 0, 0]);
    assert_eq!(run("### From units to jobs"), [1, 0]);
    let after = sandbox.tree("target/try/image");
    let own: Vec<&str> = after.lines().filter(|line| !line.contains(" var/lib/cutover/")).collect();
    assert_eq!(own, before.lines().collect::<Vec<_>>());
    assert!(sandbox.path("target/try/image.plan/report.html").is_file());
}
