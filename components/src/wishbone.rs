//! Wishbone B4, standard ("classic") and pipelined: manager, subordinate, monitor, checker.
//!
//! The data has 8, 16, 32 or 64 bits, as in the specification. SEL, ERR, RTY, STALL, CTI, BTE and LOCK may be missing:
//! all bytes are selected then, nothing fails or stalls, and bursts are not announced. A bus with STALL is pipelined, unless
//! [`classic`](Signals::classic) says otherwise; [`word_addresses`](Signals::word_addresses) are a choice too.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::wishbone::{self, Burst, Checker, Manager, Request, Termination};
//!
//! #[derive(Dut)]
//! struct Ram {
//!     clk_i: Signal<bool>,
//!     rst_i: Signal<bool>,
//!     #[dut(prefix = "wb_")] // wb_cyc_i, wb_stb_i, …, wb_ack_o; or wb_cyc, wb_stb, …
//!     bus: wishbone::Signals,
//! }
//!
//! #[verifork::test]
//! async fn words_are_written_and_read(dut: Ram) -> Result {
//!     let clocked = Clocked::new(&dut.clk_i, 10.ns()).reset_high(&dut.rst_i).start().await;
//!     scope(async |tm| {
//!         let bus = Manager::new(&dut.bus).retries(3).start(tm, &clocked);
//!         Checker::new(&dut.bus).max_wait(16).start(tm, &clocked);
//!         bus.write(0x10, 0x1234_5678).await?; // an error with ERR, or with RTY for the fourth time
//!         ensure!(bus.read(0x10).await? == 0x1234_5678);
//!         let before = bus.modify(0x10, |word| word + 1).await?; // a RMW cycle
//!         bus.write_burst(0x20, &[1, 2, 3, 4], Burst::Linear).await?;
//!         ensure!(bus.read_burst(0x28, 4, Burst::Wrap4).await? == [3, 4, 1, 2]);
//!         let answer = bus.access(Request::read(0xfffc).select(0b0011)).await?;
//!         ensure!(answer.termination == Termination::Err, "nothing is there");
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
//! The names contain the rule's number in revision B4, whose chapters 3 (classic and pipelined cycles) and 4 (CTI
//! and BTE) have kept the numbers of B3; names without a number are ours. Rules 3.57 to 3.59 of B4 define when a
//! pipelined access is requested and answered. Their consequences are listed under 3.35, which requires the same of
//! standard cycles. The [`Checker`] checks all rules; [`RULES`] lists them one by one.
//!
//! | rule | demands |
//! |---|---|
//! | `WB_3.20_CYC_RESET`, `WB_3.20_STB_RESET` | the signal is 0 from the edge after the first in a reset on, to the first edge after it |
//! | `WB_3.25_CYC` | STB is 1 only while CYC is 1 |
//! | `WB_3.25_CYC_STABLE` | CYC stays 1 until all that was asked for in the cycle is terminated |
//! | `WB_3.35_ASKED` (pipelined) | there are no more terminations than accesses were asked for |
//! | `WB_3.45_ONE_TERMINATION` | no two of ACK, ERR and RTY are 1 |
//! | `WB_3.50_NEGATED` (standard) | ACK, ERR and RTY are 0 while nothing is asked for, except in a burst (PERMISSION 4.20) |
//! | `WB_3.60_ADR_STABLE`, `…_WE_…`, `…_SEL_…`, `…_DAT_…` (of writes), `…_CTI_…`, `…_BTE_…` | the signal does not change while STB waits |
//! | `WB_3.60_ADR_X`, `…_WE_X`, `…_SEL_X`, `…_DAT_X` (selected bytes of writes), `…_CTI_X`, `…_BTE_X` | the signal is known while STB is 1 |
//! | `WB_3.65_DAT_X` | selected bytes of what is read are known with ACK |
//! | `WB_3.75_STB_STABLE` | STB stays 1 until the access is terminated; pipelined: until it is taken |
//! | `WB_4.05_CTI_RESERVED` | CTI is 000, 001, 010 or 111 |
//! | `WB_4.30_END_OF_BURST` | the last access of a burst has the CTI 111, and the others have that of the first |
//! | `WB_4.35_CONSTANT_ADR`, `…_WE`, `…_SEL` | the signal does not change in a burst at a constant address |
//! | `WB_4.40_INCREMENT_ADR` | ADR is incremented in an incrementing burst, and wraps where BTE says so |
//! | `WB_4.40_INCREMENT_WE`, `…_SEL`, `…_BTE` | the signal does not change in an incrementing burst |
//! | `WB_CYC_X`, `WB_STB_X`, `WB_ACK_X`, `WB_ERR_X`, `WB_RTY_X`, `WB_STALL_X` | the signal is 0 or 1: CYC always, STALL (pipelined) while STB is 1, the others while CYC is |
//! | `WB_REC_3.10_MAX_WAIT` | an access waits for no more than [`max_wait`](Checker::max_wait) cycles, if that is set |
//! | `WB_ALL_DONE_EOS` | at the end no access is under way |
//!
//! A burst that ends with ERR or RTY may be abandoned. For a subordinate that holds ACK at 1 (PERMISSION 3.35),
//! [`ignore`](Checker::ignore) `WB_3.50_NEGATED`.

mod checker;
mod manager;
mod monitor;
mod request;
mod rules;
mod signals;
mod subordinate;

pub use checker::Checker;
pub use manager::{Manager, RunningManager};
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use request::{Answer, Burst, Request, Termination};
pub use rules::RULES;
pub use signals::Signals;
pub use subordinate::Subordinate;
