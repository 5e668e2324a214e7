/* The picture where a file is taken to end, from a decoder that has all of it: bit for bit that of
 * a decoder which has been given no more. */
#include "codec_support.h"

#include "tiny_paper.h"

#include <stdlib.h>
#include <string.h>

enum { SEED = 5 };

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

/* A file, and a decoder that has been given all of it and has decoded as far as it could. */
struct sample {
    const struct uqd_model *model;
    struct file file;
    struct uqd_decoder *whole;
    struct uqd_info info;
};

/* As far as it goes; damage ends it too. */
static void advance_to_the_end(struct uqd_decoder *decoder)
{
    while (uqd_decoder_advance(decoder) == UQD_OK)
        continue;
}

static struct sample open_sample(const struct uqd_model *model, struct file file)
{
    struct sample sample = {.model = model, .file = file, .whole = full_decoder(model, file)};
    advance_to_the_end(sample.whole);
    sample.info = info_of(sample.whole);
    return sample;
}

static struct sample make_sample(const struct uqd_model *model, uint32_t width, uint32_t height,
                                 uint32_t channels, const struct uqd_encode_settings *settings)
{
    struct uqd_image *image = make_image(width, height, channels, CONTENT_PHOTO, 6);
    const struct sample sample = open_sample(model, encode(model, image, settings));
    free(image);
    return sample;
}

static void free_sample(struct sample *sample)
{
    uqd_decoder_free(sample->whole);
    free(sample->file.data);
}

static uint8_t *picture_of(struct uqd_decoder *decoder, uint64_t bytes, enum uqd_mode mode,
                           uint32_t reduce)
{
    const struct uqd_info info = info_of(decoder);
    const size_t stride = (size_t)uqd_reduced_side(info.width, reduce) * info.channels;
    uint8_t *pixels = malloc(stride * uqd_reduced_side(info.height, reduce));
    struct uqd_picture_request request;
    assert_non_null(pixels);
    uqd_picture_request_default(&request);
    request.mode = mode;
    request.seed = SEED;
    request.reduce = reduce;
    request.bytes = bytes;
    const int status = uqd_decoder_picture(decoder, &request, pixels, stride);
    if (status != UQD_OK)
        fail_msg("picture of %llu bytes: %s", (unsigned long long)bytes, uqd_status_text(status));
    return pixels;
}

/* A decoder that is given the first n bytes, of the header all. */
static struct uqd_decoder *short_decoder(const struct sample *sample, size_t n)
{
    const size_t header = (size_t)sample->info.header_size;
    struct uqd_decoder *decoder = empty_decoder(sample->model);
    assert_int_equal(uqd_decoder_feed(decoder, sample->file.data, n > header ? n : header), UQD_OK);
    advance_to_the_end(decoder);
    return decoder;
}

static void check_bytes(const struct sample *sample, size_t n, uint32_t reduce)
{
    struct uqd_decoder *decoder = short_decoder(sample, n);
    const size_t size = (size_t)uqd_reduced_side(sample->info.width, reduce) *
                        uqd_reduced_side(sample->info.height, reduce) * sample->info.channels;
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
        uint8_t *expected = picture_of(decoder, 0, modes[m], reduce);
        uint8_t *shown = picture_of(sample->whole, n, modes[m], reduce);
        if (memcmp(expected, shown, size) != 0)
            fail_msg("%zu bytes, mode %d, reduced %u times: another picture than of a file that "
                     "ends there",
                     n, (int)modes[m], reduce);
        free(expected);
        free(shown);
    }
    uqd_decoder_free(decoder);
}

/* Every so many bytes and around the ends of steps, from the last cut to the first: what a cut
 * shows depends neither on those before it nor on what is decoded behind it. The steps are what
 * they were afterwards. */
