//! Variables whose product the others determine: `a * b == c * d`, `a * b * 3 == total`. They are made from the
//! prime factors of that product. A diagram would be too large, and a SAT solver would have to factor it.

use std::cell::RefCell;

use rand_core::Rng;

use crate::distinct;
use crate::draw;
use crate::evaluate::{Combined, Definition, Program, Scratch};
use crate::node::{Id, Node, Operator};
use crate::primes;
use crate::record::{Recording, Variable};
use crate::shape::{self, Shape};
use crate::value::{Encoding, Number};

/// An equation with a product of variables, solved for the product.
#[derive(Debug)]
pub(crate) struct Split {
    pub(crate) root: Id,
    pub(crate) variables: Vec<u32>,
    constant: i128,
    /// The terms whose sum is the product; the flag says which ones are subtracted.
    pub(crate) sum: Vec<(Id, bool)>,
}

/// Draws the factors of a product, once the variables that it depends on have values.
#[derive(Debug)]
pub(crate) struct Factors {
    variables: Vec<(u32, i128, i128)>,
    constant: i128,
    /// The prime factors of the constant.
    of_constant: Vec<(u64, u32)>,
    /// Computes numbers whose product is that of the variables and the constant. They stand after the values of all
    /// variables.
    program: Program,
    numbers: usize,
}

/// So many ways to distribute the prime factors are tried before the other variables get new values.
const TRIES: usize = 256;

/// The kind of the computed numbers: 127 bits and a sign.
const WHOLE: Encoding = Encoding {
    bits: 128,
    signed: true,
    last: None,
};

#[derive(Default)]
struct Memory {
    values: Vec<u128>,
    /// The last factorization: its numbers, the constant, and the remaining prime factors.
    constant: i128,
    numbers: Vec<i128>,
    primes: Vec<(u64, u32)>,
    drawn: Vec<i128>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// The factors of a product, without casts that keep their values; a number that is not a product is its only
/// factor.
fn operands(recording: &Recording, shapes: &[Shape], id: Id) -> Vec<Id> {
    let mut pending = vec![id];
    let mut operands = Vec::new();
    while let Some(id) = pending.pop() {
        match recording.nodes[id as usize] {
            Node::Binary(Operator::Multiply, left, right) => pending.extend([right, left]),
            Node::Cast(of, kind) if shapes[of as usize].is_kept_by(kind) => pending.push(of),
            _ => operands.push(id),
        }
    }
    operands
}

impl Split {
    /// Solves an equation, given by its terms, for one of them, which has to be a product of free variables.
    pub(crate) fn new(
        recording: &Recording,
        shapes: &[Shape],
        ranges: &[(Number, Number)],
        is_free: &[bool],
        (root, terms, place): (Id, &[(Id, bool)], usize),
    ) -> Option<Split> {
        let (id, own) = terms[place];
        let mut variables = Vec::new();
        let mut constant: i128 = 1;
        for operand in operands(recording, shapes, id) {
            if let Node::Number(number) = recording.nodes[operand as usize] {
                constant = constant.checked_mul(number.small()?)?;
                continue;
            }
            let variable = distinct::variable(recording, ranges, operand)?;
            let (low, high) = ranges[variable as usize];
            low.small().zip(high.small())?;
            if !is_free[variable as usize] || variables.contains(&variable) {
                return None;
            }
            variables.push(variable);
        }
        let is_some = variables.len() > 1 && u64::try_from(constant.unsigned_abs()).is_ok();
        let others = terms
            .iter()
            .enumerate()
            .filter(|&(other, _)| other != place);
        (is_some && constant != 0).then(|| Split {
            root,
            variables,
            constant,
            sum: others.map(|(_, &(id, sign))| (id, sign == own)).collect(),
        })
    }

    /// The number of values of the product, in bits. The wider it is, the more of the other variables' values fit.
    pub(crate) fn width(&self, ranges: &[(Number, Number)]) -> u32 {
        let width = |&variable: &u32| {
            let (low, high) = ranges[variable as usize];
            128 - high.bits().wrapping_sub(low.bits()).leading_zeros()
        };
        self.variables.iter().map(width).sum()
    }
}

impl Factors {
    /// `None` if the value of the product is too large. The definitions are those of the variables that it depends
    /// on.
    pub(crate) fn new(
        recording: &Recording,
        shapes: &[Shape],
        ranges: &[(Number, Number)],
        split: &Split,
        definitions: &[Definition],
        bits: u32,
    ) -> Option<Factors> {
        let (mut recording, mut ranges) = (recording.clone(), ranges.to_vec());
        let mut definitions = definitions.to_vec();
        let before = recording.variables.len();
        let mut numbers = vec![split.sum.clone()];
        if let [(product, false)] = split.sum[..] {
            // Several small numbers are factored faster than their product.
            let operands = operands(&recording, shapes, product).into_iter();
            numbers = operands.map(|operand| vec![(operand, false)]).collect();
        }
        for terms in numbers {
            let (low, high) = (i128::MIN.into(), i128::MAX.into());
            let variable = recording.count();
            recording.variable(Variable {
                kind: WHOLE,
                discriminants: &[],
                low,
                high,
                classes: (0, 0),
                source: None,
                scope: 0,
            });
            ranges.push((low, high));
            definitions.push(Definition {
                variable,
                combined: Combined::Sum,
                terms,
            });
        }
        let mut shapes = shapes.to_vec();
        shape::extend(&recording, &ranges, &mut shapes);
        let variables = split.variables.iter().map(|&variable| {
            let (low, high) = ranges[variable as usize];
            Some((variable, low.small()?, high.small()?))
        });
        Some(Factors {
            variables: variables.collect::<Option<_>>()?,
            constant: split.constant,
            of_constant: {
                let mut primes = Vec::new();
                let constant = u64::try_from(split.constant.unsigned_abs()).ok()?;
                primes::add_factors(constant, &mut primes);
                primes
            },
            numbers: recording.variables.len() - before,
            program: Program::new(&recording, &shapes, &[], &definitions, &ranges, bits)?,
        })
    }

