#include "screen.h"

#include "scratch.h"
#include "session.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIDE = 144 };

/* Top left, top right, bottom left, bottom right. */
static const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}};

static const uint8_t *colour_of(bool right, bool below, bool upside_down)
{
    return colours[(below != upside_down) * 2 + right];
}

/* ---- Files --------------------------------------------------------------------------------- */

static void write_pnm(const char *path, bool upside_down)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fprintf(file, "P6\n%d %d\n255\n", SIDE, SIDE);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            fwrite(colour_of(x >= SIDE / 2, y >= SIDE / 2, upside_down), 1, 3, file);
    assert_int_equal(fclose(file), 0);
}

/* Encoded once for all tests; the name is in a static buffer. */
static const char *encoded(bool upside_down)
{
    static char path[512];
    const char *const argv[] = {"uqd", "encode", "quarters.ppm", "-o", path, NULL};
    snprintf(path, sizeof path, "%s/quarters%d.uqd", scratch_directory(), upside_down);
    if (!scratch_exists(path)) {
        write_pnm("quarters.ppm", upside_down);
        session_run(argv);
    }
    return path;
}

void quarters_write(const char *path, bool upside_down, size_t at_least)
{
    size_t size;
    uint8_t *data = scratch_read(encoded(upside_down), &size);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    free(data);
    while ((size_t)ftell(file) < at_least)
        fputc(0, file);
    assert_int_equal(fclose(file), 0);
}

/* ---- The screen ---------------------------------------------------------------------------- */

/* Numbers of the header of an XWD file: 32 bits each, the highest byte first. */
enum {
    XWD_HEADER_SIZE = 0,
    XWD_WIDTH = 4,
    XWD_HEIGHT = 5,
    XWD_BYTE_ORDER = 7,
    XWD_BITS_PER_PIXEL = 11,
    XWD_BYTES_PER_LINE = 12,
    XWD_COLOURS = 19,
    XWD_NUMBERS = 25,
    XWD_COLOUR_SIZE = 12,
};

struct screen {
    const uint8_t *rows; /* bytes blue, green, red and one more */
    uint32_t width, height, stride;
};

/* The displays of these tests have 24 bits on any machine. */
static bool read_screen(struct screen *screen, const uint8_t *data, size_t size)
{
    uint32_t header[XWD_NUMBERS];
    if (size < sizeof header)
        return false;
    memcpy(header, data, sizeof header);
    for (int i = 0; i < XWD_NUMBERS; i++)
        header[i] = ntohl(header[i]);
    const size_t start = header[XWD_HEADER_SIZE] + (size_t)header[XWD_COLOURS] * XWD_COLOUR_SIZE;
    if (header[XWD_BITS_PER_PIXEL] != 32 || header[XWD_BYTE_ORDER] != 0 ||
        size < start + (size_t)header[XWD_BYTES_PER_LINE] * header[XWD_HEIGHT])
        return false;
    *screen = (struct screen){data + start, header[XWD_WIDTH], header[XWD_HEIGHT],
                              header[XWD_BYTES_PER_LINE]};
    return true;
}

static bool has_colour(const struct screen *screen, uint32_t x, uint32_t y, const uint8_t *colour)
{
    enum { TOLERANCE = 48 };
    const uint8_t *pixel = screen->rows + (size_t)y * screen->stride + (size_t)x * 4;
    for (int i = 0; i < 3; i++)
        if (abs(pixel[2 - i] - colour[i]) > TOLERANCE)
            return false;
    return true;
}

/* Edges are soft after scaling, so what is next to them is left out. */
static bool is_centre(const struct screen *screen, uint32_t x, uint32_t y, bool upside_down)
{
    enum { NEAR = 4, FAR = 16 };
    for (uint32_t dy = NEAR; dy < FAR; dy++)
        for (uint32_t dx = NEAR; dx < FAR; dx++)
            for (int quarter = 0; quarter < 4; quarter++) {
                const bool right = quarter & 1, below = quarter & 2;
                if (!has_colour(screen, right ? x + dx : x - dx, below ? y + dy : y - dy,
                                colour_of(right, below, upside_down)))
                    return false;
            }
    return true;
}

bool quarters_are_on_screen(const char *screenshot, bool upside_down)
{
    enum { MARGIN = 16 };
    struct screen screen;
    size_t size;
    bool found = false;
    uint8_t *data = scratch_read(screenshot, &size);
    if (read_screen(&screen, data, size))
        for (uint32_t y = MARGIN; !found && y + MARGIN < screen.height; y++)
            for (uint32_t x = MARGIN; !found && x + MARGIN < screen.width; x++)
                found = is_centre(&screen, x, y, upside_down);
    free(data);
    return found;
}
