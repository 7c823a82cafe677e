//! Where a unit's files lie: the fragment, drop-ins, masks, aliases and the links that enable it
//! (systemd.unit(5), "Unit File Load Path").
//!
//! Only the given directories are read. A link out of them is followed below the given root and nowhere
//! else, so that the tree of another machine is read as that machine would.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use thiserror::Error;

use super::name::UnitName;
use crate::text::Source;

/// The files of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitFiles {
    /// Its name; another one than that it was asked for by, if that was an alias.
    pub name: UnitName,
    /// The unit file; a unit may consist of drop-ins alone.
    pub fragment: Option<Source>,
    /// The drop-ins, in the order in which they are laid over it.
    pub drop_ins: Vec<Source>,
    /// Whether it is switched off by a link to `/dev/null`, or an empty file.
    pub masked: bool,
    /// Its other names.
    pub aliases: Vec<String>,
    /// The units that it is enabled in.
    pub enabled: Vec<Enablement>,
    /// For a template: the instances that are enabled.
    pub instances: Vec<String>,
}

/// A link in another unit's `.wants` or `.requires`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Enablement {
    /// The name of the link: this unit's, one of its aliases', or one of its instances'.
    pub name: String,
    /// The unit that pulls it in.
    pub by: String,
    /// Of which kind it is.
    pub kind: LinkKind,
}

/// What a unit's directory of links means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// `.wants`
    Wanted,
    /// `.requires`
    Required,
    /// `.upholds`, since 254
    Upheld,
}

impl LinkKind {
    pub(crate) const ALL: [LinkKind; 3] = [LinkKind::Wanted, LinkKind::Required, LinkKind::Upheld];

    /// The end of the directory's name.
    pub(crate) fn suffix(self) -> &'static str {
        self.words().0
    }

    /// The directive of `[Install]` that asks for such a link.
    pub(crate) fn directive(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            LinkKind::Wanted => (".wants", "WantedBy"),
            LinkKind::Required => (".requires", "RequiredBy"),
            LinkKind::Upheld => (".upholds", "UpheldBy"),
        }
    }
}

/// Why a unit's files cannot be had.
#[derive(Debug, Error)]
#[allow(missing_docs)]
pub enum FindError {
    #[error("there is no unit `{0}`")]
    Missing(String),
    #[error("`{0}` is a link that leads nowhere")]
    Dangling(String),
    #[error("{path}: {error}", path = path.display())]
    Unreadable { path: PathBuf, error: io::Error },
}

impl UnitFiles {
    /// A unit that consists of one file.
    pub fn single(name: UnitName, fragment: Source) -> UnitFiles {
        let masked = fragment.text.is_empty();
        UnitFiles {
            name,
            fragment: Some(fragment).filter(|_| !masked),
            drop_ins: Vec::new(),
            masked,
            aliases: Vec::new(),
            enabled: Vec::new(),
            instances: Vec::new(),
        }
    }

    /// The files in the order of [`crate::text::Origin::file`].
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.fragment.iter().chain(&self.drop_ins)
    }
}

/// What a name in the directories leads to.
#[derive(Clone, Debug)]
enum Entry {
    File(PathBuf),
    Masked,
    Alias(String),
    Dangling,
}

/// Directories with units, looked through once.
#[derive(Clone, Debug, Default)]
pub struct Directories {
    /// The directories that are there, the one that counts most first.
    paths: Vec<PathBuf>,
    entries: BTreeMap<String, Entry>,
    enabled: Vec<Enablement>,
}

/// As systemd does it: more hops are taken for a loop.
const MAX_HOPS: usize = 8;