    /// Draws the variables; `false` if they have no values for those of the others, or none was found. All
    /// solutions are equally likely.
    pub(crate) fn draw(
        &self,
        rng: &mut dyn Rng,
        values: &mut [u128],
        scratch: &mut Scratch,
    ) -> bool {
        let mut memory = MEMORY.take();
        let found = self.draw_in(&mut memory, rng, values, scratch);
        if found {
            for (&(variable, ..), &value) in self.variables.iter().zip(&memory.drawn) {
                values[variable as usize] = value.cast_unsigned();
            }
        }
        MEMORY.set(memory);
        found
    }

    fn draw_in(
        &self,
        memory: &mut Memory,
        rng: &mut dyn Rng,
        values: &[u128],
        scratch: &mut Scratch,
    ) -> bool {
        memory.values.clear();
        memory.values.extend_from_slice(values);
        memory.values.resize(values.len() + self.numbers, 0);
        if !self.program.completes(&mut memory.values, scratch) {
            return false;
        }
        let numbers = memory.values[values.len()..]
            .iter()
            .map(|value| value.cast_signed());
        if numbers.clone().any(|number| number == 0) {
            return self.draw_zero(rng, &mut memory.drawn);
        }
        let is_known = memory.constant == self.constant;
        if !is_known || !numbers.clone().eq(memory.numbers.iter().copied()) {
            memory.numbers.clear();
            memory.primes.clear();
            memory.constant = self.constant;
            if !split(numbers.clone(), &self.of_constant, &mut memory.primes) {
                return false;
            }
            memory.numbers.extend(numbers);
        }
        let all = memory.numbers.iter().chain([&self.constant]);
        let is_product_negative = all.filter(|number| **number < 0).count() % 2 == 1;
        (0..TRIES).any(|_| self.spread(&memory.primes, is_product_negative, rng, &mut memory.drawn))
    }

    /// Distributes the prime factors among the variables; each way is equally likely.
    fn spread(
        &self,
        primes: &[(u64, u32)],
        is_negative: bool,
        rng: &mut dyn Rng,
        drawn: &mut Vec<i128>,
    ) -> bool {
        drawn.clear();
        drawn.resize(self.variables.len(), 1);
        for &(prime, count) in primes {
            // Equal factors with a separator between each two variables (stars and bars).
            let (mut left, mut walls) = (u128::from(count), self.variables.len() - 1);
            let mut place = 0;
            while left > 0 {
                let both = left + walls as u128;
                if draw::below(rng, both) < left {
                    left -= 1;
                    let Some(more) = drawn[place].checked_mul(prime.into()) else {
                        return false;
                    };
                    drawn[place] = more;
                } else {
                    walls -= 1;
                    place += 1;
                }
            }
        }
        let mut sign = is_negative;
        for (value, &(_, low, _)) in drawn.iter_mut().zip(&self.variables) {
            if low < 0 && draw::below(rng, 2) == 1 {
                *value = -*value;
                sign = !sign;
            }
        }
        let mut all = drawn.iter().zip(&self.variables);
        !sign && all.all(|(value, &(_, low, high))| (low..=high).contains(value))
    }

    /// One of the variables is 0, and the others have any value.
    fn draw_zero(&self, rng: &mut dyn Rng, drawn: &mut Vec<i128>) -> bool {
        let able = |&(_, low, high): &(u32, i128, i128)| low <= 0 && high >= 0;
        let size = |(_, low, high): (u32, i128, i128)| high.abs_diff(low).saturating_add(1);
        let least = self
            .variables
            .iter()
            .filter(|it| able(it))
            .map(|&it| size(it))
            .min();
        let Some(least) = least else {
            return false;
        };
        // The fewer values a variable has, the more solutions there are in which it is 0.
        let zero = draw::below(rng, self.variables.len() as u128) as usize;
        let chosen = self.variables[zero];
        if !able(&chosen) || draw::below(rng, size(chosen)) >= least {
            return false;
        }
        drawn.clear();
        drawn.extend(
            self.variables
                .iter()
                .enumerate()
                .map(|(place, &(_, low, high))| {
                    if place == zero {
                        return 0;
                    }
                    draw::between(rng, low.cast_unsigned(), high.cast_unsigned()).cast_signed()
                }),
        );
        // A solution with several zeros would be found once for each.
        let zeros = drawn.iter().filter(|&&value| value == 0).count() as u128;
        draw::below(rng, zeros) == 0
    }
}

/// The prime factors of a product without those of a constant; `false` if the constant is not a factor, or a number
/// is too large.
fn split(
    numbers: impl Iterator<Item = i128>,
    of_constant: &[(u64, u32)],
    primes: &mut Vec<(u64, u32)>,
) -> bool {
    for number in numbers {
        let Ok(number) = u64::try_from(number.unsigned_abs()) else {
            return false;
        };
        primes::add_factors(number, primes);
    }
    of_constant.iter().all(|&(prime, count)| {
        let known = primes.iter_mut().find(|(known, _)| *known == prime);
        let left = known.and_then(|(_, known)| Some((known.checked_sub(count)?, known)));
        left.map(|(left, known)| *known = left).is_some()
    })
}
