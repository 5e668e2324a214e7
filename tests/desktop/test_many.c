/* A thousand files at once, as in a large folder that is scrolled through: nothing is told twice,
 * and nothing stays behind in the daemon or on disk. */
#include "asking.h"
#include "bus_names.h"
#include "cache.h"
#include "sample.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_FILES = 1000, MEMORY_KB = 16384 /* that may be kept for later */ };

static const struct asking foreground = {BUS_NAME, "normal", "foreground", 0};

struct fixture {
    struct desk desk;
    struct sample sample;
    struct client *client;
    char *uris[N_FILES];
};

/* What a request was told; order is checked as it comes. */
struct record {
    uint32_t handle;
    bool dequeued;
    unsigned n_started, n_ready, n_errors, n_finished;
};

/* ---- Files --------------------------------------------------------------------------------- */

/* Names of one file: that is quick, and for the daemon they are different. */
static void link_files(struct fixture *f)
{
    char first[128], path[128];
    snprintf(first, sizeof first, "%s/first", f->desk.dir);
    FILE *file = fopen(first, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(f->sample.data, 1, f->sample.size, file), f->sample.size);
    assert_int_equal(fclose(file), 0);
    for (int i = 0; i < N_FILES; i++) {
        snprintf(path, sizeof path, "%s/%d.uqd", f->desk.dir, i);
        assert_int_equal(link(first, path), 0);
        f->uris[i] = uri_of_path(path);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    desk_open(&f->desk);
    sample_make(&f->sample, &f->desk, 40, 30, 3);
    link_files(f);
    desk_start(&f->desk, (const char *const[]){"--threads", "2", NULL});
    f->client = client_new(&f->desk);
    setenv("XDG_CACHE_HOME", f->desk.dir, 1); /* as the daemon has it */
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < N_FILES; i++)
        free(f->uris[i]);
    client_free(f->client);
    sample_free(&f->sample);
    desk_close(&f->desk);
    free(f);
    return 0;
}

/* ---- What the daemon has ------------------------------------------------------------------- */

static unsigned count_descriptors(pid_t pid)
{
    char path[64];
    unsigned n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

/* Pages that are in use, in KB. */
static long memory_of(pid_t pid)
{
    char path[64], line[128];
    long kilobytes = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        sscanf(line, "VmRSS: %ld", &kilobytes);
    fclose(file);
    assert_true(kilobytes > 0);
    return kilobytes;
}

struct use {
    unsigned n_descriptors;
    long memory;
};

static struct use use_of(const struct fixture *f)
{
    client_sync(f->client);
    return (struct use){count_descriptors(f->desk.daemon), memory_of(f->desk.daemon)};
}

/* Workers may be at their last file still. */
static void assert_unused(const struct fixture *f, const struct use *before)
{
    const long end = desk_now() + PATIENCE_MS;
    struct use now;
    while ((now = use_of(f)).n_descriptors != before->n_descriptors) {
        if (desk_now() > end)
            fail_msg("%u descriptors, before %u", now.n_descriptors, before->n_descriptors);
        usleep(5000);
    }
    /* The sanitizers keep for a while what is freed. */
    if (!IS_SANITIZED && now.memory > before->memory + MEMORY_KB)
        fail_msg("%ld KB, before %ld", now.memory, before->memory);
}

/* ---- What is on disk ----------------------------------------------------------------------- */

static void assert_no_temporary_files(const struct fixture *f, const char *directory)
{
    const size_t length = strlen("0123456789abcdef0123456789abcdef.png");
    const struct dirent *entry;
    char path[128];
    snprintf(path, sizeof path, "%s/thumbnails/%s", f->desk.dir, directory);
    DIR *dir = opendir(path);
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strlen(entry->d_name) != length)
            fail_msg("%s/%s is left", path, entry->d_name);
    if (dir)
        closedir(dir);
}

static bool has_thumbnail(const struct fixture *f, const char *flavor, int i)
{
    struct cache cache;
    struct stat status;
    char path[128];
    snprintf(path, sizeof path, "%s/first", f->desk.dir);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(cache_open(&cache), 0);
    const bool valid =
        cache_is_valid(&cache, flavor_find(flavor), f->uris[i], status.st_mtim.tv_sec);
    cache_close(&cache);
    return valid;
}

/* ---- What is told -------------------------------------------------------------------------- */

static struct record *find_record(struct record *records, uint32_t handle)
{
    for (int i = 0; i < N_FILES; i++)
        if (records[i].handle == handle)
            return &records[i];
    fail_msg("nobody has asked for request %u", handle);
    return NULL;
}

