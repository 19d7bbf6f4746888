//! `Object`: anything in the design that has a name.

use std::fmt;

use crate::scheduler::{self, Kernel, Local, SignalEntry, SignalIndex};
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
    entry: Local<SignalEntry>,
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

    /// The simulator's description of it.
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

    /// The scheduler's entry.
    pub(super) fn entry(&self) -> &'static SignalEntry {
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

    /// Whether it may be a port whose direction the simulator does not show.
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
    pub(super) fn is_record(&self) -> bool {
        self.kind() == ObjectKind::Struct
            && self.entry.description.encoding == Encoding::None
            && self.range().is_none()
    }
}
