/* What an event costs in a plain C plugin through VHPI: vpi_bench.c for NVC.
 *
 *   gcc -O2 -shared -fPIC -I.../include vhpi_bench.c -o vhpi_bench.so
 *   nvc --std=2008 -a ../hdl/plugin_clock.vhd -e bench
 *   BENCH_WORK=edge BENCH_COUNT=1000000 nvc --std=2008 --load=./vhpi_bench.so -r bench
 *
 * BENCH_WORK is one of timer, edge, tb_cycle, design_edge: see vpi_bench.c, also for what is printed.
 */
#include <string.h>

#include <vhpi_user.h>

#include "meter.h"

enum { WIDTH = 32 };

/* NVC's time steps are of a femtosecond. */
static const int64_t NANOSECOND = 1000000;

static vhpiHandleT clk, data, sum;

static void fail(const char *what)
{
    vhpi_printf("vhpi_bench: %s", what);
    vhpi_control(vhpiFinish, 1);
}

static void finish(void)
{
    vhpi_control(vhpiFinish, 0);
}

/* The handle is given back at once: NVC would look for a free one among all that there have been. Errors are
 * not asked for, which would cost as much as the call. */
static void register_call(vhpiCbDataT *cb)
{
    vhpi_release_handle(vhpi_register_cb(cb, vhpiReturnCb));
}

/* Asks for one call after nanoseconds. */
static void call_after(int64_t delay, void (*routine)(const vhpiCbDataT *))
{
    int64_t steps = delay * NANOSECOND;
    vhpiTimeT time = { .low = (uint32_t)steps, .high = (int32_t)(steps >> 32) };
    vhpiCbDataT cb = { .reason = vhpiCbAfterDelay, .cb_rtn = routine, .time = &time };
    register_call(&cb);
}

/* Asks for one call when no more delta cycle is known of. */
static void call_at_end_of_cycles(void (*routine)(const vhpiCbDataT *))
{
    vhpiCbDataT cb = { .reason = vhpiCbLastKnownDeltaCycle, .cb_rtn = routine };
    register_call(&cb);
}

static void put_bit(vhpiHandleT object, int high)
{
    vhpiValueT value = { .format = vhpiLogicVal, .value.enumv = high ? vhpi1 : vhpi0 };
    vhpi_put_value(object, &value, vhpiDepositPropagate);
}

/* `unsigned` is an array of std_logic, with the highest bit first. */
static void put_word(vhpiHandleT object, uint32_t word)
{
    vhpiEnumT bits[WIDTH];
    vhpiValueT value = { .format = vhpiLogicVecVal, .bufSize = sizeof bits, .numElems = WIDTH,
                         .value.enumvs = bits };
    for (int i = 0; i < WIDTH; i++)
        bits[i] = word >> (WIDTH - 1 - i) & 1 ? vhpi1 : vhpi0;
    vhpi_put_value(object, &value, vhpiDepositPropagate);
}

/* Two planes, the unknown one above. */
static uint64_t get_planes(vhpiHandleT object)
{
    vhpiEnumT bits[WIDTH];
    vhpiValueT value = { .format = vhpiLogicVecVal, .bufSize = sizeof bits, .numElems = WIDTH,
                         .value.enumvs = bits };
    uint32_t ones = 0, unknowns = 0;
    if (vhpi_get_value(object, &value))
        fail("a value cannot be read");
    for (int i = 0; i < WIDTH; i++) {
        ones = ones << 1 | (bits[i] == vhpi1 || bits[i] == vhpiH);
        unknowns = unknowns << 1 | (bits[i] != vhpi1 && bits[i] != vhpi0);
    }
    return (uint64_t)unknowns << 32 | ones;
}

static void on_timer(const vhpiCbDataT *cb)
{
    (void)cb;
    if (counted())
        call_after(1, on_timer);
}

static void on_half_period(const vhpiCbDataT *cb)
{
    static int level;
    (void)cb;
    level = !level;
    put_bit(clk, level);
    if (events < count)
        call_after(HALF_PERIOD, on_half_period);
}

static void on_end_of_cycles(const vhpiCbDataT *cb)
{
    (void)cb;
    put_word(data, (uint32_t)(events + WARM_UP + 1));
    checksum += get_planes(sum);
    counted();
}

static int is_high(void)
{
    vhpiValueT value = { .format = vhpiLogicVal };
    vhpi_get_value(clk, &value);
    return value.value.enumv == vhpi1;
}

static void on_edge(const vhpiCbDataT *cb)
{
    (void)cb;
    if (is_high())
        counted();
}

static void on_cycle_edge(const vhpiCbDataT *cb)
{
    (void)cb;
    if (is_high())
        call_at_end_of_cycles(on_end_of_cycles);
}

static void watch_clock(void (*routine)(const vhpiCbDataT *))
{
    vhpiCbDataT cb = { .reason = vhpiCbValueChange, .cb_rtn = routine, .obj = clk };
    register_call(&cb);
}

static void on_start(const vhpiCbDataT *cb)
{
    (void)cb;
    read_settings();
    clk = vhpi_handle_by_name(":bench:clk", NULL);
    data = vhpi_handle_by_name(":bench:data", NULL);
    sum = vhpi_handle_by_name(":bench:sum", NULL);
    if (!clk || !data || !sum) {
        fail("the design has no :bench:clk, :bench:data or :bench:sum");
    } else if (!strcmp(bench, "timer")) {
        call_after(1, on_timer);
    } else if (!strcmp(bench, "edge")) {
        watch_clock(on_edge);
        call_after(HALF_PERIOD, on_half_period);
    } else if (!strcmp(bench, "tb_cycle")) {
        watch_clock(on_cycle_edge);
        call_after(HALF_PERIOD, on_half_period);
    } else if (!strcmp(bench, "design_edge")) {
        watch_clock(on_edge);
    } else {
        fail("BENCH_WORK is none of timer, edge, tb_cycle, design_edge");
    }
}

static void start_up(void)
{
    vhpiCbDataT cb = { .reason = vhpiCbStartOfSimulation, .cb_rtn = on_start };
    vhpi_register_cb(&cb, 0);
}

void (*vhpi_startup_routines[])(void) = { start_up, NULL };