static void check_sample(const struct sample *sample, size_t apart)
{
    const uint32_t n_steps = uqd_decoder_steps_complete(sample->whole);
    uint64_t before[32];
    assert_true(n_steps <= 32);
    for (uint32_t s = 0; s < n_steps; s++)
        before[s] = picture_hash(sample->whole, s, UQD_MODE_DENOISED);
    for (size_t n = sample->file.size + 3; n > 0; n -= n > apart ? apart : n)
        check_bytes(sample, n, 0);
    for (uint32_t s = 0; s < n_steps; s++) {
        const size_t end = (size_t)step_info_of(sample->whole, s).bytes;
        for (size_t n = end - 1; n <= end; n++)
            check_bytes(sample, n, s % 5);
    }
    for (uint32_t s = 0; s < n_steps; s++)
        assert_true(picture_hash(sample->whole, s, UQD_MODE_DENOISED) == before[s]);
}

/* ---- Kinds of files ---- */

static void test_plain(void **state)
{
    struct sample sample = make_sample(*state, 17, 14, 1, NULL);
    check_sample(&sample, 1);
    free_sample(&sample);
    sample = make_sample(*state, 40, 33, 3, NULL);
    check_sample(&sample, 61);
    free_sample(&sample);
}

static void test_dithered(void **state)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = UQD_DITHER_UNIVERSAL;
    settings.seed = 12;
    struct sample sample = make_sample(*state, 11, 9, 3, &settings);
    check_sample(&sample, 3);
    free_sample(&sample);
}

static void test_solid(void **state)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = 1;
    struct sample sample = make_sample(*state, 10, 9, 3, &settings);
    check_sample(&sample, 1);
    free_sample(&sample);
    settings.dither = UQD_DITHER_UNIVERSAL;
    sample = make_sample(*state, 9, 9, 1, &settings);
    check_sample(&sample, 2);
    free_sample(&sample);
}

/* Both records of alpha, before a step and behind it; in a solid file before all. */
static void test_alpha(void **state)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    for (settings.solid = 0; settings.solid <= 1; settings.solid++)
        for (uint32_t channels = 2; channels <= 4; channels += 2) {
            struct sample sample = make_sample(*state, 19, 18, channels, &settings);
            check_sample(&sample, 23);
            free_sample(&sample);
        }
}

/* Several tiles are cut in several ways at once. */
static void test_tiles(void **state)
{
    struct sample sample = make_sample(*state, 1040, 16, 3, NULL);
    check_sample(&sample, 5003);
    free_sample(&sample);
}

static void test_tiny(void **state)
{
    for (uint32_t channels = 1; channels <= 4; channels++) {
        struct sample sample = make_sample(*state, 1, 1, channels, NULL);
        check_sample(&sample, 1);
        free_sample(&sample);
    }
}

static void test_paper(void **state)
{
    size_t size;
    uint8_t *bytes = tiny_paper_model(&size);
    struct uqd_model *model;
    struct uqd_encode_settings settings = one_thread_encoding();
    (void)state;
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    settings.no_distortion = 1;
    for (settings.solid = 0; settings.solid <= 1; settings.solid++) {
        struct sample sample = make_sample(model, settings.solid ? 9 : 66, 5, 4, &settings);
        check_sample(&sample, sample.file.size / 2);
        free_sample(&sample);
    }
    uqd_model_free(model);
    free(bytes);
}

/* ---- Other decoders ---- */

