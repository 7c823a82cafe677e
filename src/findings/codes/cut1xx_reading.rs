//! Codes 101 to 199: reading of jobs.

use super::block::codes;

codes! {
    // ---- reading ----
    UpstartRefused = "CUT101", Error, None {
        finding upstart_refused(line, error) "Upstart refuses this file at line {line}: {error}",
            help "on Upstart this job never ran; make sure that you want it to";
    }
    MisspeltStanza = "CUT102", Error, Approximated {
        finding misspelt_stanza(written, name) "there is no stanza `{written}`; did you mean `{name}`?",
            help "write `{name}`; Upstart refuses the whole file because of this word";
    }
    UnknownStanza = "CUT103", Error, Manual {
        finding unknown_stanza(name) "`{name}` is no stanza of Upstart's",
            help "nothing was made of it; carry over by hand what it was for";
    }
    UnreadableLine = "CUT104", Error, Manual {
        finding unreadable_line() "this line cannot be read: a quote or an escape runs on from it",
            help "close the quote, and convert again";
    }
    UnquotedText = "CUT105", Error, Approximated {
        finding unquoted_text(name) "the text of `{name}` has no quotes", help "put it in quotes: {name} \"…\"";
        label read_as_one_string() "read as one string";
    }
    IllegalValue = "CUT106", Error, Manual {
        finding illegal_value(name, error) "`{name}` is left out: {error}",
            help "mend the stanza and convert again; init(5) says what `{name}` takes";
    }
    UnterminatedBlock = "CUT107", Error, Approximated {
        finding unterminated_block() "this script has no `end script`",
            help "write `end script` on a line of its own where the script ends";
        label read_up_to_line(line) "read up to line {line}";
    }
    UnclosedCondition = "CUT108", Error, Approximated {
        finding unclosed_condition() "a parenthesis in this condition is never closed",
            help "close it; Upstart took the rest of the file for a part of the condition";
        label read_as_closed() "read as closed at its end";
    }
    Superseded = "CUT109", Note, Dropped {
        finding superseded_setting(key) "{key}= is set anew";
        label this_setting_counts() "this one counts";
        finding superseded_by_script() "the script sets this anew";
        label script_counts() "what it sets counts";
        finding superseded_stanza() "a later stanza replaces this one";
        label this_stanza_counts() "this one counts";
        finding set_anew(name) "`{name}` is set anew";
        label this_value_counts() "this value counts";
    }
    OverrideRefused = "CUT110", Warning, Approximated {
        finding override_refused(error) "Upstart refuses this override: {error}; the job is converted without it",
            help "mend the override and convert again; Upstart 1.13.2 applied what stands before the error";
    }
    OverrideAlone = "CUT111", Note, Dropped {
        finding override_alone() "there is no job for this override: Upstart ignores it";
    }
    ParserBug = "CUT112", Warning, Approximated {
        finding parser_bug(command) "Upstart's parser turned the blanks before an escape into a backslash",
            help "what Upstart ran was: {command}";
        label converted_as_written() "converted as written";
    }
    ExtraWords = "CUT113", Error, Approximated {
        finding extra_words(name) "`{name}` takes no more words", help "take the words behind it away";
        label read_without_them() "read without them";
    }
    ChromeOsStanza = "CUT114", Warning, Approximated {
        finding import_stanza() "`import` takes variables from the starting event",
            help "the unit reads them from a file that whoever announces the event writes before it";
        finding tmpfiles_stanza() "`tmpfiles` is a stanza of Chrome OS's Upstart",
            help "systemd-tmpfiles applies the same file before the start";
    }
    EmptyJob = "CUT115", Warning, None {
        finding empty_job(file) "{file} holds no stanza: its job does nothing",
            help "see whether something is missing from the file";
    }
}
