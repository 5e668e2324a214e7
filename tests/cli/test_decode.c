/* uqd decode of parts of a file: steps, cuts, reconstruction modes, reduced sizes. */
#include "harness.h"

#include "image_file.h"

#include <math.h>

enum { WIDTH = 75, HEIGHT = 52 };

static struct file_info info;

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample sample = simple_sample(WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB);
    sample_write_png(&sample, "in.png");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "a.uqd");
    info = read_info("a.uqd");
    return 0;
}

static int same_file(const char *path, const char *other)
{
    size_t size, other_size;
    uint8_t *data = scratch_read(path, &size), *other_data = scratch_read(other, &other_size);
    int same = size == other_size && memcmp(data, other_data, size) == 0;
    free(data);
    free(other_data);
    return same;
}

/* PSNR of a decoded file as `uqd compare` says it. */
static double psnr_of(const char *path)
{
    struct process_result result;
    double psnr;
    UQD(&result, "compare", "in.png", path);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(sscanf(result.out, "PSNR %lf", &psnr), 1);
    process_result_free(&result);
    return psnr;
}

static void test_cuts(void **state)
{
    (void)state;
    const struct {
        const char *name;
        uint64_t bytes;
        unsigned n_complete;
    } cases[] = {
        {"header only", info.header_bytes, 0},
        {"one byte of step 0", info.header_bytes + 1, 0},
        {"step 0 less a byte", info.step_bytes[0] - 1, 0},
        {"step 0", info.step_bytes[0], 1},
        {"step 0 and a byte", info.step_bytes[0] + 1, 1},
        {"inside step 1", (info.step_bytes[0] + info.step_bytes[1]) / 2, 1},
        {"step 1", info.step_bytes[1], 2},
        {"the last byte missing", info.file_bytes - 1, info.n_steps - 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        char part[64];
        snprintf(part, sizeof part, "%u of %u steps", cases[i].n_complete, info.n_steps);
        UQD(&result, "decode", "a.uqd", "-o", "bytes.png", "--bytes", text_of(cases[i].bytes));
        assert_sentence(cases[i].name, &result, 0, part);
        process_result_free(&result);
        cut_file("a.uqd", "cut.uqd", (size_t)cases[i].bytes);
        UQD(&result, "decode", "cut.uqd", "-o", "cut.png");
        assert_sentence(cases[i].name, &result, 0, part);
        process_result_free(&result);
        if (!same_file("bytes.png", "cut.png"))
            fail_msg("%s: --bytes and a cut file differ", cases[i].name);
    }
}

static void test_whole_file_by_bytes(void **state)
{
    (void)state;
    UQD_DONE("decode", "a.uqd", "-o", "whole.png");
    UQD_DONE("decode", "a.uqd", "-o", "bytes.png", "--bytes", text_of(info.file_bytes));
    scratch_assert_same("bytes.png", "whole.png");
    UQD_DONE("decode", "a.uqd", "-o", "bytes.png", "--bytes", text_of(info.file_bytes + 1000));
    scratch_assert_same("bytes.png", "whole.png");
}

static void test_cut_inside_the_header(void **state)
{
    (void)state;
    for (uint64_t bytes = 0; bytes < info.header_bytes; bytes += 1 + bytes / 8) {
        struct process_result result;
        remove("none.png");
        UQD(&result, "decode", "a.uqd", "-o", "none.png", "--bytes", text_of(bytes));
        assert_sentence("header", &result, 1, "cut off inside its header");
        process_result_free(&result);
        assert_false(scratch_exists("none.png"));
    }
}

static void test_steps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < info.n_steps; i++) {
        UQD_DONE("decode", "a.uqd", "-o", "step.png", "--step", text_of(i));
        cut_file("a.uqd", "cut.uqd", (size_t)info.step_bytes[i]);
        UQD_DONE("decode", "cut.uqd", "-o", "enough.png", "--step", text_of(i));
        scratch_assert_same("step.png", "enough.png");
        double psnr = psnr_of("step.png");
        if (i == info.n_steps - 1 && !isinf(psnr))
            fail_msg("the last step is not lossless: %g dB", psnr);
    }
}

static void test_step_of_a_cut_file(void **state)
{
    (void)state;
    struct process_result result;
    cut_file("a.uqd", "cut.uqd", (size_t)info.step_bytes[1]);
    UQD(&result, "decode", "cut.uqd", "-o", "cut.png", "--step", "2");
    assert_sentence("step 2", &result, 0, "2 of ");
    process_result_free(&result);
    UQD_DONE("decode", "a.uqd", "-o", "step.png", "--step", "1");
    scratch_assert_same("cut.png", "step.png");
}

