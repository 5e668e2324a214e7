/* Where models are searched. The argument is the program that makes a tiny one. */
#include "model_file.h"
#include "process.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *maker;

/* Two denoisers for one model, and their revisions. */
static const struct {
    const char *file, *seed, *revision;
} denoisers[] = {{"older.uqdm", "1", "1"}, {"newer.uqdm", "2", "2"}, {"same.uqdm", "3", "2"}};

/* Every place of the search below the scratch directory. */
static const char *const places[] = {"own", "home/uqd/models", "first/uqd/models",
                                     "second/uqd/models"};

static void set_path(const char *variable, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void set_path(const char *variable, const char *format, ...)
{
    char value[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    setenv(variable, value, 1);
}

static void make_directories(void)
{
    static const char *const names[] = {"own",
                                        "home",
                                        "home/uqd",
                                        "home/uqd/models",
                                        "first",
                                        "first/uqd",
                                        "first/uqd/models",
                                        "second",
                                        "second/uqd",
                                        "second/uqd/models"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        mkdir(names[i], 0700);
    const char *base = scratch_directory();
    set_path("UQD_MODELS", "%s/own", base);
    set_path("XDG_DATA_HOME", "%s/home", base);
    set_path("XDG_DATA_DIRS", "relative:%s/first::%s/second", base, base);
}

static int make_model(const char *const argv[])
{
    struct process_result result;
    int started = process_run(&result, argv, NULL, 0, 60);
    int made = started == 0 && result.exit_code == 0;
    process_result_free(&result);
    return made;
}

static int setup(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    const char *const argv[] = {maker, "tiny.uqdm", NULL};
    int made = make_model(argv);
    for (size_t i = 0; i < sizeof denoisers / sizeof *denoisers; i++) {
        const char *const parted[] = {
            maker, denoisers[i].file, "parted", denoisers[i].seed, denoisers[i].revision, NULL};
        made &= make_model(parted);
    }
    make_directories();
    return made ? 0 : -1;
}

static void copy_file(const char *file, const char *place, const char *name)
{
    char path[256];
    size_t size;
    uint8_t *data = scratch_read(file, &size);
    snprintf(path, sizeof path, "%s/%s", place, name);
    scratch_write(path, data, size);
    free(data);
}

static void copy_model(const char *place, const char *name)
{
    copy_file("tiny.uqdm", place, name);
}

static void remove_model(const char *place, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", place, name);
    assert_int_equal(remove(path), 0);
}

static uint64_t id_of(const char *path)
{
    struct uqd_model *model;
    struct uqd_model_info info;
    struct message message;
    assert_int_equal(model_load(path, &model, &message), 0);
    uqd_model_get_info(model, &info);
    uqd_model_free(model);
    return info.id;
}

static uint64_t tiny_id(void)
{
    return id_of("tiny.uqdm");
}

static void test_every_place_is_searched(void **state)
{
    (void)state;
    uint64_t id = tiny_id();
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct uqd_model *model;
        struct message message = {""};
        copy_model(places[i], "lattice.uqdm");
        if (model_load_default(&model, &message) < 0)
            fail_msg("%s: %s", places[i], message.text);
        uqd_model_free(model);
        if (model_load_by_id(id, &model, NULL, &message) != 0)
            fail_msg("%s: %s", places[i], message.text);
        uqd_model_free(model);
        remove_model(places[i], "lattice.uqdm");
    }
}

static void test_earlier_places_win(void **state)
{
    (void)state;
    struct uqd_model *model;
    struct message message = {""};
    copy_model("second/uqd/models", "lattice.uqdm");
    scratch_write("own/lattice.uqdm", "garbage", 7);
    assert_int_equal(model_load_default(&model, &message), -1);
    assert_non_null(strstr(message.text, "/own/lattice.uqdm: cannot be used as a model: "));
    remove_model("own", "lattice.uqdm");
    remove_model("second/uqd/models", "lattice.uqdm");
}

static void test_id_among_other_files(void **state)
{
    (void)state;
    struct uqd_model *model;
    struct message message = {""};
    static const uint8_t zeros[200];
    scratch_write("first/uqd/models/a.uqdm", "short", 5);
    scratch_write("first/uqd/models/b.uqdm", zeros, sizeof zeros);
    copy_model("first/uqd/models", "model.txt");
    assert_int_equal(model_load_by_id(tiny_id(), &model, NULL, &message), MODEL_NOT_INSTALLED);
    copy_model("first/uqd/models", "z.uqdm");
    assert_int_equal(model_load_by_id(tiny_id(), &model, NULL, &message), 0);
    uqd_model_free(model);
    remove_model("first/uqd/models", "z.uqdm");
    remove_model("first/uqd/models", "model.txt");
}

static void check_found(const char *expected)
{
    struct message message = {""};
    struct uqd_model *model;
    char *path;
    if (model_load_by_id(id_of("older.uqdm"), &model, &path, &message) != 0)
        fail_msg("%s", message.text);
    uqd_model_free(model);
    const size_t length = strlen(path), end = strlen(expected);
    if (length < end || strcmp(path + length - end, expected) != 0)
        fail_msg("%s instead of %s", path, expected);
    free(path);
}

/* Of one identity, the newest denoiser is taken wherever it lies; of the same, the first file. */
static void test_newest_denoiser(void **state)
{
    (void)state;
    assert_true(id_of("older.uqdm") == id_of("newer.uqdm") &&
                id_of("older.uqdm") == id_of("same.uqdm"));
    assert_true(id_of("older.uqdm") != tiny_id());
    copy_file("older.uqdm", "own", "a.uqdm");
    copy_file("older.uqdm", "first/uqd/models", "a.uqdm");
    check_found("own/a.uqdm");
    copy_file("newer.uqdm", "second/uqd/models", "z.uqdm");
    check_found("second/uqd/models/z.uqdm");
    copy_file("same.uqdm", "second/uqd/models", "y.uqdm");
    check_found("second/uqd/models/y.uqdm");
    copy_file("same.uqdm", "own", "b.uqdm");
    check_found("own/b.uqdm");
    remove_model("own", "a.uqdm");
    remove_model("own", "b.uqdm");
    remove_model("first/uqd/models", "a.uqdm");
    remove_model("second/uqd/models", "y.uqdm");
    remove_model("second/uqd/models", "z.uqdm");
}

/* A damaged file does not stand in the way of a whole one that lies further on; without one, it is
 * what users hear of. */
static void test_damaged_is_passed_over(void **state)
{
    (void)state;
    struct uqd_model *model;
    struct message message = {""};
    char *path;
    uint64_t id = tiny_id();
    uint8_t head[200];
    FILE *file = fopen("tiny.uqdm", "rb");
    assert_non_null(file);
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    scratch_write("own/lattice.uqdm", head, sizeof head);
    assert_int_equal(model_load_by_id(id, &model, NULL, &message), -1);
    assert_non_null(strstr(message.text, "own/lattice.uqdm: cannot be used as a model: "));
    copy_model("second/uqd/models", "z.uqdm");
    if (model_load_by_id(id, &model, &path, &message) != 0)
        fail_msg("%s", message.text);
    assert_non_null(strstr(path, "second/uqd/models/z.uqdm"));
    free(path);
    uqd_model_free(model);
    remove_model("own", "lattice.uqdm");
    remove_model("second/uqd/models", "z.uqdm");
}

/* A model of a release that is missing is told by its name. */
static void test_released(void **state)
{
    (void)state;
    struct message message = {""};
    struct uqd_model *model;
    /* Where it is installed it is found. */
    if (model_load_by_id(0x4cec3a86, &model, NULL, &message) == 0) {
        uqd_model_free(model);
        skip();
    }
    assert_non_null(strstr(message.text,
                           "the model 4cec3a86 is not installed: it is lattice-phased.uqdm "
                           "of UQD 0.1, in the package uqd-models, and no"));
}

/* A name is searched, a path is opened as it is. */
static void test_named(void **state)
{
    (void)state;
    struct uqd_model *model;
    struct message message = {""};
    assert_int_equal(model_load_named("mine", &model, &message), -1);
    assert_non_null(strstr(message.text, "mine.uqdm is not installed"));
    copy_model("second/uqd/models", "mine.uqdm");
    assert_int_equal(model_load_named("mine", &model, &message), 0);
    uqd_model_free(model);
    assert_int_equal(model_load_named("./mine", &model, &message), -1);
    assert_int_equal(model_load_named("mine.uqdm", &model, &message), -1);
    assert_int_equal(model_load_named("tiny.uqdm", &model, &message), 0);
    uqd_model_free(model);
    remove_model("second/uqd/models", "mine.uqdm");
}

static void test_absent(void **state)
{
    (void)state;
    struct uqd_model *model;
    struct message message = {""};
    assert_int_equal(model_load_by_id(0x1234, &model, NULL, &message), MODEL_NOT_INSTALLED);
    assert_non_null(strstr(message.text, "00001234"));
    assert_int_equal(model_load("missing.uqdm", &model, &message), -1);
    assert_string_equal(message.text, "missing.uqdm: cannot be opened: No such file or directory");
}

/* Allows `count` more descriptors; those above stay open. Returns the limit before. */
static struct rlimit allow_descriptors(int count)
{
    struct rlimit before, limit;
    int next = dup(STDIN_FILENO);
    assert_true(next >= 0);
    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)(next + count);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    return before;
}

static void test_lack_of_descriptors_is_told(void **state)
{
    (void)state;
    uint64_t id = tiny_id();
    copy_model("own", "lattice.uqdm");
    for (int count = 0; count < 2; count++) {
        struct message searched = {""}, loaded = {""};
        struct uqd_model *model;
        struct rlimit before = allow_descriptors(count);
        int search = model_load_by_id(id, &model, NULL, &searched);
        int load = model_load("tiny.uqdm", &model, &loaded);
        setrlimit(RLIMIT_NOFILE, &before);
        assert_int_equal(search, -1);
        assert_non_null(strstr(searched.text, "cannot be looked for: Too many open files"));
        assert_int_equal(load, -1);
        assert_string_equal(loaded.text, "tiny.uqdm: cannot be opened: Too many open files");
    }
    remove_model("own", "lattice.uqdm");
}

static int has_place(const struct model_places *listed, const char *path)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s/%s", scratch_directory(), path);
    for (size_t i = 0; i < listed->count; i++)
        if (strcmp(listed->paths[i], whole) == 0)
            return 1;
    return 0;
}

