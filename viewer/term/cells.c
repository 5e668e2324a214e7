#include "term/cells.h"

#include "term/letters.h"
#include "term/palette.h"

#include <stdio.h>
#include <string.h>

#define UPPER_HALF 0x2580u
#define STAND_IN   0x10eeeeu
#define DARK       32u /* lightness that counts as none: the ground of the window stays empty */

/* ---- What is to be seen -------------------------------------------------------------------- */

unsigned cells_tile(const struct term_surface *surface, int column, int row)
{
    int across = (surface->columns + TILE_COLUMNS - 1) / TILE_COLUMNS;
    return (unsigned)(row / TILE_ROWS * across + column / TILE_COLUMNS);
}

unsigned cells_count_tiles(const struct term_surface *surface)
{
    return cells_tile(surface, surface->columns - 1, surface->rows - 1) + 1;
}

int cells_image_rows(const struct term_surface *surface, const struct term_look *look)
{
    return look->mode == TERMINAL_SIXEL ? surface->rows - 1 : surface->rows;
}

static uint32_t limit_colour(const struct term_look *look, uint32_t colour)
{
    return look->true_colour ? colour : palette_nearest(colour);
}

static unsigned lightness(uint32_t colour)
{
    return ((colour >> 16 & 255) * 54 + (colour >> 8 & 255) * 183 + (colour & 255) * 19) >> 8;
}

/* A letter on the mean of what lies behind it. */
static struct cell compose_letter(const struct letter *letter, uint32_t ground,
                                  const struct term_look *look)
{
    struct cell cell = {.letter = letter->letter, .flags = letter->bold ? CELL_BOLD : 0};
    bool on_light = lightness(ground) > lightness(letter->colour);
    if (look->mode == TERMINAL_ASCII) {
        cell.flags |= CELL_NO_COLOUR | (on_light ? CELL_REVERSE : 0);
        if (cell.letter != LETTER_RIGHT_HALF)
            cell.letter = (uint32_t)(unsigned char)letter_ascii(cell.letter);
        else
            cell.letter = ' ';
        return cell;
    }
    cell.fg = limit_colour(look, letter->colour);
    cell.bg = limit_colour(look, ground);
    if (look->mode == TERMINAL_KITTY && !look->through_tmux) {
        cell.flags |= CELL_NO_GROUND;
        cell.bg = 0;
    }
    return cell;
}

/* The ASCII character that is about as light. */
static struct cell compose_ascii(uint32_t mean)
{
    static const char ramp[] = " .:-=+*#%@";
    unsigned light = lightness(mean);
    light = light > DARK ? light - DARK : 0;
    return (struct cell){.letter = (uint32_t)ramp[light * (sizeof ramp - 2) / (255 - DARK)],
                         .flags = CELL_NO_COLOUR};
}

/* The mean of the upper or the lower half. */
static uint32_t colour_half(const struct term_surface *surface, const struct term_look *look,
                            int column, int row, int half)
{
    struct rect part = term_surface_cell(surface, column, row);
    part.h /= 2;
    part.y += half * part.h;
    uint32_t mean = term_canvas_mean(&surface->canvas, &part);
    return look->true_colour ? mean : palette_dithered(mean, column, 2 * row + half);
}

static struct cell compose_halves(const struct term_surface *surface, const struct term_look *look,
                                  int column, int row)
{
    uint32_t upper = colour_half(surface, look, column, row, 0);
    uint32_t lower = colour_half(surface, look, column, row, 1);
    if (upper == lower)
        return (struct cell){.letter = ' ', .bg = lower};
    return (struct cell){.letter = UPPER_HALF, .fg = upper, .bg = lower};
}

static struct cell compose_image(const struct term_surface *surface, const struct term_look *look,
                                 unsigned first_image, int column, int row)
{
    if (look->mode == TERMINAL_SIXEL)
        return (struct cell){.flags = CELL_IMAGE};
    if (!look->through_tmux)
        return (struct cell){.letter = ' ', .flags = CELL_NO_GROUND};
    return (struct cell){.letter = STAND_IN,
                         .fg = first_image + cells_tile(surface, column, row),
                         .flags = CELL_STAND_IN | CELL_NO_GROUND,
                         .row = (uint8_t)(row % TILE_ROWS),
                         .column = (uint8_t)(column % TILE_COLUMNS)};
}

static struct cell compose(const struct term_surface *surface, const struct term_look *look,
                           unsigned first_image, int column, int row)
{
    const struct letter *letter = &surface->letters[row * surface->columns + column];
    struct rect whole = term_surface_cell(surface, column, row);
    if (letter->letter)
        return compose_letter(letter, term_canvas_mean(&surface->canvas, &whole), look);
    if (term_is_graphic(look) && row < cells_image_rows(surface, look))
        return compose_image(surface, look, first_image, column, row);
    if (look->mode == TERMINAL_ASCII)
        return compose_ascii(term_canvas_mean(&surface->canvas, &whole));
    return compose_halves(surface, look, column, row);
}

void cells_compose(const struct term_surface *surface, const struct term_look *look,
                   unsigned first_image, struct cell *cells)
{
    for (int row = 0; row < surface->rows; row++)
        for (int column = 0; column < surface->columns; column++)
            *cells++ = compose(surface, look, first_image, column, row);
}

/* ---- Sequences ----------------------------------------------------------------------------- */

/* What is being written, and what the terminal was told last. */
struct writer {
    const struct term_look *look;
    struct buffer *out;
    int status;      /* -1: no memory */
    int column, row; /* of the cursor; -1: unknown */
    struct cell style;
    bool styled; /* the style is known */
    bool plain;  /* nothing but letters is written */
};

