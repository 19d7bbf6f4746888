//! [`Randomize`], and what can be drawn without a derive.

use std::marker::PhantomData;
use std::ops::{Range, RangeInclusive};

use rand_core::Rng;

use crate::aimed::{Aimed, Hole};
use crate::error::RandomizeError;
use crate::expr::{self, Expr, Symbol};
use crate::list::List;
use crate::plan;
use crate::record::{self, Class, Id, Name, Node, Source, Variable};
use crate::solver::full;
use crate::value::{Integer, Number, Value};

/// What can be drawn at random under constraints. Derive it: [`macro@crate::Randomize`].
///
/// `bool`, integers, arrays, and vectors (as fields with a `length`) have it too.
///
/// ```
/// use verifork_stimulus::Randomize;
/// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
///
/// #[derive(Randomize)]
/// #[randomize(address % 4 == 0)]
/// struct Write { address: u32, data: u32 }
///
/// let writes: Vec<Write> = (0..10).map(|_| Write::randomize(&mut rng)).collect::<Result<_, _>>()?;
/// assert!(writes.iter().all(|write| write.address % 4 == 0));
/// # Ok::<(), verifork_stimulus::RandomizeError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be drawn at random",
    note = "`#[derive(Randomize)]` makes it so; a field that shall not be drawn is `#[randomize(fixed)]`"
)]
pub trait Randomize: Sized + 'static {
    #[doc(hidden)]
    type Symbols: Clone + 'static;

    /// What `range` and `weights` of a field of this type are of.
    #[doc(hidden)]
    type Scalar;

    /// Whether all draws have the same variables: without fields that are fixed, and without vectors.
    #[doc(hidden)]
    const ALIKE: bool;

    #[doc(hidden)]
    fn declare(settings: Settings<Self::Scalar>, current: Option<&Self>) -> Self::Symbols;

    /// Declares what has this name in another, and tells which variables it is.
    #[doc(hidden)]
    fn declare_field(
        name: &'static str,
        settings: Settings<Self::Scalar>,
        current: Option<&Self>,
    ) -> (Self::Symbols, Range<u32>) {
        within(Name::Field(name), || Self::declare(settings, current))
    }

    #[doc(hidden)]
    fn placeholder(node: Id) -> Self::Symbols;

    #[doc(hidden)]
    fn build(symbols: &Self::Symbols, values: &Values<'_>, current: Option<&mut Self>) -> Self;

    /// Draws a value that satisfies the constraints of the type. Fields that are `fixed` have their default.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(address % 4 == 0)]
    /// struct Read {
    ///     address: u16,
    /// }
    ///
    /// let read = Read::randomize(&mut rng)?;
    /// assert_eq!(read.address % 4, 0);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value does: names a minimal set of constraints that contradict each other.
    fn randomize<R: Rng + ?Sized>(mut rng: &mut R) -> Result<Self, RandomizeError> {
        plan::draw(None, None, &mut rng)
    }

    /// Draws a value that satisfies further constraints, made by [`constrain!`](crate::constrain).
    ///
    /// ```
    /// use verifork_stimulus::{Randomize, constrain};
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// struct Read {
    ///     address: u16,
    /// }
    ///
    /// let page = 3;
    /// let read = Read::randomize_with(&mut rng, constrain!(|t| t.address >> 12 == page))?;
    /// assert_eq!(read.address >> 12, 3);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value satisfies them together with those of the type.
    #[doc(alias = "constraint")]
    #[doc(alias = "inline constraint")]
    #[doc(alias = "with")]
    fn randomize_with<R, C>(mut rng: &mut R, constraint: C) -> Result<Self, RandomizeError>
    where
        R: Rng + ?Sized,
        C: Fn(&Self::Symbols),
    {
        plan::draw(None, Some(&constraint), &mut rng)
    }

    /// Draws that prefer holes: combinations of values that have not been seen yet.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(length < 200)]
    /// struct Write {
    ///     address: u16,
    ///     length: u8,
    /// }
    ///
    /// // `group.holes()` of a cover group of verifork-coverage; the second one has no solution.
    /// let holes = [
    ///     vec![("length".to_owned(), vec![7..=7]), ("address".to_owned(), vec![0..=3])],
    ///     vec![("length".to_owned(), vec![200..=255])],
    /// ];
    /// let write = Write::aimed_at(holes).randomize(&mut rng)?;
    /// assert!(write.length == 7 && write.address < 4);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    fn aimed_at(holes: impl IntoIterator<Item = Hole>) -> Aimed<Self> {
        Aimed::at(holes)
    }

    /// Draws all fields anew, but those that are `fixed`, which keep their values and are constants to
    /// the constraints. Unchanged if there is an error.
    ///
    /// ```
    /// use verifork_stimulus::Randomize;
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// #[randomize(address < limit)]
    /// struct Read {
    ///     #[randomize(fixed)]
    ///     limit: u16,
    ///     address: u16,
    /// }
    ///
    /// let mut read = Read { limit: 16, address: 0 };
    /// read.redraw(&mut rng)?;
    /// assert!(read.limit == 16 && read.address < 16);
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value satisfies the constraints.
    fn redraw<R: Rng + ?Sized>(&mut self, mut rng: &mut R) -> Result<(), RandomizeError> {
        *self = plan::draw(Some(self), None, &mut rng)?;
        Ok(())
    }

    /// [`redraw`](Self::redraw) under further constraints.
    ///
    /// ```
    /// use verifork_stimulus::{Randomize, constrain};
    /// # let mut rng = <rand_chacha::ChaCha8Rng as rand_chacha::rand_core::SeedableRng>::seed_from_u64(1);
    ///
    /// #[derive(Randomize)]
    /// struct Read {
    ///     #[randomize(fixed)]
    ///     limit: u32,
    ///     address: u32,
    /// }
    ///
    /// let mut read = Read { limit: 16, address: 0 };
    /// read.redraw_with(&mut rng, constrain!(|read| read.address < read.limit && read.address > 7))?;
    /// assert!((8..16).contains(&read.address));
    /// # Ok::<(), verifork_stimulus::RandomizeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If no value satisfies them together with those of the type.
    fn redraw_with<R, C>(&mut self, mut rng: &mut R, constraint: C) -> Result<(), RandomizeError>
    where
        R: Rng + ?Sized,
        C: Fn(&Self::Symbols),
    {
        *self = plan::draw(Some(self), Some(&constraint), &mut rng)?;
        Ok(())
    }
}

