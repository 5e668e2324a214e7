/* Random files, and decoders that take them in random ways. */
#ifndef UQD_TESTS_STORM_CODING_H
#define UQD_TESTS_STORM_CODING_H

#include "random.h"

#include <uqd/uqd.h>

enum { STORM_MAX_STEPS = 32, STORM_MAX_BLOCKS = 6 };

/* Whether a model takes so long that its pictures are to be small and few. */
int is_slow(const struct uqd_model *model);

/* Threads and kernels, which must not show in any result. */
struct machine {
    uint32_t threads, cpu_mask;
};

struct machine machine_random(struct random *random, const struct uqd_model *model);

/* What a picture is encoded with: settings whose metadata are these blocks. */
struct options {
    struct uqd_encode_settings settings;
    struct uqd_metadata blocks[STORM_MAX_BLOCKS];
};

/* Options must stay where they are; released with options_free. */
void options_random(struct options *options, struct random *random, const struct uqd_model *model);

struct uqd_region region_random(struct random *random, uint32_t width, uint32_t height);

/* Sometimes lets a region of the picture come first. */
void options_draw_first(struct options *options, struct random *random,
                        const struct uqd_image *image);
void options_free(struct options *options);

struct file {
    uint8_t *data; /* released with free() */
    size_t size;
};

struct file encode(const struct uqd_model *model, const struct uqd_image *image,
                   const struct options *options, struct machine machine);

/* A decoder for pictures of the storm; headers that promise larger ones are over its limit. */
struct uqd_decoder *decoder_new(const struct uqd_model *model, struct machine machine);

/* Feeds all bytes and decodes as many steps as there are. Returns the first failure, else
 * UQD_NEED_DATA or UQD_END. */
int decode_whole(struct uqd_decoder *decoder, const uint8_t *data, size_t size);

/* The same in random pieces, decoding, preparing and showing at random in between. */
int decode_in_pieces(struct uqd_decoder *decoder, const uint8_t *data, size_t size,
                     struct random *random);

struct uqd_info info_of(const struct uqd_decoder *decoder);

/* A request for a picture of that step in a random mode, perhaps reduced. */
struct uqd_picture_request request_random(struct random *random, uint32_t step);

/* The packed pixels of a picture, which must exist; released with free(). */
uint8_t *picture_of(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                    size_t *size);

/* The denoised picture of a step in full size. */
uint8_t *step_picture(struct uqd_decoder *decoder, uint32_t step, size_t *size);

/* Whether decoders show the same for a request. */
int show_the_same(struct uqd_decoder *a, struct uqd_decoder *b,
                  const struct uqd_picture_request *request);

/* Whether packed pixels are those of the image. */
int are_pixels_of(const struct uqd_image *image, const uint8_t *pixels);

#endif
