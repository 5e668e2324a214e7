/* What is kept of drawn pictures: nobody sees it, and little is rendered twice. */
#include "sdl/textures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  120
#define HEIGHT 90

static int64_t n_rendered; /* pixels */

/* The linker has the objects under test call these. */
int __real_placed_picture_render(const struct placed_picture *placed, const struct view_rect *part,
                                 uint32_t *pixels, size_t stride);
int __wrap_placed_picture_render(const struct placed_picture *placed, const struct view_rect *part,
                                 uint32_t *pixels, size_t stride);

int __wrap_placed_picture_render(const struct placed_picture *placed, const struct view_rect *part,
                                 uint32_t *pixels, size_t stride)
{
    n_rendered += (int64_t)part->width * part->height;
    return __real_placed_picture_render(placed, part, pixels, stride);
}

/* A screen with a viewport on it. */
struct stage {
    SDL_Surface *pixels;
    SDL_Renderer *renderer;
    struct textures textures;
};

static const struct rect port = {10, 5, 80, 60};

static void stage_open(struct stage *stage)
{
    *stage = (struct stage){0};
    stage->pixels = SDL_CreateRGBSurfaceWithFormat(0, 100, 70, 32, SDL_PIXELFORMAT_ARGB8888);
    stage->renderer = SDL_CreateSoftwareRenderer(stage->pixels);
    assert_non_null(stage->renderer);
    stage->textures.renderer = stage->renderer;
}

static void stage_close(struct stage *stage)
{
    textures_clear(&stage->textures);
    SDL_DestroyRenderer(stage->renderer);
    SDL_FreeSurface(stage->pixels);
}

static void begin(struct stage *stage)
{
    textures_begin(&stage->textures);
    SDL_SetRenderDrawColor(stage->renderer, 1, 2, 3, 255);
    SDL_RenderClear(stage->renderer);
}

static void draw_frame(struct stage *stage, const struct placed_picture *placed)
{
    begin(stage);
    textures_draw(&stage->textures, &port, placed);
    SDL_RenderPresent(stage->renderer);
}

static struct picture *paint(uint32_t channels)
{
    struct picture *picture = picture_new(WIDTH, HEIGHT, channels);
    uint32_t noise = channels;
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++) {
        noise = noise * 1664525 + 1013904223;
        picture_pixels(picture)[i] = (uint8_t)(noise >> 24);
    }
    return picture;
}

static void assert_same_screens(const struct stage *a, const struct stage *b)
{
    size_t size = (size_t)a->pixels->pitch * (size_t)a->pixels->h;
    assert_int_equal(memcmp(a->pixels->pixels, b->pixels->pixels, size), 0);
}

/* A way through the picture in all directions, by little and by more than the viewport has. */
static struct view_rect way(int i, int width, int height)
{
    static const int steps[][2] = {{0, 0},   {-7, 0}, {0, -9},    {3, 4},   {-5, 6},   {8, -2},
                                   {-1, -1}, {0, 0},  {-100, 30}, {100, 1}, {-3, -70}, {0, 70}};
    struct view_rect place = {-40, -30, width, height};
    for (int k = 0; k <= i; k++) {
        place.x += steps[(size_t)k % (sizeof steps / sizeof *steps)][0];
        place.y += steps[(size_t)k % (sizeof steps / sizeof *steps)][1];
    }
    return place;
}

static void a_moved_picture_looks_as_if_drawn_anew(void **state)
{
    static const double zooms[] = {1, 0.8, 2.3, 4};
    struct stage kept, anew;
    (void)state;
    stage_open(&kept);
    stage_open(&anew);
    for (uint32_t channels = 1; channels <= 4; channels++) {
        struct picture *picture = paint(channels);
        for (size_t z = 0; z < sizeof zooms / sizeof *zooms; z++)
            for (int i = 0; i < 36; i++) {
                struct view_rect place = way(i, (int)(WIDTH * zooms[z]), (int)(HEIGHT * zooms[z]));
                struct placed_picture placed = {picture, place, NULL, 16, false};
                textures_clear(&anew.textures);
                draw_frame(&kept, &placed);
                draw_frame(&anew, &placed);
                assert_same_screens(&kept, &anew);
            }
        picture_unref(picture);
    }
    stage_close(&kept);
    stage_close(&anew);
}

static void a_move_renders_what_came_into_view(void **state)
{
    struct stage stage;
    struct picture *picture = paint(4);
    struct placed_picture placed = {picture, {-200, -100, 4 * WIDTH, 4 * HEIGHT}, NULL, 16, false};
    (void)state;
    stage_open(&stage);
    n_rendered = 0;
    draw_frame(&stage, &placed);
    assert_int_equal(n_rendered, 80 * 60);
    placed.place.x += 3;
    placed.place.y -= 2;
    draw_frame(&stage, &placed);
    assert_int_equal(n_rendered, 80 * 60 + 2 * 80 + 3 * 58);
    draw_frame(&stage, &placed);
    placed.square = 8;
    draw_frame(&stage, &placed);
    assert_int_equal(n_rendered, 80 * 60 + 2 * 80 + 3 * 58);
    assert_int_equal(stage.textures.n_entries, 1);
    stage_close(&stage);
    picture_unref(picture);
}

/* Two pictures that take turns are rendered once each. */
static void what_the_last_frames_drew_is_found_again(void **state)
{
    struct stage stage;
    struct picture *pictures[2] = {paint(3), paint(3)};
    (void)state;
    stage_open(&stage);
    n_rendered = 0;
    for (int i = 0; i < 10; i++) {
        struct placed_picture placed = {
            pictures[i % 2], {-20, -10, WIDTH, HEIGHT}, NULL, 16, false};
        draw_frame(&stage, &placed);
    }
    assert_int_equal(n_rendered, 2 * 80 * 60);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pictures[i]->references, 2);
        picture_unref(picture_ref(pictures[i]));
    }
    stage_close(&stage);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pictures[i]->references, 1);
        picture_unref(pictures[i]);
    }
}

