#include "screen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Other versions of SDL may round differently when they blend. */
enum { TOLERANCE = 2 };

void screen_read(const char *path, struct pixels *screen)
{
    struct message message;
    if (image_read(path, NULL, screen, &message))
        fail_msg("%s", message.text);
}

static int pixel_differs(const uint8_t *a, const uint8_t *b, uint32_t channels, int tolerance)
{
    for (uint32_t c = 0; c < channels; c++)
        if (abs(a[c] - b[c]) > tolerance)
            return 1;
    return 0;
}

size_t screen_difference(const struct pixels *a, const struct pixels *b,
                         const struct region *region, int tolerance)
{
    size_t n = 0;
    assert_int_equal(a->width, b->width);
    assert_int_equal(a->height, b->height);
    assert_int_equal(a->channels, b->channels);
    assert_true(region->x + region->width <= a->width && region->y + region->height <= a->height);
    for (uint32_t y = region->y; y < region->y + region->height; y++)
        for (uint32_t x = region->x; x < region->x + region->width; x++) {
            size_t at = ((size_t)y * a->width + x) * a->channels;
            n += (size_t)pixel_differs(a->data + at, b->data + at, a->channels, tolerance);
        }
    return n;
}

void screen_assert_golden(const struct pixels *screen, const char *name)
{
    char path[512];
    const char *write = getenv("UQD_GOLDEN");
    struct message message;
    struct pixels golden;
    snprintf(path, sizeof path, "%s/%s.png", GOLDEN_DIRECTORY, name);
    if (write && !strcmp(write, "write")) {
        if (image_write(path, IMAGE_PNG, screen, &message))
            fail_msg("%s", message.text);
        return;
    }
    screen_read(path, &golden);
    struct region whole = {0, 0, screen->width, screen->height};
    size_t n = screen_difference(screen, &golden, &whole, TOLERANCE);
    pixels_free(&golden);
    if (n > 0) {
        snprintf(path, sizeof path, "%s-now.png", name);
        if (image_write(path, IMAGE_PNG, screen, &message))
            fail_msg("%s", message.text);
        fail_msg("%zu pixels differ from golden/%s.png; see %s in the build directory", n, name,
                 path);
    }
}
