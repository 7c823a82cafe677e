#!/usr/bin/env bash
# boot.sh TREE OUT [ARGUMENT...] - boots this machine's own systemd as PID 1 of throw-away namespaces. Its root is
# made for it: the programs of /usr with all changes in memory, with no units but those of the systemd and dbus
# packages and nothing of /usr/local; `etc` beside this script; else empty directories; and the files below TREE laid
# over it. The folder OUT is /run/out inside, with `wait.sh` in it. The ARGUMENTs are systemd's own.
# It runs until a line is written to the pipe OUT/done, and is killed then; after the line `off` it goes down by
# itself. What systemd says before there is a journal is in OUT/kmsg.
# Exit status: 0 done, 1 not done within LIMIT seconds (600: only what hangs takes so long), 125 systemd cannot be
# booted here (stderr says why).
set -u
cannot() { echo "$*" >&2; exit 125; }

[ "$(id -u)" = 0 ] || cannot "only root can boot systemd in namespaces"
for program in unshare setpriv mount pivot_root script tar dpkg mknod; do
    command -v "$program" >/dev/null || cannot "no $program"
done
[ -x /lib/systemd/systemd ] || cannot "no systemd"
TREE=$(readlink -f "$1") OUT=$(readlink -f "$2")
shift 2
SUPPORT=$(dirname "$(readlink -f "$0")") LIMIT=${LIMIT:-600}
export TREE OUT SUPPORT

# A control group of its own: systemd takes the one it is started in for the root of all. Those of runs that
# were killed are empty.
mounted=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
[ -n "$mounted" ] || cannot "control groups of version 2 are not mounted"
groups=$mounted$(sed -n 's,^0::/*,/,p' /proc/self/cgroup)
groups=${groups%/}
for group in "$groups"/cutover-test.*; do
    [ -d "/proc/${group##*.}" ] || find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
done
group=$groups/cutover-test.$$
mkdir "$group" 2>/dev/null || cannot "no control group can be made in $groups"

