//! A handshake of `valid` and `ready` with any payload: source, sink, monitor and checker.
//!
//! A payload is transferred at a rising edge at which `valid` and `ready` are 1. A channel without `ready` takes
//! everything.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork_components::valid_ready::{Channel, Checker, Monitor, Sink, Source};
//! use verifork_components::{Clocked, Data, Pauses, Scoreboard};
//!
//! #[derive(Dut)]
//! struct Adder {
//!     clk: Signal<bool>,
//!     rst: Signal<bool>,
//!     #[dut(prefix = "in_")] // in_valid, in_ready, in_data
//!     input: Channel<Data<u8>>,
//!     #[dut(prefix = "out_")]
//!     output: Channel<Data<u8>>,
//! }
//!
//! #[verifork::test]
//! async fn adds_one(dut: Adder) -> Result {
//!     let clocked = Clocked::new(&dut.clk, 10.ns()).reset_high(&dut.rst).start().await;
//!     let sums = Scoreboard::in_order("sums");
//!     scope(async |tm| {
//!         let source = Source::new(&dut.input).start(tm, &clocked);
//!         let _sink = Sink::new(&dut.output).pauses(&Pauses::random(0.5)).start(tm, &clocked);
//!         Checker::new(&dut.output).start(tm, &clocked);
//!         let inputs = Monitor::new(&dut.input).start(tm, &clocked).transfers();
//!         sums.predict(tm, inputs, |word: &u8| [word.wrapping_add(1)]);
//!         sums.watch(tm, Monitor::new(&dut.output).start(tm, &clocked).transfers());
//!         for word in 0..=255 {
//!             source.send(word).await?;
//!         }
//!         source.all_sent().await?;
//!         clocked.edges(20).await;
//!         Ok(())
//!     })
//!     .await?;
//!     sums.finish()
//! }
//! # fn main() {}
//! ```
//!
//! # Rules
//!
//! The [`Checker`] knows these, and [`RULES`] lists them:
//!
//! | rule | demands |
//! |---|---|
//! | `VALID_STABLE` | `valid` stays 1 until `ready` is 1 |
//! | `PAYLOAD_STABLE` | the payload does not change until then |
//! | `VALID_X` | `valid` is 0 or 1 |
//! | `READY_X` | `ready` is 0 or 1 |
//! | `PAYLOAD_X` | the payload is known while `valid` is 1 |
//! | `VALID_RESET` | `valid` is 0 at the first edge after a reset |
//! | `READY_MAX_WAIT` | `ready` does not keep `valid` waiting for longer than [`max_wait`](Checker::max_wait), if that is set |
//!
//! Source, sink and monitor report the three rules about unknown values too, for the signals that they use.

mod checker;
mod monitor;
mod sink;
mod source;

use verifork::Result;
use verifork::dut::{Dut, Signal};
use verifork::value::Logic;

use crate::handshake::{HandshakeRules, Wires, bus_of};
use crate::violation::{Rule, Violation};
use crate::{Clocked, Payload};
pub use checker::Checker;
pub use monitor::{Monitor, RunningMonitor};
pub use sink::{RunningSink, Sink};
pub use source::{RunningSource, Source};

/// The rules of the checker.
///
/// ```
/// use verifork_components::valid_ready;
///
/// for rule in valid_ready::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = &[
    Rule {
        name: "VALID_STABLE",
        demands: "`valid` stays 1 until `ready` is 1",
    },
    Rule {
        name: "PAYLOAD_STABLE",
        demands: "the payload does not change until then",
    },
    Rule {
        name: "VALID_X",
        demands: "`valid` is 0 or 1",
    },
    Rule {
        name: "READY_X",
        demands: "`ready` is 0 or 1",
    },
    Rule {
        name: "PAYLOAD_X",
        demands: "the payload is known while `valid` is 1",
    },
    Rule {
        name: "VALID_RESET",
        demands: "`valid` is 0 at the first edge after a reset",
    },
    Rule {
        name: "READY_MAX_WAIT",
        demands: "`ready` does not keep `valid` waiting for longer than a limit",
    },
];

const HANDSHAKE: HandshakeRules = HandshakeRules {
    valid_stable: "VALID_STABLE",
    valid_x: "VALID_X",
    ready_x: "READY_X",
    valid_reset: "VALID_RESET",
    max_wait: "READY_MAX_WAIT",
    valid: "valid",
    ready: "ready",
};

/// The signals of a handshake: `valid`, `ready` if the design has it, and those of the payload, with one
/// prefix.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Data, valid_ready};
///
/// /// `in_valid`, `in_ready`, `in_data`.
/// #[derive(Dut)]
/// struct Adder {
///     #[dut(prefix = "in_")]
///     input: valid_ready::Channel<Data<u16>>,
/// }
/// ```
#[derive(Debug, Dut)]
pub struct Channel<P: Payload> {
    /// Something is offered.
    pub valid: Signal<Logic>,
    /// It is taken; without the signal, always.
    pub ready: Option<Signal<Logic>>,
    /// The payload.
    #[dut(prefix = "")]
    pub payload: P,
}

impl<P: Payload> Channel<P> {
    fn wires(&self, clocked: &Clocked) -> Wires {
        Wires {
            valid: self.valid,
            ready: self.ready,
            clocked: *clocked,
            bus: bus_of(self.valid.path(), "valid"),
            rules: &HANDSHAKE,
        }
    }
}

/// Samples a payload, whose unknown bits are a broken rule.
fn sample<P: Payload>(wires: &Wires, payload: &P) -> Result<P::Value> {
    payload.sample().map_err(|error| {
        let what = format!("the payload must be known while valid is 1: {error}");
        Violation::new("PAYLOAD_X", wires.bus, what).now().into()
    })
}
