/* Command lines, help, standard output, and uqd info and uqd compare. */
#include "harness.h"
#include "program.h"

#include <uqd/uqd.h>

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample colour = simple_sample(40, 30, PNG_COLOR_TYPE_RGB);
    const struct sample grey = simple_sample(40, 30, PNG_COLOR_TYPE_GRAY);
    sample_write_png(&colour, "in.png");
    sample_write_png(&grey, "grey.png");
    sample_write_ppm(&colour, "in.ppm");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "a.uqd");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "bare.uqd", "--no-distortion");
    return 0;
}

static void test_wrong_command_lines(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        const char *part;
    } cases[] = {
        {{"frob"}, "frob: there is no such command"},
        {{"--frob"}, "--frob: there is no such command"},
        {{"encode"}, "an operand is missing"},
        {{"encode", "in.png"}, "the output file is missing"},
        {{"encode", "in.png", "-o"}, "the value OUT.uqd is missing"},
        {{"encode", "in.png", "other.png", "-o", "x.uqd"},
         "-o names one file, and there are 2 inputs"},
        {{"encode", "in.png", "-o", "x.uqd", "--frob"}, "--frob: there is no such option"},
        {{"encode", "in.png", "-o", "x.uqd", "--dither", "blue"}, "none|universal"},
        {{"encode", "in.png", "-o", "x.uqd", "--order", "best"}, "visual|psnr"},
        {{"encode", "in.png", "-o", "x.uqd", "--order=psnr", "--dither=universal"},
         "--order psnr: there is one order only with dither"},
        {{"encode", "in.png", "-o", "x.uqd", "--depth", "16"}, "--depth"},
        {{"encode", "in.png", "-o", "x.uqd", "--flatten", "pink"}, "--flatten: \"pink\""},
        {{"encode", "in.png", "-o", "x.uqd", "--flatten", "#12345"}, "--flatten: \"#12345\""},
        {{"encode", "in.png", "-o", "x.uqd", "--flatten", "#1234567"}, "--flatten"},
        {{"decode", "a.uqd"}, "the output file is missing"},
        {{"decode", "a.uqd", "-o", "x.png", "--step", "-1"}, "--step: \"-1\""},
        {{"decode", "a.uqd", "-o", "x.png", "--mode", "best"}, "denoised|ancestral|flow"},
        {{"decode", "a.uqd", "-o", "x.png", "--reduce", "7"}, "--reduce: 7 is more than 6"},
        {{"decode", "a.uqd", "-o", "x.png", "--max-edge", "0"}, "--max-edge: a picture has"},
        {{"decode", "a.uqd", "-o", "x.png", "--max-edge", "9", "--reduce", "1"},
         "--max-edge and --reduce exclude each other"},
        {{"decode", "a.uqd", "-o", "x.png", "--step=1", "--bytes=9"}, "exclude each other"},
        {{"info"}, "an operand is missing"},
        {{"compare", "in.png"}, "an operand is missing"},
        {{"compare", "in.png", "in.png", "in.png"}, "in.png: is one operand too many"},
    };
    unsigned before = scratch_count();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        assert_sentence(cases[i].part, &result, 2, cases[i].part);
        process_result_free(&result);
    }
    assert_int_equal(scratch_count(), before);
}

static void test_step_beyond_the_model(void **state)
{
    (void)state;
    struct process_result result;
    UQD(&result, "encode", "in.png", "-o", "x.uqd", "--stop-step", "1000");
    assert_sentence("--stop-step", &result, 1, "there is no step 1000");
    process_result_free(&result);
}

/* The tiny model does not leave the order to files. */
static void test_model_of_one_order(void **state)
{
    (void)state;
    struct process_result result;
    UQD(&result, "encode", "in.png", "-o", "x.uqd", "--order", "psnr");
    assert_sentence("--order", &result, 1, "--order psnr: the model tiny has one order only");
    process_result_free(&result);
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "visual.uqd", "--order", "visual");
}

/* What cannot come first: pixels that are not there, and any with a paper model. */
static void test_wrong_first(void **state)
{
    (void)state;
    struct process_result result;
    UQD(&result, "encode", "in.png", "-o", "x.uqd", "--first", "39,0,2,1");
    assert_sentence("outside", &result, 1,
                    "in.png: has 40 x 30 pixels, and --first 39,0,2,1 reaches beyond them");
    process_result_free(&result);
    UQD(&result, "encode", "in.png", "-o", "one.uqd", "--first", "0,0,2,1");
    assert_sentence("one tile", &result, 0,
                    "in.png: has 40 x 30 pixels, which are a single tile: none comes first");
    process_result_free(&result);
    assert_int_equal(remove("one.uqd"), 0);
    harness_make_model("models/paper.uqdm", "paper", NULL, NULL);
    UQD(&result, "encode", "in.png", "-o", "x.uqd", "--first", "0,0,1,1", "--model",
        "models/paper.uqdm");
    assert_sentence("paper", &result, 1,
                    "in.png: cannot be encoded with --first: with the model tiny-paper no tiles "
                    "come first");
    process_result_free(&result);
    assert_int_equal(remove("models/paper.uqdm"), 0);
}