static void put(struct writer *writer, const char *bytes, size_t size)
{
    if (buffer_append(writer->out, bytes, size))
        writer->status = -1;
}

static void put_letter(struct writer *writer, uint32_t letter)
{
    char bytes[4];
    put(writer, bytes, (size_t)letter_utf8(letter, bytes));
}

static void put_colour(struct writer *writer, int what, uint32_t colour, bool indexed)
{
    char text[40];
    int n = indexed ? snprintf(text, sizeof text, "\33[%d;5;%um", what, (unsigned)colour)
                    : snprintf(text, sizeof text, "\33[%d;2;%u;%u;%um", what,
                               (unsigned)(colour >> 16 & 255), (unsigned)(colour >> 8 & 255),
                               (unsigned)(colour & 255));
    put(writer, text, (size_t)n);
}

static void put_attributes(struct writer *writer, const struct cell *cell)
{
    put(writer, "\33[0", 3);
    put(writer, ";1", cell->flags & CELL_BOLD ? 2 : 0);
    put(writer, ";7", cell->flags & CELL_REVERSE ? 2 : 0);
    put(writer, "m", 1);
}

/* The number of an image is told as a colour, by index where that is enough: tmux may change
 * others. The colour of a blank is not seen. */
static void put_colours(struct writer *writer, const struct cell *cell, bool afresh)
{
    struct cell *style = &writer->style;
    bool stand_in = (cell->flags & CELL_STAND_IN) != 0;
    bool other = afresh || stand_in != ((style->flags & CELL_STAND_IN) != 0);
    if (cell->letter != ' ' && (other || cell->fg != style->fg || !style->letter)) {
        put_colour(writer, 38, cell->fg, stand_in ? cell->fg < 256 : !writer->look->true_colour);
        style->fg = cell->fg;
        style->flags = cell->flags;
        style->letter = cell->letter; /* not 0: the colour is known */
    }
    if (!(cell->flags & CELL_NO_GROUND) && (afresh || cell->bg != style->bg)) {
        put_colour(writer, 48, cell->bg, !writer->look->true_colour);
        style->bg = cell->bg;
    }
}

static void set_style(struct writer *writer, const struct cell *cell)
{
    const int attributes = CELL_BOLD | CELL_REVERSE | CELL_NO_GROUND | CELL_NO_COLOUR;
    bool afresh = !writer->styled || ((cell->flags ^ writer->style.flags) & attributes) != 0;
    if (afresh) {
        put_attributes(writer, cell);
        writer->style.letter = 0;
    }
    if (!(cell->flags & CELL_NO_COLOUR))
        put_colours(writer, cell, afresh);
    if (afresh)
        writer->style.flags = cell->flags;
    writer->styled = true;
}

static void move_to(struct writer *writer, int column, int row)
{
    char text[32];
    if (writer->column == column && writer->row == row)
        return;
    put(writer, text, (size_t)snprintf(text, sizeof text, "\33[%d;%dH", row + 1, column + 1));
    writer->column = column;
    writer->row = row;
}

/* The marks that number the rows and columns of an image, as many as a tile has. */
static void put_place(struct writer *writer, const struct cell *cell)
{
    static const uint16_t marks[TILE_COLUMNS] = {0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d,
                                                 0x33e, 0x33f, 0x346, 0x34a, 0x34b, 0x34c,
                                                 0x350, 0x351, 0x352, 0x357};
    put_letter(writer, marks[cell->row]);
    put_letter(writer, marks[cell->column]);
}

static void put_cell(struct writer *writer, const struct cell *cell)
{
    if (!writer->plain)
        set_style(writer, cell);
    put_letter(writer, cell->letter);
    if (cell->flags & CELL_STAND_IN)
        put_place(writer, cell);
    writer->column++;
}

static void end_line(struct writer *writer)
{
    if (writer->styled)
        put(writer, "\33[0m", 4);
    put(writer, "\n", 1);
    writer->styled = false;
}

/* After a wide letter the cursor is behind its right half. */
static bool has_right_half(const struct cell *cell, int column, int columns)
{
    return column + 1 < columns && cell[1].letter == LETTER_RIGHT_HALF;
}

int cells_write(const struct cell *cells, const struct cell *sent, int columns, int rows,
                const struct term_look *look, bool lines, struct buffer *out)
{
    struct writer writer = {.look = look,
                            .out = out,
                            .column = -1,
                            .row = -1,
                            .plain = lines && look->mode == TERMINAL_ASCII};
    for (int i = 0; i < columns * rows; i++) {
        const struct cell *cell = &cells[i];
        int column = i % columns, row = i / columns;
        bool wide = has_right_half(cell, column, columns);
        bool same = sent && !memcmp(cell, &sent[i], sizeof *cell) &&
                    (!wide || !memcmp(cell + 1, &sent[i + 1], sizeof *cell));
        if (cell->letter != LETTER_RIGHT_HALF && !(cell->flags & CELL_IMAGE) && !same) {
            if (!lines)
                move_to(&writer, column, row);
            put_cell(&writer, cell);
            writer.column += wide;
            /* Behind the last column the cursor may be anywhere. */
            if (writer.column >= columns)
                writer.column = -1;
        }
        if (lines && column == columns - 1)
            end_line(&writer);
    }
    if (writer.styled)
        put(&writer, "\33[0m", 4);
    return writer.status;
}
