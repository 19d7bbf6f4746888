//! A handshake of `valid` and `ready` with any payload: source, sink, monitor and checker.
//!
//! What is offered is transferred at a rising edge at which `valid` and `ready` are 1. A channel without
//! `ready` takes everything.
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
//! Source, sink and monitor report the three about unknown values too, for what they have to know.

use std::rc::Rc;

use verifork::dut::{Dut, Signal};
use verifork::value::Logic;
use verifork::{Result, record};

use crate::checking::{AtEdges, AtEnd, ignores_rules, look_at_edges};
use crate::handshake::{
    HandshakeRules, Seen, Watched, Watching, Wires, bus_of, send_all, take_all,
};
use crate::parent::{Claim, Parent, free_name, interned};
use crate::sending::{EndOnDrop, EndReceived, Interrupted, OnReset, Received, Sending, Ticket};
use crate::violation::{Ignored, Rule, Violation};
use crate::{Clocked, Pauses, Payload, Publisher, Subscription};

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
    /// What is offered.
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

/// Sends values: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, Pauses, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let running: valid_ready::RunningSource<u8> = valid_ready::Source::new(channel)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a source sends when it is started: add `.start(tm, &clocked)`"]
pub struct Source<P: Payload> {
    channel: Channel<P>,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
}

impl<P: Payload> Source<P> {
    /// A source without pauses whose queue has no limit.
    pub fn new(channel: &Channel<P>) -> Self {
        Source {
            channel: channel.clone(),
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
        }
    }

    /// Pauses between transfers.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Source { pauses, ..self }
    }

    /// What a reset does to values that were accepted and not taken yet.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Source { on_reset, ..self }
    }

    /// How many values are accepted before [`send`](RunningSource::send) waits.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn queue(self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue with room for 0 accepts nothing");
        Source { capacity, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: another source drives the channel.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSource<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let claim = Claim::new(wires.valid.path(), "source");
        let sending = Sending::new(interned(format!("queue of {}", wires.bus)), self.capacity);
        let queue = Rc::clone(&sending);
        let name = free_name(parent, format!("{} source", wires.bus));
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndOnDrop(Rc::clone(&queue));
            let payload = &self.channel.payload;
            let drive = |value: &P::Value| Ok(payload.drive(value)?);
            send_all(wires, &self.pauses, &queue, self.on_reset, drive).await
        });
        RunningSource { sending }
    }
}

/// A source that runs. A clone is the same source.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningSource;
///
/// # async fn example(source: RunningSource<u8>) -> Result {
/// source.send(3).await?;
/// source.all_sent().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSource<V> {
    sending: Rc<Sending<V>>,
}

impl<V: 'static> RunningSource<V> {
    /// Gives it a value to send; resolves once that is accepted into the queue. The ticket tells when it was
    /// taken.
    ///
    /// # Errors
    ///
    /// The source has ended.
    pub async fn send(&self, value: V) -> Result<Ticket, Interrupted> {
        Rc::clone(&self.sending).accept(value).await
    }

    /// Waits until all values accepted so far were taken.
    ///
    /// # Errors
    ///
    /// One of them was dropped by a reset, or the source has ended.
    pub async fn all_sent(&self) -> Result<(), Interrupted> {
        self.sending.all_done().await
    }

    /// How many values are accepted and were not taken.
    pub fn pending(&self) -> usize {
        self.sending.open()
    }
}

/// Receives values: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, Pauses, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let running: valid_ready::RunningSink<u8> = valid_ready::Sink::new(channel)
///     .pauses(&Pauses::random(0.2))
///     .start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a sink receives when it is started: add `.start(tm, &clocked)`"]
pub struct Sink<P: Payload> {
    channel: Channel<P>,
    pauses: Pauses,
    on_reset: OnReset,
    capacity: usize,
}

impl<P: Payload> Sink<P> {
    /// A sink that is always ready.
    pub fn new(channel: &Channel<P>) -> Self {
        Sink {
            channel: channel.clone(),
            pauses: Pauses::none(),
            on_reset: OnReset::default(),
            capacity: usize::MAX,
        }
    }

    /// The cycles in which it is not ready.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Sink { pauses, ..self }
    }

    /// Whether a reset ends a waiting [`recv`](RunningSink::recv) with an error.
    pub fn on_reset(self, on_reset: OnReset) -> Self {
        Sink { on_reset, ..self }
    }

    /// The number of values that it keeps. It is not ready while this many were received and not taken by
    /// [`recv`](RunningSink::recv).
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn queue(self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue with room for 0 receives nothing");
        Sink { capacity, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: another sink drives `ready`.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningSink<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let claim = Claim::if_there(wires.ready.map(|ready| ready.path()), "sink");
        let name = interned(format!("what {} received", wires.bus));
        let received = Received::new(name, self.capacity);
        let queue = Rc::clone(&received);
        let name = free_name(parent, format!("{} sink", wires.bus));
        let on_reset = self.on_reset;
        parent.add_background(name, async move {
            let _claim = claim;
            let _end = EndReceived(Rc::clone(&queue));
            let payload = &self.channel.payload;
            let each = || {
                queue.push(sample(&wires, payload)?);
                Ok(())
            };
            take_all(
                wires,
                &self.pauses,
                || queue.has_room(),
                each,
                || queue.reset(),
            )
            .await
        });
        RunningSink { received, on_reset }
    }
}

