#include "recording_surface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rectangles that let less than this through hide what is behind. */
#define OPAQUE 200

static const float heights[TEXT_N_SIZES] = {15, 17, 21, 35};

static struct recording_surface *own(struct surface *surface)
{
    return (struct recording_surface *)surface;
}

bool recording_contains(const struct rect *outer, const struct rect *inner)
{
    return inner->x >= outer->x && inner->y >= outer->y &&
           inner->x + inner->w <= outer->x + outer->w && inner->y + inner->h <= outer->y + outer->h;
}

struct rect recording_shared(const struct rect *a, const struct rect *b)
{
    int left = a->x > b->x ? a->x : b->x, top = a->y > b->y ? a->y : b->y;
    int right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int bottom = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    if (right <= left || bottom <= top)
        return (struct rect){left, top, 0, 0};
    return (struct rect){left, top, right - left, bottom - top};
}

/* ---- What a surface does ------------------------------------------------------------------- */

static void begin(struct surface *surface, struct colour ground, float text_scale)
{
    struct recording_surface *recording = own(surface);
    (void)ground;
    recording->n = recording->n_lines = recording->n_discs = 0;
    recording->clip = recording->window;
    recording->scale = text_scale;
}

static void clip(struct surface *surface, const struct rect *rect)
{
    struct recording_surface *recording = own(surface);
    recording->clip = rect ? recording_shared(rect, &recording->window) : recording->window;
}

static struct recorded *add(struct recording_surface *recording, enum recorded_kind kind,
                            struct rect box)
{
    if (recording->n == recording->allocated) {
        recording->allocated = 2 * recording->allocated + 64;
        recording->items =
            realloc(recording->items, recording->allocated * sizeof *recording->items);
        assert_non_null(recording->items);
    }
    struct recorded *item = &recording->items[recording->n++];
    *item = (struct recorded){.kind = kind, .box = box, .clip = recording->clip};
    item->seen = recording_shared(&item->box, &item->clip);
    return item;
}

static void fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    add(own(surface), RECORDED_RECT, *rect)->colour = colour;
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
    (void)from, (void)to, (void)width, (void)colour;
    own(surface)->n_lines++;
}

static void disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    (void)x, (void)y, (void)radius, (void)colour;
    own(surface)->n_discs++;
}

static int text_height(struct surface *surface, enum text_size size)
{
    return (int)(heights[size] * own(surface)->scale + 0.5F);
}

/* Of UTF-8: bytes that go on with a character are not counted. */
static int text_width(struct surface *surface, enum text_size size, const char *string)
{
    int n = 0;
    for (; *string; string++)
        n += ((unsigned char)*string & 0xc0) != 0x80;
    return n * text_height(surface, size) / 2;
}

static void text(struct surface *surface, enum text_size size, struct colour colour,
                 enum text_align align, int x, int y, const char *string)
{
    struct rect box = {x, y, text_width(surface, size, string), text_height(surface, size)};
    if (!*string)
        return;
    box.x -= align == TEXT_CENTRE ? box.w / 2 : align == TEXT_RIGHT ? box.w : 0;
    struct recorded *item = add(own(surface), RECORDED_TEXT, box);
    item->colour = colour;
    item->size = size;
    snprintf(item->string, sizeof item->string, "%s", string);
}

static void picture(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed)
{
    struct view_rect part = placed_picture_part(placed, port);
    if (part.width <= 0 || part.height <= 0)
        return;
    struct rect box = {port->x + placed->place.x + part.x, port->y + placed->place.y + part.y,
                       part.width, part.height};
    add(own(surface), RECORDED_PICTURE, box)->placed = *placed;
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

void recording_open(struct recording_surface *surface, int width, int height)
{
    *surface = (struct recording_surface){.base.type = &type, .window = {0, 0, width, height}};
    surface_begin(&surface->base, (struct colour){0, 0, 0, 255}, 1);
}

void recording_close(struct recording_surface *surface)
{
    free(surface->items);
    *surface = (struct recording_surface){0};
}

/* ---- What tests ask ------------------------------------------------------------------------ */

/* How much a later item covers of what is seen of one: 0 nothing, 1 a part, 2 all. */
static int covers(const struct recorded *later, const struct recorded *item)
{
    struct rect shared = recording_shared(&later->seen, &item->seen);
    if (later->kind == RECORDED_TEXT || shared.w == 0 ||
        (later->kind == RECORDED_RECT && later->colour.a < OPAQUE))
        return 0;
    return recording_contains(&later->seen, &item->seen) ? 2 : 1;
}

/* The most that anything later covers of an item. */
static int covered(const struct recording_surface *surface, const struct recorded *item)
{
    int most = 0;
    for (const struct recorded *later = item + 1; later < surface->items + surface->n; later++) {
        int own_cover = covers(later, item);
        most = own_cover > most ? own_cover : most;
    }
    return most;
}

static bool is_text_to_be_seen(const struct recording_surface *surface, const struct recorded *item)
{
    return item->kind == RECORDED_TEXT && item->seen.w > 0 && covered(surface, item) < 2;
}

bool recording_overlap(const struct recording_surface *surface, const struct recorded **first,
                       const struct recorded **second)
{
    const struct recorded *end = surface->items + surface->n;
    for (const struct recorded *a = surface->items; a < end; a++) {
        if (!is_text_to_be_seen(surface, a))
            continue;
        for (const struct recorded *b = a + 1; b < end; b++)
            if (b->kind == RECORDED_TEXT && recording_shared(&a->seen, &b->seen).w > 0 &&
                is_text_to_be_seen(surface, b)) {
                *first = a;
                *second = b;
                return true;
            }
    }
    return false;
}

const struct recorded *recording_cut_off(const struct recording_surface *surface)
{
    for (size_t i = 0; i < surface->n; i++) {
        const struct recorded *item = &surface->items[i];
        if (item->kind == RECORDED_TEXT && !recording_contains(&item->clip, &item->box) &&
            covered(surface, item) < 2)
            return item;
    }
    return NULL;
}

const struct recorded *recording_half_covered(const struct recording_surface *surface)
{
    for (size_t i = 0; i < surface->n; i++)
        if (is_text_to_be_seen(surface, &surface->items[i]) &&
            covered(surface, &surface->items[i]) == 1)
            return &surface->items[i];
    return NULL;
}

void recording_assert_tidy(const struct recording_surface *surface)
{
    const struct recorded *first, *second;
    if (recording_overlap(surface, &first, &second))
        fail_msg("\"%s\" at %d, %d and \"%s\" at %d, %d overlap", first->string, first->box.x,
                 first->box.y, second->string, second->box.x, second->box.y);
    first = recording_cut_off(surface);
    if (first)
        fail_msg("\"%s\" at %d, %d is cut off", first->string, first->box.x, first->box.y);
    first = recording_half_covered(surface);
    if (first)
        fail_msg("\"%s\" at %d, %d is covered in part", first->string, first->box.x, first->box.y);
}

const struct recorded *recording_find(const struct recording_surface *surface, const char *string)
{
    for (size_t i = surface->n; i-- > 0;)
        if (surface->items[i].kind == RECORDED_TEXT && !strcmp(surface->items[i].string, string))
            return &surface->items[i];
    return NULL;
}

size_t recording_count(const struct recording_surface *surface, enum recorded_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < surface->n; i++)
        n += surface->items[i].kind == kind;
    return n;
}
