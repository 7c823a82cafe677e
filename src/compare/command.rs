//! Whether two commands do the same, however they are written.

use std::borrow::Cow;
use std::collections::HashMap;

use super::script::same;
use super::{Definition, Grade, render};
use crate::script::tree::{Operation, Piece, PieceKind, Word};
use crate::script::{ScriptText, base_name};
use crate::service::{Part, Run};
use crate::text::Text;

/// How two commands differ, and what that means.
pub(super) type Judgement = (Grade, Cow<'static, str>);

/// Words that are no more than told here are listed by name.
const MOST_WORDS: usize = 6;

/// What a process does in the end.
enum Form {
    /// It becomes this program.
    Words(Vec<Vec<Part>>, Shell),
    /// A shell runs this, and ends at the first failure or not.
    Script(ScriptText, bool),
}

/// What stands between init and the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shell {
    /// Nothing, or a shell that the program takes the place of.
    Gone,
    /// A shell that waits for it.
    Waits,
}

/// Compares two commands, with the values of variables that each definition says itself.
pub(super) fn judge_with(left: (&Run, &Definition), right: (&Run, &Definition)) -> Judgement {
    let found = judge(left.0, right.0);
    if found.0 != Grade::Differs {
        return found;
    }
    let filled = [left, right].map(|(run, of)| filled(run, &of.constants()));
    if filled.iter().all(Option::is_none) {
        return found;
    }
    judge(filled[0].as_ref().unwrap_or(left.0), filled[1].as_ref().unwrap_or(right.0))
}

/// The command with the values in the place of their variables; nothing where it has no such variables, or is a script.
fn filled(run: &Run, constants: &HashMap<Text, Text>) -> Option<Run> {
    let Form::Words(words, Shell::Gone) = form(run) else { return None };
    let known = |part: &Part| matches!(part, Part::Value(name) | Part::Fields(name) if constants.contains_key(name));
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
        return (Grade::Same, "".into());
    }
    match (form(left), form(right)) {
        (Form::Words(left, one), Form::Words(right, other)) => {
            let (grade, why) = judge_words(&left, &right);
            if grade != Grade::Differs && one != other {
                let why = "on one side a shell stands between the init and the program, and passes on how it ends";
                return (Grade::Harmless, why.into());
            }
            (grade, why)
        }
        (Form::Script(left, _), Form::Script(right, _)) if !same(&left, &right) => {
            (Grade::Differs, "the scripts say something else".into())
        }
        (Form::Script(_, one), Form::Script(_, other)) if one == other => (Grade::Same, "".into()),
        (Form::Script(..), Form::Script(..)) => {
            let why = "on one side the script ends at its first failing command (sh -e), on the other it goes on";
            (Grade::Differs, why.into())
        }
        (Form::Script(..), Form::Words(words, _)) | (Form::Words(words, _), Form::Script(..)) => {
            let program = words.first().and_then(|word| Part::plain(word));
            let program = program.map_or_else(|| "a program".to_owned(), |program| name(program));
            let why = format!("a script on one side; on the other {program} is run directly");
            (Grade::Differs, why.into())
        }
    }
}

fn form(run: &Run) -> Form {
    match run {
        Run::Argv(argv) => {
            if let Some((script, until_failure)) = of_shell(argv) {
                return of_script(&script.0.clone().into(), until_failure);
            }
            Form::Words(argv.iter().map(|word| vec![Part::Text(word.clone())]).collect(), Shell::Gone)
        }
        Run::Expand(words) => Form::Words(words.clone(), Shell::Gone),
        Run::Line(script) | Run::Script(script) => of_script(script, true),
    }
}

/// The script that a shell is told on its command line, and whether it ends at the first failure.
fn of_shell(argv: &[Text]) -> Option<(&Text, bool)> {
    let (shell, rest) = argv.split_first()?;
    if !matches!(shell.as_slice(), b"sh" | b"/bin/sh" | b"/usr/bin/sh") {
        return None;
    }
    let (script, options) = rest.split_last()?;
    let letters: Option<Vec<&[u8]>> = options.iter().map(|it| it.strip_prefix(b"-")).collect();
    let letters = letters?.concat();
    let known = letters.iter().all(|letter| b"ec".contains(letter)) && letters.contains(&b'c');
    known.then(|| (script, letters.contains(&b'e')))
}

/// A script that is no more than one command is that command.
fn of_script(script: &ScriptText, until_failure: bool) -> Form {
    match single(script) {
        Some((words, shell)) => Form::Words(words, shell),
        None => Form::Script(script.clone(), until_failure),
    }
}

