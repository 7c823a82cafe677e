//! The page of `cutover report` in a real browser: headless Chromium, without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::common::{Sandbox, shared, skip};

/// Runs the browser on a file. Nothing that it does leaves the machine.
fn chromium(sandbox: &Sandbox, flags: &[&str], url: &str) -> Option<Output> {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND",
        ])
        .args(["--window-size=1400,1000", "--timeout=120000"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(flags)
        .arg(url)
        .current_dir(sandbox.path(""))
        .output();
    match output {
        Ok(output) => Some(output),
        Err(error) => {
            skip(&format!("no chromium: {error}"));
            None
        }
    }
}

/// The report of a machine with jobs of every grade, in a sandbox.
fn page() -> Option<(Sandbox, PathBuf)> {
    let machine = shared("machines")?.join("raspbmc");
    let sandbox = Sandbox::new();
    sandbox.output(&["plan", "--root", machine.to_str().unwrap(), "--out", "plan"]);
    let page = sandbox.path("plan/report.html");
    assert!(page.is_file());
    Some((sandbox, page))
}

fn url(path: &Path, fragment: &str) -> String {
    format!("file://{}{fragment}", path.display())
}

/// Runs a script in a copy of the page, behind the page's own, and returns what it answers. The copy has no policy, since
/// that lets no other script run; errors are collected.
fn ask(fragment: &str, flags: &[&str], script: &str) -> Option<Value> {
    let (sandbox, page) = page()?;
    let text = fs::read_to_string(&page).unwrap();
    let (before, policy) = text.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let (_, after) = policy.split_once('>').unwrap();
    let head =
        "<script>const failures = []; addEventListener('error', (event) => failures.push(event.message));</script>";
    let tail = format!(
        "<pre id=\"answer\"></pre><script>
        const one = (selector) => document.querySelector(selector);
        const all = (selector) => [...document.querySelectorAll(selector)];
        const shown = () => all('table.services tbody tr').filter((row) => !row.hidden).map((row) => row.cells[0].textContent.trim());
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        const press = (key, at = document.activeElement) => at.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true, cancelable: true }}));
        const fill = async (name, value) => {{
            const field = one('form.filter').elements[name];
            field.value = value;
            field.dispatchEvent(new Event('input', {{ bubbles: true }}));
            await wait(200);
        }};
        (async () => {{ {script} }})().then(
            (answer) => {{ one('#answer').textContent = JSON.stringify({{ answer, failures }}); }},
            (error) => {{ one('#answer').textContent = JSON.stringify({{ answer: null, failures: [String(error), ...failures] }}); }});
        </script></body>"
    );
    let copy = format!("{before}{head}<meta {after}").replace("</body>", &tail);
    // The meta element that held the policy is empty now.
    let copy = copy.replace("<meta <meta", "<meta");
    fs::write(&page, copy).unwrap();
    let flags = [flags, &["--virtual-time-budget=20000", "--dump-dom"]].concat();
    let output = chromium(&sandbox, &flags, &url(&page, fragment))?;
    let dom = String::from_utf8(output.stdout).unwrap();
    let (_, answer) =
        dom.split_once("<pre id=\"answer\">").unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let (answer, _) = answer.split_once("</pre>").unwrap();
    let answer = answer.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert_eq!(answer["failures"], json!([]));
    Some(answer["answer"].clone())
}

#[test]
fn the_filter_narrows_the_services_and_keeps_itself_in_the_address() {
    let script = "
        const before = one('output.shown').textContent;
        await fill('q', 'PULSEAUDIO  daemon');
        const found = { shown: shown(), count: one('output.shown').textContent, hash: location.hash,
            sections: all('.service').filter((section) => !section.hidden).map((section) => section.id) };
        await fill('q', '');
        await fill('grade', 'manual');
        const manual = shown();
        const right = manual.every((name) => one(`#service-${name} .g-manual`));
        await fill('code', 'CUT207');
        const both = shown();
        await fill('q', 'no such text');
        const none = [shown(), one('p.none').hidden];
        one('form.filter button[type=reset]').click();
        await wait(200);
        return { before, found, manual: manual.length, right, both, none, after: one('output.shown').textContent, hash: location.hash };";
    let Some(answer) = ask("", &[], script) else { return };
    assert_eq!(answer["before"], "66 of 66 services shown");
    assert_eq!(
        answer["found"],
        json!({ "shown": ["pulseaudio"], "count": "1 of 66 services shown", "hash": "#?q=PULSEAUDIO++daemon", "sections": ["service-pulseaudio"] })
    );
    assert_eq!((&answer["manual"], &answer["right"]), (&json!(8), &json!(true)));
    assert_eq!(answer["both"], json!(["mountall", "network-lo", "xinetd"]));
    assert_eq!(answer["none"], json!([[], false]));
    assert_eq!((&answer["after"], &answer["hash"]), (&json!("66 of 66 services shown"), &json!("")));
}

