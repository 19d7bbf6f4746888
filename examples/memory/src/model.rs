//! What the memory's contract says, clock by clock.

use std::collections::HashMap;
use std::fmt;

use verifork::prelude::*;

/// What drives the memory for one clock.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) ce: bool,
    pub(crate) we: bool,
    pub(crate) oe: bool,
    /// Lanes that the memory does not have are of no account.
    pub(crate) be: u64,
    /// Perhaps with unknown bits.
    pub(crate) addr: LogicVec,
    /// What the testbench drives, if it does.
    pub(crate) driven: Option<LogicVec>,
}

impl Access {
    pub(crate) fn idle(addr: &LogicVec) -> Self {
        Access {
            ce: false,
            we: false,
            oe: false,
            be: 0,
            addr: addr.clone(),
            driven: None,
        }
    }

    /// Of all bytes.
    pub(crate) fn write(addr: &LogicVec, data: &LogicVec) -> Self {
        Access {
            ce: true,
            we: true,
            be: u64::MAX,
            driven: Some(data.clone()),
            ..Access::idle(addr)
        }
    }

    pub(crate) fn read(addr: &LogicVec) -> Self {
        Access {
            ce: true,
            oe: true,
            ..Access::idle(addr)
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Access {
            we,
            oe,
            addr,
            driven,
            ..
        } = self;
        let who = match driven {
            Some(data) => format!("the testbench drives {data:#}"),
            None => "the testbench drives nothing".to_owned(),
        };
        write!(f, "we {we}, oe {oe}, addr {addr}: {who}")
    }
}

/// The words that have been written, and the one that was read last.
pub(crate) struct Model {
    words: HashMap<u64, LogicVec>,
    read: LogicVec,
}

impl Model {
    pub(crate) fn new(width: u32) -> Self {
        Model {
            words: HashMap::new(),
            read: LogicVec::unknown(width),
        }
    }

    fn width(&self) -> u32 {
        self.read.width()
    }

    /// What is on the bus.
    pub(crate) fn bus(&self, access: &Access) -> LogicVec {
        let memory = (access.oe && !access.we).then_some(&self.read);
        match (&access.driven, memory) {
            (Some(one), Some(other)) => resolved(one, other),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => LogicVec::high_impedance(self.width()),
        }
    }

    /// One rising edge.
    pub(crate) fn clock(&mut self, access: &Access) -> Result {
        let (unknown, bus) = (LogicVec::unknown(self.width()), self.bus(access));
        if !access.ce {
            return Ok(());
        }
        match (access.we, access.addr.to::<u64>()) {
            (true, Ok(addr)) => {
                let word = self.words.entry(addr).or_insert(unknown);
                for lane in (0..word.width() / 8).filter(|lane| access.be >> lane & 1 == 1) {
                    let (high, low) = (8 * lane + 7, 8 * lane);
                    word.set_slice(high, low, &bus.slice(high, low)?)?;
                }
            }
            (true, Err(_)) => {} // nobody knows where
            (false, Ok(addr)) => self.read = self.words.get(&addr).cloned().unwrap_or(unknown),
            (false, Err(_)) => self.read = unknown,
        }
        Ok(())
    }
}

/// What two drivers make of a bus: unknown bits where they differ.
fn resolved(one: &LogicVec, other: &LogicVec) -> LogicVec {
    let bits = one.iter().zip(other.iter());
    bits.map(|bits| match bits {
        (Logic::HighImpedance, bit) | (bit, Logic::HighImpedance) => bit,
        (one, other) if one == other => one,
        _ => Logic::Unknown,
    })
    .collect()
}
