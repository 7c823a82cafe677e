//! The JSON as it is published: documents hold to the schema in the book, places are right, and the book
//! shows what the program prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use cutover::findings::{CODES, Code, Outcome, Severity};
use cutover::service::{
    BootTarget, DependencyKind, DirectoryKind, Enablement, Failure, Io, Phase, Reach, Resource, RestartOn, Scope,
    SettingKind, Stage, Test, When,
};
use serde_json::{Map, Value, json};

use crate::common::schema::{Answer, Checker, each_part, list, number, schema_of, unseen};
use crate::common::{Sandbox, files_below, repository, shared};

/// Jobs with what the corpus lacks: words of the schema that nothing else there leads to, and columns.
const MORE: &[(&str, &str)] = &[
    ("container.conf", "start on container\nexec /bin/a\n"),
    ("lxc.conf", "start on container CONTAINER=lxc\nexec /bin/a\n"),
    ("power.conf", "start on power-status-changed\nexec /bin/a\n"),
    ("keyboard.conf", "start on keyboard-request\nexec /bin/a\n"),
    ("rescue.conf", "start on runlevel [1]\nexec /bin/a\n"),
    ("network.conf", "stop on deconfiguring-networking\nexec /bin/a\n"),
    ("remote.conf", "stop on unmounted-remote-filesystems\nexec /bin/a\n"),
    ("interface.conf", "start on net-device-added INTERFACE=eth0\nexec /bin/a\n"),
    ("io.conf", "exec ionice -c 1 chrt -f 1 /bin/a\n"),
    ("cpu.conf", "exec ionice -n 7 chrt -r 1 /bin/a\n"),
    ("plain.conf", "exec chrt -o 0 /bin/a\n"),
    ("idle.conf", "exec chrt -i 0 /bin/a\n"),
    ("indented.conf", "# caf\u{e9}\r\n\r\n\t  exec /bin/a \u{e9} # ...\r\n  respawn\r\n"),
];

/// What the schema has and no job leads to: the service can say it, and Upstart cannot.
const NEVER: &[&str] = &[
    "#/$defs/boot_target = \"shutdown\"",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/10",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/11",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/12",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/13",
    "#/$defs/dependency/properties/kind/oneOf/10",
    "#/$defs/dependency/properties/kind/oneOf/6",
    "#/$defs/dependency/properties/kind/oneOf/7",
    "#/$defs/dependency/properties/kind/oneOf/8",
    "#/$defs/dependency/properties/kind/oneOf/9",
    "#/$defs/directoryValue/properties/value/properties/kind/oneOf/4",
    "#/$defs/restartOnValue/properties/value/oneOf/2",
    "#/$defs/restartOnValue/properties/value/oneOf/3",
    "#/$defs/service/properties/limits/propertyNames = \"locks\"",
    "#/$defs/service/properties/limits/propertyNames = \"rttime\"",
    "#/$defs/service/properties/start_timeout = integer",
];

/// Units with what the corpus lacks: words of the schema that nothing else there leads to.
const MORE_UNITS: &[(&str, &str)] = &[
    ("bytes/a.service", "[Unit]\nDescription=\\xe9\n[Service]\nExecStart=/bin/a \\xe9\n"),
    (
        "words/a.service",
        "[Unit]\nAfter=sys-subsystem-net-devices-eth0.device\nConditionVirtualization=lxc\n\
         [Service]\nType=oneshot\nExecStart=/bin/sh -e -c 'a; b'\nExecStart=/bin/sh -e -c 'a\\nb'\n\
         ExecReload=-/bin/a\nExecReload=/bin/b\nStandardOutput=truncate:/a\nStandardError=kmsg\nStandardInput=file:/b\n\
         IOSchedulingClass=realtime\nCPUSchedulingPolicy=fifo\nCPUSchedulingPriority=5\nKillMode=none\n\
         [Install]\nWantedBy=ctrl-alt-del.target sigpwr.target kbrequest.target graphical-session-pre.target\n",
    ),
    (
        "more/a.service",
        "[Service]\nExecStart=/bin/a\nIOSchedulingPriority=3\nCPUSchedulingPolicy=rr\nKillMode=control-group\n\
         ExecStop=/bin/sh -e -c '[ -n \"$$MAINPID\" ] || exit 0; a'\nStandardOutput=tty\nStandardError=kmsg\n\
         [Install]\nWantedBy=rescue.target swap.target remote-fs-pre.target remote-fs.target graphical-session.target\n",
    ),
    (
        "more/b.service",
        "[Service]\nExecStart=/bin/b\nCPUSchedulingPolicy=other\nStandardOutput=null\nStandardError=journal\n",
    ),
    (
        "more/c.service",
        "[Unit]\nAfter=srv.mount\n[Service]\nExecStart=/bin/c\nCPUSchedulingPolicy=idle\nStandardOutput=null\n",
    ),
];

