//! Calls to Upstart in the processes of jobs: what each becomes, what is none, and what a person has to decide.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use bstr::ByteSlice as _;
use cutover::convert::{ReadJob, link_jobs, read_job};
use cutover::findings::{Code, Finding};
use cutover::link::{Known, LinkedJob};
use cutover::script::tree::CommandKind;
use cutover::script::walk;
use cutover::service::{Run, Service};
use cutover::systemd::quote::in_shell;
use cutover::systemd::write::Style;
use cutover::text::Source;
use cutover::upstart::distribution::Distribution;
use cutover::upstart::read::JobFiles;

use crate::common;

/// The jobs that scripts call. `late` comes up behind `shop`, the job of the scripts.
const OTHERS: &[(&str, &str)] = &[
    ("web", "exec /bin/web"),
    ("late", "start on started shop\nexec /bin/late"),
    ("worker", "instance $N\nexec /bin/worker $N"),
    ("default-worker", "instance ${N:-one}\nexec /bin/worker $N"),
    ("pair", "instance $A-$B\nexec /bin/pair"),
    ("net/my-app", "exec /bin/app"),
    ("lamp", "start on dark\nexec /bin/lamp"),
    ("door", "start on opened\ninstance $WHO\nexec /bin/door $WHO"),
    ("reloaded", "reload signal USR1\nexec /bin/reloaded"),
    ("stack", "start on runlevel [2345]\nstop on runlevel [016]"),
    ("in-stack", "start on starting stack\nstop on stopping stack\nexec /bin/in-stack"),
];

fn read(name: &str, text: &str) -> ReadJob {
    let conf = Source { name: format!("{name}.conf"), text: text.as_bytes().to_vec() };
    let distribution = Distribution::default();
    read_job(JobFiles { name: name.to_owned(), conf, over: None, distribution, scope: None })
}

fn linked(style: Style, job: &str) -> LinkedJob {
    let others = OTHERS.iter().map(|(name, text)| read(name, text));
    let all = std::iter::once(read("shop", job)).chain(others).collect();
    link_jobs(all, style, &Known::new()).swap_remove(0).reading
}

fn text(run: &Run) -> String {
    match run {
        Run::Expand(words) => String::from_utf8_lossy(&in_shell(words)).into_owned(),
        Run::Argv(words) => words.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Run::Line(text) | Run::Script(text) => text.to_string().trim_end().to_owned(),
    }
}

fn runs(service: &Service) -> Vec<String> {
    let hooks = service.hooks.iter().map(|hook| &hook.command);
    service.main.iter().chain(hooks).map(|command| text(&command.value.run)).collect()
}

fn of(reading: &LinkedJob, code: Code) -> Vec<&Finding> {
    reading.findings.iter().filter(|finding| finding.code == code).collect()
}

/// A line in a process of `shop`, and what becomes of it.
fn line(stage: &str, line: &str) -> (String, LinkedJob) {
    let job = match stage {
        "main" => format!("script\n  true\n  {line}\nend script\n"),
        _ => format!("exec /bin/shop\n{stage} script\n  true\n  {line}\nend script\n"),
    };
    let reading = linked(Style::Idiomatic, &job);
    let script = runs(&reading.service).pop().unwrap();
    let new = script.strip_prefix("  true\n  ").or(script.strip_prefix("true\n")).unwrap_or(&script);
    (new.trim_start().to_owned(), reading)
}

fn becomes(stage: &str, old: &str, new: &str) {
    let (actual, reading) = line(stage, old);
    assert_eq!(actual, new, "{stage}: {old}");
    assert!(!of(&reading, Code::CallRewritten).is_empty(), "{stage}: {old} is told");
    assert!(of(&reading, Code::UpstartCommand).is_empty(), "{stage}: {old}: {:?}", reading.findings);
}

