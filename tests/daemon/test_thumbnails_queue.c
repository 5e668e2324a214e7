/* The queue of thumbnails without a bus: what is made in which order, and who is told what. */
#include "job_desk.h"
#include "thumbnail_info.h"
#include "thumbnail_texts.h"
#include "thumbnails/queue.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { TOLD_SIZE = 8192, FEW = 8 };

static const struct flavor *const normal = &flavors[0], *const large = &flavors[1];

struct thumbnail_desk {
    struct job_desk *jobs;
    struct cache cache;
    struct queue queue;
    char told[TOLD_SIZE]; /* by all requests, in order, with a space before each */
};

/* One request: its cookie. */
struct asker {
    struct thumbnail_desk *desk;
    const char *name;
    uint32_t handle;
};

/* ---- The desk ---- */

static int setup(void **state)
{
    struct thumbnail_desk *desk = calloc(1, sizeof *desk);
    static const struct decode_settings settings = {.threads = 1};
    char path[128];
    void *jobs;

    assert_non_null(desk);
    assert_int_equal(job_desk_setup(&jobs), 0);
    desk->jobs = jobs;
    snprintf(path, sizeof path, "%s/cache", desk->jobs->desk.dir);
    setenv("XDG_CACHE_HOME", path, 1);
    assert_int_equal(cache_open(&desk->cache), 0);
    queue_init(&desk->queue, desk->jobs->jobs.pool, desk->jobs->jobs.workers, &desk->cache,
               &settings, 1);
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct thumbnail_desk *desk = *state;
    void *jobs = desk->jobs;

    job_desk_settle(desk->jobs);
    assert_false(queue_busy(&desk->queue));
    assert_null(desk->queue.requests);
    assert_null(desk->queue.thumbnails.tree);
    assert_int_equal(desk->queue.n_waited_for, 0);
    cache_close(&desk->cache);
    job_desk_teardown(&jobs);
    free(desk);
    return 0;
}

static const char *uri_of(const struct thumbnail_desk *desk, const char *name)
{
    return desk_uri(&desk->jobs->desk, name);
}

static const char *path_of(const struct thumbnail_desk *desk, const char *name)
{
    return uri_of(desk, name) + strlen("file://");
}

