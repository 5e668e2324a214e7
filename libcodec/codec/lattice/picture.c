#include "codec/lattice/picture.h"

#include "codec/lattice/flat.h"
#include "codec/lattice/shrink.h"
#include "transform/colour.h"
#include "transform/wavelet.h"
#include "util/checked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Where a reduced picture is found: a unit, and how many of its wavelet levels stay undone. */
struct place {
    uint32_t unit, levels;
};

uint32_t uqd_picture_unit(const struct uqd_state *state, uint32_t reduce)
{
    const uint32_t unit = reduce / UQD_UNIT_LEVELS;
    return unit < state->n_units ? unit : state->n_units;
}

static struct place place_of(const struct uqd_state *state, uint32_t reduce)
{
    const uint32_t unit = uqd_picture_unit(state, reduce);
    return (struct place){unit, unit < state->n_units ? reduce % UQD_UNIT_LEVELS : 0};
}

/* ---- Pictures ----
 *
 * Whole numbers as long as the levels of the wavelet are exactly known: then the integer lifting
 * takes back its own roundings, and at full size the finest level goes back to pixels with the
 * rotation of colours. From the first level on that is not, 4 bits behind the point, which add no
 * further ones. */

enum { FRACTION_BITS = 4 };

struct picture {
    int32_t *planes[3]; /* of the size that is shown; NULL: there is no such colour */
    size_t pitch;       /* samples of a row */
    uint32_t fraction;
};

/* How many of the unit's coarsest levels have only coefficients that are exactly known; of those
 * above level `to`, since the others are not undone. */
static uint32_t whole_levels(const struct uqd_state *state, uint32_t u, uint32_t to)
{
    uint32_t first = to; /* levels from UQD_UNIT_LEVELS down to first + 1 are whole */
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const struct uqd_channel *channel = &state->model->channels[c];
        if (channel->colour < state->colours && state->units[u].level[c] > 0 &&
            channel->level > first)
            first = channel->level;
    }
    return UQD_UNIT_LEVELS - first;
}

/* Multiplies the low-pass of a unit's level by 2^bits, or, if negative, divides it without rest. */
static int scale(const struct uqd_state *state, const struct picture *picture, uint32_t u,
                 uint32_t level, int bits, struct uqd_work *work)
{
    const uint32_t width = uqd_wavelet_side(state->units[u].width, level);
    const uint32_t height = uqd_wavelet_side(state->units[u].height, level);
    for (uint32_t c = 0; c < state->colours; c++)
        for (uint32_t y = 0; y < height && uqd_work_look(work, width) == UQD_OK; y++) {
            int32_t *row = picture->planes[c] + y * picture->pitch;
            for (uint32_t x = 0; x < width; x++)
                row[x] = bits < 0 ? row[x] >> -bits : (int32_t)((uint32_t)row[x] << bits);
        }
    return uqd_work_look(work, 0);
}

static int undo_levels(struct uqd_engine *engine, const struct uqd_state *state,
                       const struct picture *picture, uint32_t u, uint32_t from, uint32_t to)
{
    const struct uqd_unit *unit = &state->units[u];
    int status = UQD_OK;
    for (uint32_t c = 0; c < state->colours && status == UQD_OK; c++)
        status = uqd_wavelet_inverse(picture->planes[c], picture->pitch, unit->width, unit->height,
                                     from, to, engine->work);
    return status;
}

/* Whether anything is known of a unit's coefficients. Else the best guesses are the zeros that the
 * planes have. */
static int is_known(const struct uqd_state *state, const struct uqd_partial *partial, uint32_t u)
{
    return state->units[u].nominal != UQD_TOP_LEVEL ||
           (partial != NULL && partial->mean_q4 != NULL && partial->unit == u);
}

/* Where the best guesses of a unit go. */
struct placing {
    struct uqd_engine *engine;
    const struct uqd_state *state;
    const struct picture *picture;
    uint32_t u, whole, to; /* coarsest levels that are exactly known; the last one undone */
};

/* The denoiser may move even a coefficient that is known, by half a unit; in the `whole` coarsest
 * levels, which are inverted in whole numbers, it must not. */
