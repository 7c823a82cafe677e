//! Texts for people. They are written, shown and kept, and nothing is decided by them: they can neither be
//! compared nor searched.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize, Serializer};

/// A text for people.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Message(String);

impl Message {
    /// Each of the things as a text; what reads like one before it is left out.
    pub(super) fn each<T: fmt::Display>(things: &[T]) -> Vec<Message> {
        let mut read = HashSet::new();
        things.iter().map(T::to_string).filter(|text| read.insert(text.clone())).map(Message).collect()
    }
}

static REPLACED: AtomicBool = AtomicBool::new(false);

/// From now on every text is shown as a number that stands for it. A test holds that this changes no decision.
#[doc(hidden)]
pub fn replace_by_hash() {
    REPLACED.store(true, Ordering::Relaxed);
}

impl<T: Into<String>> From<T> for Message {
    fn from(text: T) -> Self {
        Message(text.into())
    }
}

/// The only place where texts become visible.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !REPLACED.load(Ordering::Relaxed) {
            return f.write_str(&self.0);
        }
        let mut hash = DefaultHasher::new();
        self.0.hash(&mut hash);
        write!(f, "{:016x}", hash.finish())
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
