//! What several drivers make of one wire, and strengths.

use super::planes::Planes;
use super::{Logic, LogicVec, ValueError};

impl Logic {
    /// What two drivers make of one wire: `resolution_table` of IEEE 1164-1993. `Z` gives way to
    /// everything, a weak state to a strong one, and strong ones that differ make `X`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::HighImpedance.resolve(Logic::WeakOne), Logic::WeakOne);
    /// assert_eq!(Logic::Zero.resolve(Logic::WeakOne), Logic::Zero);
    /// assert_eq!(Logic::Zero.resolve(Logic::One), Logic::Unknown);
    /// ```
    #[must_use]
    pub fn resolve(self, other: Logic) -> Logic {
        resolve(Planes::filled(self), Planes::filled(other)).bit(0)
    }

    /// What any number of drivers make of one wire: the function `resolved` of IEEE 1164-1993. A single
    /// driver's state is the wire's as it is, `-` included; without a driver it is `Z`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// // An open-drain bus with a pull-up.
    /// let bus = [Logic::WeakOne, Logic::HighImpedance, Logic::Zero];
    /// assert_eq!(Logic::resolve_all(bus), Logic::Zero);
    /// ```
    pub fn resolve_all(drivers: impl IntoIterator<Item = Logic>) -> Logic {
        drivers
            .into_iter()
            .reduce(Logic::resolve)
            .unwrap_or(Logic::HighImpedance)
    }

    /// The same level at the weak strength, as through a pull resistor: `0`, `1` and `X` become `L`, `H`
    /// and `W`; the others stay.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// let pulled_up = Logic::One.weak();
    /// assert_eq!(pulled_up, Logic::WeakOne);
    /// assert_eq!(pulled_up.resolve(Logic::Zero), Logic::Zero);
    /// ```
    #[must_use]
    pub const fn weak(self) -> Logic {
        match self {
            Logic::Zero => Logic::WeakZero,
            Logic::One => Logic::WeakOne,
            Logic::Unknown => Logic::WeakUnknown,
            other => other,
        }
    }

    /// The same level at the full strength: `L`, `H` and `W` become `0`, `1` and `X`; the others stay.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert_eq!(Logic::WeakOne.strong(), Logic::One);
    /// ```
    #[must_use]
    pub const fn strong(self) -> Logic {
        match self {
            Logic::WeakZero => Logic::Zero,
            Logic::WeakOne => Logic::One,
            Logic::WeakUnknown => Logic::Unknown,
            other => other,
        }
    }

    /// Whether the state is a weak one: `L`, `H` or `W`.
    ///
    /// ```
    /// use verifork::value::Logic;
    ///
    /// assert!(Logic::WeakZero.is_weak() && !Logic::Zero.is_weak());
    /// ```
    #[must_use]
    pub const fn is_weak(self) -> bool {
        matches!(self, Logic::WeakZero | Logic::WeakOne | Logic::WeakUnknown)
    }
}

impl LogicVec {
    /// What two drivers make of one bus, bit by bit: see [`Logic::resolve`].
    ///
    /// # Errors
    ///
    /// [`ValueError::Width`] if the vectors differ in width.
    ///
    /// ```
    /// # use verifork::value::{Logic, LogicVec, ValueError};
    /// let memory: LogicVec = "8'bzzzz_0011".parse()?;
    /// let pull_up = LogicVec::ones(8).weak();
    /// assert_eq!(memory.resolve(&pull_up)?.to_binary_string(), "HHHH0011");
    /// # Ok::<(), ValueError>(())
    /// ```
    pub fn resolve(&self, other: &LogicVec) -> Result<LogicVec, ValueError> {
        other.expect_width(self.width(), "the other driver's value")?;
        Ok(self.zip(other, resolve))
    }

    /// The same levels at the weak strength: see [`Logic::weak`].
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("10")?.weak().to_binary_string(), "HL"); // pulls
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn weak(&self) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            let mut planes = self.planes_at(index);
            // All but Z and U; that of `-` is set already.
            planes.weak |= !planes.special & (planes.value | !planes.unknown);
            planes
        })
    }

    /// The same levels at the full strength: see [`Logic::strong`].
    ///
    /// ```
    /// use verifork::value::LogicVec;
    ///
    /// assert_eq!(LogicVec::from_binary_str("HLZ")?.strong().to_binary_string(), "10Z");
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    #[must_use]
    pub fn strong(&self) -> LogicVec {
        LogicVec::build(self.width(), |index| {
            let mut planes = self.planes_at(index);
            planes.weak &= planes.special;
            planes
        })
    }
}

