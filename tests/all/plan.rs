//! `cutover plan`: what becomes of every job of a root, which files and links that takes, and what is kept of an
//! older plan.
//!
//! `corpus/root.plan` is the plan of the machine in `corpus/root`, and, behind it, that of `corpus/bare`, which has
//! nothing but a job. `UPDATE_EXPECT=1 cargo test --test all plan::` writes it anew; read the difference before it is committed.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use cutover::findings::Code;
use cutover::findings::Finding;
use cutover::plan::model::{Action, Decision, Grade, Place};
use cutover::plan::{Plan, Store};
use cutover::root::RootPath;
use insta::assert_snapshot;

use crate::common::{Sandbox, files_below, repository, shared};

/// Copies a tree of the repository, links included.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).sort_by_file_name() {
        let entry = entry.unwrap();
        let there = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(there).unwrap();
        } else if entry.file_type().is_symlink() {
            symlink(fs::read_link(entry.path()).unwrap(), there).unwrap();
        } else {
            fs::copy(entry.path(), there).unwrap();
        }
    }
}

/// The machine of the corpus; its vault is for root alone, which version control does not keep.
fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    copy(&repository("corpus/root"), &sandbox.path("root"));
    let vault = sandbox.path("root/etc/init/vault.conf");
    fs::set_permissions(vault, fs::Permissions::from_mode(0o600)).unwrap();
    sandbox
}

fn open(sandbox: &Sandbox) -> Store {
    Store::open(&sandbox.path("plan")).unwrap()
}

fn planned(sandbox: &Sandbox, options: &[&str]) -> Plan {
    let mut args = vec!["plan", "--root", "root", "--out", "plan"];
    args.extend(options);
    let output = sandbox.output(&args);
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", sandbox.shown(&output));
    open(sandbox).plan().clone()
}

fn path(text: &str) -> RootPath {
    RootPath::parse(text).unwrap()
}

fn told(note: &Finding<Place>, out: &mut String) {
    let place = note.place().map(|place| format!(" {}:{}", place.path, place.line));
    let _ = writeln!(out, "  {}[{}]{} {}", note.severity(), note.code, place.unwrap_or_default(), note.message);
}

/// A plan for people: services, links, files with their texts, what is said.
fn shown(store: &Store) -> String {
    let plan = store.plan();
    let mut out = String::new();
    for service in &plan.services {
        let word = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        let unit = service.unit.as_deref().unwrap_or("nothing");
        let disabled = if service.disabled { ", disabled" } else { "" };
        let _ = writeln!(
            out,
            "{}: {} → {unit} ({}{disabled}): {}",
            service.name,
            word(&service.action),
            word(&service.grade),
            service.why
        );
        service.findings.iter().for_each(|note| told(note, &mut out));
    }
    out.push_str("\nin general\n");
    plan.general.iter().for_each(|note| told(note, &mut out));
    out.push('\n');
    for link in &plan.links {
        let to = link.to.as_deref().unwrap_or("nothing");
        let _ = writeln!(out, "{} → {to} ({})", link.path, link.services.join(", "));
    }
    for file in &plan.files {
        let text = store.text(&file.path).unwrap();
        let _ = writeln!(out, "\n# {} {:04o} ({})", file.path, file.mode, file.services.join(", "));
        out.push_str(&String::from_utf8_lossy(&text));
    }
    out
}

#[test]
fn the_plan_of_the_shop_is_the_one_beside_it() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    let mut actual = shown(&open(&sandbox));
    let bare = Sandbox::new();
    copy(&repository("corpus/bare"), &bare.path("root"));
    planned(&bare, &[]);
    actual.push_str("\n\n==== corpus/bare ====\n");
    actual.push_str(&shown(&open(&bare)));
    let golden = repository("corpus/root.plan");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&golden, &actual).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&expected, &actual);
    assert_eq!(expected, actual, "{}", diff.unified_diff().header("corpus/root.plan", "now"));
}

