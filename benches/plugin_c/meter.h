/* What the plugins in C share: which work, how many events, and the line that is printed when they are over. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HALF_PERIOD = 5, WARM_UP = 1000 };

static const char *bench = "edge";
static long count = 1000000;

static long events = -WARM_UP;
static struct timespec started;
static uint64_t checksum;

/* Ends the simulation: each plugin has its own. */
static void finish(void);

static void read_settings(void)
{
    const char *text;
    if ((text = getenv("BENCH_WORK")))
        bench = text;
    if ((text = getenv("BENCH_COUNT")))
        count = atol(text);
}

/* Of the processor: what else runs on the machine matters less. */
static double nanoseconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (now.tv_sec - start->tv_sec) * 1e9 + (now.tv_nsec - start->tv_nsec);
}

/* Counts an event; 0 when it was the last one. */
static int counted(void)
{
    events++;
    if (events == 0)
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &started);
    if (events < count)
        return 1;
    if (events == count) {
        printf("bench=%s n=%ld ns_per_event=%.2f checksum=%llu\n", bench, count,
               nanoseconds_since(&started) / count, (unsigned long long)checksum);
        fflush(stdout);
        finish();
    }
    return 0;
}
