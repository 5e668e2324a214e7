/* Tables of curves: what can be read, what is refused and why, and that what is written comes back.
 */
#include "file.h"
#include "session/curve_csv.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <uqd/uqd.h>

static void parse(struct curve_set *set, const char *table)
{
    struct message message;
    if (curve_csv_parse(set, "tables/other.csv", table, strlen(table), &message))
        fail_msg("%s", message.text);
}

/* Whether a table is refused for that reason and nothing is left of it. */
static void assert_refused(const char *table, size_t size, const char *why)
{
    struct curve_set set = {0};
    struct message message = {""};
    parse(&set, "bpp,psnr\n1,30\n");
    assert_int_equal(curve_csv_parse(&set, "other.csv", table, size, &message), -1);
    if (!strstr(message.text, why) || strncmp(message.text, "other.csv", 9) != 0)
        fail_msg("\"%s\" does not say \"%s\"", message.text, why);
    assert_int_equal(set.n_curves, 1);
    assert_int_equal(set.curves[0].n_points, 1);
    curve_set_clear(&set);
}

static void assert_text_refused(const char *table, const char *why)
{
    assert_refused(table, strlen(table), why);
}

static void three_columns_suffice(void **state)
{
    struct curve_set set = {0};
    (void)state;
    parse(&set, "label,bpp,psnr\nJPEG,1.5,33.25\nWebP,0.5,30\nJPEG,0.25,28\n");
    assert_int_equal(set.n_curves, 2);
    const struct curve *jpeg = &set.curves[0];
    assert_string_equal(jpeg->label, "JPEG");
    assert_int_equal(jpeg->document, CURVE_IMPORTED);
    assert_int_equal(jpeg->mode, CURVE_NO_MODE);
    assert_int_equal(jpeg->n_points, 2);
    assert_true(jpeg->points[0].rate == 0.25 && jpeg->points[0].values[METRIC_PSNR] == 28);
    assert_true(jpeg->points[1].rate == 1.5 && jpeg->points[1].values[METRIC_PSNR] == 33.25);
    assert_int_equal(jpeg->points[0].step, CURVE_NO_STEP);
    assert_int_equal(jpeg->points[0].bytes, 0);
    assert_true(isnan(jpeg->points[0].values[METRIC_MS_SSIM]));
    curve_set_clear(&set);
}

static void all_columns_are_read_in_any_order(void **state)
{
    struct curve_set set = {0};
    (void)state;
    parse(
        &set,
        "\xef\xbb\xbfpsnr,ms_ssim,butteraugli,bpp,bytes,step,remark,seed,mode,label\r\n"
        "\r\n"
        "inf,1,0,10,4000,9,\"a, \"\"b\"\"\n2\",18446744073709551615,ancestral,\"x, \"\"y\"\"\"\r\n"
        " 30 ,0.5,nan,1,400,,,18446744073709551615,ancestral,\"x, \"\"y\"\"\"");
    assert_int_equal(set.n_curves, 1);
    assert_string_equal(set.curves[0].label, "x, \"y\"");
    assert_true(set.curves[0].seed == UINT64_MAX);
    assert_int_equal(set.curves[0].mode, UQD_MODE_ANCESTRAL);
    assert_int_equal(set.curves[0].n_points, 2);
    const struct curve_point *points = set.curves[0].points;
    assert_int_equal(points[1].step, 9);
    assert_int_equal(points[1].bytes, 4000);
    assert_true(isinf(points[1].values[METRIC_PSNR]));
    assert_true(points[1].values[METRIC_BUTTERAUGLI] == 0);
    assert_true(points[0].values[METRIC_PSNR] == 30 && points[0].values[METRIC_MS_SSIM] == 0.5);
    assert_true(isnan(points[0].values[METRIC_BUTTERAUGLI]));
    curve_set_clear(&set);
}

static void a_curve_without_a_label_has_the_name_of_the_file(void **state)
{
    struct curve_set set = {0};
    (void)state;
    parse(&set, "bpp,psnr\n1,30\n");
    assert_string_equal(set.curves[0].label, "other");
    curve_set_clear(&set);
}

/* As bench/ writes them; rows of what is no point have no value. */
static void tables_of_the_benchmark_can_be_read(void **state)
{
    struct curve_set set = {0};
    (void)state;
    parse(&set, "image,codec,kind,setting,mode,dither,bytes,bpp,psnr,ms_ssim\n"
                "kodim01,uqd,step,9 lossless,denoised,none,497050,10.1125,inf,1\n"
                "kodim01,paper,header,,,,25,0.0488281,,\n"
                "kodim01,JPEG XL,curve,d 1,,,80000,1.6276,38.5,0.99\n");
    assert_int_equal(set.n_curves, 2);
    assert_string_equal(set.curves[1].label, "JPEG XL");
    curve_set_clear(&set);
}