/// What the schema of `reverse` has and no unit leads to, with all that is below it: the service can say it,
/// and systemd cannot.
const NEVER_REVERSED: &[&str] = &[
    "#/$defs/activationValue/properties/value/oneOf/1/properties/file/properties/change/oneOf/0",
    "#/$defs/activationValue/properties/value/oneOf/1/properties/file/properties/change/oneOf/2",
    "#/$defs/activationValue/properties/value/oneOf/2",
    "#/$defs/activationValue/properties/value/oneOf/3",
    "#/$defs/allOfValue",
    "#/$defs/boot_target = \"session\"",
    "#/$defs/cgroupValue/properties/value/properties/key/oneOf/1",
    "#/$defs/cgroupValue/properties/value/properties/name/oneOf/0",
    "#/$defs/cgroupValue/properties/value/properties/value/oneOf/1",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/3",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/4",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/5",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/6",
    "#/$defs/checkValue/properties/value/properties/test/oneOf/7",
    "#/$defs/dependency/properties/kind/oneOf/1",
    "#/$defs/dependency/properties/kind/oneOf/16",
    "#/$defs/dependency/properties/kind/oneOf/17",
    "#/$defs/dependency/properties/kind/oneOf/2",
    "#/$defs/enablementValue",
    "#/$defs/facts/properties/foreground = boolean",
    "#/$defs/facts/properties/pid_file/oneOf/0",
    "#/$defs/facts/properties/program/oneOf/0",
    "#/$defs/hook/properties/steps/items",
    "#/$defs/ioValue/properties/value/oneOf/2",
    "#/$defs/ready/oneOf/1",
    "#/$defs/service/properties/all_of/oneOf/0",
    "#/$defs/service/properties/blocked_by/items",
    "#/$defs/service/properties/emits/items",
    "#/$defs/service/properties/enablement/oneOf/0",
    "#/$defs/service/properties/exported/items",
    "#/$defs/service/properties/log_tag/oneOf/0",
    "#/$defs/service/properties/phase/oneOf/2",
    "#/$defs/service/properties/scope/oneOf/1",
    "#/$defs/service/properties/start_on/oneOf/0",
    "#/$defs/service/properties/start_timeout = integer",
    "#/$defs/service/properties/stop_all_of/oneOf/0",
    "#/$defs/service/properties/stop_on/oneOf/0",
    "#/$defs/service/properties/tests/items",
    "#/$defs/step",
    "#/$defs/stopAllOfValue",
    "#/$defs/variableValue/properties/value/oneOf/3",
];

fn run(args: &[&str]) -> Vec<u8> {
    Command::new(env!("CARGO_BIN_EXE_cutover")).args(args).output().unwrap().stdout
}

fn convert(args: &[&str]) -> Value {
    serde_json::from_slice(&run(&[&["convert", "--format", "json"], args].concat())).unwrap()
}

fn reverse(args: &[&str]) -> Value {
    serde_json::from_slice(&run(&[&["reverse", "--format", "json"], args].concat())).unwrap()
}

