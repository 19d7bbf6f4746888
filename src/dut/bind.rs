//! Binding: the trait [`Dut`], and the [`Binder`] that collects every error.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::affix::Affix;
use super::bind_error::{BindError, BindErrorKind, BindSite, FieldError};
use super::{DeclaredPaths, Object, lookup};
use crate::scheduler;
use crate::simulator::Direction;

/// A type that can be bound to the design by name: [`Signal`](super::Signal), [`Array`](super::Array),
/// [`Parameter`](super::Parameter), [`Instance`](super::Instance), [`Object`], structs that derive it,
/// and `Option`, `Vec`, arrays and maps of any of them.
///
/// # Several
///
/// `[L; N]`, `Vec<L>` and `BTreeMap<i64, L>` bind the scopes of a generate loop, an array of instances
/// or interfaces, an array of records, or the elements of any array. For the path `lane`, these are the
/// design's `lane[0]`, `lane[1]`, …, in ascending order of the indices, whatever the first index is.
/// The keys of the map are the indices. It is an error if there are none (unless in an `Option`), or if
/// their number is not `N`.
///
/// ```no_run
/// use std::collections::BTreeMap;
/// use verifork::prelude::*;
///
/// #[derive(Dut)]
/// struct Lane {
///     busy: Signal<bool>,
/// }
///
/// #[derive(Dut)]
/// struct Switch {
///     #[dut(path = "lane")]
///     lanes: Vec<Lane>, // as many as there are
///     port: [Lane; 4],
///     bank: BTreeMap<i64, Lane>, // for (i = 4; i < 8; i = i + 1) begin : bank
///     debug: Option<Vec<Lane>>,
/// }
/// ```
///
/// # By hand
///
/// Implement it by hand if names follow a rule:
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
    message = "a field of type `{Self}` cannot be bound to the design",
    label = "for a signal's value, write `Signal<{Self}>`; for a struct of signals, derive `Dut` for it",
    note = "a field is a `Signal<T>`, `Array<T>`, `Parameter<T>`, `Instance`, a struct that derives \
            `Dut`, or an `Option`, a `Vec` or an array of them"
)]
pub trait Dut: Sized {
    /// Binds to the object at `path` below the binder's scope; an empty path means the scope itself.
    /// Reports a mismatch to the binder and returns `None`.
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self>;

    /// Declares the paths that [`bind`](Self::bind) will look up, before a design exists. Verilator
    /// needs this, since it shows only the signals that were requested when the design was compiled.
    ///
    /// An implementation without it still binds if the design was compiled with all signals shown.
    ///
    /// ```
    /// use verifork::dut::{Binder, DeclaredPaths, Dut, Signal};
    ///
    /// struct Requests([Signal<bool>; 2]);
    ///
    /// impl Dut for Requests {
    ///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
    ///         let mut scope = binder.enter(path)?;
    ///         let requests = ["req_a", "req_b"].map(|path| Signal::bind(&mut scope, path));
    ///         Some(Requests([requests[0]?, requests[1]?]))
    ///     }
    ///
    ///     fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
    ///         let mut scope = paths.enter(path);
    ///         scope.object("req_a"); // signals inside the design that Verilator would optimize away
    ///         scope.object("req_b");
    ///     }
    /// }
    /// ```
    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        let _ = path;
        paths.open_ended();
    }

    /// Whether the design has an object for this path, so that an `Option` of it becomes `Some`.
    ///
    /// ```
    /// use verifork::dut::{Binder, Dut, Signal};
    ///
    /// /// A handshake: there if its `valid` is.
    /// struct Handshake {
    ///     valid: Signal<bool>,
    ///     ready: Signal<bool>,
    /// }
    ///
    /// impl Dut for Handshake {
    ///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
    ///         let valid = Signal::bind(binder, &format!("{path}_valid"));
    ///         let ready = Signal::bind(binder, &format!("{path}_ready"));
    ///         Some(Handshake { valid: valid?, ready: ready? })
    ///     }
    ///
    ///     fn is_present(binder: &Binder<'_>, path: &str) -> bool {
    ///         binder.contains(&format!("{path}_valid"))
    ///     }
    /// }
    /// ```
    fn is_present(binder: &Binder<'_>, path: &str) -> bool {
        binder.contains(path)
    }
}

/// A field of a struct that derives [`Dut`]. Made by the derive.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct FieldSpec {
    /// The struct's name.
    pub structure: &'static str,
    /// The field's name.
    pub field: &'static str,
    /// The object's path below the struct's scope.
    pub path: &'static str,
    /// The direction that the port must have.
    pub direction: Option<Direction>,
    /// The prefixes and suffixes of the names in the field's own struct.
    pub affix: Option<Affix>,
    /// What the error says if the object's value does not fit.
    pub demands: Option<&'static str>,
    /// The source file of the field.
    pub file: &'static str,
    /// The line in that file.
    pub line: u32,
}