#[test]
fn it_sums_up_what_becomes_of_the_jobs_and_what_comes_next() {
    let sandbox = shop();
    assert_snapshot!(sandbox.run(&["plan", "--root", "root", "--out", "plan"]), @r"
    20 services
         2 retired: systemd, or what belongs to the system, does their work
         6 adopted: the unit that is in the root takes their place
        12 converted
    of those not retired: 2 exact, 13 approximated, 3 manual
    18 files, 14 links
    18 to decide: cutover review plan, then cutover apply plan --root root
    --- exit status 1
    ");
}

#[test]
fn what_cannot_be_planned_is_told() {
    let sandbox = Sandbox::with(&[("empty/etc/hostname", "shop\n"), ("notes/todo", "milk\n")]);
    sandbox.file("root/etc/init/web.conf", "exec web\n");
    assert_snapshot!(sandbox.run(&["plan", "--root", "empty", "--out", "plan"]), @r"
    --- stderr
    error: there is no job in /etc/init, nor one of a session, below this root; --root names another one
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["plan", "--root", "nowhere", "--out", "plan"]), @r"
    --- stderr
    error: nowhere: there is no such file or directory
    --- exit status 2
    ");
    assert_snapshot!(sandbox.run(&["plan", "--root", "root", "--out", "notes"]), @r"
    --- stderr
    error: notes: this directory holds something else than a plan; name another one with --out
    --- exit status 2
    ");
    assert!(!sandbox.path("plan").exists());
    assert_eq!(sandbox.read("notes/todo"), "milk\n");
}

#[test]
fn planning_twice_gives_the_same_bytes_and_leaves_the_root_alone() {
    let sandbox = shop();
    let before = sandbox.tree("root");
    planned(&sandbox, &[]);
    let first: Vec<(String, Vec<u8>)> = files_below(&sandbox.path("plan"))
        .iter()
        .map(|file| (file.display().to_string(), fs::read(file).unwrap()))
        .collect();
    planned(&sandbox, &[]);
    for (file, bytes) in &first {
        assert!(fs::read(file).unwrap() == *bytes, "{file}");
    }
    assert_eq!(first.len(), files_below(&sandbox.path("plan")).len());
    assert_eq!(sandbox.tree("root"), before);
}

#[test]
fn the_plan_is_for_its_owner_alone() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    let mode = fs::metadata(sandbox.path("plan")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "there are copies in it of what only root may read");
}

// ---- what is kept of an older plan ---------------------------------------------------------------

#[test]
fn decisions_are_kept_for_whatever_did_not_change() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    let mut store = open(&sandbox);
    for (name, decision) in [("web", Decision::Accepted), ("db", Decision::Accepted), ("worker", Decision::Skipped)] {
        store.decide(name, decision).unwrap();
    }
    drop(store);
    sandbox.file("root/etc/init/db.conf", "exec /usr/sbin/shopdb --data /srv/db\n");
    let plan = planned(&sandbox, &[]);
    let decision = |name: &str| plan.service(name).unwrap().decision;
    assert_eq!(decision("web"), Decision::Accepted);
    assert_eq!(decision("worker"), Decision::Skipped);
    assert_eq!(decision("db"), Decision::Undecided);
    let again: Vec<&str> = plan
        .services
        .iter()
        .filter(|service| service.asked_again.is_some())
        .map(|service| service.name.as_str())
        .collect();
    assert_eq!(again, ["db"]);
    assert_eq!(plan.service("db").unwrap().asked_again.as_deref(), Some("what it is made from changed"));
}

#[test]
fn what_it_would_replace_counts_as_well() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    open(&sandbox).decide("web", Decision::Accepted).unwrap();
    sandbox.link("root/etc/systemd/system/db.service.wants/web.service", "/somewhere/else");
    let plan = planned(&sandbox, &[]);
    let web = plan.service("web").unwrap();
    assert_eq!(web.asked_again.as_deref(), Some("what it would replace changed"));
}

