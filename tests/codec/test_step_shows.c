/* Which steps a reduced picture shows: what is told, beside the pictures. */
#include "codec_support.h"

#include "tiny_paper.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *reduced_picture(struct uqd_decoder *decoder, uint32_t step, uint32_t reduce,
                                size_t *size)
{
    const struct uqd_info info = info_of(decoder);
    const size_t stride = (size_t)uqd_reduced_side(info.width, reduce) * info.channels;
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.step = step;
    request.reduce = reduce;
    *size = stride * uqd_reduced_side(info.height, reduce);
    uint8_t *pixels = malloc(*size);
    assert_non_null(pixels);
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, stride), UQD_OK);
    return pixels;
}

static int told(const struct uqd_decoder *decoder, uint32_t step, uint32_t reduce)
{
    int shows = -1;
    assert_int_equal(uqd_decoder_step_shows(decoder, step, reduce, &shows), UQD_OK);
    assert_in_range(shows, 0, 1);
    return shows;
}

/* Compares each step's picture with that of the step before; counts steps that do not show. */
static unsigned check(struct uqd_decoder *decoder, uint32_t reduce)
{
    unsigned n_hidden = 0;
    for (uint32_t step = 1; step < info_of(decoder).n_steps; step++) {
        size_t size, size_before;
        uint8_t *before = reduced_picture(decoder, step - 1, reduce, &size_before);
        uint8_t *picture = reduced_picture(decoder, step, reduce, &size);
        const int differs = memcmp(before, picture, size) != 0;
        if (differs && !told(decoder, step, reduce))
            fail_msg("step %u shows in the picture reduced %u times", step, reduce);
        n_hidden += !told(decoder, step, reduce);
        free(before);
        free(picture);
    }
    return n_hidden;
}

static void test_pictures(void **state)
{
    static const uint32_t sides[][2] = {{150, 90}, {40, 33}, {7, 1}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct uqd_image *image =
            make_image(sides[i][0], sides[i][1], 3, CONTENT_PHOTO, 3 + (uint64_t)i);
        struct file file = encode(*state, image, NULL);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_int_equal(advance_all(decoder), UQD_END);
        for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
            const unsigned n_hidden = check(decoder, reduce);
            if (reduce < 3)
                assert_int_equal(n_hidden, 0);
            else
                assert_true(n_hidden > 0);
        }
        uqd_decoder_free(decoder);
        free(file.data);
        free(image);
    }
}

/* The first step that refines the unit of full size does not show in pictures without it. */
static void test_first_step_of_a_thumbnail(void **state)
{
    struct uqd_image *image = make_image(150, 90, 3, CONTENT_PHOTO, 3);
    struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_true(told(decoder, 0, 3));
    assert_false(told(decoder, 1, 3));
    assert_true(told(decoder, 1, 2));
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static void test_paper(void **state)
{
    struct uqd_image *image = make_image(70, 40, 3, CONTENT_PHOTO, 3);
    struct uqd_model *model;
    size_t size;
    (void)state;
    uint8_t *bytes = tiny_paper_model(&size);
    assert_int_equal(uqd_model_new(&model, bytes, size), UQD_OK);
    free(bytes);
    struct file file = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    for (uint32_t step = 0; step < info_of(decoder).n_steps; step++)
        assert_true(told(decoder, step, UQD_MAX_REDUCE));
    uqd_decoder_free(decoder);
    uqd_model_free(model);
    free(file.data);
    free(image);
}

static void test_errors(void **state)
{
    struct uqd_image *image = make_image(20, 20, 1, CONTENT_PHOTO, 3);
    struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = empty_decoder(*state);
    int shows;
    assert_int_equal(uqd_decoder_step_shows(decoder, 0, 0, &shows), UQD_NEED_DATA);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    assert_int_equal(uqd_decoder_step_shows(decoder, info_of(decoder).n_steps, 0, &shows),
                     UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_shows(decoder, 0, UQD_MAX_REDUCE + 1, &shows), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_shows(decoder, 0, 0, NULL), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_step_shows(NULL, 0, 0, &shows), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    decoder = empty_decoder(NULL);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    assert_int_equal(uqd_decoder_step_shows(decoder, 0, 0, &shows), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_first_step_of_a_thumbnail),
        cmocka_unit_test(test_paper),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests_name("step_shows", tests, setup_model, teardown_model);
}
