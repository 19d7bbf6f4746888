//! What dropping the future of a body does, at any position.

use super::*;

impl World {
    /// What dropping the future of a body does. The message of the first panic, which unwinds then.
    pub(super) fn drop_frame(&mut self, frame: &mut Frame) -> Option<String> {
        self.drop_at(frame)
    }

    pub(super) fn drop_at(&mut self, frame: &mut Frame) -> Option<String> {
        match std::mem::replace(&mut frame.at, At::Start) {
            At::Start | At::Yield(_) => None,
            At::Sleep { wait, .. } => {
                self.timers.retain(|&(_, known, _)| Some(known) != wait);
                None
            }
            At::Starting { task, wait } | At::Awaiting { task, wait, .. } => {
                self.nodes[task].waits.retain(|waiter| waiter.wait != wait);
                None
            }
            At::JoiningNext { manager, wait, .. }
            | At::JoiningAny { manager, wait }
            | At::JoiningAll { manager, wait, .. } => {
                self.managers[manager]
                    .joiners
                    .retain(|waiter| waiter.wait != wait);
                None
            }
            At::CleaningUp {
                current,
                wait,
                then,
                ..
            } => {
                self.timers.retain(|&(_, known, _)| Some(known) != wait);
                let first = current.and_then(|mut frame| self.drop_frame(&mut frame));
                if let After::ScopeEnds { scope, .. } = then {
                    self.drop_scope(scope);
                }
                first
            }
            At::Scope { scope, .. } => {
                self.drop_scope(scope);
                // The block goes after the children.
                let block = self.scopes[scope].block.take();
                block.and_then(|mut block| self.drop_frame(&mut block))
            }
            At::Holding(mut inner, held) => {
                let first = self.drop_frame(&mut inner);
                let second = self.drop_held(&frame.who, &frame.reach, held);
                first.or(second)
            }
            At::Race(mut a, mut b) => {
                let first = self.drop_frame(&mut a);
                let second = self.drop_frame(&mut b);
                first.or(second)
            }
            At::Both(a, b, ..) => {
                let first = a.and_then(|mut a| self.drop_frame(&mut a));
                let second = b.and_then(|mut b| self.drop_frame(&mut b));
                first.or(second)
            }
            At::Locking { lock, wait, .. } => {
                self.locks[lock].give_up(wait, 1);
                self.serve_lock(lock);
                None
            }
            At::Acquiring { count, wait, .. } => {
                self.semaphore.give_up(wait, count);
                self.serve_semaphore();
                None
            }
            At::Sending { channel, wait, .. } | At::Receiving { channel, wait } => {
                self.channels[channel].leave(wait);
                self.serve_channel(channel);
                None
            }
            At::Passing { event, wait, .. } => {
                self.events[event].waits.retain(|&(known, _)| known != wait);
                None
            }
            At::Meeting { wait, since } => {
                if self.barrier.openings == since {
                    self.arrived -= 1;
                }
                self.barrier.waits.retain(|&(known, _)| known != wait);
                None
            }
            At::Asking { oneshot } => {
                self.oneshots[oneshot].waits = None;
                self.close_oneshot(oneshot);
                None
            }
        }
    }

    pub(super) fn drop_held(&mut self, who: &str, _reach: &[Reach], held: Held) -> Option<String> {
        match held {
            Held::Guard { number, on_drop } => {
                self.log(who, &format!("drops g{number}"));
                match on_drop {
                    OnDrop::Nothing => {}
                    OnDrop::Panic => {
                        if self.unwinding == 0 {
                            self.unwinding += 1;
                            return Some(format!("g{number}"));
                        }
                    }
                    OnDrop::Cancel(task) => {
                        if let Some(task) = self.handle(task) {
                            self.cancel(task);
                        }
                    }
                    OnDrop::Set(event) => self.set_event(usize::from(event) % EVENTS),
                    OnDrop::Send(channel) => {
                        self.try_send(usize::from(channel) % CHANNELS, number);
                    }
                    OnDrop::Wake(slot) => self.wake_kept(slot),
                    OnDrop::Spawn(body) => self.spawn(&body),
                }
            }
            Held::Manager(manager) => self.drop_manager(manager),
            Held::Lock(lock) => {
                self.locks[lock].available += 1;
                self.serve_lock(lock);
            }
            Held::Permits(count) => {
                self.semaphore.available += count;
                self.serve_semaphore();
            }
        }
        None
    }
}
