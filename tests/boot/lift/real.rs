//! The main scripts of real jobs: those that are lifted run as before, and no fewer are than before.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bstr::ByteSlice as _;
use cutover::lift::{Level, Lifting};
use cutover::root::Root;
use cutover::script;
use cutover::script::tree::{CommandKind, ShellCommand, Word};
use cutover::script::walk::simple_commands;
use cutover::service::Run;

use super::pairs::{Pair, judge, read, recorded};
use crate::common::{self, files_below, shared};

#[test]
fn real_jobs_run_the_same_with_and_without_their_shell() {
    let Some(jobs) = shared("real-jobs") else { return };
    let mut pairs = Vec::new();
    for (index, path) in files_below(&jobs).iter().enumerate() {
        if path.extension().is_some_and(|end| end == "conf") {
            let text = fs::read(path).unwrap();
            let pair = if text.contains(&0) { None } else { Pair::of(&format!("real{index}"), &text) };
            pairs.extend(pair.filter(Pair::stands_alone));
        }
    }
    assert!(pairs.len() > 100, "only {} are lifted", pairs.len());
    let Some(said) = recorded(&pairs, &[]) else { return };
    let heard = judge(&pairs, &said);
    assert!(heard * 10 > pairs.len() * 8, "only {heard} of {} came so far", pairs.len());
}

/// Why a script stays, by what stands in it: the first of these that does.
fn reason(text: &[u8], hooks: bool) -> &'static str {
    let Ok(script) = script::parse(text) else { return "the shell cannot read it" };
    let mut sources = false;
    let mut upstart = false;
    let mut builtin = false;
    let mut commands = 0;
    let mut unknown = false;
    simple_commands(&script, |command, _| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        commands += usize::from(!simple.words.is_empty());
        let Some(name) = simple.words.first().and_then(Word::literal) else {
            unknown |= !simple.words.is_empty();
            return;
        };
        match name.as_slice() {
            b"." | b"source" | b"eval" => sources = true,
            b"start" | b"stop" | b"restart" | b"status" | b"initctl" | b"telinit" => upstart = true,
            b"echo" | b"[" | b"test" | b"exit" | b"trap" | b"wait" | b"kill" => builtin = true,
            _ => {}
        }
    });
    let branches = script.commands.iter().any(|statement| {
        let links = std::iter::once(&statement.first).chain(statement.rest.iter().map(|link| &link.pipeline));
        let compound = |command: &ShellCommand| !matches!(command.kind, CommandKind::Simple(_));
        let mut all = links.flat_map(|pipeline| &pipeline.commands);
        !statement.rest.is_empty() || all.any(compound)
    });
    match () {
        () if sources => "it reads in a file",
        () if upstart => "it asks Upstart for something",
        () if branches => "it branches or loops",
        () if text.contains_str("$(") || text.contains(&b'`') => "it puts in what a command says",
        () if commands > 1 => "it runs several programs",
        () if builtin => "its command is the shell's own",
        () if unknown || text.contains(&b'$') => "a variable is not known",
        () if hooks => "hooks would notice",
        () => "something else",
    }
}

/// What becomes of main scripts, and how they are lifted and of what kind they are: how many.
type Table = BTreeMap<(String, String), usize>;

/// How many main scripts of jobs are lifted, and why the others are not.
fn count(table: &mut Table, how: &str, text: &[u8], lifting: &Lifting) {
    let [script, lifted] = [Level::None.into(), lifting.clone()].map(|lifting| read("x", text, lifting, "x").service);
    let (Some(script), Some(after)) = (script.main.first(), lifted.main.first()) else { return };
    let (kind, before) = match &script.value.run {
        Run::Line(text) if text.starts_with(b"exec ") => ("exec", text),
        Run::Line(text) | Run::Script(text) => ("script", text),
        Run::Argv(_) | Run::Expand(_) => return,
    };
    let became = match &after.value.run {
        Run::Argv(_) | Run::Expand(_) => "lifted".to_owned(),
        run if *run != script.value.run => "lifted in part".to_owned(),
        _ => format!("stays, because {}", reason(before, !lifted.hooks.is_empty())),
    };
    *table.entry((became, format!("{how} {kind}"))).or_default() += 1;
}

/// `tests/boot/lift/lifted.txt`: how many main scripts of real jobs are lifted with `--lift safe` and `--lift all`, and of
/// two machines with `--root`, and why the others are not. `UPDATE_EXPECT=1` writes it anew.
#[test]
fn no_fewer_real_scripts_are_lifted_than_before() {
    const OTHERS: &[&str] = &["chromium", "chromeos", "openfyde", "cros"];
    let (Some(jobs), Some(machines)) = (shared("real-jobs"), shared("machines")) else { return };
    let mut table = Table::new();
    let job = |path: &Path| {
        let text = fs::read(path).unwrap();
        (path.extension().is_some_and(|end| end == "conf") && !text.contains(&0)).then_some(text)
    };
    for path in files_below(&jobs) {
        let shown = path.strip_prefix(&jobs).unwrap().to_string_lossy().to_lowercase();
        let Some(text) = job(&path).filter(|_| !OTHERS.iter().any(|other| shown.contains(other))) else {
            continue;
        };
        count(&mut table, "safe", &text, &Level::Safe.into());
        count(&mut table, "all", &text, &Level::All.into());
    }
    for machine in fs::read_dir(&machines).unwrap() {
        let root = machine.unwrap().path();
        let lifting = Lifting { level: Level::Safe, root: Some(Root::open(&root).unwrap()) };
        for text in files_below(&root.join("etc/init")).iter().filter_map(|path| job(path)) {
            count(&mut table, "safe with --root", &text, &lifting);
        }
    }
    let rows: Vec<_> = table.iter().collect();
    let lines = rows.chunk_by(|(one, _), (other, _)| one.0 == other.0).map(|row| {
        let counts: Vec<_> = row.iter().map(|((_, how), count)| format!("{how} {count}")).collect();
        format!("{}: {}\n", row[0].0.0, counts.join(", "))
    });
    let now: String = lines.collect();
    let path = common::repository("tests/boot/lift/lifted.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let before = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(before, now, "read the difference; UPDATE_EXPECT=1 writes it anew if it is for the better");
}
