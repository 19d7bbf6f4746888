"""What a sample costs in pyvsc: the group of coverage/benches/samples.rs, written as its documentation does.

Prints the nanoseconds of a sample, least and median, and what it has covered of each item, in per cent.
"""

import statistics
import time
from enum import IntEnum, auto

import vsc

ROUNDS = 10
SAMPLES = 768


class Burst(IntEnum):
    Fixed = auto()
    Incr = auto()
    Wrap = auto()


@vsc.covergroup
class Transfers:
    def __init__(self):
        self.with_sample(length=vsc.bit_t(8), size=vsc.bit_t(2), burst=vsc.enum_t(Burst))
        self.lengths = vsc.coverpoint(
            self.length,
            bins={"single": vsc.bin(0), "short": vsc.bin([1, 15]), "long": vsc.bin([16, 255])},
        )
        self.sizes = vsc.coverpoint(self.size, bins={"size": vsc.bin_array([], [0, 2])})
        self.bursts = vsc.coverpoint(self.burst, cp_t=vsc.enum_t(Burst))
        self.kinds = vsc.cross(
            [self.lengths, self.sizes, self.bursts],
            ignore_bins={
                "long_wrap": lambda length, size, burst: length.name == "long"
                and burst.intersect(Burst.Wrap)
            },
        )


transfers = Transfers()
BURSTS = list(Burst)


def one_round():
    begun = time.process_time_ns()
    for it in range(SAMPLES):
        transfers.sample(it & 0xFF, it % 3, BURSTS[it % 3])
    return (time.process_time_ns() - begun) / SAMPLES


one_round()
rounds = [one_round() for _ in range(ROUNDS)]
print("least", min(rounds))
print("median", statistics.median(rounds))
print("length", transfers.lengths.get_coverage())
print("size", transfers.sizes.get_coverage())
print("burst", transfers.bursts.get_coverage())
print("kinds", transfers.kinds.get_coverage())