/* More bytes than were fed are not there yet. */
static void test_beyond_what_was_fed(void **state)
{
    struct sample sample = make_sample(*state, 17, 14, 3, NULL);
    struct uqd_decoder *decoder = short_decoder(&sample, sample.file.size / 2);
    uint8_t *fed = picture_of(decoder, 0, UQD_MODE_DENOISED, 0);
    uint8_t *more = picture_of(decoder, sample.file.size - 1, UQD_MODE_DENOISED, 0);
    assert_memory_equal(fed, more, (size_t)17 * 14 * 3);
    free(fed);
    free(more);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* Where nothing has been decoded, the denoised picture is the same, and of the others that of no
 * step. */
static void test_without_decoding(void **state)
{
    struct sample sample = make_sample(*state, 17, 14, 3, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, sample.file);
    const size_t n = (size_t)17 * 14 * 3;
    uint8_t *nothing = picture_of(sample.whole, 1, UQD_MODE_FLOW, 0);
    for (size_t bytes = 1; bytes < sample.file.size; bytes += 37) {
        uint8_t *expected = picture_of(sample.whole, bytes, UQD_MODE_DENOISED, 0);
        uint8_t *shown = picture_of(decoder, bytes, UQD_MODE_DENOISED, 0);
        uint8_t *flow = picture_of(decoder, bytes, UQD_MODE_FLOW, 0);
        assert_memory_equal(shown, expected, n);
        assert_memory_equal(flow, nothing, n);
        free(expected);
        free(shown);
        free(flow);
    }
    free(nothing);
    uqd_decoder_free(decoder);
    free_sample(&sample);
}

/* A damaged step shows as far as it could be told apart from a good one: until its end. */
static void test_damaged(void **state)
{
    struct sample good = make_sample(*state, 24, 20, 3, NULL);
    const size_t begin = (size_t)step_info_of(good.whole, 4).bytes;
    const size_t end = (size_t)step_info_of(good.whole, 5).bytes;
    good.file.data[begin + (end - begin) / 2] ^= 16;
    struct sample sample = open_sample(*state, good.file);
    assert_int_equal(uqd_decoder_steps_complete(sample.whole), 5);
    check_sample(&sample, 41);
    for (size_t n = end - 3; n < end + 3; n++)
        check_bytes(&sample, n, 0);
    uqd_decoder_free(sample.whole);
    free_sample(&good);
}

/* ---- Progress ---- */

struct progress {
    int calls, at_end, cancel_at;
    double last;
};

static int note_progress(void *cookie, double done)
{
    struct progress *progress = cookie;
    progress->last = done;
    progress->at_end += done >= 1;
    return ++progress->calls == progress->cancel_at;
}

/* What is decoded counts: progress neither stands at the end for long nor stays near the beginning.
 * A picture that is cancelled leaves nothing behind. */
static void test_progress(void **state)
{
    enum { WIDTH = 64, HEIGHT = 48 };
    struct progress progress = {0};
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_encode_settings encoding = one_thread_encoding();
    uint8_t pixels[WIDTH * HEIGHT * 3];
    struct uqd_picture_request request;
    settings.progress = note_progress;
    settings.cookie = &progress;
    for (encoding.solid = 0; encoding.solid <= 1; encoding.solid++) {
        struct sample sample = make_sample(*state, WIDTH, HEIGHT, 3, &encoding);
        struct uqd_decoder *decoder;
        assert_int_equal(uqd_decoder_new(&decoder, *state, &settings), UQD_OK);
        assert_int_equal(uqd_decoder_feed(decoder, sample.file.data, sample.file.size), UQD_OK);
        assert_int_equal(advance_all(decoder), UQD_END);
        uqd_picture_request_default(&request);
        for (uint64_t bytes = sample.file.size / 4; bytes < sample.file.size;
             bytes += sample.file.size / 4) {
            request.bytes = bytes;
            progress = (struct progress){0};
            assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, WIDTH * 3), UQD_OK);
            assert_true(progress.calls > 1);
            assert_true(progress.last > 0.3 && 3 * progress.at_end < progress.calls);
            progress = (struct progress){.cancel_at = progress.calls / 2};
            assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, WIDTH * 3),
                             UQD_ERR_CANCELLED);
            progress = (struct progress){0};
            check_bytes(&sample, (size_t)bytes, 0);
        }
        uqd_decoder_free(decoder);
        free_sample(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_dithered),
        cmocka_unit_test(test_solid),
        cmocka_unit_test(test_alpha),
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_tiny),
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_beyond_what_was_fed),
        cmocka_unit_test(test_without_decoding),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_progress),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
