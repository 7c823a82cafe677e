//! Where directives may stand.

macro_rules! sections {
    ($($name:ident)+) => {
        /// The sections of a unit, in their customary order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)]
        pub enum Section { $($name),+ }

        impl Section {
            /// The name between the brackets.
            pub fn name(self) -> &'static str {
                match self { $(Section::$name => stringify!($name)),+ }
            }

            /// The section of that name; sections of other programs (`X-…`) and unknown ones have none.
            pub fn named(name: &[u8]) -> Option<Section> {
                [$(Section::$name),+].into_iter().find(|section| section.name().as_bytes() == name)
            }
        }
    };
}

sections! { Unit Service Socket Timer Path Mount Automount Swap Slice Scope Install }

macro_rules! places {
    ($($(#[$doc:meta])* $name:ident: $($section:ident)+;)+) => {
        /// Where a directive may stand: a section, or all sections whose units run processes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Placement { $($(#[$doc])* $name),+ }

        impl Placement {
            /// The sections that it covers.
            pub fn sections(self) -> &'static [Section] {
                match self { $(Placement::$name => &[$(Section::$section),+]),+ }
            }
        }
    };
}

places! {
    Unit: Unit;
    Install: Install;
    Service: Service;
    Socket: Socket;
    Timer: Timer;
    Path: Path;
    Mount: Mount;
    Automount: Automount;
    Swap: Swap;
    Scope: Scope;
    /// Units that run processes: systemd.exec(5).
    Exec: Service Socket Mount Swap;
    /// Units that kill processes: systemd.kill(5).
    Kill: Service Socket Mount Swap Scope;
    /// Units that have a control group: systemd.resource-control(5).
    Cgroup: Service Socket Mount Swap Slice Scope;
}
