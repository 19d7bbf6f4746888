//! The common view of points and crosses.

use std::rc::Rc;

use crate::cross::{Cross, CrossData};
use crate::point::{Point, PointData};
use crate::table::Weights;

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
    /// The point or cross as an item.
    fn item(&self) -> Item<'_>;
}

/// A point or a cross of a group, as its common view: name and coverage.
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
pub struct Item<'a>(pub(crate) ItemKind<'a>);

#[derive(Clone, Copy, Debug)]
pub(crate) enum ItemKind<'a> {
    Point(&'a Rc<PointData>),
    Cross(&'a CrossData),
}

impl<V> AnyItem for Point<V> {
    fn item(&self) -> Item<'_> {
        Item(ItemKind::Point(&self.data))
    }
}

impl AnyItem for Cross {
    fn item(&self) -> Item<'_> {
        Item(ItemKind::Cross(&self.data))
    }
}

impl Item<'_> {
    /// The name of the point or cross.
    pub fn name(&self) -> &str {
        match self.0 {
            ItemKind::Point(point) => &point.table.name,
            ItemKind::Cross(cross) => &cross.table.name,
        }
    }

    /// Its coverage in per cent; 0 if no bin counts.
    pub fn coverage(&self) -> f64 {
        match self.0 {
            ItemKind::Point(point) => point.coverage(),
            ItemKind::Cross(cross) => cross.coverage(),
        }
    }

    /// Whether it counts in its group: it has a weight and counting bins.
    pub(crate) fn counts(&self) -> bool {
        let bins = match self.0 {
            ItemKind::Point(point) => point.table.counted,
            ItemKind::Cross(cross) => cross.table.counted,
        };
        bins > 0 && self.options().weight > 0
    }

    pub(crate) fn options(&self) -> Weights {
        match self.0 {
            ItemKind::Point(point) => point.table.options,
            ItemKind::Cross(cross) => cross.table.options,
        }
    }
}
