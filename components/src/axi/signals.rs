//! The signals of the bus.

use verifork::dut::{Dut, Signal};
use verifork::value::{Logic, LogicVec};

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

/// A channel of addresses. Missing signals have the protocol's defaults: one beat, as wide as the data, INCR.
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