static void test_help_and_version(void **state)
{
    (void)state;
    static const struct {
        const char *words[4];
        const char *part;
    } cases[] = {
        {{"--help"}, "Usage: uqd COMMAND"},
        {{"-h"}, "Usage: uqd COMMAND"},
        {{"--version"}, "uqd "},
        {{"--version", "--verbose"}, "kernels: "},
        {{"--help"}, "uqd --version --verbose"},
        {{"encode", "--help"}, "--stop-step N"},
        {{"decode", "--help"}, "--mode denoised|ancestral|flow"},
        {{"decode", "-h"}, "--mode denoised|ancestral|flow"},
        {{"info", "--help"}, "Usage: uqd info [OPTIONS] IN.uqd"},
        {{"compare", "--help"}, "Usage: uqd compare [OPTIONS] A.png B.png"},
        {{"decode", "--version"}, "uqd "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        if (result.exit_code != 0 || result.err_size > 0 || !strstr(result.out, cases[i].part))
            fail_msg("%s %s: %d, \"%s\"", cases[i].words[0],
                     cases[i].words[1] ? cases[i].words[1] : "", result.exit_code, result.out);
        process_result_free(&result);
    }
}

/* What print_kernels prints; malloc'ed. */
static char *kernels_text(const char *features)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    print_kernels(out, features);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void test_kernels_text(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"amx vnni avx512 avx2 c", "kernels: AMX and AVX-512\n"},
        {"vnni avx512 avx2 c", "kernels: AVX-512 with VNNI\n"},
        {"avx512 avx2 c", "kernels: AVX-512\n"},
        {"avxvnni avx2 c", "kernels: AVX2, FMA and AVX-VNNI\n"},
        {"avx2 c", "kernels: AVX2 and FMA\n"},
        {"neon c", "kernels: NEON\n"},
        {"c", "kernels: plain C\n"
              "This processor has neither AVX2 and FMA nor NEON: plain C is slow, but its results "
              "are the same bits.\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = kernels_text(cases[i][0]);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

static void test_verbose_version(void **state)
{
    (void)state;
    struct process_result plain, verbose;
    char *kernels = kernels_text(uqd_cpu_features());
    UQD(&plain, "--version");
    UQD(&verbose, "--version", "--verbose");
    assert_int_equal(plain.out_size, strlen("uqd ") + strlen(uqd_version()) + 1);
    assert_memory_equal(verbose.out, plain.out, plain.out_size);
    const char *details = verbose.out + plain.out_size, *confinement = details + strlen(kernels);
    assert_memory_equal(details, kernels, strlen(kernels));
    assert_memory_equal(confinement, "confinement: ", strlen("confinement: "));
    assert_ptr_equal(strchr(confinement, '\n'), verbose.out + verbose.out_size - 1);
    process_result_free(&plain);
    process_result_free(&verbose);
    free(kernels);
}

/* A shell redirects standard output. */
static void test_full_standard_output(void **state)
{
    (void)state;
    static const char *const commands[] = {"encode in.png -o -", "decode a.uqd -o -", "info a.uqd",
                                           "compare in.png in.png", "--help"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct process_result result;
        char script[4096];
        snprintf(script, sizeof script, "exec '%s' %s >/dev/full", harness_program(), commands[i]);
        const char *const argv[] = {"sh", "-c", script, NULL};
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_sentence(commands[i], &result, 1,
                        "standard output: cannot be written: No space left on device");
        process_result_free(&result);
    }
}

static void test_info(void **state)
{
    (void)state;
    struct process_result result;
    struct file_info info = read_info("a.uqd");
    size_t size;
    free(scratch_read("a.uqd", &size));
    assert_int_equal(info.file_bytes, size);
    assert_int_equal(info.step_bytes[info.n_steps - 1], size);
    assert_true(info.header_bytes < info.step_bytes[0]);
    for (unsigned i = 1; i < info.n_steps; i++)
        assert_true(info.step_bytes[i - 1] < info.step_bytes[i]);
    UQD(&result, "info", "a.uqd");
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "40 x 30, colour"));
    assert_non_null(strstr(result.out, "lossless"));
    assert_non_null(strstr(result.out, "inf"));
    process_result_free(&result);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

static void test_info_of_parts(void **state)
{
    (void)state;
    struct process_result result;
    struct file_info whole = read_info("a.uqd");
    cut_file("a.uqd", "cut.uqd", (size_t)whole.header_bytes);
    struct file_info cut = read_info("cut.uqd");
    assert_int_equal(cut.file_bytes, whole.file_bytes);
    assert_int_equal(cut.n_steps, whole.n_steps);
    cut_file("a.uqd", "cut.uqd", (size_t)whole.step_bytes[1] + 1);
    UQD(&result, "info", "cut.uqd");
    assert_non_null(strstr(result.out, "PSNR/dB  there\n"));
    assert_int_equal(count_of(result.out, "  all\n"), 2);
    assert_int_equal(count_of(result.out, "  part\n"), 1);
    assert_int_equal(count_of(result.out, "  none\n"), whole.n_steps - 3 + 1); /* no dither */
    process_result_free(&result);
    UQD(&result, "info", "--json", "cut.uqd");
    assert_int_equal(count_of(result.out, "\"there\": \"all\"}"), 2);
    assert_int_equal(count_of(result.out, "\"there\": \"part\"}"), 1);
    process_result_free(&result);
    UQD(&result, "info", "a.uqd");
    assert_null(strstr(result.out, "there"));
    process_result_free(&result);
    cut_file("a.uqd", "cut.uqd", (size_t)whole.header_bytes - 1);
    UQD(&result, "info", "cut.uqd");
    assert_sentence("cut header", &result, 1, "cut.uqd: is cut off inside its header");
    process_result_free(&result);
}

static void test_info_without_model_and_distortion(void **state)
{
    (void)state;
    struct process_result result;
    setenv("UQD_MODELS", "/nonexistent", 1);
    UQD(&result, "info", "--json", "bare.uqd");
    setenv("UQD_MODELS", "models", 1);
    assert_int_equal(result.exit_code, 0);
    assert_int_equal(result.err_size, 0);
    assert_non_null(strstr(result.out, "\"model_name\": \"\""));
    assert_non_null(strstr(result.out, "\"name\": \"\""));
    assert_non_null(strstr(result.out, "\"psnr\": null"));
    process_result_free(&result);
}

/* Which model it is and where it was found, and where its pictures' part has an identity, that. */
static void test_info_of_model(void **state)
{
    (void)state;
    struct process_result result;
    UQD(&result, "info", "a.uqd");
    assert_non_null(strstr(result.out, " tiny\nfound    models/lattice.uqdm\n"));
    assert_null(strstr(result.out, "denoiser"));
    process_result_free(&result);
    UQD(&result, "info", "--json", "a.uqd");
    assert_non_null(strstr(result.out, "\"model_name\": \"tiny\",\n \"model_file\": "
                                       "\"models/lattice.uqdm\", \"denoiser_id\": null"));
    process_result_free(&result);
}

static void test_info_of_denoiser(void **state)
{
    (void)state;
    struct process_result result;
    harness_make_model("models/parted.uqdm", "parted", "2", "7");
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "parted.uqd", "--model", "models/parted.uqdm");
    UQD(&result, "info", "parted.uqd");
    assert_non_null(strstr(result.out, "found    models/parted.uqdm\ndenoiser "));
    assert_non_null(strstr(result.out, ", revision 7\n"));
    process_result_free(&result);
    UQD(&result, "info", "--json", "parted.uqd");
    assert_non_null(strstr(result.out, "\"denoiser_revision\": 7"));
    process_result_free(&result);
    assert_int_equal(remove("models/parted.uqdm"), 0);
}

