//! Lists in constraints: vectors, arrays, and the iterators over them.

use crate::expr::{self, Expr, Operand};
use crate::node::{Id, Node};
use crate::value::{Integer, Value};

/// The elements of a list, and their number.
#[derive(Clone)]
pub struct List<S> {
    /// `None` while the length is not known.
    pub(crate) elements: Option<Vec<S>>,
    pub(crate) length: Expr<usize>,
    /// Makes a placeholder for an element that does not exist yet.
    pub(crate) placeholder: fn(Id) -> S,
}

impl<S: Clone> Operand for List<S> {
    type Out = List<S>;
    fn operand(&self) -> List<S> {
        self.clone()
    }
}

fn unknown<T>() -> Expr<T> {
    Expr::new(Node::Unknown)
}

/// A list whose elements have an index.
#[diagnostic::on_unimplemented(message = "this has no elements in a constraint")]
pub trait Indexed {
    type Element;
    fn at(&self, index: usize) -> Self::Element;
}

impl<S: Clone> Indexed for List<S> {
    type Element = S;
    fn at(&self, index: usize) -> S {
        match &self.elements {
            None => (self.placeholder)(unknown::<usize>().id),
            Some(elements) => match elements.get(index) {
                Some(element) => element.clone(),
                None => (self.placeholder)(expr::undefined()),
            },
        }
    }
}

impl<S: Clone> Indexed for Vec<S> {
    type Element = S;
    fn at(&self, index: usize) -> S {
        self[index].clone()
    }
}

impl<I: Indexed> Indexed for &I {
    type Element = I::Element;
    fn at(&self, index: usize) -> I::Element {
        (**self).at(index)
    }
}

pub fn at<I: Indexed>(list: &I, index: usize) -> I::Element {
    list.at(index)
}

fn no_placeholder<S>(_node: Id) -> S {
    unreachable!("iterators have no elements by index")
}

impl<S> List<S> {
    fn of<T>(elements: Option<Vec<T>>) -> List<T> {
        let length = match &elements {
            Some(elements) => expr::lift(elements.len()),
            None => unknown(),
        };
        List {
            elements,
            length,
            placeholder: no_placeholder,
        }
    }
}

pub fn len<S>(list: List<S>) -> Expr<usize> {
    list.length
}

pub fn is_empty<S>(list: List<S>) -> Expr<bool> {
    expr::eq(list.length, expr::lift(0))
}

pub fn all<S>(list: List<S>, condition: impl Fn(&S) -> Expr<bool>) -> Expr<bool> {
    match list.elements {
        None => unknown(),
        Some(elements) => expr::all_of(elements.iter().map(condition)),
    }
}

pub fn any<S>(list: List<S>, condition: impl Fn(&S) -> Expr<bool>) -> Expr<bool> {
    match list.elements {
        None => unknown(),
        Some(elements) => expr::any_of(elements.iter().map(condition)),
    }
}

/// The number of elements that satisfy a condition.
pub fn count<S>(list: List<S>, condition: impl Fn(&S) -> Expr<bool>) -> Expr<usize> {
    let ones = map(list, |element| Expr::<usize>::of(condition(element).id));
    sum(ones)
}

pub fn map<S, O>(list: List<S>, function: impl Fn(&S) -> O) -> List<O> {
    List::<S>::of(
        list.elements
            .map(|elements| elements.iter().map(function).collect()),
    )
}

/// The sum, which is exact whatever the type.
pub fn sum<T: Integer, S: Operand<Out = Expr<T>>, U: Integer>(list: List<S>) -> Expr<U> {
    let Some(elements) = list.elements else {
        return unknown();
    };
    // In halves, so that operands are not nested deeply.
    let mut parts: Vec<Expr<U>> = elements
        .iter()
        .map(|element| Expr::of(element.operand().id))
        .collect();
    while parts.len() > 1 {
        let pairs = parts.chunks(2).map(|pair| match *pair {
            [left, right] => expr::add(left, right),
            _ => pair[0],
        });
        parts = pairs.collect();
    }
    parts.pop().unwrap_or_else(|| Expr::of(expr::lift(0_u8).id))
}

pub fn contains<T: Value, S: Operand<Out = Expr<T>>>(list: List<S>, value: Expr<T>) -> Expr<bool> {
    any(list, |element| expr::eq(element.operand(), value))
}

pub fn unique<T: Value, S: Operand<Out = Expr<T>>>(list: List<S>) -> Expr<bool> {
    match list.elements {
        None => unknown(),
        Some(elements) => {
            let values: Vec<_> = elements.iter().map(Operand::operand).collect();
            expr::unique(&values)
        }
    }
}

#[track_caller]
pub fn windows<S: Clone>(list: List<S>, size: usize) -> List<Vec<S>> {
    assert!(size > 0, "a window has at least one element");
    List::<S>::of(
        list.elements
            .map(|elements| elements.windows(size).map(<[S]>::to_vec).collect()),
    )
}

pub fn enumerate<S: Clone>(list: List<S>) -> List<(Expr<usize>, S)> {
    List::<S>::of(list.elements.map(|elements| {
        let indices = (0_usize..).map(expr::lift);
        indices.zip(elements).collect()
    }))
}

pub fn zip<S: Clone, O: Clone>(list: List<S>, other: List<O>) -> List<(S, O)> {
    let both = list.elements.zip(other.elements);
    List::<S>::of(both.map(|(list, other)| list.into_iter().zip(other).collect()))
}

pub fn skip<S: Clone>(list: List<S>, count: usize) -> List<S> {
    List::<S>::of(
        list.elements
            .map(|elements| elements.into_iter().skip(count).collect()),
    )
}

pub fn take<S: Clone>(list: List<S>, count: usize) -> List<S> {
    List::<S>::of(
        list.elements
            .map(|elements| elements.into_iter().take(count).collect()),
    )
}

pub fn rev<S: Clone>(list: List<S>) -> List<S> {
    List::<S>::of(
        list.elements
            .map(|elements| elements.into_iter().rev().collect()),
    )
}
