//! Who may touch the simulation's data: the simulator's thread inside a callback, or, when the
//! simulator itself is stuck, a watchdog that wants to say what everybody awaits.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicPtr, AtomicU8, Ordering};

use super::Kernel;

const OUTSIDE: u8 = 0;
const INSIDE: u8 = 1;
const INSPECTED: u8 = 2;

static STATE: AtomicU8 = AtomicU8::new(OUTSIDE);
static KERNEL: AtomicPtr<Kernel> = AtomicPtr::new(std::ptr::null_mut());

/// The kernel of the process, for inspection from another thread.
pub(super) fn publish(kernel: &'static Kernel) {
    KERNEL.store(std::ptr::from_ref(kernel).cast_mut(), Ordering::Release);
}

/// Enters a callback. Waits only while a watchdog inspects, which ends with the process.
pub(super) fn enter() -> Inside {
    while STATE
        .compare_exchange_weak(OUTSIDE, INSIDE, Ordering::Acquire, Ordering::Relaxed)
        .is_err()
    {
        spin_loop();
    }
    Inside(())
}

/// The simulator's thread is in a callback of ours until this is dropped.
pub(super) struct Inside(());

impl Drop for Inside {
    fn drop(&mut self) {
        STATE.store(OUTSIDE, Ordering::Release);
    }
}

/// Looks at the kernel from another thread while the simulator's own thread is outside of our
/// callbacks, and keeps it outside meanwhile. `None` if it is inside, or there is no kernel.
pub(crate) fn inspect<R>(look: impl FnOnce(&Kernel) -> R) -> Option<R> {
    let kernel = KERNEL.load(Ordering::Acquire);
    if kernel.is_null() {
        return None;
    }
    STATE.compare_exchange(OUTSIDE, INSPECTED, Ordering::Acquire, Ordering::Relaxed).ok()?;
    // SAFETY: the pointer comes from a `&'static Kernel`. Its thread touches it inside of `enter`
    // only, which waits for us, and what it did before is visible through the exchange above: so
    // for the time of the call this thread has the kernel to itself, as if it had been moved here.
    let answer = look(unsafe { &*kernel });
    STATE.store(OUTSIDE, Ordering::Release);
    Some(answer)
}
