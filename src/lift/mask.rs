//! `umask 027` becomes `UMask=0027`.
//!
//! It fires for a mask in octal digits, where no hook would notice.
//!
//! ```upstart
//! script
//!     umask 027
//!     exec /usr/bin/till
//! end script
//! ```
//!
//! ```ini
//! UMask=0027
//! ```

use bstr::ByteSlice as _;

use super::context::{Context, SharedState};
use super::statement::bare;
use crate::findings::codes;
use crate::script::tree::AndOr;

pub(super) fn lift(context: &mut Context<'_>, statement: &AndOr) -> Option<()> {
    let [name, mask] = bare(statement.command()?)? else { return None };
    if !name.is("umask") || !context.may_change(SharedState::Mask) {
        return None;
    }
    let mask = context.text(mask)?;
    let octal = !mask.is_empty() && mask.len() <= 4 && mask.iter().all(|digit| (b'0'..=b'7').contains(digit));
    let value = u32::from_str_radix(mask.to_str().ok()?, 8).ok().filter(|value| octal && *value <= 0o777)?;
    context.report(codes::lifted_umask().became(format!("UMask={value:04o}")));
    context.changes.umask = Some(value);
    Some(())
}
