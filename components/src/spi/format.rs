//! How words look on the pins.

use std::fmt;

/// The level of the idle clock, and the edge that samples: CPOL and CPHA.
///
/// ```no_run
/// use verifork_components::spi::{Format, Mode};
///
/// let format = Format::new(Mode::new(3));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// The level of SCLK while nothing is selected.
    pub cpol: bool,
    /// Whether bits change on the leading edge of SCLK and are sampled on the trailing one, and not the other
    /// way round.
    pub cpha: bool,
}

impl Mode {
    /// Mode 0, 1, 2 or 3: CPOL is the upper bit of the number, CPHA the lower.
    ///
    /// # Panics
    ///
    /// At the caller's line, for any other mode.
    #[track_caller]
    pub fn new(number: u8) -> Self {
        assert!(
            number < 4,
            "SPI: there are modes 0 to 3, and no mode {number}"
        );
        Mode {
            cpol: number & 2 != 0,
            cpha: number & 1 != 0,
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        u8::from(self.cpol) * 2 + u8::from(self.cpha)
    }

    /// Whether the change of SCLK to this level is an edge at which bits are sampled.
    pub(super) fn samples_at(self, level: bool) -> bool {
        (level != self.cpol) != self.cpha
    }
}

/// The format of words. The default is 8 bits, most significant first, on one lane.
///
/// ```
/// use verifork_components::spi::{Format, Mode};
///
/// let flash = Format::new(Mode::new(0)).lanes(4).single_first(1); // the command on one lane
/// assert_eq!(flash.to_string(), "mode 0, words of 8 bits, MSB first, 4 lanes but for the first 1 words");
/// let dac = Format::new(Mode::new(1)).width(24);
/// assert_eq!(dac.to_string(), "mode 1, words of 24 bits, MSB first, 1 lane");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub(super) mode: Mode,
    width: u32,
    lsb_first: bool,
    lanes: u32,
    single_first: usize,
}

impl Format {
    /// A format of a mode.
    pub fn new(mode: Mode) -> Self {
        Format {
            mode,
            width: 8,
            lsb_first: false,
            lanes: 1,
            single_first: 0,
        }
    }

    /// The bits of a word.
    ///
    /// # Panics
    ///
    /// At the caller's line: unless 1 to 64, and whole times the lanes.
    #[must_use]
    #[track_caller]
    pub fn width(self, width: u32) -> Self {
        assert!(
            (1..=64).contains(&width),
            "SPI: a word has 1 to 64 bits, not {width}"
        );
        Format { width, ..self }.checked()
    }

    /// Sends the least significant bit first.
    #[must_use]
    pub fn lsb_first(self) -> Self {
        let lsb_first = true;
        Format { lsb_first, ..self }
    }

    /// Sets the number of bits per clock in each direction: 1, 2 for dual SPI, 4 for quad, 8 for octal. The most
    /// significant of these bits is on the highest lane.
    ///
    /// # Panics
    ///
    /// At the caller's line, for any other number, and if the word length is not a multiple of it.
    #[must_use]
    #[track_caller]
    pub fn lanes(self, lanes: u32) -> Self {
        assert!(
            [1, 2, 4, 8].contains(&lanes),
            "SPI: there are 1, 2, 4 or 8 lanes, not {lanes}"
        );
        Format { lanes, ..self }.checked()
    }

    /// How many words of a transfer go over one lane before the others are used: the command of a quad memory,
    /// for instance. They go to the peripheral over lane 0, and come from it over lane 1, as IO0 and IO1 do.
    #[must_use]
    pub fn single_first(self, words: usize) -> Self {
        Format {
            single_first: words,
            ..self
        }
    }

    #[track_caller]
    fn checked(self) -> Self {
        let Format { width, lanes, .. } = self;
        assert!(
            width.is_multiple_of(lanes),
            "SPI: words of {width} bits are not a multiple of {lanes} lanes"
        );
        self
    }

    /// The largest word.
    pub fn largest(&self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// How many pins each direction needs.
    pub(super) fn pins(&self) -> u32 {
        self.lanes
    }

    /// The number of lanes.
    pub(super) fn lanes_of(&self, word: usize) -> u32 {
        if word < self.single_first {
            1
        } else {
            self.lanes
        }
    }

    /// How many times SCLK samples for a word.
    pub(super) fn times_of(&self, word: usize) -> u32 {
        self.width / self.lanes_of(word)
    }

    /// The lowest of the bits that go at a time.
    fn lowest(&self, lanes: u32, time: u32) -> u32 {
        if self.lsb_first {
            time * lanes
        } else {
            self.width - (time + 1) * lanes
        }
    }

    /// The bits of a word that go at a time.
    fn bits(&self, word: u64, lanes: u32, time: u32) -> u64 {
        word >> self.lowest(lanes, time) & (u64::MAX >> (64 - lanes))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Format { width, lanes, .. } = self;
        let first = if self.lsb_first { "LSB" } else { "MSB" };
        let plural = if *lanes == 1 { "" } else { "s" };
        write!(
            f,
            "mode {}, words of {width} bits, {first} first, {lanes} lane{plural}",
            self.mode.number()
        )?;
        if self.single_first > 0 {
            write!(f, " but for the first {} words", self.single_first)?;
        }
        Ok(())
    }
}

/// A position in a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) word: usize,
    pub(super) time: u32,
}

