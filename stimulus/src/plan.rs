//! From a type to what draws it: made when it is first drawn on a thread, and kept.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use rand_core::Rng;

use crate::error::RandomizeError;
use crate::randomize::{Randomize, Settings, Values};
use crate::record::{self, Recording};
use crate::solver::Solver;

/// As many sets of constraints are kept for each type.
const KEPT: usize = 256;
/// So many lengths of vectors are tried, where constraints of elements do not fit all.
const LENGTHS: usize = 200;

/// Constraints in line.
pub(crate) type Further<'a, S> = &'a dyn Fn(&S);

/// What is known of a type.
struct Plan<T: Randomize> {
    /// Of a type whose draws are all alike.
    alike: Option<Alike<T>>,
    solvers: RefCell<Solvers>,
}

struct Alike<T: Randomize> {
    symbols: T::Symbols,
    recording: Recording,
    solver: Result<Solver, RandomizeError>,
}

type Found = Result<Rc<Solver>, RandomizeError>;

/// Solvers by what they are for.
#[derive(Default)]
struct Solvers {
    known: HashMap<u64, Vec<(Recording, Found)>, BuildHasherDefault<Mix>>,
    count: usize,
}

/// Multiplies and rotates: what is hashed is our own.
#[derive(Clone, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }
}

type Plans = HashMap<TypeId, Rc<dyn Any>, BuildHasherDefault<Mix>>;

thread_local! {
    static PLANS: RefCell<Plans> = RefCell::default();
    static RECORDING: RefCell<Recording> = RefCell::default();
    static VALUES: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) };
}

/// The generator is behind a pointer, so that solvers draw in the code of this crate, as it was optimized.
pub(crate) fn draw<T: Randomize>(
    current: Option<&mut T>,
    further: Option<Further<'_, T::Symbols>>,
    rng: &mut dyn Rng,
) -> Result<T, RandomizeError> {
    let plan = plan::<T>();
    match (&plan.alike, further) {
        (Some(alike), None) => {
            let solver = alike.solver.as_ref().map_err(Clone::clone)?;
            Ok(build(solver, &alike.symbols, current, rng))
        }
        (Some(alike), Some(further)) => {
            let mut recording = RECORDING.take();
            recording.clone_from(&alike.recording);
            record::record(&mut recording, || further(&alike.symbols));
            let (nodes, requirements) = (
                alike.recording.nodes.len(),
                alike.recording.requirements.len(),
            );
            let solver = plan.solver(&recording, nodes, requirements);
            RECORDING.set(recording);
            Ok(build(&*solver?, &alike.symbols, current, rng))
        }
        (None, further) => draw_of_any_length(&plan, current, further, rng),
    }
}

fn build<T: Randomize>(
    solver: &Solver,
    symbols: &T::Symbols,
    current: Option<&mut T>,
    rng: &mut dyn Rng,
) -> T {
    let mut values = VALUES.take();
    solver.draw(rng, &mut values);
    let built = T::build(symbols, &Values(&values), current);
    VALUES.set(values);
    built
}

/// Lengths of vectors, and variants with fields, are drawn first, then everything for these.
fn draw_of_any_length<T: Randomize>(
    plan: &Plan<T>,
    mut current: Option<&mut T>,
    further: Option<Further<'_, T::Symbols>>,
    rng: &mut dyn Rng,
) -> Result<T, RandomizeError> {
    let mut recording = Recording::default();
    let symbols = record(&mut recording, current.as_deref(), further);
    if recording.sought.is_empty() {
        let solver = plan.solver(&recording, 0, 0)?;
        return Ok(build(&solver, &symbols, current, rng));
    }
    let sought = recording.sought.clone();
    for &length in &sought {
        let earlier = recording.before(length);
        let all = recording.count();
        let others = (0..all).filter(|index| !sought.contains(index) && !earlier.contains(index));
        let orders: Vec<_> = others
            .map(|other| (length..length + 1, other..other + 1))
            .collect();
        recording.orders.extend(orders);
    }
    let lengths = plan.solver(&recording, 0, 0)?;
    let mut values = Vec::new();
    let mut failed = None;
    for _ in 0..LENGTHS {
        lengths.draw(rng, &mut values);
        let found = sought.iter().map(|&index| values[index as usize] as u32);
        let mut recording = Recording::with_lengths(found.collect(), rng.next_u64());
        let symbols = record(&mut recording, current.as_deref(), further);
        match plan.solver(&recording, 0, 0) {
            Ok(solver) => return Ok(build(&solver, &symbols, current.take(), rng)),
            Err(error @ RandomizeError::Conflict { .. }) => failed = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(failed.expect("there were tries"))
}

impl<T: Randomize> Plan<T> {
    fn new() -> Self {
        let alike = T::ALIKE.then(|| {
            let mut recording = Recording::default();
            let symbols = record::record(&mut recording, || T::declare(Settings::default(), None));
            Alike {
                symbols,
                solver: Solver::new(&recording, type_name::<T>()),
                recording,
            }
        });
        Plan {
            alike,
            solvers: RefCell::default(),
        }
    }

    /// The solver for what is recorded; what stands before these nodes and requirements is always the same.
    fn solver(&self, recording: &Recording, nodes: usize, requirements: usize) -> Found {
        let mut hasher = Mix::default();
        recording.hash_from(nodes, requirements, &mut hasher);
        let hash = hasher.finish();
        if let Some(known) = self.solvers.borrow().known.get(&hash) {
            for (other, solver) in known {
                if recording.is_like(other, nodes, requirements) {
                    return solver.clone();
                }
            }
        }
        let found = Solver::new(recording, type_name::<T>()).map(Rc::new);
        let mut solvers = self.solvers.borrow_mut();
        if solvers.count == KEPT {
            *solvers = Solvers::default();
        }
        solvers.count += 1;
        let entry = (recording.clone(), found.clone());
        solvers.known.entry(hash).or_default().push(entry);
        found
    }
}

fn record<T: Randomize>(
    recording: &mut Recording,
    current: Option<&T>,
    further: Option<Further<'_, T::Symbols>>,
) -> T::Symbols {
    record::record(recording, || {
        let symbols = T::declare(Settings::default(), current);
        if let Some(further) = further {
            further(&symbols);
        }
        symbols
    })
}

fn plan<T: Randomize>() -> Rc<Plan<T>> {
    let id = TypeId::of::<T>();
    let known = PLANS.with_borrow(|plans| plans.get(&id).cloned());
    let plan = known.unwrap_or_else(|| {
        let plan: Rc<dyn Any> = Rc::new(Plan::<T>::new());
        PLANS.with_borrow_mut(|plans| plans.insert(id, plan.clone()));
        plan
    });
    plan.downcast()
        .expect("the plan of a type is for that type")
}

/// Without the path of its module.
fn type_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    match name.find('<') {
        Some(_) => name,
        None => name.rsplit("::").next().unwrap_or(name),
    }
}
