//! `Object`: anything in the design that has a name.

use std::fmt;

use super::bind_error::{BindErrorKind, fitting, with_article};
use super::value::fits;
use super::{BindError, Dut, Instance, SignalValue};
use crate::scheduler::{self, Kernel, Local, Signal as Entry, SignalIndex};
use crate::simulator::{Description, Encoding, Handle, ObjectKind, PortError};
use crate::value::Layout;

/// Anything in the design that has a name: an instance, a net, a variable, a parameter, an array.
///
/// ```no_run
/// # use verifork::dut::{BindError, Instance, Signal};
/// # use verifork::value::LogicVec;
/// # fn example(dut: Instance) -> Result<(), BindError> {
/// for object in dut.children()? {
///     println!("{} is a {}", object.path(), object.kind());
///     if object.description().encoding.width().is_some() && object.range().is_none() {
///         let signal: Signal<LogicVec> = object.bind()?;
///         println!("  its value is {}", signal.get());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct Object {
    handle: Handle,
    index: SignalIndex,
    entry: Local<Entry>,
}

impl PartialEq for Object {
    /// Whether both are the same object of the design.
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Object {}

impl fmt::Debug for Object {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Object")
            .field(&self.path())
            .field(&self.kind())
            .finish()
    }
}

impl Object {
    pub(super) fn open(kernel: &'static Kernel, handle: Handle) -> Self {
        let index = kernel.open(handle);
        Object {
            handle,
            index,
            entry: Local::new(kernel.signal(index)),
        }
    }

