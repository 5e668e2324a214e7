/* Files that change while the viewer shows them, and the one that comes through standard input. */
#include "decodes.h"
#include "file.h"
#include "play.h"
#include "stage.h"

#include <fcntl.h>
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

#define FILE_NAME "changing.uqd"

/* ---- Files --------------------------------------------------------------------------------- */

static struct pixels expected; /* what the active pane is to show */

static int clear_expected(void **state)
{
    pixels_free(&expected);
    expected = (struct pixels){0};
    return play_teardown(state);
}

static void *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    void *data = malloc(*size);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *size, file), *size);
    fclose(file);
    return data;
}

/* Writes bytes from `begin` up to `end` of another file into the file, which is opened with flags
 * besides; `end` is limited to the other's. */
static void write_part(const char *from, size_t begin, size_t end, const char *path, int flags)
{
    size_t size;
    char *data = read_file(from, &size);
    end = end < size ? end : size;
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
    assert_true(fd >= 0);
    for (size_t at = begin; at < end;) {
        ssize_t n = write(fd, data + at, end - at);
        assert_true(n > 0);
        at += (size_t)n;
    }
    assert_int_equal(close(fd), 0);
    free(data);
}

/* The file has so many bytes of the other one, from the beginning. */
static void begin_file(const char *from, size_t size)
{
    unlink(FILE_NAME);
    write_part(from, 0, size, FILE_NAME, O_EXCL);
}

static void append(const char *from, size_t begin, size_t end)
{
    write_part(from, begin, end, FILE_NAME, O_APPEND);
}

/* As most programs do it: a new file takes the place of the old one. */
static void replace(const char *from)
{
    unlink("new.tmp");
    write_part(from, 0, SIZE_MAX, "new.tmp", O_EXCL);
    assert_int_equal(rename("new.tmp", FILE_NAME), 0);
}

/* As cp does it: the old file gets other bytes. */
static void overwrite(const char *from)
{
    write_part(from, 0, SIZE_MAX, FILE_NAME, O_TRUNC);
}

/* Where steps of picture.uqd end; its header before them. */
static size_t step_end[8], header_size, file_size;

static int setup(void **state)
{
    struct uqd_file file;
    struct message message;
    struct pixels pixels;
    struct uqd_encode_settings settings;
    if (stage_setup(state) || uqd_file_open(&file, "picture.uqd", "picture.uqd", &message))
        return -1;
    for (uint32_t step = 0; step < file.info.n_steps && step < 8; step++)
        step_end[step] = (size_t)file.steps[step].bytes;
    header_size = (size_t)file.info.header_size;
    file_size = (size_t)file.size;
    uqd_file_close(&file);
    /* Others of the same size: one that takes more bytes, and one that takes fewer. */
    uqd_encode_settings_default(&settings);
    screen_read("picture.png", &pixels);
    size_t n = pixels.width * (size_t)pixels.height * pixels.channels;
    uint32_t noise = 1;
    for (size_t i = 0; i < n; i++) {
        noise = noise * 1664525 + 1013904223;
        pixels.data[i] = (uint8_t)(255 - pixels.data[i] / 2 - (noise >> 27));
    }
    stage_encode("more.uqd", &pixels, &settings);
    if (image_write("more.png", IMAGE_PNG, &pixels, &message))
        return -1;
    for (size_t i = 0; i < n; i++)
        pixels.data[i] = (uint8_t)(i / 3 % pixels.width + 20 * (i % 3));
    stage_encode("less.uqd", &pixels, &settings);
    if (image_write("less.png", IMAGE_PNG, &pixels, &message))
        return -1;
    pixels_free(&pixels);
    return 0;
}

/* ---- What is shown ------------------------------------------------------------------------- */

static bool is_expected(struct app *app)
{
    const struct picture *shown = app_active(app)->shown;
    app_request_pictures(app);
    if (!app_is_idle(app) || !app_shows_wanted(app) || !shown || shown->width != expected.width ||
        shown->height != expected.height || shown->channels != expected.channels)
        return false;
    size_t row = (size_t)expected.width * expected.channels;
    for (uint32_t y = 0; y < expected.height; y++)
        if (memcmp(shown->pixels + y * shown->stride, expected.data + y * row, row))
            return false;
    return true;
}

