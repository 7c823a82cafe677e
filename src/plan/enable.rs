//! What makes a unit start by itself: the links that `systemctl enable` would make of its `[Install]` section
//! (systemd.unit(5), "[Install] Section Options").

use crate::root::RootPath;
use crate::service::Scope;
use crate::systemd::directive::Section;
use crate::systemd::load::{How, Loaded, UnitName};
use crate::systemd::manager;

/// The directives that tell which units pull it in, and the suffix of the directory of links.
const PULLS: &[(&str, &str)] = &[("WantedBy", "wants"), ("RequiredBy", "requires"), ("UpheldBy", "upholds")];

/// What `[Install]` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Install {
    /// Links to the unit: where each lies.
    pub links: Vec<RootPath>,
    /// Units that are enabled together with it.
    pub also: Vec<String>,
    /// What cannot be told without the running manager, such as specifiers.
    pub unclear: Vec<String>,
}

/// Reads the `[Install]` section of a unit.
pub fn install(unit: &Loaded, scope: Scope) -> Install {
    let mut install = Install::default();
    let own = &unit.name;
    // What is enabled of a template is its default instance.
    let default = unit
        .all(Section::Install, "DefaultInstance")
        .last()
        .and_then(|setting| own.with_instance(&setting.value.to_string()));
    let name = match (own.is_template(), default) {
        (true, Some(instance)) => Some(instance.to_string()),
        (true, None) => None,
        (false, _) => Some(own.to_string()),
    };
    let directory = manager::unit_dir(scope);
    let mut link = |path: String| {
        if let Ok(path) = RootPath::parse(&path)
            && !install.links.contains(&path)
        {
            install.links.push(path);
        }
    };
    let mut unclear = Vec::new();
    for (key, suffix) in PULLS {
        for by in words(unit, key) {
            match &name {
                _ if by.contains('%') || by.parse::<UnitName>().is_err() => {
                    unclear.push(format!("{key}={by}"));
                }
                // An instance pulls in its own of a template.
                None => unclear.push(format!("{key}={by}")),
                Some(name) => link(format!("{directory}/{by}.{suffix}/{name}")),
            }
        }
    }
    for alias in words(unit, "Alias") {
        if alias.parse::<UnitName>().is_err() {
            unclear.push(format!("Alias={alias}"));
        } else if alias != own.as_str() {
            link(format!("{directory}/{alias}"));
        }
    }
    install.also = words(unit, "Also").into_iter().filter(|also| also != own.as_str()).collect();
    install.unclear = unclear;
    install
}

fn words(unit: &Loaded, key: &str) -> Vec<String> {
    let values = unit.all(Section::Install, key);
    let words = values.flat_map(|setting| {
        let words: Vec<String> = setting.value.to_string().split_whitespace().map(str::to_owned).collect();
        words
    });
    words.collect()
}

/// The suffix of the directory of links that means that.
pub fn suffix(how: How) -> &'static str {
    match how {
        How::Wanted => "wants",
        How::Required => "requires",
        How::Upheld => "upholds",
    }
}