#[test]
fn an_edit_is_kept_as_long_as_what_it_changes_is_the_same() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    let unit = path("/etc/systemd/system/web.service");
    let mut store = open(&sandbox);
    let mut text = store.text(&unit).unwrap();
    let written = text.clone();
    text.extend_from_slice(b"# by hand\n");
    store.edit(&unit, &text).unwrap();
    store.decide("web", Decision::Accepted).unwrap();
    planned(&sandbox, &[]);
    let store = open(&sandbox);
    assert_eq!(store.text(&unit).unwrap(), text);
    assert_eq!(store.generated(&unit).unwrap(), written);
    let web = store.plan().service("web").unwrap();
    assert!(web.edited && web.decision == Decision::Accepted);

    // What cutover writes changes: the edit lies beside the plan, and the service is asked again.
    sandbox.file("root/etc/init/web.override", "env PORT=9090\n");
    planned(&sandbox, &[]);
    let store = open(&sandbox);
    let web = store.plan().service("web").unwrap();
    assert!(!web.edited && web.decision == Decision::Undecided && web.asked_again.is_some());
    assert_eq!(fs::read(sandbox.path("plan/kept/etc/systemd/system/web.service")).unwrap(), text);
}

#[test]
fn what_was_changed_in_the_plan_by_another_hand_is_noticed() {
    let sandbox = shop();
    planned(&sandbox, &[]);
    sandbox.file("plan/root/etc/systemd/system/web.service", "[Service]\nExecStart=/bin/evil\n");
    let error = open(&sandbox).text(&path("/etc/systemd/system/web.service")).unwrap_err();
    assert!(error.to_string().contains("was changed in the plan's directory"), "{error}");
}

// ---- who may read what ---------------------------------------------------------------------------

#[test]
fn a_job_for_root_alone_does_not_become_a_unit_for_everybody() {
    let sandbox = shop();
    let mode = |plan: &Plan, file: &str| plan.file(&path(file)).map(|file| (file.mode, file.gid));
    let plan = planned(&sandbox, &[]);
    assert_eq!(mode(&plan, "/etc/systemd/system/vault.service"), Some((0o600, 0)));
    assert_eq!(mode(&plan, "/etc/systemd/system/web.service"), Some((0o644, 0)));
    // Nobody knows the account that has to execute the script.
    let codes = |plan: &Plan| -> Vec<String> {
        plan.service("vault").unwrap().findings.iter().map(|note| note.code.to_string()).collect()
    };
    assert!(codes(&plan).contains(&"CUT838".to_owned()));
    let passwd = sandbox.read("root/etc/passwd") + "vault:x:1009:1010::/:/usr/sbin/nologin\n";
    sandbox.file("root/etc/passwd", passwd);
    let plan = planned(&sandbox, &[]);
    let script = plan.files.iter().find(|file| file.path.to_string().contains("libexec")).unwrap();
    assert_eq!((script.mode, script.gid), (0o750, 1010));
    assert!(!codes(&plan).contains(&"CUT838".to_owned()));
}

// ---- what makes it start at boot -----------------------------------------------------------------

#[test]
fn services_are_enabled_by_links_by_a_preset_or_not_at_all() {
    let sandbox = shop();
    let links = planned(&sandbox, &[]);
    assert!(links.links.iter().any(|link| link.path.to_string().ends_with("multi-user.target.wants/db.service")));
    let preset = planned(&sandbox, &["--enablement", "preset"]);
    assert!(preset.links.is_empty());
    let file = path("/etc/systemd/system-preset/50-cutover-db.preset");
    let text = String::from_utf8(open(&sandbox).text(&file).unwrap()).unwrap();
    assert_eq!(text, "# Made by cutover from the job db\nenable db.service\n");
    let of_others = preset.service("web").unwrap().files.contains(&file);
    assert!(!of_others, "who skips db does not enable it");
    assert!(preset.service("db").unwrap().files.contains(&file));
    let none = planned(&sandbox, &["--enablement", "none"]);
    assert!(none.links.is_empty() && none.file(&file).is_none());
}

