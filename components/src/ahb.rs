//! AHB-Lite (ARM IHI 0033): manager, subordinate, monitor, checker.
//!
//! The data has 8, 16, 32, … or 1024 bits: data to write and read is a [`Word`], made from a `u64` or from bytes.
//! HSIZE, HBURST, HPROT, HMASTLOCK, HSEL, HREADYOUT and HRESP may be missing: transfers are as wide as the data
//! then, and single, and nothing fails.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::ahb::{self, Burst, Checker, Manager, Request};
//!
//! #[derive(Dut)]
//! struct Ram {
//!     hclk: Signal<bool>,
//!     hresetn: Signal<bool>,
//!     #[dut(prefix = "")] // haddr, htrans, …
//!     bus: ahb::Signals,
//! }
//!
//! #[verifork::test]
//! async fn words_are_written_and_read(dut: Ram) -> Result {
//!     let clocked = Clocked::new(&dut.hclk, 10.ns()).reset_low(&dut.hresetn).start().await;
//!     scope(async |tm| {
//!         let bus = Manager::new(&dut.bus).start(tm, &clocked);
//!         Checker::new(&dut.bus).max_wait(16).start(tm, &clocked);
//!         bus.write(0x10, 0x1234_5678).await?; // an error with ERROR
//!         let byte = bus.access(Request::read(0x12).bytes(1)).await?;
//!         ensure!(byte.data == [0x34]);
//!         bus.access(Request::write_burst(0x20, Burst::Incr4, [1, 2, 3, 4])).await?;
//!         let read = bus.access(Request::read_burst(0x28, Burst::Wrap4)).await?;
//!         ensure!(read.data == [3, 4, 1, 2]);
//!         let any = Request::read_burst(0x20, Burst::Incr).beats(3);
//!         ensure!(bus.access(any).await?.data == [1, 2, 3]);
//!         ensure!(!bus.access(Request::read(0xfffc)).await?.is_okay(), "nothing is there");
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
//! | `AHB_ERRM_HTRANS_RESET` | HTRANS is IDLE at the first edge after a reset |
//! | `AHB_ERRM_HTRANS_X` | HTRANS is known |
//! | `AHB_ERRM_HADDR_X`, `…_HWRITE_X`, `…_HSIZE_X`, `…_HBURST_X`, `…_HPROT_X` | the signal is known unless HTRANS is IDLE |
//! | `AHB_ERRM_HWDATA_X`, `AHB_ERRS_HRDATA_X` | the lanes in use are known: of HWDATA in the data phase, of HRDATA at its end without error |
//! | `AHB_ERRS_HREADY_X`, `AHB_ERRS_HRESP_X` | the signal is 0 or 1 |
//! | `AHB_ERRM_HTRANS_STABLE` | while HREADY is 0, HTRANS changes from IDLE, from BUSY, and to IDLE with an error only (3.6) |
//! | `AHB_ERRM_HADDR_STABLE`, `…_HWRITE_…`, `…_HSIZE_…`, `…_HBURST_…`, `…_HPROT_…` | the signal does not change while HREADY is 0 and a transfer is asked for |
//! | `AHB_ERRM_HWDATA_STABLE` | HWDATA does not change while HREADY is 0 in the data phase |
//! | `AHB_ERRM_HSIZE_WIDTH`, `AHB_ERRM_HADDR_ALIGNED` | a transfer is not wider than the data, and HADDR a multiple of its bytes |
//! | `AHB_ERRM_HTRANS_BURST` | SEQ and BUSY come inside of a burst, after NONSEQ and before its end |
//! | `AHB_ERRM_HADDR_BURST` | HADDR goes on in a burst as HBURST and HSIZE say |
//! | `AHB_ERRM_HWRITE_BURST`, `…_HSIZE_…`, `…_HBURST_…`, `…_HPROT_…` | the signal does not change in a burst |
//! | `AHB_ERRM_BURST_LENGTH` | a burst of 4, 8 or 16 has as many transfers, unless one has ended with an error |
//! | `AHB_ERRM_BURST_1KB` | a burst does not cross a boundary of 1 KB |
//! | `AHB_ERRS_HREADY_IDLE` | IDLE and BUSY are answered with OKAY, without a wait |
//! | `AHB_ERRS_HRESP_FIRST`, `AHB_ERRS_HRESP_SECOND` | an error has two cycles: HREADY is 0 in the first, 1 in the second |
//! | `AHB_RECS_HREADY_MAX_WAIT` | a transfer waits for no more than [`max_wait`](Checker::max_wait) cycles, if that is set |
//! | `AHB_ERRS_ALL_DONE_EOS` | at the end no transfer is under way |

mod checker;
mod manager;
mod monitor;
mod rules;
mod signals;
mod subordinate;
mod transfer;
mod word;

pub use checker::Checker;
pub use manager::{Manager, RunningManager};
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use rules::RULES;
pub use signals::Signals;
pub use subordinate::Subordinate;
pub use transfer::{Answer, Burst, Request};
pub use word::Word;
