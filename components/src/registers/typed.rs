//! Registers as structs of the testbench: the traits of the derives.

use std::fmt;
use std::marker::PhantomData;

use verifork::Result;
use verifork::value::ValueError;

use super::map::{Map, MapBuilder, MapError};
use super::model::Model;
use super::part::{FieldDescription, Options, Part};
use super::{Field, Register};

/// The value of a register, field by field. `#[derive(RegisterFields)]` implements it. `bool`, `u8`, `u16`, `u32`
/// and `u64` are registers with one field, `value`.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::registers::RegisterFields;
///
/// #[derive(RegisterFields, Clone, Copy, Debug, PartialEq)]
/// struct Control {
///     #[field(bits = 0, reset = 0)] // RW unless told otherwise
///     enable: bool,
///     #[field(bits = 1..=3, reset = 2, path = "core.mode")]
///     mode: u8,
///     #[field(bits = 8, access = "W1C", reset = 0, volatile)]
///     overflow: bool,
/// }
///
/// let control = Control { enable: true, mode: 5, overflow: false };
/// assert_eq!(control.to_word().unwrap(), 0b1011);
/// assert_eq!(Control::from_word(0b1011).unwrap(), control);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a register holds",
    label = "no fields of a register",
    note = "derive `RegisterFields` for it, or use `bool`, `u8`, `u16`, `u32` or `u64`"
)]
pub trait RegisterFields: Sized + 'static {
    #[doc(hidden)]
    const FIELDS: &'static [FieldDescription];
    /// Whether access, reset value and so on are those of the register.
    #[doc(hidden)]
    const IS_PLAIN: bool = false;

    /// Reads the fields from a register's word.
    ///
    /// # Errors
    ///
    /// A field has a value that its type does not, an enum for example.
    fn from_word(word: u64) -> Result<Self, ValueError>;

    /// The word of a register that has this in its fields, and 0 elsewhere.
    ///
    /// # Errors
    ///
    /// A value does not fit its field.
    fn to_word(&self) -> Result<u64, ValueError>;
}

macro_rules! plain {
    ($($type:ty, $bits:literal, $name:ident: $from:expr, $to:expr;)*) => {$(
        impl RegisterFields for $type {
            const FIELDS: &'static [FieldDescription] = &[FieldDescription::value($bits)];
            const IS_PLAIN: bool = true;

            fn from_word($name: u64) -> Result<Self, ValueError> {
                $from
            }

            fn to_word(&self) -> Result<u64, ValueError> {
                let $name = *self;
                Ok($to)
            }
        }
    )*};
}

/// The lowest bits; of a register, no others are in the field.
macro_rules! low {
    ($word:ident as $type:ty) => {
        Ok($word.to_le_bytes()).map(|bytes| {
            let mut low = [0; size_of::<$type>()];
            low.copy_from_slice(&bytes[..size_of::<$type>()]);
            <$type>::from_le_bytes(low)
        })
    };
}

plain! {
    bool, 1, word: Ok(word & 1 == 1), word.into();
    u8, 8, word: low!(word as u8), word.into();
    u16, 16, word: low!(word as u16), word.into();
    u32, 32, word: low!(word as u32), word.into();
    u64, 64, word: Ok(word), word;
}

/// The registers of a block: `#[derive(Registers)]` implements it for a struct of [`Reg`]s, of arrays of them, and of
/// other such structs, which are blocks inside of it.
///
/// ```no_run
/// use verifork::prelude::*;
/// use verifork_components::registers::{Frontdoor, Model, Reg, RegisterFields, Registers};
///
/// #[derive(Registers)]
/// #[registers(width = 32, size = 0x200)] // bits of a register, bytes of addresses
/// struct Timer {
///     #[register(address = 0x00)]
///     control: Reg<Control>,
///     #[register(address = 0x04, reset = 0xffff_ffff)] // one field, `value`; RW unless told otherwise
///     load: Reg<u32>,
///     #[register(address = 0x08, width = 64, access = "RO", volatile)]
///     count: Reg<u64>,
///     #[register(address = 0x100, stride = 0x40)] // channel[0].compare at 0x100, channel[1].compare at 0x140
///     channel: [Channel; 2],
/// }
///
/// #[derive(RegisterFields, Clone, Copy, Debug, PartialEq)]
/// struct Control {
///     #[field(bits = 0, reset = 0)]
///     enable: bool,
///     #[field(bits = 1..=3, reset = 2)]
///     mode: u8,
/// }
///
/// #[derive(Registers)]
/// struct Channel {
///     #[register(address = 0x00)]
///     compare: Reg<u32>,
/// }
///
/// async fn counts(bus: impl Frontdoor + 'static) -> Result {
///     let model = Model::new(&Timer::map()?, bus)?;
///     let timer = Timer::of(&model)?;
///     model.reset_test().await?;
///     timer.control.write(Control { enable: true, mode: 5 }).await?;
///     timer.control.modify(|control| control.mode = 3).await?;
///     timer.channel[1].compare.write(1000).await?;
///     ensure!(timer.count.read().await? > 0);
///     Ok(())
/// }
/// ```
///
/// Mistakes are compile errors, with the rules and messages of [`MapBuilder::build`].
pub trait Registers: Sized {
    /// The map that the struct describes. It has the struct's name, or that of the option `name`.
    ///
    /// # Errors
    ///
    /// An error that the compiler does not find, such as an array of thousands that overlaps with another.
    fn map() -> Result<Map, MapError>;