/* Waits until nothing is left to do and the active pane shows a picture of these pixels. */
static void await_picture(const char *path)
{
    pixels_free(&expected);
    screen_read(path, &expected);
    play_until(is_expected, path);
}

/* What the viewer shows of a step of a file that does not change, into a picture. */
static void make_picture(const char *file, const char *step, const char *path)
{
    char line[64];
    PLAY(file, "--forget");
    play_until_idle();
    snprintf(line, sizeof line, "step %s", step);
    play_lines(line);
    snprintf(line, sizeof line, "export %s", path);
    play_do(line);
    assert_int_equal(play_end(), 0);
}

static uint32_t n_awaited; /* complete steps */

static bool has_steps(struct app *app)
{
    app_request_pictures(app);
    return app->documents[0]->progress.n_complete == n_awaited && app_is_idle(app) &&
           app_shows_wanted(app);
}

static void await_steps(uint32_t n)
{
    n_awaited = n;
    play_until(has_steps, "steps");
}

static const char *said;

static bool is_said(struct app *app)
{
    return strstr(app->look.feedback, said) != NULL;
}

static void await_said(const char *text)
{
    said = text;
    play_until(is_said, text);
}

/* Where the active pane stands. */
static void assert_stands(uint32_t step, double zoom)
{
    struct app *app = play_hold();
    uint32_t position = app_active(app)->wanted.position;
    double now = app->view.zoom;
    play_release();
    assert_int_equal(position, step);
    assert_true(fabs(now - zoom) < 1e-9);
}

/* The numbers that are told are those of what is shown. */
static void assert_numbers(uint64_t bytes, bool lossless)
{
    struct app *app = play_hold();
    uint64_t told = pane_described_bytes(app_active(app));
    double psnr = pane_described_psnr(app_active(app));
    play_release();
    assert_int_equal(told, bytes);
    if (isinf(psnr) != lossless)
        fail_msg("a PSNR of %g", psnr);
}

static bool is_damaged(struct app *app)
{
    return app->documents[0]->progress.trouble[0] != '\0';
}

/* ---- Growing ------------------------------------------------------------------------------- */

/* Ends of steps, places inside, and all of it. */
static void a_growing_file_is_followed(void **state)
{
    (void)state;
    begin_file("picture.uqd", step_end[1] + 3);
    PLAY(FILE_NAME, "--forget");
    await_steps(2);
    assert_numbers(step_end[1] + 3, false);
    append("picture.uqd", step_end[1] + 3, step_end[3]);
    await_steps(4);
    assert_numbers(step_end[3], false);
    append("picture.uqd", step_end[3], step_end[3] + 5); /* shown after a while */
    append("picture.uqd", step_end[3] + 5, file_size);
    await_picture("picture.png");
    assert_numbers(file_size, true);
    assert_int_equal(play_end(), 0);
}

static void a_few_bytes_more_are_shown(void **state)
{
    (void)state;
    begin_file("picture.uqd", step_end[2]);
    make_picture(FILE_NAME, "last", "before.png");
    begin_file("picture.uqd", step_end[2] + (step_end[3] - step_end[2]) / 2);
    make_picture(FILE_NAME, "last", "after.png");
    begin_file("picture.uqd", step_end[2]);
    PLAY(FILE_NAME, "--forget");
    await_picture("before.png");
    append("picture.uqd", step_end[2], step_end[2] + (step_end[3] - step_end[2]) / 2);
    await_picture("after.png");
    assert_int_equal(play_end(), 0);
}

