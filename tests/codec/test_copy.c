/* Files whose last step is an exact copy of the picture. */
#include "codec_support.h"

#include "codec/copy/webp.h"
#include "container/crc.h"
#include "container/header.h"
#include "container/layout.h"
#include "util/bytes.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WIDTH = 83, HEIGHT = 61, CRC_SIZE = 4, VERSION_OF_COPIES = 5 };

static const char *shipped; /* model file */

static struct uqd_encode_settings copying(void)
{
    struct uqd_encode_settings settings = one_thread_encoding();
    settings.may_copy = 1;
    return settings;
}

/* Checkers are no photograph, and a model that has learnt nothing codes none well. */
static struct file encode_copy_with(const struct uqd_model *model, const struct uqd_image *image,
                                    const struct uqd_encode_settings *settings)
{
    const struct file file = encode(model, image, settings);
    assert_int_equal(file.data[4], VERSION_OF_COPIES);
    return file;
}

static struct file encode_copy(const struct uqd_model *model, const struct uqd_image *image)
{
    const struct uqd_encode_settings settings = copying();
    return encode_copy_with(model, image, &settings);
}

static void check_picture(const struct uqd_image *image, struct uqd_decoder *decoder,
                          enum uqd_mode mode)
{
    uint8_t *pixels = picture_at(decoder, info_of(decoder).n_steps - 1, mode);
    assert_memory_equal(pixels, image->pixels, image_bytes(image));
    free(pixels);
}

/* ---- Whole files ---- */

static void check_round_trip(const struct uqd_model *model, const struct uqd_image *image)
{
    const struct file file = encode_copy(model, image), longer = encode(model, image, NULL);
    struct uqd_decoder *decoder = full_decoder(model, file);
    const struct uqd_info info = info_of(decoder);
    assert_true(info.has_copy && info.lossless);
    assert_in_range(info.n_steps, 2, info_of(decoder).n_steps);
    assert_true(file.size < longer.size);
    assert_int_equal(info.file_size, file.size);
    assert_string_equal(step_info_of(decoder, info.n_steps - 1).name, "lossless");
    assert_true(step_info_of(decoder, info.n_steps - 1).psnr > 1000);
    assert_int_equal(advance_all(decoder), UQD_END);
    for (int mode = UQD_MODE_DENOISED; mode <= UQD_MODE_FLOW; mode++)
        check_picture(image, decoder, (enum uqd_mode)mode);
    uqd_decoder_free(decoder);
    free(file.data);
    free(longer.data);
}

static void test_round_trip(void **state)
{
    static const struct {
        uint32_t width, height;
    } sizes[] = {{WIDTH, HEIGHT}, {9, 200}, {200, 9}, {64, 64}, {300, 140}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint32_t channels = 1; channels <= 4; channels++) {
            struct uqd_image *image =
                make_image(sizes[i].width, sizes[i].height, channels, CONTENT_CHECKERS, 1);
            check_round_trip(*state, image);
            free(image);
        }
}

/* What the shipped model codes well stays as it is, bit by bit. */
static void test_not_where_it_is_larger(void **state)
{
    (void)state;
    struct uqd_model *model;
    const int fd = open(shipped, O_RDONLY | O_CLOEXEC);
    assert_int_equal(uqd_model_open(&model, fd), UQD_OK);
    const struct uqd_encode_settings settings = copying();
    struct uqd_image *image = make_image(160, 120, 3, CONTENT_PHOTO, 1);
    const struct file file = encode(model, image, &settings), same = encode(model, image, NULL);
    assert_int_equal(file.size, same.size);
    assert_memory_equal(file.data, same.data, file.size);
    free(file.data);
    free(same.data);
    free(image);
    uqd_model_free(model);
    close(fd);
}

static void test_not_where_steps_are_asked_for(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_CHECKERS, 1);
    struct uqd_encode_settings settings = copying();
    settings.stop_step = 1;
    const struct file file = encode(*state, image, &settings);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    assert_false(info_of(decoder).has_copy);
    assert_int_equal(advance_all(decoder), UQD_END);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* A solid file is for the fewest bytes. */
static void test_instead_of_a_solid_body(void **state)
{
    for (uint32_t channels = 1; channels <= 4; channels++) {
        struct uqd_image *image = make_image(WIDTH, HEIGHT, channels, CONTENT_CHECKERS, 1);
        struct uqd_encode_settings settings = copying();
        const struct file not_solid = encode(*state, image, &settings);
        settings.solid = 1;
        const struct file file = encode_copy_with(*state, image, &settings);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_true(file.size < not_solid.size);
        assert_int_equal(info_of(decoder).n_steps, 1);
        assert_false(info_of(decoder).solid);
        assert_int_equal(advance_all(decoder), UQD_END);
        check_picture(image, decoder, UQD_MODE_DENOISED);
        uqd_decoder_free(decoder);
        free(file.data);
        free(not_solid.data);
        free(image);
    }
}

