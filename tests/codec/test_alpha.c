/* The alpha channel: exact at the end, coarse before, and without influence on the colours. */
#include "codec_support.h"

#include "codec/alpha.h"
#include "container/layout.h"
#include "container/record.h"

#include <stdlib.h>
#include <string.h>

enum mask { MASK_OPAQUE, MASK_CLEAR, MASK_DISK, MASK_RAMP, MASK_NOISE, N_MASKS };

static uint8_t mask_sample(enum mask mask, uint32_t x, uint32_t y, uint32_t side, uint64_t *seed)
{
    const int dx = 2 * (int)x - (int)side, dy = 2 * (int)y - (int)side;
    switch (mask) {
    case MASK_CLEAR:
        return 0;
    case MASK_DISK:
        return dx * dx + dy * dy < (int)(side * side * 3 / 4) ? 255 : 0;
    case MASK_RAMP:
        return (uint8_t)(4 * x + 2 * y);
    case MASK_NOISE:
        return (uint8_t)(next_random(seed) >> 40);
    default:
        return 255;
    }
}

/* Channels 2 or 4; colours are there under clear pixels too. */
static struct uqd_image *make_masked(uint32_t width, uint32_t height, uint32_t channels,
                                     enum mask mask)
{
    struct uqd_image *image = make_image(width, height, channels, CONTENT_PHOTO, 3);
    uint8_t *pixels = (uint8_t *)(image + 1);
    uint64_t seed = 4;
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            pixels[((size_t)y * width + x + 1) * channels - 1] =
                mask_sample(mask, x, y, width < height ? width : height, &seed);
    return image;
}

/* Colours alone. */
static struct uqd_image *without_alpha(const struct uqd_image *image)
{
    const size_t n = (size_t)image->width * image->height, colours = image->channels - 1;
    struct uqd_image *opaque = malloc(sizeof *opaque + n * colours);
    assert_non_null(opaque);
    uint8_t *pixels = (uint8_t *)(opaque + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(pixels + i * colours, image->pixels + i * image->channels, colours);
    *opaque = (struct uqd_image){image->width, image->height, (uint32_t)colours,
                                 image->width * colours, pixels};
    return opaque;
}

static void assert_lossless(const struct uqd_model *model, const struct uqd_image *image, int solid)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.solid = solid;
    const struct file file = encode(model, image, &settings);
    struct uqd_decoder *decoder = full_decoder(model, file);
    assert_int_equal(info_of(decoder).channels, image->channels);
    assert_int_equal(advance_all(decoder), UQD_END);
    assert_int_equal(info_of(decoder).file_size, file.size);
    uint8_t *pixels = picture_at(decoder, info_of(decoder).n_steps - 1, UQD_MODE_DENOISED);
    assert_memory_equal(pixels, image->pixels, image_bytes(image));
    free(pixels);
    pixels = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_ANCESTRAL);
    assert_memory_equal(pixels, image->pixels, image_bytes(image));
    free(pixels);
    uqd_decoder_free(decoder);
    free(file.data);
}

static void test_lossless(void **state)
{
    static const uint32_t sizes[][2] = {{1, 1}, {1, 9}, {8, 8}, {9, 17}, {33, 20}, {70, 64}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint32_t channels = 2; channels <= 4; channels += 2)
            for (int mask = 0; mask < N_MASKS; mask++) {
                struct uqd_image *image =
                    make_masked(sizes[i][0], sizes[i][1], channels, (enum mask)mask);
                assert_lossless(*state, image, mask % 2);
                free(image);
            }
}

