//! How a character looks on the line, and how long that takes.

use std::fmt;

use verifork::time::{Precision, SimDuration, SimTime};
use verifork::trigger::now;

use crate::steps::until_step;

/// The parity bit after the data.
///
/// ```
/// use verifork_components::uart::{Format, Parity};
///
/// let format = Format::baud(115_200).parity(Parity::Even); // 8E1
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parity {
    /// No parity bit.
    #[default]
    None,
    /// It makes the number of ones in data and parity even.
    Even,
    /// It makes that number odd.
    Odd,
    /// It is 1.
    Mark,
    /// It is 0.
    Space,
}

/// The least time for which the line is 1 after a character.
///
/// ```
/// use verifork_components::uart::{Format, StopBits};
///
/// let format = Format::baud(9600).stop_bits(StopBits::Two); // 8N2
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopBits {
    /// One bit.
    #[default]
    One,
    /// A bit and a half.
    OneAndHalf,
    /// Two bits.
    Two,
}

impl StopBits {
    /// In thousandths of a bit.
    pub(super) fn thousandths(self) -> u64 {
        match self {
            StopBits::One => 1000,
            StopBits::OneAndHalf => 1500,
            StopBits::Two => 2000,
        }
    }
}

/// The format of the characters on a line, and their rate: 8 data bits, no parity and 1 stop bit unless told
/// otherwise.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::uart::{Format, Parity, StopBits};
///
/// let format = Format::baud(115_200).data_bits(7).parity(Parity::Even).stop_bits(StopBits::Two);
/// assert_eq!(format.to_string(), "115200 baud, 7 data bits, even parity, 2 stop bits");
/// let clocked = Format::bit_time(160.ns()); // 16 clocks of 100 MHz
/// assert_ne!(format, clocked);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    rate: Rate,
    data_bits: u32,
    parity: Parity,
    stop_bits: StopBits,
    ppm: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rate {
    Baud(u32),
    BitTime(SimDuration),
}

impl Format {
    /// A format with this many bits per second. Edges are put on the step of simulated time that is nearest to
    /// where they belong, so that nothing adds up if a bit is not a whole number of them.
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0.
    #[track_caller]
    pub fn baud(baud: u32) -> Self {
        assert!(baud > 0, "UART: at 0 baud a bit never ends");
        Format::of(Rate::Baud(baud))
    }

    /// A format whose bits take so long.
    ///
    /// # Panics
    ///
    /// At the caller's line: for no time at all, and for more than 1000 seconds.
    #[track_caller]
    pub fn bit_time(bit_time: SimDuration) -> Self {
        let femtoseconds = bit_time.femtoseconds();
        assert!(
            (1..=1_000_000_000_000_000_000).contains(&femtoseconds),
            "UART: a bit takes more than 0 and up to 1000 s, not {bit_time}"
        );
        Format::of(Rate::BitTime(bit_time))
    }

    fn of(rate: Rate) -> Self {
        Format {
            rate,
            data_bits: 8,
            parity: Parity::None,
            stop_bits: StopBits::One,
            ppm: 0,
        }
    }

    /// How many data bits a character has.
    ///
    /// # Panics
    ///
    /// At the caller's line: unless 5 to 9.
    #[must_use]
    #[track_caller]
    pub fn data_bits(self, data_bits: u32) -> Self {
        assert!(
            (5..=9).contains(&data_bits),
            "UART: a character has 5 to 9 data bits, not {data_bits}"
        );
        Format { data_bits, ..self }
    }

    /// The parity bit.
    #[must_use]
    pub fn parity(self, parity: Parity) -> Self {
        Format { parity, ..self }
    }

    /// The stop bits.
    #[must_use]
    pub fn stop_bits(self, stop_bits: StopBits) -> Self {
        Format { stop_bits, ..self }
    }

    /// Raises the baud rate by this many parts per million, or lowers it: `20_000` is 2 %. A sender that is
    /// off shows what its receiver tolerates.
    ///
    /// # Panics
    ///
    /// At the caller's line: unless within ±500,000.
    #[must_use]
    #[track_caller]
    pub fn off_by_ppm(self, ppm: i32) -> Self {
        assert!(
            (-500_000..=500_000).contains(&ppm),
            "UART: a baud rate is off by up to 500000 ppm, not {ppm}"
        );
        Format { ppm, ..self }
    }

    /// The largest character.
    pub fn largest(&self) -> u16 {
        (1 << self.data_bits) - 1
    }

    pub(super) fn has_parity(&self) -> bool {
        self.parity != Parity::None
    }

    /// The parity bit that belongs to a character.
    pub(super) fn parity_of(&self, data: u16) -> bool {
        let odd = data.count_ones() % 2 == 1;
        match self.parity {
            Parity::Even => odd,
            Parity::Odd => !odd,
            Parity::Mark => true,
            Parity::None | Parity::Space => false,
        }
    }

    /// The number of bits from the start bit to the last one before the stop bits.
    pub(super) fn bits_before_stop(&self) -> u32 {
        1 + self.data_bits + u32::from(self.has_parity())
    }