impl Directories {
    /// Looks through directories, the one that counts most first. Those that do not exist are left out.
    /// Absolute links that leave them are followed below `root`; without one they lead nowhere.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn scan(directories: &[PathBuf], root: Option<&Path>) -> Result<Directories, FindError> {
        let there = directories.iter().filter(|directory| directory.is_dir()).cloned().collect();
        let mut found = Directories { paths: there, ..Directories::default() };
        for directory in found.paths.clone() {
            for (name, path) in listing(&directory)? {
                if path.is_dir() {
                    found.add_links(&name, &path)?;
                } else if name.parse::<UnitName>().is_ok()
                    && !found.entries.contains_key(&name)
                    && let Some(entry) = found.entry(&name, &path, root)
                {
                    found.entries.insert(name, entry);
                }
            }
        }
        found.enabled.sort();
        found.enabled.dedup();
        Ok(found)
    }

    /// The names of all units and aliases, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The names of units that are no alias of another one.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        let own = self.entries.iter().filter(|(_, entry)| !matches!(entry, Entry::Alias(_)));
        own.map(|(name, _)| name.as_str())
    }

    /// Reads the files of a unit.
    ///
    /// # Errors
    /// There is no such unit, or a file of it cannot be read.
    pub fn find(&self, name: &UnitName) -> Result<UnitFiles, FindError> {
        let (id, entry) = match self.resolve(name)? {
            Some((id, entry)) => (id, Some(entry)),
            None => (name.clone(), None),
        };
        let aliases = self.aliases(&id);
        let drop_ins = self.drop_ins(&id, &aliases)?;
        let fragment = match &entry {
            None if drop_ins.is_empty() => return Err(FindError::Missing(name.to_string())),
            Some(Entry::File(path)) => Some(read(path)?),
            _ => None,
        };
        let is_mine = |link: &str| link == id.as_str() || aliases.iter().any(|known| known == link);
        let instance_of = |link: &Enablement| {
            let link: UnitName = link.name.parse().ok()?;
            is_mine(link.template()?.as_str()).then(|| link.instance().unwrap_or_default().to_owned())
        };
        let is_of_it = |link: &&Enablement| is_mine(&link.name) || instance_of(link).is_some();
        let enabled: Vec<Enablement> = self.enabled.iter().filter(is_of_it).cloned().collect();
        let instances: BTreeSet<String> = enabled.iter().filter_map(instance_of).collect();
        Ok(UnitFiles {
            masked: fragment.is_none() && entry.is_some(),
            fragment,
            drop_ins: drop_ins.iter().map(|path| read(path)).collect::<Result<_, _>>()?,
            enabled,
            instances: instances.into_iter().collect(),
            aliases,
            name: id,
        })
    }

    /// The unit that a name stands for in the end, and its file or mask.
    fn resolve(&self, name: &UnitName) -> Result<Option<(UnitName, Entry)>, FindError> {
        let mut id = name.clone();
        for _ in 0..MAX_HOPS {
            let of_template = || self.entries.get(id.template()?.as_str());
            match self.entries.get(id.as_str()).or_else(of_template) {
                None if id == *name => return Ok(None),
                None | Some(Entry::Dangling) => break,
                Some(entry @ (Entry::File(_) | Entry::Masked)) => return Ok(Some((id, entry.clone()))),
                Some(Entry::Alias(next)) => {
                    let Ok(next) = next.parse::<UnitName>() else { break };
                    id = next.in_place_of(&id);
                }
            }
        }
        Err(FindError::Dangling(name.to_string()))
    }

    /// The further names of a unit, in order.
    fn aliases(&self, id: &UnitName) -> Vec<String> {
        let links = self.entries.iter().filter(|(_, entry)| matches!(entry, Entry::Alias(_)));
        let names = links.filter_map(|(alias, _)| Some(alias.parse::<UnitName>().ok()?.in_place_of(id)));
        let leads_here =
            |alias: &UnitName| alias != id && matches!(self.resolve(alias), Ok(Some((target, _))) if target == *id);
        let names: BTreeSet<String> = names.filter(leads_here).map(|alias| alias.to_string()).collect();
        names.into_iter().collect()
    }

    /// The drop-ins in the order in which systemd reads them: by file name, and of several files of one name
    /// only the one of the first directory.
    fn drop_ins(&self, name: &UnitName, aliases: &[String]) -> Result<Vec<PathBuf>, FindError> {
        let mut files: BTreeMap<String, PathBuf> = BTreeMap::new();
        for directory in self.drop_in_directories(name, aliases) {
            for (file, path) in listing(&directory)? {
                if path.extension().is_some_and(|extension| extension == "conf") && !path.is_dir() {
                    files.entry(file).or_insert(path);
                }
            }
        }
        Ok(files.into_values().filter(|path| !is_mask(path)).collect())
    }

    fn drop_in_directories(&self, name: &UnitName, aliases: &[String]) -> Vec<PathBuf> {
        let aliases = aliases.iter().filter_map(|alias| alias.parse().ok());
        let owners = std::iter::once(name.clone()).chain(aliases).map(|name| lineage(&name));
        let owners = owners.chain([vec![name.kind().suffix().to_owned()]]);
        let found = owners.flat_map(|owners| {
            let below = move |directory: &PathBuf| -> Vec<PathBuf> {
                owners.iter().map(|owner| directory.join(format!("{owner}.d"))).collect()
            };
            self.paths.iter().flat_map(below)
        });
        found.filter(|path| path.is_dir()).collect()
    }

    /// What a file or link is to systemd; nothing for a link that it passes over.
    fn entry(&self, name: &str, path: &Path, root: Option<&Path>) -> Option<Entry> {
        if is_mask(path) {
            return Some(Entry::Masked);
        }
        let Ok(target) = fs::read_link(path) else { return Some(Entry::File(path.to_owned())) };
        let whole = simplified(&path.parent().unwrap_or(Path::new("")).join(&target));
        let target_name = target.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let inside = self.paths.iter().any(|directory| whole.starts_with(simplified(directory)));
        if inside || target.is_absolute() && customary(&target) {
            // A link to the same name further down is passed over: the file there is found by itself.
            return (target_name != name && fits(name, target_name)).then(|| Entry::Alias(target_name.to_owned()));
        }
        let outside = match root {
            Some(root) if target.is_absolute() => root.join(target.strip_prefix("/").unwrap_or(&target)),
            _ if target.is_absolute() => return Some(Entry::Dangling),
            _ => whole,
        };
        Some(match fs::metadata(&outside) {
            Ok(data) if data.is_file() && data.len() == 0 => Entry::Masked,
            Ok(data) if data.is_file() => Entry::File(outside),
            _ => Entry::Dangling,
        })
    }

    fn add_links(&mut self, directory: &str, path: &Path) -> Result<(), FindError> {
        for kind in LinkKind::ALL {
            let Some(by) = directory.strip_suffix(kind.suffix()) else { continue };
            for (name, path) in listing(path)? {
                if name.parse::<UnitName>().is_ok() && path.is_symlink() && !is_mask(&path) {
                    self.enabled.push(Enablement { name, by: by.to_owned(), kind });
                }
            }
        }
        Ok(())
    }
}

