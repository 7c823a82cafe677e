//! What services need and a root does not have.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use cutover::convert;
use cutover::lift::Lifting;
use cutover::plan::missing::Facts;
use cutover::root::Root;
use cutover::systemd::write::Options;
use cutover::upstart::read::JobFiles;

/// What is missing for a job, in a root with a few things.
fn missing(job: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    for directory in ["etc", "usr/bin", "usr/sbin", "usr/lib/sysusers.d", "srv/shop", "jail/bin"] {
        fs::create_dir_all(at(directory)).unwrap();
    }
    for program in ["usr/bin/sh", "usr/bin/mkdir", "usr/sbin/web", "jail/bin/cell"] {
        fs::write(at(program), "").unwrap();
        fs::set_permissions(at(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::write(at("usr/sbin/old"), "#!/usr/bin/python2 -u\n").unwrap();
    fs::set_permissions(at("usr/sbin/old"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(at("usr/bin/text"), "").unwrap();
    symlink("usr/bin", at("bin")).unwrap();
    fs::write(at("etc/passwd"), "root:x:0:0::/root:/bin/sh\nshop:x:100:100::/:/bin/sh\n").unwrap();
    fs::write(at("etc/group"), "root:x:0:\nshop:x:100:\n").unwrap();
    fs::write(at("usr/lib/sysusers.d/a.conf"), "u made -\n").unwrap();
    found(folder.path(), job)
}

fn found(root: &std::path::Path, job: &str) -> Vec<String> {
    let files = JobFiles::named("a", job);
    let service = convert::convert(&files, Lifting::default(), &Options::default()).service;
    let root = Root::open(root).unwrap();
    let facts = Facts::of(&root);
    let all = facts.missing(&service).into_iter().chain(facts.unknown());
    all.map(|finding| format!("{} {}", finding.code, finding.message)).collect()
}

#[test]
fn accounts_come_from_the_lists_of_the_root() {
    for here in ["setuid shop", "setuid made", "setgid made", "setuid 4711"] {
        assert_eq!(missing(&format!("{here}\nexec web")), [""; 0], "{here}");
    }
    assert_eq!(
        missing("setuid nobody-knows\nsetgid shops\nexec web"),
        ["CUT820 there is no user `nobody-knows` in this root", "CUT820 there is no group `shops` in this root"]
    );
}

#[test]
fn programs_are_looked_for_as_systemd_does_it() {
    for here in ["web", "/usr/sbin/web", "/bin/sh", "sh -c x", "sh -c 'x;y'"] {
        assert_eq!(missing(&format!("exec {here}")), [""; 0], "{here}");
    }
    let none = |program: &str| vec![format!("CUT821 there is no program `{program}` in this root")];
    assert_eq!(missing("exec gone"), none("gone"));
    assert_eq!(missing("exec /usr/sbin/gone"), none("/usr/sbin/gone"));
    // What is there, and nobody may run.
    assert_eq!(missing("exec /bin/text"), none("/bin/text"));
    assert_eq!(missing("script\n  a=b\n  exec /opt/gone $a\nend script"), none("/opt/gone"));
    assert_eq!(missing("script\n  if x; then exec /opt/gone; fi\n  exec web\nend script"), [""; 0]);
    assert_eq!(missing("pre-start exec /opt/gone\nexec web"), none("/opt/gone"));
    assert_eq!(missing("exec old"), ["CUT821 there is no `/usr/bin/python2` in this root, which runs `old`"]);
    assert_eq!(missing("pre-start exec gone\nexec web"), none("gone"));
    assert_eq!(missing("chroot /jail\nexec /bin/cell"), [""; 0]);
    assert_eq!(missing("chroot /jail\nexec /usr/sbin/web"), none("/usr/sbin/web"));
}

#[test]
fn files_of_variables_are_looked_for_where_scripts_read_them_in() {
    let of = |script: &str| missing(&format!("script\n{script}\nexec web\nend script"));
    assert_eq!(of(". /etc/passwd"), [""; 0]);
    assert_eq!(of(". /etc/gone"), ["CUT822 there is no `/etc/gone` in this root, and the start fails without it"]);
    assert_eq!(
        of("[ ! -r /etc/gone ] || . /etc/gone"),
        ["CUT823 there is no `/etc/gone` in this root, and the start goes on without it"]
    );
    assert_eq!(of(". /run/gone"), [""; 0]);
}

#[test]
fn directories_have_to_be_there_unless_something_makes_them() {
    assert_eq!(missing("chdir /srv/shop\nexec web"), [""; 0]);
    assert_eq!(missing("chdir /run/shop\nexec web"), [""; 0]);
    assert_eq!(missing("chdir /srv/new\npre-start script\n  mkdir -p /srv/new\nend script\nexec web"), [""; 0]);
    assert_eq!(missing("chdir /srv/gone\nexec web"), ["CUT824 there is no working directory `/srv/gone` in this root"]);
}

#[test]
fn a_root_that_has_nothing_of_the_kind_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        found(folder.path(), "setuid shop\nchdir /srv\nexec web"),
        [
            "CUT825 the root has no list of accounts and no programs: whether those are there that services need is not told"
        ]
    );
}
