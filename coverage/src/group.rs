//! Cover groups: points and crosses that are defined, sampled and reported together (IEEE 1800-2023, 19.3).

use std::ops::RangeInclusive;
use std::panic::Location;
use std::rc::Rc;

use crate::bins::Bins;
use crate::cross::{Cross, CrossBins, CrossData, CrossTable};
use crate::definition::{Counts, CrossDefinition, GroupDefinition, PointDefinition};
use crate::error::{DefinitionError, Problem};
use crate::mean::Mean;
use crate::point::{Point, PointData};
use crate::record::GroupRecord;
use crate::registry::{self, Counting};
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
    /// Those of the group, or the defaults: weight 1, goal 100 per cent, each bin at least once.
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

    fn weights(self, group: Options) -> Weights {
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

/// A point or a cross of any type.
///
/// ```
/// use verifork_coverage::{AnyItem, CoverGroup, Cross, Point};
///
/// #[derive(CoverGroup)]
/// struct Accesses {
///     write: Point<bool>,
///     locked: Point<bool>,
///     #[cross(write, locked)]
///     both: Cross,
/// }
///
/// let covered = Accesses::new();
/// let items: [&dyn AnyItem; 2] = [&covered.write, &covered.both];
/// assert!(items.iter().all(|it| it.item().coverage() == 0.0));
/// ```
pub trait AnyItem {
    /// What it counts.
    fn item(&self) -> Item<'_>;
}

/// What a point or a cross counts.
///
/// ```
/// use verifork_coverage::{CoverGroup, Point};
///
/// #[derive(CoverGroup)]
/// struct Accesses {
///     write: Point<bool>,
/// }
///
/// let covered = Accesses::new();
/// covered.write.sample(true);
/// covered.visit(&mut |item| assert_eq!((item.name(), item.coverage()), ("write", 50.0)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Item<'a>(Kind<'a>);

#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    Point(&'a Rc<PointData>),
    Cross(&'a CrossData),
}

impl<V> AnyItem for Point<V> {
    fn item(&self) -> Item<'_> {
        Item(Kind::Point(&self.data))
    }
}

impl AnyItem for Cross {
    fn item(&self) -> Item<'_> {
        Item(Kind::Cross(&self.data))
    }
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
                Kind::Point(data) => {
                    let number = self.points.iter().position(|own| Rc::ptr_eq(own, data));
                    number.ok_or_else(|| format!("point `{}` is of another group", data.table.name))
                }
                Kind::Cross(data) => Err(format!("`{}` is a cross, not a point", data.table.name)),
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

#[derive(Debug)]
pub(crate) struct GroupData {
    name: String,
    place: &'static Location<'static>,
    instance: Option<String>,
    options: Weights,
    points: Vec<Rc<PointData>>,
    crosses: Vec<Rc<CrossData>>,
}

impl Counting for GroupData {
    fn record(&self) -> GroupRecord {
        GroupRecord {
            instance: self.instance().map(str::to_owned),
            place: Some((self.place().file().to_owned(), self.place().line())),
            definition: self.definition(),
            counts: self.counts(),
        }
    }

    #[cfg(feature = "verifork")]
    fn end(&self) {
        self.points.iter().for_each(|point| point.end());
    }
}

impl GroupData {
    pub(crate) fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    pub(crate) fn place(&self) -> &'static Location<'static> {
        self.place
    }

    pub(crate) fn definition(&self) -> GroupDefinition {
        GroupDefinition {
            name: self.name.clone(),
            weight: self.options.weight,
            goal: self.options.goal,
            points: self
                .points
                .iter()
                .map(|point| PointDefinition::of(&point.table))
                .collect(),
            crosses: self
                .crosses
                .iter()
                .map(|cross| CrossDefinition::of(cross))
                .collect(),
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            points: self
                .points
                .iter()
                .map(|point| Counts::sparse(&point.counts))
                .collect(),
            crosses: self
                .crosses
                .iter()
                .map(|cross| Counts::sparse(&cross.counts))
                .collect(),
        }
    }
}

/// A group as it was built.
///
/// ```
/// use verifork_coverage::{Bins, CoverGroup as _, Group, GroupBuilder};
///
/// let mut builder = GroupBuilder::new("frames");
/// let write = builder.point("write", Bins::<bool>::new())?;
/// let group: Group = builder.build();
/// write.sample(true);
/// assert_eq!(group.coverage(), 50.0);
/// # Ok::<(), verifork_coverage::DefinitionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Group {
    data: Rc<GroupData>,
}

