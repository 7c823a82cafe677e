//! Whether two commands do the same, however they are written.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Grade, script};
use crate::service::{Part, Run};
use crate::shell;
use crate::shell::tree::{CommandKind, Operation, Piece, PieceKind, Word};
use crate::text::Text;

/// How two commands differ, and what that means.
pub(super) type Judgement = (Grade, Cow<'static, str>);

/// Words that are no more than told here are listed by name.
const MOST_WORDS: usize = 6;

/// What a process does in the end.
enum Form {
    /// It becomes this program.
    Words { words: Vec<Vec<Part>>, shell: Shell },
    /// A shell runs this, and ends at the first failure or not.
    Script { text: Vec<u8>, until_failure: bool },
}

/// What stands between init and the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// Nothing, or a shell that the program takes the place of.
    Gone,
    /// A shell that waits for it.
    Waits,
}

/// Variables whose values a definition says itself.
pub(super) type Constants = HashMap<Text, Text>;

/// Compares two commands, with the values of variables that each side says itself.
pub(super) fn judge_with(left: (&Run, &Constants), right: (&Run, &Constants)) -> Judgement {
    match judge(left.0, right.0) {
        (Grade::Differs, why) => {
            let filled = [left, right].map(|(run, constants)| filled(run, constants));
            match (&filled, [left.0, right.0]) {
                ([None, None], _) => (Grade::Differs, why),
                ([one, other], [left, right]) => {
                    judge(one.as_ref().unwrap_or(left), other.as_ref().unwrap_or(right))
                }
            }
        }
        same => same,
    }
}

/// The command with the values in the place of their variables; nothing where it has no such variables, or is a script.
fn filled(run: &Run, constants: &Constants) -> Option<Run> {
    let Form::Words { words, shell: Shell::Gone } = form(run) else { return None };
    let known =
        |part: &Part| matches!(part, Part::Value(name) | Part::Fields(name) if constants.contains_key(name));
    if !words.iter().flatten().any(known) {
        return None;
    }
    let mut out: Vec<Vec<Part>> = Vec::new();
    for word in words {
        // The shell splits what stands without quotes.
        if let [Part::Fields(name)] = word.as_slice()
            && let Some(value) = constants.get(name)
        {
            let fields = value.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
            out.extend(fields.map(|field| vec![Part::Text(Text::from(field))]));
            continue;
        }
        let mut parts: Vec<Part> = Vec::new();
        for part in word {
            let text = match &part {
                Part::Text(text) => Some(text),
                Part::Value(name) | Part::Fields(name) => constants.get(name),
            };
            match (text, parts.last_mut()) {
                (Some(text), Some(Part::Text(before))) => before.0.extend_from_slice(text),
                (Some(text), _) => parts.push(Part::Text(text.clone())),
                (None, _) => parts.push(part),
            }
        }
        out.push(parts);
    }
    Some(Run::Expand(out))
}

/// Compares two commands.
fn judge(left: &Run, right: &Run) -> Judgement {
    if left == right {
        return (Grade::Same, Cow::Borrowed(""));
    }
    match (form(left), form(right)) {
        (Form::Words { words: left, shell: one }, Form::Words { words: right, shell: other }) => {
            let (grade, why) = judge_words(&left, &right);
            if grade != Grade::Differs && one != other {
                let why =
                    "on one side a shell stands between the init and the program, and passes on how it ends";
                return (Grade::Harmless, Cow::Borrowed(why));
            }
            (grade, why)
        }
        (
            Form::Script { text: left, until_failure: one },
            Form::Script { text: right, until_failure: other },
        ) => {
            if !script::same(&left, &right) {
                (Grade::Differs, Cow::Borrowed("the scripts say something else"))
            } else if one == other {
                (Grade::Same, Cow::Borrowed(""))
            } else {
                let why = "on one side the script ends at its first failing command (sh -e), on the other it goes on";
                (Grade::Differs, Cow::Borrowed(why))
            }
        }
        (Form::Script { .. }, Form::Words { words, .. })
        | (Form::Words { words, .. }, Form::Script { .. }) => {
            let program = words.first().and_then(|word| Part::plain(word));
            let why = match program {
                Some(program) => {
                    format!("a script on one side; on the other {} is run directly", name(program))
                }
                None => "a script on one side; on the other a program is run directly".to_owned(),
            };
            (Grade::Differs, Cow::Owned(why))
        }
    }
}

fn form(run: &Run) -> Form {
    match run {
        Run::Argv(argv) => {
            if let Some((script, until_failure)) = of_shell(argv) {
                return of_script(script, until_failure);
            }
            let words = argv.iter().map(|word| vec![Part::Text(word.clone())]).collect();
            Form::Words { words, shell: Shell::Gone }
        }
        Run::Expand(words) => Form::Words { words: words.clone(), shell: Shell::Gone },
        Run::Line(script) | Run::Script(script) => of_script(script, true),
    }
}

