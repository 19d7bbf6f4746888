//! Managers: their tasks and their errors.

use super::tasks::{CleanUp, Kind, Phase, State};
use super::*;

impl World {
    pub(super) fn add_manager(&mut self, tolerant: bool) -> usize {
        self.managers.push(Manager {
            parent: self.running.last().copied(),
            tolerant,
            keeps: true,
            scoped: false,
            scope_set: None,
            phase: Phase::Open,
            orphaned: false,
            children: Vec::new(),
            ended: Vec::new(),
            joined: None,
            joiners: Vec::new(),
            errors: Vec::new(),
            collected: 0,
            clean_ups: Vec::new(),
        });
        self.managers.len() - 1
    }

    /// The names of the living nodes from the root down to a node.
    pub(super) fn path(&self, node: NodeId) -> String {
        let mut names = Vec::new();
        let mut next = Some(node);
        while let Some(at) = next {
            if !self.nodes[at].name.is_empty() {
                names.insert(0, self.nodes[at].name.clone());
            }
            next = self.nodes[at]
                .parent
                .filter(|&parent| self.nodes[parent].live);
        }
        names.join("/")
    }

    /// The name and the path of the running task, which includes its blocks.
    pub(super) fn running_task(&self) -> String {
        let mut next = self.running.last().copied();
        while let Some(at) = next {
            if !self.nodes[at].name.is_empty() {
                return self.path(at);
            }
            next = self.nodes[at]
                .parent
                .filter(|&parent| self.nodes[parent].live);
        }
        String::new()
    }

    pub(super) fn fault(&self, path: String, kind: Kind) -> Rc<Fault> {
        let time = self.now;
        Rc::new(Fault { path, time, kind })
    }

    pub(super) fn fault_at(&self, node: NodeId, kind: Kind) -> Rc<Fault> {
        let known = &self.nodes[node];
        let path = if known.live {
            self.path(node)
        } else {
            known.name.clone()
        };
        self.fault(path, kind)
    }

    /// What an awaiter gets of a task without a value.
    pub(super) fn fault_of(&self, node: NodeId) -> Rc<Fault> {
        let known = &self.nodes[node];
        let both = known.first.iter().chain(&known.second);
        let failure = both.clone().find(|fault| fault.is_failure());
        match failure.or(known.first.as_ref()) {
            Some(fault) => Rc::clone(fault),
            None => self.fault_at(node, Kind::ValueGone),
        }
    }

    /// The living children, newest first.
    pub(super) fn living(&self, manager: usize) -> Vec<NodeId> {
        let of_manager = |&node: &NodeId| {
            let node = &self.nodes[node];
            node.live && node.manager == Some(manager)
        };
        (0..self.nodes.len()).rev().filter(of_manager).collect()
    }

    /// No child lives that the manager waits for (rule 19).
    pub(super) fn is_idle(&self, manager: usize) -> bool {
        let living = self.living(manager);
        living.iter().all(|&child| self.nodes[child].background)
    }

    pub(super) fn add_child(
        &mut self,
        manager: usize,
        set: usize,
        name: String,
        (tolerant, background): (bool, bool),
        frame: Frame,
        now: bool,
    ) -> NodeId {
        let child = self.nodes.len();
        let mut node = Node::new(name, self.managers[manager].parent, set);
        node.manager = Some(manager);
        node.tolerant = tolerant;
        node.background = background;
        node.frame = Some(frame);
        self.nodes.push(node);
        if self.managers[manager].keeps {
            self.managers[manager].children.push(child);
        }
        if now && (set == 0 || self.sets[set].open) {
            self.poll_task(child);
        } else {
            self.wake(child);
        }
        child
    }

