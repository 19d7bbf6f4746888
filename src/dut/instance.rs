//! `Instance`: a scope of the design, walked and searched.

use std::fmt;
use std::panic::Location;

use super::bind_error::{BindError, BindErrorKind, BindSite};
use super::lookup::published_only;
use super::{Array, Binder, Dut, Object, Parameter, Signal, SignalValue, lookup};
use crate::scheduler::{self, Kernel};
use crate::simulator::{Description, ObjectKind};

/// A scope of the design: a module or an entity, a generate scope, a block, a package, or a VHDL record
/// with its fields.
///
/// ```no_run
/// # use verifork::dut::{BindError, Instance};
/// # use verifork::value::LogicVec;
/// # fn example(dut: Instance) -> Result<(), BindError> {
/// println!("{} is an instance of {:?}", dut.path(), dut.definition());
/// let lane = dut.instance("lanes[2]")?; // a generate scope
/// let strange = dut.signal::<LogicVec>("core.\\a+b ")?; // an escaped name
/// # Ok(())
/// # }
/// ```
///
/// # Names
///
/// A path leads down from the instance in the simulator's notation: `core.next_count`,
/// `lanes[2].valid`, `memory[3]`. An escaped identifier may be written with or without its backslash
/// and space (IEEE 1800-2017, 5.6.1). Case matters as in the design's language.
///
/// Basic VHDL names are case-insensitive, and are shown in lower case if the simulator does not keep
/// the source's spelling. An extended identifier is written with both backslashes or none (IEEE
/// 1076-2008, 15.4.3). Indices are written in parentheses or brackets, `lanes(2)` or `lanes[2]`, and
/// are shown in brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Instance(Object);

impl fmt::Debug for Instance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Instance")
            .field(&self.path())
            .finish()
    }
}

impl Instance {
    pub(super) fn of(object: Object) -> Self {
        Instance(object)
    }

    /// The scopes at the top of the design: its top instances, then packages.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::dut::Instance;
    /// # fn example() -> Result {
    /// for top in Instance::roots()? {
    ///     log::info!("{} is a {}", top.path(), top.kind());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] if no simulation runs on this thread.
    #[track_caller]
    pub fn roots() -> Result<Vec<Instance>, BindError> {
        let kernel = kernel()?;
        let roots = kernel.port().roots();
        Ok(roots
            .into_iter()
            .map(|root| Instance(Object::open(kernel, root)))
            .collect())
    }

    /// Finds a scope by its path from the top of the design.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example() -> Result {
    /// let core = Instance::find("soc.cpu0.core")?;
    /// core.signal::<u32>("pc")?.set(0x8000_0000);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, if there is none.
    #[doc(alias = "vpi_handle_by_name")]
    #[doc(alias = "get_handle")]
    #[track_caller]
    pub fn find(path: &str) -> Result<Instance, BindError> {
        let kernel = kernel()?;
        let kind = match lookup::find(kernel, None, path) {
            Ok(object) => match object.as_instance() {
                Some(instance) => return Ok(instance),
                None => object.no_scope(),
            },
            Err(kind) => kind,
        };
        Err(BindError::single(BindSite::of(Location::caller()), kind))
    }

