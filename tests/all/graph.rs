//! `cutover graph`: what it draws of jobs and units, and that a person can read it.

use cutover::graph::text::width;
use insta::assert_snapshot;

use crate::common::{self, Sandbox, shared};

mod layout;

const DB: (&str, &str) = ("db.conf", "start on runlevel [2345]\nstop on runlevel [!2345]\nexec db\n");
const WEB: (&str, &str) = ("web.conf", "start on started db\nstop on stopping db\nexec web\n");

/// What is drawn, without the lines that are the same in every graph.
fn drawn(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.run(&[&["graph"], args].concat());
    let same = ["digraph", "  rankdir", "  node [", "  edge ["];
    shown
        .lines()
        .filter(|line| !same.iter().any(|start| line.starts_with(start)))
        .fold(String::new(), |text, line| text + line + "\n")
}

fn svg(sandbox: &Sandbox, args: &[&str]) -> String {
    let output = sandbox.output(&[&["graph", "--format", "svg"], args].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

// ---- what is drawn -------------------------------------------------------------------------------

#[test]
fn jobs_are_tied_by_events() {
    let sandbox = Sandbox::with(&[DB, WEB]);
    assert_snapshot!(sandbox.run(&["graph", "db.conf", "web.conf"]), @r##"
    digraph cutover {
      label="Upstart: what starts and stops 2 jobs";
      rankdir=LR;
      node [shape=box, fontname="sans-serif", fontsize=11];
      edge [fontname="sans-serif", fontsize=9];
      "db" [label="db\nrunlevel [2345]", tooltip="db.conf\nstart on runlevel [2345], db.conf:1\nstop on runlevel [!2345], db.conf:2"];
      "web" [tooltip="web.conf\nstart on started db, web.conf:1\nstop on stopping db, web.conf:2"];
      "db" -> "web" [tooltip="db → web\nstarted db  (start on started db, web.conf:1)"];
      "db" -> "web" [tooltip="db → web\nstopping db  (stop on stopping db, web.conf:2)", style=dashed];
    }
    --- exit status 0
    "##);
}

#[test]
fn units_are_tied_by_directives() {
    let sandbox = Sandbox::with(&[DB, WEB]);
    assert_snapshot!(drawn(&sandbox, &["db.conf", "web.conf", "--view", "units"]), @r##"
      label="systemd: what starts, stops and orders 2 services";
      "db.service" [label="db.service\nmulti-user.target", tooltip="db.conf\nstart on runlevel [2345], db.conf:1\nstop on runlevel [!2345], db.conf:2"];
      "web.service" [tooltip="web.conf\nstart on started db, web.conf:1\nstop on stopping db, web.conf:2"];
      "db.service" -> "web.service" [tooltip="db.service → web.service\nAfter=  (start on started db, web.conf:1)\nWantedBy=  (start on started db, web.conf:1)\nAfter=  (stop on stopping db, web.conf:2)"];
      "db.service" -> "web.service" [tooltip="db.service → web.service\nPartOf= StopPropagatedFrom=  (stop on stopping db, web.conf:2)", style=dashed];
    }
    --- exit status 0
    "##);
}

#[test]
fn jobs_that_hang_on_a_station_only_are_folded() {
    let plain = "start on runlevel [2345]\nexec x\n";
    let other = "start on runlevel RUNLEVEL=[!016S]\nexec x\n";
    let sandbox = Sandbox::with(&[
        ("init/a.conf", plain),
        ("init/b.conf", other),
        ("init/c.conf", plain),
        ("init/lone.conf", "start on filesystem\nexec x\n"),
        ("init/idle.conf", "exec x\n"),
        ("init/idler.conf", "exec x\n"),
    ]);
    assert_snapshot!(drawn(&sandbox, &["init"]), @r##"
      label="Upstart: what starts and stops 6 jobs";
      "lone" [tooltip="init/lone.conf\nstart on filesystem, init/lone.conf:1"];
      "runlevel [2345]" [shape=ellipse];
      "filesystem" [shape=ellipse];
      "2 jobs that nothing starts" [label="2 jobs that nothing starts\nidle, idler", shape=folder, tooltip="2 jobs\nidle  (init/idle.conf)\nidler  (init/idler.conf)"];
      "3 jobs" [label="3 jobs\na, b, c", shape=folder, tooltip="3 jobs\na  (init/a.conf)\nb  (init/b.conf)\nc  (init/c.conf)"];
      "runlevel [2345]" -> "3 jobs" [tooltip="runlevel [2345] → 3 jobs\nstarts all 3  (--all shows each)"];
      "filesystem" -> "lone" [tooltip="filesystem → lone\nfilesystem  (start on filesystem, init/lone.conf:1)"];
    }
    --- exit status 0
    "##);
    assert_snapshot!(drawn(&sandbox, &["init", "--all"]), @r##"
      label="Upstart: what starts and stops 6 jobs";
      "a" [tooltip="init/a.conf\nstart on runlevel [2345], init/a.conf:1"];
      "b" [tooltip="init/b.conf\nstart on runlevel RUNLEVEL=[!016S], init/b.conf:1"];
      "c" [tooltip="init/c.conf\nstart on runlevel [2345], init/c.conf:1"];
      "idle" [tooltip="init/idle.conf\nnothing starts it by itself"];
      "idler" [tooltip="init/idler.conf\nnothing starts it by itself"];
      "lone" [tooltip="init/lone.conf\nstart on filesystem, init/lone.conf:1"];
      "runlevel [2345]" [shape=ellipse];
      "filesystem" [shape=ellipse];
      "runlevel [2345]" -> "a" [tooltip="runlevel [2345] → a\nrunlevel [2345]  (start on runlevel [2345], init/a.conf:1)"];
      "runlevel [2345]" -> "b" [tooltip="runlevel [2345] → b\nrunlevel RUNLEVEL=[!016S]  (start on runlevel RUNLEVEL=[!016S], init/b.conf:1)"];
      "runlevel [2345]" -> "c" [tooltip="runlevel [2345] → c\nrunlevel [2345]  (start on runlevel [2345], init/c.conf:1)"];
      "filesystem" -> "lone" [tooltip="filesystem → lone\nfilesystem  (start on filesystem, init/lone.conf:1)"];
    }
    --- exit status 0
    "##);
}

#[test]
fn a_focus_shows_what_is_near_and_unfolds_it() {
    let sandbox = Sandbox::with(&[
        DB,
        WEB,
        ("far.conf", "start on started near\nexec x\n"),
        ("near.conf", "start on started web\nexec x\n"),
        ("other.conf", "start on runlevel [2345]\nexec x\n"),
    ]);
    let shown = drawn(&sandbox, &[".", "--focus", "db"]);
    assert_snapshot!(shown, @r##"
      label="Upstart: what starts and stops 5 jobs: what is within two steps of db";
      "db" [penwidth=2, tooltip="./db.conf\nstart on runlevel [2345], ./db.conf:1\nstop on runlevel [!2345], ./db.conf:2"];
      "near" [tooltip="./near.conf\nstart on started web, ./near.conf:1"];
      "web" [tooltip="./web.conf\nstart on started db, ./web.conf:1\nstop on stopping db, ./web.conf:2"];
      "runlevel [2345]" [shape=ellipse];
      "runlevel [016S]" [shape=ellipse];
      "runlevel [2345]" -> "db" [tooltip="runlevel [2345] → db\nrunlevel [2345]  (start on runlevel [2345], ./db.conf:1)"];
      "runlevel [016S]" -> "db" [tooltip="runlevel [016S] → db\nrunlevel [!2345]  (stop on runlevel [!2345], ./db.conf:2)", style=dashed];
      "web" -> "near" [tooltip="web → near\nstarted web  (start on started web, ./near.conf:1)"];
      "db" -> "web" [tooltip="db → web\nstarted db  (start on started db, ./web.conf:1)"];
      "db" -> "web" [tooltip="db → web\nstopping db  (stop on stopping db, ./web.conf:2)", style=dashed];
    }
    --- exit status 0
    "##);
    let units = drawn(&sandbox, &[".", "--focus", "db", "--view", "units"]);
    assert!(units.contains("near.service") && !units.contains("far.service"), "{units}");
    assert_eq!(units, drawn(&sandbox, &[".", "--focus", "db.service", "--view", "units"]));
}

#[test]
fn cycles_are_red_and_told_with_their_stanzas() {
    let sandbox = Sandbox::with(&[
        ("a.conf", "start on started b\nexec a\n"),
        ("b.conf", "# first\nstart on started a\nexec b\n"),
    ]);
    assert_snapshot!(drawn(&sandbox, &["."]), @r##"
      label="Upstart: what starts and stops 2 jobs";
      "a" [color=red, tooltip="./a.conf\nstart on started b, ./a.conf:1"];
      "b" [color=red, tooltip="./b.conf\nstart on started a, ./b.conf:2"];
      "b" -> "a" [tooltip="b → a\nstarted b  (start on started b, ./a.conf:1)", color=red];
      "a" -> "b" [tooltip="a → b\nstarted a  (start on started a, ./b.conf:2)", color=red];
    }
    --- stderr
    cycle: b → a → b
      b → a: started b  (start on started b, ./a.conf:1)
      a → b: started a  (start on started a, ./b.conf:2)
    --- exit status 0
    "##);
    let units = drawn(&sandbox, &[".", "--view", "units"]);
    assert!(units.contains("cycle: b.service → a.service → b.service"), "{units}");
    assert_eq!(units.matches("left out for the cycle").count(), 2, "told and drawn: {units}");
}

#[test]
fn what_nobody_announces_or_provides_is_dashed() {
    let sandbox = Sandbox::with(&[
        (
            "shop.conf",
            "start on shop-open or started ghost or started dbus\nscript\n  initctl emit -n shop-ready\nend script\n",
        ),
        ("till.conf", "start on shop-ready\nexec till\n"),
    ]);
    assert_snapshot!(drawn(&sandbox, &["."]), @r##"
      label="Upstart: what starts and stops 2 jobs";
      "shop" [tooltip="./shop.conf\nstart on shop-open or started ghost or started dbus, ./shop.conf:1"];
      "till" [tooltip="./till.conf\nstart on shop-ready, ./till.conf:1"];
      "shop-open" [shape=hexagon, style=dashed, tooltip="no job of the set announces this event"];
      "ghost" [color=gray, style=dashed, tooltip="not in the set, and unknown"];
      "dbus" [color=gray, tooltip="not in the set; on systemd it is dbus.service"];
      "shop-ready" [shape=hexagon];
      "shop-open" -> "shop" [tooltip="shop-open → shop\nshop-open  (start on shop-open or started ghost or started dbus, ./shop.conf:1)"];
      "ghost" -> "shop" [tooltip="ghost → shop\nstarted ghost  (start on shop-open or started ghost or started dbus, ./shop.conf:1)"];
      "dbus" -> "shop" [tooltip="dbus → shop\nstarted dbus  (start on shop-open or started ghost or started dbus, ./shop.conf:1)"];
      "shop-ready" -> "till" [tooltip="shop-ready → till\nshop-ready  (start on shop-ready, ./till.conf:1)"];
      "shop" -> "shop-ready" [tooltip="shop → shop-ready\nannounces shop-ready  (script, ./shop.conf:2)"];
    }
    --- exit status 0
    "##);
    let units = drawn(&sandbox, &[".", "--view", "units"]);
    let dashed: Vec<&str> = units
        .lines()
        .filter(|line| line.contains("style=dashed"))
        .map(|line| line.trim().split('"').nth(1).unwrap())
        .collect();
    assert_eq!(dashed, ["ghost.service", "shop-open.target"]);
}

#[test]
fn latches_and_sockets_are_units_too() {
    let sandbox = Sandbox::with(&[
        ("both.conf", "start on started db and shop-open\nexec e\n"),
        ("echo.conf", "start on socket PROTO=inet PORT=7\nexec e\n"),
        DB,
    ]);
    let units = drawn(&sandbox, &[".", "--view", "units"]);
    for line in [
        r#""db.service" -> "both-latch-1.service""#,
        r#""both-latch-1.service" -> "both.service""#,
        r#""shop-open.target" -> "both-latch-2.service""#,
        r#""echo.socket" -> "echo.service""#,
    ] {
        assert!(units.contains(line), "{line}\n{units}");
    }
}

// ---- how it ends ---------------------------------------------------------------------------------

#[test]
fn an_unknown_focus_is_an_error_with_the_name_that_is_nearest() {
    let sandbox = Sandbox::with(&[DB, ("cron-daily.conf", "exec x\n")]);
    assert_snapshot!(sandbox.run(&["graph", ".", "--focus", "crondaily"]), @"
    --- stderr
    error: there is no job `crondaily`; did you mean `cron-daily`?
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["graph", ".", "--focus", "something-else", "--view", "units"]), @"
    --- stderr
    error: there is no job `something-else`
    --- exit status 2
    ");
}

#[test]
fn what_cannot_be_read_or_written_is_exit_status_2() {
    let sandbox = Sandbox::with(&[DB]);
    sandbox.directory("empty");
    assert_eq!(sandbox.status(&["graph", "."]), Some(0));
    assert_eq!(sandbox.status(&["graph"]), Some(2));
    assert_eq!(sandbox.status(&["graph", ".", "--view", "nothing"]), Some(2));
    assert_eq!(sandbox.status(&["graph", ".", "--all", "--focus", "db"]), Some(2));
    assert_snapshot!(sandbox.run(&["graph", "missing.conf"]), @"
    --- stderr
    error: missing.conf: there is no such file or directory
    --- exit status 2
    ");
    let part = sandbox.run(&["graph", "missing.conf", "db.conf"]);
    assert!(part.contains("\"db\"") && part.ends_with("--- exit status 2\n"), "{part}");
    assert_eq!(sandbox.status(&["graph", "empty"]), Some(2));
}

#[test]
fn a_file_is_written_in_the_form_that_its_name_says_and_never_over_another() {
    let sandbox = Sandbox::with(&[DB]);
    assert_eq!(sandbox.run(&["graph", ".", "--out", "out/a.svg"]), "--- exit status 0\n");
    assert_eq!(sandbox.read("out/a.svg"), svg(&sandbox, &["."]));
    assert_eq!(sandbox.status(&["graph", ".", "--out", "b.dot"]), Some(0));
    assert!(sandbox.read("b.dot").starts_with("digraph"));
    assert_snapshot!(sandbox.run(&["graph", ".", "--out", "db.conf"]), @"
    --- stderr
    error: db.conf: there is another file already; --force overwrites it
    --- exit status 2
    ");
    assert_eq!(sandbox.status(&["graph", ".", "--out", "b.dot", "--view", "units", "--force"]), Some(0));
    assert!(sandbox.read("b.dot").contains("db.service"));
}

// ---- pictures ------------------------------------------------------------------------------------

/// A start tag's attribute.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split_once(&format!(" {name}=\"")).map(|(_, rest)| rest.split('"').next().unwrap())
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name).unwrap_or_else(|| panic!("no {name} in {tag}")).parse().unwrap()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The picture is XML, no two boxes overlap, and every text fits into its box.
fn assert_legible(svg: &str) -> usize {
    let mut open: Vec<&str> = Vec::new();
    let mut boxes: Vec<(f64, f64, f64, f64)> = Vec::new();
    let mut in_node = false;
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("a tag without an end: {piece}"));
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let plain = |text: &str| {
            text.split('&')
                .skip(1)
                .all(|rest| ["lt;", "gt;", "amp;", "quot;"].iter().any(|name| rest.starts_with(name)))
        };
        assert!(plain(tag) && plain(text) && !text.contains('>'), "{piece}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{piece}");
            in_node &= name != "g";
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap();
        if !tag.ends_with('/') {
            open.push(name);
        }
        in_node |= tag.starts_with("g class=\"node");
        if in_node && name == "rect" {
            boxes.push((number(tag, "x"), number(tag, "y"), number(tag, "width"), number(tag, "height")));
        }
        if in_node && name == "text" {
            let size = if tag.contains("small") { 9.5 } else { 12.0 };
            let (left, top, wide, high) = *boxes.last().unwrap();
            let half = width(&unescaped(text), size) / 2.0;
            let (x, y) = (number(tag, "x"), number(tag, "y"));
            assert!(x - half >= left - 0.1 && x + half <= left + wide + 0.1, "{text} is wider than its box");
            assert!(y - size * 0.8 >= top && y + size * 0.25 <= top + high, "{text} is higher than its box");
        }
    }
    assert!(open.is_empty(), "{open:?}");
    let root = svg.lines().next().unwrap();
    let size: Vec<f64> = attribute(root, "viewBox").unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
    for (at, a) in boxes.iter().enumerate() {
        assert!(a.0 >= -0.1 && a.0 + a.2 <= size[2] && a.1 >= -0.1 && a.1 + a.3 <= size[3], "{a:?}");
        for b in &boxes[at + 1..] {
            let apart = a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0 || a.1 + a.3 <= b.1 || b.1 + b.3 <= a.1;
            assert!(apart, "{a:?} and {b:?} overlap");
        }
    }
    boxes.len()
}

const WAYS: [&[&str]; 4] = [&[], &["--all"], &["--view", "units"], &["--view", "units", "--all"]];

#[test]
fn pictures_are_legible_and_the_same_each_time() {
    let init = common::repository("corpus/init");
    let sandbox = Sandbox::new();
    for way in WAYS {
        let args = [&[init.to_str().unwrap()], way].concat();
        let picture = svg(&sandbox, &args);
        assert!(assert_legible(&picture) > 10);
        let mut alone = sandbox.command(&[&["graph", "--format", "svg"], args.as_slice()].concat());
        let again = alone.env("RAYON_NUM_THREADS", "1").output().unwrap();
        assert_eq!(picture.as_bytes(), again.stdout);
    }
}

#[test]
fn whole_machines_are_legible() {
    let Some(machines) = shared("machines") else { return };
    let sandbox = Sandbox::new();
    for machine in std::fs::read_dir(machines).unwrap() {
        let init = machine.unwrap().path().join("etc/init");
        let counts = WAYS.map(|way| assert_legible(&svg(&sandbox, &[&[init.to_str().unwrap()], way].concat())));
        assert!(counts[0] < counts[1] && counts[2] < counts[3], "folding makes it smaller: {counts:?}");
    }
}

#[test]
fn hover_text_has_the_stanza_and_its_place() {
    let sandbox = Sandbox::with(&[DB, WEB]);
    let picture = svg(&sandbox, &["."]);
    assert!(picture.contains("<title>db → web\nstarted db  (start on started db, ./web.conf:1)</title>"));
    assert!(picture.contains("<title>db → web\nstopping db  (stop on stopping db, ./web.conf:2)</title>"));
}

#[test]
fn hostile_names_are_harmless() {
    let sandbox = Sandbox::new();
    let long = "x".repeat(200);
    sandbox.file(
        "init/<&\"'\\>.conf",
        b"start on started \"a\\\"]; b<\" or \xff\xfe\x01 or </title> or &amp; or event\xe2\x80\xae\nexec x\n",
    );
    sandbox.file("init/runlevel.conf", format!("start on runlevel or {long} or 中\nemits *\nexec x\n"));
    sandbox.file("init/self.conf", "start on started self or stopped self\nstop on started self\nexec x\n");
    sandbox.file("init/dir/a b.conf", "start on ((((a and b) or c\nexec x\n");
    sandbox.file(&format!("init/{long}.conf"), "start on started runlevel\nexec x\n");
    for way in WAYS {
        let args = [&["init"], way].concat();
        assert_legible(&svg(&sandbox, &args));
        let dot = sandbox.run(&[&["graph"], args.as_slice()].concat());
        for line in dot.lines().filter(|line| line.starts_with("  \"")) {
            let quotes = line.replace("\\\\", "").replace("\\\"", "").matches('"').count();
            assert!(quotes % 2 == 0 && line.ends_with(';'), "{line}");
        }
        assert!(!dot.contains(['\u{1}', '\u{202e}']));
    }
}

#[test]
fn wide_letters_are_wider() {
    assert!(width("mmm", 10.0) > width("iii", 10.0));
    assert!(width("", 10.0).abs() < f64::EPSILON);
}