fn stays(old: &str, why: &str) {
    let (actual, reading) = line("main", old);
    assert_eq!(actual, old);
    let left = of(&reading, Code::UpstartCommand);
    assert!(left.iter().any(|finding| finding.message.to_string().contains(why)), "{old}: {:?}", reading.findings);
}

fn is_no_call(text: &str) {
    let (actual, reading) = line("main", text);
    assert_eq!(actual, text);
    for code in [Code::CallRewritten, Code::UpstartCommand, Code::CallDoesNotWait, Code::UnknownJob] {
        assert!(of(&reading, code).is_empty(), "{text}: {:?}", reading.findings);
    }
}

#[test]
fn jobs_are_started_and_stopped_by_the_names_of_their_units() {
    for (old, new) in [
        ("start web", "systemctl start web.service"),
        ("/sbin/start web || true", "systemctl start web.service || true"),
        ("initctl start web", "systemctl start web.service"),
        ("/sbin/initctl stop --no-wait web >/dev/null 2>&1", "systemctl stop --no-block web.service >/dev/null 2>&1"),
        ("stop -n web", "systemctl stop --no-block web.service"),
        ("initctl --quiet stop web", "systemctl stop web.service"),
        ("start net/my-app", r"systemctl start 'net-my\x2dapp.service'"),
        ("start stack", "systemctl start stack.target"),
        ("service web restart", "systemctl restart web.service"),
        ("(sleep 2; stop web) &", "(sleep 2; systemctl stop web.service) &"),
        ("x=$(start web)", "x=$(systemctl start web.service)"),
        ("exec start web", "exec systemctl start web.service"),
        ("sudo stop web", "sudo systemctl stop web.service"),
        ("A=1 start web # then", "A=1 systemctl start web.service # then"),
        ("start >/dev/null web", "systemctl start web.service >/dev/null"),
    ] {
        becomes("main", old, new);
    }
    let exact = linked(Style::Exact, "script\n  start stack\n  true\nend script\n");
    assert_eq!(runs(&exact.service), ["systemctl start stack.service\ntrue"], "a service in this style");
}

#[test]
fn a_restart_starts_nothing_that_is_down_and_a_reload_sends_the_signal() {
    for (old, new) in [
        ("restart web", "systemctl try-restart web.service"),
        (
            "restart web || start web",
            "{ systemctl is-active -q web.service && systemctl restart web.service; } || systemctl start web.service",
        ),
        ("reload reloaded", "systemctl reload reloaded.service"),
        ("reload web", "systemctl kill --kill-who=main -s HUP web.service"),
    ] {
        becomes("main", old, new);
    }
}

#[test]
fn an_instance_is_named_by_its_variables() {
    for (old, new) in [
        ("start worker N=3", "systemctl start worker@3.service"),
        ("start worker N=a-b", r"systemctl start 'worker@a\x2db.service'"),
        ("for i in 1 2; do start worker N=$i; done", "for i in 1 2; do systemctl start \"worker@$i.service\"; done"),
        (
            "for i in `seq 3`; do stop worker \"N=${i}\"; done",
            "for i in `seq 3`; do systemctl stop \"worker@${i}.service\"; done",
        ),
        // A `-` in it would be read back as a `/`.
        ("start worker N=\"$x\"", "systemctl start \"$(systemd-escape --template=worker@.service \"$x\")\""),
        ("stop worker N=3 WHY=$y", "systemctl stop worker@3.service"),
        ("start default-worker", "systemctl start default-worker@one.service"),
        ("start default-worker N=2", "systemctl start default-worker@2.service"),
        (
            "start pair A=1 B=x",
            "{ mkdir -p /run/upstart-env && printf 'A=\"%s\"\\nB=\"%s\"\\n' 1 x >/run/upstart-env/pair@1-x \
             && systemctl start 'pair@1\\x2dx.service'; }",
        ),
        ("stop pair A=1 B=x", r"systemctl stop 'pair@1\x2dx.service'"),
    ] {
        becomes("main", old, new);
    }
}

