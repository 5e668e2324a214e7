/* Measures what the prefixes of a picture's file show: encodes it, cuts the file behind its header,
 * at the ends of its steps and at places between them, and prints of each cut its bytes, complete
 * steps, PSNR, and how far that is below the best shorter one. In each step there are so many cuts
 * evenly spread.
 *
 * usage: bench_prefixes PICTURE.png [CUTS_IN_A_STEP [--quiet]], with the model of UQD_MODELS; quiet
 * prints only the last line: the mean of all finite PSNRs and the greatest loss */
#include "image_file.h"
#include "model_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

enum { DEFAULT_CUTS = 8, MAX_STEPS = 32 };

/* What has been fed, and what the cuts so far have shown. */
struct curve {
    struct uqd_image image;
    uint8_t *data, *shown;
    size_t size, fed;
    struct uqd_decoder *decoder;
    int is_quiet;
    unsigned n_cuts, n_inexact;
    double best, worst_loss, sum;
    size_t worst_size;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_prefixes: %s: %s\n", what, why);
    exit(1);
}

static void check(int status, const char *what)
{
    if (status < 0)
        die(what, uqd_status_text(status));
}

static struct curve encode(const struct uqd_model *model, const struct pixels *pixels)
{
    const size_t stride = (size_t)pixels->width * pixels->channels;
    struct curve curve = {
        .image = {pixels->width, pixels->height, pixels->channels, stride, pixels->data},
        .shown = malloc(stride * pixels->height),
    };
    struct uqd_encode_settings settings;
    uqd_encode_settings_default(&settings);
    check(curve.shown != NULL ? UQD_OK : UQD_ERR_NOMEM, "picture");
    check(uqd_encode(model, &curve.image, &settings, &curve.data, &curve.size), "encode");
    check(uqd_decoder_new(&curve.decoder, model, NULL), "decoder");
    return curve;
}

/* Feeds up to that size and measures what it shows. */
static void measure(struct curve *curve, size_t size)
{
    struct uqd_picture_request request;
    struct uqd_metrics metrics;
    struct uqd_image shown = curve->image;
    check(uqd_decoder_feed(curve->decoder, curve->data + curve->fed, size - curve->fed), "feed");
    curve->fed = size;
    int status;
    do {
        status = uqd_decoder_advance(curve->decoder);
    } while (status == UQD_OK);
    check(status, "decode");
    uqd_picture_request_default(&request);
    request.step = UQD_STEP_LATEST;
    check(uqd_decoder_picture(curve->decoder, &request, curve->shown, shown.stride), "show");
    shown.pixels = curve->shown;
    check(uqd_compare(&curve->image, &shown, 0, &metrics), "compare");
    const double loss = curve->n_cuts > 0 ? fmax(curve->best - metrics.psnr, 0) : 0;
    if (!curve->is_quiet)
        printf("%9zu %3u %8.3f %7.3f\n", size, uqd_decoder_steps_complete(curve->decoder),
               metrics.psnr, -loss);
    if (loss > curve->worst_loss) {
        curve->worst_loss = loss;
        curve->worst_size = size;
    }
    curve->best = fmax(curve->n_cuts > 0 ? curve->best : metrics.psnr, metrics.psnr);
    if (isfinite(metrics.psnr)) {
        curve->sum += metrics.psnr;
        curve->n_inexact++;
    }
    curve->n_cuts++;
}

/* The header's end and those of the steps, from another decoder. Returns their number. */
static unsigned find_ends(const struct curve *curve, size_t ends[MAX_STEPS + 1])
{
    struct uqd_decoder *decoder;
    struct uqd_info info;
    struct uqd_step_info step;
    check(uqd_decoder_new(&decoder, NULL, NULL), "decoder");
    check(uqd_decoder_feed(decoder, curve->data, curve->size), "feed");
    check(uqd_decoder_info(decoder, &info), "header");
    ends[0] = (size_t)info.header_size;
    for (uint32_t s = 0; s < info.n_steps; s++) {
        check(uqd_decoder_step_info(decoder, s, &step), "steps");
        ends[s + 1] = (size_t)step.bytes;
    }
    uqd_decoder_free(decoder);
    return info.n_steps + 1;
}

static void measure_all(struct curve *curve, unsigned cuts)
{
    size_t ends[MAX_STEPS + 1];
    const unsigned n = find_ends(curve, ends);
    measure(curve, ends[0]);
    for (unsigned s = 1; s < n; s++)
        for (unsigned i = 1; i <= cuts + 1; i++) {
            const size_t size = ends[s - 1] + (ends[s] - ends[s - 1]) * i / (cuts + 1);
            if (size > curve->fed)
                measure(curve, size);
        }
    printf("%u cuts, mean %.4f dB, greatest loss %.3f dB at %zu bytes\n", curve->n_cuts,
           curve->sum / curve->n_inexact, curve->worst_loss, curve->worst_size);
}

int main(int argc, char **argv)
{
    const long cuts = argc > 2 ? strtol(argv[2], NULL, 10) : DEFAULT_CUTS;
    const int is_quiet = argc == 4 && strcmp(argv[3], "--quiet") == 0;
    struct message message;
    struct uqd_model *model;
    struct pixels pixels;
    if (argc < 2 || argc > 3 + is_quiet || cuts < 0 || cuts > 100000) {
        fprintf(stderr, "usage: bench_prefixes PICTURE.png [CUTS_IN_A_STEP [--quiet]]\n");
        return 2;
    }
    if (model_load_default(&model, &message) < 0 ||
        image_read(argv[1], NULL, &pixels, &message) < 0)
        die("input", message.text);
    struct curve curve = encode(model, &pixels);
    curve.is_quiet = is_quiet;
    measure_all(&curve, (unsigned)cuts);
    uqd_decoder_free(curve.decoder);
    free(curve.data);
    free(curve.shown);
    pixels_free(&pixels);
    uqd_model_free(model);
    return 0;
}