    /// A task that never starts, since its manager has failed.
    pub(super) fn add_cancelled(&mut self, name: String) -> NodeId {
        let mut node = Node::new(name.clone(), None, 0);
        node.live = false;
        node.state = State::Cancelled;
        node.first = Some(self.fault(name, Kind::Cancelled));
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    pub(super) fn fork(&mut self, frame: &mut Frame, fork: &Fork) -> Step {
        let Some(reach) = frame.reach(fork.manager) else {
            return Step::Done(Ok(()));
        };
        let own = format!("t{}", self.number());
        let known = &self.managers[reach.manager];
        let taken = known.children.first().filter(|_| fork.taken);
        let name = taken.map_or(own.clone(), |&child| self.nodes[child].name.clone());
        // Children of an owned manager borrow nothing, so they see no manager.
        let place = frame.reach.iter().position(|known| known.set == reach.set);
        let reach_of_child = match place {
            Some(place) if reach.scope => frame.reach[place..].to_vec(),
            _ => Vec::new(),
        };
        let child = Frame::new(own, reach_of_child, &fork.body);
        let is_taken = known
            .children
            .iter()
            .any(|&child| self.nodes[child].name == name);
        let tries = matches!(fork.form, Form::TryFork | Form::TryStartSoon);
        if is_taken {
            if tries {
                return self.says(frame, "the name is taken");
            }
            return self.throw("name taken".into());
        }
        let phase = match known.phase {
            Phase::Open if self.ending => Phase::Closed,
            phase => phase,
        };
        let task = match phase {
            Phase::Failed if !tries => self.add_cancelled(name),
            Phase::Failed | Phase::Closed if tries => return self.says(frame, "closed"),
            Phase::Closed | Phase::Failed => return self.throw("closed".into()),
            Phase::Open => {
                let background = fork.form == Form::Background;
                let has_options = background
                    || matches!(fork.form, Form::Fork | Form::TryFork | Form::TryStartSoon);
                let tolerant = fork
                    .tolerant
                    .filter(|_| has_options)
                    .unwrap_or(known.tolerant);
                let now = background || matches!(fork.form, Form::Fork | Form::TryFork);
                let options = (tolerant, background);
                self.add_child(reach.manager, reach.set, name, options, child, now)
            }
        };
        if fork.form == Form::Start {
            let wait = self.wait();
            frame.at = At::Starting { task, wait };
            return self.go_on(frame);
        }
        self.handles.push(task);
        let text = self.nodes[task].is_what();
        self.says(frame, &text)
    }

    pub(super) fn spawn(&mut self, body: &Body) {
        let name = format!("t{}", self.number());
        let test = self.test.expect("a test runs");
        let task = if self.managers[test].phase == Phase::Open {
            let frame = Frame::new(name.clone(), Vec::new(), body);
            self.add_child(test, 0, name, (false, false), frame, true)
        } else {
            self.add_cancelled(name)
        };
        self.handles.push(task);
    }

    pub(super) fn on_exit(&mut self, frame: &mut Frame, manager: u8, body: &Body) -> Step {
        let Some(reach) = frame.reach(manager) else {
            return Step::Done(Ok(()));
        };
        let who = format!("x{}", self.number());
        if self.managers[reach.manager].phase == Phase::Closed {
            return self.throw("closed to clean-up".into());
        }
        let place = frame.reach.iter().position(|known| known.set == reach.set);
        let reach_of_it = match place {
            Some(place) if reach.scope => frame.reach[place..].to_vec(),
            _ => Vec::new(),
        };
        let clean_up = CleanUp {
            frame: Frame::new(who, reach_of_it, body),
            set: reach.set,
        };
        self.managers[reach.manager].clean_ups.push(clean_up);
        Step::Done(Ok(()))
    }

    /// Rule 6.
    pub(super) fn fail(&mut self, manager: usize) {
        if self.managers[manager].phase == Phase::Open {
            self.managers[manager].phase = Phase::Failed;
            self.cancel_living(manager);
        }
    }

    pub(super) fn cancel_living(&mut self, manager: usize) {
        for child in self.living(manager) {
            self.cancel(child);
        }
    }

    pub(super) fn collect(&mut self, manager: usize) -> Vec<Rc<Fault>> {
        let known = &mut self.managers[manager];
        known.collected = known.errors.len();
        known.errors.clone()
    }

    pub(super) fn lose_uncollected(&mut self, manager: usize) {
        let known = &mut self.managers[manager];
        self.lost
            .extend(known.errors[known.collected..].iter().cloned());
        known.collected = known.errors.len();
    }

    /// An owned manager is dropped.
    pub(super) fn drop_manager(&mut self, manager: usize) {
        self.managers[manager].close();
        self.cancel_living(manager);
        self.drop_clean_ups(manager, 0, "task manager");
        self.managers[manager].orphaned = true;
        self.lose_uncollected(manager);
    }
}