/* As many textures as three frames need, and references to as many pictures, however long the
 * picture is zoomed. */
static void little_is_kept(void **state)
{
    struct stage stage;
    struct picture *picture = paint(3);
    (void)state;
    stage_open(&stage);
    for (int i = 0; i < 40; i++) {
        struct placed_picture placed = {
            picture, {-i, -i, WIDTH + 2 * i, HEIGHT + 2 * i}, NULL, 16, false};
        draw_frame(&stage, &placed);
        assert_in_range(stage.textures.n_entries, 1, 3);
        assert_int_equal(picture->references, 1 + stage.textures.n_entries);
    }
    for (int i = 0; i < 3; i++)
        begin(&stage);
    assert_int_equal(stage.textures.n_entries, 0);
    assert_int_equal(picture->references, 1);
    stage_close(&stage);
    picture_unref(picture);
}

/* New memory costs as much as drawing: a picture that is seen as a whole while it is zoomed, with
 * another size in each frame, takes none after the first frames. */
static void a_zoom_takes_turns_with_few_textures(void **state)
{
    struct stage stage;
    struct picture *picture = paint(3);
    SDL_Texture *known[3] = {0};
    (void)state;
    stage_open(&stage);
    for (int i = 0; i < 20; i++) {
        struct placed_picture placed = {
            picture, {20 - i, 20 - i, 40 + 2 * i, 30 + i}, NULL, 16, false};
        draw_frame(&stage, &placed);
        const struct textures *textures = &stage.textures;
        for (size_t k = 0; k < textures->n_entries; k++) {
            if (i < 3)
                known[k] = textures->entries[k].texture;
            assert_ptr_equal(textures->entries[k].texture, known[k]);
        }
    }
    stage_close(&stage);
    picture_unref(picture);
}

/* So large that rows are left out while the zoom moves; every row is the same, or noise. */
static struct picture *paint_large(bool same_rows)
{
    enum { SIDE = 2100 };
    struct picture *picture = picture_new(SIDE, SIDE, 1);
    uint32_t noise = 5;
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++) {
        noise = noise * 1664525 + 1013904223;
        picture_pixels(picture)[i] =
            same_rows && i >= SIDE ? picture->pixels[i - SIDE] : (uint8_t)(noise >> 24);
    }
    return picture;
}

/* Whether a picture looks the same while the zoom moves. */
static bool moves_exactly(struct picture *picture, int width, int height)
{
    struct stage rests, moves;
    struct placed_picture placed = {picture, {0, 0, width, height}, NULL, 16, false};
    stage_open(&rests);
    stage_open(&moves);
    draw_frame(&rests, &placed);
    placed.moving = true;
    draw_frame(&moves, &placed);
    size_t size = (size_t)rests.pixels->pitch * (size_t)rests.pixels->h;
    bool exactly = memcmp(rests.pixels->pixels, moves.pixels->pixels, size) == 0;
    /* It comes to rest in the same place. */
    placed.moving = false;
    draw_frame(&moves, &placed);
    assert_same_screens(&rests, &moves);
    stage_close(&rests);
    stage_close(&moves);
    return exactly;
}

static void rows_of_large_pictures_are_left_out_in_motion_only(void **state)
{
    struct picture *noise = paint_large(false), *columns = paint_large(true), *small = paint(3);
    (void)state;
    assert_false(moves_exactly(noise, 80, 60));
    assert_true(moves_exactly(noise, 1200, 1100)); /* each row is needed */
    for (int height = 1; height < 1100; height += 67)
        assert_true(moves_exactly(columns, 77, height));
    assert_true(moves_exactly(small, 40, 30));
    picture_unref(noise);
    picture_unref(columns);
    picture_unref(small);
}

/* What this frame has drawn already is not moved to another place. */
static void two_parts_of_one_picture_are_two_textures(void **state)
{
    struct stage kept, anew;
    struct picture *picture = paint(3);
    static const struct rect left = {0, 0, 50, 70}, right = {50, 0, 50, 70};
    (void)state;
    stage_open(&kept);
    stage_open(&anew);
    for (int i = 0; i < 6; i++) {
        struct placed_picture a = {picture, {-i, -i, WIDTH, HEIGHT}, NULL, 16, false};
        struct placed_picture b = {picture, {i - 40, -i, WIDTH, HEIGHT}, NULL, 16, false};
        textures_clear(&anew.textures);
        for (int k = 0; k < 2; k++) {
            struct stage *stage = k ? &kept : &anew;
            n_rendered = 0;
            begin(stage);
            textures_draw(&stage->textures, &left, &a);
            textures_draw(&stage->textures, &right, &b);
            SDL_RenderPresent(stage->renderer);
        }
        assert_int_equal(n_rendered, i == 0 ? 2 * 50 * 70 : 2 * (50 + 69));
        assert_same_screens(&kept, &anew);
    }
    stage_close(&kept);
    stage_close(&anew);
    picture_unref(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_moved_picture_looks_as_if_drawn_anew),
        cmocka_unit_test(a_move_renders_what_came_into_view),
        cmocka_unit_test(what_the_last_frames_drew_is_found_again),
        cmocka_unit_test(little_is_kept),
        cmocka_unit_test(a_zoom_takes_turns_with_few_textures),
        cmocka_unit_test(rows_of_large_pictures_are_left_out_in_motion_only),
        cmocka_unit_test(two_parts_of_one_picture_are_two_textures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
