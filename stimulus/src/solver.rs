//! Draws solutions of a set of constraints. A solver depends on the constraints alone, so one seed gives the same
//! values everywhere.
//!
//! Variables that no constraint mentions are drawn directly. Each group of variables that constraints relate is drawn
//! by a method of its own: by rejection if enough of the proposed values fit, else from a diagram, and if that
//! is too large, by a SAT solver.

use rand_core::Rng;

use crate::bits::Full;
use crate::diagram::Diagram;
use crate::distinct;
use crate::draw::{RandomBits, SplitMix64};
use crate::error::{Place, RandomizeError};
use crate::evaluate;
use crate::node::Id;
use crate::problem::{Group, Problem, cone};
use crate::record::Recording;
use crate::rejection::{Free, Rejection};
use crate::sample::Sampler;
use crate::search::{Hard, LARGEST, Search};
use crate::solutions::{BUDGET, MOST_LEVELS, ORDERS, Order};

/// Rejection is the fastest method if, of this many tries…
const TRIES: usize = 256;
/// …so many fit…
const ENOUGH: usize = 128;
/// …or so many, if some of the values have to differ.
const FEW: usize = 8;
/// A group whose diagram is too large is drawn by rejection if, of this many tries, so many fit.
const LAST_TRIES: usize = 8192;
const LAST_ENOUGH: usize = 8;

#[derive(Debug)]
pub(crate) struct Solver {
    /// Each with the index of its group.
    free: Vec<(usize, Free)>,
    methods: Vec<(usize, Method)>,
    variables: usize,
    type_name: &'static str,
}

/// How a group is drawn.
#[derive(Debug)]
enum Method {
    Rejection(Rejection),
    Diagram {
        /// Each variable, with the number of its bits that may be 1.
        widths: Vec<(u32, u32)>,
        sampler: Sampler,
    },
    Search {
        search: Box<Search>,
        constraints: Vec<usize>,
        /// The constraints that an error names.
        places: Vec<Place>,
    },
}

impl Solver {
    pub(crate) fn new(
        recording: &Recording,
        type_name: &'static str,
    ) -> Result<Solver, RandomizeError> {
        Problem::new(recording, type_name)?.solver()
    }

    /// Draws a value for each variable.
    pub(crate) fn draw(
        &self,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        self.draw_some(|_| true, rng, values)
    }

    /// Draws a value for each variable of some groups; the others are 0.
    pub(crate) fn draw_some(
        &self,
        is_drawn: impl Fn(usize) -> bool,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        values.clear();
        values.resize(self.variables, 0);
        for (_, free) in self.free.iter().filter(|(group, _)| is_drawn(*group)) {
            free.draw(rng, values);
        }
        for (_, method) in self.methods.iter().filter(|(group, _)| is_drawn(*group)) {
            method
                .draw(rng, values)
                .map_err(|Hard| self.too_hard(method))?;
        }
        Ok(())
    }

    #[cold]
    fn too_hard(&self, method: &Method) -> RandomizeError {
        RandomizeError::TooHard {
            type_name: self.type_name,
            constraints: match method {
                Method::Search { places, .. } => places.clone(),
                _ => Vec::new(),
            },
        }
    }

    /// The names of the methods, for tests.
    #[cfg(test)]
    pub(crate) fn methods(&self) -> Vec<&'static str> {
        self.methods
            .iter()
            .map(|(_, method)| match method {
                Method::Rejection(_) => "rejection",
                Method::Diagram { .. } => "diagram",
                Method::Search { .. } => "search",
            })
            .collect()
    }
}

impl Method {
    fn draw(&self, rng: &mut dyn Rng, values: &mut [u128]) -> Result<(), Hard> {
        match self {
            Method::Rejection(rejection) => rejection.draw(rng, values),
            Method::Diagram { widths, sampler } => {
                let mut random = RandomBits::new(rng);
                for &(variable, width) in widths {
                    values[variable as usize] = random.bits(width);
                }
                sampler.sample(&mut random, values);
            }
            Method::Search {
                search,
                constraints,
                ..
            } => {
                let found = search.sample(constraints, rng, values)?;
                debug_assert!(
                    found,
                    "the constraints had a solution when the solver was made"
                );
            }
        }
        Ok(())
    }
}

