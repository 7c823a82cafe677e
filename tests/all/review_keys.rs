//! The keys of `cutover review`, without a terminal: whatever is pressed, the plan on the disk is the one that is
//! shown, and undoing all of it leads back to where it began.

use std::fs;
use std::path::Path;

use cutover::plan::Store;
use cutover::plan::model::Decision;
use cutover::review::diagnostic::Diagnostic;
use cutover::review::key::Key;
use cutover::review::keys::BINDINGS;
use cutover::review::mode::{Edit, Effect, Extent, Mode};
use cutover::review::page;
use cutover::review::screen::{self, Size};
use cutover::review::state::Review;
use cutover::review::subject::Subject;
use proptest::prelude::*;

use crate::common::{Sandbox, files_below};

const SIZE: Size = Size { rows: 24, columns: 80 };

const JOBS: [(&str, &str); 5] = [
    ("root/etc/init/app.conf", "start on runlevel [2345]\nexpect fork\nrespawn\nexec app\n"),
    ("root/etc/init/cron.conf", "start on runlevel [2345]\nexpect fork\nrespawn\nexec cron\n"),
    ("root/etc/init/db.conf", "start on filesystem\nexec /usr/sbin/db \"\x1b[2J名前\"\n"),
    (
        "root/etc/init/hooks.conf",
        "start on startup\ntask\nscript\n\tcat >/tmp/x <<END\na\nEND\n\trm /tmp/x\nend script\n",
    ),
    ("root/etc/init/web.conf", "start on runlevel [2345]\nstop on runlevel [!2345]\nexec /usr/sbin/web\n"),
];

fn planned() -> Sandbox {
    let sandbox = Sandbox::with(&JOBS);
    let status = sandbox.status(&["plan", "--root", "root", "--out", "plan"]);
    assert!(matches!(status, Some(0 | 1)));
    sandbox
}

/// A review, and all that a session does for it; texts come from the test in the place of an editor.
struct Bench {
    review: Review,
    store: Store,
    size: Size,
    written: Vec<u8>,
    mistake: bool,
}

impl Bench {
    fn new(plan: &Path) -> Bench {
        let store = Store::open_alone(plan).unwrap();
        let review = Review::new(store.plan());
        Bench { review, store, size: SIZE, written: b"[Service]\nExecStart=/bin/x\n".to_vec(), mistake: false }
    }

    fn screen(&self) -> Vec<String> {
        let plan = self.store.plan();
        let service = self.review.service(plan).unwrap();
        let page = page::lines(&Subject::of(&self.store, service), self.size.columns, self.review.shows_same());
        let lines = screen::draw(&self.review, plan, &page, self.size);
        assert_eq!(lines.len(), self.size.rows);
        for line in &lines {
            assert!(line.width() <= self.size.columns, "{line:?}");
            assert!(!line.marked().replace("\x1b[7m", "").replace("\x1b[0m", "").contains(char::is_control));
        }
        lines.iter().map(cutover::review::line::Line::plain).collect()
    }

    /// Presses a key; whether the review goes on.
    fn press(&mut self, key: &Key) -> bool {
        let mut next = self.review.key(self.store.plan(), key, Extent { lines: 100, window: 20 });
        while let Some(effect) = next.take() {
            match effect {
                Effect::Change(changes) => self.store.change(&changes).unwrap(),
                Effect::Edit(path, _) => {
                    let before = self.store.text(&path).unwrap();
                    let edit = Edit { path, before, after: self.written.clone() };
                    let diagnostics = if self.mistake { vec![Diagnostic::error(Some(1), "no")] } else { Vec::new() };
                    next = self.review.wrote(self.store.plan(), edit, diagnostics);
                }
                Effect::Drop(path) => {
                    let (before, after) = (self.store.text(&path).unwrap(), self.store.generated(&path).unwrap());
                    next = self.review.wrote(self.store.plan(), Edit { path, before, after }, Vec::new());
                }
                Effect::Redraw | Effect::Suspend => {}
                Effect::Quit => return false,
            }
        }
        true
    }

    fn type_all(&mut self, keys: &str) {
        for character in keys.chars() {
            assert!(self.press(&if character == '\n' { Key::Enter } else { Key::Char(character) }));
        }
    }

    fn at(&self) -> String {
        self.review.service(self.store.plan()).unwrap().name.clone()
    }

    fn decision(&self, name: &str) -> Decision {
        self.store.plan().service(name).unwrap().decision
    }

    /// All that the plan and its files say.
    fn all(&self) -> (serde_json::Value, Vec<Vec<u8>>) {
        let plan = self.store.plan();
        (
            serde_json::to_value(plan).unwrap(),
            plan.files.iter().map(|file| self.store.text(&file.path).unwrap()).collect(),
        )
    }
}

#[test]
fn deciding_goes_on_to_the_next_one_that_is_undecided() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    assert_eq!(bench.at(), "app");
    bench.type_all("ns");
    assert_eq!((bench.decision("db"), bench.at().as_str()), (Decision::Skipped, "hooks"));
    bench.type_all("aa");
    assert_eq!(bench.at(), "app");
    bench.type_all("a");
    assert!(bench.review.message().contains("all is decided"));
    // Retired ones are not asked about.
    assert_eq!(bench.review.position(bench.store.plan()), (1, 4));
}

#[test]
fn what_was_decided_can_be_changed_and_reset() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("aps");
    assert_eq!(bench.decision("app"), Decision::Skipped);
    bench.type_all("/app\nr");
    assert_eq!((bench.decision("app"), bench.at().as_str()), (Decision::Undecided, "app"));
}

