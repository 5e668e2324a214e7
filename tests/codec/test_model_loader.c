/* Model files that are cut, damaged, or damaged with a hash that fits. */
#include "codec_support.h"

#include "model/model.h"
#include "model/reader.h"
#include "model_bytes.h"
#include "util/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
    TABLES = UQD_MODEL_HEADER_SIZE,
    TENSOR_TYPE_AT = 31, /* of a tensor's entry */
};

static void put_u32_at(struct model_bytes *b, size_t at, uint32_t value)
{
    uqd_put_u32(b->data + at, value);
}

/* From a block of exactly that size, so that a sanitizer sees reads behind it. */
static int load_cut(const struct model_bytes *b, size_t size, int with_hash)
{
    struct model_bytes cut = {.data = malloc(size + (size == 0)), .size = size};
    assert_non_null(cut.data);
    memcpy(cut.data, b->data, size);
    if (with_hash && size >= UQD_MODEL_HEADER_SIZE)
        model_bytes_seal(&cut);
    const int status = loading_status(cut.data, size);
    free(cut.data);
    return status;
}

static void check_cut(const struct model_bytes *b, size_t size)
{
    for (int with_hash = 0; with_hash < 2; with_hash++) {
        const int status = load_cut(b, size, with_hash);
        if (status != UQD_ERR_CORRUPT && status != UQD_ERR_UNSUPPORTED)
            fail_msg("cut to %zu bytes: status %d", size, status);
    }
}

static void test_cut(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    const size_t ends[] = {0,
                           8,
                           MODEL_HASH_BEGIN,
                           TABLES,
                           b.groups,
                           b.phases,
                           b.stage_types,
                           b.stages,
                           b.tensors,
                           b.size,
                           b.size - 4,
                           b.tensors + (size_t)b.n_tensors * UQD_MODEL_TENSOR_SIZE};
    assert_int_equal(load_cut(&b, b.size, 0), UQD_OK);
    for (size_t size = 0; size < b.size; size += 997)
        check_cut(&b, size);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (size_t size = ends[i] > 2 ? ends[i] - 2 : 0; size <= ends[i] + 2 && size < b.size;
             size++)
            check_cut(&b, size);
    free(b.data);
}

static void test_longer(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    uint8_t *longer = realloc(b.data, b.size + 1);
    assert_non_null(longer);
    longer[b.size] = 0;
    assert_int_equal(loading_status(longer, b.size + 1), UQD_ERR_CORRUPT);
    free(longer);
}

static void test_flipped(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    for (size_t i = 0; i < b.size; i += i < b.tensors ? 7 : 331) {
        b.data[i] ^= 0x10;
        const int status = loading_status(b.data, b.size);
        /* Bytes 12 to 15 are reserved. */
        const int expected = status == UQD_ERR_CORRUPT || status == UQD_ERR_UNSUPPORTED;
        if (!expected && !(i >= 12 && i < 16))
            fail_msg("byte %zu flipped: status %d", i, status);
        b.data[i] ^= 0x10;
    }
    free(b.data);
}

/* Any table byte changed, the hash fitting: loads or not, but never crashes, and what loads can
 * code a picture. */
static void test_flipped_tables_with_hash(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    struct uqd_image *image = make_image(9, 10, 3, CONTENT_NOISE, 14);
    uint64_t seed = 15;
    for (size_t i = MODEL_HASH_BEGIN; i < b.tensors + 256; i += i < 400 ? 1 : 37) {
        const uint8_t before = b.data[i];
        b.data[i] ^= (uint8_t)(1 << (next_random(&seed) >> 61));
        model_bytes_seal(&b);
        struct uqd_model *model;
        if (uqd_model_new(&model, b.data, b.size) == UQD_OK) {
            const struct file file = encode(model, image, NULL);
            struct uqd_decoder *decoder = full_decoder(model, file);
            assert_int_equal(advance_all(decoder), UQD_END);
            (void)picture_hash(decoder, 0, UQD_MODE_FLOW);
            uqd_decoder_free(decoder);
            free(file.data);
            uqd_model_free(model);
        }
        b.data[i] = before;
    }
    free(image);
    free(b.data);
}