/* Noise is no larger than its pixels and one per cent, a header aside. */
static void test_noise(void **state)
{
    for (uint32_t channels = 1; channels <= 3; channels += 2) {
        struct uqd_image *image = make_image(160, 120, channels, CONTENT_NOISE, 1);
        const struct file file = encode_copy(*state, image);
        struct uqd_decoder *decoder = full_decoder(*state, file);
        assert_in_range(file.size - info_of(decoder).header_size, 1,
                        image_bytes(image) + image_bytes(image) / 100 + 64);
        assert_int_equal(advance_all(decoder), UQD_END);
        check_picture(image, decoder, UQD_MODE_DENOISED);
        uqd_decoder_free(decoder);
        free(file.data);
        free(image);
    }
}

/* ---- Reduced pictures ---- */

static uint8_t mean_of(const struct uqd_image *image, uint32_t x, uint32_t y, uint32_t c,
                       uint32_t side)
{
    uint32_t sum = 0, n = 0;
    for (uint32_t j = y * side; j < (y + 1) * side && j < image->height; j++)
        for (uint32_t i = x * side; i < (x + 1) * side && i < image->width; i++, n++)
            sum += image->pixels[(j * image->width + i) * image->channels + c];
    return (uint8_t)((sum + n / 2) / n);
}

static void test_reduced(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_NOISE, 1);
    const struct file file = encode_copy(*state, image);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    advance_all(decoder);
    for (uint32_t reduce = 0; reduce <= UQD_MAX_REDUCE; reduce++) {
        uint8_t pixels[WIDTH * HEIGHT * 3], *p = pixels;
        struct uqd_picture_request request;
        const uint32_t width = uqd_reduced_side(WIDTH, reduce);
        int shows;
        uqd_picture_request_default(&request);
        request.reduce = reduce;
        assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, width * 3), UQD_OK);
        for (uint32_t y = 0; y < uqd_reduced_side(HEIGHT, reduce); y++)
            for (uint32_t x = 0; x < width; x++)
                for (uint32_t c = 0; c < 3; c++)
                    assert_int_equal(*p++, mean_of(image, x, y, c, 1U << reduce));
        assert_int_equal(
            uqd_decoder_step_shows(decoder, info_of(decoder).n_steps - 1, reduce, &shows), UQD_OK);
        assert_true(shows);
    }
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

/* ---- Cut files ---- */

static void picture_of(struct uqd_decoder *decoder, uint64_t bytes, uint8_t *pixels)
{
    struct uqd_picture_request request;
    uqd_picture_request_default(&request);
    request.bytes = bytes;
    assert_int_equal(uqd_decoder_picture(decoder, &request, pixels, (size_t)WIDTH * 3), UQD_OK);
}

static uint32_t equal_rows(const struct uqd_image *image, const uint8_t *pixels)
{
    const size_t stride = (size_t)image->width * image->channels;
    uint32_t n = 0;
    while (n < image->height &&
           memcmp(image->pixels + n * stride, pixels + n * stride, stride) == 0)
        n++;
    return n;
}

/* Any prefix is a file: rows come from above, and none goes away; below them lies the last step
 * before the copy. A decoder of the whole file shows the same for the prefix. */
static void test_prefixes(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_NOISE, 1);
    const struct file file = encode_copy(*state, image);
    struct uqd_decoder *whole = full_decoder(*state, file);
    const uint32_t before = info_of(whole).n_steps - 2;
    const uint64_t begin = step_info_of(whole, before).bytes;
    uint8_t pixels[WIDTH * HEIGHT * 3], other[WIDTH * HEIGHT * 3];
    uint32_t n_rows = 0;
    advance_all(whole);
    uint8_t *preview = picture_at(whole, before, UQD_MODE_DENOISED);
    for (uint64_t size = begin; size <= file.size; size += file.size - size < 97 ? 1 : 97) {
        const struct file cut = {file.data, (size_t)size};
        struct uqd_decoder *decoder = full_decoder(*state, cut);
        advance_all(decoder);
        picture_of(decoder, 0, pixels);
        picture_of(whole, size, other);
        assert_memory_equal(pixels, other, sizeof pixels);
        const uint32_t n = equal_rows(image, pixels);
        assert_in_range(n, n_rows, HEIGHT);
        assert_memory_equal(pixels + (size_t)n * WIDTH * 3, preview + (size_t)n * WIDTH * 3,
                            (size_t)(HEIGHT - n) * WIDTH * 3);
        n_rows = n;
        uqd_decoder_free(decoder);
    }
    assert_int_equal(n_rows, HEIGHT);
    free(preview);
    uqd_decoder_free(whole);
    free(file.data);
    free(image);
}

