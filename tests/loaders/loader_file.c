#include "loader_file.h"

#include "process.h"
#include "scratch.h"
#include "tiny_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include <cmocka.h>

static const char *uqd_path;

void loader_file_uqd(const char *path)
{
    uqd_path = path;
}

int loader_file_setup(void **state)
{
    size_t size;
    if (scratch_setup(state) != 0 || mkdir("models", 0700) != 0)
        return -1;
    uint8_t *model = tiny_model_bytes(1, &size);
    scratch_write("models/lattice.uqdm", model, size);
    free(model);
    setenv("UQD_MODELS", "models", 1);
    setenv("XDG_DATA_HOME", "/nonexistent", 1);
    setenv("XDG_DATA_DIRS", "/nonexistent", 1);
    return 0;
}

/* ---- Writing ------------------------------------------------------------------------------- */

static struct uqd_model *load_model(void)
{
    struct uqd_model *model;
    size_t size;
    uint8_t *data = scratch_read("models/lattice.uqdm", &size);
    assert_int_equal(uqd_model_new(&model, data, size), UQD_OK);
    free(data);
    return model;
}

void loader_file_encode(uint32_t width, uint32_t height, uint32_t channels,
                        const struct uqd_metadata *metadata, uint32_t n_metadata, int solid)
{
    const size_t row = (size_t)width * channels;
    struct uqd_model *model = load_model();
    struct uqd_encode_settings settings;
    uint8_t *data, *pixels = malloc(row * height);
    size_t size;
    assert_non_null(pixels);
    for (uint32_t y = 0; y < height; y++)
        for (size_t x = 0; x < row; x++)
            pixels[y * row + x] = (uint8_t)(x * 2 + y * 3 + ((x * 73) ^ (y * 151)) % 16);
    const struct uqd_image image = {width, height, channels, row, pixels};
    uqd_encode_settings_default(&settings);
    settings.metadata = metadata;
    settings.n_metadata = n_metadata;
    settings.solid = solid;
    settings.no_distortion = 1;
    assert_int_equal(uqd_encode(model, &image, &settings, &data, &size), UQD_OK);
    scratch_write("a.uqd", data, size);
    free(data);
    free(pixels);
    uqd_model_free(model);
}

void loader_file_write(uint32_t width, uint32_t height, uint32_t channels)
{
    loader_file_encode(width, height, channels, NULL, 0, 0);
}

void loader_file_exif(uint8_t exif[LOADER_EXIF_SIZE], unsigned orientation)
{
    static const uint8_t plain[LOADER_EXIF_SIZE] = "II*\0\x08\0\0\0\x01\0"
                                                   "\x12\x01\x03\0\x01\0\0\0\0\0\0\0";
    memcpy(exif, plain, LOADER_EXIF_SIZE);
    exif[18] = (uint8_t)orientation;
}

/* ---- Reading ------------------------------------------------------------------------------- */

struct loader_file_info loader_file_read_info(void)
{
    struct loader_file_info result;
    struct uqd_decoder *decoder;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    assert_int_equal(uqd_decoder_new(&decoder, NULL, NULL), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, data, size), UQD_OK);
    assert_int_equal(uqd_decoder_info(decoder, &result.info), UQD_OK);
    assert_in_range(result.info.n_steps, 1, LOADER_MAX_STEPS);
    for (uint32_t i = 0; i < result.info.n_steps; i++) {
        struct uqd_step_info step;
        assert_int_equal(uqd_decoder_step_info(decoder, i, &step), UQD_OK);
        result.step_bytes[i] = step.bytes;
    }
    uqd_decoder_free(decoder);
    free(data);
    return result;
}

struct pixels loader_file_decoded(uint32_t channels, const char *const options[])
{
    const char *argv[16] = {uqd_path, "decode", "a.uqd", "-o", "wanted.png"};
    struct process_result result;
    struct pixels pixels;
    struct message message;
    size_t n = 5;
    while (*options && n < 15)
        argv[n++] = *options++;
    assert_int_equal(process_run(&result, argv, NULL, 0, 120), 0);
    if (result.exit_code != 0)
        fail_msg("%s", result.err);
    process_result_free(&result);
    if (image_read("wanted.png", NULL, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    assert_int_equal(pixels_expand(&pixels, channels), 0);
    return pixels;
}

/* ---- Hostile headers ----------------------------------------------------------------------- */

void loader_file_claim_largest(void)
{
    /* The sides, a byte each until now, follow magic, version and flags; 65535 has three. */
    static const uint8_t sides[] = {0xff, 0xff, 0x03, 0xff, 0xff, 0x03};
    enum { BEFORE = 6, WAS = 2, CRC = 2 };
    const struct loader_file_info info = loader_file_read_info();
    const size_t old_size = info.info.header_size;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size), header[512];
    assert_in_range(old_size, BEFORE + WAS + CRC, sizeof header - sizeof sides);
    assert_true(data[BEFORE] < 128 && data[BEFORE + 1] < 128);
    const size_t rest = old_size - BEFORE - WAS - CRC;
    memcpy(header, data, BEFORE);
    memcpy(header + BEFORE, sides, sizeof sides);
    memcpy(header + BEFORE + sizeof sides, data + BEFORE + WAS, rest);
    const size_t new_size = BEFORE + sizeof sides + rest;
    const uint32_t crc = (uint32_t)crc32(0, header, (uInt)new_size);
    header[new_size] = (uint8_t)crc;
    header[new_size + 1] = (uint8_t)(crc >> 8);
    scratch_write("a.uqd", header, new_size + CRC);
    free(data);
}
