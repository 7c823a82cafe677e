//! The reader of units: nothing of a file is lost, and everything is read as the real systemd reads it.

use std::collections::BTreeSet;
use std::process::Command;

use cutover::service::SettingKind;
use cutover::systemd::document::{Document, NodeKind};
use cutover::systemd::load::{Directories, LinkKind, Loaded, State, UnitFiles, UnitName};
use cutover::systemd::quote::{assignment, environment_holds, exec_word};
use cutover::systemd::table::directive::DIRECTIVES;
use cutover::systemd::table::{self, Section};
use cutover::systemd::value::{self, Parts, Piece};
use cutover::systemd::version::{TARGETS, Version};
use cutover::text::Source;
use proptest::prelude::*;

use crate::common::{Sandbox, skip};

// ---- the table of directives ----------------------------------------------------------------------

/// The sections and directives that the installed systemd says it knows.
fn dumped() -> Option<Vec<(String, String)>> {
    let output = Command::new("/lib/systemd/systemd").arg("--dump-configuration-items").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut section = String::new();
    let mut items = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
        } else if let Some((key, _)) = line.split_once('=') {
            items.push((section.clone(), key.to_owned()));
        }
    }
    Some(items)
}

#[test]
fn no_directive_that_the_installed_systemd_knows_is_unknown() {
    let Some(items) = dumped() else { return skip("no systemd to ask for its directives") };
    assert!(items.len() > 1000, "{items:?}");
    let unknown: Vec<_> = items
        .iter()
        .filter(|(section, key)| {
            Section::named(section.as_bytes()).and_then(|section| table::find(section, key)).is_none()
        })
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn a_directive_is_in_the_table_once_and_says_something() {
    let mut seen = BTreeSet::new();
    for row in table::all() {
        for section in row.place.sections() {
            assert!(seen.insert((*section, row.name)), "{} twice in {}", row.name, section.name());
        }
        let (place, today) = row.today();
        assert!(table::find(place.sections()[0], today).is_some(), "{} stands for nothing", row.name);
        if let Some((kind, text)) = row.purpose {
            assert!(!text.is_empty() || kind == SettingKind::Watch, "{}", row.name);
        }
        assert!(row.until.is_none_or(|until| until >= row.since), "{}", row.name);
    }
    assert!(seen.len() > 1300, "{}", seen.len());
}

#[test]
fn what_is_written_is_what_is_read() {
    for directive in DIRECTIVES {
        let (section, name) = (directive.section(), directive.name());
        assert!(table::find(section, name).is_some(), "{name} is written, but not known");
        // Some have moved to another section, and some are written only where they do all that is meant.
        let since = table::all().filter(|row| row.name == name).map(|row| row.since).min();
        for (target, _) in TARGETS {
            assert!(since <= Some(*target) || !directive.known_to(*target), "{name} since {since:?}, not {target}");
        }
    }
}

// ---- the document --------------------------------------------------------------------------------

fn tiles(text: &[u8]) {
    let document = Document::read(text);
    let mut at = 0;
    for node in &document.nodes {
        assert!(node.span.start == at && node.span.end > at, "{node:?}");
        at = node.span.end;
        let line = match &node.kind {
            NodeKind::Blank => continue,
            NodeKind::Comment(span) => {
                assert!(span.start >= node.span.start && b"#;".contains(&text[span.start]));
                continue;
            }
            NodeKind::Header(header) => &header.line,
            NodeKind::Assignment(assignment) => &assignment.line,
            NodeKind::Error(line, _) => line,
        };
        for span in line.pieces.iter().chain(&line.comments) {
            assert!(node.span.start <= span.start && span.end <= node.span.end, "{node:?}");
        }
    }
    assert_eq!(at, text.len());
}

fn hostile() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"\n",
        b"\n",
        b"\r",
        b"\0",
        b"\\",
        b"\\\n",
        b" ",
        b"\t",
        b"#",
        b";",
        b"=",
        b"[",
        b"]",
        b"[Service]\n",
        b"[Unit]\n",
        b"[Install]\n",
        b"[X-A]\n",
        b"[Bad\n",
        b"ExecStart=",
        b"ExecStart=\n",
        b"Environment=",
        b"Restart=always\n",
        b"Type=forking\n",
        b"After=a.service\n",
        b"/bin/a",
        b"\"",
        b"'",
        b"%i",
        b"%",
        b"$A",
        b"-",
        b"@",
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"TimeoutSec=1min 30s\n",
        b"LimitCPU=",
        b"1:2",
        b"infinity",
        b"SuccessExitStatus=",
        b"TEMPFAIL",
        b"SIGTERM",
        b"UMask=",
        b"0",
        b"9",
        b"x41",
        b"u0041",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..60).prop_map(|pieces| pieces.concat())
}

