//! Commands: what Upstart hands to a shell, and what it splits and executes itself.

use bstr::{BString, ByteSlice as _};

use crate::script::ScriptText;
use crate::service::Run;
use crate::text::{Span, Text};
use crate::upstart::job::Process;

/// Any of these in a command, and Upstart runs it with a shell (init(5), "exec").
pub(crate) const SHELL_CHARS: &[u8] = b"~`!$^&*()=|\\{}[];\"'<>?";

/// What Upstart puts before a command that it hands to a shell.
const EXEC: &[u8] = b"exec ";

/// How a process is run.
pub fn run(process: &Process) -> Run {
    let command = process.meant.as_ref().unwrap_or(&process.command);
    if process.script {
        let script = ScriptText::from(command.clone()).standing_at(process.line, process.places.clone());
        return match command.split_once_str("\n") {
            None => Run::Line(script),
            // Upstart passes a single line on the shell's command line, without its newlines.
            Some((line, rest)) if rest.iter().all(|&byte| byte == b'\n') => {
                Run::Line(script.part(Span::new(0, line.len())))
            }
            Some(_) => Run::Script(script),
        };
    }
    if command.find_byteset(SHELL_CHARS).is_none() {
        let words = command.split(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        return Run::Argv(words.filter(|word| !word.is_empty()).map(Text::from).collect());
    }
    if let Some(words) = plain_words(command) {
        return Run::Argv(words);
    }
    let places = process.places.iter().map(|(from, at)| (from + EXEC.len(), *at)).collect();
    Run::Line(ScriptText::from([EXEC, command].concat()).standing_at(process.line, places))
}

/// The words of a command line, where a shell would do nothing to it but take the quotes away.
pub(crate) fn plain_words(command: &[u8]) -> Option<Vec<Text>> {
    let mut words: Vec<Text> = Vec::new();
    let mut word: Option<BString> = None;
    let mut bytes = command.iter().copied().enumerate();
    while let Some((at, byte)) = bytes.next() {
        let begins = word.is_none();
        match byte {
            b' ' | b'\t' => words.extend(word.take().map(Text)),
            b'\'' => {
                let len = command[at + 1..].find_byte(b'\'')?;
                word.get_or_insert_default().extend_from_slice(&command[at + 1..at + 1 + len]);
                bytes.nth(len);
            }
            b'"' => {
                let word = word.get_or_insert_default();
                loop {
                    match bytes.next()?.1 {
                        b'"' => break,
                        b'$' | b'`' => return None,
                        b'\\' => match bytes.next()?.1 {
                            escaped @ (b'$' | b'`' | b'"' | b'\\') => word.push(escaped),
                            other => word.extend([b'\\', other]),
                        },
                        other => word.push(other),
                    }
                }
            }
            b'\\' => word.get_or_insert_default().push(bytes.next()?.1),
            b'~' | b'#' if begins => return None,
            b'$' | b'`' | b'&' | b'*' | b'(' | b')' | b'|' | b';' | b'<' | b'>' | b'?' | b'[' | b'\n' | b'\r' | 0 => {
                return None;
            }
            // A shell takes `A=1` in the first place for something else than a program.
            b'=' if words.is_empty() => return None,
            b'-' if words.is_empty() && begins => return None,
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word.take().map(Text));
    (!words.is_empty() && !words[0].is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &str) -> Option<Vec<String>> {
        plain_words(command.as_bytes()).map(|words| words.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quotes_are_all_that_a_plain_command_may_need_a_shell_for() {
        assert_eq!(words(r#"/bin/a --x="b c" 'd e'\ f"#).unwrap(), ["/bin/a", "--x=b c", "d e f"]);
        assert_eq!(words(r#"a "" ''"#).unwrap(), ["a", "", ""]);
        assert_eq!(words(r#"a "\$b \c""#).unwrap(), ["a", r"$b \c"]);
        assert_eq!(words("a b=~ {x} !y ^z ]").unwrap(), ["a", "b=~", "{x}", "!y", "^z", "]"]);
    }

    #[test]
    fn whatever_a_shell_would_act_upon_stays_with_a_shell() {
        for command in
            ["a $B", "a `b`", "a > b", "a && b", "a *", "a ~", "A=1 b", "a \"$b\"", "a 'b", "a [b]", "-a b", "\"\" b"]
        {
            assert_eq!(words(command), None, "{command}");
        }
    }
}
