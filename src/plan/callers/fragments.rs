//! The parts of a file that are run, and by whom.

use bstr::ByteSlice as _;

use super::places::CallerKind;
use crate::text::Span;

/// A part of a file that is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fragment {
    pub span: Span,
    pub manner: Manner,
}

/// How something is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// By a shell.
    Shell,
    /// By another program of a script, which stands before it.
    Behind,
    /// Without a shell: a program by its path, and its arguments.
    Direct,
    /// By a person, whom sudo lets run it.
    Sudo,
    /// By udev, which waits for it and kills it if it takes long.
    Udev,
}

/// What is run of a file, in order. A file that is no script of a shell and of no kind with commands in it has none.
pub fn of(kind: CallerKind, text: &[u8]) -> Vec<Fragment> {
    if kind.is_shell(text) {
        return vec![Fragment { span: Span::new(0, text.len()), manner: Manner::Shell }];
    }
    let mut out = Vec::new();
    if kind == CallerKind::Logrotate {
        logrotate(text, &mut out);
    }
    for line in statements(text, matches!(kind, CallerKind::Sudoers | CallerKind::Udev)) {
        match kind {
            CallerKind::Crontab { user } => out.extend(crontab(text, line, user)),
            CallerKind::Anacrontab => out.extend(behind_words(text, line, 3)),
            CallerKind::Sudoers => sudoers(text, line, &mut out),
            CallerKind::Monit => out.extend(quoted(text, line, Manner::Direct)),
            CallerKind::Apt => out.extend(quoted(text, line, Manner::Shell)),
            CallerKind::Udev => out.extend(udev(text, line)),
            CallerKind::Interfaces => out.extend(hook(text, line)),
            CallerKind::Acpi => out.extend(action(text, line)),
            CallerKind::Logrotate
            | CallerKind::Script
            | CallerKind::InitScript
            | CallerKind::Maintainer
            | CallerKind::Other => {}
        }
    }
    out
}

/// The comments of a text that is no script: lines of them.
pub fn comments(text: &[u8]) -> Vec<Span> {
    const STARTS: &[&[u8]] = &[b"#", b";", b"//", b"/*", b"* ", b"<!--", b"\"\"\""];
    let is_comment = |line: &Span| {
        let start = line.of(text).trim_ascii_start();
        STARTS.iter().any(|mark| start.starts_with(mark))
    };
    lines(text).filter(is_comment).collect()
}

/// All lines, without their ends.
pub fn lines(text: &[u8]) -> impl Iterator<Item = Span> {
    let mut at = 0;
    text.lines_with_terminator().map(move |line| {
        let start = at;
        at += line.len();
        Span::new(start, start + line.trim_end_with(|c| c == '\n' || c == '\r').len())
    })
}

/// Every line that is neither empty nor a comment, without the blanks around it. Those that end in a backslash go on in
/// the next one, if they are `joined`.
fn statements(text: &[u8], joined: bool) -> Vec<Span> {
    let mut out = Vec::new();
    let mut open: Option<Span> = None;
    for line in lines(text) {
        let whole = open.take().map_or(line, |before| before.to(line));
        if joined && line.of(text).ends_with(b"\\") {
            open = Some(whole);
            continue;
        }
        let span = trimmed(text, whole);
        if !span.is_empty() && text[span.start] != b'#' {
            out.push(span);
        }
    }
    out
}

fn trimmed(text: &[u8], span: Span) -> Span {
    let line = span.of(text);
    let start = span.start + (line.len() - line.trim_ascii_start().len());
    Span::new(start, start + line.trim_ascii().len())
}

/// What stands behind that many words of a line.
fn behind_words(text: &[u8], line: Span, words: usize) -> Option<Fragment> {
    let mut rest = line.of(text);
    for _ in 0..words {
        rest = rest.trim_ascii_start();
        rest = &rest[rest.find_byteset(b" \t")?..];
    }
    let rest = rest.trim_ascii_start();
    (!rest.is_empty()).then(|| Fragment { span: Span::new(line.end - rest.len(), line.end), manner: Manner::Shell })
}

