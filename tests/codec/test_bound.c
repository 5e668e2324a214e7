/* What decoding costs is bounded by the bytes that are there and the picture that is asked for.
 * Work is counted, not timed: runs of the networks, reports of progress, and the bytes that the
 * library holds at once. */
#include "both_models.h"
#include "codec_support.h"
#include "counts.h"
#include "one_work.h"

#include "codec/alpha.h"
#include "container/header.h"
#include "transform/colour.h"
#include "transform/unit.h"

#include <stdlib.h>
#include <string.h>

/* ---- Models and files ---- */

/* A header that promises steps. */
struct promise {
    const char *name;
    int paper, solid, dithered, colours, has_alpha;
    uint32_t tile_log2;
    int separate;
};

static const struct promise promises[] = {
    {"plain", 0, 0, 0, 3, 0, UQD_HEADER_TILE_LOG2, 0},
    {"solid", 0, 1, 0, 3, 0, UQD_HEADER_TILE_LOG2, 0},
    {"dithered", 0, 0, 1, 3, 0, UQD_HEADER_TILE_LOG2, 0},
    {"grey", 0, 0, 0, 1, 0, UQD_HEADER_TILE_LOG2, 0},
    {"alpha", 0, 0, 0, 3, 1, UQD_HEADER_TILE_LOG2, 0},
    {"dithered solid grey alpha", 0, 1, 1, 1, 1, UQD_HEADER_TILE_LOG2, 0},
    {"tiled", 0, 0, 0, 3, 0, 4, 0},
    {"separate", 0, 0, 0, 3, 0, UQD_HEADER_TILE_LOG2, 1},
    {"separate solid", 0, 1, 1, 3, 1, 4, 1},
    {"paper", 1, 0, 1, 3, 0, UQD_HEADER_TILE_LOG2, 0},
    {"paper solid", 1, 1, 1, 3, 0, UQD_HEADER_TILE_LOG2, 0},
    {"paper grey alpha", 1, 0, 1, 1, 1, UQD_HEADER_TILE_LOG2, 0},
};

enum { N_PROMISES = sizeof promises / sizeof *promises, STEP_SIZE = 1000, RECORD_ALPHA = 0x80 };

static const struct uqd_model *model_of(const struct models *models, const struct promise *promise)
{
    return promise->paper ? models->paper : models->lattice;
}

static struct file header_of(const struct promise *promise, const struct uqd_model *model,
                             uint32_t width, uint32_t height, const int32_t low[3])
{
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    struct uqd_header header = {
        .width = width,
        .height = height,
        .colours = (uint32_t)promise->colours,
        .model_id = (uint32_t)info.id,
        .paper = promise->paper,
        .dithered = promise->dithered,
        .seed = promise->dithered ? 77 : 0,
        .tile_log2 = promise->tile_log2,
        .separate = promise->separate,
        .low = {low[0], low[1], low[2]},
        .n_steps = info.n_steps,
        .solid = promise->solid,
        .body_size = STEP_SIZE,
        .n_records = promise->has_alpha ? 2 : 0,
    };
    for (uint32_t s = 0; s < header.n_steps; s++)
        header.step_size[s] = STEP_SIZE;
    for (uint32_t i = 0; i < header.n_records; i++)
        header.records[i] = (struct uqd_record){RECORD_ALPHA, 0, STEP_SIZE};
    struct file file;
    assert_int_equal(uqd_header_write(&header, &file.data, &file.size), UQD_OK);
    return file;
}

/* ---- Headers alone ---- */

static void check_constant(const uint8_t *pixels, size_t n, size_t channels, const char *name)
{
    for (size_t i = channels; i < n; i++)
        if (pixels[i] != pixels[i - channels])
            fail_msg("%s: sample %zu is another", name, i);
}

