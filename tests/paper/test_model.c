/* Files of paper models that are cut, damaged, or damaged with hashes that fit. */
#include "model/model.h"
#include "model/paper/paper.h"
#include "model/reader.h"
#include "tiny_paper.h"
#include "util/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uqd/uqd.h>
#include <xxhash.h>

#include <cmocka.h>

enum {
    SIZE_AT = 16,
    HASH_AT = 24,
    HASHED_FROM = 32,
    WIDTH_AT = 36,
    BLOCKS_AT = 40,
    GROUPS_AT = 44,
    STEPS_AT = 48,
    TENSORS_AT = 52,
    RESERVED_AT = 56,
    TABLES = UQD_MODEL_HEADER_SIZE,
    STEPS = TABLES + UQD_MODEL_NAME_SIZE,
    N_STEPS = 3,
    END = STEPS + N_STEPS * UQD_MODEL_PAPER_STEP_SIZE,
    DIRECTORY = END + UQD_MODEL_PAPER_END_SIZE + (N_STEPS + 1) * UQD_STEP_NAME_SIZE,
};

/* The fields of a step. */
enum {
    GAMMA_T,
    GAMMA_S,
    TIME,
    INV_ALPHA,
    NOISE,
    FROM_Z,
    FROM_X,
    SCALE,
    DELTA,
    FLOW_Z,
    FLOW_X,
    ZERO
};

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes bytes_new(void)
{
    struct bytes b;
    b.data = tiny_paper_model(&b.size);
    return b;
}

static uint8_t *entry_of(const struct bytes *b, const char *name)
{
    const uint32_t n = uqd_get_u32(b->data + TENSORS_AT);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *entry = b->data + DIRECTORY + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        if (strncmp((const char *)entry, name, 32) == 0)
            return entry;
    }
    fail_msg("the tiny model has no tensor %s", name);
    return NULL;
}

/* Writes the size and the hash of the head, whose end the counts tell where they make sense. */
static void seal(struct bytes *b)
{
    struct uqd_model_file file;
    size_t size;
    uqd_put_u64(b->data + SIZE_AT, b->size);
    if (uqd_model_file_peek(&file, b->data, b->size) != UQD_OK ||
        uqd_model_file_head_size(&file, &size) != UQD_OK)
        size = b->size;
    uqd_put_u64(b->data + HASH_AT, XXH3_64bits(b->data + HASHED_FROM, size - HASHED_FROM));
}

static void seal_tensor(struct bytes *b, uint8_t *entry)
{
    size_t size = 4;
    for (int i = 0; i < 4; i++)
        size *= uqd_get_u32(entry + 32 + 4 * i);
    uqd_put_u64(entry + 56, XXH3_64bits(b->data + uqd_get_u64(entry + 48), size));
}

/* Loads the model and, if that can be done, its weights. From a block of exactly that size, so that
 * a sanitizer sees reads behind it. */
static int load(const void *data, size_t size)
{
    struct uqd_model *model = NULL;
    const struct uqd_paper_weights *weights;
    uint8_t *copy = malloc(size + (size == 0));
    assert_non_null(copy);
    memcpy(copy, data, size);
    int status = uqd_model_new(&model, copy, size);
    free(copy);
    assert_true((status == UQD_OK) == (model != NULL));
    if (status == UQD_OK && model->paper != NULL)
        status = uqd_paper_weights(model, &weights);
    uqd_model_free(model);
    return status;
}

static int is_refusal(int status)
{
    return status == UQD_ERR_CORRUPT || status == UQD_ERR_UNSUPPORTED;
}