/// Five fields of time or one that begins with `@`, and perhaps a user. What follows an unescaped `%` is read by
/// the command.
fn crontab(text: &[u8], line: Span, user: bool) -> Option<Fragment> {
    let start = line.of(text);
    if !(start[0].is_ascii_digit() || b"*@-".contains(&start[0])) {
        return None;
    }
    let times = if start[0] == b'@' { 1 } else { 5 };
    let mut fragment = behind_words(text, line, times + usize::from(user))?;
    let command = fragment.span.of(text);
    let mut ends = command.find_iter("%").filter(|at| *at == 0 || command[at - 1] != b'\\');
    if let Some(end) = ends.next() {
        fragment.span.end = fragment.span.start + end;
    }
    Some(fragment)
}

/// From a line that says `postrotate` or the like to `endscript`.
fn logrotate(text: &[u8], out: &mut Vec<Fragment>) {
    const SCRIPTS: &[&[u8]] = &[b"postrotate", b"prerotate", b"firstaction", b"lastaction", b"preremove"];
    let mut open: Option<usize> = None;
    for line in lines(text) {
        let word = line.of(text).trim_ascii();
        match open {
            None if SCRIPTS.contains(&word) => open = Some((line.end + 1).min(text.len())),
            Some(start) if word == b"endscript" => {
                out.push(Fragment { span: Span::new(start, line.start), manner: Manner::Shell });
                open = None;
            }
            _ => {}
        }
    }
}

/// The commands of a rule or an alias: what stands between commas and has an absolute path.
fn sudoers(text: &[u8], line: Span, out: &mut Vec<Fragment>) {
    let whole = line.of(text);
    if whole.starts_with(b"Defaults") {
        return;
    }
    let Some(first) = whole.find_byte(b'=') else { return };
    let mut at = line.start + first + 1;
    while at < line.end {
        let rest = &text[at..line.end];
        let separators = |byte: u8| byte == b',' || byte == b'=' || byte == b':';
        let end = (0..rest.len())
            .find(|&index| separators(rest[index]) && (index == 0 || rest[index - 1] != b'\\'))
            .unwrap_or(rest.len());
        let mut item = trimmed(text, Span::new(at, at + end));
        // `!`, `(root)` and line joints stand before the path; `NOPASSWD:` ends with a separator.
        let part = item.of(text);
        let mut start = 0;
        if let Some(behind) = part.starts_with(b"(").then(|| part.find_byte(b')')).flatten() {
            start = behind + 1;
        }
        while part.get(start).is_some_and(|byte| b"! \t\\\n".contains(byte)) {
            start += 1;
        }
        item.start += start;
        if item.of(text).starts_with(b"/") {
            out.push(Fragment { span: item, manner: Manner::Sudo });
        }
        at += end + 1;
    }
}

/// What stands between quotes, each with what stands ahead of it behind the one before.
fn strings<'t>(text: &'t [u8], line: Span, quotes: &[u8]) -> Vec<(&'t [u8], Span)> {
    let mut found = Vec::new();
    let mut at = line.start;
    while let Some(first) = text[at..line.end].find_byteset(quotes) {
        let start = at + first + 1;
        let Some(len) = text[start..line.end].find_byte(text[start - 1]) else { break };
        found.push((&text[at..start - 1], Span::new(start, start + len)));
        at = start + len + 1;
    }
    found
}

/// Commands between quotes: whatever begins with a path, or for a shell with anything.
fn quoted(text: &[u8], line: Span, manner: Manner) -> impl Iterator<Item = Fragment> {
    let strings = strings(text, line, b"\"'").into_iter().map(|(_, span)| span);
    let is_run = move |span: &Span| {
        let inner = span.of(text);
        !inner.contains(&b'\\') && (manner == Manner::Shell || inner.starts_with(b"/"))
    };
    strings.filter(is_run).map(move |span| Fragment { span, manner })
}

