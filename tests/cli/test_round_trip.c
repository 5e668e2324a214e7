/* uqd encode and uqd decode: every kind of picture comes back bit by bit. */
#include "harness.h"

#include "image_file.h"

enum {
    GREY = PNG_COLOR_TYPE_GRAY,
    RGB = PNG_COLOR_TYPE_RGB,
    RGB_ALPHA = PNG_COLOR_TYPE_RGB_ALPHA,
    PALETTE = PNG_COLOR_TYPE_PALETTE,
};

/* Fails unless both files show the same pixels. */
static void assert_same_picture(const char *what, const char *path, const char *other,
                                const struct image_read_options *options)
{
    struct pixels a, b;
    struct message message;
    if (image_read(path, options, &a, &message) < 0 || image_read(other, NULL, &b, &message) < 0)
        fail_msg("%s: %s", what, message.text);
    if (a.width != b.width || a.height != b.height || a.channels != b.channels ||
        memcmp(a.data, b.data, (size_t)a.width * a.height * a.channels) != 0)
        fail_msg("%s: the pictures differ", what);
    pixels_free(&a);
    pixels_free(&b);
}

static void test_pictures_of_every_kind(void **state)
{
    (void)state;
    static const struct sample samples[] = {
        {"colour", 61, 43, RGB, 8, 0, 0, 0},        {"grey", 61, 43, GREY, 8, 0, 0, 0},
        {"grey 1 bit", 40, 30, GREY, 1, 0, 0, 0},   {"palette", 50, 20, PALETTE, 8, 1, 0, 0},
        {"palette 2", 50, 20, PALETTE, 2, 0, 0, 0}, {"one pixel", 1, 1, RGB, 8, 0, 0, 0},
        {"one row", 130, 1, RGB, 8, 0, 0, 0},       {"one column", 1, 130, GREY, 8, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        sample_write_png(&samples[i], "in.png");
        UQD_DONE("encode", "in.png", "-o", "out.uqd");
        UQD_DONE("decode", "out.uqd", "-o", "out.png");
        assert_same_picture(samples[i].name, "in.png", "out.png", NULL);
        UQD_DONE("decode", "out.uqd", "-o", "out.pnm");
        assert_same_picture(samples[i].name, "in.png", "out.pnm", NULL);
    }
}

static void test_ppm_input(void **state)
{
    (void)state;
    static const int colour_types[] = {RGB, GREY};
    for (size_t i = 0; i < 2; i++) {
        const struct sample sample = simple_sample(37, 21, colour_types[i]);
        sample_write_ppm(&sample, "in.ppm");
        UQD_DONE("encode", "in.ppm", "-o", "out.uqd");
        UQD_DONE("decode", "out.uqd", "-o", "out.png");
        assert_same_picture("ppm", "in.ppm", "out.png", NULL);
    }
}

static void test_profile_travels(void **state)
{
    (void)state;
    const struct sample sample = {"profile", 20, 20, RGB, 8, 0, 0, 1};
    uint8_t profile[SAMPLE_PROFILE_SIZE];
    struct pixels pixels;
    struct message message;
    sample_profile(profile);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "in.png", "-o", "out.uqd");
    UQD_DONE("decode", "out.uqd", "-o", "out.png");
    assert_int_equal(image_read("out.png", NULL, &pixels, &message), 0);
    const struct uqd_metadata *block = pixels_metadata(&pixels, UQD_METADATA_ICC);
    assert_non_null(block);
    assert_int_equal(block->size, sizeof profile);
    assert_memory_equal(block->data, profile, sizeof profile);
    pixels_free(&pixels);
}

