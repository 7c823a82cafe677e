//! Codes 601 to 699: environment of the processes.

use super::block::codes;

codes! {
    // ---- environment of the processes ----
    SetuidKeepsGroups = "CUT601", Note, Approximated {
    }
    ImpossibleEnvironment = "CUT602", Manual, Manual {
    }
    LiteralDollar = "CUT603", Note, None {
    }
    CgroupSetting = "CUT604", Note, Approximated {
    }
    CgroupManual = "CUT605", Manual, Manual {
    }
    Apparmor = "CUT606", Note, Approximated {
    }
    ImpossibleLimit = "CUT607", Manual, Manual {
    }
    ExportedVariables = "CUT608", Note, Dropped {
    }
    DebugStanza = "CUT609", Note, Dropped {
    }
    ChangedText = "CUT610", Note, Approximated {
        finding changed_description() "the description is not one line of UTF-8 text";
    }
}
