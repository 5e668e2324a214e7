/* Work done ahead of a step's bytes: the same pictures, and less left to do. Of both classes of
 * models. */
#include "codec_support.h"

#include "tiny_paper.h"

#include <stdlib.h>

enum { MAX_STEPS = 32 };

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

/* Counts pieces of work. */
static int count_piece(void *cookie, double done)
{
    uint32_t *pieces = cookie;
    (void)done;
    ++*pieces;
    return 0;
}

static struct uqd_decoder *counting_decoder(const struct uqd_model *model, uint32_t *work)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    settings.progress = count_piece;
    settings.cookie = work;
    assert_int_equal(uqd_decoder_new(&decoder, model, &settings), UQD_OK);
    return decoder;
}

/* Pieces of work of a step's decoding. */
static uint32_t advance_counted(struct uqd_decoder *decoder, uint32_t *work)
{
    *work = 0;
    assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
    return *work;
}

/* Two decoders step by step, one of them prepared before each step's bytes are there. */
static void check_prepared(const struct uqd_model *model, enum uqd_dither dither)
{
    struct uqd_image *image = make_image(40, 33, 3, CONTENT_PHOTO, 6);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    struct file file = encode(model, image, &settings);
    uint32_t plain_work = 0, work = 0;
    struct uqd_decoder *plain = counting_decoder(model, &plain_work);
    struct uqd_decoder *prepared = counting_decoder(model, &work);
    assert_int_equal(uqd_decoder_feed(plain, file.data, file.size), UQD_OK);
    const uint32_t n_steps = info_of(plain).n_steps;
    size_t fed = (size_t)info_of(plain).header_size;
    uint32_t n_prepared = 0;
    assert_int_equal(uqd_decoder_feed(prepared, file.data, fed), UQD_OK);
    for (uint32_t s = 0; s < n_steps; s++) {
        const size_t end = (size_t)step_info_of(plain, s).bytes;
        const int status = uqd_decoder_prepare(prepared);
        assert_true(status == UQD_OK || status == UQD_END);
        assert_int_equal(uqd_decoder_prepare(prepared), UQD_END);
        assert_int_equal(uqd_decoder_steps_complete(prepared), s);
        assert_int_equal(uqd_decoder_feed(prepared, file.data + fed, end - fed), UQD_OK);
        fed = end;
        const uint32_t all = advance_counted(plain, &plain_work);
        const uint32_t left = advance_counted(prepared, &work);
        if (status == UQD_OK ? left >= all : left != all)
            fail_msg("step %u: %u of %u left to do", s, left, all);
        n_prepared += status == UQD_OK;
    }
    assert_true(n_prepared + 3 >= n_steps);
    assert_int_equal(uqd_decoder_prepare(prepared), UQD_END);
    for (uint32_t s = 0; s < n_steps; s++)
        assert_true(picture_hash(prepared, s, UQD_MODE_DENOISED) ==
                    picture_hash(plain, s, UQD_MODE_DENOISED));
    uqd_decoder_free(plain);
    uqd_decoder_free(prepared);
    free(file.data);
    free(image);
}

/* A picture of the last step has what the next one begins with. */
static void test_picture_prepares(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(1);
    struct uqd_image *image = make_image(9, 7, 3, CONTENT_PHOTO, 6);
    struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
    (void)picture_hash(decoder, 0, UQD_MODE_DENOISED);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_END);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

static void test_same_pictures(void **state)
{
    (void)state;
    for (int paper = 0; paper < 2; paper++) {
        struct uqd_model *model = load_model(paper);
        check_prepared(model, UQD_DITHER_NONE);
        if (!paper)
            check_prepared(model, UQD_DITHER_UNIVERSAL);
        uqd_model_free(model);
    }
}

static void test_wrong_order(void **state)
{
    (void)state;
    struct uqd_model *model = load_model(0);
    struct uqd_image *image = make_image(20, 9, 3, CONTENT_PHOTO, 6);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = 1;
    struct file file = encode(model, image, NULL), solid = encode(model, image, &settings);
    struct uqd_decoder *decoder = empty_decoder(model);
    assert_int_equal(uqd_decoder_prepare(NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_NEED_DATA);
    uqd_decoder_free(decoder);
    decoder = empty_decoder(NULL);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    decoder = full_decoder(model, solid);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_END);
    uqd_decoder_free(decoder);
    file.data[file.size - 1] ^= 1;
    decoder = full_decoder(model, file);
    int status = UQD_OK;
    while (status == UQD_OK)
        status = uqd_decoder_advance(decoder);
    assert_int_equal(status, UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_ERR_CORRUPT);
    uqd_decoder_free(decoder);
    free(solid.data);
    free(file.data);
    free(image);
    uqd_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_pictures),
        cmocka_unit_test(test_picture_prepares),
        cmocka_unit_test(test_wrong_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
