//! How text looks on a terminal: one set for everything that has colours.

/// How a piece of text looks. Nothing is told by looks alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextStyle {
    /// As it is.
    #[default]
    Plain,
    /// Important.
    Strong,
    /// Less important.
    Faint,
    /// A reason.
    Aside,
    /// A place in a file.
    Place,
    /// All is well; what comes.
    Good,
    /// To be read.
    Warn,
    /// Not the same; what goes.
    Other,
    /// To be decided.
    Bad,
    /// Where one is; what is meant in a line.
    Chosen,
}

impl TextStyle {
    /// What makes every style end (ECMA-48, 8.3.117).
    pub(crate) const RESET: &str = "\x1b[0m";
    /// What makes `Chosen` end, and leaves the colour.
    pub(crate) const UNCHOSEN: &str = "\x1b[27m";

    /// What makes it begin.
    pub const fn begin(self) -> &'static str {
        match self {
            TextStyle::Plain => "",
            TextStyle::Strong => "\x1b[1m",
            TextStyle::Faint => "\x1b[2m",
            TextStyle::Aside => "\x1b[3m",
            TextStyle::Place => "\x1b[36m",
            TextStyle::Good => "\x1b[32m",
            TextStyle::Warn => "\x1b[33m",
            TextStyle::Other => "\x1b[31m",
            TextStyle::Bad => "\x1b[1m\x1b[31m",
            TextStyle::Chosen => "\x1b[7m",
        }
    }

    /// A text that looks so.
    pub(crate) fn paint(self, text: &str) -> String {
        match self {
            TextStyle::Plain => text.to_owned(),
            _ if text.is_empty() => String::new(),
            style => [style.begin(), text, TextStyle::RESET].concat(),
        }
    }
}
