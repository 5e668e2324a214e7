/* What is drawn on a terminal arrives there, by every protocol. */
#include "term/frame.h"
#include "term/palette.h"
#include "terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { COLUMNS = 50, ROWS = 20, CELL_WIDTH = 8, CELL_HEIGHT = 16 };

static const struct colour dark = {30, 31, 33, 255}, light = {236, 236, 236, 255};
static const struct colour accent = {245, 178, 66, 255};

static const struct term_look kitty = {TERMINAL_KITTY, true, false};
static const struct term_look tmux = {TERMINAL_KITTY, true, true};
static const struct term_look sixel = {TERMINAL_SIXEL, true, false};
static const struct term_look blocks = {TERMINAL_BLOCKS, true, false};
static const struct term_look few_colours = {TERMINAL_BLOCKS, false, false};
static const struct term_look ascii = {TERMINAL_ASCII, false, false};

struct stage {
    struct term_surface surface;
    struct frame frame;
    struct buffer out;
    struct terminal terminal;
};

static void open_stage(struct stage *stage)
{
    *stage = (struct stage){.frame.first_image = 1};
    assert_int_equal(term_surface_resize(&stage->surface, COLUMNS, ROWS, CELL_WIDTH, CELL_HEIGHT),
                     0);
    terminal_open(&stage->terminal, COLUMNS, ROWS, CELL_WIDTH, CELL_HEIGHT);
}

static void close_stage(struct stage *stage)
{
    terminal_close(&stage->terminal);
    frame_free(&stage->frame);
    term_surface_free(&stage->surface);
    free(stage->out.data);
}

/* All colours, round and slanted edges, and texts. */
static void draw(struct stage *stage)
{
    struct surface *surface = &stage->surface.base;
    surface_begin(surface, dark, 1);
    for (int i = 0; i < 64; i++) {
        struct rect stripe = {8 * (i % 16) + 20, 12 * (i / 16) + 20, 8, 12};
        surface_fill(
            surface, &stripe,
            (struct colour){(uint8_t)(i * 4), (uint8_t)(255 - i * 3), (uint8_t)(i * 37), 255});
    }
    surface_line(surface, (struct point){10, 300}, (struct point){390, 120}, 5, accent);
    surface_disc(surface, 250, 60, 40, light);
    surface_round_rect(surface, &(struct rect){240, 224, 144, 48}, 9, accent);
    surface_text(surface, TEXT_BODY, dark, TEXT_CENTRE, 312, 240, "Denoised");
    surface_text(surface, TEXT_TITLE, light, TEXT_LEFT, 16, 288, "Title \xc2\xb7 \xe5\xae\x8c x");
    surface_text(surface, TEXT_SMALL, light, TEXT_RIGHT, 400, 304, "38.6 dB");
}

/* Returns how many bytes were sent. */
static size_t send(struct stage *stage, const struct term_look *look)
{
    stage->out.size = 0;
    assert_int_equal(frame_write(&stage->frame, &stage->surface, look, false, &stage->out), 0);
    terminal_take(&stage->terminal, stage->out.data, stage->out.size);
    return stage->out.size;
}

static uint32_t canvas_pixel(const struct stage *stage, int x, int y)
{
    return stage->surface.canvas.pixels[y * stage->surface.canvas.width + x];
}

static bool has_letter(const struct stage *stage, int x, int y)
{
    return stage->surface.letters[y / CELL_HEIGHT * COLUMNS + x / CELL_WIDTH].letter != 0;
}

static int channel(uint32_t colour, int c)
{
    return (int)(colour >> (8 * c) & 255);
}

static int furthest_channel(uint32_t a, uint32_t b)
{
    int most = 0;
    for (int c = 0; c < 3; c++) {
        int difference = abs(channel(a, c) - channel(b, c));
        most = difference > most ? difference : most;
    }
    return most;
}

static void assert_same_pixels(const struct stage *stage)
{
    for (int y = 0; y < stage->surface.canvas.height; y++)
        for (int x = 0; x < stage->surface.canvas.width; x++)
            if (!has_letter(stage, x, y))
                assert_int_equal(terminal_pixel(&stage->terminal, x, y), canvas_pixel(stage, x, y));
}

