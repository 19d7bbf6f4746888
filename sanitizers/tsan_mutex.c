/* The slow path of the standard library's mutex, for the thread sanitizer.
 *
 * The standard library comes without instrumentation. The fast paths of `std::sync::Mutex` are
 * inlined into our code and so instrumented; but a thread that had to wait takes the lock inside of
 * the library, where the sanitizer does not see it, and all that the lock protects then looks like a
 * race. The linker puts this in the place of that one function (`--wrap`).
 */
#include <sched.h>
#include <stdint.h>

typedef uint32_t atomic32;
enum { RELAXED = 0, ACQUIRE = 2 };
int __tsan_atomic32_compare_exchange_strong(
    volatile atomic32 *where, atomic32 *expected, atomic32 desired, int success, int failure);

/* 0 is unlocked, 1 locked, 2 locked and waited for: 2 is right whoever else waits. */
void verifork_lock_contended(volatile atomic32 *state)
{
    for (;;) {
        atomic32 unlocked = 0;
        if (__tsan_atomic32_compare_exchange_strong(state, &unlocked, 2, ACQUIRE, RELAXED))
            return;
        sched_yield();
    }
}