/* ---- One damage each, with a hash that fits ---- */

static void nan_scale(struct model_bytes *b)
{
    model_bytes_set_value(b, "net0.input.weight_scale", 5, 0x7e00);
}

static void infinite_bias(struct model_bytes *b)
{
    model_bytes_set_value(b, "net1.group3.out_bias", 0, 0xfc00);
}

static void infinite_gain(struct model_bytes *b)
{
    model_bytes_set_value(b, "denoise.gain", 40, 0x7c00);
}

static void set_type(struct model_bytes *b, const char *tensor, uint8_t type)
{
    tensor_entry(b, tensor)[TENSOR_TYPE_AT] = type;
}

static void float_weights(struct model_bytes *b)
{
    set_type(b, "net0.block0.in", 0);
}

static void whole_bias(struct model_bytes *b)
{
    set_type(b, "net1.group3.out_bias", 1);
}

static void whole_scale(struct model_bytes *b)
{
    set_type(b, "net1.block0.out_scale", 1);
}

static void float_bits(struct model_bytes *b)
{
    set_type(b, "net1.bits", 0);
}

static void unknown_type(struct model_bytes *b)
{
    set_type(b, "net0.block0.in", 2);
}

/* Of a tensor that nobody reads. */
static void unused_unknown_type(struct model_bytes *b)
{
    model_bytes_drop_denoise_blocks(b);
    set_type(b, "net0.denoise.block0.in", 255);
}

static void missing_tensor(struct model_bytes *b)
{
    tensor_entry(b, "net0.denoise.out")[0] = 'x';
}

static void missing_scale(struct model_bytes *b)
{
    tensor_entry(b, "net1.group2.mix_scale")[0] = 'x';
}

static void missing_bits(struct model_bytes *b)
{
    tensor_entry(b, "net1.bits")[0] = 'x';
}

static void missing_context(struct model_bytes *b)
{
    tensor_entry(b, "net1.group0.context")[0] = 'x';
}

static void missing_denoise_block(struct model_bytes *b)
{
    tensor_entry(b, "net1.denoise.block0.out")[0] = 'x';
}

static void fewer_denoise_blocks(struct model_bytes *b)
{
    put_u32_at(b, DENOISE_BLOCKS_AT, 0);
}

static void missing_denoise_gains(struct model_bytes *b)
{
    tensor_entry(b, "denoise.block0.gain")[0] = 'x';
}

static void missing_network(struct model_bytes *b)
{
    put_u32_at(b, NETWORKS_AT, 3);
}

static void fewer_networks(struct model_bytes *b)
{
    put_u32_at(b, NETWORKS_AT, 1);
}

static void reserved_count(struct model_bytes *b)
{
    b->data[TABLES - 1] = 1;
}

static void no_tensors(struct model_bytes *b)
{
    put_u32_at(b, 64, 0);
}

static void wrong_shape(struct model_bytes *b)
{
    uqd_put_u32(tensor_entry(b, "net0.block0.in") + 32, 32);
}

static void fewer_scales(struct model_bytes *b)
{
    uqd_put_u32(tensor_entry(b, "net0.denoise.out_scale") + 32, 1);
}

static void fewer_bits(struct model_bytes *b)
{
    uint8_t *shape = tensor_entry(b, "net0.bits") + 32;
    uqd_put_u32(shape, uqd_get_u32(shape) - 1);
}

static void swapped_shape(struct model_bytes *b)
{
    uint8_t *shape = tensor_entry(b, "net0.input.weight") + 32;
    const uint32_t first = uqd_get_u32(shape);
    uqd_put_u32(shape, uqd_get_u32(shape + 4));
    uqd_put_u32(shape + 4, first);
}

static void offset_outside(struct model_bytes *b)
{
    uqd_put_u64(tensor_entry(b, "net0.input.weight") + 48, b->size - 100);
}

static void offset_wraps(struct model_bytes *b)
{
    uqd_put_u64(tensor_entry(b, "net0.input.weight") + 48, UINT64_MAX - 15);
}

static void group_too_high(struct model_bytes *b)
{
    b->data[b->groups + 10] = 17;
}

static void group_not_named(struct model_bytes *b)
{
    b->data[b->groups + 10] = (uint8_t)uqd_get_u32(b->data + 44);
}