/* Who may open only what is listed finds the same models. */
static void test_places_are_listed(void **state)
{
    (void)state;
    struct model_places listed;
    struct message message;
    copy_model("own", "b.uqdm");
    assert_int_equal(symlink("../tiny.uqdm", "own/link.uqdm"), 0);
    assert_int_equal(symlink("../tiny.uqdm", "own/link"), 0);
    assert_int_equal(model_places_find(&listed, &message), 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        assert_true(has_place(&listed, places[i]));
    assert_true(has_place(&listed, "own/link.uqdm"));
    assert_false(has_place(&listed, "own/link"));
    assert_false(has_place(&listed, "own/b.uqdm"));
    model_places_free(&listed);
    remove_model("own", "b.uqdm");
    remove_model("own", "link.uqdm");
    remove_model("own", "link");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_place_is_searched),
        cmocka_unit_test(test_earlier_places_win),
        cmocka_unit_test(test_id_among_other_files),
        cmocka_unit_test(test_newest_denoiser),
        cmocka_unit_test(test_damaged_is_passed_over),
        cmocka_unit_test(test_released),
        cmocka_unit_test(test_named),
        cmocka_unit_test(test_absent),
        cmocka_unit_test(test_places_are_listed),
        cmocka_unit_test(test_lack_of_descriptors_is_told),
    };
    maker = argc > 1 ? realpath(argv[1], NULL) : NULL;
    if (!maker)
        return 2;
    return cmocka_run_group_tests_name("model_file", tests, setup, scratch_teardown);
}
