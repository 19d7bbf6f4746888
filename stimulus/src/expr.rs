//! The expressions of constraints.

use std::marker::PhantomData;
use std::ops::{Range, RangeFrom, RangeInclusive, RangeTo, RangeToInclusive};

use crate::node::{Id, Node, Operator};
use crate::record::{self, Source};
use crate::value::{Encoding, Integer, Number, Ordered, Value};

/// A value that a constraint computes from variables. To the compiler it has type `T`; to the solver it is an exact
/// integer.
pub struct Expr<T> {
    pub(crate) id: Id,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Expr<T> {}

impl<T> Expr<T> {
    pub(crate) fn new(node: Node) -> Self {
        Expr::of(record::with(|recording| recording.push(node)))
    }

    pub(crate) fn of(id: Id) -> Self {
        Expr {
            id,
            of: PhantomData,
        }
    }

    fn binary<U, V>(operator: Operator, left: Expr<U>, right: Expr<V>) -> Self {
        Expr::new(Node::Binary(operator, left.id, right.id))
    }
}

/// A field that is drawn, in a constraint.
pub struct Symbol<T> {
    pub(crate) expr: Expr<T>,
    pub(crate) index: u32,
}

impl<T> Clone for Symbol<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Symbol<T> {}

/// A field that is not drawn. In constraints it is a constant.
#[derive(Clone)]
pub struct Fixed<T>(pub T);

/// An operand in a constraint.
#[diagnostic::on_unimplemented(
    message = "a constraint cannot compute with this as a whole",
    label = "name a field of it, or an element",
    note = "constraints compute with `bool`, integers, and enums without fields that derive `Randomize`"
)]
pub trait Operand {
    type Out;
    fn operand(&self) -> Self::Out;
}

impl<T: Value> Operand for Symbol<T> {
    type Out = Expr<T>;
    fn operand(&self) -> Expr<T> {
        self.expr
    }
}

impl<T> Operand for Expr<T> {
    type Out = Expr<T>;
    fn operand(&self) -> Expr<T> {
        *self
    }
}

impl<T: Value> Operand for Fixed<T> {
    type Out = Expr<T>;
    fn operand(&self) -> Expr<T> {
        lift_ref(&self.0)
    }
}

impl<S: Operand> Operand for &S {
    type Out = S::Out;
    fn operand(&self) -> S::Out {
        (**self).operand()
    }
}

pub fn leaf<S: Operand>(symbol: &S) -> S::Out {
    symbol.operand()
}

/// A constant.
pub fn lift<T: Value>(value: T) -> Expr<T> {
    lift_ref(&value)
}

fn lift_ref<T: Value>(value: &T) -> Expr<T> {
    Expr::new(Node::Number(Number::of(value)))
}

fn number<T>(value: i128) -> Expr<T> {
    Expr::new(Node::Number(value.into()))
}

macro_rules! operators {
    ($bound:ident -> $out:ty: $($name:ident $operator:ident)*) => {$(
        pub fn $name<T: $bound>(left: Expr<T>, right: Expr<T>) -> $out {
            Expr::binary(Operator::$operator, left, right)
        }
    )*};
}

operators!(Integer -> Expr<T>: add Add sub Subtract mul Multiply div Divide rem Remainder);
operators!(Bitwise -> Expr<T>: bit_and And bit_or Or bit_xor Xor);
operators!(Value -> Expr<bool>: eq Equal);
operators!(Ordered -> Expr<bool>: lt Less);

pub fn ne<T: Value>(left: Expr<T>, right: Expr<T>) -> Expr<bool> {
    not(eq(left, right))
}

pub fn gt<T: Ordered>(left: Expr<T>, right: Expr<T>) -> Expr<bool> {
    lt(right, left)
}

pub fn le<T: Ordered>(left: Expr<T>, right: Expr<T>) -> Expr<bool> {
    not(lt(right, left))
}

pub fn ge<T: Ordered>(left: Expr<T>, right: Expr<T>) -> Expr<bool> {
    not(lt(left, right))
}

pub fn shl<T: Integer, U: Integer>(left: Expr<T>, right: Expr<U>) -> Expr<T> {
    Expr::binary(Operator::ShiftLeft, left, right)
}

pub fn shr<T: Integer, U: Integer>(left: Expr<T>, right: Expr<U>) -> Expr<T> {
    Expr::binary(Operator::ShiftRight, left, right)
}

pub fn both(left: Expr<bool>, right: Expr<bool>) -> Expr<bool> {
    Expr::binary(Operator::Both, left, right)
}

pub fn either(left: Expr<bool>, right: Expr<bool>) -> Expr<bool> {
    Expr::binary(Operator::Either, left, right)
}

/// `bool` and the integers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no bits to combine: only `bool` and integers have"
)]
pub trait Bitwise: Value {}

impl<T: Integer> Bitwise for T {}
impl Bitwise for bool {}

