/* The symbols of a paper model: which cell around the predicted mean a value is quantized to, and
 * at the end which of the 256 values a pixel has.
 *
 * With the dither u, cell k is (k - u -+ 1/2) delta around the mean. Under a logistic distribution
 * its probability is a difference of two sigmoids (Yang, Will, Mandt 2025, eq. 10), so that the
 * cumulative frequencies need no tables. Everything here is to be called in the environment of
 * uqd_fpenv_enter. */
#ifndef UQD_PAPER_CELLS_H
#define UQD_PAPER_CELLS_H

#include "entropy/range_coder.h"

#include <stdint.h>

enum {
    UQD_PAPER_CELL_BITS = 24, /* cells have 2^24 frequencies in all */
    UQD_PAPER_MAX_REACH = 4095,
    UQD_PAPER_LEVELS = 256,
};

/* A value's distribution over its cells -reach .. reach. */
struct uqd_paper_cells {
    float slope;  /* width of a cell, in units of the logistic's scale: positive */
    float dither; /* -1/2 .. 1/2 */
    int32_t reach;
};

/* The frequencies below those of cell k, -reach .. reach + 1. They ascend strictly. */
uint32_t uqd_paper_cell_cum(const struct uqd_paper_cells *cells, int32_t k);

/* The cell that holds a frequency below 2^24. */
int32_t uqd_paper_cell_find(const struct uqd_paper_cells *cells, uint32_t target);

void uqd_paper_cell_encode(struct uqd_range_encoder *encoder, const struct uqd_paper_cells *cells,
                           int32_t k);

/* Returns UQD_OK or UQD_RANGE_STOPPED. */
int uqd_paper_cell_decode(struct uqd_range_decoder *decoder, const struct uqd_paper_cells *cells,
                          int32_t *k);

/* A pixel's distribution given z_0: normal around `centre`, 0 .. 255 where the values lie, with
 * frequencies of e^(-sharpness distance^2), cut off; every value has at least one. */
struct uqd_paper_levels {
    int32_t nearest; /* value */
    uint32_t n;      /* values that have more than one: nearest, and by turns above */
    uint32_t freq[2 * UQD_PAPER_LEVELS]; /* and below it; outside 0 .. 255: 0 */
    uint32_t total;
};

void uqd_paper_levels_init(struct uqd_paper_levels *levels, float centre, float sharpness);
void uqd_paper_level_encode(struct uqd_range_encoder *encoder,
                            const struct uqd_paper_levels *levels, int32_t value);

/* Returns UQD_OK or UQD_RANGE_STOPPED. */
int uqd_paper_level_decode(struct uqd_range_decoder *decoder, const struct uqd_paper_levels *levels,
                           int32_t *value);

#endif
