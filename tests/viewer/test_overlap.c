/* In every window, with texts of every size, and whatever there is to say: no text overlaps
 * another one or is cut off, all can be read, and the pictures keep a good part of the window. */
#include "draw/scene.h"
#include "scene_texts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MAX_STEPS      20
#define LEAST_CONTRAST 4.5

static const int sizes[][2] = {{320, 240},  {400, 300},   {640, 480},   {700, 500},  {800, 600},
                               {1280, 800}, {1920, 1080}, {3840, 2160}, {600, 1000}, {1080, 1920}};
static const float scales[] = {0.5F, 1, 1.6F, 2.5F, 4};

enum situation {
    BEFORE,
    DECODING,
    COMPLETE,
    CUT,
    TROUBLE,
    COMING,
    HELP,
    LONG_NAMES,
    SCRUBBING,
    N_SITUATIONS
};

static const char *const situation_names[] = {"before", "decoding",   "complete",
                                              "cut",    "trouble",    "coming",
                                              "help",   "long names", "scrubbing"};

/* ---- What there is to show ----------------------------------------------------------------- */

/* A file, what is known of it, and a pane that shows it. */
struct subject {
    struct uqd_file_step steps[MAX_STEPS];
    struct uqd_file file;
    struct progress progress;
    struct pane pane;
    struct shown_colours colours;
};

static void make_file(struct subject *subject, uint32_t n_steps, bool cut)
{
    for (uint32_t i = 0; i < n_steps; i++)
        subject->steps[i] = (struct uqd_file_step){
            (uint64_t)(900 * pow(1.0e4, (double)(i + 1) / n_steps)), 21.37 + 27.0 * i / n_steps};
    subject->steps[n_steps - 1].psnr = INFINITY;
    uint64_t bytes = subject->steps[n_steps - 1].bytes;
    subject->file = (struct uqd_file){.fd = -1,
                                      .size = cut ? bytes - 1 : bytes,
                                      .info = {.width = 3072,
                                               .height = 2048,
                                               .channels = 4,
                                               .n_steps = n_steps,
                                               .lossless = 1,
                                               .file_size = bytes},
                                      .steps = subject->steps};
}

static void complete(struct subject *subject, uint32_t n_steps)
{
    for (uint32_t i = 0; i < subject->file.info.n_steps; i++) {
        struct source_event name = {.type = SOURCE_STEP_NAME, .step = i};
        snprintf(name.text, sizeof name.text, i == 0 ? "thumbnail" : "%u", 4096u >> i);
        progress_take(&subject->progress, &name);
    }
    progress_take(&subject->progress, &(struct source_event){.type = SOURCE_STEP, .step = n_steps});
}

static void show(struct subject *subject)
{
    struct pane *pane = &subject->pane;
    pane_follow_progress(pane);
    pane->shown = picture_new(12, 8, 4);
    assert_non_null(pane->shown);
    memset(picture_pixels(pane->shown), 127, pane->shown->stride * 8);
    pane->exhibit = pane->wanted;
}

static void subject_open(struct subject *subject, enum situation situation, uint32_t n_steps)
{
    struct settings settings = {.mode = UQD_MODE_DENOISED};
    struct source_event end = {.type = SOURCE_END};
    *subject = (struct subject){.pane = {0}};
    make_file(subject, n_steps, situation == CUT);
    assert_int_equal(progress_init(&subject->progress, &subject->file), 0);
    pane_init(&subject->pane, &subject->progress, &settings);
    if (situation == BEFORE)
        return;
    complete(subject, situation == DECODING && n_steps > 1 ? n_steps / 2
                      : situation == CUT                   ? n_steps - 1
                                                           : n_steps);
    if (situation == TROUBLE)
        strcpy(end.text, "The data of step 7 are damaged: the checksum of the second of its three "
                         "chunks is wrong, so that nothing behind it can be decoded");
    if (situation != DECODING)
        progress_take(&subject->progress, &end);
    if (subject->progress.n_complete > 0)
        show(subject);
    if (situation == COMING)
        pane_set_mode(&subject->pane, UQD_MODE_ANCESTRAL, UINT64_MAX);
    if (situation == LONG_NAMES)
        strcpy(subject->colours.profile, "ProPhoto RGB, a profile with quite a long description");
}

