/* Distortion between two images: mean squared error, PSNR and MS-SSIM.
 *
 * MS-SSIM follows Z. Wang, E. P. Simoncelli, A. C. Bovik, "Multiscale structural similarity for
 * image quality assessment", 2003: at every scale the means, variances and covariance under a
 * Gaussian window give the contrast-structure term, at the last scale also the luminance term;
 * the means of the terms over the image are multiplied with the exponents of the paper. */
#include "api/metrics.h"

#include "api/image.h"
#include "util/checked.h"

#include <math.h>
#include <stdlib.h>
#include <uqd/uqd.h>

enum { N_SCALES = 5, WINDOW = 11, N_MOMENTS = 5 };

static const double scale_weights[N_SCALES] = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
static const double window_sigma = 1.5;
static const double c1 = (0.01 * 255) * (0.01 * 255);
static const double c2 = (0.03 * 255) * (0.03 * 255);

/* One channel at one scale: packed rows. Averages of 8-bit samples over four scales are exact in
 * a float. */
struct channel {
    uint32_t width, height;
    float *samples;
};

/* A normalised Gaussian; shorter than WINDOW only where the image is. */
struct window {
    uint32_t length;
    double weights[WINDOW];
};

/* Means over the image of the terms of one scale. */
struct similarity {
    double contrast_structure; /* c * s */
    double all;                /* l * c * s */
};

/* Everything that one comparison allocates. */
struct workspace {
    struct uqd_work *work;
    struct channel a, b;
    double *moments; /* N_MOMENTS rows: a, b, a * a, b * b, a * b, summed down the window */
};

static struct window make_window(uint32_t side)
{
    struct window window = {.length = side < WINDOW ? side : WINDOW};
    double sum = 0;
    for (uint32_t i = 0; i < window.length; i++) {
        const double distance = i - (window.length - 1) / 2.0;
        window.weights[i] = exp(-distance * distance / (2 * window_sigma * window_sigma));
        sum += window.weights[i];
    }
    for (uint32_t i = 0; i < window.length; i++)
        window.weights[i] /= sum;
    return window;
}

/* Fills work->moments with the sums down the window that begins at row y. */
static void sum_columns(struct workspace *work, const struct window *window, uint32_t y)
{
    const uint32_t width = work->a.width;
    double *moments = work->moments;
    for (size_t i = 0; i < (size_t)width * N_MOMENTS; i++)
        moments[i] = 0;
    for (uint32_t j = 0; j < window->length; j++) {
        const float *row_a = work->a.samples + (size_t)(y + j) * width;
        const float *row_b = work->b.samples + (size_t)(y + j) * width;
        const double weight = window->weights[j];
        for (uint32_t x = 0; x < width; x++) {
            const double a = row_a[x], b = row_b[x];
            moments[x] += weight * a;
            moments[(size_t)width + x] += weight * b;
            moments[(size_t)width * 2 + x] += weight * a * a;
            moments[(size_t)width * 3 + x] += weight * b * b;
            moments[(size_t)width * 4 + x] += weight * a * b;
        }
    }
}

/* Adds the terms of the window that begins at column x to the sums. */
static void add_terms(const struct workspace *work, const struct window *window, uint32_t x,
                      struct similarity *sums)
{
    double means[N_MOMENTS] = {0};
    for (unsigned k = 0; k < N_MOMENTS; k++) {
        const double *moment = work->moments + (size_t)k * work->a.width + x;
        for (uint32_t i = 0; i < window->length; i++)
            means[k] += window->weights[i] * moment[i];
    }
    const double a = means[0], b = means[1];
    const double variance_a = means[2] - a * a, variance_b = means[3] - b * b;
    const double covariance = means[4] - a * b;
    const double luminance = (2 * a * b + c1) / (a * a + b * b + c1);
    const double contrast_structure = (2 * covariance + c2) / (variance_a + variance_b + c2);
    sums->contrast_structure += contrast_structure;
    sums->all += luminance * contrast_structure;
}

/* Means over all places where the window lies inside the image. */
static struct similarity compare_scale(struct workspace *work)
{
    struct similarity result = {0};
    const struct window across = make_window(work->a.width), down = make_window(work->a.height);
    const uint32_t columns = work->a.width - across.length + 1;
    const uint32_t rows = work->a.height - down.length + 1;
    for (uint32_t y = 0;
         y < rows && uqd_work_look(work->work, 2 * WINDOW * work->a.width) == UQD_OK; y++) {
        struct similarity row = {0};
        sum_columns(work, &down, y);
        for (uint32_t x = 0; x < columns; x++)
            add_terms(work, &across, x, &row);
        result.contrast_structure += row.contrast_structure;
        result.all += row.all;
    }
    result.contrast_structure /= (double)rows * columns;
    result.all /= (double)rows * columns;
    return result;
}

/* Averages blocks of 2 x 2 samples in place; an odd last row or column is left out. */
static void halve(struct channel *channel, struct uqd_work *work)
{
    const uint32_t width = channel->width / 2, height = channel->height / 2;
    for (uint32_t y = 0; y < height && uqd_work_look(work, width) == UQD_OK; y++) {
        const float *above = channel->samples + (size_t)y * 2 * channel->width;
        const float *below = above + channel->width;
        float *out = channel->samples + (size_t)y * width;
        for (uint32_t x = 0; x < width; x++)
            out[x] = (above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1]) / 4;
    }
    channel->width = width;
    channel->height = height;
}

