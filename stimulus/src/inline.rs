//! Draws under in-line constraints that have not been seen before (IEEE 1800-2017, 18.7). Only the in-line
//! constraints are translated; the diagrams of the type are reused.
//!
//! The groups that they relate are drawn by the first method that fits: from the product of their own diagram with that
//! of the type, if it is small and the constraints are simple; by rejection of draws under the type's constraints;
//! from the product, whatever its size. All have the same distribution, and the choice depends only on the constraints
//! and the generator.

mod relation;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use rand_core::Rng;

use crate::bits::{Full, Gates as _};
use crate::blast::Blaster;
use crate::diagram::{Diagram, Edge};
use crate::draw::RandomBits;
use crate::error::RandomizeError;
use crate::evaluate::{self, Program, WIDTHS};
use crate::node::Id;
use crate::problem::{Group, Problem, cone};
use crate::product::{Base, First, Products};
use crate::record::{Recording, Size};
use crate::sample::Meaning;
use crate::shape::{self, Shape};
use crate::simple::Simple;
use crate::solutions::{BUDGET, ORDERS};
use crate::solver::Solver;
use crate::value::Number;
use relation::Relation;

/// The most choices of a product that is built for each draw.
const FEW: usize = 1 << 10;
/// So many draws under the type's constraints are tried.
const TRIES: usize = 24;
/// The most nodes in the diagram of in-line constraints.
const CONDITIONS: usize = 1 << 16;
/// So many merged groups are kept.
const KEPT: usize = 64;

/// What in-line constraints need to know of a type.
#[derive(Debug)]
pub(crate) struct Inline {
    ranges: Vec<(Number, Number)>,
    shapes: Vec<Shape>,
    groups: Vec<Group>,
    /// The group of each variable.
    group_of: Vec<u32>,
    /// Of single groups.
    alone: Vec<OnceCell<SharedRelated>>,
    /// Of groups that were merged.
    together: RefCell<Vec<(Vec<u32>, SharedRelated)>>,
}

/// `None` if the diagram is too large.
type SharedRelated = Option<Rc<Related>>;

/// The solutions of one or several groups under the type's constraints alone.
#[derive(Debug)]
struct Related {
    base: Base,
    widths: Vec<(u32, u32)>,
    /// For each variable, the levels of its bits.
    levels: Vec<Vec<u32>>,
    /// Weights or `before` make some solutions likelier, and rejection would change the distribution.
    has_order: bool,
}

/// How to draw under in-line constraints that have been seen before.
#[derive(Debug)]
pub(crate) struct Prepared {
    merged: Vec<Merged>,
    products: Products,
    /// The groups that `merged` draws.
    taken: Vec<bool>,
    /// Draws everything if a product is too large, after the same tries as the first time.
    otherwise: Option<Result<Solver, RandomizeError>>,
}

/// How the groups are drawn that an in-line constraint relates.
#[derive(Debug)]
struct Merged {
    related: Rc<Related>,
    /// For rejection, which is tried before the product.
    program: Option<Program>,
    first: Option<First>,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// All variables have values. What took long to build is returned, to be kept.
    Drawn(Option<Rc<Prepared>>),
    /// There is no solution, or another solver has to find it.
    NotDrawn,
    /// A group of the type is too hard to solve.
    TooHard(RandomizeError),
}

/// Memory of a thread, which is reused.
struct Scratch {
    diagram: Diagram,
    products: Products,
    relation: Relation,
    literals: Vec<(u32, bool)>,
    values: evaluate::Scratch,
    merged: Vec<Merged>,
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch {
            diagram: Diagram::small(CONDITIONS),
            products: Products::default(),
            relation: Relation::default(),
            literals: Vec::new(),
            values: evaluate::Scratch::default(),
            merged: Vec::new(),
        }
    }
}

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
    static TRIED: RefCell<evaluate::Scratch> = RefCell::default();
}

/// In-line constraints, and the type that they are added to.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) solver: &'a Solver,
    /// That of the type, with the in-line constraints at its end.
    pub(crate) recording: &'a Recording,
    /// The part of it that is the type's.
    pub(crate) of_type: Size,
    pub(crate) type_name: &'static str,
}

