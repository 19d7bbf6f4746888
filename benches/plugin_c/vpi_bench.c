/* What an event costs in a plain C plugin: the yardstick for the library's own benches.
 *
 *   gcc -O2 -shared -fPIC -I/usr/include/iverilog vpi_bench.c -o vpi_bench.vpi
 *   iverilog -o plugin_clock.vvp ../hdl/plugin_clock.v
 *   BENCH_WORK=edge BENCH_COUNT=1000000 vvp -M. -mvpi_bench plugin_clock.vvp
 *
 * GHDL takes it too, with ../hdl/plugin_clock.vhd: `ghdl -r bench --vpi=./vpi_bench.vpi`.
 *
 * BENCH_WORK  design        one event is
 *   timer        plugin_clock  a delay of one step, which asks for the next one
 *   edge         plugin_clock  a rising edge of the plugin's clock, seen by a standing callback
 *   tb_cycle     plugin_clock  the same, then in the read-write phase 32 bits written and 32 read
 *   design_edge  design_clock  a rising edge of the design's clock, seen by a standing callback
 *   words_written  plugin_clock  a word of a memory looked up by its index and written
 *   words_read     plugin_clock  the same, read
 *
 * BENCH_READ=bin|vector|int chooses how tb_cycle reads; int is what a plugin may use that does not
 * care for X and Z. Prints one line: bench=edge n=1000000 ns_per_event=338.10 checksum=0
 */
#include <string.h>

#include <vpi_user.h>

#include "meter.h"

enum { WORDS = 65536 };

static int read_format = vpiBinStrVal;
static int value_is_told = 1;

static vpiHandle clk, data, sum;

static void fail(const char *what)
{
    vpi_printf("vpi_bench: %s\n", what);
    vpi_control(vpiFinish, 0);
}

static void finish(void)
{
    vpi_control(vpiFinish, 0);
}

/* Asks for a call at a time or a phase. */
static void call(PLI_INT32 reason, PLI_INT32 (*routine)(p_cb_data), PLI_UINT32 delay)
{
    s_vpi_time time = { .type = vpiSimTime, .low = delay };
    s_cb_data cb = { .reason = reason, .cb_rtn = routine, .time = &time };
    if (!vpi_register_cb(&cb))
        fail("a callback was refused");
}

static void put_integer(vpiHandle object, PLI_INT32 integer)
{
    s_vpi_value value = { .format = vpiIntVal };
    value.value.integer = integer;
    vpi_put_value(object, &value, NULL, vpiNoDelay);
}

/* Reads 32 bits as two planes, the unknown one above. */
static uint64_t get_planes(vpiHandle object)
{
    s_vpi_value value = { .format = read_format };
    vpi_get_value(object, &value);
    switch (read_format) {
    case vpiBinStrVal: {
        uint32_t ones = 0, unknowns = 0;
        for (const char *digit = value.value.str; *digit; digit++) {
            ones = ones << 1 | (*digit == '1' || *digit == 'x');
            unknowns = unknowns << 1 | (*digit > '1');
        }
        return (uint64_t)unknowns << 32 | ones;
    }
    case vpiVectorVal:
        return (uint64_t)(uint32_t)value.value.vector->bval << 32 |
               (uint32_t)value.value.vector->aval;
    default:
        return (uint32_t)value.value.integer;
    }
}

static PLI_INT32 on_timer(p_cb_data cb)
{
    (void)cb;
    if (counted())
        call(cbAfterDelay, on_timer, 1);
    return 0;
}

static PLI_INT32 on_half_period(p_cb_data cb)
{
    static int level;
    (void)cb;
    level = !level;
    put_integer(clk, level);
    if (events < count)
        call(cbAfterDelay, on_half_period, HALF_PERIOD);
    return 0;
}

static PLI_INT32 on_read_write(p_cb_data cb)
{
    (void)cb;
    put_integer(data, (PLI_INT32)(events + WARM_UP + 1));
    checksum += get_planes(sum);
    counted();
    return 0;
}

/* Whether the clock is high: GHDL does not tell with the callback. */
static int is_high(p_cb_data cb)
{
    if (!value_is_told)
        return get_planes(clk) == 1;
    return cb->value->value.scalar == vpi1;
}

static PLI_INT32 on_edge(p_cb_data cb)
{
    if (is_high(cb))
        counted();
    return 0;
}

static PLI_INT32 on_cycle_edge(p_cb_data cb)
{
    if (is_high(cb))
        call(cbReadWriteSynch, on_read_write, 0);
    return 0;
}

static void access_words(int writes)
{
    vpiHandle words = vpi_handle_by_name("bench.words", NULL);
    if (!words) {
        fail("the design has no bench.words");
        return;
    }
    for (PLI_INT32 index = 0; !writes && index < WORDS; index++)
        put_integer(vpi_handle_by_index(words, index), index);
    do {
        PLI_INT32 index = (PLI_INT32)((events + WARM_UP) % WORDS);
        vpiHandle word = vpi_handle_by_index(words, index);
        if (writes)
            put_integer(word, index);
        else
            checksum += get_planes(word);
    } while (counted());
}

static PLI_INT32 on_words(p_cb_data cb)
{
    (void)cb;
    access_words(!strcmp(bench, "words_written"));
    return 0;
}

static void watch_clock(PLI_INT32 (*routine)(p_cb_data))
{
    s_vpi_time time = { .type = vpiSuppressTime };
    s_vpi_value value = { .format = vpiScalarVal };
    s_cb_data cb = {
        .reason = cbValueChange, .cb_rtn = routine, .obj = clk, .time = &time, .value = &value
    };
    if (!vpi_register_cb(&cb))
        fail("the clock cannot be watched");
}

static void prepare_reads(void)
{
    const char *text = getenv("BENCH_READ");
    if (text) {
        if (!strcmp(text, "int"))
            read_format = vpiIntVal;
        else if (!strcmp(text, "vector"))
            read_format = vpiVectorVal;
    }
    s_vpi_vlog_info info;
    vpi_get_vlog_info(&info);
    value_is_told = !info.product || !strstr(info.product, "GHDL");
}

static PLI_INT32 on_start(p_cb_data cb)
{
    (void)cb;
    read_settings();
    prepare_reads();
    clk = vpi_handle_by_name("bench.clk", NULL);
    data = vpi_handle_by_name("bench.data", NULL);
    sum = vpi_handle_by_name("bench.sum", NULL);
    if (!clk || !data || !sum) {
        fail("the design has no bench.clk, bench.data or bench.sum");
    } else if (!strcmp(bench, "timer")) {
        call(cbAfterDelay, on_timer, 1);
    } else if (!strcmp(bench, "edge")) {
        watch_clock(on_edge);
        call(cbAfterDelay, on_half_period, HALF_PERIOD);
    } else if (!strcmp(bench, "tb_cycle")) {
        watch_clock(on_cycle_edge);
        call(cbAfterDelay, on_half_period, HALF_PERIOD);
    } else if (!strcmp(bench, "design_edge")) {
        watch_clock(on_edge);
    } else if (!strncmp(bench, "words_", 6)) {
        call(cbAfterDelay, on_words, 1);
    } else {
        fail("BENCH_WORK is none of timer, edge, tb_cycle, design_edge, words_written, words_read");
    }
    return 0;
}

static void start_up(void)
{
    s_vpi_time time = { .type = vpiSimTime };
    s_cb_data cb = { .reason = cbStartOfSimulation, .cb_rtn = on_start, .time = &time };
    vpi_register_cb(&cb);
}

void (*vlog_startup_routines[])(void) = { start_up, NULL };
