/* What is drawn for given states, compared with golden pictures. Needs no display and no codec: the
 * states and pictures are made here. */
#include "draw/scene.h"
#include "profiles.h"
#include "screen.h"
#include "sdl/surface.h"
#include "session/schedule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define N_STEPS 7
#define WIDTH   96
#define HEIGHT  64

static const char *const names[N_STEPS] = {"units", "243", "81", "27", "9", "3", "lossless"};

static struct uqd_file_step steps[N_STEPS] = {{60, 20.4},   {130, 24.1},  {420, 29.8}, {1100, 35.9},
                                              {2300, 42.7}, {4500, 49.4}, {8000, 0}};

/* A file as its header would tell. */
static struct uqd_file make_file(uint64_t size)
{
    steps[N_STEPS - 1].psnr = INFINITY;
    return (struct uqd_file){.name = "somewhere/parrots.uqd",
                             .fd = -1,
                             .size = size,
                             .info = {.width = WIDTH,
                                      .height = HEIGHT,
                                      .channels = 3,
                                      .n_steps = N_STEPS,
                                      .lossless = 1,
                                      .file_size = 8000},
                             .steps = steps};
}

/* A ring that fades to both sides; the whole picture is clear outside of it. */
static uint8_t ring(uint32_t x, uint32_t y)
{
    int dx = (int)x - WIDTH / 2, dy = (int)y - HEIGHT / 2;
    int distance = abs(dx * dx + dy * dy - 500);
    return distance < 200 ? 255 : distance < 455 ? (uint8_t)(455 - distance) : 0;
}

/* Coloured bands with blocks that get smaller from step to step; a seed shifts them. */
static struct picture *paint(const struct frame_key *key, uint32_t channels)
{
    struct picture *picture = picture_new(WIDTH, HEIGHT, channels);
    uint32_t cell = key->step < 5 ? 16u >> key->step : 1;
    assert_non_null(picture);
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++) {
            uint8_t *pixel = picture_pixels(picture) + y * picture->stride + channels * x;
            uint32_t u = (x + (uint32_t)key->seed) / cell * cell, v = y / cell * cell;
            pixel[0] = (uint8_t)(60 + 2 * u);
            pixel[1] = (uint8_t)(40 + 3 * v);
            pixel[2] = (uint8_t)(200 - u - v + (key->mode == UQD_MODE_FLOW ? 40 : 0));
            if (channels == 4)
                pixel[3] = ring(x, y);
        }
    return picture;
}

struct stage {
    SDL_Surface *pixels;
    SDL_Renderer *renderer;
    struct sdl_surface surface;
    struct layout layout;
    struct uqd_file file;
    struct look look;
    struct progress progress;
    struct frames frames;
    struct pane panes[SCENE_MAX_PANES]; /* of that file, or the others' */
    int n_panes, active;
    struct view view;
    struct shown_colours colours;
    struct stage *other; /* its file and pictures are shown in the second pane */
};

static void take(struct stage *stage, const struct source_event *event)
{
    progress_take(&stage->progress, event);
    for (int i = 0; i < stage->n_panes; i++)
        pane_follow_progress(&stage->panes[i]);
}

static void end(struct stage *stage)
{
    take(stage, &(struct source_event){.type = SOURCE_END});
}

static void add_pane(struct stage *stage)
{
    const struct settings settings = {.mode = UQD_MODE_DENOISED};
    struct pane *pane = &stage->panes[stage->n_panes++];
    pane_init(pane, &stage->progress, &settings);
    pane_follow_progress(pane);
}

static void name_step(struct stage *stage, uint32_t i, const char *name)
{
    struct source_event event = {.type = SOURCE_STEP_NAME, .step = i};
    strcpy(event.text, name);
    take(stage, &event);
}

static void stage_open(struct stage *stage, int width, int height, uint64_t file_size,
                       uint32_t n_complete)
{
    struct message message;
    memset(stage, 0, sizeof *stage);
    stage->look = LOOK_DEFAULT;
    stage->frames.limit = 1 << 20;
    stage->pixels = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_ARGB8888);
    stage->renderer = SDL_CreateSoftwareRenderer(stage->pixels);
    assert_non_null(stage->renderer);
    assert_int_equal(sdl_surface_open(&stage->surface, stage->renderer, "builtin", &message), 0);
    stage->file = make_file(file_size);
    assert_int_equal(progress_init(&stage->progress, &stage->file), 0);
    add_pane(stage);
    for (uint32_t i = 0; i < N_STEPS; i++)
        name_step(stage, i, names[i]);
    for (uint32_t i = 1; i <= n_complete; i++)
        take(stage, &(struct source_event){.type = SOURCE_STEP, .step = i});
}

