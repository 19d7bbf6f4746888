//! The variables of a model in its memory: the one place that reads and writes through their addresses.
//!
//! **Invariants.** A location is made from an entry of the host's table, or from the one of an array by
//! an index that its range holds. So it is aligned for its words, and lies in the model, which lives as
//! long as the program. A model is one thread's: the simulator's, on which alone the port is. Bits above
//! the width of a variable are 0, as the generated code relies on them to be; a store keeps them so. No
//! reference into the model is made, and no value is kept across an evaluation but as a copy.

use std::ffi::c_void;

use super::table::{Host, TEXT};

/// How a variable lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemoryLayout {
    Byte,
    Half,
    Word,
    Double,
    /// Words of 32 bits, the least significant first; more than 64 bits.
    Words(u32),
    Real,
    Text,
    /// A forceable variable of this number of 32-bit words. A [`Forceable`] is at the address.
    Forceable(u32),
    /// This number of neighbouring bits of a variable. A [`Part`] is at the address.
    Part(u32),
}

/// Bits of another variable: those of a member of a packed structure.
pub(super) struct Part {
    whole: Location,
    /// The least significant of them.
    low: u32,
}

/// A variable that can be forced. The design reads the bits of `value` for those that are 1 in `enable`.
pub(super) struct Forceable {
    /// What the design drives.
    own: Location,
    enable: Location,
    value: Location,
    /// What the design reads, where it is not made anew by each that reads.
    read: Option<Location>,
    /// Whether the design drives it all the time. What it only assigns keeps a value that is released.
    driven: bool,
}

/// Where a variable is, and of what type.
#[derive(Clone, Copy, Debug)]
pub(super) struct Location {
    data: *mut c_void,
    layout: MemoryLayout,
    /// The bits of the topmost word that are used.
    top: u64,
}

impl MemoryLayout {
    /// The layout of a type of the table, of `width` bits.
    pub(super) fn of(data_type: u32, width: u32) -> Option<MemoryLayout> {
        Some(match data_type {
            1 => MemoryLayout::Byte,
            2 => MemoryLayout::Half,
            4 => MemoryLayout::Word,
            8 => MemoryLayout::Double,
            16 => MemoryLayout::Words(width.div_ceil(32)),
            32 => MemoryLayout::Real,
            TEXT => MemoryLayout::Text,
            _ => return None,
        })
    }

    /// Whether a vector of this width lies so. What says so and does not is something else: an array, shown as
    /// a vector.
    pub(super) fn holds(self, width: u32) -> bool {
        match self {
            MemoryLayout::Byte => width <= 8,
            MemoryLayout::Half => (9..=16).contains(&width),
            MemoryLayout::Word => (17..=32).contains(&width),
            MemoryLayout::Double => (33..=64).contains(&width),
            MemoryLayout::Words(_) => width > 64,
            MemoryLayout::Real | MemoryLayout::Text => width == 1,
            MemoryLayout::Forceable(_) | MemoryLayout::Part(_) => true,
        }
    }
}

impl Location {
    /// # Safety
    ///
    /// `data` is the address of a variable of the model with this layout, or of an element of one.
    pub(super) unsafe fn new(data: *mut c_void, layout: MemoryLayout, width: u32) -> Location {
        let bits = match layout {
            // 1 to 32 of them.
            MemoryLayout::Words(_) => (width - 1) % 32 + 1,
            _ => width.clamp(1, 64),
        };
        Location {
            data,
            layout,
            top: u64::MAX >> (64 - bits),
        }
    }

    pub(super) fn layout(self) -> MemoryLayout {
        self.layout
    }

    /// What of a value it keeps.
    #[inline]
    pub(super) fn masked(self, value: u64) -> u64 {
        value & self.top
    }

    /// Whether its bits are in one word of memory and nowhere else.
    pub(super) fn is_plain(self) -> bool {
        matches!(
            self.layout,
            MemoryLayout::Byte | MemoryLayout::Half | MemoryLayout::Word | MemoryLayout::Double
        )
    }

    /// One bit of 64 for the address: what has another bit is not here. That of the variable itself, which may
    /// have another name under which it cannot be forced.
    #[inline]
    pub(super) fn place(self) -> u64 {
        if let Some(part) = self.part() {
            return part.whole.place();
        }
        let data = self.behind().map_or(self.data, |it| it.own.data);
        // The lowest bits are those of an alignment, mostly.
        1 << ((data.addr() >> 2) & 63)
    }

