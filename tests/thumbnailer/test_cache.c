/* The cache of thumbnails: names, modes, what is valid, and what is never left behind. */
#include "cache.h"

#include "scratch.h"
#include "thumbnail_file.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The example of the standard. */
#define URI      "file:///home/jens/photos/me.png"
#define URI_NAME "c6ee772d9e49320e97ec29a7eb5b1697.png"
#define TIME     INT64_C(1000000000)

static const struct flavor *const normal = &flavors[0];

static int setup(void **state)
{
    static char path[256];

    if (scratch_setup(state) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/cache", scratch_directory());
    setenv("XDG_CACHE_HOME", path, 1);
    return 0;
}

static struct cache opened(void)
{
    struct cache cache;

    assert_int_equal(cache_open(&cache), 0);
    return cache;
}

/* A thumbnail of some pixels with these texts; NULL leaves one out. */
static struct pixels made(const char *uri, const char *mtime)
{
    struct pixels pixels = {.width = 3, .height = 2, .channels = 4, .data = calloc(6, 4)};

    assert_non_null(pixels.data);
    pixels.data[5] = 99;
    if (uri)
        assert_int_equal(thumbnail_text_add(&pixels, "Thumb::URI", uri), 0);
    if (mtime)
        assert_int_equal(thumbnail_text_add(&pixels, "Thumb::MTime", mtime), 0);
    return pixels;
}

static void store(const struct cache *cache, const char *name_uri, const char *uri,
                  const char *mtime)
{
    struct pixels pixels = made(uri, mtime);
    struct message message;

    if (cache_store(cache, normal, name_uri, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    pixels_free(&pixels);
}

/* ---- Where thumbnails are ---- */

static void check_root(const char *cache_home, const char *home, const char *root)
{
    struct cache cache;

    cache_home ? setenv("XDG_CACHE_HOME", cache_home, 1) : unsetenv("XDG_CACHE_HOME");
    home ? setenv("HOME", home, 1) : unsetenv("HOME");
    cache = opened();
    if (root)
        assert_string_equal(cache.root, root);
    else
        assert_null(cache.root);
    cache_close(&cache);
}

/* A variable that is empty or not absolute counts as unset. */
static void test_root(void **state)
{
    const char *home = getenv("HOME");
    char *before = home ? strdup(home) : NULL;

    (void)state;
    check_root("/a/b", "/c", "/a/b/thumbnails");
    check_root("", "/c", "/c/.cache/thumbnails");
    check_root("a", "/c", "/c/.cache/thumbnails");
    check_root(NULL, "/c", "/c/.cache/thumbnails");
    check_root(NULL, "", NULL);
    check_root(NULL, NULL, NULL);
    if (before)
        setenv("HOME", before, 1);
    free(before);
}

static void test_names(void **state)
{
    struct cache cache = opened();
    char expected[512], *path;

    (void)state;
    for (const struct flavor *flavor = flavors; flavor->name; flavor++) {
        snprintf(expected, sizeof expected, "%s/cache/thumbnails/%s/" URI_NAME, scratch_directory(),
                 flavor->name);
        path = cache_path(&cache, flavor, URI);
        assert_string_equal(path, expected);
        free(path);
        assert_ptr_equal(flavor_find(flavor->name), flavor);
    }
    assert_int_equal(flavor_find("x-large")->edge, 512);
    assert_null(flavor_find("huge"));
    assert_null(flavor_find(""));
    cache_close(&cache);
}

/* Nobody else may read them, whatever the umask says. */
static void test_modes(void **state)
{
    static const char *const paths[] = {"cache/thumbnails/normal/" URI_NAME,
                                        "cache/thumbnails/normal", "cache/thumbnails", "cache"};
    struct cache cache = opened();
    mode_t before = umask(0);

    (void)state;
    store(&cache, URI, URI, "1000000000");
    umask(before);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct stat status;

        assert_int_equal(stat(paths[i], &status), 0);
        assert_int_equal(status.st_mode & 0777, i == 0 ? 0600 : 0700);
    }
    cache_close(&cache);
}

/* ---- What is valid ---- */

static void test_validity(void **state)
{
    static const struct {
        const char *uri, *mtime;
        bool valid;
    } cases[] = {
        {URI, "1000000000", true},
        {URI, "1000000000.25", true},
        {URI, "1000000001", false},
        {URI, "999999999", false},
        {URI, "", false},
        {URI, "1000000000x", false},
        {URI, NULL, false},
        {NULL, "1000000000", false},
        {URI "x", "1000000000", false},
        {"", "1000000000", false},
        {URI, "99999999999999999999", false},
    };
    struct cache cache = opened();

    (void)state;
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        store(&cache, URI, cases[i].uri, cases[i].mtime);
        if (cache_is_valid(&cache, normal, URI, TIME) != cases[i].valid)
            fail_msg("case %zu", i);
        assert_false(cache_is_valid(&cache, &flavors[1], URI, TIME));
    }
    cache_remove(&cache, normal, URI);
    assert_false(scratch_exists("cache/thumbnails/normal/" URI_NAME));
    cache_remove(&cache, normal, URI);
    cache_close(&cache);
}

/* Whatever lies there instead. */
static void test_hostile_files(void **state)
{
    static const char name[] = "cache/thumbnails/normal/" URI_NAME;
    struct cache cache = opened();
    uint8_t *data;
    size_t size;

    (void)state;
    store(&cache, URI, URI, "1000000000");
    data = scratch_read(name, &size);
    for (size_t cut = 0; cut < size; cut++) {
        scratch_write(name, data, cut);
        if (cache_is_valid(&cache, normal, URI, TIME) && !memmem(data, cut, "IDAT", 4))
            fail_msg("valid after %zu bytes, before the pixels", cut);
    }
    for (size_t i = 0; i < size; i++) {
        data[i] ^= 0x55;
        scratch_write(name, data, size);
        cache_is_valid(&cache, normal, URI, TIME);
        data[i] ^= 0x55;
    }
    free(data);
    unlink(name);
    assert_int_equal(mkfifo(name, 0600), 0);
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    unlink(name);
    assert_int_equal(mkdir(name, 0700), 0);
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    cache_close(&cache);
}

static void put_u32(uint8_t *at, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> (24 - 8 * i));
}