static void stage_close(struct stage *stage)
{
    shown_colours_clear(&stage->colours);
    for (int i = 0; i < stage->n_panes; i++)
        pane_clear(&stage->panes[i]);
    progress_clear(&stage->progress);
    frames_clear(&stage->frames);
    sdl_surface_close(&stage->surface);
    SDL_DestroyRenderer(stage->renderer);
    SDL_FreeSurface(stage->pixels);
}

/* Does what the viewer does once all pictures have come. */
static void show_pictures(struct stage *stage)
{
    struct progress *progress = &stage->progress;
    struct frame_key keys[EXHIBIT_MAX_PARTS];
    for (uint32_t i = 0; i < progress_n_positions(progress); i++) {
        struct frame_key key = schedule_strip_key(&stage->panes[0], i);
        struct picture *picture = paint(&key, progress->file->info.channels);
        progress_set_thumb(progress, i, &key, picture);
        frames_add(&stage->frames, &key, picture, NAN, FRAME_SHOWN);
        picture_unref(picture);
    }
    for (int i = 0; i < stage->n_panes; i++) {
        struct pane *pane = &stage->panes[i];
        unsigned n = exhibit_parts(progress, &pane->wanted, 0, keys);
        pane_update(pane);
        for (unsigned k = 0; k < n; k++) {
            struct picture *picture = paint(&keys[k], progress->file->info.channels);
            pane_offer(pane, &keys[k], picture, NAN);
            picture_unref(picture);
        }
    }
}

static void measure(struct stage *stage, enum uqd_mode mode, double below)
{
    uint64_t seed = stage->panes[0].wanted.seed;
    for (uint32_t i = 0; i < progress_n_positions(&stage->progress); i++) {
        struct frame_key key = progress_key(&stage->progress, i, mode, seed);
        progress_measure(&stage->progress, &key, steps[i].psnr - below);
    }
}

/* The panes of this file, or of this and the other one. */
static int n_shown_panes(const struct stage *stage)
{
    return stage->other ? 2 : stage->n_panes;
}

static struct stage *stage_of(struct stage *stage, int pane)
{
    return stage->other && pane == 1 ? stage->other : stage;
}

static struct view_frame frame_of(const struct stage *stage)
{
    return scene_frame(&stage->layout, &stage->file);
}

static void lay_out(struct stage *stage)
{
    struct layout_wishes wishes = {.width = stage->pixels->w,
                                   .height = stage->pixels->h,
                                   .density = 1,
                                   .text_scale = (float)stage->look.text_scale,
                                   .curve = stage->look.curve,
                                   .filmstrip = stage->look.filmstrip,
                                   .n_panes = n_shown_panes(stage),
                                   .n_files = stage->other ? n_shown_panes(stage) : 0,
                                   .n_columns =
                                       (int)stage_of(stage, stage->active)->file.info.n_steps,
                                   .picture_width = WIDTH,
                                   .picture_height = HEIGHT,
                                   .profile = stage->colours.profile[0] != '\0',
                                   .presenting = stage->look.presenting,
                                   .heading = scene_has_caption(&stage->look)};
    if (stage->look.comparison != COMPARE_SIDE)
        wishes.n_panes = 1;
    layout_measure(&wishes, &stage->surface.base);
    layout_compute(&stage->layout, &wishes);
    struct view_frame frame = frame_of(stage);
    if (stage->view.zoom == 0)
        view_fit(&stage->view, &frame);
    view_update(&stage->view, &frame);
}

static const char *const labels[] = {"parrots.uqd", "paper/parrots.uqd"};

static void plot(struct stage *stage, struct curve_set *curves)
{
    plotted_add(curves, 0, stage->other ? labels[0] : NULL, &stage->progress);
    if (stage->other)
        plotted_add(curves, 1, labels[1], &stage->other->progress);
}