static int keep_whole(const struct placing *placing, struct uqd_grid_part part, int32_t *values)
{
    const struct uqd_unit *unit = &placing->state->units[placing->u];
    const struct uqd_channel *channels = placing->state->model->channels;
    struct uqd_work *work = placing->engine->work;
    for (uint32_t y = 0; y < part.height && placing->whole > 0; y++) {
        const int16_t *cells =
            unit->cells + ((size_t)(part.y + y) * unit->grid_w + part.x) * UQD_BLOCK_CHANNELS;
        if (uqd_work_look(work, (size_t)part.width * UQD_UNIT_CHANNELS) < 0)
            return UQD_ERR_CANCELLED;
        for (uint32_t x = 0; x < part.width; x++, values += UQD_UNIT_CHANNELS)
            for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
                if (channels[c].level > UQD_UNIT_LEVELS - placing->whole)
                    values[c] = 8 * cells[(size_t)x * UQD_BLOCK_CHANNELS + c];
    }
    return UQD_OK;
}

/* Puts those of a part of the grid, in Q4, around the low-pass. */
static int place_part(void *cookie, struct uqd_grid_part part, int32_t *values)
{
    const struct placing *placing = cookie;
    const struct uqd_state *state = placing->state;
    const struct uqd_unit *unit = &state->units[placing->u];
    struct uqd_work *work = placing->engine->work;
    int status = UQD_OK;
    if (unit->nominal > 0) {
        status = uqd_flat_clear(state, placing->u, part, values, work);
        if (status == UQD_OK)
            status = uqd_shrink(state, placing->u, placing->whole, part, values, work);
        if (status == UQD_OK)
            status = keep_whole(placing, part, values);
    }
    if (status < 0)
        return status;
    return uqd_unit_unpack_i32(state->model->channels, UQD_UNIT_CHANNELS, values, UQD_UNIT_CHANNELS,
                               part, placing->picture->planes, placing->picture->pitch, unit->width,
                               unit->height, placing->to, work);
}

/* Puts the best guesses of a unit's coefficients above level `to` around its low-pass. */
static int place_guesses(struct uqd_engine *engine, struct uqd_state *state,
                         const struct uqd_partial *partial, uint32_t u, uint32_t whole, uint32_t to,
                         const struct picture *picture)
{
    const struct uqd_unit *unit = &state->units[u];
    struct placing placing = {engine, state, picture, u, whole, to};
    if (!is_known(state, partial, u))
        return UQD_OK;
    if (partial == NULL || partial->mean_q4 == NULL || partial->unit != u)
        return uqd_tiles_estimate(engine, state, u, place_part, &placing);
    return place_part(&placing, (struct uqd_grid_part){0, 0, unit->grid_w, unit->grid_h},
                      partial->mean_q4);
}

/* Undoes the levels of a unit that is not exactly known, down to level `to`. */
static int invert_guesses(struct uqd_engine *engine, struct uqd_state *state,
                          const struct uqd_partial *partial, uint32_t u, uint32_t to,
                          struct picture *picture)
{
    const uint32_t whole = picture->fraction == 0 ? whole_levels(state, u, to) : 0;
    const uint32_t from = UQD_UNIT_LEVELS - whole;
    struct uqd_work *work = engine->work;
    int status = UQD_OK;
    if (picture->fraction == 0)
        status = scale(state, picture, u, UQD_UNIT_LEVELS, FRACTION_BITS, work);
    picture->fraction = FRACTION_BITS;
    if (status == UQD_OK)
        status = place_guesses(engine, state, partial, u, whole, to, picture);
    if (status == UQD_OK && whole > 0) {
        status = scale(state, picture, u, from, -FRACTION_BITS, work);
        if (status == UQD_OK)
            status = undo_levels(engine, state, picture, u, UQD_UNIT_LEVELS, from);
        if (status == UQD_OK)
            status = scale(state, picture, u, from, FRACTION_BITS, work);
    }
    return status == UQD_OK ? undo_levels(engine, state, picture, u, from, to) : status;
}

