//! Which thread may access the simulation's data: the simulator's thread inside a callback, or, when the
//! simulator is stuck, a watchdog that prints what all tasks await.
//!
//! The simulator's thread enters a million times a second and the watchdog once, at the end. So entering
//! costs two plain accesses, and the watchdog pays for their order: it has the operating system put a full
//! barrier into every thread of the process (`membarrier(2)`). Where that call is refused, as in some
//! containers, the simulator's thread needs a barrier of its own, so the call is tried when the simulation
//! begins. If it is refused later, it is unknown where the thread is, and the watchdog says so.

use std::sync::atomic::{AtomicPtr, Ordering};

use super::kernel::Kernel;
use crate::threads::{
    AtomicBool, AtomicU8, compiler_fence, constant, fence, process_wide, spin_loop,
};

/// The flags of both sides.
struct Gate {
    /// The simulator's thread is in a callback of ours.
    inside: AtomicBool,
    /// Nearly always 0, so one load is enough.
    state: AtomicU8,
    /// Asks the kernel for a command of `membarrier(2)`; `false` where that is refused.
    membarrier: fn(libc::c_int) -> bool,
}

/// Why the kernel could not be inspected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Closed {
    /// The simulator's thread is in a callback of ours.
    Inside,
    /// It is unknown where the thread is: the operating system refuses the barrier.
    NoBarrier,
    /// There is no kernel, or another thread is inspecting it.
    Absent,
}

/// A watchdog is inspecting the kernel.
const INSPECTED: u8 = 1;
/// There is no `membarrier`: entering makes a barrier of its own.
const ALONE: u8 = 2;

process_wide! {
    static GATE: Gate = Gate::new(membarrier);
}
static KERNEL: AtomicPtr<Kernel> = AtomicPtr::new(std::ptr::null_mut());

/// The kernel of the process, for inspection from another thread.
pub(super) fn publish(kernel: &'static Kernel) {
    GATE.register();
    KERNEL.store(std::ptr::from_ref(kernel).cast_mut(), Ordering::Release);
}

/// Enters a callback. Waits only while a watchdog inspects, which ends with the process.
#[inline]
pub(super) fn enter() -> Inside<'static> {
    GATE.enter()
}

/// Inspects the kernel from another thread while the simulator's own thread is outside our callbacks, and
/// keeps it outside during the inspection.
///
/// # Errors
///
/// It is inside, or that is unknown, or there is no kernel.
pub(crate) fn inspect<R>(look: impl FnOnce(&Kernel) -> R) -> Result<R, Closed> {
    let kernel = KERNEL.load(Ordering::Acquire);
    if kernel.is_null() {
        return Err(Closed::Absent);
    }
    // SAFETY: the pointer comes from a `&'static Kernel`. Its thread touches it inside of `enter`
    // only, where it is not while `keep_outside` calls us: so for the time of the call this thread
    // has the kernel to itself, as if it had been moved here.
    GATE.keep_outside(|| look(unsafe { &*kernel }))
}

impl Gate {
    constant! {
        fn new(membarrier: fn(libc::c_int) -> bool) -> Self {
            Gate {
                inside: AtomicBool::new(false),
                state: AtomicU8::new(0),
                membarrier,
            }
        }
    }

    /// Tells the operating system that [`keep_outside`](Self::keep_outside) is going to ask for
    /// barriers, and asks for one: a filter of system calls may let the one pass and not the other.
    fn register(&self) {
        let offered = (self.membarrier)(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)
            && (self.membarrier)(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
        if !offered {
            self.state.fetch_or(ALONE, Ordering::SeqCst);
        }
    }

    #[inline]
    fn enter(&self) -> Inside<'_> {
        self.inside.store(true, Ordering::Relaxed);
        // With the barrier in `keep_outside`, either we see its flag below or it sees ours.
        compiler_fence(Ordering::SeqCst);
        if self.state.load(Ordering::Acquire) != 0 {
            self.wait_for_the_end_of_a_look();
        }
        Inside(self)
    }

    #[cold]
    fn wait_for_the_end_of_a_look(&self) {
        fence(Ordering::SeqCst);
        while self.state.load(Ordering::Acquire) & INSPECTED != 0 {
            spin_loop();
        }
    }

