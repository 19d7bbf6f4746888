//! Enumerations as signal values.

use super::{LogicVec, LogicWidth, ValueError};

/// An enumeration without fields as a signal's value; `#[derive(LogicEnum)]` implements it.
///
/// ```
/// use verifork::prelude::*;
/// use verifork::value::LogicEnum as _;
///
/// #[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
/// enum State {
///     Idle,
///     Done = 3,
/// }
/// assert_eq!(State::VARIANTS, [("Idle", 0), ("Done", 3)]);
/// assert_eq!(State::WIDTH, 2);
/// ```
pub trait LogicEnum: LogicWidth {
    /// The variants' names and values in the order of their declaration.
    const VARIANTS: &'static [(&'static str, u128)];
    /// The width in bits: the declared one, else what the largest value needs.
    const WIDTH: u32;

    /// The position in [`VARIANTS`](LogicEnum::VARIANTS) of the variant whose value `vector` is.
    ///
    /// ```
    /// use verifork::prelude::*;
    ///
    /// #[derive(Clone, Copy, Debug, PartialEq, LogicEnum)]
    /// enum State { Idle = 0, Busy = 1, Done = 4 }
    ///
    /// assert_eq!(State::variant_index(&LogicVec::from_u64(4, 3)?)?, 2);
    /// assert!(State::variant_index(&LogicVec::from_u64(5, 3)?).is_err());
    /// # Ok::<(), verifork::value::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ValueError::Unknown`] if a bit is neither 0 nor 1, [`ValueError::NotAVariant`] if no
    /// variant has the value.
    fn variant_index(vector: &LogicVec) -> Result<usize, ValueError> {
        vector.check_known(Self::type_name())?;
        let value = vector.to_u128().ok();
        Self::VARIANTS
            .iter()
            .position(|(_, variant)| Some(*variant) == value)
            .ok_or_else(|| ValueError::NotAVariant {
                enumeration: Self::type_name(),
                value: vector.clone(),
                variants: Self::VARIANTS,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::LogicValue;

    #[derive(Debug, PartialEq)]
    enum State {
        Idle,
        Run,
    }

    impl LogicValue for State {
        const NATIVE_WIDTH: Option<u32> = Some(2);

        fn from_logic(vector: &LogicVec) -> Result<State, ValueError> {
            Ok([State::Idle, State::Run][State::variant_index(vector)?].clone_of())
        }

        fn to_logic(&self, width: u32) -> Result<LogicVec, ValueError> {
            LogicVec::from_u64(if *self == State::Idle { 0 } else { 2 }, width)
        }

        fn type_name() -> &'static str {
            "State"
        }
    }

    impl State {
        fn clone_of(&self) -> State {
            if *self == State::Idle {
                State::Idle
            } else {
                State::Run
            }
        }
    }

    impl LogicWidth for State {
        const MIN_WIDTH: u32 = 2;
    }

    impl LogicEnum for State {
        const VARIANTS: &'static [(&'static str, u128)] = &[("Idle", 0), ("Run", 2)];
        const WIDTH: u32 = 2;
    }

    #[test]
    fn a_value_without_a_variant_is_an_error_that_lists_them() {
        assert_eq!(
            LogicVec::from_u64(2, 2).unwrap().to::<State>(),
            Ok(State::Run)
        );
        assert_eq!(
            LogicVec::ones(2).to::<State>().unwrap_err().to_string(),
            "2'b11 is not a variant of State: it has Idle = 0, Run = 2"
        );
        assert!(matches!(
            LogicVec::unknown(2).to::<State>(),
            Err(ValueError::Unknown {
                wanted: "State",
                ..
            })
        ));
        let wide = LogicVec::ones(200).to::<State>();
        assert!(matches!(wide, Err(ValueError::NotAVariant { .. })));
    }
}
