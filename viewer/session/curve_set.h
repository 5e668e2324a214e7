/* Rate-distortion curves: what is known of how far pictures are from their original by what they
 * cost, of any number of files, modes and seeds, and of other codecs by way of curve_csv.h. Knows
 * numbers and where they lie between axes, but nothing of drawing. For one thread. */
#ifndef UQD_VIEWER_SESSION_CURVE_SET_H
#define UQD_VIEWER_SESSION_CURVE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric {
    METRIC_PSNR,        /* decibels; infinite if nothing differs */
    METRIC_MS_SSIM,     /* at most 1; 1 if nothing differs */
    METRIC_BUTTERAUGLI, /* a distance: 0 if nothing differs */
    N_METRICS
};

#define CURVE_IMPORTED (-1) /* as document: from a table */
#define CURVE_NO_MODE  0    /* curves of a table have none */
#define CURVE_OF_CODECS                                                                            \
    16                              /* from here on modes are of other codecs, even ones of files  \
                                       made for a size, odd ones of files that are cut */
#define CURVE_NO_STEP    UINT32_MAX /* a place between steps */
#define CURVE_MAX_CURVES 64         /* in a set */
#define CURVE_MAX_POINTS ((size_t)1024) /* of a curve */

struct curve_point {
    uint64_t bytes;           /* of the file; 0 if unknown */
    double rate;              /* bits per pixel, above 0 */
    double values[N_METRICS]; /* NaN: unknown */
    uint32_t step;            /* CURVE_NO_STEP if there is none */
};

struct curve {
    char label[64]; /* UTF-8 that can be shown */
    int document;   /* whose it is, or CURVE_IMPORTED */
    uint32_t mode;  /* enum uqd_mode, CURVE_NO_MODE, or from CURVE_OF_CODECS on */
    uint64_t seed;
    struct curve_point *points; /* by ascending rate; at equal rates by ascending bytes */
    size_t n_points, capacity;
};

/* What values a metric takes, as they are shown. */
struct curve_extent {
    bool any, exact; /* any finite value; any picture without a difference */
    double low, high;
};

/* Zero-initialise. */
struct curve_set {
    struct curve *curves;
    int n_curves;
    struct curve_extent expected[N_METRICS], expected_rates;
};

/* Removes everything and frees it. */
void curve_set_clear(struct curve_set *set);

/* `to` is overwritten. 0, or -1 if there is no memory; then it is empty. */
int curve_set_copy(struct curve_set *to, const struct curve_set *from);

/* Removes the curves of a document, or those imported; the numbers of the others may change. */
void curve_set_remove(struct curve_set *set, int document);

/* The number of the curve with this label, document, mode and seed, which is made if there is none;
 * -1 if there is no memory or there are CURVE_MAX_CURVES already. What cannot be shown of a label
 * is escaped, and a longer one is cut between letters. Pointers to curves are then void. */
int curve_set_curve(struct curve_set *set, const char *label, int document, uint32_t mode,
                    uint64_t seed);

/* Puts a point at its place. A point of the same rate, bytes and step takes its values that are
 * known instead of a second point. 0, or -1 if the rate or a value is none, if there are
 * CURVE_MAX_POINTS already, or if there is no memory; then nothing has changed. */
int curve_set_add(struct curve_set *set, int curve, const struct curve_point *point);

/* Axes are to have room for a value and a rate, although no point has them yet, so that they do not
 * jump when it comes. NaN and rates of 0 are ignored. Removing curves does not undo it. */
void curve_set_expect(struct curve_set *set, enum metric metric, double value);
void curve_set_expect_rate(struct curve_set *set, double rate);
void curve_set_expect_nothing(struct curve_set *set);

/* Whether a value says that the picture does not differ. */
bool curve_is_exact(enum metric metric, double value);

/* "PSNR", and the unit of a value as it is shown: "dB", or "" if it has none. */
const char *metric_name(enum metric metric);
const char *metric_unit(enum metric metric);

/* How a value is shown on an axis, greater or less. PSNR and butteraugli are as they are; MS-SSIM
 * is shown as -10 log10(1 - x) decibels, since near 1, where pictures are good, nothing could be
 * told apart otherwise. The infinite ones are exact. */
double metric_shown(enum metric metric, double value);

/* An axis of values: better is up, so that for butteraugli bottom is above top. */
struct curve_range {
    double bottom, top; /* multiples of `every`, as shown */
    double every;       /* between lines */
    bool exact;         /* pictures that do not differ have a line of their own above the top; never
                           for butteraugli, where that is 0, at the top */
};

/* PSNR: tens around what there is, at least 20 to 50. MS-SSIM: fives, at least 5 to 25.
 * Butteraugli: from 0, at least to 4. */
struct curve_range curve_set_values(const struct curve_set *set, enum metric metric);

/* The rates of all points and those expected, and some room on both sides: a factor of 1.28. False
 * if there are none; then 0.01 to 10. */
bool curve_set_rates(const struct curve_set *set, double *low, double *high);

/* ---- Places between axes ------------------------------------------------------------------------
 */

/* Lengths are pixels, y grows downwards, rates are on a logarithmic axis. */
struct curve_axes {
    enum metric metric;
    double left, right; /* x of the lowest and highest rate */
    double low_rate, high_rate;
    double bottom_y, top_y; /* of the range's ends */
    double exact_y;         /* of pictures that do not differ */
    struct curve_range range;
};

/* May lie outside of the axes. */
double curve_axes_x(const struct curve_axes *axes, double rate);
double curve_axes_rate(const struct curve_axes *axes, double x);

/* Of a value, not as shown; kept between the axes. NaN for NaN. */
double curve_axes_y(const struct curve_axes *axes, double value);

/* The point nearest to a place, of all curves of which the metric is known there. */
struct curve_place {
    int curve;
    size_t point;
    double distance; /* pixels */
};

/* False if there is none. */
bool curve_set_nearest(const struct curve_set *set, const struct curve_axes *axes, double x,
                       double y, struct curve_place *place);

/* Whether steps between two points of a curve are not known: it has a gap there. */
bool curve_skips_steps(const struct curve_point *before, const struct curve_point *after);

/* The value of a curve at a rate: of the point there, or between its neighbours along a straight
 * line of what is shown over the logarithm of the rate. NaN before the first and behind the last
 * point, in a gap, and below an exact point, as it is not known how a line would get there. */
double curve_value_at(const struct curve *curve, enum metric metric, double rate);

#endif
