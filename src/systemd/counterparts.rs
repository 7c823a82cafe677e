//! Directives and the words of the model that they stand for, for both ways.

use super::directive::Directive;
use crate::service::{DirectoryKind, Test};

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

/// The condition that asks the same as a test; a directory can be executed and is not empty, and what may be
/// read is for the kernel to say, so that not every test has one.
pub fn condition(test: Test) -> Option<Directive> {
    CHECKS.iter().find(|(_, known)| *known == test).map(|(directive, _)| *directive)
}

/// The test that a condition asks for, by the directive's name without `Condition` or `Assert`.
pub fn test(name: &str) -> Option<Test> {
    let named = |directive: Directive| directive.info().name.strip_prefix("Condition") == Some(name);
    CHECKS.iter().find(|(directive, _)| named(*directive)).map(|(_, test)| *test)
}

/// The directive for directories of a kind, and the one for their mode.
pub fn directories(kind: DirectoryKind) -> (Directive, Directive) {
    match kind {
        DirectoryKind::Runtime => (Directive::RuntimeDirectory, Directive::RuntimeDirectoryMode),
        DirectoryKind::State => (Directive::StateDirectory, Directive::StateDirectoryMode),
        DirectoryKind::Cache => (Directive::CacheDirectory, Directive::CacheDirectoryMode),
        DirectoryKind::Logs => (Directive::LogsDirectory, Directive::LogsDirectoryMode),
        DirectoryKind::Configuration => {
            (Directive::ConfigurationDirectory, Directive::ConfigurationDirectoryMode)
        }
    }
}

/// The kind of directories that a directive is about, and whether it is about their mode.
pub fn directory_kind(name: &str) -> Option<(DirectoryKind, bool)> {
    DirectoryKind::OWNED.into_iter().chain([DirectoryKind::Configuration]).find_map(|kind| {
        let (names, mode) = directories(kind);
        let is = |directive: Directive| directive.info().name == name;
        (is(names) || is(mode)).then(|| (kind, is(mode)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_say_the_same() {
        for (directive, asked) in CHECKS {
            assert_eq!(condition(*asked), Some(*directive));
            assert_eq!(test(directive.info().name.trim_start_matches("Condition")), Some(*asked));
        }
        assert_eq!(condition(Test::Readable), None);
        assert_eq!(directory_kind("LogsDirectoryMode"), Some((DirectoryKind::Logs, true)));
        assert_eq!(directory_kind("ConfigurationDirectory"), Some((DirectoryKind::Configuration, false)));
        assert_eq!(directory_kind("RootDirectory"), None);
    }
}
