/* uqdctl thumbnail: the thumbnails that the daemon makes, and where they are. */
#include "cache.h"
#include "ctl_desk.h"
#include "image_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
    const int result = ctl_desk_setup_daemon(state);
    const struct ctl_desk *ctl = *state;
    setenv("XDG_CACHE_HOME", ctl->desk.dir, 1); /* as the daemon has it */
    return result;
}

/* The path of a file's thumbnail, as a line; to be freed. */
static char *line_of(const struct ctl_desk *ctl, const char *name, const char *flavor)
{
    char uri[160], *line;
    struct cache cache;
    snprintf(uri, sizeof uri, "file://%s/%s", ctl->desk.dir, name);
    assert_int_equal(cache_open(&cache), 0);
    char *path = cache_path(&cache, flavor_find(flavor), uri);
    assert_non_null(path);
    assert_true(asprintf(&line, "%s\n", path) > 0);
    free(path);
    cache_close(&cache);
    return line;
}

static void the_path_of_a_thumbnail_is_printed(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct message message;
    struct pixels pixels;
    char *wanted = line_of(ctl, "a.uqd", "large");
    char *path = strndup(wanted, strlen(wanted) - 1);
    assert_int_equal(access(path, F_OK), -1);
    /* The second time it is there already. */
    for (int i = 0; i < 2; i++) {
        char *output = CTL_OUTPUT("thumbnail", "--flavor", "large", "a.uqd");
        assert_string_equal(output, wanted);
        free(output);
        assert_int_equal(image_read(path, NULL, &pixels, &message), 0);
        assert_int_equal(pixels.width, ctl->sample.width);
        pixels_free(&pixels);
    }
    free(path);
    free(wanted);
}

/* One file is asked for twice, by its path and by its URI. */
static void each_file_is_answered(void **state)
{
    const struct ctl_desk *ctl = *state;
    char uri[160];
    ctl_desk_write("b.uqd", ctl->sample.data, ctl->sample.size);
    snprintf(uri, sizeof uri, "file://%s/a.uqd", ctl->desk.dir);
    char *output = CTL_OUTPUT("thumbnail", "./a.uqd", "b.uqd", uri);
    char *a = line_of(ctl, "a.uqd", "normal"), *b = line_of(ctl, "b.uqd", "normal");
    assert_int_equal(strlen(output), 2 * strlen(a) + strlen(b));
    assert_contains(output, a);
    assert_contains(output, b);
    free(a);
    free(b);
    free(output);
}

static void what_fails_keeps_nothing_from_the_others(void **state)
{
    const struct ctl_desk *ctl = *state;
    struct process_result result;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    ctl_desk_write("garbage.uqd", "garbage", 7);
    CTL_RUN(&result, "thumbnail", "garbage.uqd", "missing.uqd", "fifo", ".", "a.uqd");
    char *wanted = line_of(ctl, "a.uqd", "normal");
    assert_int_equal(result.exit_code, 1);
    assert_string_equal(result.out, wanted);
    assert_contains(result.err, "uqdctl: garbage.uqd: is not a .uqd file\n");
    assert_contains(result.err, "uqdctl: missing.uqd: cannot be opened: No such file");
    assert_contains(result.err, "uqdctl: fifo: ");
    assert_contains(result.err, "uqdctl: .: ");
    free(wanted);
    process_result_free(&result);
}

static void another_cache_is_noticed(void **state)
{
    (void)state;
    setenv("XDG_CACHE_HOME", "/nonexistent", 1);
    CTL_FAILS(1, "a.uqd: its thumbnail was made, but is not in the cache", "thumbnail", "a.uqd");
}

static void wrong_arguments_are_told(void **state)
{
    (void)state;
    CTL_FAILS(2, "an operand is missing", "thumbnail");
    CTL_FAILS(2, "is not one of", "thumbnail", "--flavor", "huge", "a.uqd");
    CTL_FAILS(1, "http", "thumbnail", "http://example.org/a.uqd");
}

/* A path may hold any byte, which its URI escapes; a URI that does not is none. */
static void bytes_that_are_no_text_are_told(void **state)
{
    const struct ctl_desk *ctl = *state;
    CTL_FAILS(1, "uqdctl: file:///tmp/\\xff.uqd: is no URI: ", "thumbnail", "file:///tmp/\xff.uqd");
    CTL_FAILS(1, "is no URI: ", "thumbnail", "a.uqd", "file:/tmp/\xed\xa0\x80.uqd");
    ctl_desk_write("\xff.uqd", ctl->sample.data, ctl->sample.size);
    char *output = CTL_OUTPUT("thumbnail", "\xff.uqd");
    assert_contains(output, ".png\n");
    free(output);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, ctl_desk_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_path_of_a_thumbnail_is_printed),
        TEST(each_file_is_answered),
        TEST(what_fails_keeps_nothing_from_the_others),
        TEST(another_cache_is_noticed),
        TEST(wrong_arguments_are_told),
        TEST(bytes_that_are_no_text_are_told),
    };
    return cmocka_run_group_tests_name("thumbnail", tests, NULL, NULL);
}