#[test]
fn status_is_asked_of_the_unit() {
    let show = "systemctl show -p ActiveState web.service";
    for (old, new) in [
        ("status web | grep -q start/running && x", "systemctl is-active -q web.service && x".to_owned()),
        ("! initctl status web | grep -q \"running\" || x", "! systemctl is-active -q web.service || x".to_owned()),
        (
            "status web 2>/dev/null | grep start/running >/dev/null || x",
            "systemctl is-active -q web.service || x".to_owned(),
        ),
        ("status web | grep -q stop/waiting && x", format!("{show} | grep -Eq '=(inactive|failed)$' && x")),
        ("status web | grep -q start/ || x", format!("{show} | grep -Eq '=(active|activating|reloading)$' || x")),
        ("if status web; then x; fi", "if systemctl cat web.service >/dev/null; then x; fi".to_owned()),
        ("status worker N=1 || x", "systemctl is-active -q worker@1.service || x".to_owned()),
        ("status web", show.to_owned()),
    ] {
        becomes("main", old, &new);
    }
}

#[test]
fn an_event_is_its_target_and_hands_its_variables_on_in_a_file() {
    for (old, new) in [
        ("initctl emit dark", "systemctl start dark.target".to_owned()),
        ("initctl emit -n dark || true", "systemctl start --no-block dark.target || true".to_owned()),
        (
            "initctl emit dark WHEN='a \"b\"' X=$x",
            "{ mkdir -p /run/upstart-events && printf 'WHEN=\"%s\"\\nX=\"%s\"\\n' 'a \\\"b\\\"' \
             \"$(printf %s \"$x\" | sed 's/[\"\\\\$`]/\\\\&/g')\" >/run/upstart-events/dark.env \
             && systemctl start dark.target; }"
                .to_owned(),
        ),
        (
            "initctl emit opened WHO=ann",
            "{ mkdir -p /run/upstart-events && printf 'WHO=\"%s\"\\n' ann >/run/upstart-events/opened@ann.env \
             && systemctl start opened@ann.target; }"
                .to_owned(),
        ),
        // The script ends where `exec` stood.
        (
            "exec initctl emit dark X=1",
            "{ mkdir -p /run/upstart-events && printf 'X=\"%s\"\\n' 1 >/run/upstart-events/dark.env \
             && systemctl start dark.target; exit; }"
                .to_owned(),
        ),
    ] {
        becomes("main", old, &new);
    }
    // What an earlier event said is not what this one says.
    let both = "initctl emit dark WHEN=now; initctl emit dark";
    let removed = "{ rm -f /run/upstart-events/dark.env && systemctl start dark.target; }";
    assert!(line("main", both).0.ends_with(removed), "{}", line("main", both).0);
    let (_, reading) = line("main", "initctl emit heard-by-nobody");
    assert_eq!(reading.service.announces, ["heard-by-nobody".into()], "its target is there all the same");
}

#[test]
fn what_is_not_about_jobs_has_its_counterpart_too() {
    for (old, new) in [
        ("initctl reload-configuration", "systemctl daemon-reload"),
        ("initctl set-env --global A=\"$b\"", "systemctl set-environment A=\"$b\""),
        ("initctl set-env -g A=1", "systemctl set-environment A=1"),
        ("initctl set-env -gr A=1", "{ systemctl show-environment | grep -q '^A=' || systemctl set-environment A=1; }"),
        ("initctl unset-env --global A", "systemctl unset-environment A"),
        ("x=$(initctl get-env -g A)", "x=$({ systemctl show-environment | sed -n 's/^A=//p'; })"),
        ("initctl list-env --global", "systemctl show-environment"),
        ("initctl notify-disk-writeable || true", ": || true"),
        ("telinit 2", "systemctl --no-block isolate multi-user.target"),
        ("/sbin/telinit q", "systemctl daemon-reload"),
    ] {
        becomes("main", old, new);
    }
}

