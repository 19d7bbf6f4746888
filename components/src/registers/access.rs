//! The kinds of access of a field: the effects of writes and reads.

use std::fmt;
use std::str::FromStr;

use super::rules::{Fault, unknown_access};

/// The effect of a write on a field.
#[derive(Clone, Copy, PartialEq)]
enum OnWrite {
    Nothing,
    Written,
    Cleared,
    Set,
    OnesClear,
    OnesSet,
    OnesToggle,
    ZerosClear,
    ZerosSet,
    ZerosToggle,
    /// Written by the first write after a reset.
    Once,
}

/// The effect of a read on a field.
#[derive(Clone, Copy, PartialEq)]
enum OnRead {
    Nothing,
    Cleared,
    Set,
}

macro_rules! kinds {
    ($($kind:ident $name:literal $write:ident $read:ident $readable:literal $does:literal)*) => {
        /// How a field is accessed, by the names that IEEE 1800.2-2020 has for it (18.5, `uvm_reg_field`).
        ///
        /// ```
        /// use verifork_components::registers::Access;
        ///
        /// let access: Access = "w1c".parse()?;
        /// assert_eq!(access, Access::W1c);
        /// assert_eq!(access.name(), "W1C");
        /// # Ok::<(), verifork_components::registers::UnknownAccess>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Access {
            $(#[doc = $does] $kind,)*
        }

        const NAMES: &[&str] = &[$($name),*];

        impl Access {
            /// Every kind.
            pub const ALL: &[Access] = &[$(Access::$kind),*];

            const fn effects(self) -> (OnWrite, OnRead, bool) {
                match self {
                    $(Access::$kind => (OnWrite::$write, OnRead::$read, $readable),)*
                }
            }

            /// Its name: `W1C`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Access::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    Ro "RO" Nothing Nothing true "`RO`: a write does nothing."
    Rw "RW" Written Nothing true "`RW`: what is written is read."
    Rc "RC" Nothing Cleared true "`RC`: a write does nothing, a read clears all bits."
    Rs "RS" Nothing Set true "`RS`: a write does nothing, a read sets all bits."
    Wrc "WRC" Written Cleared true "`WRC`: as `RW`, and a read clears all bits."
    Wrs "WRS" Written Set true "`WRS`: as `RW`, and a read sets all bits."
    Wc "WC" Cleared Nothing true "`WC`: a write clears all bits."
    Ws "WS" Set Nothing true "`WS`: a write sets all bits."
    Wsrc "WSRC" Set Cleared true "`WSRC`: a write sets all bits, a read clears them."
    Wcrs "WCRS" Cleared Set true "`WCRS`: a write clears all bits, a read sets them."
    W1c "W1C" OnesClear Nothing true "`W1C`: a 1 clears its bit."
    W1s "W1S" OnesSet Nothing true "`W1S`: a 1 sets its bit."
    W1t "W1T" OnesToggle Nothing true "`W1T`: a 1 toggles its bit."
    W0c "W0C" ZerosClear Nothing true "`W0C`: a 0 clears its bit."
    W0s "W0S" ZerosSet Nothing true "`W0S`: a 0 sets its bit."
    W0t "W0T" ZerosToggle Nothing true "`W0T`: a 0 toggles its bit."
    W1src "W1SRC" OnesSet Cleared true "`W1SRC`: a 1 sets its bit, a read clears all."
    W1crs "W1CRS" OnesClear Set true "`W1CRS`: a 1 clears its bit, a read sets all."
    W0src "W0SRC" ZerosSet Cleared true "`W0SRC`: a 0 sets its bit, a read clears all."
    W0crs "W0CRS" ZerosClear Set true "`W0CRS`: a 0 clears its bit, a read sets all."
    Wo "WO" Written Nothing false "`WO`: it is written, and what is read means nothing."
    Woc "WOC" Cleared Nothing false "`WOC`: a write clears all bits, and what is read means nothing."
    Wos "WOS" Set Nothing false "`WOS`: a write sets all bits, and what is read means nothing."
    W1 "W1" Once Nothing true "`W1`: the first write after a reset is taken."
    Wo1 "WO1" Once Nothing false "`WO1`: the first write after a reset is taken, and what is read means nothing."
}

impl Access {
    /// The kind of this name, in upper or lower case.
    pub(super) const fn named(name: &str) -> Option<Access> {
        let mut at = 0;
        while at < NAMES.len() {
            if NAMES[at].eq_ignore_ascii_case(name) {
                return Some(Access::ALL[at]);
            }
            at += 1;
        }
        None
    }

    /// The error for a name that is not an access kind.
    pub(super) const fn unknown() -> Fault {
        unknown_access(NAMES)
    }

    /// Whether a read returns the value of the field.
    ///
    /// ```
    /// use verifork_components::registers::Access;
    ///
    /// assert!(Access::Rw.is_readable() && !Access::Wo.is_readable());
    /// ```
    pub const fn is_readable(self) -> bool {
        self.effects().2
    }

    /// Whether a write can change the field.
    ///
    /// ```
    /// use verifork_components::registers::Access;
    ///
    /// assert!(Access::W1c.is_writable() && !Access::Ro.is_writable());
    /// ```
    pub const fn is_writable(self) -> bool {
        !matches!(self.effects().0, OnWrite::Nothing)
    }

    /// Whether a read leaves the field as it is.
    pub(super) fn reads_quietly(self) -> bool {
        self.effects().1 == OnRead::Nothing
    }

    /// Whether the field holds the written value, every time.
    pub(super) fn holds_what_is_written(self) -> bool {
        self.effects().0 == OnWrite::Written
    }

    /// The value on which a write shows its effect: all ones if it clears, zeros if it sets.
    pub(super) fn shows_a_write(self) -> Option<bool> {
        match self.effects().0 {
            OnWrite::Cleared | OnWrite::OnesClear | OnWrite::ZerosClear => Some(true),
            OnWrite::Set | OnWrite::OnesSet | OnWrite::ZerosSet => Some(false),
            _ => None,
        }
    }

    /// The data that leaves the field as it is when written; `None` if that is its value. It is 0 if every write
    /// changes the field.
    pub(super) fn leaves(self, mask: u64) -> Option<u64> {
        match self.effects().0 {
            OnWrite::Written | OnWrite::Once => None,
            OnWrite::ZerosClear | OnWrite::ZerosSet | OnWrite::ZerosToggle => Some(mask),
            _ => Some(0),
        }
    }

    /// The field after a write of `data` to those of its bits that are in `mask`, which are some; `first` of
    /// those since a reset.
    pub(super) fn written(self, bits: Bits, data: u64, mask: u64, first: bool) -> Bits {
        let Bits { value, known, all } = bits;
        let (ones, zeros) = (data & mask, !data & mask);
        let (set, cleared, unknown) = match self.effects().0 {
            OnWrite::Nothing => return bits,
            OnWrite::Once if !first => return bits,
            OnWrite::Written | OnWrite::Once => (ones, zeros, 0),
            OnWrite::Cleared => (0, all, 0),
            OnWrite::Set => (all, 0, 0),
            OnWrite::OnesClear => (0, ones, 0),
            OnWrite::OnesSet => (ones, 0, 0),
            OnWrite::OnesToggle => (ones & !value, ones & value, ones & !known),
            OnWrite::ZerosClear => (0, zeros, 0),
            OnWrite::ZerosSet => (zeros, 0, 0),
            OnWrite::ZerosToggle => (zeros & !value, zeros & value, zeros & !known),
        };
        Bits {
            value: (value | set) & !cleared,
            known: (known | set | cleared) & !unknown,
            all,
        }
    }

    /// The field after a read.
    pub(super) fn read(self, bits: Bits) -> Bits {
        let all = bits.all;
        let value = match self.effects().1 {
            OnRead::Nothing => return bits,
            OnRead::Cleared => 0,
            OnRead::Set => all,
        };
        Bits {
            value,
            known: all,
            all,
        }
    }
}

/// The bits of a field, at their positions in the register.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bits {
    pub(super) value: u64,
    /// Which of them are known.
    pub(super) known: u64,
    /// Which bits those of the field are.
    pub(super) all: u64,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is not a kind of access.
///
/// ```
/// use verifork_components::registers::Access;
///
/// let error = "RWC".parse::<Access>().unwrap_err();
/// assert!(error.to_string().contains("`RWC`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownAccess(String);

impl fmt::Display for UnknownAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.0, Access::unknown().as_str())
    }
}

