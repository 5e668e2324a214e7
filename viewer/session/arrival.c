#include "session/arrival.h"

#include <stdio.h>

void arrival_begin(struct arrival *arrival, double rate, uint64_t now)
{
    *arrival = (struct arrival){.rate = rate, .running = rate > 0, .since = now};
}

void arrival_hold(struct arrival *arrival, bool hold, uint64_t now)
{
    arrival->running = !hold && arrival->rate > 0;
    arrival->since = now;
}

void arrival_advance(struct arrival *arrival, uint64_t now, double speed, uint64_t all, bool known)
{
    if (!arrival->running)
        return;
    arrival->seconds += (double)(now - arrival->since) / 1000 * speed;
    arrival->since = now;
    double bytes = arrival->seconds * arrival->rate / 8;
    if (bytes < (double)all) {
        arrival->bytes = (uint64_t)bytes;
        return;
    }
    arrival->bytes = all;
    arrival->seconds = (double)all * 8 / arrival->rate;
    arrival->running = !known;
}

#define LATE 1 /* second by which a picture may be late without a word */

const char *arrival_describe(const struct arrival *arrival, uint64_t bytes, struct text_line *line)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    struct text_line amount;
    double rate = arrival->rate, seconds = (double)bytes * 8 / arrival->rate;
    size_t unit = 0;
    for (; rate >= 1000 && unit + 1 < sizeof units / sizeof *units; unit++)
        rate /= 1000;
    snprintf(line->text, sizeof line->text, "%.4g %s  ·  %.1f s  ·  %.24s", rate, units[unit],
             seconds, format_bytes(&amount, bytes));
    return line->text;
}

double arrival_late(const struct arrival *arrival, uint64_t bytes)
{
    double late = arrival->seconds - (double)bytes * 8 / arrival->rate;
    return arrival->running && late >= LATE ? late : 0;
}
