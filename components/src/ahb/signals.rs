//! The signals of the bus.

use std::ops::Range;

use verifork::Result;
use verifork::dut::{Dut, Signal};
use verifork::value::{Logic, LogicVec};

use super::transfer::{Burst, IDLE, NONSEQ, Phase, Request};
use super::word::Word;
use crate::handshake::bus_of;
use crate::known::Known;
use crate::lanes::{strobes_of, unknown_lanes};
use crate::violation::Violation;

/// The signals of an AHB-Lite, by their names below a prefix. Those that are an `Option` may be missing.
///
/// A subordinate of the design has HREADYOUT and HREADY: the [`Manager`](super::Manager) here is the
/// interconnect, too, which makes the one of the other, and selects the subordinate by HSEL.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::ahb;
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "")]
///     bus: ahb::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct Signals {
    #[dut(demands = "AHB: HADDR has 1 to 64 bits")]
    pub haddr: Signal<u64>,
    #[dut(demands = "AHB: HTRANS has 2 bits")]
    pub htrans: Signal<u8>,
    pub hwrite: Signal<Logic>,
    #[dut(demands = "AHB: HSIZE has 3 bits")]
    pub hsize: Option<Signal<u8>>,
    #[dut(demands = "AHB: HBURST has 3 bits")]
    pub hburst: Option<Signal<u8>>,
    #[dut(demands = "AHB: HPROT has 4 bits")]
    pub hprot: Option<Signal<u8>>,
    pub hmastlock: Option<Signal<Logic>>,
    pub hsel: Option<Signal<Logic>>,
    pub hwdata: Signal<LogicVec>,
    pub hrdata: Signal<LogicVec>,
    pub hready: Signal<Logic>,
    pub hreadyout: Option<Signal<Logic>>,
    pub hresp: Option<Signal<Logic>>,
}