static void assert_texts(const struct stage *stage)
{
    assert_true(terminal_says(&stage->terminal, "Denoised"));
    assert_true(terminal_says(&stage->terminal, "Title ? ?  x"));
    assert_true(terminal_says(&stage->terminal, "38.6 dB"));
}

/* ---- Pictures ------------------------------------------------------------------------------ */

static void kitty_shows_every_pixel(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    send(&stage, &kitty);
    assert_same_pixels(&stage);
    assert_texts(&stage);
    close_stage(&stage);
}

static void only_tiles_that_changed_are_sent(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    send(&stage, &kitty);
    unsigned before = stage.terminal.n_images;
    draw(&stage);
    assert_int_equal(send(&stage, &kitty), 0);
    surface_fill(&stage.surface.base, &(struct rect){3, 3, 1, 1}, light);
    send(&stage, &kitty);
    assert_int_equal(stage.terminal.n_images, before + 1);
    assert_same_pixels(&stage);
    frame_forget(&stage.frame);
    send(&stage, &kitty);
    assert_int_equal(stage.terminal.n_images, 2 * before + 1);
    close_stage(&stage);
}

static void kitty_goes_through_tmux(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    send(&stage, &tmux);
    assert_same_pixels(&stage);
    assert_texts(&stage);
    close_stage(&stage);
}

/* Sums of squared errors of all pixels that sixels show, and of the means of 8 x 8. */
struct errors {
    double pixels, areas;
    int n_pixels, n_areas, furthest;
};

static void compare_area(const struct stage *stage, int x, int y, struct errors *errors)
{
    int sums[3] = {0};
    for (int i = 0; i < 64; i++) {
        uint32_t shown = terminal_pixel(&stage->terminal, x + i % 8, y + i / 8);
        uint32_t meant = canvas_pixel(stage, x + i % 8, y + i / 8);
        int furthest = furthest_channel(shown, meant);
        errors->furthest = furthest > errors->furthest ? furthest : errors->furthest;
        for (int c = 0; c < 3; c++) {
            int difference = channel(shown, c) - channel(meant, c);
            sums[c] += difference;
            errors->pixels += difference * difference;
        }
    }
    for (int c = 0; c < 3; c++)
        errors->areas += (sums[c] / 64.0) * (sums[c] / 64.0);
    errors->n_pixels += 64 * 3;
    errors->n_areas += 3;
}

static struct errors sixel_errors(const struct stage *stage)
{
    struct errors errors = {0};
    for (int y = 0; y < (ROWS - 1) * CELL_HEIGHT; y += 8)
        for (int x = 0; x < COLUMNS * CELL_WIDTH; x += 8)
            if (!has_letter(stage, x, y))
                compare_area(stage, x, y, &errors);
    return errors;
}

/* Sixels tell colours in percent. */
static void sixels_show_few_colours_as_they_are(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    send(&stage, &sixel);
    struct errors errors = sixel_errors(&stage);
    assert_in_range(errors.furthest, 0, 2);
    assert_texts(&stage);
    close_stage(&stage);
}

/* Every pixel of this picture has a colour of its own: red goes from left to right, green from top
 * to bottom, and blue in waves. */
static void draw_many_colours(struct stage *stage)
{
    struct canvas *canvas = &stage->surface.canvas;
    surface_begin(&stage->surface.base, dark, 1);
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++) {
            uint32_t red = (uint32_t)(x * 255 / canvas->width);
            uint32_t green = (uint32_t)(y * 255 / canvas->height);
            uint32_t blue = (uint32_t)abs((x + 2 * y) % 510 - 255);
            canvas->pixels[y * canvas->width + x] = red << 16 | green << 8 | blue;
        }
}

static void sixels_show_many_colours_nearly(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw_many_colours(&stage);
    send(&stage, &sixel);
    struct errors errors = sixel_errors(&stage);
    assert_in_range(errors.furthest, 0, 51);
    assert_true(errors.pixels < 12 * errors.n_pixels);
    assert_true(errors.areas < 1 * errors.n_areas);
    close_stage(&stage);
}

