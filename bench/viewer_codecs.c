/* What the viewer's other codecs take of the processor's time for a picture of a wanted size, how
 * near to it they come, and what the first bytes of files to be cut give.
 * usage: bench_viewer_codecs [--large] [--threads N] PICTURE [BITS_PER_PIXEL...] */
#include "codecs/codecs.h"
#include "image_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench {
    struct uqd_image image;
    uint8_t *pixels; /* decoded */
    uint32_t threads;
};

/* Of the processor, all threads together: other programs do not change them much. */
static double seconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const struct message *message)
{
    message_print(stderr, "bench_viewer_codecs", message);
    exit(1);
}

static void print_file(struct bench *bench, enum codec codec, const struct codec_file *file,
                       double made)
{
    struct message message;
    struct uqd_metrics metrics = {.psnr = NAN};
    struct uqd_image decoded = bench->image;
    double begin = seconds();
    decoded.pixels = bench->pixels;
    if (codec_decode(codec, file->data, file->size, bench->threads, &decoded, bench->pixels,
                     &message))
        die(&message);
    double took = seconds() - begin;
    if (uqd_compare(&bench->image, &decoded, 0, &metrics) < 0)
        metrics.psnr = NAN;
    printf("%7.2f s %7.2f s %9zu bytes %6.2f dB  %s\n", made, took, file->size, metrics.psnr,
           file->setting);
}

static void measure(struct bench *bench, enum codec codec, double bits_per_pixel)
{
    struct message message;
    struct codec_file file = {0};
    double pixels = (double)bench->image.width * bench->image.height, begin = seconds();
    uint64_t bytes = (uint64_t)(pixels * bits_per_pixel / 8);
    int status =
        codec_make(codec, &bench->image, bytes, bench->threads, NULL, NULL, &file, &message);
    if (status < 0)
        die(&message);
    printf("%-10s %5.2f bpp ", codec_title(codec), bits_per_pixel);
    if (status == CODEC_TOO_FEW_BYTES)
        printf("%7.2f s  even the smallest file is larger\n", seconds() - begin);
    else
        print_file(bench, codec, &file, seconds() - begin);
    codec_file_free(&file);
}

/* What the first bytes of the file give. */
static void print_cuts(struct bench *bench, enum codec codec, const struct codec_file *file)
{
    struct message message;
    struct uqd_metrics metrics;
    struct uqd_image decoded = bench->image;
    decoded.pixels = bench->pixels;
    for (size_t size = file->size; size > 100; size = size * 2 / 3) {
        int status = codec_decode(codec, file->data, size, bench->threads, &decoded, bench->pixels,
                                  &message);
        if (status < 0)
            die(&message);
        if (status == 0 && uqd_compare(&bench->image, &decoded, 0, &metrics) == 0)
            printf("    %9zu bytes %6.2f dB\n", size, metrics.psnr);
    }
}

static void measure_progressive(struct bench *bench, enum codec codec)
{
    struct message message;
    struct codec_file file;
    double begin = seconds();
    if (codec_make_progressive(codec, &bench->image, bench->threads, NULL, NULL, &file, &message))
        die(&message);
    printf("%-10s to cut   ", codec_title(codec));
    print_file(bench, codec, &file, seconds() - begin);
    print_cuts(bench, codec, &file);
    codec_file_free(&file);
}

/* The picture repeated until it fills 12 megapixels. */
static void enlarge(struct pixels *pixels)
{
    enum { WIDTH = 4000, HEIGHT = 3000 };
    size_t channels = pixels->channels;
    uint8_t *large = malloc(WIDTH * HEIGHT * channels), *out = large;
    if (!large)
        die(&(struct message){"out of memory"});
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++, out += channels)
            memcpy(out,
                   pixels->data +
                       (y % pixels->height * pixels->width + x % pixels->width) * channels,
                   channels);
    free(pixels->data);
    pixels->data = large;
    pixels->width = WIDTH;
    pixels->height = HEIGHT;
}

static void measure_all(struct bench *bench, const char *const *rates, int n_rates)
{
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++) {
        if (!codec_is_there(codec))
            continue;
        for (int i = 0; i < n_rates; i++)
            measure(bench, codec, atof(rates[i]));
        if (codec_can_be_cut(codec))
            measure_progressive(bench, codec);
    }
}

static void measure_picture(const char *path, uint32_t threads, bool is_large,
                            const char *const *rates, int n_rates)
{
    struct message message;
    struct pixels pixels;
    if (image_read(path, NULL, &pixels, &message) < 0)
        die(&message);
    if (is_large)
        enlarge(&pixels);
    size_t stride = (size_t)pixels.width * pixels.channels;
    struct bench bench = {
        .image = {pixels.width, pixels.height, pixels.channels, stride, pixels.data},
        .pixels = malloc(stride * pixels.height),
        .threads = threads,
    };
    if (!bench.pixels)
        die(&(struct message){"out of memory"});
    printf("%u x %u pixels, threads: %u          made   decoded\n", pixels.width, pixels.height,
           threads);
    measure_all(&bench, rates, n_rates);
    free(bench.pixels);
    pixels_free(&pixels);
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {"0.25", "1"};
    bool is_large = false;
    int threads = 1, i = 1;
    for (; i < argc && argv[i][0] == '-'; i++)
        if (strcmp(argv[i], "--large") == 0)
            is_large = true;
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            threads = atoi(argv[++i]);
        else
            break;
    if (i >= argc || argv[i][0] == '-' || threads < 1) {
        fprintf(stderr,
                "usage: bench_viewer_codecs [--large] [--threads N] PICTURE [BITS_PER_PIXEL...]\n");
        return 2;
    }
    if (i + 1 < argc)
        measure_picture(argv[i], (uint32_t)threads, is_large, (const char *const *)argv + i + 1,
                        argc - i - 1);
    else
        measure_picture(argv[i], (uint32_t)threads, is_large, usual, 2);
    return 0;
}
