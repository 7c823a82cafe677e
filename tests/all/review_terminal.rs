//! `cutover review` on a real terminal, that of tmux: what people see, and what is in the plan afterwards whatever
//! happens.

use std::fs;
use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::common::{Sandbox, skip};

/// No screen takes longer to come.
const PATIENCE: Duration = Duration::from_secs(20);

const JOBS: [(&str, &str); 3] = [
    ("root/etc/init/app.conf", "start on runlevel [2345]\nstop on runlevel [!2345]\nexpect fork\nrespawn\nexec app\n"),
    ("root/etc/init/db.conf", "start on filesystem\nexec /usr/sbin/db \"\x1b[2J名前\"\n"),
    ("root/etc/init/web.conf", "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /usr/sbin/web\n"),
];

/// A terminal of its own, in which one program runs.
struct Tmux {
    socket: String,
    sandbox: Sandbox,
}

impl Tmux {
    /// Plans the jobs, and reviews them in a terminal of that size. Nothing where there is no tmux.
    fn review(columns: u32, rows: u32, environment: &str) -> Option<Tmux> {
        if Command::new("tmux").arg("-V").output().is_err() {
            skip("tmux is not installed");
            return None;
        }
        let sandbox = Sandbox::with(&JOBS);
        sandbox.status(&["plan", "--root", "root", "--out", "plan"]);
        let socket = sandbox.path("tmux.socket").to_str().unwrap().to_owned();
        let program = env!("CARGO_BIN_EXE_cutover");
        sandbox.file("go.sh", format!("cd '{}'\nenv -u VISUAL {environment} {program} review plan\necho \"ended with $?\"\nstty -a | grep -o ' echo '\nexec sleep 600\n", sandbox.path("").display()));
        let tmux = Tmux { socket, sandbox };
        let (x, y) = (columns.to_string(), rows.to_string());
        let script = format!("sh {}", tmux.sandbox.path("go.sh").display());
        let made = tmux.tmux(&["-f", "/dev/null", "new-session", "-d", "-x", &x, "-y", &y, &script]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(tmux)
    }

    fn tmux(&self, args: &[&str]) -> Output {
        Command::new("tmux")
            .arg("-S")
            .arg(&self.socket)
            .args(args)
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .output()
            .unwrap()
    }

    fn screen(&self) -> String {
        String::from_utf8(self.tmux(&["capture-pane", "-p"]).stdout).unwrap()
    }

    /// Waits for a screen.
    fn until(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(start.elapsed() < PATIENCE, "waiting for {what}:\n{screen}");
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits for a screen with that text.
    fn sees(&self, text: &str) -> String {
        self.until(text, |screen| screen.contains(text))
    }

    fn keys(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    /// The process of the review.
    fn process(&self) -> String {
        let pane = self.tmux(&["display-message", "-p", "#{pane_pid}"]).stdout;
        let pane = String::from_utf8(pane).unwrap();
        let children = format!("/proc/{0}/task/{0}/children", pane.trim());
        let children = fs::read_to_string(children).unwrap();
        children.split_whitespace().next().unwrap_or_else(|| panic!("it has ended:\n{}", self.screen())).to_owned()
    }

    fn kill(&self, signal: &str) {
        let killed = Command::new("kill").args([signal, &self.process()]).status().unwrap();
        assert!(killed.success());
    }

    fn service(&self, name: &str) -> serde_json::Value {
        let plan: serde_json::Value = serde_json::from_str(&self.sandbox.read("plan/plan.json")).unwrap();
        let services = plan["services"].as_array().unwrap();
        services.iter().find(|service| service["name"] == name).unwrap().clone()
    }

    fn decisions(&self) -> [String; 3] {
        ["app", "db", "web"].map(|name| self.service(name)["decision"].as_str().unwrap().to_owned())
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

const WEB_UNIT: &str = "plan/root/etc/systemd/system/web.service";

#[test]
fn services_are_decided_edited_undone_filtered_and_saved() {
    let Some(tmux) = Tmux::review(80, 24, "EDITOR='sh edit.sh --some argument'") else { return };
    tmux.sandbox.file(
        "edit.sh",
        "test \"$1 $2\" = '--some argument' || exit 1\nsed -i 's|/usr/sbin/web|/usr/sbin/web --fast|' \"$3\"\n",
    );
    // What is there to be read.
    let screen = tmux.sees("[1/3] app");
    assert!(screen.contains("undecided · 3 to decide") && screen.contains("? help  q quit"), "{screen}");
    // Accept, and go on.
    tmux.keys(&["a"]);
    let screen = tmux.sees("[2/3] db");
    assert!(screen.contains("app: accepted"), "{screen}");
    assert_eq!(tmux.decisions(), ["accepted", "undecided", "undecided"]);
    // What a job holds does not drive the terminal.
    assert!(screen.contains("\\u{1b}[2J名前"), "{screen}");
    // Undo goes back to where it was.
    tmux.keys(&["u"]);
    tmux.sees("[1/3] app");
    assert_eq!(tmux.decisions()[0], "undecided");
    // A page explains a finding, and another tells the keys.
    tmux.keys(&["?"]);
    tmux.sees("accept: it is installed");
    tmux.keys(&["Escape"]);
    // Edit.
    tmux.keys(&["/", "w", "e", "b", "Enter"]);
    tmux.sees("[3/3] web");
    tmux.keys(&["e"]);
    let screen = tmux.sees("web.service is edited");
    assert!(screen.contains("undecided, edited"), "{screen}");
    assert!(tmux.sandbox.read(WEB_UNIT).contains("/usr/sbin/web --fast\n"));
    assert_eq!(tmux.service("web")["edited"], true);
    tmux.keys(&["E"]);
    tmux.sees("is what cutover wrote again");
    assert!(!tmux.sandbox.read(WEB_UNIT).contains("--fast"));
    tmux.keys(&["u"]);
    tmux.sees("undone");
    assert!(tmux.sandbox.read(WEB_UNIT).contains("--fast"));
    // Another size is drawn anew, side by side where there is room.
    tmux.tmux(&["resize-window", "-x", "140", "-y", "30"]);
    tmux.until("both sides", |screen| {
        screen.lines().any(|line| line.contains("web.conf") && line.contains("│ /etc/systemd"))
    });
    tmux.tmux(&["resize-window", "-x", "30", "-y", "8"]);
    let screen = tmux.until("a small screen", |screen| !screen.contains('│') && screen.contains("[3/3] web"));
    assert!(screen.contains("undecided"), "{screen}");
    tmux.tmux(&["resize-window", "-x", "80", "-y", "24"]);
    // Filter.
    tmux.keys(&["f", "plain", "Enter"]);
    let screen = tmux.sees("── filter: plain");
    assert!(screen.contains("/2] "), "{screen}");
    tmux.keys(&["A"]);
    tmux.sees("2 services: accepted");
    tmux.keys(&["f", "C-u", "Enter"]);
    tmux.until("no filter", |screen| !screen.contains("filter:"));
    // The rest is asked about.
    tmux.keys(&["S"]);
    tmux.sees("Skip all 1 undecided services");
    tmux.keys(&["y"]);
    tmux.sees("all is decided, q quits");
    tmux.keys(&["q"]);
    let screen = tmux.sees("ended with 0");
    assert!(screen.contains("all is decided: cutover apply plan"), "{screen}");
    tmux.sees("\n echo");
    assert_eq!(tmux.decisions(), ["skipped", "accepted", "accepted"]);
}

#[test]
fn an_edit_with_mistakes_is_asked_about() {
    let Some(tmux) = Tmux::review(80, 24, "EDITOR='sh edit.sh'") else { return };
    tmux.sandbox.file("edit.sh", "echo Restrat=always >>\"$1\"\n");
    tmux.sees("[1/3] app");
    tmux.keys(&["n", "n", "e"]);
    let screen = tmux.sees("e edit again  k keep it anyway  d drop the edit");
    assert!(screen.contains("unknown key `Restrat`") && screen.contains("> Restrat=always"), "{screen}");
    assert!(!tmux.sandbox.read(WEB_UNIT).contains("Restrat"));
    tmux.keys(&["d"]);
    tmux.sees("the edit was dropped; nothing changed");
    assert_eq!(tmux.service("web")["edited"], false);
    tmux.keys(&["e"]);
    tmux.sees("k keep it anyway");
    tmux.keys(&["k"]);
    tmux.sees("web.service is edited");
    assert!(tmux.sandbox.read(WEB_UNIT).contains("Restrat"));
    // An editor that fails, or leaves the text alone, changes nothing.
    tmux.sandbox.file("edit.sh", "echo lost >\"$1\"; exit 3\n");
    tmux.keys(&["e"]);
    tmux.sees("nothing changed");
    tmux.sandbox.file("edit.sh", "");
    tmux.keys(&["e"]);
    tmux.sees("the text is as it was");
    assert!(tmux.sandbox.read(WEB_UNIT).contains("Restrat"));
}

#[test]
fn ctrl_c_ends_it_and_loses_nothing() {
    let Some(tmux) = Tmux::review(80, 24, "") else { return };
    tmux.sees("[1/3] app");
    tmux.keys(&["a"]);
    tmux.sees("[2/3] db");
    // Also in the middle of a question.
    tmux.keys(&["/", "C-c"]);
    let screen = tmux.sees("ended with 1");
    assert!(screen.contains("2 services are undecided"), "{screen}");
    tmux.sees("\n echo");
    assert_eq!(tmux.decisions(), ["accepted", "undecided", "undecided"]);
}

#[test]
fn signals_end_it_and_the_terminal_is_as_it_was() {
    for (signal, status) in [("-TERM", "143"), ("-HUP", "129"), ("-INT", "130")] {
        let Some(tmux) = Tmux::review(80, 24, "") else { return };
        tmux.sees("[1/3] app");
        tmux.keys(&["s"]);
        tmux.sees("[2/3] db");
        tmux.kill(signal);
        let screen = tmux.sees(&format!("ended with {status}"));
        assert!(!screen.contains("[2/3]"), "{screen}");
        tmux.sees("\n echo");
        assert_eq!(tmux.decisions(), ["skipped", "undecided", "undecided"]);
    }
}

#[test]
fn what_was_decided_before_kill_9_is_kept() {
    let Some(tmux) = Tmux::review(80, 24, "") else { return };
    tmux.sees("[1/3] app");
    tmux.keys(&["a"]);
    tmux.sees("[2/3] db");
    tmux.kill("-KILL");
    tmux.sees("Killed");
    assert_eq!(tmux.decisions(), ["accepted", "undecided", "undecided"]);
    // The lock went with the process.
    assert_eq!(tmux.sandbox.status(&["review", "plan", "--accept-all"]), Some(0));
}

#[test]
fn a_closed_terminal_ends_it() {
    let Some(tmux) = Tmux::review(80, 24, "") else { return };
    tmux.sees("[1/3] app");
    tmux.keys(&["a"]);
    tmux.sees("[2/3] db");
    let process = tmux.process();
    tmux.tmux(&["kill-server"]);
    let start = Instant::now();
    while fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == "cutover") {
        assert!(start.elapsed() < PATIENCE, "it goes on without a terminal");
        sleep(Duration::from_millis(20));
    }
    assert_eq!(tmux.decisions(), ["accepted", "undecided", "undecided"]);
}

#[test]
fn nobody_else_decides_meanwhile() {
    let Some(tmux) = Tmux::review(80, 24, "") else { return };
    tmux.sees("[1/3] app");
    let said = tmux.sandbox.run(&["review", "plan", "--accept-all"]);
    assert!(said.contains("another cutover is at work on this plan"), "{said}");
}
