/* The cache of thumbnails follows files that are moved, copied and deleted. */
#include "desk.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"
#include "thumbnails/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Times of files that are put. */
enum { OLD = 1000000000, NEW = 1500000000 };

struct fixture {
    struct desk desk;
    struct cache cache;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char path[128];

    assert_non_null(f);
    desk_make_directory(&f->desk);
    snprintf(path, sizeof path, "%s/cache", f->desk.dir);
    setenv("XDG_CACHE_HOME", path, 1);
    assert_int_equal(cache_open(&f->cache), 0);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    cache_close(&f->cache);
    desk_remove_directory(&f->desk);
    free(f);
    return 0;
}

static const char *uri_of(const struct fixture *f, const char *name)
{
    return desk_uri(&f->desk, name);
}

/* A file that was changed last at that time. */
static void put_file(const struct fixture *f, const char *name, time_t time)
{
    FILE *file = fopen(uri_of(f, name) + strlen("file://"), "w");

    assert_non_null(file);
    assert_int_equal(futimens(fileno(file), (const struct timespec[]){{time, 0}, {time, 0}}), 0);
    fclose(file);
}

static void put_directory(const struct fixture *f, const char *name)
{
    assert_int_equal(mkdir(uri_of(f, name) + strlen("file://"), 0700), 0);
}

static void rename_file(const struct fixture *f, const char *from, const char *to)
{
    assert_int_equal(rename(uri_of(f, from) + strlen("file://"), uri_of(f, to) + strlen("file://")),
                     0);
}

/* A thumbnail in all flavors, whose one pixel tells the name. */
static void put_thumbnails(const struct fixture *f, const char *name, int64_t mtime)
{
    struct message message;

    for (const struct flavor *flavor = flavors; flavor->name; flavor++) {
        struct pixels pixels = {.width = 1, .height = 1, .channels = 4, .data = malloc(4)};

        memcpy(pixels.data, (const uint8_t[]){(uint8_t)name[strlen(name) - 1], 7, 9, 255}, 4);
        assert_int_equal(thumbnail_text_add(&pixels, "Thumb::URI", uri_of(f, name)), 0);
        assert_int_equal(thumbnail_number_add(&pixels, "Thumb::MTime", mtime), 0);
        assert_int_equal(thumbnail_text_add(&pixels, "Thumb::Size", "12"), 0);
        assert_int_equal(cache_store(&f->cache, flavor, uri_of(f, name), &pixels, &message), 0);
        pixels_free(&pixels);
    }
}

/* Whether there are thumbnails of that file and time in all flavors, or in none; they have the
 * pixel of that letter. */
static bool has_thumbnails(const struct fixture *f, const char *name, int64_t mtime, char letter)
{
    unsigned n = 0;

    for (const struct flavor *flavor = flavors; flavor->name; flavor++) {
        char *path = cache_path(&f->cache, flavor, uri_of(f, name));
        struct pixels pixels;
        struct message message;

        if (cache_is_valid(&f->cache, flavor, uri_of(f, name), mtime)) {
            n++;
            assert_int_equal(image_read(path, NULL, &pixels, &message), 0);
            assert_int_equal(pixels.data[0], letter);
            pixels_free(&pixels);
        }
        free(path);
    }
    assert_true(n == 0 || n == N_FLAVORS);
    return n > 0;
}

static void keep_up(const struct fixture *f, enum upkeep_kind kind, const char *from,
                    const char *to, uint32_t since)
{
    struct upkeep upkeep = {.kind = kind, .from = &from, .to = &to, .n = 1, .since = since};

    upkeep_run(&upkeep, &f->cache);
}

/* ---- Files ---- */

static void test_move(void **state)
{
    struct fixture *f = *state;

    put_thumbnails(f, "a", OLD);
    put_thumbnails(f, "b", OLD);
    put_file(f, "c", OLD);
    keep_up(f, UPKEEP_MOVE, uri_of(f, "a"), uri_of(f, "c"), 0);
    assert_false(has_thumbnails(f, "a", OLD, 'a'));
    assert_true(has_thumbnails(f, "c", OLD, 'a'));
    assert_true(has_thumbnails(f, "b", OLD, 'b'));
    keep_up(f, UPKEEP_MOVE, uri_of(f, "nothing"), uri_of(f, "c"), 0);
    assert_true(has_thumbnails(f, "c", OLD, 'a'));
}