/// `RUN+="…"`, `PROGRAM=="…"`, `IMPORT{program}="…"`
fn udev(text: &[u8], line: Span) -> impl Iterator<Item = Fragment> {
    const RUNS: &[&str] = &["RUN", "RUN{program}", "PROGRAM", "IMPORT{program}"];
    let runs = |ahead: &[u8]| {
        let key = ahead.trim_end_with(|c| "+=: \t".contains(c));
        RUNS.iter().any(|name| key.ends_with(name.as_bytes()))
    };
    let strings = strings(text, line, b"\"").into_iter().filter(move |(ahead, _)| runs(ahead));
    strings.map(|(_, span)| Fragment { span, manner: Manner::Udev })
}

/// `up`, `pre-up`, `post-up`, `down`, `pre-down`, `post-down`
fn hook(text: &[u8], line: Span) -> Option<Fragment> {
    let word = line.of(text).fields_with(char::is_whitespace).next()?;
    let word = word.strip_prefix(b"pre-").or(word.strip_prefix(b"post-")).unwrap_or(word);
    matches!(word, b"up" | b"down").then(|| behind_words(text, line, 1)).flatten()
}

/// `action=…`
fn action(text: &[u8], line: Span) -> Option<Fragment> {
    let (key, value) = line.of(text).split_once_str("=")?;
    let span = trimmed(text, Span::new(line.end - value.len(), line.end));
    (key.trim_ascii() == b"action").then_some(Fragment { span, manner: Manner::Shell })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_run_is_found_in_each_kind_of_file() {
        let system = CallerKind::Crontab { user: true };
        for (kind, text, expected) in [
            (
                system,
                "# restart\nPATH=/bin\n5 * * * * root restart web\n@daily root stop a%b\n  */5 1 * * 1-5 o x \\% y\n",
                &["restart web", "stop a", "x \\% y"][..],
            ),
            (CallerKind::Crontab { user: false }, "5 * * * * restart web\n", &["restart web"]),
            (CallerKind::Anacrontab, "START=1\n1 5 cron.daily run-parts x\n", &["run-parts x"]),
            (
                CallerKind::Logrotate,
                "/a/*.log {\n  weekly\n  postrotate\n    reload web\n  endscript\n}\n",
                &["    reload web\n"],
            ),
            (
                CallerKind::Sudoers,
                "# /sbin/stop x\nDefaults secure_path=/sbin\nCmnd_Alias WEB = /sbin/start web, \\\n  !/sbin/stop web\n\
                 anna ALL = (root) NOPASSWD: /sbin/restart web NAME\\=1, WEB : b = /bin/x\n",
                &["/sbin/start web", "/sbin/stop web", "/sbin/restart web NAME\\=1", "/bin/x"],
            ),
            (
                CallerKind::Monit,
                "check process web with pidfile \"/run/a.pid\"\n  start program = \"/sbin/start web\"\n  # \"/x\"\n",
                &["/run/a.pid", "/sbin/start web"],
            ),
            (CallerKind::Apt, "DPkg::Post-Invoke {\"service web restart\";};\n", &["service web restart"]),
            (
                CallerKind::Udev,
                "SUBSYSTEM==\"net\", \\\n  RUN+=\"/sbin/start web A=%k\", ENV{A}=\"b\"\n",
                &["/sbin/start web A=%k"],
            ),
            (CallerKind::Interfaces, "iface eth0 inet dhcp\n  post-up start web\n", &["start web"]),
            (CallerKind::Acpi, "event=button\naction=/sbin/stop web\n", &["/sbin/stop web"]),
        ] {
            let found: Vec<&str> = of(kind, text.as_bytes())
                .iter()
                .map(|fragment| &text[fragment.span.start..fragment.span.end])
                .collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
