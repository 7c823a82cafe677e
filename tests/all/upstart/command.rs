//! Commands and scripts as processes of a job.

use cutover::text::Text;
use cutover::upstart::write::command::{exec, exec_line, script};
use cutover::upstart::write::quote::Why;

fn line(argv: &[&str]) -> String {
    let argv: Vec<Text> = argv.iter().map(|&word| Text::from(word)).collect();
    let process = exec_line(&argv).unwrap();
    assert_eq!(process.script, process.command.contains(&b'\n'));
    process.command.to_string()
}

#[test]
fn plain_words_need_no_shell() {
    assert_eq!(line(&["/usr/sbin/web", "-p", "80", "a,b:c@d%+e"]), "/usr/sbin/web -p 80 a,b:c@d%+e");
    assert_eq!(line(&["web", "--port=80"]), "web --port=80");
}

#[test]
fn a_shell_gets_the_other_words_in_quotes() {
    assert_eq!(line(&["web", "a b", ""]), "web 'a b' ''");
    assert_eq!(line(&["web", "it's"]), "web \"it's\"");
    assert_eq!(line(&["web", r"a\$1"]), r#"web "a\\"'$1'"#);
    assert_eq!(line(&["web", "#1"]), "web '#1'");
}

#[test]
fn line_breaks_take_a_script() {
    assert_eq!(line(&["web", "a\nb"]), "exec web 'a\nb'\n");
}

#[test]
fn what_is_no_command_is_an_error() {
    let error = |argv: &[&str]| exec_line(&argv.iter().map(|&word| Text::from(word)).collect::<Vec<_>>());
    assert_eq!(error(&[]), Err(Why::Empty));
    assert_eq!(error(&["", "a"]), Err(Why::Empty));
    assert_eq!(error(&["a\0"]), Err(Why::Nul));
    assert_eq!(error(&["-a", "b c"]), Err(Why::Command));
    assert_eq!(error(&["a", "\nend script\n"]), Err(Why::EndScript));
}

#[test]
fn commands_that_upstart_would_change_become_scripts() {
    let run = |command: &str| exec(command.as_bytes()).map(|it| (it.script, it.command.to_string()));
    assert_eq!(run("web --a $B"), Ok((false, "web --a $B".to_owned())));
    assert_eq!(run("web $A#b"), Ok((true, "exec web $A#b\n".to_owned())));
    assert_eq!(run(r#"sh -c "echo \"x\"""#), Ok((true, "exec sh -c \"echo \\\"x\\\"\"\n".to_owned())));
    assert_eq!(run(r"web 'a\' b"), Ok((true, "exec web 'a\\' b\n".to_owned())));
    assert_eq!(run("  web a#b "), Ok((false, "web 'a#b'".to_owned())));
    assert_eq!(run(" "), Err(Why::Empty));
}

#[test]
fn the_indentation_of_a_script_is_kept() {
    let body = |text: &str| script(text.as_bytes()).map(|it| it.command.to_string());
    assert_eq!(body("  a\n  b"), Ok("\n  a\n  b\n".to_owned()));
    assert_eq!(body("  a\nb\n"), Ok("  a\nb\n".to_owned()));
    assert_eq!(body("  a\n"), Ok("a\n".to_owned()));
    assert_eq!(body("cat <<E\nend script\nE\n"), Err(Why::EndScript));
}
