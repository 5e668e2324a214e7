#include "session/curve_set.h"

#include "escape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Metrics ------------------------------------------------------------------------------- */

const char *metric_name(enum metric metric)
{
    static const char *const names[N_METRICS] = {"PSNR", "MS-SSIM", "butteraugli"};
    return names[metric];
}

const char *metric_unit(enum metric metric)
{
    return metric == METRIC_BUTTERAUGLI ? "" : "dB";
}

bool curve_is_exact(enum metric metric, double value)
{
    return metric == METRIC_PSNR      ? value == INFINITY
           : metric == METRIC_MS_SSIM ? value == 1
                                      : value == 0;
}

double metric_shown(enum metric metric, double value)
{
    if (metric != METRIC_MS_SSIM)
        return value;
    return value == 1 ? INFINITY : -10 * log10(1 - value);
}

/* What metric_shown was given. */
static double unshown(enum metric metric, double shown)
{
    return metric == METRIC_MS_SSIM ? 1 - pow(10, -shown / 10) : shown;
}

static bool is_value(enum metric metric, double value)
{
    switch (metric) {
    case METRIC_PSNR:
        return value != -INFINITY;
    case METRIC_MS_SSIM:
        return isnan(value) || (value >= -1 && value <= 1);
    default:
        return isnan(value) || (value >= 0 && isfinite(value));
    }
}

/* ---- Curves -------------------------------------------------------------------------------- */

static void free_curve(struct curve *curve)
{
    free(curve->points);
}

void curve_set_clear(struct curve_set *set)
{
    for (int i = 0; i < set->n_curves; i++)
        free_curve(&set->curves[i]);
    free(set->curves);
    *set = (struct curve_set){0};
}

int curve_set_copy(struct curve_set *to, const struct curve_set *from)
{
    *to = *from;
    to->n_curves = 0;
    to->curves = calloc(CURVE_MAX_CURVES, sizeof *to->curves);
    for (int i = 0; i < from->n_curves && to->curves; i++) {
        struct curve *curve = &to->curves[to->n_curves++];
        *curve = from->curves[i];
        curve->capacity = curve->n_points;
        size_t size = curve->n_points * sizeof *curve->points;
        curve->points = malloc(size ? size : 1);
        if (!curve->points) {
            curve_set_clear(to);
            return -1;
        }
        if (size)
            memcpy(curve->points, from->curves[i].points, size);
    }
    return to->curves ? 0 : -1;
}

void curve_set_remove(struct curve_set *set, int document)
{
    int kept = 0;
    for (int i = 0; i < set->n_curves; i++)
        if (set->curves[i].document == document)
            free_curve(&set->curves[i]);
        else
            set->curves[kept++] = set->curves[i];
    set->n_curves = kept;
}

static void set_label(char *to, size_t size, const char *label)
{
    char shown[ESCAPE_MAX];
    size_t length = 0;
    while (*label) {
        size_t n = escape_next(&label, shown);
        if (length + n >= size)
            break;
        memcpy(to + length, shown, n);
        length += n;
    }
    to[length] = '\0';
}

int curve_set_curve(struct curve_set *set, const char *label, int document, uint32_t mode,
                    uint64_t seed)
{
    struct curve curve = {.document = document, .mode = mode, .seed = seed};
    set_label(curve.label, sizeof curve.label, label);
    for (int i = 0; i < set->n_curves; i++) {
        const struct curve *known = &set->curves[i];
        if (known->document == document && known->mode == mode && known->seed == seed &&
            !strcmp(known->label, curve.label))
            return i;
    }
    if (!set->curves) {
        set->curves = calloc(CURVE_MAX_CURVES, sizeof *set->curves);
        if (!set->curves)
            return -1;
    }
    if (set->n_curves == CURVE_MAX_CURVES)
        return -1;
    set->curves[set->n_curves] = curve;
    return set->n_curves++;
}

/* Negative, 0 or positive as the first comes before, at or behind the second. */
static int compare(const struct curve_point *a, const struct curve_point *b)
{
    if (a->rate != b->rate)
        return a->rate < b->rate ? -1 : 1;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? -1 : 1;
    return a->step < b->step ? -1 : a->step > b->step;
}

/* The first point that does not come before this one. */
static size_t place_of(const struct curve *curve, const struct curve_point *point)
{
    size_t low = 0, high = curve->n_points;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&curve->points[middle], point) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int make_room(struct curve *curve)
{
    if (curve->n_points < curve->capacity)
        return 0;
    if (curve->n_points >= CURVE_MAX_POINTS)
        return -1;
    size_t capacity = curve->capacity ? 2 * curve->capacity : 16;
    struct curve_point *points = realloc(curve->points, capacity * sizeof *points);
    if (!points)
        return -1;
    curve->points = points;
    curve->capacity = capacity;
    return 0;
}

int curve_set_add(struct curve_set *set, int number, const struct curve_point *point)
{
    struct curve *curve = &set->curves[number];
    if (!(point->rate > 0) || !isfinite(point->rate))
        return -1;
    for (int i = 0; i < N_METRICS; i++)
        if (!is_value((enum metric)i, point->values[i]))
            return -1;
    size_t at = place_of(curve, point);
    if (at < curve->n_points && compare(&curve->points[at], point) == 0) {
        for (int i = 0; i < N_METRICS; i++)
            if (!isnan(point->values[i]))
                curve->points[at].values[i] = point->values[i];
        return 0;
    }
    if (make_room(curve))
        return -1;
    memmove(curve->points + at + 1, curve->points + at,
            (curve->n_points - at) * sizeof *curve->points);
    curve->points[at] = *point;
    curve->n_points++;
    return 0;
}

/* ---- Ranges of axes ------------------------------------------------------------------------ */

