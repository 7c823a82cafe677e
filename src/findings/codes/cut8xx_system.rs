//! Codes 801 to 899: the target system, and who else counts on Upstart.

use super::block::codes;

codes! {
    // ---- the target system ----
    DowngradedDirective = "CUT801", Note, Approximated {
        finding fails_between_restarts(target)
            "systemd {target} has no ExecCondition=: between restarts of the other unit this one fails";
        finding all_of_fails_between_restarts(target)
            "systemd {target} has no ExecCondition=: \
            between restarts of the other unit the unit of all conditions fails";
        finding fails_at_other_value(target)
            "systemd {target} has no ExecCondition=: where the value is another one, the unit fails";
        finding fails_at_other_change(target)
            "systemd {target} has no ExecCondition=: at any other change to the file, the unit fails";
        finding no_type_exec(target)
            "systemd {target} has no Type=exec: \
            the start succeeds although the program, its directory or its user is missing";
        finding no_stop_propagated_from(target, other)
            "systemd {target} has no StopPropagatedFrom=: the unit stays up when {other} ends by itself";
        finding no_service_result(target, other)
            "systemd {target} does not say how a service has ended: \
            when {other} ends by itself, the unit is not started";
        finding one_limit(target, hard)
            "systemd {target} sets the soft and the hard limit alike: the hard one would be {hard}";
        finding no_full_privileges(target)
            "systemd {target} cannot run one process of a unit with full privileges", became "";
        finding no_unset_environment(target)
            "systemd {target} cannot take variables out of the environment: \
            the processes find LANG, INVOCATION_ID and the like", became "";
        finding console_as_terminal(target)
            "systemd {target} cannot open a file: the console is opened as a terminal for output only";
        finding files_opened_by_shell(target)
            "systemd {target} cannot open the files of input and output: a shell does";
    }
    NotInTarget = "CUT802", Manual, Manual {
        finding directive_not_in_target(target, directive) "systemd {target} has no {directive}=",
            help "leave it, or set it from outside";
        finding no_on_success(target, other)
            "systemd {target} has no OnSuccess=: nothing starts the unit when {other} has ended well",
            help "start it from ExecStopPost= of {other}";
        finding no_such_address(target) "systemd {target} listens on no such address",
            help "write the .socket unit by hand";
        finding value_not_in_target(target, directive, value) "systemd {target} takes no {directive}={value}",
            help "write what is meant into the unit";
        finding no_pass_environment(target, name)
            "systemd {target} cannot hand on {name} from its own environment",
            help "write its value with Environment=";
        finding no_oneshot_restart(target) "systemd {target} restarts no unit of Type=oneshot",
            help "let the script itself try again";
    }
    PlainForm = "CUT803", Note, Approximated {
        finding plain_form()
            "in another root directory there is no systemctl: the unit has the idiomatic form";
    }
    LogToJournal = "CUT804", Note, Approximated {
        finding session_log_to_journal()
            "the log of a session's job, in ~/.cache/upstart, goes to the journal: journalctl --user";
        finding early_log_to_journal()
            "the unit starts before its log could be written: it logs to the journal";
        finding no_appended_output(target)
            "systemd {target} cannot append to a file: the log goes to the journal";
        finding no_name_of_log() "no unit can name the file of this log: it goes to the journal";
    }
    // ---- who else counts on Upstart ----
    CallerFails = "CUT810", Warning, None {
        finding caller_fails(call) "`{call}` fails without Upstart";
        finding caller_fails_without_reload(call) "`{call}` fails under systemd: the unit has no ExecReload=";
        finding caller_announces_to_none(call, event)
            "`{call}` fails without Upstart, and no job waits for `{event}`";
        label unit_stands_for_waiting_job(unit) "{unit} takes the place of the job that waited for this";
        label take_the_call_out() "take the call out";
        label caller_of_unknown_job(job)
            "no job `{job}` is among those of this machine: make sure that there is a unit of that name";
        label rule_wants_unit() "better than to run anything: TAG+=\"systemd\", ENV{{SYSTEMD_WANTS}}+=\"UNIT\"";
        label rule_needs_script(command)
            "write a script and let RUN call that: what does the same, `{command}`, does not fit between the \
            quotes of a rule, and what udev puts in for a `%` has to be given to the script; better than to run \
            anything: TAG+=\"systemd\", ENV{{SYSTEMD_WANTS}}+=\"UNIT\"";
    }
    CallerUndecided = "CUT811", Manual, None {
        finding caller_undecided(call, reason) "`{call}` fails without Upstart: {reason}";
        label systemd_tells_it_by(command) "systemd tells it by `{command}`";
        label take_announcement_out() "take the call out: units are ordered with what is up by then";
        label allow_systemctl() "allow `/bin/systemctl VERB UNIT` for each unit that is meant";
        finding caller_of_job_script(script) "{script} goes with Upstart",
            help "call systemctl with the unit's name";
        finding caller_of_tool(tool, instead) "`{tool}` goes with Upstart",
            help "under systemd, it is {instead}";
        finding caller_reads_variable(variable, instead) "nothing sets {variable} any more",
            help "{instead}";
    }
    CallerWorks = "CUT812", Note, None {
        finding caller_works(call, command) "`{call}` goes on working, as `{command}`";
        finding caller_works_where_reloaded(call, command, instead)
            "`{call}` goes on working, as `{command}`, where that unit has ExecReload=",
            help "if it has none, `{instead}` does what Upstart did";
        finding caller_enables(call, command)
            "`{call}` is about the links of the init script; of the unit it is `{command}`";
        finding caller_passed_over(call)
            "`{call}` is passed over without Upstart, which the script asks for first",
            help "see whether it has to be done under systemd as well";
    }
    CallerOfLog = "CUT813", Warning, None {
        finding caller_of_logs(path) "`{path}` is written no more: what units print is in the journal";
        finding caller_of_log(path, unit) "`{path}` is written no more: what {unit} prints is in the journal";
        label journal_bounds_itself()
            "take it out: the journal bounds its own size (SystemMaxUse= in journald.conf); or plan with --logs files";
        label read_the_journal(command) "read it by `{command}`, or plan with --logs files";
    }
    CallerOfDefinition = "CUT814", Warning, None {
        finding caller_of_definition(path, unit) "`{path}` counts for nothing any more: {unit} does";
        finding caller_of_override(path, unit)
            "`{path}` counts for nothing any more: {unit}.d holds what is laid over the unit";
        finding caller_of_retired_definition(path)
            "`{path}` counts for nothing any more, and no unit takes its place";
        finding caller_of_definitions(path, units) "`{path}` counts for nothing any more: units lie in {units}";
        finding caller_of_unknown_definition(path) "`{path}` counts for nothing any more";
        finding names_job_script(script) "{script} goes with Upstart";
    }
    UpstartFile = "CUT815", Note, None {
        finding link_to_job_script(script, job) "this link leads to {script}, which goes with Upstart",
            help "remove it, and the links to it in /etc/rc?.d: `systemctl` and `service {job} …` go by the unit";
        finding upstart_file(instead) "this file belongs to Upstart, and goes with it",
            help "remove it: {instead}";
    }
    CallerMention = "CUT816", Note, None {
        finding caller_mention(words) "`{words}` stands here, which may be a call to Upstart",
            help "if it is one: systemctl VERB UNIT";
    }
    MissingAccount = "CUT820", Warning, None {
        finding missing_account(kind, name, command, letter) "there is no {kind} `{name}` in this root",
            help "{command} --root ROOT --system {name}, or a line in /etc/sysusers.d: {letter} {name} -; accounts \
            of a directory service are not in these files";
    }
    MissingProgram = "CUT821", Warning, None {
        finding missing_program(program) "there is no program `{program}` in this root",
            help "install the package that brings it, or correct the path";
        finding missing_interpreter(interpreter, script)
            "there is no `{interpreter}` in this root, which runs `{script}`",
            help "install the interpreter, or let another one run the script: its first line names it";
    }
    MissingVariables = "CUT822", Warning, None {
        finding missing_variables(path) "there is no `{path}` in this root, and the start fails without it",
            help "create it, or see which package brings it";
    }
    AbsentVariables = "CUT823", Note, None {
        finding absent_variables(path) "there is no `{path}` in this root, and the start goes on without it",
            help "nothing has to be done if it was missing before";
    }
    MissingDirectory = "CUT824", Warning, None {
        finding missing_directory(kind, path) "there is no {kind} `{path}` in this root",
            help "create it, or see which package brings it: {path}";
    }
    PartialRoot = "CUT825", Note, None {
        finding root_without_accounts()
            "the root has no list of accounts: whether those are there that services need is not told",
            help "plan with the whole root to find out: --root";
        finding root_without_programs()
            "the root has no programs: whether those are there that services need is not told",
            help "plan with the whole root to find out: --root";
        finding root_without_accounts_and_programs()
            "the root has no list of accounts and no programs: whether those are there that services need is not told",
            help "plan with the whole root to find out: --root";
    }
    AdoptedUnit = "CUT830", Note, None {
        finding adopted_unit(unit) "{unit} takes the place of the job";
        finding adopted_with_drop_in(unit)
            "{unit} takes the place of the job, with a drop-in for what the job does otherwise";
        finding adopted_and_enabled(unit) "{unit} takes the place of the job, and is enabled";
    }
    OtherUnit = "CUT831", Warning, None {
        finding other_unit(path, programs) "{path} has the name of the job's unit, and runs {programs}",
            help "the unit of the job would stand before it; rename the job, or skip it, if both are needed";
        finding other_unit_of_unknown(path) "{path} has the name of the job's unit, and runs nothing that is known",
            help "the unit of the job would stand before it; rename the job, or skip it, if both are needed";
    }
    SuccessorMissing = "CUT832", Warning, None {
        finding successor_missing(unit, job) "{unit}, which takes the place of `{job}`, is not in the root",
            help "install the package that brings it, or plan with --keep-vendor-jobs to convert the job";
    }
    NoSystemd = "CUT833", Note, None {
        finding no_systemd()
            "there is no systemd in the root: whether the units that take the place of jobs are there cannot be told",
            help "plan again once systemd is installed in it, before anything is applied";
    }
    NotCarried = "CUT834", Warning, None {
        finding not_carried(unit, differences) "{unit} does otherwise: {differences}",
            help "where that matters, add it to a drop-in of your own: /etc/systemd/system/{unit}.d/60-own.conf";
        label differs_in(aspect, here, there) "{aspect}: {here} here, {there} there";
    }
    MaskedSuccessor = "CUT835", Manual, None {
        finding masked_successor(unit) "{unit} is masked: nothing starts it",
            help "systemctl --root=ROOT unmask {unit}, and plan again; or skip the service";
        label job_is_on_upstart() "on Upstart this job is there";
    }
    EnabledElsewhere = "CUT836", Manual, None {
        finding enabled_elsewhere(by, unit) "`manual` disables the job, and {by} starts {unit}",
            help "mask it, if it is not to start: systemctl mask {unit}";
    }
    EnableByHand = "CUT837", Warning, None {
        finding enable_by_hand(unit, setting) "{unit}: `{setting}` tells nothing that can be linked here",
            help "enable the instances that are wanted: systemctl --root=ROOT enable {unit}";
    }
    PrivateScript = "CUT838", Manual, None {
        finding private_script(path)
            "{path} is for root alone, as the job was, and the service's user has to execute it",
            help "create the account in the root and plan again, or give the script to the account's group";
        label account_not_in_root() "the account is not in the root";
    }
    UnitCycle = "CUT839", Manual, None {
        finding unit_cycle(units, cycle) "{units} wait for each other: {cycle}",
            help "take one of these relations out of a job, or out of its unit in `cutover review`";
    }
    Unaccounted = "CUT899", Manual, Manual {
        finding unaccounted() "this stanza was not converted, and cutover does not know why",
            help "carry it over by hand, and report it as a mistake in cutover";
    }
}
