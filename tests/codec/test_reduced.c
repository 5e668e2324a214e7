/* A reduced picture costs what its size warrants: the networks run over no unit that it does not
 * depend on, and memory follows the pixels of those that it does. Work is counted, not timed. */
#include "codec_support.h"
#include "coding.h"
#include "counts.h"
#include "tiny_model.h"

#include "codec/session.h"
#include "transform/unit.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 150, HEIGHT = 90, SMALL_TILES = 4, ONE_TILE = UQD_HEADER_TILE_LOG2 };

struct models {
    struct uqd_model *tiny, *late; /* the last step of `late` has unit 1 behind the full-size one */
};

/* ---- Files ---- */

static const struct coding codings[] = {
    {"one tile", 3, ONE_TILE, 0, 0, 0, 0, 0, 0, {0}},
    {"tiled", 3, SMALL_TILES, 0, 0, 0, 0, 0, 0, {0}},
    {"tiled joint", 3, SMALL_TILES, 0, 0, 0, 0, 1, 1, {0}},
    {"solid", 3, ONE_TILE, 1, 0, 0, 0, 0, 0, {0}},
    {"tiled solid", 3, SMALL_TILES, 1, 0, 0, 0, 0, 0, {0}},
    {"tiled phased", 3, SMALL_TILES, 0, 0, 1, 0, 0, 0, {0}},
    {"tiled dithered", 3, SMALL_TILES, 0, 1, 0, 0, 0, 0, {0}},
    {"tiled grey", 1, SMALL_TILES, 0, 0, 0, 0, 0, 0, {0}},
    {"separate", 3, SMALL_TILES, 0, 0, 0, 1, 0, 0, {0}},
    {"separate solid", 3, SMALL_TILES, 1, 0, 0, 1, 0, 0, {0}},
    {"separate joint", 3, SMALL_TILES, 0, 0, 0, 1, 1, 1, {0}},
    {"separate phased", 3, SMALL_TILES, 0, 0, 1, 1, 1, 1, {0}},
    {"separate dithered", 3, SMALL_TILES, 0, 1, 0, 1, 0, 0, {0}},
    {"separate grey", 1, SMALL_TILES, 0, 0, 0, 1, 0, 0, {0}},
};

enum { N_CODINGS = sizeof codings / sizeof *codings };

static struct file encode_photo(const struct uqd_model *model, const struct coding *coding)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, coding->colours, CONTENT_PHOTO, 3);
    const struct file file = encode_as(model, image, coding);
    free(image);
    return file;
}

/* ---- Pictures ---- */

static uint8_t pixels[WIDTH * HEIGHT * 3], expected[WIDTH * HEIGHT * 3];

static void make_request(struct uqd_decoder *decoder, uint32_t step, uint64_t bytes,
                         uint32_t reduce, uint8_t *to)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.bytes = bytes;
    request.reduce = reduce;
    assert_int_equal(uqd_decoder_picture(decoder, &request, to, stride_of(decoder, reduce)),
                     UQD_OK);
}

static size_t picture_size(struct uqd_decoder *decoder, uint32_t reduce)
{
    return stride_of(decoder, reduce) * uqd_reduced_side(HEIGHT, reduce);
}

/* Width of the grid of the unit that a picture is found in. */
static uint32_t grid_of(uint32_t reduce)
{
    uint32_t grid = uqd_unit_grid(WIDTH);
    for (uint32_t u = 0; u < reduce / UQD_UNIT_LEVELS; u++)
        grid = uqd_unit_grid(grid);
    return grid;
}

/* Blocks of that unit and those after it. */
static size_t blocks_from(uint32_t reduce)
{
    uint32_t width = WIDTH, height = HEIGHT;
    size_t n = 0;
    for (uint32_t u = 0; u < uqd_unit_count(WIDTH, HEIGHT); u++) {
        width = uqd_unit_grid(width);
        height = uqd_unit_grid(height);
        n += u >= reduce / UQD_UNIT_LEVELS ? (size_t)width * height : 0;
    }
    return n;
}

/* ---- Networks ---- */

/* Whether what is shown lies behind what is not, in the same chunk. */
static int is_behind(const struct uqd_decoder *whole, const struct coding *coding, int is_late,
                     size_t cut, uint32_t reduce)
{
    enum { CHECKSUM = 4 };
    if (coding->tile_log2 != ONE_TILE)
        return 0;
    if (coding->solid)
        return 1;
    /* That is unit 1, in the last step. */
    const uint32_t before_last = info_of(whole).n_steps - 2;
    return is_late && reduce / UQD_UNIT_LEVELS == 1 &&
           cut > step_info_of(whole, before_last).bytes + CHECKSUM;
}

/* What was fed at once is shown as what was decoded step by step, and the networks run over no unit
 * that is not shown, wherever the file ends. */
