//! `Object`: anything in the design that has a name.

use std::fmt;

use super::misfit::{Misfit, with_article};
use super::{BindError, Dut, Instance, SignalValue};
use crate::scheduler::{self, Kernel, SignalIndex};
use crate::simulator::{Description, Encoding, Handle, ObjectKind};

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
    description: &'static Description,
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
            description: &kernel.signal(index).description,
        }
    }

    /// The name within its scope, without the backslash of an escaped identifier.
    pub fn name(&self) -> &'static str {
        &self.description.name
    }

    /// The full name, in the simulator's notation.
    pub fn path(&self) -> &'static str {
        &self.description.path
    }

    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        self.description.kind
    }

    /// Everything that the simulator says of it.
    pub fn description(&self) -> &'static Description {
        self.description
    }

    /// The declared indices of the leftmost and the rightmost element, if it is an array.
    pub fn range(&self) -> Option<(i64, i64)> {
        self.description.array
    }

    /// The object as a scope that holds others, or as a record that holds its fields; `None` if it
    /// is neither.
    pub fn as_instance(&self) -> Option<Instance> {
        self.holds_names().then_some(Instance::of(*self))
    }

    /// The object as a [`Signal`](super::Signal), an [`Array`](super::Array), a
    /// [`Parameter`](super::Parameter), or a struct that derives [`Dut`].
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
        let record = self.kind() == ObjectKind::Struct
            && self.description.encoding == Encoding::None
            && self.range().is_none();
        record || self.kind().is_scope()
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle
    }

    pub(super) fn index(&self) -> SignalIndex {
        self.index
    }

    /// Refuses what has no value of its own: scopes, arrays, events.
    pub(super) fn holds_value<T: SignalValue>(&self, holder: &str) -> Result<(), Misfit> {
        let rust = T::name();
        let remedy = if self.holds_names() {
            "bind it as `Instance` or as a struct that derives `Dut`".to_owned()
        } else if let Some(hidden) = self.hidden() {
            return Err(hidden);
        } else if let Some((left, right)) = self.range() {
            format!("bind it as `Array<{rust}>`, whose elements are [{left}:{right}]")
        } else if self.description.encoding == Encoding::None {
            format!("it has no value that a `{holder}<{rust}>` could hold")
        } else {
            return Ok(());
        };
        Err(self.misfit(remedy))
    }

    /// What the simulator has against showing its value, if it is known to show none.
    pub(super) fn hidden(&self) -> Option<Misfit> {
        if self.description.encoding != Encoding::None {
            return None;
        }
        let hidden = scheduler::kernel().ok()?.port().hidden(self.handle)?;
        Some(Misfit::Other(hidden.to_string()))
    }

    /// The object is of another kind than what it was to be bound as.
    pub(super) fn misfit(&self, remedy: impl Into<String>) -> Misfit {
        let remedy = self.refusal().unwrap_or_else(|| remedy.into());
        Misfit::Kind {
            path: self.path().to_owned(),
            found: with_article(self.kind()),
            remedy,
        }
    }

    /// Why it can be bound as nothing, if the simulator is to blame.
    fn refusal(&self) -> Option<String> {
        let port = scheduler::kernel().ok()?.port();
        let hidden =
            self.kind() == ObjectKind::Other && self.description.encoding == Encoding::None;
        (hidden && port.quirks().everything_is_a_register).then(|| {
            let simulator = &port.identity().product;
            format!("{simulator} cannot show its value, as of an array of single bits")
        })
    }
}
