/* Records: metadata come back as they were, in memory that stays; what a decoder does not know is
 * skipped; and none of it costs a thumbnail. */
#include "codec_support.h"

#include "container/layout.h"
#include "container/record.h"

#include <stdlib.h>
#include <string.h>

static const struct uqd_metadata small[] = {
    {UQD_METADATA_EXIF, "II*\0\10\0\0\0\0\0\0\0\0\0", 14},
    {UQD_METADATA_TEXT, "Title\0\0\0one", 11},
    {UQD_METADATA_ICC, "profile", 7},
    {UQD_METADATA_TEXT, "Title\0\0\0two", 11},
};
enum { N_SMALL = sizeof small / sizeof *small };

static struct file encode_with(const struct uqd_model *model, const struct uqd_image *image,
                               const struct uqd_metadata *metadata, uint32_t n, int solid)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.metadata = metadata;
    settings.n_metadata = n;
    settings.solid = solid;
    return encode(model, image, &settings);
}

/* Bytes that do not compress. */
static uint8_t *make_noise(size_t size)
{
    uint8_t *noise = malloc(size);
    uint64_t seed = 19;
    assert_non_null(noise);
    for (size_t i = 0; i < size; i++)
        noise[i] = (uint8_t)(next_random(&seed) >> 40);
    return noise;
}

static struct uqd_metadata block_of(struct uqd_decoder *decoder, uint32_t i)
{
    struct uqd_metadata block;
    assert_int_equal(uqd_decoder_metadata(decoder, i, &block), UQD_OK);
    return block;
}

/* ---- Round trips ---- */

static void test_order(void **state)
{
    /* What tells the colours first, the others as they were given. */
    static const int expected[N_SMALL] = {2, 0, 1, 3};
    struct uqd_image *image = make_image(40, 30, 3, CONTENT_PHOTO, 18);
    for (int solid = 0; solid < 2; solid++) {
        const struct file file = encode_with(*state, image, small, N_SMALL, solid);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_int_equal(info_of(decoder).n_metadata, N_SMALL);
        for (uint32_t i = 0; i < N_SMALL; i++) {
            const struct uqd_metadata *want = &small[expected[i]], got = block_of(decoder, i);
            assert_int_equal(got.type, want->type);
            assert_int_equal(got.size, want->size);
            assert_memory_equal(got.data, want->data, want->size);
        }
        struct uqd_metadata block;
        assert_int_equal(uqd_decoder_metadata(decoder, N_SMALL, &block), UQD_ERR_ARG);
        assert_int_equal(advance_all(decoder), UQD_END);
        uint8_t *pixels = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        assert_memory_equal(pixels, image->pixels, image_bytes(image));
        free(pixels);
        uqd_decoder_free(decoder);
        free(file.data);
    }
    free(image);
}

