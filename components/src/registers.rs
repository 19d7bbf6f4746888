//! A model of a design's registers: fields and their kinds of access, frontdoor access over a bus and backdoor
//! access, a mirror of the values, and ready-made tests.
//!
//! A [`Map`] describes the registers: in [TOML](Map::from_toml), in code, or derived from structs with types
//! ([`Registers`]). A [`Model`] of a map mirrors their values: it predicts the effect of each access on each field
//! from the field's [`Access`], and compares the values that are read.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::registers::{Map, Model};
//! use verifork_components::{Clocked, apb};
//!
//! #[derive(Dut)]
//! struct Timer {
//!     pclk: Signal<bool>,
//!     presetn: Signal<bool>,
//!     #[dut(prefix = "")] // psel, penable, paddr, …
//!     bus: apb::Signals,
//!     #[dut(path = "")]
//!     top: Instance, // for the backdoor
//! }
//!
//! # macro_rules! include_str { ($file:literal) => { "" } }
//! #[verifork::test]
//! async fn registers_are_as_described(dut: Timer) -> Result {
//!     let map = Map::from_toml("timer.toml", include_str!("timer.toml"))?;
//!     let clocked = Clocked::new(&dut.pclk, 10.ns()).reset_low(&dut.presetn).start().await;
//!     scope(async |tm| {
//!         let timer = Model::new(&map, apb::Manager::new(&dut.bus).start(tm, &clocked))?;
//!         timer.bind_backdoor(&dut.top)?;
//!         timer.reset_test().await?;    // what they are after a reset
//!         timer.bit_bash_test().await?; // each bit written as 1 and 0
//!         timer.access_test().await?;   // over the bus against the backdoor
//!         timer.unmapped_test().await?; // between the registers nothing is
//!
//!         timer.write("control.mode", 3).await?; // the other fields as they are
//!         ensure!(timer.peek("control.mode")? == 3);
//!         timer.check("control").await?; // an error unless it is what the mirror has
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! A model accepts any [`Frontdoor`]: the managers of [`ahb`](crate::ahb), [`apb`](crate::apb),
//! [`axi`](crate::axi), [`axi_lite`](crate::axi_lite) and [`wishbone`](crate::wishbone). With
//! [`follow`](Model::follow), the mirror follows the accesses that a monitor sees, whoever makes them: a processor
//! in the design, or another manager.
//!
//! | access | a write | a read |
//! |---|---|---|
//! | `RO`, `RC`, `RS` | nothing | nothing; clears; sets |
//! | `RW`, `WRC`, `WRS` | is taken | nothing; clears; sets |
//! | `WC`, `WCRS`; `WS`, `WSRC` | clears; sets | nothing, sets; nothing, clears |
//! | `W1C`, `W1CRS`; `W1S`, `W1SRC`; `W1T` | a 1 clears; sets; toggles its bit | nothing; sets (`RS`); clears (`RC`) |
//! | `W0C`, `W0CRS`; `W0S`, `W0SRC`; `W0T` | a 0 clears; sets; toggles its bit | nothing; sets (`RS`); clears (`RC`) |
//! | `WO`, `WOC`, `WOS` | is taken; clears; sets | means nothing |
//! | `W1`, `WO1` | the first after a reset is taken | nothing; means nothing |

mod access;
mod backdoor;
#[doc(hidden)]
#[allow(missing_docs, reason = "what the derives' code consists of")]
pub mod derived;
mod file;
mod frontdoor;
mod map;
mod mirror;
mod mismatch;
mod model;
mod observe;
#[allow(missing_docs, reason = "what the derives' code consists of")]
mod part;
mod register;
mod rules;
mod sequences;
mod storage;
#[cfg(test)]
mod tests;
mod typed;
mod words;

pub use access::{Access, UnknownAccess};
#[doc(alias("uvm_reg_adapter", "uvm_reg_frontdoor"))]
pub use frontdoor::Frontdoor;
pub use frontdoor::{Refused, Reply};
#[doc(alias("uvm_reg_map", "uvm_reg_block"))]
pub use map::Map;
pub use map::{MapBuilder, MapError};
pub use mismatch::{Mismatch, Mismatches};
#[doc(alias("uvm_reg", "uvm_reg_block", "ral", "register model"))]
pub use model::Model;
#[doc(alias = "uvm_reg_predictor")]
pub use observe::Observe;
pub use observe::Observed;
#[doc(alias = "uvm_reg_field")]
pub use register::Field;
#[doc(alias = "uvm_reg")]
pub use register::Register;
#[doc(alias = "uvm_reg")]
pub use typed::Reg;
pub use typed::{RegisterFields, Registers};
#[doc(alias = "uvm_reg_field")]
pub use verifork_macros::RegisterFields;
#[doc(alias("uvm_reg_block", "ral"))]
pub use verifork_macros::Registers;
