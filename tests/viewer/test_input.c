/* The viewer in a window that is none: keys and the pointer do what the table of commands says. The
 * window is given input, and what is drawn is read by its texts and pictures. */
#include "app/app.h"
#include "stage.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { WIDTH = 800, HEIGHT = 600, N_STEPS = 7 };

/* Something that is done, and a text that is on the screen afterwards, or after ! is not. */
struct deed {
    struct input input;
    const char *text;
};

struct fake {
    struct backend base;
    struct surface surface;
    const struct deed *deeds; /* the last one quits */
    bool ready;               /* the script took its screenshot: input may come */
    int done;
    char texts[16384]; /* of the last frame */
    char title[512];
    struct view_rect placed; /* the picture of the last frame, if there is one file */
    uint64_t time;
    pthread_mutex_t lock;
    pthread_cond_t called;
    bool woken;
    bool pointer_hidden;
};

static struct fake fake;

/* ---- Its surface --------------------------------------------------------------------------- */

static void begin(struct surface *surface, struct colour ground, float text_scale)
{
    (void)surface;
    (void)ground;
    (void)text_scale;
    fake.texts[0] = '\0';
}

static void clip(struct surface *surface, const struct rect *rect)
{
    (void)surface;
    (void)rect;
}

static void fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    (void)surface;
    (void)rect;
    (void)colour;
}

static void round_rect(struct surface *surface, const struct rect *rect, float radius,
                       struct colour colour)
{
    (void)radius;
    fill(surface, rect, colour);
}

static void line(struct surface *surface, struct point from, struct point to, float width,
                 struct colour colour)
{
    (void)surface;
    (void)from;
    (void)to;
    (void)width;
    (void)colour;
}

static void disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    (void)surface;
    (void)x;
    (void)y;
    (void)radius;
    (void)colour;
}

static int text_height(struct surface *surface, enum text_size size)
{
    (void)surface;
    return size == TEXT_BIG ? 30 : 14;
}

static int text_width(struct surface *surface, enum text_size size, const char *string)
{
    (void)surface;
    (void)size;
    return 6 * (int)strlen(string);
}

static void text(struct surface *surface, enum text_size size, struct colour colour,
                 enum text_align align, int x, int y, const char *string)
{
    size_t length = strlen(fake.texts);
    (void)surface;
    (void)size;
    (void)colour;
    (void)align;
    (void)x;
    (void)y;
    snprintf(fake.texts + length, sizeof fake.texts - length, "%s\n", string);
}

/* The larger pictures are not those of the strip. */
static void picture(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed)
{
    (void)surface;
    if (port->w > WIDTH / 3)
        fake.placed = placed->place;
}

static const struct surface_type surface_type = {.begin = begin,
                                                 .clip = clip,
                                                 .fill = fill,
                                                 .round_rect = round_rect,
                                                 .line = line,
                                                 .disc = disc,
                                                 .text_height = text_height,
                                                 .text_width = text_width,
                                                 .text = text,
                                                 .picture = picture};

/* ---- Its window ---------------------------------------------------------------------------- */

static uint64_t now(struct backend *backend)
{
    (void)backend;
    return fake.time;
}

static void wake(struct backend *backend)
{
    (void)backend;
    pthread_mutex_lock(&fake.lock);
    fake.woken = true;
    pthread_cond_signal(&fake.called);
    pthread_mutex_unlock(&fake.lock);
}

static void wait_for_call(void)
{
    pthread_mutex_lock(&fake.lock);
    while (!fake.woken)
        pthread_cond_wait(&fake.called, &fake.lock);
    fake.woken = false;
    pthread_mutex_unlock(&fake.lock);
}

static void check_texts(const struct deed *deed)
{
    if (!deed->text)
        return;
    bool wanted = deed->text[0] != '!';
    const char *part = deed->text + !wanted;
    if ((strstr(fake.texts, part) != NULL) != wanted)
        fail_msg("after deed %d there is %s \"%s\", but:\n%s", fake.done, wanted ? "no" : "a", part,
                 fake.texts);
}