/* is_merged: the finest level is left to uqd_colour_merge. */
static int invert_exact(struct uqd_engine *engine, const struct uqd_state *state, uint32_t u,
                        uint32_t to, int is_merged, const struct picture *picture)
{
    const struct uqd_unit *unit = &state->units[u];
    const int status = uqd_unit_unpack_halves(
        state->model->channels, UQD_UNIT_CHANNELS, unit->cells, UQD_BLOCK_CHANNELS, picture->planes,
        picture->pitch, unit->width, unit->height, to, engine->work);
    if (status < 0)
        return status;
    return undo_levels(engine, state, picture, u, UQD_UNIT_LEVELS, is_merged ? 1 : to);
}

/* Whether unit u, the last one, leaves its finest level to uqd_colour_merge. */
static int is_merged_with_colour(const struct uqd_state *state, const struct picture *picture,
                                 struct place place, uint32_t u)
{
    return u == 0 && place.levels == 0 && state->colours == 3 && picture->fraction == 0;
}

/* Zeroed planes of that size. Errors: UQD_ERR_NOMEM. */
static int alloc_planes(const struct uqd_state *state, uint32_t width, uint32_t height,
                        struct picture *picture)
{
    const size_t n = (size_t)width * height;
    int32_t *memory = uqd_calloc_array(n, state->colours * sizeof *memory);
    if (memory == NULL)
        return UQD_ERR_NOMEM;
    *picture = (struct picture){{memory}, width, 0};
    for (uint32_t c = 1; c < state->colours; c++)
        picture->planes[c] = memory + c * n;
    return UQD_OK;
}

/* Fills planes with the picture of unit `first`, those of the unit before it being in them unless
 * `end` is the number of units. */
static int inverse_units(struct uqd_engine *engine, struct uqd_state *state,
                         const struct uqd_partial *partial, struct place place, uint32_t first,
                         uint32_t end, struct picture *picture)
{
    int status = UQD_OK;
    for (uint32_t u = end; u-- > first && status == UQD_OK;) {
        const uint32_t to = u == place.unit ? place.levels : 0;
        if (state->units[u].nominal > 0 || picture->fraction > 0)
            status = invert_guesses(engine, state, partial, u, to, picture);
        else
            status = invert_exact(engine, state, u, to,
                                  is_merged_with_colour(state, picture, place, u), picture);
    }
    return status;
}

/* Fills the planes of a window of unit 0 with its low-pass, out of the picture of the units before
 * it. */
static int inverse_low(struct uqd_engine *engine, struct uqd_state *state,
                       const struct uqd_partial *partial, struct place place,
                       struct picture *picture)
{
    const struct uqd_unit *unit = &state->units[0];
    struct picture low;
    int status = alloc_planes(state, unit->whole_w, unit->whole_h, &low);
    if (status < 0)
        return status;
    for (uint32_t c = 0; c < state->colours; c++)
        low.planes[c][0] = state->low[c];
    status = inverse_units(engine, state, partial, place, 1, state->n_units, &low);
    for (uint32_t c = 0; c < state->colours && status == UQD_OK; c++)
        for (uint32_t y = 0; y < unit->grid_h; y++)
            memcpy(picture->planes[c] + y * picture->pitch,
                   low.planes[c] + (unit->y + y) * low.pitch + unit->x,
                   unit->grid_w * sizeof *low.planes[c]);
    picture->fraction = low.fraction;
    free(low.planes[0]);
    return status;
}

/* Fills the planes with the picture of the place. */
static int inverse_guess(struct uqd_engine *engine, struct uqd_state *state,
                         const struct uqd_partial *partial, struct place place,
                         struct picture *picture)
{
    if (place.unit == 0 && uqd_unit_is_window(&state->units[0])) {
        const int status = inverse_low(engine, state, partial, place, picture);
        return status == UQD_OK ? inverse_units(engine, state, partial, place, 0, 1, picture)
                                : status;
    }
    for (uint32_t c = 0; c < state->colours; c++)
        picture->planes[c][0] = state->low[c];
    return inverse_units(engine, state, partial, place, place.unit, state->n_units, picture);
}

