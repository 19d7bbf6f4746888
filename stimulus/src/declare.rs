//! Declares the variables of a type, and reads their values.

use std::ops::Range;

use crate::expr::{self, Expr, Symbol};
use crate::node::{Id, Node};
use crate::record::{self, Name, Variable};
use crate::settings::Settings;
use crate::value::{Encoding, Number, Value};

/// Values of variables, by their indices.
#[doc(hidden)]
pub struct Values<'a>(pub(crate) &'a [u128]);

impl Values<'_> {
    pub fn get<T: Value>(&self, symbol: &Symbol<T>) -> T {
        T::decode(self.0[symbol.index as usize])
    }
}

/// Declares a variable.
#[doc(hidden)]
pub fn declare<T: Value>(settings: Settings<T>) -> Symbol<T> {
    record::with(|recording| {
        let (low, high) = settings.range.unwrap_or_else(|| T::ENCODING.range());
        let start = recording.classes.len() as u32;
        recording.classes.extend(settings.classes);
        let variable = Variable {
            kind: T::ENCODING,
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

/// Declares variables under a name, and returns their indices too.
pub(crate) fn within<S>(name: Name, declare: impl FnOnce() -> S) -> (S, Range<u32>) {
    let (outer, first) = record::with(|recording| (recording.enter(name), recording.count()));
    let symbols = declare();
    let end = record::with(|recording| {
        recording.leave(outer);
        recording.count()
    });
    (symbols, first..end)
}

/// Draws some variables before others.
#[doc(hidden)]
pub fn before(first: &Range<u32>, then: &Range<u32>) {
    record::with(|recording| recording.orders.push((first.clone(), then.clone())));
}

/// Runs `declare`. Its constraints apply only if the condition is true.
#[doc(hidden)]
pub fn guarded<S>(condition: Expr<bool>, declare: impl FnOnce() -> S) -> S {
    record::with(|recording| recording.guard(condition.id));
    let symbols = declare();
    record::with(|recording| recording.unguard());
    symbols
}

/// The index of a variant of an enum with fields, which has N variants.
#[doc(hidden)]
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub struct Variant<const N: u32>(pub u32);

impl<const N: u32> Value for Variant<N> {
    const ENCODING: Encoding = Encoding {
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

/// Declares the variable that says which variant an enum with fields is.
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
