#!/bin/sh
# boot.sh UNITS OUT - boots this machine's own systemd as PID 1 of throw-away namespaces, with the units of the
# folder UNITS and no others, starts probe.target, and waits until one of them makes the file OUT/done. The folder
# OUT is /run/out inside; what systemd says is in OUT/log. The rest of the file system can only be read.
# Exit status: 0 done, 1 not done in time, 125 systemd cannot be booted here (stderr says why).
set -u
cannot() { echo "$*" >&2; exit 125; }

[ "$(id -u)" = 0 ] || cannot "only root can boot systemd in namespaces"
for program in unshare setpriv mount; do
    command -v "$program" >/dev/null || cannot "no $program"
done
for systemd in /usr/lib/systemd/systemd /lib/systemd/systemd; do [ -x "$systemd" ] && break; done
[ -x "$systemd" ] || cannot "no systemd"
units=$(readlink -f "$1") out=$(readlink -f "$2")

# A control group of its own: systemd takes the one it is started in for the root of all.
mounted=$(awk '$(NF-2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
[ -n "$mounted" ] || cannot "control groups of version 2 are not mounted"
own=$(sed -n 's/^0:://p' /proc/self/cgroup)
group=$mounted${own%/}/cutover-test.$$
mkdir "$group" 2>/dev/null || cannot "no control group can be made in $mounted"

child=
cleanup() {
    trap - EXIT
    # Whatever runs in the namespaces dies with their PID 1.
    [ -z "$child" ] || kill -KILL "$child" 2>/dev/null
    [ ! -w "$group/cgroup.kill" ] || echo 1 >"$group/cgroup.kill"
    tries=100
    while [ $tries -gt 0 ] && ! grep -q 'populated 0' "$group/cgroup.events"; do
        sleep 0.05
        tries=$((tries - 1))
    done
    find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# Runs as PID 1 of the namespaces, and becomes systemd.
inside='
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/systemd/system /run/out
cp -R "$UNITS/." /run/systemd/system/
mount --bind "$OUT" /run/out
mount -o remount,bind,ro /
mount -t proc -o nosuid,nodev,noexec proc /proc
for path in /proc/sys /proc/sysrq-trigger; do
    [ -e "$path" ] || continue
    mount --bind "$path" "$path"
    mount -o remount,bind,ro "$path"
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs /sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 /sys/fs/cgroup
mkdir /run/dev
for node in null zero full random urandom tty; do
    : >/run/dev/$node
    mount --bind /dev/$node /run/dev/$node
done
: >/run/dev/kmsg
: >/run/dev/console
mount --bind /run/out/log /run/dev/kmsg
mkdir /run/dev/shm /run/dev/pts
mount --rbind /run/dev /dev
cd /
exec env -i container=cutover-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    SYSTEMD_UNIT_PATH=/run/systemd/system \
    "$SYSTEMD" --system --unit=probe.target --log-target=kmsg --log-level=info --show-status=no
'
: >"$out/log"
: >"$out/setup"
(
    sh -c 'echo "$PPID"' >"$group/cgroup.procs" || exit
    export UNITS="$units" OUT="$out" SYSTEMD="$systemd"
    # Nothing in there may reach the machine behind the namespaces.
    exec setpriv --bounding-set \
        -sys_module,-sys_time,-sys_rawio,-mknod,-syslog,-linux_immutable,-mac_admin,-mac_override,-wake_alarm,-bpf \
        unshare --mount --propagation private --uts --ipc --net --pid --cgroup --fork --kill-child=KILL \
        sh -c "$inside"
) </dev/null >"$out/setup" 2>&1 &
child=$!

tries=1200
while [ $tries -gt 0 ]; do
    [ ! -e "$out/done" ] || exit 0
    if ! kill -0 "$child" 2>/dev/null; then
        cat "$out/setup" "$out/log" >&2
        exit 125
    fi
    sleep 0.05
    tries=$((tries - 1))
done
cat "$out/setup" "$out/log" >&2
exit 1
