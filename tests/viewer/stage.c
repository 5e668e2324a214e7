#include "stage.h"

#include "file.h"
#include "model_file.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 96, HEIGHT = 64, PATIENCE = 120, MAX_ARGUMENTS = 12 };

/* Inside the viewport, so that tags in its corner do not count. */
const struct region stage_picture = {20, 60, 500, 300};
const struct region stage_window = {0, 0, 800, 560};

static char directory[64];

/* ---- Files --------------------------------------------------------------------------------- */

static void write_file(const char *path, const void *data, size_t size)
{
    struct message message;
    if (file_write(path, data, size, &message))
        fail_msg("%s", message.text);
}

/* The same with alpha: clear at the left, opaque at the right, and everything between. */
static void make_clear(const struct pixels *pixels, struct pixels *clear)
{
    *clear = (struct pixels){.width = pixels->width, .height = pixels->height, .channels = 4};
    clear->data = malloc((size_t)clear->width * clear->height * 4);
    assert_non_null(clear->data);
    for (uint32_t i = 0; i < clear->width * clear->height; i++) {
        memcpy(clear->data + (size_t)i * 4, pixels->data + (size_t)i * 3, 3);
        clear->data[(size_t)i * 4 + 3] = (uint8_t)(i % clear->width * 255 / (clear->width - 1));
    }
}

static void write_picture(const char *path, uint32_t width, uint32_t height, struct pixels *pixels)
{
    struct message message;
    *pixels = (struct pixels){.width = width, .height = height, .channels = 3};
    pixels->data = malloc((size_t)width * height * 3);
    assert_non_null(pixels->data);
    uint32_t noise = 1;
    for (uint32_t i = 0; i < width * height * 3; i++) {
        uint32_t x = i / 3 % width, y = i / 3 / width, c = i % 3;
        int disc = (x - 40) * (x - 40) + (y - 30) * (y - 30) < 400;
        noise = noise * 1664525 + 1013904223;
        pixels->data[i] = (uint8_t)((disc ? 80 * c + 60 : x + y * (c + 1) / 2) + (noise >> 28));
    }
    if (image_write(path, IMAGE_PNG, pixels, &message))
        fail_msg("%s", message.text);
}

static void make_model(void)
{
    const char *const argv[] = {MAKE_TINY_MODEL, "models/lattice.uqdm", NULL};
    struct process_result result;
    assert_int_equal(mkdir("models", 0700), 0);
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE), 0);
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
}

static void encode(const struct pixels *pixels, const struct uqd_encode_settings *settings,
                   uint8_t **data, size_t *size)
{
    struct uqd_model *model;
    struct message message;
    const struct uqd_image image = {pixels->width, pixels->height, pixels->channels,
                                    pixels->width * (size_t)pixels->channels, pixels->data};
    if (model_load("models/lattice.uqdm", &model, &message))
        fail_msg("%s", message.text);
    assert_int_equal(uqd_encode(model, &image, settings, data, size), UQD_OK);
    uqd_model_free(model);
}

void stage_encode(const char *path, const struct pixels *pixels,
                  const struct uqd_encode_settings *settings)
{
    uint8_t *data;
    size_t size;
    encode(pixels, settings, &data, &size);
    write_file(path, data, size);
    free(data);
}

static void make_files(void)
{
    struct uqd_encode_settings settings;
    struct pixels pixels, clear;
    uint8_t *data;
    size_t size;
    uqd_encode_settings_default(&settings);
    write_picture("other.png", 10, 10, &pixels);
    stage_encode("other.uqd", &pixels, &settings);
    pixels_free(&pixels);
    write_picture("large.png", 520, 320, &pixels);
    stage_encode("large.uqd", &pixels, &settings);
    pixels_free(&pixels);
    write_picture("picture.png", WIDTH, HEIGHT, &pixels);
    make_clear(&pixels, &clear);
    stage_encode("clear.uqd", &clear, &settings);
    pixels_free(&clear);
    encode(&pixels, &settings, &data, &size);
    settings.dither = UQD_DITHER_UNIVERSAL;
    settings.stop_step = 3;
    stage_encode("short.uqd", &pixels, &settings);
    pixels_free(&pixels);
    write_file("picture.uqd", data, size);
    write_file("twin.uqd", data, size);
    write_file("cut.uqd", data, size / 2);
    write_file("header.uqd", data, 20);
    write_file("empty.uqd", data, 0);
    write_file("letter.uqd", "T", 1);
    write_file("garbage.uqd", "This is not a picture, whatever its name may say.\n", 50);
    for (size_t i = size * 3 / 4; i < size * 3 / 4 + 8; i++)
        data[i] ^= 0x55;
    write_file("damaged.uqd", data, size);
    data[8] ^= 0x55;
    write_file("bad-header.uqd", data, size);
    free(data);
}

/* ---- Fixtures ------------------------------------------------------------------------------ */

static void set_environment(void)
{
    char models[96];
    snprintf(models, sizeof models, "%s/models", directory);
    setenv("UQD_MODELS", models, 1);
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    setenv("HOME", directory, 1);
    setenv("XDG_RUNTIME_DIR", directory, 1);
    /* What is remembered goes below this home. */
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    unsetenv("DBUS_SESSION_BUS_ADDRESS");
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
}

int stage_setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/uqd-view-XXXXXX");
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    set_environment();
    make_model();
    make_files();
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *where)
{
    (void)status;
    (void)type;
    (void)where;
    return remove(path);
}

int stage_teardown(void **state)
{
    (void)state;
    if (chdir("/"))
        return -1;
    return nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- Running ------------------------------------------------------------------------------- */

void stage_view(struct process_result *result, const char *script, const char *const arguments[])
{
    const char *argv[MAX_ARGUMENTS + 10] = {UQD_VIEW, "--font",           "builtin",
                                            "--size", "800x600",          "--script",
                                            "-",      "--daemon-timeout", "0"};
    int n = 9;
    for (int i = 0; arguments[i]; i++) {
        assert_true(i < MAX_ARGUMENTS);
        argv[n++] = arguments[i];
    }
    assert_int_equal(process_run(result, argv, script, strlen(script), PATIENCE), 0);
}

void stage_view_done(const char *script, const char *const arguments[])
{
    struct process_result result;
    stage_view(&result, script, arguments);
    if (result.exit_code != 0 || result.err_size > 0)
        fail_msg("exit code %d, signal %d: %s", result.exit_code, result.signal, result.err);
    process_result_free(&result);
}

void stage_assert_fails(const struct process_result *result, int exit_code, const char *part)
{
    if (result->exit_code != exit_code || !strstr(result->err, part))
        fail_msg("exit code %d instead of %d, signal %d, says: %s", result->exit_code, exit_code,
                 result->signal, result->err);
}

size_t stage_difference(const char *a, const char *b, const struct region *region)
{
    struct pixels first, second;
    screen_read(a, &first);
    screen_read(b, &second);
    size_t n = screen_difference(&first, &second, region, 0);
    pixels_free(&first);
    pixels_free(&second);
    return n;
}
