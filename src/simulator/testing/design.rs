//! The design as a test builds it: objects in scopes, and processes.

use std::cell::{Cell, RefCell};

use super::object::{Object, Operation};
use super::value::Content;
use super::{
    Description, Direction, Driver, Encoding, Identity, ObjectKind, PortError, Quirks, Simulator,
};
use crate::time::Precision;
use crate::value::LogicVec;

/// An object of the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectId(pub(super) usize);

/// What a process does when it is resumed.
pub(super) type Process = Box<dyn Fn(&Simulator) + Send>;

/// A design, and how its simulator behaves.
pub(crate) struct Design {
    pub(super) objects: Vec<Object>,
    pub(super) processes: Vec<Process>,
    /// Processes that are resumed at a time of their own.
    pub(super) begun: Vec<(u64, usize)>,
    pub(crate) identity: Identity,
    pub(crate) quirks: Quirks,
    pub(crate) arguments: Vec<String>,
    pub(crate) precision: Precision,
    /// The time at which the simulation starts, in steps.
    pub(crate) start: u64,
    /// What is refused from the start.
    pub(super) refused: Vec<Operation>,
    /// Events of objects of one bit bring the value along.
    pub(crate) brings_values: bool,
}

/// The encoding of a vector with these indices at its left and right end.
pub(crate) fn bits(left: i64, right: i64) -> Encoding {
    Encoding::Logic {
        width: u32::try_from(left.abs_diff(right)).expect("a narrow vector") + 1,
        range: Some((left, right)),
        signed: false,
        two_state: false,
    }
}

impl Design {
    pub(crate) const BIT: Encoding = Encoding::Logic {
        width: 1,
        range: None,
        signed: false,
        two_state: false,
    };
    pub(crate) const INTEGER: Encoding = Encoding::Logic {
        width: 32,
        range: Some((31, 0)),
        signed: true,
        two_state: false,
    };

    /// An empty design with a precision of 1 ns, in a simulator that does as the standard says.
    pub(crate) fn new() -> Self {
        Design {
            objects: Vec::new(),
            processes: Vec::new(),
            begun: Vec::new(),
            identity: Identity {
                product: "Fable".into(),
                version: "1".into(),
                interface: "VPI",
            },
            quirks: Quirks::STANDARD,
            arguments: Vec::new(),
            precision: Precision::new(-9).expect("there are nanoseconds"),
            start: 0,
            refused: Vec::new(),
            brings_values: true,
        }
    }

    /// The same in a simulator with the quirks of this product.
    pub(crate) fn simulated_by(mut self, product: &str, version: &str) -> Self {
        self.identity.product = product.into();
        self.identity.version = version.into();
        self.quirks = Quirks::of(&self.identity);
        self
    }

    /// The same in a simulator that refuses this from the start.
    pub(crate) fn refusing(mut self, operation: Operation) -> Self {
        self.refused.push(operation);
        self
    }

    /// Adds an object, in the order of declaration. The elements of an array are named `array[index]`.
    pub(crate) fn add(
        &mut self,
        parent: Option<ObjectId>,
        name: &str,
        kind: ObjectKind,
        encoding: Encoding,
    ) -> ObjectId {
        let id = ObjectId(self.objects.len());
        let path = match parent {
            Some(ObjectId(parent)) => {
                let Object {
                    description,
                    children,
                    ..
                } = &mut self.objects[parent];
                children.push(id);
                if description.array.is_some() {
                    format!("{}{}", description.path, &name[description.name.len()..])
                } else {
                    format!("{}.{name}", description.path)
                }
            }
            None => name.to_owned(),
        };
        let content = Content::initial(&encoding);
        self.objects.push(Object {
            description: Description {
                encoding,
                ..Description::new(kind, name.to_owned(), path)
            },
            children: Vec::new(),
            is_top: parent.is_none(),
            sensitive: Vec::new(),
            driven: RefCell::new(content.clone()),
            content: RefCell::new(content),
            written: RefCell::new(None),
            is_forced: Cell::new(false),
            watches: RefCell::default(),
            reports_assignments: false,
            checks_writes: false,
            driver: Driver::Unknown,
            refusal: None,
            hidden: None,
            unreadable: None,
            unlisted: Vec::new(),
            left_out: None,
            ports: Vec::new(),
            is_local: false,
        });
        id
    }

    /// An instance.
    pub(crate) fn module(&mut self, parent: Option<ObjectId>, name: &str) -> ObjectId {
        self.add(parent, name, ObjectKind::Module, Encoding::None)
    }

    /// A net of one bit that is an input of its instance.
    pub(crate) fn input(&mut self, parent: ObjectId, name: &str) -> ObjectId {
        let id = self.add(Some(parent), name, ObjectKind::Net, Self::BIT);
        self.describe(id).direction = Some(Direction::Input);
        id
    }

    /// A variable.
    pub(crate) fn variable(
        &mut self,
        parent: ObjectId,
        name: &str,
        encoding: Encoding,
    ) -> ObjectId {
        self.add(Some(parent), name, ObjectKind::Variable, encoding)
    }