#[test]
fn a_disabled_job_takes_the_links_of_its_unit_away() {
    let unit = "[Service]\nExecStart=/usr/sbin/faxd\n[Install]\nWantedBy=multi-user.target\n";
    let sandbox = Sandbox::with(&[
        ("root/etc/init/fax.conf", "start on runlevel [2345]\nexec /usr/sbin/faxd\n"),
        ("root/etc/init/fax.override", "manual\n"),
        ("root/lib/systemd/system/fax.service", unit),
    ]);
    let link = "etc/systemd/system/multi-user.target.wants/fax.service";
    sandbox.link(&format!("root/{link}"), "/lib/systemd/system/fax.service");
    let plan = planned(&sandbox, &[]);
    let fax = plan.service("fax").unwrap();
    assert!(fax.disabled && fax.action == Action::Adopt);
    let removed = plan.link(&path(&format!("/{link}"))).unwrap();
    assert_eq!((removed.to.as_deref(), fax.links.len()), (None, 1));
    // Without `manual`, all is as it should be already.
    sandbox.file("root/etc/init/fax.override", "env A=b\n");
    assert!(planned(&sandbox, &[]).links.is_empty());
}

// ---- units that are there already ----------------------------------------------------------------

/// What becomes of a job beside a unit of its name.
fn beside(job: &str, unit: &str) -> (Action, Option<String>, Vec<String>) {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", job),
        ("root/lib/systemd/system/web.service", unit),
        ("root/lib/systemd/system/basic.target", "[Unit]\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    let web = plan.service("web").unwrap();
    let drop_in = path("/etc/systemd/system/web.service.d/50-cutover.conf");
    let text = plan.file(&drop_in).map(|_| String::from_utf8(open(&sandbox).text(&drop_in).unwrap()).unwrap());
    let lines = text.map(|text| text.lines().skip(1).collect::<Vec<_>>().join("\n"));
    (web.action, lines, web.findings.iter().map(|note| note.code.to_string()).collect())
}

#[test]
fn what_a_job_states_goes_into_a_drop_in_and_what_it_leaves_open_does_not() {
    let unit = "[Service]\nExecStart=/usr/sbin/webd\nLimitNOFILE=4096\n";
    let (action, drop_in, _) = beside("exec /usr/sbin/webd\n", unit);
    assert_eq!((action, drop_in), (Action::Adopt, None));
    let job = "limit nofile 65536 65536\nkill timeout 30\nenv THEME=dark\nsetuid shop\nnice 5\nexec /usr/sbin/webd\n";
    let (_, drop_in, _) = beside(job, unit);
    assert_snapshot!(drop_in.unwrap(), @r"
    [Service]
    User=shop
    Nice=5
    LimitNOFILE=65536
    Environment=THEME=dark
    TimeoutStopSec=30
    ");
}

#[test]
fn a_value_that_the_unit_has_already_is_not_written_again() {
    let unit =
        "[Service]\nExecStart=/usr/sbin/webd\nLimitNOFILE=65536\nTimeoutStopSec=30s\nEnvironment=\"THEME=dark\"\n";
    let job = "limit nofile 65536 65536\nkill timeout 30\nenv THEME=dark\nexec /usr/sbin/webd\n";
    assert_eq!(beside(job, unit).1, None);
}

#[test]
fn arguments_that_somebody_chose_are_carried_over_and_those_of_the_foreground_are_not() {
    let unit = "[Service]\nType=notify\nExecStart=/usr/sbin/webd --port 80\n";
    let (_, drop_in, _) = beside("exec /usr/sbin/webd --port 8080\n", unit);
    assert_snapshot!(drop_in.unwrap(), @r"
    [Service]
    ExecStart=
    ExecStart=/usr/sbin/webd --port 8080
    ");
    let unit = "[Service]\nExecStart=/usr/sbin/cron -f $EXTRA_OPTS\n";
    let (_, drop_in, codes) = beside("expect fork\nexec cron\n", unit);
    assert_eq!(drop_in, None);
    assert!(codes.contains(&"CUT834".to_owned()), "{codes:?}");
}

#[test]
fn a_command_that_starts_the_program_by_another_one_stays_with_the_unit() {
    let unit = "[Service]\nUser=shop\nExecStart=/usr/sbin/webd\n";
    let job = "exec authbind /usr/sbin/webd --port 1\n";
    let (action, drop_in, codes) = beside(job, unit);
    assert_eq!(action, Action::Adopt);
    assert!(drop_in.is_none_or(|text| !text.contains("ExecStart")));
    assert!(codes.contains(&"CUT834".to_owned()), "{codes:?}");
}

/// The administrator's later drop-ins are laid over the one that the plan writes.
#[test]
fn what_a_later_drop_in_undoes_is_not_called_the_same() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "start on runlevel [2345]\nlimit nofile 5000 5000\nexec /usr/sbin/web\n"),
        ("root/usr/lib/systemd/system/web.service", "[Service]\nExecStart=/usr/sbin/web\n"),
        ("root/etc/systemd/system/web.service.d/60-own.conf", "[Service]\nLimitNOFILE=100\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    let web = &plan.services[0];
    let limit = web.behaviour.iter().find(|row| row.aspect == "limit").unwrap();
    assert_eq!((limit.grade.name(), limit.after.as_str()), ("differs", "100"));
    assert!(
        web.findings.iter().any(|note| note.code == Code::NotCarried && note.message.to_string().contains("nofile"))
    );
}

/// A unit that nothing starts takes the place of a job that starts by itself.
#[test]
fn a_unit_without_install_is_linked_to_what_the_job_s_own_would_be() {
    let unit = "[Service]\nExecStart=/usr/sbin/web\n";
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "start on runlevel [2345]\nexec /usr/sbin/web\n"),
        ("root/usr/lib/systemd/system/web.service", unit),
    ]);
    let links = |plan: &Plan| plan.links.iter().map(|link| link.path.to_string()).collect::<Vec<_>>();
    let link = "/etc/systemd/system/multi-user.target.wants/web.service";
    let plan = planned(&sandbox, &[]);
    assert_eq!(links(&plan), [link]);
    assert!(!plan.services[0].behaviour.iter().any(|row| row.aspect == "enablement"));
    // What something starts already is left as it is.
    sandbox
        .link("root/usr/lib/systemd/system/graphical.target.wants/web.service", "/usr/lib/systemd/system/web.service");
    assert_eq!(links(&planned(&sandbox, &[])), [""; 0]);
}

