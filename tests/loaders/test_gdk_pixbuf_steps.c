/* Which steps of a file the module for gdk-pixbuf shows, without gdk-pixbuf and its clock. */
#include "loader_file.h"
#include "loading.h"
#include "pace.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- What pictures may cost ---------------------------------------------------------------- */

static void test_pace(void **state)
{
    static const struct {
        struct pace pace;
        gint64 now;
        gboolean allowed;
    } cases[] = {
        {{0, 0, 0}, 0, TRUE},
        {{0, 1000, 0}, 1000, TRUE},
        {{0, 1000, 250}, 1250, TRUE}, /* a file at hand: a quarter of the decoding */
        {{0, 1000, 251}, 1251, FALSE},
        {{0, 0, 251}, 502, TRUE}, /* as long as was waited */
        {{0, 0, 252}, 503, FALSE},
        {{0, 1000, 1000}, 2749, FALSE},
        {{0, 1000, 1000}, 2750, TRUE},
        {{500, 1000, 1000}, 2750, FALSE},
        {{500, 1000, 1000}, 3250, TRUE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (pace_allows(&cases[i].pace, cases[i].now) != cases[i].allowed)
            fail_msg("case %zu", i);
}

/* ---- Which pictures are shown -------------------------------------------------------------- */

struct shown {
    unsigned n_sized, n_prepared, n_updated;
};

static void on_size(gint *width, gint *height, gpointer data)
{
    struct shown *shown = data;
    assert_true(*width > 0 && *height > 0);
    shown->n_sized++;
}

static void on_prepared(GdkPixbuf *pixbuf, GdkPixbufAnimation *animation, gpointer data)
{
    struct shown *shown = data;
    assert_non_null(pixbuf);
    assert_null(animation);
    shown->n_prepared++;
}

static void on_updated(GdkPixbuf *pixbuf, int x, int y, int width, int height, gpointer data)
{
    struct shown *shown = data;
    assert_non_null(pixbuf);
    assert_true(x == 0 && y == 0 && width > 0 && height > 0);
    shown->n_updated++;
}

/* Where no time goes by, every picture is allowed. */
static gint64 stand_still(void)
{
    return 0;
}

static gpointer begin(struct shown *shown)
{
    *shown = (struct shown){0};
    gpointer loading = loading_begin(on_size, on_prepared, on_updated, shown, NULL);
    assert_non_null(loading);
    loading_set_clock(loading, stand_still);
    return loading;
}

/* How many steps end within so many bytes, of which several may end at the same one. */
static unsigned count_ends(const struct loader_file_info *file, uint64_t size)
{
    unsigned n = 0;
    uint64_t last = 0;
    for (uint32_t i = 0; i < file->info.n_steps && file->step_bytes[i] <= size; i++) {
        n += file->step_bytes[i] > last;
        last = file->step_bytes[i];
    }
    return n;
}

static void test_every_step(void **state)
{
    struct shown shown;
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    gpointer loading = begin(&shown);
    for (size_t n = 1; n <= size; n++) {
        assert_true(loading_increment(loading, data + n - 1, 1, NULL));
        assert_int_equal(shown.n_sized, n >= file.info.header_size);
        assert_int_equal(shown.n_prepared, n >= file.step_bytes[0]);
        assert_int_equal(shown.n_updated, count_ends(&file, n));
    }
    assert_true(shown.n_updated > 3);
    assert_true(loading_stop(loading, NULL));
    assert_int_equal(shown.n_updated, count_ends(&file, size));
    free(data);
}

/* Of the steps in one piece only the last one is shown, and part of a step at the end. */
static void test_pieces(void **state)
{
    struct shown shown;
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    const uint64_t piece = file.step_bytes[2], cut = file.step_bytes[3] - 1;
    uint8_t *data = scratch_read("a.uqd", &size);
    assert_true(piece < cut && piece > file.step_bytes[1]);
    gpointer loading = begin(&shown);
    assert_true(loading_increment(loading, data, (guint)piece, NULL));
    assert_int_equal(shown.n_updated, 1);
    assert_true(loading_increment(loading, data + piece, (guint)(cut - piece), NULL));
    assert_int_equal(shown.n_updated, 1);
    assert_true(loading_stop(loading, NULL));
    assert_int_equal(shown.n_prepared, 1);
    assert_int_equal(shown.n_updated, 2);
    free(data);
}

/* A clock that goes back: all that is spent counts for more than was waited. */
static gint64 clock_time;

static gint64 go_back(void)
{
    return clock_time -= 1000;
}

/* Where no picture between them is allowed, the first and the last are shown all the same. */
static void test_first_and_last(void **state)
{
    struct shown shown;
    size_t size;
    (void)state;
    loader_file_write(45, 40, 3);
    const struct loader_file_info file = loader_file_read_info();
    uint8_t *data = scratch_read("a.uqd", &size);
    gpointer loading = begin(&shown);
    loading_set_clock(loading, go_back);
    for (size_t i = 0; i < size; i++)
        assert_true(loading_increment(loading, data + i, 1, NULL));
    assert_in_range(shown.n_updated, 2, count_ends(&file, size) - 1);
    assert_true(loading_stop(loading, NULL));
    free(data);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_every_step),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_first_and_last),
    };
    if (argc < 2)
        return 2;
    loader_file_uqd(realpath(argv[1], NULL));
    return cmocka_run_group_tests_name("gdk_pixbuf_steps", tests, loader_file_setup,
                                       scratch_teardown);
}
