//! From a type to what draws it: made when it is first drawn on a thread, and kept.

use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use rand_core::Rng;

use crate::error::RandomizeError;
use crate::inline::{Inline, Outcome, Prepared, Request};
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
    /// Of a type that has solutions, made with the first constraints in line.
    inline: OnceCell<Option<Inline>>,
}

/// How something is drawn.
#[derive(Clone)]
enum Found {
    Solver(Rc<Solver>),
    /// By the solver of the type, and what is added to it.
    Added(Rc<Prepared>),
    Nothing(RandomizeError),
}

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
            build(solver, &alike.symbols, current, rng)
        }
        (Some(alike), Some(further)) => {
            let mut recording = RECORDING.take();
            recording.clone_from(&alike.recording);
            record::record(&mut recording, || further(&alike.symbols));
            let mut values = VALUES.take();
            let drawn = plan.draw_further(alike, &recording, rng, &mut values);
            RECORDING.set(recording);
            let built = drawn.map(|()| T::build(&alike.symbols, &Values(&values), current));
            VALUES.set(values);
            built
        }
        (None, further) => draw_of_any_length(&plan, current, further, rng),
    }
}

fn build<T: Randomize>(
    solver: &Solver,
    symbols: &T::Symbols,
    current: Option<&mut T>,
    rng: &mut dyn Rng,
) -> Result<T, RandomizeError> {
    let mut values = VALUES.take();
    let drawn = solver.draw(rng, &mut values);
    let built = drawn.map(|()| T::build(symbols, &Values(&values), current));
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
        let solver = plan.solver(&recording)?;
        return build(&solver, &symbols, current, rng);
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
    let lengths = plan.solver(&recording)?;
    let mut values = Vec::new();
    let mut failed = None;
    for _ in 0..LENGTHS {
        lengths.draw(rng, &mut values)?;
        let found = sought.iter().map(|&index| values[index as usize] as u32);
        let mut recording = Recording::with_lengths(found.collect(), rng.next_u64());
        let symbols = record(&mut recording, current.as_deref(), further);
        match plan.solver(&recording) {
            Ok(solver) => return build(&solver, &symbols, current.take(), rng),
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
                inline: OnceCell::new(),
            }
        });
        Plan {
            alike,
            solvers: RefCell::default(),
        }
    }

    /// Draws all variables of a type, of which more is recorded than its own constraints.
    fn draw_further(
        &self,
        alike: &Alike<T>,
        recording: &Recording,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        let (nodes, requirements) = (
            alike.recording.nodes.len(),
            alike.recording.requirements.len(),
        );
        let mut found = self.known(recording, nodes, requirements);
        if found.is_none()
            && let Ok(solver) = &alike.solver
            && let Some(inline) = alike
                .inline
                .get_or_init(|| Inline::new(&alike.recording, type_name::<T>()).ok())
        {
            let request = Request {
                solver,
                recording,
                nodes,
                requirements,
                type_name: type_name::<T>(),
            };
            match inline.draw(request, rng, values) {
                Outcome::Drawn(None) => return Ok(()),
                Outcome::Drawn(Some(prepared)) => {
                    let error = prepared.error();
                    let found = Found::Added(prepared);
                    self.keep(recording, nodes, requirements, found);
                    return error.map_or(Ok(()), Err);
                }
                Outcome::Refused(error) => return Err(error),
                Outcome::Not => {}
            }
        }
        let found = found.take().unwrap_or_else(|| {
            let found = solve::<T>(recording);
            self.keep(recording, nodes, requirements, found.clone());
            found
        });
        match (found, &alike.solver) {
            (Found::Added(prepared), Ok(solver)) => prepared.draw(solver, rng, values),
            (Found::Solver(solver), _) => solver.draw(rng, values),
            (Found::Nothing(error), _) => Err(error),
            (Found::Added(_), Err(error)) => Err(error.clone()),
        }
    }

    /// The solver for what is recorded.
    fn solver(&self, recording: &Recording) -> Result<Rc<Solver>, RandomizeError> {
        let found = self.known(recording, 0, 0).unwrap_or_else(|| {
            let found = solve::<T>(recording);
            self.keep(recording, 0, 0, found.clone());
            found
        });
        match found {
            Found::Solver(solver) => Ok(solver),
            Found::Nothing(error) => Err(error),
            Found::Added(_) => unreachable!("nothing was added to a type of any length"),
        }
    }

    /// What is known of what is recorded; what stands before these nodes and requirements is always the same.
    fn known(&self, recording: &Recording, nodes: usize, requirements: usize) -> Option<Found> {
        let solvers = self.solvers.borrow();
        let known = solvers
            .known
            .get(&hash(recording, nodes, requirements))?
            .iter();
        let mut alike = known.filter(|(other, _)| recording.is_like(other, nodes, requirements));
        alike.next().map(|(_, found)| found.clone())
    }

    fn keep(&self, recording: &Recording, nodes: usize, requirements: usize, found: Found) {
        let mut solvers = self.solvers.borrow_mut();
        if solvers.count == KEPT {
            *solvers = Solvers::default();
        }
        solvers.count += 1;
        let hash = hash(recording, nodes, requirements);
        let entry = (recording.clone(), found);
        solvers.known.entry(hash).or_default().push(entry);
    }
}

fn hash(recording: &Recording, nodes: usize, requirements: usize) -> u64 {
    let mut hasher = Mix::default();
    recording.hash_from(nodes, requirements, &mut hasher);
    hasher.finish()
}

fn solve<T>(recording: &Recording) -> Found {
    match Solver::new(recording, type_name::<T>()) {
        Ok(solver) => Found::Solver(Rc::new(solver)),
        Err(error) => Found::Nothing(error),
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