    /// The registers of a model of that map.
    ///
    /// # Errors
    ///
    /// The model has another map.
    fn of(model: &Model) -> Result<Self>;
}

/// A register of a [`Model`], with the type of its value. A clone is the same register.
///
/// ```
/// use verifork::prelude::*;
/// use verifork_components::registers::{Model, Reg, RegisterFields, Registers};
///
/// #[derive(Clone, Copy, Debug, PartialEq, RegisterFields)]
/// struct Control {
///     #[field(bits = 0, access = "RW", reset = 0)]
///     enable: bool,
/// }
///
/// #[derive(Registers)]
/// #[registers(name = "timer", width = 32)]
/// struct Timer {
///     #[register(address = 0x0)]
///     control: Reg<Control>,
/// }
///
/// async fn example(model: &Model) -> Result {
///     let timer = Timer::of(model)?;
///     timer.control.modify(|control| control.enable = true).await?;
///     assert!(timer.control.check().await?.enable);
///     Ok(())
/// }
/// ```
pub struct Reg<T> {
    model: Model,
    name: Box<str>,
    holds: PhantomData<fn() -> T>,
}

impl<T> Clone for Reg<T> {
    fn clone(&self) -> Self {
        Reg {
            model: self.model.clone(),
            name: self.name.clone(),
            holds: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Reg<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reg").field(&self.name).finish()
    }
}

impl<T: RegisterFields> Reg<T> {
    /// Its name in the map: `channel[1].compare`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model that it is a register of.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Writes it over the bus.
    ///
    /// # Errors
    ///
    /// At the caller's line: a value does not fit its field, or the bus refuses the write.
    #[track_caller]
    pub fn write(&self, value: T) -> impl Future<Output = Result> + use<T> {
        let word = self.word_of(&value);
        let written = word.map(|word| self.model.write(&self.name, word));
        async move { written?.await }
    }

    /// Reads it over the bus.
    ///
    /// # Errors
    ///
    /// At the caller's line: the bus refuses the read, or a field has a value that its type does not.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = Result<T>> + use<T> {
        self.typed(self.model.read(&self.name))
    }

    /// Reads it over the bus, and compares it with the mirror, as [`Model::check`] does.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`Mismatches`](super::Mismatches) if they differ.
    #[track_caller]
    pub fn check(&self) -> impl Future<Output = Result<T>> + use<T> {
        self.typed(self.model.check(&self.name))
    }

    /// Changes the mirrored value by a function, and writes it over the bus. The function sees fields in which
    /// writing a 1 or a 0 has an effect as the bits without an effect, and these are written unless it changes
    /// them.
    ///
    /// # Errors
    ///
    /// As for [`write`](Self::write), or the mirror does not know the value.
    #[track_caller]
    pub fn modify<F: FnOnce(&mut T)>(&self, change: F) -> impl Future<Output = Result> + use<T, F> {
        let written = self.held().map(|mut value| {
            change(&mut value);
            self.write(value)
        });
        async move { written?.await }
    }

    #[track_caller]
    fn held(&self) -> Result<T> {
        self.of_word(self.model.kept(&self.name)?)
    }

    /// Its value in the mirror.
    ///
    /// # Errors
    ///
    /// Bits of it are not known, or a field has a value that its type does not.
    #[track_caller]
    pub fn mirrored(&self) -> Result<T> {
        self.of_word(self.model.mirrored(&self.name)?)
    }

    /// Sets its value in the mirror.
    ///
    /// # Errors
    ///
    /// A value does not fit its field.
    #[track_caller]
    pub fn predict(&self, value: T) -> Result {
        self.model.predict(&self.name, self.word_of(&value)?)
    }

