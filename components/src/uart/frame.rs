//! The frames to send: characters with or without errors, breaks and glitches.

use std::ops::Range;

use super::format::{Character, Format};

/// A frame for a [`Transmitter`](super::Transmitter): a character, possibly with errors, a break, or a glitch on an
/// idle line.
///
/// ```
/// use verifork_components::uart::{Character, Format, Frame, Parity};
///
/// let format = Format::baud(9600).parity(Parity::Odd);
/// let wrong = Frame::new(0x41).wrong_parity();
/// let received = format.received(&wrong).unwrap();
/// assert!(received.parity_error && received.data == 0x41);
/// assert!(format.received(&Frame::glitch(300)).is_none(), "0.3 of a bit is not a start bit");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    kind: Kind,
    glitches: Vec<(u64, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Character {
        data: u16,
        wrong_parity: bool,
        low_stop: bool,
    },
    Break {
        bits: u32,
    },
    Glitch {
        thousandths: u32,
    },
}

impl Frame {
    /// A character.
    pub fn new(data: u16) -> Self {
        let kind = Kind::Character {
            data,
            wrong_parity: false,
            low_stop: false,
        };
        Frame::of(kind)
    }

    /// The line is 0 for this many bits, then 1 for one bit.
    pub fn line_break(bits: u32) -> Self {
        Frame::of(Kind::Break { bits })
    }

    /// The line is 0 for this many thousandths of a bit, then 1 for one bit.
    pub fn glitch(thousandths: u32) -> Self {
        Frame::of(Kind::Glitch { thousandths })
    }

    fn of(kind: Kind) -> Self {
        let glitches = Vec::new();
        Frame { kind, glitches }
    }

    /// Inverts the parity bit.
    #[must_use]
    pub fn wrong_parity(mut self) -> Self {
        if let Kind::Character { wrong_parity, .. } = &mut self.kind {
            *wrong_parity = true;
        }
        self
    }

    /// The line is 0 for the time of the stop bits, and 1 for one bit after it: a framing error.
    #[must_use]
    pub fn low_stop(mut self) -> Self {
        if let Kind::Character { low_stop, .. } = &mut self.kind {
            *low_stop = true;
        }
        self
    }

    /// The line has the other level for a part of a bit: bit 0 is the start bit, and the part is in thousandths
    /// of a bit. A receiver that samples in the middle does not see it, unless the part goes over 500; one that begins or ends there is a race.
    ///
    /// # Panics
    ///
    /// At the caller's line: a part that is empty or no part of the bit.
    #[must_use]
    #[track_caller]
    pub fn glitch_in(mut self, bit: u32, part: Range<u32>) -> Self {
        assert!(
            part.start < part.end && part.end <= 1000,
            "UART: the thousandths {part:?} are not a part of a bit"
        );
        let at = |thousandths: u32| u64::from(bit) * 1000 + u64::from(thousandths);
        self.glitches.push((at(part.start), at(part.end)));
        self
    }

    /// Why a format cannot have it.
    pub(super) fn refused_by(&self, format: &Format, line: &str) -> Option<String> {
        let (ends, last) = match self.kind {
            Kind::Character {
                data, wrong_parity, ..
            } => {
                if data > format.largest() {
                    return Some(format!(
                        "{data:#x} does not fit the data bits of `{line}` ({format})"
                    ));
                }
                if wrong_parity && !format.has_parity() {
                    return Some(format!("`{line}` has no parity that could be wrong"));
                }
                (format.ends(), format.ends())
            }
            Kind::Break { bits } => {
                let least = format.ends().div_ceil(1000);
                if u64::from(bits) < least {
                    return Some(format!(
                        "a break on `{line}` is at least a character of {least} bits long, not {bits}"
                    ));
                }
                (u64::from(bits) * 1000, 0)
            }
            Kind::Glitch { thousandths } => {
                if !(1..=999).contains(&thousandths) {
                    return Some(format!(
                        "a glitch on `{line}` takes 1 to 999 thousandths of a bit, not {thousandths}"
                    ));
                }
                (1000, 0)
            }
        };
        let beyond = self.glitches.iter().find(|(_, to)| *to > last);
        beyond.map(|(_, to)| {
            format!(
                "a glitch on `{line}` goes to {to} thousandths of a bit, and what it is in ends at {}",
                ends.min(last)
            )
        })
    }

    /// The level at so many thousandths of a bit, without glitches.
    fn intended(&self, format: &Format, at: u64) -> bool {
        match self.kind {
            Kind::Character {
                data,
                wrong_parity,
                low_stop,
            } => {
                let bit = at / 1000;
                if at >= format.stop_begins() {
                    return !low_stop || at >= format.ends();
                }
                if bit == 0 {
                    return false;
                }
                if format.has_parity() && bit + 1 == u64::from(format.bits_before_stop()) {
                    return format.parity_of(data) != wrong_parity;
                }
                data >> (bit - 1) & 1 == 1
            }
            Kind::Break { bits } => at >= u64::from(bits) * 1000,
            Kind::Glitch { thousandths } => at >= u64::from(thousandths),
        }
    }

    fn level(&self, format: &Format, at: u64) -> bool {
        let inverts = |(from, to): &&(u64, u64)| (*from..*to).contains(&at);
        let inverted = self.glitches.iter().filter(inverts).count() % 2 == 1;
        self.intended(format, at) != inverted
    }

