/* Model files whose values are read when they are needed: from memory or a descriptor. */
#include "codec_support.h"

#include "model_bytes.h"
#include "util/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The file of a model behind a descriptor, of which some bytes are then changed. */
static int file_of(const struct model_bytes *b)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(b->data, 1, b->size, file), b->size);
    assert_int_equal(fflush(file), 0);
    const int fd = dup(fileno(file));
    assert_true(fd >= 0);
    fclose(file);
    return fd;
}

static void test_opened_from_a_descriptor(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    struct uqd_model *model;
    const int fd = file_of(&b);
    assert_int_equal(uqd_model_open(&model, fd), UQD_OK);
    close(fd);
    assert_int_equal(encoding_status(model), UQD_OK);
    uqd_model_free(model);
    assert_int_equal(uqd_model_open(&model, fd), UQD_ERR_ARG);
    free(b.data);
}

/* What the directory says of the values is checked when they are needed. */
static void test_file_changes_after_opening(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    for (int is_cut = 0; is_cut < 2; is_cut++) {
        struct uqd_model *model;
        const int fd = file_of(&b);
        assert_int_equal(uqd_model_open(&model, fd), UQD_OK);
        const off_t at = (off_t)uqd_get_u64(tensor_entry(&b, "net1.block0.in") + 48);
        if (is_cut)
            assert_int_equal(ftruncate(fd, at), 0);
        else
            assert_int_equal(pwrite(fd, "\xff", 1, at), 1);
        assert_int_equal(encoding_status(model), UQD_ERR_MODEL_FILE);
        assert_int_equal(encoding_status(model), UQD_ERR_MODEL_FILE);
        uqd_model_free(model);
        close(fd);
    }
    free(b.data);
}

/* What is read already does not depend on the file. */
static void test_loaded_at_once(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    for (int is_loaded = 0; is_loaded < 2; is_loaded++) {
        struct uqd_model *model;
        const int fd = file_of(&b);
        const off_t at = (off_t)uqd_get_u64(tensor_entry(&b, "net1.block0.in") + 48);
        assert_int_equal(uqd_model_open(&model, fd), UQD_OK);
        if (is_loaded)
            assert_int_equal(uqd_model_load(model), UQD_OK);
        assert_int_equal(ftruncate(fd, at), 0);
        assert_int_equal(uqd_model_load(model), is_loaded ? UQD_OK : UQD_ERR_MODEL_FILE);
        assert_int_equal(encoding_status(model), is_loaded ? UQD_OK : UQD_ERR_MODEL_FILE);
        uqd_model_free(model);
        close(fd);
    }
    assert_int_equal(uqd_model_load(NULL), UQD_ERR_ARG);
    free(b.data);
}

static struct uqd_model *sealed_model(struct model_bytes *b)
{
    struct uqd_model *model;
    model_bytes_seal(b);
    assert_int_equal(uqd_model_new(&model, b->data, b->size), UQD_OK);
    return model;
}

/* How many bits are behind the point is looked at when the network is first used, and again by who
 * tries once more. */
static void test_bits(void **state)
{
    (void)state;
    static const struct {
        int bits, status;
    } rows[] = {{0, UQD_OK},
                {15, UQD_OK},
                {16, UQD_ERR_MODEL_FILE},
                {-1, UQD_ERR_MODEL_FILE},
                {INT16_MAX, UQD_ERR_MODEL_FILE},
                {INT16_MIN, UQD_ERR_MODEL_FILE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int at_end = 0; at_end < 2; at_end++) {
            struct model_bytes b = model_bytes_new();
            const size_t n = uqd_get_u32(tensor_entry(&b, "net1.bits") + 32);
            model_bytes_set_value(&b, "net1.bits", at_end ? n - 1 : 0, (uint16_t)rows[i].bits);
            struct uqd_model *model = sealed_model(&b);
            for (int again = 0; again < 2; again++) {
                const int status = encoding_status(model);
                if (status != rows[i].status)
                    fail_msg("%d bits: status %d", rows[i].bits, status);
            }
            uqd_model_free(model);
            free(b.data);
        }
}

/* Whole numbers may be any: halves of these bits are infinite or not numbers. */
static void test_any_whole_numbers(void **state)
{
    (void)state;
    static const uint16_t values[] = {0x7c00, 0x7e00, 0x7fff, 0x8000, 0xfc00, 0xffff};
    struct model_bytes b = model_bytes_new();
    for (size_t i = 0; i < 9 * sizeof values / sizeof *values; i++)
        model_bytes_set_value(&b, "net0.block0.in", i, values[i % 6]);
    struct uqd_model *model = sealed_model(&b);
    assert_int_equal(encoding_status(model), UQD_OK);
    uqd_model_free(model);
    free(b.data);
}

static void test_cut_files(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    for (size_t size = 0; size < b.size; size += size < 3000 ? 13 : 4001) {
        struct uqd_model *model;
        const int fd = file_of(&b);
        assert_int_equal(ftruncate(fd, (off_t)size), 0);
        assert_int_equal(uqd_model_open(&model, fd), UQD_ERR_CORRUPT);
        close(fd);
    }
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opened_from_a_descriptor),
        cmocka_unit_test(test_file_changes_after_opening),
        cmocka_unit_test(test_loaded_at_once),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_any_whole_numbers),
        cmocka_unit_test(test_cut_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
