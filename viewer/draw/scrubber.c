#include "draw/scrubber.h"

#include "draw/fit_text.h"
#include "draw/labels.h"
#include "draw/theme.h"
#include "session/format.h"

#include <math.h>
#include <stdio.h>

static int px(const struct scrubber_view *view, float units)
{
    return (int)(units * view->scale + 0.5F);
}

const char *scrubber_unit_name(enum scrub_unit unit)
{
    static const char *const names[N_SCRUB_UNITS] = {"steps", "bytes", "bits per pixel", "PSNR"};
    return names[unit];
}

/* ---- Where the steps lie ------------------------------------------------------------------- */

static void place_evenly(struct scrubber_geometry *scrubber)
{
    for (uint32_t i = 0; i < scrubber->n_steps; i++)
        scrubber->places[i] = scrubber->n_steps > 1 ? (double)i / (scrubber->n_steps - 1) : 1;
}

/* By the logarithm of the bytes; false if all steps end at the same one. */
static bool place_by_bytes(struct scrubber_geometry *scrubber)
{
    uint64_t first = scrubber->bytes[0], last = scrubber->bytes[scrubber->n_steps - 1];
    if (last <= first)
        return false;
    for (uint32_t i = 0; i < scrubber->n_steps; i++)
        scrubber->places[i] =
            log((double)scrubber->bytes[i] / (double)first) / log((double)last / (double)first);
    return true;
}

/* The least and the greatest finite PSNR, and whether the last step is exact. */
static bool psnr_range(struct scrubber_geometry *scrubber, const struct scrubber_view *view)
{
    scrubber->low = INFINITY;
    scrubber->high = -INFINITY;
    for (uint32_t i = 0; i < scrubber->n_steps && view->step_psnr; i++)
        if (isfinite(view->step_psnr[i])) {
            scrubber->low = fmin(scrubber->low, view->step_psnr[i]);
            scrubber->high = fmax(scrubber->high, view->step_psnr[i]);
        }
    return scrubber->high > scrubber->low;
}

/* Spreads the steps between two that are placed, of which the first may be before the first step.
 */
static void fill_between(struct scrubber_geometry *scrubber, uint32_t from, uint32_t to)
{
    double before = scrubber->places[from], part = scrubber->places[to] - before;
    for (uint32_t i = from + 1; i < to; i++)
        scrubber->places[i] = before + part * (i - from) / (to - from);
}

/* The first and last step are at the ends, whatever their PSNR is; a last step that is exact, or
 * not the best one, is apart from the best finite one. Steps that would not be behind those before
 * them are spread between their neighbours. */
static bool place_by_psnr(struct scrubber_geometry *scrubber, const struct scrubber_view *view)
{
    uint32_t n = scrubber->n_steps, last = 0;
    if (n < 2 || !psnr_range(scrubber, view))
        return false;
    scrubber->exact = isinf(view->step_psnr[n - 1]);
    scrubber->high_place = view->step_psnr[n - 1] == scrubber->high ? 1 : 1 - 1.0 / n;
    scrubber->places[0] = 0;
    for (uint32_t i = 1; i < n; i++) {
        double psnr = view->step_psnr[i];
        double place =
            (psnr - scrubber->low) / (scrubber->high - scrubber->low) * scrubber->high_place;
        if (i == n - 1)
            place = 1;
        else if (!isfinite(psnr) || place <= scrubber->places[last] || place >= 1)
            continue;
        scrubber->places[i] = place;
        fill_between(scrubber, last, i);
        last = i;
    }
    return true;
}

/* Numbers at the ends of the track, for the labels. */
static void set_numbers(struct scrubber_geometry *scrubber, const struct scrubber_view *view)
{
    bool rate = scrubber->unit == SCRUB_RATE && view->pixels > 0;
    double per_byte = rate ? 8.0 / (double)view->pixels : 1;
    scrubber->low = (double)scrubber->bytes[0] * per_byte;
    scrubber->high = (double)scrubber->bytes[scrubber->n_steps - 1] * per_byte;
    scrubber->high_place = 1;
}

