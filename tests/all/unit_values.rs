//! Values of directives, read as systemd reads them.

mod command {
    use cutover::systemd::value::command::commands;
    use cutover::systemd::value::{Parts, Piece, Privilege};

    fn show(text: &str) -> Vec<String> {
        let commands = commands(text.as_bytes()).unwrap();
        let shown = commands.iter().map(|command| {
            let argv: Vec<String> = command.argv().map(|word| format!("[{word}]")).collect();
            format!("{} {}", command.program, argv.concat())
        });
        shown.collect()
    }

    #[test]
    fn several_commands_stand_on_one_line() {
        assert_eq!(show("/bin/a b ; /bin/c 'd;' \\; e;f ;"), ["/bin/a [/bin/a][b]", "/bin/c [/bin/c][d;][;][e;f]"]);
        assert_eq!(show("/bin//a/./b  %i"), ["/bin/a/b [/bin//a/./b][%i]"]);
    }

    #[test]
    fn prefixes_come_in_any_order() {
        let command = &commands(b"-@:+/bin/a name x").unwrap()[0];
        assert!(command.ignore_failure && command.literal && command.privilege == Privilege::Full);
        assert_eq!(command.argv0, Some(Parts::plain("name")));
        assert_eq!(command.arguments, [Parts::plain("x")]);
        assert_eq!(commands(b"!!/bin/a").unwrap()[0].privilege, Privilege::Ambient);
    }

    #[test]
    fn what_systemd_refuses_is_an_error() {
        for text in ["bin/a", "/bin/", "-", "/bin/a \"b", "/bin/a %z", "@/bin/a", "++/bin/a"] {
            assert!(commands(text.as_bytes()).is_err(), "{text}");
        }
        assert!(commands(b"/bin/a %z").unwrap_err().is_fatal());
        assert!(!commands(b"-/bin/a %z").unwrap_err().is_fatal());
    }

    #[test]
    fn variables_are_words_or_stand_in_braces() {
        let command = &commands(b"/bin/a $A ${A} x$A x${A}y $$A $ ${A $${A}%i").unwrap()[0];
        let pieces: Vec<Vec<Piece>> = command.arguments.iter().map(|word| command.pieces(word)).collect();
        let text = |text: &str| Piece::Text(text.into());
        assert_eq!(pieces[0], [Piece::Fields("A".into())]);
        assert_eq!(pieces[1], [Piece::Value("A".into())]);
        assert_eq!(pieces[2], [text("x$A")]);
        assert_eq!(pieces[3], [text("x"), Piece::Value("A".into()), text("y")]);
        assert_eq!(pieces[4], [text("$A")]);
        assert_eq!(pieces[5], [Piece::Fields("".into())]);
        assert_eq!(pieces[6], [text("${A")]);
        assert_eq!(pieces[7], [text("${A}"), Piece::Specifier('i')]);
        let literal = &commands(b":/bin/a $A").unwrap()[0];
        assert_eq!(literal.pieces(&literal.arguments[0]), [text("$A")]);
    }
}

mod environment {
    use cutover::systemd::value::environment::{assignments, file, names, unset};

    fn show(value: &str) -> Vec<String> {
        assignments(value.as_bytes()).items.iter().map(|item| format!("{}={}", item.name, item.value)).collect()
    }