    /// An array of variables, all of them unknown.
    pub(crate) fn array(
        &mut self,
        parent: ObjectId,
        name: &str,
        (left, right): (i64, i64),
        encoding: Encoding,
    ) -> ObjectId {
        let array = self.add(Some(parent), name, ObjectKind::Array, encoding);
        self.describe(array).array = Some((left, right));
        for index in left.min(right)..=left.max(right) {
            let name = format!("{name}[{index}]");
            self.add(Some(array), &name, ObjectKind::Variable, encoding);
        }
        array
    }

    /// A parameter of 32 bits.
    pub(crate) fn parameter(&mut self, parent: ObjectId, name: &str, value: u64) -> ObjectId {
        let id = self.add(Some(parent), name, ObjectKind::Parameter, Self::INTEGER);
        let value = LogicVec::from_u64(value, 32).expect("it fits");
        self.initialize(id, Content::Logic(value));
        id
    }

    /// The object of this path.
    pub(crate) fn id(&self, path: &str) -> ObjectId {
        let is_it = |object: &Object| object.description.path == path;
        let found = self.objects.iter().position(is_it);
        ObjectId(found.expect("the design has it"))
    }

    /// What the simulator says of an object.
    pub(crate) fn describe(&mut self, id: ObjectId) -> &mut Description {
        &mut self.objects[id.0].description
    }

    /// Gives an object its value at the start.
    pub(crate) fn initialize(&mut self, id: ObjectId, content: Content) {
        let object = &mut self.objects[id.0];
        *object.driven.get_mut() = content.clone();
        *object.content.get_mut() = content;
    }

    /// Events of this object are assignments, including those of the same value.
    pub(crate) fn reports_assignments(&mut self, id: ObjectId) {
        self.objects[id.0].reports_assignments = true;
    }

    /// The object's type takes no unknown bits, which the simulator says before they are written.
    pub(crate) fn checks_writes(&mut self, id: ObjectId) {
        self.objects[id.0].checks_writes = true;
    }

    /// The object has a driver, which the simulator says if it is asked.
    pub(crate) fn has_driver(&mut self, id: ObjectId, driver: Driver) {
        self.objects[id.0].driver = driver;
    }

    /// The simulator knows in advance that it cannot write the object; `undriven_is_fine`: unless the
    /// user says that nothing drives it.
    pub(crate) fn refuses_writes(
        &mut self,
        id: ObjectId,
        error: PortError,
        undriven_is_fine: bool,
    ) {
        self.objects[id.0].refusal = Some((error, undriven_is_fine));
    }

    /// Why the simulator does not show what the object has.
    pub(crate) fn hides(&mut self, id: ObjectId, why: PortError) {
        self.objects[id.0].hidden = Some(why);
    }

    /// Why the simulator does not read the object, whose value may be written.
    pub(crate) fn does_not_read(&mut self, id: ObjectId, why: PortError) {
        self.objects[id.0].unreadable = Some(why);
    }

    /// The scope has something that the simulator does not list.
    pub(crate) fn does_not_list(&mut self, id: ObjectId, name: &str, why: &str) {
        self.objects[id.0].unlisted.push((name.into(), why.into()));
    }

    /// Why the scope leaves something out.
    pub(crate) fn leaves_out(&mut self, id: ObjectId, why: PortError) {
        self.objects[id.0].left_out = Some(why);
    }

    /// The order in which a scope's ports were declared.
    pub(crate) fn declares_ports(&mut self, id: ObjectId, names: &[&str]) {
        self.objects[id.0].ports = names.iter().map(|&name| name.to_owned()).collect();
    }

    /// Makes a parameter a local one.
    pub(crate) fn is_local(&mut self, id: ObjectId) {
        self.objects[id.0].is_local = true;
    }

    /// A process that is resumed by each change of one of these objects, as `always @*`.
    pub(crate) fn always(
        &mut self,
        objects: &[ObjectId],
        process: impl Fn(&Simulator) + Send + 'static,
    ) {
        let number = self.process(process);
        for object in objects {
            self.objects[object.0].sensitive.push((number, false));
        }
    }

    /// A process that is resumed by each change of an object to 1, as `always @(posedge …)`.
    pub(crate) fn at_rising(
        &mut self,
        clock: ObjectId,
        process: impl Fn(&Simulator) + Send + 'static,
    ) {
        let number = self.process(process);
        self.objects[clock.0].sensitive.push((number, true));
    }

    /// A process that is resumed once, at this time in steps, as `initial #…`.
    pub(crate) fn at(&mut self, time: u64, process: impl Fn(&Simulator) + Send + 'static) {
        let number = self.process(process);
        self.begun.push((time, number));
    }

    /// A clock that the design makes: it is 0 at the start and toggles every `half` steps, to the end.
    pub(crate) fn clock(&mut self, clock: ObjectId, half: u64) {
        let number = self.processes.len();
        self.begun.push((half, number));
        self.initialize(clock, Content::bits("0"));
        self.process(move |simulator| {
            let level = simulator.bits(clock) != "1";
            simulator.assign(clock, Content::bit(level));
            simulator.resume_after(half, number);
        });
    }

    fn process(&mut self, process: impl Fn(&Simulator) + Send + 'static) -> usize {
        self.processes.push(Box::new(process));
        self.processes.len() - 1
    }
}