/// What the jobs of a root mean for each other counts on both sides, and so does a script in a file of its own.
#[test]
fn what_became_the_same_elsewhere_is_no_difference() {
    let long = "script\n  # Many lines.\n  if [ -e /etc/x ]; then\n    echo a\n    echo b\n    echo c\n  fi\n  exec /usr/sbin/late\nend script\n";
    let sandbox = Sandbox::with(&[
        ("root/etc/init/early.conf", "start on runlevel [2345]\ntask\nexec /usr/sbin/early\n"),
        ("root/etc/init/late.conf", &format!("start on stopped early\nstop on runlevel [016]\n{long}")),
        (
            "root/etc/init/both.conf",
            "start on (started late and started other)\nstop on runlevel [016]\nexec /usr/sbin/both\n",
        ),
        ("root/etc/init/other.conf", "start on runlevel [2345]\nstop on runlevel [016]\nexec /usr/sbin/other\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    assert!(plan.files.iter().any(|file| file.path.to_string().ends_with("late-main")));
    let differing: Vec<String> = plan
        .services
        .iter()
        .flat_map(|service| service.behaviour.iter().map(move |row| (service, row)))
        .filter(|(_, row)| row.grade.name() == "differs")
        .map(|(service, row)| format!("{}: {} {:?}: {} | {}", service.name, row.title, row.item, row.before, row.after))
        .collect();
    assert_eq!(differing, [""; 0]);
}

/// The unit of a package that takes the place of a retired job has to start.
#[test]
fn a_retired_job_s_unit_that_nothing_starts_is_enabled() {
    let job = "start on runlevel [2345]\nstop on runlevel [!2345]\nexpect fork\nrespawn\nexec cron\n";
    let unit = "[Service]\nExecStart=/usr/sbin/cron -f\n[Install]\nWantedBy=multi-user.target\n";
    let own = "/usr/lib/systemd/system/cron.service";
    let sandbox = Sandbox::with(&[("root/etc/init/cron.conf", job), (&format!("root{own}"), unit)]);
    let plan = planned(&sandbox, &[]);
    assert_eq!((plan.services[0].action, plan.services[0].decision), (Action::Adopt, Decision::Undecided));
    assert_eq!(plan.links[0].to.as_deref(), Some(own));
    sandbox.link("root/etc/systemd/system/multi-user.target.wants/cron.service", own);
    let plan = planned(&sandbox, &[]);
    assert_eq!((plan.services[0].action, plan.services[0].decision), (Action::Retire, Decision::Accepted));
}

#[test]
fn a_unit_of_the_same_name_that_runs_something_else_is_not_taken() {
    let (action, _, codes) = beside("exec /srv/shop/web\n", "[Service]\nExecStart=/usr/sbin/webd\n");
    assert_eq!(action, Action::Convert);
    assert!(codes.contains(&"CUT831".to_owned()), "{codes:?}");
}

/// A drop-in of that name that cutover did not make is somebody's.
#[test]
fn no_drop_in_of_somebody_else_is_replaced() {
    let own = "root/etc/systemd/system/web.service.d/50-cutover.conf";
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "nice 5\numask 077\nexec /usr/sbin/webd\n"),
        ("root/lib/systemd/system/web.service", "[Service]\nExecStart=/usr/sbin/webd\n"),
        (own, "[Service]\nUMask=0077\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    let files: Vec<String> = plan.files.iter().map(|file| file.path.to_string()).collect();
    assert_eq!(files, ["/etc/systemd/system/web.service.d/50-cutover-web.conf"]);
    let text = sandbox.read(&format!("plan/root{}", files[0]));
    assert!(text.contains("Nice=5\n") && !text.contains("UMask"), "it counts as part of the unit: {text}");
    let watched = plan.inputs.iter().any(|input| own.ends_with(&input.path.to_string()));
    assert!(watched, "apply notices when it changes");
    // Its own is written anew.
    sandbox.file(own, "# Made by cutover from /etc/init/web.conf\n[Service]\nNice=1\n");
    let plan = planned(&sandbox, &[]);
    assert_eq!(plan.files.iter().map(|file| file.path.to_string()).collect::<Vec<_>>(), [&own[4..]]);
}

/// A plan is mostly made for an image, and is read on another machine.
#[test]
fn commands_in_findings_name_the_root() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "setuid shop\nsetgid shop\nexec /usr/sbin/webd\n"),
        ("root/etc/init/db.conf", "exec /usr/sbin/db\n"),
        ("root/etc/init/app.conf", "pre-start exec /bin/warm\nexec /usr/sbin/app\n"),
        ("root/etc/passwd", "root:x:0:0::/:/bin/sh\n"),
        ("root/etc/group", "root:x:0:\n"),
        ("root/lib/systemd/system/db.service", "[Service]\nExecStart=/usr/sbin/db\n"),
        ("root/lib/systemd/system/app.service", "[Service]\nExecStart=/usr/sbin/app\n"),
    ]);
    sandbox.link("root/etc/systemd/system/db.service", "/dev/null");
    let plan = planned(&sandbox, &[]);
    let helps: Vec<String> = plan
        .services
        .iter()
        .flat_map(|service| &service.findings)
        .filter_map(|note| note.help.as_ref().map(ToString::to_string))
        .collect();
    for command in [
        "systemctl --root=ROOT unmask db.service",
        "useradd --root ROOT --system shop",
        "groupadd --root ROOT --system shop",
        "drop-in of your own: /etc/systemd/system/app.service.d/60-own.conf",
    ] {
        assert!(helps.iter().any(|help| help.contains(command)), "{command}: {helps:?}");
    }
}