static void subject_close(struct subject *subject)
{
    pane_clear(&subject->pane);
    progress_clear(&subject->progress);
}

/* ---- Drawing it ---------------------------------------------------------------------------- */

struct stage {
    struct scene_texts texts;
    struct subject subjects[SCENE_MAX_PANES];
    int n_panes;
    enum situation situation;
    bool short_labels;
    struct text_line point; /* of a talk */
    struct layout layout;
    struct look look;
    struct view view;
    struct difference difference;
    struct curve_set curves;
    struct frames frames; /* none */
    int help_page, n_help_pages;
};

static struct stage stage;

static void lay_out(int width, int height, float scale, bool over)
{
    const struct uqd_info *info = &stage.subjects[0].file.info;
    struct layout_wishes wishes = {
        .width = width,
        .height = height,
        .density = 1,
        .text_scale = scale,
        .curve = stage.look.curve,
        .curve_over = over,
        .filmstrip = true,
        .n_panes = stage.n_panes,
        .n_files = stage.situation == LONG_NAMES && stage.n_panes > 1 ? stage.n_panes : 0,
        .n_columns = (int)info->n_steps,
        .picture_width = (int)info->width,
        .picture_height = (int)info->height,
        .profile = stage.situation == LONG_NAMES,
        .presenting = stage.look.presenting,
        .heading = scene_has_caption(&stage.look)};
    scene_texts_init(&stage.texts, width, height);
    layout_measure(&wishes, &stage.texts.base);
    layout_compute(&stage.layout, &wishes);
    struct view_frame frame = scene_frame(&stage.layout, &stage.subjects[0].file);
    view_fit(&stage.view, &frame);
    stage.n_help_pages =
        stage.look.help ? scene_help_pages(&stage.texts.base, &stage.layout, stage.n_panes > 1) : 0;
}

static void draw(void)
{
    const bool long_names = stage.situation == LONG_NAMES;
    struct scene scene = {.surface = &stage.texts.base,
                          .layout = &stage.layout,
                          .look = &stage.look,
                          .view = &stage.view,
                          .n_panes = stage.n_panes,
                          .active = stage.n_panes - 1,
                          .difference = &stage.difference,
                          .curves = &stage.curves,
                          .pointer_x = -1,
                          .several = long_names && stage.n_panes > 1,
                          .hover = -1,
                          .point = stage.point,
                          .help_page = stage.help_page};
    for (int i = 0; i < stage.n_panes; i++)
        scene.panes[i] = (struct scene_pane){
            .pane = &stage.subjects[i].pane,
            .document = i,
            .frames = &stage.frames,
            .label = long_names && !stage.short_labels
                         ? "an/unusually/long/path/to/a-picture-of-two-parrots-lossless.uqd"
                         : "parrots.uqd",
            .colours = &stage.subjects[i].colours,
            .original_colours = &stage.subjects[i].colours};
    scene_draw(&scene);
}

/* ---- What has to hold ---------------------------------------------------------------------- */

static void fail_at(float scale, uint32_t n_steps, const char *what, const struct scene_text *a,
                    const struct scene_text *b)
{
    fail_msg("%d x %d, texts of %.0f %%, %d panes, %u steps, %s: %s: `%s` at %d, %d of %d x %d; "
             "`%s` at %d, %d",
             stage.texts.window.w, stage.texts.window.h, (double)scale * 100, stage.n_panes,
             n_steps, situation_names[stage.situation], what, a ? a->string : "", a ? a->box.x : 0,
             a ? a->box.y : 0, a ? a->box.w : 0, a ? a->box.h : 0, b ? b->string : "",
             b ? b->box.x : 0, b ? b->box.y : 0);
}

