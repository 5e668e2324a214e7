#include "readable.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LEAST_CONTRAST 4.5 /* of WCAG 2, level AA, for texts of any size */

static double linear(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour)
{
    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

static double contrast(struct colour a, struct colour b)
{
    double first = luminance(a), second = luminance(b);
    return (fmax(first, second) + 0.05) / (fmin(first, second) + 0.05);
}

static struct colour ground_of(const struct recording_surface *surface, const struct recorded *text,
                               struct colour ground)
{
    for (const struct recorded *item = text; item-- > surface->items;)
        if (item->kind == RECORDED_RECT && recording_contains(&item->seen, &text->seen))
            return item->colour;
    return ground;
}

static void assert_apart(const struct recording_surface *surface, const char *what)
{
    const struct recorded *first, *second;
    if (recording_overlap(surface, &first, &second))
        fail_msg("%s: \"%s\" and \"%s\" overlap", what, first->string, second->string);
    first = recording_half_covered(surface);
    if (first)
        fail_msg("%s: \"%s\" is covered in part", what, first->string);
    first = recording_cut_off(surface);
    if (first)
        fail_msg("%s: \"%s\" is cut off", what, first->string);
}

void readable_assert(const struct recording_surface *surface, struct colour ground,
                     const struct rect *rect, const char *what)
{
    assert_apart(surface, what);
    for (size_t i = 0; i < surface->n; i++) {
        const struct recorded *item = &surface->items[i];
        if (item->kind != RECORDED_TEXT)
            continue;
        if (!recording_contains(rect, &item->box))
            fail_msg("%s: \"%s\" at %d, %d, %d wide and %d high, is not inside", what, item->string,
                     item->box.x, item->box.y, item->box.w, item->box.h);
        double ratio = contrast(item->colour, ground_of(surface, item, ground));
        if (ratio < LEAST_CONTRAST)
            fail_msg("%s: \"%s\" has a contrast of %.2f", what, item->string, ratio);
    }
}

bool readable_has(const struct recording_surface *surface, const char *part)
{
    for (size_t i = 0; i < surface->n; i++)
        if (surface->items[i].kind == RECORDED_TEXT && strstr(surface->items[i].string, part))
            return true;
    return false;
}