/// Drop-ins count in the order of their names, whoever made them.
#[test]
fn what_a_later_drop_in_undoes_is_told() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "nice 5\nexec /usr/sbin/webd\n"),
        ("root/lib/systemd/system/web.service", "[Service]\nExecStart=/usr/sbin/webd\n"),
        ("root/etc/systemd/system/web.service.d/90-admin.conf", "[Service]\nNice=7\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    let findings = &plan.service("web").unwrap().findings;
    assert!(findings.iter().any(|note| note.code.to_string() == "CUT834"), "{findings:?}");
}

#[test]
fn a_unit_of_the_administrator_that_runs_something_else_is_told_before_it_is_replaced() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "exec /srv/shop/web\n"),
        ("root/etc/systemd/system/web.service", "[Service]\nExecStart=/usr/sbin/webd\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    let web = plan.service("web").unwrap();
    let told = web.findings.iter().find(|note| note.code.to_string() == "CUT831").unwrap();
    assert!(told.message.to_string().starts_with("/etc/systemd/system/web.service "), "{told:?}");
    assert!(plan.file(&path("/etc/systemd/system/web.service")).is_some());
}

#[test]
fn a_plan_after_a_plan_was_applied_finds_nothing_to_adopt_in_its_own_units() {
    let sandbox = Sandbox::with(&[("root/etc/init/web.conf", "exec /usr/sbin/webd\n")]);
    planned(&sandbox, &[]);
    let unit = sandbox.read("plan/root/etc/systemd/system/web.service");
    assert!(unit.starts_with("# Made by cutover from /etc/init/web.conf\n"), "{unit}");
    sandbox.file("root/etc/systemd/system/web.service", unit);
    assert_eq!(planned(&sandbox, &[]).service("web").unwrap().action, Action::Convert);
}

