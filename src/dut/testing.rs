//! A design without a simulator, for the tests of this floor.

use std::cell::{Cell, RefCell};

use crate::scheduler::{Dispatch, Hooks};
use crate::simulator::{
    CallbackHandle, Description, Direction, Encoding, Events, Handle, Identity, ObjectKind, Phase,
    Port, PortError, Quirks, WriteMode,
};
use crate::time::Precision;
use crate::value::LogicVec;

use super::Instance;

/// The value of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Logic(LogicVec),
    Real(f64),
    Text(String),
    Nothing,
}

struct Node {
    description: Description,
    children: Vec<usize>,
    content: RefCell<Content>,
}

/// The design, and what was asked of it.
pub(super) struct Design {
    nodes: Vec<Node>,
    identity: Identity,
    quirks: Quirks,
    /// Every read and write is refused.
    pub(super) refuses: Cell<bool>,
    /// How many elements of arrays were looked up.
    pub(super) element_lookups: Cell<u32>,
    /// Writes that reached the simulator: path, value, mode.
    pub(super) writes: RefCell<Vec<(String, String, WriteMode)>>,
}

static EVENTS: Dispatch = Dispatch::new(Hooks {
    start: |_| {},
    end: |_| {},
    asked: |_| {},
    broken: |_, _| {},
});

/// Starts a simulation of the design of these tests on this thread, and gives its top.
pub(super) fn simulate() -> (Instance, &'static Design) {
    let design: &'static Design = Box::leak(Box::new(Design::build()));
    EVENTS.on_start(design);
    (Instance::find("top").unwrap(), design)
}

/// Brings on the read-write phase, in which writes are applied.
pub(super) fn read_write_phase() {
    EVENTS.on_phase(Phase::ReadWrite);
}

pub(super) fn logic(text: &str) -> LogicVec {
    LogicVec::from_binary_str(text).unwrap()
}

fn handle_of(node: usize) -> Handle {
    Handle::for_test(node + 1)
}

fn bits(left: i64, right: i64) -> Encoding {
    let width = u32::try_from(left.abs_diff(right)).unwrap() + 1;
    Encoding::Logic {
        width,
        range: Some((left, right)),
        signed: false,
        two_state: false,
    }
}

const BIT: Encoding = Encoding::Logic {
    width: 1,
    range: None,
    signed: false,
    two_state: false,
};
const INTEGER: Encoding = Encoding::Logic {
    width: 32,
    range: Some((31, 0)),
    signed: true,
    two_state: false,
};

impl Design {
    fn build() -> Self {
        use ObjectKind::{
            Array, GenerateScope, Module, NamedEvent, Net, Parameter, Real, Text, Variable,
        };
        let mut design = Design {
            nodes: Vec::new(),
            identity: Identity {
                product: "Fable".into(),
                version: "1".into(),
                interface: "VPI",
            },
            quirks: Quirks::STANDARD,
            refuses: Cell::new(false),
            element_lookups: Cell::new(0),
            writes: RefCell::default(),
        };
        let top = design.add(None, "top", Module, Encoding::None);
        design.details(top).definition = Some("counter".into());
        design.details(top).file = Some("counter.v".into());
        design.details(top).line = Some(7);
        for (name, direction, encoding) in [
            ("clk", Direction::Input, BIT),
            ("en", Direction::Input, BIT),
            ("count", Direction::Output, bits(7, 0)),
        ] {
            let port = design.add(Some(top), name, Net, encoding);
            design.details(port).direction = Some(direction);
        }
        for (name, encoding) in [
            ("ascending", bits(0, 7)),
            ("level", bits(11, 0)),
            ("wide", bits(99, 0)),
            ("shifted", bits(11, 4)),
            ("state", bits(2, 0)),
            (
                "packed",
                Encoding::Logic {
                    width: 16,
                    range: Some((3, 0)),
                    signed: false,
                    two_state: false,
                },
            ),
            ("a.b", BIT),
            ("counter_i", INTEGER),
        ] {
            design.add(Some(top), name, Variable, encoding);
        }
        design.add(Some(top), "temperature", Real, Encoding::Real);
        design.add(Some(top), "label", Text, Encoding::Text);
        design.add(Some(top), "done", NamedEvent, Encoding::None);
        for (name, value) in [("WIDTH", 8), ("DEPTH", 300)] {
            let parameter = design.add(Some(top), name, Parameter, INTEGER);
            design.details(parameter).constant = true;
            design.set(
                parameter,
                Content::Logic(LogicVec::from_u64(value, 32).unwrap()),
            );
        }
        let rate = design.add(Some(top), "RATE", Parameter, Encoding::Real);
        design.details(rate).constant = true;
        design.set(rate, Content::Real(2.5));
        for (name, left, right) in [("memory", 0, 3), ("down", 3, 0)] {
            let array = design.add(Some(top), name, Array, bits(7, 0));
            design.details(array).array = Some((left, right));
            for index in 0..4 {
                design.add(
                    Some(array),
                    &format!("{name}[{index}]"),
                    Variable,
                    bits(7, 0),
                );
            }
        }
        let core = design.add(Some(top), "core", Module, Encoding::None);
        design.add(Some(core), "next_count", Variable, bits(7, 0));
        for index in 0..2 {
            let lane = design.add(
                Some(top),
                &format!("lanes[{index}]"),
                GenerateScope,
                Encoding::None,
            );
            design.add(Some(lane), "valid", Net, BIT);
        }
        let bus = design.add(Some(core), "bus", Module, Encoding::None);
        for (name, encoding) in [
            ("S_AXIS_TDATA", bits(7, 0)),
            ("S_AXIS_TVALID", BIT),
            ("s_awaddr_i", bits(7, 0)),
            ("s_awvalid_i", BIT),
            ("s_user_i[2]", BIT),
            ("s_user_i[3]", BIT),
        ] {
            design.add(Some(bus), name, Net, encoding);
        }
        design
    }

