//! Values sampled one after the other (IEEE 1800-2023, 19.5.2).

use std::fmt::Write as _;
use std::marker::PhantomData;
use std::ops::RangeInclusive;

use crate::bins::{Keys, Values};
use crate::value::{CoverValue, Shape};

/// One set of values, and how often in a row.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) values: Vec<Keys>,
    pub(crate) least: u32,
    pub(crate) most: u32,
}

/// A sequence of samples: each set of values follows at the next sample of its point.
///
/// ```
/// use verifork_coverage::{Bins, Transition};
///
/// // Idle, then two to four busy ones, then idle: `0 => 1..=9 [*2..=4] => 0`.
/// let sequence = Transition::from(0).then(1..=9).repeated(2..=4).then(0);
/// let bins = Bins::<u8>::new().transition("pulse", sequence).transition("up", [1, 2, 3]);
/// ```
#[derive(Clone, Debug)]
pub struct Transition<V = ()> {
    pub(crate) steps: Vec<Step>,
    values: PhantomData<fn(V)>,
}

impl<V: CoverValue> Transition<V> {
    /// Begins with one of these values.
    #[must_use]
    #[allow(
        clippy::should_implement_trait,
        reason = "a set of values is converted, of which there are many types"
    )]
    pub fn from(values: impl Values<V>) -> Self {
        let begun = Transition {
            steps: Vec::new(),
            values: PhantomData,
        };
        begun.then(values)
    }

    /// Goes on, at the next sample, with one of these values.
    #[must_use]
    pub fn then(mut self, values: impl Values<V>) -> Self {
        self.steps.push(Step {
            values: values.keys(),
            least: 1,
            most: 1,
        });
        self
    }

    /// The last step comes so many times in a row: `[*2:4]` of IEEE 1800.
    #[must_use]
    pub fn repeated(mut self, times: RangeInclusive<u32>) -> Self {
        if let Some(step) = self.steps.last_mut() {
            (step.least, step.most) = (*times.start(), *times.end());
        }
        self
    }
}

/// What can be written as a [`Transition`]: one, an array of values or ranges, or a tuple of these.
///
/// ```
/// use verifork_coverage::{Bins, Transition};
///
/// let bins = Bins::<u8>::new()
///     .transition("up", [1, 2, 3]) // values
///     .transition("wraps", (250..=255, 0)) // values and ranges
///     .transition("stays", Transition::from(7).repeated(3..=9));
/// # let _ = bins;
/// ```
pub trait IntoTransition<V> {
    /// The sequence.
    fn into_transition(self) -> Transition;
}

impl<V> IntoTransition<V> for Transition<V> {
    fn into_transition(self) -> Transition {
        Transition {
            steps: self.steps,
            values: PhantomData,
        }
    }
}

fn sequence(sets: impl IntoIterator<Item = Vec<Keys>>) -> Transition {
    let steps = sets.into_iter().map(|values| Step {
        values,
        least: 1,
        most: 1,
    });
    Transition {
        steps: steps.collect(),
        values: PhantomData,
    }
}

impl<V, T: Values<V>, const N: usize> IntoTransition<V> for [T; N] {
    fn into_transition(self) -> Transition {
        sequence(self.into_iter().map(Values::keys))
    }
}

macro_rules! tuples {
    ($($($set:ident)*;)*) => {$(
        impl<V, $($set: Values<V>),*> IntoTransition<V> for ($($set,)*) {
            #[allow(non_snake_case, reason = "a name for type and value")]
            fn into_transition(self) -> Transition {
                let ($($set,)*) = self;
                sequence([$($set.keys()),*])
            }
        }
    )*};
}

tuples! {
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}

/// How many samples the sequences of one point may have together: one bit each.
const LIMIT: usize = 128;

/// The automaton of all transitions of a point. A state is a bit: the samples up to this one have fitted a
/// sequence up to its place. A sample shifts all states on by one, and leaves those that it fits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Automaton {
    /// The places at which a sequence begins.
    pub(crate) first: u128,
    /// The places at which one ends, by the number of its bin.
    pub(crate) last: Vec<(u128, u32)>,
    /// For each place its values, range by range.
    pub(crate) places: Vec<Vec<(u128, u128)>>,
}

impl Automaton {
    /// Adds the sequences of a bin.
    ///
    /// # Errors
    ///
    /// What is wrong with one, to follow the bin's name in a sentence.
    pub(crate) fn add(&mut self, bin: u32, transition: &Transition) -> Result<(), String> {
        if transition
            .steps
            .iter()
            .map(|step| u64::from(step.most))
            .sum::<u64>()
            < 2
        {
            return Err("is of one sample: a transition has two at least".to_owned());
        }
        let mut sequences: Vec<Vec<Vec<(u128, u128)>>> = vec![Vec::new()];
        for step in &transition.steps {
            if step.least == 0 || step.most < step.least {
                return Err(format!(
                    "repeats a step {}..={} times: write a range of numbers from 1, such as 2..=4",
                    step.least, step.most
                ));
            }
            let values: Result<Vec<_>, &String> = step
                .values
                .iter()
                .map(|keys| keys.0.as_ref().copied())
                .collect();
            let values = values.map_err(|range| format!("has the empty range `{range}`"))?;
            let before = std::mem::take(&mut sequences);
            for times in step.least..=step.most {
                for sequence in &before {
                    let mut longer = sequence.clone();
                    longer.extend(std::iter::repeat_n(values.clone(), times as usize));
                    let needed: usize = sequences.iter().map(Vec::len).sum();
                    if self.places.len() + needed + longer.len() > LIMIT {
                        return Err(format!(
                            "brings the samples of this point's transitions to more than {LIMIT}, \
                             each repetition of a range counted on its own"
                        ));
                    }
                    sequences.push(longer);
                }
            }
        }
        let mut last = 0;
        for sequence in sequences {
            self.first |= 1 << self.places.len();
            self.places.extend(sequence);
            last |= 1 << (self.places.len() - 1);
        }
        self.last.push((last, bin));
        Ok(())
    }

    /// The state after a sample whose segment fits these places.
    #[inline]
    pub(crate) fn next(&self, state: u128, fits: u128) -> u128 {
        (state << 1 | self.first) & fits
    }
}

impl Transition {
    /// As IEEE 1800 has it: `0 => 1..=9 [*2..=4] => 0`.
    pub(crate) fn text(&self, shape: Shape) -> String {
        let mut text = String::new();
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                text.push_str(" => ");
            }
            for (index, keys) in step.values.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                match &keys.0 {
                    Ok((first, last)) => text.push_str(&shape.range_text(*first, *last)),
                    Err(range) => text.push_str(range),
                }
            }
            match (step.least, step.most) {
                (1, 1) => Ok(()),
                (least, most) if least == most => write!(text, " [*{least}]"),
                (least, most) => write!(text, " [*{least}..={most}]"),
            }
            .unwrap_or_default(); // Writing to a string cannot fail.
        }
        text
    }
}
