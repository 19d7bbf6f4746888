//! The signals of the bus.

use std::ops::Range;

use verifork::Result;
use verifork::dut::{Dut, Signal, SignalValue};
use verifork::value::{Logic, LogicValue, LogicVec};

use super::burst::{Burst, Kind};
use super::rules::{self, AddressRules, SignalRules};
use crate::Clocked;
use crate::axi_common::{Channel, Response};
use crate::handshake::{HandshakeRules, Wires, bus_of};
use crate::lanes::{strobes_of, unknown_lanes};
use crate::violation::Violation;

/// The signals of an AXI4 bus, by their names below a prefix: `awvalid`, `awaddr`, … are [`aw`](Self::aw)'s.
/// Those that are an `Option` may be missing.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "s_axi_")]
///     bus: axi::Signals,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct Signals {
    /// Addresses of writes.
    #[dut(prefix = "aw")]
    pub aw: AddressSignals,
    /// Data of writes.
    #[dut(prefix = "w")]
    pub w: WriteDataSignals,
    /// Responses to writes.
    #[dut(prefix = "b")]
    pub b: ResponseSignals,
    /// Addresses of reads.
    #[dut(prefix = "ar")]
    pub ar: AddressSignals,
    /// Data of reads.
    #[dut(prefix = "r")]
    pub r: ReadDataSignals,
}

/// The signals of a bus that only writes.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// /// The half of a DMA that writes.
/// #[derive(Dut)]
/// struct Dma {
///     #[dut(prefix = "m_axi_")]
///     bus: axi::WriteSignals,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct WriteSignals {
    /// Addresses of writes.
    #[dut(prefix = "aw")]
    pub aw: AddressSignals,
    /// Data of writes.
    #[dut(prefix = "w")]
    pub w: WriteDataSignals,
    /// Responses to writes.
    #[dut(prefix = "b")]
    pub b: ResponseSignals,
}

/// The signals of a bus that only reads.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::axi;
///
/// /// An instruction fetch, which never writes.
/// #[derive(Dut)]
/// struct Fetch {
///     #[dut(prefix = "m_axi_")]
///     bus: axi::ReadSignals,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct ReadSignals {
    /// Addresses of reads.
    #[dut(prefix = "ar")]
    pub ar: AddressSignals,
    /// Data of reads.
    #[dut(prefix = "r")]
    pub r: ReadDataSignals,
}

/// A channel of addresses. What is missing has the protocol's default: one beat, as wide as the data, INCR.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::AddressSignals;
/// # fn example(bus: &verifork_components::axi::Signals) -> Result {
/// let AddressSignals { valid, ready, qos, .. } = bus.ar;
/// log::info!("{} and {}, {} QoS", valid.path(), ready.path(), if qos.is_some() { "with" } else { "no" });
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct AddressSignals {
    pub valid: Signal<Logic>,
    pub ready: Signal<Logic>,
    #[dut(demands = "AXI4: AxADDR has 1 to 64 bits")]
    pub addr: Signal<u64>,
    #[dut(demands = "AXI4: an ID has up to 32 bits")]
    pub id: Option<Signal<u32>>,
    #[dut(demands = "AXI4: AxLEN has 8 bits")]
    pub len: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxSIZE has 3 bits")]
    pub size: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxBURST has 2 bits")]
    pub burst: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxLOCK has 1 bit")]
    pub lock: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxCACHE has 4 bits")]
    pub cache: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxPROT has 3 bits")]
    pub prot: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxQOS has 4 bits")]
    pub qos: Option<Signal<u8>>,
    #[dut(demands = "AXI4: AxREGION has 4 bits")]
    pub region: Option<Signal<u8>>,
    pub user: Option<Signal<LogicVec>>,
}

/// The channel of data of writes.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::WriteDataSignals;
/// # async fn example(bus: &verifork_components::axi::Signals) -> Result {
/// let w: WriteDataSignals = bus.w;
/// w.valid.wait_for(Logic::One).await;
/// log::info!("first word: {}", w.data.get());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct WriteDataSignals {
    pub valid: Signal<Logic>,
    pub ready: Signal<Logic>,
    pub data: Signal<LogicVec>,
    pub strb: Option<Signal<LogicVec>>,
    pub last: Option<Signal<Logic>>,
    pub user: Option<Signal<LogicVec>>,
}

/// The channel of responses to writes.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::ResponseSignals;
/// # async fn example(bus: &verifork_components::axi::Signals) -> Result {
/// let b: ResponseSignals = bus.b;
/// b.valid.rising_edges(16).await; // sixteen responses
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct ResponseSignals {
    pub valid: Signal<Logic>,
    pub ready: Signal<Logic>,
    #[dut(demands = "AXI4: an ID has up to 32 bits")]
    pub id: Option<Signal<u32>>,
    #[dut(demands = "AXI4: BRESP and RRESP have 2 bits")]
    pub resp: Option<Signal<u8>>,
    pub user: Option<Signal<LogicVec>>,
}

