//! A process gets, byte for byte, the words that are meant: what is written for a word is held against
//! the real systemd, which is booted for it, and against readers of our own for versions that are not
//! at hand.
#![allow(clippy::format_collect, clippy::format_push_string)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use bstr::ByteSlice as _;
use cutover::systemd::quote::{assignment, environment_holds, exec_word};
use cutover::systemd::version::{TARGETS, Version};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use crate::boot::Booted;
use crate::common::{Sandbox, skip};

type Words = Vec<Vec<u8>>;

// ---- words ---------------------------------------------------------------------------------------

/// Bytes that mean something to systemd, or that stand beside such bytes in an escape.
const PIECES: &[&[u8]] = &[
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\"",
    b"'",
    b"\\",
    b"$",
    b"%",
    b";",
    b"#",
    b"{",
    b"}",
    b"(",
    b"=",
    b"-",
    b"@",
    b":",
    b"+",
    b"!",
    b"|",
    b"*",
    b"~",
    b"a",
    b"n",
    b"s",
    b"x",
    b"u",
    b"0",
    b"41",
    b"i",
    b"HOME",
    b"\x01",
    b"\x1b",
    b"\x7f",
    b"\x80",
    b"\xe9",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x82\xac",
    b"\xf0\x9f\x90\xa7",
    b"\xed\xa0\x80",
    b"\xef\xbf\xbe",
    b"\xef\xb7\x90",
    b"\xf4\x8f\xbf\xbf",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
];

const WORDS: &[&str] = &[
    "",
    "--config=/etc/web.conf",
    "100%",
    "%%",
    "%i",
    "%%i",
    "%%%i",
    "$HOME",
    "${HOME}",
    "$$",
    "$$HOME",
    "$${HOME}",
    "a$HOME",
    "a${HOME}b",
    "$",
    "$1",
    "a$",
    "it's",
    "say \"x\"",
    "'",
    "\"",
    "'\"'",
    "\"'\"",
    "''",
    "\"\"",
    "\\",
    "\\\\",
    "a\\",
    "\\n",
    "\\x41",
    "\\u0041",
    "\\;",
    ";",
    ";;",
    "a;b",
    "a ; b",
    " ",
    "  ",
    " a",
    "a ",
    "\t",
    "\n",
    "a\nb",
    "\n\n",
    "\r\n",
    "#",
    "# a",
    "a#b",
    "|",
    "&",
    "&&",
    "a=b c",
    "A=\"b c\"",
    "\"a\"b",
    "a\"b\"",
    "'a'b",
    "{}",
    "()",
    "*?[a]",
    "~",
    "-",
    "--",
    "-e",
    "@a",
    "+a",
    "!a",
    ":a",
    "!!",
    "caf\u{e9}",
    "\u{65e5}\u{672c}",
    "\u{1f427}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{fdd0}",
    "\u{1fffe}",
    "\u{10ffff}",
    "\u{85}",
    "\u{2028}",
    "\u{a0}",
    "\u{200b}",
    "if [ \"$x\" = 'y z' ]; then printf '%s\\n' \"$$\"; fi",
    "exec web --a=\"$A\" >/dev/null 2>&1 # \\",
];

fn any_word() -> impl Strategy<Value = Vec<u8>> {
    let byte = (1..=u8::MAX).prop_map(|byte| vec![byte]);
    let piece = prop_oneof![4 => proptest::sample::select(PIECES).prop_map(<[u8]>::to_vec), 1 => byte];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Some two thousand words, the same ones each time: every byte, every pair of pieces, and so on.
fn many_words() -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    words.extend((1..=u8::MAX).map(|byte| vec![byte]));
    words.extend((1..=u8::MAX).map(|byte| vec![b'a', byte, b'b']));
    for first in PIECES {
        words.extend(PIECES[..20].iter().map(|second| [*first, second].concat()));
    }
    words.extend(["x".repeat(5_000), "\" '".repeat(1_000), "%$\\".repeat(500)].map(String::into_bytes));
    let mut runner = TestRunner::deterministic();
    words.extend((0..500).map(|_| any_word().new_tree(&mut runner).unwrap().current()));
    words
}

