//! Syntax that bash alone knows, and what each of it is to bash and to dash.

use thiserror::Error;

use crate::text::Span;

/// A place that bash reads otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What bash would take for something else.
    pub span: Span,
    /// For what.
    pub kind: Bashism,
}

/// Syntax that is bash's alone: what it is to bash, and what dash makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Error)]
#[allow(missing_docs)]
pub enum Bashism {
    #[error("`$'…'` resolves escapes in bash; to dash it is `$` and a quoted string")]
    AnsiQuote,
    #[error("`+=` appends in bash; dash takes the word for a command")]
    AppendAssignment,
    #[error("`((…))` is arithmetic in bash; to dash it is a subshell in a subshell")]
    ArithmeticCommand,
    #[error("`for ((…))` counts in bash; dash refuses it")]
    ArithmeticFor,
    #[error("`NAME=(…)` is an array in bash; dash refuses it")]
    Array,
    #[error("`NAME[…]=` sets an element in bash; dash takes the word for a command")]
    ArrayElement,
    #[error("dash ignores the rest of what stands in the backquotes; bash refuses it")]
    BackquoteRest,
    #[error("braces with commas or `..` become several words in bash; dash leaves them as they are")]
    BraceExpansion,
    #[error("`coproc` starts a coprocess in bash; to dash it is a command's name")]
    Coprocess,
    #[error("`[[` is a test of bash; to dash it is a command's name")]
    DoubleBracket,
    #[error("`==` compares in bash; dash's `[` knows only `=`")]
    DoubleEquals,
    #[error("a pattern list in parentheses is an extended pattern in bash; dash refuses it")]
    ExtendedGlob,
    #[error("`;&` and `;;&` let an arm of `case` go on in bash; dash refuses them")]
    FallThrough,
    #[error("`function` defines a function in bash; to dash it is a command's name")]
    FunctionKeyword,
    #[error("bash takes nearly any name for a function; dash only names of variables")]
    FunctionName,
    #[error("`<<<` gives a string as input in bash; dash refuses it")]
    HereString,
    #[error("`$\"…\"` is translated by bash; to dash it is `$` and a quoted string")]
    LocaleQuote,
    #[error("bash takes all digits for the file descriptor; dash takes just one, and several for a word")]
    LongDescriptor,
    #[error("`{{NAME}}` before a redirection is a file descriptor in bash; to dash it is a word")]
    NamedDescriptor,
    #[error("bash lets `!` stand behind `!` or `|`; dash refuses it")]
    NegatedInPipeline,
    #[error("`$[…]` is arithmetic in bash; to dash it is text")]
    OldArithmetic,
    #[error("bash knows this expansion; dash fails with \"Bad substitution\"")]
    ParameterExpansion,
    #[error("`|&` pipes both outputs in bash; dash refuses it")]
    PipeBoth,
    #[error("`<(…)` and `>(…)` are files of commands in bash; dash refuses them")]
    ProcessSubstitution,
    #[error("bash redirects both outputs; dash does not: `&>` is `&` and `>`, and `>&` needs a file descriptor")]
    RedirectBoth,
    #[error("`select` is a menu in bash; to dash it is a command's name")]
    Select,
}