/// Inverts the bits of the type.
pub fn not<T: Bitwise>(of: Expr<T>) -> Expr<T> {
    let Encoding { bits, signed, .. } = T::ENCODING;
    if bits == 1 {
        return Expr::new(Node::Not(of.id));
    }
    if signed {
        return Expr::binary(Operator::Subtract, number::<T>(-1), of);
    }
    let ones = Expr::<T>::new(Node::Number((u128::MAX >> (128 - bits)).into()));
    Expr::binary(Operator::Xor, of, ones)
}

pub fn neg<T: Integer>(of: Expr<T>) -> Expr<T> {
    Expr::binary(Operator::Subtract, number::<T>(0), of)
}

/// `as`.
pub fn cast<U: Integer, T: Value>(of: Expr<T>) -> Expr<U> {
    let mut id = of.id;
    if !T::DISCRIMINANTS.is_empty() {
        let mut chosen: Expr<T> = number(T::DISCRIMINANTS[0]);
        for (index, &discriminant) in (0..).zip(T::DISCRIMINANTS).skip(1) {
            let is_it = Expr::<bool>::binary(Operator::Equal, of, number::<T>(index));
            chosen = choose(is_it, number(discriminant), chosen);
        }
        id = chosen.id;
    }
    Expr::new(Node::Cast(id, U::ENCODING))
}

fn choose<T>(condition: Expr<bool>, yes: Expr<T>, no: Expr<T>) -> Expr<T> {
    Expr::new(Node::Select(condition.id, yes.id, no.id))
}

pub fn select<T: Value>(condition: Expr<bool>, yes: Expr<T>, no: Expr<T>) -> Expr<T> {
    choose(condition, yes, no)
}

/// An element of a table, undefined beyond its end.
pub fn lookup<T: Value>(table: &[T], place: Expr<usize>) -> Expr<T> {
    let beyond = Expr::<T>::of(undefined());
    let places = table.iter().enumerate().rev();
    places.fold(beyond, |others, (index, value)| {
        choose(eq(place, lift(index)), lift_ref(value), others)
    })
}

/// An undefined number: no condition on it is true.
pub(crate) fn undefined() -> Id {
    let (one, zero) = (lift(1), lift(0));
    Expr::<u8>::binary(Operator::Divide, one, zero).id
}

/// An `if` without `else`.
pub fn implies(condition: Expr<bool>, then: Expr<bool>) -> Expr<bool> {
    either(not(condition), then)
}

/// Lets the compiler check the patterns of a `match` against the type.
pub fn check_patterns<T>(_of: Expr<T>, _patterns: fn(T)) {}

/// A set of values.
#[diagnostic::on_unimplemented(message = "`{Self}` does not contain values of type `{T}`")]
pub trait Set<T> {
    fn holds(&self, value: Expr<T>) -> Expr<bool>;
}

impl<T: Value> Set<T> for [T] {
    fn holds(&self, value: Expr<T>) -> Expr<bool> {
        any_of(self.iter().map(|member| eq(value, lift_ref(member))))
    }
}

impl<T: Value, const N: usize> Set<T> for [T; N] {
    fn holds(&self, value: Expr<T>) -> Expr<bool> {
        self.as_slice().holds(value)
    }
}

impl<T: Value> Set<T> for Vec<T> {
    fn holds(&self, value: Expr<T>) -> Expr<bool> {
        self.as_slice().holds(value)
    }
}

impl<T, S: Set<T> + ?Sized> Set<T> for &S {
    fn holds(&self, value: Expr<T>) -> Expr<bool> {
        (**self).holds(value)
    }
}

macro_rules! range_sets {
    ($($range:ty, |$self:ident, $value:ident| $holds:expr;)*) => {$(
        impl<T: Ordered> Set<T> for $range {
            fn holds(&self, $value: Expr<T>) -> Expr<bool> {
                let $self = self;
                $holds
            }
        }
    )*};
}

range_sets! {
    Range<T>, |range, value| both(ge(value, lift_ref(&range.start)), lt(value, lift_ref(&range.end)));
    RangeInclusive<T>, |range, value| both(ge(value, lift_ref(range.start())), le(value, lift_ref(range.end())));
    RangeFrom<T>, |range, value| ge(value, lift_ref(&range.start));
    RangeTo<T>, |range, value| lt(value, lift_ref(&range.end));
    RangeToInclusive<T>, |range, value| le(value, lift_ref(&range.end));
}

pub fn among<T: Value, S: Set<T>>(value: Expr<T>, set: S) -> Expr<bool> {
    set.holds(value)
}

/// Whether all conditions hold; true without any.
pub(crate) fn all_of(conditions: impl Iterator<Item = Expr<bool>>) -> Expr<bool> {
    joined(conditions, both).unwrap_or_else(|| lift(true))
}

/// Whether at least one of the conditions holds.
pub(crate) fn any_of(conditions: impl Iterator<Item = Expr<bool>>) -> Expr<bool> {
    joined(conditions, either).unwrap_or_else(|| lift(false))
}

type Join = fn(Expr<bool>, Expr<bool>) -> Expr<bool>;

/// More conditions are joined in halves; otherwise a diagram of all earlier ones would be built for each.
const FEW: usize = 16;

