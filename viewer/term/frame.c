#include "term/frame.h"

#include "term/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void frame_forget(struct frame *frame)
{
    frame->known = false;
}

void frame_free(struct frame *frame)
{
    free(frame->cells);
    free(frame->sent);
    free(frame->pixels);
    *frame = (struct frame){0};
}

/* Makes room for another size. 0, or -1 if there is no memory. */
static int fit(struct frame *frame, const struct term_surface *surface)
{
    const struct canvas *canvas = &surface->canvas;
    unsigned first_image = frame->first_image;
    if (frame->cells && frame->columns == surface->columns && frame->rows == surface->rows &&
        frame->width == canvas->width && frame->height == canvas->height)
        return 0;
    frame_free(frame);
    size_t n_cells = (size_t)surface->columns * (size_t)surface->rows;
    *frame = (struct frame){
        .first_image = first_image,
        .cells = calloc(n_cells, sizeof *frame->cells),
        .sent = calloc(n_cells, sizeof *frame->sent),
        .pixels = calloc((size_t)canvas->width * (size_t)canvas->height, sizeof *frame->pixels),
        .columns = surface->columns,
        .rows = surface->rows,
        .width = canvas->width,
        .height = canvas->height};
    if (frame->cells && frame->sent && frame->pixels)
        return 0;
    frame_free(frame);
    frame->first_image = first_image;
    return -1;
}

/* ---- Tiles --------------------------------------------------------------------------------- */

/* Its cells; and whether its pixels are to be sent. */
static bool has_changed(const struct frame *frame, const struct canvas *canvas,
                        const struct rect *pixels)
{
    for (int y = pixels->y; frame->known && y < pixels->y + pixels->h; y++) {
        size_t at = (size_t)y * (size_t)canvas->width + (size_t)pixels->x;
        if (memcmp(frame->pixels + at, canvas->pixels + at,
                   (size_t)pixels->w * sizeof *canvas->pixels) != 0)
            return true;
    }
    return !frame->known;
}

/* Sixels take the place of the letters, which have to be written again. */
static void forget_letters(struct frame *frame, const struct rect *tile)
{
    for (int row = tile->y; row < tile->y + tile->h; row++)
        for (int column = tile->x; column < tile->x + tile->w; column++)
            frame->sent[row * frame->columns + column] = (struct cell){.flags = CELL_IMAGE};
}

/* Whether a cell showed a letter where sixels are to be seen now. */
static bool lost_letter(const struct frame *frame, const struct rect *tile)
{
    for (int row = tile->y; row < tile->y + tile->h; row++)
        for (int column = tile->x; column < tile->x + tile->w; column++) {
            int i = row * frame->columns + column;
            if (frame->cells[i].flags & CELL_IMAGE && !(frame->sent[i].flags & CELL_IMAGE))
                return true;
        }
    return false;
}

static int send_tile(struct frame *frame, const struct term_surface *surface,
                     const struct term_look *look, const struct rect *tile, struct buffer *out)
{
    struct rect pixels = {tile->x * surface->cell_width, tile->y * surface->cell_height,
                          tile->w * surface->cell_width, tile->h * surface->cell_height};
    bool sixel = look->mode == TERMINAL_SIXEL;
    if (!has_changed(frame, &surface->canvas, &pixels) && !(sixel && lost_letter(frame, tile)))
        return 0;
    char move[32];
    int n = snprintf(move, sizeof move, "\33[%d;%dH", tile->y + 1, tile->x + 1);
    if (buffer_append(out, move, (size_t)n))
        return -1;
    if (sixel) {
        forget_letters(frame, tile);
        return sixel_append(out, &surface->canvas, &pixels);
    }
    unsigned number = frame->first_image + cells_tile(surface, tile->x, tile->y);
    return kitty_append(out, &surface->canvas, &pixels, number, tile->w, tile->h,
                        look->through_tmux);
}

static int send_tiles(struct frame *frame, const struct term_surface *surface,
                      const struct term_look *look, struct buffer *out)
{
    int rows = cells_image_rows(surface, look);
    for (int y = 0; y < rows; y += TILE_ROWS)
        for (int x = 0; x < frame->columns; x += TILE_COLUMNS) {
            struct rect tile = {
                x, y, frame->columns - x < TILE_COLUMNS ? frame->columns - x : TILE_COLUMNS,
                rows - y < TILE_ROWS ? rows - y : TILE_ROWS};
            if (send_tile(frame, surface, look, &tile, out))
                return -1;
        }
    memcpy(frame->pixels, surface->canvas.pixels,
           (size_t)frame->width * (size_t)frame->height * sizeof *frame->pixels);
    return 0;
}

/* ---- Frames -------------------------------------------------------------------------------- */

int frame_write(struct frame *frame, const struct term_surface *surface,
                const struct term_look *look, bool lines, struct buffer *out)
{
    if (fit(frame, surface))
        return -1;
    cells_compose(surface, look, frame->first_image, frame->cells);
    bool known = frame->known;
    if ((term_is_graphic(look) && send_tiles(frame, surface, look, out)) ||
        cells_write(frame->cells, known ? frame->sent : NULL, frame->columns, frame->rows, look,
                    lines && !term_is_graphic(look), out)) {
        frame->known = false;
        return -1;
    }
    struct cell *sent = frame->sent;
    frame->sent = frame->cells;
    frame->cells = sent;
    frame->known = true;
    return 0;
}
