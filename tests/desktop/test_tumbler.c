/* tumblerd, the thumbnailer of Xfce, finds our program by its description and makes thumbnails with
 * it. */
#include "asking.h"
#include "bus_names.h"
#include "cache.h"
#include "made_file.h"
#include "scratch.h"
#include "screen.h"
#include "session.h"
#include "thumbnail_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TUMBLER_SERVICE "org.xfce.Tumbler.Thumbnailer1.service"

static int setup(void **state)
{
    (void)state;
    session_begin((const char *const[]){TUMBLER_SERVICE, NULL});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_end();
    return 0;
}

static void need_tumbler(void)
{
    session_need("/usr/share/dbus-1/services/" TUMBLER_SERVICE, "tumbler");
    session_need("update-mime-database", "shared-mime-info");
}

/* ---- One file ------------------------------------------------------------------------------ */

static char *path_in_cache(const char *flavor, const char *uri)
{
    struct cache cache;
    assert_int_equal(cache_open(&cache), 0);
    char *path = cache_path(&cache, flavor_find(flavor), uri);
    cache_close(&cache);
    return path;
}

/* The name, mode, keys and pixels of a thumbnail in the cache. */
static void check_thumbnail(const char *path, const char *uri, const char *flavor)
{
    char edge[16], *thumbnail = path_in_cache(flavor, uri);
    struct stat status;
    if (stat(thumbnail, &status) < 0)
        fail_msg("there is no %s", thumbnail);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_text(thumbnail, "Thumb::URI", uri);
    assert_int_equal(stat(path, &status), 0);
    char *mtime = thumbnail_text(thumbnail, "Thumb::MTime");
    assert_non_null(mtime);
    assert_int_equal(strtoll(mtime, NULL, 10), status.st_mtim.tv_sec);
    snprintf(edge, sizeof edge, "%u", flavor_find(flavor)->edge);
    session_run((const char *const[]){"uqd-thumbnailer", "-s", edge, path, "ours.png", NULL});
    struct pixels got = thumbnail_read(thumbnail), ours = thumbnail_read("ours.png");
    assert_same_pixels(&got, &ours);
    pixels_free(&got);
    pixels_free(&ours);
    free(mtime);
    free(thumbnail);
}

static struct told ask(const char *path, const char *flavor)
{
    const struct asking asking = {THUMBNAILER_NAME, flavor, "default", 0};
    struct client *client = client_new(session_desk());
    char *uri = uri_of_path(path);
    const struct told told = asking_one(client, &asking, uri);
    free(uri);
    client_free(client);
    return told;
}

static void check(const char *path, const char *flavor)
{
    const struct told told = ask(path, flavor);
    char *uri = uri_of_path(path);
    assert_int_equal(told.n_errors, 0);
    assert_int_equal(told.n_ready, 1);
    check_thumbnail(path, uri, flavor);
    free(uri);
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void thumbnails_are_those_of_our_program(void **state)
{
    (void)state;
    need_tumbler();
    quarters_write(SESSION_PICTURES "/a.uqd", false, 0);
    quarters_write(SESSION_PICTURES "/b \xc3\xbc%;.uqd", true, 0);
    check(SESSION_PICTURES "/a.uqd", "normal");
    check(SESSION_PICTURES "/a.uqd", "large");
    check(SESSION_PICTURES "/b \xc3\xbc%;.uqd", "normal");
}

/* The program then asks the daemon for the picture. */
static void thumbnails_are_the_same_with_the_daemon(void **state)
{
    const char *const argv[] = {session_installed(LIBEXECDIR "/uqdd"), NULL};
    (void)state;
    need_tumbler();
    session_start(argv);
    struct client *client = client_new(session_desk());
    client_await_daemon(client);
    client_free(client);
    quarters_write(SESSION_PICTURES "/a.uqd", false, 0);
    check(SESSION_PICTURES "/a.uqd", "normal");
}

/* It has our type by its name. */
static void a_bad_file_is_an_error(void **state)
{
    (void)state;
    need_tumbler();
    scratch_write(SESSION_PICTURES "/bad.uqd", "no picture at all", 17);
    const struct told told = ask(SESSION_PICTURES "/bad.uqd", "normal");
    char *uri = uri_of_path(SESSION_PICTURES "/bad.uqd");
    char *thumbnail = path_in_cache("normal", uri);
    assert_int_equal(told.n_errors, 1);
    assert_int_equal(told.n_ready, 0);
    assert_false(scratch_exists(thumbnail));
    free(thumbnail);
    free(uri);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(thumbnails_are_those_of_our_program),
        TEST(thumbnails_are_the_same_with_the_daemon),
        TEST(a_bad_file_is_an_error),
    };
    return cmocka_run_group_tests_name("tumbler", tests, session_install, scratch_teardown);
}