    /// The beginning of the stop bits, in thousandths of a bit after the beginning of the start bit.
    pub(super) fn stop_begins(&self) -> u64 {
        u64::from(self.bits_before_stop()) * 1000
    }

    /// The end of the character.
    pub(super) fn ends(&self) -> u64 {
        self.stop_begins() + self.stop_bits.thousandths()
    }

    /// How many times the line is looked at: once for each bit, and for a part of one.
    pub(super) fn samples(&self) -> u32 {
        self.bits_before_stop()
            + if self.stop_bits == StopBits::One {
                1
            } else {
                2
            }
    }

    /// The time of a sample: the middle of a bit, or of half a stop bit.
    pub(super) fn sampled_at(&self, index: u32) -> u64 {
        let middle = u64::from(index) * 1000 + 500;
        if index > self.bits_before_stop() && self.stop_bits == StopBits::OneAndHalf {
            middle - 250
        } else {
            middle
        }
    }

    /// The character of the samples, with the start bit lowest.
    pub(super) fn character(&self, samples: u16) -> Character {
        let data = samples >> 1 & self.largest();
        let before_stop = self.bits_before_stop();
        let stop = samples >> before_stop;
        let all = (1 << (self.samples() - before_stop)) - 1;
        let parity = samples >> (before_stop - 1) & 1 == 1;
        let is_break = samples == 0;
        Character {
            data,
            parity_error: self.has_parity() && !is_break && parity != self.parity_of(data),
            framing_error: stop != all,
            is_break,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rate {
            Rate::Baud(baud) => write!(f, "{baud} baud")?,
            Rate::BitTime(time) => write!(f, "{time} a bit")?,
        }
        if self.ppm != 0 {
            write!(f, " {:+} ppm", self.ppm)?;
        }
        let parity = match self.parity {
            Parity::None => "no",
            Parity::Even => "even",
            Parity::Odd => "odd",
            Parity::Mark => "mark",
            Parity::Space => "space",
        };
        let stop = match self.stop_bits {
            StopBits::One => "1 stop bit",
            StopBits::OneAndHalf => "1.5 stop bits",
            StopBits::Two => "2 stop bits",
        };
        write!(f, ", {} data bits, {parity} parity, {stop}", self.data_bits)
    }
}

/// A character as a receiver sees it on the line.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::uart::Character;
/// # async fn example(receiver: verifork_components::uart::RunningReceiver) -> Result {
/// let character: Character = receiver.recv().await?;
/// ensure!(character.is_good(), "{character}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Character {
    /// The data bits.
    pub data: u16,
    /// The parity bit was wrong; never for a break.
    pub parity_error: bool,
    /// A stop bit was 0.
    pub framing_error: bool,
    /// All bits were 0, stop bits too, which is a framing error as well: a break, or its beginning.
    pub is_break: bool,
}

impl Character {
    /// A character without an error.
    ///
    /// ```
    /// use verifork_components::uart::Character;
    ///
    /// assert!(Character::new(0x55).is_good());
    /// ```
    pub fn new(data: u16) -> Self {
        Character {
            data,
            ..Character::default()
        }
    }

    /// Whether it was received without an error.
    ///
    /// ```
    /// use verifork_components::uart::Character;
    ///
    /// let garbled = Character { parity_error: true, ..Character::new(0x55) };
    /// assert!(!garbled.is_good());
    /// ```
    pub fn is_good(&self) -> bool {
        !self.parity_error && !self.framing_error
    }
}

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_break {
            return f.write_str("a break");
        }
        write!(f, "{:#x}", self.data)?;
        f.write_str(match (self.parity_error, self.framing_error) {
            (false, false) => "",
            (true, false) => " with a parity error",
            (false, true) => " with a framing error",
            (true, true) => " with a parity and a framing error",
        })
    }
}

/// A format's times in steps of the simulation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// Steps of a thousandth of a bit, as a fraction.
    steps: u128,
    divisor: u128,
}

impl Timing {
    /// # Errors
    ///
    /// The design's precision is too coarse for the bits.
    pub(super) fn new(format: &Format, precision: Precision) -> Result<Self, String> {
        let (second, million) = (1_000_000_000_000_000, 1_000_000);
        let (femtoseconds, parts) = match format.rate {
            Rate::Baud(baud) => (second, u128::from(baud)),
            Rate::BitTime(time) => (time.femtoseconds(), 1),
        };
        let step = precision.step().femtoseconds();
        let rate = u128::from((1_000_000 + i64::from(format.ppm)).unsigned_abs());
        let timing = Timing {
            steps: femtoseconds * million,
            divisor: parts * rate * 1000 * step,
        };
        let whole = (timing.steps * 1000).is_multiple_of(timing.divisor);
        let bit = timing.steps_to(1000);
        if bit < if whole { 2 } else { 16 } {
            return Err(format!(
                "UART: a bit ({format}) is about {bit} steps of the design's precision of {}: it takes 2, or \
                 16 if it is not a whole number of them",
                precision.step()
            ));
        }
        Ok(timing)
    }

