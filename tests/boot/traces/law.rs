//! What may differ: `declared.txt`, one line for each style and scenario whose trace is not the recorded one.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::compare::Difference;
use super::machine::Failure;
use super::scenario::Scenario;

/// The declarations: a line of `declared.txt` reads `STYLE SCENARIO CODE[,CODE...] -REMOVED +ADDED TEXT`.
pub const DECLARED: &str = include_str!("declared.txt");

/// Says that the trace of a scenario differs, how far, and by which findings that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub style: String,
    pub scenario: String,
    /// Findings that the conversion must have.
    pub codes: BTreeSet<String>,
    /// How many lines the difference removes and adds: `2`, or `0..5` where the machine's speed decides, as with a
    /// loop of restarts. Only where both may be 0 the trace may be the recorded one at times.
    pub removed: RangeInclusive<usize>,
    pub added: RangeInclusive<usize>,
    /// What differs, for people.
    pub says: String,
}

/// `+2` or `+2..5`.
fn size(word: &str, sign: char) -> Option<RangeInclusive<usize>> {
    let word = word.strip_prefix(sign)?;
    let (least, most) = word.split_once("..").unwrap_or((word, word));
    Some(least.parse().ok()?..=most.parse().ok()?)
}

/// The same as text; the declared one where it holds the size.
fn shown(size: usize, declared: Option<&RangeInclusive<usize>>) -> String {
    match declared.filter(|range| range.contains(&size) && range.start() != range.end()) {
        Some(range) => format!("{}..{}", range.start(), range.end()),
        None => size.to_string(),
    }
}

impl Declaration {
    fn read(line: &str) -> Option<Declaration> {
        let mut words = line.splitn(6, ' ');
        let mut word = || words.next().filter(|word| !word.is_empty());
        let (style, scenario) = (word()?.to_owned(), word()?.to_owned());
        let codes = word()?.split(',').map(str::to_owned).collect::<BTreeSet<_>>();
        let (removed, added) = (size(word()?, '-')?, size(word()?, '+')?);
        let says = word()?.trim().to_owned();
        let known = ["idiomatic", "exact"].contains(&style.as_str());
        let all_codes = codes.iter().all(|code| code.starts_with("CUT"));
        (known && all_codes && !says.is_empty()).then_some(Declaration { style, scenario, codes, removed, added, says })
    }

    /// Whether the scenario is one of this repository, with no record of the real Upstart.
    pub fn is_own(&self) -> bool {
        self.scenario.starts_with("own:")
    }

    /// Whether the exact units are known to differ further than the best ones do.
    fn is_unlike_best(&self) -> bool {
        self.says.contains("unlike the best units:")
    }
}

/// The declarations, and how many the first line says there are.
pub fn declarations(text: &str) -> Result<(usize, Vec<Declaration>), String> {
    let mut lines = text.lines();
    let count = lines
        .next()
        .and_then(|line| line.strip_prefix("# ")?.strip_suffix(" lines, and never more")?.parse().ok())
        .ok_or("the first line does not read `# N lines, and never more`")?;
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line| Declaration::read(line).ok_or_else(|| format!("not understood: {line}"));
    Ok((count, lines.map(read).collect::<Result<_, _>>()?))
}

/// What was found when a scenario was played.
#[derive(Clone)]
pub struct Outcome {
    pub style: &'static str,
    pub scenario: String,
    pub codes: BTreeSet<String>,
    /// How the trace differs, or why there is none.
    pub result: Result<Difference, Failure>,
}

impl Outcome {
    /// The line that declares the difference; where there is none yet, with the codes of all findings: which of
    /// them explain it is for a person to say.
    pub fn line(&self, declared: &[Declaration]) -> Option<String> {
        let difference = self.result.as_ref().ok()?;
        let declared = self.declared(declared);
        let sometimes = declared.is_some_and(|line| line.removed.contains(&0) && line.added.contains(&0));
        if difference.is_empty() && !sometimes {
            return None;
        }
        let codes = declared.map_or(&self.codes, |line| &line.codes);
        let codes = codes.iter().cloned().collect::<Vec<_>>().join(",");
        let says = declared.map_or("?", |line| &line.says);
        let removed = shown(difference.removed.len(), declared.map(|line| &line.removed));
        let added = shown(difference.added.len(), declared.map(|line| &line.added));
        Some(format!("{} {} {codes} -{removed} +{added} {says}", self.style, self.scenario))
    }