    /// Calls `action` while the simulator's thread is outside our callbacks, and keeps it there during the
    /// call. Before the barrier, the thread either had not entered or had left again, which the acquiring
    /// load makes visible. If it enters after the barrier, it sees our flag and waits until that is
    /// cleared.
    fn keep_outside<R>(&self, action: impl FnOnce() -> R) -> Result<R, Closed> {
        let before = self.state.fetch_or(INSPECTED, Ordering::SeqCst);
        if before & INSPECTED != 0 {
            return Err(Closed::Absent);
        }
        let _inspecting = Inspecting(self);
        // The barrier is between setting our flag and reading the thread's.
        fence(Ordering::SeqCst);
        let ordered =
            before & ALONE != 0 || (self.membarrier)(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
        if !ordered {
            return Err(Closed::NoBarrier);
        }
        if self.inside.load(Ordering::Acquire) {
            return Err(Closed::Inside);
        }
        Ok(action())
    }
}

/// The simulator's thread is in a callback of ours until this is dropped.
pub(super) struct Inside<'a>(&'a Gate);

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.inside.store(false, Ordering::Release);
    }
}

/// Keeps the simulator's thread outside until this is dropped, also if a panic drops it: the
/// thread would spin for ever.
struct Inspecting<'a>(&'a Gate);

impl Drop for Inspecting<'_> {
    fn drop(&mut self) {
        self.0.state.fetch_and(!INSPECTED, Ordering::Release);
    }
}

/// Calls `membarrier(2)`; `false` where it is not offered.
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the call takes three numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::task::catch;

    /// The two sides add to one number, which loses additions unless they keep each other out.
    fn keeps_both_apart(gate: Gate) {
        const ROUNDS: u64 = 20_000;
        let shared = Arc::new((gate, AtomicU64::new(0)));
        let add = |sum: &AtomicU64| sum.store(sum.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        let entering = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for _ in 0..ROUNDS {
                    let inside = shared.0.enter();
                    add(&shared.1);
                    drop(inside);
                }
            }
        });
        let mut looks = 0;
        while !entering.is_finished() {
            if shared.0.keep_outside(|| add(&shared.1)).is_ok() {
                looks += 1;
            }
            // Under valgrind the threads take turns after a fixed count of instructions, which may fall
            // into a look each time: here it hands over while nobody looks.
            std::thread::yield_now();
        }
        entering.join().unwrap();
        assert_eq!(shared.1.load(Ordering::Relaxed), ROUNDS + looks);
    }

    #[test]
    fn a_look_and_a_callback_keep_each_other_out() {
        let gate = Gate::new(membarrier);
        gate.register();
        keeps_both_apart(gate);
    }

    /// As filters of system calls refuse it: all of it, or what they do not know.
    #[test]
    fn they_do_so_where_the_system_refuses_the_barrier() {
        let refusals: [fn(libc::c_int) -> bool; 2] = [
            |_| false,
            |command| command == libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
        ];
        for refusal in refusals {
            let gate = Gate::new(refusal);
            gate.register();
            assert_eq!(gate.state.load(Ordering::SeqCst), ALONE);
            assert_eq!(gate.keep_outside(|| 5), Ok(5));
            let inside = gate.enter();
            assert_eq!(gate.keep_outside(|| 5), Err(Closed::Inside));
            drop(inside);
            keeps_both_apart(gate);
        }
    }

    #[test]
    fn a_barrier_that_is_refused_later_on_says_nothing_of_where_the_thread_is() {
        static REFUSES: AtomicBool = AtomicBool::new(false);
        let gate = Gate::new(|_| !REFUSES.load(Ordering::SeqCst));
        gate.register();
        REFUSES.store(true, Ordering::SeqCst);
        let looked = || gate.keep_outside(|| unreachable!("nobody may look"));
        assert_eq!(looked(), Err::<(), _>(Closed::NoBarrier));
        let inside = gate.enter();
        assert_eq!(looked(), Err(Closed::NoBarrier));
        drop(inside);
        drop(gate.enter());
    }

    #[test]
    fn a_look_that_panics_lets_the_simulators_thread_go_on() {
        let gate = Gate::new(membarrier);
        gate.register();
        let panicked = catch(|| gate.keep_outside(|| panic!("a bad look")));
        assert_eq!(
            panicked.map_err(|caught| caught.message),
            Err::<Result<(), Closed>, _>("a bad look".into())
        );
        // Who enters would spin for ever.
        let state = gate.state.load(Ordering::Acquire);
        assert_eq!(state & INSPECTED, 0, "the flag was left");
        drop(gate.enter());
        assert_eq!(gate.keep_outside(|| 5), Ok(5));
    }
}

