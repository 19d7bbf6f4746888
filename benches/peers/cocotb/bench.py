"""What an event costs in cocotb: the same works as in plugin_rust/, written as its documentation does.

BENCH_WORK, BENCH_COUNT, BENCH_PROGRAM and BENCH_WATCHED say what to do, as for the testbenches in C++.
"""

import os
import time
from collections import deque

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ReadWrite, RisingEdge, Timer, ValueChange

COUNT = int(os.environ["BENCH_COUNT"])
WARM_UP = 1000


class Meter:
    def __init__(self):
        self.done = 0
        self.begun = 0
        self.checksum = 0

    def wants_more(self, events=1):
        if WARM_UP <= self.done < WARM_UP + events:
            self.begun = time.process_time_ns()
        self.done += events
        if self.done < WARM_UP + COUNT + events:
            return True
        rate = (time.process_time_ns() - self.begun) / COUNT
        checksum = self.checksum % 2**64
        print(f"bench={WORK} n={COUNT} ns_per_event={rate:.2f} checksum={checksum}", flush=True)
        return False


async def timer(dut):
    meter = Meter()
    step = Timer(1, unit="ns")
    while meter.wants_more():
        await step


async def edge(dut):
    Clock(dut.clk, 10, unit="ns").start()
    meter = Meter()
    rising = RisingEdge(dut.clk)
    while meter.wants_more():
        await rising


async def design_edge(dut):
    meter = Meter()
    rising = RisingEdge(dut.clk)
    while meter.wants_more():
        await rising


async def tb_cycle(dut):
    Clock(dut.clk, 10, unit="ns").start()
    meter = Meter()
    rising = RisingEdge(dut.clk)
    settled = ReadWrite()
    data, total = dut.data, dut.sum
    value = 0
    while meter.wants_more():
        await rising
        value += 1
        data.value = value
        await settled
        meter.checksum += total.value.to_unsigned()


async def reset(dut):
    Clock(dut.clk, 10, unit="ns").start()
    dut.rst.value = 1
    for _ in range(2):
        await RisingEdge(dut.clk)
    dut.rst.value = 0


async def drive_fifo(dut):
    rising = RisingEdge(dut.clk)
    random = 1
    while True:
        await rising
        random = (random * 1664525 + 1013904223) & 0xFFFFFFFF
        dut.wr_en.value = random >> 30 & 1
        dut.rd_en.value = random >> 29 & 1
        dut.wr_data.value = random


async def fifo(dut):
    dut.wr_en.value = 0
    dut.rd_en.value = 0
    dut.wr_data.value = 0
    await reset(dut)
    cocotb.start_soon(drive_fifo(dut))
    rising = RisingEdge(dut.clk)
    inside = deque()
    read = None
    meter = Meter()
    while meter.wants_more():
        await rising
        if read is not None:
            assert dut.rd_data.value == read
            meter.checksum = (meter.checksum * 31 + read) & 0xFFFFFFFFFFFFFFFF
            read = None
        assert dut.level.value == len(inside)
        if dut.rd_en.value and not dut.empty.value:
            read = inside.popleft()
        if dut.wr_en.value and not dut.full.value:
            inside.append(dut.wr_data.value.to_unsigned())


async def core(dut):
    memory = [0] * 0x2000
    with open(os.environ["BENCH_PROGRAM"]) as program:
        for place, line in enumerate(program):
            memory[place] = int(line, 16)
    dut.mem_ready.value = 0
    dut.mem_rdata.value = 0
    await reset(dut)
    rising = RisingEdge(dut.clk)
    answers = False
    meter = Meter()
    while meter.wants_more():
        await rising
        if answers:
            answers = False
            dut.mem_ready.value = 0
        elif dut.mem_valid.value:
            answers = True
            dut.mem_ready.value = 1
            address = dut.mem_addr.value.to_unsigned()
            strobes = dut.mem_wstrb.value.to_unsigned()
            place = address // 4 % len(memory)
            if strobes == 0:
                dut.mem_rdata.value = memory[place]
            else:
                mask = sum(0xFF << 8 * lane for lane in range(4) if strobes >> lane & 1)
                word = memory[place] & ~mask | dut.mem_wdata.value.to_unsigned() & mask
                memory[place] = word
                meter.checksum = (meter.checksum * 31 + word + address) & 0xFFFFFFFFFFFFFFFF


async def watch(word, changes):
    await ValueChange(word)
    changes.append(word)


async def watched(dut):
    changes = []
    dut.change.value = 0
    Clock(dut.clk, 10, unit="ns").start()
    for number in range(int(os.environ["BENCH_WATCHED"])):
        cocotb.start_soon(watch(getattr(dut, f"w{number}"), changes))
    rising = RisingEdge(dut.clk)
    await rising
    meter = Meter()
    while meter.wants_more():
        await rising
    assert not changes


BEATS = 16
AHEAD = 3


def frame(number, beats=BEATS):
    words = range(number * beats, (number + 1) * beats)
    return b"".join((word & 0xFFFFFFFF).to_bytes(4, "little") for word in words)


def add(meter, data):
    for at in range(0, len(data), 4):
        word = int.from_bytes(data[at : at + 4], "little")
        meter.checksum = (meter.checksum * 31 + word) & 0xFFFFFFFFFFFFFFFF


async def stream(dut):
    # Where it is not installed, the other works go on.
    from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource

    Clock(dut.aclk, 10, unit="ns").start()
    dut.aresetn.value = 0
    inputs = AxiStreamBus.from_prefix(dut, "s_axis")
    outputs = AxiStreamBus.from_prefix(dut, "m_axis")
    source = AxiStreamSource(inputs, dut.aclk, dut.aresetn, reset_active_level=False)
    sink = AxiStreamSink(outputs, dut.aclk, dut.aresetn, reset_active_level=False)
    for _ in range(2):
        await RisingEdge(dut.aclk)
    dut.aresetn.value = 1
    sent = 0
    for sent in range(AHEAD):
        await source.send(frame(sent))
    meter = Meter()
    while meter.wants_more(BEATS):
        data = (await sink.recv()).tdata
        sent += 1
        await source.send(frame(sent))
        add(meter, data)


BURST = 64


async def burst(dut):
    from cocotbext.axi import AxiBus, AxiMaster

    Clock(dut.aclk, 10, unit="ns").start()
    dut.aresetn.value = 0
    bus = AxiBus.from_prefix(dut, "s_axi")
    manager = AxiMaster(bus, dut.aclk, dut.aresetn, reset_active_level=False)
    for _ in range(2):
        await RisingEdge(dut.aclk)
    dut.aresetn.value = 1
    number = 0
    meter = Meter()
    while meter.wants_more(2 * BURST):
        place = number * 4 * BURST % 0x4000
        await manager.write(place, frame(number, BURST))
        add(meter, (await manager.read(place, 4 * BURST)).data)
        number += 1


WORK = os.environ["BENCH_WORK"]


@cocotb.test()
async def bench(dut):
    await globals()[WORK](dut)
