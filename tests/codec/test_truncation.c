/* Files cut anywhere, and files that arrive in pieces. */
#include "codec_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STEPS = 32 };

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

struct sample {
    struct uqd_image *image;
    struct file file;
    uint32_t n_steps;
    int solid;
    uint64_t header_size, step_end[MAX_STEPS];
    uint64_t hashes[MAX_STEPS][3]; /* of every step's picture, by mode */
};

static struct sample make_sample(const struct uqd_model *model, uint32_t width, uint32_t height,
                                 uint32_t channels, enum uqd_dither dither, int solid)
{
    struct sample sample = {.image = make_image(width, height, channels, CONTENT_PHOTO, 6),
                            .solid = solid};
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    settings.seed = 12;
    settings.solid = solid;
    sample.file = encode(model, sample.image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, sample.file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const struct uqd_info info = info_of(decoder);
    sample.n_steps = info.n_steps;
    sample.header_size = info.header_size;
    for (uint32_t s = 0; s < info.n_steps; s++) {
        sample.step_end[s] = step_info_of(decoder, s).bytes;
        for (int m = 0; m < 3; m++)
            sample.hashes[s][m] = picture_hash(decoder, s, modes[m]);
    }
    uqd_decoder_free(decoder);
    return sample;
}

static void free_sample(struct sample *sample)
{
    free(sample->image);
    free(sample->file.data);
}

/* Steps that end within the first n bytes. */
static uint32_t steps_within(const struct sample *sample, size_t n)
{
    uint32_t steps = 0;
    while (n >= sample->header_size && steps < sample->n_steps && sample->step_end[steps] <= n)
        steps++;
    return steps;
}

/* Everything there is to see of a decoder that has been given n bytes. */
static uint64_t check_cut(const struct sample *sample, struct uqd_decoder *decoder, int status,
                          size_t n)
{
    if (n < sample->header_size) {
        struct uqd_info info;
        assert_int_equal(status, UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_info(decoder, &info), UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_advance(decoder), UQD_NEED_DATA);
        return 0;
    }
    assert_int_equal(status, UQD_OK);
    assert_int_equal(uqd_decoder_bytes_fed(decoder), n);
    const int end = advance_all(decoder);
    assert_int_equal(end, n == sample->file.size ? UQD_END : UQD_NEED_DATA);
    const uint32_t complete = steps_within(sample, n);
    assert_int_equal(uqd_decoder_steps_complete(decoder), complete);
    const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    /* In a solid file the bytes of a step may tell the first symbols of the next one. */
    if (complete > 0 && sample->step_end[complete - 1] == n && !sample->solid &&
        hash != sample->hashes[complete - 1][0])
        fail_msg("cut at the end of step %u: another picture than the step's", complete - 1);
    return hash;
}

static uint64_t latest_when_cut(const struct uqd_model *model, const struct sample *sample,
                                size_t n)
{
    struct uqd_decoder *decoder = empty_decoder(model);
    const int status = uqd_decoder_feed(decoder, sample->file.data, n);
    const uint64_t hash = check_cut(sample, decoder, status, n);
    uqd_decoder_free(decoder);
    return hash;
}

/* Byte by byte with one decoder, and at once with a fresh one for every length. */
static void check_every_length(const struct uqd_model *model, const struct sample *sample)
{
    struct uqd_decoder *decoder = empty_decoder(model);
    assert_int_equal(latest_when_cut(model, sample, 0), 0);
    for (size_t n = 1; n <= sample->file.size; n++) {
        const int status = uqd_decoder_feed(decoder, sample->file.data + n - 1, 1);
        const uint64_t by_bytes = check_cut(sample, decoder, status, n);
        if (by_bytes != latest_when_cut(model, sample, n))
            fail_msg("the first %zu bytes one by one give another picture than at once", n);
    }
    for (uint32_t s = 0; s < sample->n_steps; s++)
        for (int m = 0; m < 3; m++)
            assert_true(picture_hash(decoder, s, modes[m]) == sample->hashes[s][m]);
    uqd_decoder_free(decoder);
}

static void test_every_length_grey(void **state)
{
    struct sample sample = make_sample(*state, 17, 14, 1, UQD_DITHER_NONE, 0);
    check_every_length(*state, &sample);
    free_sample(&sample);
}

static void test_every_length_dithered(void **state)
{
    struct sample sample = make_sample(*state, 11, 9, 3, UQD_DITHER_UNIVERSAL, 0);
    check_every_length(*state, &sample);
    free_sample(&sample);
}

static void test_every_length_solid(void **state)
{
    static const enum uqd_dither dithers[] = {UQD_DITHER_NONE, UQD_DITHER_UNIVERSAL};
    for (int d = 0; d < 2; d++) {
        struct sample sample = make_sample(*state, 10, 9, 3, dithers[d], 1);
        assert_true(sample.header_size <= 23 + (d == 1 ? 8u : 0u));
        check_every_length(*state, &sample);
        free_sample(&sample);
        /* So small that the first step has no symbols, but needs the byte that opens the body. */
        sample = make_sample(*state, 8, 7, 1, dithers[d], 1);
        check_every_length(*state, &sample);
        free_sample(&sample);
    }
}

/* A body without bytes is complete where it begins, not before the alpha in front of it. */
static void test_empty_solid_body(void **state)
{
    struct uqd_image *image = make_image(4, 9, 2, CONTENT_PHOTO, 6);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = 1;
    settings.stop_step = 0;
    const struct file file = encode(*state, image, &settings);
    struct uqd_decoder *whole = full_decoder(*state, file), *pieces = empty_decoder(*state);
    assert_int_equal(advance_all(whole), UQD_END);
    assert_int_equal(step_info_of(whole, 0).bytes, file.size);
    for (size_t n = 0; n < file.size; n++) {
        assert_int_equal(uqd_decoder_advance(pieces), UQD_NEED_DATA);
        assert_true(uqd_decoder_feed(pieces, file.data + n, 1) >= 0);
    }
    assert_int_equal(advance_all(pieces), UQD_END);
    assert_true(picture_hash(pieces, 0, UQD_MODE_DENOISED) ==
                picture_hash(whole, 0, UQD_MODE_DENOISED));
    uqd_decoder_free(whole);
    uqd_decoder_free(pieces);
    free(file.data);
    free(image);
}

/* The same pictures as the file with a table, in fewer bytes. */
static void test_solid_is_smaller(void **state)
{
    struct sample plain = make_sample(*state, 64, 64, 3, UQD_DITHER_NONE, 0);
    struct sample solid = make_sample(*state, 64, 64, 3, UQD_DITHER_NONE, 1);
    assert_int_equal(plain.n_steps, solid.n_steps);
    assert_memory_equal(plain.hashes, solid.hashes, sizeof plain.hashes[0] * plain.n_steps);
    assert_true(solid.file.size + 4 * plain.n_steps < plain.file.size);
    assert_true(solid.step_end[solid.n_steps - 1] <= solid.file.size);
    free_sample(&plain);
    free_sample(&solid);
}

static double latest_psnr(const struct sample *sample, struct uqd_decoder *decoder)
{
    uint8_t *pixels = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    const double psnr = psnr_of(sample->image, pixels);
    free(pixels);
    return psnr;
}

/* At the ends of steps, and after the first with full-size details: the model is random, and what
 * it expects inside cells as wide as the picture's whole range is worse than nothing. */
static void test_quality_rises(void **state)
{
    static const double slack = 1;
    struct sample sample = make_sample(*state, 40, 33, 3, UQD_DITHER_NONE, 0);
    struct uqd_decoder *decoder = empty_decoder(*state);
    size_t fed = 0;
    double before = -INFINITY;
    for (uint32_t s = 0; s < sample.n_steps; s++) {
        const size_t end = (size_t)sample.step_end[s];
        assert_int_equal(uqd_decoder_feed(decoder, sample.file.data + fed, end - fed), UQD_OK);
        fed = end;
        const double psnr = latest_psnr(&sample, decoder);
        print_message("# %zu bytes: %.2f dB\n", fed, psnr);
        if (s >= 2 && psnr < before - slack)
            fail_msg("%.2f dB after %zu bytes, %.2f dB before", psnr, fed, before);
        before = psnr;
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
    }
    assert_true(isinf(before));
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* Pieces of random length, with calls of every kind in between. */
static void feed_in_pieces(const struct uqd_model *model, const struct sample *sample,
                           uint64_t seed)
{
    struct uqd_decoder *decoder = empty_decoder(model);
    size_t fed = 0;
    while (fed < sample->file.size) {
        size_t n = (size_t)(next_random(&seed) >> 33) % (sample->file.size / 4);
        if (n > sample->file.size - fed)
            n = sample->file.size - fed;
        const int status = uqd_decoder_feed(decoder, sample->file.data + fed, n);
        fed += n;
        assert_int_equal(status, fed < sample->header_size ? UQD_NEED_DATA : UQD_OK);
        if (status == UQD_OK && next_random(&seed) >> 63)
            assert_true(uqd_decoder_advance(decoder) >= 0);
        if (status == UQD_OK && next_random(&seed) >> 63)
            (void)picture_hash(decoder, UQD_STEP_LATEST, modes[(next_random(&seed) >> 33) % 3]);
    }
    assert_int_equal(uqd_decoder_feed(decoder, "behind the end", 14), UQD_OK);
    assert_int_equal(uqd_decoder_bytes_fed(decoder), sample->file.size);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t s = sample->n_steps; s-- > 0;)
        for (int m = 0; m < 3; m++)
            if (picture_hash(decoder, s, modes[m]) != sample->hashes[s][m])
                fail_msg("step %u, mode %d: another picture than at once", s, (int)modes[m]);
    uqd_decoder_free(decoder);
}

static void test_random_pieces(void **state)
{
    struct sample sample = make_sample(*state, 40, 33, 3, UQD_DITHER_UNIVERSAL, 0);
    for (uint64_t seed = 0; seed < 6; seed++)
        feed_in_pieces(*state, &sample, seed);
    free_sample(&sample);
}

/* Two tiles share no bytes: wherever the file is cut, a few more of them show in the picture, but
 * where they only tell that coefficients stay around 0, and in later phases, where a tile waits for
 * what the other tells of its surroundings. */
static void test_two_tiles(void **state)
{
    enum { PIECE = 150 };
    struct sample sample = make_sample(*state, 1040, 16, 3, UQD_DITHER_NONE, 0);
    struct uqd_decoder *decoder = empty_decoder(*state);
    const size_t first = (size_t)sample.step_end[1];
    uint64_t before = 0;
    int n_pieces = 0, n_shown = 0;
    for (size_t n = 0; n < sample.file.size; n_pieces++) {
        const size_t size = n < first ? first - n : PIECE;
        const size_t piece = sample.file.size - n < size ? sample.file.size - n : size;
        const int status = uqd_decoder_feed(decoder, sample.file.data + n, piece);
        n += piece;
        const uint64_t hash = check_cut(&sample, decoder, status, n);
        n_shown += hash != before;
        before = hash;
    }
    assert_true(n_pieces > 100 && n_shown > n_pieces / 4);
    assert_true(before == latest_when_cut(*state, &sample, sample.file.size));
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length_grey),  cmocka_unit_test(test_every_length_dithered),
        cmocka_unit_test(test_every_length_solid), cmocka_unit_test(test_empty_solid_body),
        cmocka_unit_test(test_solid_is_smaller),   cmocka_unit_test(test_quality_rises),
        cmocka_unit_test(test_random_pieces),      cmocka_unit_test(test_two_tiles),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