static void test_missing_step(void **state)
{
    (void)state;
    struct process_result result;
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--step", text_of(info.n_steps));
    assert_sentence("step", &result, 1, "there is no step");
    process_result_free(&result);
    assert_false(scratch_exists("none.png"));
}

/* Bytes behind the end do not matter, and a pipe that never ends is left alone. */
static void test_bytes_behind_the_end(void **state)
{
    (void)state;
    struct process_result result;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    uint8_t *longer = calloc(1, size + (1 << 20));
    assert_non_null(longer);
    memcpy(longer, data, size);
    uqd_run(&result, longer, size + (1 << 20),
            (const char *const[]){"decode", "-", "-o", "long.png", NULL});
    free(longer);
    free(data);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.err_size, 0);
    process_result_free(&result);
    UQD_DONE("decode", "a.uqd", "-o", "whole.png");
    scratch_assert_same("long.png", "whole.png");
}

/* A step is shown as soon as its bytes are there, though no more come for long. */
static void test_stalled_pipe(void **state)
{
    (void)state;
    char script[512];
    struct process_result result;
    snprintf(script, sizeof script,
             "{ head -c %llu a.uqd; sleep 10; } | timeout -s KILL 8 %s decode - --step 1 -o "
             "stalled.png",
             (unsigned long long)info.step_bytes[1], harness_program());
    assert_int_equal(
        process_run(&result, (const char *const[]){"sh", "-c", script, NULL}, NULL, 0, 120), 0);
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
    UQD_DONE("decode", "a.uqd", "-o", "step.png", "--step", "1");
    scratch_assert_same("stalled.png", "step.png");
}

static void test_modes_are_reproducible(void **state)
{
    (void)state;
    static const char *const modes[] = {"denoised", "ancestral", "flow"};
    for (size_t i = 0; i < 3; i++) {
        UQD_DONE("decode", "a.uqd", "-o", "a.ppm", "--step", "1", "--mode", modes[i]);
        UQD_DONE("decode", "a.uqd", "-o", "b.ppm", "--step", "1", "--mode", modes[i], "--threads",
                 "3");
        scratch_assert_same("a.ppm", "b.ppm");
    }
    UQD_DONE("decode", "a.uqd", "-o", "d.ppm", "--step", "1");
    UQD_DONE("decode", "a.uqd", "-o", "a.ppm", "--step", "1", "--mode", "denoised");
    scratch_assert_same("a.ppm", "d.ppm");
}

static void test_seeds_of_samples(void **state)
{
    (void)state;
    UQD_DONE("decode", "a.uqd", "-o", "a.ppm", "--step", "0", "--mode", "ancestral", "--seed", "1");
    UQD_DONE("decode", "a.uqd", "-o", "b.ppm", "--step", "0", "--mode", "ancestral", "--seed", "1");
    UQD_DONE("decode", "a.uqd", "-o", "c.ppm", "--step", "0", "--mode", "ancestral", "--seed", "2");
    scratch_assert_same("a.ppm", "b.ppm");
    assert_false(same_file("a.ppm", "c.ppm"));
}

static void test_mix(void **state)
{
    (void)state;
    UQD_DONE("decode", "a.uqd", "-o", "d.ppm", "--step", "1");
    UQD_DONE("decode", "a.uqd", "-o", "s.ppm", "--step", "1", "--mode", "ancestral", "--seed", "3");
    UQD_DONE("decode", "a.uqd", "-o", "m.ppm", "--step", "1", "--mix", "0", "--seed", "3");
    scratch_assert_same("m.ppm", "d.ppm");
    UQD_DONE("decode", "a.uqd", "-o", "m.ppm", "--step", "1", "--mix", "100", "--seed", "3");
    scratch_assert_same("m.ppm", "s.ppm");
    UQD_DONE("decode", "a.uqd", "-o", "m.ppm", "--step", "1", "--mix", "50", "--seed", "3");
    assert_false(same_file("m.ppm", "d.ppm"));
    assert_false(same_file("m.ppm", "s.ppm"));
    UQD_DONE("decode", "a.uqd", "-o", "s.ppm", "--step", "1", "--mix", "50", "--seed", "4");
    assert_false(same_file("m.ppm", "s.ppm"));
}

