//! `ulimit -n 65536` and the like become `LimitNOFILE=65536`.
//!
//! It fires for the resources that dash knows, with a number or `unlimited`, where no hook would notice.
//! dash counts files (`-f`, `-c`) in blocks of 512 bytes and memory in kilobytes (dash(1), "ulimit").
//! Without `-H` or `-S` both bounds are set. `ulimit -u` is one of bash: dash refuses it, and the script
//! stays.
//!
//! ```upstart
//! script
//!     ulimit -n 65536
//!     exec /usr/bin/till
//! end script
//! ```
//!
//! ```ini
//! LimitNOFILE=65536
//! ```

use bstr::ByteSlice as _;

use super::context::{Context, SharedState};
use super::statement::bare;
use crate::findings::codes;
use crate::script::tree::AndOr;
use crate::service::{Bound, Limit, Resource};

/// The options of dash, and how many units of the kernel's one of theirs is.
const OPTIONS: &[(u8, Resource, u64)] = &[
    (b't', Resource::Cpu, 1),
    (b'f', Resource::Fsize, 512),
    (b'd', Resource::Data, 1024),
    (b's', Resource::Stack, 1024),
    (b'c', Resource::Core, 512),
    (b'm', Resource::Rss, 1024),
    (b'l', Resource::Memlock, 1024),
    (b'p', Resource::Nproc, 1),
    (b'n', Resource::Nofile, 1),
    (b'v', Resource::As, 1024),
    (b'w', Resource::Locks, 1),
    (b'r', Resource::Rtprio, 1),
];

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let [name, option, value] = bare(statement.command()?)? else { return None };
    if !name.is("ulimit") || !context.may_change(SharedState::Limits) {
        return None;
    }
    let option = option.literal()?;
    let letters = option.strip_prefix(b"-")?;
    let resources: Vec<u8> = letters.iter().copied().filter(|letter| !b"HS".contains(letter)).collect();
    let [letter] = resources.as_slice() else { return None };
    let (_, resource, unit) = OPTIONS.iter().find(|(known, ..)| known == letter)?;
    let value = context.text(value)?;
    let bound = if value == "unlimited" {
        Bound::Unlimited
    } else if value.iter().all(u8::is_ascii_digit) {
        Bound::At(value.to_str().ok()?.parse::<u64>().ok()?.checked_mul(*unit)?)
    } else {
        return None;
    };
    // The other bound is whatever it was, which a unit cannot say.
    if letters.contains(&b'H') != letters.contains(&b'S') {
        return None;
    }
    context.report(codes::lifted_limit(option, value));
    context.changes.limits.retain(|(known, _)| known != resource);
    context.changes.limits.push((*resource, Limit { soft: bound, hard: bound }));
    Some(())
}
