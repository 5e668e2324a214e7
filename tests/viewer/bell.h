/* What a notify function rings, and waiting for it. All waits are bounded, and fail the test. */
#ifndef UQD_TESTS_BELL_H
#define UQD_TESTS_BELL_H

#include <pthread.h>

struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    unsigned count; /* how often it was rung and not heard yet */
    unsigned total;
};

/* Before its first use, and to forget all that was rung. */
void bell_init(struct bell *bell);

/* The cookie is the bell. From any thread. */
void bell_ring(void *cookie);

/* Waits until it was rung since the last time. */
void bell_wait(struct bell *bell);

/* How often it was rung altogether. */
unsigned bell_total(struct bell *bell);

#endif
