/* Pictures that are turned by their EXIF data. */
#include "image_file.h"
#include "png_file.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EXIF_SIZE = 38 };

/* A directory of two entries, of which the second is the orientation. */
static void make_exif(uint8_t exif[EXIF_SIZE], int most_significant_first, unsigned orientation)
{
    static const uint8_t big[EXIF_SIZE] = "MM\0*\0\0\0\x08\0\x02"
                                          "\x01\x03\0\x03\0\0\0\x01\0\x06\0\0"
                                          "\x01\x12\0\x03\0\0\0\x01\0\0\0\0";
    static const uint8_t little[EXIF_SIZE] = "II*\0\x08\0\0\0\x02\0"
                                             "\x03\x01\x03\0\x01\0\0\0\x06\0\0\0"
                                             "\x12\x01\x03\0\x01\0\0\0\0\0\0\0";
    memcpy(exif, most_significant_first ? big : little, EXIF_SIZE);
    exif[30 + most_significant_first] = (uint8_t)orientation;
}

/* A picture of 3 x 2 pixels, 1 2 3 and 4 5 6, with EXIF and other blocks. */
static void write_picture(const void *exif, size_t exif_size, const char *xmp)
{
    static const char head[] = "XML:com.adobe.xmp\0\0\0\0";
    char text[512];
    struct png_file file;
    png_file_begin(&file, 3, 2, 8, 0);
    png_file_chunk(&file, "pHYs", "\0\0\0\x64\0\0\0\xc8\x01", 9);
    png_file_chunk(&file, "eXIf", exif, exif_size);
    memcpy(text, head, sizeof head);
    memcpy(text + sizeof head, xmp, strlen(xmp));
    png_file_chunk(&file, "iTXt", text, sizeof head + strlen(xmp));
    png_file_rows(&file, "\0\1\2\3\0\4\5\6", 8);
    png_file_write(&file, "in.png");
}

static void read_picture(struct pixels *pixels)
{
    struct message message;
    if (image_read("in.png", NULL, pixels, &message) < 0)
        fail_msg("%s", message.text);
}

static void test_all_orientations(void **state)
{
    (void)state;
    static const struct {
        uint32_t width;
        uint8_t samples[6];
    } upright[9] = {
        [1] = {3, {1, 2, 3, 4, 5, 6}}, [2] = {3, {3, 2, 1, 6, 5, 4}}, [3] = {3, {6, 5, 4, 3, 2, 1}},
        [4] = {3, {4, 5, 6, 1, 2, 3}}, [5] = {2, {1, 4, 2, 5, 3, 6}}, [6] = {2, {4, 1, 5, 2, 6, 3}},
        [7] = {2, {6, 3, 5, 2, 4, 1}}, [8] = {2, {3, 6, 2, 5, 1, 4}},
    };
    for (unsigned i = 2; i < 18; i++) {
        unsigned orientation = i / 2;
        uint8_t exif[EXIF_SIZE], normal[EXIF_SIZE];
        struct pixels pixels;
        make_exif(exif, i % 2, orientation);
        make_exif(normal, i % 2, 1);
        write_picture(exif, sizeof exif, "<x/>");
        read_picture(&pixels);
        if (pixels.width != upright[orientation].width ||
            memcmp(pixels.data, upright[orientation].samples, 6) != 0)
            fail_msg("%u: %u x %u, begins with %u, %u", orientation, pixels.width, pixels.height,
                     pixels.data[0], pixels.data[1]);
        assert_memory_equal(pixels_metadata(&pixels, UQD_METADATA_EXIF)->data, normal, EXIF_SIZE);
        assert_memory_equal(
            pixels_metadata(&pixels, UQD_METADATA_RESOLUTION)->data,
            orientation < 5 ? "\0\0\0\x64\0\0\0\xc8\x01" : "\0\0\0\xc8\0\0\0\x64\x01", 9);
        pixels_free(&pixels);
    }
}

static void test_strip_still_turns(void **state)
{
    (void)state;
    const struct image_read_options options = {.strip = 1};
    uint8_t exif[EXIF_SIZE];
    struct pixels pixels;
    struct message message;
    make_exif(exif, 0, 6);
    write_picture(exif, sizeof exif, "<x/>");
    assert_int_equal(image_read("in.png", &options, &pixels, &message), 0);
    assert_int_equal(pixels.width, 2);
    assert_int_equal(pixels.n_metadata, 0);
    pixels_free(&pixels);
}

