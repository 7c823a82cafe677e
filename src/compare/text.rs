//! Two texts held against each other: a patch, or side by side.