/* Rows may be longer than their pixels, in and out. */
static void test_stride(void **state)
{
    enum { STRIDE = 100 };
    struct uqd_image *image = make_masked(21, 10, 4, MASK_DISK);
    uint8_t wide[10 * STRIDE] = {0}, shown[10 * STRIDE], expected[10 * STRIDE];
    for (uint32_t y = 0; y < 10; y++)
        memcpy(wide + (size_t)y * STRIDE, image->pixels + y * image->stride, image->stride);
    const struct uqd_image in = {21, 10, 4, STRIDE, wide};
    const struct file file = encode(*state, &in, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    assert_int_equal(advance_all(decoder), UQD_END);
    memset(shown, 0xa5, sizeof shown);
    memcpy(expected, shown, sizeof shown);
    for (uint32_t y = 0; y < 10; y++)
        memcpy(expected + (size_t)y * STRIDE, image->pixels + y * image->stride, image->stride);
    assert_int_equal(uqd_decoder_picture(decoder, &request, shown, STRIDE), UQD_OK);
    assert_memory_equal(shown, expected, sizeof shown);
    assert_int_equal(uqd_decoder_picture(decoder, &request, shown, 83), UQD_ERR_ARG);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* At every step the colours are those of the same picture without alpha. */
static void test_colours(void **state)
{
    struct uqd_image *image = make_masked(70, 50, 4, MASK_DISK), *opaque = without_alpha(image);
    const struct file files[2] = {encode(*state, image, NULL), encode(*state, opaque, NULL)};
    struct uqd_decoder *with = full_decoder(*state, files[0]);
    struct uqd_decoder *without = full_decoder(*state, files[1]);
    assert_int_equal(advance_all(with), UQD_END);
    assert_int_equal(advance_all(without), UQD_END);
    for (uint32_t step = 0; step < info_of(with).n_steps; step++) {
        uint8_t *both = picture_at(with, step, UQD_MODE_DENOISED);
        uint8_t *colours = picture_at(without, step, UQD_MODE_DENOISED);
        for (size_t i = 0; i < (size_t)70 * 50; i++)
            assert_memory_equal(both + 4 * i, colours + 3 * i, 3);
        free(both);
        free(colours);
    }
    uqd_decoder_free(with);
    uqd_decoder_free(without);
    free(files[0].data);
    free(files[1].data);
    free(image);
    free(opaque);
}

/* ---- Cuts ---- */

/* Sum of the magnitudes of the errors of alpha in the picture of the first n bytes. */
static uint64_t error_at(const struct uqd_model *model, const struct uqd_image *image,
                         struct file file, size_t n)
{
    struct uqd_decoder *decoder = empty_decoder(model);
    uint64_t error = 0;
    if (uqd_decoder_feed(decoder, file.data, n) == UQD_NEED_DATA) {
        uqd_decoder_free(decoder);
        return UINT64_MAX;
    }
    advance_all(decoder);
    uint8_t *pixels = picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED);
    for (size_t i = image->channels - 1; i < image_bytes(image); i += image->channels)
        error += (uint64_t)abs(pixels[i] - image->pixels[i]);
    free(pixels);
    uqd_decoder_free(decoder);
    return error;
}

/* The outline is there with the coarse record, and more bytes do not make it worse: by a hundredth
 * at most, while means that are there lie beside such that are not. */
static void test_cuts(void **state)
{
    struct uqd_image *image = make_masked(96, 80, 4, MASK_DISK);
    const struct file file = encode(*state, image, NULL);
    struct uqd_header header;
    struct uqd_layout layout;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    uqd_layout_make(&layout, &header);
    const size_t coarse_end = (size_t)(layout.record[0] + header.records[0].size);
    uint64_t last = UINT64_MAX, clear = 0;
    for (size_t i = 3; i < image_bytes(image); i += 4)
        clear += 255 - image->pixels[i];
    for (size_t n = 0; n <= file.size; n += n < 600 ? 1 : 37) {
        const uint64_t error = error_at(*state, image, file, n);
        assert_true(error <= last || error - last <= last / 100);
        last = error < last ? error : last;
    }
    const uint64_t coarse = error_at(*state, image, file, coarse_end);
    print_message("# error of alpha after %zu bytes: %.3f of that of none\n", coarse_end,
                  (double)coarse / (double)clear);
    assert_true(coarse < clear / 5);
    assert_int_equal(error_at(*state, image, file, file.size), 0);
    free(file.data);
    free(image);
}

/* Reduced alpha is the mean of squares, of the coarse record from 8 on. */
static void test_reduced(void **state)
{
    struct uqd_image *image = make_masked(75, 50, 2, MASK_RAMP);
    const struct file file = encode(*state, image, NULL);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (uint32_t reduce = 1; reduce <= UQD_MAX_REDUCE; reduce++) {
        const uint32_t width = uqd_reduced_side(75, reduce), height = uqd_reduced_side(50, reduce);
        struct uqd_picture_request request;
        uint8_t pixels[38 * 25 * 2];
        uqd_picture_request_default(&request);
        request.reduce = reduce;
        assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, (size_t)width * 2), UQD_OK);
        for (uint32_t i = 0; i < width * height; i++) {
            const uint32_t left = i % width << reduce, top = i / width << reduce;
            uint32_t sum = 0, count = 0;
            for (uint32_t y = top; y < 50 && y < top + (1U << reduce); y++)
                for (uint32_t x = left; x < 75 && x < left + (1U << reduce); x++, count++)
                    sum += image->pixels[((size_t)y * 75 + x) * 2 + 1];
            const int error = pixels[2 * i + 1] - (int)((sum + count / 2) / count);
            /* Means of means weight squares alike that the border cuts. */
            assert_in_range(error + 20, reduce <= 3 ? 20 : 0, reduce <= 3 ? 20 : 40);
        }
    }
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* ---- Damage ---- */