/// The channel of data of reads.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::ReadDataSignals;
/// # fn example(bus: &verifork_components::axi::Signals) -> Result {
/// let r: ReadDataSignals = bus.r;
/// log::info!("{} bits of data", r.data.width());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Dut)]
#[allow(missing_docs, reason = "they are the protocol's own names")]
pub struct ReadDataSignals {
    pub valid: Signal<Logic>,
    pub ready: Signal<Logic>,
    pub data: Signal<LogicVec>,
    #[dut(demands = "AXI4: an ID has up to 32 bits")]
    pub id: Option<Signal<u32>>,
    #[dut(demands = "AXI4: BRESP and RRESP have 2 bits")]
    pub resp: Option<Signal<u8>>,
    pub last: Option<Signal<Logic>>,
    pub user: Option<Signal<LogicVec>>,
}

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

/// The signals of a channel of addresses, in the order of their rules.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Addr,
    Id,
    Len,
    Size,
    Burst,
    Lock,
    Cache,
    Prot,
    Qos,
    Region,
    User,
}

pub(super) const FIELDS: [Field; 11] = [
    Field::Addr,
    Field::Id,
    Field::Len,
    Field::Size,
    Field::Burst,
    Field::Lock,
    Field::Cache,
    Field::Prot,
    Field::Qos,
    Field::Region,
    Field::User,
];

impl AddressSignals {
    pub(super) fn field(&self, field: Field) -> Option<Signal<LogicVec>> {
        let small = |signal: Option<Signal<u8>>| signal.map(|signal| signal.as_logic());
        match field {
            Field::Addr => Some(self.addr.as_logic()),
            Field::Id => self.id.map(|signal| signal.as_logic()),
            Field::Len => small(self.len),
            Field::Size => small(self.size),
            Field::Burst => small(self.burst),
            Field::Lock => small(self.lock),
            Field::Cache => small(self.cache),
            Field::Prot => small(self.prot),
            Field::Qos => small(self.qos),
            Field::Region => small(self.region),
            Field::User => self.user,
        }
    }

    /// Writes a burst that fits.
    pub(super) fn drive(&self, burst: &Burst) -> Result {
        self.addr.try_set(burst.address)?;
        if let Some(signal) = self.id {
            signal.try_set(burst.id)?;
        }
        let size = u8::try_from(burst.beat_bytes.trailing_zeros()).unwrap_or(0);
        for (signal, value) in [
            (
                self.len,
                u8::try_from(burst.beats.wrapping_sub(1)).unwrap_or(u8::MAX),
            ),
            (self.size, size),
            (self.burst, burst.kind.bits()),
            (self.lock, burst.exclusive.into()),
            (self.cache, burst.cache),
            (self.prot, burst.prot),
            (self.qos, burst.qos),
            (self.region, burst.region),
        ] {
            if let Some(signal) = signal {
                signal.try_set(value)?;
            }
        }
        drive_user(self.user, burst.user.as_ref())
    }

    /// Reads what is valid. What is unknown, and AWBURST 3, are broken rules.
    pub(super) fn sample(&self, bus: &Bus, rules: &AddressRules) -> Result<Burst> {
        let mut values = [None; 11];
        let mut user = None;
        for field in FIELDS {
            let Some(signal) = self.field(field) else {
                continue;
            };
            let value = signal.get();
            if value.has_unknown() {
                return Err(unknown(
                    &rules.signals[field as usize],
                    bus.name(),
                    &signal,
                    &value,
                ));
            }
            values[field as usize] = Some(value.value_word(0));
            if matches!(field, Field::User) {
                user = Some(value);
            }
        }
        decode(&values, bus.bytes())
            .map(|burst| Burst { user, ..burst })
            .map_err(|what| Violation::new(rules.burst, bus.name(), what).now().into())
    }
}

/// The burst that a channel's values make; what is missing has its default.
pub(super) fn decode(values: &[Option<u64>; 11], bus_bytes: usize) -> Result<Burst, String> {
    let value = |field: Field, default: u64| values[field as usize].unwrap_or(default);
    let small = |field, default| u8::try_from(value(field, default)).unwrap_or(u8::MAX);
    let kind = match value(Field::Burst, 1) {
        0 => Kind::Fixed,
        1 => Kind::Incr,
        2 => Kind::Wrap,
        other => return Err(format!("there is no kind {other} of bursts")),
    };
    let beats = u16::from(small(Field::Len, 0)) + 1;
    let bytes = 1_u8 << (small(Field::Size, bus_bytes.trailing_zeros().into()) & 7);
    let mut burst = Burst::incr(value(Field::Addr, 0), beats, bytes);
    burst.kind = kind;
    burst.id = u32::try_from(value(Field::Id, 0)).unwrap_or(u32::MAX);
    burst.exclusive = value(Field::Lock, 0) & 1 == 1;
    burst.cache = small(Field::Cache, 0);
    burst.prot = small(Field::Prot, 0);
    burst.qos = small(Field::Qos, 0);
    burst.region = small(Field::Region, 0);
    Ok(burst)
}