/* No network runs and nothing of the picture's size is held, whatever is asked of a header. */
static void check_header(const struct models *models, const struct promise *promise,
                         uint8_t *pixels)
{
    enum { WIDTH = 4001, HEIGHT = 3003, SLACK = 200 << 10 };
    static const int32_t low[3] = {300, -20, 11};
    const struct uqd_model *model = model_of(models, promise);
    const struct file file = header_of(promise, model, WIDTH, HEIGHT, low);
    const size_t before = begin_count();
    struct uqd_decoder *decoder = counted_decoder(model, file);
    const size_t channels = info_of(decoder).channels;
    for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
        for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
            assert_int_equal(uqd_decoder_advance(decoder), UQD_NEED_DATA);
            assert_int_equal(uqd_decoder_prepare(decoder), UQD_END);
            make_picture(decoder, (enum uqd_mode)mode, reduce, pixels);
            if (counts.n_runs > 0 || counts.n_reports > 0 || counts.most > before + SLACK)
                fail_msg("%s, mode %d, reduced %u times: %u runs, %u reports, %zu bytes",
                         promise->name, mode, reduce, counts.n_runs, counts.n_reports,
                         counts.most - before);
            check_constant(pixels, stride_of(decoder, reduce) * uqd_reduced_side(HEIGHT, reduce),
                           channels, promise->name);
            if (promise->paper)
                assert_int_equal(pixels[0], 128);
            if (promise->has_alpha)
                assert_int_equal(pixels[channels - 1], 255);
        }
    uqd_decoder_free(decoder);
    free(file.data);
}

static void test_headers(void **state)
{
    uint8_t *pixels = malloc((size_t)4001 * 3003 * 4);
    assert_non_null(pixels);
    for (size_t i = 0; i < N_PROMISES; i++)
        check_header(*state, &promises[i], pixels);
    free(pixels);
}

/* The colours of the low-pass alone, by all inverse transforms with details of 0. */
static void make_long_way(uint32_t width, uint32_t height, uint32_t colours, const int32_t low[3],
                          uint8_t *pixels)
{
    enum { FRACTION = 4 };
    const size_t n = (size_t)width * height;
    int32_t *memory = calloc(3 * n, sizeof *memory);
    assert_non_null(memory);
    int32_t *const planes[3] = {memory, memory + n, memory + 2 * n};
    uint32_t sides[8][2] = {{width, height}}, n_units = uqd_unit_count(width, height);
    for (uint32_t u = 0; u < n_units; u++) {
        sides[u + 1][0] = uqd_unit_grid(sides[u][0]);
        sides[u + 1][1] = uqd_unit_grid(sides[u][1]);
    }
    for (uint32_t c = 0; c < colours; c++) {
        planes[c][0] = low[c] * (1 << FRACTION);
        for (uint32_t u = n_units; u-- > 0;)
            assert_int_equal(uqd_wavelet_inverse(planes[c], width, sides[u][0], sides[u][1],
                                                 UQD_UNIT_LEVELS, 0, WORK(1)),
                             UQD_OK);
    }
    if (colours == 1)
        uqd_grey_show(planes[0], width, width, height, FRACTION, pixels, width, WORK(1));
    else
        uqd_colour_show(planes, width, width, height, FRACTION, pixels, (size_t)3 * width, WORK(1));
    free(memory);
}

static void test_colour_is_that_of_the_transform(void **state)
{
    static const uint32_t sides[][2] = {{1, 2},   {2, 1},  {1, 300},  {7, 5},
                                        {64, 64}, {65, 9}, {200, 131}};
    static const int32_t lows[][3] = {
        {0, 0, 0}, {517, -33, 90}, {-999, 402, -1}, {4096, -4096, 77}};
    const struct models *models = *state;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t k = 0; k < 2 * sizeof lows / sizeof *lows; k++) {
            const struct promise promise = {
                .name = "", .colours = k % 2 ? 1 : 3, .tile_log2 = UQD_HEADER_TILE_LOG2};
            const uint32_t width = sides[i][0], height = sides[i][1];
            const size_t n = (size_t)width * height * (uint32_t)promise.colours;
            const struct file file =
                header_of(&promise, models->lattice, width, height, lows[k / 2]);
            struct uqd_decoder *decoder = counted_decoder(models->lattice, file);
            uint8_t *pixels = malloc(n), *expected = malloc(n);
            make_picture(decoder, UQD_MODE_DENOISED, 0, pixels);
            make_long_way(width, height, (uint32_t)promise.colours, lows[k / 2], expected);
            assert_memory_equal(pixels, expected, n);
            free(expected);
            free(pixels);
            uqd_decoder_free(decoder);
            free(file.data);
        }
}

/* ---- Alpha ---- */

enum { ALPHA_WIDTH = 2000, ALPHA_HEIGHT = 1500 };

/* A header, both pieces of an alpha that is opaque, and nothing else; *exact: where the second one
 * begins. */
