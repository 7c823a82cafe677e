//! What a definition says of an aspect, as a value. Values are compared, and [`super::render`] makes texts of them at
//! the end.

use crate::service::{
    Activation, Check, DependencyKind, Exit, Failure, IoPriority, Limit, Machine, Rate, Reach, Ready, Restart, Run,
    Scheduling, Signal, Sink, ValueTest, When,
};
use crate::text::{Origin, Sourced, Text};

macro_rules! phrases {
    ($($name:ident = $text:literal;)*) => {
        /// What an init does by itself, or what has no value in the model.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Phrase { $($name),* }

        impl Phrase {
            pub(super) fn text(self) -> &'static str {
                match self { $(Phrase::$name => $text),* }
            }
        }
    };
}

phrases! {
    SessionUser = "the user of the session";
    HomeDirectory = "the home directory";
    GroupsOfUser = "the user's";
    GroupsOfUserAndRoot = "the user's, and root";
    FollowsForks = "none: Upstart follows the forks";
    NamedInScript = "named in a script";
    EveryExit = "every exit, whatever its status";
    NoLimit = "no limit";
    ProcessGroup = "the process group of the main process";
    Empty = "empty";
    InheritedVariable = "that of the init's own";
    InstanceName = "the name of the instance";
    EventVariable = "what the event says";
    AccountVariable = "that of the user";
    LeftAsItIs = "left as it is";
    Required = "read, must be there";
    Optional = "read if it is there";
    UpstartVariables = "PATH, TERM, UPSTART_JOB, UPSTART_INSTANCE, UPSTART_EVENTS and the event's";
    SystemdVariables = "PATH, LANG, INVOCATION_ID, JOURNAL_STREAM, SYSTEMD_EXEC_PID";
    SystemdUserVariables = "PATH, LANG, HOME, USER, LOGNAME, SHELL, INVOCATION_ID, JOURNAL_STREAM, SYSTEMD_EXEC_PID";
    Console = "the console";
    ControllingTerminal = "the console, as controlling terminal";
    NotSet = "not set";
    Disabled = "no: manual";
    Enabled = "yes";
    EnabledIfInstalled = "yes, if it is enabled";
    NoStartCondition = "no: no start condition";
    NoInstall = "no: no [Install]";
    Stopped = "stopped";
    AsStopCondition = "as its stop condition says";
    LeftRunning = "left running, and killed in the end";
    LivesOn = "lives on";
    EarlyBoot = "before the system is set up";
    Running = "in the running system";
    Shutdown = "when the machine goes down";
    OfMachine = "the machine's";
    OfSession = "a user session's";
}

/// A value of an aspect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AspectValue {
    /// Nothing of the kind, or no; the table of aspects has the words for it.
    Absent,
    /// Yes; the table of aspects has the words for it.
    Present,
    /// Something that an init does by itself, or that has no value in the model.
    Phrase(Phrase),
    Text(Text),
    Names(Vec<Text>),
    /// What one name is given, one after the other.
    Values(Vec<Text>),
    Number(i32),
    Mode(u32),
    Processors(Vec<u32>),
    Micros(u64),
    Seconds(u64),
    Signal(Signal),
    Rate(Rate),
    Limit(Limit),
    IoPriority(IoPriority),
    Scheduling(Scheduling),
    Machine(Machine),
    Check(Check),
    /// The mode of a directory, and whether it is removed at the stop.
    Directory(u32, bool),
    Sink(Sink),
    GroupOf(Text),
    /// One of several, by a name that may have a default.
    InstanceByName(Option<Text>),
    /// One for each value of this pattern.
    InstanceForEach(Text),
    Command(Run),
    Failure(Failure),
    When(When),
    /// When the start is done, and whether that is before the program runs.
    Ready(Ready, bool),
    Restart(Restart),
    Exits(Vec<Exit>),
    Reach(Reach),
    ReloadSignal(Signal),
    ReloadCommands(Vec<Run>),
    /// A dependency as it is written, and its kind where that does not say it.
    Dependency(Option<DependencyKind>, String),
    /// The directives that name a unit.
    Directives(Vec<&'static str>),
    /// A start condition.
    StartOn(Text),
    /// What has to come up, each by the names of its units.
    AllOf(Vec<Vec<String>>),
    /// What starts it on demand; that it does.
    Activation(Activation),
    Test(ValueTest),
    OneOf(Vec<ValueTest>),
}

impl From<Phrase> for AspectValue {
    fn from(phrase: Phrase) -> Self {
        AspectValue::Phrase(phrase)
    }
}

impl From<&Text> for AspectValue {
    fn from(text: &Text) -> Self {
        AspectValue::Text(text.clone())
    }
}

/// What one definition says, before it has been made a text.
#[derive(Clone, Debug)]
pub(super) struct DisplayValue {
    pub(super) value: AspectValue,
    pub(super) is_default: bool,
    pub(super) origin: Option<Origin>,
}

impl DisplayValue {
    /// A value that stands somewhere.
    pub(super) fn at(value: impl Into<AspectValue>, origin: impl Into<Option<Origin>>) -> DisplayValue {
        DisplayValue { value: value.into(), is_default: false, origin: origin.into() }
    }

    /// What the init does where nothing is said.
    pub(super) fn default(value: impl Into<AspectValue>) -> DisplayValue {
        DisplayValue { value: value.into(), is_default: true, origin: None }
    }

    /// Nothing of the kind, which nobody had to say.
    pub(super) fn absent() -> DisplayValue {
        DisplayValue::default(AspectValue::Absent)
    }

    /// A value that is said, if it stands somewhere, and otherwise what the init does.
    pub(super) fn if_placed(value: impl Into<AspectValue>, origin: impl Into<Option<Origin>>) -> DisplayValue {
        let origin = origin.into();
        DisplayValue { value: value.into(), is_default: origin.is_none(), origin }
    }

    /// What is said of a value, or what the init does.
    pub(super) fn of<T: Clone>(
        value: Option<&Sourced<T>>,
        typed: impl FnOnce(T) -> AspectValue,
        default: impl Into<AspectValue>,
    ) -> DisplayValue {
        match value {
            Some(value) => DisplayValue::at(typed(value.value.clone()), value.origin()),
            None => DisplayValue::default(default),
        }
    }

    /// A text, or nothing of the kind.
    pub(super) fn text(value: Option<&Sourced<Text>>) -> DisplayValue {
        DisplayValue::of(value, AspectValue::Text, AspectValue::Absent)
    }

    /// Whether it is so at that place.
    pub(super) fn flag(origin: Option<impl Into<Option<Origin>>>) -> DisplayValue {
        origin.map_or_else(DisplayValue::absent, |origin| DisplayValue::at(AspectValue::Present, origin))
    }

    pub(super) fn is(&self, value: impl Into<AspectValue>) -> bool {
        self.value == value.into()
    }
}
