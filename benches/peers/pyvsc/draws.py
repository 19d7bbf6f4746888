"""What a draw costs in pyvsc: the constraints of stimulus/benches/draws.rs, written as its documentation does.

Prints a line `name nanoseconds` for each. A draw that does not keep the rules ends it.
"""

import random
import sys
import time
from enum import IntEnum, auto

import vsc

ROUNDS = 5
DRAWS = 10


class Burst(IntEnum):
    Fixed = 0
    Incr = auto()
    Wrap = auto()


@vsc.randobj
class Uniform:
    def __init__(self):
        self.address = vsc.rand_uint32_t()
        self.length = vsc.rand_uint8_t()
        self.size = vsc.rand_uint8_t()
        self.burst = vsc.rand_enum_t(Burst)

    @vsc.constraint
    def rules(self):
        self.size.inside(vsc.rangelist(vsc.rng(0, 2)))
        (self.address & 0xFFF) + ((self.length + 1) << self.size) <= 4096
        with vsc.if_then(self.burst == Burst.Wrap):
            self.length.inside(vsc.rangelist(1, 3, 7, 15))
            self.address % (1 << self.size) == 0


@vsc.randobj
class Weighted(Uniform):
    def __init__(self):
        super().__init__()

    @vsc.constraint
    def weights(self):
        vsc.dist(
            self.burst,
            [vsc.weight(Burst.Incr, 6), vsc.weight(Burst.Wrap, 3), vsc.weight(Burst.Fixed, 1)],
        )


@vsc.randobj
class Free:
    def __init__(self):
        self.address = vsc.rand_uint32_t()
        self.length = vsc.rand_uint8_t()
        self.burst = vsc.rand_enum_t(Burst)


@vsc.randobj
class Product:
    """Of 64 bits each: as wide as the product is to be."""

    def __init__(self):
        self.a = vsc.rand_uint64_t()
        self.b = vsc.rand_uint64_t()

    @vsc.constraint
    def rules(self):
        self.a <= 0xFFFF_FFFF
        self.b <= 0xFFFF_FFFF
        self.a * self.b > 0xFC00_0000_0000_0000
        (self.a ^ self.b) == 0x00F0_0F00


def check(item):
    end = (item.address & 0xFFF) + ((item.length + 1) << item.size)
    kept = item.size <= 2 and end <= 4096
    if item.burst == Burst.Wrap:
        kept = kept and item.length in (1, 3, 7, 15) and item.address % (1 << item.size) == 0
    if not kept:
        sys.exit(f"a draw breaks the rules: {item.address} {item.length} {item.size} {item.burst}")


def check_product(item):
    a, b = item.a, item.b
    if max(a, b) >= 1 << 32 or a * b <= 0xFC00_0000_0000_0000 or a ^ b != 0x00F0_0F00:
        sys.exit(f"a draw breaks the rules: {a} {b}")


def draws(name, draw, check, rounds=ROUNDS, count=DRAWS):
    """The best round, of the processor's time; what a draw has given is checked in between."""
    check(draw())
    best = None
    for _ in range(rounds):
        used = 0
        for _ in range(count):
            begun = time.process_time_ns()
            item = draw()
            used += time.process_time_ns() - begun
            check(item)
        best = used if best is None else min(best, used)
    print(name, best // count, flush=True)


def plain(item):
    def draw():
        item.randomize()
        return item

    return draw


def wrapped(item):
    def draw():
        with item.randomize_with() as it:
            it.burst == Burst.Wrap
        return item

    def look(item):
        check(item)
        if item.burst != Burst.Wrap:
            sys.exit("a draw breaks the constraint in line")

    return draw, look


random.seed(1)
draws("free", plain(Free()), lambda _: None)
draws("uniform", plain(Uniform()), check)
draws("weighted", plain(Weighted()), check)
draws("in_line", *wrapped(Weighted()))
draws("product", plain(Product()), check_product, rounds=20, count=1)