/* Sixels erase letters, and letters are gone where only sixels are to be seen. */
static void letters_come_and_go_on_sixels(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    send(&stage, &sixel);
    surface_fill(&stage.surface.base, &(struct rect){242, 226, 4, 4}, dark);
    send(&stage, &sixel);
    assert_texts(&stage);
    assert_int_equal(send(&stage, &sixel), 0);
    /* The same pixels without the text. */
    for (int i = 0; i < COLUMNS * ROWS; i++)
        stage.surface.letters[i].letter = 0;
    send(&stage, &sixel);
    assert_false(terminal_says(&stage.terminal, "Denoised"));
    close_stage(&stage);
}

/* ---- Letters alone ------------------------------------------------------------------------- */

/* The mean of half a cell. */
static uint32_t mean_of_half(const struct stage *stage, int column, int row, int half)
{
    struct rect rect = {column * CELL_WIDTH, row * CELL_HEIGHT + half * CELL_HEIGHT / 2, CELL_WIDTH,
                        CELL_HEIGHT / 2};
    uint32_t mean = 0;
    for (int c = 0; c < 3; c++) {
        int sum = 0, n = rect.w * rect.h;
        for (int i = 0; i < n; i++)
            sum += channel(canvas_pixel(stage, rect.x + i % rect.w, rect.y + i / rect.w), c);
        mean |= (uint32_t)((sum + n / 2) / n) << (8 * c);
    }
    return mean;
}

static void assert_blocks(const struct term_look *look, int tolerance)
{
    struct stage stage;
    open_stage(&stage);
    draw(&stage);
    send(&stage, look);
    for (int i = 0; i < COLUMNS * ROWS * 2; i++) {
        int column = i / 2 % COLUMNS, row = i / 2 / COLUMNS, half = i % 2;
        int x = column * CELL_WIDTH, y = row * CELL_HEIGHT + half * CELL_HEIGHT / 2;
        if (!has_letter(&stage, x, y))
            assert_in_range(furthest_channel(terminal_pixel(&stage.terminal, x, y),
                                             mean_of_half(&stage, column, row, half)),
                            0, tolerance);
    }
    assert_texts(&stage);
    close_stage(&stage);
}

static void blocks_show_means(void **state)
{
    (void)state;
    assert_blocks(&blocks, 0);
}

/* Half the widest gap of the 256 colours, or for single halves of a cell three times as much. */
static void blocks_do_with_256_colours(void **state)
{
    (void)state;
    assert_blocks(&few_colours, 3 * 48);
}

/* The colours of skin, wood and leaves are far from any of the 256. */
static void areas_keep_their_hue_in_256_colours(void **state)
{
    static const struct colour colours[] = {
        {60, 40, 20, 255}, {120, 80, 50, 255}, {150, 110, 90, 255}, {40, 60, 30, 255}};
    (void)state;
    for (size_t k = 0; k < sizeof colours / sizeof *colours; k++) {
        struct stage stage;
        int sums[3] = {0};
        open_stage(&stage);
        surface_begin(&stage.surface.base, colours[k], 1);
        send(&stage, &few_colours);
        for (int i = 0; i < 16 * 16; i++) {
            uint32_t shown = terminal_pixel(&stage.terminal, i % 16 * 8, i / 16 * 8);
            for (int c = 0; c < 3; c++)
                sums[c] += channel(shown, c);
        }
        for (int c = 0; c < 3; c++)
            assert_in_range(abs(sums[c] / 256 - channel(term_blend(0, colours[k]), c)), 0, 12);
        close_stage(&stage);
    }
}

static void only_cells_that_changed_are_sent(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    size_t whole = send(&stage, &blocks);
    draw(&stage);
    assert_int_equal(send(&stage, &blocks), 0);
    surface_text(&stage.surface.base, TEXT_SMALL, light, TEXT_RIGHT, 400, 304, "38.7 dB");
    assert_in_range(send(&stage, &blocks), 1, 80);
    assert_true(terminal_says(&stage.terminal, "38.7 dB"));
    assert_true(whole < (size_t)COLUMNS * ROWS * 45);
    close_stage(&stage);
}

