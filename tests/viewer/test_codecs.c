/* The viewer's other codecs: files of a wanted size, files to be cut, and what comes back of them.
 */
#include "codec_pictures.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Runs the test for each codec whose library is there. */
static void for_each(void (*test)(enum codec codec))
{
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++)
        if (codec_is_there(codec))
            test(codec);
}

static void for_each_that_can_be_cut(void (*test)(enum codec codec))
{
    for (enum codec codec = CODEC_JPEG; codec < N_CODECS; codec++)
        if (codec_can_be_cut(codec))
            test(codec);
}

static void codecs_have_names_of_their_own(void **state)
{
    (void)state;
    for (enum codec a = CODEC_UQD; a < N_CODECS; a++)
        for (enum codec b = CODEC_UQD; b < a; b++) {
            assert_string_not_equal(codec_name(a), codec_name(b));
            assert_string_not_equal(codec_title(a), codec_title(b));
            assert_string_not_equal(codec_extension(a), codec_extension(b));
        }
    assert_true(codec_is_there(CODEC_UQD));
    assert_true(codec_can_be_cut(CODEC_JPEG));
}

/* ---- Files of a wanted size ---------------------------------------------------------------- */

static void fills_the_bytes(enum codec codec)
{
    struct uqd_image image = codec_paint(160, 120, 3);
    double before = 0;
    for (uint64_t bytes = 2500; bytes <= 10000; bytes *= 2) {
        struct codec_file file = codec_file_of(codec, &image, bytes);
        struct uqd_image picture = codec_picture_of(codec, &file, &image);
        double psnr = codec_psnr(&image, &picture);
        assert_in_range(file.size, bytes * 6 / 10, bytes);
        assert_string_not_equal(file.setting, "");
        assert_true(psnr > before);
        before = psnr;
        codec_free_pixels(&picture);
        codec_file_free(&file);
    }
    codec_free_pixels(&image);
}

static void files_fill_the_bytes_and_more_bytes_are_better(void **state)
{
    (void)state;
    for_each(fills_the_bytes);
}

