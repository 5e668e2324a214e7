/* Counts of what the library does, by wrapping what it calls: link with --wrap as meson.build does.
 * And decoders whose work is counted. */
#ifndef UQD_TESTS_COUNTS_H
#define UQD_TESTS_COUNTS_H

#include "codec_support.h"

#include <stdatomic.h>

extern struct counts {
    atomic_uint n_runs;       /* of a network */
    atomic_size_t n_blocks;   /* of the grids that a lattice model's network ran over */
    atomic_uint widest;       /* of these grids */
    atomic_size_t held, most; /* bytes; most: at once, since begin_count */
    unsigned n_reports;       /* of work that was done, by decoders of counted_decoder */
} counts;

/* Forgets what was counted; returns what is held. */
size_t begin_count(void);

/* A decoder of one thread with the file fed. */
struct uqd_decoder *counted_decoder(const struct uqd_model *model, struct file file);

/* Bytes of a row of a picture reduced so many times. */
size_t stride_of(struct uqd_decoder *decoder, uint32_t reduce);

/* The picture of everything fed, in rows without gaps. */
void make_picture(struct uqd_decoder *decoder, enum uqd_mode mode, uint32_t reduce,
                  uint8_t *pixels);

#endif
