//! Scopes: a set of tasks that runs where its owner runs, and the clean-up after it.

use super::tasks::{Kind, Phase, show_all};
use super::*;
use crate::model::program::EXIT_LIMIT;

impl World {
    pub(super) fn open_scope(
        &mut self,
        manager: usize,
        owned: bool,
        frame: &Frame,
        who: String,
        body: &Body,
    ) -> usize {
        let set = self.sets.len();
        self.sets.push(Set::default());
        let mut reach = frame.reach.clone();
        let of_scope = Reach {
            manager,
            set,
            owned,
            scope: true,
        };
        reach.insert(0, of_scope);
        let node = self.nodes.len();
        let mut block = Node::new(String::new(), self.running.last().copied(), set);
        block.is_block = true;
        self.nodes.push(block);
        self.managers[manager].parent = Some(node);
        self.managers[manager].scope_set = Some(set);
        self.managers[manager].scoped = true;
        self.scopes.push(OpenScope {
            manager,
            set,
            node,
            block: Some(Frame::new(who, reach, body)),
            path: self.running_task(),
            returned: false,
        });
        self.wake(node);
        self.scopes.len() - 1
    }

    /// Runs what was ready at the beginning. Returns whether the scope is over.
    pub(super) fn poll_scope(&mut self, scope: usize) -> bool {
        let OpenScope {
            manager, set, node, ..
        } = self.scopes[scope];
        let me = self.me();
        let known = &mut self.sets[set];
        known.open = true;
        known.told = true;
        known.poller = Some(me);
        for task in std::mem::take(&mut known.pending_cancels) {
            self.cancel(task);
        }
        self.end_block_if_failed(scope);
        for ready in std::mem::take(&mut self.sets[set].ready) {
            self.nodes[ready].queued = false;
            if !self.nodes[ready].live {
                continue;
            }
            if ready == node {
                self.poll_block(scope);
            } else {
                self.poll_task(ready);
            }
            self.end_block_if_failed(scope);
        }
        let mut over = self.scopes[scope].block.is_none() && self.is_idle(manager);
        if over && !self.living(manager).is_empty() {
            self.managers[manager].close();
            self.cancel_living(manager);
            over = self.living(manager).is_empty();
        }
        let known = &mut self.sets[set];
        known.open = false;
        known.told = false;
        if !known.ready.is_empty() || !known.pending_cancels.is_empty() {
            self.tell(set);
        }
        over
    }

    pub(super) fn poll_block(&mut self, scope: usize) {
        let Some(mut block) = self.scopes[scope].block.take() else {
            return;
        };
        let (manager, node) = (self.scopes[scope].manager, self.scopes[scope].node);
        self.running.push(node);
        let step = self.poll(&mut block);
        self.running.pop();
        let path = self.scopes[scope].path.clone();
        match step {
            Step::Pending => {
                self.scopes[scope].block = Some(block);
            }
            Step::Done(Ok(())) => self.scopes[scope].returned = true,
            Step::Done(Err(cause)) => {
                let handed_on = match &cause {
                    Cause::Text(_) => false,
                    Cause::Fault(fault) => self.has_fault(manager, fault),
                    Cause::Faults(faults) => {
                        faults.iter().all(|fault| self.has_fault(manager, fault))
                    }
                };
                if !handed_on {
                    let fault = self.fault(path, Kind::Failed(cause));
                    self.managers[manager].errors.push(fault);
                }
                self.fail(manager);
            }
            Step::Panic(message) => {
                self.unwinding -= 1;
                let dropping = false;
                let fault = self.fault(path, Kind::Panicked { message, dropping });
                self.managers[manager].errors.push(fault);
                self.fail(manager);
            }
        }
    }

    pub(super) fn has_fault(&self, manager: usize, fault: &Rc<Fault>) -> bool {
        let errors = &self.managers[manager].errors;
        errors.iter().any(|known| Rc::ptr_eq(known, fault))
    }

    pub(super) fn end_block_if_failed(&mut self, scope: usize) {
        let OpenScope { manager, node, .. } = self.scopes[scope];
        if self.managers[manager].phase != Phase::Failed {
            return;
        }
        self.cancel_living(manager);
        let Some(mut block) = self.scopes[scope].block.take() else {
            return;
        };
        self.running.push(node);
        let left = self.drop_caught(&mut block);
        self.running.pop();
        self.add_panic_in_drop(manager, &self.scopes[scope].path.clone(), left);
    }