/// The names whose drop-ins a unit of that name reads, its own first: itself, its template, and each family
/// that it belongs to.
fn lineage(name: &UnitName) -> Vec<String> {
    let further = [name.template(), name.family()].into_iter().flatten();
    std::iter::once(name.to_string()).chain(further.flat_map(|name| lineage(&name))).collect()
}

/// Whether a link of that name may be an alias of a unit of the other name.
fn fits(alias: &str, target: &str) -> bool {
    let (Ok(alias), Ok(target)) = (alias.parse::<UnitName>(), target.parse::<UnitName>()) else {
        return false;
    };
    let same_form = match alias.instance() {
        Some(instance) => target.is_template() || target.instance() == Some(instance),
        None => target.instance().is_none() && alias.is_template() == target.is_template(),
    };
    same_form && alias.kind() == target.kind()
}

/// Whether a path is where units customarily lie, so that a link to it means a name.
fn customary(path: &Path) -> bool {
    let parent = path.parent();
    parent.is_some_and(|parent| parent.ends_with("systemd/system") || parent.ends_with("systemd/user"))
}

/// A link to `/dev/null`, or an empty file.
fn is_mask(path: &Path) -> bool {
    fs::read_link(path).is_ok_and(|target| target == Path::new("/dev/null"))
        || fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() == 0)
}

/// A path without `.` and `..`, as far as its text tells.
fn simplified(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// What stands in a directory, in order. Names that are no text are passed over, as no unit has such a name.
fn listing(directory: &Path) -> Result<Vec<(String, PathBuf)>, FindError> {
    let unreadable = |error| FindError::Unreadable { path: directory.to_owned(), error };
    let mut entries = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if let Ok(name) = entry.file_name().into_string() {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn read(path: &Path) -> Result<Source, FindError> {
    let text = fs::read(path).map_err(|error| FindError::Unreadable { path: path.to_owned(), error })?;
    Ok(Source { name: path.display().to_string(), text })
}