impl Inline {
    pub(crate) fn new(
        recording: &Recording,
        type_name: &'static str,
    ) -> Result<Inline, RandomizeError> {
        let problem = Problem::new(recording, type_name)?;
        let groups = problem.groups();
        let mut group_of = vec![0; recording.variables.len()];
        for (index, group) in (0..).zip(&groups) {
            for &variable in &group.variables {
                group_of[variable as usize] = index;
            }
        }
        Ok(Inline {
            alone: groups.iter().map(|_| OnceCell::new()).collect(),
            together: RefCell::default(),
            group_of,
            groups,
            ranges: problem.ranges,
            shapes: problem.shapes,
        })
    }

    /// Draws under in-line constraints that are new.
    pub(crate) fn draw(
        &self,
        request: Request<'_>,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Outcome {
        let mut scratch = SCRATCH.take().unwrap_or_default();
        let outcome = self.draw_in(&mut scratch, request, rng, values);
        scratch.merged.clear();
        SCRATCH.set(Some(scratch));
        outcome.unwrap_or(Outcome::NotDrawn)
    }

    /// Finds the groups that the in-line constraints relate.
    fn relate(&self, relation: &mut Relation, request: Request<'_>) -> Option<()> {
        let added = &request.recording.requirements[request.of_type.requirements..];
        relation.relate(
            &request.recording.nodes,
            added,
            &self.group_of,
            self.groups.len(),
        )
    }

    /// The shapes of the groups with the in-line constraints.
    fn shapes_of(&self, request: Request<'_>) -> Vec<Shape> {
        let mut shapes = self.shapes.clone();
        shape::extend(request.recording, &self.ranges, &mut shapes);
        shapes
    }

    fn draw_in(
        &self,
        scratch: &mut Scratch,
        request: Request<'_>,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Option<Outcome> {
        self.relate(&mut scratch.relation, request)?;
        let shapes = OnceCell::new();
        let shapes = || &**shapes.get_or_init(|| self.shapes_of(request));
        scratch.products.clear();
        let mut slow = false;
        for leader in 0..self.groups.len() {
            if !scratch.relation.taken[leader] || scratch.relation.leaders[leader] != leader as u32
            {
                continue;
            }
            let related = self.related(&scratch.relation.leaders, leader as u32, request)?;
            let mut merged = Merged {
                related,
                program: None,
                first: None,
            };
            match simple(scratch, request, leader as u32, &merged.related) {
                Ok(Product::At(first)) => merged.first = Some(first),
                Ok(Product::NoSolution) => return None,
                Ok(Product::NotSimple) | Err(Full) => {
                    if !merged.related.has_order {
                        merged.program = program(scratch, request, leader as u32, shapes());
                    }
                    if merged.program.is_none() {
                        slow = true;
                        merged.first =
                            Some(self.product_of(scratch, request, &merged, shapes())?);
                    }
                }
            }
            scratch.merged.push(merged);
        }
        let taken = &scratch.relation.taken;
        let solver = request.solver;
        if let Err(error) = solver.draw_some(|group| !taken[group], rng, values) {
            return Some(Outcome::TooHard(error));
        }
        let mut all = std::mem::take(&mut scratch.merged);
        let mut otherwise = None;
        for merged in &mut all {
            if merged.draw(&scratch.products, rng, values, &mut scratch.values) {
                continue;
            }
            slow = true;
            merged.first = self.product_of(scratch, request, merged, shapes());
            if merged.first.is_none() {
                let found = Solver::new(request.recording, request.type_name);
                if let Ok(found) = &found
                    && let Err(error) = found.draw(rng, values)
                {
                    return Some(Outcome::TooHard(error));
                }
                otherwise = Some(found);
                break;
            }
            merged.draw_from_product(&scratch.products, rng, values);
        }
        if !slow {
            scratch.merged = all;
            return Some(Outcome::Drawn(None));
        }
        for merged in &mut all {
            // Rejection succeeded this time; a later draw may need the product.
            if merged.first.is_none() && otherwise.is_none() {
                merged.first = self.product_of(scratch, request, merged, shapes());
                if merged.first.is_none() {
                    otherwise = Some(Solver::new(request.recording, request.type_name));
                }
            }
        }
        Some(Outcome::Drawn(Some(Rc::new(Prepared {
            merged: all,
            products: std::mem::take(&mut scratch.products),
            taken: scratch.relation.taken.clone(),
            otherwise,
        }))))
    }

    fn product_of(
        &self,
        scratch: &mut Scratch,
        request: Request<'_>,
        merged: &Merged,
        shapes: &[Shape],
    ) -> Option<First> {
        let (variable, _) = merged.related.widths[0];
        let group = self.group_of[variable as usize];
        let leader = scratch.relation.leaders[group as usize];
        product(scratch, request, leader, &merged.related, shapes)
    }

