/* Complete files give the picture back; files made shorter are beginnings of longer ones. */
#include "codec_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct size {
    uint32_t width, height;
} sizes[] = {{1, 1}, {1, 2}, {1, 300}, {300, 1}, {2, 2},    {7, 9},
             {8, 8}, {9, 8}, {64, 64}, {65, 63}, {257, 129}};
enum { N_SIZES = sizeof sizes / sizeof *sizes };

static const enum uqd_mode modes[] = {UQD_MODE_DENOISED, UQD_MODE_ANCESTRAL, UQD_MODE_FLOW};

static struct uqd_encode_settings settings_of(enum uqd_dither dither)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    settings.seed = 99;
    return settings;
}

static void check_equal(const struct uqd_image *image, struct uqd_decoder *decoder, uint32_t step,
                        enum uqd_mode mode, const char *what)
{
    uint8_t *pixels = picture_at(decoder, step, mode);
    if (memcmp(pixels, image->pixels, image_bytes(image)) != 0)
        fail_msg("%s, %u x %u x %u, mode %d: not lossless", what, image->width, image->height,
                 image->channels, (int)mode);
    free(pixels);
}

static void check_table(struct uqd_decoder *decoder, size_t file_size)
{
    const struct uqd_info info = info_of(decoder);
    uint64_t before = info.header_size;
    for (uint32_t s = 0; s < info.n_steps; s++) {
        const struct uqd_step_info step = step_info_of(decoder, s);
        assert_true(step.bytes >= before);
        before = step.bytes;
    }
    assert_int_equal(before, file_size);
    assert_int_equal(info.file_size, file_size);
    assert_true(isinf(step_info_of(decoder, info.n_steps - 1).psnr));
}

static void check_round_trip(const struct uqd_model *model, const struct uqd_image *image,
                             enum uqd_dither dither, const char *what)
{
    struct uqd_encode_settings settings = settings_of(dither);
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    const struct uqd_info info = info_of(decoder);
    assert_int_equal(info.width, image->width);
    assert_int_equal(info.height, image->height);
    assert_int_equal(info.channels, image->channels);
    assert_int_equal(info.dither, dither);
    assert_true(info.lossless);
    check_table(decoder, file.size);
    assert_int_equal(advance_all(decoder), UQD_END);
    assert_int_equal(uqd_decoder_steps_complete(decoder), info.n_steps);
    for (int m = 0; m < 3; m++) {
        check_equal(image, decoder, info.n_steps - 1, modes[m], what);
        check_equal(image, decoder, UQD_STEP_LATEST, modes[m], what);
    }
    uqd_decoder_free(decoder);
    free(file.data);
}

static void check_sizes(const struct uqd_model *model, enum content content)
{
    for (int i = 0; i < N_SIZES; i++)
        for (uint32_t channels = 1; channels <= 3; channels += 2) {
            struct uqd_image *image =
                make_image(sizes[i].width, sizes[i].height, channels, content, 3);
            check_round_trip(model, image, UQD_DITHER_NONE, content_names[content]);
            check_round_trip(model, image, UQD_DITHER_UNIVERSAL, content_names[content]);
            free(image);
        }
}

static void test_photo(void **state)
{
    check_sizes(*state, CONTENT_PHOTO);
}

static void test_noise(void **state)
{
    check_sizes(*state, CONTENT_NOISE);
}

static void test_flat(void **state)
{
    check_sizes(*state, CONTENT_FLAT);
}

static void test_checkers(void **state)
{
    check_sizes(*state, CONTENT_CHECKERS);
}

/* Without a table of the steps: also pictures that need no symbols, or hardly any. */
static void test_solid(void **state)
{
    for (size_t i = 0; i < N_SIZES; i++)
        for (uint32_t variant = 0; variant < 8; variant++) {
            struct uqd_image *image =
                make_image(sizes[i].width, sizes[i].height, variant & 1 ? 3 : 1,
                           variant & 2 ? CONTENT_PHOTO : CONTENT_FLAT, 3);
            struct uqd_encode_settings settings =
                settings_of(variant & 4 ? UQD_DITHER_UNIVERSAL : UQD_DITHER_NONE);
            settings.solid = 1;
            const struct file file = encode(*state, image, &settings);
            struct uqd_decoder *decoder = full_decoder(*state, file);
            assert_true(info_of(decoder).solid);
            assert_int_equal(info_of(decoder).file_size, file.size);
            check_equal(image, decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED, "solid, at once");
            assert_int_equal(advance_all(decoder), UQD_END);
            check_equal(image, decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED, "solid");
            uqd_decoder_free(decoder);
            free(file.data);
            free(image);
        }
}