/* Channels of a group move to its neighbour. */
static void empty_group(struct model_bytes *b)
{
    for (size_t c = 0; c < UQD_UNIT_CHANNELS; c++)
        if (b->data[b->groups + c] == 3)
            b->data[b->groups + c] = 4;
}

static void one_group(struct model_bytes *b)
{
    memset(b->data + b->groups, 0, UQD_UNIT_CHANNELS);
}

static void stage_type_class(struct model_bytes *b)
{
    b->data[b->stage_types] = 2;
}

static void stage_type_phases(struct model_bytes *b)
{
    b->data[b->stage_types + 3] = 3;
}

static void stage_type_network(struct model_bytes *b)
{
    b->data[b->stage_types + 4] = (uint8_t)uqd_get_u32(b->data + NETWORKS_AT);
}

static void stage_type_reserved(struct model_bytes *b)
{
    b->data[b->stage_types + (size_t)(b->n_stage_types - 1) * UQD_MODEL_STAGE_TYPE_SIZE + 7] = 1;
}

static void phase_not_there(struct model_bytes *b)
{
    b->data[b->phases + 5] = (uint8_t)b->n_phases;
}

static void stage_type_rises(struct model_bytes *b)
{
    b->data[b->stage_types + UQD_MODEL_STAGE_TYPE_SIZE + 2] = 6;
}

static void stage_type_top(struct model_bytes *b)
{
    b->data[b->stage_types + 1] = UQD_TOP_LEVEL + 1;
}

static void stage_type_level_rises(struct model_bytes *b)
{
    b->data[b->stage_types + UQD_MODEL_STAGE_TYPE_LEVELS + UQD_BLOCK_CHANNELS + 7] = 200;
}

static void stage_type_of_another_class(struct model_bytes *b)
{
    b->data[b->stage_types + 2 * UQD_MODEL_STAGE_TYPE_SIZE] ^= 1;
}

static void never_exact(struct model_bytes *b)
{
    b->data[b->stage_types + 5 * UQD_MODEL_STAGE_TYPE_SIZE + UQD_MODEL_STAGE_TYPE_LEVELS +
            UQD_BLOCK_CHANNELS + 188] = 1;
}

/* All channels exact, but the stage is said to end at level 1: no stage type starts from there. */
static void ends_in_name_only(struct model_bytes *b)
{
    b->data[b->stage_types + 4 * UQD_MODEL_STAGE_TYPE_SIZE + 2] = 2;
    b->data[b->stage_types + 5 * UQD_MODEL_STAGE_TYPE_SIZE + 1] = 2;
    b->data[b->stage_types + 5 * UQD_MODEL_STAGE_TYPE_SIZE + 2] = 1;
    b->data[b->stage_types + 3 * UQD_MODEL_STAGE_TYPE_SIZE + 2] = 3;
    b->data[b->stage_types + 4 * UQD_MODEL_STAGE_TYPE_SIZE + 1] = 3;
    b->data[b->stage_types + 2 * UQD_MODEL_STAGE_TYPE_SIZE + 2] = 4;
    b->data[b->stage_types + 3 * UQD_MODEL_STAGE_TYPE_SIZE + 1] = 4;
    b->data[b->stage_types + UQD_MODEL_STAGE_TYPE_SIZE + 2] = 5;
    b->data[b->stage_types + 2 * UQD_MODEL_STAGE_TYPE_SIZE + 1] = 5;
    b->data[b->stage_types + 2] = 6;
    b->data[b->stage_types + UQD_MODEL_STAGE_TYPE_SIZE + 1] = 6;
}

static void gap_in_levels(struct model_bytes *b)
{
    b->data[b->stage_types + UQD_MODEL_STAGE_TYPE_SIZE + UQD_MODEL_STAGE_TYPE_LEVELS + 50] = 6;
}

static void stage_of_no_stage_type(struct model_bytes *b)
{
    b->data[b->stages + 1] = (uint8_t)b->n_stage_types;
}

static void stage_of_no_class(struct model_bytes *b)
{
    b->data[b->stages] = 3;
}

