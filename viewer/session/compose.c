#include "session/compose.h"

#include <math.h>

void ingredients_gather(struct ingredients *ingredients, const struct progress *progress,
                        const struct exhibit *exhibit, struct picture *const parts[],
                        unsigned n_parts, uint32_t reduce)
{
    const struct uqd_info *info = &progress->file->info;
    struct bits_map *bits = progress->steps[exhibit->position].bits;
    *ingredients = (struct ingredients){
        .exhibit = *exhibit,
        .reduce = reduce,
        .n_parts = n_parts,
        .reference = progress->reference ? picture_ref(progress->reference) : NULL,
        .bits = bits ? bits_map_ref(bits) : NULL,
        .is_copy = info->has_copy && exhibit->position + 1 == info->n_steps,
        .width = info->width,
        .height = info->height};
    for (unsigned i = 0; i < n_parts; i++)
        ingredients->parts[i] = parts[i] ? picture_ref(parts[i]) : NULL;
}

void ingredients_clear(struct ingredients *ingredients)
{
    for (unsigned i = 0; i < ingredients->n_parts; i++)
        picture_unref(ingredients->parts[i]);
    picture_unref(ingredients->reference);
    bits_map_unref(ingredients->bits);
    *ingredients = (struct ingredients){0};
}

void composed_clear(struct composed *composed)
{
    picture_unref(composed->picture);
    picture_unref(composed->values);
    *composed = (struct composed){.psnr = NAN};
}

/* The decoded picture, or the mixture. */
static struct picture *decoded(const struct ingredients *from)
{
    uint32_t mix = from->exhibit.mix;
    return mix ? map_mix(from->parts[0], from->parts[1], mix) : picture_ref(from->parts[0]);
}

static struct picture *error_map(const struct ingredients *from, const struct picture *picture,
                                 struct map_legend *legend)
{
    if (!from->reference)
        return NULL;
    struct picture *small =
        from->reduce ? picture_shrink(from->reference, from->reduce) : picture_ref(from->reference);
    struct picture *map = small ? map_error(picture, small, legend) : NULL;
    picture_unref(small);
    return map;
}

static struct picture *bits_map(const struct ingredients *from, struct map_legend *legend)
{
    const struct bits_map *bits = from->bits;
    struct picture *map = NULL;
    if (bits)
        map = map_bits(bits->bits, bits->width, bits->height, from->width, from->height, legend);
    if (map && from->is_copy)
        map_bits_explain_copy(legend);
    return map;
}

static struct picture *map_of(const struct ingredients *from, const struct picture *picture,
                              struct map_legend *legend)
{
    switch (from->exhibit.map) {
    case MAP_BITS:
        return bits_map(from, legend);
    case MAP_VARIANCE:
        return map_variance(from->parts, from->n_parts, legend);
    case MAP_CHANGE:
        return map_change(picture, from->parts[from->n_parts - 1], legend);
    case MAP_ERROR:
        return error_map(from, picture, legend);
    case MAP_OFF:
    case N_MAPS:
        break;
    }
    return NULL;
}

struct composed compose(const struct ingredients *from)
{
    struct composed composed = {.psnr = NAN};
    const struct exhibit *exhibit = &from->exhibit;
    if (exhibit->original) {
        composed.picture = from->reference ? picture_ref(from->reference) : NULL;
        return composed;
    }
    composed.picture = decoded(from);
    if (!composed.picture)
        return composed;
    if (exhibit->mix && from->reduce == 0 && from->reference)
        composed.psnr = picture_psnr(composed.picture, from->reference);
    if (exhibit->map == MAP_OFF)
        return composed;
    composed.values = composed.picture;
    composed.picture = map_of(from, composed.values, &composed.legend);
    if (!composed.picture)
        composed_clear(&composed);
    return composed;
}
