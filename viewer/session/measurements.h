/* What is known of the pictures of a file by number: their distortion, and that they cannot be had.
 */
#ifndef UQD_VIEWER_SESSION_MEASUREMENTS_H
#define UQD_VIEWER_SESSION_MEASUREMENTS_H

#include "frame_key.h"

#include <stdbool.h>
#include <stddef.h>

#define MEASUREMENTS_MAX 4096 /* pictures; the oldest goes first */

struct measurement {
    struct frame_key key;
    double psnr;    /* decibels, NaN if unknown */
    double ms_ssim; /* NaN if unknown */
    bool refused;   /* the source could not make that picture */
    uint64_t size;  /* of another codec: bytes of its file, 0 if unknown, ... */
    char note[64];  /* ... and the setting that it was made with, or why there is no picture */
};

/* Zero-initialise. */
struct measurements {
    struct measurement *entries;
    size_t n_entries, allocated;
};

void measurements_clear(struct measurements *measurements);

/* NULL if nothing is known. Valid until the next call that adds. */
const struct measurement *measurements_find(const struct measurements *measurements,
                                            const struct frame_key *key);

/* Without memory nothing is remembered. */
void measurements_set_psnr(struct measurements *measurements, const struct frame_key *key,
                           double psnr);
void measurements_set_ms_ssim(struct measurements *measurements, const struct frame_key *key,
                              double ms_ssim);
void measurements_set_file(struct measurements *measurements, const struct frame_key *key,
                           uint64_t size, const char *setting);
void measurements_refuse(struct measurements *measurements, const struct frame_key *key,
                         const char *why);

/* Every picture may be asked for again, but for those of other codecs: they would be refused
 * again. */
void measurements_forget_refusals(struct measurements *measurements);

#endif
