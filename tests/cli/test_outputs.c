/* The outputs of uqd encode and uqd decode: their formats, and what is not overwritten. */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample colour = simple_sample(60, 45, PNG_COLOR_TYPE_RGB);
    const struct sample grey = simple_sample(60, 45, PNG_COLOR_TYPE_GRAY);
    sample_write_png(&colour, "in.png");
    sample_write_png(&grey, "grey.png");
    UQD_DONE("encode", "in.png", "-o", "colour.uqd");
    UQD_DONE("encode", "grey.png", "-o", "grey.uqd");
    return 0;
}

static void copy_file(const char *path, const char *copy)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    scratch_write(copy, data, size);
    free(data);
}

static void assert_begins(const char *path, const char *begin)
{
    size_t size;
    uint8_t *data = scratch_read(path, &size);
    if (size < strlen(begin) || memcmp(data, begin, strlen(begin)) != 0)
        fail_msg("%s does not begin as \"%s\"", path, begin);
    free(data);
}

/* ---- Formats ------------------------------------------------------------------------------- */

static void test_formats_of_names(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        const char *path, *begin;
    } cases[] = {
        {{"decode", "colour.uqd", "-o", "x.png"}, "x.png", "\x89PNG"},
        {{"decode", "colour.uqd", "-o", "x.PNG"}, "x.PNG", "\x89PNG"},
        {{"decode", "colour.uqd", "-o", "x.ppm"}, "x.ppm", "P6"},
        {{"decode", "colour.uqd", "-o", "x.pnm"}, "x.pnm", "P6"},
        {{"decode", "colour.uqd", "-o", "x.pam"}, "x.pam", "P7"},
        {{"decode", "grey.uqd", "-o", "y.png"}, "y.png", "\x89PNG"},
        {{"decode", "grey.uqd", "-o", "y.ppm"}, "y.ppm", "P6"},
        {{"decode", "grey.uqd", "-o", "y.pgm"}, "y.pgm", "P5"},
        {{"decode", "grey.uqd", "-o", "y.pnm"}, "y.pnm", "P5"},
        {{"decode", "grey.uqd", "-o", "y.pam"}, "y.pam", "P7"},
        {{"decode", "grey.uqd", "-o", "y", "--format=pgm"}, "y", "P5"},
        {{"decode", "grey.uqd", "-o", "z.d.pgm", "--format=pgm"}, "z.d.pgm", "P5"},
        {{"decode", "grey.uqd", "-o", ".hidden", "--format=png"}, ".hidden", "\x89PNG"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uqd_done(cases[i].words);
        assert_begins(cases[i].path, cases[i].begin);
    }
}

static void test_formats_of_standard_output(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        const char *begin;
    } cases[] = {
        {{"decode", "colour.uqd", "-o", "-"}, "\x89PNG"},
        {{"decode", "colour.uqd", "-o", "-", "--format=png"}, "\x89PNG"},
        {{"decode", "colour.uqd", "-o", "-", "--format=ppm"}, "P6"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        assert_int_equal(result.exit_code, 0);
        assert_memory_equal(result.out, cases[i].begin, strlen(cases[i].begin));
        process_result_free(&result);
    }
}

static void test_refused_names(void **state)
{
    (void)state;
    static const struct {
        const char *words[6];
        int exit_code;
        const char *part;
    } cases[] = {
        {{"decode", "colour.uqd", "-o", "n.jpg"}, 2, "n.jpg: .jpg is none of the formats that can"},
        {{"decode", "colour.uqd", "-o", "n.jpg"}, 2, ".png .ppm .pgm .pnm .pam"},
        {{"decode", "colour.uqd", "-o", "n.jpg", "--format=png"}, 2, ".jpg is none of"},
        {{"decode", "colour.uqd", "-o", "n.uqd"}, 2, ".uqd is none of"},
        {{"decode", "colour.uqd", "-o", "n"}, 2, "--format png|ppm|pgm|pnm|pam"},
        {{"decode", "colour.uqd", "-o", "n."}, 2, "n.: the name says no format"},
        {{"decode", "colour.uqd", "-o", "models.d/n"}, 2, "the name says no format"},
        {{"decode", "colour.uqd", "-o", ".png"}, 2, ".png: the name says no format"},
        {{"decode", "colour.uqd", "-o", "n.png", "--format=ppm"}, 2, "than --format ppm"},
        {{"decode", "colour.uqd", "-o", "n.png", "--format=jpg"}, 2, "png|ppm|pgm|pnm|pam"},
        {{"decode", "colour.uqd", "-o", "n.pgm"}, 1, "n.pgm: the picture is in colour"},
        {{"decode", "colour.uqd", "-o", "-", "--format=pgm"}, 1, "standard output: the picture is"},
        {{"encode", "in.png", "-o", "n.png"}, 2, "n.png: is the name of a picture"},
        {{"encode", "in.png", "-o", "n.JPEG"}, 2, "n.JPEG: is the name of a picture"},
        {{"encode", "in.png", "-o", "n.pam"}, 2, "n.pam: is the name of a picture"},
    };
    unsigned before = scratch_count();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        assert_sentence(cases[i].words[3], &result, cases[i].exit_code, cases[i].part);
        process_result_free(&result);
    }
    assert_int_equal(scratch_count(), before);
    UQD_DONE("encode", "in.png", "-o", "any.name");
    scratch_assert_same("any.name", "colour.uqd");
}

