/* Files that are none of ours, names that are none, and caches that cannot be written: through the
 * daemon and through uqd-thumbnailer, which is the argument. Nothing hangs, the error is the right
 * one, a failure is noted only where the data is bad, and nothing else is left. */
#include "asking.h"
#include "bus_names.h"
#include "cache.h"
#include "container/header.h"
#include "sample.h"
#include "scratch.h"
#include "thumbnail_file.h"
#include "thumbnails/maker.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_AGO = 1000000000, NO_ERROR = -1, FULL_SIDE = 150 };

static const struct asking asking = {BUS_NAME, "normal", "foreground", 0};

struct fixture {
    struct desk desk; /* whose directory is the current one */
    struct sample sample;
    struct client *client;
};

/* ---- The fixture --------------------------------------------------------------------------- */

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    char models[128];
    assert_non_null(f);
    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, FULL_SIDE, FULL_SIDE, 3);
    assert_int_equal(chdir(f->desk.dir), 0);
    setenv("XDG_CACHE_HOME", f->desk.dir, 1); /* as the daemon has it */
    snprintf(models, sizeof models, "%s/models", f->desk.dir);
    setenv("UQD_MODELS", models, 1);
    f->client = client_new(&f->desk);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    client_free(f->client);
    sample_free(&f->sample);
    assert_int_equal(chdir("/"), 0);
    desk_close(&f->desk);
    free(f);
    return 0;
}

static int start_daemon(void **state)
{
    struct fixture *f = *state;
    scratch_write("good.uqd", f->sample.data, f->sample.size);
    desk_start(&f->desk, (const char *const[]){"--threads", "1", NULL});
    return 0;
}

/* The daemon is as well as before, and has left nothing in the cache; that is emptied. */
static int end_daemon(void **state)
{
    struct fixture *f = *state;
    const char *const empty[] = {"rm", "-rf", "thumbnails", NULL};
    struct process_result result;
    client_sync(f->client);
    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    f->desk.daemon = 0;
    assert_int_equal(process_run(&result, empty, NULL, 0, 60), 0);
    process_result_free(&result);
    return 0;
}

/* ---- What is there ------------------------------------------------------------------------- */

static unsigned count_files(const char *directory)
{
    const struct dirent *entry;
    unsigned n = 0;
    DIR *dir = opendir(directory);
    while (dir && (entry = readdir(dir)))
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return n;
}

static unsigned count_failures(void)
{
    return count_files("thumbnails/fail/uqd-" UQD_VERSION);
}

static unsigned count_thumbnails(void)
{
    return count_files("thumbnails/normal");
}

static void put(const char *path, const void *data, size_t size)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = LONG_AGO}};
    scratch_write(path, data, size);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* ---- Asking -------------------------------------------------------------------------------- */

/* The program is given the same URI. */
static void check_program(const char *uri, bool can)
{
    struct process_result result;
    if (can) {
        THUMBNAILER_DONE(uri, "out.png");
        assert_int_equal(remove("out.png"), 0);
    } else {
        THUMBNAILER(&result, uri, "out.png");
        assert_refused(&result, 1, "");
        assert_false(scratch_exists("out.png"));
    }
}

/* The error of the daemon, or NO_ERROR, and whether it is noted. */
static void check_uri(const struct fixture *f, const char *uri, int32_t error, bool is_noted)
{
    const unsigned n_failures = count_failures(), n_thumbnails = count_thumbnails();
    const struct told told = asking_one(f->client, &asking, uri);
    if (told.n_errors != (error != NO_ERROR) || (told.n_errors && told.error != error))
        fail_msg("%s: %u errors, the last is %d", uri, told.n_errors, told.error);
    if (count_failures() != n_failures + is_noted)
        fail_msg("%s: %s noted", uri, is_noted ? "not" : "is");
    assert_int_equal(count_thumbnails(), n_thumbnails + (error == NO_ERROR));
}

static void check(const struct fixture *f, const char *path, int32_t error, bool is_noted)
{
    char *uri = uri_of_path(path);
    check_uri(f, uri, error, is_noted);
    check_program(uri, error == NO_ERROR);
    free(uri);
}

