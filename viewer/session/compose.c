#include "session/compose.h"

#include <math.h>

/* The decoded picture, or the mixture. */
static struct picture *decoded(const struct exhibit *exhibit, struct picture *const parts[])
{
    return exhibit->mix ? map_mix(parts[0], parts[1], exhibit->mix) : picture_ref(parts[0]);
}

static struct picture *error_map(const struct progress *progress, const struct picture *picture,
                                 uint32_t reduce, struct map_legend *legend)
{
    struct picture *reference = progress->reference;
    if (!reference)
        return NULL;
    struct picture *small = reduce ? picture_shrink(reference, reduce) : picture_ref(reference);
    struct picture *map = small ? map_error(picture, small, legend) : NULL;
    picture_unref(small);
    return map;
}

static struct picture *bits_map(const struct progress *progress, const struct exhibit *exhibit,
                                struct map_legend *legend)
{
    const struct bits_map *bits = progress->steps[exhibit->position].bits;
    const struct uqd_info *info = &progress->file->info;
    if (!bits)
        return NULL;
    return map_bits(bits->bits, bits->width, bits->height, info->width, info->height, legend);
}

static struct picture *map_of(const struct progress *progress, const struct exhibit *exhibit,
                              const struct composed *composed, struct picture *const parts[],
                              unsigned n_parts, uint32_t reduce, struct map_legend *legend)
{
    switch (exhibit->map) {
    case MAP_BITS:
        return bits_map(progress, exhibit, legend);
    case MAP_VARIANCE:
        return map_variance(parts, n_parts, legend);
    case MAP_CHANGE:
        return map_change(composed->picture, parts[n_parts - 1], legend);
    case MAP_ERROR:
        return error_map(progress, composed->picture, reduce, legend);
    case MAP_OFF:
    case N_MAPS:
        break;
    }
    return NULL;
}

struct composed compose(const struct progress *progress, const struct exhibit *exhibit,
                        struct picture *const parts[], unsigned n_parts, uint32_t reduce)
{
    struct composed composed = {.psnr = NAN};
    if (exhibit->original) {
        composed.picture = progress->reference ? picture_ref(progress->reference) : NULL;
        return composed;
    }
    composed.picture = decoded(exhibit, parts);
    if (!composed.picture)
        return composed;
    if (exhibit->mix && reduce == 0 && progress->reference)
        composed.psnr = picture_psnr(composed.picture, progress->reference);
    if (exhibit->map == MAP_OFF)
        return composed;
    composed.values = composed.picture;
    composed.picture =
        map_of(progress, exhibit, &composed, parts, n_parts, reduce, &composed.legend);
    if (!composed.picture) {
        picture_unref(composed.values);
        composed.values = NULL;
    }
    return composed;
}