    /// Its end, including the stop bits.
    fn ends(&self, format: &Format) -> u64 {
        match self.kind {
            Kind::Character { low_stop, .. } => format.ends() + if low_stop { 1000 } else { 0 },
            Kind::Break { bits } => u64::from(bits) * 1000 + 1000,
            Kind::Glitch { thousandths } => u64::from(thousandths) + 1000,
        }
    }

    /// The levels of the line, each with the time at which it ends, in thousandths of a bit.
    pub(super) fn levels(&self, format: &Format) -> Vec<(bool, u64)> {
        let ends = self.ends(format);
        let bits = (1..=u64::from(format.bits_before_stop())).map(|bit| bit * 1000);
        let own = match self.kind {
            Kind::Character { .. } => format.ends(),
            Kind::Break { bits } => u64::from(bits) * 1000,
            Kind::Glitch { thousandths } => u64::from(thousandths),
        };
        let mut times: Vec<u64> = bits
            .chain([own, ends])
            .chain(self.glitches.iter().flat_map(|&(from, to)| [from, to]))
            .filter(|&time| time > 0 && time <= ends)
            .collect();
        times.sort_unstable();
        times.dedup();
        let mut levels: Vec<(bool, u64)> = Vec::with_capacity(times.len());
        let mut begins = 0;
        for time in times {
            let level = self.level(format, begins);
            match levels.last_mut() {
                Some((last, until)) if *last == level => *until = time,
                _ => levels.push((level, time)),
            }
            begins = time;
        }
        levels
    }
}

impl From<u8> for Frame {
    fn from(data: u8) -> Self {
        Frame::new(data.into())
    }
}

impl From<u16> for Frame {
    fn from(data: u16) -> Self {
        Frame::new(data)
    }
}

impl Format {
    /// The character that a receiver gets from a frame at its own rate; `None` if it sees no start bit.
    pub fn received(&self, frame: &Frame) -> Option<Character> {
        let level = |index| frame.level(self, self.sampled_at(index));
        let samples = (0..self.samples()).map(|index| u16::from(level(index)) << index);
        let samples = samples.sum::<u16>();
        (samples & 1 == 0).then(|| self.character(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::{Parity, StopBits};
    use super::*;

    #[test]
    fn a_character_is_start_data_parity_and_stop() {
        let format = Format::baud(9600)
            .data_bits(5)
            .parity(Parity::Even)
            .stop_bits(StopBits::OneAndHalf);
        let levels = Frame::new(0b01101).levels(&format);
        let wanted = [
            (false, 1000),
            (true, 2000),
            (false, 3000),
            (true, 5000),
            (false, 6000),
        ];
        assert_eq!(levels[..5], wanted);
        assert_eq!(levels[5..], [(true, 8500)]);
        let frame = Frame::new(0b01101).wrong_parity();
        assert_eq!(frame.levels(&format).last(), Some(&(true, 8500)));
        assert!(format.received(&frame).unwrap().parity_error);
    }

    #[test]
    fn a_stop_bit_that_is_low_a_break_and_a_glitch_end_with_a_line_that_is_high() {
        let format = Format::baud(9600);
        let low = Frame::new(0x80).low_stop();
        assert_eq!(low.levels(&format)[2..], [(false, 10_000), (true, 11_000)]);
        assert!(format.received(&low).unwrap().framing_error);
        let line_break = Frame::line_break(13);
        assert_eq!(
            line_break.levels(&format),
            [(false, 13_000), (true, 14_000)]
        );
        assert!(format.received(&line_break).unwrap().is_break);
        assert_eq!(
            Frame::glitch(300).levels(&format),
            [(false, 300), (true, 1300)]
        );
        assert_eq!(format.received(&Frame::glitch(300)), None);
    }

    #[test]
    fn a_glitch_is_seen_where_it_covers_the_middle_of_a_bit() {
        let format = Format::baud(9600);
        let beside = Frame::new(0xff).glitch_in(3, 510..900);
        let over = Frame::new(0xff).glitch_in(3, 400..600);
        assert_eq!(format.received(&beside), Some(Character::new(0xff)));
        assert_eq!(format.received(&over), Some(Character::new(0xfb)));
        assert_eq!(
            over.levels(&format)[..4],
            [(false, 1000), (true, 3400), (false, 3600), (true, 10_000)]
        );
    }

    #[test]
    fn what_a_format_cannot_have_is_reported() {
        let format = Format::baud(9600).data_bits(7);
        for (frame, says) in [
            (
                Frame::new(0x80),
                "0x80 does not fit the data bits of `rx` (9600 baud, 7 data",
            ),
            (
                Frame::new(0).wrong_parity(),
                "`rx` has no parity that could be wrong",
            ),
            (
                Frame::line_break(8),
                "at least a character of 9 bits long, not 8",
            ),
            (Frame::glitch(0), "1 to 999 thousandths of a bit, not 0"),
            (Frame::new(0).glitch_in(9, 0..1), "goes to 9001 thousandths"),
        ] {
            let reason = frame.refused_by(&format, "rx").unwrap();
            assert!(reason.contains(says), "{reason}");
        }
        assert_eq!(Frame::new(0x7f).refused_by(&format, "rx"), None);
        assert_eq!(Frame::line_break(9).refused_by(&format, "rx"), None);
    }
}