/* Rows that begin further apart than they are long, in and out. */
static void test_stride(void **state)
{
    enum { WIDTH = 13, HEIGHT = 9, STRIDE = 64 };
    uint8_t in[HEIGHT * STRIDE], out[HEIGHT * STRIDE];
    uint64_t seed = 8;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(next_random(&seed) >> 50);
    memset(out, 0xaa, sizeof out);
    const struct uqd_image image = {WIDTH, HEIGHT, 3, STRIDE, in};
    const struct file file = encode(*state, &image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    assert_int_equal(uqd_decoder_picture(decoder, &request, out, STRIDE), UQD_OK);
    for (int y = 0; y < HEIGHT; y++) {
        assert_memory_equal(out + y * STRIDE, in + y * STRIDE, 3 * WIDTH);
        for (int x = 3 * WIDTH; x < STRIDE; x++)
            assert_int_equal(out[y * STRIDE + x], 0xaa);
    }
    uqd_decoder_free(decoder);
    free(file.data);
}

static void check_stop(const struct uqd_model *model, const struct uqd_image *image,
                       struct uqd_decoder *whole, enum uqd_dither dither, uint32_t stop)
{
    struct uqd_encode_settings settings = settings_of(dither);
    settings.stop_step = stop;
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    const struct uqd_info info = info_of(decoder);
    assert_int_equal(info.n_steps, stop + 1);
    assert_int_equal(info.lossless, stop + 1 == info_of(whole).n_steps);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (int m = 0; m < 3; m++)
        assert_true(picture_hash(decoder, stop, modes[m]) == picture_hash(whole, stop, modes[m]));
    uqd_decoder_free(decoder);
    free(file.data);
}

static void test_stop_step(void **state)
{
    for (int dither = 0; dither < 2; dither++) {
        struct uqd_image *image = make_image(40, 33, 3, CONTENT_PHOTO, 4);
        struct uqd_encode_settings settings = settings_of((enum uqd_dither)dither);
        const struct file file = encode(*state, image, &settings);
        struct uqd_decoder *whole = full_decoder(*state, file);
        assert_int_equal(advance_all(whole), UQD_END);
        for (uint32_t stop = 0; stop < info_of(whole).n_steps; stop++)
            check_stop(*state, image, whole, (enum uqd_dither)dither, stop);
        uqd_decoder_free(whole);
        free(file.data);
        free(image);
    }
}

/* The stored table says what the decoder's pictures have. */
static void test_psnr_table(void **state)
{
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        struct uqd_image *image = make_image(65, 63, channels, CONTENT_PHOTO, 5);
        const struct file file = encode(*state, image, NULL);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_int_equal(advance_all(decoder), UQD_END);
        for (uint32_t s = 0; s < info_of(decoder).n_steps; s++) {
            uint8_t *pixels = picture_at(decoder, s, UQD_MODE_DENOISED);
            const double got = psnr_of(image, pixels), stored = step_info_of(decoder, s).psnr;
            if (isinf(got) ? !isinf(stored) : !(fabs(got - stored) <= 0.005 + 1e-9))
                fail_msg("step %u: %.4f dB stored, %.4f dB shown", s, stored, got);
            free(pixels);
        }
        uqd_decoder_free(decoder);
        free(file.data);
        free(image);
    }
}

static void test_no_distortion(void **state)
{
    struct uqd_image *image = make_image(40, 33, 3, CONTENT_PHOTO, 4);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.no_distortion = 1;
    const struct file file = encode(*state, image, &settings);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    for (uint32_t s = 0; s < info_of(decoder).n_steps; s++)
        assert_true(isnan(step_info_of(decoder, s).psnr));
    assert_int_equal(advance_all(decoder), UQD_END);
    check_equal(image, decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED, "without table");
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_photo),         cmocka_unit_test(test_noise),
        cmocka_unit_test(test_flat),          cmocka_unit_test(test_checkers),
        cmocka_unit_test(test_solid),         cmocka_unit_test(test_stride),
        cmocka_unit_test(test_stop_step),     cmocka_unit_test(test_psnr_table),
        cmocka_unit_test(test_no_distortion),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
