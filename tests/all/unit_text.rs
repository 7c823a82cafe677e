//! Units as text: their lines, words and names, and what is written into them.

mod document {
    use bstr::ByteSlice as _;
    use cutover::systemd::document::{Document, NodeKind};

    /// One line for each node but blanks.
    fn outline(text: &[u8]) -> Vec<String> {
        let nodes = Document::read(text).nodes;
        let lines = nodes.into_iter().filter_map(|node| match node.kind {
            NodeKind::Blank => None,
            NodeKind::Comment(span) => Some(span.of(text).to_str_lossy().into_owned()),
            NodeKind::Header(header) => Some(format!("[{}]", header.name)),
            NodeKind::Assignment(assignment) => Some(format!("{}={}", assignment.key, assignment.value)),
            NodeKind::Error(line, fault) => Some(format!("{fault:?}: {}", line.span(text).of(text).as_bstr())),
        });
        lines.collect()
    }

    #[test]
    fn lines_are_headers_assignments_comments_and_errors() {
        let text = b"; top\nA=1\n[Unit]\n # a\n A = b = c \n\nx\n=y\n[Service\nB=\n";
        assert_eq!(
            outline(text),
            [
                "; top",
                "OutsideOfSection: A=1",
                "[Unit]",
                "# a",
                "A=b = c",
                "NoEqualsSign: x",
                "NoKey: =y",
                "Header: [Service",
                "B="
            ]
        );
    }

    #[test]
    fn a_backslash_at_the_end_joins_lines_with_a_space() {
        let read = |text: &str| outline(format!("[S]\n{text}").as_bytes()).split_off(1);
        assert_eq!(read("A=b\\\n  c\n"), ["A=b   c"]);
        assert_eq!(read("A=b\\\n# not this\n ; nor this \\\nc\nD=e"), ["A=b c", "D=e"]);
        assert_eq!(read("A=b\\\\\nC=d"), ["A=b\\\\", "C=d"]);
        assert_eq!(read("A=b\\\n\nC=d"), ["A=b", "C=d"]);
        assert_eq!(read("A=b\\"), ["A=b"]);
        assert_eq!(read("\\\nA=b\\\n\\\nc"), ["A=b  c"]);
        assert_eq!(read("A\\\n=b"), ["A=b"]);
        assert_eq!(read("A=b\\ \nC=d"), ["A=b\\", "C=d"]);
        // A comment does not go on (before 241 it did).
        assert_eq!(read("# a \\\nB=c"), ["# a \\", "B=c"]);
    }

    #[test]
    fn every_kind_of_line_end_ends_a_line() {
        for end in ["\n", "\r\n", "\r", "\n\r", "\0", "\r\n\0"] {
            assert_eq!(outline(format!("[S]{end}A=b{end}C=d").as_bytes()), ["[S]", "A=b", "C=d"], "{end:?}");
        }
    }

    #[test]
    fn one_byte_order_mark_is_skipped_but_not_ahead_of_a_comment() {
        assert_eq!(outline("\u{feff}[S]\nA=\u{feff}".as_bytes()), ["[S]", "A=\u{feff}"]);
        assert_eq!(outline("\u{feff}#a\n[S]".as_bytes()), ["OutsideOfSection: #a", "[S]"]);
    }

    #[test]
    fn a_value_knows_where_it_begins() {
        let text = b"[S]\nA=\\\n  b\nC= d";
        let document = Document::read(text);
        let starts: Vec<&[u8]> =
            document.assignments().map(|(_, assignment)| &text[assignment.value_start..][..1]).collect();
        assert_eq!(starts, [b"b", b"d"]);
    }
}

mod environment_file {
    use cutover::systemd::environment_file::{Doubt, read};

    fn pairs(text: &str) -> Vec<(String, String)> {
        let found = read(text.as_bytes()).unwrap();
        found.into_iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
    }

