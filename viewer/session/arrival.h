/* A file as it would come through a slow line: how much of it would be there by now. */
#ifndef UQD_VIEWER_SESSION_ARRIVAL_H
#define UQD_VIEWER_SESSION_ARRIVAL_H

#include "session/format.h"

#include <stdbool.h>
#include <stdint.h>

struct arrival {
    double rate;    /* bits per second; 0: nothing is awaited */
    double seconds; /* since the first bit */
    uint64_t bytes; /* that have come */
    bool running;   /* the line is not held */
    uint64_t since; /* the time of the caller's clock for which that holds, milliseconds */
};

void arrival_begin(struct arrival *arrival, double rate, uint64_t now);

/* Holds the line, or lets it go on. */
void arrival_hold(struct arrival *arrival, bool hold, uint64_t now);

/* Goes on to a later time, a second of the clock being so many seconds of the line. `all` bytes are
 * to come; where they are not yet known to be all, nothing but waiting happens after them. */
void arrival_advance(struct arrival *arrival, uint64_t now, double speed, uint64_t all, bool known);

/* "56 kbit/s  ·  3.2 s  ·  21.9 kB": when so many bytes had come, which are those of the picture
 * that is shown. */
const char *arrival_describe(const struct arrival *arrival, uint64_t bytes, struct text_line *line);

/* By how many seconds of the line a picture of so many bytes is late; 0 where that is less than
 * one, or the line is held. */
double arrival_late(const struct arrival *arrival, uint64_t bytes);

#endif