impl Signals {
    /// How many bytes the data has.
    pub fn bytes(&self) -> usize {
        self.hwdata.width() as usize / 8
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.htrans.path(), "htrans")
    }

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        let (write, read) = (self.hwdata.width(), self.hrdata.width());
        assert!(
            write.is_power_of_two() && (8..=1024).contains(&write) && write == read,
            "AHB: HWDATA of `{}` has {write} bits and HRDATA {read}; both have 8, 16, 32, … or 1024",
            self.bus()
        );
        for (name, signal, width) in [
            ("HTRANS", Some(self.htrans), 2),
            ("HSIZE", self.hsize, 3),
            ("HBURST", self.hburst, 3),
            ("HPROT", self.hprot, 4),
        ] {
            if let Some(signal) = signal {
                let found = signal.width();
                assert!(
                    found == width,
                    "AHB: `{}` has {found} bits; {name} has {width}",
                    signal.path()
                );
            }
        }
    }

    /// The ready signal that the subordinate drives: HREADYOUT, if there is one.
    pub(super) fn answer_ready(&self) -> Signal<Logic> {
        self.hreadyout.unwrap_or(self.hready)
    }

    /// Why a request does not fit.
    pub(super) fn refuses(&self, request: &Request) -> Option<String> {
        let (bus, width) = (self.bus(), self.bytes() as u64);
        let bytes = u64::from(self.bytes_of(request));
        let address = request.address;
        let bits = self.haddr.width();
        if !bytes.is_power_of_two() || bytes > width {
            return Some(format!(
                "transfers of {bytes} bytes do not fit the {width} bytes of `{bus}`"
            ));
        }
        if self.hsize.is_none() && bytes != width {
            return Some(format!(
                "transfers of {bytes} bytes, and `{bus}` has no HSIZE"
            ));
        }
        if !address.is_multiple_of(bytes) {
            return Some(format!(
                "the address {address:#x} is not a multiple of the {bytes} bytes of a transfer"
            ));
        }
        if bits < 64 && address >> bits != 0 {
            return Some(format!(
                "the address {address:#x} does not fit the {bits} bits of `{bus}`"
            ));
        }
        let words = request.write.as_ref();
        if request.beats == 0 || words.is_some_and(|words| words.len() != request.beats) {
            return Some(format!(
                "{} words for {} transfers; a burst has a transfer at least, and a word for each",
                words.map_or(0, Vec::len),
                request.beats
            ));
        }
        if let Some(length) = request.burst.length()
            && length != request.beats
        {
            return Some(format!(
                "{} transfers in a burst of {length}: that is {:?}",
                request.beats, request.burst
            ));
        }
        if request.burst != Burst::Single && self.hburst.is_none() {
            return Some(format!(
                "a burst of {:?}, and `{bus}` has no HBURST",
                request.burst
            ));
        }
        // A burst that wraps stays in its block.
        let whole = bytes * request.beats as u64;
        let first = match request.burst {
            Burst::Wrap4 | Burst::Wrap8 | Burst::Wrap16 => address & !(whole - 1),
            _ => address,
        };
        let last = first.wrapping_add(whole - bytes);
        if request.burst != Burst::Single && first >> 10 != last >> 10 {
            return Some(format!(
                "a burst from {first:#x} to {last:#x} crosses a boundary of 1 KB (AHB_ERRM_BURST_1KB)"
            ));
        }
        let fits = |word: &Word| word.bits() as u64 <= 8 * bytes;
        if words.is_some_and(|words| !words.iter().all(fits)) {
            return Some(format!("the data does not fit transfers of {bytes} bytes"));
        }
        if request.prot >= 16 {
            return Some(format!(
                "{:#b} does not fit the 4 bits of HPROT",
                request.prot
            ));
        }
        None
    }

    /// The bytes of a transfer of a request.
    pub(super) fn bytes_of(&self, request: &Request) -> u32 {
        request.bytes.unwrap_or(self.hwdata.width() / 8)
    }

    /// The lanes of a transfer.
    pub(super) fn lanes(&self, address: u64, bytes: u32) -> Range<usize> {
        let bytes = bytes as usize;
        let in_word = usize::try_from(address % self.bytes() as u64).unwrap_or(0);
        let lane = in_word - in_word % bytes;
        lane..lane + bytes
    }

    /// A bit for each lane of a transfer.
    pub(super) fn strobes(&self, phase: &Phase) -> u128 {
        strobes_of(self.lanes(phase.address, phase.bytes))
    }

    /// Writes the data of a transfer to its lanes, and 0 to all others.
    pub(super) fn drive(&self, signal: &Signal<LogicVec>, phase: &Phase, word: &Word) -> Result {
        let lane = self.lanes(phase.address, phase.bytes).start;
        let mut value = LogicVec::default();
        value.assign_planes(signal.width(), |index| {
            let bits = match index.checked_sub(lane / 8) {
                Some(index) => word.word(index) << (8 * (lane % 8)),
                None => 0,
            };
            (bits, 0)
        });
        Ok(signal.try_set_from(&value)?)
    }

    /// The data in the lanes of a transfer, in the lowest bits.
    fn sample(
        &self,
        signal: &Signal<LogicVec>,
        phase: &Phase,
        rule: &'static str,
        name: &str,
    ) -> Result<Word> {
        let bits = signal.get();
        if unknown_lanes(&bits) & self.strobes(phase) != 0 {
            return Err(self.unknown(rule, name, signal.path(), &bits));
        }
        let lanes = self.lanes(phase.address, phase.bytes);
        // A transfer is a part of 64 bits, or whole ones.
        let shift = 8 * (lanes.start % 8);
        let mask = u64::MAX >> (64 - 8 * lanes.len().min(8));
        let words = lanes.start / 8..lanes.end.div_ceil(8);
        Ok(Word::from_words(
            words.map(|at| bits.value_word(at) >> shift & mask),
        ))
    }

    pub(super) fn is_ready(&self) -> Result<bool> {
        self.bit(&self.answer_ready(), "AHB_ERRS_HREADY_X", "HREADY")
    }

    pub(super) fn is_error(&self) -> Result<bool> {
        match &self.hresp {
            Some(signal) => self.bit(signal, "AHB_ERRS_HRESP_X", "HRESP"),
            None => Ok(false),
        }
    }

    /// HTRANS; IDLE if another subordinate is selected.
    pub(super) fn transfer_kind(&self) -> Result<u8> {
        let selected = match &self.hsel {
            Some(signal) => self.bit(signal, "AHB_ERRM_HTRANS_X", "HSEL")?,
            None => true,
        };
        let kind = self.byte(self.htrans, "AHB_ERRM_HTRANS_X", "HTRANS")?;
        Ok(if selected { kind } else { IDLE })
    }

    /// The address phase at this edge, of a transfer of this kind.
    pub(super) fn phase(&self, kind: u8) -> Result<Phase> {
        let address = self.word(self.haddr, u64::MAX, "AHB_ERRM_HADDR_X", "HADDR")?;
        let writes = self.bit(&self.hwrite, "AHB_ERRM_HWRITE_X", "HWRITE")?;
        let bytes = match self.hsize {
            Some(signal) => 1 << self.byte(signal, "AHB_ERRM_HSIZE_X", "HSIZE")?,
            None => self.hwdata.width() / 8,
        };
        if bytes as usize > self.bytes() {
            let what = format!("a transfer of {bytes} bytes");
            return Err(Violation::new("AHB_ERRM_HSIZE_WIDTH", self.bus(), what)
                .now()
                .into());
        }
        let burst = match self.hburst {
            Some(signal) => Burst::of(self.byte(signal, "AHB_ERRM_HBURST_X", "HBURST")?),
            None => Burst::Single,
        };
        Ok(Phase {
            address,
            bytes,
            writes,
            burst,
            is_first: kind == NONSEQ,
        })
    }

    /// The written data of the data phase, in the lowest bits.
    pub(super) fn written(&self, phase: &Phase) -> Result<Word> {
        self.sample(&self.hwdata, phase, "AHB_ERRM_HWDATA_X", "HWDATA")
    }

    /// The read data at the end of the data phase, in the lowest bits.
    pub(super) fn read(&self, phase: &Phase) -> Result<Word> {
        self.sample(&self.hrdata, phase, "AHB_ERRS_HRDATA_X", "HRDATA")
    }
}

impl Known for Signals {
    fn bus(&self) -> &'static str {
        self.bus()
    }
}
