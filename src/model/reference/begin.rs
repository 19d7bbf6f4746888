//! How each step begins.

use super::*;

impl World {
    pub(super) fn begin(&mut self, frame: &mut Frame, op: Op) -> Step {
        frame.at = match op {
            Op::Yield(turns) => At::Yield(turns + 1),
            Op::Sleep(steps) => At::Sleep {
                until: self.now + u64::from(steps),
                wait: None,
            },
            Op::Fail => {
                let number = self.number();
                return Step::Done(Err(Cause::Text(format!("e{number}"))));
            }
            Op::Panic => {
                let number = self.number();
                return self.throw(format!("p{number}"));
            }
            Op::Fork(fork) => return self.fork(frame, &fork),
            Op::Spawn(body) => {
                self.spawn(&body);
                return self.says(frame, "spawned");
            }
            Op::Scope {
                of_owned,
                tolerant,
                propagate,
                body,
            } => {
                let owned = of_owned.and_then(|number| frame.reach(number));
                let owned = owned.filter(|reach| reach.owned).map(|reach| reach.manager);
                let number = self.number();
                if owned
                    .is_some_and(|owned| std::mem::replace(&mut self.managers[owned].scoped, true))
                {
                    return self.throw("second scope".into());
                }
                let manager = owned.unwrap_or_else(|| self.add_manager(tolerant));
                let who = format!("{}.{number}", frame.who);
                let scope = self.open_scope(manager, owned.is_some(), frame, who, &body);
                At::Scope { scope, propagate }
            }
            Op::Owned { tolerant, body } => {
                let manager = self.add_manager(tolerant);
                let mut inner = frame.inner(&body);
                let reach = Reach {
                    manager,
                    set: 0,
                    owned: true,
                    scope: false,
                };
                inner.reach.insert(0, reach);
                At::Holding(inner, Held::Manager(manager))
            }
            Op::Await {
                task,
                take,
                propagate,
            } => match self.handle(task) {
                None => return Step::Done(Ok(())),
                Some(task) => At::Awaiting {
                    task,
                    wait: self.wait(),
                    take,
                    propagate,
                },
            },
            Op::Lend(task) => {
                let Some(task) = self.handle(task) else {
                    return Step::Done(Ok(()));
                };
                let lent = self.nodes[task].lend();
                let name = self.nodes[task].name.clone();
                let lends = if lent {
                    "lends its value"
                } else {
                    "has none to lend"
                };
                return self.says(frame, &format!("{name} {lends}"));
            }
            Op::Cancel(task) => {
                let Some(task) = self.handle(task) else {
                    return Step::Done(Ok(()));
                };
                self.cancel(task);
                let text = self.nodes[task].is_what();
                return self.says(frame, &text);
            }
            Op::JoinNext(manager) => {
                let Some(reach) = frame.reach(manager) else {
                    return Step::Done(Ok(()));
                };
                let all_ended = self.is_idle(reach.manager);
                let known = &mut self.managers[reach.manager];
                let ended = known.ended.len();
                let seen = known.joined.unwrap_or(ended);
                if seen == ended && all_ended {
                    known.joined = None;
                    return self.says(frame, "next None");
                }
                known.joined = Some(seen);
                At::JoiningNext {
                    manager: reach.manager,
                    wait: self.wait(),
                    seen,
                }
            }
            Op::JoinAny(manager) => {
                let Some(reach) = frame.reach(manager) else {
                    return Step::Done(Ok(()));
                };
                let nobody_has_ended = self.managers[reach.manager].ended.is_empty();
                if nobody_has_ended && self.is_idle(reach.manager) {
                    return self.says(frame, "any None");
                }
                At::JoiningAny {
                    manager: reach.manager,
                    wait: self.wait(),
                }
            }
            Op::JoinAll { manager, propagate } => {
                let Some(reach) = frame.reach(manager) else {
                    return Step::Done(Ok(()));
                };
                At::JoiningAll {
                    manager: reach.manager,
                    wait: self.wait(),
                    clean_up: !reach.scope,
                    cancelled: false,
                    propagate,
                }
            }
            Op::CancelAll(manager) => {
                if let Some(reach) = frame.reach(manager) {
                    self.cancel_living(reach.manager);
                }
                return Step::Done(Ok(()));
            }
            Op::Query(manager) => {
                let Some(reach) = frame.reach(manager) else {
                    return Step::Done(Ok(()));
                };
                let children = &self.managers[reach.manager].children;
                let known: Vec<String> = children
                    .iter()
                    .map(|&child| {
                        let node = &self.nodes[child];
                        format!("{} {}", node.name, node.state.word())
                    })
                    .collect();
                return self.says(frame, &format!("has [{}]", known.join(", ")));
            }
            Op::OnExit { manager, body } => return self.on_exit(frame, manager, &body),
            Op::Guarded { on_drop, body } => {
                let number = self.number();
                At::Holding(frame.inner(&body), Held::Guard { number, on_drop })
            }
            Op::Race(a, b) => At::Race(frame.inner(&a), frame.inner(&b)),
            Op::Both(a, b) => At::Both(Some(frame.inner(&a)), Some(frame.inner(&b)), None, None),
            Op::Locked { lock, body } => At::Locking {
                lock: usize::from(lock) % LOCKS,
                wait: self.wait(),
                body,
            },
            Op::Permits { count, body } => At::Acquiring {
                count: usize::from(count),
                wait: self.wait(),
                body,
            },
            Op::AddPermit => {
                self.semaphore.available += 1;
                self.serve_semaphore();
                return Step::Done(Ok(()));
            }
            Op::Send(channel) => At::Sending {
                channel: usize::from(channel) % CHANNELS,
                item: self.number(),
                wait: self.wait(),
            },
            Op::TrySend(channel) => {
                let item = self.number();
                let text = self.try_send(usize::from(channel) % CHANNELS, item);
                return self.says(frame, text);
            }
            Op::Recv(channel) => At::Receiving {
                channel: usize::from(channel) % CHANNELS,
                wait: self.wait(),
            },
            Op::TryRecv(channel) => {
                let text = self.try_recv(usize::from(channel) % CHANNELS);
                return self.says(frame, &text);
            }
            Op::Close(channel) => {
                let channel = usize::from(channel) % CHANNELS;
                self.channels[channel].closed = true;
                self.serve_channel(channel);
                return Step::Done(Ok(()));
            }
            Op::Set(event) => {
                self.set_event(usize::from(event) % EVENTS);
                return Step::Done(Ok(()));
            }
            Op::Clear(event) => {
                self.events[usize::from(event) % EVENTS].set = false;
                return Step::Done(Ok(()));
            }
            Op::Pulse(event) => {
                self.open_event(usize::from(event) % EVENTS);
                return Step::Done(Ok(()));
            }
            Op::Wait(event) => {
                let event = usize::from(event) % EVENTS;
                if self.events[event].set {
                    return self.says(frame, "passes");
                }
                At::Passing {
                    event,
                    wait: self.wait(),
                    since: self.events[event].openings,
                }
            }
            Op::Barrier => {
                self.arrived += 1;
                if self.arrived == PARTIES {
                    self.arrived = 0;
                    let woken = self.barrier.open();
                    self.wake_all(woken);
                    return self.says(frame, "leads");
                }
                At::Meeting {
                    wait: self.wait(),
                    since: self.barrier.openings,
                }
            }
            Op::Answer(oneshot) => {
                let oneshot = usize::from(oneshot) % ONESHOTS;
                if !std::mem::take(&mut self.oneshots[oneshot].has_sender) {
                    return self.says(frame, "None");
                }
                let item = self.number();
                let sent = self.oneshots[oneshot].open;
                if sent {
                    self.oneshots[oneshot].item = Some(item);
                }
                self.close_oneshot(oneshot);
                return self.says(frame, &format!("Some({sent})"));
            }
            Op::DropAnswer(oneshot) => {
                let oneshot = usize::from(oneshot) % ONESHOTS;
                if std::mem::take(&mut self.oneshots[oneshot].has_sender) {
                    self.close_oneshot(oneshot);
                }
                return Step::Done(Ok(()));
            }
            Op::Ask(oneshot) => {
                let oneshot = usize::from(oneshot) % ONESHOTS;
                if !std::mem::take(&mut self.oneshots[oneshot].has_receiver) {
                    return self.says(frame, "asked already");
                }
                At::Asking { oneshot }
            }
            Op::Keep(slot) => {
                self.wakers[usize::from(slot) % WAKERS] = Some(self.me());
                return Step::Done(Ok(()));
            }
            Op::Wake(slot) => {
                self.wake_kept(slot);
                return Step::Done(Ok(()));
            }
        };
        self.go_on(frame)
    }
}
