//! The order of tasks: waking, running, cancelling, ending.

use super::tasks::{Kind, PollState, State, Value};
use super::*;

impl World {
    pub(super) fn wake(&mut self, node: NodeId) {
        let known = &mut self.nodes[node];
        if !known.live || known.queued {
            return;
        }
        known.queued = true;
        let set = known.set;
        self.sets[set].ready.push(node);
        self.tell(set);
    }

    /// Wakes the poller of a set, once.
    pub(super) fn tell(&mut self, set: usize) {
        if set == 0 || std::mem::replace(&mut self.sets[set].told, true) {
            return;
        }
        if let Some(poller) = self.sets[set].poller.take() {
            self.wake(poller);
        }
    }

    /// Runs a task to its next suspension; it leaves when it has ended.
    pub(super) fn poll_task(&mut self, task: NodeId) {
        if task == 0 {
            return self.poll_run();
        }
        if self.nodes[task].poll_state != PollState::Idle {
            return;
        }
        self.nodes[task].state = State::Running;
        self.nodes[task].poll_state = PollState::Polled;
        let mut frame = self.nodes[task].frame.take().expect("it is idle");
        self.running.push(task);
        let step = self.poll(&mut frame);
        self.nodes[task].poll_state = PollState::Idle;
        let ended = match step {
            Step::Pending if self.nodes[task].cancel_requested => Err(Kind::Cancelled),
            Step::Pending => {
                self.nodes[task].frame = Some(frame);
                if !std::mem::replace(&mut self.nodes[task].started, true) {
                    self.serve_awaiters(task, true);
                }
                self.running.pop();
                return;
            }
            Step::Done(Ok(())) => Ok(()),
            Step::Done(Err(cause)) => Err(Kind::Failed(cause)),
            Step::Panic(message) => {
                self.unwinding -= 1;
                Err(Kind::Panicked {
                    message,
                    dropping: false,
                })
            }
        };
        self.settle(task, ended, &mut frame);
        self.running.pop();
        self.end(task);
    }

    /// Drops what is left of a task's future, and notes how it has ended.
    pub(super) fn settle(&mut self, task: NodeId, ended: Result<(), Kind>, frame: &mut Frame) {
        self.nodes[task].poll_state = PollState::Gone;
        let left = self.drop_caught(frame);
        match ended {
            Ok(()) => {
                self.nodes[task].value = Value::There;
                self.nodes[task].state = State::Finished;
            }
            Err(kind) => self.end_with(task, kind),
        }
        if let Some(message) = left {
            let dropping = true;
            self.end_with(task, Kind::Panicked { message, dropping });
        }
    }

    pub(super) fn end_with(&mut self, task: NodeId, kind: Kind) {
        self.nodes[task].state = match kind {
            Kind::Failed(_) => State::Failed,
            Kind::Panicked { .. } => State::Panicked,
            Kind::Cancelled | Kind::ValueGone => State::Cancelled,
        };
        let fault = self.fault_at(task, kind);
        let node = &mut self.nodes[task];
        if node.first.is_none() {
            node.first = Some(fault);
        } else {
            node.second = Some(fault);
        }
    }

    /// The message of a panic, which goes no further than here.
    pub(super) fn drop_caught(&mut self, frame: &mut Frame) -> Option<String> {
        let panicked = self.drop_frame(frame);
        if panicked.is_some() {
            self.unwinding -= 1;
        }
        panicked
    }

    /// A child has ended: informs its manager first, then awaiters, then joiners, and last the scope, if
    /// that may end.
    pub(super) fn end(&mut self, task: NodeId) {
        self.nodes[task].live = false;
        let Some(manager) = self.nodes[task].manager else {
            return;
        };
        let node = &self.nodes[task];
        let both = node.first.iter().chain(&node.second);
        let faults: Vec<_> = both.filter(|fault| fault.is_failure()).cloned().collect();
        let (failed, tolerant) = (!faults.is_empty(), node.tolerant);
        let background = node.background;
        let known = &mut self.managers[manager];
        if known.keeps && !background {
            known.ended.push(task);
        }
        known.errors.extend(faults);
        if failed && !tolerant {
            self.fail(manager);
        }
        if failed && self.managers[manager].orphaned {
            self.lose_uncollected(manager);
        }
        self.serve_awaiters(task, false);
        if !background {
            let is_idle = self.is_idle(manager);
            self.serve_joiners(manager, is_idle);
        }
        if (self.is_idle(manager) || failed)
            && let Some(set) = self.managers[manager].scope_set
        {
            self.tell(set);
        }
    }

