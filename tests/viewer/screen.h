/* Pictures of windows, and comparing them. */
#ifndef UQD_TESTS_SCREEN_H
#define UQD_TESTS_SCREEN_H

#include "image_file.h"

#include <stddef.h>
#include <stdint.h>

/* A part of a window. */
struct region {
    uint32_t x, y, width, height;
};

/* Reads a PNG file; fails the test if it cannot. Free with pixels_free. */
void screen_read(const char *path, struct pixels *screen);

/* How many pixels of a region differ by more than some grey levels in any channel. */
size_t screen_difference(const struct pixels *a, const struct pixels *b,
                         const struct region *region, int tolerance);

/* Fails the test unless a window looks like a golden picture of this name. With UQD_GOLDEN=write
 * in the environment the golden picture is written instead. */
void screen_assert_golden(const struct pixels *screen, const char *name);

#endif