/// A hole: a combination of values that has not been sampled often enough. For each point in it, its
/// name and the values of the bin.
///
/// ```
/// use verifork_coverage::{CoverGroup, Hole, Point};
///
/// #[derive(CoverGroup)]
/// struct Lengths {
///     #[bins(short = 1..=15, long = 16..)]
///     length: Point<u8>,
/// }
///
/// let covered = Lengths::new();
/// covered.length.sample(3);
/// let holes: Vec<Hole> = covered.holes();
/// assert_eq!(holes, [vec![("length".to_owned(), vec![16..=255])]]);
/// assert!((&covered).into_iter().eq(holes)); // as `aimed_at(&covered)` takes them
/// ```
pub type Hole = Vec<(String, Vec<RangeInclusive<i128>>)>;

/// The methods of every cover group.
///
/// ```
/// use verifork_coverage::CoverGroup;
///
/// /// A line for each point and cross.
/// fn summary(group: &dyn CoverGroup) -> String {
///     let mut text = format!("{}: {:.1} %\n", group.name(), group.coverage());
///     group.visit(&mut |item| text += &format!("  {}: {:.1} %\n", item.name(), item.coverage()));
///     text
/// }
/// ```
pub trait CoverGroup {
    /// The group's name.
    fn name(&self) -> &str;

    /// Shows each point and cross, in their order.
    fn visit(&self, visit: &mut dyn FnMut(Item<'_>));

    /// The coverage of the group in per cent: the weighted mean of its points and crosses (IEEE
    /// 1800-2023, 19.11), without those of weight 0 and those without a counting bin. If none is left,
    /// it is 0.
    fn coverage(&self) -> f64 {
        let mut mean = Mean::default();
        self.visit(&mut |item| {
            if item.counts() {
                mean.add(item.options().weight, item.coverage());
            }
        });
        mean.percent().unwrap_or(0.0)
    }

    /// Whether every counting point and cross has reached its goal. A point or cross counts if it has a
    /// weight and counting bins. A group in which nothing counts is never full, so a loop until it is
    /// full ends with the test's timeout, not at once.
    ///
    /// If the stimulus's constraints rule out a combination, let the cross ignore it; otherwise the
    /// group never becomes full.
    ///
    /// ```
    /// use verifork_coverage::{CoverGroup, Point};
    ///
    /// #[derive(CoverGroup)]
    /// struct Watched {
    ///     #[point(weight = 0)]
    ///     level: Point<bool>,
    /// }
    ///
    /// let covered = Watched::new();
    /// covered.sample(false);
    /// covered.sample(true);
    /// assert_eq!(covered.level.coverage(), 100.0);
    /// assert!(!covered.is_full()); // the only point counts for nothing
    /// ```
    #[allow(clippy::cast_precision_loss, reason = "a percentage")]
    fn is_full(&self) -> bool {
        let (mut some, mut full) = (false, true);
        self.visit(&mut |item| {
            if item.counts() {
                some = true;
                full &= item.coverage() >= item.options().goal as f64;
            }
        });
        some && full
    }

    /// The remaining holes: the values of each bin of a point, and of each combination of a cross, that
    /// has not been hit often enough. Transitions are left out, since a single draw cannot cause them,
    /// and so are values outside the range of `i128`.
    ///
    /// A generator that prefers these closes the group. If `VERIFORK_AIM` names the coverage of earlier
    /// runs, holes that those runs left too are repeated until they make up at least half of the list,
    /// so that they are preferred.
    fn holes(&self) -> Vec<Hole> {
        let (mut all, mut elsewhere) = (Vec::new(), Vec::new());
        self.visit(&mut |item| item.add_holes(self.name(), &mut all, &mut elsewhere));
        let is_possible = |hole: &Hole| hole.iter().all(|(_, values)| !values.is_empty());
        all.retain(is_possible);
        elsewhere.retain(is_possible);
        prefer(all, &elsewhere)
    }
}

/// Its [holes](CoverGroup::holes), as `Transfer::aimed_at(&group)` of verifork-stimulus takes them.
#[allow(
    clippy::into_iter_without_iter,
    reason = "of what it would go through, `holes` tells"
)]
impl IntoIterator for &Group {
    type Item = Hole;
    type IntoIter = std::vec::IntoIter<Hole>;

