/* Planes and packed layers: shapes, borders, and sizes that do not fit. */
#include "nn/conv.h"
#include "nn/plane.h"
#include "nn/qconv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

#include <cmocka.h>

static void test_plane(void **state)
{
    static const uint32_t shapes[][3] = {{1, 1, 1}, {1, 7, 16}, {13, 1, 6}, {9, 5, 48}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const uint32_t width = shapes[i][0], height = shapes[i][1], channels = shapes[i][2];
        const size_t pitch = (width + 2) * (size_t)channels;
        struct uqd_nn_plane plane;

        assert_int_equal(uqd_nn_plane_alloc(&plane, width, height, channels), UQD_OK);
        assert_int_equal((uintptr_t)plane.data % 64, 0);
        assert_int_equal(uqd_nn_plane_pitch(&plane), pitch);
        assert_ptr_equal(uqd_nn_plane_pixel(&plane, 0, 0), plane.data + pitch + channels);
        assert_ptr_equal(uqd_nn_plane_pixel(&plane, width - 1, height - 1),
                         plane.data + height * pitch + width * (size_t)channels);
        assert_true(uqd_nn_plane_size(width, height, channels) >=
                    pitch * (height + 2) * sizeof(float));
        for (size_t at = 0; at < pitch * (height + 2); at++)
            assert_true(plane.data[at] == 0);
        uqd_nn_plane_free(&plane);
        assert_null(plane.data);
        uqd_nn_plane_free(&plane);
    }
}

static void test_qplane(void **state)
{
    static const uint32_t shapes[][3] = {{1, 1, 1}, {1, 7, 16}, {13, 1, 6}, {9, 5, 48}};

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const uint32_t width = shapes[i][0], height = shapes[i][1], channels = shapes[i][2];
        const size_t pitch = (width + 2) * (size_t)channels, n = pitch * (height + 2);
        struct uqd_nn_qplane plane;

        assert_int_equal(uqd_nn_qplane_alloc(&plane, width, height, channels, NULL), UQD_OK);
        assert_int_equal((uintptr_t)plane.data % 64, 0);
        assert_ptr_equal(uqd_nn_qplane_pixel(&plane, 0, 0), plane.data + pitch + channels);
        assert_ptr_equal(uqd_nn_qplane_pixel(&plane, width - 1, height - 1),
                         plane.data + height * pitch + width * (size_t)channels);
        assert_int_equal(uqd_nn_qplane_size(width, height, channels),
                         (n * sizeof(int16_t) + 63) / 64 * 64);
        for (size_t at = 0; at < n; at++)
            assert_int_equal(plane.data[at], 0);
        uqd_nn_qplane_free(&plane);
        assert_null(plane.data);
        uqd_nn_qplane_free(&plane);
    }
}

static void test_plane_overflow(void **state)
{
    static const uint32_t shapes[][3] = {
        {UINT32_MAX, UINT32_MAX, UINT32_MAX},
        {UINT32_MAX, UINT32_MAX, 1},
        {1u << 31, 1u << 31, 1},
        {1, UINT32_MAX, 1u << 30},
        {UINT32_MAX - 1, UINT32_MAX - 1, 16},
    };

    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const uint32_t *shape = shapes[i];
        struct uqd_nn_plane plane;
        struct uqd_nn_qplane qplane;

        if (uqd_nn_plane_alloc(&plane, shape[0], shape[1], shape[2]) != UQD_ERR_NOMEM || plane.data)
            fail_msg("row %zu was allocated", i);
        if (uqd_nn_qplane_alloc(&qplane, shape[0], shape[1], shape[2], NULL) != UQD_ERR_NOMEM ||
            qplane.data)
            fail_msg("row %zu was allocated as whole numbers", i);
        uqd_nn_plane_free(&plane);
        uqd_nn_qplane_free(&qplane);
    }
}

static void test_packing(void **state)
{
    enum { SIZE = 3, IN = 2, OUT = 18, TAPS = SIZE * SIZE };
    float weights[OUT * IN * TAPS];
    struct uqd_nn_conv layer;

    (void)state;
    for (int i = 0; i < OUT * IN * TAPS; i++)
        weights[i] = (float)(i + 1);
    assert_int_equal(uqd_nn_conv_init(&layer, SIZE, IN, OUT, weights), UQD_OK);
    assert_int_equal(layer.n_out, 32);
    assert_int_equal((uintptr_t)layer.weights % 64, 0);
    for (uint32_t out = 0; out < layer.n_out; out++)
        for (uint32_t in = 0; in < IN; in++)
            for (uint32_t tap = 0; tap < TAPS; tap++) {
                size_t at = (((out / UQD_NN_BLOCK) * TAPS + tap) * IN + in) * UQD_NN_BLOCK +
                            out % UQD_NN_BLOCK;
                float expected = out < OUT ? weights[(out * IN + in) * TAPS + tap] : 0;

                assert_true(layer.weights[at] == expected);
            }
    uqd_nn_conv_deinit(&layer);
    assert_null(layer.weights);
    uqd_nn_conv_deinit(&layer);
}

static void test_qpacking(void **state)
{
    enum { SIZE = 3, IN = 4, OUT = 18, TAPS = SIZE * SIZE };
    int16_t weights[OUT * IN * TAPS];
    float gain[OUT];
    struct uqd_nn_qconv layer;

    (void)state;
    for (int i = 0; i < OUT * IN * TAPS; i++)
        weights[i] = (int16_t)(i + 1);
    for (int i = 0; i < OUT; i++)
        gain[i] = (float)(i + 1);
    assert_int_equal(uqd_nn_qconv_init(&layer, SIZE, IN, OUT, weights, gain), UQD_OK);
    assert_int_equal(layer.n_out, 32);
    assert_int_equal((uintptr_t)layer.weights % 64, 0);
    for (uint32_t out = 0; out < layer.n_out; out++) {
        assert_true(layer.gain[out] == (out < OUT ? gain[out] : 0));
        for (uint32_t in = 0; in < IN; in++)
            for (uint32_t tap = 0; tap < TAPS; tap++) {
                size_t pair = ((out / UQD_NN_BLOCK) * TAPS + tap) * (IN / 2) + in / 2;
                size_t at = (pair * UQD_NN_BLOCK + out % UQD_NN_BLOCK) * 2 + in % 2;
                int16_t expected = out < OUT ? weights[(out * IN + in) * TAPS + tap] : 0;

                assert_int_equal(layer.weights[at], expected);
            }
    }
    uqd_nn_qconv_deinit(&layer);
    assert_null(layer.weights);
    assert_null(layer.gain);
    uqd_nn_qconv_deinit(&layer);
}

static void test_layer_overflow(void **state)
{
    struct uqd_nn_conv layer;
    struct uqd_nn_qconv qlayer;

    (void)state;
    assert_int_equal(uqd_nn_conv_init(&layer, 3, UINT32_MAX, UINT32_MAX - UQD_NN_BLOCK, NULL),
                     UQD_ERR_NOMEM);
    assert_null(layer.weights);
    assert_int_equal(
        uqd_nn_qconv_init(&qlayer, 3, UINT32_MAX - 1, UINT32_MAX - UQD_NN_BLOCK, NULL, NULL),
        UQD_ERR_NOMEM);
    assert_null(qlayer.weights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane),          cmocka_unit_test(test_qplane),
        cmocka_unit_test(test_plane_overflow), cmocka_unit_test(test_packing),
        cmocka_unit_test(test_qpacking),       cmocka_unit_test(test_layer_overflow),
    };

    return cmocka_run_group_tests_name("plane", tests, NULL, NULL);
}
