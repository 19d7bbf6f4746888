//! I²C: controller, target, monitor, checker.
//!
//! The names are those of NXP's UM10204 since its revision 7: *controller* and *target* where older texts say
//! master and slave.
//!
//! The lines are open drain: everything on a bus either pulls them low or releases them. A [`Bus`] connects the
//! [pins](Pins) of one or more designs with the components that are started on it.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::i2c::{Address, Bus, Checker, Controller, MemoryDevice, Pins, Target, Timing};
//! use verifork_components::memory::Memory;
//!
//! #[derive(Dut)]
//! struct Sensor {
//!     clk: Signal<bool>,
//!     rst: Signal<bool>,
//!     #[dut(prefix = "i2c_")] // i2c_scl_i, i2c_sda_i, i2c_sda_oe, …
//!     i2c: Pins,
//! }
//!
//! #[verifork::test]
//! async fn a_register_is_written_and_read(dut: Sensor) -> Result {
//!     let clocked = Clocked::new(&dut.clk, 10.ns()).reset_high(&dut.rst).start().await;
//!     scope(async |tm| {
//!         let bus = Bus::new(&dut.i2c).reset_of(&clocked).start(tm);
//!         let controller = Controller::new(&bus, Timing::fast()).start(tm);
//!         Checker::new(&bus, Timing::fast()).max_low(50.us()).start(tm);
//!         // A second target beside the design.
//!         let eeprom = MemoryDevice::new(&Memory::sparse(), 2);
//!         Target::new(&bus, Address::seven(0x50), eeprom).start(tm);
//!
//!         let sensor = Address::seven(0x48);
//!         controller.write(sensor, &[0x01, 0x60]).await?; // an error if it is not acknowledged
//!         ensure!(controller.write_read(sensor, &[0x01], 1).await? == [0x60]);
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! A [`Controller`] has addresses of 7 and 10 bits, repeated starts, waits for targets that stretch the clock, and
//! gives way to another controller: any number of them may be on a bus. A [`Target`] answers by a [`Device`], of
//! which [`MemoryDevice`] is one; on request it refuses to acknowledge and stretches the clock.
//!
//! # Rules
//!
//! Times have the names of UM10204, table 10; the other names are ours. The [`Checker`] knows them, and the bus the
//! first; [`RULES`] lists them one by one.
//!
//! | rule | demands |
//! |---|---|
//! | `I2C_LINE_X` | what a design drives a line with is known |
//! | `I2C_OPEN_DRAIN` | no design drives a line to 1 |
//! | `I2C_SDA_STABLE` | SDA changes while SCL is 1 only after whole bytes, as a start or a stop |
//! | `I2C_START_STOP` | no stop follows a start without a byte between them |
//! | `I2C_LAST_NACK` | the last byte of a read is not acknowledged |
//! | `I2C_SCL_FREE` | SCL does not fall while the bus is free |
//! | `I2C_tHD;STA`, `I2C_tSU;STA`, `I2C_tSU;STO` | hold time of a start, setup times of a repeated start and of a stop |
//! | `I2C_tBUF` | the time from a stop to the next start |
//! | `I2C_tLOW`, `I2C_tHIGH`, `I2C_fSCL` | the low and high times of SCL, and its period |
//! | `I2C_tSU;DAT`, `I2C_tHD;DAT` | SDA does not change before SCL rises, nor after it has fallen |
//! | `I2C_tVD;DAT`, `I2C_tVD;ACK` | nor later after it has fallen, unless the clock is stretched |
//! | `I2C_SCL_LOW_MAX` | SCL is 0 for no longer than [`max_low`](Checker::max_low), if that is set |
//! | `I2C_ALL_DONE_EOS` | at the end the bus is free |
//!
//! # From cocotb
//!
//! | cocotbext-i2c | here |
//! |---|---|
//! | `I2cMaster(sda=…, sda_o=…, scl=…, scl_o=…, speed=400e3)` | `Controller::new(&bus, Timing::fast()).start(tm)` |
//! | `await master.write(0x50, b"…"); await master.send_stop()` | `controller.write(Address::seven(0x50), b"…").await?` |
//! | `await master.read(0x50, 4)` | `controller.read(Address::seven(0x50), 4).await?` |
//! | `I2cMemory(…, addr=0x50, size=256)` | `Target::new(&bus, Address::seven(0x50), MemoryDevice::new(&memory, 1)).start(tm)` |

mod address;
mod bus;
mod checker;
mod controller;
mod follower;
mod lines;
mod message;
mod monitor;
mod pins;
mod rules;
mod target;
mod timing;

pub use address::Address;
pub use bus::{Bus, Puller, RunningBus};
pub use checker::Checker;
pub use controller::{Controller, RunningController};
pub use message::{Message, Refused};
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use pins::Pins;
pub use rules::RULES;
pub use target::{Device, MemoryDevice, Target};
pub use timing::Timing;
