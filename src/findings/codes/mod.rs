//! Every code with its texts, as data, in blocks of numbers.
//!
//! Codes are stable: a number is never given to another meaning. The page behind each code is a file of the book, which
//! says what it is called and what it means, so that `cutover explain` and the book cannot differ. Findings are made
//! here alone: each text of a code is a constructor of its findings, whose arguments are what is so in the case.

mod block;
mod cut0xx_units_to_jobs;
mod cut1xx_reading;
mod cut2xx_processes;
mod cut345xx_lifecycle;
mod cut6xx_environment;
mod cut7xx_relations;
mod cut8xx_system;
mod cut9xx_general;

pub(crate) use self::{
    cut0xx_units_to_jobs::*, cut1xx_reading::*, cut2xx_processes::*, cut6xx_environment::*, cut7xx_relations::*,
    cut8xx_system::*, cut9xx_general::*, cut345xx_lifecycle::*,
};

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::code::{Code, CodeInfo};

const BLOCKS: [&[CodeInfo]; 8] = [
    cut0xx_units_to_jobs::BLOCK,
    cut1xx_reading::BLOCK,
    cut2xx_processes::BLOCK,
    cut345xx_lifecycle::BLOCK,
    cut6xx_environment::BLOCK,
    cut7xx_relations::BLOCK,
    cut8xx_system::BLOCK,
    cut9xx_general::BLOCK,
];

/// All codes, in order of their numbers.
pub static CODES: &[CodeInfo] = {
    const COUNT: usize = count();
    const ALL: [CodeInfo; COUNT] = joined();
    &ALL
};

const fn count() -> usize {
    let (mut count, mut block) = (0, 0);
    while block < BLOCKS.len() {
        count += BLOCKS[block].len();
        block += 1;
    }
    count
}

const fn joined<const COUNT: usize>() -> [CodeInfo; COUNT] {
    let mut all = [BLOCKS[0][0]; COUNT];
    let (mut next, mut block) = (0, 0);
    while block < BLOCKS.len() {
        let mut row = 0;
        while row < BLOCKS[block].len() {
            all[next] = BLOCKS[block][row];
            (next, row) = (next + 1, row + 1);
        }
        block += 1;
    }
    all
}

impl Code {
    /// The code's row in the table.
    pub fn info(self) -> &'static CodeInfo {
        // Codes are made by the table alone, which is in order of their numbers.
        &CODES[CODES.partition_point(|info| info.code < self)]
    }

    /// The code of an id (`CUT101`, in any case, with or without `CUT`) or a name.
    pub fn find(text: &str) -> Option<Code> {
        let id = text.to_ascii_uppercase();
        let id = id.strip_prefix("CUT").unwrap_or(&id);
        CODES
            .iter()
            .find(|info| info.id.strip_prefix("CUT") == Some(id) || info.name.eq_ignore_ascii_case(text))
            .map(|info| info.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().id)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.info().id)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        CODES.iter().find(|info| info.id == id).map(|info| info.code).ok_or_else(|| {
            de::Error::custom(format!("there is no finding `{id}`: the plan is of another version of cutover"))
        })
    }
}
