//! `cutover report`: a plan for a browser, a ticket and programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;

use cutover::findings::CODES;
use cutover::plan::model::{Decision, Enablement};
use cutover::plan::{Request, Store, make};
use cutover::report::{Format, create, write};
use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::schema::{Checker, each_part, schema_of, unseen};
use crate::common::{Sandbox, codes_of_general_notes, files_below, html, repository, shared};

/// A job with a finding, and one that is exact.
const WEB: &str = "description \"the shop\"\nstart on runlevel [2345]\nstop on runlevel [!2345]\n\nrespawn\nkill timeout 0\n\
                   exec /usr/sbin/web --port 80\n";
const TILL: &str = "start on started web\ntask\nexec /usr/sbin/till\n";

fn small() -> Sandbox {
    Sandbox::with(&[("root/etc/init/web.conf", WEB), ("root/etc/init/till.conf", TILL)])
}

/// A root with everything that a plan can hold.
fn whole() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("root/etc/init/web.conf", WEB),
        ("root/etc/init/web.override", "manual\n"),
        ("root/etc/init/till.conf", TILL),
        (
            "root/etc/init/job.conf",
            "start on runlevel [2345]\nkill timeout 7\nsetuid nobody\nscript\n  . /etc/default/job\n  exec job\nend script\n",
        ),
        (
            "root/lib/systemd/system/job.service",
            "[Service]\nExecStart=/usr/bin/job\n[Install]\nWantedBy=multi-user.target\n",
        ),
        ("root/lib/systemd/system/basic.target", "[Unit]\nDescription=Basic\n"),
        (
            "root/etc/init/udevtrigger.conf",
            &fs::read_to_string(repository("corpus/vendor-jobs/udevtrigger.conf")).unwrap(),
        ),
        ("root/etc/init/one.conf", "start on started two\nexec /bin/one\n"),
        ("root/etc/init/two.conf", "start on started one and wanted\nexec /bin/two\n"),
        ("root/etc/init/three.conf", "start on wanted\nexec /bin/three\n"),
        (
            "root/etc/systemd/system/three.service",
            "# Made by cutover from /etc/init/three.conf\n[Service]\nExecStart=/bin/old\n",
        ),
        ("root/etc/cron.d/jobs", "0 4 * * * root initctl restart web\n"),
    ]);
    sandbox.file("root/etc/init/bytes.conf", b"description \"caf\xe9\"\nexec /bin/caf\xe9\n");
    // Disabled, and its unit is enabled.
    sandbox.file("root/etc/init/spare.conf", "manual\nexec /usr/bin/spare\n");
    sandbox.file(
        "root/lib/systemd/system/spare.service",
        "[Service]\nExecStart=/usr/bin/spare\n[Install]\nWantedBy=multi-user.target\n",
    );
    sandbox.link("root/etc/systemd/system/multi-user.target.wants/spare.service", "/lib/systemd/system/spare.service");
    // Two jobs that would be the same unit.
    sandbox.file("root/etc/init/twin/one.conf", "exec /bin/a\n");
    sandbox.file("root/etc/init/twin-one.conf", "exec /bin/b\n");
    let name = std::ffi::OsStr::from_bytes(b"root/etc/cron.d/caf\xe9");
    fs::write(sandbox.path("").join(name), b"0 4 * * * root initctl restart caf\xe9\n").unwrap();
    sandbox
}

fn planned(sandbox: &Sandbox) -> Store {
    sandbox.output(&["plan", "--root", "root", "--out", "plan"]);
    Store::open(&sandbox.path("plan")).unwrap()
}

