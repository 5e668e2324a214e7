/* Orders of a step's bytes: a model that leaves the choice to files codes and shows both. */
#include "codec_support.h"

#include "parted_model.h"
#include "tiny_model.h"
#include "util/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
    N_KINDS_AT = 48,
    N_PHASES_AT = 60,
    THRESHOLDS_AT = 496,
    THRESHOLD_SIZE = 384,
    KIND_SIZE = 392,
    PHASED_AT = 3, /* of a kind */
    BY_FILE = 2,
    FLAGS_AT = 5, /* of a file */
    FLAG_DITHER = 1 << 0,
    FLAG_PHASED = 1 << 7,
};

/* The tiny model in two parts, whose phases are left to files. */
static struct uqd_model *load_choosing(void)
{
    struct uqd_model *model;
    size_t size;
    uint8_t *data = tiny_parted_model_bytes(1, 1, 0, &size);
    uint8_t *kinds = data + THRESHOLDS_AT + THRESHOLD_SIZE * (uqd_get_u32(data + N_PHASES_AT) - 1);
    for (uint32_t k = 0; k < uqd_get_u32(data + N_KINDS_AT); k++)
        if (kinds[k * KIND_SIZE + PHASED_AT] != 0)
            kinds[k * KIND_SIZE + PHASED_AT] = BY_FILE;
    parted_model_seal(data, size);
    assert_int_equal(uqd_model_new(&model, data, size), UQD_OK);
    free(data);
    return model;
}

static int setup(void **state)
{
    *state = load_choosing();
    return 0;
}

static struct file encode_in(const struct uqd_model *model, const struct uqd_image *image,
                             enum uqd_order order, int solid)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.order = order;
    settings.solid = solid;
    return encode(model, image, &settings);
}

static void assert_lossless(const struct uqd_model *model, const struct uqd_image *image,
                            struct file file)
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    uint8_t *pixels = picture_at(decoder, info_of(decoder).n_steps - 1, UQD_MODE_DENOISED);
    assert_memory_equal(pixels, image->pixels, image_bytes(image));
    free(pixels);
    uqd_decoder_free(decoder);
}

static void test_both_are_lossless(void **state)
{
    for (int content = 0; content < N_CONTENTS; content++) {
        struct uqd_image *image = make_image(83, 61, content % 2 ? 1 : 3, content, 5);
        for (int solid = 0; solid < 2; solid++) {
            const struct file own = encode_in(*state, image, UQD_ORDER_MODEL, solid);
            const struct file psnr = encode_in(*state, image, UQD_ORDER_PSNR, solid);
            assert_lossless(*state, image, own);
            assert_lossless(*state, image, psnr);
            assert_int_equal(own.data[FLAGS_AT] & FLAG_PHASED, 0);
            assert_int_equal(psnr.data[FLAGS_AT] & FLAG_PHASED, FLAG_PHASED);
            if (content == CONTENT_PHOTO)
                assert_true(own.size != psnr.size || memcmp(own.data, psnr.data, own.size) != 0);
            free(own.data);
            free(psnr.data);
        }
        free(image);
    }
}

static void test_files_say_their_order(void **state)
{
    struct uqd_image *image = make_image(20, 20, 3, CONTENT_PHOTO, 1);
    for (int order = UQD_ORDER_MODEL; order <= UQD_ORDER_PSNR; order++) {
        const struct file file = encode_in(*state, image, order, 0);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_int_equal(info_of(decoder).order, order);
        uqd_decoder_free(decoder);
        free(file.data);
    }
    free(image);
}

/* What the first `size` bytes give can be shown, and again. */
static void assert_shown(const struct uqd_model *model, struct file file, size_t size)
{
    struct uqd_decoder *cut = full_decoder(model, (struct file){file.data, size});
    advance_all(cut);
    const uint64_t expected = picture_hash(cut, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    advance_all(cut);
    assert_true(picture_hash(cut, UQD_STEP_LATEST, UQD_MODE_DENOISED) == expected);
    uqd_decoder_free(cut);
}

static void test_every_cut_is_shown(void **state)
{
    struct uqd_image *image = make_image(40, 24, 3, CONTENT_PHOTO, 7);
    for (int order = UQD_ORDER_MODEL; order <= UQD_ORDER_PSNR; order++) {
        const struct file file = encode_in(*state, image, order, 0);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        const size_t header = (size_t)info_of(decoder).header_size;
        uqd_decoder_free(decoder);
        for (size_t size = header; size < file.size; size += 11)
            assert_shown(*state, file, size);
        free(file.data);
    }
    free(image);
}

static void test_models_without_a_choice_have_one_order(void **state)
{
    struct uqd_model *phased = load_tiny_model(1);
    struct uqd_image *image = make_image(16, 16, 3, CONTENT_PHOTO, 1);
    struct uqd_encode_settings settings = one_thread_encoding();
    struct file file = {NULL, 0};
    settings.order = UQD_ORDER_PSNR;
    assert_true(uqd_model_has_order(*state, UQD_ORDER_PSNR));
    assert_true(uqd_model_has_order(phased, UQD_ORDER_MODEL));
    assert_false(uqd_model_has_order(phased, UQD_ORDER_PSNR));
    assert_false(uqd_model_has_order(*state, (enum uqd_order)2));
    assert_int_equal(uqd_encode(phased, image, &settings, &file.data, &file.size), UQD_ERR_ARG);
    settings.dither = UQD_DITHER_UNIVERSAL;
    assert_int_equal(uqd_encode(*state, image, &settings, &file.data, &file.size), UQD_ERR_ARG);
    free(image);
    uqd_model_free(phased);
}

/* Flags come before anything that the header's checksum could excuse. */
static void test_order_with_dither_is_damage(void **state)
{
    struct uqd_image *image = make_image(16, 16, 3, CONTENT_PHOTO, 1);
    const struct file file = encode_in(*state, image, UQD_ORDER_PSNR, 0);
    struct uqd_decoder *decoder = empty_decoder(*state);
    file.data[FLAGS_AT] |= FLAG_DITHER;
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_ERR_CORRUPT);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_are_lossless),
        cmocka_unit_test(test_files_say_their_order),
        cmocka_unit_test(test_every_cut_is_shown),
        cmocka_unit_test(test_models_without_a_choice_have_one_order),
        cmocka_unit_test(test_order_with_dither_is_damage),
    };
    return cmocka_run_group_tests_name("order", tests, setup, teardown_model);
}