    fn declared<'a>(&self, declared: &'a [Declaration]) -> Option<&'a Declaration> {
        declared.iter().find(|line| line.style == self.style && line.scenario == self.scenario)
    }

    /// The trace is the recorded one, or a finding tells that it is not; else what is wrong.
    pub fn judge(&self, declared: &[Declaration]) -> Result<(), String> {
        let name = format!("{} {}", self.style, self.scenario);
        let difference = self.result.as_ref().map_err(|failure| format!("{name}: not played: {failure:?}\n"))?;
        let Some(declared) = self.declared(declared) else {
            let Some(line) = self.line(&[]) else { return Ok(()) };
            let text = &difference.text;
            return Err(format!("{name}: differs, and no line says so:\n{text}the line would be\n{line}\n"));
        };
        let (removed, added) = (difference.removed.len(), difference.added.len());
        if !declared.removed.contains(&removed) || !declared.added.contains(&added) {
            if difference.is_empty() {
                return Err(format!("{name}: differs no longer; remove its line\n"));
            }
            let text = &difference.text;
            return Err(format!("{name}: differs by -{removed} +{added}, not as declared:\n{text}"));
        }
        let missing: Vec<_> = declared.codes.difference(&self.codes).map(String::as_str).collect();
        if !missing.is_empty() {
            return Err(format!("{name}: differs as declared, but has no finding {}\n", missing.join(" ")));
        }
        Ok(())
    }

    /// Exact units differ in nothing, or only as the best units that were found by hand do. What ties jobs together
    /// may have been done otherwise there.
    pub fn judge_exact(&self, scenario: &Scenario, declared: &[Declaration]) -> Result<(), String> {
        let ours = scenario.name.starts_with("own:");
        let Ok(difference) = &self.result else { return Ok(()) };
        if self.style != "exact" || ours || difference.is_empty() {
            return Ok(());
        }
        if scenario.best.is_empty() {
            let tied = ["rel-", "shutdown-"].iter().any(|prefix| scenario.name.starts_with(prefix));
            return if tied {
                Ok(())
            } else {
                Err(format!("{}: must not differ at all:\n{}", scenario.name, difference.text))
            };
        }
        let beyond = difference.beyond(&scenario.best);
        if beyond.is_empty() || self.declared(declared).is_some_and(Declaration::is_unlike_best) {
            return Ok(());
        }
        Err(format!("{}: differs further than the best units:\n{}\n", scenario.name, beyond.join("\n")))
    }
}

/// The text of `declared.txt` that these outcomes need.
pub fn needed(outcomes: &[Outcome], declared: &[Declaration]) -> String {
    let mut lines: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.line(declared)).collect();
    lines.sort();
    format!("# {} lines, and never more\n{}\n", lines.len(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(lines: &str) -> Vec<Declaration> {
        declarations(&format!("# 1 lines, and never more\n{lines}")).unwrap().1
    }

    fn judged(lines: &str, codes: &[&str], diff: &str) -> Result<(), String> {
        let outcome = Outcome {
            style: "exact",
            scenario: "a".to_owned(),
            codes: codes.iter().map(|&code| code.to_owned()).collect(),
            result: Ok(Difference::of_unified(diff)),
        };
        outcome.judge(&declared(lines))
    }

    #[test]
    fn a_difference_needs_its_line_and_the_line_its_difference() {
        let line = "exact a CUT1,CUT2 -1 +2 goes otherwise";
        assert_eq!(judged("", &[], ""), Ok(()));
        assert_eq!(judged(line, &["CUT1", "CUT2", "CUT3"], "-x\n+y\n+z\n"), Ok(()));
        let wrong = |lines, codes, diff, why: &str| {
            let said = judged(lines, codes, diff).unwrap_err();
            assert!(said.contains(why), "{said}");
        };
        wrong("", &["CUT1"], "-x\n", "would be\nexact a CUT1 -1 +0 ?\n");
        wrong("idiomatic a CUT1 -1 +0 x", &["CUT1"], "-x\n", "no line says so");
        wrong(line, &["CUT1", "CUT2"], "", "remove its line");
        wrong(line, &["CUT2"], "-x\n+y\n+z\n", "no finding CUT1");
        wrong(line, &["CUT1", "CUT2"], "-x\n+y\n", "-1 +1, not as declared");
        let range = "exact a CUT1 -0..1 +1..2 restarts in a loop";
        assert_eq!(judged(range, &["CUT1"], "-x\n+y\n"), Ok(()));
        assert_eq!(judged(range, &["CUT1"], "+y\n+y\n"), Ok(()));
        wrong(range, &["CUT1"], "+y\n+y\n+y\n", "-0 +3, not as declared");
        wrong(range, &["CUT1"], "", "remove its line");
        assert_eq!(judged("exact a CUT1 -0 +0..2 stops in a race", &["CUT1"], ""), Ok(()));
    }

    #[test]
    fn needed_lines_keep_what_was_said_of_them() {
        let outcome = |scenario: &str, diff: &str| Outcome {
            style: "exact",
            scenario: scenario.to_owned(),
            codes: ["CUT1", "CUT2"].map(str::to_owned).into(),
            result: Ok(Difference::of_unified(diff)),
        };
        let declared = declared("exact a CUT1 -1 +2..4 two words\nexact b CUT2 -1 +1 gone\nexact c CUT2 -1 +1 more\n");
        let outcomes =
            [outcome("d", "-x\n"), outcome("c", "-x\n-y\n+z\n"), outcome("b", ""), outcome("a", "-x\n+y\n+y\n+y\n")];
        assert_eq!(
            needed(&outcomes, &declared),
            "# 3 lines, and never more\nexact a CUT1 -1 +2..4 two words\nexact c CUT2 -2 +1 more\n\
             exact d CUT1,CUT2 -1 +0 ?\n"
        );
    }

    #[test]
    fn lines_have_all_their_words() {
        let lines = declared("\n# a comment\nexact a CUT1 -1 +2 two words\n");
        assert_eq!((lines.len(), lines[0].says.as_str(), &lines[0].added), (1, "two words", &(2..=2)));
        for line in [
            "exact a CUT1 -1 +2",
            "exact a CUT1 -1 +2 ",
            "exact a CUT1 1 2 x",
            "exact a -1 +2 x",
            "best a CUT1 -1 +2 x",
            "exact a x -1 +2 x",
        ] {
            assert!(declarations(&format!("# 1 lines, and never more\n{line}\n")).is_err(), "{line}");
        }
        assert!(declarations("exact a CUT1 -1 +2 x\n").is_err(), "the first line tells how many");
    }
}
