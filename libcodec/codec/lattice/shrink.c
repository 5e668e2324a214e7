/* The forward transform rounds every coefficient. The integer inverse takes the roundings back, but
 * only where it meets the very numbers that were made; before that they are noise, and where the
 * picture is smoother than they are, most of what a fine step knows. So known values are shrunk by
 * what is expected of the noise in them, given the mean square of their surroundings and their own
 * (docs/decisions.md). */
#include "codec/lattice/shrink.h"

#include "codec/lattice/coverage.h"
#include "util/team.h"

#include <assert.h>

enum {
    REGION = UQD_SHRINK_REGION, /* blocks along a side */
    TOP_LEVEL = 2,              /* of channels that are looked at */
    SUBBANDS = 3 * UQD_UNIT_LEVELS * 3,
    /* The high-pass samples at the far border have a neighbour on one side only and see a slope as
     * a detail. They are looked at by themselves. */
    BORDER = SUBBANDS,
    CLASSES = 2 * SUBBANDS,
};

#define NOWHERE UINT32_MAX

/* About 3.5 times the variance of the roundings, in 1/256, by wavelet level - 1 and subband. The
 * finest level of unit 0 is made in one with the rotation of colours, by fewer roundings; those of
 * all units that follow add up to about the same. */
static const uint16_t first_noises[UQD_UNIT_LEVELS][3] = {
    {134, 134, 116}, {251, 251, 430}, {287, 287, 627}};
static const uint16_t noises[3] = {287, 287, 627};

/* What is expected of the square of a coefficient that is only known to lie around 0, by level:
 * (2^level - 1)^2 / 6. */
static const uint16_t unknown_squares[TOP_LEVEL + 1] = {0, 43, 384};

/* A channel that is looked at. */
struct channel {
    uint32_t index, subband;     /* of coding order; of all colours and levels */
    uint32_t exist_w, exist_h;   /* blocks that have it */
    uint32_t border_x, border_y; /* blocks where it lies at the far border, or NOWHERE */
    uint32_t unknown;
};

struct channels {
    uint32_t n;
    struct channel each[UQD_UNIT_CHANNELS];
    uint32_t noise[SUBBANDS];
};

struct region {
    uint32_t x_begin, x_end, y_begin, y_end; /* blocks */
    int64_t mean[CLASSES]; /* of squares, in 1/256; negative: the class is left alone */
};

/* The last block that has a channel, if the sample there is the last one of its subband. */
static uint32_t border_of(uint32_t exist, uint32_t shift, uint32_t first, uint32_t side)
{
    return exist > 0 && ((exist - 1) << shift) + first + 1 == side ? exist - 1 : NOWHERE;
}

static struct channel channel_of(const struct uqd_state *state, uint32_t u,
                                 const struct uqd_coverage *coverage, uint32_t c)
{
    const struct uqd_unit *unit = &state->units[u];
    const struct uqd_channel *channel = &state->model->channels[c];
    const struct uqd_subband subband = uqd_channel_subband(channel, unit->width, unit->height);
    const uint32_t shift = UQD_UNIT_LEVELS - channel->level;
    struct channel out = {
        .index = c,
        .subband = (channel->colour * UQD_UNIT_LEVELS + channel->level - 1u) * 3 + channel->subband,
        .exist_w = coverage->w[c],
        .exist_h = coverage->h[c],
        .border_x = NOWHERE,
        .border_y = NOWHERE,
        .unknown = unknown_squares[unit->level[c]],
    };
    if (channel->subband == UQD_SUBBAND_HL && unit->x + unit->grid_w == unit->whole_w)
        out.border_x = border_of(out.exist_w, shift, channel->dx, subband.width);
    if (channel->subband == UQD_SUBBAND_LH && unit->y + unit->grid_h == unit->whole_h)
        out.border_y = border_of(out.exist_h, shift, channel->dy, subband.height);
    return out;
}

static void find_channels(struct channels *channels, const struct uqd_state *state, uint32_t u,
                          uint32_t whole)
{
    struct uqd_coverage coverage;
    uqd_coverage_init(&coverage, state, u);
    channels->n = 0;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const struct uqd_channel *channel = &state->model->channels[c];
        const uint16_t *row = u == 0 ? first_noises[channel->level - 1] : noises;
        if (state->units[u].level[c] > TOP_LEVEL || channel->level > UQD_UNIT_LEVELS - whole)
            continue;
        channels->each[channels->n] = channel_of(state, u, &coverage, c);
        channels->noise[channels->each[channels->n++].subband] = row[channel->subband];
    }
}