static void include(struct curve_extent *extent, double shown)
{
    if (isnan(shown))
        return;
    if (isinf(shown)) {
        extent->exact = true;
        return;
    }
    extent->low = extent->any ? fmin(extent->low, shown) : shown;
    extent->high = extent->any ? fmax(extent->high, shown) : shown;
    extent->any = true;
}

void curve_set_expect(struct curve_set *set, enum metric metric, double value)
{
    if (is_value(metric, value))
        include(&set->expected[metric], metric_shown(metric, value));
}

void curve_set_expect_rate(struct curve_set *set, double rate)
{
    if (rate > 0 && isfinite(rate))
        include(&set->expected_rates, rate);
}

void curve_set_expect_nothing(struct curve_set *set)
{
    memset(set->expected, 0, sizeof set->expected);
    set->expected_rates = (struct curve_extent){0};
}

static struct curve_extent extent_of(const struct curve_set *set, enum metric metric)
{
    struct curve_extent extent = set->expected[metric];
    for (int i = 0; i < set->n_curves; i++)
        for (size_t k = 0; k < set->curves[i].n_points; k++)
            include(&extent, metric_shown(metric, set->curves[i].points[k].values[metric]));
    return extent;
}

/* 1, 2 or 5 times a power of ten, so that no more than some ten of them reach a height. */
static double round_part(double height)
{
    double unit = pow(10, floor(log10(height / 10)));
    return height <= 10 * unit   ? unit
           : height <= 20 * unit ? 2 * unit
           : height <= 50 * unit ? 5 * unit
                                 : 10 * unit;
}

struct curve_range curve_set_values(const struct curve_set *set, enum metric metric)
{
    struct curve_extent extent = extent_of(set, metric);
    struct curve_range range = {.exact = extent.exact};
    if (metric == METRIC_BUTTERAUGLI) {
        double worst = extent.any ? fmax(extent.high, 4) : 4;
        range.every = round_part(worst);
        range.bottom = ceil(worst / range.every) * range.every;
        return range;
    }
    bool psnr = metric == METRIC_PSNR;
    range.every = psnr ? 10 : 5;
    range.bottom = psnr ? 20 : 5;
    range.top = psnr ? 50 : 25;
    if (extent.any) {
        range.bottom = fmin(range.bottom, floor(extent.low / range.every) * range.every);
        range.top = fmax(range.top, ceil(extent.high / range.every) * range.every);
    }
    range.every = fmax(range.every, round_part(range.top - range.bottom));
    range.bottom = floor(range.bottom / range.every) * range.every;
    range.top = ceil(range.top / range.every) * range.every;
    return range;
}

bool curve_set_rates(const struct curve_set *set, double *low, double *high)
{
    struct curve_extent extent = set->expected_rates;
    for (int i = 0; i < set->n_curves; i++)
        if (set->curves[i].n_points > 0) {
            const struct curve *curve = &set->curves[i];
            include(&extent, curve->points[0].rate);
            include(&extent, curve->points[curve->n_points - 1].rate);
        }
    *low = extent.any ? extent.low * exp(-0.25) : 0.01;
    *high = extent.any ? extent.high * exp(0.25) : 10;
    return extent.any;
}

/* ---- Places between axes ------------------------------------------------------------------- */

double curve_axes_x(const struct curve_axes *axes, double rate)
{
    double part = log(rate / axes->low_rate) / log(axes->high_rate / axes->low_rate);
    return axes->left + part * (axes->right - axes->left);
}

double curve_axes_rate(const struct curve_axes *axes, double x)
{
    double part = (x - axes->left) / (axes->right - axes->left);
    return axes->low_rate * exp(part * log(axes->high_rate / axes->low_rate));
}

double curve_axes_y(const struct curve_axes *axes, double value)
{
    const struct curve_range *range = &axes->range;
    double shown = metric_shown(axes->metric, value);
    if (isnan(shown))
        return NAN;
    if (isinf(shown))
        return axes->exact_y;
    double part = (shown - range->bottom) / (range->top - range->bottom);
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    return axes->bottom_y + part * (axes->top_y - axes->bottom_y);
}

bool curve_set_nearest(const struct curve_set *set, const struct curve_axes *axes, double x,
                       double y, struct curve_place *place)
{
    place->distance = INFINITY;
    for (int i = 0; i < set->n_curves; i++)
        for (size_t k = 0; k < set->curves[i].n_points; k++) {
            const struct curve_point *point = &set->curves[i].points[k];
            double across = curve_axes_x(axes, point->rate) - x;
            double up = curve_axes_y(axes, point->values[axes->metric]) - y;
            double distance = hypot(across, up);
            if (distance < place->distance)
                *place = (struct curve_place){i, k, distance};
        }
    return isfinite(place->distance);
}

bool curve_skips_steps(const struct curve_point *before, const struct curve_point *after)
{
    return before->step != CURVE_NO_STEP && after->step != CURVE_NO_STEP &&
           after->step > before->step + 1;
}

double curve_value_at(const struct curve *curve, enum metric metric, double rate)
{
    const struct curve_point *before = NULL;
    for (size_t i = 0; i < curve->n_points; i++) {
        const struct curve_point *point = &curve->points[i];
        if (isnan(point->values[metric]))
            continue;
        if (point->rate == rate)
            return point->values[metric];
        if (point->rate > rate) {
            if (!before)
                return NAN;
            double from = metric_shown(metric, before->values[metric]);
            double to = metric_shown(metric, point->values[metric]);
            double part = log(rate / before->rate) / log(point->rate / before->rate);
            bool known = isfinite(from) && isfinite(to) && !curve_skips_steps(before, point);
            return known ? unshown(metric, from + part * (to - from)) : NAN;
        }
        before = point;
    }
    return NAN;
}