fn check(path: &str) -> Vec<Value> {
    let out = String::from_utf8(run(&["check", "--format", "jsonl", path])).unwrap();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The documents of the whole corpus, of each of its files alone, and of what the corpus lacks.
struct Documents {
    all: Vec<(String, Value)>,
    /// The files have to be there as long as the documents name them.
    _more: Sandbox,
}

impl Documents {
    fn new() -> Self {
        let sandbox = Sandbox::with(MORE);
        let more = sandbox.path("").to_str().unwrap().to_owned();
        let mut all: Vec<_> = [
            &["corpus/init"][..],
            &["--target-systemd", "219", "corpus/init"],
            &["--style", "exact", "corpus/exact"],
            &["--lift", "none", "corpus/init"],
            &["--lift", "safe", "corpus/lift"],
            &["--lift", "all", "corpus/lift"],
            &["--root", "corpus/files", "corpus/files/etc/init"],
            &["corpus/set"],
            &["corpus/vendor-jobs"],
            &["corpus/session"],
            &["--no-override", "corpus/init"],
            &["corpus/no-such-file"],
            &[&more],
        ]
        .map(|args| (args.join(" "), convert(args)))
        .into();
        for path in files_below("corpus/init".as_ref()) {
            if path.extension().is_some_and(|end| end == "conf" || end == "override") {
                let path = path.to_str().unwrap();
                all.push((path.to_owned(), convert(&[path])));
            }
        }
        Documents { all, _more: sandbox }
    }

    fn jobs(&self) -> impl Iterator<Item = &Value> {
        self.all.iter().flat_map(|(_, document)| list(&document["jobs"]))
    }
}

// ---- the schema ----------------------------------------------------------------------------------

fn schema() -> Value {
    schema_of("convert")
}

#[test]
fn every_document_holds_to_the_schema() {
    let schema = schema();
    let mut seen = BTreeSet::new();
    for (name, document) in &Documents::new().all {
        for strict in [false, true] {
            let answer = Checker { schema: &schema, strict }.document(document);
            assert!(answer.wrong.is_empty(), "{name}:\n{}", answer.wrong.join("\n"));
            seen.extend(answer.seen);
        }
    }

    // Nothing in the schema is left over from what the program once printed.
    assert_eq!(unseen(&schema, &seen).iter().map(String::as_str).collect::<Vec<_>>(), NEVER);
}

/// The documents of `reverse`: of each unit and each set of the corpus, and of what the corpus lacks.
fn reversed() -> Vec<(String, Value)> {
    let sandbox = Sandbox::with(MORE_UNITS);
    let more = sandbox.path("").to_str().unwrap().to_owned();
    let entries = fs::read_dir(repository("corpus/reverse")).unwrap().map(|entry| entry.unwrap().path());
    let is_golden =
        |path: &std::path::Path| path.extension().is_some_and(|end| end == "jobs" || end == "findings" || end == "d");
    let mut paths: Vec<String> =
        entries.filter(|path| !is_golden(path)).map(|path| path.to_str().unwrap().to_owned()).collect();
    paths.sort();
    paths.extend(["corpus/no-such-file".to_owned(), more]);
    let all: Vec<_> = paths
        .into_iter()
        .flat_map(|path| {
            let older = reverse(&["--target-upstart", "0.6.5", &path]);
            [(format!("{path} for 0.6.5"), older), (path.clone(), reverse(&[&path]))]
        })
        .collect();
    assert!(all.len() >= 60, "only {}", all.len());
    all
}

#[test]
fn every_document_of_reverse_holds_to_its_schema() {
    let schema = schema_of("reverse");
    let mut seen = BTreeSet::new();
    for (name, document) in &reversed() {
        for strict in [false, true] {
            let answer = Checker { schema: &schema, strict }.document(document);
            assert!(answer.wrong.is_empty(), "{name}:\n{}", answer.wrong.join("\n"));
            seen.extend(answer.seen);
        }
    }

    let is_below = |at: &str, never: &str| {
        at.strip_prefix(never).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ' ']))
    };
    let unseen = unseen(&schema, &seen);
    let surplus: Vec<_> = unseen.iter().filter(|at| !NEVER_REVERSED.iter().any(|never| is_below(at, never))).collect();
    assert!(surplus.is_empty(), "no unit leads to {surplus:#?}");
    let wrong: Vec<_> = NEVER_REVERSED.iter().filter(|never| !unseen.contains(**never)).collect();
    assert!(wrong.is_empty(), "units do lead to {wrong:#?}");
}

#[test]
fn real_units_hold_to_the_schema_of_reverse() {
    let schema = schema_of("reverse");
    let Some(path) = shared("pairs") else { return };
    let document = reverse(&[path.to_str().unwrap()]);
    let answer = Checker { schema: &schema, strict: true }.document(&document);
    assert!(answer.wrong.is_empty(), "{}", answer.wrong.join("\n"));
    assert!(list(&document["units"]).len() > 200);
}

