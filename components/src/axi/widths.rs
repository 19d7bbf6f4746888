//! Checks that the widths of a bus's signals fit the protocol and each other.

use verifork::dut::Signal;
use verifork::value::LogicVec;

use super::address::Field;
use super::bus::Bus;
use crate::axi_common::Channel;

impl Bus {
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