/* Within a step and reduced, as in either mode. */
static void test_mix_of_parts(void **state)
{
    (void)state;
    static const char *const ends[][2] = {{"denoised", "0"}, {"ancestral", "100"}};
    struct process_result result;
    const char *bytes = text_of((info.step_bytes[0] + info.step_bytes[1]) / 2);
    for (size_t i = 0; i < 2; i++) {
        UQD(&result, "decode", "a.uqd", "-o", "mode.ppm", "--bytes", bytes, "--reduce", "1",
            "--mode", ends[i][0]);
        assert_int_equal(result.exit_code, 0);
        process_result_free(&result);
        UQD(&result, "decode", "a.uqd", "-o", "mix.ppm", "--bytes", bytes, "--reduce", "1", "--mix",
            ends[i][1]);
        assert_int_equal(result.exit_code, 0);
        process_result_free(&result);
        scratch_assert_same("mix.ppm", "mode.ppm");
    }
}

static void test_wrong_mix(void **state)
{
    (void)state;
    static const struct {
        const char *mix, *mode, *part;
    } cases[] = {
        {"101", NULL, "--mix: 101 is more than the largest value, 100"},
        {"4294967295", NULL, "--mix: 4294967295 is more than the largest value, 100"},
        {"18446744073709551615", NULL,
         "--mix: 18446744073709551615 is more than the largest value, 100"},
        {"-1", NULL, "--mix"},
        {"half", NULL, "--mix"},
        {"50", "flow", "--mix and --mode exclude each other"},
        {"0", "denoised", "--mix and --mode exclude each other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        UQD(&result, "decode", "a.uqd", "-o", "none.png", "--mix", cases[i].mix,
            cases[i].mode ? "--mode" : NULL, cases[i].mode);
        assert_int_equal(result.exit_code, 2);
        assert_non_null(strstr(result.err, cases[i].part));
        process_result_free(&result);
        assert_false(scratch_exists("none.png"));
    }
}

static void test_modes_end_lossless(void **state)
{
    (void)state;
    static const char *const modes[] = {"denoised", "ancestral", "flow"};
    UQD_DONE("decode", "a.uqd", "-o", "whole.ppm");
    for (size_t i = 0; i < 3; i++) {
        UQD_DONE("decode", "a.uqd", "-o", "mode.ppm", "--mode", modes[i]);
        scratch_assert_same("mode.ppm", "whole.ppm");
    }
}

static void test_reduced_sizes(void **state)
{
    (void)state;
    for (unsigned reduce = 0; reduce <= 6; reduce++) {
        struct pixels pixels;
        struct message message;
        UQD_DONE("decode", "a.uqd", "-o", "small.png", "--reduce", text_of(reduce), "--step", "1");
        assert_int_equal(image_read("small.png", NULL, &pixels, &message), 0);
        assert_int_equal(pixels.width, (WIDTH + (1u << reduce) - 1) >> reduce);
        assert_int_equal(pixels.height, (HEIGHT + (1u << reduce) - 1) >> reduce);
        pixels_free(&pixels);
    }
}

/* Pixels of the region alone, the same that the whole picture has there. */
static void test_region(void **state)
{
    (void)state;
    enum { X = 3, Y = 2, W = 11, H = 7 };
    struct pixels whole, part;
    struct message message;
    struct process_result result;
    UQD_DONE("decode", "a.uqd", "-o", "whole.png", "--step", "2");
    UQD_DONE("decode", "a.uqd", "-o", "part.png", "--step", "2", "--region", "3,2,11,7");
    assert_int_equal(image_read("whole.png", NULL, &whole, &message), 0);
    assert_int_equal(image_read("part.png", NULL, &part, &message), 0);
    assert_true(part.width == W && part.height == H && part.channels == whole.channels);
    for (size_t y = 0; y < H; y++)
        assert_memory_equal(part.data + y * W * part.channels,
                            whole.data + ((Y + y) * whole.width + X) * whole.channels,
                            W * part.channels);
    pixels_free(&whole);
    pixels_free(&part);
    UQD_DONE("decode", "a.uqd", "-o", "part.png", "--region", "3,2,11,7", "--reduce", "1");
    assert_int_equal(image_read("part.png", NULL, &part, &message), 0);
    assert_true(part.width == 6 && part.height == 4); /* columns 2 to 13, rows 2 to 9 */
    pixels_free(&part);
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--region", "0,0,1000,1");
    assert_sentence("outside", &result, 1, "--region 0,0,1000,1 reaches beyond them");
    process_result_free(&result);
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--region", "0,0,-1,1");
    assert_sentence("sign", &result, 2, "\"0,0,-1,1\" is not X,Y,W,H, four numbers from 0 on");
    process_result_free(&result);
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--region", "0,0,0,1");
    assert_sentence("empty", &result, 2, "--region: 0,0,0,1 has no pixels");
    process_result_free(&result);
    assert_false(scratch_exists("none.png"));
}