static void test_none(void **state)
{
    struct uqd_image *image = make_image(9, 8, 3, CONTENT_PHOTO, 18);
    const struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    struct uqd_metadata block;
    assert_int_equal(info_of(decoder).n_metadata, 0);
    assert_int_equal(uqd_decoder_metadata(decoder, 0, &block), UQD_ERR_ARG);
    assert_int_equal(uqd_decoder_metadata_end(decoder, 0), 0);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* A block's pointer stays good while the file comes in small pieces, which moves what was fed. */
static void test_lifetime(void **state)
{
    static const size_t sizes[] = {1, 300, UQD_MAX_ICC_SIZE};
    struct uqd_image *image = make_image(9, 8, 3, CONTENT_PHOTO, 18);
    uint8_t *icc = make_noise(UQD_MAX_ICC_SIZE), *exif = make_noise(5 << 20);
    for (int i = 0; i < 3; i++) {
        const struct uqd_metadata blocks[] = {{UQD_METADATA_ICC, icc, sizes[i]},
                                              {UQD_METADATA_EXIF, exif, 5 << 20}};
        const struct file file = encode_with(*state, image, blocks, 2, 0);
        struct uqd_decoder *decoder = empty_decoder(*state);
        struct uqd_metadata block = {0};
        int status = UQD_NEED_DATA;
        for (size_t at = 0; at < file.size; at += 4000) {
            const size_t left = file.size - at;
            assert_true(uqd_decoder_feed(decoder, file.data + at, left < 4000 ? left : 4000) >= 0);
            if (status == UQD_NEED_DATA)
                status = uqd_decoder_metadata(decoder, 0, &block);
            if (status == UQD_NEED_DATA)
                assert_null(block.data);
            else
                assert_memory_equal(block.data, icc, sizes[i] < 300 ? sizes[i] : 300);
        }
        assert_int_equal(block.size, sizes[i]);
        assert_memory_equal(block.data, icc, sizes[i]);
        assert_memory_equal(block_of(decoder, 1).data, exif, 5 << 20);
        assert_ptr_equal(block_of(decoder, 0).data, block.data);
        assert_int_equal(advance_all(decoder), UQD_END);
        assert_memory_equal(block.data, icc, sizes[i]);
        uqd_decoder_free(decoder);
        free(file.data);
    }
    free(icc);
    free(exif);
    free(image);
}

static void test_end(void **state)
{
    struct uqd_image *image = make_image(40, 30, 3, CONTENT_PHOTO, 18);
    const struct file file = encode_with(*state, image, small, N_SMALL, 0);
    struct uqd_decoder *whole = full_decoder(*state, file);
    for (uint32_t i = 0; i < N_SMALL; i++) {
        struct uqd_decoder *decoder = empty_decoder(*state);
        const size_t end = (size_t)uqd_decoder_metadata_end(whole, i);
        struct uqd_metadata block;
        assert_in_range(end, 1, file.size);
        assert_true(uqd_decoder_feed(decoder, file.data, end - 1) >= 0);
        assert_int_equal(uqd_decoder_metadata(decoder, i, &block), UQD_NEED_DATA);
        assert_int_equal(uqd_decoder_feed(decoder, file.data + end - 1, 1), UQD_OK);
        assert_int_equal(uqd_decoder_metadata(decoder, i, &block), UQD_OK);
        uqd_decoder_free(decoder);
    }
    uqd_decoder_free(whole);
    free(file.data);
    free(image);
}

/* A thumbnail needs no byte of what is large, and at no step do such bytes lead. */
static void test_placement(void **state)
{
    uint8_t *noise = make_noise(100000);
    const struct uqd_metadata blocks[] = {{UQD_METADATA_ICC, noise, 90000},
                                          {UQD_METADATA_EXIF, noise, 300},
                                          {UQD_METADATA_XMP, noise, 100000}};
    struct uqd_image *image = make_image(200, 150, 3, CONTENT_NOISE, 18);
    const struct file plain = encode(*state, image, NULL);
    const struct file file = encode_with(*state, image, blocks, 3, 0);
    struct uqd_decoder *without = full_decoder(*state, plain);
    struct uqd_decoder *with = full_decoder(*state, file);
    const uint64_t thumbnail = step_info_of(without, 0).bytes;
    assert_in_range(step_info_of(with, 0).bytes, thumbnail, thumbnail + 20);
    for (uint32_t step = 0; step + 1 < info_of(with).n_steps; step++) {
        const uint64_t more = step_info_of(with, step).bytes - step_info_of(without, step).bytes;
        assert_true(2 * more <= step_info_of(with, step).bytes);
    }
    uqd_decoder_free(without);
    uqd_decoder_free(with);
    free(plain.data);
    free(file.data);
    free(image);
    free(noise);
}

/* ---- Limits and damage ---- */

static int encode_status(const struct uqd_model *model, const struct uqd_metadata *metadata,
                         uint32_t n)
{
    static const uint8_t pixels[3];
    const struct uqd_image image = {1, 1, 3, 3, pixels};
    struct uqd_encode_settings settings = one_thread_encoding();
    uint8_t *data = NULL;
    size_t size;
    settings.metadata = metadata;
    settings.n_metadata = n;
    const int status = uqd_encode(model, &image, &settings, &data, &size);
    free(data);
    return status;
}

static void test_limits(void **state)
{
    uint8_t *zeros = calloc(1, UQD_MAX_METADATA_SIZE + 1);
    struct uqd_metadata many[UQD_MAX_METADATA + 1];
    assert_non_null(zeros);
    const struct uqd_metadata bad[][2] = {
        {{UQD_METADATA_ICC, zeros, UQD_MAX_ICC_SIZE + 1}, {UQD_METADATA_CICP, zeros, 4}},
        {{UQD_METADATA_XMP, zeros, UQD_MAX_METADATA_SIZE + 1}, {UQD_METADATA_CICP, zeros, 4}},
        {{UQD_METADATA_XMP, zeros, UQD_MAX_METADATA_SIZE}, {UQD_METADATA_CICP, zeros, 4}},
        {{UQD_METADATA_XMP, zeros, 0}, {UQD_METADATA_CICP, zeros, 4}},
        {{UQD_METADATA_XMP, zeros, 1}, {UQD_METADATA_CICP, zeros, 3}},
        {{UQD_METADATA_XMP, zeros, 1}, {UQD_METADATA_RESOLUTION, zeros, 8}},
        {{UQD_METADATA_XMP, NULL, 4}, {UQD_METADATA_CICP, zeros, 4}},
        {{UQD_METADATA_XMP, zeros, 4}, {UQD_METADATA_XMP, zeros, 4}},
        {{(enum uqd_metadata_type)6, zeros, 4}, {UQD_METADATA_XMP, zeros, 4}},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(encode_status(*state, bad[i], 2), UQD_ERR_ARG);
    assert_int_equal(encode_status(*state, NULL, 1), UQD_ERR_ARG);
    for (uint32_t i = 0; i <= UQD_MAX_METADATA; i++)
        many[i] = (struct uqd_metadata){UQD_METADATA_TEXT, "a\0\0\0", 4};
    assert_int_equal(encode_status(*state, many, UQD_MAX_METADATA), UQD_OK);
    assert_int_equal(encode_status(*state, many, UQD_MAX_METADATA + 1), UQD_ERR_ARG);
    free(zeros);
}

/* A few bytes that claim to be many are refused: blocks have a limit together. */
static void test_bomb(void **state)
{
    uint8_t *zeros = calloc(1, UQD_MAX_METADATA_SIZE);
    struct uqd_image *image = make_image(9, 8, 3, CONTENT_PHOTO, 18);
    struct uqd_header header;
    uint8_t *record, *begin;
    size_t record_size, begin_size;
    const struct file plain = encode(*state, image, NULL);
    assert_non_null(zeros);
    assert_int_equal(uqd_header_parse(&header, plain.data, plain.size), UQD_OK);
    assert_int_equal(uqd_record_pack(zeros, UQD_MAX_METADATA_SIZE, &record, &record_size, NULL),
                     UQD_OK);
    for (uint32_t i = 0; i < 3; i++)
        header.records[i] = (struct uqd_record){UQD_METADATA_TEXT, 0, record_size};
    header.n_records = 3;
    assert_int_equal(uqd_header_write(&header, &begin, &begin_size), UQD_OK);
    struct uqd_decoder *decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, begin, begin_size), UQD_OK);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(uqd_decoder_feed(decoder, record, record_size), UQD_OK);
    struct uqd_metadata block;
    assert_int_equal(uqd_decoder_metadata(decoder, 1, &block), UQD_OK);
    assert_int_equal(uqd_decoder_metadata(decoder, 0, &block), UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_metadata(decoder, 2, &block), UQD_ERR_CORRUPT);
    uqd_decoder_free(decoder);
    free(begin);
    free(record);
    free(plain.data);
    free(image);
    free(zeros);
}