fn joined(conditions: impl Iterator<Item = Expr<bool>>, join: Join) -> Option<Expr<bool>> {
    fn halves(conditions: &[Expr<bool>], join: Join) -> Option<Expr<bool>> {
        if conditions.len() <= FEW {
            return conditions.iter().copied().reduce(join);
        }
        let (first, rest) = conditions.split_at(conditions.len() / 2);
        let (first, rest) = (halves(first, join)?, halves(rest, join)?);
        Some(join(first, rest))
    }
    // Without allocating if there are few.
    if conditions.size_hint().1.is_some_and(|most| most <= FEW) {
        return conditions.reduce(join);
    }
    halves(&conditions.collect::<Vec<_>>(), join)
}

/// Up to so many values are compared pairwise, which makes the smallest diagram.
const COMPARED: usize = 8;

/// Whether all values differ.
pub fn unique<T: Value>(values: &[Expr<T>]) -> Expr<bool> {
    if values.len() <= COMPARED {
        let pairs = values.iter().enumerate().flat_map(|(index, &one)| {
            let others = values[index + 1..].iter();
            others.map(move |&other| ne(one, other))
        });
        return all_of(pairs);
    }
    let mut numbers = record::with(|recording| {
        let number = |value: &Expr<T>| match recording.nodes[value.id as usize] {
            Node::Number(number) => Some(number),
            _ => None,
        };
        values.iter().filter_map(number).collect::<Vec<_>>()
    });
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() < count || count == values.len() {
        return lift(numbers.len() == count);
    }
    let differ = |all, &value| Expr::binary(Operator::Distinct, all, value);
    values.iter().fold(lift(true), differ)
}

/// The bit at this position, from 0 on.
pub fn bit<T: Integer>(of: Expr<T>, place: u32) -> Expr<bool> {
    let shifted = shr(of, lift(place));
    Expr::binary(Operator::And, shifted, number::<T>(1))
}

/// Positions of bits.
#[diagnostic::on_unimplemented(
    message = "bits are selected by a range of places: `bits(0..4)` or `bits(0..=3)`, not `{Self}`"
)]
pub trait Places {
    /// The first position, and the number of bits.
    fn places(self) -> (u32, u32);
}

impl Places for Range<u32> {
    fn places(self) -> (u32, u32) {
        (self.start, self.end.saturating_sub(self.start))
    }
}

impl Places for RangeInclusive<u32> {
    fn places(self) -> (u32, u32) {
        let (first, last) = self.into_inner();
        (first, last.saturating_add(1).saturating_sub(first))
    }
}

/// The bits at these positions, as a number.
///
/// # Panics
///
/// At the caller's line, if the range is empty or has more than 127 bits.
#[track_caller]
pub fn bits<T: Integer>(of: Expr<T>, places: impl Places) -> Expr<T> {
    let (first, count) = places.places();
    assert!(
        count > 0,
        "no bit is in an empty range: `bits(0..=7)` are the lowest eight"
    );
    assert!(count < 128, "at most 127 bits are selected, not {count}");
    let shifted = shr(of, lift(first));
    Expr::binary(Operator::And, shifted, number::<T>((1 << count) - 1))
}

/// The number of bits that are 1.
pub fn count_ones<T: Integer>(of: Expr<T>) -> Expr<u32> {
    let ones = (0..T::ENCODING.bits).map(|place| Expr::<u32>::of(bit(of, place).id));
    ones.reduce(add).unwrap_or_else(|| lift(0))
}

pub fn is_power_of_two<T: Integer>(of: Expr<T>) -> Expr<bool> {
    eq(count_ones(of), lift(1))
}

pub fn is_multiple_of<T: Integer>(of: Expr<T>, other: Expr<T>) -> Expr<bool> {
    eq(rem(of, other), number(0))
}

pub fn min<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    choose(lt(left, right), left, right)
}

pub fn max<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    choose(lt(left, right), right, left)
}

pub fn abs<T: Integer>(of: Expr<T>) -> Expr<T> {
    choose(lt(of, number(0)), neg(of), of)
}

pub fn abs_diff<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    choose(lt(left, right), sub(right, left), sub(left, right))
}

/// The lowest bits of a result, as many as its type has.
fn wrapping<T: Integer>(of: Expr<T>) -> Expr<T> {
    Expr::new(Node::Cast(of.id, T::ENCODING))
}

pub fn wrapping_add<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    wrapping(add(left, right))
}

pub fn wrapping_sub<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    wrapping(sub(left, right))
}

pub fn wrapping_mul<T: Integer>(left: Expr<T>, right: Expr<T>) -> Expr<T> {
    wrapping(mul(left, right))
}

/// Checks constants at compile time; the compiler reports a failure at the caller.
#[track_caller]
pub const fn claim(holds: bool, message: &str) {
    assert!(holds, "{}", message);
}

/// Requires a condition.
pub fn require(condition: Expr<bool>, soft: bool, source: Source) {
    record::with(|recording| recording.require(condition.id, soft, source));
}