fn report(sandbox: &Sandbox, format: &str) -> String {
    let output = sandbox.output(&["report", "plan", "--format", format]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

// ---- the command ---------------------------------------------------------------------------------

#[test]
fn a_plan_leaves_a_page_and_prints_any_report() {
    let sandbox = small();
    for format in ["html", "markdown", "json", "sarif"] {
        let printed = sandbox.output(&["plan", "--root", "root", "--out", "plan", "--report", format]).stdout;
        assert_eq!(String::from_utf8(printed).unwrap(), report(&sandbox, format), "{format}");
    }
    assert_eq!(sandbox.read("plan/report.html"), report(&sandbox, "html"));
}

#[test]
fn a_report_needs_the_plan_alone() {
    let sandbox = small();
    planned(&sandbox);
    let before = report(&sandbox, "html");
    fs::remove_dir_all(sandbox.path("root")).unwrap();
    fs::remove_file(sandbox.path("plan/report.html")).unwrap();
    assert_eq!(report(&sandbox, "html"), before);
}

#[test]
fn the_end_of_the_name_is_enough_and_no_file_is_overwritten() {
    let sandbox = small();
    planned(&sandbox);
    for (name, format) in
        [("a.html", "html"), ("a.md", "markdown"), ("a.json", "json"), ("a.sarif", "sarif"), ("a", "html")]
    {
        assert_eq!(sandbox.status(&["report", "plan", "--out", name]), Some(0), "{name}");
        assert_eq!(sandbox.read(name), report(&sandbox, format), "{name}");
    }
    sandbox.file("a.md", "mine");
    assert_snapshot!(sandbox.run(&["report", "plan", "--out", "a.md"]), @r#"
--- stderr
error: a.md: there is another file already; --force overwrites it
--- exit status 2
"#);
    assert_eq!(sandbox.status(&["report", "plan", "--out", "a.md", "--force"]), Some(0));
    assert_eq!(sandbox.read("a.md"), report(&sandbox, "markdown"));
}

#[test]
fn what_is_no_plan_is_told() {
    let sandbox = small();
    assert_snapshot!(sandbox.run(&["report", "nowhere"]), @r#"
--- stderr
error: nowhere: there is no plan.json: `cutover plan --out nowhere` makes a plan
--- exit status 2
"#);
    planned(&sandbox);
    sandbox.file("plan/root/etc/systemd/system/web.service", "[Service]\nExecStart=/bin/evil\n");
    assert_snapshot!(sandbox.run(&["report", "plan"]), @r#"
--- stderr
error: /etc/systemd/system/web.service was changed in the plan's directory; `cutover review` takes changes in with its edit command, or make the plan again
--- exit status 2
"#);
}

#[test]
fn decisions_and_edits_are_those_of_the_moment() {
    let sandbox = small();
    let mut store = planned(&sandbox);
    store.decide("web", Decision::Accepted).unwrap();
    let path = "/etc/systemd/system/web.service".parse().unwrap();
    let text = String::from_utf8(store.text(&path).unwrap()).unwrap();
    store.edit(&path, text.replace("--port 80", "--port 81").as_bytes()).unwrap();
    let page = html::text(&html::read(&report(&sandbox, "html")));
    assert!(page.contains("-ExecStart=/usr/sbin/web --port 80\n+ExecStart=/usr/sbin/web --port 81\n"), "{page}");
    assert!(page.contains("edited by hand"));
    let ticket = report(&sandbox, "markdown");
    assert!(ticket.contains("-ExecStart=/usr/sbin/web --port 80\n+ExecStart=/usr/sbin/web --port 81\n"), "{ticket}");
    assert!(ticket.contains("| accepted, edited |"), "{ticket}");
    let document: Value = serde_json::from_str(&report(&sandbox, "json")).unwrap();
    assert_eq!(document["counts"]["decisions"], json!({ "accepted": 1, "skipped": 0, "undecided": 1 }));
    assert_eq!(document["counts"]["edited"], 1);
}

#[test]
fn what_is_not_for_everybody_stays_so() {
    let mode = |sandbox: &Sandbox, name: &str| {
        planned(sandbox);
        assert_eq!(sandbox.status(&["report", "plan", "--out", name]), Some(0));
        fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o7777
    };
    let sandbox = small();
    assert_eq!(mode(&sandbox, "open.html"), 0o644);
    fs::set_permissions(sandbox.path("root/etc/init/web.conf"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(mode(&sandbox, "private.html"), 0o600);
}

// ---- Markdown ------------------------------------------------------------------------------------

#[test]
fn a_ticket_says_what_is_to_be_looked_at() {
    let sandbox = small();
    planned(&sandbox);
    assert_snapshot!(codes_of_general_notes(&report(&sandbox, "markdown")), @r#"
# Cutover plan: 2 services

- Actions: **2** convert
- Of those not retired: **2** approximated
- Decisions: **2** undecided
- 2 files, 2 links, for systemd 252

## Services

| Service | Action | Unit | Grade | Decision | Findings |
| --- | --- | --- | --- | --- | --- |
| `till` | convert | `till.service` | approximated | undecided | 1, worst: note |
| `web` | convert | `web.service` | approximated | undecided | 2, worst: warning |

## To look at

### `web`

convert → `web.service`, approximated: it is not a job of the distribution, and the root has no unit for it.

- **warning** CUT501 kill-timeout-zero at `/etc/init/web.conf:6`: Upstart itself aborts when it stops a job with a kill timeout of 0. *What to do:* choose how many seconds the service may take to stop
- notes: CUT401 respawn-window (line 5)

<details><summary>1 difference in behaviour (9 more are harmless)</summary>

| What | Upstart | systemd | Why |
| --- | --- | --- | --- |
| time until SIGKILL | 0 s | 1 s | a program that is slow to stop is killed at another time |

</details>

<details><summary>For all services</summary>

note[general]: CUT901 CUT902 CUT903 CUT904 CUT905 CUT906 CUT907 CUT908 CUT909 CUT910 CUT911
- **note** CUT825 partial-root: the root has no list of accounts and no programs: whether those are there that services need is not told. *What to do:* plan with the whole root to find out: --root
- **note** CUT833 no-systemd: there is no systemd in the root: whether the units that take the place of jobs are there cannot be told. *What to do:* plan again once systemd is installed in it, before anything is applied

</details>
"#);
}

#[test]
fn a_ticket_shows_what_is_replaced_and_who_calls() {
    let sandbox = whole();
    planned(&sandbox);
    let ticket = report(&sandbox, "markdown");
    assert!(ticket.contains("```diff\n@@ "), "{ticket}");
    assert!(ticket.contains("\n-ExecStart=/bin/old\n+Type=exec\n"), "{ticket}");
    assert!(
        ticket.contains("| `/etc/cron.d/jobs:1` | `initctl restart web` | `systemctl try-restart web.service` |"),
        "{ticket}"
    );
    assert!(ticket.contains("1 service retired"), "{ticket}");
}

// ---- JSON ----------------------------------------------------------------------------------------

/// What the schema of a plan has and the plans of this test do not.
const NEVER: &[&str] = &[
    // A directory or a device where a file is read or written.
    "#/$defs/state/oneOf/3",
    "#/$defs/state/oneOf/3/properties/gid",
    "#/$defs/state/oneOf/3/properties/kind",
    "#/$defs/state/oneOf/3/properties/mode",
    "#/$defs/state/oneOf/3/properties/uid",
    "#/$defs/state/oneOf/4",
    "#/$defs/state/oneOf/4/properties/kind",
];

#[test]
fn documents_hold_to_the_schemas_of_the_book() {
    let mut seen = BTreeSet::new();
    let mut hold = |sandbox: &Sandbox| {
        let document: Value = serde_json::from_str(&report(sandbox, "json")).unwrap();
        let plan: Value = serde_json::from_str(&sandbox.read("plan/plan.json")).unwrap();
        assert_eq!(document["plan"], plan);
        for (name, document) in [("report", &document), ("plan", &plan)] {
            let schema = schema_of(name);
            let answer = Checker { schema: &schema, strict: true }.document(document);
            assert!(answer.wrong.is_empty(), "{}", answer.wrong.join("\n"));
            if name == "plan" {
                seen.extend(answer.seen);
            }
        }
    };
    // Jobs of every kind, and a root with callers and links.
    let corpus = Sandbox::new();
    for folder in ["vendor-jobs", "init", "set"] {
        for path in files_below(&repository(&format!("corpus/{folder}"))) {
            if path.extension().is_some_and(|end| end == "conf" || end == "override") {
                let name = path.file_name().unwrap().to_str().unwrap();
                corpus.file(&format!("root/etc/init/{name}"), fs::read(&path).unwrap());
            }
        }
    }
    corpus.link("root/etc/systemd/system/gone.service", "/dev/null");
    planned(&corpus);
    hold(&corpus);
    let callers = Sandbox::new();
    callers.link("root", repository("corpus/root").to_str().unwrap());
    planned(&callers);
    hold(&callers);
    let sandbox = whole();
    for more in [
        &["--style", "exact", "--logs", "files"][..],
        &["--enablement", "none", "--lift", "all"],
        &["--enablement", "preset", "--lift", "none"],
        &[],
    ] {
        sandbox.output(&[&["plan", "--root", "root", "--out", "plan"], more].concat());
        hold(&sandbox);
    }
    let mut store = planned(&sandbox);
    store.decide("web", Decision::Accepted).unwrap();
    store.decide("one", Decision::Skipped).unwrap();
    let path = "/etc/systemd/system/one.service".parse().unwrap();
    store.edit(&path, b"[Service]\nExecStart=/bin/true\n").unwrap();
    hold(&sandbox);
    sandbox.file("root/etc/init/web.conf", format!("{WEB}nice 5\n"));
    planned(&sandbox);
    hold(&sandbox);
    assert_eq!(unseen(&schema_of("plan"), &seen).iter().map(String::as_str).collect::<Vec<_>>(), NEVER);
}

#[test]
fn the_schema_of_a_plan_says_what_each_field_is() {
    for name in ["plan", "report"] {
        each_part("#", &schema_of(name), &mut |at, part| {
            let is_said = part.get("description").is_some() || part.get("$ref").is_some();
            let is_plain = part["properties"].is_null();
            assert!(is_said || is_plain, "{name}: {at}");
        });
    }
}

#[test]
fn counts_are_those_of_the_plan() {
    let sandbox = small();
    planned(&sandbox);
    let document: Value = serde_json::from_str(&report(&sandbox, "json")).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&document["counts"]).unwrap(), @r#"
{
  "actions": {
    "adopt": 0,
    "convert": 2,
    "hold": 0,
    "retire": 0
  },
  "callers": 0,
  "codes": {
    "CUT401": 1,
    "CUT501": 1,
    "CUT710": 1,
    "CUT825": 1,
    "CUT833": 1,
    "CUT901": 1,
    "CUT902": 1,
    "CUT903": 1,
    "CUT904": 1,
    "CUT905": 1,
    "CUT906": 1,
    "CUT907": 1,
    "CUT908": 1,
    "CUT909": 1,
    "CUT910": 1,
    "CUT911": 1
  },
  "cycles": 0,
  "decisions": {
    "accepted": 0,
    "skipped": 0,
    "undecided": 2
  },
  "edited": 0,
  "files": 2,
  "findings": {
    "error": 0,
    "manual": 0,
    "note": 15,
    "warning": 1
  },
  "grades": {
    "approximated": 2,
    "exact": 0,
    "manual": 0
  },
  "links": 2,
  "services": 2
}
"#);
}

// ---- SARIF ---------------------------------------------------------------------------------------

/// What of the standard is used, as a schema; `tests/all/sarif.schema.json` tells more.
fn sarif_schema() -> Value {
    serde_json::from_slice(&fs::read(repository("tests/all/sarif.schema.json")).unwrap()).unwrap()
}

/// What no schema says, and the standard does.
fn check_sarif(log: &Value) {
    let schema = sarif_schema();
    let answer = Checker { schema: &schema, strict: true }.document(log);
    assert!(answer.wrong.is_empty(), "{}", answer.wrong.join("\n"));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "3.19.23: rules are unique");
    let mut fingerprints = BTreeSet::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"], "3.27.6");
        assert!(fingerprints.insert(result["partialFingerprints"]["finding/v1"].as_str().unwrap()), "3.27.17");
        let locations = [&result["locations"], &result["relatedLocations"]];
        for location in locations.into_iter().filter_map(Value::as_array).flatten() {
            let physical = &location["physicalLocation"];
            let base = physical["artifactLocation"]["uriBaseId"].as_str().unwrap();
            assert!(run["originalUriBaseIds"].get(base).is_some(), "3.14.14");
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.starts_with('/') && uri.is_ascii() && !uri.contains([' ', '<', '>', '"']), "3.4.3: {uri}");
            if let Some(region) = physical.get("region") {
                let number = |name: &str| region[name].as_u64().unwrap();
                let (start, end) =
                    ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
                assert!(start <= end, "3.30: {region}");
            }
        }
        let related: Vec<u64> = result["relatedLocations"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|place| place["id"].as_u64().unwrap())
            .collect();
        assert_eq!(related.iter().collect::<BTreeSet<_>>().len(), related.len(), "3.28.2");
    }
}

#[test]
fn findings_are_results_of_rules() {
    let sandbox = small();
    planned(&sandbox);
    let log: Value = serde_json::from_str(&report(&sandbox, "sarif")).unwrap();
    check_sarif(&log);
    let mut short = log.clone();
    for rule in short["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        let code = CODES.iter().find(|code| rule["id"] == code.id).unwrap();
        assert_eq!(rule["help"]["markdown"], code.page);
        rule["help"] = json!("the page of the book");
    }
    let results = short["runs"][0]["results"].as_array_mut().unwrap();
    results.truncate(3);
    let rules = short["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap();
    rules.truncate(1);
    assert_snapshot!(serde_json::to_string_pretty(&short).unwrap(), @r#"
{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "runs": [
    {
      "columnKind": "unicodeCodePoints",
      "originalUriBaseIds": {
        "ROOT": {
          "description": {
            "text": "The root that was planned."
          }
        }
      },
      "results": [
        {
          "level": "note",
          "locations": [
            {
              "logicalLocations": [
                {
                  "kind": "service",
                  "name": "till"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "etc/init/till.conf",
                  "uriBaseId": "ROOT"
                },
                "region": {
                  "endColumn": 21,
                  "endLine": 1,
                  "startColumn": 1,
                  "startLine": 1
                }
              }
            }
          ],
          "message": {
            "text": "the unit also comes up where the start of `web` fails. It became WantedBy=web.service"
          },
          "partialFingerprints": {
            "finding/v1": "7515753ae5428a98267490e465ae67dd:1"
          },
          "ruleId": "CUT710",
          "ruleIndex": 2
        },
        {
          "level": "note",
          "locations": [
            {
              "logicalLocations": [
                {
                  "kind": "service",
                  "name": "web"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "etc/init/web.conf",
                  "uriBaseId": "ROOT"
                },
                "region": {
                  "endColumn": 8,
                  "endLine": 5,
                  "startColumn": 1,
                  "startLine": 5
                }
              }
            }
          ],
          "message": {
            "text": "after more than 5 s without a fault, the unit may start once more than the job; it waits 0.1 s before each restart. It became StartLimitBurst=11"
          },
          "partialFingerprints": {
            "finding/v1": "fd0a0840f909dfa5a5f2bb6706400c0c:1"
          },
          "ruleId": "CUT401",
          "ruleIndex": 0
        },
        {
          "level": "warning",
          "locations": [
            {
              "logicalLocations": [
                {
                  "kind": "service",
                  "name": "web"
                }
              ],
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "etc/init/web.conf",
                  "uriBaseId": "ROOT"
                },
                "region": {
                  "endColumn": 15,
                  "endLine": 6,
                  "startColumn": 1,
                  "startLine": 6
                }
              }
            }
          ],
          "message": {
            "text": "Upstart itself aborts when it stops a job with a kill timeout of 0. What to do: choose how many seconds the service may take to stop"
          },
          "partialFingerprints": {
            "finding/v1": "fa77b508a3f0c5544464cc0c1a346e9b:1"
          },
          "ruleId": "CUT501",
          "ruleIndex": 1
        }
      ],
      "tool": {
        "driver": {
          "name": "cutover",
          "rules": [
            {
              "defaultConfiguration": {
                "level": "note"
              },
              "help": "the page of the book",
              "id": "CUT401",
              "name": "RespawnWindow",
              "shortDescription": {
                "text": "The windows of the two respawn limits are counted differently."
              }
            }
          ],
          "semanticVersion": "0.1.0",
          "version": "0.1.0"
        }
      }
    }
  ],
  "version": "2.1.0"
}
"#);
}

#[test]
fn every_log_holds_to_the_standard() {
    let sandbox = whole();
    planned(&sandbox);
    let log: Value = serde_json::from_str(&report(&sandbox, "sarif")).unwrap();
    check_sarif(&log);
    let uris: BTreeSet<String> = results(&log)
        .filter_map(|result| {
            Some(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str()?.to_owned())
        })
        .collect();
    assert!(uris.contains("etc/cron.d/jobs") && uris.contains("etc/init/web.conf"), "{uris:?}");
    if let Some(machines) = shared("machines") {
        for machine in ["raspbmc", "ring"] {
            let sandbox = Sandbox::new();
            let output =
                sandbox.output(&["plan", "--root", machines.join(machine).to_str().unwrap(), "--report", "sarif"]);
            check_sarif(&serde_json::from_slice(&output.stdout).unwrap());
        }
    }
}

fn results(log: &Value) -> impl Iterator<Item = &Value> {
    log["runs"][0]["results"].as_array().unwrap().iter()
}

#[test]
fn a_finding_keeps_its_fingerprint_when_it_moves() {
    let fingerprints = |text: &str| {
        let sandbox = Sandbox::with(&[("root/etc/init/web.conf", text)]);
        planned(&sandbox);
        let log: Value = serde_json::from_str(&report(&sandbox, "sarif")).unwrap();
        let of_jobs = results(&log).filter(|result| !result["locations"].is_null());
        of_jobs.map(|result| result["partialFingerprints"].to_string()).collect::<Vec<_>>()
    };
    let before = fingerprints(WEB);
    assert!(!before.is_empty());
    assert_eq!(before, fingerprints(&format!("# One line more.\n{}", WEB.replace("kill timeout", "kill  timeout"))));
    assert_ne!(before, fingerprints(&WEB.replace("respawn", "respawn\nrespawn limit 3 4")));
}

// ---- HTML ----------------------------------------------------------------------------------------

#[test]
fn the_page_is_whole_and_loads_nothing() {
    for sandbox in [small(), whole()] {
        planned(&sandbox);
        html::check(&report(&sandbox, "html"));
    }
    if let Some(machines) = shared("machines") {
        for machine in ["raspbmc", "ring"] {
            let sandbox = Sandbox::new();
            sandbox.output(&["plan", "--root", machines.join(machine).to_str().unwrap()]);
            html::check(&sandbox.read("cutover-plan/report.html"));
        }
    }
}

#[test]
fn the_page_shows_everything_that_the_plan_says() {
    let sandbox = whole();
    let store = planned(&sandbox);
    let page = report(&sandbox, "html");
    let parts = html::read(&page);
    let text = html::text(&parts);
    let has = |what: &str| assert!(text.contains(what), "{what} is not on the page");
    // Prose marks code by backticks, which the page shows as code.
    let prose = |words: &str| words.replace('`', "");
    let plan = store.plan();
    for service in &plan.services {
        has(&service.name);
        has(&prose(&service.why));
        for finding in &service.findings {
            has(&prose(&finding.message.to_string()));
            has(finding.code.info().id);
            finding.help.iter().for_each(|help| has(&prose(&help.to_string())));
        }
        for row in &service.behaviour {
            has(&row.title);
            has(&prose(&row.why));
        }
        for became in service.account.iter().flat_map(|stanza| &stanza.became) {
            has(&became.to_string());
        }
        assert!(
            html::elements(&parts)
                .any(|element| element.get("id") == Some(&format!("service-{}", service.name.replace('/', "~2f"))))
        );
    }
    for file in &plan.files {
        has(&file.path.to_string());
        for line in String::from_utf8(store.text(&file.path).unwrap()).unwrap_or_default().lines() {
            has(line);
        }
    }
    plan.links.iter().for_each(|link| has(&link.path.to_string()));
    plan.callers.iter().for_each(|caller| has(&caller.text.to_string()));
    plan.general.iter().for_each(|finding| has(&prose(&finding.message.to_string())));
    plan.cycles.iter().flat_map(|cycle| &cycle.units).for_each(|unit| has(unit));
    has("-ExecStart=/bin/old\n+Type=exec");
    has("caf\\xe9");
    assert_eq!(html::elements(&parts).filter(|element| element.name == "svg").count(), 2);
}

#[test]
fn lines_that_belong_together_lead_to_each_other() {
    let sandbox = small();
    planned(&sandbox);
    let page = report(&sandbox, "html");
    let parts = html::read(&page);
    let ties: BTreeMap<&str, Vec<&str>> = html::elements(&parts)
        .filter_map(|element| Some((element.get("id")?, element.get("data-t")?.split(' ').collect())))
        .collect();
    assert!(ties.len() > 10, "{ties:?}");
    for (line, others) in &ties {
        for other in others {
            assert!(ties[other].contains(line), "{other} does not lead back to {line}");
        }
    }
}

#[test]
fn explanations_are_those_of_the_book() {
    let sandbox = small();
    planned(&sandbox);
    let parts = html::read(&report(&sandbox, "html"));
    let text = html::text(&parts);
    assert!(html::elements(&parts).any(|element| element.get("id") == Some("CUT501")), "{text}");
    let page = CODES.iter().find(|code| code.id == "CUT501").unwrap().page;
    let (_, means) = page.split_once("## What it means\n").unwrap();
    let line = means.trim().lines().next().unwrap().replace('`', "");
    assert!(text.contains(&line), "{line}");
}

/// What somebody might write who wants to get more onto the page than text.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "'><b>",
    "&lt;b&gt;",
    "-->",
    "<!--",
    "]]>",
    "</style>",
    "</svg>",
    "</title>",
    "{{",
    "${",
    "`",
    "``",
    "javascript:alert(1)",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{7}",
    "|",
    "@all",
    "\\",
    "&",
];

#[test]
fn names_and_texts_are_never_markup() {
    let sandbox = Sandbox::new();
    for (at, text) in HOSTILE.iter().enumerate() {
        // A name may have directories in it, but no empty one.
        let name = text.replace("//", "/").trim_matches('/').to_owned();
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        sandbox.file(
            &format!("root/etc/init/{name} {at}.conf"),
            format!("description \"{quoted} text{at}\"\n# {text} comment{at}\nstart on \"{quoted}\"\nkill timeout 0\nenv A=\"{quoted}\"\nexec /bin/a \"{quoted}\"\n"),
        );
    }
    let store = planned(&sandbox);
    let page = report(&sandbox, "html");
    html::check(&page);
    let shown = html::text(&html::read(&page));
    for text in &HOSTILE[..11] {
        assert!(shown.contains(text), "{text}");
    }
    assert!(page.contains("\\u{202e}") && !page.contains('\u{202e}'));
    assert!(store.plan().services.len() >= HOSTILE.len() - 1, "{}", store.plan().services.len());
    let ticket = report(&sandbox, "markdown");
    assert!(!ticket.contains("\n<img") && !ticket.contains('\u{1b}'));
    check_sarif(&serde_json::from_str(&report(&sandbox, "sarif")).unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_job_gets_markup_onto_the_page(
        pieces in prop::collection::vec(prop_oneof![prop::sample::select(HOSTILE).prop_map(str::to_owned), "\\PC{0,6}", "[<>&\"'/a-z=]{0,12}"], 1..6),
        bytes in prop::collection::vec(any::<u8>(), 0..12),
    ) {
        let text = pieces.concat();
        let name: String = text.chars().filter(|letter| !matches!(letter, '/' | '\0')).take(40).collect();
        let mut job = format!("# {text}\ndescription {text}\nstart on {text}\nenv X={text}\nscript\n{text}\nend script\n").into_bytes();
        job.extend(bytes.iter().filter(|byte| **byte != 0));
        let sandbox = Sandbox::with(&[("root/etc/init/plain.conf", "exec /bin/a\n")]);
        sandbox.file(&format!("root/etc/init/a{name}.conf"), job);
        let root = sandbox.path("root");
        let request = Request { root: &root, choices: cutover::convert::batch::Choices::default(), enablement: Enablement::Links };
        let store = create(make(&request).unwrap(), &sandbox.path("plan")).unwrap();
        html::check(&write(&store, Format::Html).unwrap());
        check_sarif(&serde_json::from_str(&write(&store, Format::Sarif).unwrap()).unwrap());
        let ticket = write(&store, Format::Markdown).unwrap();
        for line in ticket.lines().filter(|line| line.contains('<')) {
            let free: String = line.split('`').step_by(2).collect();
            let free = free.replace("<!-- -->", "").replace("<details><summary>", "").replace("</summary>", "").replace("</details>", "");
            prop_assert!(!free.contains('<') || line.contains("``"), "{line}");
        }
    }
}
