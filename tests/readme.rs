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
fn the_unit_that_is_shown_becomes_a_job_that_is_the_same_to_upstart() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(dir.path().join(name), text).unwrap();
    let run = |args: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_cutover")).args(args).current_dir(dir.path()).output();
        out.unwrap().stdout
    };
    write("puma.service", between(&readme, "prints the unit:\n\n```ini\n", "```").as_bytes());
    write("puma.conf", between(&readme, "an ordinary job:\n\n```\n", "```").as_bytes());
    let original = run(&["check", "--format", "jsonl", "puma.conf"]);
    write("puma.conf", &run(&["reverse", "puma.service"]));
    assert_eq!(run(&["check", "--format", "jsonl", "puma.conf"]), original);
    let old = String::from_utf8(run(&["reverse", "--target-upstart", "0.6.5", "puma.service"])).unwrap();
    assert!(old.contains("chroot --userspec=shop:shop") && !old.contains("setuid"), "{old}");
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
