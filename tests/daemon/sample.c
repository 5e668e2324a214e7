#include "sample.h"

#include "model_file.h"
#include "process.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* $UQD_TEST_MODEL chooses the model, as make_tiny_model says. */
static void make_model(struct sample *sample, const struct desk *desk)
{
    char path[128];
    const char *const argv[] = {MAKE_TINY_MODEL, path, getenv("UQD_TEST_MODEL"), NULL};
    struct process_result result;
    struct message message;

    snprintf(path, sizeof path, "%s/models/lattice.uqdm", desk->dir);
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE_MS / 1000), 0);
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
    if (model_load(path, &sample->model, &message) < 0)
        fail_msg("%s", message.text);
}

/* Smooth colours with some texture. */
static void paint(struct sample *sample)
{
    uint32_t noise = 1;

    for (uint32_t y = 0; y < sample->height; y++) {
        uint8_t *row = sample->pixels + (size_t)y * sample->width * sample->channels;

        for (uint32_t i = 0; i < sample->width * sample->channels; i++) {
            uint32_t x = i / sample->channels, c = i % sample->channels;

            noise = noise * 1664525 + 1013904223;
            row[i] = (uint8_t)((x * (c + 1) + y * (3 - c)) / 2 + (noise >> 29));
        }
    }
}

static void read_info(struct sample *sample)
{
    struct uqd_decoder *decoder;
    struct uqd_step_info step;

    assert_int_equal(uqd_decoder_new(&decoder, sample->model, NULL), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample->data, sample->size), UQD_OK);
    assert_int_equal(uqd_decoder_info(decoder, &sample->info), UQD_OK);
    sample->step_bytes = calloc(sample->info.n_steps, sizeof *sample->step_bytes);
    assert_non_null(sample->step_bytes);
    for (uint32_t i = 0; i < sample->info.n_steps; i++) {
        assert_int_equal(uqd_decoder_step_info(decoder, i, &step), UQD_OK);
        sample->step_bytes[i] = step.bytes;
    }
    uqd_decoder_free(decoder);
}

void sample_make(struct sample *sample, const struct desk *desk, uint32_t width, uint32_t height,
                 uint32_t channels)
{
    struct uqd_encode_settings settings;

    *sample = (struct sample){.width = width, .height = height, .channels = channels};
    make_model(sample, desk);
    sample->pixels = malloc((size_t)width * height * channels);
    assert_non_null(sample->pixels);
    paint(sample);
    uqd_encode_settings_default(&settings);
    settings.threads = 1; /* so small a picture is not worth waking others */
    const struct uqd_image image = {width, height, channels, (size_t)width * channels,
                                    sample->pixels};
    assert_int_equal(uqd_encode(sample->model, &image, &settings, &sample->data, &sample->size),
                     UQD_OK);
    read_info(sample);
}

void sample_free(struct sample *sample)
{
    uqd_model_free(sample->model);
    free(sample->pixels);
    free(sample->data);
    free(sample->step_bytes);
}

int bytes_file(const struct desk *desk, const void *data, size_t size)
{
    static unsigned n_files;
    char path[128];
    int fd;

    snprintf(path, sizeof path, "%s/file%u.uqd", desk->dir, ++n_files);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, size), size);
    return fd;
}

int sample_file(const struct sample *sample, const struct desk *desk, size_t size)
{
    return bytes_file(desk, sample->data, size);
}

uint8_t *sample_render(const struct sample *sample, size_t size,
                       const struct uqd_picture_request *request)
{
    size_t stride =
        (size_t)uqd_reduced_side(sample->width, request->reduce) * sample->info.channels;
    uint8_t *pixels = calloc(uqd_reduced_side(sample->height, request->reduce), stride);
    struct uqd_decoder_settings settings;
    struct uqd_decoder *decoder;

    assert_non_null(pixels);
    uqd_decoder_settings_default(&settings);
    settings.threads = 1;
    assert_int_equal(uqd_decoder_new(&decoder, sample->model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, sample->data, size), UQD_OK);
    while (uqd_decoder_advance(decoder) == UQD_OK)
        continue;
    assert_int_equal(uqd_decoder_picture(decoder, request, pixels, stride), UQD_OK);
    uqd_decoder_free(decoder);
    return pixels;
}