/* One deed at a time, so that the window is drawn after each. */
static bool wait_for_input(struct backend *backend, int timeout, struct input *input)
{
    (void)backend;
    *input = (struct input){.type = INPUT_NONE};
    if (timeout == 0)
        return false;
    if (!fake.ready) {
        wait_for_call();
        return true;
    }
    if (fake.done > 0)
        check_texts(&fake.deeds[fake.done - 1]);
    *input = fake.deeds[fake.done++].input;
    if (input->type == INPUT_NONE)
        fake.time += (uint64_t)input->turn;
    return true;
}

static struct backend_size size(struct backend *backend)
{
    (void)backend;
    return (struct backend_size){.width = WIDTH, .height = HEIGHT, .density = 1};
}

static void resize(struct backend *backend, int width, int height)
{
    (void)backend;
    (void)width;
    (void)height;
}

static void set_title(struct backend *backend, const char *title)
{
    (void)backend;
    snprintf(fake.title, sizeof fake.title, "%s", title);
}

static void set_fullscreen(struct backend *backend, bool on)
{
    (void)backend;
    (void)on;
}

static bool is_fullscreen(struct backend *backend)
{
    (void)backend;
    return false;
}

static void show_pointer(struct backend *backend, bool on)
{
    (void)backend;
    fake.pointer_hidden = !on;
}

static void show(struct backend *backend)
{
    (void)backend;
}

static int screenshot(struct backend *backend, const char *path, struct message *message)
{
    (void)backend;
    (void)path;
    (void)message;
    fake.ready = true;
    return 0;
}

static void close_fake(struct backend *backend)
{
    (void)backend;
}

static const struct backend_type backend_type = {.now = now,
                                                 .wake = wake,
                                                 .wait = wait_for_input,
                                                 .size = size,
                                                 .resize = resize,
                                                 .set_title = set_title,
                                                 .set_fullscreen = set_fullscreen,
                                                 .is_fullscreen = is_fullscreen,
                                                 .show_pointer = show_pointer,
                                                 .show = show,
                                                 .screenshot = screenshot,
                                                 .close = close_fake};

static int open_fake(struct backend **backend, const struct backend_wishes *wishes,
                     struct message *message)
{
    (void)wishes;
    (void)message;
    *backend = &fake.base;
    return 0;
}

/* Shows files, does everything, and fails unless the texts are there. */
static void run_deeds(const struct deed *deeds, const char *first, const char *second)
{
    char program[] = "uqd-view", local[] = "--no-daemon", option[] = "--script",
         path[] = "ready.txt", files[2][32] = {"", ""};
    char *argv[] = {program, local, option, path, files[0], second ? files[1] : NULL, NULL};
    snprintf(files[0], sizeof files[0], "%s", first);
    snprintf(files[1], sizeof files[1], "%s", second ? second : "");
    FILE *script = fopen(path, "w");
    assert_non_null(script);
    fputs("wait idle\nscreenshot ready.png\n", script);
    assert_int_equal(fclose(script), 0);
    fake = (struct fake){.base = {&backend_type, &fake.surface},
                         .surface.type = &surface_type,
                         .deeds = deeds,
                         .lock = PTHREAD_MUTEX_INITIALIZER,
                         .called = PTHREAD_COND_INITIALIZER};
    assert_int_equal(app_main(second ? 6 : 5, argv, open_fake), 0);
}

/* ---- Deeds --------------------------------------------------------------------------------- */

/* Where everything lies. */
static struct layout place(int n_panes)
{
    struct layout layout;
    const struct layout_wishes wishes = {.width = WIDTH,
                                         .height = HEIGHT,
                                         .density = 1,
                                         .text_scale = 1,
                                         .curve = true,
                                         .filmstrip = true,
                                         .n_panes = n_panes,
                                         .n_columns = N_STEPS,
                                         .picture_width = 96,
                                         .picture_height = 64};
    layout_compute(&layout, &wishes);
    return layout;
}

