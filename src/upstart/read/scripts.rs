//! A first look into scripts: which commands and variables occur, without understanding more.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice as _};

/// What occurs in a script.
#[derive(Clone, Debug, Default)]
pub struct Scan {
    /// Simple commands with their words, quotes taken away where that is plain.
    pub commands: Vec<Vec<BString>>,
    /// Variables that are read.
    pub variables: BTreeSet<BString>,
    /// Variables that are set, and functions that are defined.
    pub assigned: BTreeSet<BString>,
    /// Whether there is a pipeline.
    pub pipes: bool,
    /// Whether a list like `a && b` or `a; b` stands outside of quotes.
    pub lists: bool,
    /// Whether something is put into the background.
    pub backgrounds: bool,
}

/// Words behind which another command begins.
const INTRODUCERS: &[&[u8]] =
    &[b"then", b"do", b"else", b"elif", b"if", b"while", b"until", b"!", b"{", b"time"];

impl Scan {
    /// Looks through a script.
    pub fn of(script: &[u8]) -> Scan {
        let mut scan = Scan::default();
        let mut words: Vec<BString> = Vec::new();
        let mut word: Option<BString> = None;
        let mut here: Vec<BString> = Vec::new();
        let mut at = 0;
        while at < script.len() {
            let byte = script[at];
            at += 1;
            match byte {
                b'\\' => {
                    if let Some(&next) = script.get(at) {
                        at += 1;
                        if next != b'\n' {
                            word.get_or_insert_default().push(next);
                        }
                    }
                }
                b'\'' => {
                    let len = script[at..].find_byte(b'\'').unwrap_or(script.len() - at);
                    word.get_or_insert_default().extend_from_slice(&script[at..at + len]);
                    at += len + 1;
                }
                b'"' => {
                    let from = at;
                    let word = word.get_or_insert_default();
                    while at < script.len() && script[at] != b'"' {
                        if script[at] == b'\\' {
                            at += 1;
                        }
                        word.extend(script.get(at));
                        at += 1;
                    }
                    scan.variables_in(&script[from..at.min(script.len())]);
                    at += 1;
                }
                b'#' if word.is_none() => {
                    at += script[at..].find_byte(b'\n').unwrap_or(script.len() - at);
                }
                b'<' if script[at..].starts_with(b"<") && !script[at..].starts_with(b"<<") => {
                    scan.flush(&mut word, &mut words);
                    at += 1;
                    let (end, next) = here_end(script, at);
                    here.push(end);
                    at = next;
                }
                b' ' | b'\t' | b'\r' => scan.flush(&mut word, &mut words),
                b'\n' => {
                    scan.end(&mut word, &mut words);
                    for end in here.drain(..) {
                        let from = at;
                        at = after_here(script, at, &end);
                        scan.variables_in(&script[from.min(at)..at.min(script.len())]);
                    }
                }
                b'&' if script.get(at.wrapping_sub(2)) == Some(&b'>') || script.get(at) == Some(&b'>') => {}
                b';' | b'&' | b'|' | b'(' | b')' | b'`' => {
                    let doubled = script.get(at) == Some(&byte);
                    at += usize::from(doubled && byte != b'(' && byte != b')');
                    scan.pipes |= byte == b'|' && !doubled;
                    scan.lists |= byte == b';' || (doubled && byte != b'(' && byte != b')');
                    scan.backgrounds |= byte == b'&' && !doubled;
                    if byte == b'(' && script.get(at) == Some(&b')') {
                        scan.assigned.extend(word.take());
                        words.clear();
                        at += 1;
                    }
                    scan.end(&mut word, &mut words);
                }
                b'$' if script.get(at) != Some(&b'(') => {
                    let end = script[at..].find_byteset(b" \t\n;|&\"'`").map_or(script.len(), |len| at + len);
                    scan.variables_in(&script[at - 1..end]);
                    word.get_or_insert_default().push(byte);
                }
                b'$' => {
                    scan.flush(&mut word, &mut words);
                    // A command within a command: what stands around it is not looked at, but for this.
                    if let [keyword, name, ..] = words.as_slice()
                        && keyword == "for"
                    {
                        scan.assigned.insert(name.clone());
                    }
                    words.clear();
                    at += 1;
                }
                other => word.get_or_insert_default().push(other),
            }
        }
        scan.end(&mut word, &mut words);
        scan
    }

