/* File managers show thumbnails of our files: on the screen, and in the cache. */
#include "asking.h"
#include "bus_names.h"
#include "cache.h"
#include "scratch.h"
#include "screen.h"
#include "session.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define PICTURE         SESSION_PICTURES "/a.uqd"
#define NEW_PICTURE     SESSION_PICTURES "/.new.uqd"
#define TUMBLER_SERVICE "org.xfce.Tumbler.Thumbnailer1.service"

/* PCManFM gives pictures of up to so many bytes to gdk-pixbuf alone, unless told otherwise. */
enum { PCMANFM_OWN = 2048 * 1024 };

/* The thumbnailer of Xfce can be started by the bus. */
static int setup_tumbler(void **state)
{
    (void)state;
    session_begin((const char *const[]){TUMBLER_SERVICE, NULL});
    return 0;
}

static int setup(void **state)
{
    (void)state;
    session_begin(NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    session_end();
    return 0;
}

/* ---- What is to be seen -------------------------------------------------------------------- */

struct sight {
    const char *screen;
    bool upside_down;
    bool reload;   /* now and then the file manager is told to look again */
    pid_t *thunar; /* unless NULL, is started anew if that does not help */
};

static pid_t start(const char *file_manager)
{
    return session_start((const char *const[]){file_manager, SESSION_PICTURES, NULL});
}

/* Of a window that may not be there yet. */
static void reload(void)
{
    static const char *const argv[] = {"xdotool",  "search", "--class", "thunar", "key",
                                       "--window", "%@",     "ctrl+r",  NULL};
    session_try(argv);
}

static bool is_seen(const void *cookie)
{
    enum { PATIENCE = 256 }; /* looks */
    static unsigned n_looks;
    const struct sight *sight = cookie;
    n_looks++;
    if (sight->thunar && n_looks % (2 * PATIENCE) == 0) {
        session_stop(*sight->thunar);
        *sight->thunar = start("Thunar");
    } else if (sight->reload && n_looks % PATIENCE == 0) {
        reload();
    }
    return quarters_are_on_screen(sight->screen, sight->upside_down);
}

static void await_sight(const struct sight *sight)
{
    session_await(is_seen, sight, "the picture on the screen");
}

/* Whether there is a valid thumbnail of the picture in any flavor. */
static bool is_in_cache(const void *cookie)
{
    struct cache cache;
    struct stat status;
    char *uri = uri_of_path(PICTURE);
    bool found = false;
    (void)cookie;
    assert_int_equal(stat(PICTURE, &status), 0);
    assert_int_equal(cache_open(&cache), 0);
    for (int i = 0; i < N_FLAVORS && !found; i++)
        found = cache_is_valid(&cache, &flavors[i], uri, status.st_mtim.tv_sec);
    cache_close(&cache);
    free(uri);
    return found;
}

/* ---- Thunar -------------------------------------------------------------------------------- */

static void need(const char *program, const char *package)
{
    session_need(program, package);
    session_need("Xvfb", "xvfb");
    session_need("xdotool", "xdotool");
    session_need("update-mime-database", "shared-mime-info");
}

/* A file that is queued several times within a second can get lost in tumbler 4.18, and Thunar then
 * waits for it until its end. */
static void thunar_shows_thumbnails_of_tumbler(void **state)
{
    (void)state;
    need("Thunar", "thunar");
    session_need("/usr/share/dbus-1/services/" TUMBLER_SERVICE, "tumbler");
    pid_t thunar = -1;
    const struct sight sight = {
        .screen = session_open_display(), .reload = true, .thunar = &thunar};
    quarters_write(PICTURE, false, 0);
    thunar = start("Thunar");
    await_sight(&sight);
    session_await(is_in_cache, NULL, "the thumbnail in the cache");
}

static void start_our_thumbnailer(void)
{
    const char *const argv[] = {session_installed(LIBEXECDIR "/uqdd"), "--thumbnailer", NULL};
    session_start(argv);
    struct client *client = client_new(session_desk());
    client_await_name(client, THUMBNAILER_NAME);
    client_free(client);
}

static void thunar_shows_thumbnails_of_the_daemon(void **state)
{
    (void)state;
    need("Thunar", "thunar");
    const struct sight sight = {.screen = session_open_display()};
    quarters_write(PICTURE, false, 0);
    start_our_thumbnailer();
    start("Thunar");
    await_sight(&sight);
    assert_true(is_in_cache(NULL));
}

/* As programs save a file: it is written beside the old one, and renamed. */
static void thunar_shows_a_new_thumbnail_of_a_file_that_is_replaced(void **state)
{
    const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    (void)state;
    need("Thunar", "thunar");
    struct sight sight = {.screen = session_open_display()};
    quarters_write(PICTURE, false, 0);
    quarters_write(NEW_PICTURE, true, 0);
    assert_int_equal(utimensat(AT_FDCWD, PICTURE, long_ago, 0), 0);
    start_our_thumbnailer();
    start("Thunar");
    await_sight(&sight);
    assert_int_equal(rename(NEW_PICTURE, PICTURE), 0);
    sight.upside_down = true;
    await_sight(&sight);
    assert_true(is_in_cache(NULL));
}

/* ---- PCManFM ------------------------------------------------------------------------------- */

/* It runs our program itself, and asks no thumbnailer. */
static void pcmanfm_shows_thumbnails(void **state)
{
    (void)state;
    need("pcmanfm", "pcmanfm");
    const struct sight sight = {.screen = session_open_display()};
    quarters_write(PICTURE, false, PCMANFM_OWN + 1);
    start("pcmanfm");
    await_sight(&sight);
    assert_true(is_in_cache(NULL));
}

/* As gdk-pixbuf's package does it for what is in its directory. */
static void list_loaders(void)
{
    static const char line[] = "{ cat \"$1\" && \"$2\" \"$3\"; } >loaders";
    const char *const argv[] = {
        "sh", "-c", line, "sh", LOADERS_LIST, QUERY_LOADERS, session_installed(LOADER), NULL};
    session_run(argv);
    setenv("GDK_PIXBUF_MODULE_FILE", "loaders", 1);
}

/* Small files it reads with our module for gdk-pixbuf, and keeps no thumbnail of them. */
static void pcmanfm_shows_thumbnails_of_small_files(void **state)
{
    (void)state;
    if (!*LOADER || !scratch_exists(LOADERS_LIST)) {
        print_message("skip: no module for gdk-pixbuf was built that it can load "
                      "(libgdk-pixbuf-2.0-dev)\n");
        skip();
    }
    need("pcmanfm", "pcmanfm");
    const struct sight sight = {.screen = session_open_display()};
    quarters_write(PICTURE, false, 0);
    list_loaders();
    start("pcmanfm");
    await_sight(&sight);
    unsetenv("GDK_PIXBUF_MODULE_FILE");
}

/* ---- The screen itself --------------------------------------------------------------------- */

/* Before anything is shown nothing is found. */
static void an_empty_screen_shows_nothing(void **state)
{
    (void)state;
    session_need("Xvfb", "xvfb");
    const char *screen = session_open_display();
    assert_false(quarters_are_on_screen(screen, false));
    assert_false(quarters_are_on_screen(screen, true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_screen_shows_nothing),
        cmocka_unit_test_setup_teardown(thunar_shows_thumbnails_of_tumbler, setup_tumbler,
                                        teardown),
        TEST(thunar_shows_thumbnails_of_the_daemon),
        TEST(thunar_shows_a_new_thumbnail_of_a_file_that_is_replaced),
        TEST(pcmanfm_shows_thumbnails),
        TEST(pcmanfm_shows_thumbnails_of_small_files),
    };
    return cmocka_run_group_tests_name("file_managers", tests, session_install, scratch_teardown);
}
