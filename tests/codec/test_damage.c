/* Damaged, foreign and hostile files: an error or the undamaged pictures, never anything else. */
#include "codec_support.h"

#include "container/header.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 32 };

struct sample {
    struct file file;
    uint32_t n_steps;
    uint64_t header_size, step_end[MAX_STEPS], hashes[MAX_STEPS];
};

static struct sample make_sample(const struct uqd_model *model, uint32_t channels,
                                 enum uqd_dither dither)
{
    struct uqd_image *image = make_image(19, 13, channels, CONTENT_PHOTO, 10);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    struct sample sample = {.file = encode(model, image, &settings)};
    struct uqd_decoder *decoder = full_decoder(model, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    sample.header_size = info_of(decoder).header_size;
    sample.n_steps = info_of(decoder).n_steps;
    for (uint32_t s = 0; s < sample.n_steps; s++) {
        sample.step_end[s] = step_info_of(decoder, s).bytes;
        sample.hashes[s] = picture_hash(decoder, s, UQD_MODE_DENOISED);
    }
    uqd_decoder_free(decoder);
    free(image);
    return sample;
}

static int is_damage(int status)
{
    return status == UQD_ERR_CORRUPT || status == UQD_ERR_MODEL || status == UQD_ERR_UNSUPPORTED ||
           status == UQD_ERR_LIMIT;
}

/* Everything that a viewer would do. The status of the first failure, or UQD_END or UQD_NEED_DATA.
 */
static int decode_any(struct uqd_decoder *decoder, const uint8_t *data, size_t size)
{
    int status = uqd_decoder_feed(decoder, data, size);
    if (status != UQD_OK)
        return status;
    (void)picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    while (status == UQD_OK)
        status = uqd_decoder_advance(decoder);
    if (status < 0)
        assert_int_equal(uqd_decoder_advance(decoder), status);
    return status;
}

/* Which of the steps are as they were: those that end before the damage. */
static void check_steps(const struct sample *sample, struct uqd_decoder *decoder, size_t damaged)
{
    const uint32_t complete = uqd_decoder_steps_complete(decoder);
    for (uint32_t s = 0; s < complete; s++)
        if (picture_hash(decoder, s, UQD_MODE_DENOISED) != sample->hashes[s])
            fail_msg("byte %zu damaged: step %u has another picture", damaged, s);
    for (uint32_t s = 0; s < sample->n_steps; s++)
        if (sample->step_end[s] <= damaged && s >= complete)
            fail_msg("byte %zu damaged: step %u before it is lost", damaged, s);
    const uint64_t latest = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    if (complete > 0 && latest != sample->hashes[complete - 1])
        fail_msg("byte %zu damaged: the latest picture is not that of step %u", damaged,
                 complete - 1);
}

/* A solid file has one checksum: damage is found when all is there, and then takes everything that
 * was not decoded before. */
static void test_solid_files(void **state)
{
    struct uqd_image *image = make_image(19, 13, 3, CONTENT_PHOTO, 10);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = 1;
    const struct file file = encode(*state, image, &settings);
    for (size_t i = 0; i < file.size; i++) {
        file.data[i] ^= (uint8_t)(1 << i % 8);
        struct uqd_decoder *decoder = empty_decoder(*state);
        const int status = decode_any(decoder, file.data, file.size);
        if (!is_damage(status) && status != UQD_NEED_DATA)
            fail_msg("byte %zu damaged: status %d", i, status);
        assert_int_equal(uqd_decoder_steps_complete(decoder), 0);
        uqd_decoder_free(decoder);
        decoder = empty_decoder(*state);
        int in_pieces = uqd_decoder_feed(decoder, file.data, file.size / 2);
        if (in_pieces == UQD_OK)
            while (uqd_decoder_advance(decoder) == UQD_OK)
                ;
        const uint32_t before = uqd_decoder_steps_complete(decoder);
        in_pieces = decode_any(decoder, file.data + file.size / 2, file.size - file.size / 2);
        assert_true(is_damage(in_pieces) || in_pieces == UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_steps_complete(decoder), before);
        if (before > 0)
            assert_true(picture_hash(decoder, before - 1, UQD_MODE_DENOISED) ==
                        picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED));
        uqd_decoder_free(decoder);
        file.data[i] ^= (uint8_t)(1 << i % 8);
    }
    free(file.data);
    free(image);
}