fn unit(name: &str, text: &[u8]) -> UnitFiles {
    UnitFiles::single(name.parse().unwrap(), Source { name: name.to_owned(), text: text.to_vec() })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_is_in_one_node_and_every_assignment_is_a_setting(text in hostile()) {
        tiles(&text);
        let loaded = Loaded::read(&unit("a.service", &text));
        if !text.is_empty() {
            prop_assert_eq!(loaded.settings.len(), Document::read(&text).assignments().count());
        }
        for (index, setting) in loaded.settings.iter().enumerate() {
            if let State::Overridden { by } | State::Reset { by } = setting.state {
                prop_assert!(by > index && by < loaded.settings.len());
            }
        }
    }

    #[test]
    fn any_bytes_are_a_document(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        tiles(&text);
        let _ = Loaded::read(&unit("a@b.service", &text));
    }
}

#[test]
fn time_grows_with_length_alone() {
    let time = |text: &[u8]| {
        let start = std::time::Instant::now();
        let _ = Loaded::read(&unit("a.service", text));
        start.elapsed()
    };
    for piece in ["A=b\\\n", "[", "#\n", "\\\n", "[Unit]\n", "\n", "\\", "[Service]\nRestart=no\nEnvironment=A=b\n"] {
        let text = piece.repeat(400_000 / piece.len());
        let (short, long) = (time(&text.as_bytes()[..text.len() / 8]), time(text.as_bytes()));
        assert!(long < short * 24 + std::time::Duration::from_millis(100), "{piece:?}: {short:?} {long:?}");
    }
}

// ---- values --------------------------------------------------------------------------------------

fn any_word() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b" ",
        b"\t",
        b"\n",
        b"\"",
        b"'",
        b"\\",
        b"$",
        b"%",
        b";",
        b"#",
        b"{",
        b"}",
        b"=",
        b"-",
        b"@",
        b":",
        b"+",
        b"!",
        b"a",
        b"x41",
        b"HOME",
        b"i",
        b"n",
        b"\x7f",
        b"\xc3\xa9",
        b"\xe2\x82\xac",
        b"\xef\xbf\xbe",
        b"\xff",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn commands_are_read_as_they_are_written(words in proptest::collection::vec(any_word(), 0..6)) {
        let written: Vec<String> = words.iter().map(|word| exec_word(word, Version::default())).collect();
        let commands = value::command::commands(format!("/bin/a {}", written.join(" ")).as_bytes());
        let [command] = &commands.unwrap()[..] else { panic!("not one command: {written:?}") };
        prop_assert_eq!(command.arguments.len(), words.len());
        for (argument, word) in command.arguments.iter().zip(&words) {
            match &command.pieces(argument)[..] {
                [] => prop_assert!(word.is_empty()),
                [Piece::Text(text)] => prop_assert_eq!(text.as_slice(), word.as_slice()),
                pieces => prop_assert!(false, "{:?} reads {:?}", word, pieces),
            }
        }
    }

    #[test]
    fn variables_are_read_as_they_are_written(word in any_word()) {
        if environment_holds(b"A", &word, Version::default()) {
            let list = value::environment::assignments(assignment(b"A", &word).as_bytes());
            prop_assert!(list.refused.is_empty());
            prop_assert_eq!(list.items[0].value.as_plain(), Some(word.clone().into()));
        }
    }

    #[test]
    fn no_value_is_too_much_for_any_directive(value in hostile()) {
        let name = "a-b@c.service".parse().unwrap();
        for row in table::all() {
            let _ = value::parse(row, &value, &name);
        }
        let _ = value::list::units(&value);
        let _ = value::path::directories(&value);
        let _ = value::path::marked(&value);
        let _ = value::environment::assignments(&value);
        let _ = value::environment::unset(&value);
        if let Ok(parts) = Parts::read(&value) {
            let _ = parts.resolve(&name, &|_| None);
        }
    }
}

