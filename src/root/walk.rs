//! The way from the top of a root to a file, one name at a time.

use std::fs;

use bstr::BString;
use rustix::fs::FileType;

use super::error::Reason;
use super::node::{Node, look, sort};
use super::path::RootPath;
use super::state::{self, State};
use super::top::Root;
use crate::text::Text;

/// More links on one way form a cycle (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// What becomes of a link at the end of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Follow,
    Keep,
}

/// Where a walk has come to.
#[derive(Debug)]
pub(super) struct Spot {
    /// The directories passed through, and the names in them that were taken.
    above: Vec<(Node, BString)>,
    /// What is there.
    pub node: Node,
    /// The links that were followed, and what they say.
    pub links: Vec<(RootPath, Text)>,
}

impl Spot {
    pub fn path(&self) -> RootPath {
        let mut path = RootPath::top();
        self.above.iter().for_each(|(_, name)| path.push(name));
        path
    }

    /// What is there.
    pub fn state(&self) -> Result<State, Reason> {
        match self.above.last() {
            Some((directory, name)) => self.node.state(&directory.handle, name),
            None => Ok(state::of_directory(&self.node.stat)),
        }
    }

    /// Opens the regular file that is there.
    pub fn file(&self) -> Result<fs::File, Reason> {
        let (directory, name) = self.above.last().ok_or(Reason::Special)?;
        self.node.file(&directory.handle, name)
    }
}

/// Walks to what a path stands for.
pub(super) fn to(root: &Root, path: &[u8], last: Last) -> Result<Spot, Reason> {
    let mut spot = Spot { above: Vec::new(), node: root.top()?, links: Vec::new() };
    // What is still ahead, the next name at the end.
    let mut ahead: Vec<BString> = Vec::new();
    let push = |ahead: &mut Vec<BString>, path: &[u8]| {
        ahead.extend(path.split(|byte| *byte == b'/').rev().map(BString::from));
    };
    push(&mut ahead, path);
    while let Some(name) = ahead.pop() {
        if sort(&spot.node.stat) != FileType::Directory {
            return Err(Reason::NotDirectory);
        }
        match name.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if let Some((node, _)) = spot.above.pop() {
                    spot.node = node;
                }
                continue;
            }
            _ => {}
        }
        let node = Node::open(&spot.node.handle, &name)?;
        if sort(&node.stat) == FileType::Symlink && (last == Last::Follow || !ahead.is_empty()) {
            let target = node.target()?;
            let mut at = spot.path();
            at.push(&name);
            spot.links.push((at, Text(target.clone())));
            if spot.links.len() > MOST_LINKS {
                return Err(Reason::Cycle);
            }
            if target.is_empty() {
                return Err(Reason::Missing);
            }
            if target.starts_with(b"/") {
                let top = spot.above.drain(..).next().map(|(node, _)| node);
                spot.node = top.unwrap_or(spot.node);
            }
            push(&mut ahead, &target);
        } else {
            let above = std::mem::replace(&mut spot.node, node);
            spot.above.push((above, name));
        }
    }
    Ok(spot)
}

/// Walks by a path that has no links on it.
pub(super) fn exactly(root: &Root, path: &RootPath) -> Result<Node, Reason> {
    path.names().try_fold(root.top()?, |node, name| match sort(&node.stat) {
        FileType::Directory => Node::open(&node.handle, name),
        _ => Err(Reason::NotDirectory),
    })
}

/// Where a file of this path lies or would lie.
pub(super) fn place(root: &Root, path: &RootPath) -> Result<RootPath, Reason> {
    let mut names = path.names();
    let Some(last) = names.next_back() else { return Ok(RootPath::top()) };
    let mut here = RootPath::top();
    while let Some(name) = names.next() {
        let directory = exactly(root, &here)?;
        match look(&directory.handle, &BString::from(name)).map(|stat| sort(&stat)) {
            Ok(FileType::Directory) => here.push(name),
            Ok(FileType::Symlink) => {
                let mut link = here.clone();
                link.push(name);
                let to = match to(root, link.as_ref(), Last::Follow) {
                    Ok(to) if sort(&to.node.stat) == FileType::Directory => to.path(),
                    Ok(_) | Err(Reason::Missing | Reason::NotDirectory) => return Err(Reason::Dangling),
                    Err(other) => return Err(other),
                };
                here = to;
            }
            Ok(_) => return Err(Reason::NotDirectory),
            Err(Reason::Missing) => {
                here.push(name);
                names.by_ref().for_each(|name| here.push(name));
            }
            Err(other) => return Err(other),
        }
    }
    here.push(last);
    Ok(here)
}
