//! Components for [`verifork`] testbenches: models of both sides of a bus, monitors, checkers that name the
//! broken rule of a protocol, and scoreboards.
//!
//! | protocol | components |
//! |---|---|
//! | [`valid_ready`], any payload | source, sink, monitor, checker |
//! | [`apb`]: APB 3 and 4 | manager, subordinate (memory, registers), monitor of transfers, checker |
//! | [`axi`]: AXI4 | manager, subordinate (memory, functions), monitor of reads and writes, checker of ARM's rules |
//! | [`axi_stream`]: AXI4-Stream | source, sink, monitor of frames and beats, checker of the 22 rules |
//! | [`axi_lite`]: AXI4-Lite | manager, subordinate (memory, registers), monitor of reads and writes, checker |
//! | [`ahb`]: AHB-Lite | manager with bursts, subordinate (memory, registers), monitor of transfers, checker |
//! | [`wishbone`]: Wishbone B4, standard and pipelined | manager with bursts, subordinate (memory, registers), monitor of accesses, checker |
//! | [`i2c`]: 7 and 10 bits, several controllers | controller, target (a device, a memory), monitor, checker of the specified timing |
//! | [`spi`]: four modes, several selects, dual and quad | controller, peripheral (a function, a memory), monitor, checker with setup and hold |
//! | [`uart`]: a serial line | transmitter, receiver, monitor, checker of framing and timing |
//!
//! [`registers`] is a register model with ready-made tests.
//!
//! All of them use [`Clocked`], the clock and the reset. There are also [`Pauses`], [`Scoreboard`], [`Publisher`] with
//! [`Subscription`], and a [`Memory`](memory::Memory).
//!
//! # Usage
//!
//! The signals of a bus are a struct that derives [`Dut`](verifork::dut::Dut). They are bound by a prefix and have
//! the design's widths; optional signals of the protocol may be missing.
//!
//! Create a component, set its options, and start it in a scope, a manager or the test. It runs as a background child
//! and ends with its parent. A broken rule is the child's error, a [`Violation`], and fails the test at once.
//!
//! A reset in the middle of traffic empties queues and makes handshakes idle. A task that waits for a transfer gets
//! an error, or the transfer is repeated after the reset: see [`OnReset`].
//!
//! If a test hangs, the task tree names the component, its bus, and the signal that it waits for.

#![warn(missing_debug_implementations)]
#![deny(missing_docs)]

// The macros name the library by its own name, also inside of it.
extern crate self as verifork_components;

pub mod ahb;
mod analysis;
pub mod apb;
pub mod axi;
mod axi_common;
pub mod axi_lite;
pub mod axi_stream;
mod checking;
mod clocked;
mod handshake;
pub mod i2c;
mod known;
mod lanes;
pub mod memory;
mod outstanding;
mod parent;
mod pauses;
mod payload;
mod received;
pub mod registers;
mod scoreboard;
mod sending;
pub mod spi;
mod steps;
pub mod uart;
pub mod valid_ready;
mod violation;
mod watching;
pub mod wishbone;

#[doc(alias("uvm_analysis_port", "subscriber"))]
pub use analysis::Publisher;
pub use analysis::Subscription;
#[doc(alias("reset", "clocking", "clocking block"))]
pub use clocked::Clocked;
pub use parent::Parent;
pub use pauses::Pauses;
pub use payload::{Data, Payload};
#[doc(alias("uvm_scoreboard", "checker", "compare", "ScoreboardPkg"))]
pub use scoreboard::Scoreboard;
pub use sending::{Interrupted, OnReset, Ticket};
pub use violation::{Rule, Violation};

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// The page that lists each feature with its test names existing tests.
    #[test]
    fn every_test_that_the_page_of_the_components_names_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let page = fs::read_to_string(root.join("docs/components.md")).unwrap();
        let rows = page.lines().filter(|line| line.starts_with('|'));
        let mut named = 0;
        for name in rows.flat_map(|row| row.split('`').skip(1).step_by(2)) {
            let Some((file, test)) = name.rsplit_once("::") else {
                continue;
            };
            let path = format!(
                "tests/plugins/components/src/{}.rs",
                file.replace("::", "/")
            );
            let text = fs::read_to_string(root.join(&path)).unwrap_or_default();
            let there = text.contains(&format!("async fn {test}("));
            assert!(there, "there is no test `{test}` in {path}");
            named += 1;
        }
        assert!(named > 90, "{named} names");
    }
}

/// The code of the crate's README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The code of the page compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/from_cocotbext.md")]
struct FromCocotbext;
