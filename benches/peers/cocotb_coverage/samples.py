"""What a sample costs in cocotb-coverage: the group of coverage/benches/samples.rs, written as its
documentation does.

Prints the nanoseconds of a sample, least and median, and what it has covered of each item, in per cent.
"""

import statistics
import time

from cocotb_coverage.coverage import CoverCross, CoverPoint, coverage_db, coverage_section

ROUNDS = 40
SAMPLES = 1000


def within(value, bounds):
    return bounds[0] <= value <= bounds[1]


transfers = coverage_section(
    CoverPoint(
        "transfers.length",
        vname="length",
        rel=within,
        bins=[(0, 0), (1, 15), (16, 255)],
        bins_labels=["single", "short", "long"],
    ),
    CoverPoint("transfers.size", vname="size", bins=[0, 1, 2]),
    CoverPoint("transfers.burst", vname="burst", bins=["Fixed", "Incr", "Wrap"]),
    CoverCross(
        "transfers.kinds",
        items=["transfers.length", "transfers.size", "transfers.burst"],
        ign_bins=[("long", None, "Wrap")],
    ),
)


@transfers
def sample(length, size, burst):
    pass


BURSTS = ["Fixed", "Incr", "Wrap"]


def one_round():
    begun = time.process_time_ns()
    for it in range(SAMPLES):
        sample(it & 0xFF, it % 3, BURSTS[it % 3])
    return (time.process_time_ns() - begun) / SAMPLES


one_round()
rounds = [one_round() for _ in range(ROUNDS)]
print("least", min(rounds))
print("median", statistics.median(rounds))
for item in ["length", "size", "burst", "kinds"]:
    bins = coverage_db[f"transfers.{item}"]
    print(item, 100 * bins.coverage / bins.size)
