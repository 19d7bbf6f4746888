//! The simulation at work: values, changes, and the loop over time steps.

use std::cell::{Cell, RefCell};

use super::design::{Design, ObjectId, Process};
use super::object::{Object, Operation, Watch, WriteRecord};
use super::queue::{Queue, QueuedEvent};
use super::value::Content;
use super::{
    Events, Handle, Identity, Listener, ObjectKind, Phase, PortError, Quirks, WriteMode, event,
};
use crate::time::Precision;

/// A change to report to a watch, with the new value where it is one.
struct WatchedChange {
    id: ObjectId,
    watch: Watch,
    content: Option<Content>,
}

/// More events than this in one time step are a loop without end.
const MOST_EVENTS: u32 = 100_000;

/// A simulation of a [`Design`], and a record of what was asked of it.
pub(crate) struct Simulator {
    pub(super) objects: Vec<Object>,
    processes: Vec<Process>,
    pub(super) identity: Identity,
    pub(super) quirks: Quirks,
    pub(super) arguments: Vec<String>,
    pub(super) precision: Precision,
    brings_values: bool,
    events: &'static dyn Events,
    pub(super) queue: Queue,
    /// A callback of ours runs: what changes now is reported inside of it or after it.
    in_callback: Cell<bool>,
    /// Changes that are reported once the callback has returned.
    unreported: RefCell<Vec<WatchedChange>>,
    phase: Cell<Option<Phase>>,
    /// Something was written since the phase began.
    pub(super) has_written: Cell<bool>,
    pub(super) is_finished: Cell<bool>,
    is_over: Cell<bool>,
    refused: RefCell<Vec<Operation>>,
    /// Every read and write is refused.
    pub(crate) refuses: Cell<bool>,
    /// How many elements of arrays were looked up.
    pub(crate) element_lookups: Cell<u32>,
    /// Elements that were lent and not yet given back.
    pub(crate) lent: Cell<u32>,
    /// Writes that reached the simulator.
    pub(crate) writes: RefCell<Vec<WriteRecord>>,
    /// Delays that were asked for.
    pub(crate) delays: Cell<u32>,
    /// Phases that were asked for.
    pub(crate) phases: Cell<u32>,
    /// Changes that were reported.
    pub(crate) reported: Cell<u32>,
}

impl Simulator {
    pub(super) fn new(design: Design, events: &'static dyn Events) -> Self {
        let queue = Queue::default();
        queue.now.set(design.start);
        for (time, process) in design.begun {
            queue.add(time, QueuedEvent::Process(process));
        }
        Simulator {
            objects: design.objects,
            processes: design.processes,
            identity: design.identity,
            quirks: design.quirks,
            arguments: design.arguments,
            precision: design.precision,
            brings_values: design.brings_values,
            events,
            queue,
            in_callback: Cell::new(false),
            unreported: RefCell::default(),
            phase: Cell::new(None),
            has_written: Cell::new(false),
            is_finished: Cell::new(false),
            is_over: Cell::new(false),
            refused: RefCell::new(design.refused),
            refuses: Cell::new(false),
            element_lookups: Cell::new(0),
            lent: Cell::new(0),
            writes: RefCell::default(),
            delays: Cell::new(0),
            phases: Cell::new(0),
            reported: Cell::new(0),
        }
    }

    // --- what tests ask for

    /// Refuses these operations from now on.
    pub(crate) fn refuse(&self, operation: Operation) {
        self.refused.borrow_mut().push(operation);
    }

    /// Refuses nothing any more.
    pub(crate) fn refuse_nothing(&self) {
        self.refused.borrow_mut().clear();
    }

    /// The object of this path.
    pub(crate) fn id(&self, path: &str) -> ObjectId {
        let is_it = |object: &Object| object.description.path == path;
        ObjectId(
            self.objects
                .iter()
                .position(is_it)
                .expect("the design has it"),
        )
    }

    /// Gives an object a value, as the design does.
    pub(crate) fn drive(&self, path: &str, content: Content) {
        self.assign(self.id(path), content);
    }

    /// Gives an object a value of bits, most significant first.
    pub(crate) fn drive_bits(&self, path: &str, text: &str) {
        self.drive(path, Content::bits(text));
    }

    /// The bits of an object, most significant first.
    pub(crate) fn bits(&self, id: ObjectId) -> String {
        self.objects[id.0].content.borrow().text()
    }

    /// The bits of an object by its path.
    pub(crate) fn bits_of(&self, path: &str) -> String {
        self.bits(self.id(path))
    }

