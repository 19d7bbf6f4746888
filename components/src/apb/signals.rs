//! The signals of the bus, and its transfers.

use verifork::Result;
use verifork::dut::{Dut, Signal};
use verifork::value::Logic;

use crate::handshake::bus_of;
use crate::known::Known;
use crate::memory::mask_of;

/// The signals of an APB, by their names below a prefix. Those that are an `Option` may be missing.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::apb;
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "")]
///     bus: apb::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct Signals {
    pub psel: Signal<Logic>,
    pub penable: Signal<Logic>,
    #[dut(demands = "APB: PADDR has 1 to 32 bits")]
    pub paddr: Signal<u32>,
    pub pwrite: Signal<Logic>,
    #[dut(demands = "APB: PWDATA and PRDATA have 8, 16 or 32 bits")]
    pub pwdata: Signal<u32>,
    #[dut(demands = "APB: PWDATA and PRDATA have 8, 16 or 32 bits")]
    pub prdata: Signal<u32>,
    pub pready: Option<Signal<Logic>>,
    pub pslverr: Option<Signal<Logic>>,
    #[dut(demands = "APB: PSTRB has a bit for each byte of PWDATA, 4 at most")]
    pub pstrb: Option<Signal<u8>>,
    #[dut(demands = "APB: PPROT has 3 bits")]
    pub pprot: Option<Signal<u8>>,
}

/// A request of a manager.
///
/// ```no_run
/// use verifork_components::apb;
///
/// let (write, read) = (apb::Request::write(0x10, 3), apb::Request::read(0x10));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// In bytes.
    pub address: u32,
    /// The data of a write.
    pub write: Option<u32>,
    /// The bytes that are written; `None` for all.
    pub strobe: Option<u8>,
    /// PPROT.
    pub prot: u8,
}

impl Request {
    /// A read.
    pub fn read(address: u32) -> Self {
        Request {
            address,
            write: None,
            strobe: None,
            prot: 0,
        }
    }

    /// A write of all bytes.
    pub fn write(address: u32, data: u32) -> Self {
        let write = Some(data);
        Request {
            write,
            ..Request::read(address)
        }
    }

    /// The bytes that are written.
    #[must_use]
    pub fn strobe(self, strobe: u8) -> Self {
        let strobe = Some(strobe);
        Request { strobe, ..self }
    }

    /// PPROT.
    #[must_use]
    pub fn prot(self, prot: u8) -> Self {
        Request { prot, ..self }
    }
}

/// How a transfer ended.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::apb;
///
/// # async fn example(manager: apb::RunningManager) -> Result {
/// let answer: apb::Answer = manager.access(apb::Request::read(0x10)).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The data of a read; 0 of a write, and of a read that failed and gave unknown bits.
    pub data: u32,
    /// PSLVERR.
    pub error: bool,
}

impl Signals {
    /// How many bytes the data has.
    pub fn bytes(&self) -> usize {
        self.pwdata.width() as usize / 8
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.psel.path(), "psel")
    }

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        let (write, read) = (self.pwdata.width(), self.prdata.width());
        assert!(
            matches!(write, 8 | 16 | 32) && write == read,
            "APB: PWDATA of `{}` has {write} bits and PRDATA {read}; both have 8, 16 or 32",
            self.bus()
        );
        for (name, signal, width) in [("PSTRB", self.pstrb, write / 8), ("PPROT", self.pprot, 3)] {
            if let Some(signal) = signal {
                let found = signal.width();
                assert!(
                    found == width,
                    "APB: `{}` has {found} bits; {name} has {width}",
                    signal.path()
                );
            }
        }
    }

    /// All strobes.
    pub(super) fn all_bytes(&self) -> u8 {
        u8::MAX >> (8 - self.bytes())
    }

    /// Why a request does not fit.
    pub(super) fn refuses(&self, request: &Request) -> Option<String> {
        let bus = self.bus();
        let fits = |value: u32, width: u32| width >= 32 || value >> width == 0;
        let (address, data) = (self.paddr.width(), self.pwdata.width());
        let strobe = request.strobe.unwrap_or(self.all_bytes());
        if !fits(request.address, address) {
            return Some(format!(
                "the address {:#x} does not fit the {address} bits of `{bus}`",
                request.address
            ));
        }
        if !fits(request.write.unwrap_or(0), data) {
            return Some(format!("the data does not fit the {data} bits of `{bus}`"));
        }
        if strobe & !self.all_bytes() != 0 {
            return Some(format!(
                "the strobes {strobe:#b} do not fit the {} bytes of `{bus}`",
                self.bytes()
            ));
        }
        if self.pstrb.is_none() && strobe != self.all_bytes() {
            return Some(format!("the strobes {strobe:#b}, and `{bus}` has no PSTRB"));
        }
        if request.prot >= 8 || (request.prot != 0 && self.pprot.is_none()) {
            return Some(format!("PPROT {} does not fit `{bus}`", request.prot));
        }
        None
    }

    /// Whether the transfer ends at this edge, in its access phase.
    pub(super) fn is_ready(&self) -> Result<bool> {
        match &self.pready {
            Some(signal) => self.bit(signal, "APB_ERRS_PREADY_X", "PREADY"),
            None => Ok(true),
        }
    }

    /// The request of a transfer that ends at this edge.
    pub(super) fn request(&self) -> Result<Request> {
        let byte = |signal: Option<Signal<u8>>, rule, name| {
            let read = signal.map(|signal| self.byte(signal, rule, name));
            read.transpose()
        };
        let address = self.word(self.paddr, u64::MAX, "APB_ERRM_PADDR_X", "PADDR")?;
        let address = u32::try_from(address)?;
        let writes = self.bit(&self.pwrite, "APB_ERRM_PWRITE_X", "PWRITE")?;
        let strobe = byte(self.pstrb, "APB_ERRM_PSTRB_X", "PSTRB")?;
        let prot = byte(self.pprot, "APB_ERRM_PPROT_X", "PPROT")?.unwrap_or(0);
        let write = if writes {
            let mask = mask_of(strobe.unwrap_or(self.all_bytes()));
            let data = self.word(self.pwdata, mask, "APB_ERRM_PWDATA_X", "PWDATA")?;
            Some(u32::try_from(data)?)
        } else {
            None
        };
        let strobe = strobe.filter(|_| writes);
        Ok(Request {
            address,
            write,
            strobe,
            prot,
        })
    }

    /// How a transfer ends at this edge.
    pub(super) fn answer(&self, writes: bool) -> Result<Answer> {
        let error = match &self.pslverr {
            Some(signal) => self.bit(signal, "APB_ERRS_PSLVERR_X", "PSLVERR")?,
            None => false,
        };
        let bits = self.prdata.as_logic().get();
        if !writes && !error && bits.has_unknown() {
            return Err(self.unknown("APB_ERRS_PRDATA_X", "PRDATA", self.prdata.path(), &bits));
        }
        let data = if writes || bits.has_unknown() {
            0
        } else {
            u32::try_from(bits.value_word(0))?
        };
        Ok(Answer { data, error })
    }
}

impl Known for Signals {
    fn bus(&self) -> &'static str {
        self.bus()
    }
}
