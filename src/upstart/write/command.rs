//! Processes: commands that Upstart runs with just the words that are meant, and scripts that it hands to
//! the shell byte for byte.
//!
//! A command without any character that means something to a shell is split at its blanks and executed;
//! any other is run as `/bin/sh -e -c "exec COMMAND"` (init(5), "exec").

use bstr::ByteSlice as _;

use super::quote::{Why, ends_block};
use crate::text::Text;
use crate::upstart::decode::shared_blanks;
use crate::upstart::job::{Job, Process, ProcessType};
use crate::upstart::read::process::SHELL_CHARS;

/// A word for a POSIX shell, quoted in a way that Upstart, too, sees closed: no backslash in single quotes,
/// and none but doubled ones in double quotes.
pub(crate) fn sh_word(word: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./,:+@%=".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        return word.to_vec();
    }
    let single = |byte: &u8| !b"'\\".contains(byte);
    let double = |byte: &u8| !b"\"$`".contains(byte);
    let mut out = Vec::with_capacity(word.len() + 2);
    let mut rest = word;
    loop {
        let singles = rest.iter().take_while(|byte| single(byte)).count();
        let doubles = rest.iter().take_while(|byte| double(byte)).count();
        // One pair for all is the nicest; of two, the one that goes further.
        let inner = if singles >= doubles {
            let inner = &rest[..singles];
            out.extend([b"'", inner, b"'"].concat());
            inner
        } else {
            let inner = &rest[..doubles];
            out.extend([b"\"", inner.replace(b"\\", b"\\\\").as_slice(), b"\""].concat());
            inner
        };
        rest = &rest[inner.len()..];
        if rest.is_empty() {
            return out;
        }
    }
}

/// A text for a POSIX shell in which `$NAME` stands for what these variables hold, and the rest for itself.
pub(super) fn sh_text(text: &[u8], variables: &[Text], quote: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let name_at = |text: &[u8]| variables.iter().find(|name| text.starts_with(name)).map(|name| name.len());
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((at, length)) =
        rest.find_iter(b"$").find_map(|at| name_at(&rest[at + 1..]).map(|length| (at, length)))
    {
        let (before, after) = rest.split_at(at);
        if !before.is_empty() {
            out.extend(quote(before));
        }
        out.extend([b"\"${".as_slice(), &after[1..=length], b"}\""].concat());
        rest = &after[1 + length..];
    }
    if !rest.is_empty() || out.is_empty() {
        out.extend(quote(rest));
    }
    out
}

/// The process that is executed with exactly these words: without a shell where that can be.
///
/// # Errors
/// No program, a NUL, a program that a shell takes for an option, and what no block can hold.
pub fn exec_line(argv: &[Text]) -> Result<Process, Why> {
    let program = argv.first().filter(|program| !program.is_empty()).ok_or(Why::Empty)?;
    if argv.iter().any(|word| word.contains(&0)) {
        return Err(Why::Nul);
    }
    let direct = |word: &Text| {
        !word.is_empty() && word.find_byteset(SHELL_CHARS).is_none() && word.find_byteset(b" \t\r\n#").is_none()
    };
    if argv.iter().all(direct) {
        let words: Vec<&[u8]> = argv.iter().map(|word| word.as_slice()).collect();
        return Ok(process(false, words.join(&b' ')));
    }
    if program.starts_with(b"-") {
        return Err(Why::Command);
    }
    let words: Vec<Vec<u8>> = argv.iter().map(|word| sh_word(word)).collect();
    let mut line = words.join(&b' ');
    if line.find_byteset(SHELL_CHARS).is_none() {
        // Words that only `#` is in: quotes are what makes Upstart take a shell.
        line = [b"'", program.as_slice(), b"'", &line[words[0].len()..]].concat();
    }
    exec(&line)
}

/// The process that a command line stands for: as `exec` where Upstart reads that as it is, and else as a
/// script that runs the same.
///
/// # Errors
/// No command, and what no block can hold.
pub fn exec(command: &[u8]) -> Result<Process, Why> {
    if holds(command) {
        Ok(process(false, command.to_vec()))
    } else if command.find_byteset(SHELL_CHARS).is_some() {
        script(&[b"exec ", command].concat())
    } else {
        let words = command.split(|byte| b" \t\r\n".contains(byte)).filter(|word| !word.is_empty());
        exec_line(&words.map(Text::from).collect::<Vec<_>>())
    }
}

/// The process of a script. Where all its lines are indented, an empty line before them keeps that.
///
/// # Errors
/// A NUL, and a line `end script`.
pub fn script(body: &[u8]) -> Result<Process, Why> {
    let mut body = body.to_vec();
    if !body.is_empty() && !body.ends_with(b"\n") {
        body.push(b'\n');
    }
    match shared_blanks(&body) {
        0 => {}
        shared if body.lines().count() == 1 => {
            body.drain(..shared);
        }
        _ => body.insert(0, b'\n'),
    }
    check_block(&body)?;
    Ok(process(true, body))
}

/// Whether Upstart reads a command behind `exec` as it is.
pub fn holds(command: &[u8]) -> bool {
    let text = [b"exec ", command, b"\n"].concat();
    Job::read(&text).is_ok_and(|job| {
        job.processes.len() == 1
            && job.processes.get(&ProcessType::Main).is_some_and(|read| {
                let end = read.origin().map(|origin| origin.span.end + 1);
                read.value.command == command && end == Some(text.len())
            })
    })
}

/// Makes sure that Upstart reads a block as it is.
///
/// # Errors
/// What it would change.
pub(super) fn check_block(body: &[u8]) -> Result<(), Why> {
    if body.contains(&0) {
        Err(Why::Nul)
    } else if !body.is_empty() && !body.ends_with(b"\n") {
        Err(Why::LineEnd)
    } else if body.lines_with_terminator().any(ends_block) {
        Err(Why::EndScript)
    } else if shared_blanks(body) > 0 {
        Err(Why::Indented)
    } else {
        Ok(())
    }
}

/// The words that a process's stanza begins with.
pub(super) fn stanza_name(kind: ProcessType, script: bool) -> &'static str {
    let [exec, block] = match kind {
        ProcessType::PreStart => ["pre-start exec", "pre-start script"],
        ProcessType::Main => ["exec", "script"],
        ProcessType::PostStart => ["post-start exec", "post-start script"],
        ProcessType::PreStop => ["pre-stop exec", "pre-stop script"],
        ProcessType::PostStop => ["post-stop exec", "post-stop script"],
    };
    if script { block } else { exec }
}

fn process(script: bool, command: Vec<u8>) -> Process {
    Process { script, command: command.into(), ..Process::default() }
}
