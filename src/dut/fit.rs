//! Whether an object can be bound as the type that was asked for, and if not, what would fit.

use super::bind_error::{BindErrorKind, with_article};
use super::{Object, SignalValue};
use crate::scheduler;
use crate::simulator::{Description, Encoding, ObjectKind, PortError};
use crate::value::Layout;

/// Whether a type takes the values of an object, or of the elements of an array.
pub(super) fn fits<T: SignalValue>(description: &Description) -> bool {
    let encoding = &description.encoding;
    // A position has no bits: any that hold it do, whatever the width of the enum is in Verilog.
    let holds = |least| encoding.width().is_some_and(|width| width >= least);
    let is_position = description.number && T::layout().least_width().is_some_and(holds);
    is_position || T::fits(encoding)
}

/// The shortest vector.
const TWO_BITS: Encoding = Encoding::Logic {
    width: 2,
    range: None,
    signed: false,
    two_state: false,
};

/// The types for an object's values, the narrowest first.
fn fitting(encoding: &Encoding) -> Vec<String> {
    match encoding {
        Encoding::Logic { width, signed, .. } => {
            let narrow = match width {
                1 => Some("bool".to_owned()),
                2..=128 => {
                    let bits = width.next_power_of_two().max(8);
                    Some(format!("{}{bits}", if *signed { 'i' } else { 'u' }))
                }
                _ => None,
            };
            narrow.into_iter().chain(["LogicVec".to_owned()]).collect()
        }
        Encoding::Real => vec!["f64".to_owned()],
        Encoding::Text => vec!["String".to_owned()],
        _ => vec![],
    }
}

impl Object {
    /// The object to read as a `T`: for a record and a struct, an object for all of the record's fields.
    pub(super) fn as_value_of<T: SignalValue>(self) -> Result<Object, BindErrorKind> {
        let Layout::Structure(fields) = T::layout() else {
            return Ok(self);
        };
        if !self.is_record() {
            return Ok(self);
        }
        let kernel = scheduler::kernel().map_err(|_| BindErrorKind::NoSimulation)?;
        match kernel.port().structure(self.handle(), fields) {
            Ok(structure) => Ok(Object::open(kernel, structure)),
            Err(differences) => Err(self.differs::<T>(differences)),
        }
    }

    /// Refuses an enum whose variants have other names than the values in the design, if the simulator shows those.
    pub(super) fn require_names_of<T: SignalValue>(&self) -> Result<(), BindErrorKind> {
        let literals = &self.description().literals;
        if literals.is_empty() {
            return Ok(());
        }
        match T::layout().differs_from(literals) {
            None => Ok(()),
            Some(difference) => Err(self.differs::<T>(difference)),
        }
    }

    /// The error for values that do not fit `T`. `holder` is `Signal`, `Array` or `Parameter`.
    pub(super) fn value_error<T: SignalValue>(&self, holder: &str) -> BindErrorKind {
        let encoding = self.description().encoding;
        let kind = with_article(self.kind());
        let of = if self.range().is_some() {
            " of elements"
        } else {
            ""
        };
        let found = match (encoding, encoding.width()) {
            (Encoding::Real, _) if self.kind() == ObjectKind::Real => kind,
            (Encoding::Text, _) if self.kind() == ObjectKind::Text => kind,
            (_, None | Some(1)) => format!("{kind}{of} of {encoding}"),
            // The bits of numbers have no declared range.
            (Encoding::Logic { range: None, .. }, Some(width)) => {
                format!("{kind}{of} of {width} bits")
            }
            (_, Some(width)) => format!("{kind}{of} of {encoding} ({width} bits)"),
        };
        let fits: Vec<_> = fitting(&encoding)
            .iter()
            .map(|fit| format!("{holder}<{fit}>"))
            .collect();
        BindErrorKind::Value {
            path: self.path().to_owned(),
            found,
            rust: T::name(),
            takes: T::takes(),
            remedy: if fits.is_empty() {
                "nothing".to_owned()
            } else {
                fits.join(" or ")
            },
        }
    }

    fn differs<T: SignalValue>(&self, differences: String) -> BindErrorKind {
        BindErrorKind::Differs {
            path: self.path().to_owned(),
            found: with_article(self.kind()),
            rust: T::name(),
            differences,
        }
    }

    /// Refuses an object without a value of its own: a scope, an array, an event.
    pub(super) fn require_value<T: SignalValue>(&self) -> Result<(), BindErrorKind> {
        if !self.holds_names() {
            if let Some(hidden) = self.hidden() {
                return Err(hidden);
            }
            if self.range().is_none() && self.description().encoding != Encoding::None {
                return Ok(());
            }
        }
        let advice = self.advice::<T>();
        Err(self.kind_error(advice.unwrap_or_else(|| "it has no value".to_owned())))
    }