static void ascii_gets_denser_with_light(void **state)
{
    static const char ramp[] = " .:-=+*#%@";
    struct stage stage;
    char row[COLUMNS + 1];
    (void)state;
    open_stage(&stage);
    surface_begin(&stage.surface.base, (struct colour){0, 0, 0, 255}, 1);
    for (int i = 0; i < COLUMNS; i++) {
        uint8_t grey = (uint8_t)(i * 255 / (COLUMNS - 1));
        surface_fill(&stage.surface.base, &(struct rect){i * CELL_WIDTH, 0, CELL_WIDTH, 16},
                     (struct colour){grey, grey, grey, 255});
    }
    surface_text(&stage.surface.base, TEXT_SMALL, light, TEXT_LEFT, 0, 32, "2 \xc3\x97 3");
    send(&stage, &ascii);
    terminal_row(&stage.terminal, 0, row, sizeof row);
    assert_int_equal(row[0], ' ');
    assert_int_equal(row[COLUMNS - 1], '@');
    for (int i = 1; i < COLUMNS; i++)
        assert_true(strchr(ramp, row[i]) >= strchr(ramp, row[i - 1]));
    assert_true(terminal_says(&stage.terminal, "2 x 3"));
    close_stage(&stage);
}

/* Wherever it lies in a cell. */
static void a_vertical_line_is_solid(void **state)
{
    (void)state;
    for (int x = 96; x < 104; x++) {
        struct stage stage;
        char row[COLUMNS + 1];
        open_stage(&stage);
        stage.surface.coarse = true;
        for (int i = 0; i < 2; i++) {
            stage.surface.ascii = i == 1;
            surface_begin(&stage.surface.base, dark, 1);
            surface_line(&stage.surface.base, (struct point){(float)x + 0.5F, 32},
                         (struct point){(float)x + 0.5F, 96}, 1, light);
            frame_forget(&stage.frame);
            send(&stage, i == 0 ? &blocks : &ascii);
            for (int y = 32; i == 0 && y < 96; y += 8) {
                assert_int_equal(terminal_pixel(&stage.terminal, 100, y), 0xececec);
                assert_int_equal(terminal_pixel(&stage.terminal, 92, y), 0x1e1f21);
                assert_int_equal(terminal_pixel(&stage.terminal, 108, y), 0x1e1f21);
            }
            for (int y = 1; i == 1 && y < 7; y++) {
                terminal_row(&stage.terminal, y, row, sizeof row);
                assert_string_equal(row, y > 1 && y < 6 ? "            |" : "");
            }
        }
        close_stage(&stage);
    }
}

/* ---- Texts --------------------------------------------------------------------------------- */

/* The name of a file may hold anything. */
static void no_text_commands_the_terminal(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    surface_begin(&stage.surface.base, dark, 1);
    surface_text(&stage.surface.base, TEXT_BODY, light, TEXT_LEFT, 0, 0,
                 "a\33]2;b\7\n\x7f\xc2\x9b"
                 "1m\xff\xe2\x82z");
    send(&stage, &blocks);
    assert_string_equal(stage.terminal.title, "");
    assert_true(terminal_says(&stage.terminal, "a?]2;b????1m???z"));
    close_stage(&stage);
}

static void infinity_is_spelled_in_ascii(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    stage.surface.ascii = true;
    surface_begin(&stage.surface.base, dark, 1);
    surface_text(&stage.surface.base, TEXT_BODY, light, TEXT_RIGHT, 160, 0,
                 "\xe2\x88\x9e dB, \xe2\x88\x9e");
    send(&stage, &ascii);
    assert_true(terminal_says(&stage.terminal, "         inf dB, inf"));
    assert_int_equal(surface_text_width(&stage.surface.base, TEXT_BODY, "\xe2\x88\x9e dB"),
                     6 * CELL_WIDTH);
    close_stage(&stage);
}

