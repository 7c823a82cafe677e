//! Codes 101 to 199: reading of jobs.

use super::codes;

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
    }
    OverrideRefused = "CUT110", Warning, Approximated {
    }
    OverrideAlone = "CUT111", Note, Dropped {
    }
    ParserBug = "CUT112", Warning, Approximated {
    }
    ExtraWords = "CUT113", Error, Approximated {
    }
    ChromeOsStanza = "CUT114", Warning, Approximated {
    }
    EmptyJob = "CUT115", Warning, None {
    }
}
