//! The entry points: the symbols that simulators look for in a plugin. Only this file knows both the simulator and
//! the receiver of its events.
//!
//! The symbols are exported from every `cdylib` that uses this library.

use std::any::Any;
use std::ffi::{CStr, c_char, c_int};

use crate::regression::{console, run};
use crate::scheduler::Dispatch;
use crate::simulator::{self, MessageKind, Unusable};
use crate::task;
use crate::time::SimTime;

/// Passes the simulator's events to the scheduler, and tells the run of tests when the simulation begins and ends.
static EVENTS: Dispatch = Dispatch::new(run::HOOKS);

/// The start-up routines of a VPI plugin, ended by a null pointer (IEEE 1800-2017, 36.9.1).
///
/// They run as soon as the plugin is loaded, also in the process of Icarus's compiler when the
/// plugin is named to it: so they register for the start of simulation and do nothing else.
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "exported by name")]
pub static vlog_startup_routines: [Option<unsafe extern "C" fn()>; 2] = [Some(start_up_vpi), None];

/// The start-up routines of a VHPI plugin, ended by a null pointer (IEEE 1076-2008, 20.3.2).
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "exported by name")]
pub static vhpi_startup_routines: [Option<unsafe extern "C" fn()>; 2] = [Some(start_up_vhpi), None];

unsafe extern "C" fn start_up_vpi() {
    install();
    refuse_unless(simulator::vpi::start_up());
}

unsafe extern "C" fn start_up_vhpi() {
    install();
    refuse_unless(simulator::vhpi::start_up());
}

/// Runs the simulation of a design that Verilator compiled, whose host hands over a table of it. Returns 0,
/// or the version of the table that this library has where the host has another one.
///
/// # Safety
///
/// `table` is the host's, for the version that it bears, and lives as long as the program; this is the
/// thread that evaluates the design.
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "exported by name")]
pub unsafe extern "C" fn verifork_verilator_run(table: *const simulator::verilator::Table) -> u32 {
    install();
    // SAFETY: the caller's promise.
    unsafe { simulator::verilator::run(table) }
}

/// The same host's word that the simulation ends, wherever it is.
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "exported by name")]
pub extern "C" fn verifork_verilator_end() {
    simulator::verilator::end();
}

/// The host of a model compiled by Verilator calls this where the design calls `$stop`, `$fatal` or `$error`, or an
/// assertion fails: the run-time library does not say which. `fatal` is not 0 if the host knows that it is `$fatal`.
///
/// Returns 1 if an error was printed for this place and the simulation goes on; 2 if the error ends it; 0 if there
/// was none and the simulation must stop.
///
/// # Safety
///
/// `file` is null or a string of C.
#[unsafe(no_mangle)]
#[allow(unreachable_pub, reason = "exported by name")]
pub unsafe extern "C" fn verifork_design_message(
    file: *const c_char,
    line: c_int,
    fatal: c_int,
) -> c_int {
    let Ok(line) = u32::try_from(line) else {
        return 0;
    };
    if file.is_null() {
        return 0;
    }
    // SAFETY: the caller's promise.
    let file = unsafe { CStr::from_ptr(file) }.to_string_lossy();
    let at = simulator::port().map(|port| SimTime::new(port.now(), port.precision()));
    // Nothing unwinds into the program.
    let kind = task::catch(|| console::confirm(&file, line, fatal != 0, at));
    match kind.ok().flatten() {
        None => 0,
        Some(MessageKind::Fatal) => 2,
        Some(_) => 1,
    }
}

fn refuse_unless(started: Result<(), String>) {
    if let Err(reason) = started {
        run::refuse_to_run(&reason);
    }
}

fn install() {
    simulator::install(&EVENTS, on_escaped_panic);
}

fn on_escaped_panic(payload: Box<dyn Any + Send>) {
    match payload.downcast_ref() {
        Some(Unusable(reason)) => run::refuse_to_run(reason),
        None => run::on_escaped_panic(&task::message_of(&*payload)),
    }
}