/* Writes the first size bytes of the sample. */
static void put_file(const struct thumbnail_desk *desk, const char *name, size_t size)
{
    FILE *file = fopen(path_of(desk, name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(desk->jobs->sample.data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void put_files(const struct thumbnail_desk *desk, const char *names)
{
    for (const char *name = names; *name; name++)
        put_file(desk, (const char[]){*name, '\0'}, desk->jobs->sample.size);
}

/* ---- What is told ---- */

static void tell(struct asker *asker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct asker *asker, const char *format, ...)
{
    char *told = asker->desk->told;
    size_t length = strlen(told);
    va_list args;

    length += (size_t)snprintf(told + length, TOLD_SIZE - length, " %s:", asker->name);
    va_start(args, format);
    vsnprintf(told + length, TOLD_SIZE - length, format, args);
    va_end(args);
}

static void started(void *cookie)
{
    tell(cookie, "started");
}

/* The last elements of the URIs. */
static void tell_names(struct asker *asker, const char *what, const char *const *uris, size_t n)
{
    char names[1024] = "";
    size_t length = 0;

    for (size_t i = 0; i < n && length < sizeof names; i++) {
        const char *slash = strrchr(uris[i], '/');

        length += (size_t)snprintf(names + length, sizeof names - length, "%s%.16s",
                                   i > 0 ? "," : "", slash ? slash + 1 : uris[i]);
    }
    tell(asker, "%s(%s)", what, names);
}

static void ready(void *cookie, const char *const *uris, size_t n)
{
    tell_names(cookie, "ready", uris, n);
}

static void failed(void *cookie, const char *const *uris, size_t n, enum thumbnail_error error,
                   const char *text)
{
    char what[32];

    assert_true(strlen(text) > 0);
    snprintf(what, sizeof what, "error%d", (int)error);
    tell_names(cookie, what, uris, n);
}

static void finished(void *cookie)
{
    tell(cookie, "finished");
}

static const struct request_events events = {started, ready, failed, finished};

/* Compares all that was told, and forgets it. */
static void expect(struct thumbnail_desk *desk, const char *expected)
{
    assert_string_equal(desk->told, expected);
    desk->told[0] = '\0';
}

/* ---- Asking ---- */

/* Asks for the files whose names are the letters. */
static struct asker ask_for(struct thumbnail_desk *desk, const char *name, const char *letters,
                            const struct flavor *flavor, enum scheduler scheduler,
                            struct share *share)
{
    static struct asker askers[FEW];
    static unsigned n_askers;
    struct asker *asker = &askers[n_askers++ % FEW];
    const char *uris[FEW], *types[FEW];
    struct queue_order order = {uris, types, strlen(letters), flavor, scheduler, share};
    struct failure failure;

    assert_true(order.n <= FEW);
    for (size_t i = 0; i < order.n; i++) {
        uris[i] = uri_of(desk, (const char[]){letters[i], '\0'});
        types[i] = MIME_TYPE;
    }
    *asker = (struct asker){desk, name, 0};
    asker->handle = queue_add(&desk->queue, &order, &events, asker, &failure);
    assert_int_not_equal(asker->handle, 0);
    queue_begin(&desk->queue, asker->handle, &order);
    return *asker;
}

static struct asker ask_with(struct thumbnail_desk *desk, const char *name, const char *letters,
                             const struct flavor *flavor, enum scheduler scheduler)
{
    return ask_for(desk, name, letters, flavor, scheduler, NULL);
}

static struct asker ask(struct thumbnail_desk *desk, const char *name, const char *letters)
{
    return ask_with(desk, name, letters, normal, SCHEDULER_FOREGROUND);
}

static bool is_there(const struct thumbnail_desk *desk, const struct flavor *flavor,
                     const char *name)
{
    char *path = cache_path(&desk->cache, flavor, uri_of(desk, name));
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

/* ---- One after the other ---- */

/* Of a picture that needs the whole network for its thumbnail there is a coarse one first. */
static void test_coarse_then_fine(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "a");
    ask(desk, "1", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 1:started 1:ready(a) 1:ready(a) 1:finished");
    assert_true(is_there(desk, normal, "a"));
    assert_false(is_there(desk, large, "a"));
    ask(desk, "2", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:ready(a) 2:finished");
}

/* The newest request goes first, the background last, and final thumbnails after all that have
 * none. The first one is with the workers before the others are known. */
static void test_order_of_requests(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "abcdefg");
    job_desk_close_gate(desk->jobs);
    ask_with(desk, "bg", "ag", normal, SCHEDULER_BACKGROUND);
    ask(desk, "old", "bc");
    ask(desk, "new", "def");
    ask(desk, "newest", "c");
    expect(desk, " bg:started");
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect(desk, " newest:started old:started newest:ready(c) old:ready(c)"
                 " new:started new:ready(d) new:ready(e) new:ready(f)"
                 " old:ready(b)"
                 " bg:ready(a,g) bg:finished"
                 " newest:ready(c) newest:finished old:ready(c)"
                 " new:ready(d) new:ready(e) new:ready(f) new:finished"
                 " old:ready(b) old:finished");
}

static void take_time(struct work *work)
{
    (void)work;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

static void forget(struct work *work)
{
    (void)work;
}

static void expect_before(const struct thumbnail_desk *desk, const char *first, const char *second)
{
    const char *at = strstr(desk->told, first), *other = strstr(desk->told, second);

    if (!at || !other || at > other)
        fail_msg("not %s before %s:%s", first, second, desk->told);
}

/* A program that has had its time, and has the newer requests in the foreground or the older ones
 * in the background, lets another one go first. */
static void test_order_of_programs(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct share *many = share_new(), *few = share_new();
    struct work spent = {
        .priority = PRIORITY_BACKGROUND, .share = many, .run = take_time, .done = forget};

    assert_true(many && few);
    put_files(desk, "abcdefgh");
    pool_submit(desk->jobs->jobs.pool, &spent);
    job_desk_settle(desk->jobs);
    job_desk_close_gate(desk->jobs);
    ask_for(desk, "first", "a", normal, SCHEDULER_FOREGROUND, many);
    ask_for(desk, "few", "b", normal, SCHEDULER_FOREGROUND, few);
    ask_for(desk, "many", "cde", normal, SCHEDULER_FOREGROUND, many);
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect_before(desk, "few:started", "many:started");
    desk->told[0] = '\0';
    share_release(few);

    few = share_new();
    assert_non_null(few);
    job_desk_close_gate(desk->jobs);
    ask_for(desk, "first", "a", large, SCHEDULER_BACKGROUND, many);
    ask_for(desk, "many", "cde", large, SCHEDULER_BACKGROUND, many);
    ask_for(desk, "few", "b", large, SCHEDULER_BACKGROUND, few);
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect_before(desk, "few:started", "many:started");
    desk->told[0] = '\0';
    share_release(many);
    share_release(few);
}

static bool stands_back(const struct thumbnail_desk *desk)
{
    return TAILQ_FIRST(&desk->queue.thumbnails.running)->maker.thumbnailing.stands_back;
}

/* What is being made is told, and what begins later. */
static void test_standing_back(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "ab");
    job_desk_close_gate(desk->jobs);
    ask(desk, "1", "a");
    assert_false(stands_back(desk));
    queue_stand_back(&desk->queue, true);
    assert_true(stands_back(desk));
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    job_desk_close_gate(desk->jobs);
    ask(desk, "2", "b");
    assert_true(stands_back(desk));
    queue_stand_back(&desk->queue, false);
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    job_desk_close_gate(desk->jobs);
    ask_with(desk, "3", "a", large, SCHEDULER_FOREGROUND);
    assert_false(stands_back(desk));
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    desk->told[0] = '\0';
}

/* Each is made once, and everybody who wants it is told, once for each time it was asked for. */
static void test_same_thumbnail_for_many(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "ab");
    job_desk_close_gate(desk->jobs);
    ask(desk, "1", "a");
    ask(desk, "2", "aba");
    ask_with(desk, "3", "a", large, SCHEDULER_FOREGROUND);
    expect(desk, " 1:started");
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:ready(a) 2:ready(a) 1:ready(a)"
                 " 3:started 3:ready(a) 2:ready(b)"
                 " 2:ready(a) 2:ready(a) 1:ready(a) 1:finished"
                 " 3:ready(a) 3:finished 2:ready(b) 2:finished");
    assert_true(is_there(desk, normal, "a"));
    assert_true(is_there(desk, large, "a"));
}

/* Whoever asks while only a coarse one is there gets that at once. */
static void test_coarse_one_is_there(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "ab");
    ask(desk, "1", "ab");
    while (!strstr(desk->told, "ready(a)"))
        job_desk_turn(desk->jobs);
    desk->told[0] = '\0';
    ask(desk, "2", "a");
    expect(desk, " 2:started 2:ready(a)");
    job_desk_settle(desk->jobs);
    assert_non_null(strstr(desk->told, " 2:ready(a) 2:finished"));
}

/* ---- What cannot be made ---- */

static void test_what_is_refused_at_once(void **state)
{
    struct thumbnail_desk *desk = *state;
    char longest[MAX_URI + 2];
    const char *const uris[] = {"http://example.org/a", "a", uri_of(desk, "b"), longest, ""};
    const char *const types[] = {MIME_TYPE, MIME_TYPE, "image/png", MIME_TYPE, MIME_TYPE};
    const struct queue_order order = {uris, types, 5, normal, SCHEDULER_FOREGROUND, NULL};
    struct asker asker = {desk, "1", 0};
    struct failure failure;

    memset(longest, 'x', sizeof longest);
    memcpy(longest, "file:///", 8);
    memcpy(longest + MAX_URI - 1, "/z", 3);
    asker.handle = queue_add(&desk->queue, &order, &events, &asker, &failure);
    expect(desk, "");
    desk->told[0] = '\0';
    queue_begin(&desk->queue, asker.handle, &order);
    assert_non_null(strstr(desk->told, " 1:started 1:error0(a) 1:error0(a)"));
    assert_non_null(strstr(desk->told, " 1:error0(b) 1:error0(z) 1:error0()"));
    assert_non_null(strstr(desk->told, " 1:finished"));
}

static void test_unknown_flavor(void **state)
{
    struct thumbnail_desk *desk = *state;

    put_files(desk, "ab");
    ask_with(desk, "1", "ab", NULL, SCHEDULER_FOREGROUND);
    expect(desk, " 1:started 1:error5(a,b) 1:finished");
    ask(desk, "2", "");
    expect(desk, " 2:started 2:finished");
}

static void set_time(const struct thumbnail_desk *desk, const char *name, time_t seconds)
{
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {seconds, 5}};

    assert_int_equal(utimensat(AT_FDCWD, path_of(desk, name), times, 0), 0);
}

/* A damaged file is noted, and not tried again before it changes; one that is not there is not. */
static void test_failures(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct stat status;

    put_file(desk, "a", 20);
    set_time(desk, "a", 1000000000);
    ask(desk, "1", "ab");
    job_desk_settle(desk->jobs);
    expect(desk, " 1:started 1:error2(a) 1:error1(b) 1:finished");
    assert_int_equal(stat(path_of(desk, "a"), &status), 0);
    assert_true(cache_has_failed(&desk->cache, uri_of(desk, "a"), status.st_mtim.tv_sec));
    assert_false(cache_has_failed(&desk->cache, uri_of(desk, "a"), status.st_mtim.tv_sec + 1));
    assert_false(cache_has_failed(&desk->cache, uri_of(desk, "b"), status.st_mtim.tv_sec));
    ask(desk, "2", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:error2(a) 2:finished");
    put_files(desk, "a");
    set_time(desk, "a", 1000000001);
    ask(desk, "3", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 3:started 3:ready(a) 3:ready(a) 3:finished");
}

static void test_no_place_for_thumbnails(void **state)
{
    struct thumbnail_desk *desk = *state;
    char *root = desk->cache.root;
    FILE *file;

    put_files(desk, "a");
    desk->cache.root = NULL;
    ask(desk, "1", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 1:started 1:error4(a) 1:finished");
    desk->cache.root = root;
    *strrchr(root, '/') = '\0'; /* a file in place of the directory around it */
    file = fopen(root, "w");
    root[strlen(root)] = '/';
    assert_non_null(file);
    fclose(file);
    ask(desk, "2", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:error4(a) 2:finished");
}

/* ---- Changes of mind ---- */

static void test_remove(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct asker one, two;

    put_files(desk, "abc");
    job_desk_close_gate(desk->jobs);
    one = ask(desk, "1", "abc");
    two = ask(desk, "2", "c");
    queue_remove(&desk->queue, one.handle, true);
    expect(desk, " 1:started 1:finished");
    queue_remove(&desk->queue, one.handle, true); /* which is gone */
    queue_remove(&desk->queue, 77, true);
    expect(desk, "");
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:ready(c) 2:ready(c) 2:finished");
    assert_false(is_there(desk, normal, "a"));
    assert_false(is_there(desk, normal, "b"));
    assert_true(is_there(desk, normal, "c"));
    queue_remove(&desk->queue, two.handle, true);
    expect(desk, "");
}

static void test_forget(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct asker asker;

    put_files(desk, "ab");
    asker = ask(desk, "1", "ab");
    desk->told[0] = '\0';
    queue_remove(&desk->queue, asker.handle, false);
    job_desk_settle(desk->jobs);
    expect(desk, "");
}

/* What was called back and is wanted again is made. */
static void test_wanted_again(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct asker asker;

    put_files(desk, "a");
    job_desk_close_gate(desk->jobs);
    asker = ask(desk, "1", "a");
    queue_remove(&desk->queue, asker.handle, true);
    ask(desk, "2", "a");
    expect(desk, " 1:started 1:finished");
    job_desk_open_gate(desk->jobs);
    job_desk_settle(desk->jobs);
    expect(desk, " 2:started 2:ready(a) 2:ready(a) 2:finished");
    assert_true(is_there(desk, normal, "a"));
}

/* A thumbnail of the whole file as it is made for nobody who looks. */
static void check_fine(struct thumbnail_desk *desk, const char *name)
{
    char *path = cache_path(&desk->cache, normal, uri_of(desk, name)), other[256];
    char *whole = cache_path(&desk->cache, normal, uri_of(desk, "whole"));
    struct pixels a, b;
    struct message message;

    put_files(desk, "w");
    snprintf(other, sizeof other, "%s", path_of(desk, "w"));
    assert_int_equal(rename(other, path_of(desk, "whole")), 0);
    {
        const char *uri = uri_of(desk, "whole"), *type = MIME_TYPE;
        const struct queue_order order = {&uri, &type, 1, normal, SCHEDULER_BACKGROUND, NULL};
        struct asker asker = {desk, "w", 0};
        struct failure failure;

        asker.handle = queue_add(&desk->queue, &order, &events, &asker, &failure);
        queue_begin(&desk->queue, asker.handle, &order);
        job_desk_settle(desk->jobs);
    }
    assert_int_equal(image_read(path, NULL, &a, &message), 0);
    assert_int_equal(image_read(whole, NULL, &b, &message), 0);
    assert_int_equal(a.width, b.width);
    assert_memory_equal(a.data, b.data, (size_t)a.width * a.height * a.channels);
    pixels_free(&a);
    pixels_free(&b);
    free(path);
    free(whole);
}

/* No coarse thumbnail stays: whoever leaves after it gets the final one all the same. */
static void test_left_after_coarse(void **state)
{
    struct thumbnail_desk *desk = *state;
    struct asker asker;

    put_files(desk, "ab");
    asker = ask(desk, "1", "ab");
    while (!strstr(desk->told, "ready(b)"))
        job_desk_turn(desk->jobs);
    queue_remove(&desk->queue, asker.handle, true);
    assert_non_null(strstr(desk->told, " 1:finished"));
    job_desk_settle(desk->jobs);
    check_fine(desk, "a");
}

/* Where a daemon was killed after a coarse one, the next one makes the final one. */
static void test_coarse_one_that_was_left(void **state)
{
    struct thumbnail_desk *desk = *state;
    const char *uri = uri_of(desk, "a");
    struct pixels pixels = {.width = 1, .height = 1, .channels = 4, .data = calloc(1, 4)};
    struct message message;
    struct stat status;

    put_files(desk, "a");
    assert_int_equal(stat(path_of(desk, "a"), &status), 0);
    assert_int_equal(thumbnail_text_add(&pixels, "Thumb::URI", uri), 0);
    assert_int_equal(thumbnail_number_add(&pixels, "Thumb::MTime", status.st_mtim.tv_sec), 0);
    assert_int_equal(thumbnail_text_add(&pixels, THUMBNAIL_COARSE, "1"), 0);
    assert_int_equal(cache_store(&desk->cache, normal, uri, &pixels, &message), 0);
    pixels_free(&pixels);
    ask(desk, "1", "a");
    job_desk_settle(desk->jobs);
    expect(desk, " 1:started 1:ready(a) 1:finished");
    assert_false(cache_is_coarse(&desk->cache, normal, uri_of(desk, "a")));
    check_fine(desk, "a");
}

/* ---- The end ---- */

static void test_cancel(void **state)
{
    struct thumbnail_desk *desk = *state;
    const char *uri = uri_of(desk, "a"), *type = MIME_TYPE;
    const struct queue_order order = {&uri, &type, 1, normal, SCHEDULER_FOREGROUND, NULL};
    struct failure failure;

    put_files(desk, "abc");
    ask(desk, "1", "ab");
    while (!strstr(desk->told, "ready(a)"))
        job_desk_turn(desk->jobs);
    ask_with(desk, "2", "c", normal, SCHEDULER_BACKGROUND);
    desk->told[0] = '\0';
    queue_cancel(&desk->queue);
    expect(desk, " 2:started 2:error7(c) 2:finished 1:error7(a) 1:error7(b) 1:finished");
    job_desk_settle(desk->jobs);
    expect(desk, "");
    assert_false(is_there(desk, normal, "a")); /* which was coarse */
    assert_false(is_there(desk, normal, "b"));
    assert_false(is_there(desk, normal, "c"));
    assert_int_equal(queue_add(&desk->queue, &order, &events, NULL, &failure), 0);
    assert_int_equal(failure.kind, FAILURE_GONE);
}

/* ---- Many ---- */

/* A request in the background is told of its thumbnails in groups. */
static void test_groups(void **state)
{
    enum { N = 70 };
    struct thumbnail_desk *desk = *state;
    const char *uris[N], *types[N];
    const struct queue_order order = {uris, types, N, normal, SCHEDULER_BACKGROUND, NULL};
    struct asker asker = {desk, "1", 0};
    struct failure failure;
    unsigned n = 0;

    put_files(desk, "a");
    for (size_t i = 0; i < N; i++) {
        uris[i] = uri_of(desk, "a");
        types[i] = "";
    }
    asker.handle = queue_add(&desk->queue, &order, &events, &asker, &failure);
    queue_begin(&desk->queue, asker.handle, &order);
    job_desk_settle(desk->jobs);
    for (const char *at = desk->told; (at = strstr(at, "ready(")); at++)
        n++;
    assert_int_equal(n, 3); /* 32, 32 and 6 */
    assert_non_null(strstr(desk->told, " 1:finished"));
}

static void test_too_many(void **state)
{
    struct thumbnail_desk *desk = *state;
    const size_t n = MAX_THUMBNAILS + 1u;
    const char **uris = calloc(n, sizeof *uris);
    const struct queue_order order = {uris, uris, n, NULL, SCHEDULER_FOREGROUND, NULL};
    struct failure failure;

    assert_non_null(uris);
    for (size_t i = 0; i < n; i++)
        uris[i] = "";
    assert_int_equal(queue_add(&desk->queue, &order, &events, NULL, &failure), 0);
    assert_int_equal(failure.kind, FAILURE_LIMIT);
    free(uris);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_coarse_then_fine),
        TEST(test_order_of_requests),
        TEST(test_order_of_programs),
        TEST(test_standing_back),
        TEST(test_same_thumbnail_for_many),
        TEST(test_coarse_one_is_there),
        TEST(test_what_is_refused_at_once),
        TEST(test_unknown_flavor),
        TEST(test_failures),
        TEST(test_no_place_for_thumbnails),
        TEST(test_remove),
        TEST(test_forget),
        TEST(test_wanted_again),
        TEST(test_left_after_coarse),
        TEST(test_coarse_one_that_was_left),
        TEST(test_cancel),
        TEST(test_groups),
        TEST(test_too_many),
    };

    return cmocka_run_group_tests_name("thumbnails_queue", tests, NULL, NULL);
}
