//! The side that answers.

use verifork::dut::WriteError;
use verifork::value::Logic;

use super::signals::Signals;
use crate::axi_lite::Target;
use crate::known::Known;
use crate::parent::{Claim, Parent, free_name, rng_named};
use crate::{Clocked, Pauses};

/// Answers transfers: a builder, until it is [started](Self::start).
///
/// A word is at its address rounded down to the bytes of the data. An access that fails is answered with
/// PSLVERR; without that signal nothing tells.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Clocked, apb, memory::Memory};
///
/// # fn example(tm: &TaskManager, signals: &apb::Signals, clocked: &Clocked) {
/// let memory = Memory::sparse(); // what the manager writes, the test sees
/// apb::Subordinate::new(signals, &memory).start(tm, clocked);
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a subordinate does nothing until it is started: add `.start(tm, &clocked)`"]
pub struct Subordinate<T> {
    signals: Signals,
    target: T,
    pauses: Pauses,
}

impl<T: Target + Clone + 'static> Subordinate<T> {
    /// A subordinate that waits only for the target's latency.
    pub fn new(signals: &Signals, target: &T) -> Self {
        Subordinate {
            signals: *signals,
            target: target.clone(),
            pauses: Pauses::none(),
        }
    }

    /// Cycles in which it is not ready.
    pub fn pauses(self, pauses: &Pauses) -> Self {
        let pauses = pauses.clone();
        Subordinate { pauses, ..self }
    }

    /// Starts it, as a background child of a scope, a manager or the test.
    ///
    /// # Panics
    ///
    /// At the caller's line: widths do not fit the protocol, or another subordinate drives the bus.
    #[track_caller]
    pub fn start(self, parent: &impl Parent, clocked: &Clocked) {
        clocked.check_runs();
        let (signals, clocked) = (self.signals, *clocked);
        signals.check_widths();
        let bus = signals.bus();
        let claim = Claim::new(signals.prdata.path(), "subordinate");
        let mut rng = rng_named(&format!("latency of {bus}"));
        let name = free_name(parent, format!("{bus} subordinate"));
        parent.add_background(name, async move {
            let _claim = claim;
            let mut pauses = self.pauses.of_channel(signals.prdata.path());
            let bytes = signals.bytes();
            loop {
                set_ready(&signals, false)?;
                clocked.out_of_reset().await;
                'run: loop {
                    // The setup phase.
                    let selected = signals.bit(&signals.psel, "APB_ERRM_PSEL_X", "PSEL")?;
                    if selected
                        && !signals.bit(&signals.penable, "APB_ERRM_PENABLE_X", "PENABLE")?
                    {
                        let request = signals.request()?;
                        let mut latency = match signals.pready {
                            Some(_) => self.target.latency(&mut rng),
                            None => 0,
                        };
                        while signals.pready.is_some() && (latency > 0 || pauses.next_cycle()) {
                            latency = latency.saturating_sub(1);
                            clocked.edge().await;
                            if clocked.is_in_reset() {
                                break 'run;
                            }
                        }
                        let word = u64::from(request.address) / bytes as u64 * bytes as u64;
                        let mut read = [0; 4];
                        let outcome = match request.write {
                            Some(data) => {
                                let strobe = request.strobe.unwrap_or(signals.all_bytes());
                                self.target
                                    .write(word, &data.to_le_bytes()[..bytes], strobe)
                            }
                            None => self.target.read(word, &mut read[..bytes]),
                        };
                        signals.prdata.try_set(u32::from_le_bytes(read))?;
                        if let Some(signal) = signals.pslverr {
                            signal.try_set(Logic::from(outcome.is_err()))?;
                        }
                        set_ready(&signals, true)?;
                        clocked.edge().await; // the end of the access phase
                        set_ready(&signals, false)?;
                        if clocked.is_in_reset() {
                            break 'run;
                        }
                    }
                    clocked.edge().await;
                    if clocked.is_in_reset() {
                        break 'run;
                    }
                }
            }
        });
    }
}

fn set_ready(signals: &Signals, ready: bool) -> Result<(), WriteError> {
    match signals.pready {
        Some(signal) => signal.try_set(Logic::from(ready)),
        None => Ok(()),
    }
}
