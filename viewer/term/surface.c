#include "term/surface.h"

#include "draw/font_builtin.h"
#include "term/letters.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT 1024 /* bytes of one that is spelled */

static struct term_surface *own(struct surface *surface)
{
    return (struct term_surface *)surface;
}

static struct letter *letter_at(const struct term_surface *term, int column, int row)
{
    return &term->letters[row * term->columns + column];
}

struct rect term_surface_cell(const struct term_surface *surface, int column, int row)
{
    int width = surface->cell_width, height = surface->cell_height;
    return (struct rect){column * width, row * height, width, height};
}

/* ---- Letters ------------------------------------------------------------------------------- */

/* Half of a wide letter is none. */
static void remove_letter(struct term_surface *term, int column, int row)
{
    struct letter *letter = letter_at(term, column, row);
    if (letter->letter == LETTER_RIGHT_HALF && column > 0)
        letter[-1].letter = 0;
    if (column + 1 < term->columns && letter[1].letter == LETTER_RIGHT_HALF)
        letter[1].letter = 0;
    letter->letter = 0;
}

/* Something is drawn over the letters whose middles it covers. */
static void cover_letters(struct term_surface *term, const struct rect *rect, struct colour colour)
{
    const struct rect *clip = &term->canvas.clip;
    int width = term->cell_width, height = term->cell_height;
    int first_row = rect->y / height, last_row = (rect->y + rect->h) / height;
    first_row = first_row < 0 ? 0 : first_row;
    last_row = last_row < term->rows ? last_row : term->rows - 1;
    for (int row = first_row; row <= last_row; row++)
        for (int column = 0; column < term->columns; column++) {
            int x = column * width + width / 2, y = row * height + height / 2;
            struct letter *letter = letter_at(term, column, row);
            if (!letter->letter || !rect_contains(rect, x, y) || !rect_contains(clip, x, y))
                continue;
            if (colour.a >= 128)
                remove_letter(term, column, row);
            else
                letter->colour = term_blend(letter->colour, colour);
        }
}

static void put_letter(struct term_surface *term, int column, int row, int width,
                       const struct letter *letter)
{
    struct rect cell = term_surface_cell(term, column, row);
    int y = cell.y + cell.h / 2;
    if (column < 0 || column + width > term->columns ||
        !rect_contains(&term->canvas.clip, cell.x + cell.w / 2, y) ||
        !rect_contains(&term->canvas.clip, cell.x + cell.w * width - cell.w / 2, y))
        return;
    for (int i = 0; i < width; i++) {
        remove_letter(term, column + i, row);
        *letter_at(term, column + i, row) = *letter;
        if (i > 0)
            letter_at(term, column + i, row)->letter = LETTER_RIGHT_HALF;
    }
}

/* The cell that begins nearest to x. */
static int nearest_cell(int x, int width)
{
    int shifted = x + width / 2;
    return shifted >= 0 ? shifted / width : -((-shifted + width - 1) / width);
}

/* ---- The surface --------------------------------------------------------------------------- */

static void begin(struct surface *surface, struct colour ground, float text_scale)
{
    struct term_surface *term = own(surface);
    struct rect all = {0, 0, term->canvas.width, term->canvas.height};
    (void)text_scale;
    memset(term->letters, 0, sizeof *term->letters * (size_t)(term->columns * term->rows));
    term_canvas_clip(&term->canvas, NULL);
    term_canvas_fill(&term->canvas, &all, ground);
}

static void clip(struct surface *surface, const struct rect *rect)
{
    term_canvas_clip(&own(surface)->canvas, rect);
}

static void fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    term_canvas_fill(&own(surface)->canvas, rect, colour);
    cover_letters(own(surface), rect, colour);
}

static void round_rect(struct surface *surface, const struct rect *rect, float radius,
                       struct colour colour)
{
    term_canvas_round_rect(&own(surface)->canvas, rect, radius, colour);
    cover_letters(own(surface), rect, colour);
}

static float at_least(const struct term_surface *term, float length, float cells)
{
    float least = cells * (float)term->cell_width;
    return term->coarse && length < least ? least : length;
}

/* A part of a column of cells would hardly be seen. */
static void column_line(struct term_surface *term, struct point from, struct point to,
                        struct colour colour)
{
    int top = (int)fminf(from.y, to.y), bottom = (int)fmaxf(from.y, to.y);
    int column = (int)floorf(from.x / (float)term->cell_width);
    struct rect all = {column * term->cell_width, top, term->cell_width, bottom - top};
    struct letter letter = {.letter = '|', .colour = term_blend(0, colour)};
    if (!term->ascii) {
        fill(&term->base, &all, colour);
        return;
    }
    for (int row = 0; row < term->rows; row++) {
        struct rect cell = term_surface_cell(term, column, row);
        if (cell.y + cell.h / 2 >= top && cell.y + cell.h / 2 < bottom)
            put_letter(term, column, row, 1, &letter);
    }
}

static void line(struct surface *surface, struct point from, struct point to, float width,
                 struct colour colour)
{
    struct term_surface *term = own(surface);
    if (term->coarse && from.x == to.x && width < (float)term->cell_width)
        column_line(term, from, to, colour);
    else
        term_canvas_line(&term->canvas, from, to, at_least(term, width, 0.75F), colour);
}

static void disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    struct term_surface *term = own(surface);
    term_canvas_disc(&term->canvas, x, y, at_least(term, radius, 0.6F), colour);
}

