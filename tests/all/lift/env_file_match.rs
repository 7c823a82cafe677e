//! Files of variables, as the shell and systemd read them.

use cutover::lift::{Mismatch, judge};
use cutover::systemd::environment_file::Doubt;

fn values(text: &str) -> Vec<(String, String)> {
    let found = judge(text.as_bytes()).unwrap_or_else(|why| panic!("{text:?}: {why}"));
    found.values.into_iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn files_of_plain_assignments_are_read_alike() {
    for (text, value) in [
        ("A=b\n", "b"),
        ("# Options.\n\n  A=\"--b c\"  \n#C=d", "--b c"),
        ("A='$b `c` ~ *'\n", "$b `c` ~ *"),
        ("A=\"b\"'c'\n", "bc"),
        ("A=\"-x \\\n  -y\"\n", "-x   -y"),
        ("A=/dev/tty[1-6]*?\n", "/dev/tty[1-6]*?"),
        ("A=\n", ""),
        ("A=b\nA=c\n", "c"),
        ("A=b\nexport A B\n", "b"),
        ("A=a~:b=c\n", "a~:b=c"),
    ] {
        assert_eq!(values(text), [("A".to_owned(), value.to_owned())], "{text:?}");
    }
    assert_eq!(values("# nothing\n"), []);
    assert_eq!(judge(b"A=b\nexport A B\n").unwrap().exported.len(), 2);
}

#[test]
fn what_either_of_them_alone_understands_is_not() {
    for (text, line) in [
        ("A=b\nA=\"$A c\"\n", 2),
        ("A=`date`\n", 1),
        ("A=$(date)\n", 1),
        ("A=$((1))\n", 1),
        ("A=~/b\n", 1),
        ("A=/b:~/c\n", 1),
        ("\nexport A=b\n", 2),
        ("A=b c\n", 1),
        ("A=b B=c\n", 1),
        ("A=b; B=c\n", 1),
        ("A=b # c\n", 1),
        ("A=\"b\" # c\n", 1),
        ("A=b\"c\"\n", 1),
        ("A=b\\ c\n", 1),
        ("A=b\r\n", 1),
        ("A =b\n", 1),
        ("if true; then A=b; fi\n", 1),
        ("[ -e /x ] && A=b\n", 1),
        (". /etc/more\n", 1),
        ("unset A\n", 1),
        ("A=b >/x\n", 1),
        ("A=b &\n", 1),
        ("A='b\nc'\n", 1),
        ("A='b\n", 1),
        ("A=\"b\\$c\"\n", 1),
        ("# b \\\nA=c\n", 1),
        ("; A=b\n", 1),
    ] {
        let why = judge(text.as_bytes()).expect_err(text).to_string();
        assert!(why.starts_with(&format!("line {line}: ")), "{text:?}: {why}");
    }
    assert_eq!(judge(b"A='b\\\n# \\\nB=c'\n").map_err(|_| ()), Err(()));
    assert_eq!(judge(b"A=\xff\n"), Err(Mismatch::Doubt(Doubt::Encoding)));
}