    /// The location of an element of an array that begins here.
    ///
    /// # Safety
    ///
    /// The array has as many bytes behind this, and an element begins there.
    pub(super) unsafe fn offset(self, bytes: usize) -> Location {
        Location {
            // SAFETY: the caller's promise: it stays in the array.
            data: unsafe { self.data.byte_add(bytes) },
            ..self
        }
    }

    /// How many bytes this is behind the location of another element of the same array.
    pub(super) fn bytes_behind(self, other: Location) -> usize {
        self.data.addr() - other.data.addr()
    }

    /// The value of up to 64 bits; of a real number its bits, of wider vectors the lowest.
    #[inline]
    pub(super) fn load(&self) -> u64 {
        // What most are, without the jump of a table.
        // SAFETY: the module's invariants, in each arm for its layout.
        unsafe {
            if self.layout == MemoryLayout::Byte {
                u64::from(self.data.cast::<u8>().read())
            } else if self.layout == MemoryLayout::Word {
                u64::from(self.data.cast::<u32>().read())
            } else {
                self.load_other()
            }
        }
    }

    #[inline(never)]
    fn load_other(&self) -> u64 {
        // SAFETY: the module's invariants, in each arm for its layout.
        unsafe {
            match self.layout {
                MemoryLayout::Byte => u64::from(self.data.cast::<u8>().read()),
                MemoryLayout::Half => u64::from(self.data.cast::<u16>().read()),
                MemoryLayout::Word => u64::from(self.data.cast::<u32>().read()),
                MemoryLayout::Double | MemoryLayout::Real => self.data.cast::<u64>().read(),
                MemoryLayout::Words(_) => self.word(0),
                MemoryLayout::Forceable(_) => self.behind().map_or(0, |it| it.word(0)),
                MemoryLayout::Part(width) => self.part().map_or(0, |it| it.word(0, width)),
                MemoryLayout::Text => 0,
            }
        }
    }

    /// Stores up to 64 bits; those above the width are left out.
    #[inline]
    pub(super) fn store(&self, value: u64) {
        let value = value & self.top;
        // SAFETY: the module's invariants. What an integer of the layout does not hold is above the
        // width.
        #[allow(clippy::cast_possible_truncation, reason = "the bits above are 0")]
        unsafe {
            if self.layout == MemoryLayout::Byte {
                self.data.cast::<u8>().write(value as u8);
            } else if self.layout == MemoryLayout::Word {
                self.data.cast::<u32>().write(value as u32);
            } else {
                self.store_other(value);
            }
        }
    }

    /// Stores a value without bits above the width.
    #[inline(never)]
    fn store_other(&self, value: u64) {
        // SAFETY: as in `store`.
        #[allow(clippy::cast_possible_truncation, reason = "the bits above are 0")]
        unsafe {
            match self.layout {
                MemoryLayout::Byte => self.data.cast::<u8>().write(value as u8),
                MemoryLayout::Half => self.data.cast::<u16>().write(value as u16),
                MemoryLayout::Word => self.data.cast::<u32>().write(value as u32),
                MemoryLayout::Double => self.data.cast::<u64>().write(value),
                MemoryLayout::Forceable(_) => self.deposit(0, value),
                MemoryLayout::Part(width) => self.deposit_part(0, value, width),
                MemoryLayout::Real | MemoryLayout::Words(_) | MemoryLayout::Text => {}
            }
        }
    }

    /// The location of a forceable variable, made of its own location, those of the enabled bits and the forced value,
    /// and that of what the design reads. `None` if they do not fit each other.
    pub(super) fn forceable(
        own: Location,
        [enable, value]: [Location; 2],
        read: Option<Location>,
        width: u32,
        driven: bool,
    ) -> Option<Location> {
        let parts = [Some(enable), Some(value), read];
        let fits = |part: &Location| part.layout == own.layout;
        let is_logic = !matches!(
            own.layout,
            MemoryLayout::Real | MemoryLayout::Text | MemoryLayout::Forceable(_)
        );
        if !is_logic || !parts.iter().flatten().all(fits) {
            return None;
        }
        let forceable = Box::leak(Box::new(Forceable {
            own,
            enable,
            value,
            read,
            driven,
        }));
        Some(Location {
            data: std::ptr::from_mut(forceable).cast(),
            layout: MemoryLayout::Forceable(width.div_ceil(32)),
            top: u64::MAX >> (64 - width.clamp(1, 64)),
        })
    }