#[test]
fn jobs_of_the_distribution_are_called_by_the_units_in_their_place() {
    becomes("main", "restart network-manager", "systemctl try-restart NetworkManager.service");
    becomes("main", "start ssh", "systemctl start ssh.service");
    stays("start wait-for-state", "nothing takes the place of wait-for-state");
    let (new, reading) = line("main", "start somebody");
    assert_eq!(new, "systemctl start somebody.service");
    assert_eq!(of(&reading, Code::UnknownJob).len(), 1, "{:?}", reading.findings);
}

#[test]
fn jobs_of_a_session_call_the_user_s_manager() {
    let mut job = read("shop", "script\n  start shelf\n  initctl emit dusk A=1\nend script\n");
    job.reading.service.scope = cutover::service::Scope::Session;
    let script = runs(&job.alone(Style::Idiomatic).reading.service).concat();
    assert!(script.contains("systemctl --user start shelf.service"), "{script}");
    assert!(script.contains(">\"$XDG_RUNTIME_DIR/upstart-events/dusk.env\""), "{script}");
}

#[test]
fn a_job_s_own_stop_is_its_unit_s() {
    becomes("post-start", "[ -e /x ] || stop", "[ -e /x ] || systemctl stop --no-block shop.service");
    becomes("main", "stop $UPSTART_JOB; exit 0", "systemctl stop --no-block shop.service; exit 0");
    let job = "instance $N\nexec /bin/shop\npost-start script\n  true\n  stop\nend script\n";
    let script = runs(&linked(Style::Idiomatic, job).service).pop().unwrap();
    assert!(
        script.contains(r#"systemctl stop --no-block "$(systemd-escape --template=shop@.service "$N")""#),
        "{script}"
    );
}

#[test]
fn a_stop_in_pre_start_means_no_start_however_it_is_spelt() {
    for old in ["stop", "stop shop", "initctl stop", "/sbin/stop", "stop \"$UPSTART_JOB\"", "command stop", "stop -n"] {
        let (new, reading) = line("pre-start", &format!("[ -e /x ] || {{ {old}; exit 0; }}"));
        assert!(new.starts_with("[ -e /x ] || { stop") && new.ends_with("; exit 0; }"), "{old}: {new}");
        let hook = &reading.service.hooks[0];
        assert_eq!(hook.stage, cutover::service::Stage::Condition, "{old}");
        assert!(hook.command.value.facts.stops_itself, "{old}");
    }
    let reading = linked(Style::Idiomatic, "exec /bin/shop\npre-start exec stop\n");
    assert_eq!(reading.service.hooks[0].command.value.run, Run::Line("stop".into()), "a function, no program");
    let (new, _) = line("pre-start", "stop; stop web");
    assert_eq!(new, "stop; systemctl stop web.service");
}

#[test]
fn a_call_that_would_wait_for_ever_does_not_wait() {
    for (stage, old, new) in [
        ("pre-start", "start late", "systemctl start --no-block late.service"),
        ("post-start", "restart late", "systemctl try-restart --no-block late.service"),
        ("pre-stop", "start late", "systemctl start --no-block late.service"),
        ("main", "restart", "systemctl try-restart --no-block shop.service"),
    ] {
        becomes(stage, old, new);
        let (_, reading) = line(stage, old);
        assert_eq!(of(&reading, Code::CallDoesNotWait).len(), 1, "{stage}: {old}");
    }
    for (stage, old, new) in [
        // Nothing of the two is ordered, or no job of the own unit is there to wait for.
        ("pre-start", "start web", "systemctl start web.service"),
        ("main", "start late", "systemctl start late.service"),
        // A stop goes before every start.
        ("pre-start", "stop late", "systemctl stop late.service"),
    ] {
        becomes(stage, old, new);
        let (_, reading) = line(stage, old);
        assert!(of(&reading, Code::CallDoesNotWait).is_empty(), "{stage}: {old}");
    }
}

#[test]
fn what_cannot_be_rewritten_safely_is_left_to_a_person() {
    for (call, why) in [
        ("start $JOB", "put together by the script"),
        ("stop \"$x-y\"", "put together by the script"),
        ("initctl emit $EVENT", "the name of the event"),
        ("initctl emit started JOB=x", "an event of the boot's own"),
        ("initctl $verb web", "what it asks for"),
        ("start web MODE=full", "hands on MODE"),
        ("start somebody N=1", "would tell whether N names an instance"),
        ("start worker", "does not say which instance"),
        ("start worker N=1 MODE=full", "hands on MODE"),
        ("start worker N=1 $OPTIONS", "can be several"),
        ("start --frobnicate web", "the option --frobnicate"),
        ("x=`status web`", "systemctl prints something else"),
        ("status web | cut -d' ' -f4", "systemctl prints something else"),
        ("status web | grep -q \"$STATE\"", "systemctl prints something else"),
        ("initctl list", "nothing under systemd"),
        ("initctl set-env A=1", "the environment of this job alone"),
        ("telinit $RL", "the runlevel"),
        ("x=`echo \\`start web\\``", "escapes in the backquotes"),
        ("x=`start worker N=a-b`", "escapes in the backquotes"),
        ("eval \"start web\"", "from a text of its own"),
        ("su web -c 'initctl emit dark'", "from a text of its own"),
        ("trap 'stop web' EXIT", "from a text of its own"),
        ("timeout 5 start web", "from a text of its own"),
    ] {
        stays(call, why);
    }
    let (_, reading) = line("main", "if true; start web");
    let left = of(&reading, Code::UpstartCommand);
    assert!(left[0].message.to_string().contains("the shell cannot read the script"), "{left:?}");
    let reading = linked(Style::Idiomatic, "chroot /srv\nexec /bin/shop\npost-start exec start web\n");
    assert_eq!(of(&reading, Code::UpstartCommand).len(), 1);
    assert_eq!(runs(&reading.service)[1], "start web");
}

#[test]
fn look_alikes_are_no_calls() {
    for text in [
        "echo start web",
        "echo \"start web; stop web\"",
        "# start web",
        "start() { /bin/true; }; start web",
        "/etc/init.d/web start",
        "docker start web",
        "start-stop-daemon --start --exec /bin/web",
        "/usr/bin/goofy_control restart",
        "status=0",
        "case $1 in start) true;; stop|restart) true;; esac",
        "for verb in start stop; do echo $verb; done",
        "cat <<END\nstart web\nEND",
        "service mysterious restart",
        "sudo /etc/init.d/web start",
        "logger -t service 'restart web'",
        "[ \"$1\" = start ] && true",
        "exec \"/usr/local/bin/control\" start",
    ] {
        is_no_call(text);
    }
}

#[test]
fn every_other_byte_of_a_script_is_kept() {
    let before = "  \t# a  comment\n  x='  start web '\n\n  if [ -e /x ]\n  then\n\tstart \\\n\t  web   ; fi\n  y=\"$(\n  stop web)\"\n";
    let after = "  \t# a  comment\n  x='  start web '\n\n  if [ -e /x ]\n  then\n\tsystemctl start web.service   ; fi\n  y=\"$(\n  systemctl stop web.service)\"\n";
    let reading = linked(Style::Idiomatic, &format!("exec /bin/shop\npost-stop script\n{before}end script\n"));
    assert_eq!(runs(&reading.service)[1], after.trim_end());
}

#[test]
fn commands_without_a_shell_stay_without_one() {
    let reading = linked(Style::Idiomatic, "exec /bin/shop\npost-stop exec initctl emit dark\n");
    let words = ["systemctl", "start", "dark.target"].map(Into::into).to_vec();
    assert_eq!(reading.service.hooks[0].command.value.run, Run::Argv(words));
    let reading = linked(Style::Idiomatic, "exec /bin/shop\npost-stop exec initctl emit dark A=1\n");
    assert!(matches!(&reading.service.hooks[0].command.value.run, Run::Line(_)));
}

/// What a shell makes of a text, by its own word.
fn is_valid(text: &str) -> bool {
    let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    shell.wait().unwrap().success()
}

struct Functions<'f>(&'f mut Vec<String>);