/* ---- Files --------------------------------------------------------------------------------- */

static void test_bad_data(void **state)
{
    const struct fixture *f = *state;
    const struct sample *sample = &f->sample;
    uint8_t *data = malloc(sample->size);
    assert_non_null(data);
    put("text.uqd", "this is no picture", 18);
    check(f, "text.uqd", THUMBNAIL_ERR_DATA, true);
    put("short.uqd", sample->data, 9);
    check(f, "short.uqd", THUMBNAIL_ERR_DATA, true);
    put("empty.uqd", "", 0);
    check(f, "empty.uqd", THUMBNAIL_ERR_DATA, false); /* it may be about to be written */
    memcpy(data, sample->data, sample->size);
    data[sample->step_bytes[0] - 10] ^= 1;
    put("damaged.uqd", data, sample->size);
    check(f, "damaged.uqd", THUMBNAIL_ERR_DATA, true);
    free(data);
}

/* What was noted is told again without looking. */
static void test_noted_failure(void **state)
{
    const struct fixture *f = *state;
    put("text.uqd", "this is no picture", 18);
    check(f, "text.uqd", THUMBNAIL_ERR_DATA, true);
    check(f, "text.uqd", THUMBNAIL_ERR_DATA, false);
    scratch_write("text.uqd", f->sample.data, f->sample.size);
    check(f, "text.uqd", NO_ERROR, false);
}

static void test_cut_file(void **state)
{
    const struct fixture *f = *state;
    put("cut.uqd", f->sample.data, (size_t)f->sample.step_bytes[0] + 1);
    check(f, "cut.uqd", NO_ERROR, false);
}

/* A header that is right but for its sides, and no data for such a picture. */
static void put_large(const struct fixture *f, const char *path, uint32_t side)
{
    struct uqd_header header;
    uint8_t *data;
    size_t size;
    assert_int_equal(uqd_header_parse(&header, f->sample.data, f->sample.size), UQD_OK);
    header.width = header.height = side;
    assert_int_equal(uqd_header_write(&header, &data, &size), UQD_OK);
    put(path, data, size);
    free(data);
}

static void test_gigapixels(void **state)
{
    const struct fixture *f = *state;
    put_large(f, "4.uqd", UQD_MAX_SIDE);
    check(f, "4.uqd", THUMBNAIL_ERR_DATA, true);
    put_large(f, "40.uqd", 200000);
    check(f, "40.uqd", THUMBNAIL_ERR_DATA, true);
}

static void test_no_files(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(mkdir("directory.uqd", 0700), 0);
    check(f, "directory.uqd", THUMBNAIL_ERR_CONNECTION, false);
    assert_int_equal(mkfifo("pipe.uqd", 0600), 0);
    check(f, "pipe.uqd", THUMBNAIL_ERR_CONNECTION, false);
    check(f, "/dev/zero", THUMBNAIL_ERR_CONNECTION, false);
    check(f, "bus", THUMBNAIL_ERR_CONNECTION, false); /* a socket */
    check(f, "missing.uqd", THUMBNAIL_ERR_CONNECTION, false);
    check(f, "good.uqd/below.uqd", THUMBNAIL_ERR_CONNECTION, false);
}

static void test_links(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(symlink("good.uqd", "link.uqd"), 0);
    check(f, "link.uqd", NO_ERROR, false);
    assert_int_equal(symlink("/etc/passwd", "elsewhere.uqd"), 0);
    check(f, "elsewhere.uqd", THUMBNAIL_ERR_DATA, true);
    assert_int_equal(symlink("nowhere", "dangling.uqd"), 0);
    check(f, "dangling.uqd", THUMBNAIL_ERR_CONNECTION, false);
    assert_int_equal(symlink("loop.uqd", "loop.uqd"), 0);
    check(f, "loop.uqd", THUMBNAIL_ERR_CONNECTION, false);
    assert_int_equal(symlink("/proc/self/mem", "memory.uqd"), 0);
    check(f, "memory.uqd", THUMBNAIL_ERR_CONNECTION, false);
}