    /// Reads it by the backdoor: in no time, without an effect.
    ///
    /// # Errors
    ///
    /// It has no backdoor that covers all of its bits, bits are unknown, or a field has a value that its type does not.
    #[track_caller]
    pub fn peek(&self) -> Result<T> {
        self.of_word(self.model.peek(&self.name)?)
    }

    /// Writes it by the backdoor, whatever its access is. The mirror has it, too.
    ///
    /// # Errors
    ///
    /// A value does not fit its field, it has no backdoor that covers all of its bits, the simulator refuses the write.
    #[track_caller]
    pub fn poke(&self, value: T) -> Result {
        self.model.poke(&self.name, self.word_of(&value)?)
    }

    #[track_caller]
    fn typed<F: Future<Output = Result<u64>>>(
        &self,
        word: F,
    ) -> impl Future<Output = Result<T>> + use<T, F> {
        let this = self.clone();
        let place = verifork::error!("what was read is not a value of its type");
        async move {
            let word = word.await?;
            T::from_word(word).map_err(|error| place.context(this.in_words(word, &error)))
        }
    }

    #[track_caller]
    fn of_word(&self, word: u64) -> Result<T> {
        match T::from_word(word) {
            Ok(value) => Ok(value),
            Err(error) => verifork::bail!("{}", self.in_words(word, &error)),
        }
    }

    #[track_caller]
    fn word_of(&self, value: &T) -> Result<u64> {
        match value.to_word() {
            Ok(word) => Ok(word),
            Err(error) => verifork::bail!("`{}`: {error}", self.name),
        }
    }

    fn in_words(&self, word: u64, error: &ValueError) -> String {
        format!("`{}` is {word:#x}: {error}", self.name)
    }
}

impl<T: RegisterFields> Part for Reg<T> {
    const COUNT: Option<u64> = None;
    const FIELDS: &'static [FieldDescription] = T::FIELDS;
    const IS_PLAIN: bool = T::IS_PLAIN;
    const BLOCK: Option<u64> = None;

    #[track_caller]
    fn add(builder: MapBuilder, name: &str, options: &Options) -> Result<MapBuilder, MapError> {
        let mut register = Register::new(name, options.address);
        for FieldDescription {
            shape,
            access,
            is_volatile,
            path,
        } in T::FIELDS
        {
            let access = options.access.unwrap_or(*access);
            let mut field = Field::new(shape.name, shape.low..=shape.high, access);
            field.reset = options.reset.or(shape.reset);
            field.is_volatile = *is_volatile || options.is_volatile;
            field.path = path.map(str::to_owned);
            register = register.field(field);
        }
        if let Some(width) = options.width {
            register = register.width(width);
        }
        register.path = options.path.map(str::to_owned);
        register.is_tested = !options.is_untested;
        for alias in options.aliases {
            register = register.alias(*alias);
        }
        Ok(builder.register(register))
    }

    #[track_caller]
    fn of(model: &Model, name: &str) -> Result<Self> {
        model.has_register(name)?;
        Ok(Reg {
            model: model.clone(),
            name: name.into(),
            holds: PhantomData,
        })
    }
}

impl<P: Part, const N: usize> Part for [P; N] {
    const COUNT: Option<u64> = Some(N as u64);
    const FIELDS: &'static [FieldDescription] = P::FIELDS;
    const IS_PLAIN: bool = P::IS_PLAIN;
    const BLOCK: Option<u64> = P::BLOCK;

    #[track_caller]
    fn add(mut builder: MapBuilder, name: &str, options: &Options) -> Result<MapBuilder, MapError> {
        let bytes = P::BLOCK.unwrap_or(u64::from(options.width.unwrap_or(builder.width) / 8));
        let stride = options.stride.unwrap_or(bytes);
        for index in 0..N as u64 {
            let path = options.path.map(|path| format!("{path}[{index}]"));
            let aliases: Vec<u64> = options
                .aliases
                .iter()
                .map(|alias| alias + index * stride)
                .collect();
            let one = Options {
                address: options.address + index * stride,
                stride: None,
                path: path.as_deref(),
                aliases: &aliases,
                ..*options
            };
            builder = P::add(builder, &format!("{name}[{index}]"), &one)?;
        }
        Ok(builder)
    }

    #[track_caller]
    fn of(model: &Model, name: &str) -> Result<Self> {
        let mut parts = Vec::new();
        for index in 0..N {
            parts.push(P::of(model, &format!("{name}[{index}]"))?);
        }
        match parts.try_into() {
            Ok(parts) => Ok(parts),
            Err(_) => unreachable!("there are as many as there should be"),
        }
    }
}