static void check_texts(float scale, uint32_t n_steps)
{
    const struct scene_text *a = NULL, *b = NULL;
    if (scene_texts_touch(&stage.texts, 1, &a, &b))
        fail_at(scale, n_steps, "texts overlap", a, b);
    /* What lies on a picture is clipped with it. */
    a = scene_texts_cut_off(&stage.texts, stage.layout.pictures, stage.layout.n_panes);
    if (a)
        fail_at(scale, n_steps, "a text is cut off", a, NULL);
    a = scene_texts_unreadable(&stage.texts, LEAST_CONTRAST);
    if (a)
        fail_at(scale, n_steps, "a text can hardly be seen", a, NULL);
}

static void check_pictures(float scale, uint32_t n_steps)
{
    const struct rect *port = &stage.layout.pictures[0], *window = &stage.layout.window;
    if (4 * port->w * port->h * stage.layout.n_panes < window->w * window->h)
        fail_at(scale, n_steps, "the pictures are small", NULL, NULL);
}

/* All labels of the buttons are whole, and there is a curve. */
static void check_panel(float scale, uint32_t n_steps)
{
    const struct rect *curve = &stage.layout.curve;
    for (int i = 0; i < N_BUTTONS; i++) {
        const struct scene_text *label = scene_texts_find(&stage.texts, buttons[i].label);
        if (!label || strcmp(label->string, buttons[i].label) != 0)
            fail_at(scale, n_steps, buttons[i].label, label, NULL);
    }
    if (curve->w < layout_px(&stage.layout, 80) || curve->h < layout_px(&stage.layout, 60))
        fail_at(scale, n_steps, "the curve has no room", NULL, NULL);
}

static void check_help(float scale, uint32_t n_steps)
{
    for (stage.help_page = 0; stage.help_page < stage.n_help_pages; stage.help_page++) {
        draw();
        check_texts(scale, n_steps);
    }
    stage.help_page = 0;
}

static void check_window(int width, int height, float scale, uint32_t n_steps)
{
    stage.look.help = stage.situation == HELP;
    for (int over = 0; over < 2; over++) {
        lay_out(width, height, scale, over);
        draw();
        check_texts(scale, n_steps);
        if (stage.look.help)
            check_help(scale, n_steps);
        else if (!stage.layout.panel_over)
            check_pictures(scale, n_steps);
        if (over && stage.layout.panel.w == 0)
            fail_at(scale, n_steps, "the panel does not come", NULL, NULL);
        if (stage.layout.panel.w > 0 && !stage.look.help)
            check_panel(scale, n_steps);
    }
}

static void check_situation(enum situation situation, int n_panes, uint32_t n_steps)
{
    stage.look = LOOK_DEFAULT;
    stage.look.unit = situation == SCRUBBING ? SCRUB_PSNR : SCRUB_STEPS;
    stage.situation = situation;
    stage.n_panes = n_panes;
    for (int i = 0; i < n_panes; i++) {
        subject_open(&stage.subjects[i], situation, n_steps);
        plotted_add(&stage.curves, i, i == 0 ? NULL : "parrots.uqd", &stage.subjects[i].progress);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof scales / sizeof *scales; k++)
            check_window(sizes[i][0], sizes[i][1], scales[k], n_steps);
    curve_set_clear(&stage.curves);
    for (int i = 0; i < n_panes; i++)
        subject_close(&stage.subjects[i]);
}

static void check_situations(uint32_t n_steps)
{
    for (int situation = 0; situation < N_SITUATIONS; situation++)
        for (int n_panes = 1; n_panes <= SCENE_MAX_PANES; n_panes++)
            check_situation((enum situation)situation, n_panes, n_steps);
}

static void files_of_ten_steps(void **state)
{
    (void)state;
    check_situations(10);
}

static void files_of_one_step(void **state)
{
    (void)state;
    check_situations(1);
}

static void files_of_twenty_steps(void **state)
{
    (void)state;
    check_situations(20);
}

