//! The form in which codes are written down.

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
                pub const $code: Self = Self($crate::findings::codes::block::number($id));
            )+
        }

        /// The codes of this block, in order of their numbers.
        pub(super) const BLOCK: &[$crate::findings::CodeInfo] = &[$($crate::findings::CodeInfo {
            code: $crate::findings::Code::$code,
            id: $id,
            name: $crate::findings::codes::block::name(include_str!(concat!("../../../book/src/findings/", $id, ".md"))),
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

pub(super) use codes;

/// The number in an id: `CUT101`.
pub(super) const fn number(id: &str) -> u16 {
    let (mut number, mut digit) = (0, "CUT".len());
    while digit < id.len() {
        number = number * 10 + (id.as_bytes()[digit] - b'0') as u16;
        digit += 1;
    }
    number
}

/// The name in a page's title: `# CUT101: upstart-refused`.
pub(super) const fn name(page: &'static str) -> &'static str {
    let mut end = 0;
    while page.as_bytes()[end] != b'\n' {
        end += 1;
    }
    page.split_at(end).0.split_at("# CUT101: ".len()).1
}
