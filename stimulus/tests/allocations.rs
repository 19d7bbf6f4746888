//! A draw allocates nothing once its diagram is built.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use verifork_stimulus::{Randomize, constrain};

struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does everything, and a counter of this thread needs none.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: what the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: what the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(action: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    action();
    COUNT.get() - before
}

#[derive(Randomize, Clone, Copy, PartialEq)]
enum Burst {
    Fixed,
    Incr,
    Wrap,
}

#[derive(Randomize)]
#[randomize(
    (address & 0xfff) + ((length as u32 + 1) << size) <= 4096,
    if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 },
    first != second,
)]
struct Transfer {
    address: u32,
    length: u8,
    #[randomize(range = 0..=2)]
    size: u8,
    #[randomize(weights(Incr = 6, Wrap = 3, Fixed = 1))]
    burst: Burst,
    first: u128,
    second: u128,
    alone: [u8; 4],
}

#[test]
fn draws_allocate_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut draw = || assert!(Transfer::randomize(&mut rng).is_ok());
    assert!(allocations(&mut draw) > 0, "the first builds");
    assert_eq!(allocations(|| (0..1000).for_each(|_| draw())), 0);
}

#[test]
fn draws_under_known_constraints_in_line_allocate_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |length: u8| {
        let with = constrain!(|t: Transfer| t.burst == Burst::Wrap && t.length == length);
        assert!(Transfer::randomize_with(&mut rng, with).is_ok());
    };
    for length in [3, 7, 15] {
        draw(length);
    }
    let known = || (0..300).for_each(|index| draw([3, 7, 15][index % 3]));
    assert_eq!(allocations(known), 0);
}

#[test]
fn draws_under_new_comparisons_in_line_allocate_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut draw = |page: u32| {
        let with = constrain!(|t: Transfer| t.address >> 12 == page && t.length < 9);
        assert!(Transfer::randomize_with(&mut rng, with).is_ok());
    };
    (0..8).for_each(&mut draw);
    assert_eq!(allocations(|| (1000..1300).for_each(&mut draw)), 0);
}