// ---- loading -------------------------------------------------------------------------------------

fn load(sandbox: &Sandbox, name: &str) -> Loaded {
    let directories = directories(sandbox);
    Loaded::read(&directories.find(&name.parse().unwrap()).unwrap())
}

fn directories(sandbox: &Sandbox) -> Directories {
    Directories::scan(&[sandbox.path("etc"), sandbox.path("run"), sandbox.path("lib")], None).unwrap()
}

fn values(loaded: &Loaded, section: Section, name: &str) -> Vec<String> {
    loaded.all(section, name).map(|setting| setting.value.to_string()).collect()
}

#[test]
fn drop_ins_are_laid_over_in_the_order_of_their_names() {
    let drop_in = |name: &str| format!("[Service]\nEnvironment={name}\n");
    let sandbox = Sandbox::with(&[
        ("lib/a-b@.service", "[Service]\nEnvironment=fragment\n"),
        ("lib/service.d/10-type.conf", &drop_in("type")),
        ("lib/a-.service.d/20-family.conf", &drop_in("family-of-the-template")),
        ("lib/a-@x.service.d/25-family.conf", &drop_in("family-of-the-instance")),
        ("etc/a-b@.service.d/30-template.conf", &drop_in("template")),
        ("lib/a-b@x.service.d/40-instance.conf", &drop_in("instance")),
        ("lib/a-b@y.service.d/41-other.conf", &drop_in("other instance")),
        ("etc/a-b@x.service.d/50-same.conf", &drop_in("etc")),
        ("lib/a-b@x.service.d/50-same.conf", &drop_in("lib")),
        ("lib/a-b@x.service.d/no-drop-in", &drop_in("other suffix")),
        ("lib/a-b@x.service.d/60-masked.conf", &drop_in("masked")),
    ]);
    sandbox.link("etc/a-b@x.service.d/60-masked.conf", "/dev/null");
    assert_eq!(
        values(&load(&sandbox, "a-b@x.service"), Section::Service, "Environment"),
        ["fragment", "type", "family-of-the-template", "family-of-the-instance", "template", "instance", "etc"]
    );
}

#[test]
fn aliases_masks_and_links_that_enable_are_seen() {
    let sandbox = Sandbox::with(&[
        ("lib/a.service", "[Service]\nExecStart=/bin/a\n"),
        ("lib/t@.service", "[Service]\nExecStart=/bin/t %i\n"),
        ("lib/m.service", "[Service]\nExecStart=/bin/m\n"),
        ("lib/b.service.d/x.conf", "[Unit]\nDescription=by its alias\n"),
        ("etc/empty.service", ""),
    ]);
    sandbox.link("etc/b.service", "/lib/systemd/system/a.service");
    sandbox.link("etc/c.service", "b.service");
    sandbox.link("etc/m.service", "/dev/null");
    sandbox.link("etc/lost.service", "/opt/lost.service");
    sandbox.link("etc/u@.service", "../lib/t@.service");
    sandbox.link("etc/multi-user.target.wants/b.service", "/lib/systemd/system/b.service");
    sandbox.link("etc/x.service.requires/t@1.service", "/lib/systemd/system/t@.service");
    let directories = directories(&sandbox);
    let find = |name: &str| directories.find(&name.parse().unwrap());

    for name in ["a.service", "b.service", "c.service"] {
        let files = find(name).unwrap();
        assert_eq!(files.name.as_str(), "a.service");
        assert_eq!(files.aliases, ["b.service", "c.service"]);
        assert_eq!(files.drop_ins.len(), 1);
        let enabled: Vec<_> = files.enabled.iter().map(|link| (link.by.as_str(), link.kind)).collect();
        assert_eq!(enabled, [("multi-user.target", LinkKind::Wanted)]);
    }
    assert!(find("m.service").unwrap().masked && find("empty.service").unwrap().masked);
    assert!(find("lost.service").is_err() && find("no.service").is_err());
    let instance = find("u@2.service").unwrap();
    assert_eq!((instance.name.as_str(), &instance.aliases[..]), ("t@2.service", &["u@2.service".to_owned()][..]));
    let template = find("t@.service").unwrap();
    assert_eq!(template.instances, ["1"]);
    assert_eq!(template.enabled[0].kind, LinkKind::Required);
}

