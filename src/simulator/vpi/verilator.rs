//! What a simulator needs that is a compiled program and no simulator of events: Verilator.
//!
//! - Handles are made anew by each look-up: they are kept, so that one object has one handle.
//! - Watches compare values after each evaluation: the port keeps the last value of each, so that
//!   an event is a change, and compares after each of its own writes as well.
//! - Handles of callbacks that fire once are given back when they have.
//! - Names are those of the generated program, and are turned into the design's.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::mem;

use super::callback::{timed, token};
use super::raw::Callback;
use super::{VPI, VpiPort, name};
use crate::simulator::event::{self, deliver};
use crate::simulator::{CallbackHandle, Encoding, Event, Handle, ObjectKind, PortError};
use crate::sys::vpi::{self, t_cb_data};
use crate::value::{Logic, LogicVec};

/// The scope beside the top in which its ports are.
const PORTS: &str = "TOP";

/// What is kept of objects and callbacks.
#[derive(Default)]
pub(super) struct Kept {
    scopes: RefCell<HashMap<Place, Handle>>,
    elements: RefCell<HashMap<(Handle, i32), Handle>>,
    /// The array and the index of an element.
    places: RefCell<HashMap<Handle, (Handle, i32)>>,
    watches: RefCell<HashMap<u64, Watch>>,
    watched: RefCell<HashMap<Handle, u64>>,
    delays: RefCell<Vec<(u64, CallbackHandle)>>,
    /// Outputs of the top as they are beside it: copies of the top's own.
    copies: RefCell<HashSet<Handle>>,
    /// Memory for a value that is compared.
    spare: Cell<LogicVec>,
    /// A write is to be told to nobody.
    quiet: Cell<bool>,
}

/// A scope and a name in it.
type Place = (Option<Handle>, Box<str>);

struct Watch {
    callback: CallbackHandle,
    object: Handle,
    encoding: Encoding,
    scalar: bool,
    last: LogicVec,
}

unsafe extern "C" fn on_comparison(data: *mut t_cb_data) -> i32 {
    if !event::is_ending()
        && let Some(port) = VPI.get()
    {
        // SAFETY: the simulator called us with it.
        port.compare(unsafe { token(data) });
    }
    0
}

unsafe extern "C" fn on_kept_timer(data: *mut t_cb_data) -> i32 {
    if !event::is_ending()
        && let Some(port) = VPI.get()
    {
        // SAFETY: the simulator called us with it.
        let token = unsafe { token(data) };
        port.give_back_delay(token);
        deliver(Event::Timer { token });
    }
    0
}

// Callbacks.
impl VpiPort {
    pub(super) fn start_kept_delay(
        &self,
        steps: u64,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        let delay = timed(vpi::cbAfterDelay, on_kept_timer, steps, token);
        let callback = self.register("wait in", &delay)?;
        self.kept.delays.borrow_mut().push((token, callback));
        Ok(callback)
    }

    fn give_back_delay(&self, token: u64) {
        let mut delays = self.kept.delays.borrow_mut();
        // One that was cancelled among those of this instant fires all the same, and is not here.
        if let Some(at) = delays.iter().position(|(of, _)| *of == token) {
            self.raw.release(delays.swap_remove(at).1);
        }
    }

    /// The delay is about to be removed, which gives its handle back.
    pub(super) fn forget_delay(&self, delay: CallbackHandle) {
        let mut delays = self.kept.delays.borrow_mut();
        delays.retain(|(_, callback)| *callback != delay);
    }