/* A copy has a time of its own. */
static void test_copy(void **state)
{
    struct fixture *f = *state;
    char *path;
    struct pixels pixels;
    struct message message;

    put_file(f, "a", OLD);
    put_thumbnails(f, "a", OLD);
    put_file(f, "c", NEW);
    keep_up(f, UPKEEP_COPY, uri_of(f, "a"), uri_of(f, "c"), 0);
    assert_true(has_thumbnails(f, "a", OLD, 'a'));
    assert_true(has_thumbnails(f, "c", NEW, 'a'));
    path = cache_path(&f->cache, &flavors[0], uri_of(f, "c"));
    assert_int_equal(image_read(path, NULL, &pixels, &message), 0);
    assert_int_equal(pixels.n_metadata, 3); /* the size too, and nothing twice */
    pixels_free(&pixels);
    free(path);
}

/* What has gone elsewhere, or is no file, has no thumbnails there. */
static void test_move_to_nowhere(void **state)
{
    struct fixture *f = *state;

    put_thumbnails(f, "a", OLD);
    put_thumbnails(f, "b", OLD);
    keep_up(f, UPKEEP_MOVE, uri_of(f, "a"), uri_of(f, "missing"), 0);
    keep_up(f, UPKEEP_COPY, uri_of(f, "b"), "trash:///b", 0);
    assert_false(has_thumbnails(f, "a", OLD, 'a'));
    assert_false(has_thumbnails(f, "missing", OLD, 'a'));
    assert_true(has_thumbnails(f, "b", OLD, 'b'));
}

/* Files change names with each other, or pass them on: with several at once, each thumbnail goes
 * with its own file, and nobody has that of another. */
static void test_swaps_and_chains(void **state)
{
    struct fixture *f = *state;
    char *a = strdup(uri_of(f, "a")), *b = strdup(uri_of(f, "b")), *c = strdup(uri_of(f, "c"));
    const char *from[] = {a, b}, *to[] = {b, a}, *onwards[] = {b, c};
    struct upkeep swap = {.kind = UPKEEP_MOVE, .from = from, .to = to, .n = 2};
    struct upkeep chain = {.kind = UPKEEP_MOVE, .from = from, .to = onwards, .n = 2};

    put_thumbnails(f, "a", OLD);
    put_thumbnails(f, "b", OLD);
    put_file(f, "a", OLD);
    put_file(f, "b", OLD);
    upkeep_run(&swap, &f->cache);
    assert_true(has_thumbnails(f, "a", OLD, 'b'));
    assert_true(has_thumbnails(f, "b", OLD, 'a'));
    put_file(f, "c", OLD);
    assert_int_equal(unlink(a + strlen("file://")), 0);
    upkeep_run(&chain, &f->cache);
    assert_true(has_thumbnails(f, "b", OLD, 'b'));
    assert_true(has_thumbnails(f, "c", OLD, 'a'));
    assert_false(has_thumbnails(f, "a", OLD, 'b'));
    free(a);
    free(b);
    free(c);
}

/* A thumbnail that was not valid any more does not become so. */
static void test_stale_thumbnails(void **state)
{
    struct fixture *f = *state;

    put_thumbnails(f, "a", OLD);
    put_file(f, "b", NEW);
    keep_up(f, UPKEEP_MOVE, uri_of(f, "a"), uri_of(f, "b"), 0);
    assert_false(has_thumbnails(f, "b", NEW, 'a'));
    assert_false(has_thumbnails(f, "b", OLD, 'a'));
    put_thumbnails(f, "a", OLD);
    put_file(f, "a", NEW);
    keep_up(f, UPKEEP_COPY, uri_of(f, "a"), uri_of(f, "b"), 0);
    assert_false(has_thumbnails(f, "b", NEW, 'a'));
}

static void test_moves_to_themselves(void **state)
{
    struct fixture *f = *state;

    put_file(f, "a", OLD);
    put_thumbnails(f, "a", OLD);
    keep_up(f, UPKEEP_MOVE, uri_of(f, "a"), uri_of(f, "a"), 0);
    assert_true(has_thumbnails(f, "a", OLD, 'a'));
    keep_up(f, UPKEEP_MOVE, uri_of(f, "a"), uri_of(f, "missing"), 0);
    assert_true(has_thumbnails(f, "a", OLD, 'a')); /* whose file is still there */
}