static void test_loads(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    struct uqd_model *model;
    struct uqd_model_info info;
    uint64_t id;
    assert_int_equal(load(b.data, b.size), UQD_OK);
    assert_int_equal(uqd_model_new(&model, b.data, b.size), UQD_OK);
    uqd_model_get_info(model, &info);
    assert_int_equal(uqd_model_peek_id(b.data, TABLES, &id), UQD_OK);
    assert_int_equal(uqd_model_peek_id(b.data, TABLES - 1, &id), UQD_NEED_DATA);
    assert_true(id == info.id && id == uqd_get_u32(b.data + HASH_AT));
    assert_string_equal(info.name, "tiny-paper");
    assert_int_equal(info.n_steps, N_STEPS + 1);
    assert_string_equal(uqd_model_step_name(model, 0), "120");
    assert_string_equal(uqd_model_step_name(model, N_STEPS), "lossless");
    assert_null(uqd_model_step_name(model, N_STEPS + 1));
    assert_true(model->paper->steps[0].gamma_t == 6);
    assert_true(model->paper->steps[1].gamma_t == model->paper->steps[0].gamma_s);
    assert_true(model->paper->steps[2].flow_x == 0x1.e7c04ap-1f);
    assert_true(model->paper->inv_alpha_0 == 0x1.000026p+0f);
    uqd_model_free(model);
    free(b.data);
}

/* Against a count by hand. */
static void test_counts(void **state)
{
    (void)state;
    enum { E = 16, PIXELS = UQD_PAPER_PIXELS };
    const int block = 9 * E * E, wide = 2 * block;
    const int macs = 9 * 15 * E + 3 * 2 * block + 2 * (wide + block + 2 * E * E) + 4 * E * E +
                     2 * E * PIXELS + 9 * E * 16;
    const int vectors = E / 2 + 2 * 4 * E + E + 3 * (4 + 2) * E + 2 * (6 + 2 + 1) * E + 2 * E +
                        3 * E + E + 2 * E + 6;
    const int layers = 4 * E * E + 16 * E * E + 9 * 15 * E + 3 * 2 * block + 2 * (wide + block) +
                       5 * 4 * E * E + 2 * 2 * E * E + 4 * E * E + 9 * 6 * E;
    struct bytes b = bytes_new();
    struct uqd_model *model;
    struct uqd_model_info info;
    assert_int_equal(uqd_model_new(&model, b.data, b.size), UQD_OK);
    uqd_model_get_info(model, &info);
    assert_true(info.macs == (double)N_STEPS * macs);
    assert_true(info.parameters == (uint64_t)(vectors + layers));
    uqd_model_free(model);
    free(b.data);
}

static void check_cut(const struct bytes *b, size_t size)
{
    struct bytes cut = {malloc(size + (size == 0)), size};
    assert_non_null(cut.data);
    memcpy(cut.data, b->data, size);
    const int status = load(cut.data, size);
    if (size >= TABLES)
        seal(&cut);
    const int sealed = load(cut.data, size);
    if (!is_refusal(status) || !is_refusal(sealed))
        fail_msg("cut to %zu bytes: status %d, with hash %d", size, status, sealed);
    free(cut.data);
}

static void test_cut(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    const size_t ends[] = {0, 8, HASHED_FROM, TABLES, STEPS, END, DIRECTORY, b.size};
    for (size_t size = 0; size < b.size; size += size < DIRECTORY ? 7 : 997)
        check_cut(&b, size);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (size_t size = ends[i] > 2 ? ends[i] - 2 : 0; size <= ends[i] + 2 && size < b.size;
             size++)
            check_cut(&b, size);
    uint8_t *longer = realloc(b.data, b.size + 1);
    assert_non_null(longer);
    longer[b.size] = 0;
    assert_int_equal(load(longer, b.size + 1), UQD_ERR_CORRUPT);
    free(longer);
}

/* Every byte counts but those that are reserved, and those between tensors. */
static void test_flipped(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    const size_t head = DIRECTORY + (size_t)uqd_get_u32(b.data + TENSORS_AT) * 64;
    for (size_t i = 0; i < b.size; i += i < DIRECTORY ? 1 : i < head ? 7 : 331) {
        b.data[i] ^= 0x10;
        const int status = load(b.data, b.size);
        const int is_between = i >= head && b.data[i] == 0x10;
        if (!is_refusal(status) && !(i >= 12 && i < 16) && !is_between)
            fail_msg("byte %zu flipped: status %d", i, status);
        b.data[i] ^= 0x10;
    }
    free(b.data);
}

