//! The door: what simulators look for in a plugin. The one place that knows both the simulator
//! and who receives its events.
//!
//! The symbols are exported from every `cdylib` that uses this library.

use std::any::Any;

use crate::regression::runner;
use crate::simulator::{self, Event, Sink, Unusable};
use crate::{scheduler, task};

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

fn refuse_unless(started: Result<(), String>) {
    if let Err(reason) = started {
        runner::refuse_to_run(&reason);
    }
}

fn install() {
    let sink = Sink {
        change: scheduler::change,
        timer: scheduler::timer,
        phase: scheduler::phase,
        other: on_event,
    };
    simulator::install(sink, on_escaped_panic);
}

fn on_event(event: Event) {
    match event {
        Event::Start => {
            if let Some(port) = simulator::port() {
                scheduler::start(port, runner::HOOKS);
            }
        }
        event => scheduler::deliver(event),
    }
}

fn on_escaped_panic(payload: Box<dyn Any + Send>) {
    match payload.downcast_ref() {
        Some(Unusable(reason)) => runner::refuse_to_run(reason),
        None => runner::on_escaped_panic(&task::message_of(&*payload)),
    }
}
