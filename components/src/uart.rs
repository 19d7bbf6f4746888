//! UART: transmitter, receiver, monitor, checker of a serial line.
//!
//! A component belongs to one line, and takes its `Signal`, because names such as `txd`, `uart_tx` or `sout` follow
//! no rule. It needs no clock: its times are those of the [`Format`].
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::Clocked;
//! use verifork_components::uart::{Checker, Format, Frame, Parity, Receiver, Transmitter};
//!
//! #[derive(Dut)]
//! struct Modem {
//!     clk: Signal<bool>,
//!     rst: Signal<bool>,
//!     rxd: Signal<bool>, // into the design
//!     txd: Signal<bool>, // out of it
//! }
//!
//! #[verifork::test]
//! async fn what_is_sent_comes_back(dut: Modem) -> Result {
//!     let clocked = Clocked::new(&dut.clk, 10.ns()).reset_high(&dut.rst).start().await;
//!     let format = Format::baud(115_200).parity(Parity::Even);
//!     scope(async |tm| {
//!         // A sender that is 1 % too fast.
//!         let to_design = Transmitter::new(&dut.rxd, &format.off_by_ppm(10_000)).start(tm);
//!         let from_design = Receiver::new(&dut.txd, &format).reset_of(&clocked).start(tm);
//!         Checker::new(&dut.txd, &format).reset_of(&clocked).start(tm);
//!         to_design.send(b'A').await?;
//!         ensure!(from_design.recv_good().await? == 0x41);
//!         to_design.send(Frame::new(0x42).wrong_parity()).await?.sent().await?;
//!         to_design.send(Frame::line_break(20)).await?.sent().await?;
//!         Ok(())
//!     })
//!     .await?;
//!     Ok(())
//! }
//! # fn main() {}
//! ```
//!
//! Characters have 5 to 9 data bits, no, even, odd, mark or space [parity](Parity), and 1, 1.5 or 2 [stop
//! bits](StopBits). A bit takes any time, as a baud rate or a duration. A [`Frame`] can have a wrong parity bit, a
//! stop bit that is 0 or glitches, or be a break. [`Format::received`] returns the character that a receiver gets
//! from it, for a scoreboard.
//!
//! Flow control uses RTS and CTS: a transmitter waits for [`cts_low`](Transmitter::cts_low), and a receiver drives
//! [`rts_low`](Receiver::rts_low) according to the number of characters that wait in it.
//!
//! If a line is unknown before the reset, pass the reset by `reset_of`: while it is active, a component ignores the
//! line. At any other time, an unknown line breaks the rule `UART_LINE_X`.
//!
//! # Rules
//!
//! The names are ours. The [`Checker`] knows them; [`RULES`] lists them one by one.
//!
//! | rule | demands |
//! |---|---|
//! | `UART_LINE_X` | the line is 0 or 1 |
//! | `UART_GLITCH` | no level lasts for less than half a bit |
//! | `UART_BIT_TIME` | the line changes only where a bit ends, within the [tolerance](Checker::tolerance_ppm) |
//! | `UART_PARITY` | the parity bit is that of the data |
//! | `UART_STOP` | the line is 1 in the stop bits |
//! | `UART_STOP_LENGTH` | the next character begins after the stop bits |
//! | `UART_BREAK` | there is no break, if [`no_breaks`](Checker::no_breaks) says so |
//! | `UART_BREAK_MARK` | the line is 1 for a bit after a break |
//! | `UART_CTS` | no character begins a bit or more after the other side signals that it has no room, if [`cts_low`](Checker::cts_low) or `cts_high` names its line |
//! | `UART_IDLE_RESET` | the line is 1 when a reset ends, if [`reset_of`](Checker::reset_of) names one |
//! | `UART_ALL_DONE_EOS` | at the end no character is under way |
//!
//! # From cocotb
//!
//! | cocotbext-uart | here |
//! |---|---|
//! | `UartSource(dut.rxd, baud=115200, bits=8)` | `Transmitter::new(&dut.rxd, &Format::baud(115_200)).start(tm)` |
//! | `await source.write(b"text")` | `for byte in b"text" { source.send(*byte).await?; }` |
//! | `await source.wait()` | `source.all_sent().await?` |
//! | `UartSink(dut.txd, baud=115200)` | `Receiver::new(&dut.txd, &Format::baud(115_200)).start(tm)` |
//! | `await sink.read(1)` | `sink.recv_good().await?` |

mod checker;
mod flow;
mod format;
mod frame;
mod line;
mod monitor;
mod receiver;
mod rules;
mod transmitter;

pub use checker::Checker;
pub use format::{Character, Format, Parity, StopBits};
pub use frame::Frame;
pub use monitor::{Monitor, RunningMonitor, Transfer};
pub use receiver::{Receiver, RunningReceiver};
pub use rules::RULES;
pub use transmitter::{RunningTransmitter, Transmitter};