/* The step that was chosen stays on the screen, and none that was there is decoded again. */
static void a_chosen_step_stays_while_the_file_grows(void **state)
{
    (void)state;
    begin_file("picture.uqd", step_end[2]);
    decodes_begin();
    PLAY(FILE_NAME, "--forget");
    await_steps(3);
    play_lines("zoom 3\npan 9 -5\nstep 2\nstep 1");
    append("picture.uqd", step_end[2], step_end[4] + 1);
    await_steps(5);
    assert_stands(1, 3);
    append("picture.uqd", step_end[4] + 1, file_size);
    await_steps(7);
    assert_stands(1, 3);
    assert_numbers(step_end[1], false);
    play_lines("step 2\nstep 1\nstep 0");
    assert_int_equal(play_end(), 0);
    assert_int_equal(decodes_again(), 0);
}

static void both_panes_of_a_growing_file_go_on(void **state)
{
    (void)state;
    begin_file("picture.uqd", step_end[2]);
    PLAY(FILE_NAME, "--forget");
    await_steps(3);
    play_lines("compare side\nlink off\npane 2\nstep 1\nmode flow\npane 1");
    append("picture.uqd", step_end[2], file_size);
    await_picture("picture.png");
    struct app *app = play_hold();
    struct exhibit second = app->panes[1].exhibit;
    int n_panes = app->n_panes;
    play_release();
    assert_int_equal(n_panes, 2);
    assert_int_equal(second.position, 1);
    assert_int_equal(second.mode, UQD_MODE_FLOW);
    assert_int_equal(play_end(), 0);
}

/* Nothing can be shown yet, and that is no error. */
static void a_file_may_begin_with_its_header_alone(void **state)
{
    (void)state;
    begin_file("picture.uqd", header_size);
    PLAY(FILE_NAME, "--forget");
    append("picture.uqd", header_size, step_end[0]);
    await_steps(1);
    append("picture.uqd", step_end[0], file_size);
    await_picture("picture.png");
    assert_int_equal(play_end(), 0);
}

/* The reference of the command line is read once, however often the file is opened. */
static void the_reference_stays_while_the_file_grows(void **state)
{
    (void)state;
    begin_file("picture.uqd", step_end[2]);
    PLAY(FILE_NAME, "--forget", "--reference", "picture.png");
    await_steps(3);
    const struct picture *reference = play_hold()->documents[0]->progress.reference;
    play_release();
    assert_non_null(reference);
    append("picture.uqd", step_end[2], file_size);
    await_picture("picture.png");
    const struct picture *after = play_hold()->documents[0]->progress.reference;
    play_release();
    assert_ptr_equal(reference, after);
    assert_int_equal(play_end(), 0);
}

/* ---- Replaced ------------------------------------------------------------------------------ */

static void another_picture_of_the_size_keeps_zoom_and_step(void **state)
{
    static const char *const files[] = {"more.uqd", "less.uqd", "picture.uqd"};
    (void)state;
    for (int i = 0; i < 3; i++)
        make_picture(files[i], "2",
                     files[i][0] == 'm'   ? "more-2.png"
                     : files[i][0] == 'l' ? "less-2.png"
                                          : "picture-2.png");
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    play_until_idle();
    play_lines("zoom 3\npan 9 -5\nstep 2");
    await_picture("picture-2.png");
    replace("more.uqd");
    await_picture("more-2.png");
    assert_stands(2, 3);
    replace("less.uqd");
    await_picture("less-2.png");
    assert_stands(2, 3);
    assert_int_equal(play_end(), 0);
}

/* The inode stays, so that the old bytes are nowhere any more. */
static void a_file_may_be_written_anew_in_place(void **state)
{
    (void)state;
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    await_picture("picture.png");
    overwrite("more.uqd");
    await_picture("more.png");
    overwrite("less.uqd");
    await_picture("less.png");
    overwrite("picture.uqd");
    await_picture("picture.png");
    assert_int_equal(play_end(), 0);
}

/* Slowly, so that the viewer sees all states in between. */
static void a_file_may_be_written_anew_piece_by_piece(void **state)
{
    (void)state;
    replace("more.uqd");
    PLAY(FILE_NAME, "--forget");
    await_picture("more.png");
    assert_int_equal(truncate(FILE_NAME, 0), 0);
    await_said("the file is empty");
    append("less.uqd", 0, 10);
    append("less.uqd", 10, SIZE_MAX);
    await_picture("less.png");
    assert_int_equal(play_end(), 0);
}