static struct input key(const char *name)
{
    struct input input = {.type = INPUT_KEY};
    snprintf(input.key, sizeof input.key, "%s", name);
    return input;
}

static struct input key_up(const char *name)
{
    struct input input = key(name);
    input.type = INPUT_KEY_UP;
    return input;
}

static struct input press(int x, int y, int clicks)
{
    return (struct input){.type = INPUT_PRESS, .x = x, .y = y, .clicks = clicks};
}

static struct input release(int x, int y)
{
    return (struct input){.type = INPUT_RELEASE, .x = x, .y = y};
}

static struct input move(int x, int y, float dx, float dy)
{
    return (struct input){.type = INPUT_MOTION, .x = x, .y = y, .dx = dx, .dy = dy};
}

static struct input wheel(int x, int y, int turn)
{
    return (struct input){.type = INPUT_WHEEL, .x = x, .y = y, .turn = turn};
}

static const struct input quit = {.type = INPUT_QUIT};

/* Time that passes. */
static struct input pass(int milliseconds)
{
    return (struct input){.type = INPUT_NONE, .turn = milliseconds};
}

static void keys_run_commands(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("Home"), "Step 0"},
        {key("Right"), "Step 1"},
        {key("Shift+PageDown"), "Step 2"}, /* which is not bound with Shift */
        {key("="), "Zoom"},
        {key("Shift+Left"), NULL},
        {key("H"), "Keys and commands"},
        {key("Escape"), "Step 2"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

static void the_original_is_seen_while_its_key_is_down(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("Home"), "Step 0"},
        {key("R"), "Original (lossless step)"},
        {key("R"), "Original (lossless step)"}, /* a key repeats while it is down */
        {key_up("R"), "Decoded picture"},
        {key_up("Home"), "Decoded picture"}, /* nothing is bound to that */
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
    assert_null(strstr(fake.texts, "Original"));
}