#[test]
fn jobs_that_wait_for_an_adopted_one_are_tied_to_its_unit() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/network-manager.conf", "start on runlevel [2345]\nlimit nofile 9 9\nexec NetworkManager\n"),
        ("root/etc/init/web.conf", "start on started network-manager\nexec /usr/sbin/webd\n"),
        ("root/lib/systemd/system/NetworkManager.service", "[Service]\nExecStart=/usr/sbin/NetworkManager\n"),
    ]);
    let plan = planned(&sandbox, &[]);
    assert_eq!(plan.service("network-manager").unwrap().unit.as_deref(), Some("NetworkManager.service"));
    let unit = sandbox.read("plan/root/etc/systemd/system/web.service");
    assert!(unit.contains("After=NetworkManager.service"), "{unit}");
    let codes: Vec<String> = plan.service("web").unwrap().findings.iter().map(|note| note.code.to_string()).collect();
    assert!(!codes.contains(&"CUT705".to_owned()), "{codes:?}");
}

// ---- whole machines ------------------------------------------------------------------------------

#[test]
fn nothing_is_read_beyond_the_root() {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", "exec /usr/sbin/webd\n"),
        ("outside/init/evil.conf", "exec evil\n"),
        ("outside/web.override", "env SECRET=1\n"),
    ]);
    let outside = sandbox.path("outside");
    let link = |to: &Path, at: &str| symlink(to, sandbox.path(at)).unwrap();
    link(&outside.join("init/evil.conf"), "root/etc/init/evil.conf");
    link(&outside.join("web.override"), "root/etc/init/web.override");
    link(&outside.join("init"), "root/etc/init/more");
    let output = sandbox.output(&["plan", "--root", "root", "--out", "plan"]);
    assert_eq!(output.status.code(), Some(2));
    let everything: Vec<u8> =
        files_below(&sandbox.path("plan")).iter().flat_map(|file| fs::read(file).unwrap()).collect();
    let said = String::from_utf8_lossy(&everything);
    assert!(!said.contains("SECRET") && !said.contains("exec evil"));
}

#[test]
fn real_machines_are_planned_whole() {
    for (machine, services) in [("machines/raspbmc", 66), ("machines/ring", 111)] {
        let Some(root) = shared(machine) else { return };
        let sandbox = Sandbox::new();
        let output = sandbox.output(&["plan", "--root", root.to_str().unwrap(), "--out", "plan"]);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", sandbox.shown(&output));
        let store = open(&sandbox);
        let plan = store.plan();
        assert_eq!(plan.services.len(), services, "{machine}");
        for service in &plan.services {
            // Each stanza ends in one of the four ways, and each file that is named is there.
            assert!(service.action == Action::Adopt || !service.account.is_empty(), "{}", service.name);
            assert!(service.grade != Grade::Exact || service.is_plain());
            for file in &service.files {
                assert!(!store.text(file).unwrap().is_empty(), "{file}");
            }
        }
        let text = fs::read_to_string(sandbox.path("plan/plan.json")).unwrap();
        assert!(!text.contains(root.to_str().unwrap()), "the plan names the machine that it was made on");
    }
}