static void test_compare(void **state)
{
    (void)state;
    static const struct {
        const char *words[5];
        const char *want;
    } cases[] = {
        {{"compare", "in.png", "in.ppm"}, "PSNR     inf dB\nMS-SSIM  1.000000\n"},
        {{"compare", "--json", "in.png", "in.ppm"},
         "{\"mse\": 0, \"psnr\": \"inf\", \"ms_ssim\": 1}\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        assert_int_equal(result.exit_code, 0);
        assert_string_equal(result.out, cases[i].want);
        process_result_free(&result);
    }
}

static void test_compare_of_known_error(void **state)
{
    (void)state;
    struct process_result result;
    scratch_write("a.pgm", "P5 2 1 255 \x10\x20", 13);
    scratch_write("b.pgm", "P5 2 1 255 \x10\x2a", 13);
    UQD(&result, "compare", "a.pgm", "b.pgm");
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "PSNR     31.1411 dB\n")); /* the mean of 0 and 100 is 50 */
    process_result_free(&result);
}

/* A solid file shows the same pictures. */
static void test_solid(void **state)
{
    (void)state;
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "solid.uqd", "--solid");
    const struct file_info plain = read_info("a.uqd"), solid = read_info("solid.uqd");
    assert_int_equal(solid.n_steps, plain.n_steps);
    assert_true(solid.header_bytes <= 23);
    assert_true(solid.file_bytes + 2 * (uint64_t)plain.n_steps < plain.file_bytes);
    for (unsigned s = 0; s < solid.n_steps; s++) {
        UQD_DONE("decode", "a.uqd", "-o", "plain.ppm", "--step", text_of(s));
        UQD_DONE("decode", "solid.uqd", "-o", "solid.ppm", "--step", text_of(s));
        scratch_assert_same("plain.ppm", "solid.ppm");
    }
}