static void stage_of_no_step(struct model_bytes *b)
{
    b->data[b->stages + (size_t)(b->n_stages - 1) * UQD_MODEL_STAGE_SIZE + 2] = 7;
}

static void steps_descend(struct model_bytes *b)
{
    b->data[b->stages + (size_t)(b->n_stages - 1) * UQD_MODEL_STAGE_SIZE + 2] = 2;
}

static void stage_left_out(struct model_bytes *b)
{
    b->data[b->stages + (size_t)(b->n_stages - 1) * UQD_MODEL_STAGE_SIZE] = UQD_UNITS_FIRST;
}

static void stage_twice(struct model_bytes *b)
{
    memcpy(b->data + b->stages + UQD_MODEL_STAGE_SIZE, b->data + b->stages, UQD_MODEL_STAGE_SIZE);
}

static void older_version(struct model_bytes *b)
{
    put_u32_at(b, 8, 4);
}

static void newer_version(struct model_bytes *b)
{
    put_u32_at(b, 8, 7);
}

static void other_class(struct model_bytes *b)
{
    put_u32_at(b, 32, 3);
}

/* Whose files have another version. */
static void class_of_paper(struct model_bytes *b)
{
    put_u32_at(b, 32, UQD_MODEL_PAPER);
}

static const struct {
    const char *name;
    void (*apply)(struct model_bytes *b);
    int status;
} damages[] = {
    {"a scale that is not a number", nan_scale, UQD_ERR_CORRUPT},
    {"an infinite bias", infinite_bias, UQD_ERR_CORRUPT},
    {"an infinite gain", infinite_gain, UQD_ERR_CORRUPT},
    {"weights of type float", float_weights, UQD_ERR_CORRUPT},
    {"a bias of whole numbers", whole_bias, UQD_ERR_CORRUPT},
    {"a scale of whole numbers", whole_scale, UQD_ERR_CORRUPT},
    {"bits of type float", float_bits, UQD_ERR_CORRUPT},
    {"an unknown type", unknown_type, UQD_ERR_CORRUPT},
    {"an unknown type of an unused tensor", unused_unknown_type, UQD_ERR_CORRUPT},
    {"a missing tensor", missing_tensor, UQD_ERR_CORRUPT},
    {"a missing scale", missing_scale, UQD_ERR_CORRUPT},
    {"missing bits", missing_bits, UQD_ERR_CORRUPT},
    {"a missing context", missing_context, UQD_ERR_CORRUPT},
    {"a missing block of the denoiser", missing_denoise_block, UQD_ERR_CORRUPT},
    {"bits of more blocks of the denoiser than there are", fewer_denoise_blocks, UQD_ERR_CORRUPT},
    {"missing gains of the denoiser", missing_denoise_gains, UQD_ERR_CORRUPT},
    {"no tensors of the last network", missing_network, UQD_ERR_CORRUPT},
    {"stage types of a network above the count", fewer_networks, UQD_ERR_CORRUPT},
    {"a reserved field of the header", reserved_count, UQD_ERR_CORRUPT},
    {"no tensors", no_tensors, UQD_ERR_CORRUPT},
    {"a wrong shape", wrong_shape, UQD_ERR_CORRUPT},
    {"too few scales", fewer_scales, UQD_ERR_CORRUPT},
    {"too few bits", fewer_bits, UQD_ERR_CORRUPT},
    {"a swapped shape", swapped_shape, UQD_ERR_CORRUPT},
    {"a tensor that ends outside", offset_outside, UQD_ERR_CORRUPT},
    {"a tensor that begins outside", offset_wraps, UQD_ERR_CORRUPT},
    {"group 17", group_too_high, UQD_ERR_CORRUPT},
    {"a group above the count", group_not_named, UQD_ERR_CORRUPT},
    {"an empty group", empty_group, UQD_ERR_CORRUPT},
    {"all channels in one group", one_group, UQD_ERR_CORRUPT},
    {"a stage type of no class", stage_type_class, UQD_ERR_CORRUPT},
    {"a stage type of phases that there are not", stage_type_phases, UQD_ERR_CORRUPT},
    {"a stage type of no network", stage_type_network, UQD_ERR_CORRUPT},
    {"a reserved byte of a stage type", stage_type_reserved, UQD_ERR_CORRUPT},
    {"a phase above the count", phase_not_there, UQD_ERR_CORRUPT},
    {"a stage type that coarsens", stage_type_rises, UQD_ERR_CORRUPT},
    {"a stage type above the top", stage_type_top, UQD_ERR_CORRUPT},
    {"a channel that coarsens", stage_type_level_rises, UQD_ERR_CORRUPT},
    {"a stage type of another class", stage_type_of_another_class, UQD_ERR_CORRUPT},
    {"a channel that is never exact", never_exact, UQD_ERR_CORRUPT},
    {"a last stage that ends above 0", ends_in_name_only, UQD_ERR_CORRUPT},
    {"a channel that skips a level", gap_in_levels, UQD_ERR_CORRUPT},
    {"a stage of no stage type", stage_of_no_stage_type, UQD_ERR_CORRUPT},
    {"a stage of no class", stage_of_no_class, UQD_ERR_CORRUPT},
    {"a stage of no step", stage_of_no_step, UQD_ERR_CORRUPT},
    {"steps that descend", steps_descend, UQD_ERR_CORRUPT},
    {"a stage left out", stage_left_out, UQD_ERR_CORRUPT},
    {"a stage twice", stage_twice, UQD_ERR_CORRUPT},
    {"an older version", older_version, UQD_ERR_UNSUPPORTED},
    {"a newer version", newer_version, UQD_ERR_UNSUPPORTED},
    {"another class of models", other_class, UQD_ERR_UNSUPPORTED},
    {"the version of another class", class_of_paper, UQD_ERR_UNSUPPORTED},
};