impl walk::Visitor for Functions<'_> {
    fn command(&mut self, command: &cutover::script::tree::ShellCommand, _: walk::Context) {
        if let CommandKind::Function(function) = &command.kind {
            self.0.extend(function.name.literal().map(|name| name.to_string()));
        }
    }
}

/// Upstart's commands that a script still runs.
fn calls_left(script: &str) -> Vec<String> {
    const COMMANDS: &[&str] = &["start", "stop", "restart", "reload", "status", "initctl", "telinit"];
    let Ok(tree) = cutover::script::parse(script.as_bytes()) else { return Vec::new() };
    let mut functions = Vec::new();
    walk::walk(&tree, &mut Functions(&mut functions));
    let mut left = Vec::new();
    walk::simple_commands(&tree, |command, _| {
        let CommandKind::Simple(simple) = &command.kind else { return };
        let mut words = simple.words.iter().map_while(cutover::script::tree::Word::literal);
        let mut name = words.next().unwrap_or_default();
        if matches!(name.as_slice(), b"exec" | b"sudo" | b"nohup" | b"command") {
            name = words.next().unwrap_or_default();
        }
        let path = name.to_str_lossy();
        let base = ["/sbin/", "/bin/", "/usr/sbin/", "/usr/bin/"]
            .iter()
            .find_map(|directory| path.strip_prefix(directory))
            .unwrap_or(&path);
        if COMMANDS.contains(&base) && !functions.iter().any(|function| *function == path) {
            left.push(command.span.of(script.as_bytes()).to_str_lossy().into_owned());
        }
    });
    left
}

