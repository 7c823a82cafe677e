# Waits inside of a booted machine: for what it is in, not for a time that would depend on how busy the host is.

# Never said anything: reading from it waits, and starts no program.
exec {silent}<> <(:)

# Whether a process of the machine other than this one runs, or would if there were a processor for it.
busy() {
    local file line
    for file in /proc/[0-9]*/stat; do
        [ "$file" != "/proc/$BASHPID/stat" ] || continue
        { IFS= read -r line <"$file"; } 2>/dev/null || continue
        case ${line##*) } in [RD]*) return 0 ;; esac
    done
    return 1
}

# SECONDS [PID]: until all processes have slept for so long in sum, or the child PID has ended.
quiet() {
    local left child=${2-}
    printf -v left %.0f "$1e2"
    while [ "$left" -gt 0 ] && { [ -z "$child" ] || kill -0 "$child" 2>/dev/null; }; do
        read -r -t 0.05 -u "$silent"
        busy || left=$((left - 5))
    done
}

# SECONDS COMMAND...: like timeout(1).
limited() {
    local child status
    setsid "${@:2}" &
    child=$!
    quiet "$1" $child
    kill -TERM -- -$child 2>/dev/null && status=124
    wait $child || return ${status:-$?}
}

# SECONDS [ARGUMENT...]: until systemd has booted, or goes no further for so long. The ARGUMENTs are systemctl's.
booted() {
    systemctl "${@:2}" is-system-running --wait >/dev/null 2>&1 &
    quiet "$1" $!
}

# SECONDS [ARGUMENT...]: until systemd has nothing left to do for so long.
settled() {
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        quiet "$1"
        [ -n "$(systemctl "${@:2}" list-jobs --no-legend)" ] || break
    done
}
