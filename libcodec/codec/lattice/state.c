#include "codec/lattice/state.h"

#include "transform/wavelet.h"
#include "util/checked.h"
#include "util/random.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t unit_values(const struct uqd_unit *unit)
{
    return (size_t)unit->grid_w * unit->grid_h * UQD_BLOCK_CHANNELS;
}

uint64_t uqd_state_size(uint32_t width, uint32_t height)
{
    uint64_t bytes = 0;
    for (uint32_t u = uqd_unit_count(width, height); u > 0; u--) {
        width = uqd_unit_grid(width);
        height = uqd_unit_grid(height);
        bytes += (uint64_t)width * height * UQD_BLOCK_CHANNELS * sizeof(int16_t);
    }
    return bytes;
}

/* Of a unit without cells. */
static void set_unknown(struct uqd_unit *unit)
{
    unit->nominal = UQD_TOP_LEVEL;
    memset(unit->level, UQD_TOP_LEVEL, UQD_UNIT_CHANNELS);
}

void uqd_state_init(struct uqd_state *state, const struct uqd_model *model, uint32_t width,
                    uint32_t height, uint32_t colours, const int32_t low[3])
{
    *state = (struct uqd_state){
        .model = model,
        .width = width,
        .height = height,
        .colours = colours,
        .n_units = uqd_unit_count(width, height),
    };
    memcpy(state->low, low, sizeof state->low);
    for (uint32_t u = 0; u < state->n_units; u++) {
        struct uqd_unit *unit = &state->units[u];
        unit->whole_width = unit->width = width;
        unit->whole_height = unit->height = height;
        unit->whole_w = unit->grid_w = width = uqd_unit_grid(width);
        unit->whole_h = unit->grid_h = height = uqd_unit_grid(height);
        set_unknown(unit);
    }
}

void uqd_state_free(struct uqd_state *state)
{
    for (uint32_t u = 0; u < UQD_MAX_UNITS; u++) {
        free(state->units[u].cells);
        free(state->units[u].spent);
        state->units[u].cells = NULL;
        state->units[u].spent = NULL;
    }
}

int uqd_state_copy(struct uqd_state *copy, const struct uqd_state *state, uint32_t first,
                   struct uqd_work *work)
{
    *copy = *state;
    copy->version = 0;
    for (uint32_t u = 0; u < UQD_MAX_UNITS; u++) {
        copy->units[u].cells = NULL;
        copy->units[u].spent = NULL;
    }
    for (uint32_t u = 0; u < first && u < state->n_units; u++)
        set_unknown(&copy->units[u]);
    for (uint32_t u = first; u < state->n_units; u++) {
        const size_t n = unit_values(&state->units[u]);
        if (state->units[u].cells == NULL)
            continue;
        copy->units[u].cells = uqd_malloc_array(n, sizeof(int16_t));
        const int status = copy->units[u].cells == NULL
                               ? UQD_ERR_NOMEM
                               : uqd_work_copy(work, copy->units[u].cells, state->units[u].cells,
                                               n * sizeof(int16_t));
        if (status < 0) {
            uqd_state_free(copy);
            return status;
        }
    }
    return UQD_OK;
}

int32_t uqd_dither_offset(const struct uqd_state *state, uint32_t unit, uint32_t channel,
                          uint64_t block)
{
    if (!state->dithered)
        return 0;
    const uint64_t counter = ((uint64_t)unit << 56) | ((uint64_t)channel << 48) | block;
    const uint64_t top = uqd_random(state->seed, counter) >> 32;
    return 6144 + (int32_t)(top >> 20);
}

/* The number of a unit's block (x, y) in the grid of the whole unit. */
static uint64_t block_of_whole(const struct uqd_unit *unit, uint32_t x, uint32_t y)
{
    return (uint64_t)(unit->y + y) * unit->whole_w + unit->x + x;
}

/* Twice the centres of the cells of level UQD_DITHER_LEVEL. */
static int fill_dithered(struct uqd_state *state, uint32_t u, struct uqd_work *work)
{
    struct uqd_unit *unit = &state->units[u];
    const uint64_t n_blocks = (uint64_t)unit->grid_w * unit->grid_h;
    for (uint64_t block = 0; block < n_blocks; block++) {
        const uint32_t x = (uint32_t)(block % unit->grid_w), y = (uint32_t)(block / unit->grid_w);
        if (uqd_work_look(work, UQD_UNIT_CHANNELS) < 0)
            return UQD_ERR_CANCELLED;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            const struct uqd_channel *channel = &state->model->channels[c];
            if (channel->colour < state->colours &&
                uqd_channel_exists(channel, unit->width, unit->height, x, y))
                unit->cells[block * UQD_BLOCK_CHANNELS + c] =
                    (int16_t)(((1 << UQD_DITHER_LEVEL) - 1) -
                              2 * uqd_dither_offset(state, u, c, block_of_whole(unit, x, y)));
        }
    }
    return UQD_OK;
}

int uqd_unit_hold(struct uqd_state *state, uint32_t u, struct uqd_work *work)
{
    assert(u < state->n_units);
    struct uqd_unit *unit = &state->units[u];
    if (unit->cells != NULL)
        return UQD_OK;
    assert(unit->nominal == UQD_TOP_LEVEL);
    unit->cells = uqd_calloc_array(unit_values(unit), sizeof *unit->cells);
    if (unit->cells == NULL)
        return UQD_ERR_NOMEM;
    const int status = state->dithered ? fill_dithered(state, u, work) : UQD_OK;
    if (status < 0) {
        free(unit->cells);
        unit->cells = NULL;
    }
    return status;
}

