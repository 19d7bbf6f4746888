//! A serial line: what a character looks like on it, and how long that takes.

use verifork::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq, Debug, LogicEnum)]
pub(crate) enum Parity {
    None = 0,
    Even = 1,
    Odd = 2,
}

/// What goes wrong with a character on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    WrongParity,
    LowStop,
}

#[derive(Clone, Copy)]
pub(crate) struct Format {
    pub(crate) bit_time: SimDuration,
    pub(crate) data_bits: u32,
    pub(crate) parity: Parity,
    pub(crate) stop_bits: u32,
}

impl Format {
    /// The largest character.
    pub(crate) fn largest(&self) -> u16 {
        (1 << self.data_bits) - 1
    }

    /// The levels of the line from the start bit to the last stop bit, one for each bit time.
    pub(crate) fn frame(&self, data: u16, fault: Fault) -> Vec<bool> {
        let mut levels = vec![false];
        levels.extend((0..self.data_bits).map(|bit| data >> bit & 1 == 1));
        if self.parity != Parity::None {
            let odd_ones = data.count_ones() % 2 == 1;
            let right = odd_ones ^ (self.parity == Parity::Odd);
            levels.push(right ^ (fault == Fault::WrongParity));
        }
        levels.extend((0..self.stop_bits).map(|_| fault != Fault::LowStop));
        levels
    }

    pub(crate) fn frame_time(&self) -> SimDuration {
        self.bit_time * self.frame(0, Fault::None).len() as u64
    }

    /// Puts a character on a line, in simulated time: the line knows nothing of the design's clock.
    pub(crate) async fn send(&self, line: &Signal<bool>, data: u16, fault: Fault) {
        for level in self.frame(data, fault) {
            line.set(level);
            timer(self.bit_time).await;
        }
        if fault == Fault::LowStop {
            line.set(true); // else the next start bit could not be seen
            timer(self.bit_time).await;
        }
    }

    /// Takes the levels of the next character from a line, each in its middle, and the time at
    /// which its start bit began.
    pub(crate) async fn receive(&self, line: &Signal<bool>) -> Result<(SimTime, Vec<bool>)> {
        line.falling_edge().await;
        let begun = now();
        timer(self.bit_time / 2).await;
        let mut levels = vec![line.get()?];
        while levels.len() < self.frame(0, Fault::None).len() {
            timer(self.bit_time).await;
            levels.push(line.get()?);
        }
        Ok((begun, levels))
    }
}

/// Levels as digits, in the order in which they came.
pub(crate) fn digits(levels: &[bool]) -> String {
    levels
        .iter()
        .map(|&level| if level { '1' } else { '0' })
        .collect()
}