impl Problem<'_> {
    fn solver(&self) -> Result<Solver, RandomizeError> {
        let mut free = Vec::new();
        let mut methods = Vec::new();
        for (index, group) in self.groups().iter().enumerate() {
            let related = !(group.hard.is_empty() && group.soft.is_empty());
            if !related
                && let [variable] = group.variables[..]
                && let Some(one) = self.free(variable)
            {
                free.push((index, one));
                continue;
            }
            methods.push((index, self.method(group)?));
        }
        Ok(Solver {
            free,
            methods,
            variables: self.recording.variables.len(),
            type_name: self.type_name,
        })
    }

    /// A variable that no constraint mentions; `None` if it has weights of ranges.
    fn free(&self, variable: u32) -> Option<Free> {
        let range = self.ranges[variable as usize];
        let mut free = Free::new(variable, range);
        for class in self.recording.classes_of(variable) {
            if class.low != class.high || !(range.0..=range.1).contains(&class.low) {
                return None;
            }
            let value = class.low.bits();
            if free.weights.iter().any(|(known, _)| *known == value) {
                return None;
            }
            free.weights.push((value, class.weight));
            free.total += u64::from(class.weight);
        }
        Some(free)
    }

    fn method(&self, group: &Group) -> Result<Method, RandomizeError> {
        self.refuse_large(group)?;
        if self.differ_too_many(group) {
            return Err(self.too_few_values(group));
        }
        // A diagram of values that have to differ would compare each pair of them, so fewer fits are enough.
        let enough = |rejection: &Rejection| if rejection.has_sets() { FEW } else { ENOUGH };
        let rejection = match self.rejection(group, false) {
            Some(rejection) if self.fits(&rejection, TRIES, enough(&rejection)) => {
                return Ok(Method::Rejection(rejection));
            }
            rejection => rejection,
        };
        if group.variables.len() <= MOST_LEVELS {
            for order in ORDERS {
                match self.diagram(group, order) {
                    Ok(Some(method)) => return Ok(method),
                    Ok(None) => return Err(self.conflict(group)),
                    Err(Full) => {}
                }
            }
        }
        if let Some(rejection) = rejection {
            if self.fits(&rejection, LAST_TRIES, LAST_ENOUGH) {
                return Ok(Method::Rejection(rejection));
            }
            if let Some(rejection) = rejection.divided(&self.ranges)
                && self.fits(&rejection, LAST_TRIES, LAST_ENOUGH)
            {
                return Ok(Method::Rejection(rejection));
            }
        }
        if let Some(rejection) = self.rejection(group, true)
            && self.fits(&rejection, LAST_TRIES, LAST_ENOUGH)
        {
            return Ok(Method::Rejection(rejection));
        }
        self.search(group)
    }

    fn refuse_large(&self, group: &Group) -> Result<(), RandomizeError> {
        if !group
            .cone
            .iter()
            .any(|&id| self.shapes[id as usize].is_too_large())
        {
            return Ok(());
        }
        let requirements = group.hard.iter().chain(&group.soft);
        for requirement in requirements.map(|&index| &self.recording.requirements[index]) {
            let cone = cone(self.recording, requirement.node);
            if cone
                .iter()
                .any(|&id| self.shapes[id as usize].is_too_large())
            {
                return Err(RandomizeError::TooLarge {
                    type_name: self.type_name,
                    constraint: self.place(requirement),
                });
            }
        }
        Ok(())
    }

    /// Rejection, which makes all solutions equally likely: `None` if weights or an order of variables say otherwise.
    fn rejection(&self, group: &Group, splits_product: bool) -> Option<Rejection> {
        if self.has_order(group) {
            return None;
        }
        // Soft ones too: if they cannot all hold, nothing fits.
        let all = group.hard.iter().chain(&group.soft);
        let conditions: Vec<Id> = all
            .map(|&index| self.recording.requirements[index].node)
            .collect();
        Rejection::new(
            self.recording,
            &self.shapes,
            &self.ranges,
            &group.variables,
            &conditions,
            splits_product,
        )
    }

    /// Whether enough of the proposed values fit. The tries are the same on every machine.
    fn fits(&self, rejection: &Rejection, tries: usize, enough: usize) -> bool {
        let mut rng = SplitMix64(0x5eed);
        let mut values = vec![0; self.recording.variables.len()];
        let mut scratch = evaluate::Scratch::default();
        let mut tried = (0..tries).map(|_| rejection.attempt(&mut rng, &mut values, &mut scratch));
        (0..enough).all(|_| tried.any(|fits| fits))
    }

    /// Whether more variables have to differ than there are values.
    fn differ_too_many(&self, group: &Group) -> bool {
        let nodes = group
            .hard
            .iter()
            .map(|&index| self.recording.requirements[index].node);
        let nodes: Vec<Id> = nodes.collect();
        distinct::contradict(self.recording, &self.ranges, &nodes)
    }

    /// `None` if there is no solution.
    fn diagram(&self, group: &Group, order: Order) -> Result<Option<Method>, Full> {
        let mut diagram = Diagram::new(BUDGET);
        let (root, levels) = self.solutions(group, order, &mut diagram)?;
        Ok(
            Sampler::new(&diagram, root, &levels).map(|(sampler, _)| Method::Diagram {
                widths: self.widths(group),
                sampler,
            }),
        )
    }

    fn search(&self, group: &Group) -> Result<Method, RandomizeError> {
        let indices: Vec<usize> = group.hard.iter().chain(&group.soft).copied().collect();
        let places: Vec<Place> = indices
            .iter()
            .map(|&index| self.place(&self.recording.requirements[index]))
            .collect();
        let too_many = |Full| RandomizeError::TooMany {
            type_name: self.type_name,
            constraints: places.clone(),
        };
        let roots: Vec<Id> = indices
            .iter()
            .map(|&index| self.recording.requirements[index].node)
            .collect();
        let search = Search::new(
            self.recording,
            &self.shapes,
            &self.ranges,
            (&group.variables, &self.depths),
            &roots,
            LARGEST,
        )
        .map_err(too_many)?;
        let mut constraints: Vec<usize> = (0..group.hard.len()).collect();
        let too_hard = |Hard| RandomizeError::TooHard {
            type_name: self.type_name,
            constraints: places.clone(),
        };
        if !search.satisfies(&constraints).map_err(too_hard)? {
            return Err(self.conflict(group));
        }
        for index in (group.hard.len()..indices.len()).rev() {
            constraints.push(index);
            if !search.satisfies(&constraints).map_err(too_hard)? {
                constraints.pop();
            }
        }
        Ok(Method::Search {
            search: Box::new(search),
            constraints,
            places,
        })
    }
}

#[cfg(test)]
mod tests;