    /// Brings on the read-write phase, asked for or not, and what it makes of the design.
    pub(crate) fn read_write_phase(&self) {
        self.queue.take(Phase::ReadWrite);
        self.report_phase(Phase::ReadWrite);
        self.settle();
    }

    /// The present time, in steps.
    pub(crate) fn now(&self) -> u64 {
        self.queue.now.get()
    }

    /// How many watches there are.
    pub(crate) fn watches(&self) -> usize {
        self.objects
            .iter()
            .map(|object| object.watches.borrow().len())
            .sum()
    }

    /// Calls for an object as if it had changed.
    pub(crate) fn report_without_change(&self, id: ObjectId) {
        self.changed(id, None);
    }

    // --- what processes of the design do

    /// A blocking assignment.
    pub(crate) fn assign(&self, id: ObjectId, content: Content) {
        let object = &self.objects[id.0];
        *object.driven.borrow_mut() = content.clone();
        if object.is_forced.get() {
            if self.quirks.idle_value_changes {
                self.changed(id, None);
            }
        } else {
            self.hold(id, content);
        }
    }

    /// A nonblocking assignment: the value comes once the active region is empty.
    pub(crate) fn assign_later(&self, id: ObjectId, content: Content) {
        let entry = (id, content, false);
        self.queue.next_delta.borrow_mut().push_back(entry);
    }

    /// `$finish`.
    pub(crate) fn finish_now(&self) {
        self.is_finished.set(true);
    }

    /// Resumes a process after this many steps.
    pub(super) fn resume_after(&self, steps: u64, process: usize) {
        if let Some(time) = self.queue.now.get().checked_add(steps) {
            self.queue.add(time, QueuedEvent::Process(process));
        }
    }

    // --- values

    /// Writes as the port was asked to.
    pub(super) fn write_content(&self, id: ObjectId, content: Content, mode: WriteMode) {
        let object = &self.objects[id.0];
        self.has_written.set(true);
        match mode {
            WriteMode::Deposit if object.is_forced.get() && !self.quirks.deposits_pass_forces => {
                *object.driven.borrow_mut() = content;
            }
            WriteMode::Deposit if self.quirks.writes_take_a_cycle => {
                *object.written.borrow_mut() = Some(content.clone());
                self.queue
                    .next_delta
                    .borrow_mut()
                    .push_back((id, content, true));
            }
            WriteMode::Deposit => {
                *object.driven.borrow_mut() = content.clone();
                self.hold(id, content);
            }
            WriteMode::Force => {
                object.is_forced.set(true);
                self.hold(id, content);
            }
            WriteMode::Release => {
                object.is_forced.set(false);
                // A variable keeps the forced value until it is assigned (IEEE 1800-2017, 10.6.2).
                if object.description.kind == ObjectKind::Net {
                    let driven = object.driven.borrow().clone();
                    self.hold(id, driven);
                } else {
                    let held = object.content.borrow().clone();
                    *object.driven.borrow_mut() = held;
                }
            }
        }
    }

    /// The object has this value from now on.
    fn hold(&self, id: ObjectId, content: Content) {
        let object = &self.objects[id.0];
        let before = object.content.replace(content.clone());
        if before == content {
            if object.reports_assignments {
                self.changed(id, None);
            }
            return;
        }
        let rises = content.is_one() && !before.is_one();
        for &(process, rising_only) in &object.sensitive {
            if rises || !rising_only {
                let mut active = self.queue.active.borrow_mut();
                active.push_back(QueuedEvent::Process(process));
            }
        }
        self.changed(id, Some(content));
    }

    fn changed(&self, id: ObjectId, content: Option<Content>) {
        let mut watches: Vec<Watch> = self.objects[id.0].watches.borrow().clone();
        if self.quirks.last_watch_first {
            watches.reverse();
        }
        for watch in watches {
            let change = WatchedChange {
                id,
                watch,
                content: content.clone(),
            };
            if self.in_callback.get() && !self.quirks.put_runs_value_changes {
                self.unreported.borrow_mut().push(change);
            } else {
                self.notify_change(change);
            }
        }
    }

    // --- calls into the kernel

