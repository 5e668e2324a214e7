/* A file of which everything is known: what its cut and damaged copies are compared with. */
#ifndef UQD_TESTS_STORM_SAMPLE_H
#define UQD_TESTS_STORM_SAMPLE_H

#include "coding.h"

struct sample {
    struct uqd_image image;
    struct options options;
    struct file file;
    struct uqd_info info;
    struct uqd_decoder *whole; /* has decoded all of the file */
    uint64_t step_end[STORM_MAX_STEPS];
    uint8_t *steps[STORM_MAX_STEPS]; /* their denoised pictures */
    size_t picture_size;
};

/* A random picture of at most so many pixels, encoded with random options. Must stay where it is;
 * released with sample_free. */
void sample_random(struct sample *sample, struct random *random, const struct uqd_model *model,
                   uint32_t max_pixels);

void sample_free(struct sample *sample);

/* Steps that end within the first n bytes. */
uint32_t sample_steps_within(const struct sample *sample, uint64_t n);

/* Whether a decoder shows that step as the whole file does. */
int sample_shows(const struct sample *sample, struct uqd_decoder *decoder, uint32_t step);

#endif