static uint32_t class_of(const struct channel *channel, uint32_t x, uint32_t y)
{
    return channel->subband + (x == channel->border_x || y == channel->border_y ? BORDER : 0);
}

/* The guesses of the blocks of a part of the grid. */
struct guesses {
    struct uqd_grid_part part;
    int32_t *values;
};

static int32_t *guesses_at(const struct guesses *guesses, uint32_t x, uint32_t y)
{
    const struct uqd_grid_part *part = &guesses->part;
    return guesses->values +
           ((size_t)(y - part->y) * part->width + x - part->x) * UQD_UNIT_CHANNELS;
}

/* Fills in the means of the classes that have little more than noise. */
static void measure(struct region *region, const struct channels *channels,
                    const struct uqd_unit *unit, const struct guesses *guesses)
{
    int64_t squares[CLASSES] = {0};
    uint32_t n[CLASSES] = {0};
    for (uint32_t y = region->y_begin; y < region->y_end; y++)
        for (uint32_t x = region->x_begin; x < region->x_end; x++) {
            const size_t block = (size_t)y * unit->grid_w + x;
            const int32_t *values = guesses_at(guesses, x, y);
            for (uint32_t i = 0; i < channels->n; i++) {
                const struct channel *channel = &channels->each[i];
                if (x >= channel->exist_w || y >= channel->exist_h)
                    continue;
                const uint32_t class = class_of(channel, x, y);
                const int64_t value = values[channel->index];
                const int is_around_0 =
                    unit->cells[block * UQD_BLOCK_CHANNELS + channel->index] == 0;
                squares[class] += value * value + (is_around_0 ? channel->unknown : 0);
                n[class]++;
            }
        }
    for (uint32_t class = 0; class < CLASSES; class ++) {
        region->mean[class] = n[class] > 0 ? squares[class] / n[class] : -1;
        if (n[class] > 0 && region->mean[class] > 3 * (int64_t)channels->noise[class % SUBBANDS])
            region->mean[class] = -1;
    }
}

static int32_t shrunk(int32_t value, int64_t mean, int64_t noise)
{
    const int64_t square = (int64_t)value * value + mean;
    return square > noise ? (int32_t)(value * (square - noise) / square) : 0;
}

static void shrink(const struct region *region, const struct channels *channels,
                   const struct guesses *guesses)
{
    for (uint32_t y = region->y_begin; y < region->y_end; y++)
        for (uint32_t x = region->x_begin; x < region->x_end; x++)
            for (uint32_t i = 0; i < channels->n; i++) {
                const struct channel *channel = &channels->each[i];
                const int64_t mean = region->mean[class_of(channel, x, y)];
                int32_t *value = guesses_at(guesses, x, y) + channel->index;
                if (mean >= 0 && *value != 0)
                    *value = shrunk(*value, mean, channels->noise[channel->subband]);
            }
}

static uint32_t end_of(uint32_t begin, uint32_t side)
{
    return side - begin < REGION ? side : begin + REGION;
}

int uqd_shrink(const struct uqd_state *state, uint32_t u, uint32_t whole, struct uqd_grid_part part,
               int32_t *values_q4, struct uqd_work *work)
{
    assert(u < state->n_units && whole <= UQD_UNIT_LEVELS);
    assert(part.x % REGION == 0 && part.y % REGION == 0);
    const struct uqd_unit *unit = &state->units[u];
    const struct guesses guesses = {part, values_q4};
    const uint32_t threads = work->threads, x_end = part.x + part.width;
    struct channels channels;
    find_channels(&channels, state, u, whole);
    if (channels.n == 0)
        return UQD_OK;
#pragma omp parallel for num_threads(uqd_team(threads, part.height > REGION)) schedule(dynamic)
    for (uint32_t y = part.y; y < part.y + part.height; y += REGION)
        for (uint32_t x = part.x; x < x_end; x += REGION) {
            if (uqd_work_look(work, (size_t)REGION * REGION * UQD_UNIT_CHANNELS) < 0)
                break;
            struct region region = {x, end_of(x, x_end), y, end_of(y, part.y + part.height), {0}};
            measure(&region, &channels, unit, &guesses);
            shrink(&region, &channels, &guesses);
        }
    return uqd_work_look(work, 0);
}