    /// The name within its scope, without the backslash of an escaped identifier.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let debug: Vec<_> = dut.children()?.into_iter().filter(|o| o.name().starts_with("dbg_")).collect();
    /// log::info!("{} debug signals", debug.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &'static str {
        &self.entry.get().description.name
    }

    /// The full name, in the simulator's notation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(object: verifork::dut::Object) -> Result {
    /// log::info!("{}", object.path());
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &'static str {
        &self.entry.get().description.path
    }

    /// What it is.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::ObjectKind;
    /// # fn example(dut: Instance) -> Result {
    /// let nets = dut.children()?.into_iter().filter(|object| object.kind() == ObjectKind::Net);
    /// log::info!("{} nets", nets.count());
    /// # Ok(())
    /// # }
    /// ```
    pub fn kind(&self) -> ObjectKind {
        self.entry.description.kind
    }

    /// Everything that the simulator says of it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// for object in dut.children()? {
    ///     if let Some(direction) = object.description().direction {
    ///         log::info!("{direction} {}", object.name()); // a port
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self) -> &'static Description {
        &self.entry.get().description
    }

    /// What the scheduler keeps of it.
    pub(super) fn entry(&self) -> &'static Entry {
        self.entry.get()
    }

    /// The declared indices of the leftmost and the rightmost element, if it is an array.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let Some((left, right)) = dut.object("memory")?.range() else { bail!("no array") };
    /// log::info!("[{left}:{right}]");
    /// # Ok(())
    /// # }
    /// ```
    pub fn range(&self) -> Option<(i64, i64)> {
        self.entry.description.array
    }

    /// The object as a scope that holds others, or as a record that holds its fields; `None` if it
    /// is neither.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// for object in dut.children()? {
    ///     if let Some(inner) = object.as_instance() {
    ///         log::info!("{} holds {} objects", inner.path(), inner.children()?.len());
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn as_instance(&self) -> Option<Instance> {
        self.leads_to_names().then_some(Instance::of(*self))
    }

    /// The object as a [`Signal`](super::Signal), an [`Array`](super::Array), a
    /// [`Parameter`](super::Parameter), or a struct that derives [`Dut`].
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let irq: Signal<bool> = dut.object("core.irq")?.bind()?;
    /// irq.set(true);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's place and every reason why it does not fit.
    #[track_caller]
    pub fn bind<D: Dut>(&self) -> Result<D, BindError> {
        Instance::of(*self).look_up("")
    }

    /// Whether it may be a port of which the simulator does not say so.
    pub(super) fn hides_its_direction(&self) -> bool {
        let quirk = |kernel: &Kernel| kernel.port().quirks().inner_ports_have_no_direction;
        scheduler::kernel().is_ok_and(quirk) && self.path().matches('.').count() > 1
    }

    /// Whether it holds other objects by name: a scope, or a record that has no value as a whole.
    pub(super) fn holds_names(&self) -> bool {
        self.is_record() || self.kind().is_scope()
    }

    /// Whether other objects can be bound by their names below it: also those of a packed structure, which has a
    /// value too.
    pub(super) fn leads_to_names(&self) -> bool {
        self.holds_names() || self.entry.description.has_members
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle
    }

    pub(super) fn index(&self) -> SignalIndex {
        self.index
    }

    /// Whether it is a record, which has no value as a whole.
    fn is_record(&self) -> bool {
        self.kind() == ObjectKind::Struct
            && self.entry.description.encoding == Encoding::None
            && self.range().is_none()
    }

    /// The object whose value is a `T`: for a record and a struct, that of the record's fields together.
    pub(super) fn as_value_of<T: SignalValue>(self) -> Result<Object, BindErrorKind> {
        let Layout::Structure(fields) = T::layout() else {
            return Ok(self);
        };
        if !self.is_record() {
            return Ok(self);
        }
        let kernel = scheduler::kernel().map_err(|_| BindErrorKind::NoSimulation)?;
        match kernel.port().structure(self.handle, fields) {
            Ok(structure) => Ok(Object::open(kernel, structure)),
            Err(differences) => Err(self.differs::<T>(differences)),
        }
    }

    /// Refuses an enum whose variants are not called as the design's values are, where it tells that.
    pub(super) fn has_names_of<T: SignalValue>(&self) -> Result<(), BindErrorKind> {
        let literals = &self.entry.description.literals;
        if literals.is_empty() {
            return Ok(());
        }
        match T::layout().differs_from(literals) {
            None => Ok(()),
            Some(difference) => Err(self.differs::<T>(difference)),
        }
    }

    fn differs<T: SignalValue>(&self, differences: String) -> BindErrorKind {
        BindErrorKind::Differs {
            path: self.path().to_owned(),
            found: with_article(self.kind()),
            rust: T::name(),
            differences,
        }
    }

    /// Refuses what has no value of its own: scopes, arrays, events.
    pub(super) fn holds_value<T: SignalValue>(&self) -> Result<(), BindErrorKind> {
        if !self.holds_names() {
            if let Some(hidden) = self.hidden() {
                return Err(hidden);
            }
            if self.range().is_none() && self.entry.description.encoding != Encoding::None {
                return Ok(());
            }
        }
        let advice = self.advice::<T>();
        Err(self.kind_error(advice.unwrap_or_else(|| "it has no value".to_owned())))
    }

    /// What it can be bound as, with the type that was wanted if that fits; `None` if it is nothing
    /// that can be bound.
    pub(super) fn advice<T: SignalValue>(&self) -> Option<String> {
        let fitting = if fits::<T>(&self.entry.description) || self.entry.description.is_empty {
            Some(T::name().to_owned())
        } else {
            fitting(&self.entry.description.encoding).into_iter().next()
        };
        self.advice_with(fitting)
    }

    /// The same where no type of a value was wanted.
    pub(super) fn own_advice(&self) -> Option<String> {
        self.advice_with(fitting(&self.entry.description.encoding).into_iter().next())
    }

    fn advice_with(&self, fitting: Option<String>) -> Option<String> {
        if self.holds_names() {
            let as_scope = "bind it as `Instance` or as a struct that derives `Dut`";
            return Some(if self.is_record() {
                format!("{as_scope}, or as `Signal` of a struct that derives `LogicStruct`")
            } else {
                as_scope.to_owned()
            });
        }
        match (self.range(), fitting) {
            (Some((left, right)), Some(fits)) => Some(format!(
                "bind it as `Array<{fits}>`, whose elements are [{left}:{right}]"
            )),
            (Some((left, _)), None) => {
                let kernel = scheduler::kernel().ok()?;
                let element = kernel.port().element(self.handle, left)?;
                Object::open(kernel, element).holds_names().then(|| {
                    format!(
                        "its elements, `{}[{left}]` and so on, are bound each as a struct that derives `Dut` \
                         or as `Signal` of one that derives `LogicStruct`, together as a `Vec`",
                        self.name()
                    )
                })
            }
            (None, Some(fits)) if self.entry.description.constant => {
                Some(format!("bind it as `Parameter<{fits}>`"))
            }
            (None, Some(fits)) => Some(format!("bind it as `Signal<{fits}>`")),
            (None, None) => None,
        }
    }

    /// It was to be a scope, and is none.
    pub(super) fn no_scope(&self) -> BindErrorKind {
        let advice = self.own_advice();
        self.kind_error(match advice {
            Some(advice) => format!("it holds no other objects: {advice}"),
            None => "it holds no other objects".to_owned(),
        })
    }

    /// What the simulator has against showing its value, if it is known to show none.
    pub(super) fn hidden(&self) -> Option<BindErrorKind> {
        if self.entry.description.encoding != Encoding::None {
            return None;
        }
        let hidden = scheduler::kernel().ok()?.port().hidden(self.handle)?;
        Some(BindErrorKind::Other(hidden.to_string()))
    }

    /// The object is of another kind than what it was to be bound as.
    pub(super) fn kind_error(&self, remedy: impl Into<String>) -> BindErrorKind {
        let remedy = self.refusal().unwrap_or_else(|| remedy.into());
        BindErrorKind::Kind {
            path: self.path().to_owned(),
            found: with_article(self.kind()),
            remedy,
        }
    }

    /// Why it can be bound as nothing, if the simulator is to blame.
    fn refusal(&self) -> Option<String> {
        let port = scheduler::kernel().ok()?.port();
        let hidden =
            self.kind() == ObjectKind::Other && self.entry.description.encoding == Encoding::None;
        (hidden && port.quirks().everything_is_a_register)
            .then(|| PortError::hidden_value(port.identity()))
    }
}
