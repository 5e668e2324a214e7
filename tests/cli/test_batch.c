/* Several inputs: each has its output, and one that fails does not stop the rest. */
#include "harness.h"

#include "progress.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state)
{
    if (harness_setup(state) != 0)
        return -1;
    const struct sample colour = simple_sample(40, 30, PNG_COLOR_TYPE_RGB);
    const struct sample grey = simple_sample(33, 21, PNG_COLOR_TYPE_GRAY);
    sample_write_png(&colour, "in.png");
    sample_write_ppm(&colour, "in.ppm");
    sample_write_png(&grey, "grey.v2.png");
    UQD_DONE("encode", "in.png", "-o", "one.uqd");
    UQD_DONE("encode", "grey.v2.png", "-o", "two.uqd");
    return mkdir("out", 0700) == 0 && mkdir("other", 0700) == 0 ? 0 : -1;
}

static unsigned count_lines(const char *text)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void test_encoding_and_decoding(void **state)
{
    (void)state;
    UQD_DONE("encode", "in.png", "grey.v2.png", "--output-dir", "out");
    scratch_assert_same("out/in.uqd", "one.uqd");
    scratch_assert_same("out/grey.v2.uqd", "two.uqd");
    UQD_DONE("decode", "out/in.uqd", "out/grey.v2.uqd", "--output-dir=out/");
    UQD_DONE("decode", "one.uqd", "-o", "one.png");
    UQD_DONE("decode", "two.uqd", "-o", "two.png");
    scratch_assert_same("out/in.png", "one.png");
    scratch_assert_same("out/grey.v2.png", "two.png");
    UQD_DONE("decode", "one.uqd", "two.uqd", "--output-dir", "out", "--format", "pnm");
    UQD_DONE("decode", "one.uqd", "-o", "one.pnm");
    scratch_assert_same("out/one.pnm", "one.pnm");
    assert_true(scratch_exists("out/two.pnm"));
    UQD_DONE("encode", "in.ppm", "--output-dir", "other");
    scratch_assert_same("other/in.uqd", "one.uqd");
}

static void test_failures_do_not_stop_the_rest(void **state)
{
    (void)state;
    struct process_result result;
    scratch_write("bad.png", "no picture", 10);
    remove("out/in.uqd");
    remove("out/grey.v2.uqd");
    UQD(&result, "encode", "missing.png", "in.png", "bad.png", "grey.v2.png", "--output-dir",
        "out");
    assert_int_equal(result.exit_code, 1);
    assert_int_equal(count_lines(result.err), 2);
    assert_non_null(strstr(result.err, "uqd: missing.png: cannot be opened: No such file"));
    assert_non_null(strstr(result.err, "uqd: bad.png: is neither"));
    process_result_free(&result);
    scratch_assert_same("out/in.uqd", "one.uqd");
    scratch_assert_same("out/grey.v2.uqd", "two.uqd");
    assert_false(scratch_exists("out/bad.uqd"));
    remove("out/two.png");
    UQD(&result, "decode", "bad.png", "two.uqd", "--output-dir", "out");
    assert_sentence("decode", &result, 1, "bad.png: is not a .uqd file");
    process_result_free(&result);
    assert_true(scratch_exists("out/two.png"));
}

static void test_refused_command_lines(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        int exit_code;
        const char *part;
    } cases[] = {
        {{"encode", "in.png", "in.ppm", "--output-dir", "none"},
         2,
         "in.png and in.ppm: both would be written to none/in.uqd"},
        {{"encode", "in.png", "other/in.png", "--output-dir", "out"}, 2, "both would be written"},
        {{"decode", "one.uqd", "./one.uqd", "--output-dir", "out"}, 2, "both would be written"},
        {{"encode", "in.png", "grey.v2.png"}, 2, "-o FILE or --output-dir DIR"},
        {{"decode", "one.uqd", "two.uqd", "-o", "x.png"}, 2, "-o names one file"},
        {{"decode", "one.uqd", "-o", "x.png", "--output-dir", "out"}, 2, "exclude each other"},
        {{"decode", "-", "--output-dir", "out"}, 2, "standard input has no name"},
        {{"decode", "one.uqd", "--output-dir", "none"}, 1, "none: cannot be written to: No such"},
        {{"encode", "in.png", "--output-dir", "in.ppm"}, 1, "in.ppm: is not a directory"},
        {{"encode", "in.png", "--output-dir", ""}, 1, "cannot be written to"},
    };
    unsigned before = scratch_count();
    remove("out/in.uqd");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct process_result result;
        uqd_run(&result, NULL, 0, cases[i].words);
        assert_sentence(cases[i].part, &result, cases[i].exit_code, cases[i].part);
        process_result_free(&result);
    }
    assert_int_equal(scratch_count(), before);
    assert_false(scratch_exists("out/in.uqd"));
}

/* The output of one input may be another one. */
static void test_no_input_is_overwritten(void **state)
{
    (void)state;
    struct process_result result;
    size_t size;
    uint8_t *data = scratch_read("two.uqd", &size);
    scratch_write("second", data, size);
    assert_int_equal(link("second", "other/one.png"), 0);
    UQD(&result, "decode", "one.uqd", "second", "--output-dir", "other");
    assert_sentence("decode", &result, 1, "other/one.png: is an input too");
    process_result_free(&result);
    scratch_assert_same("other/one.png", "two.uqd");
    scratch_assert_same("other/second.png", "two.png");
    remove("other/one.png");
    free(data);
}

/* ---- uqd info ------------------------------------------------------------------------------ */