/* ---- Ways back ----------------------------------------------------------------------------- */

/* Every key is on one of the pages. */
static void the_help_has_all_keys_in_the_smallest_window(void **state)
{
    static const char *const some[] = {"Right, PageDown, Space", "T", "C", "Ctrl+0", "Q, Ctrl+Q"};
    int found = 0;
    (void)state;
    stage.look = LOOK_DEFAULT;
    stage.look.help = true;
    stage.situation = HELP;
    stage.n_panes = 1;
    subject_open(&stage.subjects[0], HELP, 7);
    lay_out(320, 240, 1, false);
    assert_true(stage.n_help_pages > 1);
    for (stage.help_page = 0; stage.help_page < stage.n_help_pages; stage.help_page++) {
        draw();
        for (int i = 0; i < stage.texts.n_texts; i++)
            for (size_t k = 0; k < sizeof some / sizeof *some; k++)
                found += !strcmp(stage.texts.texts[i].string, some[k]);
    }
    stage.help_page = 0;
    subject_close(&stage.subjects[0]);
    assert_int_equal(found, sizeof some / sizeof *some);
}

/* A caption tells that there are others, and which one is shown. */
static void a_pane_alone_tells_of_the_others(void **state)
{
    (void)state;
    stage.look = LOOK_DEFAULT;
    stage.situation = COMPLETE;
    stage.n_panes = 4;
    for (int i = 0; i < 4; i++)
        subject_open(&stage.subjects[i], COMPLETE, 7);
    lay_out(320, 240, 1, false);
    draw();
    assert_int_equal(stage.layout.n_panes, 1);
    assert_non_null(scene_texts_find(&stage.texts, "4"));
    assert_non_null(scene_texts_find(&stage.texts, "of 4"));
    for (int i = 0; i < 4; i++)
        subject_close(&stage.subjects[i]);
}

/* Where there is room for a line of it only, the beginning counts. */
static void trouble_is_told_and_marked_in_the_smallest_window(void **state)
{
    (void)state;
    stage.look = LOOK_DEFAULT;
    stage.situation = TROUBLE;
    stage.n_panes = 1;
    subject_open(&stage.subjects[0], TROUBLE, 7);
    lay_out(320, 240, 1, false);
    draw();
    assert_non_null(scene_texts_find(&stage.texts, "! The data of step 7 are damaged"));
    subject_close(&stage.subjects[0]);
}

/* ---- Presentations ------------------------------------------------------------------------- */

/* Of the height of a line, in common fonts: capitals have at least so much of it. */
#define CAPITALS      0.6
#define LEAST_LETTERS 0.04