int uqd_unit_coarsen(struct uqd_state *state, uint32_t u, uint32_t nominal, const uint8_t *levels,
                     struct uqd_work *work)
{
    assert(u < state->n_units && nominal <= UQD_TOP_LEVEL);
    struct uqd_unit *unit = &state->units[u];
    const uint64_t n_blocks = (uint64_t)unit->grid_w * unit->grid_h;
    if (levels == NULL) {
        free(unit->cells);
        unit->cells = NULL;
        set_unknown(unit);
        return UQD_OK;
    }
    assert(unit->cells != NULL);
    /* Cells that are coarse already stay as they are: what is cancelled may be done again. */
    unit->nominal = UQD_MIXED_LEVELS;
    memcpy(unit->level, levels, UQD_UNIT_CHANNELS);
    for (uint64_t block = 0; block < n_blocks; block++) {
        const uint32_t x = (uint32_t)(block % unit->grid_w), y = (uint32_t)(block / unit->grid_w);
        if (uqd_work_look(work, UQD_UNIT_CHANNELS) < 0)
            return UQD_ERR_CANCELLED;
        for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
            const struct uqd_channel *channel = &state->model->channels[c];
            int16_t *value = &unit->cells[block * UQD_BLOCK_CHANNELS + c];
            if (channel->colour >= state->colours ||
                (state->dithered && !uqd_channel_exists(channel, unit->width, unit->height, x, y)))
                continue;
            const int32_t member = uqd_cell_member(*value);
            const struct uqd_cell coarser =
                state->dithered
                    ? uqd_cell_of_dithered(
                          member, uqd_dither_offset(state, u, c, block_of_whole(unit, x, y)),
                          unit->level[c])
                    : uqd_cell_of(member, unit->level[c]);
            *value = (int16_t)(coarser.low + coarser.high);
        }
    }
    unit->nominal = (uint8_t)nominal;
    return UQD_OK;
}

/* Inverse transform of the cell centres of the units from the last down to `first`. All units share
 * the planes: each unit's picture is the low-pass of the next lower one. */
static int inverse(const struct uqd_state *state, uint32_t first, int32_t *const planes[3],
                   size_t pitch, struct uqd_work *work)
{
    int status = UQD_OK;
    for (uint32_t c = 0; c < state->colours; c++)
        planes[c][0] = state->low[c];
    for (uint32_t u = state->n_units; u-- > first && status == UQD_OK;) {
        const struct uqd_unit *unit = &state->units[u];
        if (unit->cells != NULL) /* else the details are the zeros that the planes have */
            status = uqd_unit_unpack_halves(state->model->channels, UQD_UNIT_CHANNELS, unit->cells,
                                            UQD_BLOCK_CHANNELS, planes, pitch, unit->width,
                                            unit->height, 0, work);
        for (uint32_t c = 0; c < state->colours && status == UQD_OK; c++)
            status = uqd_wavelet_inverse(planes[c], pitch, unit->width, unit->height,
                                         UQD_UNIT_LEVELS, 0, work);
    }
    return status;
}

/* The low-pass of any picture fits; that of damaged data need not. */
static int16_t saturate(int32_t value)
{
    return (int16_t)(value < INT16_MIN ? INT16_MIN : value > INT16_MAX ? INT16_MAX : value);
}

/* What unit u is given its low-pass in and from: with dither, cells of which nothing is known have
 * centres too, which are not 0. */
static int hold_low(struct uqd_state *state, uint32_t u, struct uqd_work *work)
{
    int status = uqd_unit_hold(state, u, work);
    for (uint32_t v = u + 1; v < state->n_units && state->dithered && status == UQD_OK; v++)
        status = uqd_unit_hold(state, v, work);
    return status;
}

int uqd_state_update_low(struct uqd_state *state, uint32_t u, struct uqd_work *work)
{
    assert(u < state->n_units && !state->is_tile);
    struct uqd_unit *unit = &state->units[u];
    const size_t n = (size_t)unit->whole_w * unit->whole_h;
    const int held = hold_low(state, u, work);
    if (held < 0)
        return held;
    int32_t *memory = uqd_calloc_array(3 * n, sizeof *memory);
    if (memory == NULL)
        return UQD_ERR_NOMEM;
    int32_t *const planes[3] = {memory, memory + n, memory + 2 * n};
    int status = inverse(state, u + 1, planes, unit->whole_w, work);
    for (uint32_t y = 0; y < unit->grid_h && status == UQD_OK; y++) {
        int16_t *low =
            unit->cells + (size_t)y * unit->grid_w * UQD_BLOCK_CHANNELS + UQD_UNIT_CHANNELS;
        const size_t first = (size_t)block_of_whole(unit, 0, y);
        for (uint32_t x = 0; x < unit->grid_w; x++)
            for (uint32_t c = 0; c < state->colours; c++)
                low[(size_t)x * UQD_BLOCK_CHANNELS + c] = saturate(planes[c][first + x]);
        status = uqd_work_look(work, 3 * (size_t)unit->grid_w);
    }
    free(memory);
    return status;
}