    #[test]
    fn values_are_read_as_the_manual_says() {
        for (text, value) in [
            ("A=b", "b"),
            ("  A=b c  ", "b c"),
            ("A=", ""),
            ("A=  b", "b"),
            ("A='b  '", "b  "),
            ("A=\"b\"'c'", "bc"),
            ("A=\"b\" \"c\"", "bc"),
            ("A=\"b\"c ", "bc"),
            ("A=b\"c\"", "b\"c\""),
            ("A=b # c", "b # c"),
            ("A=\"b\" # c", "b# c"),
            ("A=$B `c` ~ *", "$B `c` ~ *"),
            ("A=\"b \\\nc\"", "b c"),
            ("A=b\r\n", "b"),
            ("A=b; B=c", "b; B=c"),
            ("A=b\nA=c", "c"),
            ("; B=x\n# C=x\nA=b", "b"),
        ] {
            assert_eq!(pairs(text), [("A".to_owned(), value.to_owned())], "{text:?}");
        }
    }

    #[test]
    fn what_is_no_assignment_is_passed_over() {
        assert_eq!(pairs("export A=b\nexport A\n1A=b\n\nif true\n=b\nB.C=d"), []);
    }

    #[test]
    fn what_hangs_on_the_version_is_not_said() {
        for (text, doubt) in [
            ("A=b\\c", Doubt::Backslash(1)),
            ("A='b\\'", Doubt::Backslash(1)),
            ("B=\nA=\"b\\$c\"", Doubt::Backslash(2)),
            ("# b \\\nA=b", Doubt::Backslash(1)),
            ("A=\"b\nc\"", Doubt::Character(1)),
            ("A=\x07", Doubt::Character(1)),
            ("\nA='b", Doubt::Quote(2)),
        ] {
            assert_eq!(read(text.as_bytes()), Err(doubt), "{text:?}");
        }
        assert_eq!(read(b"A=\xff"), Err(Doubt::Encoding));
    }
}

mod quote {
    use cutover::systemd::quote::{environment_holds, exec_word, shell_word};
    use cutover::systemd::version::Version;

    fn word(text: &str) -> String {
        exec_word(text.as_bytes(), Version::default())
    }

    #[test]
    fn plain_words_stay_plain() {
        assert_eq!(word("--config=/etc/a.conf"), "--config=/etc/a.conf");
        assert_eq!(word("日本"), "日本");
    }

    #[test]
    fn what_means_something_to_systemd_is_escaped() {
        assert_eq!(word("100%"), "100%%");
        assert_eq!(word("$HOME"), "$$HOME");
        assert_eq!(word(r"a\b"), r"a\\b");
        assert_eq!(word(";"), r"\;");
        assert_eq!(word(""), "\"\"");
        assert_eq!(word("a\nb"), r"a\nb");
        assert_eq!(exec_word(b"%", Version(229)), r"\x25\x25");
    }