static void what_is_drawn_over_a_text_hides_it(void **state)
{
    struct stage stage;
    (void)state;
    open_stage(&stage);
    surface_begin(&stage.surface.base, dark, 1);
    surface_text(&stage.surface.base, TEXT_BODY, light, TEXT_LEFT, 0, 0, "hidden half");
    surface_fill(&stage.surface.base, &(struct rect){0, 0, 56, 16}, accent);
    surface_text(&stage.surface.base, TEXT_BODY, light, TEXT_LEFT, 0, 32, "\xe5\xae\x8c");
    surface_fill(&stage.surface.base, &(struct rect){8, 32, 8, 16}, accent);
    surface_clip(&stage.surface.base, &(struct rect){0, 48, 32, 16});
    surface_text(&stage.surface.base, TEXT_BODY, light, TEXT_LEFT, 0, 48, "clipped");
    send(&stage, &blocks);
    assert_false(terminal_says(&stage.terminal, "hidden"));
    assert_true(terminal_says(&stage.terminal, "half"));
    assert_int_not_equal(stage.terminal.cells[2 * COLUMNS].letter, 0x5b8c);
    assert_true(terminal_says(&stage.terminal, "clip"));
    assert_false(terminal_says(&stage.terminal, "clipp"));
    close_stage(&stage);
}

/* Where there is no terminal: lines that any program can read. */
/* A window leaves out rows of it while the zoom moves. */
static struct picture *paint_large(void)
{
    struct picture *picture = picture_new(2100, 2100, 1);
    uint32_t noise = 5;
    assert_non_null(picture);
    for (size_t i = 0; i < picture_size(picture); i++) {
        noise = noise * 1664525 + 1013904223;
        picture_pixels(picture)[i] = (uint8_t)(noise >> 24);
    }
    return picture;
}

static void pictures_are_exact_at_once(void **state)
{
    struct stage stage;
    struct rect port = {0, 0, COLUMNS * CELL_WIDTH, ROWS * CELL_HEIGHT};
    struct placed_picture placed = {paint_large(), {0, 0, 100, 90}, NULL, 16, false};
    uint8_t *pixels[2];
    (void)state;
    open_stage(&stage);
    for (int moving = 0; moving < 2; moving++) {
        placed.moving = moving;
        surface_begin(&stage.surface.base, dark, 1);
        surface_picture(&stage.surface.base, &port, &placed);
        pixels[moving] = term_surface_picture(&stage.surface);
        assert_non_null(pixels[moving]);
    }
    assert_memory_equal(pixels[0], pixels[1], (size_t)port.w * (size_t)port.h * 3);
    free(pixels[0]);
    free(pixels[1]);
    close_stage(&stage);
    picture_unref(placed.picture);
}

static void ascii_lines_have_letters_only(void **state)
{
    struct stage stage;
    size_t lines = 0;
    (void)state;
    open_stage(&stage);
    draw(&stage);
    assert_int_equal(frame_write(&stage.frame, &stage.surface, &ascii, true, &stage.out), 0);
    assert_int_equal(stage.out.size, (COLUMNS + 1) * ROWS);
    for (size_t i = 0; i < stage.out.size; i++) {
        lines += stage.out.data[i] == '\n';
        assert_true(stage.out.data[i] == '\n' ||
                    (stage.out.data[i] >= ' ' && stage.out.data[i] < 127));
    }
    assert_int_equal(lines, ROWS);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kitty_shows_every_pixel),
        cmocka_unit_test(only_tiles_that_changed_are_sent),
        cmocka_unit_test(kitty_goes_through_tmux),
        cmocka_unit_test(sixels_show_few_colours_as_they_are),
        cmocka_unit_test(sixels_show_many_colours_nearly),
        cmocka_unit_test(letters_come_and_go_on_sixels),
        cmocka_unit_test(blocks_show_means),
        cmocka_unit_test(blocks_do_with_256_colours),
        cmocka_unit_test(areas_keep_their_hue_in_256_colours),
        cmocka_unit_test(only_cells_that_changed_are_sent),
        cmocka_unit_test(ascii_gets_denser_with_light),
        cmocka_unit_test(a_vertical_line_is_solid),
        cmocka_unit_test(no_text_commands_the_terminal),
        cmocka_unit_test(infinity_is_spelled_in_ascii),
        cmocka_unit_test(what_is_drawn_over_a_text_hides_it),
        cmocka_unit_test(pictures_are_exact_at_once),
        cmocka_unit_test(ascii_lines_have_letters_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