/* Any byte of the tables changed, the hash fitting: loads or not. */
static void test_flipped_with_hash(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    for (size_t i = HASHED_FROM; i < DIRECTORY + 640; i++)
        for (unsigned bit = 0; bit < 8; bit += 3) {
            const uint8_t before = b.data[i];
            b.data[i] ^= (uint8_t)(1 << bit);
            seal(&b);
            const int status = load(b.data, b.size);
            if (status != UQD_OK && !is_refusal(status))
                fail_msg("byte %zu changed: status %d", i, status);
            b.data[i] = before;
        }
    free(b.data);
}

static void test_absurd_counts(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint32_t values[8];
    } rows[] = {
        {WIDTH_AT, {0, 1, 8, 17, 32, 1040, 65536, UINT32_MAX}},
        {BLOCKS_AT, {0, 2, 129, 1000, 65536, 0x7fffffff, 0x80000000, UINT32_MAX}},
        {GROUPS_AT, {0, 3, 5, 15, 17, 32, 0x80000000, UINT32_MAX}},
        {STEPS_AT, {0, 2, 4, 32, 65536, 0x7fffffff, 0x80000000, UINT32_MAX}},
        {TENSORS_AT, {0, 1, 4097, 65536, 0x03ffffff, 0x04000000, 0x80000000, UINT32_MAX}},
        {RESERVED_AT, {1, 2, 3, 4, 5, 6, 7, 8}},
        {RESERVED_AT + 20, {1, 2, 3, 4, 5, 6, 7, 0x80000000}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (size_t i = 0; i < 8; i++) {
            struct bytes b = bytes_new();
            uqd_put_u32(b.data + rows[r].at, rows[r].values[i]);
            seal(&b);
            const int status = load(b.data, b.size);
            /* Fewer blocks leave tensors that nobody reads. */
            const int allowed = rows[r].at == BLOCKS_AT && rows[r].values[i] == 0;
            if (status != UQD_ERR_CORRUPT && !allowed)
                fail_msg("%u in the field at %zu: status %d", rows[r].values[i], rows[r].at,
                         status);
            free(b.data);
        }
}

static int load_with_number(size_t at, uint32_t bits)
{
    struct bytes b = bytes_new();
    uqd_put_u32(b.data + at, bits);
    seal(&b);
    const int status = load(b.data, b.size);
    free(b.data);
    return status;
}

/* Infinities and NaNs anywhere; zero and less where only more makes sense. */
static void test_numbers_of_steps(void **state)
{
    (void)state;
    static const uint32_t not_finite[] = {0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001};
    static const int above_0[] = {INV_ALPHA, SCALE, DELTA};
    const uint32_t minus_1 = 0xbf800000, minus_0 = 0x80000000;
    for (size_t step = 0; step < N_STEPS; step++) {
        const size_t begin = STEPS + step * UQD_MODEL_PAPER_STEP_SIZE;
        for (size_t field = 0; field <= ZERO; field++)
            for (size_t i = 0; i < 4; i++)
                assert_int_equal(load_with_number(begin + 4 * field, not_finite[i]),
                                 UQD_ERR_CORRUPT);
        for (size_t i = 0; i < sizeof above_0 / sizeof *above_0; i++) {
            assert_int_equal(load_with_number(begin + 4 * above_0[i], 0), UQD_ERR_CORRUPT);
            assert_int_equal(load_with_number(begin + 4 * above_0[i], minus_0), UQD_ERR_CORRUPT);
            assert_int_equal(load_with_number(begin + 4 * above_0[i], minus_1), UQD_ERR_CORRUPT);
        }
        assert_int_equal(load_with_number(begin + 4 * NOISE, minus_1), UQD_ERR_CORRUPT);
        assert_int_equal(load_with_number(begin + 4 * NOISE, 0), UQD_OK);
        assert_int_equal(load_with_number(begin + 4 * FROM_X, minus_1), UQD_OK);
        assert_int_equal(load_with_number(begin + 4 * ZERO, minus_0), UQD_ERR_CORRUPT);
    }
    for (size_t at = END; at < END + UQD_MODEL_PAPER_END_SIZE; at += 4) {
        assert_int_equal(load_with_number(at, 0x7f800000), UQD_ERR_CORRUPT);
        assert_int_equal(load_with_number(at, 0), UQD_ERR_CORRUPT);
        assert_int_equal(load_with_number(at, minus_1), UQD_ERR_CORRUPT);
        assert_int_equal(load_with_number(at, 0x3f800000), UQD_OK);
    }
}

/* Each tensor of the directory gone, in another shape, outside of the file, not a number. */
static void test_tensors(void **state)
{
    (void)state;
    static const uint32_t not_finite[] = {0x7f800000, 0xffc00000};
    struct bytes b = bytes_new();
    const uint32_t n = uqd_get_u32(b.data + TENSORS_AT);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *entry = b.data + DIRECTORY + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        uint8_t *value = b.data + uqd_get_u64(entry + 48);
        uint8_t kept[UQD_MODEL_TENSOR_SIZE];
        const uint32_t first = uqd_get_u32(value);
        memcpy(kept, entry, sizeof kept);
        for (int damage = 0; damage < 6; damage++) {
            if (damage == 0)
                entry[0] = 'x';
            else if (damage == 1)
                uqd_put_u32(entry + 32, uqd_get_u32(entry + 32) / 2);
            else if (damage == 2)
                uqd_put_u32(entry + 44, 2);
            else if (damage == 3)
                uqd_put_u64(entry + 48, b.size - 4);
            else if (damage == 4)
                uqd_put_u64(entry + 48, UINT64_MAX - 15);
            else
                uqd_put_u32(value, not_finite[i % 2]);
            if (damage < 3 || damage == 5)
                seal_tensor(&b, entry);
            seal(&b);
            const int status = load(b.data, b.size);
            if (status != UQD_ERR_CORRUPT)
                fail_msg("%.32s, damage %d: status %d", (const char *)kept, damage, status);
            memcpy(entry, kept, sizeof kept);
            uqd_put_u32(value, first);
        }
    }
    free(b.data);
}