/* The planes of the place to pixels. */
static int show(const struct uqd_state *state, struct place place, const struct picture *picture,
                uint32_t width, uint32_t height, uint8_t *pixels, size_t stride,
                struct uqd_work *work)
{
    const size_t pitch = picture->pitch;
    if (state->colours == 1)
        return uqd_grey_show(picture->planes[0], pitch, width, height, picture->fraction, pixels,
                             stride, work);
    if (is_merged_with_colour(state, picture, place, place.unit))
        return uqd_colour_merge(picture->planes, pitch, width, height, pixels, stride, work);
    return uqd_colour_show(picture->planes, pitch, width, height, picture->fraction, pixels, stride,
                           work);
}

/* Whether the picture of the place has one colour, since nothing is known but the low-pass of the
 * last unit: the lifting of zero details makes exactly the same of all its samples. */
static int is_constant(const struct uqd_state *state, const struct uqd_partial *partial,
                       struct place place)
{
    for (uint32_t u = place.unit; u < state->n_units; u++)
        if (is_known(state, partial, u))
            return 0;
    return state->n_units > 0;
}

static int show_constant(const struct uqd_state *state, uint32_t width, uint32_t height,
                         uint8_t *pixels, size_t stride, struct uqd_work *work)
{
    int32_t low[3] = {state->low[0], state->low[1], state->low[2]};
    int32_t *const planes[3] = {&low[0], &low[1], &low[2]};
    const size_t colours = state->colours, n = colours * width;
    uint8_t pixel[3];
    const int status = colours == 1
                           ? uqd_grey_show(planes[0], 1, 1, 1, 0, pixel, sizeof pixel, work)
                           : uqd_colour_show(planes, 1, 1, 1, 0, pixel, sizeof pixel, work);
    if (status < 0)
        return status;
    for (size_t i = 0; i < n; i++)
        pixels[i] = pixel[i % colours];
    for (uint32_t y = 1; y < height && uqd_work_look(work, width) == UQD_OK; y++)
        memcpy(pixels + y * stride, pixels, n);
    return uqd_work_look(work, 0);
}

int uqd_picture_denoised(struct uqd_engine *engine, struct uqd_state *state,
                         const struct uqd_partial *partial, uint32_t reduce, uint8_t *pixels,
                         size_t stride)
{
    assert(partial == NULL || partial->mean_q4 == NULL || partial->unit < state->n_units);
    const struct place place = place_of(state, reduce);
    const int has_unit = place.unit < state->n_units;
    const uint32_t width = has_unit ? state->units[place.unit].width : 1;
    const uint32_t height = has_unit ? state->units[place.unit].height : 1;
    const uint32_t shown_w = uqd_wavelet_side(width, place.levels);
    const uint32_t shown_h = uqd_wavelet_side(height, place.levels);
    if (is_constant(state, partial, place))
        return show_constant(state, shown_w, shown_h, pixels, stride, engine->work);
    struct picture picture;
    int status = alloc_planes(state, shown_w, shown_h, &picture);
    if (status < 0)
        return status;
    status = inverse_guess(engine, state, partial, place, &picture);
    if (status == UQD_OK)
        status = show(state, place, &picture, shown_w, shown_h, pixels, stride, engine->work);
    free(picture.planes[0]);
    return status;
}

int uqd_picture_complete(struct uqd_engine *engine, const struct uqd_schedule *schedule,
                         struct uqd_state *state, enum uqd_symbol_source source, uint64_t seed,
                         uint32_t reduce)
{
    assert(source == UQD_SYMBOLS_SAMPLE || source == UQD_SYMBOLS_CENTRAL);
    const struct place place = place_of(state, reduce);
    struct uqd_stream stream;
    uqd_stream_init_unread(&stream, source, seed);
    int status = UQD_OK;
    for (uint32_t p = 0; p < schedule->n && status == UQD_OK; p++) {
        const struct uqd_pass *pass = &schedule->passes[p];
        const struct uqd_stage_type *type = &engine->model->stage_types[pass->type];
        if (pass->unit >= place.unit && state->units[pass->unit].nominal == type->nominal_from)
            status = uqd_tiles_run(engine, state, pass, &stream, NULL, NULL);
    }
    uqd_stream_free(&stream);
    return status;
}
