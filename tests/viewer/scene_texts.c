#include "scene_texts.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const float heights[TEXT_N_SIZES] = {15, 17, 21, 35};

static struct scene_texts *own(struct surface *surface)
{
    return (struct scene_texts *)surface;
}

static bool contains(const struct rect *outer, const struct rect *inner)
{
    return inner->x >= outer->x && inner->y >= outer->y &&
           inner->x + inner->w <= outer->x + outer->w && inner->y + inner->h <= outer->y + outer->h;
}

static struct rect shared(const struct rect *a, const struct rect *b)
{
    int left = a->x > b->x ? a->x : b->x, top = a->y > b->y ? a->y : b->y;
    int right = a->x + a->w < b->x + b->w ? a->x + a->w : b->x + b->w;
    int bottom = a->y + a->h < b->y + b->h ? a->y + a->h : b->y + b->h;
    if (right <= left || bottom <= top)
        return (struct rect){left, top, 0, 0};
    return (struct rect){left, top, right - left, bottom - top};
}

/* ---- Colours ------------------------------------------------------------------------------- */

static double linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

double scene_texts_contrast(struct colour a, struct colour b)
{
    double first = luminance(a), second = luminance(b);
    return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

struct colour scene_texts_over(struct colour colour, struct colour ground)
{
    int a = colour.a, rest = 255 - a;
    return (struct colour){(uint8_t)((colour.r * a + ground.r * rest) / 255),
                           (uint8_t)((colour.g * a + ground.g * rest) / 255),
                           (uint8_t)((colour.b * a + ground.b * rest) / 255), 255};
}

/* What is behind a point. */
static void find_grounds(const struct scene_texts *texts, int x, int y, struct colour grounds[2])
{
    grounds[0] = grounds[1] = texts->ground;
    for (int i = 0; i < texts->n_fills; i++)
        for (int k = 0; k < 2 && rect_contains(&texts->fills[i].rect, x, y); k++)
            grounds[k] = scene_texts_over(texts->fills[i].colours[k], grounds[k]);
}

/* ---- What a surface does ------------------------------------------------------------------- */

static void begin(struct surface *surface, struct colour ground, float text_scale)
{
    struct scene_texts *texts = own(surface);
    texts->n_texts = texts->n_fills = 0;
    texts->clip = texts->window;
    texts->ground = ground;
    texts->scale = text_scale;
}

static void set_text_scale(struct surface *surface, float scale)
{
    own(surface)->scale = scale;
}

static void clip(struct surface *surface, const struct rect *rect)
{
    struct scene_texts *texts = own(surface);
    texts->clip = rect ? shared(rect, &texts->window) : texts->window;
}

/* Lines are no ground. */
static void add_fill(struct scene_texts *texts, const struct rect *rect, struct colour dark,
                     struct colour bright)
{
    if (contains(rect, &texts->window))
        texts->n_texts = 0;
    if (rect->w < 4 || rect->h < 4)
        return;
    assert_true(texts->n_fills < SCENE_TEXTS_FILLS);
    texts->fills[texts->n_fills++] =
        (struct scene_fill){shared(rect, &texts->clip), {dark, bright}};
}

static void fill(struct surface *surface, const struct rect *rect, struct colour colour)
{
    add_fill(own(surface), rect, colour, colour);
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
    (void)surface, (void)from, (void)to, (void)width, (void)colour;
}

static void disc(struct surface *surface, float x, float y, float radius, struct colour colour)
{
    struct rect inside = {(int)(x - 0.7F * radius), (int)(y - 0.7F * radius), (int)(1.4F * radius),
                          (int)(1.4F * radius)};
    fill(surface, &inside, colour);
}

static int text_height(struct surface *surface, enum text_size size)
{
    return (int)(heights[size] * own(surface)->scale + 0.5F);
}

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
    struct scene_texts *texts = own(surface);
    struct rect box = {x, y, text_width(surface, size, string), text_height(surface, size)};
    if (!*string)
        return;
    box.x -= align == TEXT_CENTRE ? box.w / 2 : align == TEXT_RIGHT ? box.w : 0;
    assert_true(texts->n_texts < SCENE_TEXTS_MAX);
    struct scene_text *added = &texts->texts[texts->n_texts++];
    *added = (struct scene_text){.box = box, .clip = texts->clip, .colour = colour};
    snprintf(added->string, sizeof added->string, "%s", string);
    find_grounds(texts, box.x + box.w / 2, box.y + box.h / 2, added->grounds);
}

static void picture(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed)
{
    const struct colour black = {0, 0, 0, 255}, white = {255, 255, 255, 255};
    (void)placed;
    add_fill(own(surface), port, black, white);
}

static const struct surface_type type = {.begin = begin,
                                         .text_scale = set_text_scale,
                                         .clip = clip,
                                         .fill = fill,
                                         .round_rect = round_rect,
                                         .line = line,
                                         .disc = disc,
                                         .text_height = text_height,
                                         .text_width = text_width,
                                         .text = text,
                                         .picture = picture};

void scene_texts_init(struct scene_texts *texts, int width, int height)
{
    texts->base.type = &type;
    texts->window = texts->clip = (struct rect){0, 0, width, height};
    texts->scale = 1;
    texts->n_texts = texts->n_fills = 0;
}

/* ---- What can be asked --------------------------------------------------------------------- */

bool scene_texts_touch(const struct scene_texts *texts, int between, const struct scene_text **a,
                       const struct scene_text **b)
{
    for (int i = 0; i < texts->n_texts; i++)
        for (int k = 0; k < i; k++) {
            struct rect first = shared(&texts->texts[k].box, &texts->texts[k].clip);
            struct rect second = shared(&texts->texts[i].box, &texts->texts[i].clip);
            first.x -= between;
            first.w += first.w > 0 ? 2 * between : 0;
            if (shared(&first, &second).w <= 0)
                continue;
            *a = &texts->texts[k];
            *b = &texts->texts[i];
            return true;
        }
    return false;
}

const struct scene_text *scene_texts_cut_off(const struct scene_texts *texts,
                                             const struct rect *except, int n_except)
{
    for (int i = 0; i < texts->n_texts; i++) {
        const struct scene_text *one = &texts->texts[i];
        bool excepted = false;
        for (int k = 0; k < n_except; k++)
            excepted |= !memcmp(&except[k], &one->clip, sizeof *except);
        if (!excepted && (one->box.w <= 0 || one->box.h <= 0 || !contains(&one->clip, &one->box)))
            return one;
    }
    return NULL;
}

const struct scene_text *scene_texts_unreadable(const struct scene_texts *texts, double least)
{
    for (int i = 0; i < texts->n_texts; i++)
        for (int k = 0; k < 2; k++)
            if (scene_texts_contrast(texts->texts[i].colour, texts->texts[i].grounds[k]) < least)
                return &texts->texts[i];
    return NULL;
}

const struct scene_text *scene_texts_find(const struct scene_texts *texts, const char *beginning)
{
    for (int i = 0; i < texts->n_texts; i++)
        if (!strncmp(texts->texts[i].string, beginning, strlen(beginning)))
            return &texts->texts[i];
    return NULL;
}
