//! The signals of the bus.

use verifork::Result;
use verifork::dut::{Binder, DeclaredPaths, Dut, Signal};
use verifork::value::Logic;

use super::request::{Answer, INCREMENTING, Request, Termination};
use crate::handshake::bus_of;
use crate::known::Known;
use crate::memory::mask_of;

/// The signals of a Wishbone, by their names below a prefix. Those that are an `Option` may be missing.
///
/// Names may end in `_i` and `_o`: a design with `cyc_i` is the subordinate, and `dat_i` is the data to write; with
/// `cyc_o` it is the manager, and `dat_i` is the read data. Without these suffixes the names are `cyc`, …, `dat_w`
/// and `dat_r`. Directions may also be prefixes: `#[dut(prefix("i_wb_", "o_wb_"))]` binds `i_wb_cyc`, …,
/// `o_wb_ack`, and the data with the prefix of CYC is the data to write. `addr` and `data` are accepted too.
///
/// With a signal for STALL the bus is taken for a pipelined one, and addresses are those of bytes:
/// [`classic`](Self::classic), [`pipelined`](Self::pipelined) and [`word_addresses`](Self::word_addresses) say
/// otherwise.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::wishbone;
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "wb_")]
///     bus: wishbone::Signals,
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct Signals {
    pub cyc: Signal<Logic>,
    pub stb: Signal<Logic>,
    pub we: Signal<Logic>,
    pub adr: Signal<u64>,
    /// The data to write: `DAT_O` of the manager.
    pub dat_w: Signal<u64>,
    /// The read data: `DAT_I` of the manager.
    pub dat_r: Signal<u64>,
    pub sel: Option<Signal<u8>>,
    pub ack: Signal<Logic>,
    pub err: Option<Signal<Logic>>,
    pub rty: Option<Signal<Logic>>,
    pub stall: Option<Signal<Logic>>,
    pub cti: Option<Signal<u8>>,
    pub bte: Option<Signal<u8>>,
    pub lock: Option<Signal<Logic>>,
    is_pipelined: bool,
    counts_words: bool,
}

/// How a design names its signals.
struct Names {
    /// Behind those that the manager drives, and those that the subordinate drives.
    ends: [&'static str; 2],
    /// The data that is written, and that is read.
    data: [&'static [&'static str]; 2],
}

/// Where the same name is in both, the prefix of the field tells which it is, as in `i_wb_dat` and `o_wb_dat`.
const NAMES: [Names; 3] = [
    Names {
        ends: ["", ""],
        data: [&["dat_w", "dat", "data"], &["dat_r", "dat", "data"]],
    },
    Names {
        ends: ["_i", "_o"],
        data: [&["dat_i", "data_i"], &["dat_o", "data_o"]],
    },
    Names {
        ends: ["_o", "_i"],
        data: [&["dat_o", "data_o"], &["dat_i", "data_i"]],
    },
];

/// Binds the first of these names that exists.
fn first_of<D: Dut>(scope: &mut Binder<'_>, names: &[impl AsRef<str>]) -> Option<D> {
    let names = || names.iter().map(AsRef::as_ref);
    let known = names().find(|name| scope.contains(name));
    D::bind(scope, known.or(names().next())?)
}

/// The same for names with several possible prefixes: takes the prefix of another bound name.
fn like<D: Dut>(scope: &mut Binder<'_>, other: &str, names: &[&str]) -> Option<D> {
    match scope.named_like(other) {
        Some(mut scope) => first_of(&mut scope, names),
        None => first_of(scope, names),
    }
}