    pub(super) fn add_panic_in_drop(
        &mut self,
        manager: usize,
        path: &str,
        message: Option<String>,
    ) {
        if let Some(message) = message {
            let dropping = true;
            let fault = self.fault(path.to_owned(), Kind::Panicked { message, dropping });
            self.managers[manager].errors.push(fault);
        }
    }

    /// The scope's future is dropped, or has nothing left: its children go, newest first, then its
    /// clean-up, which does not run.
    pub(super) fn drop_scope(&mut self, scope: usize) {
        let OpenScope {
            manager, set, node, ..
        } = self.scopes[scope];
        let path = self.scopes[scope].path.clone();
        self.managers[manager].close();
        self.sets[set].open = true;
        self.sets[set].told = true;
        self.cancel_living(manager);
        self.drop_clean_ups(manager, set, &path);
        self.nodes[node].live = false;
        self.managers[manager].scope_set = None;
        self.lose_uncollected(manager);
    }

    pub(super) fn take_clean_up(&mut self, manager: usize, set: usize) -> Option<Frame> {
        let clean_ups = &mut self.managers[manager].clean_ups;
        let last = clean_ups
            .iter()
            .rposition(|clean_up| clean_up.set == 0 || clean_up.set == set)?;
        Some(clean_ups.remove(last).frame)
    }

    pub(super) fn drop_clean_ups(&mut self, manager: usize, set: usize, path: &str) {
        while let Some(mut frame) = self.take_clean_up(manager, set) {
            let left = self.drop_caught(&mut frame);
            self.add_panic_in_drop(manager, path, left);
        }
    }

    /// Rule 13: the clean-up, last added first, each within its limit of time.
    pub(super) fn clean_up(&mut self, frame: &mut Frame) -> Step {
        let At::CleaningUp {
            manager,
            set,
            path,
            current,
            limit,
            wait,
            then,
        } = &mut frame.at
        else {
            unreachable!("it cleans up")
        };
        let (manager, set, then) = (*manager, *set, *then);
        loop {
            if current.is_none() {
                *current = self.take_clean_up(manager, set).map(Box::new);
                *limit = self.now + EXIT_LIMIT;
            }
            let Some(running) = current else { break };
            let mut kind = match self.poll(running) {
                Step::Pending if self.now < *limit => {
                    if wait.is_none() {
                        let number = self.wait();
                        *wait = Some(number);
                        self.timers.push((*limit, number, self.me()));
                    }
                    return Step::Pending;
                }
                Step::Pending => Some(Kind::Failed(Cause::Text("clean-up limit".into()))),
                Step::Done(Ok(())) => None,
                Step::Done(Err(cause)) => Some(Kind::Failed(cause)),
                Step::Panic(message) => {
                    self.unwinding -= 1;
                    let dropping = false;
                    Some(Kind::Panicked { message, dropping })
                }
            };
            if let Some(message) = self.drop_caught(running) {
                let dropping = true;
                kind = kind.or(Some(Kind::Panicked { message, dropping }));
            }
            *current = None;
            let over = wait.take();
            self.timers.retain(|&(_, known, _)| Some(known) != over);
            if let Some(kind) = kind {
                let fault = self.fault(format!("{path}/on_exit"), kind);
                self.managers[manager].errors.push(fault);
            }
        }
        match then {
            After::Joined { propagate } => {
                frame.at = At::Start;
                self.joined(frame, manager, propagate)
            }
            After::ScopeEnds { scope, propagate } => {
                frame.at = At::Start;
                let faults = self.collect(manager);
                self.drop_scope(scope);
                if faults.is_empty() {
                    assert!(self.scopes[scope].returned, "somebody has failed");
                    return self.says(frame, "scope ends");
                }
                self.log(
                    &frame.who,
                    &format!("scope ends with {}", show_all(&faults)),
                );
                Step::Done(if propagate {
                    Err(Cause::Faults(faults))
                } else {
                    Ok(())
                })
            }
        }
    }
}
