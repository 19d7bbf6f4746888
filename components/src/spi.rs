//! SPI: controller, peripheral, monitor, checker.
//!
//! The names are those that the field has moved to: *controller* and *peripheral* where older texts say master
//! and slave. The pins keep the names that designs have: SCLK, MOSI, MISO, CS.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::memory::Memory;
//! use verifork_components::spi::{self, Checker, Controller, Format, MemoryDevice, Mode, Peripheral};
//!
//! #[derive(Dut)]
//! struct Board {
//!     #[dut(prefix = "flash_")] // flash_sclk, flash_cs_n, …: the design is the controller
//!     flash: spi::Signals,
//!     #[dut(prefix = "dac_")] // the design is the peripheral
//!     dac: spi::Signals,
//! }
//!
//! #[verifork::test]
//! async fn what_is_written_is_read(dut: Board) -> Result {
//!     let format = Format::new(Mode::new(0));
//!     let memory = Memory::sparse();
//!     scope(async |tm| {
//!         let device = MemoryDevice::new(&memory, 3);
//!         Peripheral::new(&dut.flash, &format, device).start(tm);
//!         Checker::new(&dut.flash, &format).setup(5.ns()).hold(5.ns()).miso_from_word(4).start(tm);
//!
//!         let dac = Controller::new(&dut.dac, &format.width(16), 100.ns()).start(tm);
//!         dac.write(0, &[0x1234]).await?;
//!         let echoed = dac.exchange(0, &[0x5678, 0]).await?;
//!         ensure!(echoed[1] == 0x5678);
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! A [`Format`] has one of the four modes, words of 1 to 64 bits, either end first, and 1, 2, 4 or 8 lanes: dual,
//! quad and octal SPI, with [the first words](Format::single_first) of a transfer on one lane. Each direction has
//! pins of its own. Bidirectional pins are bound inside the design, where they have two sides: `io_i` and `io_o`.
//!
//! The select `cs_n` has a bit for each peripheral. A peripheral is a function of the words received, or any
//! other [`Device`]; [`MemoryDevice`] is one. None of the components needs a clock.
//!
//! # Rules
//!
//! The names are ours. The [`Checker`] knows them; [`RULES`] lists them one by one.
//!
//! | rule | demands |
//! |---|---|
//! | `SPI_CS_X` | the selects are 0 or 1 |
//! | `SPI_SCLK_X` | SCLK is 0 or 1 while a peripheral is selected |
//! | `SPI_MOSI_X` | MOSI is known when it is sampled |
//! | `SPI_MISO_X` | MISO is known when it is sampled, from [`miso_from_word`](Checker::miso_from_word) on |
//! | `SPI_CS_ONE` | no two peripherals are selected |
//! | `SPI_SCLK_IDLE` | SCLK is at CPOL when a peripheral is selected, and when it is deselected |
//! | `SPI_SCLK_SELECTED` | SCLK does not change while nothing is selected |
//! | `SPI_SCLK_HIGH`, `SPI_SCLK_LOW` | SCLK is 1 for [`sclk_high`](Checker::sclk_high), 0 for [`sclk_low`](Checker::sclk_low) |
//! | `SPI_CS_SETUP` | a select comes before the first edge of SCLK, by [`select_setup`](Checker::select_setup) |
//! | `SPI_CS_HOLD` | a select stays after the last edge of SCLK, for [`select_hold`](Checker::select_hold) |
//! | `SPI_CS_HIGH` | between two transfers nothing is selected for [`gap`](Checker::gap) |
//! | `SPI_MOSI_SETUP`, `SPI_MISO_SETUP` | the data do not change for [`setup`](Checker::setup) before they are sampled |
//! | `SPI_MOSI_HOLD`, `SPI_MISO_HOLD` | nor when they are sampled, and for [`hold`](Checker::hold) after it |
//! | `SPI_WHOLE_WORDS` | a transfer has one or more whole words |
//! | `SPI_ALL_DONE_EOS` | at the end nothing is selected |
//!
//! # From cocotb
//!
//! | cocotbext-spi | here |
//! |---|---|
//! | `SpiMaster(bus, SpiConfig(word_width=16, sclk_freq=25e6, cpol=True, cpha=False))` | `Controller::new(&dut.bus, &Format::new(Mode::new(2)).width(16), 40.ns()).start(tm)` |
//! | `await master.write([…]); await master.read()` | `controller.exchange(0, &[…]).await?` |
//! | a class derived from `SpiSlaveBase` | `Peripheral::new(&dut.bus, &format, \|received: &[u64]\| …).start(tm)` |

mod checker;
mod controller;
mod format;
mod monitor;
mod peripheral;
mod rules;
mod signals;

pub use checker::Checker;
pub use controller::{Controller, RunningController};
pub use format::{Format, Mode};
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use peripheral::{Device, MemoryDevice, Peripheral};
pub use rules::RULES;
pub use signals::Signals;
