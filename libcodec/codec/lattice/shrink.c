/* The forward transform rounds every coefficient. The integer inverse takes the roundings back, but
 * only where it meets the very numbers that were made; before that they are noise, and where the
 * picture is smoother than they are, most of what a fine step knows. So known values are shrunk by
 * what is expected of the noise in them, given the mean square of their surroundings and their own
 * (docs/decisions.md). */
#include "codec/lattice/shrink.h"

#include "codec/lattice/refine.h"
#include "transform/threads.h"

enum {
    BLOCK = 8,     /* cells along a side */
    TOP_LEVEL = 2, /* of channels that are looked at */
    BANDS = 3 * UQD_UNIT_LEVELS * 3,
};

/* About 3.5 times the variance of the roundings, in 1/256, by wavelet level - 1 and band. */
static const uint16_t noises[UQD_UNIT_LEVELS][3] = {
    {134, 134, 116}, {251, 251, 430}, {287, 287, 627}};

/* What is expected of the square of a coefficient that is only known to lie around 0, by level:
 * (2^level - 1)^2 / 6. */
static const uint16_t unknown_squares[TOP_LEVEL + 1] = {0, 43, 384};

/* The channels of a unit that are looked at. */
struct channels {
    uint32_t n;
    uint8_t index[UQD_UNIT_CHANNELS], band[UQD_UNIT_CHANNELS]; /* band: of all colours' */
    uint16_t unknown[UQD_UNIT_CHANNELS];
    uint32_t exist_w[UQD_UNIT_CHANNELS], exist_h[UQD_UNIT_CHANNELS]; /* cells that have it */
    uint16_t noise[BANDS];
};

struct block {
    uint32_t x_begin, x_end, y_begin, y_end; /* cells */
    int64_t mean[BANDS]; /* of squares, in 1/256; negative: the band is left alone */
};

static void find_channels(struct channels *channels, const struct uqd_state *state)
{
    struct uqd_refine all;
    uqd_refine_init(&all, state, 0, 0, UQD_UNIT_CHANNELS);
    channels->n = 0;
    for (uint32_t c = 0; c < UQD_UNIT_CHANNELS; c++) {
        const struct uqd_channel *channel = &state->model->channels[c];
        const uint32_t level = state->units[0].level[c], n = channels->n;
        const uint32_t row = channel->level - 1u;
        const uint32_t band = (channel->colour * UQD_UNIT_LEVELS + row) * 3 + channel->band;
        channels->noise[band] = noises[row][channel->band];
        if (level > TOP_LEVEL)
            continue;
        channels->index[n] = (uint8_t)c;
        channels->band[n] = (uint8_t)band;
        channels->unknown[n] = unknown_squares[level];
        channels->exist_w[n] = all.exist_w[c];
        channels->exist_h[n] = all.exist_h[c];
        channels->n++;
    }
}

/* Fills in the means of the bands that have little more than noise. */
static void measure(struct block *block, const struct channels *channels,
                    const struct uqd_unit *unit, const int32_t *values)
{
    int64_t squares[BANDS] = {0};
    uint32_t n[BANDS] = {0};
    for (uint32_t y = block->y_begin; y < block->y_end; y++)
        for (uint32_t x = block->x_begin; x < block->x_end; x++) {
            const size_t cell = (size_t)y * unit->grid_w + x;
            for (uint32_t i = 0; i < channels->n; i++) {
                if (x >= channels->exist_w[i] || y >= channels->exist_h[i])
                    continue;
                const uint32_t c = channels->index[i], band = channels->band[i];
                const int64_t value = values[cell * UQD_UNIT_CHANNELS + c];
                const int is_around_0 = unit->cells[cell * UQD_CELL_CHANNELS + c] == 0;
                squares[band] += value * value + (is_around_0 ? channels->unknown[i] : 0);
                n[band]++;
            }
        }
    for (uint32_t band = 0; band < BANDS; band++) {
        block->mean[band] = n[band] > 0 ? squares[band] / n[band] : -1;
        if (block->mean[band] > 3 * channels->noise[band])
            block->mean[band] = -1;
    }
}

static int32_t shrunk(int32_t value, int64_t mean, int64_t noise)
{
    const int64_t square = (int64_t)value * value + mean;
    return square > noise ? (int32_t)(value * (square - noise) / square) : 0;
}

static void shrink(const struct block *block, const struct channels *channels, uint32_t grid_w,
                   int32_t *values)
{
    for (uint32_t i = 0; i < channels->n; i++) {
        const int64_t mean = block->mean[channels->band[i]];
        const int64_t noise = channels->noise[channels->band[i]];
        for (uint32_t y = block->y_begin; y < block->y_end && mean >= 0; y++)
            for (uint32_t x = block->x_begin; x < block->x_end; x++) {
                int32_t *value =
                    &values[((size_t)y * grid_w + x) * UQD_UNIT_CHANNELS + channels->index[i]];
                if (*value != 0)
                    *value = shrunk(*value, mean, noise);
            }
    }
}

static uint32_t end_of(uint32_t begin, uint32_t side)
{
    return side - begin < BLOCK ? side : begin + BLOCK;
}

void uqd_shrink(const struct uqd_state *state, int32_t *values_q4, uint32_t threads)
{
    const struct uqd_unit *unit = &state->units[0];
    struct channels channels;
    find_channels(&channels, state);
    if (channels.n == 0)
        return;
#pragma omp parallel for num_threads(threads) schedule(dynamic) if (unit->grid_h > BLOCK)
    for (uint32_t y = 0; y < unit->grid_h; y += BLOCK)
        for (uint32_t x = 0; x < unit->grid_w; x += BLOCK) {
            struct block block = {x, end_of(x, unit->grid_w), y, end_of(y, unit->grid_h), {0}};
            measure(&block, &channels, unit, values_q4);
            shrink(&block, &channels, unit->grid_w, values_q4);
        }
}
