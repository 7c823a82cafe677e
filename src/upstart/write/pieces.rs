//! What the processes of a job do, piece by piece: a job has one process of each kind, a unit any number.

use std::collections::BTreeMap;

use bstr::ByteSlice as _;

use super::command;
use crate::findings::{Finding, codes};
use crate::text::{Provenance, Sourced};
use crate::upstart::job::{Process, ProcessType};

/// The lines of each process, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    pieces: BTreeMap<ProcessType, Vec<Piece>>,
    /// Lines that the script of every process begins with.
    head: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Piece {
    provenance: Provenance,
    /// Lines of a script, the last with its end.
    lines: Vec<u8>,
    /// The process, where it is all that there is to run.
    alone: Option<Process>,
}

impl Pieces {
    /// Lets every process begin with these lines.
    pub(super) fn begin_with(&mut self, lines: Vec<u8>) {
        self.head = lines;
    }

    /// Whether every process begins with lines, so that each is a script.
    pub(super) fn has_head(&self) -> bool {
        !self.head.is_empty()
    }

    /// Adds lines of a script.
    pub(super) fn lines(&mut self, kind: ProcessType, lines: impl Into<Vec<u8>>, provenance: impl Into<Provenance>) {
        self.add(kind, lines.into(), None, provenance);
    }

    /// Adds a command: its lines among others, and what it is by itself.
    pub(super) fn add(
        &mut self,
        kind: ProcessType,
        mut lines: Vec<u8>,
        alone: Option<Process>,
        provenance: impl Into<Provenance>,
    ) {
        if !lines.ends_with(b"\n") {
            lines.push(b'\n');
        }
        let provenance = provenance.into();
        self.pieces.entry(kind).or_default().push(Piece { provenance, lines, alone });
    }

    /// Lets no start come about.
    pub(super) fn refuse(&mut self) {
        let lines = b"echo \"this job waits for a person: see the findings of its conversion\" >&2\nexit 1\n";
        let piece = Piece { provenance: Provenance::Implied, lines: lines.to_vec(), alone: None };
        self.pieces.entry(ProcessType::PreStart).or_default().insert(0, piece);
    }

    /// The processes. What no block can hold gets a finding.
    pub(super) fn processes(self, findings: &mut Vec<Finding>) -> Vec<(ProcessType, Sourced<Process>)> {
        let mut processes = Vec::new();
        for (kind, mut pieces) in self.pieces {
            let provenance = pieces[0].provenance;
            let is_alone = pieces.len() == 1 && self.head.is_empty();
            let alone = if is_alone { pieces[0].alone.take() } else { None };
            let lines = pieces.iter().map(|piece| piece.lines.as_slice());
            let whole: Vec<&[u8]> = std::iter::once(self.head.as_slice()).chain(lines).collect();
            match alone.map_or_else(|| command::script(&whole.concat()), Ok) {
                Ok(process) => processes.push((kind, Sourced::new(process, provenance))),
                Err(why) => {
                    findings.push(codes::unwritable_command(why).at(provenance));
                }
            }
        }
        processes
    }
}

/// A process that holds exactly this.
pub(super) fn process(script: bool, text: impl Into<Vec<u8>>) -> Process {
    Process { script, command: text.into().into(), ..Process::default() }
}

/// Lines one step further in, but for those that would not stay what they are: of here-documents and of
/// words over several lines.
pub(super) fn indented(lines: &[u8]) -> Vec<u8> {
    if lines.contains_str("<<") || lines.find_byteset(b"'\"`\\").is_some() && lines.lines().count() > 1 {
        return lines.to_vec();
    }
    lines.lines_with_terminator().flat_map(|line| [b"  ", line].concat()).collect()
}