/* Scales at which the window fits, but at least one. */
static unsigned count_scales(uint32_t width, uint32_t height)
{
    const uint32_t side = width < height ? width : height;
    unsigned n_scales = 1;
    while (n_scales < N_SCALES && side >> n_scales >= WINDOW)
        n_scales++;
    return n_scales;
}

static void extract(struct channel *channel, const struct uqd_image *image, uint32_t index,
                    struct uqd_work *work)
{
    channel->width = image->width;
    channel->height = image->height;
    for (uint32_t y = 0; y < image->height && uqd_work_look(work, image->width) == UQD_OK; y++) {
        const uint8_t *row = image->pixels + y * image->stride + index;
        for (uint32_t x = 0; x < image->width; x++)
            channel->samples[(size_t)y * image->width + x] = row[(size_t)x * image->channels];
    }
}

/* MS-SSIM of the channel in the workspace. A negative mean has no real power and counts as 0. */
static double compare_channel(struct workspace *work)
{
    const unsigned n_scales = count_scales(work->a.width, work->a.height);
    double total_weight = 0, product = 1;
    for (unsigned scale = 0; scale < n_scales; scale++)
        total_weight += scale_weights[scale];
    for (unsigned scale = 0; scale < n_scales; scale++) {
        if (scale > 0) {
            halve(&work->a, work->work);
            halve(&work->b, work->work);
        }
        const struct similarity terms = compare_scale(work);
        const double term = scale == n_scales - 1 ? terms.all : terms.contrast_structure;
        product *= pow(fmax(term, 0), scale_weights[scale] / total_weight);
    }
    return product;
}

/* For images of this size; workspace_free must follow in any case. */
static int workspace_init(struct workspace *work, const struct uqd_image *image,
                          struct uqd_work *looked_at)
{
    size_t n_pixels;
    *work = (struct workspace){.work = looked_at};
    if (uqd_mul_size(image->width, image->height, &n_pixels) < 0)
        return UQD_ERR_NOMEM;
    work->a.samples = uqd_malloc_array(n_pixels, sizeof *work->a.samples);
    work->b.samples = uqd_malloc_array(n_pixels, sizeof *work->b.samples);
    work->moments = uqd_malloc_array(image->width, N_MOMENTS * sizeof *work->moments);
    if (work->a.samples == NULL || work->b.samples == NULL || work->moments == NULL)
        return UQD_ERR_NOMEM;
    return UQD_OK;
}

static void workspace_free(struct workspace *work)
{
    free(work->a.samples);
    free(work->b.samples);
    free(work->moments);
}

static double mean_over_channels(struct workspace *work, const struct uqd_image *a,
                                 const struct uqd_image *b)
{
    double sum = 0;
    for (uint32_t c = 0; c < a->channels; c++) {
        extract(&work->a, a, c, work->work);
        extract(&work->b, b, c, work->work);
        sum += compare_channel(work);
    }
    return sum / a->channels;
}

/* Loops end early where the work is cancelled; that this happened is found in the end. */
static int compare_structure(const struct uqd_image *a, const struct uqd_image *b, double *ms_ssim,
                             struct uqd_work *looked_at)
{
    struct workspace work;
    int status = workspace_init(&work, a, looked_at);
    if (status == UQD_OK) {
        *ms_ssim = mean_over_channels(&work, a, b);
        status = uqd_work_look(looked_at, 0);
    }
    workspace_free(&work);
    return status;
}

static double mean_squared_error(const struct uqd_image *a, const struct uqd_image *b,
                                 struct uqd_work *work)
{
    uint64_t sum = 0;
    const size_t row_size = (size_t)a->width * a->channels;
    for (uint32_t y = 0; y < a->height && uqd_work_look(work, row_size) == UQD_OK; y++) {
        const uint8_t *row_a = a->pixels + y * a->stride, *row_b = b->pixels + y * b->stride;
        for (size_t x = 0; x < row_size; x++) {
            const int difference = row_a[x] - row_b[x];
            sum += (uint64_t)(difference * difference);
        }
    }
    return (double)sum / ((double)row_size * a->height);
}

int uqd_metrics_of(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                   struct uqd_metrics *metrics, struct uqd_work *work)
{
    if (metrics == NULL || uqd_image_check(a) < 0 || uqd_image_check(b) < 0)
        return UQD_ERR_ARG;
    if (a->width != b->width || a->height != b->height || a->channels != b->channels)
        return UQD_ERR_ARG;
    struct uqd_metrics result = {.ms_ssim = NAN};
    if (with_ms_ssim) {
        const int status = compare_structure(a, b, &result.ms_ssim, work);
        if (status < 0)
            return status;
    }
    result.mse = mean_squared_error(a, b, work);
    if (uqd_work_look(work, 0) < 0)
        return UQD_ERR_CANCELLED;
    result.psnr = result.mse > 0 ? 10 * log10(255.0 * 255.0 / result.mse) : INFINITY;
    *metrics = result;
    return UQD_OK;
}

int uqd_compare_with(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                     struct uqd_metrics *metrics, uqd_progress progress, void *cookie)
{
    struct uqd_work work = {.threads = 1, .progress = progress, .cookie = cookie};
    uqd_work_begin(&work, 0);
    return uqd_metrics_of(a, b, with_ms_ssim, metrics, &work);
}

int uqd_compare(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                struct uqd_metrics *metrics)
{
    return uqd_metrics_of(a, b, with_ms_ssim, metrics, NULL);
}