    pub(super) fn watch_by_comparing(
        &self,
        object: Handle,
        scalar: bool,
        token: u64,
    ) -> Result<CallbackHandle, PortError> {
        let vpi_type = self.vpi_type(object);
        if self.quirks.array_watches_are_dead && vpi_type == vpi::vpiMemory {
            return Err(PortError::Unsupported {
                what: format!("watch the whole array `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch its elements".to_owned(),
            });
        }
        let (_, encoding) = self.encoding(object, vpi_type);
        if self.quirks.real_watches_are_dead && vpi_type == vpi::vpiRealVar {
            return Err(PortError::Unsupported {
                what: format!("watch the real number `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch what makes it change".to_owned(),
            });
        }
        let mut last = LogicVec::default();
        self.read_bits(object, &encoding, &mut last)?;
        let callback = Callback {
            reason: vpi::cbValueChange,
            routine: on_comparison,
            object: Some(object),
            delay: None,
            format: Some(vpi::vpiSuppressVal),
            token,
        };
        let callback =
            self.with_first_element_like(object, &last, || self.register("watch", &callback))?;
        let watch = Watch {
            callback,
            object,
            encoding,
            scalar,
            last,
        };
        self.kept.watches.borrow_mut().insert(token, watch);
        self.kept.watched.borrow_mut().insert(object, token);
        Ok(callback)
    }

    pub(super) fn forget_watch(&self, callback: CallbackHandle) {
        let mut watches = self.kept.watches.borrow_mut();
        watches.retain(|_, watch| {
            let stays = watch.callback != callback;
            if !stays {
                self.kept.watched.borrow_mut().remove(&watch.object);
            }
            stays
        });
    }

    /// Something was written: tells those who watch it.
    pub(super) fn tell_written(&self, object: Handle) {
        let token = self.kept.watched.borrow().get(&object).copied();
        if let Some(token) = token
            && !self.kept.quiet.get()
        {
            self.compare(token);
        }
    }

    /// Delivers a change if the watched value is another one than it was.
    fn compare(&self, token: u64) {
        let watched = |watch: &Watch| (watch.object, watch.encoding, watch.scalar);
        let Some((object, encoding, scalar)) = self.kept.watches.borrow().get(&token).map(watched)
        else {
            return;
        };
        let mut value = self.kept.spare.take();
        let read = self.read_bits(object, &encoding, &mut value);
        let level = value.small_planes();
        let changed = {
            let mut watches = self.kept.watches.borrow_mut();
            match watches.get_mut(&token) {
                Some(watch) if read.is_ok() && watch.last != value => {
                    mem::swap(&mut watch.last, &mut value);
                    true
                }
                _ => false,
            }
        };
        self.kept.spare.set(value);
        if changed {
            let one = level.is_some_and(|(value, _)| value & 1 == 1);
            let level = if one { Logic::One } else { Logic::Zero };
            let scalar = scalar.then_some(level);
            deliver(Event::Change { token, scalar });
        }
    }

    /// The value as bits, those of a real number as it is in memory.
    fn read_bits(
        &self,
        object: Handle,
        encoding: &Encoding,
        into: &mut LogicVec,
    ) -> Result<(), PortError> {
        match *encoding {
            Encoding::Logic { width, .. } => self.read_logic(object, width, true, into),
            Encoding::Real => {
                *into = LogicVec::from_planes_u64(64, self.get_real(object)?.to_bits(), 0);
                Ok(())
            }
            _ => Err(PortError::Unsupported {
                what: format!("watch `{}`", self.path(object)),
                simulator: self.identity.to_string(),
                remedy: "watch what makes it change".to_owned(),
            }),
        }
    }

    /// A new watch starts from the value of the array's first element: that one is the same as the
    /// watched one while the watch is made. The design is not evaluated in between.
    fn with_first_element_like<R>(
        &self,
        object: Handle,
        value: &LogicVec,
        register: impl FnOnce() -> R,
    ) -> R {
        if !self.quirks.element_watches_start_with_the_first {
            return register();
        }
        let first = || {
            let (array, index) = *self.kept.places.borrow().get(&object)?;
            let (left, right) = self.range(array)?;
            let first = i32::try_from(left.min(right)).ok()?;
            if index == first {
                return None;
            }
            let first = self.kept_element(array, first)?;
            let mut before = LogicVec::default();
            self.read_logic(first, value.width(), true, &mut before)
                .ok()?;
            Some((first, before))
        };
        let Some((first, before)) = first() else {
            return register();
        };
        let write = |value: &LogicVec| {
            self.kept.quiet.set(true);
            // What was published for reading alone refuses; its watch may fire once for nothing.
            let _ = self.write_logic(first, value, crate::simulator::WriteMode::Deposit);
            self.kept.quiet.set(false);
        };
        write(value);
        let registered = register();
        write(&before);
        registered
    }
}

// Objects.
impl VpiPort {
    pub(super) fn kept_element(&self, array: Handle, index: i32) -> Option<Handle> {
        let known = self.kept.elements.borrow().get(&(array, index)).copied();
        known.or_else(|| {
            let element = self.raw.by_index(array, index)?;
            let Kept {
                elements, places, ..
            } = &self.kept;
            elements.borrow_mut().insert((array, index), element);
            places.borrow_mut().insert(element, (array, index));
            Some(element)
        })
    }

    /// A generate scope, a block or an instance in one, which no relation leads to.
    pub(super) fn hidden_scope(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let name = name::plain(name);
        let key = (scope, Box::from(name));
        if let Some(known) = self.kept.scopes.borrow().get(&key) {
            return Some(*known);
        }
        let found = self.raw.by_name(&encoded(name), scope)?;
        if !self.kind(found).is_scope() {
            return None;
        }
        self.kept.scopes.borrow_mut().insert(key, found);
        Some(found)
    }

    /// Puts parameters into the places of the variables they are listed as.
    pub(super) fn find_parameters(&self, scope: Handle, objects: &mut [Handle]) {
        for object in objects {
            let Some(name) = self.raw.get_text(vpi::vpiName, *object) else {
                continue;
            };
            if let Some(found) = self.raw.by_name(&name, Some(scope))
                && self.vpi_type(found) == vpi::vpiParameter
            {
                *object = found;
            }
        }
    }

    /// What a top holds, its ports with it.
    pub(super) fn with_ports_of_top(&self, scope: Handle, own: Vec<Handle>) -> Vec<Handle> {
        let path = self.raw.get_text(vpi::vpiFullName, scope);
        let is_top =
            self.kind(scope) == ObjectKind::Module && path.is_some_and(|path| !path.contains('.'));
        let Some(ports) = is_top.then(|| self.ports_of_top()).flatten() else {
            return own;
        };
        let is_output =
            |port: &Handle| self.raw.get(vpi::vpiDirection, Some(*port)) == Some(vpi::vpiOutput);
        let (outputs, inputs): (Vec<_>, Vec<_>) = ports.into_iter().partition(is_output);
        self.kept.copies.borrow_mut().extend(&outputs);
        let originals = self.originals_of_top(&own);
        // Of two objects of one name the first is taken.
        let objects = inputs.into_iter().chain(originals);
        let own = own
            .into_iter()
            .filter(|object| !self.is_port_of_top(*object));
        objects.chain(own).chain(outputs).collect()
    }

    fn is_port_of_top(&self, object: Handle) -> bool {
        let path = self.raw.get_text(vpi::vpiFullName, object);
        path.is_some_and(|path| path.starts_with("TOP."))
    }

    /// What the top holds, its own of the ports too. Verilator 5.032 gives those beside it in their
    /// place when it is asked for what a top holds, but not for what the scope of a variable holds
    /// that happens to be the top.
    fn originals_of_top(&self, own: &[Handle]) -> Vec<Handle> {
        if !own.iter().any(|object| self.is_port_of_top(*object)) {
            return Vec::new();
        }
        let inside = own.iter().filter(|object| !self.is_port_of_top(**object));
        let scope = inside
            .filter(|object| !self.kind(**object).is_scope())
            .find_map(|object| self.raw.related(vpi::vpiScope, *object));
        let held = scope.map(|scope| self.raw.all_related(vpi::vpiReg, Some(scope)));
        held.unwrap_or_default()
    }

    /// What is written to the copy of an output is lost with the next evaluation.
    pub(super) fn check_no_copy(&self, object: Handle) -> Result<(), PortError> {
        if !self.kept.copies.borrow().contains(&object) {
            return Ok(());
        }
        Err(PortError::Unsupported {
            what: format!("write the output `{}`", self.path(object)),
            simulator: self.identity.to_string(),
            remedy: "write what drives it; an output that the top itself stores can be written if \
                     an inner object of the top is bound as well"
                .to_owned(),
        })
    }

    fn ports_of_top(&self) -> Option<Vec<Handle>> {
        let scope = self.hidden_scope(None, PORTS)?;
        Some(self.raw.all_related(vpi::vpiReg, Some(scope)))
    }

    /// The direction that the object itself or, if it is the top's own, the port has.
    pub(super) fn direction_of_port(&self, object: Handle, name: &str) -> Option<i32> {
        let path = self.raw.get_text(vpi::vpiFullName, object)?;
        let own = self.raw.get(vpi::vpiDirection, Some(object));
        if path.matches('.').count() != 1 || path.starts_with("TOP.") {
            return own;
        }
        let ports = self.ports_of_top()?;
        let port = ports.into_iter().find(|port| {
            let of_port = self.raw.get_text(vpi::vpiName, *port);
            of_port.is_some_and(|of_port| name::plain(&of_port) == name)
        });
        port.map_or(own, |port| self.raw.get(vpi::vpiDirection, Some(port)))
    }

    /// What a register holds, found out by reading it, since its type does not tell.
    pub(super) fn encoding_of_register(
        &self,
        object: Handle,
        kind: ObjectKind,
    ) -> (ObjectKind, Encoding) {
        match kind {
            ObjectKind::Real => return (kind, Encoding::Real),
            ObjectKind::Text => return (kind, Encoding::Text),
            ObjectKind::Parameter
                if self.raw.get(vpi::vpiConstType, Some(object)) == Some(vpi::vpiStringConst) =>
            {
                return (kind, Encoding::Text);
            }
            _ => {}
        }
        let is_value = matches!(
            kind,
            ObjectKind::Variable
                | ObjectKind::Net
                | ObjectKind::Integer
                | ObjectKind::Time
                | ObjectKind::Enumeration
                | ObjectKind::Struct
                | ObjectKind::Parameter
        );
        if !is_value {
            return (kind, Encoding::None);
        }
        let or_parameter = |of_value: ObjectKind| {
            if kind == ObjectKind::Parameter {
                kind
            } else {
                of_value
            }
        };
        // As integers, words of up to 32 bits are read, and nothing else.
        let is_small = self.get_bits(object).is_ok();
        let is_vector = || self.get_words(object, &mut [(0, 0)]).is_ok();
        let element = self.vpi_type(object) == vpi::vpiMemoryWord;
        if !element && self.raw.get(vpi::vpiScalar, Some(object)) == Some(1) {
            return if is_small {
                (kind, self.logic(object, None, true))
            } else if self.get_real(object).is_ok() {
                (or_parameter(ObjectKind::Real), Encoding::Real)
            } else {
                (or_parameter(ObjectKind::Text), Encoding::Text)
            };
        }
        let range = self.range(object);
        // Vectors are shown with their greater index at the left, whatever was declared: this is
        // an array of single bits, which has the type and the range of a vector.
        let is_array_of_bits = !element && range.is_some_and(|(left, right)| left < right);
        let encoding = self.logic(object, range, true);
        let fits = match encoding.width() {
            Some(..=32) => is_small,
            Some(_) => !is_small && is_vector(),
            None => false,
        };
        if fits && !is_array_of_bits {
            (kind, encoding)
        } else {
            (ObjectKind::Other, Encoding::None)
        }
    }

    /// The name by which a scope holds an object: with that of the generate scope between them.
    pub(super) fn name_below(&self, scope: Option<Handle>, object: Handle) -> Option<String> {
        let name = self.raw.get_text(vpi::vpiName, object)?;
        let Some(scope) = scope.filter(|_| self.kind(object).is_scope()) else {
            return Some(name);
        };
        let path = self.raw.get_text(vpi::vpiFullName, object)?;
        let of_scope = self.raw.get_text(vpi::vpiFullName, scope)?;
        let below = path
            .strip_prefix(&of_scope)
            .and_then(|below| below.strip_prefix('.'));
        Some(below.map_or(name, decoded))
    }

    /// The last name in a scope's path. What it says is its name is its path, or cut off: `__0` in
    /// `gen__BRA__0__KET__` is taken for a character's code.
    pub(super) fn name_at_the_end(&self, scope: Handle) -> String {
        let path = self.raw.get_text(vpi::vpiFullName, scope);
        let path = path.unwrap_or_default();
        decoded(path.rsplit('.').next().unwrap_or_default())
    }

    /// A path as the design has it.
    pub(super) fn usual_path(&self, path: &str) -> String {
        let Some(port) = path.strip_prefix("TOP.") else {
            return decoded(path);
        };
        let roots = self.all_roots();
        let top = roots.first().map(|top| self.name_at_the_end(*top));
        format!("{}.{}", top.unwrap_or_default(), decoded(port))
    }
}

/// An identifier as the generated program has it.
fn encoded(name: &str) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'[' => text.push_str("__BRA__"),
            b']' => text.push_str("__KET__"),
            byte if byte.is_ascii_alphanumeric() || byte == b'_' => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            byte => drop(write!(text, "__0{byte:02x}")),
        }
    }
    text
}