impl Dut for Signals {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        let mut scope = binder.enter(path)?;
        let known = |names: &&Names| scope.contains(&format!("cyc{}", names.ends[0]));
        let Names { ends, data } = NAMES.iter().find(known).unwrap_or(&NAMES[0]);
        let asked = |name: &str| format!("{name}{}", ends[0]);
        let answered = |name: &str| format!("{name}{}", ends[1]);
        // All of them, so that one run reports every missing one.
        let cyc = Dut::bind(&mut scope, &asked("cyc"));
        let stb = Dut::bind(&mut scope, &asked("stb"));
        let we = Dut::bind(&mut scope, &asked("we"));
        let adr = first_of(
            &mut scope.demanding("Wishbone: ADR has 1 to 64 bits"),
            &["adr", "addr"].map(asked),
        );
        let mut words = scope.demanding("Wishbone: DAT has 8, 16, 32 or 64 bits");
        let dat_w = like(&mut words, &asked("cyc"), data[0]);
        let dat_r = like(&mut words, &answered("ack"), data[1]);
        let ack = Dut::bind(&mut scope, &answered("ack"));
        let sel = Dut::bind(
            &mut scope.demanding("Wishbone: SEL has a bit for each byte of DAT, 8 at most"),
            &asked("sel"),
        );
        let cti = Dut::bind(
            &mut scope.demanding("Wishbone: CTI has 3 bits"),
            &asked("cti"),
        );
        let bte = Dut::bind(
            &mut scope.demanding("Wishbone: BTE has 2 bits"),
            &asked("bte"),
        );
        let err = Dut::bind(&mut scope, &answered("err"));
        let rty = Dut::bind(&mut scope, &answered("rty"));
        let lock = Dut::bind(&mut scope, &asked("lock"));
        let stall: Option<Signal<Logic>> = Dut::bind(&mut scope, &answered("stall"))?;
        Some(Signals {
            cyc: cyc?,
            stb: stb?,
            we: we?,
            adr: adr?,
            dat_w: dat_w?,
            dat_r: dat_r?,
            sel: sel?,
            ack: ack?,
            err: err?,
            rty: rty?,
            stall,
            cti: cti?,
            bte: bte?,
            lock: lock?,
            is_pipelined: stall.is_some(),
            counts_words: false,
        })
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        let mut scope = paths.enter(path);
        for Names { ends, data } in &NAMES {
            for name in [
                "cyc", "stb", "we", "adr", "addr", "sel", "cti", "bte", "lock",
            ] {
                scope.object(&format!("{name}{}", ends[0]));
            }
            for name in ["ack", "err", "rty", "stall"] {
                scope.object(&format!("{name}{}", ends[1]));
            }
            for name in data.iter().copied().flatten() {
                scope.object(name);
            }
        }
    }
}

impl Signals {
    /// Uses the standard mode, although the bus has STALL.
    #[must_use]
    pub fn classic(self) -> Self {
        let is_pipelined = false;
        Signals {
            is_pipelined,
            ..self
        }
    }

    /// Uses the pipelined mode, although the bus has no STALL: accesses never stall.
    #[must_use]
    pub fn pipelined(self) -> Self {
        let is_pipelined = true;
        Signals {
            is_pipelined,
            ..self
        }
    }

    /// ADR counts words of the data, not bytes.
    #[must_use]
    pub fn word_addresses(self) -> Self {
        let counts_words = true;
        Signals {
            counts_words,
            ..self
        }
    }

    /// Whether the bus is pipelined.
    pub fn is_pipelined(&self) -> bool {
        self.is_pipelined
    }

    /// How many bytes the data has.
    pub fn bytes(&self) -> usize {
        self.dat_w.width() as usize / 8
    }