    /// Tells the kernel of what happens.
    fn call(&self, notify: impl FnOnce(&'static dyn Listener)) {
        self.inside(|| {
            if let Some(listener) = event::listener() {
                notify(listener);
            }
        });
    }

    /// Every call into the kernel is made here.
    fn inside(&self, call: impl FnOnce()) {
        let inside = self.in_callback.replace(true);
        call();
        self.in_callback.set(inside);
        if !inside {
            for change in self.unreported.take() {
                self.notify_change(change);
            }
        }
    }

    /// Simulation begins.
    pub(super) fn begin(&'static self) {
        self.inside(|| self.events.on_start(self));
    }

    fn notify_change(&self, WatchedChange { id, watch, content }: WatchedChange) {
        let object = &self.objects[id.0];
        let stands = |it: &Watch| it.number == watch.number;
        if !object.watches.borrow().iter().any(stands) {
            return;
        }
        let content = content.unwrap_or_else(|| object.content.borrow().clone());
        let brings = watch.scalar && self.brings_values;
        let scalar = brings.then(|| content.scalar()).flatten();
        self.reported.set(self.reported.get() + 1);
        self.call(|events| events.on_change(watch.token, scalar));
    }

    fn report_phase(&self, phase: Phase) {
        self.has_written.set(false);
        let before = self.phase.replace(Some(phase));
        self.call(|events| events.on_phase(phase));
        self.phase.set(before);
    }

    /// A panic where the kernel writes or schedules in the read-only phase.
    pub(super) fn check_not_read_only(&self, what: &str) {
        assert!(
            self.phase.get() != Some(Phase::ReadOnly),
            "{what} in the read-only phase"
        );
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.phase.get()
    }

    /// An error, if the operation is to be refused.
    pub(super) fn check(&self, operation: Operation, path: &str) -> Result<(), PortError> {
        if self.is_over.get() {
            return Err(PortError::Over);
        }
        let all = self.refuses.get() && matches!(operation, Operation::Read | Operation::Write);
        if all || self.refused.borrow().contains(&operation) {
            return Err(PortError::Refused {
                operation: operation.verb(),
                path: path.to_owned(),
                message: "it is Tuesday".into(),
            });
        }
        Ok(())
    }

    pub(super) fn object(&self, handle: Handle) -> (ObjectId, &Object) {
        let number =
            (0..self.objects.len()).find(|&it| super::port::handle(ObjectId(it)) == handle);
        let number = number.expect("this simulator made the handle");
        (ObjectId(number), &self.objects[number])
    }

    // --- time

    /// Runs to the end of the simulation: to a finish, or until nothing is left to happen.
    pub(crate) fn run_to_end(&self) {
        loop {
            self.settle();
            if !self.is_finished.get() && self.queue.take(Phase::ReadOnly) {
                self.report_phase(Phase::ReadOnly);
            }
            if self.is_finished.get() {
                break;
            }
            assert!(
                !self.queue.has_more_now(),
                "something was scheduled for a time step that has reached its read-only phase"
            );
            let Some(time) = self.queue.next_time() else {
                break;
            };
            self.queue.advance(time);
            if self.queue.late_read_write.take() {
                self.queue.ask(Phase::ReadWrite);
            }
            self.begin_time_step();
        }
        self.end();
    }

    fn begin_time_step(&self) {
        let mut rounds = 0;
        while !self.is_finished.get() && self.queue.take(Phase::NextTimeStep) {
            self.report_phase(Phase::NextTimeStep);
            if !self.quirks.next_time_step_repeats {
                break;
            }
            rounds += 1;
            assert!(
                rounds < MOST_EVENTS,
                "the next time step is asked for in itself, without end"
            );
        }
    }

    /// Runs the present time step up to its read-only phase.
    pub(super) fn settle(&self) {
        let mut count = 0;
        while !self.is_finished.get() {
            count += 1;
            assert!(count < MOST_EVENTS, "the design never settles");
            let next = self.queue.active.borrow_mut().pop_front();
            if let Some(next) = next {
                match next {
                    QueuedEvent::Process(process) => (self.processes[process])(self),
                    QueuedEvent::Timer { token, .. } => self.call(|events| events.on_timer(token)),
                    QueuedEvent::Nothing => {}
                }
                continue;
            }
            let delta = self.queue.next_delta.take();
            if !delta.is_empty() {
                for (id, content, written) in delta {
                    if written {
                        self.objects[id.0].written.take();
                        *self.objects[id.0].driven.borrow_mut() = content.clone();
                        self.hold(id, content);
                    } else {
                        self.assign(id, content);
                    }
                }
                continue;
            }
            if !self.queue.take(Phase::ReadWrite) {
                return;
            }
            self.report_phase(Phase::ReadWrite);
        }
    }

    fn end(&self) {
        self.inside(|| self.events.on_end());
        self.is_over.set(true);
    }
}
