//! The wire.

use verifork::dut::{ScalarValue, Signal};
use verifork::task::waiting_for;
use verifork::trigger::read_only;
use verifork::value::{Logic, LogicVec};
use verifork::{Error, Result};

use crate::violation::Violation;

/// A line of one bit, whatever type a testbench reads it with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) signal: Signal<LogicVec>,
}

impl Line {
    pub(super) fn of<T: ScalarValue>(signal: &Signal<T>) -> Self {
        Line {
            signal: signal.as_logic(),
        }
    }

    pub(super) fn path(&self) -> &'static str {
        self.signal.path()
    }

    pub(super) fn drive(&self, level: bool) -> Result {
        Ok(self.signal.try_set(Logic::from(level).into())?)
    }

    /// The level; one that is unknown is a broken rule.
    pub(super) fn level(&self) -> Result<bool> {
        let value = self.signal.get();
        if value.has_unknown() {
            return Err(self.unknown(&value));
        }
        Ok(value.value_word(0) == 1)
    }

    #[cold]
    fn unknown(&self, value: &LogicVec) -> Error {
        Violation::new("UART_LINE_X", self.path(), "the line must be 0 or 1")
            .now()
            .signal(self.path(), format_args!("is {value}"))
            .into()
    }

    /// Waits until the line has a level: not at all if it has.
    pub(super) async fn wait_for(&self, level: bool, waits_for: &'static str) -> Result {
        while self.level()? != level {
            waiting_for(waits_for, self.signal.changed()).await;
        }
        Ok(())
    }

    /// Waits until writes of the current time step, such as those of the transmitter, are on the line.
    pub(super) async fn settled(&self) {
        if self.signal.get().has_unknown() {
            read_only().await;
        }
    }
}