static void flip_every_byte(const struct uqd_model *model, const struct sample *sample)
{
    for (size_t i = 0; i < sample->file.size; i++) {
        sample->file.data[i] ^= (uint8_t)(1 << i % 8);
        struct uqd_decoder *decoder = empty_decoder(model);
        const int status = decode_any(decoder, sample->file.data, sample->file.size);
        if (!is_damage(status) && !(status == UQD_NEED_DATA && i < sample->header_size))
            fail_msg("byte %zu of %zu flipped: status %d", i, sample->file.size, status);
        if (i >= sample->header_size)
            check_steps(sample, decoder, i);
        uqd_decoder_free(decoder);
        sample->file.data[i] ^= (uint8_t)(1 << i % 8);
    }
}

static void test_every_byte(void **state)
{
    for (uint32_t channels = 1; channels <= 3; channels += 2)
        for (int dither = 0; dither < 2; dither++) {
            struct sample sample = make_sample(*state, channels, (enum uqd_dither)dither);
            flip_every_byte(*state, &sample);
            free(sample.file.data);
        }
}

/* Cut before the end of a damaged step, no checksum tells: any picture will do, but one there is.
 */
static void test_damaged_and_cut(void **state)
{
    struct sample sample = make_sample(*state, 3, UQD_DITHER_UNIVERSAL);
    for (size_t i = (size_t)sample.header_size; i + 1 < sample.file.size; i++) {
        sample.file.data[i] ^= 0x55;
        struct uqd_decoder *decoder = empty_decoder(*state);
        const size_t cut = i + 1 + i % 7 < sample.file.size ? i + 1 + i % 7 : i + 1;
        assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, cut), UQD_OK);
        int status = UQD_OK;
        while (status == UQD_OK)
            status = uqd_decoder_advance(decoder);
        assert_true(status == UQD_NEED_DATA || status == UQD_ERR_CORRUPT);
        (void)picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        (void)picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_ANCESTRAL);
        uqd_decoder_free(decoder);
        sample.file.data[i] ^= 0x55;
    }
    free(sample.file.data);
}

static void test_garbage(void **state)
{
    uint8_t garbage[4000];
    uint64_t seed = 11;
    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (uint8_t)(next_random(&seed) >> 40);
    struct uqd_decoder *decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, garbage, sizeof garbage), UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_feed(decoder, garbage, 1), UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_CORRUPT);
    struct uqd_info info;
    assert_int_equal(uqd_decoder_info(decoder, &info), UQD_ERR_CORRUPT);
    uqd_decoder_free(decoder);
    decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, "P", 1), UQD_ERR_CORRUPT);
    uqd_decoder_free(decoder);
    decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, NULL, 0), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_NEED_DATA);
    uqd_decoder_free(decoder);
}

static void test_wrong_model(void **state)
{
    struct sample sample = make_sample(*state, 3, UQD_DITHER_NONE);
    struct uqd_model *other = load_tiny_model(2);
    struct uqd_decoder *decoder = empty_decoder(other);
    assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_ERR_MODEL);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_MODEL);
    uqd_decoder_free(decoder);
    decoder = full_decoder(NULL, sample.file);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_set_model(decoder, other), UQD_ERR_MODEL);
    assert_int_equal(uqd_decoder_set_model(decoder, *state), UQD_OK);
    assert_int_equal(advance_all(decoder), UQD_END);
    uqd_decoder_free(decoder);
    uqd_model_free(other);
    free(sample.file.data);
}

static int feed_with_limits(const struct uqd_model *model, struct file file, uint64_t max_pixels,
                            uint64_t max_memory)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    settings.max_pixels = max_pixels;
    settings.max_memory = max_memory;
    struct uqd_decoder *decoder;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    int status = uqd_decoder_feed(decoder, file.data, file.size);
    if (status == UQD_OK)
        while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
            continue;
    uqd_decoder_free(decoder);
    return status;
}

static void test_limits(void **state)
{
    struct sample sample = make_sample(*state, 3, UQD_DITHER_NONE);
    const struct uqd_model *model = *state;
    assert_int_equal(feed_with_limits(model, sample.file, 19 * 13, UINT64_MAX), UQD_END);
    assert_int_equal(feed_with_limits(model, sample.file, 19 * 13 - 1, UINT64_MAX), UQD_ERR_LIMIT);
    assert_int_equal(feed_with_limits(model, sample.file, 0, UINT64_MAX), UQD_ERR_LIMIT);
    assert_int_equal(feed_with_limits(model, sample.file, UINT64_MAX, 1000), UQD_ERR_LIMIT);
    assert_int_equal(feed_with_limits(NULL, sample.file, 19 * 13 - 1, UINT64_MAX), UQD_ERR_LIMIT);
    free(sample.file.data);
}

