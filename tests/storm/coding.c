#include "coding.h"

#include "storm.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 1 << 16, MAX_THREADS = 3, MAX_BLOCK = 2000 };

/* ---- Encoding ---- */

int is_slow(const struct uqd_model *model)
{
    const double slow = 1e5; /* multiply-accumulates per pixel */
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    return info.macs >= slow;
}

struct machine machine_random(struct random *random, const struct uqd_model *model)
{
    static const uint32_t masks[] = {
        (uint32_t)UQD_CPU_ALL,           UQD_CPU_AVX2 | UQD_CPU_NEON,
        UQD_CPU_AVX2 | UQD_CPU_AVX512,   UQD_CPU_AVX2 | UQD_CPU_AVX512 | UQD_CPU_VNNI,
        UQD_CPU_AVX2 | UQD_CPU_AVX_VNNI, 0,
    };
    /* Plain C would take seconds there. */
    const uint32_t n = sizeof masks / sizeof masks[0] - (is_slow(model) ? 1 : 0);
    return (struct machine){random_between(random, 1, MAX_THREADS), masks[random_below(random, n)]};
}

static uint32_t random_block_size(struct random *random, enum uqd_metadata_type type)
{
    return type == UQD_METADATA_CICP         ? 4
           : type == UQD_METADATA_RESOLUTION ? 9
                                             : random_between(random, 1, MAX_BLOCK);
}

static void draw_blocks(struct options *options, struct random *random)
{
    const uint32_t n = random_below(random, STORM_MAX_BLOCKS + 1);
    uint32_t type = random_below(random, UQD_METADATA_TEXT + 1);
    for (uint32_t i = 0; i < n; i++, type += type < UQD_METADATA_TEXT) {
        const uint32_t size = random_block_size(random, (enum uqd_metadata_type)type);
        const uint8_t mask = random_chance(random, 50) ? 0xff : 3; /* the latter can be packed */
        uint8_t *const data = storm_alloc(size);
        for (uint32_t j = 0; j < size; j++)
            data[j] = (uint8_t)random_bits(random) & mask;
        options->blocks[i] = (struct uqd_metadata){(enum uqd_metadata_type)type, data, size};
    }
    options->settings.metadata = options->blocks;
    options->settings.n_metadata = n;
}

void options_random(struct options *options, struct random *random, const struct uqd_model *model)
{
    struct uqd_encode_settings *const settings = &options->settings;
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    uqd_encode_settings_default(settings);
    if (random_chance(random, 40))
        settings->dither = UQD_DITHER_UNIVERSAL;
    else if (random_chance(random, 50) && uqd_model_has_order(model, UQD_ORDER_PSNR))
        settings->order = UQD_ORDER_PSNR;
    settings->seed = random_chance(random, 20) ? 0 : random_bits(random);
    if (random_chance(random, 20))
        settings->stop_step = random_below(random, info.n_steps + 1);
    settings->no_distortion = random_chance(random, 40);
    settings->solid = random_chance(random, 25);
    settings->may_copy = random_chance(random, 50);
    if (random_chance(random, 40))
        draw_blocks(options, random);
}

struct uqd_region region_random(struct random *random, uint32_t width, uint32_t height)
{
    const uint32_t x = random_below(random, width), y = random_below(random, height);
    return (struct uqd_region){x, y, 1 + random_below(random, width - x),
                               1 + random_below(random, height - y)};
}

void options_draw_first(struct options *options, struct random *random,
                        const struct uqd_image *image)
{
    if (random_chance(random, 30))
        options->settings.first = region_random(random, image->width, image->height);
}

void options_free(struct options *options)
{
    for (uint32_t i = 0; i < options->settings.n_metadata; i++)
        free((void *)options->blocks[i].data);
}

struct file encode(const struct uqd_model *model, const struct uqd_image *image,
                   const struct options *options, struct machine machine)
{
    struct uqd_encode_settings settings = options->settings;
    settings.threads = machine.threads;
    settings.cpu_mask = machine.cpu_mask;
    struct file file;
    int status = uqd_encode(model, image, &settings, &file.data, &file.size);
    if (status == UQD_ERR_ARG && settings.first.width > 0) { /* a paper model has no such order */
        settings.first.width = 0;
        status = uqd_encode(model, image, &settings, &file.data, &file.size);
    }
    STORM_CHECK(status == UQD_OK);
    return file;
}

/* ---- Decoding ---- */