static void test_unreadable(void **state)
{
    const struct fixture *f = *state;
    if (geteuid() == 0) {
        print_message("skip: root reads any file\n");
        skip();
    }
    put("locked.uqd", f->sample.data, f->sample.size);
    assert_int_equal(chmod("locked.uqd", 0), 0);
    check(f, "locked.uqd", THUMBNAIL_ERR_CONNECTION, false);
}

/* Also by a link. */
static void test_thumbnails_themselves(void **state)
{
    const struct fixture *f = *state;
    struct cache cache;
    char *uri = uri_of_path("good.uqd");
    asking_one(f->client, &asking, uri);
    assert_int_equal(cache_open(&cache), 0);
    char *thumbnail = cache_path(&cache, flavor_find(asking.flavor), uri);
    check(f, thumbnail, THUMBNAIL_ERR_THUMBNAIL, false);
    assert_int_equal(symlink(thumbnail, "thumbnail.uqd"), 0);
    check(f, "thumbnail.uqd", THUMBNAIL_ERR_THUMBNAIL, false);
    assert_int_equal(mkdir(".sh_thumbnails", 0700), 0);
    put(".sh_thumbnails/a.uqd", f->sample.data, f->sample.size);
    char *shared = uri_of_path(".sh_thumbnails/a.uqd");
    check_uri(f, shared, THUMBNAIL_ERR_THUMBNAIL, false);
    cache_close(&cache);
    free(shared);
    free(thumbnail);
    free(uri);
}

/* ---- Names --------------------------------------------------------------------------------- */

static void check_name(const struct fixture *f, const char *begin, const char *name, int32_t error)
{
    char *uri;
    assert_true(asprintf(&uri, "%s%s%s", begin, f->desk.dir, name) > 0);
    check_uri(f, uri, error, false);
    check_program(uri, error == NO_ERROR);
    free(uri);
}

static void test_names(void **state)
{
    const struct fixture *f = *state;
    put("a \xc3\xbc.uqd", f->sample.data, f->sample.size);
    put("\xff\xfe.uqd", f->sample.data, f->sample.size);
    check_name(f, "file://", "/a%20%C3%BC.uqd", NO_ERROR);
    check_name(f, "file://", "/a%20%c3%bc.uqd", NO_ERROR); /* another URI of the same file */
    check_name(f, "file://", "/%FF%FE.uqd", NO_ERROR);
    check_name(f, "file://", "/%67ood.uqd", NO_ERROR);
    check_name(f, "file://localhost", "/good.uqd", NO_ERROR);
    check_name(f, "FILE://", "/good.uqd", NO_ERROR);
    check_name(f, "file://", "/../../tmp/missing.uqd", THUMBNAIL_ERR_CONNECTION);
    check_name(f, "file://", "/good.uqd%", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "file://", "/good%0.uqd", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "file://", "/good.uqd%00", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "file://other", "/good.uqd", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "file://localhost.example", "/good.uqd", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "http://localhost", "/good.uqd", THUMBNAIL_ERR_UNSUPPORTED);
    check_name(f, "sftp://", "/good.uqd", THUMBNAIL_ERR_UNSUPPORTED);
}

static void test_long_names(void **state)
{
    const struct fixture *f = *state;
    const size_t sizes[] = {300, 5000, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *uri = malloc(sizes[i] + 8);
        assert_non_null(uri);
        memcpy(uri, "file:///", 8);
        memset(uri + 8, 'a', sizes[i] - 1);
        uri[sizes[i] + 7] = '\0';
        check_uri(f, uri, sizes[i] > 100000 ? THUMBNAIL_ERR_UNSUPPORTED : THUMBNAIL_ERR_CONNECTION,
                  false);
        free(uri);
    }
}

/* ---- Caches -------------------------------------------------------------------------------- */

/* One that cannot be written now, and can later. */
static void check_save(const struct fixture *f, bool can)
{
    char *uri = uri_of_path("good.uqd");
    check_uri(f, uri, can ? NO_ERROR : THUMBNAIL_ERR_SAVE, false);
    free(uri);
}