static void the_strip_is_dragged_to_a_step(void **state)
{
    struct layout layout = place(1);
    const struct rect *track = &layout.strip.track;
    int column = track->w / N_STEPS, y = track->y + track->h / 2;
    (void)state;
    const struct deed deeds[] = {
        {press(track->x + column / 2, y, 1), "Step 0"},
        {move(track->x + 3 * column + column / 2, y, 0, 0), "Step 3"},
        {move(WIDTH - 1, 0, 0, 0), "Step 6"}, /* outside, still dragged */
        {move(0, 0, 0, 0), "Step 0"},
        {release(0, 0), NULL},
        {move(WIDTH - 1, y, 0, 0), "Step 0"},
        {wheel(track->x, y, -1), "Step 1"},
        {wheel(track->x, y, 1), "Step 0"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

/* The point under the pointer stays there. */
static void the_wheel_zooms_about_the_pointer(void **state)
{
    struct layout layout = place(1);
    const struct rect *port = &layout.pictures[0];
    int x = port->w / 2 + 10, y = port->h / 2 - 20;
    (void)state;
    const struct deed deeds[] = {
        {wheel(port->x + x, port->y + y, 3), "Zoom 600 %"},
        {wheel(port->x + x, port->y + y, 1), "Zoom 800 %"},
        {quit, NULL},
    };
    const struct deed back[] = {
        {press(port->x + x, port->y + y, 1), NULL},
        {move(port->x + x, port->y + y, 30, 0), NULL},
        {release(port->x + x, port->y + y), NULL},
        {wheel(port->x + x, port->y + y, 1), NULL},
        {press(port->x + x, port->y + y, 2),
         "!Whole picture"}, /* after a drag it is no double click */
        {release(port->x + x, port->y + y), NULL},
        {press(port->x + x, port->y + y, 2), "Whole picture"},
        {quit, NULL},
    };
    run_deeds(back, "picture.uqd", NULL);
    struct view_rect whole = fake.placed;
    run_deeds(deeds, "picture.uqd", NULL);
    struct view_rect large = fake.placed;
    assert_int_equal(large.width, 8 * 96);
    double before = (double)(x - whole.x) / whole.width,
           after = (double)(x - large.x) / large.width;
    assert_true(before - after < 0.005 && after - before < 0.005);
}

static void a_dragged_picture_follows(void **state)
{
    struct layout layout = place(1);
    const struct rect *port = &layout.pictures[0];
    int x = port->x + port->w / 2, y = port->y + port->h / 2;
    (void)state;
    const struct deed still[] = {
        {key("="), NULL}, {key("="), NULL}, {key("="), NULL}, {quit, NULL}};
    const struct deed dragged[] = {
        {key("="), NULL},
        {key("="), NULL},
        {key("="), NULL},
        {press(x, y, 1), NULL},
        {move(x + 9, y - 4, 9, -4), NULL},
        {release(x + 9, y - 4), NULL},
        {move(x, y, -9, 4), NULL},
        {quit, NULL},
    };
    run_deeds(still, "picture.uqd", NULL);
    struct view_rect before = fake.placed;
    run_deeds(dragged, "picture.uqd", NULL);
    assert_int_equal(fake.placed.x, before.x + 9);
    assert_int_equal(fake.placed.y, before.y - 4);
}

static void a_press_leaves_the_help_and_buttons_work(void **state)
{
    struct layout layout = place(1);
    const struct rect *flow = &layout.buttons[BUTTON_FLOW], *help = &layout.buttons[BUTTON_HELP];
    (void)state;
    const struct deed deeds[] = {
        {press(flow->x + 5, flow->y + 5, 1), "Step 6, flow, is coming ..."},
        {release(flow->x + 5, flow->y + 5), NULL},
        {press(help->x + 5, help->y + 5, 1), "Keys and commands"},
        {release(help->x + 5, help->y + 5), NULL},
        {press(flow->x + 5, flow->y + 5, 1), NULL},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
    assert_null(strstr(fake.texts, "Keys and commands"));
}

static void a_press_chooses_the_pane(void **state)
{
    struct layout layout = place(2);
    const struct rect *left = &layout.pictures[0], *right = &layout.pictures[1];
    const struct rect *strip = &layout.strip.track;
    (void)state;
    const struct deed deeds[] = {
        {press(right->x + 9, right->y + 9, 1), "Commands are for other-name.uqd"},
        {release(right->x + 9, right->y + 9), NULL},
        {key("Ctrl+Z"), NULL}, /* bound to nothing */
        {press(left->x + 9, left->y + 9, 1), "Commands are for picture.uqd"},
        {release(left->x + 9, left->y + 9), NULL},
        {press(right->x + 9, right->y + 9, 1), "Commands are for other-name.uqd"},
        {release(right->x + 9, right->y + 9), NULL},
        {press(strip->x + strip->w / N_STEPS / 2, strip->y + 2, 1), "nearest rate"},
        {key("X"), "Commands are for picture.uqd"}, /* the strip is that of the active one */
        {quit, NULL},
    };
    assert_int_equal(symlink("picture.uqd", "other-name.uqd"), 0);
    run_deeds(deeds, "picture.uqd", "other-name.uqd");
}

/* What a command did can be read for five seconds; before what is going on, and without a change of
 * what is shown. */
static void what_was_done_is_said_for_a_while(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("="), "Zoom 600 %"},
        {pass(4999), "Zoom 600 %"},
        {pass(0), "!All 7 steps are decoded"},
        {pass(1), "All 7 steps are decoded"},
        {pass(0), "!Zoom 600 %"},
        {key("F"), "Mode: flow"},
        {pass(4000), "!Computing"}, /* it is being computed */
        {key("J"), "The scrubber counts in bytes"},
        {pass(4000), "The scrubber counts in bytes"}, /* five seconds from the last command on */
        {pass(1000), "!The scrubber counts in bytes"},
        {key("="), "Zoom 800 %"},
        {key("Home"), "!Zoom 800 %"}, /* a step speaks for itself */
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

/* Z, where nothing is compared yet, begins to. */
static void flickering_shows_the_other_pane(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("5"), "Side by side"},
        {key("X"), "Commands are for the pane with the original picture"},
        {key("Return"), "Commands are for the pane with the denoised picture"},
        {key("7"), "Flicker: hold Z to see the other picture"},
        {key("Z"), NULL},
        {key_up("Z"), NULL},
        {key("4"), "One picture alone"},
        {key("X"), "`pane` needs several panes: see `compare`"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

/* What is not possible is said, and nothing else happens. */
static void refusals_are_said(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("X"), "`pane` needs several panes: see `compare`"},
        {key("L"), "`link` needs several panes: see `compare`"},
        {key("Ctrl+PageDown"), "`file` needs several files: see `open`"},
        {key("Ctrl+PageUp"), "`file` needs several files: see `open`"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

/* Every press of a key takes its step, and the ends hold. */
static void keys_change_amounts(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("]"), "Differences are shown 8 times as large"},
        {key("]"), "16 times"},
        {key("]"), "32 times"},
        {key("]"), "64 times"},
        {key("]"), "64 times"},
        {key("["), "32 times"},
        {key("*"), "Differences without their sign"},
        {key("*"), "Signed differences"},
        {key("Ctrl+Left"), "0 % of the way from denoised to ancestral"},
        {key("Ctrl+Right"), "10 % of the way from denoised to ancestral"},
        {key("Ctrl+Right"), "20 % of the way"},
        {key("A"), "Mode: ancestral"},
        {key("Ctrl+Right"), "100 % of the way"},
        {key("Ctrl+Left"), "90 % of the way"},
        {key("J"), "The scrubber counts in bytes"},
        {key("J"), "The scrubber counts in bits per pixel"},
        {key("J"), "The scrubber counts in PSNR"},
        {key("J"), "The scrubber counts in steps"},
        {key("E"), "Map: error"},
        {key("E"), "Map: off"},
        {key("V"), "Map: variance"},
        {key("U"), "Map: bits"},
        {key("U"), "Map: off"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
}

/* The keys of a remote control go through the points; what else is done in between is no point. */
static void a_presenter_goes_through_the_points(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("F5"), "!Denoised"},
        {key("PageDown"), "Step 0"},
        {key("PageDown"), "Step 1"},
        {key("Right"), "Step 2"},
        {key("Right"), "Step 3"},
        {key("PageDown"), "Step 2"}, /* the point after step 1 */
        {key("Backspace"), "Step 1"},
        {key("B"), "!Step"},
        {key("B"), "Step 1"},
        {key("Space"), "Step 2"},
        {key("PageUp"), "Step 1"},
        {key("Escape"), "Denoised"},
        {key("PageDown"), "Step 2"},
        {key("F5"), "!Denoised"},
        {quit, NULL},
    };
    run_deeds(deeds, "picture.uqd", NULL);
    assert_true(fake.pointer_hidden);
}

static void escape_brings_the_pointer_back(void **state)
{
    (void)state;
    const struct deed deeds[] = {
        {key("F5"), "!Denoised"}, {key("Escape"), "Denoised"}, {quit, NULL}};
    run_deeds(deeds, "picture.uqd", NULL);
    assert_false(fake.pointer_hidden);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_run_commands),
        cmocka_unit_test(the_original_is_seen_while_its_key_is_down),
        cmocka_unit_test(the_strip_is_dragged_to_a_step),
        cmocka_unit_test(the_wheel_zooms_about_the_pointer),
        cmocka_unit_test(a_dragged_picture_follows),
        cmocka_unit_test(a_press_leaves_the_help_and_buttons_work),
        cmocka_unit_test(a_press_chooses_the_pane),
        cmocka_unit_test(what_was_done_is_said_for_a_while),
        cmocka_unit_test(flickering_shows_the_other_pane),
        cmocka_unit_test(refusals_are_said),
        cmocka_unit_test(keys_change_amounts),
        cmocka_unit_test(a_presenter_goes_through_the_points),
        cmocka_unit_test(escape_brings_the_pointer_back),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
