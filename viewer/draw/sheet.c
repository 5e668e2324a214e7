#include "draw/sheet.h"

#include "draw/font_builtin.h"
#include "image_file.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PIXELS (UINT64_C(1) << 28)
#define ASPECT     (16.0 / 9)
#define MOST_SCALE 6
#define LEADING    3 /* rows of a line that its letters leave free */
#define PAPER      255
#define LINES      SHEET_N_FACTS
static const char dot[] = " · ";

/* How all is laid out, in pixels. */
struct page {
    uint32_t columns, rows;
    uint32_t scale;                   /* pixels of a dot of the letters */
    uint32_t n_lines;                 /* of the longest caption */
    uint32_t cell_width, cell_height; /* with the gap to the next */
    uint64_t width, height;
};

/* ---- Texts --------------------------------------------------------------------------------- */

static uint32_t text_width(const char *text)
{
    uint32_t width = 0;
    while (*text)
        width += builtin_glyph(utf8_next(&text)).width + BUILTIN_SPACING;
    return width;
}

/* The facts in lines of so many dots of the letters, as few as they go. Returns how many. */
static uint32_t break_lines(const struct sheet_caption *caption, uint32_t room,
                            struct text_line lines[LINES])
{
    uint32_t n = 0;
    for (int i = 0; i < SHEET_N_FACTS; i++) {
        struct text_line joined;
        const char *fact = caption->facts[i].text;
        if (!*fact)
            continue;
        if (n > 0) {
            snprintf(joined.text, sizeof joined.text, "%.70s%s%.60s", lines[n - 1].text, dot, fact);
            if (text_width(joined.text) <= room) {
                lines[n - 1] = joined;
                continue;
            }
        }
        snprintf(lines[n++].text, sizeof lines->text, "%s", fact);
    }
    return n;
}

/* Ink on what is white, as far as there is room. */
static void draw_text(struct pixels *sheet, uint64_t x, uint64_t y, uint32_t room, uint32_t scale,
                      const char *text)
{
    uint32_t colours = sheet->channels < 3 ? 1 : 3, used = 0;
    while (*text) {
        struct builtin_glyph glyph = builtin_glyph(utf8_next(&text));
        if (used + glyph.width > room)
            return;
        for (uint32_t v = 0; v < BUILTIN_HEIGHT * scale; v++)
            for (uint32_t u = 0; u < glyph.width * scale; u++)
                if (glyph.rows[v / scale] >> u / scale & 1)
                    memset(sheet->data +
                               ((y + v) * sheet->width + x + used * scale + u) * sheet->channels,
                           0, colours);
        used += glyph.width + BUILTIN_SPACING;
    }
}

/* ---- Layout -------------------------------------------------------------------------------- */

/* Letters as large as the longest caption allows in one line. */
static uint32_t choose_scale(const struct film *film, const struct sheet_caption *captions)
{
    uint32_t widest = 1, scale;
    struct text_line lines[LINES];
    for (uint32_t i = 0; i < film->n_frames; i++)
        if (break_lines(&captions[i], UINT32_MAX, lines) > 0 && text_width(lines[0].text) > widest)
            widest = text_width(lines[0].text);
    scale = film->frames[0].width / widest;
    return scale < 1 ? 1 : scale > MOST_SCALE ? MOST_SCALE : scale;
}

static void set_columns(struct page *page, uint32_t n, uint32_t columns)
{
    page->columns = columns;
    page->rows = (n + columns - 1) / columns;
    page->width = (uint64_t)columns * page->cell_width + SHEET_GAP;
    page->height = (uint64_t)page->rows * page->cell_height + SHEET_GAP;
}

static double distortion_of(const struct page *page)
{
    return fabs(log((double)page->width / (double)page->height / ASPECT));
}

static void lay_out(struct page *page, const struct film *film,
                    const struct sheet_caption *captions)
{
    const struct pixels *frame = &film->frames[0];
    struct text_line lines[LINES];
    *page = (struct page){.scale = choose_scale(film, captions)};
    for (uint32_t i = 0; i < film->n_frames; i++) {
        uint32_t n = break_lines(&captions[i], frame->width / page->scale, lines);
        page->n_lines = n > page->n_lines ? n : page->n_lines;
    }
    page->cell_width = frame->width + SHEET_GAP;
    page->cell_height =
        frame->height + SHEET_GAP + page->n_lines * (BUILTIN_HEIGHT + LEADING) * page->scale;
    set_columns(page, film->n_frames, 1);
    for (uint32_t columns = 2; columns <= film->n_frames; columns++) {
        struct page other = *page;
        set_columns(&other, film->n_frames, columns);
        if (distortion_of(&other) < distortion_of(page))
            *page = other;
    }
}

/* ---- The sheet ----------------------------------------------------------------------------- */

static void draw_frame(struct pixels *sheet, const struct page *page, const struct pixels *frame,
                       const struct sheet_caption *caption, uint32_t index)
{
    uint64_t x = SHEET_GAP + (uint64_t)(index % page->columns) * page->cell_width;
    uint64_t y = SHEET_GAP + (uint64_t)(index / page->columns) * page->cell_height;
    size_t row = frame->width * (size_t)frame->channels;
    struct text_line lines[LINES];
    uint32_t room = frame->width / page->scale, n = break_lines(caption, room, lines);
    for (uint32_t v = 0; v < frame->height; v++)
        memcpy(sheet->data + ((y + v) * sheet->width + x) * sheet->channels, frame->data + v * row,
               row);
    y += frame->height + LEADING * page->scale;
    for (uint32_t i = 0; i < n; i++)
        draw_text(sheet, x, y + (uint64_t)i * (BUILTIN_HEIGHT + LEADING) * page->scale, room,
                  page->scale, lines[i].text);
}

int sheet_write(const struct film *film, const struct sheet_caption *captions, const char *path,
                struct message *message)
{
    struct page page;
    lay_out(&page, film, captions);
    if (page.width * page.height > MAX_PIXELS)
        return message_set(message, "%.200s: the pictures of all steps are too large for a file",
                           path);
    struct pixels sheet = {.width = (uint32_t)page.width,
                           .height = (uint32_t)page.height,
                           .channels = film->frames[0].channels};
    size_t size = (size_t)sheet.width * sheet.height * sheet.channels;
    sheet.data = malloc(size);
    if (!sheet.data)
        return message_set(message, "%.200s: there is no memory for the pictures", path);
    memset(sheet.data, PAPER, size);
    for (uint32_t i = 0; i < film->n_frames; i++)
        draw_frame(&sheet, &page, &film->frames[i], &captions[i], i);
    int status = image_write(path, IMAGE_PNG, &sheet, message);
    free(sheet.data);
    return status;
}
