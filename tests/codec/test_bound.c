/* What decoding costs is bounded by the bytes that are there and the picture that is asked for.
 * Work is counted, not timed: runs of the networks, reports of progress, and the bytes that the
 * library holds at once. */
#include "both_models.h"
#include "codec_support.h"
#include "one_work.h"

#include "codec/lattice/network.h"
#include "codec/paper/network.h"
#include "container/header.h"
#include "tiny_paper.h"
#include "transform/colour.h"
#include "transform/unit.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ---- Counts, by wrapping what the library calls ---- */

static atomic_uint n_runs;       /* of a network */
static atomic_uint widest;       /* grid of these runs */
static atomic_size_t held, most; /* bytes */
static unsigned n_reports;

static void note_more(const void *memory)
{
    const size_t now = atomic_fetch_add(&held, malloc_usable_size((void *)memory)) +
                       malloc_usable_size((void *)memory);
    size_t before = atomic_load(&most);
    while (before < now && !atomic_compare_exchange_weak(&most, &before, now))
        ;
}

static void note_less(const void *memory)
{
    atomic_fetch_sub(&held, malloc_usable_size((void *)memory));
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    void *memory = __real_malloc(size);
    note_more(memory);
    return memory;
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    void *memory = __real_calloc(n, size);
    note_more(memory);
    return memory;
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    note_less(memory);
    memory = __real_realloc(memory, size);
    note_more(memory);
    return memory;
}

void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    void *memory = __real_aligned_alloc(alignment, size);
    note_more(memory);
    return memory;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    note_less(memory);
    __real_free(memory);
}

int __real_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered);
int __wrap_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered);
int __wrap_uqd_network_trunk(struct uqd_network *network, const struct uqd_unit *unit,
                             uint32_t type, const uint8_t *levels, int dithered)
{
    n_runs++;
    widest = unit->grid_w > widest ? unit->grid_w : widest;
    return __real_uqd_network_trunk(network, unit, type, levels, dithered);
}

int __real_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work);
int __wrap_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work);
int __wrap_uqd_paper_network_run(struct uqd_paper_network *network, uint32_t step, const float *z,
                                 float *eps_hat, float *factor, struct uqd_work *work)
{
    n_runs++;
    return __real_uqd_paper_network_run(network, step, z, eps_hat, factor, work);
}

/* Reports of work that was done: the library also asks whether it is to go on. */
static int count_report(void *cookie, double done)
{
    (void)cookie;
    n_reports += done > 0;
    return 0;
}

/* Forgets what was counted. */
static size_t begin_count(void)
{
    n_runs = 0;
    n_reports = 0;
    widest = 0;
    most = held;
    return held;
}

/* ---- Models and files ---- */

/* A header that promises steps. */
struct promise {
    const char *name;
    int paper, solid, dithered, colours, has_alpha;
    uint32_t tile_log2;
};

static const struct promise promises[] = {
    {"plain", 0, 0, 0, 3, 0, UQD_HEADER_TILE_LOG2},
    {"solid", 0, 1, 0, 3, 0, UQD_HEADER_TILE_LOG2},
    {"dithered", 0, 0, 1, 3, 0, UQD_HEADER_TILE_LOG2},
    {"grey", 0, 0, 0, 1, 0, UQD_HEADER_TILE_LOG2},
    {"alpha", 0, 0, 0, 3, 1, UQD_HEADER_TILE_LOG2},
    {"dithered solid grey alpha", 0, 1, 1, 1, 1, UQD_HEADER_TILE_LOG2},
    {"tiled", 0, 0, 0, 3, 0, 4},
    {"paper", 1, 0, 1, 3, 0, UQD_HEADER_TILE_LOG2},
    {"paper solid", 1, 1, 1, 3, 0, UQD_HEADER_TILE_LOG2},
    {"paper grey alpha", 1, 0, 1, 1, 1, UQD_HEADER_TILE_LOG2},
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

static struct uqd_decoder *counted_decoder(const struct uqd_model *model, struct file file)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    settings.progress = count_report;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    return decoder;
}

static size_t stride_of(struct uqd_decoder *decoder, uint32_t reduce)
{
    const struct uqd_info info = info_of(decoder);
    return (size_t)uqd_reduced_side(info.width, reduce) * info.channels;
}

static void make_picture(struct uqd_decoder *decoder, enum uqd_mode mode, uint32_t reduce,
                         uint8_t *pixels)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.mode = mode;
    request.reduce = reduce;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, stride_of(decoder, reduce)),
                     UQD_OK);
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
            if (n_runs > 0 || n_reports > 0 || most > before + SLACK)
                fail_msg("%s, mode %d, reduced %u times: %u runs, %u reports, %zu bytes",
                         promise->name, mode, reduce, n_runs, n_reports, most - before);
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
            if (n_runs > 2 * part + 2)
                fail_msg("%zu of %d parts: %u runs", part, TILES, n_runs);
        }
        uqd_decoder_free(decoder);
    }
    free(file.data);
    free(image);
}

/* What was fed at once is shown as what was decoded step by step, and a reduced picture runs no
 * network of units that it does not show, wherever the file ends, unless it is solid: there, what
 * is shown lies behind what is not. */
static void check_reduced(const struct uqd_model *model, struct file file, int solid)
{
    enum { WIDTH = 150, HEIGHT = 90 };
    uint8_t pixels[WIDTH * HEIGHT * 3], expected[WIDTH * HEIGHT * 3];
    struct uqd_decoder *whole = full_decoder(model, file);
    assert_int_equal(advance_all(whole), UQD_END);
    for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
        struct uqd_picture_request request;
        const size_t stride = stride_of(whole, reduce);
        uint32_t grid = uqd_unit_grid(WIDTH);
        for (uint32_t u = 0; u < reduce / UQD_UNIT_LEVELS; u++)
            grid = uqd_unit_grid(grid);
        uqd_picture_request_default(&request);
        request.reduce = reduce;
        for (uint32_t step = 0; step < info_of(whole).n_steps; step++)
            for (size_t more = 0; more <= 40; more += 20) {
                struct file cut = file;
                const size_t end = (size_t)step_info_of(whole, step).bytes + more;
                cut.size = end < file.size ? end : file.size;
                struct uqd_decoder *decoder = counted_decoder(model, cut);
                begin_count();
                make_picture(decoder, UQD_MODE_DENOISED, reduce, pixels);
                if (widest > grid && !solid)
                    fail_msg("step %u, reduced %u times: a network %u wide", step, reduce, widest);
                request.step = step;
                assert_int_equal(uqd_decoder_picture(whole, &request, expected, stride), UQD_OK);
                if (more == 0 && !solid)
                    assert_memory_equal(pixels, expected,
                                        stride * uqd_reduced_side(HEIGHT, reduce));
                uqd_decoder_free(decoder);
            }
        assert_memory_equal(pixels, expected, stride * uqd_reduced_side(HEIGHT, reduce));
    }
    uqd_decoder_free(whole);
}

static void test_reduced(void **state)
{
    const struct models *models = *state;
    struct uqd_image *image = make_image(150, 90, 3, CONTENT_PHOTO, 3);
    for (int solid = 0; solid < 2; solid++) {
        struct uqd_encode_settings settings = one_thread_encoding();
        settings.solid = solid;
        struct file file = encode(models->lattice, image, &settings);
        check_reduced(models->lattice, file, solid);
        free(file.data);
    }
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_colour_is_that_of_the_transform),
        cmocka_unit_test(test_tiles_without_bytes),
        cmocka_unit_test(test_reduced),
    };
    return cmocka_run_group_tests_name("bound", tests, load_models, free_models);
}