static void check_networks(const struct uqd_model *model, const struct coding *coding, int is_late)
{
    enum { CUTS = 3 };
    const struct file file = encode_photo(model, coding);
    struct uqd_decoder *whole = full_decoder(model, file);
    assert_int_equal(advance_all(whole), UQD_END);
    for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++)
        for (uint32_t step = 0; step < info_of(whole).n_steps; step++)
            for (size_t part = 0; part <= CUTS; part++) {
                const uint64_t end = step_info_of(whole, step).bytes;
                const uint64_t begin =
                    step > 0 ? step_info_of(whole, step - 1).bytes : info_of(whole).header_size;
                struct file cut = file;
                cut.size = (size_t)(begin + (end - begin) * part / CUTS);
                struct uqd_decoder *decoder = counted_decoder(model, cut);
                begin_count();
                make_picture(decoder, UQD_MODE_DENOISED, reduce, pixels);
                if (counts.widest > grid_of(reduce) &&
                    !is_behind(whole, coding, is_late, cut.size, reduce))
                    fail_msg("%s, step %u, part %zu, reduced %u times: a network %u wide",
                             coding->name, step, part, reduce, counts.widest);
                make_request(whole, UQD_STEP_LATEST, cut.size, reduce, expected);
                if (memcmp(pixels, expected, picture_size(whole, reduce)) != 0)
                    fail_msg("%s, step %u, part %zu, reduced %u times: another picture",
                             coding->name, step, part, reduce);
                make_request(whole, step, 0, reduce, expected);
                if (part == CUTS && !coding->solid)
                    assert_memory_equal(pixels, expected, picture_size(whole, reduce));
                uqd_decoder_free(decoder);
            }
    uqd_decoder_free(whole);
    free(file.data);
}

static void test_networks(void **state)
{
    const struct models *models = *state;
    for (size_t i = 0; i < N_CODINGS; i++)
        check_networks(models->late, &codings[i], 1);
    check_networks(models->tiny, &codings[0], 0);
}

/* What has been decoded is not decoded, or copied, again: a network runs once at most. */
static void test_decoded(void **state)
{
    const struct models *models = *state;
    for (size_t i = 0; i < N_CODINGS; i++) {
        if (codings[i].solid)
            continue;
        const struct file file = encode_photo(models->late, &codings[i]);
        struct uqd_decoder *decoder = full_decoder(models->late, file);
        while (uqd_decoder_advance(decoder) == UQD_OK) {
            const uint32_t last = uqd_decoder_steps_complete(decoder) - 1;
            const uint64_t bytes = step_info_of(decoder, last).bytes;
            for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
                begin_count();
                make_request(decoder, UQD_STEP_LATEST, bytes, reduce, pixels);
                if (counts.n_blocks > blocks_from(reduce) || counts.widest > grid_of(reduce))
                    fail_msg("%s, step %u, reduced %u times: %zu blocks", codings[i].name, last,
                             reduce, counts.n_blocks);
                make_request(decoder, last, 0, reduce, expected);
                assert_memory_equal(pixels, expected, picture_size(decoder, reduce));
            }
        }
        uqd_decoder_free(decoder);
        free(file.data);
    }
}

/* ---- Memory ---- */

/* A picture of what is exactly known takes memory for the pixels that are shown, and for rows and
 * columns on their way. */
static void test_memory(void **state)
{
    enum { OF_PIXEL = 3 * sizeof(int32_t) + 1, OF_SIDES = 200, SLACK = 1 << 10 };
    const struct models *models = *state;
    for (size_t i = 0; i < N_CODINGS; i++) {
        const struct file file = encode_photo(models->late, &codings[i]);
        struct uqd_decoder *decoder = full_decoder(models->late, file);
        assert_int_equal(advance_all(decoder), UQD_END);
        for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
            const size_t width = uqd_reduced_side(WIDTH, reduce);
            const size_t height = uqd_reduced_side(HEIGHT, reduce);
            const size_t before = begin_count();
            make_request(decoder, info_of(decoder).n_steps - 1, 0, reduce, pixels);
            if (counts.most >
                before + OF_PIXEL * width * height + OF_SIDES * (width + height) + SLACK)
                fail_msg("%s, reduced %u times: %zu bytes", codings[i].name, reduce,
                         counts.most - before);
        }
        uqd_decoder_free(decoder);
        free(file.data);
    }
}

/* ---- All ---- */

static struct uqd_model *load(uint8_t *bytes, size_t size)
{
    struct uqd_model *model;
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    return model;
}

static int load_both(void **state)
{
    struct models *models = calloc(1, sizeof *models);
    size_t size;
    assert_non_null(models);
    models->tiny = load_tiny_model(1);
    uint8_t *bytes = late_model_bytes(1, &size);
    models->late = load(bytes, size);
    *state = models;
    return 0;
}

static int free_both(void **state)
{
    struct models *models = *state;
    uqd_model_free(models->tiny);
    uqd_model_free(models->late);
    free(models);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_networks),
        cmocka_unit_test(test_decoded),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests_name("reduced", tests, load_both, free_both);
}
