//! The chapter of the book about what is the same and what is not: made from the declarations, so that it
//! cannot say anything else.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cutover::findings::Code;

use super::law::Declaration;

const HEAD: &str = "# What is the same, what is not

The real Upstart 1.13.2 was recorded while it ran jobs: what ran in which order, which signals
came, what `start` returned, and which state followed. Each of these scenarios is played again on a
booted systemd, with the units that cutover makes of the jobs, and the two records are compared. Where they
differ, the conversion says so with a finding; nothing else is allowed to differ.

";

/// The chapter.
pub fn chapter(scenarios: usize, declared: &[Declaration]) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| style | scenarios | equal | differ, and say so |\n| --- | --- | --- | --- |\n");
    for style in ["idiomatic", "exact"] {
        let differ = declared.iter().filter(|line| line.style == style && !line.is_own()).count();
        let _ = writeln!(text, "| `{style}` | {scenarios} | {} | {differ} |", scenarios - differ);
    }
    text.push_str(
        "\nThese are all the differences, by the finding that reports each. The scenarios' names are those of \
         the records.\n",
    );
    let codes: BTreeSet<&String> = declared.iter().flat_map(|line| &line.codes).collect();
    for code in codes {
        let info = Code::find(code).unwrap_or_else(|| panic!("there is no code {code}")).info();
        let summary = info.summary();
        let _ = writeln!(text, "\n## {code} {}\n\n{summary} [More](findings/{code}.md).\n", info.name);
        text.push_str("| style | scenario | what differs |\n| --- | --- | --- |\n");
        for line in declared.iter().filter(|line| line.codes.contains(code)) {
            let at_times = if line.removed.contains(&0) && line.added.contains(&0) { " (at times)" } else { "" };
            let says = line.says.replace('|', "\\|");
            let _ = writeln!(text, "| {} | {} | {says}{at_times} |", line.style, line.scenario);
        }
    }
    text
}
