//! The plan of a type says how to draw it. It is made when the type is first drawn on a thread, and kept.

use std::any::{Any, TypeId};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use rand_core::Rng;

use crate::cache::{Cache, Cached, Mix};
use crate::declare::Values;
use crate::error::RandomizeError;
use crate::inline::{Inline, Outcome, Request};
use crate::randomize::Randomize;
use crate::record::{self, Recording, Size};
use crate::settings::Settings;
use crate::solver::Solver;

/// So many lengths of vectors are tried if the constraints of elements leave some lengths without a solution.
const LENGTHS: usize = 200;

/// In-line constraints.
pub(crate) type Added<'a, S> = &'a dyn Fn(&S);

struct Plan<T: Randomize> {
    /// For a type whose draws all have the same variables.
    recorded: Option<Recorded<T>>,
    cache: RefCell<Cache>,
}

struct Recorded<T: Randomize> {
    symbols: T::Symbols,
    recording: Recording,
    solver: Result<Solver, RandomizeError>,
    /// Made for the first in-line constraints; `None` if the type has no solution.
    inline: OnceCell<Option<Inline>>,
}

type Plans = HashMap<TypeId, Rc<dyn Any>, BuildHasherDefault<Mix>>;

thread_local! {
    static PLANS: RefCell<Plans> = RefCell::default();
    static RECORDING: RefCell<Recording> = RefCell::default();
    static VALUES: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) };
}

/// Draws a value. The generator is behind a pointer, so that solvers run in this crate's code, with its optimization.
pub(crate) fn draw<T: Randomize>(
    current: Option<&mut T>,
    added: Option<Added<'_, T::Symbols>>,
    rng: &mut dyn Rng,
) -> Result<T, RandomizeError> {
    let plan = plan::<T>();
    match (&plan.recorded, added) {
        (Some(recorded), None) => {
            let solver = recorded.solver.as_ref().map_err(Clone::clone)?;
            build(solver, &recorded.symbols, current, rng)
        }
        (Some(recorded), Some(added)) => {
            let mut recording = RECORDING.take();
            recording.clone_from(&recorded.recording);
            record::record(&mut recording, || added(&recorded.symbols));
            let mut values = VALUES.take();
            let drawn = plan.draw_added(recorded, &recording, rng, &mut values);
            RECORDING.set(recording);
            let built = drawn.map(|()| T::build(&recorded.symbols, &Values(&values), current));
            VALUES.set(values);
            built
        }
        (None, added) => draw_of_any_length(&plan, current, added, rng),
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

/// Draws the lengths of vectors and the variants of enums first, then everything else under these.
fn draw_of_any_length<T: Randomize>(
    plan: &Plan<T>,
    mut current: Option<&mut T>,
    added: Option<Added<'_, T::Symbols>>,
    rng: &mut dyn Rng,
) -> Result<T, RandomizeError> {
    let mut recording = Recording::default();
    let symbols = record(&mut recording, current.as_deref(), added);
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
        let symbols = record(&mut recording, current.as_deref(), added);
        match plan.solver(&recording) {
            Ok(solver) => return build(&solver, &symbols, current.take(), rng),
            Err(error @ RandomizeError::Conflict { .. }) => failed = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(failed.expect("the first failure is kept"))
}

impl<T: Randomize> Plan<T> {
    fn new() -> Self {
        let recorded = T::SAME_VARIABLES.then(|| {
            let mut recording = Recording::default();
            let symbols = record::record(&mut recording, || T::declare(Settings::default(), None));
            Recorded {
                symbols,
                solver: Solver::new(&recording, type_name::<T>()),
                recording,
                inline: OnceCell::new(),
            }
        });
        Plan {
            recorded,
            cache: RefCell::default(),
        }
    }

    /// Draws all variables under in-line constraints, which stand at the end of the recording.
    fn draw_added(
        &self,
        recorded: &Recorded<T>,
        recording: &Recording,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        let common = recorded.recording.size();
        let mut cached = self.cache.borrow().get(recording, common);
        if cached.is_none()
            && let Ok(solver) = &recorded.solver
            && let Some(inline) = recorded
                .inline
                .get_or_init(|| Inline::new(&recorded.recording, type_name::<T>()).ok())
        {
            let request = Request {
                solver,
                recording,
                of_type: common,
                type_name: type_name::<T>(),
            };
            match inline.draw(request, rng, values) {
                Outcome::Drawn(None) => return Ok(()),
                Outcome::Drawn(Some(prepared)) => {
                    let error = prepared.error();
                    let cached = Cached::Inline(prepared);
                    self.cache.borrow_mut().insert(recording, common, cached);
                    return error.map_or(Ok(()), Err);
                }
                Outcome::TooHard(error) => return Err(error),
                Outcome::NotDrawn => {}
            }
        }
        let cached = cached
            .take()
            .unwrap_or_else(|| self.solve(recording, common));
        match (cached, &recorded.solver) {
            (Cached::Inline(prepared), Ok(solver)) => prepared.draw(solver, rng, values),
            (Cached::Solver(solver), _) => solver.draw(rng, values),
            (Cached::NoSolution(error), _) => Err(error),
            (Cached::Inline(_), Err(error)) => Err(error.clone()),
        }
    }

    fn solver(&self, recording: &Recording) -> Result<Rc<Solver>, RandomizeError> {
        let common = Size::default();
        let known = self.cache.borrow().get(recording, common);
        match known.unwrap_or_else(|| self.solve(recording, common)) {
            Cached::Solver(solver) => Ok(solver),
            Cached::NoSolution(error) => Err(error),
            Cached::Inline(_) => unreachable!("only a type with the same variables in all draws"),
        }
    }

    /// Builds a solver and keeps it.
    fn solve(&self, recording: &Recording, common: Size) -> Cached {
        let cached = match Solver::new(recording, type_name::<T>()) {
            Ok(solver) => Cached::Solver(Rc::new(solver)),
            Err(error) => Cached::NoSolution(error),
        };
        let mut cache = self.cache.borrow_mut();
        cache.insert(recording, common, cached.clone());
        cached
    }
}

fn record<T: Randomize>(
    recording: &mut Recording,
    current: Option<&T>,
    added: Option<Added<'_, T::Symbols>>,
) -> T::Symbols {
    record::record(recording, || {
        let symbols = T::declare(Settings::default(), current);
        if let Some(added) = added {
            added(&symbols);
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

/// The name of a type without its module path.
fn type_name<T>() -> &'static str {
    let name = std::any::type_name::<T>();
    match name.find('<') {
        Some(_) => name,
        None => name.rsplit("::").next().unwrap_or(name),
    }
}