    #[test]
    fn variables_are_words_with_an_equals_sign() {
        assert_eq!(show(r#"A=b "C=d e" F='g h' I= J=%i\n"#), ["A=b", "C=d e", "F=g h", "I=", "J=%i\n"]);
        assert_eq!(show("1=b A-B=c A=%z X B=\\xff C=d"), ["C=d"]);
        assert_eq!(show("A=b \"C=d"), ["A=b"]);
        assert_eq!(assignments(b"A=b \"C=d").refused.len(), 1);
        assert_eq!(names(b"A 'B' 1").items, ["A", "B"]);
        assert_eq!(unset(b"A B=c").items.len(), 2);
    }

    #[test]
    fn a_file_of_variables_may_be_missing() {
        assert!(file(b"-/etc/default/a").unwrap().optional);
        assert!(!file(b"/etc/default/%i").unwrap().optional);
        assert!(file(b"etc/a").is_err());
    }
}

mod limit {
    use cutover::service::{Bound, Limit};
    use cutover::systemd::value::limit::limit;

    #[test]
    fn each_resource_has_its_unit() {
        let both = |number| Ok(Limit { soft: Bound::At(number), hard: Bound::At(number) });
        assert_eq!(limit("LimitNOFILE", b"1024:4096"), Ok(Limit { soft: Bound::At(1024), hard: Bound::At(4096) }));
        assert_eq!(limit("LimitCPU", b"1min"), both(60));
        assert_eq!(limit("LimitCPU", b"1500ms"), both(2));
        assert_eq!(limit("LimitRTTIME", b"5"), both(5));
        assert_eq!(limit("LimitAS", b"1K"), both(1024));
        assert_eq!(limit("LimitNICE", b"-5"), both(25));
        assert_eq!(limit("LimitNICE", b"+5"), both(15));
        assert_eq!(limit("LimitCORE", b"0:infinity"), Ok(Limit { soft: Bound::At(0), hard: Bound::Unlimited }));
        for value in ["2:1", "", ":", "1:2:3", "1K", "infinity:1"] {
            assert!(limit("LimitNOFILE", value.as_bytes()).is_err(), "{value}");
        }
    }
}

mod list {
    use cutover::systemd::value::Parts;
    use cutover::systemd::value::list::{self, Test, tests_path, units};

    #[test]
    fn a_test_has_marks() {
        let test = |text: &str| list::test("ConditionHost", text.as_bytes()).unwrap();
        assert_eq!(test("| ! /a"), Test { trigger: true, negate: true, argument: Parts::plain("/a") });
        assert_eq!(test("!|a"), Test { trigger: false, negate: true, argument: Parts::plain("|a") });
        assert!(list::test("ConditionPathExists", b"a").is_err());
        assert!(list::test("ConditionPathExists", b"! /a").is_err());
        assert!(tests_path("AssertPathIsReadWrite") && !tests_path("ConditionUser") && !tests_path("PathExists"));
    }

    #[test]
    fn units_are_words() {
        let list = units(br"a\x2db.mount  %p.socket %I.service");
        assert_eq!(list.items[0], Parts::plain(r"a\x2db.mount"));
        assert_eq!((list.items.len(), list.refused.len()), (2, 1));
    }
}

mod number {
    use cutover::systemd::value::number::{integer, memory, mode, percent, size, tasks, unsigned};
    use cutover::systemd::value::{Amount, ValueError};

    #[test]
    fn numbers_are_those_of_c() {
        assert_eq!(unsigned(b" 10"), Ok(10));
        assert_eq!(unsigned(b"0x1F"), Ok(31));
        assert_eq!(unsigned(b"010"), Ok(8));
        assert_eq!(unsigned(b"0"), Ok(0));
        assert_eq!(integer(b"-7"), Ok(-7));
        assert_eq!(unsigned(b"-1"), Err(ValueError::Range));
        for text in [&b""[..], b"1 ", b"a", b"09", b"0x", b"1.5"] {
            assert_eq!(unsigned(text), Err(ValueError::Number), "{text:?}");
        }
        assert_eq!(mode(b"0022"), Ok(0o22));
        assert_eq!(mode(b"22"), Ok(0o22));
        assert!(mode(b"10000").is_err() && mode(b"8").is_err() && mode(b"+1").is_err());
    }

    #[test]
    fn sizes_come_in_powers_of_1024_from_the_largest_down() {
        assert_eq!(size(b"1G"), Ok(1 << 30));
        assert_eq!(size(b"1.5K"), Ok(1536));
        assert_eq!(size(b"1M 2K 3"), Ok((1 << 20) + 2048 + 3));
        assert_eq!(size(b"10B"), Ok(10));
        assert!(size(b"1K 1M").is_err() && size(b"").is_err() && size(b"-1").is_err() && size(b"1KB").is_err());
        assert_eq!(size(b"16E"), Err(ValueError::Range));
    }

    #[test]
    fn parts_are_given_in_percent() {
        assert_eq!(percent(b"12.5%"), Ok(1250));
        assert_eq!(percent(b"200%"), Ok(20_000));
        assert!(percent(b"1.234%").is_err() && percent(b"%").is_err() && percent(b"1").is_err());
        assert_eq!(memory(b"50%"), Ok(Amount::Part(5000)));
        assert_eq!(memory(b"infinity"), Ok(Amount::Unlimited));
        assert_eq!(tasks(b"0"), Err(ValueError::Range));
    }
}

mod path {
    use cutover::systemd::value::Parts;
    use cutover::systemd::value::path::{WorkingDirectory, absolute, directories, marked, working_directory};

    #[test]
    fn paths_are_absolute_or_below_a_directory() {
        assert_eq!(absolute(b"/a//b/./c/").unwrap(), Parts::plain("/a/b/c"));
        assert!(absolute(b"a").is_err() && absolute(b"/a/../b").is_err() && absolute(b"%t/a").is_ok());
        assert_eq!(working_directory(b"-~").unwrap(), WorkingDirectory { path: None, optional: true });
        let list = directories(b"a b/c:d /e private ../f");
        assert_eq!(list.items.len(), 2);
        assert_eq!(list.items[1].link, Some(Parts::plain("d")));
        assert_eq!(list.refused.len(), 3);
        assert!(marked(b"-/a +/b -+/c").items.iter().any(|path| path.optional && path.below_root));
    }
}

mod specifier {
    use cutover::systemd::value::{Parts, ValueError};

    fn resolved(text: &str, name: &str) -> String {
        let parts = Parts::read(text.as_bytes()).unwrap();
        parts
            .resolve(&name.parse().unwrap(), &|_| None)
            .map_or_else(|letter| format!("?{letter}"), |text| text.to_string())
    }

    #[test]
    fn the_name_of_a_unit_resolves_most_of_them() {
        let name = r"dev-my\x2dtty@a-b\x20c.service";
        assert_eq!(resolved("%n %N", name), format!(r"{name} dev-my\x2dtty@a-b\x20c"));
        assert_eq!(resolved("%p %P %j %J", name), r"dev-my\x2dtty dev/my-tty my\x2dtty my-tty");
        assert_eq!(resolved("%i %I %f", name), r"a-b\x20c a/b c /a/b c");
        assert_eq!(resolved("%f", "a-b.service"), "/a/b");
        assert_eq!(resolved("%t/%S 100%% 5%- %", "a.service"), "/run//var/lib 100% 5%- %");
        assert_eq!(resolved("%H", "a.service"), "?H");
    }

    #[test]
    fn unknown_letters_are_refused() {
        assert_eq!(Parts::read(b"%z"), Err(ValueError::Specifier('z')));
        assert_eq!(Parts::read(b"%1"), Err(ValueError::Specifier('1')));
        assert!(Parts::read_name(b"%I").is_err() && Parts::read_name(b"a@%i").is_ok());
    }
}

mod status {
    use cutover::service::Signal;
    use cutover::systemd::value::status::{endings, signal};

    #[test]
    fn signals_have_names_and_numbers() {
        for (text, number) in
            [("SIGTERM", 15), ("TERM", 15), ("9", 9), ("RTMIN", 34), ("SIGRTMIN+3", 37), ("RTMAX-1", 63)]
        {
            assert_eq!(signal(text.as_bytes()), Ok(Signal(number)), "{text}");
        }
        for text in ["", "0", "65", "term", "SIGCLD", "RTMIN+31", "RTMIN3", "SIGSIGTERM"] {
            assert!(signal(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn endings_are_statuses_and_signals() {
        let endings = endings(b"TEMPFAIL 250 SIGKILL 9 DISCO 256").unwrap();
        assert_eq!(Vec::from_iter(endings.statuses), [9, 75, 250]);
        assert_eq!(Vec::from_iter(endings.signals), [Signal(9)]);
        assert_eq!(endings.unknown, ["DISCO", "256"]);
    }
}

mod time {
    use cutover::systemd::value::ValueError;
    use cutover::systemd::value::time::{Time, seconds, timeout};

    const SECOND: u64 = 1_000_000;
    const HOUR: u64 = 3600 * SECOND;
    /// A twelfth of a year.
    const MONTH: u64 = 2_629_800 * SECOND;

    fn micros(text: &str) -> Option<u64> {
        match seconds(text.as_bytes()) {
            Ok(Time::Span(span)) => u64::try_from(span.as_micros()).ok(),
            _ => None,
        }
    }

    #[test]
    fn spans_are_sums_of_numbers_with_units() {
        assert_eq!(micros("5"), Some(5 * SECOND));
        assert_eq!(micros("1min 30s"), Some(90 * SECOND));
        assert_eq!(micros("1min30s"), Some(90 * SECOND));
        assert_eq!(micros("2h 1.5 m"), Some(2 * HOUR + 90 * SECOND));
        assert_eq!(micros(".5"), Some(SECOND / 2));
        assert_eq!(micros("100ms 3us"), Some(100_003));
        assert_eq!(micros("1 2"), Some(3 * SECOND));
        assert_eq!(micros("1M"), Some(MONTH));
        for text in ["", "x", "1x", "1.", "1.5.5", "-1", "- 1", "1 min x"] {
            assert_eq!(micros(text), None, "{text}");
        }
        assert_eq!(seconds(b" infinity "), Ok(Time::Forever));
        assert_eq!(timeout(b"0"), Ok(Time::Forever));
        assert_eq!(seconds(b"99999999999999999999"), Err(ValueError::Range));
    }
}

mod words {
    use cutover::systemd::value::words::{Rules, split};

    fn words(text: &str, rules: Rules) -> Option<Vec<String>> {
        let words = split(text.as_bytes(), rules).ok()?;
        Some(words.into_iter().map(|word| String::from_utf8_lossy(&word).into_owned()).collect())
    }

    #[test]
    fn quotes_may_stand_anywhere_and_escapes_count_within() {
        let command = |text: &str| words(text, Rules::VARIABLES);
        assert_eq!(command(r#" a "b c"d 'e"f' \x41\n "" "#).unwrap(), ["a", "b cd", "e\"f", "A\n", ""]);
        assert_eq!(command(r"\u00e9\U0001f427\101\s").unwrap(), ["\u{e9}\u{1f427}A "]);
        for text in [r"\q", "\"a", "a\\", r"\x0", r"\x00", r"\400", r"\U00110000", r"\ "] {
            assert_eq!(command(text), None, "{text}");
        }
        // In a command line, what is no escape stays.
        assert_eq!(words(r"a\qb \x4 c\", Rules::COMMAND).unwrap(), [r"a\qb", r"\x4", r"c\"]);
        assert_eq!(words("\"a\\", Rules::COMMAND), None);
    }

    #[test]
    fn each_kind_of_list_has_its_own_rules() {
        assert_eq!(words(r"a\x2db.mount", Rules::UNITS).unwrap(), [r"a\x2db.mount"]);
        assert_eq!(words(r#"a\ b "c d""#, Rules::PLAIN).unwrap(), ["a b", "\"c", "d\""]);
        assert_eq!(words(r#""c d" e\f"#, Rules::LIST).unwrap(), ["c d", r"e\f"]);
        assert_eq!(words(r"a\:b:c", Rules::COLONS).unwrap(), ["a:b", "c"]);
    }
}
