//! The door: what simulators look for in a plugin. The one place that knows both the simulator
//! and who receives its events.
//!
//! The symbols are exported from every `cdylib` that uses this library.

use std::any::Any;
use std::io::Write as _;

use crate::simulator::{self, Event};

/// The start-up routines of a VPI plugin, ended by a null pointer (IEEE 1800-2017, 36.9.1).
///
/// They run as soon as the plugin is loaded, also in the process of Icarus's compiler when the
/// plugin is named to it: so they register for the start of simulation and do nothing else.
#[unsafe(no_mangle)]
pub(crate) static vlog_startup_routines: [Option<unsafe extern "C" fn()>; 2] =
    [Some(start_up_vpi), None];

unsafe extern "C" fn start_up_vpi() {
    simulator::install(on_event, on_escaped_panic);
    simulator::vpi::start_up();
}

fn on_event(event: Event) {
    if event == Event::Start
        && let Some(port) = simulator::port()
    {
        port.print(&format!("verifork: started by {}\n", port.identity()));
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the hook's type")]
fn on_escaped_panic(payload: Box<dyn Any + Send>) {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a message");
    let _ = writeln!(std::io::stderr(), "verifork: {message}");
}
