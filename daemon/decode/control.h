/* What is said beforehand to whoever decodes a file, and what is seen of it meanwhile. */
#ifndef UQD_DAEMON_DECODE_CONTROL_H
#define UQD_DAEMON_DECODE_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* What others see of the call under way, and how they end it. May lie in shared memory. */
struct decode_control {
    atomic_bool stop;    /* the call under way shall end at once */
    _Atomic double done; /* of the call under way, 0 to 1 */
    atomic_uint signs;   /* of life: counts while the call goes on */
};

struct decode_settings {
    uint64_t max_bytes;  /* the file is taken to end there */
    uint64_t max_pixels; /* of a picture; larger ones are refused */
    uint64_t max_memory; /* bytes of address space of the process */
    uint32_t max_step;   /* the last one to be decoded */
    uint32_t threads;
    struct uqd_region region; /* decoded alone; of width 0: all of the picture */
    bool with_ms_ssim;
};

#endif