static void test_xmp_is_made_normal(void **state)
{
    (void)state;
    static const char *const packets[][2] = {
        {"<a tiff:Orientation=\"6\"/>", "<a tiff:Orientation=\"1\"/>"},
        {"<a tiff:Orientation = '8' b=''/>", "<a tiff:Orientation = '1' b=''/>"},
        {"<tiff:Orientation>3</tiff:Orientation>", "<tiff:Orientation>1</tiff:Orientation>"},
        {"<tiff:Orientation>\n6\n</tiff:Orientation>",
         "<tiff:Orientation>\n1\n</tiff:Orientation>"},
        {"<a tiff:Orientation=\"66\"/>", "<a tiff:Orientation=\"66\"/>"},
        {"<a tiff:Orientation=\"6", "<a tiff:Orientation=\"6"},
        {"tiff:Orientation", "tiff:Orientation"},
        {"<a tiff:Orientations=\"6\"/>", "<a tiff:Orientations=\"6\"/>"},
    };
    for (size_t i = 0; i < sizeof packets / sizeof *packets; i++) {
        uint8_t exif[EXIF_SIZE];
        struct pixels pixels;
        make_exif(exif, 1, 6);
        write_picture(exif, sizeof exif, packets[i][0]);
        read_picture(&pixels);
        const struct uqd_metadata *xmp = pixels_metadata(&pixels, UQD_METADATA_XMP);
        assert_int_equal(xmp->size, strlen(packets[i][1]));
        if (memcmp(xmp->data, packets[i][1], xmp->size) != 0)
            fail_msg("%s became %.*s", packets[i][0], (int)xmp->size, (const char *)xmp->data);
        pixels_free(&pixels);
    }
}

static void test_xmp_alone_turns_nothing(void **state)
{
    (void)state;
    static const char packet[] = "<a tiff:Orientation=\"6\"/>";
    uint8_t exif[EXIF_SIZE];
    struct pixels pixels;
    make_exif(exif, 1, 1);
    write_picture(exif, sizeof exif, packet);
    read_picture(&pixels);
    assert_int_equal(pixels.width, 3);
    assert_memory_equal(pixels_metadata(&pixels, UQD_METADATA_XMP)->data, packet,
                        sizeof packet - 1);
    pixels_free(&pixels);
}

/* Kept as it is, and nothing is turned. */
static void check_left_alone(const uint8_t *exif, size_t size)
{
    struct pixels pixels;
    write_picture(exif, size, "<x/>");
    read_picture(&pixels);
    const struct uqd_metadata *block = pixels_metadata(&pixels, UQD_METADATA_EXIF);
    assert_int_equal(pixels.width, 3);
    assert_int_equal(block->size, size);
    assert_memory_equal(block->data, exif, size);
    pixels_free(&pixels);
}

static void test_damaged_exif(void **state)
{
    (void)state;
    static const struct {
        unsigned at;
        uint8_t bytes[4];
        unsigned n;
    } changes[] = {
        {0, "XX", 2},
        {2, "\1", 1},
        {4, "\xff\xff\xff\xff", 4},
        {4, "\0\0\0\x26", 4},
        {4, "\x7f\xff\xff\xff", 4},
        {24, "\0\4", 2},
        {26, "\0\0\0\2", 4},
        {30, "\0\x09", 2},
        {30, "\0\0", 2},
        {30, "\x06\0", 2},
    };
    uint8_t exif[EXIF_SIZE];
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        make_exif(exif, 1, 6);
        memcpy(exif + changes[i].at, changes[i].bytes, changes[i].n);
        check_left_alone(exif, sizeof exif);
    }
    make_exif(exif, 1, 6);
    for (size_t size = 1; size < 34; size++)
        check_left_alone(exif, size);
    static const uint8_t endless[10] = "MM\0*\0\0\0\x08\xff\xff";
    check_left_alone(endless, sizeof endless);
}

/* Sides in both directories follow, and the thumbnail, which lies as before, is taken out. */
static void test_sides_and_thumbnail(void **state)
{
    (void)state;
    enum { SIZE = 112 };
    static const uint8_t exif[SIZE] = "MM\0*\0\0\0\x08\0\x04"
                                      "\x01\0\0\x03\0\0\0\1\0\x03\0\0"   /* width 3 */
                                      "\x01\1\0\x04\0\0\0\1\0\0\0\x02"   /* height 2, longer */
                                      "\x01\x12\0\x03\0\0\0\1\0\x06\0\0" /* orientation 6 */
                                      "\x87\x69\0\x04\0\0\0\1\0\0\0\x40" /* EXIF at 64 */
                                      "\0\0\0\x5a\0\0" /* link at 58: thumbnail's at 90 */
                                      "\0\x02"
                                      "\xa0\2\0\x03\0\0\0\1\0\x03\0\0"
                                      "\xa0\3\0\x03\0\0\0\1\0\x02\0\0"
                                      "\0\1\2\1\0\4\0\0\0\1\0\0\0\x6c"
                                      "\0\0\0\0";
    struct pixels pixels;
    write_picture(exif, SIZE, "<x/>");
    read_picture(&pixels);
    const uint8_t *turned = pixels_metadata(&pixels, UQD_METADATA_EXIF)->data;
    assert_int_equal(turned[13], 4); /* the width has the longer number, 2 */
    assert_int_equal(turned[21], 2);
    assert_int_equal(turned[25], 3);
    assert_int_equal(turned[31], 3);
    assert_int_equal(turned[43], 1);
    assert_int_equal(turned[75], 2);
    assert_int_equal(turned[87], 3);
    assert_memory_equal(turned + 58, "\0\0\0\0", 4);
    pixels_free(&pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_orientations),   cmocka_unit_test(test_strip_still_turns),
        cmocka_unit_test(test_xmp_is_made_normal), cmocka_unit_test(test_xmp_alone_turns_nothing),
        cmocka_unit_test(test_damaged_exif),       cmocka_unit_test(test_sides_and_thumbnail),
    };
    return cmocka_run_group_tests_name("orientation", tests, scratch_setup, scratch_teardown);
}