    fn into_iter(self) -> Self::IntoIter {
        self.holes().into_iter()
    }
}

impl CoverGroup for Group {
    fn name(&self) -> &str {
        &self.data.name
    }

    fn visit(&self, visit: &mut dyn FnMut(Item<'_>)) {
        for point in &self.data.points {
            visit(Item(Kind::Point(point)));
        }
        for cross in &self.data.crosses {
            visit(Item(Kind::Cross(cross)));
        }
    }
}

impl Item<'_> {
    /// The name of the point or cross.
    pub fn name(&self) -> &str {
        match self.0 {
            Kind::Point(point) => &point.table.name,
            Kind::Cross(cross) => &cross.table.name,
        }
    }

    /// Its coverage in per cent; 0 if no bin counts.
    pub fn coverage(&self) -> f64 {
        match self.0 {
            Kind::Point(point) => point.coverage(),
            Kind::Cross(cross) => cross.coverage(),
        }
    }

    /// Whether it counts in its group: it has a weight and counting bins.
    fn counts(&self) -> bool {
        let bins = match self.0 {
            Kind::Point(point) => point.table.counted,
            Kind::Cross(cross) => cross.table.counted,
        };
        bins > 0 && self.options().weight > 0
    }

    fn options(&self) -> Weights {
        match self.0 {
            Kind::Point(point) => point.table.options,
            Kind::Cross(cross) => cross.table.options,
        }
    }

    /// Adds what is missing here, and what is missing in earlier runs too, if something is known of these.
    fn add_holes(&self, group: &str, holes: &mut Vec<Hole>, elsewhere: &mut Vec<Hole>) {
        if self.options().weight == 0 {
            return;
        }
        #[cfg(feature = "verifork")]
        let stored = match self.0 {
            Kind::Point(point) => crate::aim::of_point(group, &point.table),
            Kind::Cross(cross) => {
                let points: Vec<_> = cross.points.iter().map(|point| &*point.table).collect();
                let definition = || CrossDefinition::of(cross);
                crate::aim::of_cross(group, &cross.table.name, &points, definition)
            }
        };
        #[cfg(not(feature = "verifork"))]
        let (stored, _) = (
            None::<std::rc::Rc<std::collections::BTreeSet<usize>>>,
            group,
        );
        let mut add = |bin: usize, hole: Hole| {
            if stored.as_ref().is_some_and(|stored| !stored.contains(&bin)) {
                elsewhere.push(hole.clone());
            }
            holes.push(hole);
        };
        match self.0 {
            Kind::Point(point) => point
                .uncovered()
                .for_each(|bin| add(bin, vec![part(point, bin)])),
            Kind::Cross(cross) => cross.uncovered().for_each(|bin| {
                let parts = cross.points.iter().zip(cross.coordinates(bin));
                add(bin, parts.map(|(point, bin)| part(point, bin)).collect());
            }),
        }
    }
}

/// All holes, with some of them repeated until they are half of the list, or more.
fn prefer(mut all: Vec<Hole>, some: &[Hole]) -> Vec<Hole> {
    // Each of them is there once.
    let others = all.len() - some.len();
    if !some.is_empty() {
        let more = some.iter().cycle().take(others.saturating_sub(some.len()));
        all.extend(more.cloned());
    }
    all
}

/// A bin of a point: the point's name and the bin's values.
fn part(point: &PointData, bin: usize) -> (String, Vec<RangeInclusive<i128>>) {
    let PointTable {
        name, shape, bins, ..
    } = &*point.table;
    let ranges = bins[bin].ranges.iter();
    let values = ranges.filter_map(|(first, last)| shape.values(*first, *last));
    (name.clone(), values.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_preferred_is_half_of_all_and_nothing_is_lost() {
        let hole = |number: i128| vec![("x".to_owned(), vec![number..=number])];
        let all: Vec<Hole> = (0..10).map(hole).collect();
        let some = [hole(3), hole(4)];
        let preferred = prefer(all.clone(), &some);
        let share = preferred.iter().filter(|hole| some.contains(hole));
        assert_eq!((share.count(), preferred.len()), (8, 16));
        assert!(all.iter().all(|hole| preferred.contains(hole)));
        assert_eq!(prefer(all.clone(), &[]), all);
        assert_eq!(prefer(all.clone(), &all), all);
    }
}
