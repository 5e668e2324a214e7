/* Models whose denoiser is a part of its own: files do not depend on it, pictures do.
 *
 *     test_codec_parts MODEL.uqdm     the shipped model, whose denoiser makes pictures */
#include "codec_support.h"

#include "parted_model.h"
#include "util/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ID_AT = 24, TENSORS_AT = 64, DENOISER_AT = 72, HEADER = 80, DENOISER_HEADER = 32 };

static const char *shipped_path;

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes tiny(uint64_t denoiser_seed, uint32_t revision)
{
    struct bytes b;
    b.data = tiny_parted_model_bytes(1, denoiser_seed, revision, &b.size);
    return b;
}

static uint8_t *read_shipped(void)
{
    FILE *file = fopen(shipped_path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    uint8_t *data = malloc((size_t)size);
    assert_true(size > 0 && data != NULL);
    rewind(file);
    assert_int_equal(fread(data, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return data;
}

/* The shipped weights with so many blocks of the denoiser. */
static struct uqd_model *shipped_with(const uint8_t *shipped, uint32_t n_blocks, uint32_t revision)
{
    const struct parted_denoiser denoiser = {shipped, n_blocks, revision};
    struct uqd_model *model;
    size_t size;
    uint8_t *data = parted_model_bytes(shipped, denoiser, &size);
    assert_int_equal(uqd_model_new(&model, data, size), UQD_OK);
    free(data);
    return model;
}

/* Opened behind a descriptor. */
static int open_file(struct uqd_model **model, const uint8_t *data, size_t size)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fflush(file), 0);
    const int status = uqd_model_open(model, fileno(file));
    fclose(file);
    return status;
}

static uint64_t id_of(const struct uqd_model *model)
{
    struct uqd_model_info info;
    uqd_model_get_info(model, &info);
    return info.id;
}

/* ---- Identities ---- */

static void check_identities(const struct bytes *b, uint32_t revision, uint64_t *id,
                             uint64_t *denoiser)
{
    struct uqd_model *model;
    uint32_t found, peeked;
    uint64_t peeked_id;
    assert_int_equal(uqd_model_new(&model, b->data, b->size), UQD_OK);
    *id = id_of(model);
    *denoiser = uqd_model_denoiser(model, &found);
    assert_int_equal(uqd_model_peek_id(b->data, HEADER, &peeked_id), UQD_OK);
    assert_int_equal(uqd_model_peek_revision(b->data, HEADER, &peeked), UQD_OK);
    assert_int_equal(uqd_model_peek_revision(b->data, HEADER - 1, &peeked), UQD_NEED_DATA);
    assert_true(found == revision && peeked == revision && peeked_id == *id);
    uqd_model_free(model);
}

static void test_identities(void **state)
{
    (void)state;
    const struct bytes models[] = {tiny(1, 3), tiny(2, 4), tiny(1, 5)};
    uint64_t ids[3], denoisers[3];
    for (uint32_t i = 0; i < 3; i++)
        check_identities(&models[i], 3 + i, &ids[i], &denoisers[i]);
    assert_true(ids[0] == ids[1] && ids[0] == ids[2]);
    assert_true(denoisers[0] != denoisers[1] && denoisers[0] != denoisers[2]);
    for (int i = 0; i < 3; i++)
        free(models[i].data);
}

/* Those of older files are as they were. */
static void test_files_of_one_part(void **state)
{
    (void)state;
    struct uqd_model *model = load_tiny_model(1);
    uint32_t revision = 1;
    assert_true(uqd_model_denoiser(model, &revision) == 0);
    assert_int_equal(revision, 0);
    uqd_model_free(model);
}

/* ---- Files and pictures ---- */

static struct file file_with(const struct uqd_model *model, const struct uqd_image *image)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.no_distortion = 1;
    return encode(model, image, &settings);
}

static void check_lossless(const struct uqd_model *model, struct file file,
                           const struct uqd_image *image)
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    const struct uqd_info info = info_of(decoder);
    uint8_t *pixels = picture_at(decoder, info.n_steps - 1, UQD_MODE_DENOISED);
    assert_true(info.lossless && memcmp(pixels, image->pixels, image_bytes(image)) == 0);
    free(pixels);
    uqd_decoder_free(decoder);
}

