/* Growing bytes: what is appended stays, room grows by a factor, and sizes cannot overflow. */
#include "util/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_appended_bytes_stay(void **state)
{
    struct uqd_buffer buffer = {.data = NULL};
    uint8_t piece[97];
    (void)state;
    memset(piece, 0xa5, sizeof piece);
    for (size_t n = 0; n < sizeof piece; n++) {
        assert_int_equal(uqd_buffer_append(&buffer, piece, n), UQD_OK);
        assert_int_equal(uqd_buffer_append_byte(&buffer, (uint8_t)n), UQD_OK);
    }
    size_t at = 0;
    for (size_t n = 0; n < sizeof piece; n++) {
        assert_memory_equal(buffer.data + at, piece, n);
        assert_int_equal(buffer.data[at + n], n);
        at += n + 1;
    }
    assert_int_equal(buffer.size, at);
    uqd_buffer_free(&buffer);
}

static void test_nothing_needs_no_memory(void **state)
{
    struct uqd_buffer buffer = {.data = NULL};
    (void)state;
    assert_int_equal(uqd_buffer_append(&buffer, NULL, 0), UQD_OK);
    assert_int_equal(uqd_buffer_reserve(&buffer, 0), UQD_OK);
    assert_null(buffer.data);
    assert_int_equal(buffer.size, 0);
    uqd_buffer_free(&buffer);
}

/* Byte by byte, the bytes move a few dozen times only, however many they are. */
static void test_room_grows_by_a_factor(void **state)
{
    struct uqd_buffer buffer = {.data = NULL};
    size_t capacity = 0;
    unsigned n_moves = 0;
    (void)state;
    for (uint32_t i = 0; i < 1000000; i++) {
        assert_int_equal(uqd_buffer_append_byte(&buffer, (uint8_t)i), UQD_OK);
        n_moves += buffer.capacity != capacity;
        capacity = buffer.capacity;
    }
    assert_in_range(n_moves, 1, 40);
    assert_in_range(capacity, 1000000, 1500000);
    uqd_buffer_free(&buffer);
}

static void test_reserved_room_is_used(void **state)
{
    struct uqd_buffer buffer = {.data = NULL};
    (void)state;
    assert_int_equal(uqd_buffer_reserve(&buffer, 5000), UQD_OK);
    assert_int_equal(buffer.size, 0);
    assert_true(buffer.capacity >= 5000);
    const uint8_t *data = buffer.data;
    for (unsigned i = 0; i < 5000; i++)
        assert_int_equal(uqd_buffer_append_byte(&buffer, 1), UQD_OK);
    assert_ptr_equal(buffer.data, data);
    uqd_buffer_free(&buffer);
    assert_null(buffer.data);
    assert_int_equal(buffer.capacity, 0);
    uqd_buffer_free(&buffer);
}

static void test_sizes_do_not_overflow(void **state)
{
    struct uqd_buffer buffer = {.data = NULL};
    (void)state;
    assert_int_equal(uqd_buffer_append(&buffer, "abc", 3), UQD_OK);
    const struct uqd_buffer before = buffer;
    assert_int_equal(uqd_buffer_reserve(&buffer, SIZE_MAX), UQD_ERR_NOMEM);
    assert_int_equal(uqd_buffer_reserve(&buffer, SIZE_MAX - 2), UQD_ERR_NOMEM);
    assert_int_equal(uqd_buffer_append(&buffer, "d", SIZE_MAX), UQD_ERR_NOMEM);
    assert_ptr_equal(buffer.data, before.data);
    assert_int_equal(buffer.size, before.size);
    assert_int_equal(buffer.capacity, before.capacity);
    assert_memory_equal(buffer.data, "abc", 3);
    uqd_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appended_bytes_stay),
        cmocka_unit_test(test_nothing_needs_no_memory),
        cmocka_unit_test(test_room_grows_by_a_factor),
        cmocka_unit_test(test_reserved_room_is_used),
        cmocka_unit_test(test_sizes_do_not_overflow),
    };
    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