    /// The [`Forceable`] behind a location of that layout.
    #[inline]
    fn behind(&self) -> Option<&'static Forceable> {
        let is_one = matches!(self.layout, MemoryLayout::Forceable(_));
        // SAFETY: only `forceable` makes such a location. It leaks the value, and nothing writes to it.
        is_one.then(|| unsafe { &*self.data.cast::<Forceable>() })
    }

    /// `width` bits of the variable, from bit `low` on; `None` if it has fewer.
    pub(super) fn bits(self, low: u32, width: u32) -> Option<Location> {
        let whole = match self.layout {
            MemoryLayout::Byte => 8,
            MemoryLayout::Half => 16,
            MemoryLayout::Word => 32,
            MemoryLayout::Double => 64,
            MemoryLayout::Words(count) | MemoryLayout::Forceable(count) => 32 * count,
            MemoryLayout::Part(bits) => bits,
            MemoryLayout::Real | MemoryLayout::Text => return None,
        };
        if width == 0 || low.checked_add(width)? > whole {
            return None;
        }
        let part = Box::leak(Box::new(Part { whole: self, low }));
        Some(Location {
            data: std::ptr::from_mut(part).cast(),
            layout: MemoryLayout::Part(width),
            top: u64::MAX >> (64 - width.min(64)),
        })
    }

    /// The [`Part`] behind a location of that layout.
    fn part(&self) -> Option<&'static Part> {
        let is_one = matches!(self.layout, MemoryLayout::Part(_));
        // SAFETY: only `bits` makes such a location. It leaks the value, and nothing writes to it.
        is_one.then(|| unsafe { &*self.data.cast::<Part>() })
    }

    #[cold]
    fn deposit_part(self, index: usize, value: u64, width: u32) {
        if let Some(part) = self.part() {
            part.store_word(index, value, width);
        }
    }

    pub(super) fn store_real(self, value: f64) {
        if self.layout == MemoryLayout::Real {
            // SAFETY: the module's invariants.
            unsafe { self.data.cast::<f64>().write(value) }
        }
    }

    /// 64 bits of a vector, from the lowest on.
    #[inline]
    pub(super) fn word(self, index: usize) -> u64 {
        let count = match self.layout {
            MemoryLayout::Words(count) => count,
            MemoryLayout::Forceable(_) => return self.behind().map_or(0, |it| it.word(index)),
            MemoryLayout::Part(width) => return self.part().map_or(0, |it| it.word(index, width)),
            _ => return if index == 0 { self.load() } else { 0 },
        };
        let half = |at: usize| {
            if at < count as usize {
                // SAFETY: the module's invariants: the variable has this many words.
                u64::from(unsafe { self.data.cast::<u32>().add(at).read() })
            } else {
                0
            }
        };
        half(2 * index) | half(2 * index + 1) << 32
    }

    /// Stores 64 bits of a vector, as many of them as it has.
    #[inline]
    pub(super) fn store_word(self, index: usize, value: u64) {
        let count = match self.layout {
            MemoryLayout::Words(count) => count as usize,
            MemoryLayout::Forceable(_) => return self.deposit(index, value),
            MemoryLayout::Part(width) => return self.deposit_part(index, value, width),
            _ => {
                if index == 0 {
                    self.store(value);
                }
                return;
            }
        };
        for (at, half) in [
            (2 * index, value & u64::from(u32::MAX)),
            (2 * index + 1, value >> 32),
        ] {
            if at < count {
                let half = if at + 1 == count {
                    half & self.top
                } else {
                    half
                };
                // SAFETY: the module's invariants: the variable has this many words. `half` has 32 bits.
                #[allow(clippy::cast_possible_truncation, reason = "it has 32 bits")]
                unsafe {
                    self.data.cast::<u32>().add(at).write(half as u32);
                }
            }
        }
    }

    #[cold]
    fn deposit(self, index: usize, value: u64) {
        if let Some(it) = self.behind() {
            it.own.store_word(index, value);
            it.update(index);
        }
    }

    /// Whether it can be forced.
    pub(super) fn can_be_forced(self) -> bool {
        matches!(self.layout, MemoryLayout::Forceable(_))
    }

    /// Sets 64 bits of what is forced, and which of them are.
    pub(super) fn force_word(self, index: usize, value: u64, held: u64) {
        if let Some(it) = self.behind() {
            it.value.store_word(index, value);
            it.enable.store_word(index, held);
            it.update(index);
        }
    }

    /// Of bits that are forced, lets those go that are not to be held; others stay as they are.
    pub(super) fn hold_word(self, index: usize, held: u64) {
        if let Some(it) = self.behind() {
            let forced = it.enable.word(index);
            if !it.driven {
                let (own, value) = (it.own.word(index), it.value.word(index));
                it.own.store_word(index, own & !forced | value & forced);
            }
            it.enable.store_word(index, forced & held);
            it.update(index);
        }
    }

    /// The characters of a string.
    pub(super) fn text(self, host: Host) -> Vec<u8> {
        if self.layout != MemoryLayout::Text {
            return Vec::new();
        }
        // SAFETY: the module's invariants: it is a string.
        unsafe { host.read_string(self.data) }
    }

    pub(super) fn store_text(self, host: Host, text: &str) {
        if self.layout == MemoryLayout::Text {
            // SAFETY: the module's invariants: it is a string.
            unsafe { host.write_string(self.data, text) }
        }
    }
}