/// Writes what goes beside a transfer: 0 if nothing is given.
pub(super) fn drive_user(signal: Option<Signal<LogicVec>>, user: Option<&LogicVec>) -> Result {
    match (signal, user) {
        (None, _) => {}
        (Some(signal), Some(user)) => signal.try_set_from(user)?,
        (Some(signal), None) => signal.try_set(LogicVec::zeros(signal.width()))?,
    }
    Ok(())
}

/// What a small signal holds, or its default; unknown bits are a broken rule.
pub(super) fn small<T>(
    signal: Option<Signal<T>>,
    default: u32,
    rules: &SignalRules,
    bus: &str,
) -> Result<u32>
where
    T: SignalValue + LogicValue + Into<u32>,
{
    let Some(signal) = signal else {
        return Ok(default);
    };
    match signal.try_get() {
        Ok(value) => Ok(value.into()),
        Err(_) => {
            let signal = signal.as_logic();
            Err(unknown(rules, bus, &signal, &signal.get()))
        }
    }
}

/// The last beat, or not; `None` without the signal.
pub(super) fn last(
    signal: Option<Signal<Logic>>,
    rules: &SignalRules,
    bus: &str,
) -> Result<Option<bool>> {
    let Some(signal) = signal else {
        return Ok(None);
    };
    let value = signal.get();
    if value.is_unknown() {
        let signal = signal.as_logic();
        return Err(unknown(rules, bus, &signal, &signal.get()));
    }
    Ok(Some(value.is_one()))
}

#[cold]
pub(super) fn unknown(
    rules: &SignalRules,
    bus: &str,
    signal: &Signal<LogicVec>,
    value: &LogicVec,
) -> verifork::Error {
    let what = format!("{} must be known while it is valid", rules.name);
    Violation::new(rules.unknown, bus, what)
        .now()
        .signal(signal.path(), format_args!("is {value:x}"))
        .into()
}

impl ResponseSignals {
    /// The ID and the response.
    pub(super) fn sample(&self, bus: &str) -> Result<(u32, Response)> {
        let id = small(self.id, 0, &rules::BID, bus)?;
        let response = small(self.resp, 0, &rules::BRESP, bus)?;
        Ok((id, Response::of(response.to_le_bytes()[0])))
    }
}

impl ReadDataSignals {
    /// The ID and the response.
    pub(super) fn sample(&self, bus: &str) -> Result<(u32, Response)> {
        let id = small(self.id, 0, &rules::RID, bus)?;
        let response = small(self.resp, 0, &rules::RRESP, bus)?;
        Ok((id, Response::of(response.to_le_bytes()[0])))
    }
}

/// The bytes of a beat, on its way to or from a signal.
pub(super) struct Lanes {
    pub(super) bytes: [u8; 128],
    value: LogicVec,
}

impl Lanes {
    pub(super) fn new(bus_bytes: usize) -> Self {
        let width = u32::try_from(8 * bus_bytes).unwrap_or(1024);
        Lanes {
            bytes: [0; 128],
            value: LogicVec::zeros(width),
        }
    }

    /// Writes the bytes of these lanes, and 0 to all others.
    pub(super) fn drive(
        &mut self,
        signal: &Signal<LogicVec>,
        lanes: Range<usize>,
        bytes: &[u8],
    ) -> Result {
        self.bytes.fill(0);
        self.bytes[lanes].copy_from_slice(bytes);
        let bytes = &self.bytes;
        self.value.assign_planes(signal.width(), |word| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[8 * word..][..8]);
            (u64::from_le_bytes(eight), 0)
        });
        Ok(signal.try_set_from(&self.value)?)
    }

    /// Reads all lanes; those that `needed` has a bit for must be known.
    pub(super) fn sample(
        &mut self,
        signal: &Signal<LogicVec>,
        needed: u128,
        rules: &SignalRules,
        bus: &str,
    ) -> Result {
        signal.get_into(&mut self.value)?;
        if unknown_lanes(&self.value) & needed != 0 {
            return Err(unknown(rules, bus, signal, &self.value));
        }
        for (word, eight) in self
            .bytes
            .chunks_exact_mut(8)
            .enumerate()
            .take(self.value.word_count())
        {
            // An unknown bit of a byte that means nothing is a 0.
            let known = self.value.value_word(word) & !self.value.unknown_word(word);
            eight.copy_from_slice(&known.to_le_bytes());
        }
        Ok(())
    }
}

/// The words of a value of 128 bits.
pub(super) fn words(value: u128) -> [u64; 2] {
    [value, value >> 64].map(|bits| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or(0))
}

/// The bits of a value of at most 128.
pub(super) fn wide(value: &LogicVec) -> u128 {
    let high = if value.word_count() > 1 {
        value.value_word(1)
    } else {
        0
    };
    u128::from(high) << 64 | u128::from(value.value_word(0))
}

/// WSTRB.
pub(super) fn strobes(
    signal: Option<Signal<LogicVec>>,
    value: &mut LogicVec,
    bus: &Bus,
) -> Result<u128> {
    let Some(signal) = signal else {
        return Ok(strobes_of(0..bus.bytes()));
    };
    signal.get_into(value)?;
    if value.has_unknown() {
        return Err(unknown(&rules::WSTRB, bus.name(), &signal, value));
    }
    Ok(wide(value))
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
