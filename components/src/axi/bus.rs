//! A bus by either of its directions or both: its name, handshakes and widths.

use verifork::dut::Signal;
use verifork::value::{Logic, LogicVec};

use super::address::Field;
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
    fn width(&self) -> u32 {
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

    fn address(&self, channel: Channel) -> Option<AddressSignals> {
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

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        let name = self.name();
        let data = [
            self.write.map(|it| ("WDATA", it.w.data)),
            self.read.map(|it| ("RDATA", it.r.data)),
        ];
        let width = self.width();
        for (name, signal) in data.into_iter().flatten() {
            let found = signal.width();
            assert!(
                found.is_power_of_two() && (8..=1024).contains(&found) && found == width,
                "AXI4_AUX_DATA_WIDTH: `{}` has {found} bits; {name} has 8, 16, 32, … or 1024, and WDATA as \
                 many as RDATA",
                signal.path()
            );
        }
        let addresses = self.write.zip(self.read);
        if let Some((write, read)) = addresses {
            let (write, read) = (write.aw.addr.width(), read.ar.addr.width());
            assert!(
                write == read,
                "AXI4_AUX_ADDR_WIDTH: AWADDR of `{name}` has {write} bits and ARADDR {read}; both have the same"
            );
        }
        let ids = |signal: Option<Signal<u32>>| signal.map_or(0, |signal| signal.width());
        for (asked, answered, names) in [
            self.write.map(|it| (ids(it.aw.id), ids(it.b.id), "AWID")),
            self.read.map(|it| (ids(it.ar.id), ids(it.r.id), "ARID")),
        ]
        .into_iter()
        .flatten()
        {
            assert!(
                asked == answered,
                "AXI4_AUX_ID_WIDTH: {names} of `{name}` has {asked} bits, and the ID of its answers \
                 {answered}; both have the same"
            );
        }
        self.check_small_widths();
    }

    #[track_caller]
    fn check_small_widths(&self) {
        let mut expected: Vec<(&str, Option<Signal<LogicVec>>, u32)> = Vec::new();
        let small = |signal: Option<Signal<u8>>| signal.map(|signal| signal.as_logic());
        for channel in [Channel::Aw, Channel::Ar] {
            let Some(signals) = self.address(channel) else {
                continue;
            };
            for (name, field, width) in [
                ("AxLEN", Field::Len, 8),
                ("AxSIZE", Field::Size, 3),
                ("AxBURST", Field::Burst, 2),
                ("AxLOCK", Field::Lock, 1),
                ("AxCACHE", Field::Cache, 4),
                ("AxPROT", Field::Prot, 3),
                ("AxQOS", Field::Qos, 4),
                ("AxREGION", Field::Region, 4),
            ] {
                expected.push((name, signals.field(field), width));
            }
        }
        if let Some(write) = self.write {
            expected.push(("WSTRB", write.w.strb, self.width() / 8));
            expected.push(("BRESP", small(write.b.resp), 2));
        }
        if let Some(read) = self.read {
            expected.push(("RRESP", small(read.r.resp), 2));
        }
        for (name, signal, width) in expected {
            if let Some(signal) = signal {
                let found = signal.width();
                assert!(
                    found == width,
                    "AXI4: `{}` has {found} bits; {name} has {width}",
                    signal.path()
                );
            }
        }
    }
}
