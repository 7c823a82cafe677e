//! What is known of programs by their names: how they behave towards an init.

/// What is known of a program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Program {
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
    program("dnsmasq")
        .reloads()
        .foreground(&["-k", "--keep-in-foreground", "-d", "--no-daemon"])
        .pid_option("-x"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_known_once() {
        assert!(PROGRAMS.is_sorted_by(|a, b| a.name < b.name));
        assert!(Program::find(b"sshd").unwrap().keeps_children);
    }
}
