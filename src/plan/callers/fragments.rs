//! The parts of a file that are run, and by whom.

use bstr::ByteSlice as _;

use super::places::Kind;
use crate::text::Span;

/// A part of a file that is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Where it stands.
    pub span: Span,
    /// Who runs it.
    pub manner: Manner,
}

/// How something is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
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

/// What is run of a file, in order, and its comments. A file that is no script of a shell and of no kind with
/// commands in it has none.
pub fn of(kind: Kind, text: &[u8]) -> Vec<Fragment> {
    if kind.is_shell(text) {
        return vec![Fragment { span: Span::new(0, text.len()), manner: Manner::Shell }];
    }
    let mut out = Vec::new();
    match kind {
        Kind::Crontab { user } => each_line(text, |line| out.extend(crontab(text, line, user))),
        Kind::Anacrontab => each_line(text, |line| out.extend(behind_words(text, line, 3))),
        Kind::Logrotate => logrotate(text, &mut out),
        Kind::Sudoers => each_logical_line(text, |line| sudoers(text, line, &mut out)),
        Kind::Monit => each_line(text, |line| quoted(text, line, Manner::Direct, &mut out)),
        Kind::Apt => each_line(text, |line| quoted(text, line, Manner::Shell, &mut out)),
        Kind::Udev => each_logical_line(text, |line| udev(text, line, &mut out)),
        Kind::Interfaces => each_line(text, |line| out.extend(hook(text, line))),
        Kind::Acpi => each_line(text, |line| out.extend(action(text, line))),
        Kind::Script | Kind::InitScript | Kind::Maintainer | Kind::Other => {}
    }
    out
}

/// The comments of a text that is no script: lines of them.
pub fn comments(text: &[u8]) -> Vec<Span> {
    const STARTS: &[&[u8]] = &[b"#", b";", b"//", b"/*", b"* ", b"<!--", b"\"\"\""];
    let mut out = Vec::new();
    all_lines(text, |line| {
        let start = line.of(text).trim_ascii_start();
        if STARTS.iter().any(|mark| start.starts_with(mark)) {
            out.push(line);
        }
    });
    out
}

fn all_lines(text: &[u8], mut each: impl FnMut(Span)) {
    let mut at = 0;
    for line in text.lines_with_terminator() {
        each(Span::new(at, at + line.trim_end_with(|c| c == '\n' || c == '\r').len()));
        at += line.len();
    }
}

/// Every line that is neither empty nor a comment, without the blanks around it.
fn each_line(text: &[u8], mut each: impl FnMut(Span)) {
    all_lines(text, |line| {
        let span = trimmed(text, line);
        if !span.is_empty() && text[span.start] != b'#' {
            each(span);
        }
    });
}

