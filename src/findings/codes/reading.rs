//! Codes 101 to 199: reading of jobs.

use super::block::codes;

codes! {
    // ---- reading ----
    UpstartRefused = "CUT101", Error, None {
    }
    MisspeltStanza = "CUT102", Error, Approximated {
    }
    UnknownStanza = "CUT103", Error, Manual {
    }
    UnreadableLine = "CUT104", Error, Manual {
    }
    UnquotedText = "CUT105", Error, Approximated {
    }
    IllegalValue = "CUT106", Error, Manual {
    }
    UnterminatedBlock = "CUT107", Error, Approximated {
    }
    UnclosedCondition = "CUT108", Error, Approximated {
    }
    Superseded = "CUT109", Note, Dropped {
        finding superseded_setting(key) "{key}= is set anew";
        label this_setting_counts() "this one counts";
        finding superseded_by_script() "the script sets this anew";
        label script_counts() "what it sets counts";
        finding superseded_stanza() "a later stanza replaces this one";
        label this_stanza_counts() "this one counts";
    }
    OverrideRefused = "CUT110", Warning, Approximated {
        finding override_refused(error) "Upstart refuses this override: {error}; the job is converted without it",
            help "mend the override and convert again; Upstart 1.13.2 applied what stands before the error";
    }
    OverrideAlone = "CUT111", Note, Dropped {
        finding override_alone() "there is no job for this override: Upstart ignores it";
    }
    ParserBug = "CUT112", Warning, Approximated {
    }
    ExtraWords = "CUT113", Error, Approximated {
    }
    ChromeOsStanza = "CUT114", Warning, Approximated {
    }
    EmptyJob = "CUT115", Warning, None {
        finding empty_job(file) "{file} holds no stanza: its job does nothing",
            help "see whether something is missing from the file";
    }
}
