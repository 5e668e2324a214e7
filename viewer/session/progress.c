#include "session/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THUMB_SIDE 256 /* enough for a filmstrip on a dense display */

int progress_init(struct progress *progress, const struct uqd_file *file)
{
    *progress =
        (struct progress){.file = file,
                          .is_lossless = file->info.lossless,
                          .steps = calloc(file->info.n_steps + (size_t)1, sizeof *progress->steps)};
    return progress->steps ? 0 : -1;
}

void progress_clear(struct progress *progress)
{
    for (uint32_t i = 0; progress->steps && i <= progress->file->info.n_steps; i++) {
        picture_unref(progress->steps[i].thumb);
        bits_map_unref(progress->steps[i].bits);
    }
    free(progress->steps);
    picture_unref(progress->reference);
    measurements_clear(&progress->measurements);
    *progress = (struct progress){0};
}

/* ---- What is there ------------------------------------------------------------------------- */

static void end(struct progress *progress, const char *trouble)
{
    const struct uqd_file *file = progress->file;
    uint64_t complete = progress->n_complete > 0 ? file->steps[progress->n_complete - 1].bytes : 0;
    progress->ended = true;
    progress->partial =
        progress->n_complete < file->info.n_steps && !*trouble && file->size > complete;
    snprintf(progress->trouble, sizeof progress->trouble, "%.255s", trouble);
}

void progress_take(struct progress *progress, const struct source_event *event)
{
    switch (event->type) {
    case SOURCE_LOSSLESS:
        progress->is_lossless = true;
        break;
    case SOURCE_STEP_NAME:
        if (event->step < progress->file->info.n_steps)
            snprintf(progress->steps[event->step].name, sizeof progress->steps[0].name, "%.23s",
                     event->text);
        break;
    case SOURCE_STEP_PROGRESS:
        progress->step_done = event->done;
        break;
    case SOURCE_PICTURE_PROGRESS:
        progress->picture_done = event->done;
        progress->picture_key = event->key;
        break;
    case SOURCE_STEP:
        progress->step_done = 0;
        if (event->step > progress->n_complete && event->step <= progress->file->info.n_steps)
            progress->n_complete = event->step;
        break;
    case SOURCE_END:
        progress->lost = false;
        end(progress, event->text);
        break;
    case SOURCE_LOST:
    case SOURCE_FAILED:
        progress->lost = event->type == SOURCE_LOST;
        progress->failed = event->type == SOURCE_FAILED;
        snprintf(progress->trouble, sizeof progress->trouble, "%.255s", event->text);
        break;
    case SOURCE_NOTHING:
    case SOURCE_PICTURE:
    case SOURCE_REFUSED:
    case SOURCE_BITS:
        break;
    }
}

uint32_t progress_n_positions(const struct progress *progress)
{
    return progress->n_complete + (progress->partial ? 1 : 0);
}

static bool is_cut_end(const struct progress *progress, uint32_t position)
{
    return progress->partial && position == progress->n_complete;
}

uint64_t progress_bytes(const struct progress *progress, uint32_t position)
{
    return is_cut_end(progress, position) ? progress->file->size
                                          : progress->file->steps[position].bytes;
}

uint64_t progress_available(const struct progress *progress)
{
    uint32_t n = progress_n_positions(progress);
    return n > 0 ? progress_bytes(progress, n - 1) : 0;
}

double progress_rate(const struct progress *progress, uint64_t bytes)
{
    const struct uqd_info *info = &progress->file->info;
    return (double)bytes * 8 / info->width / info->height;
}

uint32_t progress_nearest(const struct progress *progress, uint64_t bytes)
{
    uint32_t nearest = 0;
    double least = INFINITY;
    for (uint32_t position = 0; position < progress_n_positions(progress); position++) {
        double own = (double)progress_bytes(progress, position), ratio = own / (double)bytes;
        ratio = ratio < 1 ? 1 / ratio : ratio;
        if (ratio <= least) {
            least = ratio;
            nearest = position;
        }
    }
    return nearest;
}

uint32_t progress_position_at(const struct progress *progress, uint64_t bytes)
{
    uint32_t position = 0;
    while (position + 1 < progress->file->info.n_steps &&
           progress->file->steps[position].bytes < bytes)
        position++;
    return position;
}

/* ---- Keys ---------------------------------------------------------------------------------- */

struct frame_key progress_key_at(const struct progress *progress, uint64_t bytes,
                                 enum uqd_mode mode, uint64_t seed)
{
    uint32_t position = progress_position_at(progress, bytes);
    uint64_t own_seed = mode == UQD_MODE_ANCESTRAL ? seed : 0;
    bool whole = progress->file->steps[position].bytes == bytes;
    if (mode != UQD_MODE_DENOISED && !whole && position > 0) {
        position--;
        whole = true;
    }
    if (whole)
        return (struct frame_key){.step = position, .mode = mode, .seed = own_seed};
    return (struct frame_key){
        .step = UQD_STEP_LATEST, .mode = mode, .seed = own_seed, .bytes = bytes};
}

struct frame_key progress_key(const struct progress *progress, uint32_t position,
                              enum uqd_mode mode, uint64_t seed)
{
    if (is_cut_end(progress, position))
        return progress_key_at(progress, progress->file->size, mode, seed);
    return (struct frame_key){
        .step = position, .mode = mode, .seed = mode == UQD_MODE_ANCESTRAL ? seed : 0};
}

uint32_t progress_key_position(const struct progress *progress, const struct frame_key *key)
{
    return key->step == UQD_STEP_LATEST ? progress_position_at(progress, key->bytes) : key->step;
}

/* ---- Numbers ------------------------------------------------------------------------------- */

static struct frame_key full_size(const struct frame_key *key)
{
    struct frame_key full = *key;
    full.reduce = 0;
    return full;
}