static void draw(struct stage *stage, struct pixels *screen)
{
    static const struct difference difference;
    struct curve_set curves = {0};
    struct scene scene = {.surface = &stage->surface.base,
                          .layout = &stage->layout,
                          .look = &stage->look,
                          .view = &stage->view,
                          .n_panes = n_shown_panes(stage),
                          .active = stage->active,
                          .several = stage->other != NULL,
                          .difference = &difference,
                          .curves = &curves,
                          .pointer_x = -1,
                          .pointer_y = -1,
                          .hover = -1};
    scene.other = (scene.active + 1) % scene.n_panes;
    for (int i = 0; i < scene.n_panes; i++) {
        struct stage *owner = stage_of(stage, i);
        scene.panes[i] = (struct scene_pane){.pane = &owner->panes[owner == stage ? i : 0],
                                             .document = owner != stage,
                                             .label = labels[owner != stage],
                                             .frames = &owner->frames,
                                             .colours = &owner->colours,
                                             .original_colours = &owner->colours};
    }
    plot(stage, &curves);
    scene_draw(&scene);
    curve_set_clear(&curves);
    *screen = (struct pixels){
        .width = (uint32_t)stage->pixels->w, .height = (uint32_t)stage->pixels->h, .channels = 3};
    screen->data = malloc((size_t)screen->width * screen->height * 3);
    assert_non_null(screen->data);
    assert_int_equal(SDL_RenderReadPixels(stage->renderer, NULL, SDL_PIXELFORMAT_RGB24,
                                          screen->data, (int)screen->width * 3),
                     0);
}

static void assert_looks_like(struct stage *stage, const char *name)
{
    struct pixels screen;
    lay_out(stage);
    draw(stage, &screen);
    screen_assert_golden(&screen, name);
    pixels_free(&screen);
}

static void while_decoding(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 800, 600, 8000, 4);
    pane_select(&stage.panes[0], 2);
    measure(&stage, UQD_MODE_ANCESTRAL, 3);
    show_pictures(&stage);
    assert_looks_like(&stage, "decoding");
    stage_close(&stage);
}

/* The old picture does not stand under the new one's name. */
static void while_a_picture_is_coming(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 800, 600, 8000, N_STEPS);
    end(&stage);
    pane_select(&stage.panes[0], 1);
    show_pictures(&stage);
    pane_select(&stage.panes[0], 4);
    pane_set_mode(&stage.panes[0], UQD_MODE_ANCESTRAL, 3);
    assert_looks_like(&stage, "coming");
    stage_close(&stage);
}

static void a_cut_file(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 800, 600, 3000, 5);
    end(&stage);
    pane_set_mode(&stage.panes[0], UQD_MODE_ANCESTRAL, 5);
    stage.look.filmstrip = false;
    show_pictures(&stage);
    assert_looks_like(&stage, "cut");
    stage_close(&stage);
}

static void everything_large(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 1000, 800, 8000, 7);
    end(&stage);
    pane_set_mode(&stage.panes[0], UQD_MODE_FLOW, 0);
    measure(&stage, UQD_MODE_ANCESTRAL, 3);
    measure(&stage, UQD_MODE_FLOW, 1.5);
    stage.look.text_scale = 1.5;
    show_pictures(&stage);
    lay_out(&stage);
    struct view_frame frame = frame_of(&stage);
    view_zoom_to(&stage.view, &frame, 24, 100, 100);
    assert_looks_like(&stage, "large");
    stage_close(&stage);
}

static void a_transparent_picture(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 800, 600, 8000, 4);
    stage.file.info.channels = 4;
    pane_select(&stage.panes[0], 3);
    show_pictures(&stage);
    assert_looks_like(&stage, "transparent");
    stage_close(&stage);
}

/* With the same pictures as in decoding.png, red shows as green, green as blue, blue as red. */
static void a_profile_that_exchanges_colours(void **state)
{
    struct stage stage;
    (void)state;
    struct profile profile = profile_new(PROFILE_SWAPPED);
    stage_open(&stage, 800, 600, 8000, 4);
    shown_colours_init(&stage.colours, profile.data, profile.size, 3);
    free(profile.data);
    pane_select(&stage.panes[0], 2);
    show_pictures(&stage);
    assert_looks_like(&stage, "profile");
    stage_close(&stage);
}

/* The checkerboard stands still on the screen while the picture is zoomed and moved. */
static void squares_keep_their_place(void **state)
{
    struct stage stage;
    struct pixels screen;
    (void)state;
    stage_open(&stage, 800, 600, 8000, 7);
    stage.file.info.channels = 4;
    show_pictures(&stage);
    for (int zoom = 3; zoom < 30; zoom += 5) {
        lay_out(&stage);
        struct view_frame frame = frame_of(&stage);
        view_zoom_to(&stage.view, &frame, zoom, 0, 0);
        view_pan(&stage.view, &frame, zoom, -3 * zoom);
        lay_out(&stage);
        draw(&stage, &screen);
        const struct rect *port = &stage.layout.pictures[0];
        struct view_rect place = view_place(&stage.view, &frame);
        int x = place.x > 0 ? place.x : 0, y = place.y > 0 ? place.y : 0; /* a clear corner */
        uint8_t wanted = (x / 16 + y / 16) % 2 ? 102 : 153;
        assert_int_equal(
            screen.data[((size_t)(port->y + y) * screen.width + (size_t)(port->x + x)) * 3],
            wanted);
        pixels_free(&screen);
    }
    stage_close(&stage);
}