/// A scope in which names are looked up, and the errors found so far.
///
/// ```
/// use verifork::dut::{Binder, Dut, Signal};
///
/// /// A bus whose data are called `d` in one variant of the design, `data` in the other.
/// struct Bus {
///     data: Signal<u32>,
/// }
///
/// impl Dut for Bus {
///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
///         let mut scope = binder.enter(path)?;
///         let data = if scope.contains("data") { "data" } else { "d" };
///         Some(Bus { data: Signal::bind(&mut scope, data)? })
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Binder<'a> {
    scope: Object,
    place: BindSite,
    direction: Option<Direction>,
    /// The prefixes and suffixes of the names in this scope.
    affix: Option<Affix>,
    /// Those of the scope that a field enters next.
    next: Option<Affix>,
    /// What the error says if a value does not fit.
    demands: Option<&'static str>,
    errors: &'a mut Vec<FieldError>,
}

impl Binder<'_> {
    /// Binds to what a path leads to from a scope.
    pub(super) fn bind<D: Dut>(scope: Object, place: BindSite, path: &str) -> Result<D, BindError> {
        let mut errors = Vec::new();
        let binder = &mut Binder {
            scope,
            place,
            direction: None,
            affix: None,
            next: None,
            demands: None,
            errors: &mut errors,
        };
        let bound = D::bind(binder, path);
        match bound {
            Some(bound) if errors.is_empty() => Ok(bound),
            _ if errors.is_empty() => Err(BindError::single(
                place,
                BindErrorKind::Other("an implementation of `Dut` gave up without a reason".into()),
            )),
            _ => Err(BindError::new(errors)),
        }
    }

    /// A binder for the scope at a path. If there is none, or the object is not a scope, reports the
    /// error and returns `None`. An empty path means the current scope.
    ///
    /// ```
    /// use verifork::dut::{Binder, Signal};
    ///
    /// fn flags(binder: &mut Binder<'_>) -> Option<[Signal<bool>; 2]> {
    ///     use verifork::dut::Dut;
    ///     let mut status = binder.enter("core.status")?;
    ///     let (full, empty) = (Signal::bind(&mut status, "full"), Signal::bind(&mut status, "empty"));
    ///     Some([full?, empty?]) // both were tried, so both errors are reported
    /// }
    /// ```
    pub fn enter(&mut self, path: &str) -> Option<Binder<'_>> {
        let fields = self.next.as_ref().is_some_and(Affix::is_empty);
        let scope = self.object_as(path, |object| {
            if object.leads_to_names() {
                return Ok(object);
            }
            let kind = object.no_scope();
            Err(if fields {
                kind.with_remedy(
                    "a packed structure, as `Signal` of a struct that derives `LogicStruct`",
                )
            } else {
                kind
            })
        })?;
        let same = if path.is_empty() {
            self.affix.clone()
        } else {
            None
        };
        Some(Binder {
            scope,
            place: self.place,
            direction: None,
            affix: self.next.clone().or(same),
            next: None,
            demands: None,
            errors: self.errors,
        })
    }

    /// The object at a path. If there is none, or the field requires a direction and it is no such
    /// port, reports the error and returns `None`.
    ///
    /// ```
    /// use verifork::dut::Binder;
    ///
    /// fn depth(binder: &mut Binder<'_>) -> Option<u64> {
    ///     let (left, right) = binder.object("memory")?.range()?;
    ///     Some(left.abs_diff(right) + 1)
    /// }
    /// ```
    pub fn object(&mut self, path: &str) -> Option<Object> {
        self.object_as(path, Ok)
    }

    /// Whether there is an object at a path. For a field whose struct's names have a prefix or a
    /// suffix, whether there are names with them.
    ///
    /// ```
    /// use verifork::dut::Binder;
    ///
    /// /// The interface's name, which differs between two versions of the design.
    /// fn bus_name(binder: &Binder<'_>) -> &'static str {
    ///     if binder.contains("m_axi_awvalid") { "m_axi" } else { "axi_m" }
    /// }
    /// ```
    pub fn contains(&self, path: &str) -> bool {
        let object = match self.find_if_there(path) {
            Ok(Some(object)) => object,
            // Binding it reports the ambiguity.
            Err(BindErrorKind::Ambiguous { .. }) => return true,
            Ok(None) | Err(_) => return false,
        };
        match &self.next {
            Some(affix) if !affix.is_empty() => affix.are_there(&names_in(object)),
            _ => true,
        }
    }

    /// The indices of the elements `path[0]`, `path[1]`, … that the design has, in ascending order: of
    /// a generate loop, of an array of instances, interfaces or records, or of any array.
    ///
    /// ```no_run
    /// # fn example(binder: &verifork::dut::Binder<'_>) {
    /// for lane in binder.indices("lanes") {
    ///     println!("lanes[{lane}]");
    /// }
    /// # }
    /// ```
    pub fn indices(&self, path: &str) -> Vec<i64> {
        let Ok(kernel) = scheduler::kernel() else {
            return Vec::new();
        };
        let Ok(path) = self.affixed(path) else {
            return Vec::new();
        };
        lookup::indices(kernel, self.scope, &path)
    }

    /// A binder for the same scope in which names have the prefix and the suffix of the name at `path`, if
    /// `#[dut(prefix("i_", "o_"))]` has several. `None` if the design has no such name, or several.
    ///
    /// ```no_run
    /// use verifork::dut::{Binder, Dut, Signal};
    ///
    /// /// `i_bus_request`, `i_bus_data`, `o_bus_ready`, `o_bus_data`: the data with the prefix of the request.
    /// struct Asked(Signal<u8>);
    ///
    /// impl Dut for Asked {
    ///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
    ///         let mut scope = binder.enter(path)?;
    ///         let mut asked = scope.named_like("request")?;
    ///         Signal::bind(&mut asked, "data").map(Asked)
    ///     }
    /// }
    /// ```
    pub fn named_like(&mut self, path: &str) -> Option<Binder<'_>> {
        let affix = match &self.affix {
            Some(affix) => {
                let found = |affix: &Affix| !self.written(affix, path).is_empty();
                let mut found = affix.alternatives().filter(found);
                let first = found.next()?;
                if found.next().is_some() {
                    return None;
                }
                Some(first)
            }
            None => None,
        };
        Some(Binder {
            scope: self.scope,
            place: self.place,
            direction: self.direction,
            affix,
            next: None,
            demands: self.demands,
            errors: self.errors,
        })
    }

    /// A binder for the same scope whose errors for values that do not fit say what a protocol demands, as
    /// `#[dut(demands = "…")]` does for a field.
    ///
    /// ```no_run
    /// use verifork::dut::{Binder, Dut, Signal};
    ///
    /// struct Data(Signal<u64>);
    ///
    /// impl Dut for Data {
    ///     fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
    ///         Signal::bind(&mut binder.demanding("data has up to 64 bits"), path).map(Data)
    ///     }
    /// }
    /// ```
    pub fn demanding(&mut self, what: &'static str) -> Binder<'_> {
        Binder {
            scope: self.scope,
            place: self.place,
            direction: self.direction,
            affix: self.affix.clone(),
            next: self.next.clone(),
            demands: Some(what),
            errors: self.errors,
        }
    }

    /// Whether the object at a path is a vector, a string or an array without elements.
    fn holds_nothing(&self, path: &str) -> bool {
        let found = self.try_object_as(path, Ok);
        found.is_ok_and(|object| {
            let description = object.description();
            description.is_empty || description.encoding.width() == Some(0)
        })
    }

    /// Reports an error of your own.
    ///
    /// ```
    /// use verifork::dut::{Binder, Dut, Signal};
    ///
    /// fn data(binder: &mut Binder<'_>, path: &str) -> Option<Signal<verifork::value::LogicVec>> {
    ///     let data = Signal::<verifork::value::LogicVec>::bind(binder, path)?;
    ///     if data.width() % 8 != 0 {
    ///         binder.error(format!("`{}` has {} bits: not whole bytes", data.path(), data.width()));
    ///         return None;
    ///     }
    ///     Some(data)
    /// }
    /// ```
    pub fn error(&mut self, message: impl Into<String>) {
        self.report(BindErrorKind::Other(message.into()));
    }

    /// Binds a field, whose line is in the errors.
    #[doc(hidden)]
    pub fn field<D: Dut>(&mut self, spec: FieldSpec) -> Option<D> {
        let FieldSpec {
            structure,
            field,
            path,
            direction,
            affix,
            demands,
            file,
            line,
        } = spec;
        let outer = (self.place, self.direction, self.demands);
        let next = affix.map(|inner| match &self.affix {
            // In the same scope, the outer struct's affix applies too.
            Some(outer) if path.is_empty() => inner.within(outer),
            _ => inner,
        });
        let outer_next = std::mem::replace(&mut self.next, next);
        (self.place, self.direction, self.demands) = (
            self.place.inside((structure, field), file, line),
            direction,
            demands,
        );
        let bound = D::bind(self, path);
        (self.place, self.direction, self.demands) = outer;
        self.next = outer_next;
        bound
    }

    /// The object at a path, converted.
    pub(super) fn object_as<D>(
        &mut self,
        path: &str,
        convert: impl FnOnce(Object) -> Result<D, BindErrorKind>,
    ) -> Option<D> {
        self.try_object_as(path, convert)
            .map_err(|kind| self.report(kind))
            .ok()
    }

    fn try_object_as<D>(
        &self,
        path: &str,
        convert: impl FnOnce(Object) -> Result<D, BindErrorKind>,
    ) -> Result<D, BindErrorKind> {
        let object = self.find(path)?;
        let found = object.description().direction;
        if let Some(wanted) = self.direction
            && found != Some(wanted)
            && !(found.is_none() && object.hides_its_direction())
        {
            return Err(BindErrorKind::Direction {
                path: object.path().to_owned(),
                found,
                wanted,
            });
        }
        convert(object)
    }

    fn find(&self, path: &str) -> Result<Object, BindErrorKind> {
        if path.is_empty() {
            return Ok(self.scope);
        }
        let kernel = scheduler::kernel().map_err(|_| BindErrorKind::NoSimulation)?;
        let found = lookup::find(kernel, Some(self.scope), &self.affixed(path)?);
        found.map_err(|kind| match &self.affix {
            Some(affix) => kind.with_affix(affix),
            None => kind,
        })
    }

    /// [`find`](Self::find) without suggestions.
    fn find_if_there(&self, path: &str) -> Result<Option<Object>, BindErrorKind> {
        if path.is_empty() {
            return Ok(Some(self.scope));
        }
        let kernel = scheduler::kernel().map_err(|_| BindErrorKind::NoSimulation)?;
        let path = self.affixed(path)?;
        Ok(lookup::find_if_there(kernel, Some(self.scope), &path))
    }

    /// The path with the prefix and the suffix of its first name, in the design's upper and lower case.
    fn affixed<'p>(&self, path: &'p str) -> Result<Cow<'p, str>, BindErrorKind> {
        let Some(affix) = self.affix.as_ref().filter(|_| !path.is_empty()) else {
            return Ok(path.into());
        };
        let mut written = self.written(affix, path);
        if written.len() > 1 {
            return Err(BindErrorKind::Ambiguous {
                path: path.to_owned(),
                names: written.into(),
                affix: affix.describe().into(),
            });
        }
        let first = || affix.around(path).next().unwrap_or_default();
        Ok(written.pop().unwrap_or_else(first).into())
    }

    /// The paths with a prefix and a suffix that the design has.
    fn written(&self, affix: &Affix, path: &str) -> Vec<String> {
        let known = |path: &String| lookup::contains(self.scope, path);
        let mut written: Vec<_> = affix.around(path).filter(known).collect();
        if written.is_empty() {
            written = affix.as_spelt(path, &names_in(self.scope));
        }
        written.sort();
        written.dedup();
        written
    }

    /// Reports an error in what is bound.
    pub(super) fn report(&mut self, kind: BindErrorKind) {
        let kind = match self.demands {
            Some(demands) => kind.demanding(demands),
            None => kind,
        };
        self.errors.push(FieldError {
            place: self.place,
            kind,
        });
    }
}