#[test]
fn a_document_of_reverse_that_differs_is_found() {
    let schema = schema_of("reverse");
    let right = reverse(&["corpus/reverse/web-gateway.service"]);
    for (at, value) in [
        ("/target_upstart", json!(1.13)),
        ("/units/0/job", json!("web-gateway")),
        ("/units/0/account/0/outcome", json!("lost")),
        ("/units/0/service/restart/delay/value", json!("100ms")),
        ("/units/0/service/reload", json!({ "value": { "signal": "SIGUSR1", "commands": [] } })),
    ] {
        let mut document = right.clone();
        *document.pointer_mut(at).unwrap_or_else(|| panic!("there is no {at}")) = value;
        let answer = Checker { schema: &schema, strict: false }.document(&document);
        assert_eq!(answer.wrong.len(), 1, "{at}: {:?}", answer.wrong);
        assert!(answer.wrong[0].starts_with(at), "{:?}", answer.wrong);
    }
}

#[test]
fn the_page_names_every_field_that_only_reverse_has() {
    let fields = |schema: &Value| {
        let mut fields = BTreeSet::new();
        each_part("#", schema, &mut |_, part| {
            fields.extend(part["properties"].as_object().into_iter().flat_map(Map::keys).cloned());
        });
        fields
    };
    let (convert, reverse) = (fields(&schema()), fields(&schema_of("reverse")));
    let page = fs::read_to_string(repository("book/src/json.md")).unwrap();
    let (_, page) = page.split_once("\n## The document of `reverse`").unwrap();
    let said = quoted(page);
    for field in reverse.difference(&convert) {
        assert!(said.contains(field.as_str()), "the page does not tell of `{field}`");
    }
    assert_eq!(rows(page).into_iter().find(|row| !reverse.contains(*row)), None);
}

#[test]
fn real_jobs_hold_to_the_schema() {
    let schema = schema();
    for folder in ["real-jobs", "machines"] {
        let Some(path) = shared(folder) else { return };
        let document = convert(&[path.to_str().unwrap()]);
        let answer = Checker { schema: &schema, strict: true }.document(&document);
        assert!(answer.wrong.is_empty(), "{folder}:\n{}", answer.wrong.join("\n"));
        assert!(list(&document["jobs"]).len() > 100, "{folder}");
    }
}

/// The words of an enum. A word that is left out here does not compile.
macro_rules! words {
    ($kind:ident: $($word:ident)+) => {{
        let _all = |word: $kind| match word { $($kind::$word)|+ => {} };
        [$(serde_json::to_value($kind::$word).unwrap()),+].to_vec()
    }};
}

#[test]
fn the_schema_has_the_words_of_the_library() {
    let schema = schema();
    let table = [
        ("outcome", words!(Outcome: Exact Dropped Approximated Manual)),
        ("severity", words!(Severity: Note Warning Manual Error)),
        (
            "boot_target",
            words!(BootTarget: LocalFsPre LocalFs Swap Sysinit RemoteFsPre RemoteFs NetworkPre Network
                NetworkOnline MultiUser Graphical Rescue Shutdown CtrlAltDel PowerFailure KeyboardRequest
                Session GraphicalSessionPre GraphicalSession),
        ),
        ("service/properties/scope", words!(Scope: System Session)),
        ("service/properties/phase", words!(Phase: Early Running Shutdown)),
        (
            "service/properties/limits/propertyNames",
            words!(Resource: As Core Cpu Data Fsize Locks Memlock Msgqueue Nice Nofile Nproc Rss Rtprio
                Rttime Sigpending Stack),
        ),
        ("hook/properties/stage", words!(Stage: Condition PreStart PostStart PreStop PostStop)),
        ("hook/properties/failure", words!(Failure: FailsStart Ignored FailsStop)),
        ("hook/properties/when", words!(When: Always Requested)),
        (
            "checkValue/properties/value/properties/test",
            words!(Test: Exists Directory SymbolicLink File Readable Writable Executable NotEmpty
                ExecutableFile NonEmptyFile Matches NonEmptyDirectory MountPoint WritableFileSystem),
        ),
        (
            "directoryValue/properties/value/properties/kind",
            words!(DirectoryKind: Runtime State Cache Logs Configuration),
        ),
        ("ioValue/properties/value", words!(Io: Log Null Console ConsoleOwner)),
        ("restartOnValue/properties/value", words!(RestartOn: Always Failure Success Abnormal)),
        ("enablementValue/properties/value", words!(Enablement: Disabled)),
        (
            "dependency/properties/kind",
            words!(DependencyKind: StartedBy StartedByStopping StartedByEnd StartedBySuccess StartedByFailure Starts Needs Demands Follows StartsAtFailure StartsAtSuccess After Before StopsBefore StopsAfter StoppedBy StoppedByStarting StoppedByStarted),
        ),
    ];
    let reverse = schema_of("reverse");
    let both = table.into_iter().flat_map(|(at, words)| [(&schema, at, words.clone()), (&reverse, at, words)]);
    let one = [
        (
            "settingValue/properties/value/properties/kind",
            words!(SettingKind: Protection Share Clock Condition Watch TimeLimit Behaviour Dependency Remark),
        ),
        ("reachValue/properties/value", words!(Reach: All MainThenAll Main Nobody)),
    ];
    for (schema, at, words) in both.chain(one.into_iter().map(|(at, words)| (&reverse, at, words))) {
        let part = schema.pointer(&format!("/$defs/{at}")).unwrap_or_else(|| panic!("there is no {at}"));
        let said: Vec<&Value> = match part.get("enum") {
            Some(words) => list(words).iter().collect(),
            None => list(&part["oneOf"]).iter().map(|word| &word["const"]).collect(),
        };
        assert_eq!(said.len(), words.len(), "{at}");
        assert!(words.iter().all(|word| said.contains(&word)), "{at}: {said:?} instead of {words:?}");
    }
}