    fn add(
        &mut self,
        parent: Option<usize>,
        name: &str,
        kind: ObjectKind,
        encoding: Encoding,
    ) -> usize {
        let number = self.nodes.len();
        let path = match parent {
            Some(parent) => {
                let Node {
                    description,
                    children,
                    ..
                } = &mut self.nodes[parent];
                children.push(number);
                if description.array.is_some() {
                    format!("{}{}", description.path, &name[description.name.len()..])
                } else {
                    format!("{}.{name}", description.path)
                }
            }
            None => name.to_owned(),
        };
        let content = match encoding {
            Encoding::Logic { width, .. } => Content::Logic(LogicVec::unknown(width)),
            Encoding::Real => Content::Real(0.0),
            Encoding::Text => Content::Text(String::new()),
            _ => Content::Nothing,
        };
        self.nodes.push(Node {
            description: Description {
                kind,
                name: name.to_owned(),
                path,
                definition: None,
                file: None,
                line: None,
                encoding,
                number: false,
                direction: None,
                constant: false,
                array: None,
                is_empty: false,
                literals: Vec::new(),
            },
            children: Vec::new(),
            content: RefCell::new(content),
        });
        number
    }

    fn details(&mut self, node: usize) -> &mut Description {
        &mut self.nodes[node].description
    }

    fn set(&self, node: usize, content: Content) {
        *self.nodes[node].content.borrow_mut() = content;
    }

    /// Gives an object a value, as the design does.
    pub(super) fn drive(&self, path: &str, content: Content) {
        let node = self
            .nodes
            .iter()
            .position(|node| node.description.path == path);
        self.set(node.expect("the design has it"), content);
    }

    /// Gives an object a value of bits, most significant first.
    pub(super) fn drive_bits(&self, path: &str, text: &str) {
        self.drive(path, Content::Logic(logic(text)));
    }

    fn node(&self, handle: Handle) -> &Node {
        let number = (0..self.nodes.len()).find(|number| handle_of(*number) == handle);
        &self.nodes[number.expect("this design made the handle")]
    }

    fn check(&self, handle: Handle, operation: &'static str) -> Result<&Node, PortError> {
        let node = self.node(handle);
        if self.refuses.get() {
            return Err(PortError::Refused {
                operation,
                path: node.description.path.clone(),
                message: "it is Tuesday".into(),
            });
        }
        Ok(node)
    }

    fn content(&self, handle: Handle) -> Result<Content, PortError> {
        Ok(self.check(handle, "read")?.content.borrow().clone())
    }

    fn put(&self, handle: Handle, content: Content, mode: WriteMode) -> Result<(), PortError> {
        let node = self.check(handle, "write")?;
        let text = match &content {
            Content::Logic(vector) => vector.to_binary_string(),
            Content::Real(real) => real.to_string(),
            Content::Text(text) => text.clone(),
            Content::Nothing => String::new(),
        };
        self.writes
            .borrow_mut()
            .push((node.description.path.clone(), text, mode));
        if mode != WriteMode::Release {
            *node.content.borrow_mut() = content;
        }
        Ok(())
    }

    fn unsupported() -> PortError {
        PortError::Unsupported {
            what: "wait".into(),
            simulator: "Fable 1".into(),
            remedy: "do not".into(),
        }
    }
}

