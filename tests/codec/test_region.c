/* Tiles that are predicted by themselves, and regions, which are decoded without the others: every
 * picture of a region is that part of the picture. */
#include "codec_support.h"
#include "coding.h"
#include "counts.h"
#include "tiny_model.h"

#include "codec/symbols.h"
#include "container/header.h"
#include "transform/unit.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

enum { TILES = 4, TILE = UQD_UNIT_BLOCK << TILES, WIDTH = 2 * TILE + 5, HEIGHT = TILE + 101 };

static const struct coding codings[] = {
    {"separate", 3, TILES, 0, 0, 0, 1, 0, 0, {0}},
    {"solid", 3, TILES, 1, 0, 0, 1, 0, 0, {0}},
    {"joint", 3, TILES, 0, 0, 0, 1, 1, 1, {0}},
    {"phased", 3, TILES, 0, 0, 1, 1, 1, 1, {0}},
    {"dithered", 3, TILES, 0, 1, 0, 1, 0, 0, {0}},
    {"grey", 1, TILES, 0, 0, 0, 1, 0, 0, {0}},
    {"together", 3, TILES, 0, 0, 0, 0, 0, 0, {0}},
    {"one tile", 3, UQD_HEADER_TILE_LOG2, 0, 0, 0, 1, 0, 0, {0}},
};

enum { N_CODINGS = sizeof codings / sizeof *codings };

static const struct uqd_region regions[] = {
    {0, 0, 1, 1},          {WIDTH - 1, HEIGHT - 1, 1, 1}, {10, 20, 30, 9},
    {TILE - 3, 5, 7, 100}, {WIDTH - 41, 0, 41, HEIGHT},   {0, HEIGHT - 8, WIDTH, 8},
    {1, 0, WIDTH - 1, 20},
};

enum { N_REGIONS = sizeof regions / sizeof *regions };

static struct file encode_photo(const struct uqd_model *model, const struct coding *coding,
                                uint32_t width, uint32_t height)
{
    struct uqd_image *image = make_image(width, height, coding->colours, CONTENT_PHOTO, 3);
    const struct file file = encode_as(model, image, coding);
    free(image);
    return file;
}

/* ---- Tiles ---- */

/* Sizes whose last tiles lack channels, or have a single pixel, come back with any threads. */
static void test_sizes(void **state)
{
    static const uint32_t sizes[][2] = {{TILE + 1, TILE + 1}, {TILE + 1, 9},
                                        {3, 2 * TILE + 3},    {2 * TILE, TILE},
                                        {5 * TILE + 4, 8},    {TILE + 7, TILE + 2}};
    for (size_t k = 0; k < N_CODINGS; k++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct uqd_image *image =
                make_image(sizes[i][0], sizes[i][1], codings[k].colours, CONTENT_PHOTO, 1 + i);
            const struct file file = encode_as(*state, image, &codings[k]);
            for (uint32_t threads = 1; threads <= 5; threads += 4) {
                struct uqd_decoder_settings settings = one_thread_decoding();
                struct uqd_decoder *decoder;
                settings.threads = threads;
                assert_int_equal(uqd_decoder_new(&decoder, *state, &settings), UQD_OK);
                assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
                assert_int_equal(advance_all(decoder), UQD_END);
                uint8_t *pixels =
                    picture_at(decoder, info_of(decoder).n_steps - 1, UQD_MODE_DENOISED);
                assert_memory_equal(pixels, image->pixels, image_bytes(image));
                free(pixels);
                uqd_decoder_free(decoder);
            }
            free(file.data);
            free(image);
        }
}

/* uqd_encode has such tiles where a side is above 1024 pixels. */
static void test_encoder(void **state)
{
    static const uint32_t sides[] = {1024, 1025};
    for (size_t i = 0; i < 2; i++)
        for (int is_wide = 0; is_wide < 2; is_wide++) {
            struct uqd_image *image =
                make_image(is_wide ? sides[i] : 8, is_wide ? 8 : sides[i], 3, CONTENT_PHOTO, 1);
            const struct file file = encode(*state, image, NULL);
            struct uqd_header header;
            assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
            assert_int_equal(header.separate, sides[i] > 1024);
            free(file.data);
            free(image);
        }
}

