#include "session/shown_histogram.h"

#include <stdlib.h>

void shown_histogram_clear(struct shown_histogram *shown)
{
    struct worker *worker = shown->worker;
    if (shown->coming)
        worker_drop(worker, WORKER_HISTOGRAM);
    picture_unref(shown->picture);
    *shown = (struct shown_histogram){.worker = worker};
}

static bool is_of(const struct shown_histogram *shown, const struct picture *picture,
                  const struct histogram_region *region)
{
    const struct histogram_region *known = &shown->region;
    return shown->picture == picture && region->x == known->x && region->y == known->y &&
           region->width == known->width && region->height == known->height;
}

/* ---- In the worker's thread ---------------------------------------------------------------- */

struct histogram_job {
    struct job base;
    struct shown_histogram shown;
};

static void run(struct job *job)
{
    struct shown_histogram *shown = &((struct histogram_job *)job)->shown;
    histogram_take(&shown->histogram, shown->picture, &shown->region);
}

static void free_job(struct job *job)
{
    picture_unref(((struct histogram_job *)job)->shown.picture);
    free(job);
}

static const struct job_type type = {.run = run, .free = free_job};

/* False if there is no memory. */
static bool order(const struct shown_histogram *shown)
{
    struct histogram_job *job = calloc(1, sizeof *job);
    if (!job)
        return false;
    job->base.type = &type;
    job->shown.picture = picture_ref(shown->picture);
    job->shown.region = shown->region;
    worker_order(shown->worker, WORKER_HISTOGRAM, &job->base);
    return true;
}

/* Shows what has come, also of what was seen a moment ago. Whether anything has. */
static bool take(struct shown_histogram *shown)
{
    struct job *job = shown->coming ? worker_take(shown->worker, WORKER_HISTOGRAM) : NULL;
    if (!job)
        return false;
    const struct shown_histogram *counted = &((struct histogram_job *)job)->shown;
    shown->histogram = counted->histogram;
    shown->coming = !is_of(counted, shown->picture, &shown->region);
    free_job(job);
    return true;
}

/* ---- For the other one --------------------------------------------------------------------- */

/* Whether the window should not wait for it. */
static bool takes_long(const struct shown_histogram *shown)
{
    return shown->worker &&
           (uint64_t)shown->region.width * shown->region.height > WORKER_PIXELS_AT_ONCE;
}

static void set(struct shown_histogram *shown, struct picture *picture,
                const struct histogram_region *region)
{
    struct picture *before = shown->picture;
    shown->picture = picture_ref(picture);
    shown->region = *region;
    picture_unref(before);
}

bool shown_histogram_update(struct shown_histogram *shown, struct picture *picture,
                            const struct histogram_region *region)
{
    bool any = shown->picture != NULL;
    if (!picture) {
        shown_histogram_clear(shown);
        return any;
    }
    if (any && is_of(shown, picture, region))
        return take(shown);
    set(shown, picture, region);
    if (takes_long(shown) && order(shown)) {
        shown->coming = true;
        return true;
    }
    if (shown->coming)
        worker_drop(shown->worker, WORKER_HISTOGRAM);
    shown->coming = false;
    histogram_take(&shown->histogram, picture, region);
    return true;
}
