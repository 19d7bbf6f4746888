//! The port to a design that Verilator has compiled, over the model's own memory.
//!
//! No VPI call is made. The program's host hands over a [table](table) of the design's variables. Reads and writes
//! access memory. Changes are found by comparing the watched variables after each evaluation and each write. This
//! port also runs the simulation: the host only evaluates the design and advances its time on request.
//!
//! A time step:
//!
//! 1. callbacks of the next time step, then the deadline if it has come;
//! 2. changes made by writes that are not reported yet, before the design sees them;
//! 3. the design is evaluated, if something was written or it wants to be; changes; a deadline that is now;
//!    2 and 3 again while there are any;
//! 4. the read-write phase, and again from 2 if somebody waited for it;
//! 5. the read-only phase; nothing changes any more;
//! 6. time moves to the next event of the design or to the deadline.

mod design;
mod direct;
mod doubts;
mod memory;
mod object;
mod port;
mod run;
mod table;
mod watches;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use self::design::Design;
pub(crate) use self::direct::Direct;
use self::doubts::Doubts;
use self::object::{Contents, Object};
use self::table::Host;
pub(crate) use self::table::Table;
use self::watches::Watches;
use super::declarations::Declarations;
use super::{Agenda, Identity, Listener, Quirks, Unusable, event};
use crate::time::Precision;

/// The simulator behind the table. One a process, on the simulator's thread.
struct ModelPort {
    host: Host,
    identity: Identity,
    quirks: Quirks,
    arguments: Vec<String>,
    precision: Precision,
    roots: Contents,
    declared: Declarations,
    watches: Watches,
    doubts: Doubts,
    /// The receiver of events, from the start on.
    listener: Cell<Option<&'static dyn Listener>>,
    now: Cell<u64>,
    /// What has to be done in this time step, one bit each: see [`run`].
    state: Cell<u8>,
    /// What the listener waits for.
    agenda: Agenda,
    /// An unused object for an element.
    spare: Cell<Option<&'static Object>>,
}

thread_local! {
    /// The port, for the end of the simulation wherever it comes.
    static MODEL: Cell<Option<&'static ModelPort>> = const { Cell::new(None) };
}

/// Runs the simulation of the design in a table to its end. Returns 0, or the supported version of the table if this
/// one has another.
///
/// # Safety
///
/// `table` points to a table as the host's source describes it, for the version that it bears, which
/// lives as long as the program; this is the thread that evaluates the design.
pub(crate) unsafe fn run(table: *const Table) -> u32 {
    // SAFETY: the caller's promise.
    let host = match unsafe { Host::new(table) } {
        Ok(host) => host,
        Err(version) => return version,
    };
    let run = AssertUnwindSafe(|| match ModelPort::open(host) {
        Ok(port) => {
            let port: &'static ModelPort = Box::leak(Box::new(port));
            MODEL.set(Some(port));
            super::port::PORT.set(Some(port));
            port.run();
        }
        Err(reason) => event::escaped(Box::new(Unusable(reason))),
    });
    if let Err(payload) = catch_unwind(run) {
        event::escaped(payload);
    }
    0
}

/// Ends the simulation at once.
pub(crate) fn end() {
    if let Some(port) = MODEL.get() {
        port.end();
    }
}

impl ModelPort {
    fn open(host: Host) -> Result<ModelPort, String> {
        let version = host.simulator();
        let version = version.strip_prefix("Verilator ").unwrap_or(&version);
        let identity = Identity {
            product: "Verilator".to_owned(),
            version: version.to_owned(),
            interface: "its model",
        };
        let precision =
            Precision::new(host.precision()).map_err(|error| format!("{identity}: {error}"))?;
        let declared = Declarations::read()?;
        let roots = Design::new(host, &declared, &identity).roots();
        Ok(ModelPort {
            host,
            quirks: Quirks::of_model(),
            arguments: host.arguments(),
            precision,
            roots,
            declared,
            identity,
            watches: Watches::default(),
            doubts: Doubts::default(),
            listener: Cell::new(None),
            now: Cell::new(0),
            state: Cell::new(run::WRITTEN),
            agenda: Agenda::new(),
            spare: Cell::default(),
        })
    }
}
