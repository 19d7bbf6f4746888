//! Builds cover groups at run time; the derive expands to this too.

use std::panic::Location;
use std::rc::Rc;

use crate::bins::Bins;
use crate::cross::{Cross, CrossBins, CrossData, CrossTable};
use crate::error::{DefinitionError, Problem};
use crate::group::{Group, GroupData};
use crate::item::{AnyItem, ItemKind};
use crate::point::{Point, PointData};
use crate::registry;
use crate::table::{PointTable, Weights};
use crate::value::CoverValue;

/// The options of a group, a point or a cross (IEEE 1800-2023, 19.7). A point or cross inherits the
/// options of its group, except the weight.
///
/// ```
/// use verifork_coverage::{Bins, GroupBuilder, Options};
///
/// let mut builder = GroupBuilder::new("frames").options(Options::new().goal(95).at_least(3));
/// let rare = Bins::<u8>::new().bin("retry", 1..);
/// builder.point_with("retries", rare, Options::new().weight(2).at_least(1))?;
/// # Ok::<(), verifork_coverage::DefinitionError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    weight: Option<u64>,
    goal: Option<u64>,
    at_least: Option<u64>,
}

impl Options {
    /// The options of the enclosing group, or the defaults: weight 1, goal 100 per cent, each bin at least once.
    pub fn new() -> Self {
        Options::default()
    }

    /// The weight in the coverage of its group, or of all groups; 0 leaves it out.
    #[must_use]
    pub fn weight(mut self, weight: u64) -> Self {
        self.weight = Some(weight);
        self
    }

    /// The percentage of bins that is enough.
    #[must_use]
    pub fn goal(mut self, percent: u64) -> Self {
        self.goal = Some(percent);
        self
    }

    /// The number of hits with which a bin is covered.
    #[must_use]
    pub fn at_least(mut self, hits: u64) -> Self {
        self.at_least = Some(hits);
        self
    }

    pub(crate) fn weights(self, group: Options) -> Weights {
        Weights {
            weight: self.weight.unwrap_or(1),
            goal: self.goal.or(group.goal).unwrap_or(100),
            at_least: self.at_least.or(group.at_least).unwrap_or(1),
        }
    }
}

/// Builds a group point by point, at run time. For points known at compile time,
/// `#[derive(CoverGroup)]` is shorter.
///
/// ```
/// use verifork_coverage::{Bins, CoverGroup as _, CrossBins, GroupBuilder};
///
/// # fn main() -> Result<(), verifork_coverage::DefinitionError> {
/// let mut builder = GroupBuilder::new("transfers");
/// let length = builder.point("length", Bins::<u8>::new().bin("single", 0).bin("more", 1..))?;
/// let write = builder.point("write", Bins::<bool>::new())?;
/// let both = builder.cross("length_by_write", &[&length, &write], CrossBins::new())?;
/// let group = builder.build();
///
/// length.sample(3);
/// write.sample(true);
/// both.sample();
/// assert_eq!(both.count(&["more", "true"]), Some(1));
/// assert_eq!(group.coverage(), (50.0 + 50.0 + 25.0) / 3.0);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct GroupBuilder {
    name: String,
    place: &'static Location<'static>,
    instance: Option<String>,
    options: Options,
    shown: Rc<str>,
    points: Vec<Rc<PointData>>,
    crosses: Vec<Rc<CrossData>>,
}

