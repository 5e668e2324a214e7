#include "session/plotted.h"

#include <math.h>
#include <stdio.h>

static uint32_t mode_of(uint32_t codec, bool cut, uint32_t mode)
{
    return codec ? CURVE_OF_CODECS + 2 * codec + cut : mode;
}

static int find_curve(struct curve_set *set, int document, const char *name,
                      const struct frame_key *key)
{
    char label[64], own[40];
    uint32_t mode = mode_of(key->codec, key->cut, key->mode);
    uint64_t seed = key->seed;
    if (key->codec)
        snprintf(own, sizeof own, "%s%s", codec_title((enum codec)key->codec),
                 key->cut ? ", cut" : "");
    else if (mode == UQD_MODE_ANCESTRAL && seed > 0)
        snprintf(own, sizeof own, "ancestral, seed %llu", (unsigned long long)seed);
    else
        snprintf(own, sizeof own, "%s", mode_name((enum uqd_mode)mode));
    if (name)
        snprintf(label, sizeof label, "%.32s, %.28s", own, name);
    else
        snprintf(label, sizeof label, "%s", own);
    return curve_set_curve(set, label, document, mode, seed);
}

static void add_point(struct curve_set *set, int curve, const struct progress *progress,
                      uint64_t bytes, uint32_t step, const struct frame_key *key)
{
    double psnr = progress_psnr(progress, key);
    struct curve_point point = {.bytes = bytes,
                                .rate = progress_rate(progress, bytes),
                                .values = {psnr, progress_ms_ssim(progress, key), NAN},
                                .step = step};
    if (curve >= 0 && !isnan(psnr) && bytes > 0)
        curve_set_add(set, curve, &point);
}

static void add_steps(struct curve_set *set, int document, const char *name,
                      const struct progress *progress)
{
    int curve = find_curve(set, document, name, &(struct frame_key){.mode = UQD_MODE_DENOISED});
    for (uint32_t step = 0; step < progress->n_complete; step++) {
        struct frame_key key = {.step = step, .mode = UQD_MODE_DENOISED};
        add_point(set, curve, progress, progress->file->steps[step].bytes, step, &key);
    }
}

/* What a picture cost that stands for no step. */
static uint64_t cost(const struct measurement *entry)
{
    return entry->size > 0 ? entry->size : entry->key.bytes;
}

/* Other modes and codecs, and places between steps. */
static void add_measurements(struct curve_set *set, int document, const char *name,
                             const struct progress *progress)
{
    const struct measurements *measurements = &progress->measurements;
    for (size_t i = 0; i < measurements->n_entries; i++) {
        const struct measurement *entry = &measurements->entries[i];
        const struct frame_key *key = &entry->key;
        bool between = key->step == UQD_STEP_LATEST;
        if (isnan(entry->psnr) ||
            (key->mode == UQD_MODE_ANCESTRAL && !progress_is_chosen(progress, key->seed)) ||
            (!between && (key->mode == UQD_MODE_DENOISED || key->step >= progress->n_complete)))
            continue;
        add_point(set, find_curve(set, document, name, key), progress,
                  between ? cost(entry) : progress->file->steps[key->step].bytes,
                  between ? CURVE_NO_STEP : key->step, key);
    }
}

void plotted_add(struct curve_set *set, int document, const char *name,
                 const struct progress *progress)
{
    const struct uqd_file *file = progress->file;
    uint32_t last = file->info.n_steps - 1;
    curve_set_expect_rate(set, progress_rate(progress, file->steps[0].bytes));
    curve_set_expect_rate(set, progress_rate(progress, file->steps[last].bytes));
    for (uint32_t step = 0; step <= last; step++)
        curve_set_expect(set, METRIC_PSNR, file->steps[step].psnr);
    add_steps(set, document, name, progress);
    add_measurements(set, document, name, progress);
}

uint32_t plotted_mode(const struct exhibit *exhibit)
{
    return mode_of(exhibit->codec, exhibit_is_cut(exhibit), exhibit->mode);
}

int plotted_curve_of(const struct curve_set *set, int document, const struct exhibit *exhibit)
{
    bool seeded = exhibit->mode == UQD_MODE_ANCESTRAL && !exhibit->codec;
    uint32_t mode = plotted_mode(exhibit);
    for (int i = 0; i < set->n_curves; i++) {
        const struct curve *curve = &set->curves[i];
        if (curve->document == document && curve->mode == mode &&
            curve->seed == (seeded ? exhibit->seed : 0))
            return i;
    }
    return -1;
}
