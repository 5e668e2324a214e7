/* Encoded and decoded: exact where the file is lossless, and the same bytes and pictures whatever
 * threads and instruction sets either side has. */
#include "coding.h"
#include "metadata.h"
#include "picture.h"
#include "storm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 4900 };

static void check_info(const struct uqd_decoder *decoder, const struct uqd_image *image,
                       const struct options *options, const struct uqd_model *model, size_t size)
{
    const struct uqd_info info = info_of(decoder);
    const struct uqd_encode_settings *const settings = &options->settings;
    struct uqd_model_info of;
    uqd_model_get_info(model, &of);
    const int stops = settings->stop_step < of.n_steps - 1;
    STORM_CHECK(info.width == image->width && info.height == image->height);
    STORM_CHECK(info.channels == image->channels && info.file_size == size);
    STORM_CHECK(!info.has_copy || (settings->may_copy && !stops));
    STORM_CHECK(info.has_copy ? info.n_steps <= of.n_steps
                              : info.n_steps == (stops ? settings->stop_step + 1 : of.n_steps));
    STORM_CHECK(info.lossless == !stops && info.solid == (settings->solid && !info.has_copy));
    STORM_CHECK(info.order == settings->order);
    STORM_CHECK(uqd_decoder_steps_complete(decoder) == info.n_steps);
}

/* The PSNR in the table is that of the picture, in hundredths. */
static void check_distortion(struct uqd_decoder *decoder, const struct uqd_image *image,
                             uint32_t step)
{
    struct uqd_step_info info;
    STORM_CHECK(uqd_decoder_step_info(decoder, step, &info) == UQD_OK);
    if (isnan(info.psnr))
        return;
    size_t size;
    uint8_t *const pixels = step_picture(decoder, step, &size);
    const struct uqd_image shown = {image->width, image->height, image->channels,
                                    (size_t)image->width * image->channels, pixels};
    struct uqd_metrics metrics;
    STORM_CHECK(uqd_compare(image, &shown, 0, &metrics) == UQD_OK);
    STORM_CHECK(isinf(metrics.psnr) ? isinf(info.psnr) : fabs(metrics.psnr - info.psnr) < 0.0051);
    storm_count("distortions compared", 1);
    free(pixels);
}

static void check_lossless(struct uqd_decoder *decoder, const struct uqd_image *image)
{
    size_t size;
    uint8_t *const last = step_picture(decoder, uqd_decoder_steps_complete(decoder) - 1, &size);
    STORM_CHECK(are_pixels_of(image, last));
    free(last);
    storm_count("lossless pictures", 1);
}

/* A picture of a region is that part of the picture. */
static void check_region(const struct uqd_model *model, struct random *random,
                         struct uqd_decoder *whole, struct file file,
                         const struct uqd_picture_request *request)
{
    const struct uqd_info info = info_of(whole);
    const struct uqd_region all = {0, 0, info.width, info.height};
    const struct uqd_region region = region_random(random, info.width, info.height);
    const struct uqd_region of = uqd_reduced_region(all, request->reduce);
    const struct uqd_region shown = uqd_reduced_region(region, request->reduce);
    struct uqd_decoder *const decoder = decoder_new(model, machine_random(random, model));
    STORM_CHECK(decode_whole(decoder, file.data, file.size) == UQD_END);
    STORM_CHECK(uqd_decoder_set_region(decoder, &region) == UQD_OK);
    while (uqd_decoder_advance(decoder) == UQD_OK)
        ;
    const size_t row = (size_t)shown.width * info.channels,
                 row_of = (size_t)of.width * info.channels;
    size_t size;
    uint8_t *const picture = picture_of(whole, request, &size);
    uint8_t *const part = storm_alloc(row * shown.height);
    STORM_CHECK(uqd_decoder_picture(decoder, request, part, row) == UQD_OK);
    for (uint32_t y = 0; y < shown.height; y++)
        STORM_CHECK(memcmp(part + y * row,
                           picture + (shown.y + y) * row_of + (size_t)shown.x * info.channels,
                           row) == 0);
    storm_count("regions", 1);
    free(part);
    free(picture);
    uqd_decoder_free(decoder);
}

static void check_file(const struct uqd_model *model, struct random *random,
                       const struct uqd_image *image, const struct options *options,
                       struct file file)
{
    struct uqd_decoder *const whole = decoder_new(model, machine_random(random, model));
    struct uqd_decoder *const pieces = decoder_new(model, machine_random(random, model));
    STORM_CHECK(decode_whole(whole, file.data, file.size) == UQD_END);
    STORM_CHECK(decode_in_pieces(pieces, file.data, file.size, random) == UQD_END);
    check_info(whole, image, options, model, file.size);
    check_info(pieces, image, options, model, file.size);
    STORM_CHECK(check_metadata(pieces, options, 0) == 0);

    const uint32_t step = random_below(random, uqd_decoder_steps_complete(whole));
    const struct uqd_picture_request request = request_random(random, step);
    STORM_CHECK(show_the_same(whole, pieces, &request));
    check_region(model, random, whole, file, &request);
    check_distortion(whole, image, step);
    if (info_of(whole).lossless)
        check_lossless(random_chance(random, 50) ? whole : pieces, image);
    uqd_decoder_free(whole);
    uqd_decoder_free(pieces);
}

void storm_round_trip(const struct uqd_model *model, struct random *random)
{
    const struct uqd_image image = picture_random(random, MAX_PIXELS);
    struct options options;
    options_random(&options, random, model);
    options_draw_first(&options, random, &image);
    const struct file file = encode(model, &image, &options, machine_random(random, model));
    const struct file same = encode(model, &image, &options, machine_random(random, model));
    STORM_CHECK(file.size == same.size && memcmp(file.data, same.data, file.size) == 0);
    check_file(model, random, &image, &options, file);
    storm_count("pixels", (uint64_t)image.width * image.height);
    storm_count("bytes", file.size);
    free(same.data);
    free(file.data);
    options_free(&options);
    free((void *)image.pixels);
}