/// The words in groups for one unit each. What systemd may take for no text at all stands alone, so
/// that it does not hide others.
fn groups(words: Vec<Vec<u8>>) -> Vec<Vec<Vec<u8>>> {
    let doubtful = |word: &Vec<u8>| word.utf8_chunks().any(|chunk| !is_utf8(chunk.valid().as_bytes()));
    let (doubtful, usual): (Vec<_>, Vec<_>) = words.into_iter().partition(doubtful);
    usual.chunks(8).map(<[_]>::to_vec).chain(doubtful.into_iter().map(|word| vec![word])).collect()
}

fn lossless(words: &[Vec<u8>]) -> String {
    words.iter().map(|word| format!("[{}]", word.escape_ascii())).collect::<Vec<_>>().join(" ")
}

/// For messages: long ones are cut.
fn brief(text: &str) -> String {
    text.chars().take(300).collect()
}

// ---- the real systemd ----------------------------------------------------------------------------

/// Boots systemd with these units (`probe.target` is started) and hands back the folder that they see
/// as `/run/out`; nothing where it cannot be booted.
fn boot(units: &BTreeMap<String, String>, helpers: &[(&str, &str)]) -> Option<Sandbox> {
    let sandbox = Sandbox::new();
    sandbox.directory("out");
    for (name, text) in units {
        sandbox.file(&format!("tree/etc/systemd/system/{name}"), text);
    }
    for (name, text) in helpers {
        sandbox.file(&format!("out/{name}"), text);
    }
    let arguments = ["--unit=probe.target", "--log-target=kmsg", "--log-level=info"];
    match crate::boot::boot(&sandbox.path("tree"), &sandbox.path("out"), &arguments) {
        Booted::Done => Some(sandbox),
        Booted::Cannot(why) => {
            skip(&format!("systemd cannot be booted here: {why}"));
            None
        }
        Booted::Failed(said) => panic!("systemd was booted, but did not come to an end: {said}"),
    }
}

/// The version of the systemd that is installed.
fn installed() -> Version {
    let output = Command::new("systemctl").arg("--version").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let number = text.split_whitespace().nth(1).unwrap();
    Version(number.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap())
}

/// Writes down its arguments and its environment as the kernel has them.
const DUMP: &str = "cat /proc/$$/cmdline >/run/out/argv.$1\ncat /proc/$$/environ >/run/out/environ.$1\n";

/// A unit for every few words and values, so that one that systemd refuses does not hide the others.
fn probes(lines: &[(Vec<String>, Vec<String>)]) -> BTreeMap<String, String> {
    const HEAD: &str = "[Unit]\nDefaultDependencies=no\n";
    const SERVICE: &str = "[Service]\nType=oneshot\nStandardOutput=null\nStandardError=null\n";
    let mut units = BTreeMap::new();
    let mut all = String::new();
    for (index, (words, assignments)) in lines.iter().enumerate() {
        let environment: String = assignments.iter().map(|word| format!("Environment={word}\n")).collect();
        let text = format!("{HEAD}{SERVICE}{environment}ExecStart=/bin/sh /run/out/dump {index} {}\n", words.join(" "));
        let name = format!("probe-{index}.service");
        all.push(' ');
        all.push_str(&name);
        units.insert(name, text);
    }
    let end = format!("{HEAD}After={all}\n{SERVICE}ExecStart=/bin/sh -c 'echo >/run/out/done'\n");
    units.insert("end.service".to_owned(), end);
    let target = format!("{HEAD}Wants=end.service{all}\nAfter=end.service\n");
    units.insert("probe.target".to_owned(), target);
    units
}

/// What the process of a probe got: its arguments behind the probe's number, and its environment.
fn received(sandbox: &Sandbox, index: usize) -> Option<(Words, Words)> {
    let read = |kind: &str| {
        let text = fs::read(sandbox.path(&format!("out/{kind}.{index}"))).ok()?;
        let text = text.strip_suffix(b"\0").unwrap_or(&text);
        Some(text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>())
    };
    Some((read("argv")?.split_off(3), read("environ")?))
}

fn log(sandbox: &Sandbox, index: usize) -> String {
    let log = fs::read(sandbox.path("out/kmsg")).unwrap().to_str_lossy().into_owned();
    let name = format!("probe-{index}.service");
    log.lines().filter(|line| line.contains(&name)).map(|line| format!("    {}\n", brief(line))).collect()
}