static void test_depth_and_flatten(void **state)
{
    (void)state;
    static const struct {
        struct sample sample;
        const char *option, *value;
        struct image_read_options same;
    } cases[] = {
        {{"16 bits", 20, 20, RGB, 16, 0, 0, 0}, "--depth", "8", {.reduce_depth = 1}},
        {{"on white", 20, 20, RGB_ALPHA, 8, 0, 0, 0},
         "--flatten",
         "white",
         {.flatten = 1, .background = {255, 255, 255}}},
        {{"on black", 20, 20, RGB_ALPHA, 8, 0, 0, 0}, "--flatten", "black", {.flatten = 1}},
        {{"on a colour", 20, 20, GREY, 8, 0, 1, 0},
         "--flatten",
         "#12aBff",
         {.flatten = 1, .background = {0x12, 0xab, 0xff}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample_write_png(&cases[i].sample, "in.png");
        UQD_DONE("encode", "--no-copy", cases[i].option, cases[i].value, "in.png", "-o", "out.uqd");
        UQD_DONE("decode", "out.uqd", "-o", "out.png");
        assert_same_picture(cases[i].sample.name, "in.png", "out.png", &cases[i].same);
    }
}

static void test_pipes(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(45, 33, RGB);
    struct process_result encoded, decoded;
    size_t size;
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "in.png", "-o", "file.uqd");
    UQD_DONE("decode", "file.uqd", "-o", "file.png");
    uint8_t *png = scratch_read("in.png", &size);
    uqd_run(&encoded, png, size, (const char *const[]){"encode", "-", "-o", "-", NULL});
    free(png);
    assert_int_equal(encoded.exit_code, 0);
    scratch_write("pipe.uqd", encoded.out, encoded.out_size);
    scratch_assert_same("pipe.uqd", "file.uqd");
    uqd_run(&decoded, encoded.out, encoded.out_size,
            (const char *const[]){"decode", "-", "-o", "-", NULL});
    assert_int_equal(decoded.exit_code, 0);
    scratch_write("pipe.png", decoded.out, decoded.out_size);
    scratch_assert_same("pipe.png", "file.png");
    process_result_free(&encoded);
    process_result_free(&decoded);
}

static void test_universal_dither(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(48, 40, RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "a.uqd", "--dither", "universal", "--seed",
             "7");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "b.uqd", "--dither", "universal", "--seed",
             "7");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "c.uqd", "--dither", "universal", "--seed",
             "8");
    scratch_assert_same("a.uqd", "b.uqd");
    UQD_DONE("decode", "a.uqd", "-o", "a.png");
    UQD_DONE("decode", "c.uqd", "-o", "c.png");
    assert_same_picture("seed 7", "in.png", "a.png", NULL);
    assert_same_picture("seed 8", "in.png", "c.png", NULL);
    UQD_DONE("decode", "a.uqd", "-o", "a.ppm", "--step", "1");
    UQD_DONE("decode", "c.uqd", "-o", "c.ppm", "--step", "1");
    UQD_DONE("decode", "b.uqd", "-o", "b.ppm", "--step", "1");
    scratch_assert_same("a.ppm", "b.ppm");
}

static void test_threads_change_nothing(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(100, 80, RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "one.uqd", "--threads", "1");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "three.uqd", "--threads", "3");
    scratch_assert_same("one.uqd", "three.uqd");
    UQD_DONE("decode", "one.uqd", "-o", "one.png", "--threads", "1", "--step", "2");
    UQD_DONE("decode", "one.uqd", "-o", "three.png", "--threads", "3", "--step", "2");
    scratch_assert_same("one.png", "three.png");
}

static void test_stop_step(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(60, 50, RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "whole.uqd");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "short.uqd", "--stop-step", "1");
    assert_int_equal(read_info("short.uqd").n_steps, 2);
    UQD_DONE("decode", "short.uqd", "-o", "short.png");
    UQD_DONE("decode", "whole.uqd", "-o", "whole.png", "--step", "1");
    scratch_assert_same("short.png", "whole.png");
}

static void test_model_option(void **state)
{
    (void)state;
    const struct sample sample = simple_sample(20, 20, RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "in.png", "-o", "a.uqd");
    setenv("UQD_MODELS", "/nonexistent", 1);
    UQD_DONE("encode", "in.png", "-o", "b.uqd", "--model", "models/lattice.uqdm");
    UQD_DONE("decode", "b.uqd", "-o", "b.png", "--model", "models/lattice.uqdm");
    setenv("UQD_MODELS", "models", 1);
    scratch_assert_same("a.uqd", "b.uqd");
    assert_same_picture("--model", "in.png", "b.png", NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures_of_every_kind),
        cmocka_unit_test(test_ppm_input),
        cmocka_unit_test(test_profile_travels),
        cmocka_unit_test(test_depth_and_flatten),
        cmocka_unit_test(test_pipes),
        cmocka_unit_test(test_universal_dither),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_stop_step),
        cmocka_unit_test(test_model_option),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("round_trip", tests, harness_setup, scratch_teardown);
}