/// Values of variables, by their indices.
#[doc(hidden)]
pub struct Values<'a>(pub(crate) &'a [u128]);

impl Values<'_> {
    pub fn get<T: Value>(&self, symbol: &Symbol<T>) -> T {
        T::decode(self.0[symbol.index as usize])
    }
}

/// What a field's attribute says.
#[doc(hidden)]
pub struct Settings<T> {
    range: Option<(Number, Number)>,
    classes: Vec<Class>,
    length: Option<(u32, u32)>,
    source: Option<Source>,
    of: PhantomData<fn() -> T>,
}

impl<T> Default for Settings<T> {
    fn default() -> Self {
        Settings {
            range: None,
            classes: Vec::new(),
            length: None,
            source: None,
            of: PhantomData,
        }
    }
}

/// A range with both ends.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a range of `{T}` is of integers and has two ends: `0..=15` or `0..16`, not `{Self}`"
)]
#[allow(private_interfaces, reason = "nobody else implements or calls it")]
pub trait Bounds<T> {
    /// Both ends, which are included.
    fn bounds(self) -> (Number, Number);
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T: Integer> Bounds<T> for RangeInclusive<T> {
    fn bounds(self) -> (Number, Number) {
        (Number::of(self.start()), Number::of(self.end()))
    }
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T: Integer> Bounds<T> for Range<T> {
    fn bounds(self) -> (Number, Number) {
        let end = Number::of(&self.end);
        let last = match end.small() {
            Some(end) => (end.saturating_sub(1)).into(),
            None => (end.bits() - 1).into(),
        };
        (Number::of(&self.start), last)
    }
}

/// A range that the compiler has seen, so that what it said of its type need not be said again.
#[doc(hidden)]
pub struct Checked(Number, Number);

impl Checked {
    #[must_use]
    pub fn new<T>(range: impl Bounds<T>) -> Checked {
        let (low, high) = range.bounds();
        Checked(low, high)
    }
}

#[allow(private_interfaces, reason = "nobody else calls it")]
impl<T> Bounds<T> for Checked {
    fn bounds(self) -> (Number, Number) {
        (self.0, self.1)
    }
}

impl<T> Settings<T> {
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    #[must_use]
    pub fn length(mut self, range: impl Bounds<usize>) -> Self {
        let (low, high) = range.bounds();
        let length = |number: Number| number.small().and_then(|number| u32::try_from(number).ok());
        self.length = length(low).zip(length(high));
        self
    }
}

/// What a range may be of.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "only fields that are integers, or lists of these, have a range",
    note = "other fields are kept to some values by a constraint: `matches!(kind, Kind::Read | Kind::Write)`"
)]
pub trait Ranged {
    type Number;
}

