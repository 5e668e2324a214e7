#include "codec_support.h"

#include "tiny_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

const char *const content_names[N_CONTENTS] = {"photo", "noise", "flat", "checkers"};

uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed ^ (*seed >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
}

/* Whole numbers only: the same pictures on every machine. A ramp, a disk with a hard edge, a
 * texture, and noise of a few values, somewhat different in the three colours. */
static uint8_t photo_sample(uint32_t x, uint32_t y, uint32_t colour, uint64_t noise)
{
    const int dx = (int)x - 20, dy = (int)y - 15;
    int value = (int)(40 + (3 + colour) * x / 2 + 2 * y) % 400;
    if (value > 200)
        value = 400 - value;
    if (dx * dx + dy * dy < 90)
        value = 220 - 40 * (int)colour;
    if ((x / 32 + y / 24) % 2 == 1)
        value += (int)((x * y / 3) % 23);
    value += (int)(noise % 7) - 3;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static uint8_t sample(enum content content, uint32_t x, uint32_t y, uint32_t colour, uint64_t noise)
{
    switch (content) {
    case CONTENT_NOISE:
        return (uint8_t)noise;
    case CONTENT_FLAT:
        return (uint8_t)(77 + 50 * colour);
    case CONTENT_CHECKERS:
        return (x + y + colour) % 2 ? 255 : 0;
    default:
        return photo_sample(x, y, colour, noise);
    }
}

size_t image_bytes(const struct uqd_image *image)
{
    return (size_t)image->height * image->width * image->channels;
}

struct uqd_image *make_image(uint32_t width, uint32_t height, uint32_t channels,
                             enum content content, uint64_t seed)
{
    struct uqd_image *image = malloc(sizeof *image + (size_t)width * height * channels);
    assert_non_null(image);
    uint8_t *p = (uint8_t *)(image + 1);
    *image = (struct uqd_image){width, height, channels, (size_t)width * channels, p};
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (uint32_t c = 0; c < channels; c++)
                *p++ = sample(content, x, y, c, next_random(&seed) >> 40);
    return image;
}

struct uqd_model *load_tiny_model(uint64_t seed)
{
    size_t size;
    uint8_t *bytes = tiny_model_bytes(seed, &size);
    struct uqd_model *model;
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    return model;
}

int loading_status(const void *data, size_t size)
{
    struct uqd_model *model = NULL;
    const int status = uqd_model_new(&model, data, size);
    assert_true((status == UQD_OK) == (model != NULL));
    uqd_model_free(model);
    return status;
}

int encoding_status(const struct uqd_model *model)
{
    struct uqd_image *image = make_image(30, 20, 3, CONTENT_PHOTO, 16);
    uint8_t *data = NULL;
    size_t size;
    const int status = uqd_encode(model, image, NULL, &data, &size);
    free(data);
    free(image);
    return status;
}

int setup_model(void **state)
{
    *state = load_tiny_model(1);
    return 0;
}

int teardown_model(void **state)
{
    uqd_model_free(*state);
    return 0;
}

struct uqd_encode_settings one_thread_encoding(void)
{
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    settings.threads = 1;
    return settings;
}

struct uqd_decoder_settings one_thread_decoding(void)
{
    struct uqd_decoder_settings settings;
    uqd_decoder_settings_default(&settings);
    settings.threads = 1;
    return settings;
}

struct file encode(const struct uqd_model *model, const struct uqd_image *image,
                   const struct uqd_encode_settings *settings)
{
    const struct uqd_encode_settings defaults = one_thread_encoding();
    struct file file;
    assert_int_equal(
        uqd_encode(model, image, settings != NULL ? settings : &defaults, &file.data, &file.size),
        UQD_OK);
    return file;
}

struct uqd_decoder *empty_decoder(const struct uqd_model *model)
{
    const struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    return decoder;
}

struct uqd_decoder *full_decoder(const struct uqd_model *model, struct file file)
{
    struct uqd_decoder *decoder = empty_decoder(model);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    return decoder;
}

int advance_all(struct uqd_decoder *decoder)
{
    int status;
    while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
        continue;
    assert_true(status > 0);
    return status;
}

struct uqd_info info_of(const struct uqd_decoder *decoder)
{
    struct uqd_info info;
    assert_int_equal(uqd_decoder_info(decoder, &info), UQD_OK);
    return info;
}

struct uqd_step_info step_info_of(const struct uqd_decoder *decoder, uint32_t step)
{
    struct uqd_step_info info;
    assert_int_equal(uqd_decoder_step_info(decoder, step, &info), UQD_OK);
    return info;
}

uint8_t *picture_at(struct uqd_decoder *decoder, uint32_t step, enum uqd_mode mode)
{
    const struct uqd_info info = info_of(decoder);
    const size_t stride = (size_t)info.width * info.channels;
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.mode = mode;
    request.seed = 5;
    uint8_t *pixels = malloc(stride * info.height);
    assert_non_null(pixels);
    const int status = uqd_decoder_picture(decoder, &request, pixels, stride);
    if (status != UQD_OK)
        fail_msg("picture of step %u, mode %d: %s", step, (int)mode, uqd_status_text(status));
    return pixels;
}

uint64_t picture_hash(struct uqd_decoder *decoder, uint32_t step, enum uqd_mode mode)
{
    const struct uqd_info info = info_of(decoder);
    uint8_t *pixels = picture_at(decoder, step, mode);
    const uint64_t hash = XXH3_64bits(pixels, (size_t)info.width * info.height * info.channels);
    free(pixels);
    return hash;
}

double psnr_of(const struct uqd_image *image, const uint8_t *pixels)
{
    const size_t n = image_bytes(image);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        const double difference = (double)image->pixels[i] - pixels[i];
        sum += difference * difference;
    }
    return sum > 0 ? 10 * log10(255.0 * 255.0 * (double)n / sum) : INFINITY;
}