/// The same, with lines joined that end in a backslash.
fn each_logical_line(text: &[u8], mut each: impl FnMut(Span)) {
    let mut open: Option<Span> = None;
    all_lines(text, |line| {
        let joined = open.map_or(line, |before| before.to(line));
        if line.of(text).ends_with(b"\\") {
            open = Some(joined);
            return;
        }
        open = None;
        let span = trimmed(text, joined);
        if !span.is_empty() && text[span.start] != b'#' {
            each(span);
        }
    });
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
    (!rest.is_empty())
        .then(|| Fragment { span: Span::new(line.end - rest.len(), line.end), manner: Manner::Shell })
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
    all_lines(text, |line| {
        let word = line.of(text).trim_ascii();
        match open {
            None if SCRIPTS.contains(&word) => open = Some((line.end + 1).min(text.len())),
            Some(start) if word == b"endscript" => {
                out.push(Fragment { span: Span::new(start, line.start), manner: Manner::Shell });
                open = None;
            }
            _ => {}
        }
    });
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

/// Commands between quotes: whatever begins with a path, or for a shell with anything.
fn quoted(text: &[u8], line: Span, manner: Manner, out: &mut Vec<Fragment>) {
    let mut at = line.start;
    while let Some(found) = text[at..line.end].find_byteset(b"\"'") {
        let start = at + found + 1;
        let quote = text[start - 1];
        let Some(len) = text[start..line.end].find_byte(quote) else { return };
        let span = Span::new(start, start + len);
        let inner = span.of(text);
        if !inner.contains(&b'\\') && (manner == Manner::Shell || inner.starts_with(b"/")) {
            out.push(Fragment { span, manner });
        }
        at = span.end + 1;
    }
}

/// `RUN+="…"`, `PROGRAM=="…"`, `IMPORT{program}="…"`
fn udev(text: &[u8], line: Span, out: &mut Vec<Fragment>) {
    let mut at = line.start;
    while let Some(found) = text[at..line.end].find_byte(b'"') {
        let start = at + found + 1;
        let Some(len) = text[start..line.end].find_byte(b'"') else { return };
        let key = text[at..start - 1].trim_end_with(|c| "+=: \t".contains(c));
        let runs = ["RUN", "RUN{program}", "PROGRAM", "IMPORT{program}"];
        if runs.iter().any(|name| key.ends_with(name.as_bytes())) {
            out.push(Fragment { span: Span::new(start, start + len), manner: Manner::Udev });
        }
        at = start + len + 1;
    }
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

    fn found(kind: Kind, text: &str) -> Vec<&str> {
        of(kind, text.as_bytes())
            .iter()
            .map(|fragment| &text[fragment.span.start..fragment.span.end])
            .collect()
    }

    #[test]
    fn a_crontab_has_a_command_behind_the_time_and_the_user() {
        let system = Kind::Crontab { user: true };
        let text = "# restart\nPATH=/bin\n5 * * * * root restart web\n@daily root stop a%b\n  */5 1 * * 1-5 o x \\% y\n";
        assert_eq!(found(system, text), ["restart web", "stop a", "x \\% y"]);
        assert_eq!(found(Kind::Crontab { user: false }, "5 * * * * restart web\n"), ["restart web"]);
        assert_eq!(found(Kind::Anacrontab, "START=1\n1 5 cron.daily run-parts x\n"), ["run-parts x"]);
    }

    #[test]
    fn logrotate_has_scripts() {
        let text = "/a/*.log {\n  weekly\n  postrotate\n    reload web\n  endscript\n}\n";
        assert_eq!(found(Kind::Logrotate, text), ["    reload web\n"]);
    }

    #[test]
    fn sudoers_lets_run_what_has_a_path() {
        let text = "# /sbin/stop x\nDefaults secure_path=/sbin\nCmnd_Alias WEB = /sbin/start web, \\\n  !/sbin/stop web\n\
                    anna ALL = (root) NOPASSWD: /sbin/restart web NAME\\=1, WEB : b = /bin/x\n";
        assert_eq!(
            found(Kind::Sudoers, text),
            ["/sbin/start web", "/sbin/stop web", "/sbin/restart web NAME\\=1", "/bin/x"]
        );
    }

    #[test]
    fn commands_stand_between_quotes() {
        let monit = "check process web with pidfile \"/run/a.pid\"\n  start program = \"/sbin/start web\"\n  # \"/x\"\n";
        assert_eq!(found(Kind::Monit, monit), ["/run/a.pid", "/sbin/start web"]);
        assert_eq!(
            found(Kind::Apt, "DPkg::Post-Invoke {\"service web restart\";};\n"),
            ["service web restart"]
        );
        let udev = "SUBSYSTEM==\"net\", \\\n  RUN+=\"/sbin/start web A=%k\", ENV{A}=\"b\"\n";
        assert_eq!(found(Kind::Udev, udev), ["/sbin/start web A=%k"]);
    }

    #[test]
    fn interfaces_and_acpi_name_their_commands() {
        assert_eq!(found(Kind::Interfaces, "iface eth0 inet dhcp\n  post-up start web\n"), ["start web"]);
        assert_eq!(found(Kind::Acpi, "event=button\naction=/sbin/stop web\n"), ["/sbin/stop web"]);
    }
}
