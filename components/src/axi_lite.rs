//! AXI4-Lite (ARM IHI 0022, part B): manager, subordinate, monitor, checker.
//!
//! The data has 32 or 64 bits. WSTRB, AWPROT, ARPROT, BRESP and RRESP may be missing: all bytes are written
//! then, and every response is OKAY.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::axi_lite::{self, Checker, Manager, Response};
//!
//! #[derive(Dut)]
//! struct Registers {
//!     aclk: Signal<bool>,
//!     aresetn: Signal<bool>,
//!     #[dut(prefix = "s_axi_")] // s_axi_awvalid, s_axi_awready, s_axi_awaddr, …
//!     bus: axi_lite::Signals,
//! }
//!
//! #[verifork::test]
//! async fn control_is_written_and_read(dut: Registers) -> Result {
//!     let clocked = Clocked::new(&dut.aclk, 10.ns()).reset_low(&dut.aresetn).start().await;
//!     scope(async |tm| {
//!         let bus = Manager::new(&dut.bus).start(tm, &clocked);
//!         Checker::new(&dut.bus).start(tm, &clocked);
//!         bus.write(0x04, 0x1234_5678).await?; // an error unless it is answered OKAY
//!         ensure!(bus.read(0x04).await? == 0x1234_5678);
//!         let (response, _) = bus.read_response(0x40).await?;
//!         ensure!(response == Response::DecErr);
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! The subordinate answers from a [`Memory`](crate::memory::Memory), or from anything that is a [`Target`].
//!
//! # Rules
//!
//! The [`Checker`] knows these; [`RULES`] lists them one by one. The names are those of ARM's guide DUI 0534B for
//! AXI4, with the prefix `AXI4LITE`; those marked with an asterisk are ours.
//!
//! | rule | demands |
//! |---|---|
//! | `AXI4LITE_ERRM_AWVALID_STABLE`, and so for W, AR (`ERRM`), B, R (`ERRS`) | VALID stays 1 until READY is 1 |
//! | `AXI4LITE_ERRM_AWVALID_RESET`, and so for W, AR, B, R | VALID is 0 at the first edge after a reset |
//! | `AXI4LITE_ERRM_AWVALID_X`, `AXI4LITE_ERRS_AWREADY_X`, and so for W, AR, B, R | the signal is 0 or 1, unless in reset |
//! | `AXI4LITE_ERRM_AWADDR_STABLE`, `…_AWPROT_…`, `…_WDATA_…`, `…_WSTRB_…`, `…_ARADDR_…`, `…_ARPROT_…`, `AXI4LITE_ERRS_BRESP_STABLE`, `…_RDATA_…`, `…_RRESP_…` | the signal does not change while VALID is 1 and READY is 0 |
//! | the same with `_X` | the signal is known while VALID is 1; of WDATA, the bytes that are written |
//! | `AXI4LITE_RECS_AWREADY_MAX_WAIT`, and so for W, AR (`RECS`), B, R (`RECM`) | READY is 1 within [`max_wait`](Checker::max_wait) cycles of VALID, if that is set |
//! | `AXI4LITE_ERRS_BRESP_AW`, `AXI4LITE_ERRS_BRESP_WLAST` | a write is answered after its address and its data |
//! | `AXI4LITE_ERRS_RDATA_AR`* | a read is answered after its address |
//! | `AXI4LITE_ERRS_BRESP_EXOKAY`, `AXI4LITE_ERRS_RRESP_EXOKAY` | nothing is answered EXOKAY |
//! | `AXI4LITE_ERRS_BRESP_ALL_DONE_EOS`, `AXI4LITE_ERRS_RDATA_ALL_DONE_EOS`* | at the end every access is answered |
//!
//! The manager's accesses that a reset interrupts are errors, or are made again after it:
//! [`on_reset`](Manager::on_reset).

mod checker;
mod manager;
mod monitor;
mod rules;
mod signals;
mod subordinate;

pub use crate::axi_common::{Channel, Response};
pub use checker::Checker;
pub use manager::{Manager, RunningManager};
pub use monitor::{Monitor, Read, RunningMonitor, Write};
pub use rules::RULES;
pub use signals::Signals;
pub use subordinate::{Subordinate, Target};
