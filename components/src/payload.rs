//! Payloads of handshakes.

use std::fmt::Debug;

use verifork::dut::{Dut, ReadError, Signal, SignalValue, WriteError};
use verifork::value::LogicVec;

/// The signals that a valid/ready handshake carries, and the value that they have together.
///
/// [`payload!`](crate::payload) makes both from one list of fields; [`Data`] is one signal.
///
/// ```
/// use verifork_components::{Payload, Pauses, valid_ready};
///
/// /// A source of any payload that pauses in a third of the cycles.
/// fn source<P: Payload>(channel: &valid_ready::Channel<P>) -> valid_ready::Source<P> {
///     valid_ready::Source::new(channel).pauses(&Pauses::random(0.33))
/// }
/// ```
pub trait Payload: Dut + Clone + 'static {
    /// The value of all signals together.
    type Value: Clone + Debug + PartialEq + 'static;

    /// Writes a value.
    ///
    /// # Errors
    ///
    /// A part does not fit its signal.
    #[track_caller]
    fn drive(&self, value: &Self::Value) -> Result<(), WriteError>;

    /// Reads the value.
    ///
    /// # Errors
    ///
    /// A part is unknown, or does not fit its type.
    fn sample(&self) -> Result<Self::Value, ReadError>;

    /// Hands on every signal, for checks that need no type.
    fn for_each_signal(&self, each: &mut dyn FnMut(Signal<LogicVec>));
}

/// A payload of one signal, `data`: of an integer, a vector of any width, an enum, a packed structure.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{Data, valid_ready};
///
/// /// `in_valid`, `in_ready`, `in_data`.
/// #[derive(Dut)]
/// struct Adder {
///     #[dut(prefix = "in_")]
///     input: valid_ready::Channel<Data<u16>>,
/// }
/// ```
#[derive(Debug)]
pub struct Data<T> {
    /// The signal.
    pub data: Signal<T>,
}

impl<T> Clone for Data<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Data<T> {}

impl<T: SignalValue> Dut for Data<T> {
    fn bind(binder: &mut verifork::dut::Binder<'_>, path: &str) -> Option<Self> {
        let mut scope = binder.enter(path)?;
        Some(Data {
            data: Signal::bind(&mut scope, "data")?,
        })
    }

    fn declared_paths(paths: &mut verifork::dut::DeclaredPaths<'_>, path: &str) {
        Signal::<T>::declared_paths(&mut paths.enter(path), "data");
    }
}

impl<T: SignalValue + verifork::value::LogicValue + Clone + Debug + PartialEq> Payload for Data<T> {
    type Value = T;

    #[track_caller]
    fn drive(&self, value: &T) -> Result<(), WriteError> {
        self.data.try_set_from(value)
    }

    fn sample(&self) -> Result<T, ReadError> {
        self.data.try_get()
    }

    fn for_each_signal(&self, each: &mut dyn FnMut(Signal<LogicVec>)) {
        each(self.data.as_logic());
    }
}

/// Makes a payload of several signals: the struct of their values, and that of the signals, with the fields'
/// names.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::{payload, valid_ready};
///
/// payload! {
///     /// A request of the processor.
///     pub struct Request: RequestSignals {
///         address: u32,
///         write: bool,
///         data: LogicVec,
///     }
/// }
///
/// #[derive(Dut)]
/// struct Top {
///     clk: Signal<bool>,
///     #[dut(prefix = "req_")] // req_valid, req_ready, req_address, req_write, req_data
///     requests: valid_ready::Channel<RequestSignals>,
/// }
/// ```
#[macro_export]
macro_rules! payload {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $value:ident: $signals:ident {
            $($(#[$of_field:meta])* $field:ident: $type:ty),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $value {
            $($(#[$of_field])* $visibility $field: $type,)+
        }

        #[doc = concat!("The signals of [`", stringify!($value), "`].")]
        #[derive(Debug, ::verifork::dut::Dut)]
        $visibility struct $signals {
            $($(#[$of_field])* $visibility $field: ::verifork::dut::Signal<$type>,)+
        }

        impl $crate::Payload for $signals {
            type Value = $value;

            #[track_caller]
            fn drive(
                &self,
                value: &$value,
            ) -> ::core::result::Result<(), ::verifork::dut::WriteError> {
                $(self.$field.try_set_from(&value.$field)?;)+
                ::core::result::Result::Ok(())
            }

            fn sample(&self) -> ::core::result::Result<$value, ::verifork::dut::ReadError> {
                ::core::result::Result::Ok($value {
                    $($field: self.$field.try_get()?,)+
                })
            }

            fn for_each_signal(
                &self,
                each: &mut dyn ::core::ops::FnMut(
                    ::verifork::dut::Signal<::verifork::value::LogicVec>,
                ),
            ) {
                $(each(self.$field.as_logic());)+
            }
        }
    };
}