static void a_picture_of_another_size_keeps_zoom_and_step(void **state)
{
    (void)state;
    make_picture("other.uqd", "2", "other-2.png");
    make_picture("large.uqd", "2", "large-2.png");
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    play_until_idle();
    play_lines("zoom 3\nstep 2");
    replace("other.uqd");
    await_picture("other-2.png");
    assert_stands(2, 3);
    replace("large.uqd");
    await_picture("large-2.png");
    assert_stands(2, 3);
    assert_int_equal(play_end(), 0);
}

static void both_panes_of_a_replaced_file_show_the_new_one(void **state)
{
    (void)state;
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    play_until_idle();
    play_lines("compare side");
    replace("more.uqd");
    await_picture("more.png");
    play_lines("pane 2\noriginal on");
    await_picture("more.png");
    assert_int_equal(play_end(), 0);
}

/* Pictures of different sizes are never beside each other. */
static void a_pair_that_no_longer_fits_is_taken_apart(void **state)
{
    (void)state;
    replace("picture.uqd");
    PLAY("picture.uqd", FILE_NAME, "--forget");
    play_until_idle();
    assert_int_equal(play_hold()->look.comparison, COMPARE_SIDE);
    play_release();
    replace("other.uqd");
    await_said("anew");
    play_until_idle();
    struct app *app = play_hold();
    enum comparison comparison = app->look.comparison;
    int n_seen = app->layout.n_panes;
    play_release();
    assert_int_equal(comparison, COMPARE_OFF);
    assert_int_equal(n_seen, 1);
    assert_int_equal(play_end(), 0);
}

/* ---- Cut, gone, spoilt --------------------------------------------------------------------- */

static void a_cut_file_shows_what_is_left_and_one_that_is_gone_what_was_there(void **state)
{
    (void)state;
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    await_picture("picture.png");
    assert_int_equal(truncate(FILE_NAME, (off_t)step_end[2]), 0);
    await_steps(3);
    assert_numbers(step_end[2], false);
    replace("picture.uqd");
    await_picture("picture.png");
    assert_int_equal(unlink(FILE_NAME), 0);
    await_said("is gone");
    play_lines("step 2\nstep last");
    await_picture("picture.png");
    replace("more.uqd");
    await_picture("more.png");
    assert_int_equal(play_end(), 0);
}

static void a_spoilt_file_is_told_and_may_become_good_again(void **state)
{
    (void)state;
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    await_picture("picture.png");
    replace("garbage.uqd");
    await_said("The file has changed, but: " FILE_NAME ": is not a .uqd file");
    await_picture("picture.png");
    play_lines("step 1\nmode ancestral\nmode denoised\nstep last");
    await_picture("picture.png");
    replace("empty.uqd");
    await_said("the file is empty");
    replace("more.uqd");
    await_picture("more.png");
    assert_int_equal(play_end(), 0);
}

/* A header may be good and nothing behind it: that ends no viewer that has shown something. */
static void a_file_that_becomes_damaged_does_not_end_the_viewer(void **state)
{
    size_t size;
    uint8_t *data = read_file("more.uqd", &size);
    struct uqd_file file;
    struct message message;
    (void)state;
    assert_int_equal(uqd_file_open(&file, "more.uqd", "more.uqd", &message), 0);
    size_t begin = (size_t)file.info.header_size;
    uqd_file_close(&file);
    for (size_t i = begin; i < size; i++)
        data[i] ^= 0x55;
    assert_int_equal(file_write("spoilt.uqd", data, size, &message), 0);
    free(data);
    replace("picture.uqd");
    PLAY(FILE_NAME, "--forget");
    await_picture("picture.png");
    replace("spoilt.uqd");
    play_until(is_damaged, "damage");
    replace("more.uqd");
    await_picture("more.png");
    assert_int_equal(play_end(), 1); /* it was told */
}

/* ---- Standard input ------------------------------------------------------------------------ */

