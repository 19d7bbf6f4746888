//! Cover groups: points and crosses that are defined, sampled and reported together (IEEE 1800-2023, 19.3).

use std::panic::Location;
use std::rc::Rc;

use crate::cross::CrossData;
use crate::definition::{Counts, CrossDefinition, GroupDefinition, PointDefinition};
use crate::holes::{Hole, prefer};
use crate::item::{Item, ItemKind};
use crate::mean::Mean;
use crate::point::PointData;
use crate::record::GroupRecord;
use crate::registry::Counting;
use crate::table::Weights;

#[derive(Debug)]
pub(crate) struct GroupData {
    pub(crate) name: String,
    pub(crate) place: &'static Location<'static>,
    pub(crate) instance: Option<String>,
    pub(crate) options: Weights,
    pub(crate) points: Vec<Rc<PointData>>,
    pub(crate) crosses: Vec<Rc<CrossData>>,
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

/// A group that was built at run time.
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
    pub(crate) data: Rc<GroupData>,
}

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
    reason = "`holes` is the name of what `iter` would be"
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
            visit(Item(ItemKind::Point(point)));
        }
        for cross in &self.data.crosses {
            visit(Item(ItemKind::Cross(cross)));
        }
    }
}