/// The names of a scope's contents.
fn names_in(scope: Object) -> Vec<&'static str> {
    let Ok(kernel) = scheduler::kernel() else {
        return Vec::new();
    };
    let children = kernel.port().children(scope.handle());
    children
        .into_iter()
        .map(|child| Object::open(kernel, child).name())
        .collect()
}

/// `None` if there is no such object, or if it has no elements (a null range of VHDL) and does not fit, because
/// simulators show such objects differently or not at all. Any other object that does not fit is an error.
impl<D: Dut> Dut for Option<D> {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        if !D::is_present(binder, path) {
            return Some(None);
        }
        let before = binder.errors.len();
        let bound = D::bind(binder, path);
        if bound.is_none() && binder.holds_nothing(path) {
            binder.errors.truncate(before);
            return Some(None);
        }
        bound.map(Some)
    }

    fn declared_paths(paths: &mut DeclaredPaths<'_>, path: &str) {
        D::declared_paths(paths, path);
    }

    fn is_present(_: &Binder<'_>, _: &str) -> bool {
        true
    }
}

/// Binds to nothing: for the type parameters of a generic struct.
impl<T> Dut for PhantomData<T> {
    fn bind(_: &mut Binder<'_>, _: &str) -> Option<Self> {
        Some(PhantomData)
    }

    fn declared_paths(_: &mut DeclaredPaths<'_>, _: &str) {}
}

#[cfg(test)]
mod tests;