impl Port for Design {
    fn identity(&self) -> &Identity {
        &self.identity
    }
    fn quirks(&self) -> &Quirks {
        &self.quirks
    }
    fn arguments(&self) -> &[String] {
        &[]
    }
    fn precision(&self) -> Precision {
        Precision::new(-9).unwrap()
    }
    fn now(&self) -> u64 {
        0
    }
    fn roots(&self) -> Vec<Handle> {
        vec![handle_of(0)]
    }
    fn children(&self, scope: Handle) -> Vec<Handle> {
        let node = self.node(scope);
        let children = node.description.kind.is_scope().then_some(&node.children);
        children
            .into_iter()
            .flatten()
            .map(|&child| handle_of(child))
            .collect()
    }
    fn find(&self, scope: Option<Handle>, name: &str) -> Option<Handle> {
        let candidates = match scope {
            Some(scope) => self.node(scope).children.clone(),
            None => vec![0],
        };
        let plain = name.strip_prefix('\\').map_or(name, str::trim_end);
        candidates.into_iter().find_map(|child| {
            let own = &self.nodes[child].description.name;
            let handle = handle_of(child);
            let rest = plain.strip_prefix(own.as_str())?;
            match rest.strip_prefix('.') {
                _ if rest.is_empty() => Some(handle),
                Some(rest) => self.find(Some(handle), rest),
                None if self.nodes[child].description.array.is_some() => {
                    self.find(Some(handle), plain)
                }
                None => None,
            }
        })
    }
    fn element(&self, array: Handle, index: i64) -> Option<Handle> {
        self.element_lookups.set(self.element_lookups.get() + 1);
        let name = format!("{}[{index}]", self.node(array).description.name);
        self.find(Some(array), &name)
    }
    fn name(&self, object: Handle) -> String {
        self.node(object).description.name.clone()
    }
    fn describe(&self, object: Handle) -> Description {
        self.node(object).description.clone()
    }
    fn read(&self, object: Handle, _: &Encoding, into: &mut LogicVec) -> Result<(), PortError> {
        match self.content(object)? {
            Content::Logic(vector) => into.clone_from(&vector),
            other => panic!("read of {other:?} as logic"),
        }
        Ok(())
    }
    fn read_small(&self, object: Handle, width: u32, _: bool) -> Result<(u64, u64), PortError> {
        match self.content(object)? {
            Content::Logic(vector) => {
                assert_eq!(width, vector.width());
                Ok((vector.value_word(0), vector.unknown_word(0)))
            }
            other => panic!("read of {other:?} as logic"),
        }
    }
    fn read_real(&self, object: Handle) -> Result<f64, PortError> {
        match self.content(object)? {
            Content::Real(real) => Ok(real),
            other => panic!("read of {other:?} as real"),
        }
    }
    fn read_text(&self, object: Handle) -> Result<String, PortError> {
        match self.content(object)? {
            Content::Text(text) => Ok(text),
            other => panic!("read of {other:?} as text"),
        }
    }
    fn write(
        &self,
        object: Handle,
        encoding: &Encoding,
        value: &LogicVec,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        assert_eq!(encoding.width(), Some(value.width()));
        self.put(object, Content::Logic(value.clone()), mode)
    }
    fn write_small(
        &self,
        object: Handle,
        width: u32,
        value: u64,
        unknown: u64,
        mode: WriteMode,
    ) -> Result<(), PortError> {
        let value = LogicVec::from_planes_u64(width, value, unknown);
        self.put(object, Content::Logic(value), mode)
    }
    fn write_real(&self, object: Handle, value: f64, mode: WriteMode) -> Result<(), PortError> {
        self.put(object, Content::Real(value), mode)
    }
    fn write_text(&self, object: Handle, value: &str) -> Result<(), PortError> {
        self.put(object, Content::Text(value.to_owned()), WriteMode::Deposit)
    }
    fn release(&self, object: Handle, _: &Encoding) -> Result<(), PortError> {
        self.put(object, Content::Nothing, WriteMode::Release)
    }
    fn watch(&self, _: Handle, _: bool, _: u64) -> Result<CallbackHandle, PortError> {
        Err(Design::unsupported())
    }
    fn unwatch(&self, _: CallbackHandle) {}
    fn after(&self, _: u64, _: u64) -> Result<CallbackHandle, PortError> {
        Err(Design::unsupported())
    }
    fn cancel_after(&self, _: CallbackHandle) {}
    fn at_phase(&self, _: Phase) -> Result<(), PortError> {
        Ok(())
    }
    fn print(&self, _: &str) {}
    fn flush(&self) {}
    fn finish(&self) {}
}