/// The design's names in a path of the generated program.
fn decoded(path: &str) -> String {
    let path = path
        .replace("__BRA__", "[")
        .replace("__KET__", "]")
        .replace("__DOT__", ".");
    // Newer versions give escaped names as the source has them.
    let path = if path.contains('\\') {
        path.replace(['\\', ' '], "")
    } else {
        path
    };
    let mut parts = path.split("__0");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) if code.is_ascii_graphic() => {
                text.push(char::from(code));
                text.push_str(&part[2..]);
            }
            _ => {
                text.push_str("__0");
                text.push_str(part);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_program_are_those_of_the_design() {
        for (name, encoded_name) in [
            ("gen[0]", "gen__BRA__0__KET__"),
            ("gen[12]", "gen__BRA__12__KET__"),
            ("gen[-1]", "gen__BRA____02d1__KET__"),
            ("odd+name", "odd__02bname"),
            ("plain_name", "plain_name"),
        ] {
            assert_eq!(encoded(name), encoded_name);
            assert_eq!(decoded(encoded_name), name);
        }
        assert_eq!(decoded("top.a__0.b"), "top.a__0.b");
        assert_eq!(decoded("top.\\odd+name .\\x.y "), "top.odd+name.x.y");
        assert_eq!(
            decoded("top.gen__BRA__0__KET__.inner__BRA__1__KET__.cell"),
            "top.gen[0].inner[1].cell"
        );
    }
}