static void place_steps(struct scrubber_geometry *scrubber, const struct scrubber_view *view)
{
    uint32_t n = view->n_steps < SCRUBBER_MAX_STEPS ? view->n_steps : SCRUBBER_MAX_STEPS;
    scrubber->n_steps = n;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t bytes = view->step_bytes[i] > 0 ? view->step_bytes[i] : 1;
        uint64_t before = i > 0 ? scrubber->bytes[i - 1] : 1;
        scrubber->bytes[i] = bytes > before ? bytes : before;
    }
    set_numbers(scrubber, view);
    bool placed = scrubber->unit == SCRUB_PSNR    ? place_by_psnr(scrubber, view)
                  : scrubber->unit == SCRUB_STEPS ? false
                                                  : place_by_bytes(scrubber);
    if (placed)
        return;
    scrubber->unit = SCRUB_STEPS;
    place_evenly(scrubber);
}

void scrubber_geometry(struct scrubber_geometry *scrubber, const struct scrubber_view *view)
{
    const struct rect *rect = &view->rect;
    int text = surface_text_height(view->surface, TEXT_SMALL);
    int track = px(view, 20), inset = px(view, 10), left = rect->h - track;
    *scrubber = (struct scrubber_geometry){
        .rect = *rect, .unit = view->unit, .title_y = -1, .labels_y = -1};
    scrubber->left = rect->x + inset;
    scrubber->right = rect->x + rect->w - 1 - inset;
    if (scrubber->right < scrubber->left)
        scrubber->left = scrubber->right = rect->x + rect->w / 2.0;
    if (left >= text) {
        left -= text;
        scrubber->labels_y = 0;
    }
    if (scrubber->labels_y == 0 && left >= text) {
        left -= text;
        scrubber->title_y = rect->y + left / 2;
    }
    int top = rect->y + (left > 0 ? left / 2 : 0) + (scrubber->title_y >= 0 ? text : 0);
    scrubber->track_y = top + (rect->h < track ? rect->h : track) / 2;
    if (scrubber->labels_y == 0)
        scrubber->labels_y = top + track;
    place_steps(scrubber, view);
}

/* ---- Places -------------------------------------------------------------------------------- */

static double step_x(const struct scrubber_geometry *scrubber, uint32_t step)
{
    return scrubber->left + scrubber->places[step] * (scrubber->right - scrubber->left);
}

double scrubber_x(const struct scrubber_geometry *scrubber, uint64_t bytes)
{
    uint32_t after = 0;
    while (after < scrubber->n_steps && scrubber->bytes[after] < bytes)
        after++;
    if (after == scrubber->n_steps)
        return scrubber->right;
    /* Of steps that end together the last one is meant. */
    while (after + 1 < scrubber->n_steps && scrubber->bytes[after + 1] == bytes)
        after++;
    if (after == 0 || scrubber->bytes[after] == bytes)
        return step_x(scrubber, after);
    double from = (double)scrubber->bytes[after - 1], to = (double)scrubber->bytes[after];
    double part = log((double)bytes / from) / log(to / from);
    double before = step_x(scrubber, after - 1);
    return before + part * (step_x(scrubber, after) - before);
}

uint64_t scrubber_bytes_at(const struct scrubber_geometry *scrubber, double x)
{
    uint32_t after = 0;
    while (after < scrubber->n_steps && step_x(scrubber, after) < x)
        after++;
    if (after == scrubber->n_steps)
        return scrubber->bytes[after - 1];
    if (after == 0)
        return scrubber->bytes[0];
    double before = step_x(scrubber, after - 1);
    double part = (x - before) / (step_x(scrubber, after) - before);
    double from = (double)scrubber->bytes[after - 1], to = (double)scrubber->bytes[after];
    double bytes = from * exp(part * log(to / from)) + 0.5;
    return bytes < to ? (uint64_t)bytes : scrubber->bytes[after];
}

uint32_t scrubber_step_at(const struct scrubber_geometry *scrubber, double x)
{
    uint32_t nearest = 0;
    for (uint32_t i = 1; i < scrubber->n_steps; i++)
        if (fabs(step_x(scrubber, i) - x) <= fabs(step_x(scrubber, nearest) - x))
            nearest = i;
    return nearest;
}

