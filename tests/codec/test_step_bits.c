/* Where the bits of a step went. Of both classes of models. */
#include "codec_support.h"

#include "tiny_paper.h"

#include <stdlib.h>
#include <string.h>

/* 1/256 bit: what a chunk's symbols may have less and more than its bytes. */
enum { BYTE = 8 * 256, LESS = BYTE, MORE = 5 * BYTE };

/* Bytes of a body that are no symbols: the checksum, and of a chunk that is one of several its
 * length. */
enum { CHECKSUM = 4, SOLID_CHECKSUM = 2 };

static struct uqd_model *load_model(int paper)
{
    struct uqd_model *model;
    size_t size;
    if (!paper)
        return load_tiny_model(1);
    uint8_t *bytes = tiny_paper_model(&size);
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    return model;
}

static size_t n_blocks_of(const struct uqd_decoder *decoder)
{
    const struct uqd_info info = info_of(decoder);
    return (size_t)uqd_reduced_side(info.width, 3) * uqd_reduced_side(info.height, 3);
}

static uint32_t *bits_of(struct uqd_decoder *decoder, uint32_t step)
{
    const size_t n = n_blocks_of(decoder);
    uint32_t *map = malloc(n * sizeof *map);
    assert_non_null(map);
    memset(map, 0xab, n * sizeof *map);
    assert_int_equal(uqd_decoder_step_bits(decoder, step, map, n), UQD_OK);
    return map;
}

static int64_t sum_of(struct uqd_decoder *decoder, uint32_t step)
{
    const size_t n = n_blocks_of(decoder);
    uint32_t *map = bits_of(decoder, step);
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += map[i];
    free(map);
    return sum;
}

static uint64_t step_begin(const struct uqd_decoder *decoder, uint32_t step)
{
    return step == 0 ? info_of(decoder).header_size : step_info_of(decoder, step - 1).bytes;
}

/* n_chunks 0: one without a length. */
static void check_sum(const char *what, uint32_t step, int64_t sum, uint64_t bytes,
                      uint32_t checksum, uint32_t n_chunks)
{
    const int64_t no_symbols = bytes == 0 ? 0 : checksum + n_chunks; /* at least */
    const int64_t n = n_chunks > 0 ? n_chunks : 1;
    const int64_t least = ((int64_t)bytes - no_symbols - 2 * n_chunks) * BYTE - n * LESS;
    const int64_t most = ((int64_t)bytes - no_symbols) * BYTE + n * MORE;
    if (sum < least || sum > most)
        fail_msg("%s, step %u: %lld of %llu bytes", what, step, (long long)sum,
                 (unsigned long long)bytes);
}

/* ---- Sums ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    uint32_t width, height, channels;
    enum content content;
} pictures[] = {
    {"1 x 1", 1, 1, 3, CONTENT_PHOTO},        {"grey 1 x 1", 1, 1, 1, CONTENT_PHOTO},
    {"row", 33, 1, 3, CONTENT_PHOTO},         {"column", 1, 30, 1, CONTENT_NOISE},
    {"odd", 37, 29, 3, CONTENT_PHOTO},        {"grey", 40, 33, 1, CONTENT_PHOTO},
    {"64 x 64", 64, 64, 3, CONTENT_PHOTO},    {"noise", 64, 40, 3, CONTENT_NOISE},
    {"flat", 48, 48, 3, CONTENT_FLAT},        {"checkers", 31, 17, 3, CONTENT_CHECKERS},
    {"two levels", 75, 70, 3, CONTENT_PHOTO},
};

static struct uqd_encode_settings settings_of(int solid, enum uqd_dither dither)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = solid;
    settings.dither = dither;
    return settings;
}

static void check_picture(const struct uqd_model *model, size_t i, int solid,
                          enum uqd_dither dither, uint32_t n_chunks)
{
    struct uqd_image *image = make_image(pictures[i].width, pictures[i].height,
                                         pictures[i].channels, pictures[i].content, 6);
    const struct uqd_encode_settings settings = settings_of(solid, dither);
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const struct uqd_info info = info_of(decoder);
    int64_t all = 0;
    for (uint32_t step = 0; step < info.n_steps; step++) {
        const int64_t sum = sum_of(decoder, step);
        all += sum;
        if (!solid)
            check_sum(pictures[i].name, step, sum,
                      step_info_of(decoder, step).bytes - step_begin(decoder, step), CHECKSUM,
                      n_chunks);
    }
    if (solid)
        check_sum(pictures[i].name, UINT32_MAX, all, info.file_size - info.header_size,
                  SOLID_CHECKSUM, n_chunks * info.n_steps);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static void test_sums(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        for (int variant = 0; variant < (i % 3 == 0 ? 4 : 2); variant++)
            check_picture(model, i, variant >> 1,
                          variant & 1 ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE, 0);
    uqd_model_free(model);
}

static void test_sums_of_paper(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(1);
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        const uint32_t n_tiles = (pictures[i].width + 63) / 64 * ((pictures[i].height + 63) / 64);
        for (int solid = 0; solid < (i % 4 == 0 ? 2 : 1); solid++)
            check_picture(model, i, solid, UQD_DITHER_UNIVERSAL, n_tiles > 1 ? n_tiles : 0);
    }
    uqd_model_free(model);
}

/* ---- Places -------------------------------------------------------------------------------- */