/* In how many steps the denoised pictures are not the same; those that are drawn always are. */
static uint32_t count_others(const struct uqd_model *model, struct file file,
                             const struct uqd_model *other, struct file other_file)
{
    struct uqd_decoder *a = full_decoder(model, file), *b = full_decoder(other, other_file);
    uint32_t n = 0;
    assert_true(advance_all(a) == UQD_END && advance_all(b) == UQD_END);
    for (uint32_t s = 0; s < info_of(a).n_steps; s++) {
        n += picture_hash(a, s, UQD_MODE_DENOISED) != picture_hash(b, s, UQD_MODE_DENOISED);
        assert_true(picture_hash(a, s, UQD_MODE_ANCESTRAL) ==
                    picture_hash(b, s, UQD_MODE_ANCESTRAL));
        assert_true(picture_hash(a, s, UQD_MODE_FLOW) == picture_hash(b, s, UQD_MODE_FLOW));
    }
    uqd_decoder_free(a);
    uqd_decoder_free(b);
    return n;
}

static void test_any_denoiser_decodes(void **state)
{
    (void)state;
    uint8_t *shipped = read_shipped();
    struct uqd_image *image = make_image(61, 45, 3, CONTENT_PHOTO, 9);
    struct uqd_model *older = shipped_with(shipped, 0, 1), *newer = shipped_with(shipped, 2, 2);
    const struct file a = file_with(older, image), b = file_with(newer, image);
    assert_true(a.size == b.size && memcmp(a.data, b.data, a.size) == 0);
    check_lossless(older, a, image);
    check_lossless(newer, a, image);
    /* Of ten steps the last is exact, and the first may have little to show. */
    assert_in_range(count_others(older, a, newer, b), 8, 9);
    free(a.data);
    free(b.data);
    uqd_model_free(older);
    uqd_model_free(newer);
    free(image);
    free(shipped);
}

/* The same weights in either version code and show the same. */
static void test_same_bits_as_in_one_part(void **state)
{
    (void)state;
    struct uqd_image *image = make_image(40, 52, 3, CONTENT_PHOTO, 19);
    struct uqd_model *model;
    uint8_t *shipped = read_shipped();
    const size_t size = (size_t)uqd_get_u64(shipped + 16);
    assert_int_equal(uqd_model_new(&model, shipped, size), UQD_OK);
    struct uqd_model *parted = shipped_with(shipped, 2, 0);
    const struct file one = file_with(model, image), two = file_with(parted, image);
    assert_int_equal(one.size, two.size);
    /* Only what names the model differs, and the header's sum. */
    size_t n_others = 0;
    for (size_t i = 0; i < one.size; i++)
        n_others += one.data[i] != two.data[i];
    assert_true(n_others >= 1 && n_others <= 6);
    assert_int_equal(count_others(model, one, parted, two), 0);
    uqd_model_free(model);
    uqd_model_free(parted);
    free(one.data);
    free(two.data);
    free(image);
    free(shipped);
}

/* From memory and from a descriptor, whose values are read when they are needed. */
static void test_descriptor_as_memory(void **state)
{
    (void)state;
    const struct bytes b = tiny(2, 1);
    struct uqd_image *image = make_image(33, 20, 3, CONTENT_PHOTO, 3);
    struct uqd_model *opened, *loaded;
    assert_int_equal(uqd_model_new(&loaded, b.data, b.size), UQD_OK);
    assert_int_equal(open_file(&opened, b.data, b.size), UQD_OK);
    assert_true(id_of(opened) == id_of(loaded));
    const struct file file = file_with(opened, image);
    check_lossless(loaded, file, image);
    assert_int_equal(count_others(opened, file, loaded, file), 0);
    free(file.data);
    uqd_model_free(opened);
    uqd_model_free(loaded);
    free(image);
    free(b.data);
}

/* ---- Damage ---- */

/* Behind a descriptor damaged values are found when they are read. */
static void check_opened(const struct bytes *b, size_t at)
{
    struct uqd_model *model;
    int status = open_file(&model, b->data, b->size);
    if (status == UQD_OK) {
        status = encoding_status(model);
        uqd_model_free(model);
    }
    if (status == UQD_OK)
        fail_msg("byte %zu flipped: not found", at);
}