static bool overlap(const struct rect *a, const struct rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

/* Pictures, curve and the two lines of text have places of their own in the window. */
static void check_places(void)
{
    const struct layout *layout = &stage.layout;
    const struct rect *places[LAYOUT_MAX_PANES + 3] = {&layout->heading, &layout->numbers,
                                                       &layout->curve};
    int n = 3;
    for (int i = 0; i < layout->n_panes; i++)
        places[n++] = &layout->pictures[i];
    for (int i = 0; i < n; i++) {
        assert_true(places[i]->x >= 0 && places[i]->x + places[i]->w <= layout->window.w);
        assert_true(places[i]->y >= 0 && places[i]->y + places[i]->h <= layout->window.h);
        for (int k = 0; k < i; k++)
            assert_false(overlap(places[i], places[k]));
    }
}

static void open_presentation(enum situation situation, int n_panes)
{
    stage.look = LOOK_DEFAULT;
    stage.look.presenting = true;
    stage.point.text[0] = '\0';
    stage.situation = situation;
    stage.n_panes = n_panes;
    for (int i = 0; i < n_panes; i++) {
        subject_open(&stage.subjects[i], situation, 10);
        plotted_add(&stage.curves, i, i == 0 ? NULL : "parrots.uqd", &stage.subjects[i].progress);
    }
}

static void close_presentation(void)
{
    curve_set_clear(&stage.curves);
    for (int i = 0; i < stage.n_panes; i++)
        subject_close(&stage.subjects[i]);
}

static void check_presentation(int width, int height, const char *caption)
{
    strcpy(stage.look.caption, caption);
    lay_out(width, height, 1, false);
    draw();
    check_texts(1, 10);
    check_places();
}

static void nothing_overlaps_in_a_presentation(void **state)
{
    static const char *const captions[] = {
        "", "Two parrots",
        "A sentence that is far too long for one line of large letters, and even for the two lines "
        "of smaller ones that take its place, as nobody reads so much"};
    static const char *const points[] = {"", "13 / 14", "End of the talk"};
    (void)state;
    for (int situation = 0; situation < N_SITUATIONS; situation++)
        for (int n_panes = 1; n_panes <= SCENE_MAX_PANES && situation != HELP; n_panes++) {
            open_presentation((enum situation)situation, n_panes);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
                for (size_t k = 0; k < sizeof captions / sizeof *captions; k++) {
                    strcpy(stage.point.text, points[k]);
                    check_presentation(sizes[i][0], sizes[i][1], captions[k]);
                }
            close_presentation();
        }
}

/* Where the talk is, and that words and picture do not belong together yet. */
static void whoever_presents_sees_what_is_coming(void **state)
{
    (void)state;
    open_presentation(COMPLETE, 1);
    strcpy(stage.point.text, "13 / 14");
    check_presentation(1280, 720, "Two parrots");
    assert_non_null(scene_texts_find(&stage.texts, "13 / 14"));
    assert_null(scene_texts_find(&stage.texts, "computing"));
    close_presentation();
    open_presentation(COMING, 1);
    check_presentation(1280, 720, "Two parrots");
    assert_non_null(scene_texts_find(&stage.texts, "computing"));
    close_presentation();
}

/* Of a slow line in its full length, beside what is late of it. */
static void a_slow_line_is_read_in_any_window(void **state)
{
    (void)state;
    open_presentation(COMPLETE, 1);
    strcpy(stage.look.arrival, "9.6 kbit/s  ·  120.3 s  ·  144 kB");
    strcpy(stage.look.late, "12.3 s late");
    strcpy(stage.point.text, "13 / 14");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_presentation(sizes[i][0], sizes[i][1], "Two parrots");
        assert_non_null(scene_texts_find(&stage.texts, "9.6 kbit/s"));
    }
    stage.look.presenting = false;
    lay_out(1280, 800, 1, false);
    draw();
    check_texts(1, 10);
    assert_non_null(scene_texts_find(&stage.texts, "9.6 kbit/s  ·  120.3 s  ·  144 kB  ·  12.3 s"));
    close_presentation();
}

/* Not one word alone below a full line. */
static void the_lines_of_a_caption_are_about_as_long(void **state)
{
    static const char caption[] = "A title that has just one word more than a line can take";
    (void)state;
    open_presentation(COMPLETE, 1);
    check_presentation(640, 480, caption);
    const struct scene_text *first = scene_texts_find(&stage.texts, "A title");
    assert_non_null(first);
    const char *rest = caption + strlen(first->string);
    const struct scene_text *second = scene_texts_find(&stage.texts, rest + 1);
    assert_non_null(second);
    assert_true(3 * second->box.w > 2 * first->box.w && 3 * first->box.w > 2 * second->box.w);
    close_presentation();
}