struct scrubber_place scrubber_place_at(const struct scrubber_geometry *scrubber, double x,
                                        double reach)
{
    uint32_t step = scrubber_step_at(scrubber, x);
    if (scrubber->unit == SCRUB_STEPS || fabs(step_x(scrubber, step) - x) <= reach)
        return (struct scrubber_place){scrubber->bytes[step], step};
    struct scrubber_place place = {scrubber_bytes_at(scrubber, x), SCRUBBER_NO_STEP};
    for (uint32_t i = 0; i < scrubber->n_steps; i++)
        if (scrubber->bytes[i] == place.bytes)
            place.step = i;
    return place;
}

/* ---- Labels -------------------------------------------------------------------------------- */

static void label_step(const struct scrubber_view *view, const struct scrubber_geometry *scrubber,
                       struct label_row *row, uint32_t step, bool named)
{
    struct text_line line;
    bool there = scrubber->bytes[step] <= view->received;
    if (named)
        snprintf(line.text, sizeof line.text, "%s", view->step_names[step]);
    else
        snprintf(line.text, sizeof line.text, "%u", (unsigned)step);
    label_row_put(row, step_x(scrubber, step), there ? THEME_DIM : THEME_FAINT, line.text);
}

/* By their names if all of them have room, else by their numbers; the ends are worth most. */
static void label_steps(const struct scrubber_view *view, const struct scrubber_geometry *scrubber,
                        struct label_row *row)
{
    uint32_t n = scrubber->n_steps;
    int room = (int)((scrubber->right - scrubber->left) / (n > 1 ? n - 1 : 1)) - row->gap;
    bool named = view->step_names != NULL;
    for (uint32_t i = 0; i < n && named; i++)
        named = surface_text_width(view->surface, TEXT_SMALL, view->step_names[i]) <= room;
    label_step(view, scrubber, row, 0, named);
    if (n > 1)
        label_step(view, scrubber, row, n - 1, named);
    for (uint32_t i = 1; i + 1 < n; i++)
        label_step(view, scrubber, row, i, named);
}

/* x of a number of the unit. */
static double number_x(const struct scrubber_geometry *scrubber, double number)
{
    double part = scrubber->unit == SCRUB_PSNR
                      ? (number - scrubber->low) / (scrubber->high - scrubber->low)
                      : log(number / scrubber->low) / log(scrubber->high / scrubber->low);
    return scrubber->left + part * scrubber->high_place * (scrubber->right - scrubber->left);
}