/* How many steps' ends are told in what info --json printed; each is not before the one before, and
 * the last that of the file. */
static unsigned count_ends(const char *out, const struct file_info *file)
{
    uint64_t before = file->header_bytes;
    unsigned n = 0;
    for (const char *at = out; (at = strstr(at, "\"bytes\": ")) != NULL;) {
        at += strlen("\"bytes\": ");
        if (strncmp(at, "null", 4) == 0)
            continue;
        const uint64_t end = strtoull(at, NULL, 10);
        assert_true(end >= before);
        before = end;
        n++;
    }
    assert_true(before == file->file_bytes);
    return n;
}

/* It is lossless. Where its steps end but for the last is told if it is decoded for that, which it
 * is with the model only. */
static void test_info_of_solid(void **state)
{
    (void)state;
    struct process_result result;
    UQD_DONE("encode", "--no-copy", "in.png", "-o", "solid.uqd", "--solid");
    const struct file_info file = read_info("solid.uqd");
    UQD(&result, "info", "--json", "solid.uqd");
    assert_non_null(strstr(result.out, "\"lossless\": true"));
    assert_int_equal(count_ends(result.out, &file), 1);
    process_result_free(&result);
    UQD(&result, "info", "--json", "--decode", "solid.uqd");
    assert_int_equal(count_ends(result.out, &file), file.n_steps);
    process_result_free(&result);
    setenv("UQD_MODELS", "/nonexistent", 1);
    UQD(&result, "info", "--json", "--decode", "solid.uqd");
    setenv("UQD_MODELS", "models", 1);
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "\"bytes\": null, \"bpp\": null"));
    assert_int_equal(count_ends(result.out, &file), 1);
    process_result_free(&result);
}

static void test_compare_of_grey_and_colour(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"a.pgm", "a.ppm"}, {"a.ppm", "a.pgm"}};
    scratch_write("a.pgm", "P5 2 1 255 \x10\x20", 13);
    scratch_write("a.ppm", "P6 2 1 255 \x10\x10\x10\x20\x20\x20", 17);
    scratch_write("b.ppm", "P6 2 1 255 \x10\x10\x10\x20\x20\x2f", 17);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct process_result result;
        UQD(&result, "compare", pairs[i][0], pairs[i][1]);
        assert_int_equal(result.exit_code, 0);
        assert_non_null(strstr(result.out, "PSNR     inf dB\n"));
        process_result_free(&result);
    }
    struct process_result result;
    UQD(&result, "compare", "--json", "a.pgm", "b.ppm");
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "{\"mse\": 37.5, ")); /* 15 * 15 in one sample of six */
    process_result_free(&result);
}

static void test_compare_of_different_shapes(void **state)
{
    (void)state;
    struct process_result result;
    scratch_write("a.pgm", "P5 2 1 255 \x10\x20", 13);
    UQD(&result, "compare", "in.png", "a.pgm");
    assert_sentence("sides", &result, 1, "in.png: has 40 x 30 pixels, but a.pgm has 2 x 1");
    process_result_free(&result);
    UQD(&result, "compare", "in.png", "a.uqd");
    assert_sentence("format", &result, 1, "a.uqd: is neither a PNG");
    process_result_free(&result);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_command_lines),
        cmocka_unit_test(test_step_beyond_the_model),
        cmocka_unit_test(test_model_of_one_order),
        cmocka_unit_test(test_wrong_first),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_kernels_text),
        cmocka_unit_test(test_verbose_version),
        cmocka_unit_test(test_full_standard_output),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_info_of_parts),
        cmocka_unit_test(test_info_without_model_and_distortion),
        cmocka_unit_test(test_info_of_model),
        cmocka_unit_test(test_info_of_denoiser),
        cmocka_unit_test(test_solid),
        cmocka_unit_test(test_info_of_solid),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_of_known_error),
        cmocka_unit_test(test_compare_of_grey_and_colour),
        cmocka_unit_test(test_compare_of_different_shapes),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("usage", tests, setup, scratch_teardown);
}
