//! APB 3 and 4 (ARM IHI 0024): manager, subordinate, monitor, checker.
//!
//! The data has 8, 16 or 32 bits, as the specification has it. PREADY, PSLVERR, PSTRB and PPROT may be missing: a transfer does not wait
//! then, has no error, writes all bytes.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::apb::{self, Checker, Manager};
//!
//! #[derive(Dut)]
//! struct Timer {
//!     pclk: Signal<bool>,
//!     presetn: Signal<bool>,
//!     #[dut(prefix = "")] // psel, penable, paddr, …
//!     bus: apb::Signals,
//! }
//!
//! #[verifork::test]
//! async fn load_is_written_and_read(dut: Timer) -> Result {
//!     let clocked = Clocked::new(&dut.pclk, 10.ns()).reset_low(&dut.presetn).start().await;
//!     scope(async |tm| {
//!         let bus = Manager::new(&dut.bus).start(tm, &clocked);
//!         Checker::new(&dut.bus).max_wait(16).start(tm, &clocked);
//!         bus.write(0x0, 1000).await?; // an error with PSLVERR
//!         ensure!(bus.read(0x0).await? == 1000);
//!         ensure!(bus.access(apb::Request::read(0xffc)).await?.error, "nothing is there");
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! The subordinate answers from a [`Memory`](crate::memory::Memory), or from anything that is a
//! [`Target`](crate::axi_lite::Target).
//!
//! # Rules
//!
//! The names are ours, made as those of ARM's guides for AXI are. The [`Checker`] knows them; [`RULES`] lists
//! them one by one.
//!
//! | rule | demands |
//! |---|---|
//! | `APB_ERRM_PENABLE_SETUP` | PENABLE is 0 in the first cycle of a transfer |
//! | `APB_ERRM_PENABLE_ACCESS` | PENABLE is 1 from the second cycle of a transfer on |
//! | `APB_ERRM_PSEL_STABLE` | PSEL stays 1 until PREADY |
//! | `APB_ERRM_PADDR_STABLE`, `…_PWRITE_…`, `…_PWDATA_…` (of writes), `…_PSTRB_…`, `…_PPROT_…` | the signal does not change until PREADY |
//! | `APB_ERRM_PSEL_X`, `APB_ERRM_PENABLE_X` | the signal is 0 or 1, PENABLE while PSEL is 1 |
//! | `APB_ERRM_PADDR_X`, `…_PWRITE_X`, `…_PWDATA_X` (bytes that are written), `…_PSTRB_X`, `…_PPROT_X` | the signal is known while PSEL is 1 |
//! | `APB_ERRS_PREADY_X` | PREADY is 0 or 1 while PENABLE is 1 |
//! | `APB_ERRS_PSLVERR_X`, `APB_ERRS_PRDATA_X` (of reads without error) | the signal is known at the end of a transfer |
//! | `APB_ERRM_PSTRB_READ` | PSTRB is 0 in a read |
//! | `APB_ERRM_PSEL_RESET` | PSEL is 0 at the first edge after a reset |
//! | `APB_RECS_PREADY_MAX_WAIT` | a transfer waits for no more than [`max_wait`](Checker::max_wait) cycles, if that is set |
//! | `APB_ERRS_ALL_DONE_EOS` | at the end no transfer is under way |

mod checker;
mod manager;
mod monitor;
mod rules;
mod signals;
mod subordinate;

pub use checker::Checker;
pub use manager::{Manager, RunningManager};
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use rules::RULES;
pub use signals::{Answer, Request, Signals};
pub use subordinate::Subordinate;