#[test]
fn a_document_that_differs_is_found() {
    let schema = schema();
    let right = convert(&["corpus/init/announce-escaped-quotes.conf"]);
    let [strict, lenient] = [true, false].map(|strict| Checker { schema: &schema, strict });
    let put = |at: &str, value: Value| {
        let mut document = right.clone();
        *document.pointer_mut(at).unwrap_or_else(|| panic!("there is no {at}")) = value;
        document
    };
    let entry = right["jobs"][0]["account"][0].as_object().unwrap();
    let mut less = entry.clone();
    less.remove("column");
    for (at, value) in [
        ("/schema", json!(3)),
        ("/target_systemd", json!(252.5)),
        ("/errors", Value::Null),
        ("/jobs/0/account/0", Value::Object(less)),
        ("/jobs/0/account/0/line", json!(0)),
        ("/jobs/0/account/0/start", json!("0")),
        ("/jobs/0/account/0/outcome", json!("lost")),
        ("/jobs/0/service/ready/value", json!({ "forked": 1, "stopped": 1 })),
        ("/jobs/0/service/main/0/value/run", json!({ "argv": [{ "bytes": [256] }] })),
        (
            "/jobs/0/service/limits",
            json!({ "nofil": { "value": { "soft": 1, "hard": 1 }, "origin": right["jobs"][0]["service"]["ready"]["origin"] } }),
        ),
        ("/jobs/0/service/umask", json!(18)),
        ("/summary/codes/0", json!(["CUT401"])),
        ("/summary/codes/0", json!(["CUT401", 1, 1])),
    ] {
        let answer = lenient.document(&put(at, value.clone()));
        assert_eq!(answer.wrong.len(), 1, "{value} at {at}: {:?}", answer.wrong);
        assert!(answer.wrong[0].starts_with(at), "{value} at {at}: {:?}", answer.wrong);
    }

    let mut more = entry.clone();
    more.insert("new".to_owned(), json!(1));
    let document = put("/jobs/0/account/0", Value::Object(more));
    assert!(lenient.document(&document).wrong.is_empty(), "a later version may have more fields");
    assert_eq!(strict.document(&document).wrong, ["/jobs/0/account/0/new: the schema does not name this field"]);
}

#[test]
fn every_document_of_diff_holds_to_its_schema() {
    let schema = schema_of("diff");
    let checker = Checker { schema: &schema, strict: true };
    describes_every_field(&schema);
    let job = "start on runlevel [2345]\nrespawn\nexec /bin/x \u{ff}\n";
    let unit = "[Service]\nExecStart=/bin/y\n";
    let sandbox = Sandbox::with(&[("x.service", unit), ("y.conf", "exec /bin/y\n")]);
    let latin: Vec<u8> = job.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    sandbox.file("x.conf", latin);
    let pairs = [["x.conf", "x.service"], ["x.service", "x.conf"], ["x.conf", "x.conf"], ["x.conf", "y.conf"]];
    let mut aspects = BTreeSet::new();
    for [left, right] in pairs {
        for how in ["unified", "none"] {
            let output = sandbox.output(&["diff", left, right, "--format", "json", "--text", how]);
            let document: Value = serde_json::from_slice(&output.stdout).unwrap();
            assert_eq!(checker.document(&document).wrong, Vec::<String>::new());
            assert_eq!(document["texts"].is_null(), how == "none");
            let rows = list(&document["differences"]).iter();
            aspects.extend(rows.map(|row| row["aspect"].as_str().unwrap().to_owned()));
        }
    }
    let words: BTreeSet<&str> =
        list(&schema["$defs"]["aspect"]["enum"]).iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(words, cutover::compare::ASPECTS.iter().map(|info| info.id).collect());
    assert!(aspects.len() > 20, "{aspects:?}");
}