static int text_height(struct surface *surface, enum text_size size)
{
    (void)size;
    return own(surface)->cell_height;
}

static int text_width(struct surface *surface, enum text_size size, const char *string)
{
    char spelled[MAX_TEXT];
    (void)size;
    if (own(surface)->ascii)
        string = letters_spell(string, spelled, sizeof spelled);
    return letters_width(string) * own(surface)->cell_width;
}

static void text(struct surface *surface, enum text_size size, struct colour colour,
                 enum text_align align, int x, int y, const char *string)
{
    struct term_surface *term = own(surface);
    char spelled[MAX_TEXT];
    if (term->ascii)
        string = letters_spell(string, spelled, sizeof spelled);
    int cells = letters_width(string), width = term->cell_width, step;
    int row = nearest_cell(y, term->cell_height);
    int column = align == TEXT_LEFT     ? nearest_cell(x, width)
                 : align == TEXT_CENTRE ? nearest_cell(x - cells * width / 2, width)
                                        : nearest_cell(x, width) - cells;
    struct letter letter = {.colour = term_blend(0, colour), .bold = size >= TEXT_TITLE};
    if (row < 0 || row >= term->rows)
        return;
    while ((letter.letter = letter_next(&string, &step)) != 0) {
        put_letter(term, column, row, step, &letter);
        column += step;
    }
}

/* Exact at once: to send it twice would take longer than to draw it. */
static int beyond(int value, int step)
{
    return (value % step + step) % step;
}

/* Where half a cell has no more than one pixel of the picture, it has all of it. */
static void place_at_half_blocks(const struct term_surface *term, const struct rect *port,
                                 struct placed_picture *placed)
{
    int width = term->cell_width, height = term->cell_height / 2;
    if (!term->coarse || (uint32_t)(placed->place.width / width) < placed->picture->width)
        return;
    placed->place.x -= beyond(port->x + placed->place.x, width);
    placed->place.y -= beyond(port->y + placed->place.y, height);
}

static void picture(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed)
{
    struct placed_picture exact = *placed;
    exact.moving = false;
    place_at_half_blocks(own(surface), port, &exact);
    struct rect covered = term_canvas_picture(&own(surface)->canvas, port, &exact);
    cover_letters(own(surface), &covered, (struct colour){0, 0, 0, 255});
}

static const struct surface_type type = {.begin = begin,
                                         .clip = clip,
                                         .fill = fill,
                                         .round_rect = round_rect,
                                         .line = line,
                                         .disc = disc,
                                         .text_height = text_height,
                                         .text_width = text_width,
                                         .text = text,
                                         .picture = picture};

int term_surface_resize(struct term_surface *surface, int columns, int rows, int cell_width,
                        int cell_height)
{
    struct letter *letters = calloc((size_t)columns * (size_t)rows, sizeof *letters);
    if (!letters ||
        term_canvas_resize(&surface->canvas, columns * cell_width, rows * cell_height)) {
        free(letters);
        return -1;
    }
    free(surface->letters);
    surface->base.type = &type;
    surface->letters = letters;
    surface->columns = columns;
    surface->rows = rows;
    surface->cell_width = cell_width;
    surface->cell_height = cell_height;
    return 0;
}

void term_surface_free(struct term_surface *surface)
{
    term_canvas_free(&surface->canvas);
    free(surface->letters);
    *surface = (struct term_surface){0};
}

/* ---- Screenshots --------------------------------------------------------------------------- */

/* The glyph in the middle of its cell, as large as fits. */
static void paint_letter(const struct term_surface *term, int column, int row, uint8_t *rgb)
{
    const struct letter *letter = letter_at(term, column, row);
    struct builtin_glyph glyph = builtin_glyph(letter->letter);
    struct rect cell = term_surface_cell(term, column, row);
    int across = cell.w / 8, down = cell.h / BUILTIN_HEIGHT;
    int factor = across < down ? across : down;
    factor = factor < 1 ? 1 : factor;
    int left = cell.x + (cell.w - (int)glyph.width * factor) / 2;
    int top = cell.y + (cell.h - BUILTIN_HEIGHT * factor) / 2;
    for (int y = 0; y < BUILTIN_HEIGHT * factor; y++)
        for (int x = 0; x < (int)glyph.width * factor; x++) {
            if (!(glyph.rows[y / factor] >> (x / factor) & 1) ||
                !rect_contains(&cell, left + x, top + y))
                continue;
            uint8_t *to = rgb + ((size_t)(top + y) * (size_t)term->canvas.width + left + x) * 3;
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)(letter->colour >> (16 - 8 * c));
        }
}

uint8_t *term_surface_picture(const struct term_surface *surface)
{
    size_t n = (size_t)surface->canvas.width * (size_t)surface->canvas.height;
    uint8_t *rgb = malloc(n * 3);
    if (!rgb)
        return NULL;
    for (size_t i = 0; i < n * 3; i++)
        rgb[i] = (uint8_t)(surface->canvas.pixels[i / 3] >> (16 - 8 * (i % 3)));
    for (int row = 0; row < surface->rows; row++)
        for (int column = 0; column < surface->columns; column++)
            if (letter_at(surface, column, row)->letter > LETTER_RIGHT_HALF)
                paint_letter(surface, column, row, rgb);
    return rgb;
}