impl Part {
    /// Where the 64 bits from `64 * index` on begin in the whole, by word and bit, and a mask of those that are
    /// here.
    fn window(&self, index: usize, width: u32) -> (usize, u32, u64) {
        let low = u64::from(self.low) + 64 * index as u64;
        let left = u64::from(width).saturating_sub(64 * index as u64);
        let mask = match left {
            0 => 0,
            left => u64::MAX >> (64 - left.min(64)),
        };
        let word = usize::try_from(low / 64).unwrap_or(usize::MAX - 1);
        (word, u32::try_from(low % 64).unwrap_or(0), mask)
    }

    fn word(&self, index: usize, width: u32) -> u64 {
        let (word, bit, mask) = self.window(index, width);
        let low = self.whole.word(word) >> bit;
        // None of the next word where they begin with a whole one.
        let high = self.whole.word(word + 1).checked_shl(64 - bit).unwrap_or(0);
        (low | high) & mask
    }

    fn store_word(&self, index: usize, value: u64, width: u32) {
        let (word, bit, mask) = self.window(index, width);
        let value = value & mask;
        let parts = [
            (word, value << bit, mask << bit),
            (
                word + 1,
                value.checked_shr(64 - bit).unwrap_or(0),
                mask.checked_shr(64 - bit).unwrap_or(0),
            ),
        ];
        for (word, value, mask) in parts.into_iter().filter(|(_, _, mask)| *mask != 0) {
            let kept = self.whole.word(word) & !mask;
            self.whole.store_word(word, kept | value);
        }
    }
}

impl Forceable {
    /// 64 bits of what the design reads.
    fn word(&self, index: usize) -> u64 {
        self.read
            .map_or_else(|| self.combined(index), |read| read.word(index))
    }

    fn combined(&self, index: usize) -> u64 {
        let enable = self.enable.word(index);
        self.own.word(index) & !enable | self.value.word(index) & enable
    }