child=
cleanup() {
    trap - EXIT
    # Whatever runs in the namespaces dies with their PID 1.
    [ -z "$child" ] || kill -KILL "$child" 2>/dev/null
    [ ! -w "$group/cgroup.kill" ] || echo 1 >"$group/cgroup.kill"
    for ((tries = 0; tries < 100; tries++)); do
        grep -q 'populated 0' "$group/cgroup.events" && break
        sleep 0.05
    done
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# Units that handle hardware, the kernel or logins, or that wait for them.
masked=(
    modprobe@.service systemd-modules-load.service kmod-static-nodes.service
    sys-kernel-{debug,tracing,config}.mount sys-fs-fuse-connections.mount dev-{hugepages,mqueue}.mount
    proc-sys-fs-binfmt_misc.automount systemd-ask-password-{console,wall}.path systemd-tmpfiles-clean.timer
    systemd-{initctl,journald-audit}.socket getty.target autovt@.service
    systemd-{remount-fs,udevd,udev-trigger,logind,sysctl,binfmt,random-seed,pstore,timesyncd,firstboot}.service
    systemd-{update-utmp,update-utmp-runlevel,machine-id-commit,journal-flush}.service
)
MASKED=${masked[*]}

# What packages and administrators of this machine have put below /usr for all programs or for systemd to find.
left_out=(local lib/systemd/{system,user}{,-generators,-environment-generators,-preset} lib/{tmpfiles,sysusers}.d share/dbus-1)
LEFT_OUT=${left_out[*]}
export MASKED LEFT_OUT

# Runs as PID 1 of the namespaces, and becomes systemd.
machine() {
    set -eu
    # What the tree lays over programs is for the machine alone.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    local private=nosuid,nodev,noexec path node tries
    mount -t tmpfs -o mode=755,size=512m machine /mnt
    cd /mnt
    mkdir boot dev etc home media mnt old opt proc root run srv sys tmp usr var var/{cache,lib,log,opt,spool}
    mkdir -m 1777 var/tmp
    chmod 700 root
    ln -s /run var/run
    ln -s /run/lock var/lock

    # Of /usr, what belongs to this machine alone is left out.
    mount -t tmpfs -o mode=755,size=512m layers old
    mkdir -p old/upper/lib/systemd old/upper/share old/work
    for path in $LEFT_OUT; do mknod old/upper/$path c 0 0; done
    mount -t overlay -o lowerdir=/usr,upperdir=old/upper,workdir=old/work usr usr
    for path in $LEFT_OUT; do mkdir usr/$path; done
    mkdir usr/local/{bin,sbin,lib,share}
    dpkg -L systemd dbus{,-{daemon,system-bus-common,session-bus-common}} 2>/dev/null |
        sed -n 's,^/usr/,,; s,^/,,; \,^lib/systemd/\(system\|user\)/\|^lib/\(tmpfiles\|sysusers\)\.d/\|^share/dbus-1/,p' |
        tar -C /usr -c --no-recursion -T - | tar -C usr -x
    rm -rf usr/lib/systemd/system/{graphical,multi-user,timers}.target.wants
    for path in /bin /sbin /lib*; do
        [ -L $path ] || { echo "$path is not a link into /usr"; exit 1; }
        cp -P $path .
    done
    cp -r "$SUPPORT"/etc/. etc
    cp -r /etc/alternatives /etc/ld.so.c* etc

    mount -t proc -o $private proc proc
    for path in proc/sys proc/sysrq-trigger proc/irq proc/bus; do
        [ -e $path ] || continue
        mount --bind $path $path
        mount -o remount,bind,ro $path
    done
    mount -t sysfs -o ro,$private sysfs sys
    mount -t cgroup2 -o $private cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755,nosuid dev dev
    for node in null zero full random urandom tty; do
        : >dev/$node
        mount --bind /dev/$node dev/$node
    done
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
    mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
    ln -s fd/0 dev/stdin
    ln -s fd/1 dev/stdout
    ln -s fd/2 dev/stderr
    : >dev/kmsg
    mount --bind "$OUT/kmsg" dev/kmsg
    mount -t tmpfs -o mode=755,nosuid,nodev run run
    mount -t tmpfs -o mode=1777 tmp tmp

    mkdir -p etc/systemd/{system,user}
    for path in $MASKED; do ln -s /dev/null etc/systemd/system/$path; done
    ln -s /lib/systemd/system/multi-user.target etc/systemd/system/default.target
    printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >etc/systemd/journald.conf
    echo 00000000000000000000000000001404 >etc/machine-id

    tar -C "$TREE" -c --owner=0 --group=0 . | tar -x --keep-directory-symlink --no-overwrite-dir
    mkdir -p run/out
    mount --bind "$OUT" run/out
    umount -l old
    pivot_root . old
    cd /
    umount -l old
    rmdir old

    # The console is a terminal. An `@` ahead of its name: a clean shutdown does not wait for such a process.
    SHELL=/bin/bash setsid bash -c \
        "exec -a @console script -qfc 'exec -a @console sleep infinity' /run/console" </dev/null &>/dev/null &
    for ((tries = 0; tries < 100; tries++)); do
        [ ! -e /dev/pts/0 ] || break
        sleep 0.02
    done
    : >/dev/console
    mount --bind /dev/pts/0 /dev/console
    exec env -i container=cutover-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --show-status=no "$@"
}
export -f machine

cp "$SUPPORT/wait.sh" "$OUT"
# The machine holds the pipe open: it ends when the machine does.
: >"$OUT/kmsg"
mkfifo "$OUT/done" 2>/dev/null
exec 3<>"$OUT/done"
(
    echo "$BASHPID" >"$group/cgroup.procs" || exit
    [ ! -w "$group/pids.max" ] || echo 2048 >"$group/pids.max"
    # Nothing in there may reach the machine behind the namespaces, nor outlive this script.
    exec setpriv --pdeathsig KILL --bounding-set -sys_module,-sys_time,-sys_rawio,-mknod,-syslog,\
-linux_immutable,-mac_admin,-mac_override,-audit_control,-wake_alarm,-block_suspend,-bpf,-perfmon \
        unshare --mount --propagation private --uts --ipc --net --pid --cgroup --fork --kill-child=KILL \
        bash -c 'machine "$@"' machine "$@"
) </dev/null &>"$OUT/setup" &
child=$!
exec 4<"$OUT/done" 3>&-

failed() { cat "$OUT/setup" "$OUT/kmsg" >&2; exit "$1"; }
read -r -t "$LIMIT" how <&4
case $? in
0) ;;
1) failed 125 ;;
*) failed 1 ;;
esac
if [ "$how" = off ]; then
    read -r -t "$LIMIT" how <&4
    [ $? = 1 ] || failed 1
fi
exit 0