// For each type: of a blanket implementation, whatever uses the type would be an error too.
macro_rules! ranged {
    ($($integer:ty)*) => {$(
        impl Ranged for $integer {
            type Number = $integer;
        }
    )*};
}

ranged!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

impl<T> Settings<T> {
    #[must_use]
    pub fn range(mut self, range: impl Bounds<T>) -> Self {
        self.range = Some(range.bounds());
        self
    }

    #[must_use]
    pub fn weight_between(mut self, range: impl Bounds<T>, weight: u32) -> Self {
        let (low, high) = range.bounds();
        self.classes.push(Class { low, high, weight });
        self
    }
}

impl<T: Value> Settings<T> {
    #[must_use]
    pub fn weight_of(mut self, value: T, weight: u32) -> Self {
        let value = Number::of(&value);
        self.classes.push(Class {
            low: value,
            high: value,
            weight,
        });
        self
    }

    #[must_use]
    pub fn weight_of_others(mut self, weight: u32) -> Self {
        let (low, high) = full(T::KIND);
        self.classes.push(Class { low, high, weight });
        self
    }

    /// The weights that the type itself has, unless the field has its own.
    #[must_use]
    pub fn or_weights(self, own: impl FnOnce(Self) -> Self) -> Self {
        if self.classes.is_empty() {
            own(self)
        } else {
            self
        }
    }
}

/// Declares a variable.
#[doc(hidden)]
pub fn declare<T: Value>(settings: Settings<T>) -> Symbol<T> {
    record::with(|recording| {
        let (low, high) = settings.range.unwrap_or_else(|| full(T::KIND));
        let start = recording.classes.len() as u32;
        recording.classes.extend(settings.classes);
        let variable = Variable {
            kind: T::KIND,
            discriminants: T::DISCRIMINANTS,
            low,
            high,
            classes: (start, recording.classes.len() as u32),
            source: settings.source,
            scope: recording.scope(),
        };
        let index = recording.count();
        let expr = Expr::of(recording.variable(variable));
        Symbol { expr, index }
    })
}

#[doc(hidden)]
pub fn placeholder<T>(node: Id) -> Symbol<T> {
    Symbol {
        expr: Expr::of(node),
        index: u32::MAX,
    }
}

fn within<S>(name: Name, declare: impl FnOnce() -> S) -> (S, Range<u32>) {
    let (outer, first) = record::with(|recording| (recording.enter(name), recording.count()));
    let symbols = declare();
    let end = record::with(|recording| {
        recording.leave(outer);
        recording.count()
    });
    (symbols, first..end)
}

/// Variables that are drawn before others.
#[doc(hidden)]
pub fn before(first: &Range<u32>, then: &Range<u32>) {
    record::with(|recording| recording.orders.push((first.clone(), then.clone())));
}

/// Runs `declare`, whose constraints count only under a condition.
#[doc(hidden)]
pub fn guarded<S>(condition: Expr<bool>, declare: impl FnOnce() -> S) -> S {
    record::with(|recording| recording.guard(condition.id));
    let symbols = declare();
    record::with(|recording| recording.unguard());
    symbols
}

macro_rules! scalars {
    ($($scalar:ty)*) => {$(
        impl Randomize for $scalar {
            type Symbols = Symbol<$scalar>;
            type Scalar = $scalar;
            const ALIKE: bool = true;

            fn declare(settings: Settings<$scalar>, _: Option<&Self>) -> Self::Symbols {
                declare(settings)
            }

            fn placeholder(node: Id) -> Self::Symbols {
                placeholder(node)
            }

            fn build(symbols: &Self::Symbols, values: &Values<'_>, _: Option<&mut Self>) -> Self {
                values.get(symbols)
            }
        }
    )*};
}

scalars!(bool u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize);

/// The settings of each element of a list.
fn elements<T>(settings: &Settings<T>) -> Settings<T> {
    Settings {
        range: settings.range,
        classes: settings.classes.clone(),
        length: None,
        source: settings.source,
        of: PhantomData,
    }
}