    /// The present simulation's.
    ///
    /// # Panics
    ///
    /// At the caller's line: its precision is too coarse.
    #[track_caller]
    pub(super) fn of_now(format: &Format) -> Self {
        match Timing::new(format, now().precision()) {
            Ok(timing) => timing,
            Err(reason) => panic!("{reason}"),
        }
    }

    /// The number of steps of so many thousandths of a bit, rounded to the nearest.
    pub(super) fn steps_to(&self, thousandths: u64) -> u64 {
        let steps = (self.steps * u128::from(thousandths) + self.divisor / 2) / self.divisor;
        u64::try_from(steps).unwrap_or(u64::MAX)
    }

    /// So many steps in thousandths of a bit, rounded to the nearest.
    pub(super) fn thousandths_of(&self, steps: u64) -> u64 {
        let thousandths = (u128::from(steps) * self.divisor + self.steps / 2) / self.steps;
        u64::try_from(thousandths).unwrap_or(u64::MAX)
    }

    /// Waits until so many thousandths of a bit after a time. Returns at once if that has passed.
    pub(super) async fn until(&self, begun: SimTime, thousandths: u64) {
        until_step(begun.steps() + self.steps_to(thousandths)).await;
    }
}

#[cfg(test)]
mod tests {
    use verifork::time::TimeUnits;

    use super::*;

    fn picoseconds() -> Precision {
        Precision::new(-12).unwrap()
    }

    #[test]
    fn bits_that_are_no_whole_steps_do_not_drift() {
        let timing = Timing::new(&Format::baud(115_200), picoseconds()).unwrap();
        assert_eq!(timing.steps_to(1000), 8_680_556);
        assert_eq!(timing.steps_to(10_000), 86_805_556);
        assert_eq!(timing.steps_to(500), 4_340_278);
        assert_eq!(timing.thousandths_of(8_680_556), 1000);
        let fast = Format::bit_time(100.ns()).off_by_ppm(250_000);
        let timing = Timing::new(&fast, picoseconds()).unwrap();
        assert_eq!(timing.steps_to(1000), 80_000);
    }

    #[test]
    fn a_precision_that_is_too_coarse_is_refused() {
        let nanoseconds = Precision::new(-9).unwrap();
        assert!(Timing::new(&Format::bit_time(2.ns()), nanoseconds).is_ok());
        for format in [
            Format::bit_time(1.ns()),
            Format::bit_time(15.4.ns()),
            Format::bit_time(8.ns()).off_by_ppm(1000),
        ] {
            let reason = Timing::new(&format, nanoseconds).unwrap_err();
            assert!(
                reason.contains("the design's precision of 1 ns"),
                "{reason}"
            );
        }
        assert!(Timing::new(&Format::baud(u32::MAX), picoseconds()).is_ok());
        assert!(
            Timing::new(
                &Format::bit_time(1000.seconds()).off_by_ppm(-500_000),
                picoseconds()
            )
            .is_ok()
        );
    }

    #[test]
    fn parity_is_that_of_its_kind() {
        let of = |parity| {
            let format = Format::baud(9600).parity(parity);
            [0b0, 0b1, 0b11].map(|data| format.parity_of(data))
        };
        assert_eq!(of(Parity::Even), [false, true, false]);
        assert_eq!(of(Parity::Odd), [true, false, true]);
        assert_eq!(of(Parity::Mark), [true; 3]);
        assert_eq!(of(Parity::Space), [false; 3]);
    }

    #[test]
    fn samples_become_a_character_with_its_errors() {
        let format = Format::baud(9600)
            .data_bits(5)
            .parity(Parity::Odd)
            .stop_bits(StopBits::OneAndHalf);
        assert_eq!((format.samples(), format.ends()), (9, 8500));
        let at: Vec<u64> = (5..9).map(|index| format.sampled_at(index)).collect();
        assert_eq!(at, [5500, 6500, 7500, 8250]);
        let good = Character::new(0b10110);
        assert_eq!(format.character(0b1_1010_1100), good);
        assert_eq!(
            format.character(0b1_1110_1100),
            Character {
                parity_error: true,
                ..good
            }
        );
        assert_eq!(
            format.character(0b1_0010_1100),
            Character {
                framing_error: true,
                ..good
            }
        );
        let zero = format.character(0);
        assert!(zero.is_break && zero.framing_error && !zero.parity_error && !zero.is_good());
    }

    #[test]
    fn what_a_format_cannot_have_is_refused() {
        type Call = (fn() -> Format, &'static str);
        let calls: [Call; 5] = [
            (|| Format::baud(0), "at 0 baud a bit never ends"),
            (|| Format::bit_time(0.ns()), "more than 0 and up to 1000 s"),
            (|| Format::baud(1).data_bits(4), "5 to 9 data bits, not 4"),
            (|| Format::baud(1).data_bits(10), "5 to 9 data bits, not 10"),
            (
                || Format::baud(1).off_by_ppm(500_001),
                "up to 500000 ppm, not 500001",
            ),
        ];
        for (call, says) in calls {
            let panic = std::panic::catch_unwind(call).unwrap_err();
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap();
            assert!(text.starts_with("UART: ") && text.contains(says), "{text}");
        }
    }
}
