//! AXI4-Stream (ARM IHI 0051): source, sink, monitor of frames and beats, checker.
//!
//! TDATA has 8 to 1024 bits; every signal but TVALID may be missing. Beats of frames with another TID or
//! TDEST may be mixed. Position bytes and null bytes are there: [`ByteKind`].
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::axi_stream::{self, Checker, Frame, Monitor, Sink, Source};
//! use verifork_components::{Clocked, Pauses, Scoreboard};
//!
//! #[derive(Dut)]
//! struct Fifo {
//!     aclk: Signal<bool>,
//!     aresetn: Signal<bool>,
//!     #[dut(prefix = "s_axis_")]
//!     input: axi_stream::Signals,
//!     #[dut(prefix = "m_axis_")]
//!     output: axi_stream::Signals,
//! }
//!
//! #[verifork::test(cases(full_speed = Pauses::none(), stalls = Pauses::random(0.3)))]
//! async fn frames_come_through(dut: Fifo, test: Test, pauses: Pauses) -> Result {
//!     let clocked = Clocked::new(&dut.aclk, 10.ns()).reset_low(&dut.aresetn).start().await;
//!     let frames = Scoreboard::in_order("frames");
//!     let mut rng = test.rng();
//!     scope(async |tm| {
//!         let source = Source::new(&dut.input).pauses(&pauses).start(tm, &clocked);
//!         let sink = Sink::new(&dut.output).pauses(&pauses).start(tm, &clocked);
//!         Checker::new(&dut.output).start(tm, &clocked);
//!         for _ in 0..100 {
//!             let mut bytes = vec![0; rng.random_range(1..=64)];
//!             rng.fill_bytes(&mut bytes);
//!             let frame = Frame::new(bytes);
//!             frames.expect(frame.clone());
//!             source.send(frame).await?; // accepted into the queue
//!         }
//!         for _ in 0..100 {
//!             frames.observe(sink.recv().await?)?;
//!         }
//!         Ok(())
//!     })
//!     .await?;
//!     frames.finish()
//! }
//! # fn main() {}
//! ```
//!
//! # Rules
//!
//! The [`Checker`] knows these, by the names of ARM's guide DUI 0534B; [`RULES`] lists them:
//!
//! | rule | demands |
//! |---|---|
//! | `AXI4STREAM_ERRM_TVALID_RESET` | TVALID is 0 at the first edge after a reset |
//! | `AXI4STREAM_ERRM_TVALID_STABLE` | TVALID stays 1 until TREADY is 1 |
//! | `AXI4STREAM_ERRM_TDATA_STABLE`, `…_TKEEP_STABLE`, `…_TSTRB_STABLE`, `…_TLAST_STABLE`, `…_TID_STABLE`, `…_TDEST_STABLE`, `…_TUSER_STABLE` | the signal does not change while TVALID is 1 and TREADY is 0 |
//! | `AXI4STREAM_RECS_TREADY_MAX_WAIT` | TREADY is 1 within [`max_wait`](Checker::max_wait) cycles of TVALID, if that is set |
//! | `AXI4STREAM_ERRM_TVALID_X`, `AXI4STREAM_ERRS_TREADY_X` | the signal is 0 or 1, unless in reset |
//! | `AXI4STREAM_ERRM_TDATA_X` | bytes of TDATA that are data are known while TVALID is 1 |
//! | `AXI4STREAM_ERRM_TKEEP_X`, `…_TSTRB_X`, `…_TLAST_X`, `…_TID_X`, `…_TDEST_X`, `…_TUSER_X` | the signal is known while TVALID is 1 |
//! | `AXI4STREAM_ERRM_TKEEP_TSTRB` | a byte whose TKEEP is 0 has TSTRB 0 |
//! | `AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS` | at the end every stream has had its TLAST |
//! | `AXI4STREAM_AUXM_TID_TDEST_WIDTH` | TID and TDEST together have at most 24 bits |
//!
//! Source, sink and monitor report the rules about unknown values too, for the signals that they use. Rules about
//! signals that the guide's checker ties off have no place here: a signal that a design does not have is `None`.

mod assembly;
mod beats;
mod checker;
mod frame;
mod monitor;
mod rules;
mod signals;
mod sink;
mod source;

pub use checker::Checker;
pub use frame::{Beat, ByteKind, Frame};
pub use monitor::{Monitor, RunningMonitor};
pub use rules::RULES;
pub use signals::Signals;
pub use sink::{RunningSink, Sink};
pub use source::{RunningSource, Source};