impl<T: Randomize> Randomize for Vec<T> {
    type Symbols = List<T::Symbols>;
    type Scalar = T::Scalar;
    const ALIKE: bool = false;

    fn declare(settings: Settings<T::Scalar>, _: Option<&Self>) -> Self::Symbols {
        let Some((low, high)) = settings.length else {
            let path = record::with(|recording| recording.path(recording.scope()));
            panic!("the vector `{path}` has no `length`: #[randomize(length = 0..=16)]");
        };
        // What is drawn from an empty range is told once all is recorded.
        let found = if low > high {
            None
        } else {
            record::with(|recording| recording.next_length(low, high))
        };
        let Some(length) = found else {
            let range = low as usize..=high as usize;
            let own = Settings {
                source: settings.source,
                ..Settings::default()
            };
            let symbol = declare::<usize>(own.range(range));
            record::with(|recording| recording.sought.push(symbol.index));
            return List {
                elements: None,
                length: symbol.expr,
                placeholder: T::placeholder,
            };
        };
        record::with(|recording| recording.enter_elements());
        let elements = (0..length)
            .map(|index| within(Name::Index(index), || T::declare(elements(&settings), None)).0);
        let elements = elements.collect();
        record::with(|recording| recording.leave_elements());
        List {
            elements: Some(elements),
            length: expr::lift(length as usize),
            placeholder: T::placeholder,
        }
    }

    fn placeholder(node: Id) -> Self::Symbols {
        List {
            elements: None,
            length: Expr::of(node),
            placeholder: T::placeholder,
        }
    }

    fn build(symbols: &Self::Symbols, values: &Values<'_>, _: Option<&mut Self>) -> Self {
        let elements = symbols.elements.iter().flatten();
        elements
            .map(|element| T::build(element, values, None))
            .collect()
    }
}

impl<T: Randomize, const N: usize> Randomize for [T; N] {
    type Symbols = List<T::Symbols>;
    type Scalar = T::Scalar;
    const ALIKE: bool = T::ALIKE;

    fn declare(settings: Settings<T::Scalar>, current: Option<&Self>) -> Self::Symbols {
        let symbols = (0..N).map(|index| {
            let name = Name::Index(u32::try_from(index).unwrap_or(u32::MAX));
            let current = current.map(|current| &current[index]);
            within(name, || T::declare(elements(&settings), current)).0
        });
        List {
            elements: Some(symbols.collect()),
            length: expr::lift(N),
            placeholder: T::placeholder,
        }
    }

    fn placeholder(node: Id) -> Self::Symbols {
        List {
            elements: Some((0..N).map(|_| T::placeholder(node)).collect()),
            length: expr::lift(N),
            placeholder: T::placeholder,
        }
    }

    fn build(symbols: &Self::Symbols, values: &Values<'_>, current: Option<&mut Self>) -> Self {
        let elements = symbols.elements.as_deref().unwrap_or_default();
        let mut current = current.map(|current| current.iter_mut());
        std::array::from_fn(|index| {
            let current = current.as_mut().and_then(Iterator::next);
            T::build(&elements[index], values, current)
        })
    }
}

/// Which of N variants an enum with fields is.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Variant<const N: u32>(pub u32);

impl<const N: u32> Value for Variant<N> {
    const KIND: crate::value::Kind = crate::value::Kind {
        bits: 32,
        signed: false,
        last: Some(N - 1),
    };

    fn encode(&self) -> u128 {
        self.0.into()
    }

    fn decode(bits: u128) -> Self {
        Variant(bits as u32)
    }
}

impl<const N: u32> Variant<N> {
    pub fn is(symbol: &Symbol<Variant<N>>, index: u32) -> Expr<bool> {
        expr::eq(
            symbol.expr,
            Expr::new(Node::Number(i128::from(index).into())),
        )
    }
}

/// Declares which variant an enum with fields is.
#[doc(hidden)]
pub fn which_variant<const N: u32>(
    mut settings: Settings<Variant<N>>,
) -> (Symbol<Variant<N>>, Range<u32>) {
    if let Some(found) = record::with(|recording| recording.next_variant()) {
        let found = Number::from(i128::from(found));
        settings = Settings::default();
        settings.range = Some((found, found));
    }
    let symbol = declare(settings);
    record::with(|recording| recording.note_variant(symbol.index));
    (symbol, symbol.index..symbol.index + 1)
}

/// What `range` and `weights` of a struct would be of.
#[doc(hidden)]
pub struct Structure;
