#include "session/difference.h"

#include <stdbool.h>

void difference_clear(struct difference *difference)
{
    picture_unref(difference->a);
    picture_unref(difference->b);
    picture_unref(difference->picture);
    *difference = (struct difference){0};
}

static bool is_current(const struct difference *difference, const struct picture *a,
                       const struct picture *b, enum map_difference_kind kind, int gain)
{
    return difference->a == a && difference->b == b && difference->kind == kind &&
           difference->gain == gain;
}

/* A picture as large as another one that is halved more often. */
static struct picture *match(struct picture *picture, const struct picture *other)
{
    uint32_t reduce = 0;
    while (reduce < UQD_MAX_REDUCE && uqd_reduced_side(picture->width, reduce) > other->width)
        reduce++;
    return reduce ? picture_shrink(picture, reduce) : picture_ref(picture);
}

static struct picture *make(struct difference *difference)
{
    struct picture *a = match(difference->a, difference->b);
    struct picture *b = match(difference->b, difference->a);
    struct picture *made =
        a && b ? map_difference(a, b, difference->kind, difference->gain, &difference->legend)
               : NULL;
    picture_unref(a);
    picture_unref(b);
    return made;
}

void difference_update(struct difference *difference, struct picture *a, struct picture *b,
                       enum map_difference_kind kind, int gain)
{
    if (is_current(difference, a, b, kind, gain))
        return;
    difference_clear(difference);
    if (!a || !b)
        return;
    *difference =
        (struct difference){.a = picture_ref(a), .b = picture_ref(b), .kind = kind, .gain = gain};
    difference->picture = make(difference);
}
