/* Which formats hold which pictures, and which names are those of pictures. */
#include "image_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_channels(void **state)
{
    (void)state;
    static const struct {
        enum image_format format;
        int holds[4]; /* 1 to 4 channels */
    } cases[] = {
        {IMAGE_PNG, {1, 1, 1, 1}}, {IMAGE_PPM, {1, 0, 1, 0}}, {IMAGE_PGM, {1, 0, 0, 0}},
        {IMAGE_PNM, {1, 0, 1, 0}}, {IMAGE_PAM, {1, 1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint32_t channels = 1; channels <= 4; channels++) {
            struct message message = {""};
            int holds = image_format_check(cases[i].format, channels, "x", &message) == 0;
            assert_int_equal(holds, cases[i].holds[channels - 1]);
            assert_int_equal(holds, strncmp(message.text, "x: the picture is ", 18) != 0);
        }
}

static void test_names_of_pictures(void **state)
{
    (void)state;
    static const char *const pictures[] = {"a.png", "b/c.PAM", "d.e.jpg", "f.TIFF", "./g.webp"};
    static const char *const others[] = {"a", "a.uqd", "-", "png", ".png", "a.png/b", "a.", ""};
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        if (!image_format_is_picture(pictures[i]))
            fail_msg("%s is the name of a picture", pictures[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (image_format_is_picture(others[i]))
            fail_msg("%s is no name of a picture", others[i]);
}

/* Every format's own extension says it, and is taken with it. */
static void test_formats_and_extensions(void **state)
{
    (void)state;
    for (int i = IMAGE_PNG; i <= IMAGE_PAM; i++) {
        char path[16] = "name";
        struct message message;
        enum image_format format;
        strcat(path, image_format_extension((enum image_format)i));
        for (int wanted = -1; wanted <= IMAGE_PAM; wanted++) {
            int result = image_format_of(path, wanted, &format, &message);
            assert_int_equal(result, wanted == -1 || wanted == i ? 0 : -1);
            if (result == 0)
                assert_int_equal(format, i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channels),
        cmocka_unit_test(test_names_of_pictures),
        cmocka_unit_test(test_formats_and_extensions),
    };
    return cmocka_run_group_tests_name("image_format", tests, NULL, NULL);
}