/* A small file may not ask for much memory by naming the same bytes again and again. */
static void test_shared_values(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    const uint64_t offset = uqd_get_u64(entry_of(&b, "up0.conv1.weight") + 48);
    const uint32_t n = uqd_get_u32(b.data + TENSORS_AT);
    for (uint32_t i = 0; i < n; i++) {
        uint8_t *entry = b.data + DIRECTORY + (size_t)i * UQD_MODEL_TENSOR_SIZE;
        uqd_put_u64(entry + 48, offset);
        seal_tensor(&b, entry);
    }
    b.size = (size_t)offset + 16 * 32 * 9 * 4;
    seal(&b);
    assert_int_equal(load(b.data, b.size), UQD_ERR_CORRUPT);
    free(b.data);
}

/* The file of a model behind a descriptor. */
static int file_of(const struct bytes *b)
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

/* What the directory says of the values is checked when they are needed, again and again. */
static void test_descriptor(void **state)
{
    (void)state;
    struct bytes b = bytes_new();
    for (int damage = 0; damage < 3; damage++) {
        struct uqd_model *model;
        const struct uqd_paper_weights *weights;
        const int fd = file_of(&b);
        const off_t at = (off_t)uqd_get_u64(entry_of(&b, "mid1.conv2.weight") + 48);
        assert_int_equal(uqd_model_open(&model, fd), UQD_OK);
        if (damage == 1)
            assert_int_equal(ftruncate(fd, at), 0);
        if (damage == 2)
            assert_int_equal(pwrite(fd, "\xff", 1, at), 1);
        close(fd);
        for (int i = 0; i < 2; i++)
            assert_int_equal(uqd_paper_weights(model, &weights),
                             damage ? UQD_ERR_MODEL_FILE : UQD_OK);
        uqd_model_free(model);
    }
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
        cmocka_unit_test(test_loads),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_flipped_with_hash),
        cmocka_unit_test(test_absurd_counts),
        cmocka_unit_test(test_numbers_of_steps),
        cmocka_unit_test(test_tensors),
        cmocka_unit_test(test_shared_values),
        cmocka_unit_test(test_descriptor),
    };
    return cmocka_run_group_tests_name("paper_model", tests, NULL, NULL);
}