/* ---- Damage ---- */

/* The step is damaged, those before it are not, and what is at hand of it shows nothing. */
static void check_damaged(const struct uqd_model *model, struct file file)
{
    struct uqd_decoder *decoder = full_decoder(model, file);
    const uint32_t n = info_of(decoder).n_steps;
    uint8_t pixels[WIDTH * HEIGHT * 3];
    for (uint32_t step = 0; step + 1 < n; step++)
        assert_int_equal(uqd_decoder_advance(decoder), UQD_OK);
    picture_of(decoder, 0, pixels);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_CORRUPT);
    assert_int_equal(uqd_decoder_steps_complete(decoder), n - 1);
    uint8_t *preview = picture_at(decoder, n - 2, UQD_MODE_DENOISED);
    assert_memory_equal(pixels, preview, sizeof pixels);
    picture_of(decoder, 0, pixels);
    assert_memory_equal(pixels, preview, sizeof pixels);
    free(preview);
    uqd_decoder_free(decoder);
}

static void test_flipped_bits(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_CHECKERS, 1);
    const struct file file = encode_copy(*state, image);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    const uint64_t begin = step_info_of(decoder, info_of(decoder).n_steps - 2).bytes;
    uqd_decoder_free(decoder);
    for (uint64_t bit = 8 * begin; bit < 8 * file.size; bit += 5) {
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        check_damaged(*state, file);
        file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(file.data);
    free(image);
}

/* The file with another copy in its last body, the checksums right. */
static struct file with_copy(struct file file, const uint8_t *copy, size_t size)
{
    struct uqd_header header;
    struct uqd_layout layout;
    uint8_t *data;
    uint32_t crc;
    assert_int_equal(uqd_header_parse(&header, file.data, file.size), UQD_OK);
    uqd_layout_make(&layout, &header);
    const uint32_t last = header.n_steps - 1;
    const size_t kept = (size_t)(layout.body[last] - header.size), old_header = header.size;
    header.step_size[last] = CRC_SIZE + size;
    assert_int_equal(uqd_header_write(&header, &data, &header.size), UQD_OK);
    struct file other = {NULL, header.size + kept + CRC_SIZE + size};
    other.data = realloc(data, other.size);
    assert_non_null(other.data);
    memcpy(other.data + header.size, file.data + old_header, kept);
    memcpy(other.data + other.size - size, copy, size);
    assert_int_equal(uqd_crc32(copy, size, &crc, NULL), UQD_OK);
    uqd_put_u32(other.data + other.size - size - CRC_SIZE, crc);
    return other;
}

/* Contents whose checksum is right. */
static void test_wrong_contents(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_CHECKERS, 1);
    struct uqd_image *wide = make_image(HEIGHT, WIDTH, 3, CONTENT_CHECKERS, 1);
    const struct file file = encode_copy(*state, image);
    uint8_t *copy;
    size_t size;
    assert_int_equal(uqd_webp_encode(wide, UQD_WEBP_FAST, &copy, &size, NULL), UQD_OK);
    struct file other = with_copy(file, copy, size);
    check_damaged(*state, other);
    free(other.data);
    free(copy);
    assert_int_equal(uqd_webp_encode(image, UQD_WEBP_FAST, &copy, &size, NULL), UQD_OK);
    for (size_t n = 1; n <= size; n += n < 8 ? 1 : 13) {
        other = with_copy(file, copy, n);
        if (n < size)
            check_damaged(*state, other);
        free(other.data);
    }
    copy[0] ^= 1;
    other = with_copy(file, copy, size);
    check_damaged(*state, other);
    free(other.data);
    free(copy);
    free(file.data);
    free(image);
    free(wide);
}

static int header_status(struct uqd_header *header, int second_flags)
{
    struct uqd_header parsed;
    uint8_t *data;
    size_t size;
    assert_int_equal(uqd_header_write(header, &data, &size), UQD_OK);
    if (second_flags >= 0)
        data[6] = (uint8_t)second_flags;
    const int status = uqd_header_parse(&parsed, data, size);
    free(data);
    return status;
}

