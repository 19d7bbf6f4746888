//! AXI4 (ARM IHI 0022, part A): manager, subordinate, monitor, checker.
//!
//! The data has 8, 16, 32, … or 1024 bits. Optional signals of the protocol may be missing, and then have their
//! defaults: IDs, USER, QOS, REGION, LEN (one beat), SIZE (as wide as the data), BURST (INCR), and so on. A bus
//! that only writes is bound as [`WriteSignals`], one that only reads as [`ReadSignals`].
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::axi::{self, Burst, Checker, Manager, Response};
//! use verifork_components::Clocked;
//!
//! #[derive(Dut)]
//! struct Ram {
//!     aclk: Signal<bool>,
//!     aresetn: Signal<bool>,
//!     #[dut(prefix = "s_axi_")] // s_axi_awvalid, s_axi_awready, s_axi_awaddr, …
//!     bus: axi::Signals,
//! }
//!
//! #[verifork::test]
//! async fn what_is_written_is_read(dut: Ram) -> Result {
//!     let clocked = Clocked::new(&dut.aclk, 10.ns()).reset_low(&dut.aresetn).start().await;
//!     scope(async |tm| {
//!         let bus = Manager::new(&dut.bus).start(tm, &clocked);
//!         Checker::new(&dut.bus).start(tm, &clocked);
//!         // Of any length: in bursts that do not cross 4 KB. An error unless all are answered OKAY.
//!         bus.write(0x0ff0, &[7; 100]).await?;
//!         ensure!(bus.read(0x0ff0, 100).await? == [7; 100]);
//!         // Or burst by burst.
//!         let burst = Burst::wrap(0x38, 4, 8).id(3).qos(1);
//!         let answer = bus.write_burst(burst.clone(), [1; 32]).await?;
//!         ensure!(answer.response == Response::Okay);
//!         ensure!(bus.read_burst(burst).await?.data == [1; 32]);
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! The subordinate answers from a [`Memory`](crate::memory::Memory) or any other [`Target`], in a selectable
//! [`Order`], and supports exclusive accesses. [Functions](Subordinate::buser) compute BUSER and RUSER. [`Burst`]
//! computes the bytes of each beat, and [`split`] the bursts of an access of any length.
//!
//! # Rules
//!
//! The [`Checker`] checks these; [`RULES`] lists them one by one. The names are those of ARM's guide DUI 0534B. The
//! rules of the low-power interface, whose signals do not belong to the bus, are left out, and so are the ties of
//! signals with width 0, which are `None` here.
//!
//! | rule | demands |
//! |---|---|
//! | `AXI4_ERRM_AWVALID_STABLE`, and so for W, AR (`ERRM`), B, R (`ERRS`) | VALID stays 1 until READY is 1 |
//! | `AXI4_ERRM_AWVALID_RESET`, and so for W, AR, B, R | VALID is 0 at the first edge after a reset |
//! | `AXI4_ERRM_AWVALID_X`, `AXI4_ERRS_AWREADY_X`, and so for W, AR, B, R | the signal is 0 or 1, unless in reset |
//! | `AXI4_ERRM_AWADDR_STABLE`, and so for every other signal | it does not change while VALID is 1 and READY is 0 |
//! | `AXI4_ERRM_AWADDR_X`, and so for every other signal | it is known while VALID is 1; of WDATA and RDATA, the bytes that are used |
//! | `AXI4_RECS_AWREADY_MAX_WAIT`, and so for W, AR (`RECS`), B, R (`RECM`) | READY is 1 within [`max_wait`](Checker::max_wait) cycles of VALID, if that is set |
//! | `AXI4_ERRM_AWADDR_BOUNDARY`, and so for each of these with AR | a burst does not cross a boundary of 4 KB |
//! | `AXI4_ERRM_AWADDR_WRAP_ALIGN`, `AXI4_ERRM_AWLEN_WRAP` | the address of a WRAP burst is a multiple of the bytes of a beat; it has 2, 4, 8 or 16 beats |
//! | `AXI4_ERRM_AWLEN_FIXED`, `AXI4_ERRM_AWLEN_LOCK` | a FIXED burst, and an exclusive one, has at most 16 beats |
//! | `AXI4_ERRM_AWBURST`, `AXI4_ERRM_AWCACHE` | the value is not reserved |
//! | `AXI4_ERRM_AWSIZE` | a beat is no wider than the data |
//! | `AXI4_ERRM_WDATA_NUM`, `AXI4_ERRS_RDATA_NUM` | LAST comes with the beat that LEN says, and with no other |
//! | `AXI4_ERRM_WSTRB` | only bytes of the beat have strobes |
//! | `AXI4_ERRS_BRESP_AW`, `AXI4_ERRS_BRESP_WLAST` | a write is answered after its address and its last beat |
//! | `AXI4_ERRS_RID` | data has the ID of a read that is under way |
//! | `AXI4_ERRS_BRESP_EXOKAY`, `AXI4_ERRS_RRESP_EXOKAY` | only exclusive accesses are answered EXOKAY |
//! | `AXI4_ERRM_EXCL_ALIGN`, `AXI4_ERRM_EXCL_LEN`, `AXI4_ERRM_EXCL_MAX` | an exclusive access is aligned to its bytes, which are a power of two and at most 128 |
//! | `AXI4_RECM_EXCL_PAIR`, `AXI4_RECM_EXCL_MATCH` | an exclusive write follows an exclusive read with its ID, and is like it |
//! | `AXI4_ERRS_BRESP_ALL_DONE_EOS`, `AXI4_ERRS_RLAST_ALL_DONE_EOS` | at the end every access is answered |
//! | `AXI4_AUX_DATA_WIDTH`, `AXI4_AUX_ADDR_WIDTH`, `AXI4_AUX_ID_WIDTH` | widths fit the protocol and each other: every component refuses others when it is started |
//!
//! The manager refuses bursts that break a rule too: the error is at the caller's line and has the rule's name.

mod access;
mod address;
mod burst;
mod bus;
mod checker;
mod data;
mod exclusive;
mod manager;
mod monitor;
mod rules;
mod signals;
mod subordinate;
mod users;
mod widths;

pub use crate::axi_common::{Channel, Response};
pub use access::{ReadAnswer, WriteAnswer, WriteData};
pub use burst::{Burst, BurstType, split};
pub use bus::Bus;
pub use checker::Checker;
pub use manager::{Manager, RunningManager};
pub use monitor::{Monitor, Read, RunningMonitor, Write};
pub use rules::RULES;
pub use signals::{
    AddressSignals, ReadDataSignals, ReadSignals, ResponseSignals, Signals, WriteDataSignals,
    WriteSignals,
};
pub use subordinate::{Order, Subordinate, Target};
pub use users::{AnsweredRead, AnsweredWrite};
