//! What the FIFO's contract says, clock by clock.

use std::collections::VecDeque;

/// What the design samples on a rising edge.
#[derive(Clone, Copy)]
pub(crate) struct Inputs {
    pub(crate) rst: bool,
    /// The word that is offered, with `wr_en` high.
    pub(crate) write: Option<u64>,
    pub(crate) read: bool,
}

impl Inputs {
    pub(crate) const RESET: Self = Inputs {
        rst: true,
        write: None,
        read: false,
    };

    pub(crate) fn new(write: Option<u32>, read: bool) -> Self {
        Inputs {
            rst: false,
            write: write.map(u64::from),
            read,
        }
    }
}

/// What the design shows between two rising edges.
#[allow(clippy::struct_excessive_bools)] // the design has as many flags
pub(crate) struct Outputs {
    pub(crate) full: bool,
    pub(crate) almost_full: bool,
    pub(crate) empty: bool,
    pub(crate) level: u32,
    pub(crate) overflow: bool,
    pub(crate) underflow: bool,
    pub(crate) rd_data: u64,
}

/// The FIFO as a queue.
pub(crate) struct Model {
    depth: u32,
    almost_full_at: u32,
    words: VecDeque<u64>,
    overflow: bool,
    underflow: bool,
    rd_data: u64,
}

impl Model {
    /// A FIFO fresh from its reset. `almost_full_at` is the design's parameter, where 0 stands for
    /// two words below the depth.
    pub(crate) fn new(depth: u32, almost_full_at: u32) -> Self {
        let default = depth.saturating_sub(2).max(1);
        Model {
            depth,
            almost_full_at: if almost_full_at > 0 {
                almost_full_at
            } else {
                default
            },
            words: VecDeque::new(),
            overflow: false,
            underflow: false,
            rd_data: 0,
        }
    }

    fn level(&self) -> u32 {
        u32::try_from(self.words.len()).expect("no more words than `depth`")
    }

    pub(crate) fn outputs(&self) -> Outputs {
        Outputs {
            full: self.level() == self.depth,
            almost_full: self.level() >= self.almost_full_at,
            empty: self.words.is_empty(),
            level: self.level(),
            overflow: self.overflow,
            underflow: self.underflow,
            rd_data: self.rd_data,
        }
    }

    /// One rising edge. Both flags are looked at before anything moves: a write into the full FIFO
    /// is refused even if a read makes room on the same edge.
    pub(crate) fn clock(&mut self, inputs: Inputs) {
        if inputs.rst {
            *self = Model::new(self.depth, self.almost_full_at);
            return;
        }
        let Outputs { full, empty, .. } = self.outputs();
        self.overflow = inputs.write.is_some() && full;
        self.underflow = inputs.read && empty;
        if inputs.read
            && let Some(word) = self.words.pop_front()
        {
            self.rd_data = word;
        }
        if !full {
            self.words.extend(inputs.write);
        }
    }
}
