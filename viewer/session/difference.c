#include "session/difference.h"

#include <stdlib.h>
#include <string.h>

/* The pictures, and what is shown. */
static void release(struct difference *difference)
{
    picture_unref(difference->a);
    picture_unref(difference->b);
    picture_unref(difference->picture);
}

void difference_clear(struct difference *difference)
{
    struct worker *worker = difference->worker;
    if (difference->coming)
        worker_drop(worker, WORKER_DIFFERENCE);
    release(difference);
    *difference = (struct difference){.worker = worker};
}

static bool is_of(const struct difference *difference, const struct picture *a,
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

/* Of two pictures of one shape. */
static bool are_equal(const struct picture *a, const struct picture *b)
{
    bool equal = true;
    for (uint32_t y = 0; equal && y < a->height; y++)
        equal = !memcmp(a->pixels + y * a->stride, b->pixels + y * b->stride,
                        a->width * (size_t)a->channels);
    return equal;
}

/* Of what it is made from. */
static void make(struct difference *difference)
{
    struct picture *a = match(difference->a, difference->b);
    struct picture *b = match(difference->b, difference->a);
    picture_unref(difference->picture);
    difference->picture =
        a && b ? map_difference(a, b, difference->kind, difference->gain, &difference->legend)
               : NULL;
    difference->none = difference->picture && are_equal(a, b);
    picture_unref(a);
    picture_unref(b);
}

/* ---- In the worker's thread ---------------------------------------------------------------- */

struct difference_job {
    struct job base;
    struct difference difference;
};

static void run(struct job *job)
{
    make(&((struct difference_job *)job)->difference);
}

static void free_job(struct job *job)
{
    release(&((struct difference_job *)job)->difference);
    free(job);
}

static const struct job_type type = {.run = run, .free = free_job};

/* False if there is no memory. */
static bool order(const struct difference *difference)
{
    struct difference_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->base.type = &type;
    job->difference = (struct difference){.a = picture_ref(difference->a),
                                          .b = picture_ref(difference->b),
                                          .kind = difference->kind,
                                          .gain = difference->gain};
    worker_order(difference->worker, WORKER_DIFFERENCE, &job->base);
    return true;
}

/* Shows what has come, also of what was wanted a moment ago. Whether anything has. */
static bool take(struct difference *difference)
{
    struct job *job =
        difference->coming ? worker_take(difference->worker, WORKER_DIFFERENCE) : NULL;
    if (!job)
        return false;
    struct difference *made = &((struct difference_job *)job)->difference;
    picture_unref(difference->picture);
    difference->picture = made->picture;
    difference->legend = made->legend;
    difference->none = made->none;
    difference->coming =
        !is_of(made, difference->a, difference->b, difference->kind, difference->gain);
    made->picture = NULL;
    free_job(job);
    return true;
}

/* ---- For the other one --------------------------------------------------------------------- */

/* Whether the window should not wait for it. */
static bool takes_long(const struct difference *difference)
{
    const struct picture *a = difference->a, *b = difference->b;
    return difference->worker && ((uint64_t)a->width * a->height > WORKER_PIXELS_AT_ONCE ||
                                  (uint64_t)b->width * b->height > WORKER_PIXELS_AT_ONCE);
}

static void set(struct difference *difference, struct picture *a, struct picture *b,
                enum map_difference_kind kind, int gain)
{
    struct picture *a_before = difference->a, *b_before = difference->b;
    difference->a = picture_ref(a);
    difference->b = picture_ref(b);
    difference->kind = kind;
    difference->gain = gain;
    picture_unref(a_before);
    picture_unref(b_before);
}

bool difference_update(struct difference *difference, struct picture *a, struct picture *b,
                       enum map_difference_kind kind, int gain)
{
    bool any = difference->a != NULL;
    if (any && is_of(difference, a, b, kind, gain))
        return take(difference);
    if (!a || !b) {
        difference_clear(difference);
        return any;
    }
    set(difference, a, b, kind, gain);
    if (takes_long(difference) && order(difference)) {
        difference->coming = true;
        return true;
    }
    if (difference->coming)
        worker_drop(difference->worker, WORKER_DIFFERENCE);
    difference->coming = false;
    make(difference);
    return true;
}