    fn update(&self, index: usize) {
        if let Some(read) = self.read {
            read.store_word(index, self.combined(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<T>(data: &mut T, layout: MemoryLayout, width: u32) -> Location {
        // SAFETY: it is a variable with this layout, and outlives its use in the tests below.
        unsafe { Location::new(std::ptr::from_mut(data).cast(), layout, width) }
    }

    #[test]
    fn bits_above_the_width_stay_0() {
        let (mut byte, mut half, mut word, mut double) = (0u8, 0u16, 0u32, 0u64);
        of(&mut byte, MemoryLayout::Byte, 3).store(0xff);
        of(&mut half, MemoryLayout::Half, 9).store(u64::MAX);
        of(&mut word, MemoryLayout::Word, 32).store(u64::MAX);
        of(&mut double, MemoryLayout::Double, 63).store(u64::MAX);
        assert_eq!(
            (byte, half, word, double),
            (7, 0x1ff, u32::MAX, u64::MAX >> 1)
        );
    }

    #[test]
    fn a_vector_is_words_of_32_bits_from_the_lowest_on() {
        let mut words = [0u32; 4];
        let vector = of(&mut words, MemoryLayout::Words(3), 70);
        vector.store_word(0, 0x1111_2222_3333_4444);
        vector.store_word(1, u64::MAX);
        assert_eq!(
            (vector.word(0), vector.word(1)),
            (0x1111_2222_3333_4444, 0x3f)
        );
        assert_eq!(words, [0x3333_4444, 0x1111_2222, 0x3f, 0]);
    }

    #[test]
    fn a_forced_bit_is_read_as_forced_and_keeps_its_value_where_nothing_drives_it() {
        for (with_read, driven) in [(false, false), (true, false), (false, true), (true, true)] {
            let (mut own, mut enable, mut value, mut read) =
                ([5u32, 9, 1], [0; 3], [0; 3], [5, 9, 1]);
            let of = |data: &mut [u32; 3]| of(data, MemoryLayout::Words(3), 65);
            let read = with_read.then(|| of(&mut read));
            let parts = [of(&mut enable), of(&mut value)];
            let own = of(&mut own);
            let signal = Location::forceable(own, parts, read, 65, driven).unwrap();
            assert!(signal.can_be_forced());
            assert_eq!(signal.place(), own.place());
            assert_eq!((signal.word(0), signal.word(1)), (9 << 32 | 5, 1));
            // Bits 1 and 64.
            signal.force_word(0, 2, 2);
            signal.force_word(1, 0, 1);
            assert_eq!((signal.load(), signal.word(1)), (9 << 32 | 7, 0));
            // The design sees no write to them, but that to the others.
            signal.store_word(0, 0);
            signal.store_word(1, 1);
            assert_eq!((signal.word(0), signal.word(1)), (2, 0));
            signal.hold_word(0, 0);
            assert_eq!(signal.word(0), if driven { 0 } else { 2 });
            assert_eq!(signal.word(1), 0);
            signal.hold_word(1, 0);
            assert_eq!(signal.word(1), u64::from(driven));
        }
        let (mut byte, mut half) = (0u8, 0u16);
        let (byte, half) = (
            of(&mut byte, MemoryLayout::Byte, 8),
            of(&mut half, MemoryLayout::Half, 8),
        );
        assert!(Location::forceable(byte, [byte, half], None, 8, false).is_none());
    }

    #[test]
    fn bits_of_a_vector_are_read_and_written_between_the_others() {
        let mut words = [0xdead_beef_u32, 0x0123_4567, 0x89ab_cdef, 5];
        let vector = of(&mut words, MemoryLayout::Words(4), 99);
        let part = vector.bits(28, 70).unwrap();
        assert_eq!((part.word(0), part.word(1)), (0x9abc_def0_1234_567d, 0x18));
        assert_eq!((part.load(), part.word(2)), (part.word(0), 0));
        part.store_word(0, 0x1111_2222_3333_4444);
        part.store_word(1, u64::MAX << 6 | 0x2a);
        assert_eq!(words, [0x4ead_beef, 0x2333_3444, 0xa111_1222, 6]);
        // It is where the whole is, and no more than that.
        assert_eq!(part.place(), vector.place());
        assert!(vector.bits(120, 9).is_none() && vector.bits(0, 0).is_none());

        let mut half = 0b1010_1010_1010_1010_u16;
        let vector = of(&mut half, MemoryLayout::Half, 16);
        let (part, bit) = (vector.bits(4, 8).unwrap(), vector.bits(15, 1).unwrap());
        assert_eq!((part.load(), bit.load()), (0b1010_1010, 1));
        part.store(0xf0f);
        bit.store(0);
        // Bits of bits.
        part.bits(4, 2).unwrap().store(3);
        assert_eq!(half, 0b0010_0011_1111_1010 & 0x7fff);
    }

    #[test]
    fn a_vector_lies_in_words_that_fit_it() {
        for (layout, least, most) in [
            (MemoryLayout::Byte, 1, 8),
            (MemoryLayout::Half, 9, 16),
            (MemoryLayout::Word, 17, 32),
            (MemoryLayout::Double, 33, 64),
            (MemoryLayout::Words(3), 65, 96),
        ] {
            for width in [1, 8, 9, 16, 17, 32, 33, 64, 65, 96] {
                let holds = (least..=most).contains(&width);
                assert_eq!(layout.holds(width), holds, "{layout:?} {width}");
            }
        }
        assert!(MemoryLayout::Real.holds(1) && !MemoryLayout::Text.holds(2));
    }

    #[test]
    fn an_element_is_behind_those_before_it() {
        let mut bytes = [1u8, 2, 3];
        let first = of(&mut bytes, MemoryLayout::Byte, 8);
        // SAFETY: there are three.
        let third = unsafe { first.offset(2) };
        assert_eq!(third.load(), 3);
    }
}