#[test]
fn plain_ones_are_accepted_in_one_key_and_that_is_one_step() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("A");
    let plan = bench.store.plan();
    assert!(plan.services.iter().any(|service| service.is_plain() && service.name == "web"));
    for service in &plan.services {
        assert_eq!(service.decision == Decision::Accepted, service.is_plain(), "{}", service.name);
    }
    bench.type_all("u");
    assert_eq!(bench.store.plan().undecided().count(), 4);
}

#[test]
fn the_rest_is_of_those_shown_and_asked_about() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("f!plain\nRn");
    assert_eq!(bench.store.plan().undecided().count(), 4);
    bench.type_all("Ry");
    for service in &bench.store.plan().services {
        let is_left = service.name != "cron" && service.is_plain();
        assert_eq!(service.decision == Decision::Undecided, is_left, "{}", service.name);
    }
}

#[test]
fn a_filter_that_nothing_fits_is_not_taken() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("fnothing\n");
    assert_eq!(bench.review.filter().text(), "");
    assert!(bench.screen()[22].contains("no service fits `nothing`"), "{:#?}", bench.screen());
    bench.type_all("fCUT999\n");
    assert!(bench.screen()[22].contains("there is no finding `CUT999`"));
    bench.type_all("f!web !app\n");
    assert_eq!(bench.review.position(bench.store.plan()).1, 2);
}

#[test]
fn a_jump_to_what_is_hidden_shows_it() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("/cro\n");
    assert_eq!(bench.at(), "cron");
    assert_eq!(bench.review.position(bench.store.plan()), (5, 5));
    bench.type_all("s");
    assert!(bench.review.message().contains("there is nothing to decide"));
}

#[test]
fn of_several_files_one_is_chosen() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.type_all("/hooks\ne");
    let Mode::Choose { choices, .. } = bench.review.mode() else { panic!("{:#?}", bench.screen()) };
    assert_eq!(choices.len(), 2);
    bench.type_all("2");
    let edited: Vec<String> = (bench.store.plan().files.iter().filter(|file| file.edited.is_some()))
        .map(|file| file.path.to_string())
        .collect();
    assert_eq!(edited, ["/usr/libexec/cutover/hooks-main"]);
    assert!(bench.store.plan().service("hooks").unwrap().edited);
}

#[test]
fn pasted_text_decides_nothing() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    bench.press(&Key::Paste("aAsSRyq".to_owned()));
    assert_eq!(bench.store.plan().undecided().count(), 4);
}

#[test]
fn what_cannot_be_saved_is_not_decided() {
    let sandbox = planned();
    let mut store = Store::open_alone(&sandbox.path("plan")).unwrap();
    fs::rename(sandbox.path("plan"), sandbox.path("gone")).unwrap();
    assert!(store.decide("web", Decision::Accepted).is_err());
    assert_eq!(store.plan().service("web").unwrap().decision, Decision::Undecided);
}

#[test]
fn on_small_screens_there_is_as_much_as_fits() {
    let sandbox = planned();
    let mut bench = Bench::new(&sandbox.path("plan"));
    for (rows, columns) in [(1, 1), (2, 5), (4, 10), (5, 24), (10, 40), (60, 300)] {
        bench.size = Size { rows, columns };
        for keys in ["", "?", " ", "fx", "\n", "e", "S"] {
            bench.type_all(keys);
            bench.screen();
        }
        bench.press(&Key::Escape);
    }
}

fn key() -> impl Strategy<Value = Key> {
    let bound: Vec<Key> = BINDINGS.iter().flat_map(|binding| binding.keys).cloned().collect();
    prop_oneof![
        8 => prop::sample::select(bound),
        2 => "[yn1-3kdewu a]".prop_map(|text| Key::Char(text.chars().next().unwrap())),
        1 => Just(Key::Enter),
        1 => Just(Key::Escape),
        1 => Just(Key::Backspace),
        1 => Just(Key::Paste("plain".to_owned())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_pressed_the_plan_stays_sound(
        keys in prop::collection::vec((key(), any::<bool>(), 0..4_u8), 1..40),
        size in (1..50_usize, 1..150_usize),
    ) {
        let sandbox = planned();
        let plan = sandbox.path("plan");
        let mut bench = Bench::new(&plan);
        bench.size = Size { rows: size.0, columns: size.1 };
        let start = bench.all();
        for (key, mistake, text) in keys {
            bench.mistake = mistake;
            bench.written = format!("[Service]\nExecStart=/bin/{text}\n").into_bytes();
            if !bench.press(&key) {
                break;
            }
            bench.screen();
            let now = bench.store.plan();
            let saved = Store::open(&plan).unwrap();
            prop_assert_eq!(bench.all().0, serde_json::to_value(saved.plan()).unwrap());
            for service in &now.services {
                let edited = service.files.iter().filter_map(|path| now.file(path)).any(|file| file.edited.is_some());
                prop_assert_eq!(service.edited, edited);
            }
            prop_assert_eq!(now.service("cron").unwrap().decision, Decision::Accepted);
            let (at, of) = bench.review.position(now);
            prop_assert!(at <= of);
        }
        for _ in 0..2 {
            bench.press(&Key::Escape);
        }
        while bench.review.message() != "there is nothing to undo" {
            bench.press(&Key::Char('u'));
        }
        prop_assert_eq!(bench.all(), start);
        let left: Vec<_> = files_below(&plan).into_iter().filter(|path| path.to_string_lossy().contains(".cutover-")).collect();
        prop_assert!(left.is_empty(), "{:?}", left);
    }
}