static void test_file_in_place_of_the_cache(void **state)
{
    const struct fixture *f = *state;
    scratch_write("thumbnails", "", 0);
    check_save(f, false);
    assert_int_equal(remove("thumbnails"), 0);
    check_save(f, true);
}

static void test_read_only_cache(void **state)
{
    const struct fixture *f = *state;
    if (geteuid() == 0) {
        print_message("skip: root writes to any directory\n");
        skip();
    }
    assert_int_equal(mkdir("thumbnails", 0500), 0);
    check_save(f, false);
    assert_int_equal(chmod("thumbnails", 0700), 0);
    check_save(f, true);
}

static void limit_files(const struct fixture *f, rlim_t size)
{
    const struct rlimit limit = {size, RLIM_INFINITY};
    assert_int_equal(prlimit(f->desk.daemon, RLIMIT_FSIZE, &limit, NULL), 0);
}

static void test_limit_of_files(void **state)
{
    const struct fixture *f = *state;
    char *uri = uri_of_path("good.uqd");
    const struct asking large = {BUS_NAME, "large", "foreground", 0};
    asking_one(f->client, &large, uri); /* the model is loaded from now on */
    limit_files(f, 1000);
    check_save(f, false);
    limit_files(f, RLIM_INFINITY);
    check_save(f, true);
    free(uri);
}

static void check_unsaved(const struct fixture *f, const char *path, int32_t error)
{
    char *uri = uri_of_path(path);
    check_uri(f, uri, error, false);
    free(uri);
}

/* A disk that only this test and its daemon see. */
static bool mount_disk(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mkdir("thumbnails", 0700) == 0 &&
           mount("none", "thumbnails", "tmpfs", 0, "size=4k,mode=0700") == 0;
}

static void test_full_disk(void **state)
{
    struct fixture *f = *state;
    end_daemon(state); /* it is to see the disk */
    if (!mount_disk()) {
        start_daemon(state);
        print_message("skip: no disk can be mounted here: %s\n", strerror(errno));
        skip();
    }
    start_daemon(state);
    check_save(f, false);
    assert_int_equal(count_thumbnails(), 0);
    assert_int_equal(mount("none", "thumbnails", "tmpfs", MS_REMOUNT, "size=1m,mode=0700"), 0);
    check_save(f, true);
    assert_int_equal(mount("none", "thumbnails", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    put("other.uqd", f->sample.data, f->sample.size);
    check_unsaved(f, "other.uqd", THUMBNAIL_ERR_SAVE);
    put("text.uqd", "this is no picture", 18);
    check_unsaved(f, "text.uqd", THUMBNAIL_ERR_DATA); /* it cannot be noted */
    assert_int_equal(umount2("thumbnails", MNT_DETACH), 0);
}

/* Of a program without home and cache. */
static void test_no_home(void **state)
{
    struct fixture *f = *state;
    const char *const argv[] = {"env", "-u",        "HOME",          "-u", "XDG_CACHE_HOME",
                                UQDD,  "--address", f->desk.address, NULL};
    end_daemon(state);
    f->desk.daemon = fork();
    assert_true(f->desk.daemon >= 0);
    if (f->desk.daemon == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    client_await_daemon(f->client);
    check_save(f, false);
    assert_false(scratch_exists("thumbnails"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_daemon, end_daemon)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bad_data),
        TEST(test_noted_failure),
        TEST(test_cut_file),
        TEST(test_gigapixels),
        TEST(test_no_files),
        TEST(test_links),
        TEST(test_unreadable),
        TEST(test_thumbnails_themselves),
        TEST(test_names),
        TEST(test_long_names),
        TEST(test_file_in_place_of_the_cache),
        TEST(test_read_only_cache),
        TEST(test_limit_of_files),
        TEST(test_full_disk),
        TEST(test_no_home),
    };
    if (argc != 2 || !realpath(argv[1], NULL))
        return 2;
    thumbnailer_is(realpath(argv[1], NULL));
    return cmocka_run_group_tests_name("hostile", tests, setup, teardown);
}