#[test]
fn an_address_brings_back_the_filter_and_the_order() {
    let script = "
        const here = shown();
        const sorted = one('th[data-sort=findings]').getAttribute('aria-sort');
        const chosen = one('select[name=action]').value;
        location.hash = '#service-dbus';
        await wait(200);
        return { here, sorted, chosen, dbus: one('#service-dbus').hidden };";
    let Some(answer) = ask("#?action=convert&code=CUT207&sort=findings-descending", &[], script) else {
        return;
    };
    assert_eq!(
        answer,
        json!({ "here": ["mountall", "xinetd", "network-lo"], "sorted": "descending", "chosen": "convert", "dbus": false })
    );
}

#[test]
fn the_table_is_sorted_by_its_heads() {
    let script = "
        const head = one('th[data-sort=grade]');
        const button = head.querySelector('button');
        const grades = () => all('table.services tbody tr').map((row) => row.dataset.grade ?? '');
        button.click();
        const first = [grades()[0], head.getAttribute('aria-sort')];
        button.click();
        const second = [grades()[0], head.getAttribute('aria-sort')];
        one('th[data-sort=name]').click();
        return { first, second, names: shown().slice(0, 2), sorted: all('[aria-sort]').length, says: button.getAttribute('aria-label') };";
    let Some(answer) = ask("", &[], script) else { return };
    assert_eq!(
        answer,
        json!({ "first": ["manual", "descending"], "second": ["", "ascending"], "names": ["avahi-daemon", "cache"], "sorted": 1, "says": "Sort by grade" })
    );
}

#[test]
fn lines_that_belong_together_light_up_under_pointer_and_focus() {
    let script = "
        const lit = () => all('li.tied').map((line) => line.id);
        const line = one('#service-cron li[data-t]');
        const want = [line.id, ...line.dataset.t.split(' ')].sort();
        line.querySelector('code').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
        const hovered = lit().sort();
        const colour = getComputedStyle(line).backgroundColor !== getComputedStyle(line.nextElementSibling).backgroundColor;
        document.body.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
        const left = lit();
        const link = line.querySelector('.ties a');
        link.focus();
        const focused = lit().sort();
        one('input[name=q]').focus();
        return { same: String(hovered) === String(want) && String(focused) === String(want), several: want.length > 1, colour, left, after: lit(),
            leads: line.dataset.t.split(' ').includes(link.hash.slice(1)) };";
    let Some(answer) = ask("", &[], script) else { return };
    assert_eq!(
        answer,
        json!({ "same": true, "several": true, "colour": true, "left": [], "after": [], "leads": true })
    );
}

#[test]
fn the_keyboard_is_enough() {
    let script = "
        const here = () => document.activeElement.closest('.service')?.id;
        const walk = [];
        one('#service-avahi-daemon h3').focus();
        for (const key of ['j', 'j', 'k']) { press(key); walk.push(here()); }
        const hash = location.hash;
        press('/');
        const search = document.activeElement.name;
        press('j');
        const typed = document.activeElement.name;
        press('Escape');
        await fill('q', 'cron');
        document.activeElement.blur();
        press('Escape', document.body);
        await wait(200);
        const cleared = one('output.shown').textContent;
        press('s', document.body);
        const table = document.activeElement.id;
        const themes = [];
        for (let at = 0; at < 3; at += 1) { press('t', document.body); themes.push(document.documentElement.dataset.theme ?? 'auto'); }
        press('?', document.body);
        const help = one('#help').open;
        const reachable = all('a[href], button, input, select, summary').filter((each) => each.tabIndex < 0).length;
        return { walk, hash, search, typed, cleared, table, themes, help, reachable };";
    let Some(answer) = ask("", &[], script) else { return };
    assert_eq!(
        answer,
        json!({
            "walk": ["service-cache", "service-cleanup", "service-cache"], "hash": "#service-cache", "search": "q", "typed": "q",
            "cleared": "66 of 66 services shown", "table": "services", "themes": ["light", "dark", "auto"], "help": true, "reachable": 0
        })
    );
}

