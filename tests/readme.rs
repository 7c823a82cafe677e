//! What the README shows is what the program does.

use std::process::Command;

/// The text between two marks.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("the README has no {start:?}"));
    rest.split_once(end).unwrap().0
}

#[test]
fn the_example_is_converted_as_shown() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let job = between(&readme, "an ordinary job:\n\n```\n", "```");
    let unit = between(&readme, "prints the unit:\n\n```ini\n", "```");
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("puma.conf"), job).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_cutover"))
        .arg("convert")
        .arg(dir.path().join("puma.conf"))
        .output()
        .unwrap();
    let stdout = String::from_utf8(out.stdout).unwrap();
    assert_eq!(stdout.strip_prefix("# /etc/systemd/system/puma.service\n").unwrap(), unit);
    let stderr = String::from_utf8(out.stderr).unwrap();
    let limit = job.lines().position(|line| line.starts_with("respawn limit")).unwrap() + 1;
    for code in ["CUT401", "CUT403"] {
        let noted =
            stderr.lines().any(|line| line.contains(code) && line.contains(&format!("puma.conf:{limit}:1")));
        assert!(noted, "{code} is not told of line {limit}:\n{stderr}");
    }
}

#[test]
fn its_options_are_those_of_the_program() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let help = Command::new(env!("CARGO_BIN_EXE_cutover")).args(["convert", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for line in readme.lines().filter(|line| line.starts_with("| `--")) {
        let option = between(line, "`", "`").split(' ').next().unwrap();
        assert!(help.contains(option), "`convert --help` does not know {option}");
    }
}