/* ---- Regions ---- */

static uint8_t whole[1 << 19], part[1 << 19];

/* Rows without gaps; the status. */
static int make(struct uqd_decoder *decoder, const struct uqd_picture_request *request,
                struct uqd_region shown, uint8_t *pixels)
{
    return uqd_decoder_picture(decoder, request, pixels,
                               (size_t)shown.width * info_of(decoder).channels);
}

static void check_part(const char *name, struct uqd_decoder *all, struct uqd_decoder *decoder,
                       struct uqd_region region, const struct uqd_picture_request *request)
{
    const size_t channels = info_of(all).channels;
    const struct uqd_region shown = uqd_reduced_region(region, request->reduce);
    const struct uqd_region of =
        uqd_reduced_region((struct uqd_region){0, 0, WIDTH, HEIGHT}, request->reduce);
    assert_int_equal(make(all, request, of, whole), UQD_OK);
    assert_int_equal(make(decoder, request, shown, part), UQD_OK);
    for (uint32_t y = 0; y < shown.height; y++)
        if (memcmp(part + y * shown.width * channels,
                   whole + ((shown.y + y) * of.width + shown.x) * channels,
                   shown.width * channels) != 0)
            fail_msg("%s, %u,%u,%u,%u, step %d after %llu bytes, mode %d, reduced %u times: row %u",
                     name, region.x, region.y, region.width, region.height, (int)request->step,
                     (unsigned long long)request->bytes, (int)request->mode, request->reduce, y);
}

/* All steps, modes, and cuts inside steps. */
static void check_pictures(const char *name, struct uqd_decoder *all, struct uqd_decoder *decoder,
                           struct uqd_region region)
{
    static const uint32_t reductions[] = {0, 2, 4};
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.seed = 3;
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++) {
        const uint64_t size = info_of(all).file_size;
        request.reduce = reductions[i];
        for (request.step = 0; request.step < info_of(all).n_steps; request.step++)
            check_part(name, all, decoder, region, &request);
        request.step = 1;
        for (int mode = UQD_MODE_ANCESTRAL; mode <= UQD_MODE_FLOW; mode++) {
            request.mode = (enum uqd_mode)mode;
            check_part(name, all, decoder, region, &request);
        }
        request.step = UQD_STEP_LATEST;
        request.mode = UQD_MODE_DENOISED;
        for (request.bytes = 1; request.bytes < size; request.bytes += size / 5)
            check_part(name, all, decoder, region, &request);
        request.bytes = 0;
    }
}

static void test_pictures(void **state)
{
    for (size_t k = 0; k < N_CODINGS; k++) {
        const struct file file = encode_photo(*state, &codings[k], WIDTH, HEIGHT);
        struct uqd_decoder *all = full_decoder(*state, file);
        assert_int_equal(advance_all(all), UQD_END);
        for (size_t i = 0; i < N_REGIONS; i++) {
            if (k > 0 && i != k)
                continue;
            struct uqd_decoder *decoder = full_decoder(*state, file);
            assert_int_equal(uqd_decoder_set_region(decoder, &regions[i]), UQD_OK);
            assert_int_equal(advance_all(decoder), UQD_END);
            check_pictures(codings[k].name, all, decoder, regions[i]);
            uqd_decoder_free(decoder);
        }
        uqd_decoder_free(all);
        free(file.data);
    }
}

/* Alpha is that of the region, too, and so are pictures of exact copies. */
static void test_alpha(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 4, CONTENT_PHOTO, 2);
    const struct file file = encode(*state, image, NULL);
    struct uqd_decoder *all = full_decoder(*state, file), *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(all), UQD_END);
    assert_int_equal(uqd_decoder_set_region(decoder, &regions[3]), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    check_pictures("alpha", all, decoder, regions[3]);
    uqd_decoder_free(decoder);
    uqd_decoder_free(all);
    free(file.data);
    free(image);
}