static void test_info_of_several(void **state)
{
    (void)state;
    struct process_result one, two, both;
    char *want;
    UQD(&one, "info", "one.uqd");
    UQD(&two, "info", "two.uqd");
    UQD(&both, "info", "one.uqd", "two.uqd");
    assert_int_equal(both.exit_code, 0);
    assert_true(asprintf(&want, "one.uqd:\n%s\ntwo.uqd:\n%s", one.out, two.out) > 0);
    assert_string_equal(both.out, want);
    free(want);
    process_result_free(&both);
    UQD(&both, "info", "one.uqd", "bad.png", "two.uqd");
    assert_int_equal(both.exit_code, 1);
    assert_int_equal(count_lines(both.err), 1);
    assert_non_null(strstr(both.err, "uqd: bad.png: "));
    assert_non_null(strstr(both.out, "\n\ntwo.uqd:\n"));
    process_result_free(&one);
    process_result_free(&two);
    process_result_free(&both);
}

static void test_json_of_several(void **state)
{
    (void)state;
    struct process_result one, two, all;
    char *want;
    UQD(&one, "info", "--json", "one.uqd");
    UQD(&two, "info", "--json", "two.uqd");
    UQD(&all, "info", "--json", "missing.uqd", "one.uqd", "two.uqd");
    assert_int_equal(all.exit_code, 1);
    assert_int_equal(one.out[one.out_size - 2], '}');
    one.out[one.out_size - 1] = '\0'; /* the line feed */
    assert_true(asprintf(&want, "[\n{\"file\": \"one.uqd\",\n %s,\n{\"file\": \"two.uqd\",\n %s]\n",
                         one.out + 1, two.out + 1) > 0);
    assert_string_equal(all.out, want);
    free(want);
    process_result_free(&all);
    UQD(&all, "info", "--json", "missing.uqd", "missing.uqd");
    assert_int_equal(all.exit_code, 1);
    assert_string_equal(all.out, "[\n]\n");
    process_result_free(&one);
    process_result_free(&two);
    process_result_free(&all);
}

/* ---- Names --------------------------------------------------------------------------------- */

/* A name may hold any byte, but a message is one line of letters. */
static void test_names_of_control_characters(void **state)
{
    (void)state;
    static const char name[] = "\x1b[1mx\n\xe4.uqd", shown[] = "\\x1b[1mx\\n\\xe4.uqd";
    struct process_result result;
    char *want;
    remove(name);
    UQD(&result, "info", name);
    assert_sentence("info", &result, 1, shown);
    process_result_free(&result);
    UQD(&result, "decode", name, "-o", "x.png");
    assert_sentence("decode", &result, 1, shown);
    process_result_free(&result);
    UQD(&result, name);
    assert_sentence("command", &result, 2, shown);
    process_result_free(&result);
    assert_int_equal(link("one.uqd", name), 0);
    UQD(&result, "info", name, "two.uqd");
    assert_int_equal(result.exit_code, 0);
    assert_true(asprintf(&want, "%s:\npicture", shown) > 0);
    assert_memory_equal(result.out, want, strlen(want));
    free(want);
    process_result_free(&result);
    UQD(&result, "info", "--json", name, "two.uqd");
    assert_non_null(strstr(result.out, "{\"file\": \"\\u001b[1mx\\u000a\\ufffd.uqd\","));
    process_result_free(&result);
    cut_file("one.uqd", "cut\n.uqd", 200);
    UQD(&result, "decode", "cut\n.uqd", "-o", "x.png");
    assert_sentence("note", &result, 0, "cut\\n.uqd: ends after 200 of");
    process_result_free(&result);
    cut_file("one.uqd", "start.uqd", 1);
    UQD(&result, "info", "start.uqd");
    assert_sentence("start", &result, 1, "is cut off inside its header, after 1 byte\n");
    process_result_free(&result);
}

static void test_long_names(void **state)
{
    (void)state;
    char name[4001];
    struct process_result result;
    memset(name, 'n', 4000);
    name[4000] = '\0';
    UQD(&result, "info", name);
    assert_sentence("info", &result, 1, "n: cannot be opened: File name too long\n");
    process_result_free(&result);
}

/* ---- Progress ------------------------------------------------------------------------------ */

/* What the bar shows half way through part 1 of 2 of item 2 of n. */
static char *bar_text(uint32_t n_items)
{
    struct progress progress;
    size_t size;
    int saved = dup(STDERR_FILENO), file = open("bar", O_RDWR | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDERR_FILENO);
    progress_begin(&progress, "working", n_items);
    progress.is_terminal = 1;
    progress.next_draw = 0;
    progress_item(&progress, n_items - 1);
    progress_parts(&progress, 2);
    progress_next(&progress);
    progress_update(&progress, 0.5);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(file);
    char *text = (char *)scratch_read("bar", &size);
    text = realloc(text, size + 1);
    assert_non_null(text);
    text[size] = '\0';
    return text;
}

static void test_bar(void **state)
{
    (void)state;
    char *one = bar_text(1), *several = bar_text(4);
    assert_string_equal(one, "\rworking [##############################          ]  75 %");
    assert_string_equal(several,
                        "\rworking 4 of 4 [#####################################   ]  93 %");
    free(one);
    free(several);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoding_and_decoding),
        cmocka_unit_test(test_failures_do_not_stop_the_rest),
        cmocka_unit_test(test_refused_command_lines),
        cmocka_unit_test(test_no_input_is_overwritten),
        cmocka_unit_test(test_info_of_several),
        cmocka_unit_test(test_json_of_several),
        cmocka_unit_test(test_names_of_control_characters),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_bar),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("batch", tests, setup, scratch_teardown);
}