static const char *format_number(const struct scrubber_geometry *scrubber, double number,
                                 bool with_unit, struct text_line *line)
{
    static const char *const prefixes[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    int thousands = 0;
    if (scrubber->unit == SCRUB_BYTES) {
        for (; number >= 999.5 && thousands < 6; thousands++)
            number /= 1000;
        snprintf(line->text, sizeof line->text, "%g %s", number, prefixes[thousands]);
    } else {
        const char *unit = scrubber->unit == SCRUB_RATE ? " bpp" : " dB";
        snprintf(line->text, sizeof line->text, "%g%s", number, with_unit ? unit : "");
    }
    return line->text;
}

static void put_number(const struct scrubber_view *view, const struct scrubber_geometry *scrubber,
                       struct label_row *row, double number)
{
    struct text_line line;
    int length = px(view, 4) > 1 ? px(view, 4) : 2;
    if (number < scrubber->low || number > scrubber->high)
        return;
    double x = number_x(scrubber, number);
    struct rect tick = {(int)lround(x), row->y - length, 1, length};
    if (label_row_put(row, x, THEME_DIM, format_number(scrubber, number, row->n == 0, &line)))
        surface_fill(view->surface, &tick, THEME_FAINT);
}

static double round_number(int exponent, int digit)
{
    return exponent < 0 ? digit / pow(10, -exponent) : digit * pow(10, exponent);
}

/* Powers of ten from the greatest, then their halves and fifths. */
static void label_logarithmically(const struct scrubber_view *view,
                                  const struct scrubber_geometry *scrubber, struct label_row *row)
{
    static const int digits[] = {1, 5, 2};
    int first = (int)floor(log10(scrubber->low)), last = (int)ceil(log10(scrubber->high));
    for (int i = 0; i < 3; i++)
        for (int exponent = last; exponent >= first; exponent--)
            put_number(view, scrubber, row, round_number(exponent, digits[i]));
}

static void label_multiples(const struct scrubber_view *view,
                            const struct scrubber_geometry *scrubber, struct label_row *row,
                            double every)
{
    for (double n = floor(scrubber->high / every); n * every >= scrubber->low; n--)
        put_number(view, scrubber, row, n * every);
}

/* Multiples of a round number, then of its half. */
static void label_decibels(const struct scrubber_view *view,
                           const struct scrubber_geometry *scrubber, struct label_row *row)
{
    double range = scrubber->high - scrubber->low;
    double every = pow(10, floor(log10(range / 2)));
    if (scrubber->exact)
        label_row_put(row, scrubber->right, THEME_DIM, "∞ dB");
    label_multiples(view, scrubber, row, every);
    label_multiples(view, scrubber, row, every / 2);
}

static void draw_labels(const struct scrubber_view *view, const struct scrubber_geometry *scrubber)
{
    struct label_row row = {.surface = view->surface,
                            .left = view->rect.x,
                            .right = view->rect.x + view->rect.w,
                            .y = scrubber->labels_y,
                            .gap = px(view, 8)};
    if (scrubber->unit == SCRUB_STEPS)
        label_steps(view, scrubber, &row);
    else if (scrubber->unit == SCRUB_PSNR)
        label_decibels(view, scrubber, &row);
    else
        label_logarithmically(view, scrubber, &row);
}

/* ---- The track ----------------------------------------------------------------------------- */

static void draw_track(const struct scrubber_view *view, const struct scrubber_geometry *scrubber)
{
    float scale = view->scale, y = (float)scrubber->track_y;
    struct point first = {(float)scrubber->left, y}, last = {(float)scrubber->right, y};
    surface_line(view->surface, first, last, 3 * scale, THEME_OUTLINE);
    if (view->received >= scrubber->bytes[0]) {
        last.x = (float)scrubber_x(scrubber, view->received);
        if (last.x > first.x)
            surface_line(view->surface, first, last, 3 * scale, THEME_DIM);
    }
    for (uint32_t i = 0; i < scrubber->n_steps; i++) {
        bool there = scrubber->bytes[i] <= view->received;
        float x = (float)step_x(scrubber, i);
        surface_disc(view->surface, x, y, 4.5F * scale, there ? THEME_DIM : THEME_OUTLINE);
        if (!there)
            surface_disc(view->surface, x, y, 2.5F * scale, THEME_BACKGROUND);
    }
}

static void draw_handle(const struct scrubber_view *view, const struct scrubber_geometry *scrubber,
                        const struct scrubber_handle *handle)
{
    float x = (float)scrubber_x(scrubber, handle->bytes), y = (float)scrubber->track_y;
    float radius = (handle->active ? 8 : 6.5F) * view->scale;
    surface_disc(view->surface, x, y, radius + 2 * view->scale, THEME_BACKGROUND);
    surface_disc(view->surface, x, y, radius, handle->colour);
    if (!handle->active)
        surface_disc(view->surface, x, y, radius - 2.5F * view->scale, THEME_BACKGROUND);
}

void scrubber_draw(const struct scrubber_view *view)
{
    struct scrubber_geometry scrubber;
    struct fitted_text title;
    if (view->n_steps == 0 || view->rect.w < 8 || view->rect.h < 4)
        return;
    scrubber_geometry(&scrubber, view);
    if (scrubber.title_y >= 0) {
        fit_text(view->surface, TEXT_SMALL, scrubber_unit_name(scrubber.unit), view->rect.w,
                 &title);
        surface_text(view->surface, TEXT_SMALL, THEME_DIM, TEXT_LEFT, view->rect.x,
                     scrubber.title_y, title.text);
    }
    if (scrubber.labels_y >= 0)
        draw_labels(view, &scrubber);
    draw_track(view, &scrubber);
    for (int active = 0; active < 2; active++)
        for (int i = 0; i < view->n_handles; i++)
            if (view->handles[i].active == (active == 1))
                draw_handle(view, &scrubber, &view->handles[i]);
}