double progress_psnr(const struct progress *progress, const struct frame_key *key)
{
    struct frame_key full = full_size(key);
    const struct measurement *entry = measurements_find(&progress->measurements, &full);
    double measured = entry ? entry->psnr : NAN;
    double stored = key->mode == UQD_MODE_DENOISED && key->step != UQD_STEP_LATEST
                        ? progress->file->steps[key->step].psnr
                        : NAN;
    if (isnan(stored) || (progress->reference_given && !isnan(measured)))
        return measured;
    return stored;
}

void progress_measure(struct progress *progress, const struct frame_key *key, double psnr)
{
    if (!isnan(psnr) && !key->reduce)
        measurements_set_psnr(&progress->measurements, key, psnr);
}

void progress_measure_ms_ssim(struct progress *progress, const struct frame_key *key,
                              double ms_ssim)
{
    if (!isnan(ms_ssim) && !key->reduce)
        measurements_set_ms_ssim(&progress->measurements, key, ms_ssim);
}

double progress_ms_ssim(const struct progress *progress, const struct frame_key *key)
{
    struct frame_key full = full_size(key);
    const struct measurement *entry = measurements_find(&progress->measurements, &full);
    return entry ? entry->ms_ssim : NAN;
}

bool progress_is_measured(const struct progress *progress, const struct frame_key *key)
{
    const struct uqd_info *info = &progress->file->info;
    bool ms_ssim =
        progress->ms_ssim && (uint64_t)info->width * info->height <= SOURCE_MAX_MS_SSIM_PIXELS;
    return !isnan(progress_psnr(progress, key)) &&
           (!ms_ssim || !isnan(progress_ms_ssim(progress, key)));
}

uint64_t progress_file_size(const struct progress *progress, const struct frame_key *key)
{
    const struct measurement *entry = measurements_find(&progress->measurements, key);
    return entry ? entry->size : 0;
}

const char *progress_file_note(const struct progress *progress, const struct frame_key *key)
{
    const struct measurement *entry = measurements_find(&progress->measurements, key);
    return entry ? entry->note : "";
}

bool progress_expects_reference(const struct progress *progress)
{
    const struct uqd_info *info = &progress->file->info;
    return progress->reference || progress->reference_given ||
           (progress->is_lossless && (!progress->ended || progress->n_complete == info->n_steps));
}

bool progress_refuse(struct progress *progress, const struct frame_key *key, const char *why)
{
    measurements_refuse(&progress->measurements, key, why);
    return key->step == UQD_STEP_LATEST || !progress->ended || key->step < progress->n_complete;
}

bool progress_is_refused(const struct progress *progress, const struct frame_key *key)
{
    const struct measurement *entry = measurements_find(&progress->measurements, key);
    return entry && entry->refused;
}

bool progress_is_chosen(const struct progress *progress, uint64_t seed)
{
    for (unsigned i = 0; i < progress->n_seeds; i++)
        if (progress->seeds[i] == seed)
            return true;
    return false;
}

void progress_choose_seed(struct progress *progress, uint64_t seed)
{
    if (progress_is_chosen(progress, seed))
        return;
    if (progress->n_seeds == PROGRESS_MAX_SEEDS) {
        progress->n_seeds--;
        memmove(progress->seeds, progress->seeds + 1, progress->n_seeds * sizeof *progress->seeds);
    }
    progress->seeds[progress->n_seeds++] = seed;
}

/* ---- Small pictures ------------------------------------------------------------------------ */

uint32_t progress_thumb_reduce(const struct progress *progress)
{
    const struct uqd_info *info = &progress->file->info;
    uint32_t longer = info->width > info->height ? info->width : info->height;
    uint32_t reduce = 0;
    while (reduce < UQD_MAX_REDUCE && uqd_reduced_side(longer, reduce + 1) >= THUMB_SIDE)
        reduce++;
    return reduce;
}

bool progress_has_thumb(const struct progress *progress, uint32_t position,
                        const struct frame_key *key)
{
    const struct progress_step *step = &progress->steps[position];
    return step->thumb && frame_key_same_content(key, &step->thumb_key);
}

void progress_set_thumb(struct progress *progress, uint32_t position, const struct frame_key *key,
                        struct picture *picture)
{
    struct progress_step *step = &progress->steps[position];
    uint32_t wanted = progress_thumb_reduce(progress);
    if (key->reduce > wanted ||
        (progress_has_thumb(progress, position, key) && step->thumb_key.reduce <= key->reduce))
        return;
    uint32_t further = wanted - key->reduce;
    struct picture *small = further ? picture_shrink(picture, further) : picture_ref(picture);
    if (!small)
        return;
    picture_unref(step->thumb);
    step->thumb = small;
    step->thumb_key = *key;
}

/* ---- Bits ---------------------------------------------------------------------------------- */

void progress_take_bits(struct progress *progress, uint32_t step, struct bits_map *bits)
{
    struct progress_step *own = &progress->steps[step];
    bits_map_unref(own->bits);
    own->bits = bits;
    own->bits_refused = !bits;
}

/* ---- Words --------------------------------------------------------------------------------- */

const char *mode_name(enum uqd_mode mode)
{
    switch (mode) {
    case UQD_MODE_DENOISED:
        return "denoised";
    case UQD_MODE_ANCESTRAL:
        return "ancestral";
    case UQD_MODE_FLOW:
        return "flow";
    }
    return "";
}

const char *progress_step_name(const struct progress *progress, uint32_t position, bool part,
                               struct text_line *line)
{
    const char *name = progress->steps[position].name;
    snprintf(line->text, sizeof line->text, *name ? "%u · %s%s" : "%u", (unsigned)position,
             part ? "part of " : "", name);
    return line->text;
}
