/* What several pictures of one size agree on, and where they differ: mean and variance of every
 * sample. Of ancestral pictures of one step by different seeds the mean is what the bytes tell, and
 * the variance where the decoder makes things up. Whole numbers: the order of the pictures does not
 * matter. Each spread is used by one thread at a time. */
#ifndef UQD_COMMON_SPREAD_H
#define UQD_COMMON_SPREAD_H

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

enum { SPREAD_MAX = 1 << 16 }; /* pictures */

struct spread {
    uint32_t width, height, channels;
    uint32_t n;        /* pictures so far */
    size_t n_samples;  /* width * height * channels */
    uint32_t *sums;    /* [n_samples]; owned */
    uint32_t *squares; /* [n_samples]: sums of squares; owned */
};

/* For pictures of that shape, 8 bytes for each of its samples. 0, or -1 where there is no memory or
 * no such picture; spread_free is then not needed, but allowed. */
int spread_init(struct spread *spread, uint32_t width, uint32_t height, uint32_t channels);

/* Frees what it holds, and leaves it empty. */
void spread_free(struct spread *spread);

/* One picture more; its pixels are not kept. 0, or -1 if its shape is another, or SPREAD_MAX
 * pictures are there: then nothing changes. */
int spread_add(struct spread *spread, const struct uqd_image *image);

/* The means, rounded to the nearest, halves up. mean[n_samples]; all 0 without pictures. */
void spread_mean(const struct spread *spread, uint8_t *mean);

/* The variances of what the pictures are drawn from, as far as they tell (the sum of squared
 * deviations divided by n - 1), in 1/256, rounded to the nearest. variance_q8[n_samples], at most
 * 8323200; all 0 with fewer than two pictures. */
void spread_variance(const struct spread *spread, uint32_t *variance_q8);

#endif