static void test_flipped(void **state)
{
    (void)state;
    const struct bytes b = tiny(1, 1);
    const size_t begin = (size_t)uqd_get_u64(b.data + DENOISER_AT);
    const size_t head = begin + DENOISER_HEADER;
    for (size_t i = 0; i < b.size; i += i >= begin && i < head ? 1 : i < 12000 ? 7 : 331) {
        b.data[i] ^= 0x10;
        const int status = loading_status(b.data, b.size);
        /* Between the tensors there are bytes of no meaning. */
        if (status != UQD_ERR_CORRUPT && status != UQD_ERR_UNSUPPORTED && b.data[i] != 0x10)
            fail_msg("byte %zu flipped: status %d", i, status);
        if (status != UQD_OK && i > begin && (i < head || i % 5 == 0))
            check_opened(&b, i);
        b.data[i] ^= 0x10;
    }
    free(b.data);
}

static void test_cut(void **state)
{
    (void)state;
    const struct bytes b = tiny(1, 1);
    const size_t begin = (size_t)uqd_get_u64(b.data + DENOISER_AT);
    for (size_t size = begin - 3; size < b.size; size += size < begin + 60 ? 1 : 4001)
        for (int with_size = 0; with_size < 2; with_size++) {
            uint8_t *cut = malloc(size);
            struct uqd_model *model;
            assert_non_null(cut);
            memcpy(cut, b.data, size);
            if (with_size)
                uqd_put_u64(cut + 16, size);
            assert_int_equal(loading_status(cut, size), UQD_ERR_CORRUPT);
            if (open_file(&model, cut, size) == UQD_OK) {
                /* Some tensors lie inside; nobody has asked for the others. */
                assert_int_equal(encoding_status(model), UQD_ERR_MODEL_FILE);
                uqd_model_free(model);
            }
            free(cut);
        }
    free(b.data);
}

/* A denoiser is of one trunk. */
static void test_denoiser_of_another_model(void **state)
{
    (void)state;
    struct bytes b = tiny(1, 1), other;
    other.data = tiny_parted_model_bytes(2, 1, 1, &other.size);
    const size_t begin = (size_t)uqd_get_u64(b.data + DENOISER_AT);
    assert_int_equal(b.size, other.size);
    memcpy(b.data + begin, other.data + begin, b.size - begin);
    assert_int_equal(loading_status(b.data, b.size), UQD_ERR_CORRUPT);
    free(b.data);
    free(other.data);
}

static void check_sealed(size_t at, int is_of_denoiser, uint64_t value, int n_bytes, int expected)
{
    struct bytes b = tiny(1, 1);
    uint8_t *field = b.data + at + (is_of_denoiser ? uqd_get_u64(b.data + DENOISER_AT) : 0);
    for (int i = 0; i < n_bytes; i++)
        field[i] = (uint8_t)(value >> 8 * i);
    parted_model_seal(b.data, b.size);
    const int status = loading_status(b.data, b.size);
    if (status != expected)
        fail_msg("%llu in the field at %zu: status %d", (unsigned long long)value, at, status);
    free(b.data);
}

/* With hashes that fit. */
static void test_absurd_numbers(void **state)
{
    (void)state;
    static const uint64_t begins[] = {
        0, 1, 80, 4096, 1 << 20, UINT32_MAX, UINT64_MAX, UINT64_MAX - 31, INT64_MAX};
    static const uint32_t counts[] = {17, 1025, 65536, 0x7fffffff, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        check_sealed(DENOISER_AT, 0, begins[i], 8, UQD_ERR_CORRUPT);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        check_sealed(20, 1, counts[i], 4, UQD_ERR_CORRUPT); /* blocks */
        check_sealed(24, 1, counts[i], 4, UQD_ERR_CORRUPT); /* tensors */
        check_sealed(28, 1, counts[i], 4, UQD_ERR_CORRUPT); /* reserved */
    }
    check_sealed(20, 1, 2, 4, UQD_ERR_CORRUPT);
    check_sealed(24, 1, 0, 4, UQD_ERR_CORRUPT);
    check_sealed(16, 1, 2, 4, UQD_ERR_CORRUPT); /* another revision than the header's */
    check_sealed(TENSORS_AT, 0, 0, 4, UQD_ERR_CORRUPT);
    check_sealed(8, 0, 7, 4, UQD_ERR_UNSUPPORTED);
    check_sealed(20, 1, 1, 4, UQD_OK);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_files_of_one_part),
        cmocka_unit_test(test_any_denoiser_decodes),
        cmocka_unit_test(test_same_bits_as_in_one_part),
        cmocka_unit_test(test_descriptor_as_memory),
        cmocka_unit_test(test_flipped),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_denoiser_of_another_model),
        cmocka_unit_test(test_absurd_numbers),
    };
    if (argc < 2)
        return 2;
    shipped_path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