    /// Wakes those who wait for the task's start, or all, first come first.
    pub(super) fn serve_awaiters(&mut self, task: NodeId, start: bool) {
        let waits = std::mem::take(&mut self.nodes[task].waits);
        let (served, left) = waits
            .into_iter()
            .partition::<Vec<_>, _>(|waiter| waiter.special || !start);
        self.nodes[task].waits = left;
        self.wake_all(served.iter().map(|waiter| waiter.who).collect());
    }

    pub(super) fn serve_joiners(&mut self, manager: usize, is_idle: bool) {
        let joiners = std::mem::take(&mut self.managers[manager].joiners);
        let (served, left) = joiners
            .into_iter()
            .partition::<Vec<_>, _>(|waiter| !waiter.special || is_idle);
        self.managers[manager].joiners = left;
        self.wake_all(served.iter().map(|waiter| waiter.who).collect());
    }

    pub(super) fn cancel(&mut self, task: NodeId) {
        let node = &self.nodes[task];
        if !node.live || node.is_block || node.state.has_ended() {
            return;
        }
        let set = node.set;
        if set != 0 && !self.sets[set].open {
            if !std::mem::replace(&mut self.nodes[task].cancel_requested, true) {
                self.sets[set].pending_cancels.push(task);
                self.tell(set);
            }
            return;
        }
        match self.nodes[task].poll_state {
            PollState::Idle => {
                let frame = self.nodes[task].frame.take();
                self.running.push(task);
                if let Some(mut frame) = frame {
                    self.settle(task, Err(Kind::Cancelled), &mut frame);
                } else {
                    self.drop_run();
                }
                self.running.pop();
                self.end(task);
            }
            PollState::Polled => self.nodes[task].cancel_requested = true,
            PollState::Gone => {}
        }
    }

    /// Runs the test as the first task of the root set, and lets time pass when nothing is ready.
    pub(super) fn run_test(&mut self, program: &Program) {
        self.sets.push(Set::default());
        self.nodes.push(Node::new(String::new(), None, 0));
        let test = self.add_manager(false);
        self.managers[test].keeps = false;
        self.test = Some(test);
        let body = Frame::new("test".into(), Vec::new(), &program.0);
        self.wake(0);
        self.run_ready();
        let body = self.add_child(test, 0, "test".into(), (false, false), body, false);
        self.managers[test].parent = Some(body);
        self.nodes[body].awaited_by(0, 0, false);
        loop {
            self.run_ready();
            if self.nodes[0].state.has_ended() {
                return;
            }
            let Some(next) = self.timers.iter().map(|&(at, ..)| at).min() else {
                self.log("clock", "nothing is left to happen");
                self.cancel(0);
                self.run_ready();
                return;
            };
            self.now = next;
            let (mut due, left): (Vec<_>, _) =
                self.timers.drain(..).partition(|&(at, ..)| at == next);
            self.timers = left;
            due.sort_by_key(|&(_, wait, _)| wait);
            self.wake_all(due.into_iter().map(|(.., who)| who).collect());
        }
    }

    pub(super) fn run_ready(&mut self) {
        while !self.sets[0].ready.is_empty() {
            let task = self.sets[0].ready.remove(0);
            self.nodes[task].queued = false;
            if self.nodes[task].live {
                self.poll_task(task);
            }
        }
    }

    /// The run of the test waits for its body, and then ends what the test has begun.
    pub(super) fn poll_run(&mut self) {
        let body_has_ended = self.nodes.get(1).is_some_and(|body| body.state.has_ended());
        self.nodes[0].state = State::Running;
        if !body_has_ended {
            return;
        }
        let test = self.test.expect("a test runs");
        self.running.push(0);
        self.end_test();
        self.errors = self.collect(test);
        self.drop_run();
        self.running.pop();
        let lost = std::mem::take(&mut self.lost);
        self.errors.extend(lost);
        self.nodes[0].state = State::Finished;
        self.nodes[0].live = false;
    }

    /// The end of the test's own future, however it comes.
    pub(super) fn drop_run(&mut self) {
        self.end_test();
        let test = self.test.expect("a test runs");
        self.lose_uncollected(test);
    }

    /// Everything that the test has begun is ended, newest first, whatever owns it; and so is what the
    /// first of those begin while they are dropped.
    fn end_test(&mut self) {
        let test = self.test.expect("a test runs");
        let mut before = Vec::new();
        loop {
            let all = (1..self.nodes.len()).rev();
            let living: Vec<_> = all
                .filter(|&node| self.nodes[node].live && self.nodes[node].set == 0)
                .collect();
            if living == before {
                break;
            }
            for &node in &living {
                self.cancel(node);
            }
            self.managers[test].close();
            self.ending = true;
            before = living;
        }
        self.managers[test].close();
        self.ending = false;
    }
}