    /// The solutions of the groups with this leader; `None` if their diagram is too large.
    fn related(&self, leaders: &[u32], leader: u32, request: Request<'_>) -> SharedRelated {
        let members = || (0..).zip(leaders).filter(|&(_, &of)| of == leader);
        if members().count() == 1 {
            let known = self.alone[leader as usize].get_or_init(|| self.build(&[leader], request));
            return known.clone();
        }
        let mut together = self.together.borrow_mut();
        let known = together
            .iter()
            .find(|(groups, _)| groups.iter().copied().eq(members().map(|(group, _)| group)));
        if let Some((_, known)) = known {
            return known.clone();
        }
        let groups: Vec<u32> = members().map(|(group, _)| group).collect();
        let built = self.build(&groups, request);
        if together.len() == KEPT {
            together.clear();
        }
        together.push((groups, built.clone()));
        built
    }

    fn build(&self, groups: &[u32], request: Request<'_>) -> SharedRelated {
        // Without the in-line constraints.
        let mut recording = request.recording.clone();
        recording.nodes.truncate(request.of_type.nodes);
        recording
            .requirements
            .truncate(request.of_type.requirements);
        let problem = Problem::new(&recording, request.type_name).ok()?;
        let mut all = Group::default();
        for &group in groups {
            all.append(&self.groups[group as usize]);
        }
        for order in ORDERS {
            let mut diagram = Diagram::new(BUDGET);
            let Ok((root, levels)) = problem.solutions(&all, order, &mut diagram) else {
                continue;
            };
            let widths = problem.widths(&all);
            let mut places = vec![Vec::new(); recording.variables.len()];
            for &(variable, width) in &widths {
                places[variable as usize] = vec![0; width as usize];
            }
            for (place, level) in (0..).zip(&levels) {
                if let Meaning::Bit { variable, bit } = level.meaning {
                    places[variable as usize][bit as usize] = place;
                }
            }
            return Some(Rc::new(Related {
                base: Base::new(&diagram, root, levels)?,
                widths,
                levels: places,
                has_order: problem.has_order(&all),
            }));
        }
        None
    }
}

/// The product of simple conditions with the type's diagram.
enum Product {
    At(First),
    NoSolution,
    NotSimple,
}

/// The product, if all conditions are simple.
fn simple(
    scratch: &mut Scratch,
    request: Request<'_>,
    leader: u32,
    related: &Related,
) -> Result<Product, Full> {
    scratch.diagram.empty();
    let mut simple = Simple {
        recording: request.recording,
        levels: &related.levels,
        diagram: &mut scratch.diagram,
        scratch: std::mem::take(&mut scratch.literals),
    };
    let mut all = Edge::YES;
    for id in scratch.relation.conjuncts_of(leader) {
        let Some(condition) = simple.condition(id)? else {
            return Ok(Product::NotSimple);
        };
        all = simple.diagram.and(all, condition)?;
    }
    scratch.literals = simple.scratch;
    let products = &mut scratch.products;
    let first = products.add(&related.base, &scratch.diagram, all, FEW)?;
    Ok(first.map_or(Product::NoSolution, Product::At))
}

fn product(
    scratch: &mut Scratch,
    request: Request<'_>,
    leader: u32,
    related: &Related,
    shapes: &[Shape],
) -> Option<First> {
    let too_large = |id: Id| {
        let mut cone = cone(request.recording, id).into_iter();
        cone.any(|id| shapes[id as usize].is_too_large())
    };
    if scratch.relation.conjuncts_of(leader).any(too_large) {
        return None;
    }
    let mut diagram = Diagram::new(BUDGET);
    let mut variables = vec![Vec::new(); request.recording.variables.len()];
    for &(variable, _) in &related.widths {
        let bits = request.recording.variables[variable as usize].kind.bits as usize;
        let levels = &related.levels[variable as usize];
        let mut edges = vec![Edge::NO; bits];
        for (edge, &level) in edges.iter_mut().zip(levels) {
            *edge = diagram.variable(level).ok()?;
        }
        variables[variable as usize] = edges;
    }
    let mut blaster = Blaster::new(request.recording, shapes, variables);
    let mut all = Edge::YES;
    for id in scratch.relation.conjuncts_of(leader) {
        let holds = blaster.holds(&mut diagram, id).ok()?;
        all = diagram.and(all, holds).ok()?;
    }
    let products = &mut scratch.products;
    products.add(&related.base, &diagram, all, BUDGET).ok()?
}

