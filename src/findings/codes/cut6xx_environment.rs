//! Codes 601 to 699: environment of the processes.

use super::block::codes;

codes! {
    // ---- environment of the processes ----
    SetuidKeepsGroups = "CUT601", Note, Approximated {
        finding setuid_keeps_groups() "on Upstart the processes keep group 0 besides the user's groups",
            help "where they read files of group root, give the files to a group of the user's";
    }
    ImpossibleEnvironment = "CUT602", Manual, Manual {
        finding impossible_environment(name) "Environment= cannot hold this value of `{name}`",
            help "set it in a script that then runs the program";
        finding no_variable_name(name) "`{name}` is no name of a variable";
    }
    LiteralDollar = "CUT603", Note, None {
        finding literal_dollar(name) "`{name}` holds a literal `$`: Upstart does not expand variables in `env`",
            help "if the value of the other variable was meant, the job never got it; write it out";
        label taken_literally() "taken literally, as on Upstart";
    }
    CgroupSetting = "CUT604", Note, Approximated {
        finding cgroup_setting() "a setting of the first control group interface became a directive",
            help "compare the value with what the kernel's control groups of today make of it";
    }
    CgroupManual = "CUT605", Manual, Manual {
        finding cgroup_manual() "there is no directive for this control group setting",
            help "see systemd.resource-control(5) for what comes near it";
    }
    Apparmor = "CUT606", Note, Approximated {
        finding apparmor_confines_all() "systemd confines every process of the unit; Upstart the main one";
        finding apparmor_loaded() "the profile is loaded before each start";
        finding apparmor_confines_main()
            "Upstart confines the main process only; systemd every process of the unit";
    }
    ImpossibleLimit = "CUT607", Manual, Manual {
        finding impossible_limit() "the soft limit is above the hard one, so the job never started",
            help "choose limits that can be set";
    }
    ExportedVariables = "CUT608", Note, Dropped {
        finding exported_variables() "exported variables join a job's events, and units have no events",
            help "the processes get them all the same; \
            where another job used them, write them to a file for it";
    }
    DebugStanza = "CUT609", Note, Dropped {
        finding debug_stanza() "`debug` did nothing: only special builds of Upstart honor it";
    }
    ChangedText = "CUT610", Note, Approximated {
        finding changed_description() "the description is not one line of UTF-8 text";
    }
}
