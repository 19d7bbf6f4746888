//! Writes to a signal: set, deposit, force, freeze, release.

use std::panic::Location;

use super::error::{WriteCause, WriteError, expect};
use super::{Signal, SignalValue};
use crate::scheduler::{self, SignalEntry, Write};
use crate::simulator::Encoding;
use crate::value::LogicVec;

impl<T: SignalValue> Signal<T> {
    /// Writes the value in the read-write phase of the current time step.
    ///
    /// The last write in a time step wins. As with a non-blocking assignment, the design sees the value
    /// only after the clock edge at which the task wrote it.
    ///
    /// If the design drives the net too, for example an inout port, the written value is not resolved
    /// with the design's: it replaces that value until a driver changes (IEEE 1800-2017, 38.34). GHDL
    /// before version 5 would keep it forever, so the write is refused there. Instead, wrap the design
    /// and give the net a second driver, as `examples/memory/hdl` does, and write to that driver's
    /// input.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, data: Signal<u8>, valid: Signal<bool>) -> Result {
    /// data.set(0x5a);
    /// valid.set(true);
    /// clk.rising_edge().await; // the design takes the word at this edge
    /// valid.set(false);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, if the value does not fit the signal's width, the signal is constant,
    /// it is the read-only phase, or no simulation runs on this thread: see
    /// [`try_set`](Self::try_set).
    #[doc(alias = "drive")]
    #[doc(alias = "write")]
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) {
        expect(self.try_set(value));
    }

    /// [`set`](Self::set) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(opcode: Signal<u8>) -> Result {
    /// // `opcode` is declared `[3:0]`.
    /// assert!(opcode.try_set(0xf).is_ok());
    /// let error = opcode.try_set(0x10).unwrap_err();
    /// assert!(error.to_string().contains("does not fit"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WriteError`] with the caller's line, if the value does not fit the signal's width, the signal
    /// is constant or a net that the design drives, it is the read-only phase, or no simulation runs on
    /// this thread.
    ///
    /// # Signals that the design drives
    ///
    /// A value written to a signal that the design drives too lasts only until the design drives the
    /// next value, and a test that reads it back would prove nothing. So a write to an output net
    /// (`output wire`) is refused. So is a write to an inner net that an assignment, a gate or an
    /// instance drives, if the net is not at Z. A write to a variable that an `always` process assigns,
    /// directly or in a task or function that it calls, to another output of the top (`output reg`) or
    /// to an output in VHDL is made with a warning, once for each line of a test.
    ///
    /// `docs/simulators.md` says which drivers each simulator shows. There is no warning for inputs,
    /// inouts, variables that only `initial` blocks assign, words of memories, and bits of a vector if
    /// processes assign only other bits.
    ///
    /// [`deposit`](Self::deposit) writes state that the design assigns later, [`force`](Self::force) holds
    /// a value against the design, and [`assume_undriven`](Self::assume_undriven) declares that nothing
    /// drives the signal.
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[inline]
    #[track_caller]
    pub fn try_set(&self, value: T) -> Result<(), WriteError> {
        self.try_set_from(&value)
    }

    /// [`set`](Self::set) by reference, without a clone of the value.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, data: Signal<LogicVec>, frames: Vec<LogicVec>) -> Result {
    /// for frame in &frames {
    ///     data.set_from(frame); // thousands of bits, not copied first
    ///     clk.rising_edge().await;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`set`](Self::set).
    #[inline]
    #[track_caller]
    pub fn set_from(&self, value: &T) {
        expect(self.try_set_from(value));
    }

    /// [`set_from`](Self::set_from) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(data: Signal<LogicVec>) -> Result {
    /// let word = LogicVec::zeros(64);
    /// data.try_set_from(&word)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_set`](Self::try_set).
    #[inline]
    #[track_caller]
    pub fn try_set_from(&self, value: &T) -> Result<(), WriteError> {
        let (entry, place) = (self.entry.get(), Location::caller());
        if let Some(bits) = value.small(entry.declared)
            && entry.keep_small(self.index, (bits, entry.all), place)
        {
            return Ok(());
        }
        self.store(value, place, |entry, write| {
            entry.write(self.index, write, place)
        })
    }

    /// Presets state: writes as [`set`](Self::set) does, and means to change what a process of the design
    /// assigns. The value lasts until the design assigns the next one, and no warning is given.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, count: Signal<u16>, overflow: Signal<bool>) -> Result {
    /// count.deposit(0xfffe); // `always @(posedge clk) count <= count + 1;`
    /// clk.rising_edges(2).await;
    /// overflow.expect(true)?; // without 65,535 clock cycles
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`set`](Self::set), also for a net that the design drives, where no value lasts.
    #[doc(alias("preset", "Deposit"))]
    #[track_caller]
    pub fn deposit(&self, value: T) {
        expect(self.try_deposit(value));
    }

    /// [`deposit`](Self::deposit) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(count: Signal<u16>) -> Result {
    /// count.try_deposit(0xfffe)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_set`](Self::try_set).
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_deposit(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |entry, write| {
            Ok(entry.kernel.deposit(self.index, write, place)?)
        })
    }

    /// Declares that nothing in the design drives this signal.
    ///
    /// After this, writes to a driven signal no longer cause the error or warning of
    /// [`try_set`](Self::try_set).
    ///
    /// On GHDL before version 5, every write is a force that nothing ends, and the design's drivers are
    /// not available. So only inputs of the top can be written there, and, after this call, other
    /// signals. On other simulators, the call changes nothing for undriven signals.
    ///
    /// ```no_run
    /// # use verifork::dut::{BindError, Instance};
    /// # fn example(bench: Instance) -> Result<(), BindError> {
    /// // A bench in VHDL that declares the clock, and connects it to the design.
    /// let clk = bench.signal::<bool>("clk")?;
    /// clk.assume_undriven();
    /// clk.set(false);
    /// # Ok(())
    /// # }
    /// ```
    pub fn assume_undriven(&self) {
        if let Ok(kernel) = scheduler::kernel() {
            kernel.assume_undriven(self.index);
        }
    }

    /// Writes the value at once. The design and other tasks may see it at the same clock edge. Use
    /// [`set`](Self::set) to keep the order of events well-defined.
    ///
    /// Reads return the new value from now on. A design in VHDL sees it in the next delta cycle of the
    /// same time step, as with an assignment: of two writes in one cycle it sees the last.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(sel: Signal<bool>, out: Signal<bool>) -> Result {
    /// sel.set_immediate(true);
    /// assert!(sel.get()?); // read back in the same instant; after `set` it would be the old value
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`set`](Self::set).
    #[doc(alias = "Immediate")]
    #[doc(alias = "setimmediatevalue")]
    #[track_caller]
    pub fn set_immediate(&self, value: T) {
        expect(self.try_set_immediate(value));
    }

    /// [`set_immediate`](Self::set_immediate) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(sel: Signal<bool>) -> Result {
    /// sel.try_set_immediate(true)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_set`](Self::try_set).
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_set_immediate(&self, value: T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(&value, place, |entry, write| {
            Ok(entry.kernel.write_now(self.index, write, place)?)
        })
    }

    /// Sets the value at once and holds it, whatever the design drives, until
    /// [`release`](Self::release) (IEEE 1800-2017, 10.6.2). At the end of the test, remaining forces
    /// are released, and a warning in the log names the signal and this line.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, parity_ok: Signal<bool>, error: Signal<bool>) -> Result {
    /// parity_ok.force(false); // a fault that the bus cannot produce
    /// clk.rising_edges(2).await;
    /// error.expect(true)?;
    /// parity_ok.release();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`set`](Self::set), and if the simulator cannot force the signal.
    #[doc(alias = "Force")]
    #[track_caller]
    pub fn force(&self, value: T) {
        expect(self.try_force(value));
    }

    /// [`force`](Self::force) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(ready: Signal<bool>) -> Result {
    /// if let Err(error) = ready.try_force(false) {
    ///     return skip(format!("this simulator cannot stall the bus: {error}"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_set`](Self::try_set), and if the simulator cannot force the signal.
    #[allow(clippy::needless_pass_by_value, reason = "written as an assignment is")]
    #[track_caller]
    pub fn try_force(&self, value: T) -> Result<(), WriteError> {
        self.hold(&value)
    }

    /// Forces the signal to its current value, unknown bits included: see [`force`](Self::force).
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(clk: Signal<bool>, pointer: Signal<u8>) -> Result {
    /// pointer.freeze(); // stuck where it is
    /// clk.rising_edges(8).await;
    /// pointer.release();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// As [`force`](Self::force).
    #[doc(alias = "Freeze")]
    #[track_caller]
    pub fn freeze(&self) {
        expect(self.try_freeze());
    }

    /// [`freeze`](Self::freeze) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(pointer: Signal<u8>) -> Result {
    /// pointer.try_freeze()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_force`](Self::try_force).
    #[track_caller]
    pub fn try_freeze(&self) -> Result<(), WriteError> {
        // The value goes back as the simulator gave it: it need not fit `T`.
        match self.entry.description.encoding {
            Encoding::Real => self.freeze_as::<f64>(),
            Encoding::Text => self.freeze_as::<String>(),
            _ => self.freeze_as::<LogicVec>(),
        }
    }

    #[track_caller]
    fn freeze_as<V: SignalValue>(&self) -> Result<(), WriteError> {
        let signal = Signal::<V>::of(self.index, self.entry.get());
        match signal.load() {
            Ok(value) => signal.hold(&value),
            Err(cause) => Err(self.write_error(Location::caller(), WriteCause::Read(cause))),
        }
    }

    /// Ends a [`force`](Self::force) or a [`freeze`](Self::freeze) at once. A net takes the value that
    /// the design drives; a variable keeps its value until the next assignment.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(enable: Signal<bool>) -> Result {
    /// enable.force(true);
    /// timer(100.ns()).await;
    /// enable.release(); // the design's own value from now on
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line, if the simulator cannot release the signal, the signal is constant, it is
    /// the read-only phase, or no simulation runs on this thread.
    #[doc(alias = "Release")]
    #[track_caller]
    pub fn release(&self) {
        expect(self.try_release());
    }

    /// [`release`](Self::release) with an error instead of a panic.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(enable: Signal<bool>) -> Result {
    /// enable.try_release()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`WriteError`] with the caller's line.
    #[track_caller]
    pub fn try_release(&self) -> Result<(), WriteError> {
        let place = Location::caller();
        let released = scheduler::kernel()
            .map_err(WriteCause::from)
            .and_then(|kernel| Ok(kernel.release(self.index)?));
        released.map_err(|cause| self.write_error(place, cause))
    }

    #[track_caller]
    fn hold(&self, value: &T) -> Result<(), WriteError> {
        let place = Location::caller();
        self.store(value, place, |entry, write| {
            Ok(entry.kernel.force(self.index, write, place)?)
        })
    }

    #[inline]
    fn store(
        &self,
        value: &T,
        place: &'static Location<'static>,
        put: impl FnOnce(&'static SignalEntry, Write<'_>) -> Result<(), Box<scheduler::WriteError>>,
    ) -> Result<(), WriteError> {
        match value.store(self.entry.declared, |value| put(self.entry.get(), value.0)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.write_error(place, (*error).into())),
            Err(error) => Err(self.write_error(place, error.into())),
        }
    }

    #[cold]
    fn write_error(&self, place: &'static Location<'static>, cause: WriteCause) -> WriteError {
        WriteError::new(self.path(), place, cause)
    }
}
