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
    if kernel.is_null() || INSPECTED.swap(true, Ordering::SeqCst) {
        return None;
    }
    let ordered = membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    if !ordered || INSIDE.load(Ordering::Acquire) {
        INSPECTED.store(false, Ordering::Release);
        return None;
    }
    // SAFETY: the pointer comes from a `&'static Kernel`. Its thread touches it inside of `enter`
    // only. The barrier came between our flag and the look at its flag, so it had not entered
    // before the barrier, or had left again, which the acquiring load makes visible; and if it
    // enters after the barrier, it sees our flag and waits until it is taken back. So for the
    // time of the call this thread has the kernel to itself, as if it had been moved here.
    let answer = look(unsafe { &*kernel });
    INSPECTED.store(false, Ordering::Release);
    Some(answer)
}

/// Calls `membarrier(2)`; `false` where it is not offered.
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the call takes three numbers and touches no memory of ours.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}