static void test_headers(void **state)
{
    (void)state;
    struct uqd_header header = {.width = 5,
                                .height = 7,
                                .colours = 3,
                                .n_steps = 1,
                                .has_copy = 1,
                                .tile_log2 = UQD_HEADER_TILE_LOG2};
    assert_int_equal(header_status(&header, -1), UQD_OK);
    assert_int_equal(header_status(&header, 1 << 5), UQD_ERR_UNSUPPORTED);
    header.solid = 1;
    assert_int_equal(header_status(&header, -1), UQD_ERR_CORRUPT);
}

/* ---- The rest ---- */

/* All bits of the copy are in some block, about as many in each. */
static void test_step_bits(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_CHECKERS, 1);
    const struct file file = encode_copy(*state, image);
    struct uqd_decoder *decoder = full_decoder(*state, file);
    const uint32_t last = info_of(decoder).n_steps - 1;
    uint32_t map[11 * 8];
    uint64_t sum = 0;
    assert_int_equal(uqd_decoder_step_bits(decoder, last, map, 11 * 8), UQD_NEED_DATA);
    advance_all(decoder);
    assert_int_equal(uqd_decoder_step_bits(decoder, last, map, 11 * 8), UQD_OK);
    for (size_t i = 0; i < 11 * 8; i++) {
        assert_in_range(map[i], map[0] - 1, map[0] + 1);
        sum += map[i];
    }
    assert_int_equal(sum, (file.size - step_info_of(decoder, last - 1).bytes) * 8 * 256);
    assert_int_equal(uqd_decoder_prepare(decoder), UQD_END);
    uqd_decoder_free(decoder);
    free(file.data);
    free(image);
}

static unsigned n_appends;

/* libwebp's, which moves all that it has been given: its type is of no matter here. */
int __real_WebPIAppend(void *decoder, const uint8_t *data, size_t size);
int __wrap_WebPIAppend(void *decoder, const uint8_t *data, size_t size);

int __wrap_WebPIAppend(void *decoder, const uint8_t *data, size_t size)
{
    n_appends++;
    return __real_WebPIAppend(decoder, data, size);
}

/* What a copy takes is proportional to its bytes. */
static void test_few_pieces(void **state)
{
    struct uqd_image *image = make_image(700, 500, 3, CONTENT_NOISE, 1);
    uint8_t *copy, *pixels = malloc(image_bytes(image));
    size_t size;
    uint32_t n_rows;
    (void)state;
    assert_non_null(pixels);
    assert_int_equal(uqd_webp_encode(image, UQD_WEBP_FAST, &copy, &size, NULL), UQD_OK);
    assert_in_range(size, image_bytes(image), 2 * image_bytes(image));
    n_appends = 0;
    assert_int_equal(uqd_webp_decode(copy, size, size, 700, 500, pixels, &n_rows, NULL), UQD_OK);
    assert_int_equal(n_rows, 500);
    assert_memory_equal(pixels, image->pixels, image_bytes(image));
    assert_in_range(n_appends, 2, 5); /* the container among them */
    free(pixels);
    free(copy);
    free(image);
}

static int stop(void *cookie, double done)
{
    (void)cookie, (void)done;
    return 1;
}

static void test_cancelled(void **state)
{
    struct uqd_image *image = make_image(WIDTH, HEIGHT, 3, CONTENT_CHECKERS, 1);
    const struct file file = encode_copy(*state, image);
    struct uqd_decoder_settings settings = one_thread_decoding();
    struct uqd_decoder *decoder;
    settings.progress = stop;
    assert_int_equal(uqd_decoder_new(&decoder, *state, &settings), UQD_OK);
    assert_int_equal(uqd_decoder_feed(decoder, file.data, file.size), UQD_OK);
    assert_int_equal(uqd_decoder_advance(decoder), UQD_ERR_CANCELLED);
    uqd_decoder_free(decoder);
    struct uqd_encode_settings encoding = copying();
    uint8_t *data;
    size_t size;
    encoding.progress = stop;
    assert_int_equal(uqd_encode(*state, image, &encoding, &data, &size), UQD_ERR_CANCELLED);
    free(file.data);
    free(image);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_not_where_it_is_larger),
        cmocka_unit_test(test_not_where_steps_are_asked_for),
        cmocka_unit_test(test_instead_of_a_solid_body),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_reduced),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_wrong_contents),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_step_bits),
        cmocka_unit_test(test_few_pieces),
        cmocka_unit_test(test_cancelled),
    };
    shipped = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, setup_model, teardown_model);
}