/* Makes a descriptor standard input; returns the one that was. */
static int become_input(int fd)
{
    int before = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    return before;
}

static void put_back_input(int before)
{
    if (before < 0) {
        close(STDIN_FILENO);
        return;
    }
    assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
    close(before);
}

static void send_part(int fd, size_t begin, size_t end)
{
    size_t size;
    char *data = read_file("picture.uqd", &size);
    end = end < size ? end : size;
    while (begin < end) {
        ssize_t n = write(fd, data + begin, end - begin);
        assert_true(n > 0);
        begin += (size_t)n;
    }
    free(data);
}

static void standard_input_is_shown_as_it_comes(void **state)
{
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    int before = become_input(ends[0]);
    PLAY("-", "--forget");
    send_part(ends[1], 0, 7);
    send_part(ends[1], 7, step_end[1]);
    await_steps(2);
    play_lines("step 0");
    send_part(ends[1], step_end[1], step_end[3] + 2);
    await_steps(4);
    assert_stands(0, play_hold()->view.zoom);
    play_release();
    play_lines("step last");
    send_part(ends[1], step_end[3] + 2, SIZE_MAX);
    close(ends[1]);
    await_picture("picture.png");
    assert_numbers(file_size, true);
    play_refused("open -", "standard input can be read once only");
    assert_int_equal(play_end(), 0);
    put_back_input(before);
}

static void a_file_as_standard_input_is_shown(void **state)
{
    (void)state;
    int before = become_input(open("picture.uqd", O_RDONLY | O_CLOEXEC));
    PLAY("-", "--forget");
    await_picture("picture.png");
    assert_int_equal(play_end(), 0);
    put_back_input(before);
}

static void bad_standard_input_is_refused(void **state)
{
    static const struct {
        const char *file, *argument, *part;
    } cases[] = {
        {"garbage.uqd", "--no-daemon", "uqd-view: standard input: is not a .uqd file"},
        {"empty.uqd", "--no-daemon", "uqd-view: standard input: the file is empty"},
        {"header.uqd", "--no-daemon", "uqd-view: standard input: the file ends inside its header"},
        {"picture.uqd", "-", "standard input can be read once only"},
    };
    FILE *script = fopen("quit.txt", "w");
    (void)state;
    assert_non_null(script);
    fputs("wait idle\nquit\n", script);
    fclose(script);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const argv[] = {UQD_VIEW,   "-", cases[i].argument, "--no-daemon", "--script",
                                    "quit.txt", NULL};
        struct process_result result;
        size_t size;
        void *data = read_file(cases[i].file, &size);
        assert_int_equal(process_run(&result, argv, data, size, 120), 0);
        stage_assert_fails(&result, 1, cases[i].part);
        process_result_free(&result);
        free(data);
    }
}

#define TEST(function) cmocka_unit_test_teardown(function, clear_expected)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_growing_file_is_followed),
        TEST(a_few_bytes_more_are_shown),
        TEST(a_chosen_step_stays_while_the_file_grows),
        TEST(both_panes_of_a_growing_file_go_on),
        TEST(a_file_may_begin_with_its_header_alone),
        TEST(the_reference_stays_while_the_file_grows),
        TEST(another_picture_of_the_size_keeps_zoom_and_step),
        TEST(a_file_may_be_written_anew_in_place),
        TEST(a_file_may_be_written_anew_piece_by_piece),
        TEST(a_picture_of_another_size_keeps_zoom_and_step),
        TEST(both_panes_of_a_replaced_file_show_the_new_one),
        TEST(a_pair_that_no_longer_fits_is_taken_apart),
        TEST(a_cut_file_shows_what_is_left_and_one_that_is_gone_what_was_there),
        TEST(a_spoilt_file_is_told_and_may_become_good_again),
        TEST(a_file_that_becomes_damaged_does_not_end_the_viewer),
        TEST(standard_input_is_shown_as_it_comes),
        TEST(a_file_as_standard_input_is_shown),
        TEST(bad_standard_input_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, stage_teardown);
}