impl std::error::Error for UnknownAccess {}

impl FromStr for Access {
    type Err = UnknownAccess;

    fn from_str(text: &str) -> Result<Self, UnknownAccess> {
        Access::named(text).ok_or_else(|| UnknownAccess(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field in bits 7:4 that holds 0b0011: its value after a write of 0b0101, and after a read of 0b0011.
    #[test]
    fn each_kind_does_to_a_field_what_the_standard_says() {
        for (name, written, read) in [
            ("RO", 0b0011, 0b0011),
            ("RW", 0b0101, 0b0011),
            ("RC", 0b0011, 0b0000),
            ("RS", 0b0011, 0b1111),
            ("WRC", 0b0101, 0b0000),
            ("WRS", 0b0101, 0b1111),
            ("WC", 0b0000, 0b0011),
            ("WS", 0b1111, 0b0011),
            ("WSRC", 0b1111, 0b0000),
            ("WCRS", 0b0000, 0b1111),
            ("W1C", 0b0010, 0b0011),
            ("W1S", 0b0111, 0b0011),
            ("W1T", 0b0110, 0b0011),
            ("W0C", 0b0001, 0b0011),
            ("W0S", 0b1011, 0b0011),
            ("W0T", 0b1001, 0b0011),
            ("W1SRC", 0b0111, 0b0000),
            ("W1CRS", 0b0010, 0b1111),
            ("W0SRC", 0b1011, 0b0000),
            ("W0CRS", 0b0001, 0b1111),
            ("WO", 0b0101, 0b0011),
            ("WOC", 0b0000, 0b0011),
            ("WOS", 0b1111, 0b0011),
            ("W1", 0b0101, 0b0011),
            ("WO1", 0b0101, 0b0011),
        ] {
            let access: Access = name.parse().unwrap();
            let all = 0xf0;
            let bits = Bits {
                value: 0x30,
                known: all,
                all,
            };
            let known = |value: u64| Bits {
                value: value << 4,
                known: all,
                all,
            };
            assert_eq!(
                access.written(bits, 0x50, all, true),
                known(written),
                "{name} written"
            );
            assert_eq!(access.read(bits), known(read), "{name} read");
            assert_eq!(access.is_readable(), !name.starts_with("WO"), "{name}");
            assert_eq!(access.name(), name);
        }
        assert_eq!(Access::ALL.len(), 25);
    }

    #[test]
    fn a_second_write_does_nothing_to_what_is_written_once() {
        let bits = Bits {
            value: 1,
            known: 3,
            all: 3,
        };
        assert_eq!(Access::W1.written(bits, 2, 3, false), bits);
        assert_eq!(Access::Wo1.written(bits, 2, 3, false), bits);
        assert_eq!(Access::Rw.written(bits, 2, 3, false).value, 2);
    }

    #[test]
    fn bits_without_a_strobe_and_unknown_bits_stay() {
        let bits = Bits {
            value: 0b0011,
            known: 0b0111,
            all: 0b1111,
        };
        let after = Access::Rw.written(bits, 0b1100, 0b0110, true);
        assert_eq!((after.value, after.known), (0b0101, 0b0111));
        // Toggled bits stay unknown, cleared bits become known.
        let after = Access::W1t.written(bits, 0b1001, 0b1111, true);
        assert_eq!((after.value & after.known, after.known), (0b0010, 0b0111));
        let after = Access::W1c.written(bits, 0b1000, 0b1111, true);
        assert_eq!((after.value, after.known), (0b0011, 0b1111));
    }

    #[test]
    fn a_name_that_is_none_is_reported_with_all_that_are() {
        let error = "R1C".parse::<Access>().unwrap_err().to_string();
        assert!(
            error.starts_with("`R1C` is not an access of a field; there are RO, RW, "),
            "{error}"
        );
        assert_eq!("w1c".parse(), Ok(Access::W1c));
    }
}
