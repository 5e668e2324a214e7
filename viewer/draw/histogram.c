#include "draw/histogram.h"

#include "draw/fit_text.h"
#include "draw/overlay.h"
#include "draw/theme.h"
#include "plural.h"

#include <math.h>
#include <stdio.h>

/* Units of the layout. */
#define PAD          10
#define GAP          6
#define LEAST_HEIGHT 32
#define LEAST_WIDTH  64

/* Where red (1), green (2) and blue (4) are, light enough for texts. */
static const struct colour mixtures[8] = {
    {0, 0, 0, 0},         {232, 104, 94, 255},  {96, 190, 110, 255}, {212, 188, 92, 255},
    {104, 148, 242, 255}, {198, 118, 206, 255}, {88, 188, 204, 255}, {158, 161, 166, 255},
};

static const char *const names[] = {"Luma", "Red", "Green", "Blue"};

static struct colour channel_colour(int channel)
{
    return channel == HISTOGRAM_LUMA ? THEME_TEXT : mixtures[1 << (channel - HISTOGRAM_RED)];
}

static double largest_count(const struct histogram *histogram)
{
    uint32_t most = 1;
    for (int c = 0; c < histogram->n_channels; c++)
        for (int i = 0; i < HISTOGRAM_BINS; i++)
            if (histogram->channels[c].counts[i] > most)
                most = histogram->channels[c].counts[i];
    return most;
}

/* Of the values that a column shows, how high the most frequent one stands. */
static int height_at(const struct histogram_values *values, const struct rect *plot, int x,
                     double largest)
{
    int first = x * HISTOGRAM_BINS / plot->w, last = ((x + 1) * HISTOGRAM_BINS - 1) / plot->w;
    uint32_t most = 0;
    for (int i = first; i <= last; i++)
        most = values->counts[i] > most ? values->counts[i] : most;
    return (int)(sqrt(most / largest) * plot->h + 0.5);
}

/* From the bottom up: as many colours overlap as reach that high. */
static void draw_column(struct surface *surface, const struct rect *plot, int x,
                        const int heights[3])
{
    int bottom = 0;
    for (;;) {
        int mixture = 0, top = plot->h;
        for (int c = 0; c < 3; c++)
            if (heights[c] > bottom) {
                mixture |= 1 << c;
                top = heights[c] < top ? heights[c] : top;
            }
        if (mixture == 0)
            break;
        struct rect part = {plot->x + x, plot->y + plot->h - top, 1, top - bottom};
        surface_fill(surface, &part, mixtures[mixture]);
        bottom = top;
    }
}

static void draw_areas(struct surface *surface, const struct rect *plot,
                       const struct histogram *histogram, double largest)
{
    for (int x = 0; x < plot->w; x++) {
        int heights[3];
        for (int c = 0; c < 3; c++)
            heights[c] = height_at(&histogram->channels[HISTOGRAM_RED + c], plot, x, largest);
        draw_column(surface, plot, x, heights);
    }
}

/* A grey picture has an area, a coloured one a line. */
static void draw_luma(struct surface *surface, const struct rect *plot, float scale,
                      const struct histogram *histogram, double largest)
{
    const struct histogram_values *values = &histogram->channels[HISTOGRAM_LUMA];
    struct point last = {0, 0};
    for (int x = 0; x < plot->w; x++) {
        int height = height_at(values, plot, x, largest);
        struct point here = {(float)(plot->x + x) + 0.5F,
                             (float)(plot->y + plot->h - height) + 0.5F};
        struct rect column = {plot->x + x, plot->y + plot->h - height, 1, height};
        if (histogram->n_channels == 1)
            surface_fill(surface, &column, mixtures[7]);
        else if (x > 0)
            surface_line(surface, last, here, 1.25F * scale, THEME_TEXT);
        last = here;
    }
}

/* Name, mean and range of each channel; columns are left out from the right. */
static void draw_numbers(struct surface *surface, const struct rect *at, int line,
                         const struct histogram *histogram)
{
    int mean_right = at->x + at->w * 3 / 5, right = at->x + at->w, y = at->y;
    int wide = surface_text_width(surface, TEXT_SMALL, "000 – 000");
    int name = surface_text_width(surface, TEXT_SMALL, "Green ");
    int mean = surface_text_width(surface, TEXT_SMALL, "000.0");
    bool ranges = mean_right + wide + mean / 5 <= right, means = at->x + name + mean <= mean_right;
    if (means)
        surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, mean_right, y, "mean");
    if (ranges)
        surface_text(surface, TEXT_SMALL, THEME_DIM, TEXT_RIGHT, right, y, "range");
    for (int c = 0; c < histogram->n_channels; c++) {
        const struct histogram_values *values = &histogram->channels[c];
        char text[32];
        y += line;
        surface_text(surface, TEXT_SMALL, channel_colour(c), TEXT_LEFT, at->x, y, names[c]);
        snprintf(text, sizeof text, "%.1f", values->mean);
        if (means)
            surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_RIGHT, mean_right, y, text);
        snprintf(text, sizeof text, "%d – %d", values->least, values->most);
        if (ranges)
            surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_RIGHT, right, y, text);
    }
}

static void draw_title(struct surface *surface, const struct rect *at,
                       const struct histogram *histogram, bool coming)
{
    struct fitted_text title;
    char text[64];
    snprintf(text, sizeof text, "Histogram of %llu pixel%s", (unsigned long long)histogram->n,
             plural(histogram->n));
    fit_text(surface, TEXT_SMALL, coming ? "The histogram is coming ..." : text, at->w, &title);
    surface_text(surface, TEXT_SMALL, THEME_TEXT, TEXT_LEFT, at->x, at->y, title.text);
}

void histogram_draw(struct surface *surface, const struct rect *at, float scale,
                    const struct histogram *histogram, bool coming)
{
    int pad = overlay_px(scale, PAD), gap = overlay_px(scale, GAP);
    int line = surface_text_height(surface, TEXT_SMALL), least = overlay_px(scale, LEAST_HEIGHT);
    int numbers = histogram->n > 0 ? (histogram->n_channels + 1) * line + gap : 0;
    struct rect plot = {at->x + pad, at->y + pad, at->w - 2 * pad, at->h - 2 * pad};
    struct rect inside = plot;
    if (plot.w < overlay_px(scale, LEAST_WIDTH) || plot.h < least)
        return;
    overlay_card(surface, at, scale);
    if (plot.h - line - gap >= least) {
        draw_title(surface, &inside, histogram, coming);
        plot.y += line + gap;
        plot.h -= line + gap;
    }
    if (numbers > 0 && plot.h - numbers >= least) {
        plot.h -= numbers;
        inside.y = plot.y + plot.h + gap;
        draw_numbers(surface, &inside, line, histogram);
    }
    surface_fill(surface, &plot, THEME_RAISED);
    double largest = largest_count(histogram);
    if (histogram->n_channels > 1)
        draw_areas(surface, &plot, histogram, largest);
    draw_luma(surface, &plot, scale, histogram, largest);
}