/* All there is to know of the picture, in one line. */
static void an_audience_reads_the_numbers(void **state)
{
    static const int screens[][2] = {{1280, 720}, {1920, 1080}, {3840, 2160}};
    static const char *const facts[] = {"Step 9", "9.00 MB", "11.4 bpp", "∞ dB", "denoised"};
    (void)state;
    open_presentation(COMPLETE, 1);
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        check_presentation(screens[i][0], screens[i][1], "Two parrots");
        const struct scene_text *numbers = scene_texts_find(&stage.texts, facts[0]);
        const struct scene_text *caption = scene_texts_find(&stage.texts, "Two parrots");
        assert_non_null(numbers);
        assert_non_null(caption);
        for (size_t k = 0; k < sizeof facts / sizeof *facts; k++)
            if (!strstr(numbers->string, facts[k]))
                fail_msg("no %s in `%s`", facts[k], numbers->string);
        assert_true(numbers->box.h * CAPITALS >= screens[i][1] * LEAST_LETTERS);
        assert_true(caption->box.h * CAPITALS >= screens[i][1] * LEAST_LETTERS);
        const struct scene_text *axis = scene_texts_find(&stage.texts, "PSNR");
        assert_non_null(axis);
        assert_true(2 * axis->box.h >= numbers->box.h);
        assert_true(stage.layout.curve.w > screens[i][0] / 5);
        assert_true(2 * stage.layout.pictures[0].h > screens[i][1]);
    }
    close_presentation();
}

/* The curve gives its room to the picture, and a blank screen is black and empty. */
static void a_presentation_without_curve_and_blank(void **state)
{
    (void)state;
    open_presentation(COMPLETE, 1);
    check_presentation(800, 600, "");
    int with = stage.layout.pictures[0].w;
    stage.look.curve = false;
    check_presentation(800, 600, "");
    assert_true(stage.layout.pictures[0].w > with);
    assert_int_equal(stage.layout.curve.w, 0);
    stage.look.blank = true;
    draw();
    assert_int_equal(stage.texts.n_texts, 0);
    assert_int_equal(stage.texts.ground.r + stage.texts.ground.g + stage.texts.ground.b, 0);
    close_presentation();
}

static void several_files_tell_what_is_there_of_them(void **state)
{
    (void)state;
    open_presentation(LONG_NAMES, 2);
    stage.look.presenting = false;
    stage.subjects[0].file.size = 5000;
    stage.short_labels = true;
    lay_out(3840, 2160, 1, false);
    draw();
    assert_non_null(scene_texts_find(&stage.texts, "10 steps  ·  5.00 kB of 9.00 MB"));
    assert_non_null(scene_texts_find(&stage.texts, "10 steps  ·  9.00 MB"));
    stage.subjects[0].file.info.n_steps = 1;
    draw();
    assert_non_null(scene_texts_find(&stage.texts, "1 step  ·  5.00 kB of 9.00 MB"));
    stage.subjects[0].file.info.n_steps = 10;
    stage.short_labels = false;
    close_presentation();
}

/* In the usual window a caption lies on the pictures. */
static void a_caption_is_read_in_any_window(void **state)
{
    (void)state;
    for (int n_panes = 1; n_panes <= SCENE_MAX_PANES; n_panes++) {
        open_presentation(COMPLETE, n_panes);
        stage.look.presenting = false;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            strcpy(stage.look.caption, "Two parrots");
            lay_out(sizes[i][0], sizes[i][1], 1, false);
            draw();
            check_texts(1, 10);
            assert_non_null(scene_texts_find(&stage.texts, "Two"));
        }
        close_presentation();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_ten_steps),
        cmocka_unit_test(files_of_one_step),
        cmocka_unit_test(files_of_twenty_steps),
        cmocka_unit_test(the_help_has_all_keys_in_the_smallest_window),
        cmocka_unit_test(a_pane_alone_tells_of_the_others),
        cmocka_unit_test(trouble_is_told_and_marked_in_the_smallest_window),
        cmocka_unit_test(nothing_overlaps_in_a_presentation),
        cmocka_unit_test(whoever_presents_sees_what_is_coming),
        cmocka_unit_test(a_slow_line_is_read_in_any_window),
        cmocka_unit_test(the_lines_of_a_caption_are_about_as_long),
        cmocka_unit_test(an_audience_reads_the_numbers),
        cmocka_unit_test(a_presentation_without_curve_and_blank),
        cmocka_unit_test(several_files_tell_what_is_there_of_them),
        cmocka_unit_test(a_caption_is_read_in_any_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