#[test]
fn the_real_systemd_hands_on_every_word_and_every_variable_as_meant() {
    let words = many_words();
    assert!(words.len() > 1900);
    let version = installed();
    let holds = |value: &[u8]| environment_holds(b"V", value, version);
    let groups = groups(words);
    let name = |index: usize| format!("V{index}").into_bytes();
    let lines: Vec<_> = groups
        .iter()
        .map(|words| {
            let held = words.iter().enumerate().filter(|(_, value)| holds(value));
            (
                words.iter().map(|word| exec_word(word, version)).collect(),
                held.map(|(index, value)| assignment(&name(index), value)).collect(),
            )
        })
        .collect();
    let Some(sandbox) = boot(&probes(&lines), &[("dump", DUMP)]) else { return };

    let mut wrong = Vec::new();
    for (index, words) in groups.iter().enumerate() {
        let Some((argv, environment)) = received(&sandbox, index) else {
            wrong.push(format!("not run: {}\n{}", brief(&lossless(words)), log(&sandbox, index)));
            continue;
        };
        if argv != *words {
            let (meant, got) = (lossless(words), lossless(&argv));
            wrong.push(format!("meant {}\n  got {}\n{}", brief(&meant), brief(&got), log(&sandbox, index)));
        }
        for (number, value) in words.iter().enumerate().filter(|(_, value)| holds(value)) {
            let entry = [&name(number), b"=".as_slice(), value].concat();
            if !environment.contains(&entry) {
                let entry = entry.escape_ascii().to_string();
                wrong.push(format!("no variable {}\n{}", brief(&entry), log(&sandbox, index)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} units:\n{}", wrong.len(), groups.len(), wrong[..wrong.len().min(15)].join(""));
}

#[test]
fn the_real_systemd_reads_the_forms_for_older_targets_alike() {
    let mut words: Vec<Vec<u8>> = WORDS.iter().map(|word| word.as_bytes().to_vec()).collect();
    words.extend((1..=u8::MAX).map(|byte| vec![b'a', byte, b'b']));
    let version = installed();
    let groups = groups(words);
    let cases: Vec<(Version, &Vec<Vec<u8>>)> = TARGETS
        .iter()
        .filter(|(target, _)| *target <= version)
        .flat_map(|(target, _)| groups.iter().map(|words| (*target, words)))
        .collect();
    let lines: Vec<_> = cases
        .iter()
        .map(|(target, words)| (words.iter().map(|word| exec_word(word, *target)).collect(), Vec::new()))
        .collect();
    let Some(sandbox) = boot(&probes(&lines), &[("dump", DUMP)]) else { return };
    let mut wrong = Vec::new();
    for (index, (target, words)) in cases.iter().enumerate() {
        let argv = received(&sandbox, index).map(|(argv, _)| argv);
        if argv.as_ref() != Some(*words) {
            let got = argv.map_or_else(|| "nothing".to_owned(), |argv| lossless(&argv));
            wrong.push(format!("for {target}: meant {}\n  got {got}\n{}", lossless(words), log(&sandbox, index)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} units:\n{}", wrong.len(), cases.len(), wrong[..wrong.len().min(15)].join(""));
}

#[test]
fn the_real_systemd_runs_units_of_whole_jobs_with_the_words_of_the_job() {
    // Without a shell character, with one, and scripts that `sh -e` has to get unharmed.
    let jobs = [
        (
            "plain",
            "exec /bin/sh /run/out/dump 0 --rate=100% a%b %i caf\u{e9} a:b,c+d@e",
            &["--rate=100%", "a%b", "%i", "café", "a:b,c+d@e"][..],
        ),
        (
            "shell",
            "exec /bin/sh /run/out/dump 1 \"a  b\" '$HOME' \"$A\" 100% \\\\ ;",
            &["a  b", "$HOME", "two  words", "100%", "\\"],
        ),
        (
            "script",
            "script\nB='it is'\n/bin/sh /run/out/dump 2 \"$B $$A%\" \"${A}\" 'x\"y' $(echo z) \"%i\"\nend script",
            &[],
        ),
        (
            "file",
            "script\n  case $A in\n    two*) set -- \"$A\" 50% 'a\\b' ;;\n  esac\n  /bin/sh /run/out/dump 3 \"$@\"\n  true\n  true\nend script",
            &["two  words", "50%", "a\\b"],
        ),
    ];
    let sandbox = Sandbox::new();
    for (name, text, _) in &jobs {
        sandbox.file(&format!("init/{name}.conf"), format!("task\nenv A=\"two  words\"\n{text}\n"));
    }
    sandbox.output(&[
        "convert",
        "init",
        "--out",
        "tree",
        "--scripts-dir",
        "/run/out",
        "--target-systemd",
        &installed().to_string(),
    ]);
    let mut units = probes(&[]);
    let mut all = String::new();
    for (name, _, _) in &jobs {
        let text = sandbox.read(&format!("tree/etc/systemd/system/{name}.service"));
        let quiet = "DefaultDependencies=no\n[Service]\nStandardOutput=null\nStandardError=null\n";
        units.insert(format!("{name}.service"), format!("[Unit]\n{quiet}{text}"));
        all.push_str(&format!("{name}.service "));
    }
    let end = units["end.service"].replace("After=", &format!("Wants={all}\nAfter={all}"));
    units.insert("end.service".to_owned(), end);
    let script = sandbox.read("tree/run/out/file-main");
    let Some(ran) = boot(&units, &[("dump", DUMP), ("file-main", &script)]) else { return };
    let argv = |index: usize| received(&ran, index).map(|(argv, _)| lossless(&argv));
    for (index, (name, _, words)) in jobs.iter().enumerate().filter(|(_, job)| !job.2.is_empty()) {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        assert_eq!(argv(index), Some(lossless(&words)), "{name}\n{}", ran.read("out/kmsg"));
    }
    // `$$` is the shell's own number.
    let script = argv(2).unwrap_or_else(|| panic!("{}", ran.read("out/kmsg")));
    assert!(script.starts_with("[it is ") && script.ends_with(r#"A%] [two  words] [x\"y] [z] [%i]"#), "{script}");
}

// ---- readers of our own --------------------------------------------------------------------------

const BLANKS: &[u8] = b" \t\n\r";

/// One escape behind a backslash: its bytes, and how long it is; nothing where there is no such escape.
fn unescaped(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let number = |digits: &[u8], radix: u32| {
        let digits = digits.to_str().ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        u32::from_str_radix(digits, radix).ok().filter(|number| *number != 0)
    };
    let one = |byte: u8| Some((vec![byte], 1));
    match *text.first()? {
        b'a' => one(7),
        b'b' => one(8),
        b'f' => one(12),
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b't' => one(b'\t'),
        b'v' => one(11),
        b's' => one(b' '),
        byte @ (b'\\' | b'"' | b'\'') => one(byte),
        b'x' => Some((vec![u8::try_from(number(text.get(1..3)?, 16)?).ok()?], 3)),
        b'u' => Some((char::from_u32(number(text.get(1..5)?, 16)?)?.to_string().into_bytes(), 5)),
        b'U' => Some((char::from_u32(number(text.get(1..9)?, 16)?)?.to_string().into_bytes(), 9)),
        b'0'..=b'7' => Some((vec![u8::try_from(number(text.get(..3)?, 8)?).ok()?], 3)),
        _ => None,
    }
}

/// Text that systemd takes for UTF-8: without surrogates, and without what Unicode keeps for itself.
fn is_utf8(text: &[u8]) -> bool {
    let kept = |c: char| matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    text.to_str().is_ok_and(|text| !text.chars().any(kept))
}

/// `%%`; any other specifier would put something else into the word.
fn specifiers(text: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        if byte == b'%' && bytes.next() != Some(&b'%') {
            return Err(format!("a specifier in {}", text.escape_ascii()));
        }
        out.push(byte);
    }
    Ok(out)
}

/// `$$`; any other variable would put something else into the word.
fn variables(word: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < word.len() {
        match (word[at], word.get(at + 1)) {
            (b'$', Some(b'$')) => at += 1,
            (b'$', Some(b'{')) => return Err(format!("a variable in {}", word.escape_ascii())),
            (b'$', _) if at == 0 => return Err(format!("a variable is all of {}", word.escape_ascii())),
            _ => {}
        }
        out.push(word[at]);
        at += 1;
    }
    Ok(out)
}

/// The lines of the file: a line that is no UTF-8, or that runs on, is not the value that was written.
fn line(value: &str) -> Result<&[u8], String> {
    let slashes = value.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if value.contains(['\n', '\r', '\0']) || slashes % 2 == 1 || !is_utf8(value.as_bytes()) {
        return Err(format!("no line of its own: {value:?}"));
    }
    Ok(value.as_bytes().trim_with(|c| c.is_ascii() && BLANKS.contains(&(c as u8))))
}

/// Words since version 221: quotes may stand anywhere, escapes count in all of them.
fn words_of_today(text: &[u8], commands: bool) -> Result<Vec<Vec<u8>>, String> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        while text.get(at).is_some_and(|byte| BLANKS.contains(byte)) {
            at += 1;
        }
        let rest = &text[at..];
        let ends = |len: usize| rest.get(len).is_none_or(|byte| BLANKS.contains(byte));
        if rest.is_empty() {
            return Ok(words);
        }
        if commands && rest.starts_with(b";") && ends(1) {
            return Err("a second command begins".to_owned());
        }
        if commands && rest.starts_with(b"\\;") && ends(2) {
            words.push(b";".to_vec());
            at += 2;
            continue;
        }
        let mut word = Vec::new();
        let mut quote = None;
        while let Some(&byte) = text.get(at) {
            at += 1;
            match (quote, byte) {
                (_, b'\\') => {
                    let (bytes, len) = unescaped(&text[at..]).ok_or("no such escape")?;
                    word.extend(bytes);
                    at += len;
                }
                (Some(open), _) if byte == open => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, _) if BLANKS.contains(&byte) => break,
                _ => word.push(byte),
            }
        }
        if quote.is_some() {
            return Err("a quote is not closed".to_owned());
        }
        words.push(word);
    }
}

/// Words before version 221: a quote counts only where a word begins, and has to end it.
fn words_of_219(text: &[u8], commands: bool) -> Result<Vec<Vec<u8>>, String> {
    let length = |text: &[u8], ends: &[u8]| {
        let mut len = 0;
        while len < text.len() && !ends.contains(&text[len]) {
            len += if text[len] == b'\\' { 2 } else { 1 };
        }
        if len > text.len() { Err("an escape is not finished") } else { Ok(len) }
    };
    let mut words = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_with(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        let raw;
        match rest.first() {
            None => return Ok(words),
            Some(quote @ (b'"' | b'\'')) => {
                let len = length(&rest[1..], &[*quote])?;
                raw = &rest[1..=len];
                let behind = rest.get(len + 2..).ok_or("a quote is not closed")?;
                if behind.first().is_some_and(|byte| !BLANKS.contains(byte)) {
                    return Err("something stands behind a quote".to_owned());
                }
                rest = behind;
            }
            Some(_) => {
                let len = length(rest, BLANKS)?;
                (raw, rest) = rest.split_at(len);
            }
        }
        if commands && raw == b";" {
            return Err("a second command begins".to_owned());
        }
        let raw = if commands && raw == b"\\;" { b";" } else { raw };
        let mut word = Vec::new();
        let mut at = 0;
        while at < raw.len() {
            match (raw[at], unescaped(&raw[at + 1..])) {
                (b'\\', Some((bytes, len))) if !matches!(raw[at + 1], b'u' | b'U') => {
                    word.extend(bytes);
                    at += len;
                }
                (byte, _) => word.push(byte),
            }
            at += 1;
        }
        if !is_utf8(&word) {
            return Err("the result is no UTF-8".to_owned());
        }
        words.push(word);
    }
}

/// The arguments that a version of systemd reads from the value of an `ExecStart=` behind the program.
fn argv(value: &str, version: Version) -> Result<Vec<Vec<u8>>, String> {
    let text = line(value)?;
    let words = match version.0 {
        ..221 => words_of_219(text, true)?,
        // The whole line has its specifiers expanded first, and each word again.
        229 => words_of_today(&specifiers(text)?, true)?,
        _ => words_of_today(text, true)?,
    };
    let words = words.into_iter().map(|word| {
        let word = specifiers(&word)?;
        if version < Version(227) && word.starts_with(b"$") {
            return Err("a word that begins with a dollar sign disappears".to_owned());
        }
        variables(&word)
    });
    words.collect()
}

/// The variables that a version of systemd reads from the value of an `Environment=`.
fn environment(value: &str, version: Version) -> Result<Vec<Vec<u8>>, String> {
    let text = line(value)?;
    let entries = match version.0 {
        // Here the rule for quotes is the old one up to 232, and specifiers come first.
        ..233 => words_of_219(&specifiers(text)?, false)?,
        _ => words_of_today(text, false)?.iter().map(|word| specifiers(word)).collect::<Result<_, _>>()?,
    };
    for entry in &entries {
        let allowed = |byte: &u8| !byte.is_ascii_control() || *byte == b'\t' || (*byte == b'\n' && version.0 >= 239);
        if !is_utf8(entry) || !entry.iter().all(allowed) {
            return Err(format!("no variable can have this value: {}", entry.escape_ascii()));
        }
    }
    Ok(entries)
}

/// Whether that version can hold a word in a command line at all; the shell helps where it cannot.
fn can_hold(word: &[u8], version: Version) -> bool {
    (version >= Version(221) || is_utf8(word)) && (version >= Version(227) || !word.starts_with(b"$"))
}

fn every_version() -> impl Strategy<Value = Version> {
    let known: Vec<Version> = TARGETS.iter().map(|(version, _)| *version).collect();
    prop_oneof![3 => proptest::sample::select(known), 1 => (219..=260u32).prop_map(Version)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 4_000 } else { 40_000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_version_reads_back_the_words_that_were_meant(
        words in proptest::collection::vec(any_word(), 1..5),
        version in every_version(),
    ) {
        let words: Vec<Vec<u8>> = words.into_iter().filter(|word| can_hold(word, version)).collect();
        let written: Vec<String> = words.iter().map(|word| exec_word(word, version)).collect();
        let written = written.join(" ");
        let read = argv(&written, version).map_err(|error| TestCaseError::fail(format!("{version}: {error}: {written}")))?;
        prop_assert_eq!(lossless(&read), lossless(&words), "{}: {}", version, written);
    }

    #[test]
    fn every_version_reads_back_the_variables_that_it_can_hold(word in any_word(), version in every_version()) {
        if environment_holds(b"NAME", &word, version) {
            let written = assignment(b"NAME", &word);
            let read = environment(&written, version)
                .map_err(|error| TestCaseError::fail(format!("{version}: {error}: {written}")))?;
            prop_assert_eq!(lossless(&read), lossless(&[[b"NAME=", word.as_slice()].concat()]), "{}: {}", version, written);
        }
    }

    #[test]
    fn nothing_but_printable_characters_is_written(word in any_word(), version in every_version()) {
        for written in [exec_word(&word, version), assignment(b"NAME", &word)] {
            prop_assert!(!written.contains(|c: char| c.is_ascii_control()), "{:?}", written);
        }
    }
}

#[test]
fn the_readers_notice_what_is_not_quoted() {
    for (value, version) in [
        ("a b", 252),
        ("%i", 252),
        ("$HOME", 252),
        ("a${HOME}", 252),
        ("a;b ; c", 252),
        ("a\\qb", 252),
        ("\"a", 252),
        ("a\\", 252),
        ("\u{fffe}", 252),
        ("a\"b c\"", 219),
        ("\"a\"b", 219),
        ("\";\"", 219),
        ("$$a", 219),
        ("\\xe9", 219),
        ("%%", 229),
    ] {
        let read = argv(value, Version(version));
        assert!(
            read.as_ref().is_err() || read != Ok(vec![value.as_bytes().to_vec()]),
            "{value:?} for {version}: {read:?}"
        );
    }
    assert_eq!(argv(r#"'a b' "c\"d" e\x41 \;"#, Version(252)).unwrap(), [&b"a b"[..], b"c\"d", b"eA", b";"]);
    assert_eq!(argv(r#"'a b' "c\"d" e\x41 \;"#, Version(219)).unwrap(), [&b"a b"[..], b"c\"d", b"eA", b";"]);
    assert_eq!(argv(r"\x25\x25i", Version(229)).unwrap(), [b"%i"]);
}

#[test]
fn a_name_that_is_no_variable_s_is_not_held() {
    for name in ["", "1A", "A B", "A-B", "A.B", "caf\u{e9}", "A="] {
        assert!(!environment_holds(name.as_bytes(), b"", Version::default()), "{name}");
    }
    assert!(environment_holds(b"_A1", b"", Version::default()));
}

#[test]
fn the_boot_script_leaves_nothing_behind() {
    let Some(sandbox) = boot(&probes(&[]), &[]) else { return };
    assert!(sandbox.path("out/done").exists());
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(sandbox.path("").to_str().unwrap()));
    let groups = mounts.lines().filter(|line| line.contains(" - cgroup2 ")).filter_map(|line| line.split(' ').nth(4));
    for group in groups {
        let left: Vec<_> = fs::read_dir(Path::new(group))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with("cutover-test.") && !Path::new("/proc").join(&name[13..]).exists())
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
