#include "session/measurements.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void measurements_clear(struct measurements *measurements)
{
    free(measurements->entries);
    *measurements = (struct measurements){0};
}

static struct measurement *find(const struct measurements *measurements,
                                const struct frame_key *key)
{
    for (size_t i = 0; i < measurements->n_entries; i++)
        if (frame_key_equal(&measurements->entries[i].key, key))
            return &measurements->entries[i];
    return NULL;
}

const struct measurement *measurements_find(const struct measurements *measurements,
                                            const struct frame_key *key)
{
    return find(measurements, key);
}

static int grow(struct measurements *measurements)
{
    size_t allocated = measurements->allocated ? 2 * measurements->allocated : 64;
    struct measurement *entries =
        realloc(measurements->entries, allocated * sizeof *measurements->entries);
    if (!entries)
        return -1;
    measurements->entries = entries;
    measurements->allocated = allocated;
    return 0;
}

/* The entry of a key, made if need be. NULL without memory. */
static struct measurement *get(struct measurements *measurements, const struct frame_key *key)
{
    struct measurement *entry = find(measurements, key);
    if (entry)
        return entry;
    if (measurements->n_entries == MEASUREMENTS_MAX) {
        measurements->n_entries--;
        memmove(measurements->entries, measurements->entries + 1,
                measurements->n_entries * sizeof *measurements->entries);
    }
    if (measurements->n_entries == measurements->allocated && grow(measurements))
        return NULL;
    entry = &measurements->entries[measurements->n_entries++];
    *entry = (struct measurement){.key = *key, .psnr = NAN, .ms_ssim = NAN};
    return entry;
}

void measurements_set_psnr(struct measurements *measurements, const struct frame_key *key,
                           double psnr)
{
    struct measurement *entry = get(measurements, key);
    if (entry)
        entry->psnr = psnr;
}

void measurements_set_ms_ssim(struct measurements *measurements, const struct frame_key *key,
                              double ms_ssim)
{
    struct measurement *entry = get(measurements, key);
    if (entry)
        entry->ms_ssim = ms_ssim;
}

void measurements_set_file(struct measurements *measurements, const struct frame_key *key,
                           uint64_t size, const char *setting)
{
    struct measurement *entry = get(measurements, key);
    if (!entry)
        return;
    entry->size = size;
    snprintf(entry->note, sizeof entry->note, "%.63s", setting);
}

void measurements_refuse(struct measurements *measurements, const struct frame_key *key,
                         const char *why)
{
    struct measurement *entry = get(measurements, key);
    if (!entry)
        return;
    entry->refused = true;
    snprintf(entry->note, sizeof entry->note, "%.63s", why);
}

void measurements_forget_refusals(struct measurements *measurements)
{
    for (size_t i = 0; i < measurements->n_entries; i++)
        measurements->entries[i].refused &= measurements->entries[i].key.codec != 0;
}