#[test]
fn the_schemas_describe_every_field_and_say_whether_there_may_be_more() {
    for schema in [schema(), schema_of("reverse")] {
        describes_every_field(&schema);
    }
}

fn describes_every_field(schema: &Value) {
    each_part("#", schema, &mut |at, part| {
        // Panics at keywords that this test does not know.
        Checker { schema, strict: false }.part(at, part, &Value::Null, "", &mut Answer::default());
        for (name, field) in part["properties"].as_object().into_iter().flatten() {
            let by_reference = field["$ref"].as_str().and_then(|target| schema.pointer(&target[1..]));
            let text = field.get("description").or(by_reference.and_then(|part| part.get("description")));
            assert!(text.is_some_and(Value::is_string), "{at}: {name} has no description");
        }
        assert!(part["type"] != "object" || part.get("additionalProperties").is_some(), "{at}");
        assert!(part["type"] != "array" || part.get("items").is_some(), "{at}");
    });
}

// ---- what a schema cannot say --------------------------------------------------------------------

#[test]
fn every_stanza_ends_in_one_of_four_ways_and_every_code_is_in_the_table() {
    let known = |code: &Value| CODES.iter().find(|info| *code == info.id).unwrap_or_else(|| panic!("{code}"));
    let documents = Documents::new();
    for (name, document) in &documents.all {
        let mut outcomes = BTreeMap::from(["exact", "approximated", "dropped", "manual"].map(|way| (way, 0)));
        let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
        for job in list(&document["jobs"]) {
            for finding in list(&job["findings"]) {
                let info = known(&finding["code"]);
                assert_eq!(finding["name"], info.name, "{name}");
                assert_eq!(finding["severity"], serde_json::to_value(info.severity).unwrap(), "{name}");
                *codes.entry(info.code).or_default() += 1;
            }
            for entry in list(&job["account"]) {
                *outcomes.get_mut(entry["outcome"].as_str().unwrap()).unwrap() += 1;
                for code in list(&entry["codes"]) {
                    let told = list(&job["findings"]).iter().any(|finding| finding["code"] == *code);
                    assert!(told, "{name}: no finding tells of {code}");
                }
            }
        }
        for finding in list(&document["general"]) {
            assert_eq!(finding["name"], known(&finding["code"]).name, "{name}");
        }
        for (way, count) in outcomes {
            assert_eq!(document["summary"][way], count, "{name}: {way}");
        }
        let mut codes: Vec<(Code, usize)> = codes.into_iter().collect();
        codes.sort_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        assert_eq!(document["summary"]["codes"], json!(codes), "{name}");
    }
}

/// Every object in `value` that has a place's fields.
fn places<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            if ["file", "start", "end"].iter().all(|name| fields.contains_key(*name)) {
                found.push(value);
            }
            fields.values().for_each(|value| places(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| places(value, found)),
        _ => {}
    }
}

#[test]
fn every_place_is_in_its_file_and_its_line_and_column_are_those_of_its_start() {
    let documents = Documents::new();
    let mut columns = BTreeSet::new();
    for job in documents.jobs() {
        let files = list(&job["service"]["files"]);
        let texts: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file.as_str().unwrap()).unwrap()).collect();
        let mut found = Vec::new();
        places(job, &mut found);
        for place in found {
            let [file, start, end] = ["file", "start", "end"].map(|name| number(&place[name]));
            let text = &texts[file];
            assert!(start <= end && end <= text.len(), "{place} is not in {}", files[file]);
            let Some(line) = place.get("line") else { continue };
            let lines: Vec<&[u8]> = text[..start].split(|byte| *byte == b'\n').collect();
            let column = String::from_utf8_lossy(lines.last().unwrap()).chars().count() + 1;
            assert_eq!((number(line), number(&place["column"])), (lines.len(), column), "{place} in {}", files[file]);
            columns.insert(column);
        }
        for list_of_places in ["account", "findings"] {
            let mut found = Vec::new();
            places(&job[list_of_places], &mut found);
            assert!(found.iter().all(|place| place.get("line").is_some()), "{list_of_places}");
        }
    }
    assert!(columns.len() > 2, "all of them begin their lines: {columns:?}");
}

