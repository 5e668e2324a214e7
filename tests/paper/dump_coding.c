/* Codes one step of one tile with a given dither and writes down what came of it, for
 * test_reference.py.
 *
 * usage: dump_coding MODEL STEP Z DITHER PIXELS OUTPUT
 *
 * Z and DITHER are native float32, PIXELS are bytes, all in planes [3][64][64]. OUTPUT is the cells
 * (int32), z behind the step (float32), the bits of each cell (float32), and the pixels that are
 * shown before the step (bytes). With STEP behind the last, the bits are those of the pixels given
 * z_0, and the cells and z are zeros. */
#include "codec/paper/tile.h"
#include "codec/paper/value.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct results {
    int32_t cells[UQD_PAPER_VALUES];
    float z[UQD_PAPER_VALUES], bits[UQD_PAPER_VALUES];
    uint8_t shown[UQD_PAPER_VALUES];
};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "dump_coding: %s\n", what);
    exit(1);
}

static void read_file(const char *path, void *data, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(data, 1, size, file) != size)
        fail(path);
    fclose(file);
}

static struct uqd_model *open_model(const char *path)
{
    struct uqd_model *model;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || uqd_model_open(&model, fd) != UQD_OK || model->paper == NULL)
        fail("no model");
    close(fd);
    return model;
}

/* The same symbols read back. */
static void check_decoded(const struct uqd_paper_tile *tile, uint32_t step, const float *z_t,
                          const struct uqd_paper_prediction *prediction, const float *dither,
                          struct uqd_range_encoder *encoder, const struct results *results)
{
    static float z_s[UQD_PAPER_VALUES];
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    if (uqd_range_encoder_finish(encoder, &data, &size) != UQD_OK)
        fail("no memory");
    uqd_range_decoder_init(&decoder, data, size, size);
    if (uqd_paper_decode_step(tile, step, z_t, prediction, dither, &decoder, z_s) != UQD_OK ||
        uqd_range_decoder_finish(&decoder) != UQD_OK || memcmp(z_s, results->z, sizeof z_s) != 0)
        fail("decoding gives something else");
    printf("%zu\n", 8 * size);
}

static void code_step(const struct uqd_model *model, uint32_t number, const float *z_t,
                      const float *dither, const uint8_t *pixels, struct results *results)
{
    static struct uqd_paper_network network;
    static struct uqd_paper_prediction prediction;
    const struct uqd_paper_tile tile = {
        .paper = model->paper, .width = UQD_PAPER_SIDE, .height = UQD_PAPER_SIDE, .colours = 3};
    const struct uqd_paper_step *step = &model->paper->steps[number];
    struct uqd_work work = {.threads = 1};
    struct uqd_range_encoder encoder;
    if (uqd_paper_network_init(&network, model, UQD_CPU_ALL, 1) != UQD_OK ||
        uqd_paper_network_run(&network, number, z_t, prediction.eps_hat, prediction.factor,
                              &work) != UQD_OK)
        fail("no memory");
    uqd_range_encoder_init(&encoder);
    uqd_paper_encode_step(&tile, number, z_t, &prediction, dither, pixels, &encoder, results->z);
    for (uint32_t i = 0; i < UQD_PAPER_VALUES; i++) {
        const struct uqd_paper_value value = uqd_paper_value_at(step, z_t[i], prediction.eps_hat[i],
                                                                prediction.factor[i], dither[i]);
        const float exact = uqd_paper_mean(step, z_t[i], uqd_paper_from_pixel(pixels[i]));
        const int32_t k = uqd_paper_quantize(step, &value, exact);
        const uint32_t freq =
            uqd_paper_cell_cum(&value.cells, k + 1) - uqd_paper_cell_cum(&value.cells, k);
        results->cells[i] = k;
        results->bits[i] = UQD_PAPER_CELL_BITS - log2f((float)freq);
    }
    uqd_paper_show_prediction(&tile, number, z_t, &prediction, results->shown);
    check_decoded(&tile, number, z_t, &prediction, dither, &encoder, results);
    uqd_range_encoder_deinit(&encoder);
    uqd_paper_network_free(&network);
}

static void code_pixels(const struct uqd_model *model, const float *z_0, const uint8_t *pixels,
                        struct results *results)
{
    static uint8_t decoded[UQD_PAPER_VALUES];
    const struct uqd_paper_tile tile = {
        .paper = model->paper, .width = UQD_PAPER_SIDE, .height = UQD_PAPER_SIDE, .colours = 3};
    struct uqd_range_encoder encoder;
    struct uqd_range_decoder decoder;
    const uint8_t *data;
    size_t size;
    uqd_range_encoder_init(&encoder);
    uqd_paper_encode_pixels(&tile, z_0, pixels, &encoder);
    if (uqd_range_encoder_finish(&encoder, &data, &size) != UQD_OK)
        fail("no memory");
    uqd_range_decoder_init(&decoder, data, size, size);
    if (uqd_paper_decode_pixels(&tile, z_0, &decoder, decoded) != UQD_OK ||
        uqd_range_decoder_finish(&decoder) != UQD_OK ||
        memcmp(decoded, pixels, sizeof decoded) != 0)
        fail("decoding gives other pixels");
    results->bits[0] = 8 * (float)size;
    uqd_paper_show_end(&tile, z_0, results->shown);
    uqd_range_encoder_deinit(&encoder);
    printf("%zu\n", 8 * size);
}

int main(int argc, char **argv)
{
    static float z[UQD_PAPER_VALUES], dither[UQD_PAPER_VALUES];
    static uint8_t pixels[UQD_PAPER_VALUES];
    static struct results results;
    if (argc != 7)
        fail("wrong number of arguments");
    struct uqd_model *model = open_model(argv[1]);
    const uint32_t step = (uint32_t)atoi(argv[2]);
    read_file(argv[3], z, sizeof z);
    read_file(argv[4], dither, sizeof dither);
    read_file(argv[5], pixels, sizeof pixels);
    if (step < model->paper->n_steps)
        code_step(model, step, z, dither, pixels, &results);
    else
        code_pixels(model, z, pixels, &results);
    FILE *file = fopen(argv[6], "wb");
    if (file == NULL || fwrite(results.cells, sizeof results.cells, 1, file) != 1 ||
        fwrite(results.z, sizeof results.z, 1, file) != 1 ||
        fwrite(results.bits, sizeof results.bits, 1, file) != 1 ||
        fwrite(results.shown, sizeof results.shown, 1, file) != 1 || fclose(file) != 0)
        fail(argv[6]);
    uqd_model_free(model);
    return 0;
}