/* What other programs have put there is not trusted. */
static void test_hostile_thumbnails(void **state)
{
    static const char *const wrong[] = {"", "\x89PNG\r\n\x1a\n", "GIF89a", "\x89PNG\r\n\x1a\n\xff"};
    struct fixture *f = *state;
    char *path = cache_path(&f->cache, &flavors[0], uri_of(f, "a"));
    char *other = cache_path(&f->cache, &flavors[0], uri_of(f, "b"));

    put_thumbnails(f, "a", OLD);
    put_file(f, "a", OLD);
    put_file(f, "b", OLD);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        fputs(wrong[i], file);
        fclose(file);
        keep_up(f, UPKEEP_COPY, uri_of(f, "a"), uri_of(f, "b"), 0);
        assert_int_not_equal(access(other, F_OK), 0);
    }
    free(path);
    free(other);
}

static void test_delete(void **state)
{
    struct fixture *f = *state;
    struct message message;

    put_thumbnails(f, "a", OLD);
    put_thumbnails(f, "b", OLD);
    assert_int_equal(cache_store_failure(&f->cache, uri_of(f, "a"), OLD, &message), 0);
    keep_up(f, UPKEEP_DELETE, uri_of(f, "a"), NULL, 0);
    assert_false(has_thumbnails(f, "a", OLD, 'a'));
    assert_false(cache_has_failed(&f->cache, uri_of(f, "a"), OLD));
    assert_true(has_thumbnails(f, "b", OLD, 'b'));
}

/* ---- Directories ---- */

static void test_move_directory(void **state)
{
    struct fixture *f = *state;

    put_directory(f, "d");
    put_directory(f, "d/sub");
    put_file(f, "d/a", OLD);
    put_file(f, "d/sub/b", NEW);
    put_thumbnails(f, "d/a", OLD);
    put_thumbnails(f, "d/sub/b", NEW);
    put_thumbnails(f, "da", OLD);
    rename_file(f, "d", "e");
    keep_up(f, UPKEEP_MOVE, uri_of(f, "d/"), uri_of(f, "e"), 0);
    assert_false(has_thumbnails(f, "d/a", OLD, 'a'));
    assert_true(has_thumbnails(f, "e/a", OLD, 'a'));
    assert_true(has_thumbnails(f, "e/sub/b", NEW, 'b'));
    assert_true(has_thumbnails(f, "da", OLD, 'a')); /* which lies beside it */
}

static void test_cleanup(void **state)
{
    struct fixture *f = *state;
    struct message message;

    assert_int_equal(cache_store_failure(&f->cache, uri_of(f, "d/x"), OLD, &message), 0);
    assert_int_equal(cache_store_failure(&f->cache, uri_of(f, "x"), OLD, &message), 0);
    put_thumbnails(f, "d/a", OLD);
    put_thumbnails(f, "d/sub/b", NEW);
    put_thumbnails(f, "da", OLD);
    keep_up(f, UPKEEP_CLEANUP, uri_of(f, "d"), NULL, OLD);
    assert_false(has_thumbnails(f, "d/a", OLD, 'a'));
    assert_true(has_thumbnails(f, "d/sub/b", NEW, 'b'));
    assert_false(cache_has_failed(&f->cache, uri_of(f, "d/x"), OLD));
    assert_true(cache_has_failed(&f->cache, uri_of(f, "x"), OLD));
    keep_up(f, UPKEEP_CLEANUP, uri_of(f, "d"), NULL, 0);
    assert_false(has_thumbnails(f, "d/sub/b", NEW, 'b'));
    assert_true(has_thumbnails(f, "da", OLD, 'a'));
    keep_up(f, UPKEEP_CLEANUP, "", NULL, 0);
    assert_true(has_thumbnails(f, "da", OLD, 'a'));
    keep_up(f, UPKEEP_CLEANUP, "file:///", NULL, 0);
    assert_false(has_thumbnails(f, "da", OLD, 'a'));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_move),
        TEST(test_copy),
        TEST(test_move_to_nowhere),
        TEST(test_delete),
        TEST(test_move_directory),
        TEST(test_cleanup),
        TEST(test_swaps_and_chains),
        TEST(test_stale_thumbnails),
        TEST(test_moves_to_themselves),
        TEST(test_hostile_thumbnails),
    };

    return cmocka_run_group_tests_name("thumbnails_upkeep", tests, NULL, NULL);
}
