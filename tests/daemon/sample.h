/* A small model, and pictures encoded with it. */
#ifndef UQD_TESTS_SAMPLE_H
#define UQD_TESTS_SAMPLE_H

#include "desk.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct sample {
    struct uqd_model *model;
    uint32_t width, height, channels;
    uint8_t *pixels; /* packed rows */
    uint8_t *data;   /* the picture as a .uqd file */
    size_t size;
    struct uqd_info info;
    uint64_t *step_bytes; /* info.n_steps lengths of the file */
};

/* Installs the model as the desk's default model and encodes a picture. */
void sample_make(struct sample *sample, const struct desk *desk, uint32_t width, uint32_t height,
                 uint32_t channels);

void sample_free(struct sample *sample);

/* A descriptor of a new file with the first size bytes, open for reading. */
int sample_file(const struct sample *sample, const struct desk *desk, size_t size);

/* The same with any content. */
int bytes_file(const struct desk *desk, const void *data, size_t size);

/* Decodes the first size bytes in this process as far as they go, and renders the picture into
 * packed, malloc'ed rows. */
uint8_t *sample_render(const struct sample *sample, size_t size,
                       const struct uqd_picture_request *request);

#endif
