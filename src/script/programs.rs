//! What is known of programs by their names: how they behave towards an init, and which run others.

use super::base_name;

/// What is known of a program.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Program {
    /// The name of its file.
    pub name: &'static str,
    /// Its children are sessions, jobs or containers that must outlive it.
    pub keeps_children: bool,
    /// It reads its configuration anew on HUP, by its own documentation.
    pub reloads_on_hup: bool,
    /// It goes into the background unless one of these words is among its arguments.
    pub foreground: Option<&'static [&'static str]>,
    /// The option behind which it is told its PID file.
    pub pid_option: Option<&'static str>,
}

const fn program(name: &'static str) -> Program {
    Program { name, keeps_children: false, reloads_on_hup: false, foreground: None, pid_option: None }
}

impl Program {
    const fn keeps_children(self) -> Self {
        Program { keeps_children: true, ..self }
    }

    const fn reloads(self) -> Self {
        Program { reloads_on_hup: true, ..self }
    }

    const fn foreground(self, words: &'static [&'static str]) -> Self {
        Program { foreground: Some(words), ..self }
    }

    const fn pid_option(self, option: &'static str) -> Self {
        Program { pid_option: Some(option), ..self }
    }

    /// What is known of the program of that name.
    pub fn find(name: &[u8]) -> Option<&'static Program> {
        PROGRAMS.iter().find(|program| program.name.as_bytes() == name)
    }
}

/// From the manual pages of the programs, section 8 or 1.
const PROGRAMS: &[Program] = &[
    program("NetworkManager").keeps_children().foreground(&["-n", "--no-daemon", "-d", "--debug"]),
    program("apache2").reloads().foreground(&["-DFOREGROUND", "FOREGROUND", "-X", "-DNO_DETACH"]),
    program("atd").keeps_children().foreground(&["-f", "-d"]),
    program("avahi-daemon").reloads(),
    program("cgmanager").keeps_children(),
    program("containerd").keeps_children(),
    program("containerd-shim").keeps_children(),
    program("cron").keeps_children().foreground(&["-f"]),
    program("crond").keeps_children().foreground(&["-f", "-n", "-d"]),
    program("dbus-daemon").reloads(),
    program("dnsmasq").reloads().foreground(&["-k", "--keep-in-foreground", "-d", "--no-daemon"]).pid_option("-x"),
    program("docker").keeps_children(),
    program("dockerd").keeps_children(),
    program("dropbear").keeps_children().foreground(&["-F"]),
    program("glusterd").keeps_children().pid_option("-p"),
    program("gunicorn").reloads().pid_option("-p"),
    program("haproxy").pid_option("-p"),
    program("httpd").reloads().foreground(&["-DFOREGROUND", "FOREGROUND", "-X"]),
    program("in.tftpd").foreground(&["-L", "--foreground"]),
    program("inetd").reloads(),
    program("libvirtd").keeps_children().reloads(),
    program("lxc-start").keeps_children(),
    program("lxcfs").keeps_children(),
    program("lxd").keeps_children(),
    program("memcached").pid_option("-P"),
    program("mosh-server").keeps_children(),
    program("named").reloads().foreground(&["-f", "-g"]),
    program("neutron-dhcp-agent").keeps_children(),
    program("neutron-l3-agent").keeps_children(),
    program("neutron-metadata-agent").keeps_children(),
    program("nginx").reloads(),
    program("nomad").keeps_children().reloads(),
    program("ntpd").foreground(&["-n", "--nofork"]).pid_option("-p"),
    program("puppet").reloads(),
    program("rsyslogd").reloads().foreground(&["-n"]).pid_option("-i"),
    program("screen").keeps_children(),
    program("slapd").foreground(&["-d"]),
    program("smartd").reloads().foreground(&["-n", "--no-fork"]),
    program("smbd").reloads().foreground(&["-F", "--foreground", "-i"]),
    program("snmpd").reloads().foreground(&["-f"]).pid_option("-p"),
    program("squid").reloads().foreground(&["-N", "--foreground"]),
    program("squid3").reloads().foreground(&["-N"]),
    program("sshd").keeps_children().reloads().foreground(&["-D", "-d", "-e"]),
    program("syslog-ng").reloads().foreground(&["-F", "--foreground"]),
    program("tmux").keeps_children(),
    program("vsftpd").reloads(),
    program("winbindd").reloads().foreground(&["-F", "--foreground", "-i"]),
    program("xinetd").keeps_children().reloads().foreground(&["-dontfork", "-d"]),
];

/// How a program runs a command that stands among its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The words behind its own are the command, which is then as good as alone.
    Prefix,
    /// The same, behind options and words of its own.
    Words,
    /// One of its words is a text for a shell.
    Text,
    /// The program stands behind one of these options, and its arguments behind `--`.
    Option(&'static [&'static str]),
}

