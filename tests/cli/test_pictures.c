/* Pictures as people have them, through encode and decode: transparency, metadata, orientation. */
#include "harness.h"

#include "image_file.h"
#include "jpeg_file.h"
#include "png_file.h"
#include "profiles.h"

enum { SIDE = 48 };

static struct pixels read_picture(const char *path)
{
    struct pixels pixels;
    struct message message;
    if (image_read(path, NULL, &pixels, &message) < 0)
        fail_msg("%s", message.text);
    return pixels;
}

/* Everything, with the channels of the two files. */
static void assert_same(const struct pixels *a, const struct pixels *b)
{
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->channels, b->channels);
    assert_memory_equal(a->data, b->data, (size_t)a->width * a->height * a->channels);
    assert_int_equal(a->n_metadata, b->n_metadata);
    for (uint32_t i = 0; i < a->n_metadata; i++) {
        const struct uqd_metadata *block = &a->metadata[i];
        const struct uqd_metadata *other = pixels_metadata(b, block->type);
        assert_non_null(other);
        assert_int_equal(block->size, other->size);
        assert_memory_equal(block->data, other->data, block->size);
    }
}

static void round_trip(const char *input)
{
    UQD_DONE("encode", input, "-o", "out.uqd");
    UQD_DONE("decode", "out.uqd", "-o", "out.png");
    struct pixels in = read_picture(input), out = read_picture("out.png");
    assert_same(&in, &out);
    pixels_free(&in);
    pixels_free(&out);
}

/* ---- Transparency -------------------------------------------------------------------------- */

/* A disk with an edge of some pixels, and colours everywhere, beside it too. */
static void write_icon(const char *path)
{
    struct pixels icon = {.width = SIDE, .height = SIDE, .channels = 4};
    struct message message;
    uint8_t *pixel = icon.data = malloc((size_t)SIDE * SIDE * 4);
    assert_non_null(pixel);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++, pixel += 4) {
            const int dx = 2 * x - SIDE, dy = 2 * y - SIDE, edge = 1700 - dx * dx - dy * dy;
            pixel[0] = (uint8_t)(5 * x);
            pixel[1] = (uint8_t)(200 - 3 * y);
            pixel[2] = (uint8_t)(x * y);
            pixel[3] = (uint8_t)(edge < 0 ? 0 : edge > 255 ? 255 : edge);
        }
    assert_int_equal(image_write(path, IMAGE_PNG, &icon, &message), 0);
    pixels_free(&icon);
}

static void test_icon(void **state)
{
    (void)state;
    write_icon("icon.png");
    round_trip("icon.png");
    UQD_DONE("decode", "out.uqd", "-o", "out.pam");
    struct pixels in = read_picture("icon.png"), out = read_picture("out.pam");
    assert_same(&in, &out);
    pixels_free(&out);
    UQD_DONE("decode", "out.uqd", "--reduce", "2", "-o", "small.png");
    out = read_picture("small.png");
    assert_int_equal(out.channels, 4);
    assert_int_equal(out.width, SIDE / 4);
    pixels_free(&out);
    pixels_free(&in);
    struct process_result result;
    UQD(&result, "decode", "out.uqd", "-o", "none.ppm");
    assert_sentence("ppm", &result, 1, "transparen");
    process_result_free(&result);
    assert_false(scratch_exists("none.ppm"));
}

/* The outline is there in the first kilobyte, with whatever colours. */
static void test_beginning_of_an_icon(void **state)
{
    (void)state;
    struct process_result result;
    write_icon("icon.png");
    UQD_DONE("encode", "--no-copy", "icon.png", "-o", "icon.uqd");
    cut_file("icon.uqd", "cut.uqd", 1024);
    UQD(&result, "decode", "cut.uqd", "-o", "cut.png");
    assert_int_equal(result.exit_code, 0);
    process_result_free(&result);
    struct pixels in = read_picture("icon.png"), out = read_picture("cut.png");
    long error = 0, clear = 0;
    assert_int_equal(out.channels, 4);
    for (size_t i = 3; i < (size_t)SIDE * SIDE * 4; i += 4) {
        error += abs(in.data[i] - out.data[i]);
        clear += 255 - in.data[i];
    }
    assert_true(error < clear / 4);
    pixels_free(&in);
    pixels_free(&out);
}

static void test_flattened(void **state)
{
    (void)state;
    write_icon("icon.png");
    UQD_DONE("encode", "icon.png", "-o", "flat.uqd", "--flatten", "#ff0000");
    UQD_DONE("decode", "flat.uqd", "-o", "flat.png");
    struct pixels out = read_picture("flat.png");
    static const uint8_t red[3] = {255, 0, 0};
    assert_int_equal(out.channels, 3);
    assert_memory_equal(out.data, red, 3);
    pixels_free(&out);
}

/* ---- Metadata ------------------------------------------------------------------------------ */

static const char exif[] = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1\0\6\0\0\0\0\0\0";
static const char xmp[] = "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>";

/* 32 x 24 pixels that are to be turned to the right, as a camera held upright makes them. */
static void write_photo(const char *path)
{
    struct profile profile = profile_new(PROFILE_WIDE);
    char app1[6 + sizeof exif - 1];
    memcpy(app1, "Exif\0\0", 6);
    memcpy(app1 + 6, exif, sizeof exif - 1);
    const struct jpeg_file photo = {
        .width = 32,
        .height = 24,
        .colours = JPEG_YCBCR,
        .is_progressive = 1,
        .density_unit = 1,
        .across = 300,
        .down = 200,
        .markers = {{0xe1, app1, sizeof app1}, {0xe1, xmp, sizeof xmp - 1}, {0xfe, "by hand", 7}},
        .icc = profile.data,
        .icc_size = profile.size,
    };
    jpeg_file_write(&photo, path);
    free(profile.data);
}