/* A file of any size may claim to be a thumbnail: it is read no further than any header goes. */
static void test_endless_header(void **state)
{
    static const char name[] = "cache/thumbnails/normal/" URI_NAME;
    struct cache cache = opened();
    size_t size;
    uint8_t *data, head[8] = {0, 0, 0, 0, 'u', 'q', 'Q', 'd'};
    FILE *file;

    (void)state;
    store(&cache, URI, URI, "1000000000");
    data = scratch_read(name, &size);
    file = fopen(name, "wb");
    assert_non_null(file);
    fwrite(data, 1, 8 + 25, file); /* signature and IHDR */
    put_u32(head, 0x7fffffff);
    fwrite(head, 1, 8, file);
    fwrite(data + 33, 1, size - 33, file);
    fclose(file);
    assert_int_equal(truncate(name, (off_t)1 << 33), 0); /* a hole, which takes no space */
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    free(data);
    cache_close(&cache);
}

static void test_coarse(void **state)
{
    struct cache cache = opened();
    struct pixels pixels = made(URI, "1000000000");
    struct message message;

    (void)state;
    assert_false(cache_is_coarse(&cache, normal, URI));
    store(&cache, URI, URI, "1000000000");
    assert_false(cache_is_coarse(&cache, normal, URI));
    cache_remove_coarse(&cache, normal, URI);
    assert_true(cache_is_valid(&cache, normal, URI, TIME));
    assert_int_equal(thumbnail_text_add(&pixels, THUMBNAIL_COARSE, "1"), 0);
    assert_int_equal(cache_store(&cache, normal, URI, &pixels, &message), 0);
    assert_true(cache_is_coarse(&cache, normal, URI));
    assert_true(cache_is_valid(&cache, normal, URI, TIME));
    cache_remove_coarse(&cache, normal, URI);
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    pixels_free(&pixels);
    cache_close(&cache);
}

