//! What the declaration of an object makes of its bits.

/// What the declaration of an object makes of its bits: how many there are, and which number they
/// stand for.
///
/// ```
/// use verifork::value::{Declared, LogicValue, LogicVec};
///
/// let bits = LogicVec::from_u64(0xf0, 8).unwrap();
/// let unsigned = Declared::unsigned(8); // logic [7:0]
/// let signed = Declared { signed: true, ..unsigned }; // logic signed [7:0]
/// assert_eq!(i32::from_declared(unsigned, &bits), Ok(240));
/// assert_eq!(i32::from_declared(signed, &bits), Ok(-16));
/// // A type of exactly the object's width takes the bits as they are.
/// assert_eq!(i8::from_declared(unsigned, &bits), Ok(-16));
/// assert!((-1_i32).to_declared(unsigned).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The number of bits.
    pub width: u32,
    /// The most significant bit is a sign (two's complement).
    pub signed: bool,
    /// A number without bits of its own, as integers and enumerations of VHDL are: no Rust type takes
    /// it for another number, whatever its width.
    pub number: bool,
}

impl Declared {
    /// Bits without a sign.
    ///
    /// ```
    /// use verifork::value::{Declared, LogicValue, LogicVec};
    ///
    /// let bits = LogicVec::ones(4); // logic [3:0]
    /// assert_eq!(i8::from_declared(Declared::unsigned(4), &bits), Ok(15));
    /// ```
    pub const fn unsigned(width: u32) -> Self {
        Declared {
            width,
            signed: false,
            number: false,
        }
    }

    /// Whether an integer type of `bits` bits takes the bits as they are, sign or not.
    #[inline]
    pub(super) const fn is_taken_as_bits(self, bits: u32) -> bool {
        self.width == bits && !self.number
    }
}
