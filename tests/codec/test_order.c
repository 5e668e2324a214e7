/* Orders of a step's bytes: a model that leaves the choice to files codes and shows both. */
#include "codec_support.h"

#include "parted_model.h"
#include "tiny_model.h"
#include "util/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
    N_STAGE_TYPES_AT = 48,
    N_PHASES_AT = 60,
    THRESHOLDS_AT = 496,
    THRESHOLD_SIZE = 384,
    STAGE_TYPE_SIZE = 392,
    PHASED_AT = 3, /* of a stage type */
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
    uint8_t *stage_types =
        data + THRESHOLDS_AT + THRESHOLD_SIZE * (uqd_get_u32(data + N_PHASES_AT) - 1);
    for (uint32_t k = 0; k < uqd_get_u32(data + N_STAGE_TYPES_AT); k++)
        if (stage_types[k * STAGE_TYPE_SIZE + PHASED_AT] != 0)
            stage_types[k * STAGE_TYPE_SIZE + PHASED_AT] = BY_FILE;
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

static uint64_t hash_of_cut(const struct uqd_model *model, struct file file, uint32_t threads,
                            uint32_t cpu_mask)
{
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *cut;
    settings.threads = threads;
    settings.cpu_mask = cpu_mask;
    assert_int_equal(uqd_decoder_new(&cut, model, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(cut, file.data, file.size), UQD_OK);
    advance_all(cut);
    const uint64_t hash = picture_hash(cut, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    uqd_decoder_free(cut);
    return hash;
}

/* The picture of the first `size` bytes, the same in plain C as with all kernels and threads. */
static uint64_t check_cut(const struct uqd_model *model, struct file file, size_t size)
{
    const struct file cut = {file.data, size};
    const uint64_t hash = hash_of_cut(model, cut, 1, 0);
    assert_true(hash_of_cut(model, cut, 3, (uint32_t)UQD_CPU_ALL) == hash);
    return hash;
}

/* Files cut inside a pass as well: what they show is part of the format. */
static void test_cuts_show_the_same_for_ever(void **state)
{
    static const uint64_t expected[] = {UINT64_C(0x6bb07e563b04d5a7), UINT64_C(0x8fc946beb62e6842)};
    struct uqd_image *image = make_image(40, 24, 3, CONTENT_PHOTO, 7);
    for (int order = UQD_ORDER_MODEL; order <= UQD_ORDER_PSNR; order++) {
        const struct file file = encode_in(*state, image, order, 0);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        const size_t header = (size_t)info_of(decoder).header_size;
        uqd_decoder_free(decoder);
        uint64_t hash = 0;
        for (size_t size = header; size < file.size; size += 23)
            hash = 31 * hash + check_cut(*state, file, size);
        if (hash != expected[order])
            fail_msg("order %d: pictures of hash %016llx", order, (unsigned long long)hash);
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
        cmocka_unit_test(test_cuts_show_the_same_for_ever),
        cmocka_unit_test(test_models_without_a_choice_have_one_order),
        cmocka_unit_test(test_order_with_dither_is_damage),
    };
    return cmocka_run_group_tests_name("order", tests, setup, teardown_model);
}
