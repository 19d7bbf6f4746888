//! How deeply scopes and tasks may be nested.
//!
//! A scope polls its children inside its own poll, and drops them inside its own drop, so nested scopes are
//! nested stack frames. A stack overflow ends the process without a message. So a task or scope that comes
//! near it is refused with an error that names the depth.

/// The stack reserved for one level. A debug build uses about half of it with small futures.
const A_LEVEL: usize = 12 * 1024;

/// The most levels, however large the stack: threads with less stack must be able to print the task tree.
const MOST_LEVELS: usize = 2048;

/// The stack that is assumed where its bounds are unknown.
const USUAL_STACK: usize = 2 << 20;

/// A thread's stack.
#[derive(Clone, Copy)]
pub(super) struct Stack {
    lowest: usize,
    size: usize,
}

impl Stack {
    /// The calling thread's, from the operating system.
    pub(super) fn of_this_thread() -> Self {
        bounds().unwrap_or(Stack {
            lowest: 0,
            size: USUAL_STACK,
        })
    }

    /// Why nothing may start at this depth on this stack, which is the calling thread's. `None` if there is
    /// room. A quarter of the stack is reserved for the functions that tasks call, and for dropping
    /// everything.
    #[inline]
    pub(super) fn refusal(self, depth: usize) -> Option<String> {
        let is_low = self.left().is_some_and(|left| left < self.size / 4);
        if depth <= self.levels() && !is_low {
            return None;
        }
        Some(in_words(self, depth))
    }

    /// How much of it is left. `None` if the thread now runs on another stack, whose bounds are unknown.
    #[inline]
    fn left(self) -> Option<usize> {
        let left = stack_pointer().checked_sub(self.lowest)?;
        (left <= self.size).then_some(left)
    }

    #[inline]
    fn levels(self) -> usize {
        (self.size / A_LEVEL).min(MOST_LEVELS)
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn bounds() -> Option<Stack> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut lowest, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are read and given back only where the first call has filled them, by
    // not failing; each pointer is that of a live variable of its type.
    let found = unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let found =
            libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut lowest, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        found
    };
    (found == 0 && size > 0).then(|| Stack {
        lowest: lowest.addr(),
        size,
    })
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn bounds() -> Option<Stack> {
    None
}

/// The stack pointer. The address of a variable would not do, because sanitizers move variables.
#[inline]
fn stack_pointer() -> usize {
    let pointer: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: one register is read; neither memory nor the stack nor a flag is touched.
    unsafe {
        std::arch::asm!("mov {}, rsp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: as above.
    unsafe {
        std::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    {
        let here = 0_u8;
        pointer = (&raw const here).addr();
    }
    pointer
}

#[cold]
fn in_words(stack: Stack, depth: usize) -> String {
    let size = stack.size / 1024;
    if depth > stack.levels() {
        let limit = stack.levels();
        return format!(
            "it would be {depth} levels deep, and the limit is {limit} for a stack of {size} KiB \
             (every scope and every task is a level)"
        );
    }
    let left = stack.left().unwrap_or_default() / 1024;
    format!("it would run {depth} levels deep, with only {left} KiB of the stack's {size} KiB left")
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_thread() {
        let known = std::thread::Builder::new()
            .stack_size(512 * 1024)
            .spawn(|| {
                let stack = Stack::of_this_thread();
                (stack.size, stack.left())
            });
        let (size, left) = known.unwrap().join().unwrap();
        // It may be given the larger stack of a thread that has ended.
        assert!(size >= 512 * 1024, "{size}");
        let left = left.expect("on its own stack");
        assert!(left > size / 2 && left < size, "{left} of {size}");
    }

    #[test]
    fn both_the_depth_and_the_stack_are_limits() {
        fn deeper(stack: Stack, times: usize) -> Option<String> {
            let room = std::hint::black_box([0_u8; 1024]);
            let refused = stack
                .refusal(1)
                .or_else(|| deeper(stack, times.checked_sub(1)?));
            std::hint::black_box(room);
            refused
        }
        let stack = Stack::of_this_thread();
        let limit = stack.levels();
        assert_eq!(stack.refusal(limit), None);
        let text = stack.refusal(limit + 1).unwrap();
        assert!(text.contains(&format!("the limit is {limit}")), "{text}");
        let text = deeper(stack, 1 << 20).expect("little is left");
        assert!(text.contains("KiB left"), "{text}");
    }
}