/// A program that runs another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrapper {
    name: &'static str,
    /// Where the other one stands.
    pub runner: Runner,
    /// It becomes the other one, and does nothing but prepare the ground for it.
    pub prepares: bool,
}

/// Options of programs that prepare the ground which take the next word with them.
const WITH_VALUE: &[&[u8]] = &[b"-n", b"-c", b"-p", b"-u", b"-o", b"-e", b"-i"];

const fn wrapper(name: &'static str, runner: Runner) -> Wrapper {
    Wrapper { name, runner, prepares: false }
}

const fn prepares(name: &'static str, runner: Runner) -> Wrapper {
    Wrapper { name, runner, prepares: true }
}

/// From the manual pages of the programs, section 1 or 8, and from sh(1).
const WRAPPERS: &[Wrapper] = &[
    wrapper("bash", Runner::Text),
    prepares("chrt", Runner::Words),
    wrapper("command", Runner::Prefix),
    wrapper("dash", Runner::Text),
    prepares("env", Runner::Words),
    wrapper("eval", Runner::Text),
    wrapper("exec", Runner::Prefix),
    wrapper("flock", Runner::Text),
    prepares("ionice", Runner::Words),
    prepares("nice", Runner::Words),
    prepares("nohup", Runner::Prefix),
    wrapper("runuser", Runner::Text),
    prepares("setarch", Runner::Words),
    prepares("setsid", Runner::Words),
    wrapper("sh", Runner::Text),
    prepares("start-stop-daemon", Runner::Option(&["--exec", "-x", "--startas", "-a"])),
    prepares("stdbuf", Runner::Words),
    wrapper("su", Runner::Text),
    wrapper("sudo", Runner::Prefix),
    prepares("taskset", Runner::Words),
    wrapper("timeout", Runner::Words),
    wrapper("trap", Runner::Text),
    wrapper("xargs", Runner::Words),
];

/// Other programs whose names tell nothing of what is run: interpreters, and one that does nothing.
const INTERPRETERS: &[&str] = &["java", "node", "perl", "python", "python2", "python3", "ruby", "true"];

/// Whether the name of a program tells nothing of what is run: its arguments do.
pub(crate) fn tells_nothing(name: &[u8]) -> bool {
    Wrapper::find(name).is_some() || INTERPRETERS.iter().any(|known| known.as_bytes() == name)
}

impl Wrapper {
    /// The one of that name.
    pub(crate) fn find(name: &[u8]) -> Option<&'static Wrapper> {
        WRAPPERS.iter().find(|wrapper| wrapper.name.as_bytes() == name)
    }

    /// Whether a program of that name runs what stands behind it, which is then as good as alone.
    pub(crate) fn is_prefix(name: &[u8]) -> bool {
        Wrapper::find(name).is_some_and(|wrapper| wrapper.runner == Runner::Prefix)
    }
}

/// The command behind programs that only prepare the ground for it.
pub(crate) fn unwrapped<'a>(words: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut words = words.to_vec();
    loop {
        let wrapper = words.first().and_then(|first| Wrapper::find(base_name(first)));
        let Some(wrapper) = wrapper.filter(|wrapper| wrapper.prepares) else { return words };
        if let Runner::Option(options) = wrapper.runner {
            let is_option = |word: &&[u8]| options.iter().any(|option| option.as_bytes() == *word);
            let at = words.iter().position(is_option);
            let Some(program) = at.and_then(|at| words.get(at + 1).copied()) else { return words };
            let args = words.iter().position(|word| *word == b"--").map_or(words.len(), |at| at + 1);
            words = std::iter::once(program).chain(words.split_off(args)).collect();
            continue;
        }
        let mut at = 1;
        while let Some(word) = words.get(at) {
            if word.starts_with(b"-") {
                at += if WITH_VALUE.contains(word) { 2 } else { 1 };
            } else if word.contains(&b'=') || word.iter().all(|byte| byte.is_ascii_digit() || *byte == b',') {
                at += 1;
            } else {
                break;
            }
        }
        words = words.split_off(at.min(words.len()));
    }
}

/// Whether a program runs scripts of a shell: the shells themselves, and what runs init scripts in one.
pub fn is_shell(name: &[u8]) -> bool {
    matches!(name, b"sh" | b"bash" | b"dash" | b"ash" | b"ksh" | b"mksh" | b"posh" | b"zsh" | b"rc" | b"runscript")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_known_once() {
        assert!(PROGRAMS.is_sorted_by(|a, b| a.name < b.name));
        assert!(WRAPPERS.is_sorted_by(|a, b| a.name < b.name));
        assert!(Program::find(b"sshd").unwrap().keeps_children);
    }
}
