/* Small pictures, a small model, and one-line calls of the codec that fail the test on errors. */
#ifndef UQD_TESTS_CODEC_SUPPORT_H
#define UQD_TESTS_CODEC_SUPPORT_H

#include "uqd/uqd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum content { CONTENT_PHOTO, CONTENT_NOISE, CONTENT_FLAT, CONTENT_CHECKERS, N_CONTENTS };

extern const char *const content_names[N_CONTENTS];

/* A picture in one block of memory; to be freed with free(). */
struct uqd_image *make_image(uint32_t width, uint32_t height, uint32_t channels,
                             enum content content, uint64_t seed);

size_t image_bytes(const struct uqd_image *image);

/* Advances the seed; uniform 64 bits. */
uint64_t next_random(uint64_t *seed);

/* The tiny model of that seed, loaded. */
struct uqd_model *load_tiny_model(uint64_t seed);

/* Loads the bytes of a model file and frees the model; the status. */
int loading_status(const void *data, size_t size);

/* Encodes a small picture; the status, by which damaged weights are found. */
int encoding_status(const struct uqd_model *model);

/* cmocka group fixtures: *state is the tiny model of seed 1. */
int setup_model(void **state);
int teardown_model(void **state);

/* Bytes of a .uqd file; data is malloc'ed. */
struct file {
    uint8_t *data;
    size_t size;
};

/* Default settings, but one thread. */
struct uqd_encode_settings one_thread_encoding(void);
struct uqd_decoder_settings one_thread_decoding(void);

/* settings NULL: one_thread_encoding(). */
struct file encode(const struct uqd_model *model, const struct uqd_image *image,
                   const struct uqd_encode_settings *settings);

/* A decoder of one thread, without data, or with the whole file fed. */
struct uqd_decoder *empty_decoder(const struct uqd_model *model);
struct uqd_decoder *full_decoder(const struct uqd_model *model, struct file file);

/* Advances as far as the data allows; the last status, which must not be an error. */
int advance_all(struct uqd_decoder *decoder);

/* The picture in full size, seed 5; malloc'ed. */
uint8_t *picture_at(struct uqd_decoder *decoder, uint32_t step, enum uqd_mode mode);

/* The same, as XXH3 of the pixels. */
uint64_t picture_hash(struct uqd_decoder *decoder, uint32_t step, enum uqd_mode mode);

struct uqd_info info_of(const struct uqd_decoder *decoder);
struct uqd_step_info step_info_of(const struct uqd_decoder *decoder, uint32_t step);

/* PSNR of pixels in rows without gaps. */
double psnr_of(const struct uqd_image *image, const uint8_t *pixels);

#endif