static void note(struct record *record, DBusMessage *signal)
{
    assert_int_equal(record->n_finished, 0); /* nothing comes after it */
    if (dbus_message_has_member(signal, SIGNAL_STARTED)) {
        assert_int_equal(record->n_ready + record->n_errors, 0);
        record->n_started++;
    } else if (dbus_message_has_member(signal, SIGNAL_READY)) {
        assert_int_equal(record->n_started, 1);
        record->n_ready++;
    } else if (dbus_message_has_member(signal, SIGNAL_ERROR)) {
        record->n_errors++;
    } else {
        record->n_finished++;
    }
}

/* Until all requests have finished, and whatever comes after that. */
static void listen_to(struct fixture *f, struct record *records)
{
    unsigned n_finished = 0;
    DBusMessage *signal;
    while (n_finished < N_FILES) {
        signal = client_signal(f->client, NULL, PATIENCE_MS);
        if (!signal)
            fail_msg("%u of %d requests have finished", n_finished, N_FILES);
        if (dbus_message_has_interface(signal, THUMBNAILER_INTERFACE)) {
            note(find_record(records, handle_of(signal)), signal);
            n_finished += dbus_message_has_member(signal, SIGNAL_FINISHED);
        }
        dbus_message_unref(signal);
    }
    client_sync(f->client);
    while ((signal = client_signal(f->client, NULL, 0))) {
        if (dbus_message_has_interface(signal, THUMBNAILER_INTERFACE))
            note(find_record(records, handle_of(signal)), signal);
        dbus_message_unref(signal);
    }
}

static void assert_told_well(const struct fixture *f, const struct record *record, int i)
{
    assert_int_equal(record->n_finished, 1);
    assert_int_equal(record->n_errors, 0);
    assert_true(record->n_started <= 1);
    if (!record->dequeued) {
        assert_int_equal(record->n_started, 1);
        assert_true(record->n_ready >= 1 && record->n_ready <= 2); /* a coarse one before */
        assert_true(has_thumbnail(f, "normal", i));
    }
}

/* ---- Tests --------------------------------------------------------------------------------- */

/* Every file is a request, and every other one is given up at once. */
static void a_thousand_requests(void **state)
{
    struct fixture *f = *state;
    struct record *records = calloc(N_FILES, sizeof *records);
    const struct asking large = {BUS_NAME, "large", "foreground", 0};
    assert_non_null(records);
    asking_one(f->client, &large, f->uris[0]); /* loads the model */
    const struct use before = use_of(f);
    for (int i = 0; i < N_FILES; i++) {
        const char *uri = f->uris[i];
        const uint32_t handle = asking_queue(f->client, &foreground, &uri, 1);
        for (int j = 0; j < i; j++)
            assert_int_not_equal(records[j].handle, handle);
        records[i] = (struct record){.handle = handle, .dequeued = i % 2};
        if (records[i].dequeued)
            asking_dequeue(f->client, BUS_NAME, handle);
    }
    listen_to(f, records);
    for (int i = 0; i < N_FILES; i++)
        assert_told_well(f, &records[i], i);
    assert_unused(f, &before);
    assert_no_temporary_files(f, "normal");
    free(records);
}

/* One request for all, given up while it is worked on. */
static void one_request_for_a_thousand_files(void **state)
{
    static const char *const schedulers[] = {"foreground", "background"};
    struct fixture *f = *state;
    const struct asking large = {BUS_NAME, "large", "foreground", 0};
    asking_one(f->client, &large, f->uris[0]);
    const struct use before = use_of(f);
    for (int i = 0; i < 2; i++) {
        const struct asking asking = {BUS_NAME, "normal", schedulers[i], 0};
        const uint32_t handle =
            asking_queue(f->client, &asking, (const char *const *)f->uris, N_FILES);
        asking_dequeue(f->client, BUS_NAME, handle);
        const struct told told = asking_finish(f->client, handle);
        assert_int_equal(told.n_errors, 0);
    }
    assert_unused(f, &before);
    assert_no_temporary_files(f, "normal");
}

/* Whoever asked for them is gone: the daemon has nothing to do, and leaves. */
static void a_program_that_leaves_takes_its_requests_along(void **state)
{
    struct fixture *f = *state;
    struct client *other;
    kill(f->desk.daemon, SIGTERM);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    other = client_new(&f->desk);
    desk_start(&f->desk, (const char *const[]){"--idle", "2", NULL});
    asking_queue(other, &foreground, (const char *const *)f->uris, N_FILES);
    client_free(other);
    assert_int_equal(desk_wait(f->desk.daemon), 0);
    f->desk.daemon = 0;
    assert_false(has_thumbnail(f, "normal", N_FILES - 1));
    assert_no_temporary_files(f, "normal");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thousand_requests),
        TEST(one_request_for_a_thousand_files),
        TEST(a_program_that_leaves_takes_its_requests_along),
    };
    return cmocka_run_group_tests_name("many", tests, NULL, NULL);
}