/* A changed bit of a piece is found before it is shown as the picture of a step. */
static void test_damage(void **state)
{
    struct uqd_image *image = make_masked(40, 40, 4, MASK_DISK);
    const struct file file = encode(*state, image, NULL);
    struct uqd_header header;
    struct uqd_layout layout;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    uqd_layout_make(&layout, &header);
    assert_int_equal(header.n_records, 2);
    for (uint32_t i = 0; i < header.n_records; i++)
        for (uint64_t at = 0; at < header.records[i].size; at++) {
            uint8_t *byte = file.data + layout.record[i] + at;
            *byte ^= (uint8_t)(1 << at % 8);
            struct uqd_decoder *decoder = full_decoder(*state, file);
            int status;
            while ((status = uqd_decoder_advance(decoder)) == UQD_OK)
                continue;
            assert_int_equal(status, UQD_ERR_CORRUPT);
            assert_int_equal(uqd_decoder_steps_complete(decoder), header.records[i].position);
            free(picture_at(decoder, UQD_STEP_LATEST, UQD_MODE_DENOISED));
            uqd_decoder_free(decoder);
            *byte ^= (uint8_t)(1 << at % 8);
        }
    free(file.data);
    free(image);
}

static int parse_written(const struct uqd_header *header)
{
    struct uqd_header parsed;
    uint8_t *data;
    size_t size;
    assert_int_equal(uqd_header_write(header, &data, &size), UQD_OK);
    const int status = uqd_header_parse(&parsed, data, size);
    free(data);
    return status;
}

/* A file whose last step is there has all of its alpha: tables that could not say so are damage. */
static void test_table(void **state)
{
    struct uqd_image *image = make_masked(40, 40, 4, MASK_DISK);
    const struct file file = encode(*state, image, NULL);
    struct uqd_header header;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    assert_int_equal(parse_written(&header), UQD_OK);
    header.n_records = 1;
    assert_int_equal(parse_written(&header), UQD_ERR_CORRUPT);
    header.n_records = 3;
    header.records[2] = header.records[1];
    assert_int_equal(parse_written(&header), UQD_ERR_CORRUPT);
    header.n_records = 2;
    header.records[1].position = (uint8_t)header.n_steps;
    assert_int_equal(parse_written(&header), UQD_ERR_CORRUPT);
    free(file.data);
    free(image);
}

/* What passes the checksum may still be no piece. */
static void test_wrong_content(void **state)
{
    static const uint8_t contents[][3] = {{2, 0, 0}, {0, 0, 0}, {1, 9, 9}};
    struct uqd_alpha alpha = {.width = 2, .height = 1};
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t size = 1; size <= 3; size++) {
            uint8_t *data;
            size_t n;
            assert_int_equal(uqd_record_pack(contents[i], size, &data, &n, NULL), UQD_OK);
            const int is_good = i > 0 && size == 3;
            assert_int_equal(uqd_alpha_decode(&alpha, UQD_ALPHA_EXACT, data, n, n, NULL),
                             is_good ? UQD_OK : UQD_ERR_CORRUPT);
            assert_int_equal(alpha.n_known[UQD_ALPHA_EXACT], is_good ? 2 : 0);
            free(data);
        }
    uqd_alpha_free(&alpha);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lossless), cmocka_unit_test(test_stride),
        cmocka_unit_test(test_colours),  cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_reduced),  cmocka_unit_test(test_damage),
        cmocka_unit_test(test_table),    cmocka_unit_test(test_wrong_content),
    };
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