/// The lowest contrast of any text against what is behind it (WCAG 2.2, "contrast ratio"), and where.
const CONTRAST: &str = "
    for (const style of ['.service, .explanation { content-visibility: visible !important; }']) {
        const sheet = document.createElement('style');
        sheet.textContent = style + '* { transition: none !important; }';
        document.head.append(sheet);
    }
    for (const fold of all('details')) fold.open = true;
    for (const line of all('#service-cron li[data-t]')) line.classList.add('tied');
    const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => {
        const part = (value) => ((value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = parse(getComputedStyle(at).backgroundColor);
            if (colour.length === 3) return colour;
        }
        return null;
    };
    let worst = [99, ''];
    let count = 0;
    for (const element of all('body *')) {
        if (element.closest('svg, script, #answer, dialog, option')) continue;
        if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
        const [one, two] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
        const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        count += 1;
        if (ratio < worst[0]) worst = [ratio, `${element.tagName}.${element.className} ${element.textContent.slice(0, 30)}`];
    }
    return { ratio: worst[0], where: worst[1], count, paper: getComputedStyle(document.body).backgroundColor };";

#[test]
fn light_and_dark_differ_and_both_can_be_read() {
    let mut papers = Vec::new();
    for flags in [&["--blink-settings=preferredColorScheme=1"][..], &["--blink-settings=preferredColorScheme=0"]] {
        let Some(answer) = ask("", flags, CONTRAST) else { return };
        assert!(answer["count"].as_u64().unwrap() > 3000, "{answer}");
        assert!(answer["ratio"].as_f64().unwrap() >= 4.5, "{answer}");
        papers.push(answer["paper"].clone());
    }
    assert_ne!(papers[0], papers[1]);
}

#[test]
fn the_page_runs_under_its_own_policy_without_a_word() {
    let Some((sandbox, page)) = page() else { return };
    let flags = ["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"];
    let Some(output) = chromium(&sandbox, &flags, &url(&page, "")) else { return };
    let (dom, said) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(dom.contains("66 of 66 services shown"), "the script did not run: {said}");
    assert!(!said.contains("CONSOLE"), "{said}");
}

#[test]
fn the_page_asks_nobody_even_where_it_could() {
    let script = "
        const asked = () => performance.getEntriesByType('resource').map((entry) => entry.name);
        const before = asked();
        const image = new Image();
        const failed = new Promise((done) => { image.onerror = done; });
        image.src = 'http://127.0.0.1:9/control';
        await failed;
        await wait(100);
        return { before, after: asked() };";
    let Some(answer) = ask("", &[], script) else { return };
    assert_eq!(answer, json!({ "before": [], "after": ["http://127.0.0.1:9/control"] }));
}

#[test]
fn a_script_that_gets_in_does_not_run() {
    let Some((sandbox, page)) = page() else { return };
    let text = fs::read_to_string(&page).unwrap();
    let foreign =
        "<script>document.title = 'foreign';</script><img src=\"x\" onerror=\"document.title = 'foreign'\"></body>";
    fs::write(&page, text.replace("</body>", foreign)).unwrap();
    let Some(output) = chromium(&sandbox, &["--virtual-time-budget=3000", "--dump-dom"], &url(&page, "")) else {
        return;
    };
    let dom = String::from_utf8(output.stdout).unwrap();
    assert!(dom.contains("<title>Cutover plan: 66 services</title>"));
}

#[test]
fn everything_is_there_without_a_script() {
    let Some((sandbox, page)) = page() else { return };
    // The page's own script does not run under a policy that does not name it.
    let text = fs::read_to_string(&page).unwrap().replace("script-src 'sha256-", "script-src 'sha256-no");
    fs::write(&page, text).unwrap();
    let Some(output) = chromium(&sandbox, &["--virtual-time-budget=3000", "--dump-dom"], &url(&page, "")) else {
        return;
    };
    let dom = String::from_utf8(output.stdout).unwrap();
    assert!(!dom.contains("66 of 66"), "the script ran");
    assert_eq!(dom.matches("<details").count(), dom.matches("open=\"\"").count());
    assert_eq!(dom.matches("class=\"service a-").count(), 66);
}

#[test]
fn on_paper_everything_is_open_and_no_control_is_left() {
    let Some((sandbox, page)) = page() else { return };
    let flags = ["--no-pdf-header-footer", "--virtual-time-budget=5000", "--print-to-pdf=page.pdf"];
    if chromium(&sandbox, &flags, &url(&page, "")).is_none() {
        return;
    }
    let Ok(output) =
        Command::new("pdftotext").args(["-layout", "page.pdf", "-"]).current_dir(sandbox.path("")).output()
    else {
        return skip("no pdftotext");
    };
    let paper = String::from_utf8(output.stdout).unwrap();
    let plan: Value = serde_json::from_str(&sandbox.read("plan/plan.json")).unwrap();
    let pages: Vec<&str> = paper.split('\u{c}').collect();
    for service in plan["services"].as_array().unwrap() {
        let name = service["name"].as_str().unwrap();
        let head =
            |line: &str| line.trim_start().starts_with(name) && line.contains(service["action"].as_str().unwrap());
        assert!(pages.iter().any(|page| page.lines().any(head)), "{name} is not on paper");
        if service["action"] == "convert" {
            let first = |page: &str| page.lines().find(|line| !line.trim().is_empty()).is_some_and(head);
            assert!(pages.iter().copied().any(first), "{name} does not begin a page");
        }
    }
    for folded in ["What became of each stanza", "Scripts lie in", "/usr/libexec/cutover"] {
        assert!(paper.contains(folded), "{folded} is folded");
    }
    for control in ["Theme:", "Show all", "Fit width", "services shown"] {
        assert!(!paper.contains(control), "{control} is on paper");
    }
}