/// The script that a shell is told on its command line, and whether it ends at the first failure.
fn of_shell(argv: &[Text]) -> Option<(&[u8], bool)> {
    let (shell, rest) = argv.split_first()?;
    if !matches!(shell.as_slice(), b"sh" | b"/bin/sh" | b"/usr/bin/sh") {
        return None;
    }
    let (script, options) = rest.split_last()?;
    let letters: Option<Vec<&[u8]>> = options.iter().map(|it| it.strip_prefix(b"-")).collect();
    let letters = letters?.concat();
    let known = letters.iter().all(|letter| b"ec".contains(letter)) && letters.contains(&b'c');
    known.then(|| (script.as_slice(), letters.contains(&b'e')))
}

/// A script that is no more than one command is that command.
fn of_script(script: &[u8], until_failure: bool) -> Form {
    match single(script) {
        Some((words, shell)) => Form::Words { words, shell },
        None => Form::Script { text: script.to_vec(), until_failure },
    }
}

fn single(script: &[u8]) -> Option<(Vec<Vec<Part>>, Shell)> {
    let tree = shell::parse(script).ok()?;
    let [statement] = tree.commands.as_slice() else { return None };
    let [command] = statement.first.commands.as_slice() else { return None };
    let CommandKind::Simple(simple) = &command.kind else { return None };
    let plain = statement.rest.is_empty()
        && statement.background.is_none()
        && statement.first.negation.is_none()
        && command.redirections.is_empty()
        && simple.assignments.is_empty();
    if !plain {
        return None;
    }
    let execs = simple.words.first()?.literal().is_some_and(|word| word == "exec");
    let words = simple.words.get(usize::from(execs)..)?;
    let words: Vec<Vec<Part>> = words.iter().map(parts).collect::<Option<_>>()?;
    let shell = if execs { Shell::Gone } else { Shell::Waits };
    (!words.is_empty()).then_some((words, shell))
}

/// A word as its texts and variables, where it holds nothing else.
fn parts(word: &Word) -> Option<Vec<Part>> {
    if let [Piece { kind: PieceKind::Parameter(parameter), .. }] = word.pieces.as_slice() {
        let plain = parameter.operation == Operation::Value;
        return plain.then(|| vec![Part::Fields(Text(parameter.name.clone()))]);
    }
    let mut out = Vec::new();
    add(&word.pieces, &mut out)?;
    if out.is_empty() {
        out.push(Part::Text(Text::default()));
    }
    Some(out)
}

fn add(pieces: &[Piece], out: &mut Vec<Part>) -> Option<()> {
    for piece in pieces {
        match &piece.kind {
            PieceKind::Literal(bytes) | PieceKind::Escaped(bytes) | PieceKind::SingleQuoted(bytes) => {
                if let Some(Part::Text(text)) = out.last_mut() {
                    text.0.extend_from_slice(bytes);
                } else {
                    out.push(Part::Text(Text(bytes.clone())));
                }
            }
            PieceKind::DoubleQuoted(inner) => add(inner, out)?,
            PieceKind::Parameter(parameter) if parameter.operation == Operation::Value => {
                out.push(Part::Value(Text(parameter.name.clone())));
            }
            _ => return None,
        }
    }
    Some(())
}

fn judge_words(left: &[Vec<Part>], right: &[Vec<Part>]) -> Judgement {
    if left == right {
        return (Grade::Same, Cow::Borrowed(""));
    }
    let (Some((program, arguments)), Some((other, others))) = (left.split_first(), right.split_first())
    else {
        return (Grade::Differs, Cow::Borrowed("one side runs nothing"));
    };
    let alike = match (Part::plain(program), Part::plain(other)) {
        _ if program == other => Some(""),
        (Some(program), Some(other)) => same_program(program, other),
        _ => None,
    };
    match alike {
        Some(why) if arguments == others => (Grade::Harmless, Cow::Borrowed(why)),
        Some(_) => (Grade::Differs, Cow::Owned(arguments_differ(arguments, others))),
        None => {
            let shown = |word: &[Part]| Part::plain(word).map(|program| name(program));
            match (shown(program), shown(other)) {
                (Some(one), Some(two)) if one == two => {
                    (Grade::Differs, Cow::Borrowed("the program lies in another directory"))
                }
                _ => (Grade::Differs, Cow::Borrowed("another program runs")),
            }
        }
    }
}

/// Directories that the programs of the system lie in.
const SYSTEM: &[&[u8]] = &[b"/bin", b"/sbin", b"/usr/bin", b"/usr/sbin"];

/// Whether two names lead to the same program, and why.
fn same_program(left: &[u8], right: &[u8]) -> Option<&'static str> {
    let split = |path: &'_ [u8]| path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
    let (left_dir, right_dir) = (&left[..split(left)], &right[..split(right)]);
    if name(left) != name(right) {
        return None;
    }
    let is_system = |dir: &[u8]| SYSTEM.contains(&dir);
    match (left_dir.is_empty(), right_dir.is_empty()) {
        (true, false) if is_system(right_dir) => {
            Some("the program is named without its directory on one side")
        }
        (false, true) if is_system(left_dir) => {
            Some("the program is named without its directory on one side")
        }
        // One is a link to the other on most systems of today.
        (false, false) if is_system(left_dir) && is_system(right_dir) => {
            Some("the same program, where /bin and /usr/bin are one directory")
        }
        _ => None,
    }
}

