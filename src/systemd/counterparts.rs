//! Directives and the words of the model that they stand for, for both ways.

use super::table::Directive;
use crate::service::{DirectoryKind, IoClass, SchedulingPolicy, Test};

/// Behind this, a script runs only while there is a main process.
pub(super) const GUARD: &str = r#"[ -n "$MAINPID" ] || exit 0"#;

/// Behind this, it does not find what Upstart does not tell it.
pub(super) const UNSET_RESULT: &str = "unset MAINPID SERVICE_RESULT";

/// Before this, `stop` says that there is to be no start: exit status 1 of a condition. Every failure
/// of the script itself becomes 255, which fails the start.
pub(super) const CONDITION: &str = r#"trap 'r=$?; [ $r = 0 ] || exit 255; [ -z "$stopped" ] || exit 1' EXIT"#;

/// What a condition asks of a path. `Assert…=` asks the same.
pub const CHECKS: &[(Directive, Test)] = &[
    (Directive::ConditionPathExists, Test::Exists),
    (Directive::ConditionPathExistsGlob, Test::Matches),
    (Directive::ConditionPathIsDirectory, Test::Directory),
    (Directive::ConditionPathIsSymbolicLink, Test::SymbolicLink),
    (Directive::ConditionPathIsMountPoint, Test::MountPoint),
    (Directive::ConditionPathIsReadWrite, Test::WritableFileSystem),
    (Directive::ConditionDirectoryNotEmpty, Test::NonEmptyDirectory),
    (Directive::ConditionFileNotEmpty, Test::NonEmptyFile),
    (Directive::ConditionFileIsExecutable, Test::ExecutableFile),
];

/// The words of a directive, the numbers that may stand for them, and what they mean.
pub(crate) type Words<T> = &'static [(&'static str, &'static str, T)];

/// How the kernel schedules processes (systemd.exec(5), "Scheduling").
pub(crate) const POLICIES: Words<SchedulingPolicy> = &[
    ("other", "0", SchedulingPolicy::Other),
    ("fifo", "1", SchedulingPolicy::Fifo),
    ("rr", "2", SchedulingPolicy::Rr),
    ("batch", "3", SchedulingPolicy::Batch),
    ("idle", "5", SchedulingPolicy::Idle),
];

/// Classes of input and output; `none`, or 0, stands for the default.
pub(crate) const IO_CLASSES: Words<IoClass> =
    &[("realtime", "1", IoClass::Realtime), ("best-effort", "2", IoClass::BestEffort), ("idle", "3", IoClass::Idle)];

/// What a value means by one of the words.
pub(crate) fn meaning<T: Copy>(words: Words<T>, value: &[u8]) -> Option<T> {
    let is = |text: &str| text.as_bytes() == value;
    words.iter().find(|(word, number, _)| is(word) || is(number)).map(|(.., meaning)| *meaning)
}

/// The word for a meaning.
pub(crate) fn word<T: PartialEq>(words: Words<T>, meaning: &T) -> &'static str {
    words.iter().find(|(.., known)| known == meaning).map_or("", |(word, ..)| word)
}

/// The condition that asks the same as a test; a directory can be executed and is not empty, and what may be
/// read is for the kernel to say, so that not every test has one.
pub fn condition(test: Test) -> Option<Directive> {
    CHECKS.iter().find(|(_, known)| *known == test).map(|(directive, _)| *directive)
}

/// The test that a condition asks for, by the directive's name without `Condition` or `Assert`.
pub fn test(name: &str) -> Option<Test> {
    let named = |directive: Directive| directive.name().strip_prefix("Condition") == Some(name);
    CHECKS.iter().find(|(directive, _)| named(*directive)).map(|(_, test)| *test)
}

/// The directive for directories of a kind, the one for their mode, and the variable in which systemd tells
/// processes where they are.
pub fn directories(kind: DirectoryKind) -> (Directive, Directive, &'static str) {
    use Directive as D;
    match kind {
        DirectoryKind::Runtime => (D::RuntimeDirectory, D::RuntimeDirectoryMode, "RUNTIME_DIRECTORY"),
        DirectoryKind::State => (D::StateDirectory, D::StateDirectoryMode, "STATE_DIRECTORY"),
        DirectoryKind::Cache => (D::CacheDirectory, D::CacheDirectoryMode, "CACHE_DIRECTORY"),
        DirectoryKind::Logs => (D::LogsDirectory, D::LogsDirectoryMode, "LOGS_DIRECTORY"),
        DirectoryKind::Configuration => {
            (D::ConfigurationDirectory, D::ConfigurationDirectoryMode, "CONFIGURATION_DIRECTORY")
        }
    }
}

/// The kind of directories that a directive is about, and whether it is about their mode.
pub fn directory_kind(name: &str) -> Option<(DirectoryKind, bool)> {
    DirectoryKind::OWNED.into_iter().chain([DirectoryKind::Configuration]).find_map(|kind| {
        let (names, mode, _) = directories(kind);
        let is = |directive: Directive| directive.name() == name;
        (is(names) || is(mode)).then(|| (kind, is(mode)))
    })
}