/* Noise from x = 128 on, and flat before. */
static struct uqd_image *half_busy(uint32_t height)
{
    struct uqd_image *image = make_image(256, height, 3, CONTENT_NOISE, 4);
    for (uint32_t y = 0; y < height; y++)
        memset((uint8_t *)(image + 1) + y * image->stride, 128, 128 * 3);
    return image;
}

/* Most of a step's bits are where the picture has something to tell. The tiny model knows nothing,
 * and of flat parts as little as of others; but curves adapt to what the picture has. */
static void test_busy_half(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    struct uqd_image *image = half_busy(40);
    const struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const uint32_t columns = uqd_reduced_side(256, 3);
    uint64_t flat = 0, busy = 0;
    for (uint32_t step = 0; step < info_of(decoder).n_steps; step++) {
        uint32_t *map = bits_of(decoder, step);
        for (size_t i = 0; i < n_blocks_of(decoder); i++)
            *(i % columns < columns / 2 ? &flat : &busy) += map[i];
        free(map);
    }
    if (busy < 2 * flat)
        fail_msg("%llu in the flat half, %llu in the busy one", (unsigned long long)flat,
                 (unsigned long long)busy);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

/* A step of the paper's model has about as many bits for every value, so that a block has as many
 * as pixels inside the picture. */
static void test_paper_blocks(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(1);
    struct uqd_image *image = make_image(65, 9, 3, CONTENT_PHOTO, 6);
    const struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    uint32_t *map = bits_of(decoder, 1);
    assert_int_equal(n_blocks_of(decoder), 18);
    for (size_t i = 0; i < 8; i++) {
        assert_true(map[i] > 4 * map[9 + i]); /* 64 pixels, and 8 */
        assert_true(map[i] > 4 * map[8]);
    }
    assert_true(map[17] > 0 && map[17] < map[8] && map[17] < map[9]); /* one pixel */
    free(map);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

/* With more than one tile, and threads: the same map, and sums of many chunks. */
static void test_tiles(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    struct uqd_image *image = make_image(1033, 9, 3, CONTENT_PHOTO, 6);
    const struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoders[2];
    for (uint32_t i = 0; i < 2; i++) {
        struct uqd_decoder_settings settings = one_thread_decoding();
        settings.threads = 1 + 2 * i;
        assert_int_equal(uqd_decoder_new(&decoders[i], model, &settings), UQD_OK);
        assert_int_equal(uqd_decoder_feed(decoders[i], file.data, file.size), UQD_OK);
        assert_int_equal(advance_all(decoders[i]), UQD_END);
    }
    const size_t size = n_blocks_of(decoders[0]) * sizeof(uint32_t);
    for (uint32_t step = 0; step < info_of(decoders[0]).n_steps; step++) {
        uint32_t *map = bits_of(decoders[0], step), *other = bits_of(decoders[1], step);
        assert_memory_equal(map, other, size);
        free(map);
        free(other);
    }
    const uint32_t last = info_of(decoders[0]).n_steps - 1;
    const uint64_t bytes = info_of(decoders[0]).file_size - step_begin(decoders[0], last);
    const int64_t sum = sum_of(decoders[0], last);
    assert_true(sum > (int64_t)bytes * BYTE * 9 / 10 && sum < (int64_t)bytes * BYTE * 11 / 10);
    for (uint32_t i = 0; i < 2; i++)
        uqd_decoder_free(decoders[i]);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

/* ---- What stays ---------------------------------------------------------------------------- */

/* Counting changes neither steps nor pictures, whenever it is asked for. */
static void check_nothing_changes(int paper, int solid)
{
    struct uqd_model *model = load_model(paper);
    struct uqd_image *image = make_image(33, 21, 4, CONTENT_PHOTO, 6);
    const struct uqd_encode_settings settings = settings_of(solid, UQD_DITHER_NONE);
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *plain = full_decoder(model, file), *counting = full_decoder(model, file);
    for (uint32_t step = 0; step < info_of(plain).n_steps; step++) {
        assert_int_equal(uqd_decoder_advance(plain), UQD_OK);
        assert_int_equal(uqd_decoder_advance(counting), UQD_OK);
        const int64_t sum = sum_of(counting, step);
        (void)sum_of(counting, step / 2);
        assert_true(sum_of(counting, step) == sum);
        assert_int_equal(uqd_decoder_steps_complete(counting), step + 1);
        assert_true(picture_hash(counting, step, UQD_MODE_DENOISED) ==
                    picture_hash(plain, step, UQD_MODE_DENOISED));
        assert_true(picture_hash(counting, step / 2, UQD_MODE_ANCESTRAL) ==
                    picture_hash(plain, step / 2, UQD_MODE_ANCESTRAL));
    }
    uqd_decoder_free(plain);
    uqd_decoder_free(counting);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

static void test_nothing_changes(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++)
        check_nothing_changes(variant & 1, variant >> 1);
}

static int cancel(void *cookie, double done)
{
    (void)done;
    return *(const int *)cookie;
}

static void test_cancelled(void **state)
{
    (void)state;
    for (int paper = 0; paper < 2; paper++) {
        struct uqd_model *model = load_model(paper);
        struct uqd_image *image = make_image(40, 33, 3, CONTENT_PHOTO, 6);
        const struct file file = encode(model, image, NULL);
        struct uqd_decoder_settings settings = one_thread_decoding();
        struct uqd_decoder *decoder;
        int is_cancelled = 0;
        settings.progress = cancel;
        settings.cookie = &is_cancelled;
        assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
        assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
        const int64_t sum = sum_of(decoder, 1);
        const uint64_t hash = picture_hash(decoder, 1, UQD_MODE_DENOISED);
        const size_t n = n_blocks_of(decoder);
        uint32_t map[64], before[64];
        assert_true(n <= 64);
        memset(map, 0x55, sizeof map);
        memcpy(before, map, sizeof map);
        is_cancelled = 1;
        assert_int_equal(uqd_decoder_step_bits(decoder, 1, map, n), UQD_ERR_CANCELLED);
        assert_memory_equal(map, before, sizeof map);
        is_cancelled = 0;
        assert_true(sum_of(decoder, 1) == sum);
        assert_true(picture_hash(decoder, 1, UQD_MODE_DENOISED) == hash);
        assert_int_equal(advance_all(decoder), UQD_END);
        uqd_decoder_free(decoder);
        free(file.data);
        free(image);
        uqd_model_free(model);
    }
}

/* ---- Wrong calls --------------------------------------------------------------------------- */

/* Only complete steps have a map; what is damaged behind them does not matter. */
static void test_cut_and_damaged(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    struct uqd_image *image = make_image(20, 9, 3, CONTENT_PHOTO, 6);
    const struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    const size_t cut = (size_t)step_info_of(decoder, 2).bytes - 1;
    uint32_t map[6];
    uqd_decoder_free(decoder);
    decoder = empty_decoder(model);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, cut), UQD_OK);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 6), UQD_NEED_DATA);
    assert_int_equal(advance_all(decoder), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_step_bits(decoder, 1, map, 6), UQD_OK);
    assert_int_equal(uqd_decoder_step_bits(decoder, 2, map, 6), UQD_NEED_DATA);
    uqd_decoder_free(decoder);
    file.data[cut] ^= 1;
    decoder = full_decoder(model, file);
    int status = UQD_OK;
    while (status == UQD_OK)
        status = uqd_decoder_advance(decoder);
    assert_int_equal(status, UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_step_bits(decoder, 1, map, 6), UQD_OK);
    assert_int_equal(uqd_decoder_step_bits(decoder, 2, map, 6), UQD_NEED_DATA);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

static void test_wrong_arguments(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    struct uqd_image *image = make_image(20, 9, 3, CONTENT_PHOTO, 6);
    const struct file file = encode(model, image, NULL);
    uint32_t map[6];
    assert_int_equal(uqd_decoder_step_bits(NULL, 0, map, 6), UQD_ERR_ARG);
    struct uqd_decoder *decoder = empty_decoder(model);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 6), UQD_NEED_DATA);
    uqd_decoder_free(decoder);
    decoder = full_decoder(NULL, file);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 6), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const uint32_t n_steps = info_of(decoder).n_steps;
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, NULL, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, n_steps, map, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, UQD_STEP_LATEST, map, 6), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 5), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 7), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, 0, map, 0), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_bits(decoder, n_steps - 1, map, 6), UQD_OK);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_sums_of_paper),
        cmocka_unit_test(test_busy_half),
        cmocka_unit_test(test_paper_blocks),
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_nothing_changes),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_cut_and_damaged),
        cmocka_unit_test(test_wrong_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
