#include "made_file.h"

#include "scratch.h"
#include "tiny_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

int made_file_setup(void **state)
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
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    unsetenv("XDG_RUNTIME_DIR");
    return 0;
}

static struct uqd_model *load_model(void)
{
    struct uqd_model *model;
    size_t size;
    uint8_t *data = scratch_read("models/lattice.uqdm", &size);
    assert_int_equal(uqd_model_new(&model, data, size), UQD_OK);
    free(data);
    return model;
}

void made_file_encode(const struct uqd_image *image, const struct uqd_metadata *profile, int solid)
{
    struct uqd_model *model = load_model();
    struct uqd_encode_settings settings;
    uint8_t *data;
    size_t size;
    uqd_encode_settings_default(&settings);
    settings.metadata = profile;
    settings.n_metadata = profile != NULL;
    settings.solid = solid;
    settings.no_distortion = 1;
    assert_int_equal(uqd_encode(model, image, &settings, &data, &size), UQD_OK);
    scratch_write("a.uqd", data, size);
    free(data);
    uqd_model_free(model);
}

void made_file_write(uint32_t width, uint32_t height, uint32_t channels, int solid)
{
    const size_t row = (size_t)width * channels;
    uint8_t *pixels = malloc(row * height);
    assert_non_null(pixels);
    for (uint32_t y = 0; y < height; y++)
        for (size_t x = 0; x < row; x++)
            pixels[y * row + x] = (uint8_t)(x * 2 + y * 3 + ((x * 73) ^ (y * 151)) % 16);
    const struct uqd_image image = {width, height, channels, row, pixels};
    made_file_encode(&image, NULL, solid);
    free(pixels);
}

/* Loaded once, for all inputs. */
static int find_model(void *cookie, uint64_t id, const struct uqd_model **model,
                      struct message *message)
{
    static struct uqd_model *loaded;
    (void)cookie;
    (void)id;
    (void)message;
    if (!loaded)
        loaded = load_model();
    *model = loaded;
    return 0;
}

void made_file_open(struct input *input, struct render_request *request)
{
    const struct input_models models = {.find = find_model};
    struct uqd_decoder_settings settings;
    struct message message;
    uqd_decoder_settings_default(&settings);
    settings.threads = 1;
    settings.progress = request ? render_progress : NULL;
    settings.cookie = request;
    if (input_open(input, "a.uqd", &settings, &models, &message) < 0)
        fail_msg("%s", message.text);
}

int64_t made_file_no_deadline(void *cookie)
{
    (void)cookie;
    return 1000000;
}

struct pixels made_file_picture(uint32_t step, uint32_t reduce)
{
    struct input input;
    struct message message;
    struct uqd_picture_request request;
    made_file_open(&input, NULL);
    assert_int_equal(input_feed(&input, UINT64_MAX, &message), 0);
    for (uint32_t i = 0; i <= step && uqd_decoder_advance(input.decoder) == UQD_OK; i++)
        continue;
    struct pixels pixels = {.width = uqd_reduced_side(input.info.width, reduce),
                            .height = uqd_reduced_side(input.info.height, reduce),
                            .channels = input.info.channels};
    const size_t row = (size_t)pixels.width * pixels.channels;
    pixels.data = malloc(row * pixels.height);
    assert_non_null(pixels.data);
    uqd_picture_request_default(&request);
    request.step = step;
    request.reduce = reduce;
    assert_int_equal(uqd_decoder_picture(input.decoder, &request, pixels.data, row), UQD_OK);
    input_close(&input);
    return pixels;
}

void assert_same_pixels(const struct pixels *a, const struct pixels *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->channels, b->channels);
    assert_memory_equal(a->data, b->data, (size_t)a->width * a->channels * a->height);
}