static void errors_name_file_line_and_cause(void **state)
{
    (void)state;
    assert_text_refused("", "empty");
    assert_text_refused("\n\n", "empty");
    assert_text_refused("label,psnr\nx,30\n", "line 1: the header names no column \"bpp\"");
    assert_text_refused("label,bpp\nx,1\n", "line 1: the header names none of");
    assert_text_refused("bpp,psnr,bpp\n1,2,3\n", "twice");
    assert_text_refused("bpp,psnr\n\n1,30\n2,abc\n", "line 4: psnr is \"abc\", which is no number");
    assert_text_refused("bpp,psnr\n1,30,2\n", "line 2: there are more cells than the 2");
    assert_text_refused("bpp,psnr\n0,30\n", "line 2: bpp is 0, which is not above 0");
    assert_text_refused("bpp,psnr\n,30\n", "line 2: bpp is missing");
    assert_text_refused("bpp,psnr\ninf,30\n", "line 2: bpp is \"inf\"");
    assert_text_refused("bpp,psnr\n1,-inf\n", "line 2: psnr is \"-inf\"");
    assert_text_refused("bpp,psnr\n1,0x10\n", "line 2: psnr is \"0x10\"");
    assert_text_refused("bpp,psnr\n1,1e999\n", "line 2: psnr is \"1e999\"");
    assert_text_refused("bpp,psnr\n1,1.2.3\n", "line 2: psnr is \"1.2.3\"");
    assert_text_refused("bpp,ms_ssim\n1,1.5\n", "line 2: ms_ssim is 1.5");
    assert_text_refused("bpp,butteraugli\n1,-1\n", "line 2: butteraugli is -1");
    assert_text_refused("mode,bpp,psnr\nbest,1,30\n", "line 2: mode is \"best\"");
    assert_text_refused("step,bpp,psnr\n-1,1,30\n", "line 2: step is \"-1\"");
    assert_text_refused("seed,bpp,psnr\n18446744073709551616,1,30\n", "line 2: seed is");
    assert_text_refused("bpp,psnr\n1,\n", "no row of the table has a value");
    assert_text_refused("label,bpp,psnr\n\"x,1,30\n", "line 2: a quote is opened but never closed");
    /* A cell of several lines counts as such. */
    assert_text_refused("label,bpp,psnr\n\"a\nb\",1,30\nx,1,?\n", "line 4");
}

static void hostile_tables_are_bounded(void **state)
{
    static const char zero[] = "bpp,psnr\n1,3\0"
                               "0\n";
    size_t size = 1 << 20;
    char *table = malloc(size + 1);
    (void)state;
    assert_non_null(table);
    assert_refused(zero, sizeof zero - 1, "byte of 0");
    memset(table, 'x', size);
    assert_refused(table, size, "longer than 255 bytes");
    memset(table, ',', size);
    assert_refused(table, size, "more than 64 columns");
    memset(table, '"', size);
    assert_refused(table, size, "longer than 255 bytes");
    size_t at = (size_t)sprintf(table, "label,bpp,psnr\n");
    for (int i = 0; i < 100; i++)
        at += (size_t)sprintf(table + at, "%d,1,30\n", i);
    assert_refused(table, at, "more than 64 curves");
    at = (size_t)sprintf(table, "bpp,psnr\n");
    for (int i = 5000; i > 0; i--)
        at += (size_t)sprintf(table + at, "%d,30\n", i);
    assert_refused(table, at, "a curve has more than 1024 points");
    free(table);
}

/* Any damage to a table is either read or refused with a message. */
static void damaged_tables_are_read_or_refused(void **state)
{
    static const char table[] =
        "label,mode,seed,step,bytes,bpp,psnr\n\"a\"\"b\",flow,1,2,300,0.5,inf\n";
    static const char bytes[] = "\",\n\r\0.e-9\xff ";
    (void)state;
    for (size_t at = 0; at < sizeof table - 1; at++)
        for (size_t k = 0; k < sizeof bytes - 1; k++) {
            char copy[sizeof table];
            struct curve_set set = {0};
            struct message message = {""};
            memcpy(copy, table, sizeof table);
            copy[at] = bytes[k];
            int result = curve_csv_parse(&set, "x.csv", copy, sizeof table - 1, &message);
            assert_int_equal(result == 0, set.n_curves > 0);
            assert_int_equal(result == 0, message.text[0] == '\0');
            curve_set_clear(&set);
        }
}