#[test]
fn every_value_of_a_service_comes_from_a_stanza_of_the_account() {
    for job in Documents::new().jobs() {
        let key = |place: &Value| ["file", "start", "end"].map(|name| number(&place[name]));
        let account: Vec<_> = list(&job["account"]).iter().map(key).collect();
        assert!(account.is_sorted_by(|a, b| a < b), "{account:?}");
        let mut found = Vec::new();
        places(&job["service"], &mut found);
        for place in found {
            let is_known = account.contains(&key(place)) || key(place) == [0, 0, 0];
            assert!(is_known, "{}: {place} is no stanza", job["service"]["name"]);
        }
    }
}

#[test]
fn two_runs_are_the_same_byte_for_byte() {
    for args in [["convert", "--format", "json", "corpus/init"], ["check", "--format", "jsonl", "corpus/init"]] {
        let run = |threads: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
            command.args(args).env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
        };
        let first = run("8");
        assert!(first.ends_with(b"}\n"));
        assert!(first == run("8") && first == run("1"), "{args:?} differs from run to run");
    }
}

// ---- the page in the book ------------------------------------------------------------------------

fn page() -> (String, String) {
    let page = fs::read_to_string(repository("book/src/json.md")).unwrap();
    let (convert, rest) = page.split_once("\n## One line of").unwrap();
    let (check, _) = rest.split_once("\n## The document of `reverse`").unwrap();
    (convert.to_owned(), check.to_owned())
}

/// The words between backquotes.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// The names in the first column of the tables.
fn rows(text: &str) -> BTreeSet<&str> {
    let cells = text.lines().filter(|line| line.starts_with("| `")).filter_map(|line| line.split(" | ").next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

fn keys<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| {
            found.insert(name);
            keys(value, found);
        }),
        Value::Array(items) => items.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

#[test]
fn the_page_names_every_field_and_no_other() {
    let schema = schema();
    let (convert, check_page) = page();
    let mut fields = BTreeSet::new();
    each_part("#", &schema, &mut |_, part| {
        fields.extend(part["properties"].as_object().into_iter().flat_map(Map::keys).cloned());
    });
    let said = quoted(&convert);
    for field in &fields {
        assert!(said.contains(field.as_str()), "the page does not tell of `{field}`");
    }
    assert_eq!(rows(&convert).into_iter().find(|row| !fields.contains(*row)), None);

    let lines = check("corpus/init");
    let mut fields = BTreeSet::new();
    for line in &lines {
        let line = line.as_object().unwrap();
        fields.extend(line.keys().map(String::as_str));
        for (name, value) in line {
            // Kinds of resources are too many to name.
            if name != "limits" {
                keys(value, &mut fields);
            }
        }
    }
    let said = quoted(&check_page);
    for field in &fields {
        assert!(said.contains(field), "the page does not tell of `{field}` in the lines of `check`");
    }
    assert_eq!(rows(&check_page).into_iter().find(|row| !fields.contains(row)), None);
}

#[test]
fn the_examples_on_the_page_are_what_the_program_prints() {
    let (convert_page, check_page) = page();
    let block = |page: &str, language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0.to_owned()
    };
    let sandbox = Sandbox::with(&[("web.conf", &block(&convert_page, "upstart"))]);
    let output = sandbox.output(&["convert", "--format", "json", "web.conf"]);
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["general"].as_array_mut().unwrap().truncate(1);
    let service = document["jobs"][0]["service"].as_object_mut().unwrap();
    service.retain(|_, value| !(value.is_null() || *value == json!([]) || *value == json!({})));
    let shown: Value = serde_json::from_str(&block(&convert_page, "json")).unwrap();
    assert_eq!(shown, document, "it should be:\n{document:#}");

    let sandbox = Sandbox::with(&[("web.conf", "\nexec web\nnice 99\n")]);
    let output = sandbox.output(&["check", "--format", "jsonl", "web.conf"]);
    assert_eq!(block(&check_page, "json"), String::from_utf8(output.stdout).unwrap());
}
