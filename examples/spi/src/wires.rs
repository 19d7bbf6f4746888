//! SPI's four wires: what the contract draws on them, and a slave that knows nothing of the clock
//! behind them.

use std::fmt;

use verifork::prelude::*;
use verifork::time::TimeUnit;
use verifork::trigger::EdgeWait;

use crate::Spi;

/// Of the master's clock.
pub(crate) const PERIOD: SimDuration = SimDuration::new(10, TimeUnit::Nanoseconds);

#[derive(Clone, Copy)]
pub(crate) struct Mode {
    pub(crate) width: u32,
    /// Clocks of half a period of `sclk`.
    pub(crate) divider: u32,
    /// The level of `sclk` while idle.
    pub(crate) polarity: bool,
    /// Whether the first edge of a period brings a bit and the second one samples it.
    pub(crate) phase: bool,
}

impl Mode {
    pub(crate) fn largest(&self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// The clocks from the edge that takes a word until `cs_n` rises.
    fn over_at(&self) -> u32 {
        (2 * self.width + 1) * self.divider
    }

    /// The clocks until the next word can be taken.
    pub(crate) fn idle_at(&self) -> u32 {
        self.over_at() + self.divider
    }

    fn samples_on_rising(&self) -> bool {
        self.polarity == self.phase
    }
}

/// A moment of a transfer, and what the wires are then.
#[derive(Clone, Copy)]
pub(crate) struct Transfer {
    mode: Mode,
    word: u64,
    /// Since the edge that took the word.
    clocks: u32,
    mosi_before: bool,
}

impl Transfer {
    /// As a reset leaves the wires.
    pub(crate) fn before_the_first(mode: Mode) -> Self {
        Transfer {
            mode,
            word: 0,
            clocks: mode.idle_at(),
            mosi_before: false,
        }
    }

    pub(crate) fn followed_by(self, word: u64) -> Self {
        Transfer {
            word,
            clocks: 0,
            mosi_before: self.mosi(),
            ..self
        }
    }

    pub(crate) fn one_clock_later(self) -> Self {
        Transfer {
            clocks: self.clocks + 1,
            ..self
        }
    }

    pub(crate) fn cs_n(&self) -> bool {
        self.clocks >= self.mode.over_at()
    }

    /// How many edges of `sclk` there have been.
    fn edges(&self) -> u32 {
        (self.clocks / self.mode.divider).min(2 * self.mode.width)
    }

    pub(crate) fn sclk(&self) -> bool {
        self.mode.polarity ^ (self.edges() % 2 == 1)
    }

    pub(crate) fn mosi(&self) -> bool {
        let begun = if self.mode.phase {
            self.edges().div_ceil(2)
        } else {
            self.edges() / 2 + 1
        };
        match begun.min(self.mode.width) {
            0 => self.mosi_before,
            bits => self.word >> (self.mode.width - bits) & 1 == 1,
        }
    }

    pub(crate) fn rx_valid(&self) -> bool {
        self.clocks == self.mode.over_at()
    }

    pub(crate) fn tx_ready(&self) -> bool {
        self.clocks >= self.mode.idle_at()
    }
}

impl fmt::Display for Transfer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Transfer { word, clocks, .. } = self;
        write!(f, "{clocks} clocks into the transfer of {word:#x}")
    }
}

/// Answers one transfer as a slave does, by the edges of `sclk` alone, and returns what came. A bit is
/// on `miso` as late as it may, and no longer than it must.
pub(crate) async fn answer(dut: &Spi, mode: Mode, word: u64) -> Result<u64> {
    dut.cs_n.falling_edge().await;
    let mut got = 0;
    for bit in (0..mode.width).rev() {
        let level = word >> bit & 1 == 1;
        if mode.phase {
            edge(&dut.sclk, !mode.samples_on_rising()).await;
        }
        dut.miso.set(!level);
        timer(PERIOD * u64::from(mode.divider) - 1.ns()).await;
        dut.miso.set(level);
        edge(&dut.sclk, mode.samples_on_rising()).await;
        got = got << 1 | u64::from(dut.mosi.get()?);
        dut.miso.set(!level);
        if !mode.phase {
            edge(&dut.sclk, !mode.samples_on_rising()).await;
        }
    }
    dut.cs_n.rising_edge().await;
    Ok(got)
}

fn edge(wire: &Signal<bool>, rising: bool) -> EdgeWait {
    if rising {
        wire.rising_edge()
    } else {
        wire.falling_edge()
    }
}
