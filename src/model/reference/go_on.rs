//! How a waiting step continues when it is polled.

use super::*;

impl World {
    /// Polls where the frame stands. Done once the step is over.
    pub(super) fn go_on(&mut self, frame: &mut Frame) -> Step {
        let me = self.me();
        match &mut frame.at {
            At::Start => unreachable!("there is nothing to go on with"),
            At::Yield(left) => {
                *left -= 1;
                if *left == 0 {
                    return Step::Done(Ok(()));
                }
                self.wake(me);
                Step::Pending
            }
            At::Sleep { until, wait } => {
                let until = *until;
                if self.now >= until {
                    let wait = wait.take();
                    self.timers.retain(|&(_, known, _)| Some(known) != wait);
                    let text = format!("slept until {}", self.now);
                    return self.says(frame, &text);
                }
                if wait.is_none() {
                    let number = self.wait();
                    *wait = Some(number);
                    self.timers.push((until, number, me));
                }
                Step::Pending
            }
            At::Starting { task, wait } => {
                let (task, wait) = (*task, *wait);
                if !self.nodes[task].started && !self.nodes[task].state.has_ended() {
                    self.nodes[task].awaited_by(wait, me, true);
                    return Step::Pending;
                }
                self.handles.push(task);
                let text = self.nodes[task].is_what();
                self.says(frame, &text)
            }
            At::Awaiting {
                task,
                wait,
                take,
                propagate,
            } => {
                let (task, wait, take, propagate) = (*task, *wait, *take, *propagate);
                if !self.nodes[task].state.has_ended() {
                    self.nodes[task].awaited_by(wait, me, false);
                    return Step::Pending;
                }
                let name = self.nodes[task].name.clone();
                if self.nodes[task].give(take) {
                    return self.says(frame, &format!("{name} has given its value"));
                }
                let fault = self.fault_of(task);
                self.log(&frame.who, &format!("{name} has given {}", fault.show()));
                Step::Done(if propagate {
                    Err(Cause::Fault(fault))
                } else {
                    Ok(())
                })
            }
            At::JoiningNext {
                manager,
                wait,
                seen,
            } => {
                let (manager, wait, seen) = (*manager, *wait, *seen);
                let Some(&child) = self.managers[manager].ended.get(seen) else {
                    self.managers[manager].joined_by(wait, me, false);
                    return Step::Pending;
                };
                let known = &mut self.managers[manager];
                known.joined = known.joined.max(Some(seen + 1));
                let text = format!("next {:?}", Some(&self.nodes[child].name));
                self.says(frame, &text)
            }
            At::JoiningAny { manager, wait } => {
                let (manager, wait) = (*manager, *wait);
                let Some(&child) = self.managers[manager].ended.first() else {
                    self.managers[manager].joined_by(wait, me, false);
                    return Step::Pending;
                };
                let text = format!("any {:?}", Some(&self.nodes[child].name));
                self.says(frame, &text)
            }
            At::JoiningAll {
                manager,
                wait,
                clean_up,
                cancelled,
                propagate,
            } => {
                let (manager, wait, propagate) = (*manager, *wait, *propagate);
                let (clean_up, cancelled) = (*clean_up, *cancelled);
                if !self.is_idle(manager) {
                    self.managers[manager].joined_by(wait, me, true);
                    return Step::Pending;
                }
                self.managers[manager].joined = None;
                if !clean_up {
                    return self.joined(frame, manager, propagate);
                }
                if !cancelled && self.managers[manager].scope_set.is_none() {
                    self.cancel_living(manager);
                    frame.at = At::JoiningAll {
                        manager,
                        wait: self.wait(),
                        clean_up,
                        cancelled: true,
                        propagate,
                    };
                    return self.go_on(frame);
                }
                frame.at = At::CleaningUp {
                    manager,
                    set: 0,
                    path: "task manager".into(),
                    current: None,
                    limit: 0,
                    wait: None,
                    then: After::Joined { propagate },
                };
                self.go_on(frame)
            }
            At::CleaningUp { .. } => self.clean_up(frame),
            At::Scope { scope, propagate } => {
                let (scope, propagate) = (*scope, *propagate);
                if !self.poll_scope(scope) {
                    return Step::Pending;
                }
                let OpenScope { manager, set, .. } = self.scopes[scope];
                self.managers[manager].close();
                frame.at = At::CleaningUp {
                    manager,
                    set,
                    path: self.scopes[scope].path.clone(),
                    current: None,
                    limit: 0,
                    wait: None,
                    then: After::ScopeEnds { scope, propagate },
                };
                self.go_on(frame)
            }
            At::Holding(inner, held) => {
                let step = self.poll(inner);
                let held = held.clone();
                let step = match step {
                    Step::Pending | Step::Panic(_) => return step,
                    Step::Done(result) => result,
                };
                frame.at = At::Start;
                let who = frame.who.clone();
                if let Some(message) = self.drop_held(&frame.who, &frame.reach, held.clone()) {
                    return Step::Panic(message);
                }
                if step.is_ok() {
                    let text = match held {
                        Held::Guard { .. } => "",
                        Held::Manager(_) => "drops the manager",
                        Held::Lock(_) => "unlocked",
                        Held::Permits(_) => "gave them back",
                    };
                    self.log(&who, text);
                }
                Step::Done(step)
            }
            At::Race(a, b) => {
                let (which, step, other) = match self.poll(a) {
                    Step::Pending => match self.poll(b) {
                        Step::Pending => return Step::Pending,
                        step => ('b', step, a),
                    },
                    step => ('a', step, b),
                };
                let Step::Done(result) = step else {
                    return step;
                };
                let left = self.drop_frame(other);
                frame.at = At::Start;
                if let Some(message) = left {
                    return Step::Panic(message);
                }
                self.log(&frame.who, &format!("{which} wins"));
                Step::Done(result)
            }
            At::Both(a, b, of_a, of_b) => {
                for (running, result) in [(a, of_a), (b, of_b)] {
                    let Some(inner) = running else { continue };
                    match self.poll(inner) {
                        Step::Pending => {}
                        Step::Done(ended) => {
                            *result = Some(ended);
                            *running = None;
                        }
                        Step::Panic(message) => return Step::Panic(message),
                    }
                }
                let At::Both(_, _, of_a, of_b) = &mut frame.at else {
                    unreachable!()
                };
                let (Some(_), Some(_)) = (&of_a, &of_b) else {
                    return Step::Pending;
                };
                let result = of_a.take().and_then(|a| of_b.take().map(|b| a.and(b)));
                self.log(&frame.who, "both have ended");
                Step::Done(result.expect("both are there"))
            }
            At::Locking { lock, wait, body } => {
                let (lock, wait, body) = (*lock, *wait, Rc::clone(body));
                if !self.locks[lock].take(wait, me, 1) {
                    return Step::Pending;
                }
                self.locked[lock] += 1;
                let text = format!("locked {}", self.locked[lock]);
                self.log(&frame.who, &text);
                frame.at = At::Holding(frame.inner(&body), Held::Lock(lock));
                self.go_on(frame)
            }
            At::Acquiring { count, wait, body } => {
                let (count, wait, body) = (*count, *wait, Rc::clone(body));
                if !self.semaphore.take(wait, me, count) {
                    return Step::Pending;
                }
                self.log(&frame.who, "has permits");
                frame.at = At::Holding(frame.inner(&body), Held::Permits(count));
                self.go_on(frame)
            }
            At::Sending {
                channel,
                wait,
                item,
            } => {
                let (channel, wait, item) = (*channel, *wait, *item);
                match self.send(channel, wait, item) {
                    None => Step::Pending,
                    Some(sent) => self.says(frame, if sent { "sent" } else { "not sent" }),
                }
            }
            At::Receiving { channel, wait } => {
                let (channel, wait) = (*channel, *wait);
                match self.receive(channel, wait) {
                    None => Step::Pending,
                    Some(text) => self.says(frame, &text),
                }
            }
            At::Passing { event, wait, since } => {
                if self.events[*event].passes(*wait, me, *since) {
                    return self.says(frame, "passes");
                }
                Step::Pending
            }
            At::Meeting { wait, since } => {
                if self.barrier.passes(*wait, me, *since) {
                    return self.says(frame, "follows");
                }
                Step::Pending
            }
            At::Asking { oneshot } => {
                let oneshot = *oneshot;
                let known = &mut self.oneshots[oneshot];
                if let Some(item) = known.item.take() {
                    self.close_oneshot(oneshot);
                    return self.says(frame, &format!("Some({item})"));
                }
                if !known.open {
                    return self.says(frame, "None");
                }
                known.waits = Some(me);
                Step::Pending
            }
        }
    }

    pub(super) fn joined(&mut self, frame: &Frame, manager: usize, propagate: bool) -> Step {
        let faults = self.collect(manager);
        if faults.is_empty() {
            return self.says(frame, "joined");
        }
        self.log(
            &frame.who,
            &format!("joined with {}", tasks::show_all(&faults)),
        );
        Step::Done(if propagate {
            Err(Cause::Faults(faults))
        } else {
            Ok(())
        })
    }
}