fn program(
    scratch: &Scratch,
    request: Request<'_>,
    leader: u32,
    shapes: &[Shape],
) -> Option<Program> {
    let roots: Vec<Id> = scratch.relation.conjuncts_of(leader).collect();
    WIDTHS
        .into_iter()
        .find_map(|bits| Program::new(request.recording, shapes, &roots, &[], &[], bits))
}

impl Merged {
    /// Draws values by rejection or from the product; `false` if no try fits and there is no product.
    fn draw(
        &self,
        products: &Products,
        rng: &mut dyn Rng,
        values: &mut [u128],
        scratch: &mut evaluate::Scratch,
    ) -> bool {
        if let Some(program) = &self.program {
            let mut random = RandomBits::new(rng);
            let fits = (0..TRIES).any(|_| {
                for &(variable, width) in &self.related.widths {
                    values[variable as usize] = random.bits(width);
                }
                self.related.base.sample(&mut random, values);
                program.completes(values, scratch)
            });
            if fits {
                return true;
            }
        }
        if self.first.is_some() {
            self.draw_from_product(products, rng, values);
        }
        self.first.is_some()
    }

    fn draw_from_product(&self, products: &Products, rng: &mut dyn Rng, values: &mut [u128]) {
        let Some(first) = self.first else {
            return;
        };
        let mut random = RandomBits::new(rng);
        for &(variable, width) in &self.related.widths {
            values[variable as usize] = random.bits(width);
        }
        products.sample(&self.related.base, first, &mut random, values);
    }
}

impl Prepared {
    /// Draws as [`Inline::draw`] does.
    pub(crate) fn draw(
        &self,
        solver: &Solver,
        rng: &mut dyn Rng,
        values: &mut Vec<u128>,
    ) -> Result<(), RandomizeError> {
        solver.draw_some(|group| !self.taken[group], rng, values)?;
        let mut scratch = TRIED.take();
        let mut merged = self.merged.iter();
        let all = merged.all(|merged| merged.draw(&self.products, rng, values, &mut scratch));
        TRIED.set(scratch);
        match &self.otherwise {
            Some(otherwise) if !all => {
                let solver = otherwise.as_ref().map_err(Clone::clone)?;
                solver.draw(rng, values)
            }
            _ => Ok(()),
        }
    }

    /// The error if there is no solution.
    pub(crate) fn error(&self) -> Option<RandomizeError> {
        let otherwise = self.otherwise.as_ref()?;
        otherwise.as_ref().err().cloned()
    }
}

#[cfg(test)]
impl Inline {
    /// The probability of each given set of values, from the product of simple constraints and from that of any; `None`
    /// if there is no product.
    pub(crate) fn likelihoods(
        &self,
        request: Request<'_>,
        all: &[Vec<u128>],
    ) -> [Option<Vec<f64>>; 2] {
        [true, false].map(|is_simple| {
            let mut scratch = Scratch::default();
            self.relate(&mut scratch.relation, request)?;
            let mut likelihoods = vec![1.0; all.len()];
            let shapes = self.shapes_of(request);
            for leader in 0..self.groups.len() as u32 {
                if scratch.relation.leaders[leader as usize] != leader {
                    continue;
                }
                let related = self.related(&scratch.relation.leaders, leader, request)?;
                let first = if is_simple {
                    match simple(&mut scratch, request, leader, &related).ok()? {
                        Product::At(first) => Some(first),
                        Product::NoSolution => None,
                        Product::NotSimple => return None,
                    }
                } else {
                    product(&mut scratch, request, leader, &related, &shapes)
                };
                for (values, likelihood) in all.iter().zip(&mut likelihoods) {
                    let Some(first) = first else {
                        *likelihood = 0.0;
                        continue;
                    };
                    let mut decided = Vec::new();
                    let products = &scratch.products;
                    *likelihood *= products.likelihood(&related.base, first, values, &mut decided);
                    let bits: u32 = related.widths.iter().map(|(_, width)| width).sum();
                    *likelihood *=
                        0.5_f64.powi(bits.cast_signed() - i32::try_from(decided.len()).unwrap());
                }
            }
            Some(likelihoods)
        })
    }
}