    /// The bus, by the common part of its signals' paths.
    pub fn bus(&self) -> &'static str {
        bus_of(self.cyc.path(), "cyc")
    }

    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol.
    #[track_caller]
    pub(super) fn check_widths(&self) {
        let (write, read) = (self.dat_w.width(), self.dat_r.width());
        assert!(
            matches!(write, 8 | 16 | 32 | 64) && write == read,
            "Wishbone: what is written on `{}` has {write} bits and what is read {read}; both have 8, 16, 32 or 64",
            self.bus()
        );
        for (name, signal, width) in [
            ("SEL", self.sel, write / 8),
            ("CTI", self.cti, 3),
            ("BTE", self.bte, 2),
        ] {
            if let Some(signal) = signal {
                let found = signal.width();
                assert!(
                    found == width,
                    "Wishbone: `{}` has {found} bits; {name} has {width}",
                    signal.path()
                );
            }
        }
    }

    /// All bytes are selected.
    pub(super) fn all_bytes(&self) -> u8 {
        u8::MAX >> (8 - self.bytes())
    }

    /// The value of ADR for an address in bytes.
    pub(super) fn adr_of(&self, address: u64) -> u64 {
        if self.counts_words {
            address / self.bytes() as u64
        } else {
            address
        }
    }

    /// The address in bytes.
    pub(super) fn address_of(&self, adr: u64) -> u64 {
        if self.counts_words {
            adr.wrapping_mul(self.bytes() as u64)
        } else {
            adr
        }
    }

    /// The bits of an address in bytes that ADR has.
    pub(super) fn address_bits(&self) -> u64 {
        let width = self.adr.width();
        let bits = if width >= 64 {
            u64::MAX
        } else {
            (1 << width) - 1
        };
        self.address_of(bits)
    }

    /// Why a request does not fit.
    pub(super) fn refuses(&self, request: &Request) -> Option<String> {
        let bus = self.bus();
        let fits = |value: u64, width: u32| width >= 64 || value >> width == 0;
        let (address, data) = (self.adr.width(), self.dat_w.width());
        let select = request.select.unwrap_or(self.all_bytes());
        if self.counts_words && !request.address.is_multiple_of(self.bytes() as u64) {
            return Some(format!(
                "the address {:#x} is not a multiple of {} bytes: `{bus}` counts words",
                request.address,
                self.bytes()
            ));
        }
        if !fits(self.adr_of(request.address), address) {
            return Some(format!(
                "the address {:#x} does not fit the {address} bits of `{bus}`",
                request.address
            ));
        }
        if !fits(request.write.unwrap_or(0), data) {
            return Some(format!("the data does not fit the {data} bits of `{bus}`"));
        }
        if select & !self.all_bytes() != 0 {
            return Some(format!(
                "SEL {select:#b} does not fit the {} bytes of `{bus}`",
                self.bytes()
            ));
        }
        (self.sel.is_none() && select != self.all_bytes())
            .then(|| format!("SEL {select:#b}, and `{bus}` has no SEL"))
    }

    pub(super) fn is_in_cycle(&self) -> Result<bool> {
        self.bit(&self.cyc, "WB_CYC_X", "CYC")
    }

    /// Whether STB is 1, in a cycle.
    pub(super) fn is_asked(&self) -> Result<bool> {
        self.bit(&self.stb, "WB_STB_X", "STB")
    }

    pub(super) fn is_stalled(&self) -> Result<bool> {
        match &self.stall {
            Some(signal) => self.bit(signal, "WB_STALL_X", "STALL"),
            None => Ok(false),
        }
    }

    /// The termination at this edge; the first, where a subordinate gives several.
    pub(super) fn termination(&self) -> Result<Option<Termination>> {
        let of = |signal: &Option<Signal<Logic>>, rule, name| match signal {
            Some(signal) => self.bit(signal, rule, name),
            None => Ok(false),
        };
        let ack = self.bit(&self.ack, "WB_ACK_X", "ACK")?;
        let err = of(&self.err, "WB_ERR_X", "ERR")?;
        let rty = of(&self.rty, "WB_RTY_X", "RTY")?;
        Ok(match (ack, err, rty) {
            (_, true, _) => Some(Termination::Err),
            (_, _, true) => Some(Termination::Rty),
            (true, _, _) => Some(Termination::Ack),
            _ => None,
        })
    }

    /// The request at this edge; bytes that are not selected are 0.
    pub(super) fn request(&self) -> Result<Request> {
        let adr = self.word(self.adr, u64::MAX, "WB_3.60_ADR_X", "ADR")?;
        let writes = self.bit(&self.we, "WB_3.60_WE_X", "WE")?;
        let select = match self.sel {
            Some(signal) => Some(self.byte(signal, "WB_3.60_SEL_X", "SEL")?),
            None => None,
        };
        let mask = mask_of(select.unwrap_or(self.all_bytes()));
        let write = if writes {
            Some(self.word(self.dat_w, mask, "WB_3.60_DAT_X", "what is written")?)
        } else {
            None
        };
        Ok(Request {
            address: self.address_of(adr),
            write,
            select,
        })
    }

    /// CTI and BTE at this edge; 0 if the bus lacks them.
    pub(super) fn tags(&self) -> Result<(u8, u8)> {
        let byte = |signal: Option<_>, rule, name| {
            signal.map_or(Ok(0), |signal| self.byte(signal, rule, name))
        };
        let cti = byte(self.cti, "WB_3.60_CTI_X", "CTI")?;
        let bte = match cti {
            INCREMENTING => byte(self.bte, "WB_3.60_BTE_X", "BTE")?,
            _ => 0, // it means nothing there
        };
        Ok((cti, bte))
    }

    /// The answer to a request that is terminated at this edge.
    pub(super) fn answer(&self, request: &Request, termination: Termination) -> Result<Answer> {
        let data = if request.write.is_none() && termination == Termination::Ack {
            let mask = mask_of(request.select.unwrap_or(self.all_bytes()));
            self.word(self.dat_r, mask, "WB_3.65_DAT_X", "what is read")?
        } else {
            0
        };
        Ok(Answer { data, termination })
    }
}

impl Known for Signals {
    fn bus(&self) -> &'static str {
        self.bus()
    }
}