#[test]
fn no_process_of_a_real_job_calls_upstart_without_a_finding() {
    let Some(folder) = common::shared("real-jobs") else { return };
    let (mut rewritten, mut left, mut wrong) = (0, 0, String::new());
    for path in common::files_below(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        if path.extension().is_some_and(|end| end == "json" || end == "md") || bytes.contains(&0) {
            continue;
        }
        let conf = Source { name: name.clone(), text: bytes };
        let files = JobFiles { name, conf, over: None, distribution: Distribution::default(), scope: None };
        let before = read_job(files);
        let after = before.clone().alone(Style::Idiomatic).reading;
        let before = before.reading;
        rewritten += of(&after, Code::CallRewritten).len();
        left += of(&after, Code::UpstartCommand).len();
        let told: Vec<&Finding> = of(&after, Code::UpstartCommand);
        for (old, new) in runs(&before.service).iter().zip(runs(&after.service)) {
            if old != &new && is_valid(old) && !is_valid(&new) {
                writeln!(wrong, "{}: no script any more:\n{new}", path.display()).unwrap();
            }
            for call in calls_left(&new) {
                let own = after
                    .service
                    .hooks
                    .iter()
                    .any(|hook| hook.command.value.facts.stops_itself && text(&hook.command.value.run) == new)
                    && call.starts_with("stop");
                let words = call.split_whitespace().filter(|word| !matches!(*word, "\\" | "exec"));
                let squeezed = words.collect::<Vec<_>>().join(" ");
                let first = squeezed.split(['>', '|']).next().unwrap_or_default().trim_end();
                let first = first.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
                if !own && !told.iter().any(|finding| finding.message.to_string().contains(first)) {
                    writeln!(wrong, "{}: `{call}` stays untold", path.display()).unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    println!("{rewritten} calls rewritten, {left} left");
    assert!(rewritten > 200, "only {rewritten}");
    assert!(left < rewritten, "{left} of {} left", left + rewritten);
}