/* ---- Writing ---- */

static void test_text_of_a_thumbnail(void **state)
{
    struct cache cache = opened();

    (void)state;
    store(&cache, URI, URI, "1000000000");
    assert_text("cache/thumbnails/normal/" URI_NAME, "Thumb::URI", URI);
    assert_number("cache/thumbnails/normal/" URI_NAME, "Thumb::MTime", 1000000000);
    cache_close(&cache);
}

/* What cannot be written leaves nothing, and what was there stays. */
static void test_failing_writes(void **state)
{
    struct cache cache = opened();
    struct pixels pixels = made(URI, "1000000000");
    struct message message;
    unsigned n;

    (void)state;
    store(&cache, URI "2", URI, "5");
    assert_int_equal(mkdir("cache/thumbnails/normal/" URI_NAME, 0700), 0);
    n = scratch_count();
    assert_int_equal(cache_store(&cache, normal, URI, &pixels, &message), -1);
    assert_non_null(strstr(message.text, URI_NAME));
    assert_int_equal(scratch_count(), n);
    cache_close(&cache);
    assert_int_equal(cache_store(&cache, normal, URI, &pixels, &message), -1); /* no root */
    pixels_free(&pixels);
}

static void test_failures(void **state)
{
    struct cache cache = opened();
    struct message message;

    (void)state;
    assert_false(cache_has_failed(&cache, URI, TIME));
    assert_int_equal(cache_store_failure(&cache, URI, TIME, &message), 0);
    assert_true(cache_has_failed(&cache, URI, TIME));
    assert_false(cache_has_failed(&cache, URI, TIME + 1));
    assert_false(cache_is_valid(&cache, normal, URI, TIME));
    assert_true(scratch_exists("cache/thumbnails/fail/uqd-" UQD_VERSION "/" URI_NAME));
    cache_remove_failure(&cache, URI);
    assert_false(cache_has_failed(&cache, URI, TIME));
    cache_close(&cache);
}

/* ---- Of thumbnails no thumbnails are made ---- */

static void test_thumbnails_themselves(void **state)
{
    struct cache cache = opened();
    char path[512];

    (void)state;
    store(&cache, URI, URI, "1000000000");
    scratch_write("a.uqd", "", 0);
    snprintf(path, sizeof path, "%s/a.uqd", scratch_directory());
    assert_false(cache_has(&cache, path));
    snprintf(path, sizeof path, "%s/normal/" URI_NAME, cache.root);
    assert_true(cache_has(&cache, path));
    assert_int_equal(symlink(path, "link.uqd"), 0);
    snprintf(path, sizeof path, "%s/link.uqd", scratch_directory());
    assert_true(cache_has(&cache, path));
    snprintf(path, sizeof path, "%s/normal/../../thumbnails/normal/" URI_NAME, cache.root);
    assert_true(cache_has(&cache, path));
    assert_true(cache_has(&cache, "/usb/.sh_thumbnails/normal/a.png"));
    assert_false(cache_has(&cache, "/nonexistent"));
    cache_close(&cache);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_root),
        TEST(test_names),
        TEST(test_modes),
        TEST(test_validity),
        TEST(test_hostile_files),
        TEST(test_endless_header),
        TEST(test_coarse),
        TEST(test_text_of_a_thumbnail),
        TEST(test_failing_writes),
        TEST(test_failures),
        TEST(test_thumbnails_themselves),
    };

    return cmocka_run_group_tests_name("thumbnail_cache", tests, NULL, NULL);
}