    fn flush(&mut self, word: &mut Option<BString>, words: &mut Vec<BString>) {
        let Some(word) = word.take() else { return };
        if words.is_empty() {
            if INTRODUCERS.contains(&word.as_slice()) {
                return;
            }
            if let Some(name) = assignment(&word) {
                self.assigned.insert(name.into());
                return;
            }
        }
        words.push(word);
    }

    fn end(&mut self, word: &mut Option<BString>, words: &mut Vec<BString>) {
        self.flush(word, words);
        if words.is_empty() {
            return;
        }
        let words = std::mem::take(words);
        match words[0].as_slice() {
            b"for" | b"read" => self.assigned.extend(words.get(1..).unwrap_or_default().iter().cloned()),
            b"export" | b"local" | b"readonly" => {
                let names = words[1..].iter().filter_map(|word| assignment(word));
                self.assigned.extend(names.map(BString::from));
            }
            _ => {}
        }
        self.commands.push(words);
    }

    fn variables_in(&mut self, script: &[u8]) {
        let mut rest = script;
        while let Some(at) = rest.find_byte(b'$') {
            rest = &rest[at + 1..];
            let name = rest.strip_prefix(b"{").unwrap_or(rest);
            let name = name.strip_prefix(b"#").unwrap_or(name);
            let len = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            if len > 0 && !name[0].is_ascii_digit() {
                self.variables.insert(name[..len].into());
            }
        }
    }

    /// The commands of that program, by its bare name or with a path in front, without `exec` and `-`.
    pub fn calls<'s>(&'s self, program: &'s str) -> impl Iterator<Item = &'s [BString]> {
        self.commands.iter().filter_map(move |words| {
            let words = if words[0] == "exec" { &words[1..] } else { &words[..] };
            let first = words.first()?;
            let name = first.rfind_byte(b'/').map_or(first.as_slice(), |slash| &first[slash + 1..]);
            (name == program.as_bytes() && !self.assigned.contains(name.as_bstr())).then_some(words)
        })
    }

    /// Whether a variable is read that the script itself never sets.
    pub fn needs(&self, variable: &str) -> bool {
        let name = BStr::new(variable);
        self.variables.contains(name) && !self.assigned.contains(name)
    }
}

/// The name in `NAME=value`.
fn assignment(word: &[u8]) -> Option<&[u8]> {
    let (name, _) = word.split_once_str("=")?;
    let valid = !name.is_empty()
        && !name[0].is_ascii_digit()
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    valid.then_some(name)
}

/// The word that ends a here-document, and where it ends.
fn here_end(script: &[u8], mut at: usize) -> (BString, usize) {
    while script.get(at).is_some_and(|byte| matches!(byte, b'-' | b' ' | b'\t')) {
        at += 1;
    }
    let len = script[at..].iter().take_while(|byte| !b" \t\n;|&<>()".contains(byte)).count();
    let end = script[at..at + len].replace(b"'", b"").replace(b"\"", b"").replace(b"\\", b"");
    (end.into(), at + len)
}

fn after_here(script: &[u8], mut at: usize, end: &BString) -> usize {
    for line in script[at.min(script.len())..].lines_with_terminator() {
        at += line.len();
        if line.trim_ascii() == end.as_slice() {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_where_commands_stand() {
        let scan = Scan::of(
            b"[ -x /bin/a ] || { stop; exit 0; }\n# start x\necho 'start y' && /sbin/initctl emit z\n",
        );
        assert_eq!(scan.calls("stop").count(), 1);
        assert_eq!(scan.calls("start").count(), 0);
        assert_eq!(scan.calls("initctl").next().unwrap()[1..], ["emit", "z"]);
    }

    #[test]
    fn a_here_document_is_no_command() {
        let scan = Scan::of(b"cat <<EOF > x\nstop\nEOF\nstart b\n");
        assert_eq!(scan.calls("stop").count(), 0);
        assert_eq!(scan.calls("start").count(), 1);
    }

    #[test]
    fn a_function_of_that_name_is_the_script_s_own() {
        assert_eq!(Scan::of(b"stop() { kill $1; }\nstop 5\n").calls("stop").count(), 0);
    }

    #[test]
    fn variables_are_needed_unless_the_script_sets_them() {
        let scan = Scan::of(b"A=1\nfor B in x; do echo $A ${B} ${C:-1} $1; done\n");
        assert!(scan.needs("C") && !scan.needs("A") && !scan.needs("B"));
        assert!(!Scan::of(b"for i in $(seq 3); do echo $i; done").needs("i"));
        assert!(!Scan::of(b"awk '{ print $NF }' x").needs("NF"));
    }
}
