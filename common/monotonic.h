/* Time that no setting of the clock moves. */
#ifndef UQD_COMMON_MONOTONIC_H
#define UQD_COMMON_MONOTONIC_H

#include <stdint.h>

/* Milliseconds since some moment in the past. Any thread, and handlers of signals. */
int64_t monotonic_ms(void);

#endif
