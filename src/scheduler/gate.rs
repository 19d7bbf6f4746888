//! Who may touch the simulation's data: the simulator's thread inside a callback, or, when the
//! simulator itself is stuck, a watchdog that wants to say what everybody awaits.
//!
//! The simulator's thread enters a million times a second and the watchdog once, at the end. So
//! the thread pays two plain accesses, and the watchdog for the order between them: it has the
//! kernel put a full barrier into every thread of the process (`membarrier(2)`).

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering, compiler_fence};

use super::Kernel;

static INSIDE: AtomicBool = AtomicBool::new(false);
static INSPECTED: AtomicBool = AtomicBool::new(false);
static KERNEL: AtomicPtr<Kernel> = AtomicPtr::new(std::ptr::null_mut());

/// The kernel of the process, for inspection from another thread.
pub(super) fn publish(kernel: &'static Kernel) {
    membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
    KERNEL.store(std::ptr::from_ref(kernel).cast_mut(), Ordering::Release);
}

/// Enters a callback. Waits only while a watchdog inspects, which ends with the process.
#[inline]
pub(super) fn enter() -> Inside {
    INSIDE.store(true, Ordering::Relaxed);
    // With the barrier in `inspect`, either we see its flag below or it sees ours.
    compiler_fence(Ordering::SeqCst);
    while INSPECTED.load(Ordering::Acquire) {
        spin_loop();
    }
    Inside(())
}

/// The simulator's thread is in a callback of ours until this is dropped.
pub(super) struct Inside(());

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        INSIDE.store(false, Ordering::Release);
    }
}

/// Looks at the kernel from another thread while the simulator's own thread is outside of our
/// callbacks, and keeps it outside meanwhile. `None` if it is inside, if there is no kernel, or
/// the operating system has no such barrier.
pub(crate) fn inspect<R>(look: impl FnOnce(&Kernel) -> R) -> Option<R> {
    let kernel = KERNEL.load(Ordering::Acquire);
    if kernel.is_null() {
        return None;
    }
    // SAFETY: the pointer comes from a `&'static Kernel`. Its thread touches it inside of `enter`
    // only, where it is not while `keep_outside` calls us: so for the time of the call this thread
    // has the kernel to itself, as if it had been moved here.
    keep_outside(|| look(unsafe { &*kernel }))
}

/// Calls `action` while the simulator's thread is outside of our callbacks, and keeps it there
/// meanwhile. It had not entered before the barrier, or had left again, which the acquiring load
/// makes visible; if it enters after the barrier, it sees our flag and waits until that is taken
/// back.
fn keep_outside<R>(action: impl FnOnce() -> R) -> Option<R> {
    if INSPECTED.swap(true, Ordering::SeqCst) {
        return None;
    }
    let _inspecting = Inspecting;
    // The barrier comes between our flag and the look at the thread's.
    let ordered = membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    (ordered && !INSIDE.load(Ordering::Acquire)).then(action)
}

/// Keeps the simulator's thread outside until this is dropped, also if a panic drops it: the
/// thread would spin for ever.
struct Inspecting;

impl Drop for Inspecting {
    fn drop(&mut self) {
        INSPECTED.store(false, Ordering::Release);
    }
}

/// Calls `membarrier(2)`; `false` where it is not offered.
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the call takes three numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::task::catch;

    /// Other tests of this process have kernels of their own, and are inside now and then.
    fn sooner_or_later<R>(action: impl Fn() -> R) -> R {
        let begun = Instant::now();
        loop {
            if let Some(answer) = keep_outside(&action) {
                return answer;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "always inside");
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_look_that_panics_lets_the_simulators_thread_go_on() {
        if !membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) {
            eprintln!("skipped: this system has no membarrier(2)");
            return;
        }
        let panicked = catch(|| sooner_or_later(|| panic!("a bad look")));
        assert_eq!(
            panicked.map_err(|caught| caught.message),
            Err::<(), _>("a bad look".into())
        );
        // Both would wait for ever if the flag were still set.
        drop(enter());
        assert_eq!(sooner_or_later(|| 5), 5);
    }
}
