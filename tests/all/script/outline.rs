//! Which commands and variables occur in a script.

use cutover::script::{Outline, ScriptText};

fn of(script: &str) -> Outline {
    ScriptText::from(script).outline().clone()
}

#[test]
fn commands_are_found_where_commands_stand() {
    let outline = of("[ -x /bin/a ] || { stop; exit 0; }\n# start x\necho 'start y' && /sbin/initctl emit z\n");
    assert_eq!(outline.calls("stop").count(), 1);
    assert_eq!(outline.calls("start").count(), 0);
    assert_eq!(outline.calls("initctl").next().unwrap()[1..], ["emit", "z"]);
    assert_eq!(of("case $1 in stop) kill \"$2\";; esac").commands, [["kill", "$2"]]);
}

#[test]
fn a_here_document_is_no_command() {
    let outline = of("cat <<EOF > x\nstop\nEOF\nstart b\n");
    assert_eq!(outline.calls("stop").count(), 0);
    assert_eq!(outline.calls("start").count(), 1);
}

#[test]
fn a_function_of_that_name_is_the_script_s_own() {
    assert_eq!(of("stop() { kill $1; }\nstop 5\n").calls("stop").count(), 0);
}

#[test]
fn of_a_script_that_cannot_be_read_nothing_is_left_out() {
    let outline = of("A=1\n# stop\nwhile b; do\n  stop \"${C}\" | d $A $(\ndone && e &\n");
    assert_eq!(outline.calls("stop").next().unwrap()[1..], ["${C}"]);
    assert!(outline.needs("C") && !outline.needs("A"));
    assert!(outline.pipes && outline.lists && outline.backgrounds && outline.loops);
    assert!(of("exec for queue in x; do echo $queue; done").needs("queue"));
}

#[test]
fn variables_are_needed_unless_the_script_sets_them() {
    let outline = of("A=1\nfor B in x; do echo $A ${B} ${C:-1} $1; done\n");
    assert!(outline.needs("C") && !outline.needs("A") && !outline.needs("B"));
    assert!(!of("for i in $(seq 3); do echo $i; done").needs("i"));
    assert!(!of("awk '{ print $NF }' x").needs("NF"));
}