/* A damaged block is told, and the picture is whole all the same. */
static void test_damage(void **state)
{
    struct uqd_image *image = make_image(40, 30, 3, CONTENT_PHOTO, 18);
    const struct file file = encode_with(*state, image, small, N_SMALL, 0);
    struct uqd_header header;
    struct uqd_layout layout;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    uqd_layout_make(&layout, &header);
    for (uint32_t i = 0; i < header.n_records; i++)
        for (uint64_t at = 0; at < header.records[i].size; at++) {
            uint8_t *byte = file.data + layout.record[i] + at;
            struct uqd_metadata block;
            *byte ^= (uint8_t)(1 << at % 8);
            struct uqd_decoder *decoder = full_decoder(*state, file);
            for (uint32_t j = 0; j < header.n_records; j++) {
                const int status = uqd_decoder_metadata(decoder, j, &block);
                assert_int_equal(status, i == j ? UQD_ERR_CORRUPT : UQD_OK);
                assert_int_equal(block.data == NULL, i == j);
            }
            uqd_decoder_free(decoder);
            *byte ^= (uint8_t)(1 << at % 8);
        }
    file.data[layout.record[0]] ^= 1;
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* ---- Records of later versions ---- */

/* The file with a record of that type and content before a body. */
static struct file insert_record(struct file file, uint8_t type, uint8_t position,
                                 const uint8_t *content, size_t size)
{
    struct uqd_header header;
    struct uqd_layout old, new;
    struct file out;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    uqd_layout_make(&old, &header);
    header.records[0] = (struct uqd_record){type, position, size};
    header.n_records = 1;
    assert_int_equal(uqd_header_write(&header, &out.data, &header.size), UQD_OK);
    uqd_layout_make(&new, &header);
    out.size = (size_t) new.file_size;
    out.data = realloc(out.data, out.size);
    assert_non_null(out.data);
    memcpy(out.data + new.record[0], content, size);
    for (uint32_t i = 0; i < uqd_header_bodies(&header); i++)
        memcpy(out.data + new.body[i], file.data + old.body[i], (size_t)header.step_size[i]);
    return out;
}

static void test_unknown_records(void **state)
{
    struct uqd_image *image = make_image(40, 30, 3, CONTENT_PHOTO, 18);
    const struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    const uint32_t n_steps = info_of(decoder).n_steps;
    const uint64_t hash = picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    uint8_t *noise = make_noise(500);
    uqd_decoder_free(decoder);
    for (uint32_t position = 0; position <= n_steps; position++) {
        const struct file other = insert_record(file, 0x55, (uint8_t)position, noise, 500);
        decoder = full_decoder(*state, other);
        assert_int_equal(info_of(decoder).n_metadata, 0);
        assert_int_equal(picture_hash(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED), hash);
        assert_int_equal(advance_all(decoder), UQD_END);
        uint8_t *pixels = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
        assert_memory_equal(pixels, image->pixels, image_bytes(image));
        free(pixels);
        uqd_decoder_free(decoder);
        free(other.data);
    }
    const struct file needed = insert_record(file, 0xd5, 0, noise, 500);
    decoder = empty_decoder(*state);
    assert_int_equal(uqd_decoder_feed(decoder, needed.data, needed.size), UQD_ERR_UNSUPPORTED);
    uqd_decoder_free(decoder);
    free(needed.data);
    free(noise);
    free(file.data);
    free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_lifetime),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_placement),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_unknown_records),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
