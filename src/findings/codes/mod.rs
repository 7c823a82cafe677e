//! Every code with its texts, as data, in blocks of numbers.
//!
//! Codes are stable: a number is never given to another meaning. The page behind each code is a file of the book, which
//! says what it is called and what it means, so that `cutover explain` and the book cannot differ. Findings are made
//! here alone: each text of a code is a constructor of its findings, whose arguments are what is so in the case.

mod environment;
mod general;
mod lifecycle;
mod processes;
mod reading;
mod relations;
mod system;
mod units_to_jobs;

#[allow(unused_imports, reason = "a block may have no text yet")]
pub(crate) use self::{
    environment::*, general::*, lifecycle::*, processes::*, reading::*, relations::*, system::*,
    units_to_jobs::*,
};

use super::CodeInfo;

/// A block of codes. Of each: its id, how grave it is, what it means for the stanza, and its texts: whole findings, and
/// labels of the places that they point at.
///
/// ```text
/// HookCutShort = "CUT206", Note, Approximated {
///     finding hook_cut_short(limit) "this may take longer than {limit} s, and then systemd kills it",
///         help "raise TimeoutStopSec= to what it needs";
///     label waits_here() "this waits";
/// }
/// ```
macro_rules! codes {
    ($($code:ident = $id:literal, $severity:ident, $outcome:ident {
        $($kind:ident $text:ident($($value:ident),*) $message:literal $(, $part:ident $words:literal)*;)*
    })+) => {
        #[allow(non_upper_case_globals, reason = "a code is used as if it were a variant")]
        #[allow(clippy::doc_markdown, reason = "pages of the book are prose")]
        impl $crate::findings::Code {
            $(
                #[doc = include_str!(concat!("../../../book/src/findings/", $id, ".md"))]
                pub const $code: Self = Self($crate::findings::codes::number($id));
            )+
        }

        /// The codes of this block, in order of their numbers.
        pub(super) const BLOCK: &[$crate::findings::CodeInfo] = &[$($crate::findings::CodeInfo {
            code: $crate::findings::Code::$code,
            id: $id,
            name: $crate::findings::codes::name(include_str!(concat!("../../../book/src/findings/", $id, ".md"))),
            severity: $crate::findings::Severity::$severity,
            outcome: codes!(@outcome $outcome),
            page: include_str!(concat!("../../../book/src/findings/", $id, ".md")),
        },)+];

        $($(codes!(@$kind $code $text($($value),*) $message $(, $part $words)*);)*)+
    };
    (@outcome None) => { None };
    (@outcome $outcome:ident) => { Some($crate::findings::Outcome::$outcome) };
    (@finding $code:ident $text:ident($($value:ident),*) $message:literal $(, $part:ident $words:literal)*) => {
        pub(crate) fn $text($($value: impl std::fmt::Display),*) -> $crate::findings::Finding {
            $crate::findings::Finding::new($crate::findings::Code::$code, format!($message))
                $(.$part(format!($words)))*
        }
    };
    (@label $code:ident $text:ident($($value:ident),*) $message:literal) => {
        pub(crate) fn $text($($value: impl std::fmt::Display),*) -> $crate::findings::Message {
            format!($message).into()
        }
    };
}

use codes;

const BLOCKS: [&[CodeInfo]; 8] = [
    units_to_jobs::BLOCK,
    reading::BLOCK,
    processes::BLOCK,
    lifecycle::BLOCK,
    environment::BLOCK,
    relations::BLOCK,
    system::BLOCK,
    general::BLOCK,
];

/// All codes, in order of their numbers.
pub static CODES: &[CodeInfo] = {
    const COUNT: usize = count();
    const ALL: [CodeInfo; COUNT] = joined();
    &ALL
};

const fn count() -> usize {
    let (mut count, mut block) = (0, 0);
    while block < BLOCKS.len() {
        count += BLOCKS[block].len();
        block += 1;
    }
    count
}

const fn joined<const COUNT: usize>() -> [CodeInfo; COUNT] {
    let mut all = [BLOCKS[0][0]; COUNT];
    let (mut next, mut block) = (0, 0);
    while block < BLOCKS.len() {
        let mut row = 0;
        while row < BLOCKS[block].len() {
            all[next] = BLOCKS[block][row];
            (next, row) = (next + 1, row + 1);
        }
        block += 1;
    }
    all
}

/// The number in an id: `CUT101`.
const fn number(id: &str) -> u16 {
    let (mut number, mut digit) = (0, "CUT".len());
    while digit < id.len() {
        number = number * 10 + (id.as_bytes()[digit] - b'0') as u16;
        digit += 1;
    }
    number
}

/// The name in a page's title: `# CUT101: upstart-refused`.
const fn name(page: &'static str) -> &'static str {
    let mut end = 0;
    while page.as_bytes()[end] != b'\n' {
        end += 1;
    }
    page.split_at(end).0.split_at("# CUT101: ".len()).1
}