/* Only tiles that the region needs are decoded, and held. */
static void test_work(void **state)
{
    const struct uqd_region corner = {0, 0, TILE - 80, TILE - 80}, near = {0, 0, TILE - 79, 1};
    const struct file file = encode_photo(*state, &codings[0], WIDTH, HEIGHT);
    size_t n_blocks[3], most[3];
    for (int i = 0; i < 3; i++) {
        const size_t before = begin_count();
        struct uqd_decoder *decoder = counted_decoder(*state, file);
        if (i > 0)
            assert_int_equal(uqd_decoder_set_region(decoder, i == 1 ? &near : &corner), UQD_OK);
        assert_int_equal(advance_all(decoder), UQD_END);
        n_blocks[i] = counts.n_blocks;
        most[i] = counts.most - before - file.size;
        uqd_decoder_free(decoder);
    }
    free(file.data);
    /* Of the full-size unit's 33 x 29 blocks 32 x 16 and 16 x 16; the next one has 5 x 4. */
    assert_true(n_blocks[1] * 3 < n_blocks[0] * 2 && n_blocks[2] * 3 < n_blocks[0]);
    assert_true(n_blocks[2] < n_blocks[1] && most[2] < most[0]);
}

/* Of the latest picture of a cut file, in memory that had these bytes before. */
static uint64_t hash_of_cut(const struct uqd_model *model, struct file file, uint64_t size, int was)
{
    file.size = (size_t)size;
    mallopt(M_PERTURB, was);
    struct uqd_decoder *decoder = full_decoder(model, file);
    advance_all(decoder);
    const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    uqd_decoder_free(decoder);
    return hash;
}

/* Nothing is shown but what the file tells, where it ends among the first symbols of dithered
 * coefficients, too. */