    #[test]
    fn the_quote_that_needs_fewer_escapes_is_taken() {
        assert_eq!(word("it's so"), "\"it's so\"");
        assert_eq!(word(r#"say "x" y"#), r#"'say "x" y'"#);
        assert_eq!(word(r#"'"'"#), r#""'\"'""#);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_written_as_numbers() {
        assert_eq!(exec_word(b"caf\xe9", Version::default()), r"caf\xe9");
    }

    #[test]
    fn an_environment_holds_text_only() {
        let holds = |value: &[u8]| environment_holds(b"A", value, Version(252));
        assert!(holds(b"a\tb\nc") && !holds(b"\x07") && !holds(b"\xff"));
        assert!(!environment_holds(b"A", b"\n", Version(237)));
        assert!(!environment_holds(b"1A", b"", Version(252)));
    }

    #[test]
    fn shell_words_are_single_quoted() {
        assert_eq!(shell_word(b"a b'c"), br"'a b'\''c'");
        assert_eq!(shell_word(b"/usr/bin/x"), b"/usr/bin/x");
    }
}

mod unit {
    use cutover::convert::batch::{self, Choices};
    use cutover::convert::upstart_input;
    use cutover::systemd::document::Document;
    use cutover::systemd::table::Directive;
    use cutover::systemd::unit::Unit;
    use cutover::systemd::version::Version;
    use cutover::systemd::write::{Options, Style};

    use crate::common::{repository, shared};

    #[test]
    fn what_is_printed_is_what_a_reader_finds() {
        let mut folders = vec![repository("corpus")];
        folders.extend(shared("real-jobs"));
        for style in [Style::Idiomatic, Style::Exact] {
            let found = upstart_input::find(&folders);
            let files = found.inputs.iter().filter_map(|input| input.read(true).ok()).collect();
            let options = Options { style, ..Options::default() };
            for job in batch::convert(files, &Choices { options, ..Choices::default() }, || ()).jobs {
                for unit in &job.conversion.units {
                    let unit = job.conversion.with_scripts(unit);
                    let printed = unit.printed(Some("# first"));
                    assert_eq!(printed.document(), Document::read(printed.text.as_bytes()), "{}", printed.text);
                }
            }
        }
    }

    #[test]
    fn sections_and_directives_come_in_their_customary_order() {
        let mut unit = Unit::new("a.service", Version::default());
        unit.add(Directive::WantedBy, "multi-user.target", None);
        unit.add(Directive::ExecStart, "/bin/a", None);
        unit.add(Directive::Type, "exec", None);
        unit.add(Directive::After, "b.service", None);
        unit.add(Directive::After, "c.service b.service", None);
        unit.add(Directive::Description, "A", None);
        assert_eq!(
            unit.print(),
            "[Unit]\nDescription=A\nAfter=b.service c.service\n\n[Service]\nType=exec\nExecStart=/bin/a\n\n\
             [Install]\nWantedBy=multi-user.target\n"
        );
    }

    #[test]
    fn a_disabled_unit_keeps_its_install_section_as_a_comment() {
        let mut unit = Unit::new("a.service", Version::default());
        unit.disabled = true;
        unit.add(Directive::WantedBy, "multi-user.target", None);
        assert!(unit.print().ends_with("# [Install]\n# WantedBy=multi-user.target\n"));
    }
}

mod name {
    use cutover::systemd::load::{UnitName, UnitType};

    fn name(text: &str) -> UnitName {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_has_a_prefix_an_instance_and_a_type() {
        let plain = name("dbus-org.freedesktop.login1.service");
        assert_eq!((plain.prefix(), plain.instance()), ("dbus-org.freedesktop.login1", None));
        let instance = name("getty@tty1.service");
        assert_eq!(
            (instance.prefix(), instance.instance(), instance.kind()),
            ("getty", Some("tty1"), UnitType::Service)
        );
        assert_eq!(instance.template(), Some(name("getty@.service")));
        assert!(name("getty@.service").is_template() && !instance.is_template());
        assert_eq!(name("getty@.service").with_instance("tty2"), Some(name("getty@tty2.service")));
        assert_eq!(name("a@b@c.service").instance(), Some("b@c"));
    }

    #[test]
    fn a_dependency_on_a_template_means_an_instance() {
        let meant = |text: &str| name("getty@.service").for_dependent(&name(text));
        assert_eq!(meant("a@tty1.service"), Some(name("getty@tty1.service")));
        assert_eq!(meant("shop.service"), Some(name("getty@shop.service")));
        assert_eq!(name("b.service").for_dependent(&name("a.service")), Some(name("b.service")));
    }

    #[test]
    fn what_systemd_refuses_is_no_name() {
        for text in ["", "a", ".service", "@a.service", "a.conf", "a b.service", "a/b.service", "é.service"] {
            assert!(text.parse::<UnitName>().is_err(), "{text}");
        }
        assert!(format!("{}.service", "a".repeat(248)).parse::<UnitName>().is_err());
        assert!(format!("{}.service", "a".repeat(247)).parse::<UnitName>().is_ok());
    }

    #[test]
    fn a_family_ends_in_a_dash() {
        let family = |text: &str| name(text).family().map(|family| family.to_string());
        assert_eq!(family("a-b-c.service").as_deref(), Some("a-b-.service"));
        assert_eq!(family("a-b-.service").as_deref(), Some("a-.service"));
        assert_eq!(family("a-b@x.service").as_deref(), Some("a-@x.service"));
        assert_eq!(family("a-b@.service").as_deref(), Some("a-.service"));
        assert_eq!(family("a.service"), None);
        assert_eq!(family("-a.service"), None);
        assert_eq!(family("a-.service"), None);
        assert_eq!(family("a--.service").as_deref(), Some("a-.service"));
    }
}

mod names {
    use cutover::systemd::names::{escape_path, event, unit};

    #[test]
    fn names_with_directories_are_escaped_throughout() {
        assert_eq!(unit(b"my-app"), "my-app");
        assert_eq!(unit(b"net/my-app"), r"net-my\x2dapp");
        assert_eq!(unit(b"app v2+b@1"), r"app\x20v2\x2bb\x401");
        assert_eq!(escape_path(b"/srv/my data/"), r"srv-my\x20data");
        assert_eq!(escape_path(b"/"), "-");
    }

    #[test]
    fn an_event_takes_no_target_of_systemd_s_own() {
        assert_eq!(event(b"shutdown"), "event-shutdown.target");
        assert_eq!(event(b"shop.up"), "shop.up.target");
    }
}

mod target {
    use cutover::service::{BootTarget, Target};
    use cutover::systemd::read::target;

    fn of(name: &str) -> Target {
        target(&name.parse().unwrap())
    }

    #[test]
    fn names_tell_what_a_unit_is() {
        assert_eq!(of("web.service"), Target::Service("web".into()));
        assert_eq!(of("multi-user.target"), Target::BootTarget(BootTarget::MultiUser));
        assert_eq!(of("shop-up.target"), Target::Event("shop-up".into()));
        assert_eq!(of("event-shutdown.target"), Target::Event("shutdown".into()));
        assert_eq!(of(r"srv-my\x20data.mount"), Target::Mount("/srv/my data".into()));
        assert_eq!(of("sys-subsystem-net-devices-eth0.device"), Target::Interface("eth0".into()));
        assert_eq!(of("a@b.service"), Target::Other("a@b.service".into()));
        assert_eq!(of("dbus.service"), Target::BootTarget(BootTarget::Sysinit));
    }
}

mod version {
    use cutover::systemd::version::{TARGETS, Version};

    #[test]
    fn versions_are_numbers_from_219_on() {
        assert_eq!("252".parse(), Ok(Version(252)));
        assert!("208".parse::<Version>().is_err());
        assert!("v252".parse::<Version>().is_err());
        assert!(TARGETS.iter().any(|(version, _)| *version == Version::default()));
    }
}

mod directive {
    use cutover::systemd::table::{Directive, Section};
    use cutover::systemd::version::Version;

    #[test]
    fn a_directive_is_known_from_its_version_on() {
        assert!(!Directive::ExecCondition.known_to(Version(239)));
        assert!(Directive::ExecCondition.known_to(Version(245)));
        assert!(Directive::StartLimitInterval.known_to(Version(219)));
    }

    #[test]
    fn the_start_limit_stands_where_the_target_looks_for_it() {
        assert_eq!(Directive::StartLimitBurst.section_in(Version(229)), Section::Service);
        assert_eq!(Directive::StartLimitBurst.section_in(Version(232)), Section::Unit);
    }
}

mod counterparts {
    use cutover::service::{DirectoryKind, Test};
    use cutover::systemd::counterparts::{CHECKS, condition, directory_kind, test};

    #[test]
    fn both_ways_say_the_same() {
        for (directive, asked) in CHECKS {
            assert_eq!(condition(*asked), Some(*directive));
            assert_eq!(test(directive.name().trim_start_matches("Condition")), Some(*asked));
        }
        assert_eq!(condition(Test::Readable), None);
        assert_eq!(directory_kind("LogsDirectoryMode"), Some((DirectoryKind::Logs, true)));
        assert_eq!(directory_kind("ConfigurationDirectory"), Some((DirectoryKind::Configuration, false)));
        assert_eq!(directory_kind("RootDirectory"), None);
    }
}