/* The tiny model's step 1 refines the full size only. A picture that does not show it does not need
 * it either, though more of the file is read than that step. */
static void test_steps_that_do_not_show(void **state)
{
    (void)state;
    static const char *const modes[] = {"denoised", "ancestral", "flow"};
    struct process_result result;
    size_t size;
    uint8_t *data = scratch_read("a.uqd", &size);
    data[info.step_bytes[1] - 1] ^= 1;
    scratch_write("bad.uqd", data, size);
    free(data);
    UQD(&result, "decode", "bad.uqd", "-o", "none.ppm", "--step", "1");
    assert_int_equal(result.exit_code, 1);
    process_result_free(&result);
    for (size_t i = 0; i < 3; i++) {
        UQD_DONE("decode", "bad.uqd", "-o", "1.ppm", "--step", "1", "--reduce", "3", "--mode",
                 modes[i]);
        UQD_DONE("decode", "a.uqd", "-o", "0.ppm", "--step", "0", "--reduce", "3", "--mode",
                 modes[i]);
        scratch_assert_same("1.ppm", "0.ppm");
    }
}

static struct pixels decode_to_edge(unsigned edge)
{
    struct pixels pixels;
    struct message message;
    UQD_DONE("decode", "a.uqd", "-o", "small.png", "--max-edge", text_of(edge), "--step", "2");
    assert_int_equal(image_read("small.png", NULL, &pixels, &message), 0);
    return pixels;
}

/* Any size, and never a larger one. */
static void test_edges(void **state)
{
    static const unsigned cases[][3] = {{1, 1, 1},           {10, 10, 7},          {30, 30, 21},
                                        {38, 38, 26},        {39, 39, 27},         {74, 74, 51},
                                        {75, WIDTH, HEIGHT}, {5000, WIDTH, HEIGHT}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pixels pixels = decode_to_edge(cases[i][0]);
        assert_int_equal(pixels.width, cases[i][1]);
        assert_int_equal(pixels.height, cases[i][2]);
        pixels_free(&pixels);
    }
}

/* A size that halving gives is made by it. */
static void test_edge_of_halved_sides(void **state)
{
    (void)state;
    UQD_DONE("decode", "a.uqd", "-o", "edge.png", "--max-edge", "38", "--step", "2");
    UQD_DONE("decode", "a.uqd", "-o", "halved.png", "--reduce", "1", "--step", "2");
    scratch_assert_same("edge.png", "halved.png");
    UQD_DONE("decode", "a.uqd", "-o", "edge.png", "--max-edge", "75", "--mode", "flow");
    UQD_DONE("decode", "a.uqd", "-o", "halved.png", "--mode", "flow");
    scratch_assert_same("edge.png", "halved.png");
}

static void test_pixel_limit(void **state)
{
    (void)state;
    struct process_result result;
    UQD_DONE("decode", "a.uqd", "-o", "a.png", "--max-pixels", text_of(WIDTH * HEIGHT));
    UQD(&result, "decode", "a.uqd", "-o", "none.png", "--max-pixels", text_of(WIDTH * HEIGHT - 1));
    assert_sentence("limit", &result, 1, "a.uqd: ");
    process_result_free(&result);
    assert_false(scratch_exists("none.png"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_whole_file_by_bytes),
        cmocka_unit_test(test_cut_inside_the_header),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_step_of_a_cut_file),
        cmocka_unit_test(test_missing_step),
        cmocka_unit_test(test_bytes_behind_the_end),
        cmocka_unit_test(test_stalled_pipe),
        cmocka_unit_test(test_modes_are_reproducible),
        cmocka_unit_test(test_seeds_of_samples),
        cmocka_unit_test(test_mix),
        cmocka_unit_test(test_mix_of_parts),
        cmocka_unit_test(test_wrong_mix),
        cmocka_unit_test(test_modes_end_lossless),
        cmocka_unit_test(test_reduced_sizes),
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_steps_that_do_not_show),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_edge_of_halved_sides),
        cmocka_unit_test(test_pixel_limit),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("decode", tests, setup, scratch_teardown);
}