static void test_cuts_in_first_symbols(void **state)
{
    enum { CUTS = 25, CHECKSUM = 4 };
    struct coding dithered = {"", 1, TILES, 0, 1, 0, 1, 0, 0, {0}};
    struct uqd_image *image = make_image(TILE + 9, TILE, 1, CONTENT_NOISE, 3);
    const struct file file = encode_as(*state, image, &dithered);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    for (uint32_t step = 0; step < 4; step++) {
        const uint64_t begin =
            step > 0 ? step_info_of(decoder, step - 1).bytes : info_of(decoder).header_size;
        for (uint64_t n = CHECKSUM + 1; n < CHECKSUM + CUTS; n++)
            if (hash_of_cut(*state, file, begin + n, 85) !=
                hash_of_cut(*state, file, begin + n, 170))
                fail_msg("%d bytes of step %u show what was in memory", (int)n, step);
    }
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* A region is chosen as often as one likes. */
static void test_again(void **state)
{
    const struct file file = encode_photo(*state, &codings[0], WIDTH, HEIGHT);
    struct uqd_decoder *all = full_decoder(*state, file), *decoder = full_decoder(*state, file);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    assert_int_equal(advance_all(all), UQD_END);
    for (size_t i = 0; i < N_REGIONS; i++) {
        assert_int_equal(uqd_decoder_set_region(decoder, &regions[i]), UQD_OK);
        assert_int_equal(uqd_decoder_steps_complete(decoder), 0);
        assert_int_equal(advance_all(decoder), UQD_END);
        check_part("again", all, decoder, regions[i], &request);
    }
    assert_int_equal(uqd_decoder_set_region(decoder, NULL), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    check_part("all", all, decoder, (struct uqd_region){0, 0, WIDTH, HEIGHT}, &request);
    uqd_decoder_free(all);
    uqd_decoder_free(decoder);
    free(file.data);
}

static void test_arguments(void **state)
{
    static const struct uqd_region wrong[] = {{0, 0, 0, 1},
                                              {0, 0, 1, 0},
                                              {WIDTH, 0, 1, 1},
                                              {0, HEIGHT, 1, 1},
                                              {1, 0, WIDTH, 1},
                                              {0, 1, 1, HEIGHT},
                                              {1, 1, UINT32_MAX, UINT32_MAX},
                                              {UINT32_MAX, 0, 2, 2}};
    const struct file file = encode_photo(*state, &codings[0], WIDTH, HEIGHT);
    struct uqd_decoder *decoder = empty_decoder(*state);
    uint32_t map[1];
    assert_int_equal(uqd_decoder_set_region(decoder, &regions[0]), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_set_region(NULL, &regions[0]), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(uqd_decoder_set_region(decoder, &wrong[i]), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_set_region(decoder, &regions[0]), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 1), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    free(file.data);
}

/* Behind a cut, chunks of a tile that have no symbols lack nothing, and those that have are cut,
 * not damaged. */
static void test_chunks_behind_a_cut(void **state)
{
    struct uqd_chunk chunks[3] = {{NULL, 0, 1}, {NULL, 0, 1}, {NULL, 0, 1}};
    struct uqd_stream stream;
    (void)state;
    uqd_stream_init_chunks(&stream, UQD_SYMBOLS_DECODE, chunks);
    for (int i = 0; i < 3; i++)
        assert_int_equal(uqd_stream_open(&stream, 1), UQD_OK);
    assert_int_equal(uqd_range_decode3(&stream.open->decoder, 1, 2, 3), UQD_RANGE_STOPPED);
    assert_int_equal(stream.open->decoder.status, UQD_NEED_DATA);
    uqd_stream_free(&stream);
}

/* ---- Tiles that come first ---- */

static struct file encode_first(const struct uqd_model *model, const struct uqd_image *image,
                                struct uqd_region first)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.first = first;
    return encode(model, image, &settings);
}

/* Sum of the squared errors in a region of the picture that the file's first bytes give. */
static uint64_t error_of(const struct uqd_model *model, struct file file, size_t size,
                         const struct uqd_image *image, struct uqd_region region)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    file.size = size;
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(uqd_decoder_set_region(decoder, &region), UQD_OK);
    advance_all(decoder);
    assert_int_equal(make(decoder, &request, region, part), UQD_OK);
    uqd_decoder_free(decoder);
    uint64_t sum = 0;
    for (uint32_t y = 0; y < region.height; y++)
        for (uint32_t i = 0; i < region.width * 3; i++) {
            const int d = part[y * region.width * 3 + i] -
                          image->pixels[(region.y + y) * image->stride + region.x * 3 + i];
            sum += (uint64_t)(d * d);
        }
    return sum;
}

/* Where a step is cut, the tiles that came first are sharper than in a file without, and than
 * others. */
static void test_first(void **state)
{
    enum { LARGE_TILE = 256, STEP = 5 };
    const struct uqd_region first = {LARGE_TILE + 10, 10, 20, 20},
                            tile = {LARGE_TILE + 64, 8, 99, 99};
    const struct uqd_region other = {64, 8, 99, 99};
    struct uqd_image *image = make_image(2 * LARGE_TILE - 9, 130, 3, CONTENT_PHOTO, 3);
    const struct coding coding = {"", 3, 5, 0, 0, 0, 1, 0, 0, {0}};
    const struct file with = encode_first(*state, image, first);
    const struct file without = encode_as(*state, image, &coding);
    struct uqd_header header;
    assert_int_equal(uqd_header_parse(&header, with.data, with.size), UQD_OK);
    assert_true(header.separate && header.tile_log2 == 5);
    assert_true(header.first.x_begin == 1 && header.first.x_end == 2);
    assert_true(header.first.y_begin == 0 && header.first.y_end == 1);
    struct uqd_decoder *decoder = full_decoder(*state, with);
    const uint64_t begin = step_info_of(decoder, STEP - 1).bytes;
    const struct uqd_region told = info_of(decoder).first;
    assert_true(told.x == LARGE_TILE && told.y == 0);
    assert_true(told.width == image->width - LARGE_TILE && told.height == image->height);
    const size_t cut = (size_t)(begin + (step_info_of(decoder, STEP).bytes - begin) / 2);
    uqd_decoder_free(decoder);
    const uint64_t error = error_of(*state, with, cut, image, tile);
    assert_true(3 * error < 2 * error_of(*state, without, cut, image, tile));
    assert_true(3 * error < 2 * error_of(*state, with, cut, image, other));
    const struct uqd_region all = {0, 0, image->width, image->height};
    assert_int_equal(error_of(*state, with, with.size, image, all), 0);
    free(with.data);
    free(without.data);
    free(image);
}

/* All that is said of regions holds for such files. */
static void test_region_of_first(void **state)
{
    struct coding coding = codings[0];
    coding.first = (struct uqd_tile){0, 1, 1, 2};
    const struct file file = encode_photo(*state, &coding, WIDTH, HEIGHT);
    struct uqd_decoder *all = full_decoder(*state, file), *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(all), UQD_END);
    assert_int_equal(uqd_decoder_set_region(decoder, &regions[3]), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    check_pictures("first", all, decoder, regions[3]);
    uqd_decoder_free(decoder);
    uqd_decoder_free(all);
    free(file.data);
}

static void test_wrong_first(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, 3);
    struct uqd_encode_settings settings = one_thread_encoding();
    static const struct uqd_region wrong[] = {
        {WIDTH, 0, 1, 1}, {0, 0, 1, 0}, {0, HEIGHT - 1, 1, 2}, {1, 1, UINT32_MAX, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint8_t *data;
        size_t size;
        settings.first = wrong[i];
        assert_int_equal(uqd_encode(*state, image, &settings, &data, &size), UQD_ERR_ARG);
    }
    free(image);
}

static int header_status(const struct uqd_header *header)
{
    struct uqd_header parsed;
    uint8_t *data;
    size_t size;
    assert_int_equal(uqd_header_write(header, &data, &size), UQD_OK);
    const int status = uqd_header_parse(&parsed, data, size);
    free(data);
    return status;
}

static void test_headers(void **state)
{
    struct uqd_header header = {.width = 300,
                                .height = 200,
                                .colours = 3,
                                .n_steps = 1,
                                .tile_log2 = TILES,
                                .separate = 1,
                                .first = {2, 3, 1, 2}};
    (void)state;
    assert_int_equal(header_status(&header), UQD_OK);
    header.first.x_end = 4;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
    header.first.x_end = header.first.x_begin = 3;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
    header.first.x_begin = 0;
    assert_int_equal(header_status(&header), UQD_OK);
    header.first.y_end = 3;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
    header.first.y_end = 1;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
    header.first.y_end = 2;
    header.separate = 0;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
    header.separate = 1;
    header.paper = header.dithered = 1;
    assert_int_equal(header_status(&header), UQD_ERR_CORRUPT);
}

/* A step that is damaged is, with whatever region. */
static void test_damage(void **state)
{
    const struct file file = encode_photo(*state, &codings[0], WIDTH, HEIGHT);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    const uint64_t end = step_info_of(decoder, 1).bytes;
    uqd_decoder_free(decoder);
    file.data[end - 1] ^= 1;
    decoder = full_decoder(*state, file);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(uqd_decoder_set_region(decoder, &regions[i]), UQD_OK);
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
        assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_CORRUPT);
        assert_int_equal(uqd_decoder_steps_complete(decoder), 1);
    }
    uqd_decoder_free(decoder);
    free(file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_encoder),
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_cuts_in_first_symbols),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_region_of_first),
        cmocka_unit_test(test_chunks_behind_a_cut),
        cmocka_unit_test(test_wrong_first),
        cmocka_unit_test(test_headers),
    };
    return cmocka_run_group_tests_name("region", tests, setup_model, teardown_model);
}
