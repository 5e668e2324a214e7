/* Files that are not what they should be: one sentence, an exit code, and nothing half done. */
#include "harness.h"

enum { N_FLIPS = 160 };

static struct file_info info;

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample sample = simple_sample(24, 18, PNG_COLOR_TYPE_RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "a.uqd");
    UQD_DONE("decode", "a.uqd", "-o", "a.png");
    info = read_info("a.uqd");
    return 0;
}

/* A decode that fails must say why, leave no file and keep an older one. */
static void check_failed_decode(const char *what, const char *path, const char *part)
{
    struct process_result result;
    remove("out.png");
    unsigned before = scratch_count();
    UQD(&result, "decode", path, "-o", "out.png");
    assert_sentence(what, &result, 1, part);
    process_result_free(&result);
    if (scratch_count() != before)
        fail_msg("%s: a file was left", what);
    scratch_write("out.png", "older", 5);
    UQD(&result, "decode", path, "-o", "out.png");
    process_result_free(&result);
    size_t size;
    uint8_t *data = scratch_read("out.png", &size);
    if (size != 5 || memcmp(data, "older", 5) != 0 || scratch_count() != before + 1)
        fail_msg("%s: the older file was changed", what);
    free(data);
    remove("out.png");
}

static void test_not_a_uqd_file(void **state)
{
    (void)state;
    static const struct {
        const char *name, *data;
        size_t size;
        const char *part;
    } cases[] = {
        {"empty", "", 0, "bad.uqd: is empty"},
        {"text", "This is a text and no picture.", 30, "bad.uqd: is not a .uqd file"},
        {"zeros", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, "bad.uqd: is not a .uqd file"},
        {"one byte", "x", 1, "bad.uqd: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scratch_write("bad.uqd", cases[i].data, cases[i].size);
        check_failed_decode(cases[i].name, "bad.uqd", cases[i].part);
        struct process_result result;
        UQD(&result, "info", "bad.uqd");
        assert_sentence(cases[i].name, &result, 1, cases[i].part);
        process_result_free(&result);
    }
    check_failed_decode(
        "PNG", "in.png",
        "in.png: is not a .uqd file but a picture: encode it first, with `uqd encode`\n");
    check_failed_decode("missing", "missing.uqd", "missing.uqd: cannot be opened: No such file");
    check_failed_decode("directory", "models", "models: cannot be read: Is a directory");
}

/* A file of ours with a damaged header is not taken for one of another kind, nor one that comes
 * through a pipe. */
static void test_damaged_header(void **state)
{
    static const char *const argv[] = {"info", "-", NULL};
    struct process_result result;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    (void)state;
    data[info.header_bytes - 1] ^= 1;
    scratch_write("bad.uqd", data, size);
    check_failed_decode("header", "bad.uqd", "bad.uqd: its header is damaged\n");
    uqd_run(&result, data, size, argv);
    assert_sentence("header in a pipe", &result, 1, "standard input: its header is damaged\n");
    process_result_free(&result);
    data[1] ^= 1;
    uqd_run(&result, data, size, argv);
    assert_sentence("another start", &result, 1, "standard input: is not a .uqd file\n");
    process_result_free(&result);
    free(data);
}

/* One decode of a file with one bit flipped: the right picture or a sentence, nothing else. */
static void check_flip(const uint8_t *data, size_t size, size_t position)
{
    struct process_result result;
    char what[96];
    uint8_t *flipped = malloc(size);
    assert_non_null(flipped);
    memcpy(flipped, data, size);
    flipped[position] ^= (uint8_t)(1u << (position % 8));
    scratch_write("bad.uqd", flipped, size);
    free(flipped);
    snprintf(what, sizeof what, "bit flipped in byte %zu of %zu", position, size);
    remove("out.png");
    UQD(&result, "decode", "bad.uqd", "-o", "out.png");
    if (result.exit_code == 0) {
        if (result.err_size > 0)
            fail_msg("%s: %s", what, result.err);
        scratch_assert_same("out.png", "a.png");
    } else {
        assert_sentence(what, &result, 1, "bad.uqd: ");
        assert_false(scratch_exists("out.png"));
    }
    process_result_free(&result);
}

static void test_flipped_bits(void **state)
{
    (void)state;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    size_t stride = 1 + size / N_FLIPS;
    for (size_t i = 0; i < size; i += i < info.header_bytes ? 1 : stride)
        check_flip(data, size, i);
    free(data);
}

static void test_earlier_steps_of_a_damaged_file(void **state)
{
    (void)state;
    struct process_result result;
    size_t size;
    assert_true(info.n_steps >= 3);
    uint8_t *data = scratch_read("a.uqd", &size);
    data[info.step_bytes[2] - 1] ^= 0x10;
    scratch_write("bad.uqd", data, size);
    free(data);
    check_failed_decode("step 2", "bad.uqd", "bad.uqd: step 2 is damaged, --step 1 still works");
    UQD_DONE("decode", "bad.uqd", "-o", "bad.ppm", "--step", "1");
    UQD_DONE("decode", "a.uqd", "-o", "good.ppm", "--step", "1");
    scratch_assert_same("bad.ppm", "good.ppm");
    UQD(&result, "decode", "bad.uqd", "-o", "none.png", "--step", "2");
    assert_sentence("step 2", &result, 1, "step 2 is damaged");
    process_result_free(&result);
}

static void test_damaged_first_step(void **state)
{
    (void)state;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    data[info.step_bytes[0] - 1] ^= 1;
    scratch_write("bad.uqd", data, size);
    free(data);
    check_failed_decode("step 0", "bad.uqd", "bad.uqd: step 0 is damaged");
}

static void test_models(void **state)
{
    (void)state;
    struct process_result result;
    setenv("UQD_MODELS", "/nonexistent", 1);
    check_failed_decode("no model", "a.uqd", "is not installed");
    setenv("UQD_MODELS", "models", 1);
    scratch_write("bad.uqdm", "this is no model", 16);
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--model", "bad.uqdm");
    assert_sentence("garbage", &result, 1, "bad.uqdm: cannot be used as a model");
    process_result_free(&result);
    UQD(&result, "encode", "in.png", "-o", "none.uqd", "--model", "missing.uqdm");
    assert_sentence("missing", &result, 1, "missing.uqdm: cannot be opened");
    process_result_free(&result);
    assert_false(scratch_exists("none.png"));
    assert_false(scratch_exists("none.uqd"));
}

/* One byte of either part of a model, in its head, which is read first, or among its values. */
static void check_damaged_model(const uint8_t *model, size_t size, size_t at, const char *sentence)
{
    struct process_result result;
    uint8_t *data = malloc(size);
    assert_non_null(data);
    memcpy(data, model, size);
    data[at] ^= 1;
    scratch_write("damaged.uqdm", data, size);
    free(data);
    UQD(&result, "decode", "parted.uqd", "-o", "none.png", "--model", "damaged.uqdm");
    assert_sentence("damaged model", &result, 1, sentence);
    assert_false(scratch_exists("none.png"));
    process_result_free(&result);
}

static void test_damaged_models(void **state)
{
    (void)state;
    static const char *const head = "damaged.uqdm: cannot be used as a model: the data is damaged";
    static const char *const values = "the model's file is damaged, or has changed";
    size_t size, denoiser = 0;
    harness_make_model("parted.uqdm", "parted", "1", "1");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "parted.uqd", "--model", "parted.uqdm");
    uint8_t *model = scratch_read("parted.uqdm", &size);
    for (int i = 0; i < 4; i++)
        denoiser |= (size_t)model[72 + i] << 8 * i;
    check_damaged_model(model, size, 200, head);
    check_damaged_model(model, size, denoiser + 40, head);
    check_damaged_model(model, size, denoiser - 100, values);
    check_damaged_model(model, size, size - 100, values);
    free(model);
}