/// Every order of accesses that the memory model allows, by loom: see `tests/sanitize.sh`.
#[cfg(all(test, loom))]
mod interleavings {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use loom::cell::UnsafeCell;
    use loom::thread;

    use super::*;
    use crate::threads::offer_barriers;

    /// What only one side may touch at a time, which loom holds it to.
    struct Shared {
        gate: Gate,
        kernel: UnsafeCell<u32>,
    }

    // SAFETY: this is what the models find out: loom stops at an access that another one races with.
    unsafe impl Sync for Shared {}

    impl Shared {
        fn touch(&self) {
            // SAFETY: the pointer is good for as long as the call; loom watches who else has one.
            self.kernel.with_mut(|kernel| unsafe { *kernel += 1 });
        }

        fn call_back(&self) {
            let _inside = self.gate.enter();
            self.touch();
        }

        fn look(&self) -> Result<(), Closed> {
            self.gate.keep_outside(|| self.touch())
        }
    }

    /// A simulator's thread that enters `callbacks` times, and watchdogs that each look once. Both
    /// what is granted and what is refused has to come up, or there was nothing to find.
    fn keep_each_other_out(membarrier: fn(libc::c_int) -> bool, callbacks: u32, watchdogs: usize) {
        offer_barriers(membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED));
        let granted = Arc::new(AtomicUsize::new(0));
        let refused = Arc::new(AtomicUsize::new(0));
        let counts = (Arc::clone(&granted), Arc::clone(&refused));
        let mut model = loom::model::Builder::new();
        model.preemption_bound = (watchdogs > 1).then_some(3);
        model.check(move || {
            let shared = Arc::new(Shared {
                gate: Gate::new(membarrier),
                kernel: UnsafeCell::new(0),
            });
            shared.gate.register();
            let looking: Vec<_> = (0..watchdogs)
                .map(|_| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || shared.look())
                })
                .collect();
            for _ in 0..callbacks {
                shared.call_back();
            }
            let looks = looking.into_iter().map(|thread| thread.join().unwrap());
            let (done, closed): (Vec<_>, Vec<_>) = looks.partition(Result::is_ok);
            counts.0.fetch_add(done.len(), Ordering::Relaxed);
            counts.1.fetch_add(closed.len(), Ordering::Relaxed);
            // Nothing is left of either: both may go on.
            shared.call_back();
            assert_eq!(shared.look(), Ok(()));
        });
        assert!(granted.load(Ordering::Relaxed) > 0, "nobody ever looked");
        assert!(refused.load(Ordering::Relaxed) > 0, "nobody was refused");
    }

    #[test]
    fn with_membarrier_no_order_lets_a_look_and_a_callback_meet() {
        keep_each_other_out(|_| true, 2, 1);
    }

    #[test]
    fn without_membarrier_no_order_lets_a_look_and_a_callback_meet() {
        keep_each_other_out(|_| false, 2, 1);
    }

    #[test]
    fn no_order_lets_two_watchdogs_look_at_once() {
        keep_each_other_out(|_| true, 1, 2);
    }

    /// The barrier is offered when the simulation begins, and refused when it is needed.
    #[test]
    fn a_barrier_that_is_refused_later_on_lets_nobody_look_in_any_order() {
        offer_barriers(false);
        loom::model(|| {
            let shared = Arc::new(Shared {
                gate: Gate::new(|_| false),
                kernel: UnsafeCell::new(0),
            });
            let looking = {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.look())
            };
            shared.call_back();
            shared.call_back();
            assert_eq!(looking.join().unwrap(), Err(Closed::NoBarrier));
            shared.call_back();
        });
    }
}