static void test_photo(void **state)
{
    (void)state;
    write_photo("photo.jpg");
    round_trip("photo.jpg");
    struct pixels out = read_picture("out.png");
    assert_int_equal(out.width, 24);
    assert_int_equal(out.height, 32);
    /* The first pixel is the one that was below at the left. */
    for (uint32_t c = 0; c < 3; c++)
        assert_in_range(out.data[c] + 6, jpeg_file_value(0, 23, c), jpeg_file_value(0, 23, c) + 12);
    assert_int_equal(out.n_metadata, 5);
    assert_int_equal(((const uint8_t *)pixels_metadata(&out, UQD_METADATA_EXIF)->data)[19], 1);
    pixels_free(&out);
}

static void test_stripped(void **state)
{
    (void)state;
    write_photo("photo.jpg");
    UQD_DONE("encode", "photo.jpg", "-o", "out.uqd", "--strip");
    UQD_DONE("decode", "out.uqd", "-o", "out.png");
    struct pixels out = read_picture("out.png");
    assert_int_equal(out.width, 24);
    assert_int_equal(out.n_metadata, 1);
    assert_int_equal(out.metadata[0].type, UQD_METADATA_ICC);
    pixels_free(&out);
}

static void test_info(void **state)
{
    (void)state;
    static const char *const parts[] = {"colour profile, ", "resolution, 9 bytes: 200 x 300 dpi",
                                        "EXIF data, 26 bytes", "XMP data, ",
                                        "text, 17 bytes: Comment"};
    static const char *const members[] = {
        "{\"type\": \"icc\", \"bytes\": ", "{\"type\": \"exif\", \"bytes\": 26}",
        "\"description\": \"200 x 300 dpi\"}"};
    struct process_result result;
    write_photo("photo.jpg");
    UQD_DONE("encode", "photo.jpg", "-o", "out.uqd");
    UQD(&result, "info", "out.uqd");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(result.out, parts[i]))
            fail_msg("\"%s\" is not in %s", parts[i], result.out);
    process_result_free(&result);
    UQD(&result, "info", "--json", "out.uqd");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!strstr(result.out, members[i]))
            fail_msg("%s is not in %s", members[i], result.out);
    process_result_free(&result);
}

/* What a format cannot hold, or what is damaged, is told; the picture comes all the same. */
static void test_losses_are_told(void **state)
{
    (void)state;
    struct process_result result;
    size_t size;
    write_photo("photo.jpg");
    UQD_DONE("encode", "photo.jpg", "-o", "out.uqd");
    UQD(&result, "decode", "out.uqd", "-o", "out.ppm");
    assert_sentence("ppm", &result, 0, "out.ppm: the format cannot carry");
    process_result_free(&result);
    UQD_DONE("encode", "photo.jpg", "-o", "out.uqd", "--solid");
    uint8_t *data = scratch_read("out.uqd", &size);
    data[size - 1] ^= 1; /* metadata lie behind the one body of a solid file */
    scratch_write("bad.uqd", data, size);
    free(data);
    UQD(&result, "decode", "bad.uqd", "-o", "out.png");
    assert_sentence("record", &result, 0, "is damaged and left out");
    process_result_free(&result);
}

/* A profile that moves what was read of the file while it is fed: every byte comes back. */
static void test_large_profile(void **state)
{
    (void)state;
    struct pixels in = {.width = 512, .height = 384, .channels = 3}, out;
    struct profile profile = profile_new(PROFILE_WIDE);
    const size_t size = 900000;
    uint8_t *large = calloc(1, size);
    struct message message;
    uint64_t noise = 1;
    in.data = malloc((size_t)512 * 384 * 3);
    assert_non_null(in.data);
    for (size_t i = 0; i < (size_t)512 * 384 * 3; i++) {
        noise = noise * UINT64_C(6364136223846793005) + 1442695040888963407U;
        in.data[i] = (uint8_t)(noise >> 56);
    }
    memcpy(large, profile.data, profile.size);
    for (size_t i = profile.size; i < size; i++) {
        noise = noise * UINT64_C(6364136223846793005) + 1442695040888963407U;
        large[i] = (uint8_t)(noise >> 56);
    }
    for (int i = 0; i < 4; i++) /* its size is in its header */
        large[i] = (uint8_t)(size >> (24 - 8 * i));
    assert_int_equal(pixels_add_metadata(&in, UQD_METADATA_ICC, large, size), 0);
    assert_int_equal(image_write("large.png", IMAGE_PNG, &in, &message), 0);
    UQD_DONE("encode", "large.png", "-o", "large.uqd", "--no-distortion");
    UQD_DONE("decode", "large.uqd", "-o", "out.png");
    out = read_picture("out.png");
    assert_same(&in, &out);
    pixels_free(&in);
    pixels_free(&out);
    free(profile.data);
    free(large);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_icon),
        cmocka_unit_test(test_beginning_of_an_icon),
        cmocka_unit_test(test_flattened),
        cmocka_unit_test(test_photo),
        cmocka_unit_test(test_stripped),
        cmocka_unit_test(test_info),
        cmocka_unit_test(test_losses_are_told),
        cmocka_unit_test(test_large_profile),
    };
    if (!harness_arguments(argc, argv))
        return 2;
    return cmocka_run_group_tests_name("pictures", tests, harness_setup, scratch_teardown);
}