static void test_images_that_are_refused(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"16 bits", 20, 20, PNG_COLOR_TYPE_RGB, 16, 0, 0, 0},
        {"16 bits", 20, 20, PNG_COLOR_TYPE_GRAY_ALPHA, 16, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct process_result result;
        sample_write_png(&samples[i], "bad.png");
        UQD(&result, "encode", "bad.png", "-o", "none.uqd");
        assert_sentence(samples[i].name, &result, 1, samples[i].name);
        process_result_free(&result);
        assert_false(scratch_exists("none.uqd"));
    }
}

static void test_broken_images(void **state)
{
    (void)state;
    size_t size;
    uint8_t *data = scratch_read("in.png", &size);
    for (size_t length = 0; length < size; length += 1 + size / 16) {
        struct process_result result;
        scratch_write("bad.png", data, length);
        UQD(&result, "encode", "bad.png", "-o", "none.uqd");
        assert_sentence("cut image", &result, 1, "bad.png: ");
        process_result_free(&result);
        assert_false(scratch_exists("none.uqd"));
    }
    free(data);
}

static void test_outputs_that_cannot_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *path, *part;
    } cases[] = {
        {"missing/out", "missing/out: cannot be written: No such file or directory"},
        {"in.png/out", "in.png/out: cannot be written: Not a directory"},
        {"models", "models: cannot be written: Is a directory"},
        {"/dev/full", "/dev/full: cannot be written: No space left on device"},
    };
    unsigned before = scratch_count();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        UQD(&result, "decode", "a.uqd", "-o", cases[i].path, "--format", "png");
        assert_sentence(cases[i].path, &result, 1, cases[i].part);
        process_result_free(&result);
        UQD(&result, "encode", "in.png", "-o", cases[i].path);
        assert_sentence(cases[i].path, &result, 1, cases[i].part);
        process_result_free(&result);
    }
    assert_int_equal(scratch_count(), before);
}

/* A stream that is closed fails; no other file takes its place. */
static void test_closed_streams(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"exec \"$0\" encode - -o none.uqd <&-", "standard input: cannot be read"},
        {"exec \"$0\" decode - -o none.png <&-", "standard input: cannot be read"},
        {"exec \"$0\" decode a.uqd -o - >&-", "standard output: cannot be written"},
        {"exec \"$0\" encode in.png -o - <&- >&-", "standard output: cannot be written"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const argv[] = {"sh", "-c", cases[i][0], harness_program(), NULL};
        struct process_result result;
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_sentence(cases[i][0], &result, 1, cases[i][1]);
        process_result_free(&result);
    }
    assert_false(scratch_exists("none.uqd"));
    assert_false(scratch_exists("none.png"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_not_a_uqd_file),
        cmocka_unit_test(test_damaged_header),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_earlier_steps_of_a_damaged_file),
        cmocka_unit_test(test_damaged_first_step),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_damaged_models),
        cmocka_unit_test(test_images_that_are_refused),
        cmocka_unit_test(test_broken_images),
        cmocka_unit_test(test_outputs_that_cannot_be_written),
        cmocka_unit_test(test_closed_streams),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("damage", tests, setup, scratch_teardown);
}