static void the_help(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 800, 600, 8000, 1);
    stage.look.help = true;
    stage.look.blank = true;
    assert_looks_like(&stage, "help");
    stage_close(&stage);
}

static void the_loss_of_the_daemon(void **state)
{
    struct stage stage;
    struct source_event lost = {.type = SOURCE_LOST, .text = "The decoding daemon has ended"};
    (void)state;
    stage_open(&stage, 640, 400, 8000, 2);
    show_pictures(&stage);
    take(&stage, &lost);
    assert_looks_like(&stage, "lost");
    stage_close(&stage);
}

/* The second file has fewer steps, and other ones. It is drawn on the first one's
 * surface; its own is there to have it closed like the other. */
static void open_pair(struct stage *a, struct stage *b, int width, int height)
{
    static struct uqd_file_step four[] = {{200, 26.5}, {900, 38.2}, {3100, 46.1}, {9000, 0}};
    static const char *const four_names[] = {"a", "b", "c", "lossless"};
    stage_open(a, width, height, 8000, N_STEPS);
    stage_open(b, 64, 64, 9000, 0);
    pane_clear(&b->panes[0]);
    progress_clear(&b->progress);
    b->n_panes = 0;
    four[3].psnr = INFINITY;
    b->file.steps = four;
    b->file.info.n_steps = 4;
    b->file.info.file_size = 9000;
    assert_int_equal(progress_init(&b->progress, &b->file), 0);
    add_pane(b);
    for (uint32_t i = 0; i < 4; i++) {
        name_step(b, i, four_names[i]);
        take(b, &(struct source_event){.type = SOURCE_STEP, .step = i + 1});
    }
    end(a);
    end(b);
    a->look.comparison = COMPARE_SIDE;
    a->other = b;
}

static void close_pair(struct stage *a, struct stage *b)
{
    stage_close(a);
    stage_close(b);
}

static void two_files(void **state)
{
    struct stage a, b;
    (void)state;
    open_pair(&a, &b, 1280, 800);
    pane_select(&a.panes[0], 3);
    pane_select(&b.panes[0], 1);
    show_pictures(&a);
    show_pictures(&b);
    assert_looks_like(&a, "pair");
    close_pair(&a, &b);
}

static void two_files_in_a_narrow_window(void **state)
{
    struct stage a, b;
    (void)state;
    open_pair(&a, &b, 560, 720);
    a.active = 1;
    a.look.linked = false;
    pane_set_mode(&a.panes[0], UQD_MODE_ANCESTRAL, 2);
    pane_set_mode(&b.panes[0], UQD_MODE_ANCESTRAL, 2);
    measure(&a, UQD_MODE_ANCESTRAL, 3);
    pane_select(&a.panes[0], 2);
    show_pictures(&a);
    assert_looks_like(&a, "pair-narrow");
    close_pair(&a, &b);
}

/* Both viewports show the same part of their pictures. */
static void two_files_share_the_view(void **state)
{
    struct stage a, b;
    struct pixels screen;
    (void)state;
    open_pair(&a, &b, 1280, 800);
    pane_select(&a.panes[0], 1);
    pane_select(&b.panes[0], 1);
    show_pictures(&a);
    show_pictures(&b);
    lay_out(&a);
    struct view_frame frame = frame_of(&a);
    view_zoom_to(&a.view, &frame, 17, 100, 50);
    view_pan(&a.view, &frame, 31, -44);
    lay_out(&a);
    draw(&a, &screen);
    const struct rect *left = &a.layout.pictures[0], *right = &a.layout.pictures[1];
    for (int y = 0; y < left->h; y++)
        assert_memory_equal(
            screen.data + ((size_t)(left->y + y) * screen.width + (size_t)left->x) * 3,
            screen.data + ((size_t)(right->y + y) * screen.width + (size_t)right->x) * 3,
            (size_t)left->w * 3);
    pixels_free(&screen);
    close_pair(&a, &b);
}

/* ---- Panes of one file --------------------------------------------------------------------- */

static void give_reference(struct stage *stage)
{
    struct frame_key last = {.step = N_STEPS - 1, .mode = UQD_MODE_DENOISED};
    stage->progress.reference = paint(&last, stage->file.info.channels);
}