/* ---- Headers that are valid but absurd ---- */

static struct uqd_header plain_header(const struct uqd_model *model)
{
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    struct uqd_header header = {.width = 19,
                                .height = 13,
                                .colours = 3,
                                .model_id = info.id,
                                .tile_log2 = 7,
                                .n_steps = info.n_steps};
    for (uint32_t s = 0; s < header.n_steps; s++)
        header.step_size[s] = 40;
    return header;
}

/* The header with n bytes of rubbish behind it. */
static int decode_header(const struct uqd_model *model, const struct uqd_header *header, size_t n)
{
    struct file file;
    uint64_t seed = 13;
    assert_int_equal(uqd_header_write(header, &file.data, &file.size), UQD_OK);
    uint8_t *data = realloc(file.data, file.size + n);
    assert_non_null(data);
    for (size_t i = 0; i < n; i++)
        data[file.size + i] = (uint8_t)(next_random(&seed) >> 40);
    struct uqd_decoder *decoder = empty_decoder(model);
    const int status = decode_any(decoder, data, file.size + n);
    uqd_decoder_free(decoder);
    free(data);
    return status;
}

static void test_absurd_headers(void **state)
{
    const struct uqd_header plain = plain_header(*state);
    struct uqd_header header = plain;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    for (uint32_t s = 0; s < header.n_steps; s++)
        header.step_size[s] = UINT64_C(1) << 40;
    assert_int_equal(decode_header(*state, &header, 100), UQD_NEED_DATA);
    header.step_size[0]++;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    for (uint32_t s = 0; s < header.n_steps; s++)
        header.step_size[s] = 0;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    for (uint32_t size = 1; size <= 8; size++) {
        header.step_size[0] = size;
        assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    }
    header = plain;
    header.width = header.height = 65535;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_LIMIT);
    header.width = 65536;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    header.width = 0;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
    header = plain;
    header.n_steps = UQD_HEADER_MAX_STEPS;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_MODEL);
    header.n_steps = 0;
    assert_int_equal(decode_header(*state, &header, 100), UQD_ERR_CORRUPT);
}

/* Every tile size, those that no header may name among them, also where tiles are counted to see
 * which come first, and means far from any picture's. */
static void test_odd_headers(void **state)
{
    struct uqd_header header = plain_header(*state);
    for (header.tile_log2 = 0; header.tile_log2 <= 16; header.tile_log2++)
        assert_int_equal(decode_header(*state, &header, 300), UQD_ERR_CORRUPT);
    assert_int_equal(decode_header(*state, &header, 300), UQD_ERR_CORRUPT);
    header.separate = 1;
    header.first.x_end = header.first.y_end = 1;
    for (header.tile_log2 = 17; header.tile_log2 <= UINT8_MAX; header.tile_log2++)
        assert_int_equal(decode_header(*state, &header, 300), UQD_ERR_CORRUPT);
    header = plain_header(*state);
    header.tile_log2 = 4;
    for (uint32_t dithered = 0; dithered < 2; dithered++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (size_t n = 0; n < 40; n++) {
                header.dithered = (int)dithered;
                header.low[0] = header.low[1] = header.low[2] = sign * 4096;
                assert_int_equal(decode_header(*state, &header, n), UQD_NEED_DATA);
            }
}

static int status_of_tile(struct uqd_header header, uint32_t tile_log2)
{
    struct uqd_header parsed;
    uint8_t *data;
    size_t size;
    header.tile_log2 = tile_log2;
    assert_int_equal(uqd_header_write(&header, &data, &size), UQD_OK);
    const int status = uqd_header_parse(&parsed, data, size);
    free(data);
    return status;
}

/* A tile is the least that can be decoded, so no header makes it larger than files have it. */
static void test_tiles(void **state)
{
    const struct uqd_header header = plain_header(*state);
    for (uint32_t tile_log2 = 0; tile_log2 <= UINT8_MAX; tile_log2++)
        assert_int_equal(status_of_tile(header, tile_log2),
                         4 <= tile_log2 && tile_log2 <= 7 ? UQD_OK : UQD_ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solid_files),     cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_damaged_and_cut), cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_wrong_model),     cmocka_unit_test(test_limits),
        cmocka_unit_test(test_absurd_headers),  cmocka_unit_test(test_odd_headers),
        cmocka_unit_test(test_tiles),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