static void test_damaged_with_hash(void **state)
{
    (void)state;
    int failures = 0;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct model_bytes b = model_bytes_new();
        damages[i].apply(&b);
        model_bytes_seal(&b);
        const int status = loading_status(b.data, b.size);
        if (status != damages[i].status) {
            print_message("# %s: status %d instead of %d\n", damages[i].name, status,
                          damages[i].status);
            failures++;
        }
        free(b.data);
    }
    assert_int_equal(failures, 0);
}

/* Width, blocks, groups, stage types, stages, steps, phases, tensors, networks, blocks of the
 * denoiser.
 */
static void test_absurd_counts(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 17, 1000, 65536, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (size_t field = 36; field <= DENOISE_BLOCKS_AT; field += 4)
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            struct model_bytes b = model_bytes_new();
            put_u32_at(&b, field, values[i]);
            model_bytes_seal(&b);
            const int status = loading_status(b.data, b.size);
            /* Entries of the directory that nobody reads are allowed. */
            const int allowed = field == 64 && values[i] == 1000;
            if (status != UQD_ERR_CORRUPT && !allowed)
                fail_msg("%u in the field at %zu: status %d", values[i], field, status);
            free(b.data);
        }
}

static void test_info(void **state)
{
    (void)state;
    struct model_bytes b = model_bytes_new();
    struct uqd_model *model = load_tiny_model(1);
    struct uqd_model_info info;
    uint64_t id;
    uqd_model_get_info(model, &info);
    assert_int_equal(uqd_model_peek_id(b.data, b.size, &id), UQD_OK);
    assert_true(id == info.id);
    assert_true(id == uqd_get_u32(b.data + MODEL_HASH_AT));
    assert_int_equal(uqd_model_peek_id(b.data, TABLES - 1, &id), UQD_NEED_DATA);
    assert_int_equal(uqd_model_peek_id(b.data, TABLES, &id), UQD_OK);
    assert_int_equal(uqd_model_peek_id(b.data + 1, TABLES, &id), UQD_ERR_CORRUPT);
    assert_string_equal(info.name, "tiny");
    assert_true(info.macs > 0 && info.parameters > 0);
    assert_string_equal(uqd_model_step_name(model, info.n_steps - 1), "lossless");
    assert_null(uqd_model_step_name(model, info.n_steps));
    uqd_model_free(model);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_longer),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_flipped_tables_with_hash),
        cmocka_unit_test(test_damaged_with_hash),
        cmocka_unit_test(test_absurd_counts),
        cmocka_unit_test(test_info),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
