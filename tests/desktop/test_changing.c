/* Files that change while the daemon makes their thumbnails: in the end there is that of the new
 * file, or none that is valid. The argument is uqd-thumbnailer, which makes what is expected. */
#include "asking.h"
#include "bus_names.h"
#include "cache.h"
#include "made_file.h"
#include "sample.h"
#include "scratch.h"
#include "thumbnail_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 320, HEIGHT = 240, N_ROUNDS = 4, OLD = 1000000000, NEW = 1100000000 };

static const struct asking asking = {BUS_NAME, "normal", "foreground", 0};

struct fixture {
    struct desk desk;
    struct sample sample;
    uint8_t *other; /* the same picture upside down, as a file */
    size_t other_size;
    struct client *client;
    char *path, *new_path, *uri;
};

/* ---- The fixture --------------------------------------------------------------------------- */

static void encode_other(struct fixture *f)
{
    const size_t row = (size_t)WIDTH * 3;
    uint8_t *pixels = malloc(row * HEIGHT);
    struct uqd_encode_settings settings;
    assert_non_null(pixels);
    for (uint32_t y = 0; y < HEIGHT; y++)
        memcpy(pixels + y * row, f->sample.pixels + (HEIGHT - 1 - y) * row, row);
    const struct uqd_image image = {WIDTH, HEIGHT, 3, row, pixels};
    uqd_encode_settings_default(&settings);
    assert_int_equal(uqd_encode(f->sample.model, &image, &settings, &f->other, &f->other_size),
                     UQD_OK);
    free(pixels);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char models[128];
    assert_non_null(f);
    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, WIDTH, HEIGHT, 3);
    encode_other(f);
    assert_true(asprintf(&f->path, "%s/a.uqd", f->desk.dir) > 0);
    assert_true(asprintf(&f->new_path, "%s/new.uqd", f->desk.dir) > 0);
    f->uri = uri_of_path(f->path);
    desk_start(&f->desk, (const char *const[]){"--threads", "1", NULL});
    f->client = client_new(&f->desk);
    setenv("XDG_CACHE_HOME", f->desk.dir, 1); /* as the daemon has it */
    snprintf(models, sizeof models, "%s/models", f->desk.dir);
    setenv("UQD_MODELS", models, 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f->other);
    free(f->path);
    free(f->new_path);
    free(f->uri);
    free(f);
    return 0;
}

/* ---- Changes ------------------------------------------------------------------------------- */

static void set_time(const char *path, time_t seconds)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = seconds}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void put_old(const struct fixture *f)
{
    scratch_write(f->path, f->sample.data, f->sample.size);
    set_time(f->path, OLD);
}

static void replace(const struct fixture *f)
{
    scratch_write(f->new_path, f->other, f->other_size);
    set_time(f->new_path, NEW);
    assert_int_equal(rename(f->new_path, f->path), 0);
}

/* The same file is cut and written again, as by a copy. */
static void rewrite(const struct fixture *f)
{
    scratch_write(f->path, f->other, f->other_size);
    set_time(f->path, NEW);
}

static void delete (const struct fixture *f)
{
    assert_int_equal(remove(f->path), 0);
}

/* ---- What is there in the end -------------------------------------------------------------- */

static char *thumbnail_path(const struct fixture *f)
{
    struct cache cache;
    assert_int_equal(cache_open(&cache), 0);
    char *path = cache_path(&cache, flavor_find(asking.flavor), f->uri);
    cache_close(&cache);
    return path;
}

static bool is_valid(const struct fixture *f, time_t mtime)
{
    struct cache cache;
    assert_int_equal(cache_open(&cache), 0);
    const bool valid = cache_is_valid(&cache, flavor_find(asking.flavor), f->uri, mtime);
    cache_close(&cache);
    return valid;
}

static void assert_shows_new_file(const struct fixture *f)
{
    char *path = thumbnail_path(f);
    char *expected;
    assert_true(asprintf(&expected, "%s/expected.png", f->desk.dir) > 0);
    THUMBNAILER_DONE("-s", "128", f->path, expected);
    struct pixels got = thumbnail_read(path), wanted = thumbnail_read(expected);
    assert_same_pixels(&got, &wanted);
    pixels_free(&got);
    pixels_free(&wanted);
    free(expected);
    free(path);
}

/* The directory has nothing but thumbnails, and there is nothing of failures. */
static void assert_nothing_left(const struct fixture *f)
{
    char path[128];
    const struct dirent *entry;
    snprintf(path, sizeof path, "%s/thumbnails/%s", f->desk.dir, asking.flavor);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strlen(entry->d_name) != 36)
            fail_msg("%s/%s is left", path, entry->d_name);
    if (dir)
        closedir(dir);
    snprintf(path, sizeof path, "%s/thumbnails/fail", f->desk.dir);
    assert_false(scratch_exists(path));
}

/* ---- Tests --------------------------------------------------------------------------------- */

/* Asks for the thumbnail, makes the change after the first signal of that name, and waits. Whether
 * there was an error. */
static bool change_after(const struct fixture *f, const char *signal,
                         void (*change)(const struct fixture *f))
{
    DBusMessage *message;
    put_old(f);
    asking_queue(f->client, &asking, (const char *const *)&f->uri, 1);
    message = client_signal(f->client, signal, PATIENCE_MS);
    assert_non_null(message);
    dbus_message_unref(message);
    change(f);
    message = client_signal(f->client, SIGNAL_FINISHED, PATIENCE_MS);
    assert_non_null(message);
    dbus_message_unref(message);
    bool failed = false;
    while ((message = client_signal(f->client, NULL, 0))) {
        failed |= dbus_message_has_member(message, SIGNAL_ERROR);
        dbus_message_unref(message);
    }
    return failed;
}

static void check(const struct fixture *f, void (*change)(const struct fixture *f))
{
    for (int i = 0; i < N_ROUNDS; i++) {
        char *path = thumbnail_path(f);
        const bool failed = change_after(f, i % 2 ? SIGNAL_READY : SIGNAL_STARTED, change);
        if (is_valid(f, NEW))
            assert_shows_new_file(f);
        else if (failed)
            assert_false(scratch_exists(path));
        asking_one(f->client, &asking, f->uri); /* once more, now that nothing changes */
        assert_true(is_valid(f, NEW));
        assert_shows_new_file(f);
        assert_int_equal(remove(path), 0);
        free(path);
    }
    assert_nothing_left(f);
}

static void test_replaced(void **state)
{
    check(*state, replace);
}

static void test_rewritten(void **state)
{
    check(*state, rewrite);
}

static void test_deleted(void **state)
{
    const struct fixture *f = *state;
    char *path = thumbnail_path(f);
    for (int i = 0; i < N_ROUNDS; i++) {
        const bool failed = change_after(f, i % 2 ? SIGNAL_READY : SIGNAL_STARTED, delete);
        assert_int_equal(scratch_exists(path), !failed);
        const struct told told = asking_one(f->client, &asking, f->uri);
        assert_int_equal(told.n_errors, 1);
        assert_int_equal(told.error, 1);
        remove(path);
    }
    assert_nothing_left(f);
    free(path);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_rewritten),
        cmocka_unit_test(test_deleted),
    };
    if (argc != 2)
        return 2;
    thumbnailer_is(argv[1]);
    return cmocka_run_group_tests_name("changing", tests, setup, teardown);
}