/* ---- What is there already ----------------------------------------------------------------- */

/* The run must be refused and leave the file `kept` as in.png is. */
static void check_refused(const char *const words[], const char *kept, const char *part)
{
    struct process_result result;
    uqd_run(&result, NULL, 0, words);
    assert_sentence(words[3], &result, 1, part);
    process_result_free(&result);
    scratch_assert_same(kept, "in.png");
}

static void test_input_is_not_overwritten(void **state)
{
    (void)state;
    copy_file("in.png", "same");
    assert_int_equal(symlink("same", "symlink"), 0);
    assert_int_equal(link("same", "hardlink"), 0);
    static const char *const cases[][5] = {
        {"encode", "same", "-o", "same"},     {"encode", "same", "-o", "./same"},
        {"encode", "same", "-o", "hardlink"}, {"encode", "hardlink", "-o", "same"},
        {"encode", "same", "-o", "symlink"},  {"encode", "symlink", "-o", "same"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i], "same", "is an input too");
    UQD_DONE("encode", "same", "-o", "same", "--force");
    scratch_assert_same("same", "colour.uqd");
    scratch_assert_same("hardlink", "in.png");
    copy_file("colour.uqd", "uqd.png");
    struct process_result result;
    UQD(&result, "decode", "uqd.png", "-o", "uqd.png");
    assert_sentence("decode", &result, 1, "uqd.png: is an input too");
    process_result_free(&result);
    UQD_DONE("decode", "uqd.png", "-o", "uqd.png", "-f");
    assert_begins("uqd.png", "\x89PNG");
}

/* A shell has opened both ends. */
static void test_redirected_input_is_not_overwritten(void **state)
{
    (void)state;
    static const char *const forms[] = {"%s encode - -o same <same", "%s encode same -o - >>same",
                                        "%s encode - -o - <same >>same"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct process_result result;
        char script[4096];
        copy_file("in.png", "same");
        snprintf(script, sizeof script, forms[i], harness_program());
        const char *const argv[] = {"sh", "-c", script, NULL};
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_sentence(forms[i], &result, 1, "is an input too");
        process_result_free(&result);
        scratch_assert_same("same", "in.png");
    }
}

static void test_write_protected_output(void **state)
{
    (void)state;
    struct stat info;
    copy_file("in.png", "kept.pnm");
    assert_int_equal(chmod("kept.pnm", 0444), 0);
    static const char *const cases[][5] = {
        {"decode", "colour.uqd", "-o", "kept.pnm"},
        {"decode", "grey.uqd", "-o", "./kept.pnm"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(cases[i], "kept.pnm", "kept.pnm: is write-protected");
    UQD_DONE("decode", "colour.uqd", "-o", "kept.pnm", "--force");
    assert_begins("kept.pnm", "P6");
    assert_int_equal(stat("kept.pnm", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0444);
}

/* The limit is 1 or 2 KiB, as the shell counts. */
static void test_limit_on_file_size(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "ulimit -f 2; exec %s decode colour.uqd -o big.ppm",
        "ulimit -f 2; exec %s decode colour.uqd --format ppm -o - >big"};
    scratch_write("big.ppm", "older", 5);
    scratch_write("big", "", 0);
    unsigned before = scratch_count();
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct process_result result;
        char script[4096];
        snprintf(script, sizeof script, forms[i], harness_program());
        const char *const argv[] = {"sh", "-c", script, NULL};
        assert_int_equal(process_run(&result, argv, NULL, 0, 60), 0);
        assert_sentence(forms[i], &result, 1, ": cannot be written: File too large");
        process_result_free(&result);
    }
    assert_begins("big.ppm", "older");
    assert_int_equal(scratch_count(), before);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_of_names),
        cmocka_unit_test(test_formats_of_standard_output),
        cmocka_unit_test(test_refused_names),
        cmocka_unit_test(test_input_is_not_overwritten),
        cmocka_unit_test(test_redirected_input_is_not_overwritten),
        cmocka_unit_test(test_write_protected_output),
        cmocka_unit_test(test_limit_on_file_size),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("outputs", tests, setup, scratch_teardown);
}