/// `resolution_table` of IEEE 1164-1993 for 64 bits at once: which states are there on either side, and
/// which of them wins.
fn resolve(left: Planes, right: Planes) -> Planes {
    let either = |select: fn(Planes) -> u64| select(left) | select(right);
    let uninitialized = either(|planes| planes.special & !planes.weak);
    // `X`, or `-`, which resolves as `X` does.
    let unknown = either(|planes| {
        let strong = planes.value & planes.unknown & !planes.weak & !planes.special;
        strong | planes.weak & planes.special
    });
    let zero = either(|planes| !(planes.value | planes.unknown | planes.weak));
    let one = either(|planes| planes.value & !planes.unknown & !planes.weak);
    let weak_unknown = either(|planes| planes.unknown & planes.weak & !planes.special);
    let weak_zero = either(|planes| !planes.value & !planes.unknown & planes.weak);
    let weak_one = either(|planes| planes.value & !planes.unknown & planes.weak);

    let unknown = !uninitialized & (unknown | zero & one);
    let decided = uninitialized | unknown;
    let one = one & !decided;
    let decided = decided | one | zero;
    let weak_unknown = !decided & (weak_unknown | weak_zero & weak_one);
    let weak_zero = !decided & !weak_unknown & weak_zero;
    let weak_one = !decided & !weak_unknown & weak_one;
    let high_impedance = !(decided | weak_unknown | weak_zero | weak_one);
    Planes {
        value: uninitialized | unknown | one | weak_unknown | weak_one,
        unknown: uninitialized | unknown | weak_unknown | high_impedance,
        weak: weak_unknown | weak_zero | weak_one,
        special: uninitialized,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::model::{bits, bits_of, vector};

    /// As printed in IEEE 1164-1993, rows and columns in the order U X 0 1 Z W L H -.
    const RESOLUTION: [&str; 9] = [
        "UUUUUUUUU",
        "UXXXXXXXX",
        "UX0X0000X",
        "UXX11111X",
        "UX01ZWLHX",
        "UX01WWWWX",
        "UX01LWLWX",
        "UX01HWWHX",
        "UXXXXXXXX",
    ];

    #[test]
    fn two_drivers_resolve_by_the_table_of_ieee_1164() {
        for (row, &left) in Logic::ALL.iter().enumerate() {
            for (column, &right) in Logic::ALL.iter().enumerate() {
                let expected = RESOLUTION[row]
                    .chars()
                    .nth(column)
                    .and_then(Logic::from_char);
                assert_eq!(Some(left.resolve(right)), expected, "{left} with {right}");
            }
        }
    }

    #[test]
    fn one_driver_is_not_resolved_and_none_is_high_impedance() {
        for logic in Logic::ALL {
            assert_eq!(Logic::resolve_all([logic]), logic);
        }
        assert_eq!(Logic::resolve_all([]), Logic::HighImpedance);
        let three = [Logic::WeakZero, Logic::WeakOne, Logic::One];
        assert_eq!(Logic::resolve_all(three), Logic::One);
    }

    #[test]
    fn a_driver_of_another_width_is_an_error() {
        let error = LogicVec::zeros(8).resolve(&LogicVec::zeros(9)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the other driver's value has 9 bits where 8 bits belong"
        );
    }

    proptest! {
        #[test]
        fn vectors_resolve_bit_by_bit(
            (left, right) in (0_usize..200)
                .prop_flat_map(|width| (bits(width..width + 1), bits(width..width + 1))),
        ) {
            let resolved = vector(&left).resolve(&vector(&right)).unwrap();
            let expected: Vec<Logic> =
                left.iter().zip(&right).map(|(left, &right)| left.resolve(right)).collect();
            prop_assert_eq!(&resolved, &vector(&expected));
            prop_assert_eq!(bits_of(&resolved), expected);

            let weak: Vec<Logic> = left.iter().map(|bit| bit.weak()).collect();
            prop_assert_eq!(&vector(&left).weak(), &vector(&weak));
            let strong: Vec<Logic> = left.iter().map(|bit| bit.strong()).collect();
            prop_assert_eq!(vector(&left).strong(), vector(&strong));
        }
    }
}
