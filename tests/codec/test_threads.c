/* Where the system gives fewer threads than are asked for, or none, the library works with those
 * that there are, to the same bits; libgomp alone would end the process. */
#include "both_models.h"
#include "codec_support.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <errno.h>
#include <xxhash.h>

enum { THREADS = 6 };

/* ---- A system that gives so many threads at once ---- */

static atomic_int n_given, most_given, limit;

struct start {
    void *(*routine)(void *);
    void *argument;
};

static void note_end(void *unused)
{
    (void)unused;
    atomic_fetch_sub(&n_given, 1);
}

/* libgomp's threads end by pthread_exit. */
static void *run_given(void *cookie)
{
    const struct start start = *(struct start *)cookie;
    void *result;
    free(cookie);
    pthread_cleanup_push(note_end, NULL);
    result = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return result;
}

typedef int create_function(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static create_function *real_create(void)
{
    union {
        void *object;
        create_function *function;
    } found = {dlsym(RTLD_NEXT, "pthread_create")};
    return found.function;
}

/* In place of the C library's, for libgomp too. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*routine)(void *),
                   void *argument)
{
    const int n = atomic_fetch_add(&n_given, 1) + 1;
    struct start *start = n <= atomic_load(&limit) ? malloc(sizeof *start) : NULL;
    int error = EAGAIN;
    if (start != NULL) {
        *start = (struct start){routine, argument};
        error = real_create()(thread, attributes, run_given, start);
    }
    if (error != 0) {
        free(start);
        atomic_fetch_sub(&n_given, 1);
    } else if (n > atomic_load(&most_given)) {
        atomic_store(&most_given, n);
    }
    return error;
}

/* ---- All that a picture goes through ---- */

struct task {
    const struct uqd_model *model;
    const struct uqd_image *image;
    uint32_t threads;
    uint64_t hash; /* of the file and of some pictures */
};

static struct uqd_decoder *decoder_of(const struct task *task, struct file file)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    settings.threads = task->threads;
    assert_int_equal(uqd_decoder_new(&decoder, task->model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    return decoder;
}

static void code(struct task *task)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    uint64_t hashes[4];
    settings.threads = task->threads;
    settings.no_distortion = 1;
    struct file file = encode(task->model, task->image, &settings);
    struct uqd_decoder *decoder = decoder_of(task, file);
    hashes[0] = XXH3_64bits(file.data, file.size);
    assert_int_equal(advance_all(decoder), UQD_END);
    hashes[1] = picture_hash(decoder, 0, UQD_MODE_DENOISED);
    hashes[2] = picture_hash(decoder, 0, UQD_MODE_ANCESTRAL);
    hashes[3] = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    task->hash = XXH3_64bits(hashes, sizeof hashes);
    uqd_decoder_free(decoder);
    free(file.data);
}

static void *code_in_thread(void *task)
{
    code(task);
    return NULL;
}

/* In a thread of its own, which has no pool yet, and of which the pool is gone afterwards. */
static uint64_t code_anew(struct task task)
{
    pthread_t thread;
    assert_int_equal(real_create()(&thread, NULL, code_in_thread, &task), 0);
    pthread_join(thread, NULL);
    while (atomic_load(&n_given) > 0)
        sched_yield();
    return task.hash;
}

/* ---- Tests ---- */

static void check_limits(const struct uqd_model *model, uint32_t width, uint32_t height)
{
    static const int limits[] = {0, 1, 3, THREADS - 1, THREADS};
    struct uqd_image *image = make_image(width, height, 3, CONTENT_PHOTO, 3);
    struct task task = {.model = model, .image = image, .threads = 1};
    const uint64_t hash = code_anew(task);
    task.threads = THREADS;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        atomic_store(&limit, limits[i]);
        atomic_store(&most_given, 0);
        assert_true(code_anew(task) == hash);
        assert_int_equal(atomic_load(&most_given), limits[i] < THREADS ? limits[i] : THREADS - 1);
    }
    free(image);
}

static void test_lattice(void **state)
{
    const struct models *models = *state;
    check_limits(models->lattice, 160, 256);
}

/* Threads share the layers of one tile. */
static void test_paper_tile(void **state)
{
    const struct models *models = *state;
    check_limits(models->paper, 64, 64);
}

/* Each thread has a tile. */
static void test_paper_tiles(void **state)
{
    const struct models *models = *state;
    check_limits(models->paper, 64 * THREADS, 16);
}

/* What is let go, and what there is again later, does no harm to the thread that keeps its pool. */
static void test_changing_limits(void **state)
{
    static const int limits[] = {0, 2, 1, THREADS, 0, 3};
    const struct models *models = *state;
    struct uqd_image *image = make_image(128, 256, 3, CONTENT_PHOTO, 3);
    struct task task = {.model = models->lattice, .image = image, .threads = 1};
    code(&task);
    const uint64_t hash = task.hash;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        atomic_store(&limit, limits[i]);
        task.threads = 2 + (uint32_t)i % 3 * 2;
        code(&task);
        assert_true(task.hash == hash);
    }
    free(image);
}

/* A user of whom there are no other processes, where this can be had. */
static void become_nobody(void)
{
    enum { NOBODY = 4000000 };
    if (geteuid() == 0)
        (void)(setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY));
}

/* The child's: its code is an exit status. */
static int code_limited(struct task *task, rlim_t n_tasks)
{
    const struct rlimit tasks = {n_tasks, n_tasks};
    const uint64_t hash = task->hash;
    become_nobody();
    if (setrlimit(RLIMIT_NPROC, &tasks) < 0)
        return 2;
    code(task);
    return task->hash == hash ? 0 : 3;
}

/* The system's own limit, which takes a while to see that a thread is gone. */
static void test_limit_of_user(void **state)
{
    enum { TIMES = 4 };
    const struct models *models = *state;
    struct uqd_image *image = make_image(128, 64, 3, CONTENT_PHOTO, 3);
    struct task task = {.model = models->lattice, .image = image, .threads = 1};
    code(&task);
    task.threads = THREADS;
    atomic_store(&limit, THREADS);
    for (int i = 0; i < TIMES * THREADS; i++) {
        int status = 0;
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(code_limited(&task, 1 + (rlim_t)i % THREADS));
        assert_true(waitpid(child, &status, 0) == child);
        assert_int_equal(status, 0);
    }
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit_of_user), /* first: a process with a pool cannot fork */
        cmocka_unit_test(test_lattice),       cmocka_unit_test(test_paper_tile),
        cmocka_unit_test(test_paper_tiles),   cmocka_unit_test(test_changing_limits),
    };
    return cmocka_run_group_tests_name("threads", tests, load_models, free_models);
}