    /// The name within its scope: `lanes[2]`.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let lane = dut.instance("lanes[2]")?;
    /// assert_eq!(lane.name(), "lanes[2]");
    /// # Ok(())
    /// # }
    /// ```
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    /// The full name, in the simulator's notation.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let fifo = dut.instance("rx.fifo")?;
    /// log::info!("{}", fifo.path()); // uart.rx.fifo
    /// # Ok(())
    /// # }
    /// ```
    pub fn path(&self) -> &'static str {
        self.0.path()
    }

    /// The kind of scope.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::ObjectKind;
    /// # fn example(dut: Instance) -> Result {
    /// ensure!(dut.instance("lanes[0]")?.kind() == ObjectKind::GenerateScope);
    /// # Ok(())
    /// # }
    /// ```
    pub fn kind(&self) -> ObjectKind {
        self.0.kind()
    }

    /// The module, entity or interface that it is an instance of, if the simulator shows it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// if dut.instance("phy")?.definition() == Some("phy_model") {
    ///     return skip("the real PHY is not in this build");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn definition(&self) -> Option<&'static str> {
        self.0.description().definition.as_deref()
    }

    /// The file of its declaration, if the simulator keeps it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// if let (Some(file), Some(line)) = (dut.file(), dut.line()) {
    ///     log::info!("{} is declared at {file}:{line}", dut.path());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(&self) -> Option<&'static str> {
        self.0.description().file.as_deref()
    }

    /// The line in that file, from 1, if the simulator keeps it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// log::info!("line {}", dut.line().unwrap_or(0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn line(&self) -> Option<u32> {
        self.0.description().line
    }

    /// The simulator's whole description of it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// log::debug!("{:?}", dut.description());
    /// # Ok(())
    /// # }
    /// ```
    pub fn description(&self) -> &'static Description {
        self.0.description()
    }

    /// Its contents, in the simulator's order: scopes, nets, variables, parameters and arrays, as far
    /// as the simulator lists them. GHDL lists neither generics nor constants nor arrays, which can be
    /// found by name, and does not show `case` generates.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// for object in dut.children()? {
    ///     log::info!("{} {}", object.kind(), object.path());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] if no simulation runs on this thread, or the simulator is known to omit something:
    /// GHDL 5 with mcode does not show an `if` generate whose first branch was not taken.
    #[track_caller]
    pub fn children(&self) -> Result<Vec<Object>, BindError> {
        let kernel = kernel()?;
        let children = kernel.port().children(self.0.handle());
        if let Some(left_out) = kernel.port().left_out(self.0.handle()) {
            let place = BindSite::of(Location::caller());
            return Err(BindError::single(
                place,
                BindErrorKind::Other(left_out.to_string()),
            ));
        }
        Ok(children
            .into_iter()
            .map(|child| Object::open(kernel, child))
            .collect())
    }

    /// Whether it has an object with this path.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// if !dut.contains("debug_port") {
    ///     return skip("built without the debug port");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn contains(&self, path: &str) -> bool {
        lookup::contains(self.0, path)
    }

    /// Any object below it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let object = dut.object("core.state")?;
    /// log::info!("{}: {}", object.path(), object.kind());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, the nearest names and the contents of the scope.
    #[track_caller]
    pub fn object(&self, path: &str) -> Result<Object, BindError> {
        self.look_up(path)
    }

    /// A scope below it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// for lane in 0..4 {
    ///     let lane = dut.instance(&format!("lanes[{lane}]"))?;
    ///     lane.signal::<bool>("enable")?.set(true);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, if there is none with this path.
    #[track_caller]
    pub fn instance(&self, path: &str) -> Result<Instance, BindError> {
        self.look_up(path)
    }

    /// A signal below it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # async fn example(dut: Instance) -> Result {
    /// let count = dut.signal::<u8>("core.count")?;
    /// count.wait_for(10).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, if there is none with this path, or its value does not fit
    /// `T`: see [`SignalValue`].
    #[track_caller]
    pub fn signal<T: SignalValue>(&self, path: &str) -> Result<Signal<T>, BindError> {
        self.look_up(path)
    }

    /// A memory or an unpacked array below it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let memory = dut.array::<u32>("ram.memory")?;
    /// memory.set(0, 0x0000_0013); // nop
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, if there is none with this path, or its elements do not
    /// fit `T`.
    #[track_caller]
    pub fn array<T: SignalValue>(&self, path: &str) -> Result<Array<T>, BindError> {
        self.look_up(path)
    }

    /// A parameter, a generic or a constant below it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// # fn example(dut: Instance) -> Result {
    /// let depth = dut.parameter::<u32>("DEPTH")?.get()?;
    /// log::info!("a FIFO of {depth} words");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with the caller's line, if there is none with this path, or its value does not fit
    /// `T`.
    #[track_caller]
    pub fn parameter<T: SignalValue>(&self, path: &str) -> Result<Parameter<T>, BindError> {
        self.look_up(path)
    }

    /// Binds a struct that derives [`Dut`] to this instance.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::dut::Dut;
    /// # fn example(dut: Instance) -> Result {
    /// #[derive(Dut)]
    /// struct Stream { valid: Signal<bool>, ready: Signal<bool>, data: Signal<u8> }
    ///
    /// let stream: Stream = dut.instance("tx.stream")?.bind()?;
    /// stream.ready.set(true);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`BindError`] with every mismatch.
    #[track_caller]
    pub fn bind<D: Dut>(&self) -> Result<D, BindError> {
        self.look_up("")
    }

    /// Binds anything to the object at a path; an empty path means the instance itself.
    #[track_caller]
    pub(super) fn look_up<D: Dut>(&self, path: &str) -> Result<D, BindError> {
        Binder::bind(self.0, BindSite::of(Location::caller()), path)
    }
}

/// Binds a test's argument to the top of the design: the one named `wanted`, or the only one. `place` is the test's
/// line; `setting` is the variable that sets `wanted`.
pub(crate) fn bind_top<D: Dut>(
    place: &'static Location<'static>,
    wanted: Option<&str>,
    setting: &str,
) -> Result<D, BindError> {
    let place = BindSite::of(place);
    let kernel =
        scheduler::kernel().map_err(|_| BindError::single(place, BindErrorKind::NoSimulation))?;
    let other = |error: String| BindError::single(place, BindErrorKind::Other(error));
    let tops: Vec<Instance> = kernel
        .port()
        .roots()
        .into_iter()
        .map(|root| Instance(Object::open(kernel, root)))
        .filter(|top| top.kind() == ObjectKind::Module && !top.name().starts_with("verifork_"))
        .collect();
    let names = || {
        tops.iter()
            .map(Instance::name)
            .collect::<Vec<_>>()
            .join("`, `")
    };
    let top = match (wanted, &tops[..]) {
        (_, []) => {
            let published = published_only(kernel.port());
            let note = published.map_or_else(String::new, |note| format!(": {note}"));
            return Err(other(format!("the design shows no top instance{note}")));
        }
        (Some(wanted), _) => tops
            .iter()
            .find(|top| top.name().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| {
                other(format!(
                    "{setting}={wanted}: the design has no such top; it has `{}`",
                    names()
                ))
            })?,
        (_, [only]) => only,
        _ => {
            return Err(other(format!(
                "the design has several tops, `{}`: choose one with {setting}",
                names()
            )));
        }
    };
    Binder::bind(top.0, place, "")
}

#[track_caller]
fn kernel() -> Result<&'static Kernel, BindError> {
    let place = BindSite::of(Location::caller());
    scheduler::kernel().map_err(|_| BindError::single(place, BindErrorKind::NoSimulation))
}

impl Dut for Instance {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        binder.object_as(path, |object| {
            object.as_instance().ok_or_else(|| object.no_scope())
        })
    }
}

impl Object {
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
}

impl Dut for Object {
    fn bind(binder: &mut Binder<'_>, path: &str) -> Option<Self> {
        binder.object(path)
    }

    fn declared_paths(paths: &mut super::DeclaredPaths<'_>, path: &str) {
        paths.object(path);
    }
}

#[cfg(test)]
mod tests;