#[test]
fn every_assignment_has_a_fate() {
    let text = b"[Unit]\nAfter=a.service\nAfter=\nStartLimitInterval=1\nColour=red\nX-Colour=red\n\
        [Service]\nStartLimitInterval=2\nTimeoutStartSec=1\nTimeoutSec=3\nTimeoutStopSec=4\nRestart=always\n\
        Restart=sometimes\nEnvironment=A=1\nEnvironment=\nEnvironment=B=2\n[Socket]\nAccept=yes\n[X-Shop]\nA=b\n";
    let loaded = Loaded::read(&unit("a.service", text));
    let fates: Vec<String> = loaded
        .settings
        .iter()
        .map(|setting| format!("{}={} {:?}", setting.key, setting.value, setting.state))
        .collect();
    assert_eq!(
        fates,
        [
            "After=a.service Effective",
            "After= Ignored(Empty)",
            "StartLimitInterval=1 Overridden { by: 5 }",
            "Colour=red Unknown",
            "X-Colour=red Unknown",
            "StartLimitInterval=2 Effective",
            "TimeoutStartSec=1 Overridden { by: 7 }",
            "TimeoutSec=3 Effective",
            "TimeoutStopSec=4 Effective",
            "Restart=always Effective",
            "Restart=sometimes Ignored(Invalid(Choice))",
            "Environment=A=1 Reset { by: 12 }",
            "Environment= Resets",
            "Environment=B=2 Effective",
            "Accept=yes Ignored(OtherType)",
            "A=b Unknown",
        ]
    );
    let last = |name: &str| loaded.last(Section::Service, name).map(|setting| setting.value.to_string());
    assert_eq!(last("TimeoutStartSec").as_deref(), Some("3"));
    assert_eq!(last("TimeoutStopSec").as_deref(), Some("4"));
    let limit = loaded.last(Section::Unit, "StartLimitIntervalSec").unwrap();
    assert_eq!(limit.value.to_string(), "2");
    let problems: Vec<String> = loaded.problems.iter().map(|problem| problem.kind.to_string()).collect();
    assert_eq!(
        problems,
        ["unknown key `Colour` in section `Unit`", "`Restart=`: not one of its values", "unknown section `Socket`"]
    );
}

#[test]
fn a_comment_belongs_to_the_setting_below_it() {
    let text = b"# top\n\n[Service]\n# one\n# two\nExecStart=/bin/a \\\n# three\n  b\n# last\n";
    let loaded = Loaded::read(&unit("a.service", text));
    let comments: Vec<_> = loaded.comments.iter().map(|comment| (comment.text.to_string(), comment.setting)).collect();
    let expected = [("# top", None), ("# one", Some(0)), ("# two", Some(0)), ("# three", Some(0)), ("# last", None)];
    assert_eq!(comments, expected.map(|(text, setting)| (text.to_owned(), setting)));
}

#[test]
fn what_ends_a_drop_in_for_systemd_ends_it_here() {
    let sandbox = Sandbox::with(&[
        ("lib/a.service", "[Service\nRestart=always\n"),
        ("lib/a.service.d/1.conf", "[Service]\nType=idle\n[Bad\nType=exec\n"),
        ("lib/a.service.d/2.conf", "[Service]\nNice=1\n"),
    ]);
    let loaded = load(&sandbox, "a.service");
    let value = |name: &str| loaded.last(Section::Service, name).map(|setting| setting.value.to_string());
    assert_eq!(value("Type").as_deref(), Some("idle"));
    assert_eq!(value("Nice").as_deref(), Some("1"));
    // systemd does not load such a unit; it is read as its author meant it.
    assert_eq!(value("Restart").as_deref(), Some("always"));
    assert!(loaded.problems.iter().all(|problem| problem.kind.ends_file()));
    let _: UnitName = loaded.name;
}
