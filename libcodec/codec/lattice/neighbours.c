#include "codec/lattice/neighbours.h"

#include <stdlib.h>

enum { MOST_SIDE = 1 << (UQD_UNIT_LEVELS - 1) }; /* of a block's square of a subband */

/* Channels by colour, level, subband and the place in a block's square of that subband. */
struct places {
    uint8_t channel[3][UQD_UNIT_LEVELS + 1][3][MOST_SIDE][MOST_SIDE];
};

static void find_places(struct places *places, const struct uqd_channel *channels)
{
    for (uint32_t i = 0; i < UQD_UNIT_CHANNELS; i++) {
        const struct uqd_channel *c = &channels[i];
        places->channel[c->colour][c->level][c->subband][c->dy][c->dx] = (uint8_t)i;
    }
}

void uqd_neighbours_init(struct uqd_neighbours *neighbours, const struct uqd_channel *channels)
{
    static const int8_t around[UQD_NEIGHBOURS][2] = {{-1, -1}, {0, -1}, {1, -1}, {-1, 0},
                                                     {1, 0},   {-1, 1}, {0, 1},  {1, 1}};
    struct places places;
    find_places(&places, channels);
    for (uint32_t i = 0; i < UQD_UNIT_CHANNELS; i++) {
        const struct uqd_channel *c = &channels[i];
        const int shift = UQD_UNIT_LEVELS - c->level, side = 1 << shift;
        neighbours->subband[i] =
            (uint8_t)((c->colour * UQD_UNIT_LEVELS + c->level - 1) * 3 + c->subband);
        for (int k = 0; k < UQD_NEIGHBOURS; k++) {
            /* From the square before on, so that nothing is negative. */
            const int x = side + c->dx + around[k][0], y = side + c->dy + around[k][1];
            neighbours->of[i][k] = (struct uqd_neighbour){
                .dx = (int8_t)((x >> shift) - 1),
                .dy = (int8_t)((y >> shift) - 1),
                .channel =
                    places.channel[c->colour][c->level][c->subband][y & (side - 1)][x & (side - 1)],
                .weight = around[k][0] == 0 || around[k][1] == 0 ? 2 : 1,
            };
        }
    }
}

uint32_t uqd_busy_subbands(const struct uqd_neighbours *neighbours, const int16_t *twice_centres,
                           uint32_t first, uint32_t n)
{
    uint32_t busy = 0;
    for (uint32_t c = 0; c < n; c++)
        busy |= (uint32_t)(twice_centres[c] != 0) << neighbours->subband[first + c];
    return busy;
}

uint32_t uqd_busy_around(const struct uqd_unit *unit, const uint32_t *busy, uint32_t x, uint32_t y)
{
    const uint32_t x_end = x + 2 < unit->grid_w ? x + 2 : unit->grid_w;
    const uint32_t y_end = y + 2 < unit->grid_h ? y + 2 : unit->grid_h;
    uint32_t around = 0;
    for (uint32_t v = y > 0 ? y - 1 : 0; v < y_end; v++)
        for (uint32_t u = x > 0 ? x - 1 : 0; u < x_end; u++)
            around |= busy[(size_t)v * unit->grid_w + u];
    return around;
}

static int group_of(const struct uqd_model *model, uint32_t channel)
{
    int g = (int)model->n_groups - 1;
    while (model->groups[g].first_channel > channel)
        g--;
    return g;
}

int uqd_neighbours_group_before(const struct uqd_neighbours *neighbours,
                                const struct uqd_model *model, uint32_t g)
{
    const struct uqd_group *group = &model->groups[g];
    int last = -1;
    for (uint32_t c = group->first_channel; c < group->first_channel + group->n; c++)
        for (int i = 0; i < UQD_NEIGHBOURS; i++) {
            const int other = group_of(model, neighbours->of[c][i].channel);
            if (other < (int)g && other > last)
                last = other;
        }
    return last;
}

void uqd_neighbours_fit(struct uqd_neighbours *neighbours, uint32_t grid_w)
{
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        for (int i = 0; i < UQD_NEIGHBOURS; i++) {
            const struct uqd_neighbour *n = &neighbours->of[c][i];
            neighbours->offset[c][i] =
                ((ptrdiff_t)n->dy * grid_w + n->dx) * UQD_BLOCK_CHANNELS + n->channel;
        }
}

/* Whether all blocks around (x, y) are in the unit. */
static inline int is_inside(const struct uqd_unit *unit, uint32_t x, uint32_t y)
{
    return x > 0 && y > 0 && x + 1 < unit->grid_w && y + 1 < unit->grid_h;
}

/* Sum of weights times twice the magnitudes; what is outside of the unit counts as 0. */
static uint32_t weighted_sum(const struct uqd_neighbours *neighbours, const struct uqd_unit *unit,
                             uint32_t c, uint32_t x, uint32_t y)
{
    const int16_t *values = unit->cells + ((size_t)y * unit->grid_w + x) * UQD_BLOCK_CHANNELS;
    uint32_t sum = 0;
    for (int i = 0; i < UQD_NEIGHBOURS; i++) {
        const struct uqd_neighbour *n = &neighbours->of[c][i];
        if (x + (uint32_t)n->dx < unit->grid_w && y + (uint32_t)n->dy < unit->grid_h)
            sum += n->weight * (uint32_t)abs(values[neighbours->offset[c][i]]);
    }
    return sum;
}

static inline uint32_t weighted_sum_inside(const struct uqd_neighbours *neighbours,
                                           const struct uqd_unit *unit, uint32_t c, uint32_t x,
                                           uint32_t y)
{
    const int16_t *values = unit->cells + ((size_t)y * unit->grid_w + x) * UQD_BLOCK_CHANNELS;
    const ptrdiff_t *offset = neighbours->offset[c];
    uint32_t sum = 0;
    for (int i = 0; i < UQD_NEIGHBOURS; i++)
        sum += neighbours->of[c][i].weight * (uint32_t)abs(values[offset[i]]);
    return sum;
}

uint32_t uqd_context_class(const struct uqd_neighbours *neighbours, const struct uqd_unit *unit,
                           uint32_t c, uint32_t x, uint32_t y, uint32_t level)
{
    /* By the sum of weights times twice the magnitudes, in cells of the level, rounded up: 24 for a
     * mean of one cell. The classes begin behind 0, 4, 7, 12, 19, 29, 48 and 84. */
    static const uint8_t classes[86] = {
        0, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5, 5,
        5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8};
    const uint32_t sum = is_inside(unit, x, y) ? weighted_sum_inside(neighbours, unit, c, x, y)
                                               : weighted_sum(neighbours, unit, c, x, y);
    const uint32_t cells = (sum + (1u << level) - 1) >> level;
    return classes[cells < 85 ? cells : 85];
}