/* They are told apart by what they show, not by the name of the file. */
static void four_panes_of_one_file(void **state)
{
    struct stage stage;
    (void)state;
    stage_open(&stage, 1280, 800, 8000, N_STEPS);
    end(&stage);
    give_reference(&stage);
    for (int i = 1; i < 4; i++)
        add_pane(&stage);
    for (int i = 0; i < 4; i++)
        pane_select(&stage.panes[i], 1);
    pane_set_mode(&stage.panes[1], UQD_MODE_ANCESTRAL, 12);
    pane_set_mix(&stage.panes[2], 40);
    pane_set_original(&stage.panes[3], true);
    stage.look.comparison = COMPARE_SIDE;
    stage.active = 2;
    show_pictures(&stage);
    assert_looks_like(&stage, "panes");
    stage_close(&stage);
}

/* Inside a step, with a coarse picture of it until the sharp one comes, and after a command. */
static void inside_a_step(void **state)
{
    struct stage stage;
    struct frame_key key;
    (void)state;
    stage_open(&stage, 800, 600, 8000, N_STEPS);
    end(&stage);
    show_pictures(&stage);
    pane_select_bytes(&stage.panes[0], 700);
    pane_update(&stage.panes[0]);
    key = progress_key_at(&stage.progress, 700, UQD_MODE_DENOISED, 0);
    struct frame_key looks = {.step = 2, .mode = UQD_MODE_DENOISED};
    struct picture *picture = paint(&looks, 3);
    key.reduce = 2;
    pane_offer_coarse(&stage.panes[0], &key, picture);
    picture_unref(picture);
    strcpy(stage.look.feedback, "700 B of the file");
    assert_looks_like(&stage, "inside");
    stage_close(&stage);
}

/* Zoom and pan do not depend on what is shown. */
static void the_view_survives_other_pictures(void **state)
{
    struct stage stage;
    struct pixels screen;
    (void)state;
    stage_open(&stage, 800, 600, 8000, 7);
    lay_out(&stage);
    struct view_frame frame = frame_of(&stage);
    view_zoom_to(&stage.view, &frame, 12, 30, 40);
    view_pan(&stage.view, &frame, 55, -31);
    struct view before = stage.view;
    for (uint32_t i = 0; i < N_STEPS; i++) {
        pane_select(&stage.panes[0], i);
        pane_set_mode(&stage.panes[0], (enum uqd_mode)(1 + i % 3), i);
        show_pictures(&stage);
        lay_out(&stage);
        draw(&stage, &screen);
        pixels_free(&screen);
    }
    assert_memory_equal(&before, &stage.view, sizeof before);
    stage_close(&stage);
}

/* ---- Presentations ------------------------------------------------------------------------- */

static void present(int width, int height, bool curve, const char *name)
{
    struct stage stage;
    stage_open(&stage, width, height, 8000, N_STEPS);
    end(&stage);
    measure(&stage, UQD_MODE_ANCESTRAL, 3);
    pane_select(&stage.panes[0], 3);
    show_pictures(&stage);
    stage.look.presenting = true;
    stage.look.curve = curve;
    strcpy(stage.look.caption, "One file, cut anywhere");
    assert_looks_like(&stage, name);
    stage_close(&stage);
}

static void a_presentation(void **state)
{
    (void)state;
    present(1280, 720, true, "present-720");
    present(1920, 1080, true, "present-1080");
    present(3840, 2160, true, "present-2160");
}

static void a_presentation_of_the_picture_alone(void **state)
{
    (void)state;
    present(1280, 720, false, "present-picture");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(while_decoding),
        cmocka_unit_test(while_a_picture_is_coming),
        cmocka_unit_test(a_cut_file),
        cmocka_unit_test(everything_large),
        cmocka_unit_test(a_transparent_picture),
        cmocka_unit_test(a_profile_that_exchanges_colours),
        cmocka_unit_test(squares_keep_their_place),
        cmocka_unit_test(the_help),
        cmocka_unit_test(the_loss_of_the_daemon),
        cmocka_unit_test(two_files),
        cmocka_unit_test(two_files_in_a_narrow_window),
        cmocka_unit_test(two_files_share_the_view),
        cmocka_unit_test(four_panes_of_one_file),
        cmocka_unit_test(inside_a_step),
        cmocka_unit_test(the_view_survives_other_pictures),
        cmocka_unit_test(a_presentation),
        cmocka_unit_test(a_presentation_of_the_picture_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
