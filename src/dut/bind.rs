//! Binding: the trait [`Dut`], and the [`Binder`] that collects every problem.

use std::marker::PhantomData;

use super::misfit::{BindError, Misfit, Place, Problem};
use super::{Instance, Object, Outline, lookup};
use crate::scheduler;
use crate::simulator::Direction;

/// What can be bound to the design by name: [`Signal`](super::Signal), [`Array`](super::Array),
/// [`Parameter`](super::Parameter), [`Instance`](super::Instance), [`Object`], `Option` of them, and
/// structs that derive it.
///
/// Implemented by hand where names follow a rule:
///
/// ```no_run
/// use verifork::dut::{Binder, Dut, Signal};
///
/// /// The signals `req[0]`, `req[1]`, … of whatever instance it is bound to.
/// struct Requests(Vec<Signal<bool>>);
///
/// impl Dut for Requests {
///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
///         let mut scope = binder.enter(path)?;
///         let paths = (0..).map(|lane| format!("req[{lane}]"));
///         let mut requests = Vec::new();
///         for path in paths.take(4) {
///             requests.push(Signal::bind(&mut scope, &path)); // tries all, even after a miss
///         }
///         Some(Requests(requests.into_iter().collect::<Option<_>>()?))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to a design",
    label = "not a `Dut`",
    note = "a field is a `Signal<T>`, `Array<T>`, `Parameter<T>`, `Instance`, an `Option` of them, \
            or a struct that derives `Dut`"
)]
pub trait Dut: Sized {
    /// Binds to the object that `path` leads to from the binder's scope; an empty path leads to the
    /// scope itself. What does not fit is reported to the binder, and `None` returned.
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self>;

    /// Tells, before there is a design, what [`bind`](Self::bind) looks up for this path. Simulators
    /// that show only what they were told to when they compiled the design (Verilator) need to know.
    ///
    /// An implementation by hand that does not tell still binds where the design was compiled with
    /// everything shown.
    fn outline(outline: &mut Outline<'_>, path: &str) {
        let _ = path;
        outline.more();
    }
}

/// A field of a struct that derives [`Dut`]. Made by the derive.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The struct's name.
    pub structure: &'static str,
    /// The field's name.
    pub field: &'static str,
    /// Where the object is, below the struct's scope.
    pub path: &'static str,
    /// What the port's direction must be.
    pub direction: Option<Direction>,
    /// The source file of the field.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
}

/// A scope that names are looked up in, and the problems met so far.
#[derive(Debug)]
pub struct Binder<'a> {
    scope: Object,
    place: Place,
    direction: Option<Direction>,
    problems: &'a mut Vec<Problem>,
}

impl Binder<'_> {
    /// Binds to what a path leads to from a scope.
    pub(super) fn bind<D: Dut>(scope: Object, place: Place, path: &str) -> Result<D, BindError> {
        let mut problems = Vec::new();
        let binder = &mut Binder {
            scope,
            place,
            direction: None,
            problems: &mut problems,
        };
        let bound = D::bind(binder, path);
        match bound {
            Some(bound) if problems.is_empty() => Ok(bound),
            _ if problems.is_empty() => Err(BindError::single(
                place,
                Misfit::Other("an implementation of `Dut` gave up without a reason".into()),
            )),
            _ => Err(BindError::new(problems)),
        }
    }

    /// A binder for the scope that a path leads to; `None`, with the problem reported, if it leads
    /// nowhere or to what is no scope. An empty path leads to the present scope.
    pub fn enter(&mut self, path: &str) -> Option<Binder<'_>> {
        let scope = self.object_as(path, |object| {
            if object.holds_names() {
                return Ok(object);
            }
            Err(object
                .misfit("it holds no other objects: bind it as `Signal`, `Array` or `Parameter`"))
        })?;
        Some(Binder {
            scope,
            place: self.place,
            direction: None,
            problems: self.problems,
        })
    }

    /// The object that a path leads to; `None`, with the problem reported, if it leads nowhere or,
    /// for a field with a direction, to no such port.
    pub fn object(&mut self, path: &str) -> Option<Object> {
        self.object_as(path, Ok)
    }

    /// Whether a path leads to an object.
    pub fn contains(&self, path: &str) -> bool {
        path.is_empty() || Instance::of(self.scope).contains(path)
    }

    /// Whether a path leads to a vector, a text or an array without elements.
    fn holds_nothing(&self, path: &str) -> bool {
        let found = self.try_object_as(path, Ok);
        found.is_ok_and(|object| {
            let description = object.description();
            description.is_empty || description.encoding.width() == Some(0)
        })
    }

    /// Reports a problem of one's own.
    pub fn problem(&mut self, message: impl Into<String>) {
        self.report(Misfit::Other(message.into()));
    }

    /// Binds a field; its place stands in what it reports.
    #[doc(hidden)]
    pub fn field<D: Dut>(&mut self, spec: FieldSpec) -> Option<D> {
        let FieldSpec {
            structure,
            field,
            path,
            direction,
            file,
            line,
        } = spec;
        let outer = (self.place, self.direction);
        (self.place, self.direction) = (
            Place {
                field: Some((structure, field)),
                file,
                line,
            },
            direction,
        );
        let bound = D::bind(self, path);
        (self.place, self.direction) = outer;
        bound
    }

    /// The object that a path leads to, as what `convert` makes of it.
    pub(super) fn object_as<D>(
        &mut self,
        path: &str,
        convert: impl FnOnce(Object) -> Result<D, Misfit>,
    ) -> Option<D> {
        self.try_object_as(path, convert)
            .map_err(|misfit| self.report(misfit))
            .ok()
    }

    fn try_object_as<D>(
        &self,
        path: &str,
        convert: impl FnOnce(Object) -> Result<D, Misfit>,
    ) -> Result<D, Misfit> {
        let object = if path.is_empty() {
            self.scope
        } else {
            let kernel = scheduler::kernel().map_err(|_| Misfit::NoSimulation)?;
            lookup::find(kernel, Some(self.scope), path)?
        };
        let found = object.description().direction;
        if let Some(wanted) = self.direction
            && found != Some(wanted)
            && !(found.is_none() && object.hides_its_direction())
        {
            return Err(Misfit::Direction {
                path: object.path().to_owned(),
                found,
                wanted,
            });
        }
        convert(object)
    }

    fn report(&mut self, misfit: Misfit) {
        self.problems.push(Problem {
            place: self.place,
            misfit,
        });
    }
}

/// `None` if there is no such object, or one without elements (of a null range of VHDL) that does not
/// fit: simulators show such as what they are, as something else, or not at all. Any other object that
/// does not fit is a problem all the same.
impl<D: Dut> Dut for Option<D> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        if !binder.contains(path) {
            return Some(None);
        }
        let before = binder.problems.len();
        let bound = D::bind(binder, path);
        if bound.is_none() && binder.holds_nothing(path) {
            binder.problems.truncate(before);
            return Some(None);
        }
        bound.map(Some)
    }

    fn outline(outline: &mut Outline<'_>, path: &str) {
        D::outline(outline, path);
    }
}

/// Binds to nothing: for the type parameters of a generic struct.
impl<T> Dut for PhantomData<T> {
    fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
        Some(PhantomData)
    }

    fn outline(_: &mut Outline<'_>, _: &str) {}
}

#[cfg(test)]
mod tests;