fn single(script: &ScriptText) -> Option<(Vec<Vec<Part>>, Shell)> {
    let tree = script.tree().ok()?;
    let [statement] = tree.commands.as_slice() else { return None };
    let command = statement.command().filter(|command| command.redirections.is_empty())?;
    let simple = command.simple().filter(|simple| simple.assignments.is_empty())?;
    let (execs, words) = simple.program();
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
            PieceKind::DoubleQuoted(inner) => add(inner, out)?,
            PieceKind::Parameter(parameter) if parameter.operation == Operation::Value => {
                out.push(Part::Value(Text(parameter.name.clone())));
            }
            kind => match (kind.text()?, out.last_mut()) {
                (bytes, Some(Part::Text(text))) => text.0.extend_from_slice(bytes),
                (bytes, _) => out.push(Part::Text(Text(bytes.clone()))),
            },
        }
    }
    Some(())
}

fn judge_words(left: &[Vec<Part>], right: &[Vec<Part>]) -> Judgement {
    if left == right {
        return (Grade::Same, "".into());
    }
    let (Some((program, arguments)), Some((other, others))) = (left.split_first(), right.split_first()) else {
        return (Grade::Differs, "one side runs nothing".into());
    };
    let is_same = match (Part::plain(program), Part::plain(other)) {
        _ if program == other => Some(""),
        (Some(program), Some(other)) => same_program(program, other),
        _ => None,
    };
    match is_same {
        Some(why) if arguments == others => (Grade::Harmless, why.into()),
        Some(_) => (Grade::Differs, arguments_differ(arguments, others).into()),
        None => {
            let shown = |word: &[Part]| Part::plain(word).map(|program| name(program));
            let one_name = shown(program).is_some() && shown(program) == shown(other);
            let why = if one_name { "the program lies in another directory" } else { "another program runs" };
            (Grade::Differs, why.into())
        }
    }
}

/// Directories that the programs of the system lie in.
const SYSTEM: &[&[u8]] = &[b"/bin", b"/sbin", b"/usr/bin", b"/usr/sbin"];

/// Whether two names lead to the same program, and why.
fn same_program(left: &[u8], right: &[u8]) -> Option<&'static str> {
    let directory = |path: &[u8]| path[..path.iter().rposition(|byte| *byte == b'/').unwrap_or(0)].to_vec();
    let directories = [directory(left), directory(right)];
    let is_known = directories.iter().all(|it| it.is_empty() || SYSTEM.contains(&it.as_slice()));
    match directories.iter().filter(|it| it.is_empty()).count() {
        _ if !is_known || name(left) != name(right) => None,
        // One is a link to the other on most systems of today.
        0 => Some("the same program, where /bin and /usr/bin are one directory"),
        1 => Some("the program is named without its directory on one side"),
        _ => None,
    }
}

/// The name of a program without its directory.
fn name(program: &[u8]) -> String {
    render::text(base_name(program))
}

/// Which arguments there are on one side only.
fn arguments_differ(left: &[Vec<Part>], right: &[Vec<Part>]) -> String {
    let only = |these: &[Vec<Part>], others: &[Vec<Part>]| -> Vec<String> {
        let mut rest: Vec<&Vec<Part>> = others.iter().collect();
        let mut only = Vec::new();
        for word in these {
            match rest.iter().position(|other| *other == word) {
                Some(at) => _ = rest.swap_remove(at),
                None => only.push(render::word(word)),
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
        for same in ["  mkdir /run/x\n\n  exec web\n", "mkdir /run/x; exec web", "mkdir \\\n /run/x\nexec web"] {
            assert_eq!(grade(&one, &script(same)), Grade::Same, "{same}");
        }
        for other in ["mkdir /run/x exec web\n", "mkdir '/run/x'\n exec 'web '\n", "mkdir /run/x\nexec web &\n"] {
            assert_eq!(grade(&one, &script(other)), Grade::Differs, "{other}");
        }
        let lines = script("if [ -e x ]; then\n  a\n  b\nelse\n  c\nfi\ncase $x in\n  a) b ;;\n  *) c ;;\nesac\n");
        let line = script("if [ -e x ]; then a; b; else c; fi; case $x in a) b;; *) c;; esac");
        assert_eq!(grade(&lines, &line), Grade::Same);
        assert_eq!(grade(&one, &argv(&["/bin/sh", "-c", "mkdir /run/x\nexec web\n"])), Grade::Differs);
        assert_eq!(grade(&one, &argv(&["web"])), Grade::Differs);
    }
}
