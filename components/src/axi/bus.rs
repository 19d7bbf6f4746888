//! A bus by either of its directions or both: its name, handshakes and size.

use verifork::dut::Signal;
use verifork::value::Logic;

use super::rules;
use super::signals::{AddressSignals, ReadSignals, Signals, WriteSignals};
use crate::Clocked;
use crate::axi_common::Channel;
use crate::handshake::{HandshakeRules, Wires, bus_of};

/// The bus that a component is made for: of [`Signals`], or of those of one direction.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::{Bus, ReadSignals};
/// # fn example(bus: &verifork_components::axi::Signals) -> Result {
/// let whole = Bus::from(bus);
/// let reads = Bus::from(&ReadSignals { ar: bus.ar, r: bus.r }); // one direction of it
/// ensure!(whole.bytes() == reads.bytes(), "{}", whole.name());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bus {
    pub(super) write: Option<WriteSignals>,
    pub(super) read: Option<ReadSignals>,
}

impl From<&Signals> for Bus {
    fn from(signals: &Signals) -> Self {
        let Signals { aw, w, b, ar, r } = *signals;
        Bus {
            write: Some(WriteSignals { aw, w, b }),
            read: Some(ReadSignals { ar, r }),
        }
    }
}

impl From<&WriteSignals> for Bus {
    fn from(signals: &WriteSignals) -> Self {
        Bus {
            write: Some(*signals),
            read: None,
        }
    }
}

impl From<&ReadSignals> for Bus {
    fn from(signals: &ReadSignals) -> Self {
        Bus {
            write: None,
            read: Some(*signals),
        }
    }
}

impl Bus {
    pub(super) fn width(&self) -> u32 {
        let write = self.write.map(|it| it.w.data.width());
        let read = self.read.map(|it| it.r.data.width());
        write.or(read).unwrap_or(8)
    }

    /// How many bytes the data has.
    pub fn bytes(&self) -> usize {
        self.width() as usize / 8
    }

    /// The bus, by the common part of its signals' paths.
    pub fn name(&self) -> &'static str {
        let write = self.write.map(|it| bus_of(it.aw.valid.path(), "awvalid"));
        let read = self.read.map(|it| bus_of(it.ar.valid.path(), "arvalid"));
        write.or(read).unwrap_or_default()
    }

    pub(super) fn address(&self, channel: Channel) -> Option<AddressSignals> {
        match channel {
            Channel::Ar => self.read.map(|it| it.ar),
            _ => self.write.map(|it| it.aw),
        }
    }

    fn wires_of(
        &self,
        valid: Signal<Logic>,
        ready: Signal<Logic>,
        clocked: &Clocked,
        rules: &'static HandshakeRules,
    ) -> Wires {
        Wires {
            valid,
            ready: Some(ready),
            clocked: *clocked,
            bus: self.name(),
            rules,
        }
    }

    /// The handshakes AW, W and B.
    pub(super) fn write_wires(&self, signals: &WriteSignals, clocked: &Clocked) -> [Wires; 3] {
        let WriteSignals { aw, w, b } = signals;
        [
            self.wires_of(aw.valid, aw.ready, clocked, &rules::AW.handshake),
            self.wires_of(w.valid, w.ready, clocked, &rules::W),
            self.wires_of(b.valid, b.ready, clocked, &rules::B),
        ]
    }

    /// The handshakes AR and R.
    pub(super) fn read_wires(&self, signals: &ReadSignals, clocked: &Clocked) -> [Wires; 2] {
        let ReadSignals { ar, r } = signals;
        [
            self.wires_of(ar.valid, ar.ready, clocked, &rules::AR.handshake),
            self.wires_of(r.valid, r.ready, clocked, &rules::R),
        ]
    }
}