/* Nothing better is found where the limit is moved only a little. */
static void finds_the_same_at_its_size(enum codec codec)
{
    struct uqd_image image = codec_paint(97, 61, 3);
    struct codec_file file = codec_file_of(codec, &image, 3000);
    struct codec_file same = codec_file_of(codec, &image, file.size);
    struct codec_file smaller = codec_file_of(codec, &image, file.size - 1);
    assert_in_range(same.size, file.size * 98 / 100, file.size);
    assert_true(smaller.size < file.size);
    codec_file_free(&smaller);
    codec_file_free(&same);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void a_limit_of_the_files_size_finds_the_file(void **state)
{
    (void)state;
    for_each(finds_the_same_at_its_size);
}

static void says_that_bytes_are_too_few(enum codec codec)
{
    static const uint64_t few[] = {0, 1, 12};
    struct uqd_image image = codec_paint(80, 60, 3);
    struct codec_file file = {0};
    struct message message;
    for (size_t i = 0; i < sizeof few / sizeof *few; i++)
        assert_int_equal(codec_make(codec, &image, few[i], 1, NULL, NULL, &file, &message),
                         CODEC_TOO_FEW_BYTES);
    assert_null(file.data);
    codec_free_pixels(&image);
}

static void too_few_bytes_are_said(void **state)
{
    (void)state;
    for_each(says_that_bytes_are_too_few);
}

/* As much as the codec can, if that is less than what may be used. */
static void ends_at_the_finest(enum codec codec)
{
    struct uqd_image image = codec_paint(80, 60, 1);
    struct codec_file file = codec_file_of(codec, &image, UINT64_C(1) << 40);
    struct codec_file less = codec_file_of(codec, &image, file.size / 2);
    struct uqd_image picture = codec_picture_of(codec, &file, &image);
    assert_true(less.size <= file.size / 2);
    assert_true(codec_psnr(&image, &picture) > 45);
    codec_free_pixels(&picture);
    codec_file_free(&less);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void too_many_bytes_give_the_finest(void **state)
{
    (void)state;
    for_each(ends_at_the_finest);
}

static void makes_the_same_again(enum codec codec)
{
    struct uqd_image image = codec_paint(300, 280, 4);
    struct codec_file one = codec_file_of(codec, &image, 12000), again[2] = {{0}, {0}};
    struct message message;
    for (int i = 0; i < 2; i++)
        assert_int_equal(codec_make(codec, &image, 12000, 2, NULL, NULL, &again[i], &message), 0);
    assert_int_equal(again[0].size, again[1].size);
    assert_memory_equal(again[0].data, again[1].data, again[0].size);
    if (codec != CODEC_AVIF) {
        assert_int_equal(one.size, again[0].size);
        assert_memory_equal(one.data, again[0].data, one.size);
    }
    codec_file_free(&one);
    codec_file_free(&again[0]);
    codec_file_free(&again[1]);
    codec_free_pixels(&image);
}

static void the_same_is_made_again(void **state)
{
    (void)state;
    for_each(makes_the_same_again);
}

/* ---- Shapes -------------------------------------------------------------------------------- */

static void codes_shape(enum codec codec, uint32_t width, uint32_t height, uint32_t channels)
{
    struct uqd_image image = codec_paint(width, height, channels);
    struct uqd_image opaque = codec_without_alpha(&image);
    struct codec_file file = codec_file_of(codec, &image, 1 << 20);
    struct uqd_image picture = codec_picture_of(codec, &file, &image);
    double psnr = codec_psnr(codec == CODEC_JPEG ? &opaque : &image, &picture);
    /* JPEG and WebP halve the colours' resolution, which tiny pictures show. */
    if (psnr < (codec == CODEC_JPEG || codec == CODEC_WEBP ? 20 : 30))
        fail_msg("%s, %u x %u x %u: %.2f dB", codec_name(codec), width, height, channels, psnr);
    codec_free_pixels(&picture);
    codec_file_free(&file);
    codec_free_pixels(&opaque);
    codec_free_pixels(&image);
}

static void codes_shapes(enum codec codec)
{
    static const uint32_t sizes[][2] = {{1, 1}, {3, 5}, {33, 17}, {1, 70}, {70, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint32_t channels = 1; channels <= 4; channels++)
            codes_shape(codec, sizes[i][0], sizes[i][1], channels);
}

static void pictures_of_all_shapes_come_back(void **state)
{
    (void)state;
    for_each(codes_shapes);
}

/* JPEG leaves alpha out; other files hold it as it was, but for JPEG 2000 nearly. */
static void keeps_alpha(enum codec codec)
{
    struct uqd_image image = codec_paint(90, 70, 4);
    struct codec_file file = codec_file_of(codec, &image, 6000);
    struct uqd_image picture = codec_picture_of(codec, &file, &image);
    int tolerance = codec == CODEC_JP2 ? 60 : 0;
    for (size_t i = 3; i < image.stride * image.height; i += 4) {
        int wanted = codec == CODEC_JPEG ? 255 : image.pixels[i];
        assert_true(abs(picture.pixels[i] - wanted) <= tolerance);
    }
    codec_free_pixels(&picture);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void alpha_is_kept(void **state)
{
    (void)state;
    for_each(keeps_alpha);
}

static void gives_other_channels(enum codec codec)
{
    struct uqd_image grey = codec_paint(20, 10, 1), rgba = codec_paint(20, 10, 4);
    struct codec_file file = codec_file_of(codec, &grey, 1 << 16);
    struct uqd_image as_grey = codec_picture_of(codec, &file, &grey);
    struct uqd_image as_rgba = codec_picture_of(codec, &file, &rgba);
    for (size_t i = 0; i < 20 * 10; i++) {
        const uint8_t *pixel = as_rgba.pixels + 4 * i;
        assert_in_range(pixel[0], pixel[1] - 4 * (pixel[1] > 3), pixel[1] + 4);
        assert_int_equal(pixel[1], as_grey.pixels[i]);
        assert_int_equal(pixel[3], 255);
    }
    codec_free_pixels(&as_rgba);
    codec_free_pixels(&as_grey);
    codec_file_free(&file);
    codec_free_pixels(&rgba);
    codec_free_pixels(&grey);
}

static void a_grey_file_can_be_shown_in_colours(void **state)
{
    (void)state;
    for_each(gives_other_channels);
}

/* Rows may have gaps on both sides; those of the output stay as they are. */
static void minds_strides(enum codec codec)
{
    enum { WIDTH = 19, HEIGHT = 11, GAP = 5, STRIDE = WIDTH * 3 + GAP };
    uint8_t in[STRIDE * HEIGHT], out[STRIDE * HEIGHT];
    struct uqd_image packed = codec_paint(WIDTH, HEIGHT, 3);
    struct uqd_image gaps = {WIDTH, HEIGHT, 3, STRIDE, in};
    struct message message;
    memset(in, 77, sizeof in);
    memset(out, 99, sizeof out);
    for (size_t y = 0; y < HEIGHT; y++)
        memcpy(in + y * STRIDE, packed.pixels + y * packed.stride, packed.stride);
    struct codec_file a = codec_file_of(codec, &packed, 2000);
    struct codec_file b = codec_file_of(codec, &gaps, 2000);
    struct uqd_image picture = codec_picture_of(codec, &a, &packed);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(codec_decode(codec, a.data, a.size, 1, &gaps, out, &message), 0);
    for (size_t y = 0; y < HEIGHT; y++) {
        assert_memory_equal(out + y * STRIDE, picture.pixels + y * picture.stride, packed.stride);
        for (size_t i = WIDTH * 3; i < STRIDE; i++)
            assert_int_equal(out[y * STRIDE + i], 99);
    }
    codec_free_pixels(&picture);
    codec_file_free(&b);
    codec_file_free(&a);
    codec_free_pixels(&packed);
}

static void rows_may_have_gaps(void **state)
{
    (void)state;
    for_each(minds_strides);
}

static void refuses_another_size(enum codec codec)
{
    struct uqd_image image = codec_paint(30, 20, 3), other = codec_paint(20, 30, 3), picture;
    struct codec_file file = codec_file_of(codec, &image, 1 << 16);
    assert_int_equal(codec_decode_part(codec, &file, file.size, &other, &picture), -1);
    codec_free_pixels(&picture);
    codec_file_free(&file);
    codec_free_pixels(&other);
    codec_free_pixels(&image);
}

static void a_file_of_another_size_is_refused(void **state)
{
    (void)state;
    for_each(refuses_another_size);
}

/* Sides up to the format's limit, or to ours, can be encoded; longer ones are refused. */
static void has_longest_side(enum codec codec)
{
    uint32_t longest = codec == CODEC_JPEG ? 65500 : codec == CODEC_WEBP ? 16383 : UQD_MAX_SIDE;
    struct uqd_image image = codec_paint(longest + 1, 1, 1);
    struct codec_file file = {0};
    struct message message;
    if (longest < UQD_MAX_SIDE) {
        assert_int_equal(codec_make(codec, &image, 4000, 1, NULL, NULL, &file, &message), -1);
        assert_non_null(strstr(message.text, codec == CODEC_JPEG ? "65500" : "16383"));
    }
    image.width = longest;
    file = codec_file_of(codec, &image, 1 << 18);
    struct uqd_image picture = codec_picture_of(codec, &file, &image);
    assert_true(codec_psnr(&image, &picture) > 30);
    codec_free_pixels(&picture);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void sides_are_limited_by_the_format(void **state)
{
    (void)state;
    for_each(has_longest_side);
}

/* ---- Files to be cut ----------------------------------------------------------------------- */

/* What so many bytes give: 0 for no picture yet. */
static double psnr_of_part(enum codec codec, const struct codec_file *file, size_t size,
                           const struct uqd_image *image)
{
    struct uqd_image picture;
    int status = codec_decode_part(codec, file, size, image, &picture);
    double psnr = status == 0 ? codec_psnr(image, &picture) : 0;
    if (status != 0 && status != CODEC_NO_PICTURE_YET)
        fail_msg("%s: %zu of %zu bytes: %d", codec_name(codec), size, file->size, status);
    codec_free_pixels(&picture);
    return psnr;
}

/* First there is none, then there is one, which gets better by and by, to what the encoder put in.
 * One cut may be worse than the one before where a part of the picture is ahead of the others. */
static void can_be_cut_anywhere(enum codec codec, uint32_t channels)
{
    struct uqd_image image = codec_paint(400, 300, channels);
    struct codec_file file = codec_progressive_of(codec, &image);
    double first = 0, best = 0, last = 0;
    for (size_t i = 0; i <= 50; i++) {
        last = psnr_of_part(codec, &file, file.size * i / 50, &image);
        if (best > 0 && last < best - 3)
            fail_msg("%s, %u channels: %zu/50: %.2f dB after %.2f", codec_name(codec), channels, i,
                     last, best);
        first = first > 0 ? first : last;
        best = last > best ? last : best;
        if (i == 20)
            assert_true(first > 0);
    }
    assert_true(last == best);
    assert_true(last > first + 5);
    assert_true(codec == CODEC_JPEG && channels % 2 == 0 ? last > 5 : last > 35);
    for (size_t size = 0; size < 24; size++)
        assert_true(psnr_of_part(codec, &file, size, &image) == 0);
    codec_file_free(&file);
    codec_free_pixels(&image);
}

static void cuts_grey_and_colours(enum codec codec)
{
    can_be_cut_anywhere(codec, 1);
    can_be_cut_anywhere(codec, 3);
}

static void progressive_files_can_be_cut_anywhere(void **state)
{
    (void)state;
    for_each_that_can_be_cut(cuts_grey_and_colours);
}

/* Every single number of bytes of small files. */
static void small_files_can_be_cut(enum codec codec)
{
    static const uint32_t sizes[][2] = {{1, 1}, {3, 5}, {17, 9}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (uint32_t channels = 1; channels <= 4; channels++) {
            struct uqd_image image = codec_paint(sizes[i][0], sizes[i][1], channels);
            struct codec_file file = codec_progressive_of(codec, &image);
            for (size_t size = 0; size < file.size; size++)
                psnr_of_part(codec, &file, size, &image);
            assert_true(psnr_of_part(codec, &file, file.size, &image) > 0);
            codec_file_free(&file);
            codec_free_pixels(&image);
        }
}

static void small_progressive_files_can_be_cut_anywhere(void **state)
{
    (void)state;
    for_each_that_can_be_cut(small_files_can_be_cut);
}

/* ---- Cancelling ---------------------------------------------------------------------------- */

struct questions {
    int n, yes_at; /* from that one on the answer is yes */
};

static bool answer(void *cookie)
{
    struct questions *questions = cookie;
    return ++questions->n >= questions->yes_at;
}

static int make_with(enum codec codec, const struct uqd_image *image, bool is_progressive,
                     struct questions *questions)
{
    struct codec_file file = {0};
    struct message message;
    int status = is_progressive
                     ? codec_make_progressive(codec, image, 1, answer, questions, &file, &message)
                     : codec_make(codec, image, 1500, 1, answer, questions, &file, &message);
    codec_file_free(&file);
    return status;
}

static void is_cancelled_at_every_question(enum codec codec, bool is_progressive)
{
    struct uqd_image image = codec_paint(64, 48, 3);
    struct questions all = {.yes_at = 1 << 30};
    assert_int_equal(make_with(codec, &image, is_progressive, &all), 0);
    assert_true(all.n >= 1);
    for (int at = 1; at <= all.n; at += 1 + at / 20) {
        struct questions questions = {.yes_at = at};
        assert_int_equal(make_with(codec, &image, is_progressive, &questions), CODEC_CANCELLED);
    }
    codec_free_pixels(&image);
}

static void is_cancelled(enum codec codec)
{
    is_cancelled_at_every_question(codec, false);
    if (codec_can_be_cut(codec))
        is_cancelled_at_every_question(codec, true);
}

static void encoding_can_be_cancelled(void **state)
{
    (void)state;
    for_each(is_cancelled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codecs_have_names_of_their_own),
        cmocka_unit_test(files_fill_the_bytes_and_more_bytes_are_better),
        cmocka_unit_test(a_limit_of_the_files_size_finds_the_file),
        cmocka_unit_test(too_few_bytes_are_said),
        cmocka_unit_test(too_many_bytes_give_the_finest),
        cmocka_unit_test(the_same_is_made_again),
        cmocka_unit_test(pictures_of_all_shapes_come_back),
        cmocka_unit_test(alpha_is_kept),
        cmocka_unit_test(a_grey_file_can_be_shown_in_colours),
        cmocka_unit_test(rows_may_have_gaps),
        cmocka_unit_test(a_file_of_another_size_is_refused),
        cmocka_unit_test(sides_are_limited_by_the_format),
        cmocka_unit_test(progressive_files_can_be_cut_anywhere),
        cmocka_unit_test(small_progressive_files_can_be_cut_anywhere),
        cmocka_unit_test(encoding_can_be_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