impl Position {
    /// Goes on to the next time; whether a word has ended.
    pub(super) fn advance(&mut self, format: &Format) -> bool {
        self.time += 1;
        let ends = self.time == format.times_of(self.word);
        if ends {
            *self = Position {
                word: self.word + 1,
                time: 0,
            };
        }
        ends
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "word {}, clock {}", self.word + 1, self.time + 1)
    }
}

/// The side that drives the pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Controller,
    Peripheral,
}

/// The levels of the pins for one group of bits of a word.
pub(super) fn pins_for(format: &Format, at: Position, word: u64, from: Side, pins: u32) -> u64 {
    let lanes = format.lanes_of(at.word);
    format.bits(word, lanes, at.time) << shift(lanes, from, pins)
}

/// The pin of the lowest lane.
fn shift(lanes: u32, from: Side, pins: u32) -> u32 {
    u32::from(lanes == 1 && pins > 1 && from == Side::Peripheral)
}

/// Assembles words from samples.
#[derive(Clone, Debug)]
pub(super) struct Assembly {
    from: Side,
    word: u64,
    is_known: bool,
    pub(super) words: Vec<Option<u64>>,
}

impl Assembly {
    pub(super) fn new(from: Side) -> Self {
        Assembly {
            from,
            word: 0,
            is_known: true,
            words: Vec::new(),
        }
    }

    /// Adds a sample. Returns whether all its used bits are known.
    pub(super) fn add(
        &mut self,
        format: &Format,
        at: Position,
        (value, unknown): (u64, u64),
        pins: u32,
    ) -> bool {
        let lanes = format.lanes_of(at.word);
        let used = u64::MAX >> (64 - lanes);
        let shift = shift(lanes, self.from, pins);
        let is_known = unknown >> shift & used == 0;
        self.word |= (value >> shift & used) << format.lowest(lanes, at.time);
        self.is_known &= is_known;
        if at.time + 1 == format.times_of(at.word) {
            self.words.push(self.is_known.then_some(self.word));
            (self.word, self.is_known) = (0, true);
        }
        is_known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(format: Format, from: Side, pins: u32, words: &[u64]) {
        let (mut at, mut assembly) = (Position::default(), Assembly::new(from));
        for &word in words {
            for _ in 0..format.times_of(at.word) {
                let value = pins_for(&format, at, word, from, pins);
                assert!(value < 1 << pins, "{value:#x} on {pins} pins");
                assert!(assembly.add(&format, at, (value, !0 << pins), pins));
                at.advance(&format);
            }
        }
        let words: Vec<_> = words.iter().copied().map(Some).collect();
        assert_eq!(assembly.words, words);
        assert_eq!(
            at,
            Position {
                word: words.len(),
                time: 0
            }
        );
    }

    #[test]
    fn words_come_out_as_they_went_in() {
        let mode = Mode::new(0);
        for from in [Side::Controller, Side::Peripheral] {
            round_trip(Format::new(mode), from, 1, &[0x81, 0, 0xff]);
            round_trip(Format::new(mode).width(1), from, 1, &[1, 0]);
            round_trip(
                Format::new(mode).width(64).lsb_first(),
                from,
                1,
                &[u64::MAX, 3],
            );
            round_trip(
                Format::new(mode).width(12).lanes(2).lsb_first(),
                from,
                2,
                &[0x123],
            );
            round_trip(
                Format::new(mode).lanes(4).single_first(1),
                from,
                4,
                &[0x81, 0x12, 0xef],
            );
            round_trip(Format::new(mode).width(16).lanes(8), from, 8, &[0xabcd]);
        }
    }

    #[test]
    fn the_order_is_that_of_the_field() {
        let at = |time| Position { word: 0, time };
        let msb = Format::new(Mode::new(0));
        assert_eq!(pins_for(&msb, at(0), 0x80, Side::Controller, 1), 1);
        assert_eq!(
            pins_for(&msb.lsb_first(), at(0), 0x80, Side::Controller, 1),
            0
        );
        let quad = msb.lanes(4);
        assert_eq!(pins_for(&quad, at(0), 0xa5, Side::Controller, 4), 0xa);
        let single = quad.single_first(1);
        assert_eq!(pins_for(&single, at(0), 0x80, Side::Controller, 4), 1);
        assert_eq!(pins_for(&single, at(0), 0x80, Side::Peripheral, 4), 2);
    }

    #[test]
    fn edges_that_sample_are_those_of_the_mode() {
        let rising = [true, false, false, true];
        for (number, rising) in (0..).zip(rising) {
            let mode = Mode::new(number);
            assert_eq!(mode.number(), number);
            assert_eq!(mode.samples_at(true), rising);
            assert_eq!(mode.samples_at(false), !rising);
        }
    }

    #[test]
    fn what_a_format_cannot_be_is_refused() {
        type Call = (fn() -> Format, &'static str);
        let calls: [Call; 5] = [
            (|| Format::new(Mode::new(4)), "modes 0 to 3, and no mode 4"),
            (|| Format::new(Mode::new(0)).width(0), "1 to 64 bits, not 0"),
            (
                || Format::new(Mode::new(0)).width(65),
                "1 to 64 bits, not 65",
            ),
            (
                || Format::new(Mode::new(0)).lanes(3),
                "1, 2, 4 or 8 lanes, not 3",
            ),
            (
                || Format::new(Mode::new(0)).lanes(4).width(10),
                "10 bits are not a multiple of 4",
            ),
        ];
        for (call, says) in calls {
            let panic = std::panic::catch_unwind(call).unwrap_err();
            let text = panic.downcast_ref::<String>().unwrap();
            assert!(text.starts_with("SPI: ") && text.contains(says), "{text}");
        }
    }
}