struct uqd_decoder *decoder_new(const struct uqd_model *model, struct machine machine)
{
    struct uqd_decoder_settings settings;
    uqd_decoder_settings_default(&settings);
    settings.max_pixels = MAX_PIXELS;
    settings.threads = machine.threads;
    settings.cpu_mask = machine.cpu_mask;
    struct uqd_decoder *decoder;
    STORM_CHECK(uqd_decoder_new(&decoder, model, &settings) == UQD_OK);
    return decoder;
}

static int advance_all(struct uqd_decoder *decoder)
{
    int status = UQD_OK;
    while (status == UQD_OK)
        status = uqd_decoder_advance(decoder);
    if (status < 0)
        STORM_CHECK(uqd_decoder_advance(decoder) == status);
    return status;
}

/* From a block of just that size, which a sanitizer watches. */
static int feed(struct uqd_decoder *decoder, const uint8_t *data, size_t size)
{
    uint8_t *const copy = storm_alloc(size);
    if (size > 0)
        memcpy(copy, data, size);
    const int status = uqd_decoder_feed(decoder, copy, size);
    free(copy);
    return status;
}

int decode_whole(struct uqd_decoder *decoder, const uint8_t *data, size_t size)
{
    const int status = feed(decoder, data, size);
    return status == UQD_OK ? advance_all(decoder) : status;
}

static void do_something(struct uqd_decoder *decoder, struct random *random)
{
    const uint32_t what = random_below(random, 4);
    if (what == 0) {
        const int status = uqd_decoder_prepare(decoder);
        STORM_CHECK(status == UQD_OK || status == UQD_END || status == UQD_ERR_CORRUPT);
    } else if (what == 1) {
        const struct uqd_picture_request request = request_random(random, UQD_STEP_LATEST);
        size_t size;
        free(picture_of(decoder, &request, &size));
    }
}

int decode_in_pieces(struct uqd_decoder *decoder, const uint8_t *data, size_t size,
                     struct random *random)
{
    int status = UQD_NEED_DATA;
    for (size_t at = 0; at < size;) {
        const uint32_t left = (uint32_t)(size - at);
        const uint32_t n =
            random_between(random, 1, random_chance(random, 30) ? left : 1 + left / 4);
        status = feed(decoder, data + at, n);
        at += n;
        if (status < 0)
            return status;
        if (status == UQD_OK && random_chance(random, 50)) {
            (void)advance_all(decoder);
            do_something(decoder, random);
        }
    }
    return status == UQD_OK ? advance_all(decoder) : status;
}

struct uqd_info info_of(const struct uqd_decoder *decoder)
{
    struct uqd_info info;
    STORM_CHECK(uqd_decoder_info(decoder, &info) == UQD_OK);
    return info;
}

/* ---- Pictures ---- */

struct uqd_picture_request request_random(struct random *random, uint32_t step)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.mode = random_chance(random, 50)
                       ? UQD_MODE_DENOISED
                       : (enum uqd_mode)random_between(random, UQD_MODE_DENOISED, UQD_MODE_FLOW);
    request.seed = random_below(random, 3);
    request.reduce = random_chance(random, 50) ? 0 : random_below(random, UQD_MAX_REDUCE + 1);
    return request;
}

uint8_t *picture_of(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                    size_t *size)
{
    const struct uqd_info info = info_of(decoder);
    const size_t stride = (size_t)uqd_reduced_side(info.width, request->reduce) * info.channels;
    *size = stride * uqd_reduced_side(info.height, request->reduce);
    uint8_t *const pixels = storm_alloc(*size);
    STORM_CHECK(uqd_decoder_picture(decoder, request, pixels, stride) == UQD_OK);
    storm_count("pictures", 1);
    return pixels;
}

uint8_t *step_picture(struct uqd_decoder *decoder, uint32_t step, size_t *size)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    return picture_of(decoder, &request, size);
}

int show_the_same(struct uqd_decoder *a, struct uqd_decoder *b,
                  const struct uqd_picture_request *request)
{
    size_t size_a, size_b;
    uint8_t *const pixels_a = picture_of(a, request, &size_a);
    uint8_t *const pixels_b = picture_of(b, request, &size_b);
    const int same = size_a == size_b && memcmp(pixels_a, pixels_b, size_a) == 0;
    free(pixels_a);
    free(pixels_b);
    return same;
}

int are_pixels_of(const struct uqd_image *image, const uint8_t *pixels)
{
    const size_t row = (size_t)image->width * image->channels;
    for (uint32_t y = 0; y < image->height; y++)
        if (memcmp(pixels + y * row, image->pixels + y * image->stride, row) != 0)
            return 0;
    return 1;
}
