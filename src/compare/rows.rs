//! How definitions are compared in each aspect, as data.

use indexmap::IndexMap;

use super::aspect::{ASPECTS, Aspect};
use super::comparison::Comparison;
use super::definition::Definition;
use super::diff_builder::{DiffBuilder, Grading, are_defaults, differs, flags};
use super::value::AspectValue::{Absent, IoPriority, Machine, Mode, Names, Number, Processors};
use super::value::DisplayValue;
use super::{commands, dependencies, environment, output, process, restart, settings, start, start_conditions, stop};
use crate::service::{Stage, defaults};

/// Reads a value, or a value for each item.
type Read<T = DisplayValue> = fn(&Definition) -> T;

/// How definitions are compared in an aspect.
#[derive(Clone, Copy, Debug)]
enum Rows {
    /// By one value.
    Always(Read, Grading),
    /// By one value, where one of them says something.
    Stated(Read, Grading),
    /// By a value for each item, of which the first one counts, in the order in which they come up.
    Each(Read<Vec<(String, DisplayValue)>>),
    /// The same, by the names of the items.
    Sorted(Read<Vec<(String, DisplayValue)>>),
    /// In a way of its own.
    Own(fn(&mut DiffBuilder<'_>)),
    /// In a way of its own, which depends on what other rows there are.
    Last(fn(&mut DiffBuilder<'_>)),
    /// With another aspect.
    OfAnother,
}

/// How definitions are compared in that aspect.
fn rows(aspect: Aspect) -> Rows {
    use Aspect as A;
    use DisplayValue as D;
    use Rows::{Always, Each, Last, OfAnother, Own, Sorted, Stated};
    match aspect {
        A::Loads => Stated(process::loads, differs),
        A::Command => Own(commands::main),
        A::User => Always(process::user, differs),
        A::Group => Own(process::group),
        A::SupplementaryGroups => Always(process::supplementary_groups, process::grade_groups),
        A::DynamicUser => Stated(|of| D::flag(of.service.dynamic_user), differs),
        A::RootDirectory => Always(process::root, differs),
        A::WorkingDirectory => Always(process::working_directory, differs),
        A::Directory => Sorted(process::directories),
        A::Umask => Always(|of| D::of(of.service.umask.as_ref(), Mode, Mode(defaults::UMASK)), differs),
        A::Apparmor => Always(|of| D::text(of.service.apparmor_profile.as_ref()), differs),
        A::Readiness => Always(start::readiness, start::grade_readiness),
        A::PidFile => Stated(start::pid_file, start::grade_pid_file),
        A::BusName => Stated(|of| D::text(of.service.bus_name.as_ref()), start::grade_bus_name),
        A::StaysUp => Own(start::stays_up),
        A::StartTimeout => Always(start::timeout, start::grade_timeout),
        A::Condition => Own(start::conditions),
        A::StartCheck => Own(|of| commands::hooks(of, Stage::Condition, A::StartCheck)),
        A::PreStart => Own(|of| commands::hooks(of, Stage::PreStart, A::PreStart)),
        A::PostStart => Own(|of| commands::hooks(of, Stage::PostStart, A::PostStart)),
        A::Instance => Own(start::instance),
        A::Machine => Stated(|of| D::of(of.service.machine.as_ref(), Machine, Absent), differs),
        A::BlockedBy => Stated(start::blocked_by, differs),
        A::Restart => Own(restart::compare),
        A::PreStop => Own(|of| commands::hooks(of, Stage::PreStop, A::PreStop)),
        A::PostStop => Own(|of| commands::hooks(of, Stage::PostStop, A::PostStop)),
        A::StopSignal => Own(stop::compare),
        A::Nice => Always(|of| D::of(of.service.nice.as_ref(), Number, Number(0)), differs),
        A::IoPriority => Always(|of| D::of(of.service.io_priority.as_ref(), IoPriority, Absent), differs),
        A::Scheduling => Always(process::scheduling, differs),
        A::Cpus => Always(|of| D::of(of.service.cpus.as_ref(), Processors, Absent), differs),
        A::OomScore => Always(|of| D::of(of.service.oom_score.as_ref(), Number, Number(0)), differs),
        A::Limit => Each(process::limits),
        A::Cgroup => Sorted(process::cgroups),
        A::Variable => Own(environment::variables),
        A::EnvironmentFile => Each(environment::files),
        A::Unset => Own(environment::unset),
        A::Exported => Each(|of| flags(&of.service.exported)),
        A::InitEnvironment => Always(environment::by_the_init, environment::grade_by_the_init),
        A::StandardInput => Always(output::input, differs),
        A::StandardOutput => Own(|of| output::output(of, A::StandardOutput)),
        A::StandardError => Own(|of| output::output(of, A::StandardError)),
        A::LogTag => Stated(output::tag, output::grade_tag),
        A::Sigpipe => Always(output::sigpipe, output::grade_sigpipe),
        A::Enablement => Own(start_conditions::enablement),
        A::StartedBy => Own(dependencies::compare),
        A::StartCondition => Last(|of| start_conditions::written(of, A::StartCondition)),
        A::Activation => Own(start_conditions::activation),
        A::AllOf => Own(start_conditions::all_of),
        A::EventValue => Own(start_conditions::event_values),
        A::Phase => Last(start_conditions::phase),
        A::StopCondition => Last(|of| start_conditions::written(of, A::StopCondition)),
        A::StopsTogether => Stated(|of| D::of(of.service.stop_all_of.as_ref(), Names, Absent), differs),
        A::Shutdown => Own(start_conditions::at_shutdown),
        A::Rescue => Own(start_conditions::in_rescue),
        A::Emits => Each(|of| flags(&of.service.emits)),
        A::Scope => Own(start_conditions::scope),
        A::Setting => Own(settings::settings),
        A::Directive => Last(settings::directives),
        A::Ignored => Last(settings::ignored),
        A::Description => Last(settings::description),
        A::About => Last(settings::about),
        A::CommandFailure
        | A::ProgramName
        | A::Privileges
        | A::HookFailure
        | A::RestartDelay
        | A::RestartLimit
        | A::Success
        | A::HookWhen
        | A::StopTimeout
        | A::StopReach
        | A::Reload
        | A::After
        | A::Before
        | A::Starts
        | A::Requires
        | A::StopsWith
        | A::StoppedBy
        | A::StartsAtEnd => OfAnother,
    }
}

/// Compares two definitions in every aspect.
pub(super) fn compare(left: &Definition, right: &Definition) -> Comparison {
    let mut builder = DiffBuilder::new(left, right);
    let mut all: Vec<(Aspect, Rows)> = ASPECTS.iter().map(|info| (info.aspect, rows(info.aspect))).collect();
    all.sort_by_key(|(_, rows)| matches!(rows, Rows::Last(_)));
    for (aspect, rows) in all {
        add(&mut builder, aspect, rows);
    }
    builder.close()
}

fn add(builder: &mut DiffBuilder<'_>, aspect: Aspect, rows: Rows) {
    match rows {
        Rows::Always(read, grading) => builder.graded(aspect, None, builder.both.map(read), grading),
        Rows::Stated(read, grading) => {
            let values = builder.both.map(read);
            if !are_defaults(&values) {
                builder.graded(aspect, None, values, grading);
            }
        }
        Rows::Each(read) | Rows::Sorted(read) => {
            let mut all: IndexMap<String, [Option<DisplayValue>; 2]> = IndexMap::new();
            for (at, definition) in builder.both.into_iter().enumerate() {
                for (item, value) in read(definition) {
                    all.entry(item).or_default()[at].get_or_insert(value);
                }
            }
            if matches!(rows, Rows::Sorted(_)) {
                all.sort_unstable_keys();
            }
            for (item, values) in all {
                let values = values.map(|value| value.unwrap_or_else(DisplayValue::absent));
                builder.note(aspect, Some(&item), values);
            }
        }
        Rows::Own(compare) | Rows::Last(compare) => compare(builder),
        Rows::OfAnother => {}
    }
}
