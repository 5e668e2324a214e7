/* In pictures unlike those of its training the denoiser may run away: the means then fill the cells
 * around 0 with large details that have nothing to do with the picture (docs/decisions.md). That
 * can be seen without the picture, and photographs hardly have it. In a unit of a single block
 * it knows too little of the picture to be better than the plain estimates. */
#include "codec/lattice/estimate.h"

#include "codec/lattice/coverage.h"
#include "util/team.h"

#include <assert.h>

enum {
    SHARE_BITS = 8,                    /* behind the point of a mean's share of its cell */
    LARGE = 1 << (2 * SHARE_BITS - 5), /* mean square of shares: 1/32 */
};

static int holds_0(struct uqd_cell cell)
{
    return cell.low <= 0 && cell.high >= 0;
}

/* The channels of a unit. */
struct channels {
    struct uqd_coverage coverage;
    const uint8_t *levels;
};

/* Whether the means are large where cells hold 0. All lie in their cells, of 2^(level + 1) integers
 * at most. */
static int are_large(const struct channels *channels, uint32_t x, uint32_t y,
                     const int16_t *twice_centres, const int32_t *means)
{
    int32_t squares = 0, n = 0;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const uint32_t level = channels->levels[c];
        if (!uqd_covers(&channels->coverage, c, x, y))
            continue;
        n++;
        if (holds_0(uqd_cell_at(twice_centres[c], level))) {
            const int32_t magnitude = means[c] < 0 ? -means[c] : means[c];
            const int32_t share = (magnitude << SHARE_BITS) >> (level + 4);
            squares += share * share;
        }
    }
    return squares > n * LARGE;
}

/* In Q4. A dithered cell may end next to 0, and most coefficients are near 0: not further into the
 * cell than it is away from 0. The others are as far away as they are wide. */
static int32_t plain_mean(int16_t twice_centre, uint32_t level)
{
    const struct uqd_cell cell = uqd_cell_at(twice_centre, level);
    if (holds_0(cell))
        return 0;
    const int32_t near = cell.low > 0 ? cell.low : cell.high;
    return 32 * (near < 0 ? -near : near) < 8 * (near < 0 ? -twice_centre : twice_centre)
               ? 32 * near
               : 8 * twice_centre;
}

static void estimate_without(const struct uqd_state *state, const uint8_t *levels,
                             const int16_t *twice_centres, int32_t *means)
{
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        if (state->dithered && state->model->denoises_ahead)
            means[c] = plain_mean(twice_centres[c], levels[c]);
        else
            means[c] = holds_0(uqd_cell_at(twice_centres[c], levels[c])) ? 0 : 8 * twice_centres[c];
}

int uqd_estimate(struct uqd_network *network, const struct uqd_state *state, uint32_t u,
                 int32_t *mean_q4)
{
    assert(u < state->n_units);
    const struct uqd_unit *unit = &state->units[u];
    struct channels channels = {.levels = network->levels};
    const int is_lone = unit->grid_w == 1 && unit->grid_h == 1;
    const int status = uqd_network_denoise(network, unit, mean_q4);
    if (status < 0)
        return status;
    uqd_coverage_init(&channels.coverage, state, u);
#pragma omp parallel for num_threads(uqd_team(network->work->threads, unit->grid_h >= 32))
    for (uint32_t y = 0; y < unit->grid_h; y++)
        for (uint32_t x = 0; x < unit->grid_w; x++) {
            if (x == 0 &&
                uqd_work_look(network->work, (size_t)unit->grid_w * UQD_UNIT_CHANNELS) < 0)
                break;
            const size_t block = (size_t)y * unit->grid_w + x;
            const int16_t *twice_centres = unit->cells + block * UQD_BLOCK_CHANNELS;
            int32_t *means = mean_q4 + block * UQD_UNIT_CHANNELS;
            if (is_lone || are_large(&channels, x, y, twice_centres, means))
                estimate_without(state, channels.levels, twice_centres, means);
        }
    return uqd_work_look(network->work, 0);
}
