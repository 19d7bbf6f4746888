//! Several objects in one field: the scopes of a generate loop, arrays of instances, interfaces and records.

use std::collections::BTreeMap;

use super::bind_error::BindErrorKind;
use super::{Binder, DeclaredPaths, Dut};
use crate::simulator::Encoding;

/// Each element with its index; `None`, with the error reported, if there is none or one does not
/// fit.
fn bind<D: Dut>(binder: &mut Binder<'_>, path: &str) -> Option<Vec<(i64, D)>> {
    let indices = binder.indices(path);
    if indices.is_empty() {
        // Nothing of this name, or something that is not an array.
        let object = binder.object(path)?;
        if object.description().is_empty {
            return Some(Vec::new());
        }
        binder.report(
            object.kind_error(match object.description().encoding {
                Encoding::Logic { range: Some(_), .. } => {
                    "it is one vector: bind it as a `Signal`, whose bits are selected by `bit`"
                        .to_owned()
                }
                _ => format!(
                    "it has no elements `{}[…]`: bind it as a single object",
                    object.name()
                ),
            }),
        );
        return None;
    }
    // All are tried, so that one error reports every mismatch.
    let elements: Vec<(i64, Option<D>)> = indices
        .into_iter()
        .map(|index| (index, D::bind(binder, &format!("{path}[{index}]"))))
        .collect();
    elements
        .into_iter()
        .map(|(index, element)| Some((index, element?)))
        .collect()
}

/// Declares the paths of one element, which stand for all.
fn declared_paths<D: Dut>(paths: &mut DeclaredPaths<'_>, path: &str) {
    D::declared_paths(paths, &format!("{path}[0]"));
}

/// Elements by their indices.
impl<D: Dut> Dut for BTreeMap<i64, D> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        Some(bind(binder, path)?.into_iter().collect())
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        self::declared_paths::<D>(paths, path);
    }

    fn is_present(binder: &Binder<'_>, path: &str) -> bool {
        !binder.indices(path).is_empty() || binder.contains(path)
    }
}

/// As many elements as the design has, in ascending order of their indices.
impl<D: Dut> Dut for Vec<D> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        let elements = bind(binder, path)?;
        Some(elements.into_iter().map(|(_, element)| element).collect())
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        self::declared_paths::<D>(paths, path);
    }

    fn is_present(binder: &Binder<'_>, path: &str) -> bool {
        BTreeMap::<i64, D>::is_present(binder, path)
    }
}

/// Exactly `N` elements, in ascending order of their indices.
impl<D: Dut, const N: usize> Dut for [D; N] {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        let elements = bind(binder, path)?;
        let indices: Vec<i64> = elements.iter().map(|(index, _)| *index).collect();
        let elements: Vec<D> = elements.into_iter().map(|(_, element)| element).collect();
        elements
            .try_into()
            .map_err(|_| {
                let shown: Vec<String> = indices.iter().map(ToString::to_string).collect();
                binder.report(BindErrorKind::Other(format!(
                    "`{path}` has {} elements, {}, and this field takes {N}: `Vec` takes any number",
                    indices.len(),
                    shown.join(", ")
                )));
            })
            .ok()
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        self::declared_paths::<D>(paths, path);
    }

    fn is_present(binder: &Binder<'_>, path: &str) -> bool {
        BTreeMap::<i64, D>::is_present(binder, path)
    }
}
