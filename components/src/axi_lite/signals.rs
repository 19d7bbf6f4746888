//! The signals of the bus.

use verifork::Result;
use verifork::dut::{Dut, ReadError, Signal};
use verifork::value::Logic;

use super::rules;
use crate::Clocked;
use crate::axi_common::{Channel, Response};
use crate::handshake::{HandshakeRules, Wires, bus_of};
use crate::memory::mask_of;
use crate::violation::Violation;

/// The signals of an AXI4-Lite bus, by their names below a prefix. Those that are an `Option` may be missing.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi_lite;
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "s_axi_")]
///     bus: axi_lite::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct Signals {
    pub awvalid: Signal<Logic>,
    pub awready: Signal<Logic>,
    #[dut(demands = "AXI4-Lite: AWADDR has 1 to 64 bits")]
    pub awaddr: Signal<u64>,
    #[dut(demands = "AXI4-Lite: AWPROT has 3 bits")]
    pub awprot: Option<Signal<u8>>,
    pub wvalid: Signal<Logic>,
    pub wready: Signal<Logic>,
    #[dut(demands = "AXI4-Lite: WDATA and RDATA have 32 or 64 bits")]
    pub wdata: Signal<u64>,
    #[dut(demands = "AXI4-Lite: WSTRB has 4 or 8 bits")]
    pub wstrb: Option<Signal<u8>>,
    pub bvalid: Signal<Logic>,
    pub bready: Signal<Logic>,
    #[dut(demands = "AXI4-Lite: BRESP has 2 bits")]
    pub bresp: Option<Signal<u8>>,
    pub arvalid: Signal<Logic>,
    pub arready: Signal<Logic>,
    #[dut(demands = "AXI4-Lite: ARADDR has 1 to 64 bits")]
    pub araddr: Signal<u64>,
    #[dut(demands = "AXI4-Lite: ARPROT has 3 bits")]
    pub arprot: Option<Signal<u8>>,
    pub rvalid: Signal<Logic>,
    pub rready: Signal<Logic>,
    #[dut(demands = "AXI4-Lite: WDATA and RDATA have 32 or 64 bits")]
    pub rdata: Signal<u64>,
    #[dut(demands = "AXI4-Lite: RRESP has 2 bits")]
    pub rresp: Option<Signal<u8>>,
}

impl Signals {
    /// How many bytes the data has.
    pub fn bytes(&self) -> usize {
        self.wdata.width() as usize / 8
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.awvalid.path(), "awvalid")
    }

    pub(super) fn wires(&self, channel: Channel, clocked: &Clocked) -> Wires {
        let of = |valid, ready, rules: &'static HandshakeRules| Wires {
            valid,
            ready: Some(ready),
            clocked: *clocked,
            bus: self.bus(),
            rules,
        };
        match channel {
            Channel::Aw => of(self.awvalid, self.awready, &rules::AW),
            Channel::W => of(self.wvalid, self.wready, &rules::W),
            Channel::B => of(self.bvalid, self.bready, &rules::B),
            Channel::Ar => of(self.arvalid, self.arready, &rules::AR),
            Channel::R => of(self.rvalid, self.rready, &rules::R),
        }
    }

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        let (write, read) = (self.wdata.width(), self.rdata.width());
        assert!(
            matches!(write, 32 | 64) && write == read,
            "AXI4-Lite: WDATA of `{}` has {write} bits and RDATA {read}; both have 32, or both 64",
            self.bus()
        );
        for (name, signal, width) in [
            ("WSTRB", self.wstrb, write / 8),
            ("BRESP", self.bresp, 2),
            ("RRESP", self.rresp, 2),
            ("AWPROT", self.awprot, 3),
            ("ARPROT", self.arprot, 3),
        ] {
            if let Some(signal) = signal {
                let found = signal.width();
                assert!(
                    found == width,
                    "AXI4-Lite: `{}` has {found} bits; {name} has {width}",
                    signal.path()
                );
            }
        }
    }

    /// All strobes.
    pub(crate) fn all_bytes(&self) -> u8 {
        if self.bytes() == 8 { 0xff } else { 0x0f }
    }

    /// The value of a signal. Unknown bits are a broken rule.
    pub(super) fn known<T>(
        &self,
        rule: &'static str,
        name: &str,
        read: Result<T, ReadError>,
    ) -> Result<T> {
        read.map_err(|error| {
            let what = format!("{name} must be known while it is valid: {error}");
            Violation::new(rule, self.bus(), what).now().into()
        })
    }

    pub(super) fn address(&self, channel: Channel) -> Result<u64> {
        match channel {
            Channel::Aw => self.known("AXI4LITE_ERRM_AWADDR_X", "AWADDR", self.awaddr.get()),
            _ => self.known("AXI4LITE_ERRM_ARADDR_X", "ARADDR", self.araddr.get()),
        }
    }

    /// The data of a write, without bytes that are not written, and its strobes.
    pub(super) fn written(&self) -> Result<(u64, u8)> {
        let strobe = match self.wstrb {
            Some(signal) => self.known("AXI4LITE_ERRM_WSTRB_X", "WSTRB", signal.get())?,
            None => self.all_bytes(),
        };
        let bits = self.wdata.as_logic().get();
        let mask = mask_of(strobe);
        if bits.unknown_word(0) & mask != 0 {
            let what = "a byte of WDATA is written, but unknown";
            return Err(Violation::new("AXI4LITE_ERRM_WDATA_X", self.bus(), what)
                .now()
                .signal(self.wdata.path(), format_args!("is {bits:x}"))
                .into());
        }
        Ok((bits.value_word(0) & mask, strobe))
    }

    pub(super) fn write_response(&self) -> Result<Response> {
        let bits = match self.bresp {
            Some(signal) => self.known("AXI4LITE_ERRS_BRESP_X", "BRESP", signal.get())?,
            None => 0,
        };
        Ok(Response::of(bits))
    }

    /// The response to a read, and its data; that of one that failed means nothing.
    pub(super) fn read_response(&self) -> Result<(Response, u64)> {
        let bits = match self.rresp {
            Some(signal) => self.known("AXI4LITE_ERRS_RRESP_X", "RRESP", signal.get())?,
            None => 0,
        };
        let response = Response::of(bits);
        if response == Response::Okay {
            let data = self.known("AXI4LITE_ERRS_RDATA_X", "RDATA", self.rdata.get())?;
            return Ok((response, data));
        }
        Ok((response, self.rdata.get().unwrap_or(0)))
    }
}