/// The name of a program without its directory.
fn name(program: &[u8]) -> String {
    let last = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    super::words::text(last)
}

/// Which arguments there are on one side only.
fn arguments_differ(left: &[Vec<Part>], right: &[Vec<Part>]) -> String {
    let only = |these: &[Vec<Part>], others: &[Vec<Part>]| -> Vec<String> {
        let mut rest: Vec<&Vec<Part>> = others.iter().collect();
        let mut only = Vec::new();
        for word in these {
            match rest.iter().position(|other| *other == word) {
                Some(at) => {
                    rest.swap_remove(at);
                }
                None => only.push(super::words::word(word)),
            }
        }
        only
    };
    let (here, there) = (only(left, right), only(right, left));
    if here.is_empty() && there.is_empty() {
        return "the same arguments in another order".to_owned();
    }
    let say = |words: &[String], side: &str| {
        let shown = words.iter().take(MOST_WORDS).map(|word| format!("`{word}`")).collect::<Vec<_>>();
        let more = if words.len() > MOST_WORDS { " and more" } else { "" };
        (!words.is_empty()).then(|| format!("{}{more} on the {side} only", shown.join(" ")))
    };
    let said: Vec<String> = [say(&here, "left"), say(&there, "right")].into_iter().flatten().collect();
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Run {
        Run::Argv(words.iter().map(|word| Text::from(*word)).collect())
    }

    fn line(text: &str) -> Run {
        Run::Line(text.as_bytes().into())
    }

    fn grade(left: &Run, right: &Run) -> Grade {
        let (grade, _) = judge(left, right);
        assert_eq!(judge(right, left).0, grade, "not symmetric");
        grade
    }

    #[test]
    fn a_command_is_the_same_however_it_is_written() {
        let plain = argv(&["/usr/bin/web", "--name", "a b"]);
        for other in [
            line("exec /usr/bin/web --name 'a b'"),
            line("exec /usr/bin/web \\\n  --name a\\ b"),
            argv(&["/bin/sh", "-c", "exec /usr/bin/web --name \"a b\""]),
            argv(&["sh", "-ec", "exec /usr/bin/web --name 'a b'"]),
        ] {
            assert_eq!(grade(&plain, &other), Grade::Same, "{other:?}");
        }
        let expand = Run::Expand(vec![
            vec![Part::Text("/usr/bin/web".into())],
            vec![Part::Fields("OPTIONS".into())],
            vec![Part::Text("--port=".into()), Part::Value("PORT".into())],
        ]);
        assert_eq!(grade(&expand, &line("exec /usr/bin/web $OPTIONS --port=\"$PORT\"")), Grade::Same);
    }

    #[test]
    fn a_shell_in_between_and_a_path_do_no_harm() {
        let plain = argv(&["/usr/bin/web", "-x"]);
        for other in [
            line("/usr/bin/web -x"),
            argv(&["/bin/sh", "-c", "/usr/bin/web -x"]),
            argv(&["web", "-x"]),
            argv(&["/bin/web", "-x"]),
        ] {
            assert_eq!(grade(&plain, &other), Grade::Harmless, "{other:?}");
        }
        assert_eq!(grade(&plain, &argv(&["/opt/web", "-x"])), Grade::Differs);
    }

    #[test]
    fn the_arguments_that_differ_are_told() {
        let (_, why) = judge(&argv(&["web", "-a", "-D", "8080"]), &argv(&["web", "-a", "8081"]));
        assert_eq!(why, "`-D` `8080` on the left only; `8081` on the right only");
        let (_, why) = judge(&argv(&["web", "-a", "-b"]), &argv(&["web", "-b", "-a"]));
        assert_eq!(why, "the same arguments in another order");
    }

    #[test]
    fn scripts_are_the_same_but_for_blanks_and_comments() {
        let script = |text: &str| Run::Script(text.as_bytes().into());
        let one = script("mkdir /run/x\n# now\nexec web\n");
        for same in
            ["  mkdir /run/x\n\n  exec web\n", "mkdir /run/x; exec web", "mkdir \\\n /run/x\nexec web"]
        {
            assert_eq!(grade(&one, &script(same)), Grade::Same, "{same}");
        }
        for other in
            ["mkdir /run/x exec web\n", "mkdir '/run/x'\n exec 'web '\n", "mkdir /run/x\nexec web &\n"]
        {
            assert_eq!(grade(&one, &script(other)), Grade::Differs, "{other}");
        }
        let lines =
            script("if [ -e x ]; then\n  a\n  b\nelse\n  c\nfi\ncase $x in\n  a) b ;;\n  *) c ;;\nesac\n");
        let line = script("if [ -e x ]; then a; b; else c; fi; case $x in a) b;; *) c;; esac");
        assert_eq!(grade(&lines, &line), Grade::Same);
        assert_eq!(grade(&one, &argv(&["/bin/sh", "-c", "mkdir /run/x\nexec web\n"])), Grade::Differs);
        assert_eq!(grade(&one, &argv(&["web"])), Grade::Differs);
    }
}