static struct file make_opaque_file(const struct uqd_model *model, size_t *exact)
{
    static uint8_t pixels[ALPHA_WIDTH * ALPHA_HEIGHT * 2];
    const struct uqd_image image = {ALPHA_WIDTH, ALPHA_HEIGHT, 2, 2 * ALPHA_WIDTH, pixels};
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    struct uqd_header header = {.width = image.width,
                                .height = image.height,
                                .colours = 1,
                                .model_id = (uint32_t)info.id,
                                .tile_log2 = UQD_HEADER_TILE_LOG2,
                                .n_steps = 1,
                                .step_size = {STEP_SIZE},
                                .n_records = UQD_ALPHA_PIECES};
    uint8_t *pieces[UQD_ALPHA_PIECES];
    struct file file;
    memset(pixels, 255, sizeof pixels);
    for (int i = 0; i < UQD_ALPHA_PIECES; i++) {
        size_t size;
        assert_int_equal(
            uqd_alpha_encode(&image, (enum uqd_alpha_piece)i, &pieces[i], &size, WORK(1)), UQD_OK);
        header.records[i] = (struct uqd_record){RECORD_ALPHA, 0, size};
    }
    assert_int_equal(uqd_header_write(&header, &file.data, &file.size), UQD_OK);
    for (int i = 0; i < UQD_ALPHA_PIECES; i++) {
        const size_t size = (size_t)header.records[i].size;
        *exact = file.size;
        file.data = realloc(file.data, file.size + size);
        assert_non_null(file.data);
        memcpy(file.data + file.size, pieces[i], size);
        file.size += size;
        free(pieces[i]);
    }
    return file;
}

/* A cut piece takes the memory of what its bytes can tell, and pictures that do not show the exact
 * one unpack nothing of it. */
static void test_cut_alpha(void **state)
{
    enum { SLACK = 200 << 10, MOST_OF_A_BYTE = 1032, FEW = 40 };
    const struct models *models = *state;
    size_t exact;
    const struct file file = make_opaque_file(models->lattice, &exact);
    uint8_t *pixels = malloc((size_t)ALPHA_WIDTH * ALPHA_HEIGHT * 2);
    assert_non_null(pixels);
    for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++)
        for (int part = 0; part < 3; part++) {
            const size_t more[] = {0, FEW, file.size - exact};
            const size_t shown = reduce < 3 ? exact + more[part] : exact;
            const size_t before = begin_count();
            struct uqd_decoder *decoder =
                counted_decoder(models->lattice, (struct file){file.data, exact + more[part]});
            make_picture(decoder, UQD_MODE_DENOISED, reduce, pixels);
            if (counts.most > before + file.size + MOST_OF_A_BYTE * shown + SLACK)
                fail_msg("part %d, reduced %u times: %zu bytes", part, reduce,
                         counts.most - before);
            uqd_decoder_free(decoder);
        }
    free(pixels);
    free(file.data);
}

/* ---- Parts of files ---- */

/* Of a paper model's tiles the network runs over those of which bytes are there, one that is cut
 * among them: once to decode them and once to show them. */
static void test_tiles_without_bytes(void **state)
{
    enum { TILES = 3 * 2, CHECKSUM = 4 };
    const struct models *models = *state;
    struct uqd_image *image = make_image(150, 100, 3, CONTENT_PHOTO, 6);
    struct file file = encode(models->paper, image, NULL);
    struct uqd_decoder *whole = full_decoder(models->paper, file);
    const size_t begin = (size_t)info_of(whole).header_size;
    const size_t size = (size_t)step_info_of(whole, 0).bytes - begin;
    uint8_t pixels[150 * 100 * 3];
    uqd_decoder_free(whole);
    for (size_t part = 0; part < TILES; part++) {
        file.size = begin + CHECKSUM + 3 + part * (size - CHECKSUM) / TILES;
        struct uqd_decoder *decoder = counted_decoder(models->paper, file);
        for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce += 3) {
            begin_count();
            assert_int_equal(uqd_decoder_advance(decoder), UQD_NEED_DATA);
            make_picture(decoder, UQD_MODE_DENOISED, reduce, pixels);
            if (counts.n_runs > 2 * part + 2)
                fail_msg("%zu of %d parts: %u runs", part, TILES, counts.n_runs);
        }
        uqd_decoder_free(decoder);
    }
    free(file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_colour_is_that_of_the_transform),
        cmocka_unit_test(test_cut_alpha),
        cmocka_unit_test(test_tiles_without_bytes),
    };
    return cmocka_run_group_tests_name("bound", tests, load_models, free_models);
}
