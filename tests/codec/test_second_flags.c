/* Files whose units' first stages tell of all levels by one symbol, or in which signs adapt: the
 * same pictures as those of files without. */
#include "codec_support.h"
#include "coding.h"

#include "container/header.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 139, HEIGHT = 40, TILE = UQD_HEADER_TILE_LOG2, SMALL_TILE = 4 };

static const struct coding codings[] = {
    {"both", 3, TILE, 0, 0, 0, 0, 1, 1, {0}},
    {"joint", 3, TILE, 0, 0, 0, 0, 1, 0, {0}},
    {"signs", 3, TILE, 0, 0, 0, 0, 0, 1, {0}},
    {"grey", 1, TILE, 0, 0, 0, 0, 1, 1, {0}},
    {"phased", 3, TILE, 0, 0, 1, 0, 1, 1, {0}},
    {"solid", 3, TILE, 1, 0, 0, 0, 1, 1, {0}},
    {"tiles", 3, SMALL_TILE, 0, 0, 0, 0, 1, 1, {0}},
    {"separate", 3, SMALL_TILE, 0, 0, 0, 1, 1, 1, {0}},
};

enum { N_CODINGS = sizeof codings / sizeof *codings };

static void check_pictures(const struct uqd_model *model, struct file with, struct file without)
{
    struct uqd_decoder *const decoders[] = {full_decoder(model, with),
                                            full_decoder(model, without)};
    for (int i = 0; i < 2; i++)
        assert_int_equal(advance_all(decoders[i]), UQD_END);
    for (uint32_t s = 0; s < info_of(decoders[0]).n_steps; s++)
        for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
            assert_int_equal(picture_hash(decoders[0], s, (enum uqd_mode)mode),
                             picture_hash(decoders[1], s, (enum uqd_mode)mode));
    for (int i = 0; i < 2; i++)
        uqd_decoder_free(decoders[i]);
}

static int are_coded_otherwise(struct file one, struct file other)
{
    struct uqd_header headers[2];
    assert_int_equal(uqd_header_parse(&headers[0], one.data, one.size), UQD_OK);
    assert_int_equal(uqd_header_parse(&headers[1], other.data, other.size), UQD_OK);
    return headers[0].body_size != headers[1].body_size ||
           memcmp(one.data + headers[0].size, other.data + headers[1].size,
                  one.size - headers[0].size) != 0;
}

/* Noise leaves 0 at every level, what is flat at none. */
static void test_pictures(void **state)
{
    for (int content = 0; content < N_CONTENTS; content++)
        for (size_t k = 0; k < N_CODINGS; k++) {
            struct coding coding = codings[k];
            struct uqd_image *image =
                make_image(WIDTH, HEIGHT, coding.colours, (enum content)content, 7);
            const struct file with = encode_as(*state, image, &coding);
            coding.joint = coding.sign_curves = 0;
            const struct file without = encode_as(*state, image, &coding);
            if (content != CONTENT_FLAT)
                assert_true(are_coded_otherwise(with, without));
            check_pictures(*state, with, without);
            free(with.data);
            free(without.data);
            free(image);
        }
}

/* Every 11th cut of the first two steps has a picture, the same from a whole file. */
static void test_cuts(void **state)
{
    static uint8_t cut[WIDTH * HEIGHT * 3], whole[WIDTH * HEIGHT * 3];
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_PHOTO, 7);
    const struct file file = encode_as(*state, image, &codings[0]);
    struct uqd_decoder *all = full_decoder(*state, file);
    assert_int_equal(advance_all(all), UQD_END);
    const uint64_t end = step_info_of(all, 1).bytes;
    for (uint64_t size = step_info_of(all, 0).bytes / 2; size < end; size += 11) {
        struct uqd_picture_request request;
        struct uqd_decoder *decoder = full_decoder(*state, (struct file){file.data, (size_t)size});
        assert_int_equal(advance_all(decoder), UQD_NEED_DATA);
        uqd_picture_request_default(&request);
        assert_int_equal(uqd_decoder_picture(decoder, &request, cut, WIDTH * 3), UQD_OK);
        request.bytes = size;
        assert_int_equal(uqd_decoder_picture(all, &request, whole, WIDTH * 3), UQD_OK);
        assert_memory_equal(cut, whole, sizeof cut);
        uqd_decoder_free(decoder);
    }
    uqd_decoder_free(all);
    free(file.data);
    free(image);
}

static int header_of(const struct uqd_model *model, uint32_t width, uint32_t height,
                     enum uqd_dither dither, struct uqd_header *header)
{
    struct uqd_image *image = make_image(width, height, 1, CONTENT_PHOTO, 1);
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.dither = dither;
    const struct file file = encode(model, image, &settings);
    const int status = uqd_header_parse(header, file.data, file.size);
    free(file.data);
    free(image);
    return status;
}

/* Files of small pictures have no byte more than before. */
static void test_encoder(void **state)
{
    struct uqd_header header;
    assert_int_equal(header_of(*state, 64, 64, UQD_DITHER_NONE, &header), UQD_OK);
    assert_false(header.joint || header.sign_curves);
    assert_int_equal(header_of(*state, 65, 64, UQD_DITHER_NONE, &header), UQD_OK);
    assert_true(header.joint && header.sign_curves);
    assert_int_equal(header_of(*state, 65, 64, UQD_DITHER_UNIVERSAL, &header), UQD_OK);
    assert_false(header.joint || header.sign_curves);
}

/* With dither no cell is around 0. */
static void test_header(void **state)
{
    struct uqd_header header, parsed;
    uint8_t *data;
    size_t size;
    assert_int_equal(header_of(*state, 65, 64, UQD_DITHER_UNIVERSAL, &header), UQD_OK);
    for (int which = 0; which < 2; which++) {
        header.joint = which == 0;
        header.sign_curves = which == 1;
        assert_int_equal(uqd_header_write(&header, &data, &size), UQD_OK);
        assert_int_equal(uqd_header_parse(&parsed, data, size), UQD_ERR_CORRUPT);
        free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_encoder),
        cmocka_unit_test(test_header),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