/// Samples a payload, whose unknown bits are a broken rule.
fn sample<P: Payload>(wires: &Wires, payload: &P) -> Result<P::Value> {
    payload.sample().map_err(|error| {
        let what = format!("the payload must be known while valid is 1: {error}");
        Violation::new("PAYLOAD_X", wires.bus, what).now().into()
    })
}

/// A sink that runs. A clone is the same sink.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningSink;
///
/// # async fn example(sink: RunningSink<u8>) -> Result {
/// ensure!(sink.recv().await? == 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningSink<V> {
    received: Rc<Received<V>>,
    on_reset: OnReset,
}

impl<V> RunningSink<V> {
    /// Waits for the next value.
    ///
    /// # Errors
    ///
    /// A reset has come while it waited (with [`OnReset::Fail`]), or the sink has ended.
    pub async fn recv(&self) -> Result<V, Interrupted> {
        self.received.take(self.on_reset).await
    }

    /// The next value, if one was received.
    pub fn try_recv(&self) -> Option<V> {
        self.received.try_take()
    }

    /// How many were received and not taken.
    pub fn len(&self) -> usize {
        self.received.len()
    }

    /// Whether all that were received were taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Sees every transfer and drives nothing: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// let monitor = valid_ready::Monitor::new(channel).start(tm, clocked);
/// let seen = monitor.transfers();
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a monitor sees something when it is started: add `.start(tm, &clocked)`"]
pub struct Monitor<P: Payload> {
    channel: Channel<P>,
}

impl<P: Payload> Monitor<P> {
    /// A monitor.
    pub fn new(channel: &Channel<P>) -> Self {
        Monitor {
            channel: channel.clone(),
        }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: the parent takes no more children.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) -> RunningMonitor<P::Value> {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let transfers = Publisher::new();
        let publisher = transfers.clone();
        let name = free_name(parent, format!("{} monitor", wires.bus));
        parent.add_background(name, async move {
            loop {
                let in_reset = wires.edge().await;
                if in_reset || !wires.is_valid()? || !wires.is_ready()? {
                    continue;
                }
                if publisher.has_receivers() || record::is_listened_to() {
                    let value = sample(&wires, &self.channel.payload)?;
                    let transfer = record::begin(wires.bus, "transfer");
                    transfer.attribute("value", format_args!("{value:?}"));
                    transfer.end();
                    publisher.publish(value);
                }
            }
        });
        RunningMonitor { transfers }
    }
}

/// A monitor that runs. A clone is the same monitor.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::valid_ready::RunningMonitor;
///
/// # async fn example(monitor: RunningMonitor<u8>) -> Result {
/// let seen = monitor.transfers();
/// ensure!(*seen.recv().await? == 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RunningMonitor<V> {
    transfers: Publisher<V>,
}

impl<V> RunningMonitor<V> {
    /// Every transfer from now on.
    #[track_caller]
    pub fn transfers(&self) -> Subscription<V> {
        self.transfers.subscribe()
    }

    /// Calls a function with every transfer from now on.
    pub fn for_each(&self, function: impl Fn(&Rc<V>) + 'static) {
        self.transfers.for_each(function);
    }
}

/// Fails the test when a [rule](RULES) is broken: a builder, until it is [started](Self::start).
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, Data, valid_ready};
///
/// # fn example(tm: &TaskManager, channel: &valid_ready::Channel<Data<u8>>, clocked: &Clocked) {
/// valid_ready::Checker::new(channel).start(tm, clocked); // a broken rule fails the test, by its name
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a checker checks when it is started: add `.start(tm, &clocked)`"]
pub struct Checker<P: Payload> {
    channel: Channel<P>,
    ignored: Ignored,
    max_wait: Option<u32>,
}

impl<P: Payload> Checker<P> {
    /// A checker of all rules, without a limit of how long `valid` may wait.
    pub fn new(channel: &Channel<P>) -> Self {
        Checker {
            channel: channel.clone(),
            ignored: Ignored::default(),
            max_wait: None,
        }
    }

    ignores_rules! {}

    /// For how many cycles `valid` may be 1 without `ready`.
    pub fn max_wait(self, cycles: u32) -> Self {
        let max_wait = Some(cycles);
        Checker { max_wait, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: the parent takes no more children.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let wires = self.channel.wires(clocked);
        let mut signals = Vec::new();
        self.channel.payload.for_each_signal(&mut |signal| {
            signals.push(Watched::new(
                signal,
                signal.name(),
                "PAYLOAD_STABLE",
                Some("PAYLOAD_X"),
            ));
        });
        let checking = Checking {
            watching: Watching::new(wires, self.ignored, signals, self.max_wait),
            transfers: 0,
        };
        look_at_edges(parent, wires.bus, clocked, checking);
    }
}

struct Checking {
    watching: Watching,
    transfers: u64,
}

impl AtEnd for Checking {}

impl AtEdges for Checking {
    fn look(&mut self, in_reset: bool) -> Result {
        let of = || format!("transfer {}", self.transfers + 1);
        let seen = self.watching.look(in_reset, of)?;
        self.transfers += u64::from(seen == Seen::Valid { transferred: true });
        Ok(())
    }
}

macro_rules! debug_running {
    ($($running:ident { $($field:ident),* }),*) => {$(
        impl<V> std::fmt::Debug for $running<V> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($running)).finish_non_exhaustive()
            }
        }
    )*};
}

debug_running!(RunningSource {}, RunningSink {}, RunningMonitor {});