    /// What it can be bound as, with the requested type if that fits; `None` if it cannot be bound.
    pub(super) fn advice<T: SignalValue>(&self) -> Option<String> {
        let description = self.description();
        let is_array_of_bits = self.range().is_some() && description.encoding.width() == Some(1);
        // A type for vectors was meant for the whole array; that it can hold a single bit does not matter.
        let is_for_vectors = is_array_of_bits && T::fits(&TWO_BITS);
        if (fits::<T>(description) || description.is_empty) && !is_for_vectors {
            self.advice_with(Some(T::name().to_owned()))
        } else {
            self.own_advice()
        }
    }

    /// The same without a requested type.
    pub(super) fn own_advice(&self) -> Option<String> {
        self.advice_with(fitting(&self.description().encoding).into_iter().next())
    }

    fn advice_with(&self, fitting: Option<String>) -> Option<String> {
        if self.holds_names() {
            let as_scope = "bind it as `Instance` or as a struct that derives `Dut`";
            return Some(if self.is_record() {
                format!("{as_scope}, or as `Signal` of a struct that derives `LogicStruct`")
            } else {
                as_scope.to_owned()
            });
        }
        match (self.range(), fitting) {
            (Some((left, right)), Some(fits)) => Some(format!(
                "bind it as `Array<{fits}>`, whose elements are [{left}:{right}]"
            )),
            (Some((left, _)), None) => {
                let kernel = scheduler::kernel().ok()?;
                let element = kernel.port().element(self.handle(), left)?;
                Object::open(kernel, element).holds_names().then(|| {
                    format!(
                        "bind its elements, `{}[{left}]` and so on, as structs that derive `Dut` or as `Signal`s of \
                         structs that derive `LogicStruct`, one by one or all as a `Vec`",
                        self.name()
                    )
                })
            }
            (None, Some(fits)) if self.description().constant => {
                Some(format!("bind it as `Parameter<{fits}>`"))
            }
            (None, Some(fits)) => Some(format!("bind it as `Signal<{fits}>`")),
            (None, None) => None,
        }
    }

    /// The error for an object that is not a scope.
    pub(super) fn no_scope(&self) -> BindErrorKind {
        let advice = self.own_advice();
        self.kind_error(match advice {
            Some(advice) => format!("it holds no other objects: {advice}"),
            None => "it holds no other objects".to_owned(),
        })
    }

    /// The error for an object whose value the simulator is known not to show.
    pub(super) fn hidden(&self) -> Option<BindErrorKind> {
        if self.description().encoding != Encoding::None {
            return None;
        }
        let hidden = scheduler::kernel().ok()?.port().hidden(self.handle())?;
        Some(BindErrorKind::Other(hidden.to_string()))
    }

    /// The error for an object of another kind than requested.
    pub(super) fn kind_error(&self, remedy: impl Into<String>) -> BindErrorKind {
        let remedy = self.refusal().unwrap_or_else(|| remedy.into());
        BindErrorKind::Kind {
            path: self.path().to_owned(),
            found: with_article(self.kind()),
            remedy,
        }
    }

    /// Why it cannot be bound at all, if that is due to the simulator.
    fn refusal(&self) -> Option<String> {
        let port = scheduler::kernel().ok()?.port();
        let hidden =
            self.kind() == ObjectKind::Other && self.description().encoding == Encoding::None;
        (hidden && port.quirks().everything_is_a_register)
            .then(|| PortError::hidden_value(port.identity()))
    }
}

#[cfg(test)]
mod tests {
    use crate::dut::testing::design;
    use crate::dut::{Instance, SignalValue};
    use crate::simulator::testing::{Design, bits};
    use crate::value::{Logic, LogicVec};

    fn error<T: SignalValue>(top: Instance, name: &str) -> String {
        let error = top.signal::<T>(name).unwrap_err();
        error.field_errors()[0].kind().to_string()
    }

    #[test]
    fn for_an_array_of_single_bits_types_of_one_bit_are_suggested_and_no_vectors() {
        let mut design = design();
        let top = design.module(None, "flags");
        design.array(top, "one", (2, 0), Design::BIT);
        design.array(top, "seven", (2, 0), bits(6, 0));
        design.begin();
        let top = Instance::find("flags").unwrap();
        let advice =
            |element: &str| format!("bind it as `Array<{element}>`, whose elements are [2:0]");
        for (error, element) in [
            (error::<u8>(top, "one"), "bool"),
            (error::<LogicVec>(top, "one"), "bool"),
            (error::<bool>(top, "one"), "bool"),
            (error::<Logic>(top, "one"), "Logic"),
            (error::<u16>(top, "seven"), "u16"),
            (error::<bool>(top, "seven"), "u8"),
        ] {
            assert!(error.ends_with(&advice(element)), "not {element}: {error}");
        }
    }
}
