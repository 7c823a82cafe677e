#!/bin/bash
# Runs inside of a booted machine as a service. Takes the steps in /run/out/steps once it has booted, each with
# `= STEP` in the trace /run/out/log, which the programs of jobs know as /run/trace/log. README.md of the recorded
# scenarios tells what each step does to systemd.
# Seconds are of a machine that sleeps, see wait.sh.
# `steps.sh VERB WORD...` carries out the one command; that is how it gets its time limit.
out=/run/out units=/etc/systemd/system
. $out/wait.sh

# K=V...: the values, as they name an instance.
values() { (IFS=- && printf '%s\n' "${*#*=}"); }

# JOB|EVENT TYPE [K=V...]: the name of the unit, an instance of it where it is a template.
unit() {
    local template=$units/$1@.$2 instance
    if [ ! -e "$template" ]; then
        echo "$1.$2"
        return
    fi
    if [ $# -gt 2 ]; then instance=$(values "${@:3}"); else instance=$(sed -n 's/^DefaultInstance=//p' "$template"); fi
    echo "$1@$(systemd-escape -- "$instance").$2"
}

# FILE [K=V...]: writes the variables for units to read.
variables() {
    local file=$1 word
    shift
    mkdir -p "${file%/*}"
    for word; do printf '%s="%s"\n' "${word%%=*}" "${word#*=}"; done >"$file.new"
    mv "$file.new" "$file"
}

job() {
    local verb=$1 name=$2 file=/run/upstart-env/$2
    shift 2
    if [ "$verb" = start ] && [ $# -gt 0 ]; then
        [ ! -e "$units/$name@.service" ] || file=$file@$(values "$@")
        variables "$file" "$@"
    fi
    systemctl "$verb" "$(unit "$name" service "$@")"
}

emit() {
    local wait=() event file
    if [ "$1" = --no-wait ]; then
        wait=(--no-block)
        shift
    fi
    event=$1 file=$1
    shift
    [ ! -e "$units/$event@.target" ] || file=$event@${1#*=}
    variables "/run/upstart-events/$file.env" "$@"
    systemctl start "${wait[@]}" "$(unit "$event" target ${1+"$1"})"
}

property() {
    local name=$1 job=$2
    shift 2
    systemctl show -P "$name" "$(unit "$job" service "$@")"
}

state() {
    case $(property ActiveState "$@") in
    active | reloading) echo up ;;
    inactive) echo down ;;
    failed) echo failed ;;
    activating) echo starting ;;
    deactivating) echo stopping ;;
    esac
}

# JOB SIGNAL [K=V...]: to the main process alone, and never to process 0, which would be this script and all others.
signal() {
    local name=$1 signal=$2 process
    shift 2
    process=$(property MainPID "$name" "$@")
    if [ "${process:-0}" = 0 ]; then
        log "kill $name${*:+ $*} $signal no main process"
        return
    fi
    kill -s "$signal" "$process"
    quiet "$settle"
    log "kill $name${*:+ $*} $signal"
}

log() { printf '= %s\n' "$*" >>$out/log; }

step() {
    local verb=$1 status
    case $verb in
    start | stop | restart | reload | emit)
        limited 12 bash "$0" "$@" >/dev/null 2>>$out/errors
        status=$?
        case $status in 0) ;; 124) status=timeout ;; *) status=1 ;; esac
        quiet "$settle"
        log "$* rc=$status"
        ;;
    kill) signal "${@:2}" ;;
    state) log "$* $(state "${@:2}")" ;;
    mark) log "$*" ;;
    boot) quiet 0.5; log boot ;;
    shutdown) log shutdown; down=yes ;;
    sleep) quiet "$2" ;;
    wait) wait ;;
    *) log "unknown step $*" ;;
    esac
}

case ${1-} in
emit) emit "${@:2}"; exit ;;
?*) job "$@"; exit ;;
esac

booted 15
settle=$(<$out/settle) down=
while IFS= read -r line <&7; do
    case $line in
    '' | '#'*) ;;
    'sh '*) bash -c "${line#sh }" &>>$out/log ;;
    *' &') eval "set -- ${line% &}"; step "$@" & ;;
    *) eval "set -- $line"; step "$@" ;;
    esac
done 7<$out/steps
wait

[ ! -e $out/journal ] || journalctl -b -o short-monotonic --no-pager >$out/journal 2>&1
if [ -z "$down" ]; then
    echo >$out/done
else
    echo off >$out/done
    kill -s RTMIN+4 1
fi