static void write_and_read(const struct curve_set *set, struct curve_set *back)
{
    char path[] = "curves-XXXXXX";
    struct message message;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    if (curve_csv_write(set, path, &message) || curve_csv_read(back, path, &message))
        fail_msg("%s", message.text);
    unlink(path);
}

/* To the six digits that are written. */
static bool is_near(double a, double b)
{
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= 5e-6 * fabs(a);
}

static void assert_round_trip(void)
{
    struct curve_set set = {0}, back = {0};
    parse(&set,
          "label,mode,seed,step,bytes,bpp,psnr,ms_ssim,butteraugli\n"
          "\"=a,\"\"b\"\"\",ancestral,42,3,1234567890123,0.1,31.234567890123456,0.987654321,1e-7\n"
          "\"=a,\"\"b\"\"\",ancestral,42,,,123456.789,inf,1,0\n"
          "c,,0,,5,0.3333333333333333,,-0.5,\n");
    write_and_read(&set, &back);
    assert_int_equal(back.n_curves, set.n_curves);
    for (int i = 0; i < set.n_curves; i++) {
        assert_string_equal(back.curves[i].label, set.curves[i].label);
        assert_int_equal(back.curves[i].mode, set.curves[i].mode);
        assert_true(back.curves[i].seed == set.curves[i].seed);
        assert_int_equal(back.curves[i].n_points, set.curves[i].n_points);
        for (size_t k = 0; k < set.curves[i].n_points; k++) {
            const struct curve_point *a = &set.curves[i].points[k], *b = &back.curves[i].points[k];
            assert_true(is_near(a->rate, b->rate) && a->bytes == b->bytes && a->step == b->step);
            for (int metric = 0; metric < N_METRICS; metric++)
                assert_true(is_near(a->values[metric], b->values[metric]));
        }
    }
    curve_set_clear(&set);
    curve_set_clear(&back);
}

static void numbers_have_six_digits(void **state)
{
    static const char path[] = "six.csv";
    struct curve_set set = {0};
    struct message message;
    size_t size;
    uint8_t *data;
    (void)state;
    parse(&set, "label,bytes,bpp,psnr\na,1234567,0.3333333333333333,31.234567890123456\n");
    assert_int_equal(curve_csv_write(&set, path, &message), 0);
    assert_int_equal(file_read(path, 1000, &data, &size, &message), 0);
    static const char row[] = "1234567,0.333333,31.2346,";
    assert_non_null(memmem(data, size, row, strlen(row)));
    unlink(path);
    free(data);
    curve_set_clear(&set);
}

static void what_is_written_comes_back(void **state)
{
    (void)state;
    assert_round_trip();
}

/* In a locale with a decimal comma, if the machine has one. */
static void numbers_do_not_depend_on_the_locale(void **state)
{
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    bool found = false;
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        found = setlocale(LC_NUMERIC, names[i]) != NULL;
    if (!found) {
        print_message("# This machine has no locale with a decimal comma\n");
        return;
    }
    assert_round_trip();
    assert_text_refused("bpp,psnr\n1,\"30,5\"\n", "no number");
    setlocale(LC_NUMERIC, "C");
}

static void files_that_are_not_there_are_named(void **state)
{
    struct curve_set set = {0};
    struct message message;
    (void)state;
    assert_int_equal(curve_csv_read(&set, "nowhere/curves.csv", &message), -1);
    assert_non_null(strstr(message.text, "nowhere/curves.csv"));
    assert_int_equal(curve_csv_write(&set, "nowhere/curves.csv", &message), -1);
    assert_non_null(strstr(message.text, "nowhere/curves.csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_columns_suffice),
        cmocka_unit_test(all_columns_are_read_in_any_order),
        cmocka_unit_test(a_curve_without_a_label_has_the_name_of_the_file),
        cmocka_unit_test(tables_of_the_benchmark_can_be_read),
        cmocka_unit_test(errors_name_file_line_and_cause),
        cmocka_unit_test(hostile_tables_are_bounded),
        cmocka_unit_test(damaged_tables_are_read_or_refused),
        cmocka_unit_test(numbers_have_six_digits),
        cmocka_unit_test(what_is_written_comes_back),
        cmocka_unit_test(numbers_do_not_depend_on_the_locale),
        cmocka_unit_test(files_that_are_not_there_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