impl GroupBuilder {
    /// Starts a group. Over all tests and runs, counts of groups with the same name belong together.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        GroupBuilder {
            place: Location::caller(),
            shown: (&*name).into(),
            name,
            instance: None,
            options: Options::new(),
            points: Vec::new(),
            crosses: Vec::new(),
        }
    }

    /// The name of this instance of the group, which is then also reported separately.
    #[must_use]
    pub fn instance(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.shown = format!("{} ({name})", self.name).into();
        self.instance = Some(name);
        self
    }

    /// The options of the group, and those that its points and crosses do not set themselves.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Adds a point with these bins.
    ///
    /// # Errors
    ///
    /// The bins are not well defined, or the name is taken.
    pub fn point<V: CoverValue>(
        &mut self,
        name: &str,
        bins: Bins<V>,
    ) -> Result<Point<V>, DefinitionError> {
        self.point_with(name, bins, Options::new())
    }

    /// Adds a point with its own options.
    ///
    /// # Errors
    ///
    /// The bins are not well defined, an option has no such value, or the name is taken.
    pub fn point_with<V: CoverValue>(
        &mut self,
        name: &str,
        bins: Bins<V>,
        options: Options,
    ) -> Result<Point<V>, DefinitionError> {
        self.check_name(name)?;
        let table = PointTable::new(name, &bins, options.weights(self.options));
        let table = Rc::new(table.map_err(|problem| self.error(problem))?);
        let data = Rc::new(PointData::new(table, Rc::clone(&self.shown)));
        self.points.push(Rc::clone(&data));
        Ok(Point::new(data))
    }

    /// Adds a cross of points of this group.
    ///
    /// # Errors
    ///
    /// A point belongs to another group, there are too many combinations, or an ignored combination
    /// does not exist.
    pub fn cross(
        &mut self,
        name: &str,
        points: &[&dyn AnyItem],
        bins: CrossBins,
    ) -> Result<Cross, DefinitionError> {
        self.cross_with(name, points, bins, Options::new())
    }

    /// Adds a cross with its own options.
    ///
    /// # Errors
    ///
    /// As for [`cross`](Self::cross), or an option has no such value.
    pub fn cross_with(
        &mut self,
        name: &str,
        points: &[&dyn AnyItem],
        bins: CrossBins,
        options: Options,
    ) -> Result<Cross, DefinitionError> {
        self.check_name(name)?;
        let mut numbers = Vec::new();
        for point in points {
            let number = match point.item().0 {
                ItemKind::Point(data) => {
                    let number = self.points.iter().position(|own| Rc::ptr_eq(own, data));
                    number.ok_or_else(|| format!("point `{}` is of another group", data.table.name))
                }
                ItemKind::Cross(data) => {
                    Err(format!("`{}` is a cross, not a point", data.table.name))
                }
            };
            numbers.push(number.map_err(|why| {
                self.error(Problem::Cross {
                    cross: name.to_owned(),
                    why,
                })
            })?);
        }
        let tables: Vec<&PointTable> = numbers.iter().map(|at| &*self.points[*at].table).collect();
        let options = options.weights(self.options);
        let table = CrossTable::new(name, numbers.clone(), &tables, &bins, options);
        let table = Rc::new(table.map_err(|problem| self.error(problem))?);
        let data = Rc::new(CrossData::new(table, &self.points, Rc::clone(&self.shown)));
        self.crosses.push(Rc::clone(&data));
        Ok(Cross { data })
    }

    /// Finishes the group. Its counts are kept for the running test's file, even if the group is
    /// dropped before the test ends.
    pub fn build(self) -> Group {
        let data = Rc::new(GroupData {
            name: self.name,
            place: self.place,
            instance: self.instance,
            options: self.options.weights(Options::new()),
            points: self.points,
            crosses: self.crosses,
        });
        registry::add(data.clone());
        #[cfg(feature = "verifork")]
        crate::hook::expect_end();
        Group { data }
    }

    fn check_name(&self, name: &str) -> Result<(), DefinitionError> {
        let mut names = self.points.iter().map(|point| &point.table.name);
        let mut crosses = self.crosses.iter().map(|cross| &cross.table.name);
        if names.any(|taken| taken == name) || crosses.any(|taken| taken == name) {
            return Err(self.error(Problem::NameTaken {
                place: "points and crosses".to_owned(),
                name: name.to_owned(),
            }));
        }
        Ok(())
    }

    fn error(&self, problem: Problem) -> DefinitionError {
        DefinitionError {
            group: self.shown.to_string(),
            problem: Box::new(problem),
        }
    }
}
