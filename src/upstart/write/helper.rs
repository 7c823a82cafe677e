//! Programs that become another user and execute a program in their own place, for where a job cannot say it.
//!
//! `su` and `runuser` would not do: both leave a parent behind for the sake of PAM (su(1), "SIGNALS"), which is
//! then what init tracks and signals; it passes TERM on alone, follows it up with KILL after 2 seconds, and
//! ends with a status of its own.

use super::command::sh_word;
use crate::text::Text;
use crate::upstart::distribution::Distribution;

/// A program that becomes another user and executes a program in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Helper {
    /// start-stop-daemon(8) of dpkg: Debian and Ubuntu have it.
    StartStopDaemon,
    /// chroot(1) of GNU coreutils since 7.5, into the root that is there already. It knows no further groups
    /// by itself before 8.23.
    Chroot,
}

impl Helper {
    /// The one that the machines have.
    pub(super) fn of(distribution: Distribution) -> Helper {
        match distribution {
            Distribution::Ubuntu => Helper::StartStopDaemon,
            Distribution::Rhel6 | Distribution::ChromeOs => Helper::Chroot,
        }
    }

    /// The command line for a shell that does as the words say, as another user. The names are a
    /// shell's words already.
    pub(super) fn line(
        self,
        user: Option<&[u8]>,
        group: Option<&[u8]>,
        chdir: Option<&[u8]>,
        forks: bool,
        mut words: Vec<Text>,
    ) -> Vec<u8> {
        let mut line: Vec<Vec<u8>> = Vec::new();
        match self {
            Helper::StartStopDaemon => {
                // It looks for a running process first; in no file there is none.
                line.push(b"/sbin/start-stop-daemon --start --pidfile /dev/null".to_vec());
                line.extend(user.map(|user| [b"--chuid ", user].concat()));
                line.extend(group.map(|group| [b"--group ", group].concat()));
                line.extend(chdir.map(|directory| [b"--chdir ", sh_word(directory).as_slice()].concat()));
                if words.first().is_some_and(|program| !program.starts_with(b"/")) {
                    // It does not search the path for a program.
                    words.splice(0..0, ["/bin/sh", "-c", "exec \"$0\" \"$@\""].map(Text::from));
                }
                let program = words.drain(..1.min(words.len())).next();
                let program = program.map(|program| sh_word(&program)).unwrap_or_default();
                line.push([b"--startas ", program.as_slice(), b" --"].concat());
            }
            Helper::Chroot => {
                // Behind the colon: the group that is meant, or the user's own.
                let names = [user.unwrap_or_default(), b":", group.unwrap_or_default()].concat();
                line.push([b"/usr/sbin/chroot --userspec=", names.as_slice()].concat());
                if let Some(user) = user.filter(|_| forks) {
                    line.push([b"--groups=\"$(id -G ", user, b" | tr ' ' ,)\""].concat());
                }
                line.push(b"/".to_vec());
                if let Some(directory) = chdir {
                    // It goes to the root directory.
                    let head = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\""].map(Text::from);
                    words.splice(0..0, head.into_iter().chain([Text::from(directory)]));
                }
            }
        }
        line.extend(words.iter().map(|word| sh_word(word)));
        line.join(&b' ')
    }
}
