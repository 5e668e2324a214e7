/* A picture scaled to its place in a viewport, as it is to be seen there. */
#ifndef UQD_VIEWER_DRAW_PLACED_PICTURE_H
#define UQD_VIEWER_DRAW_PLACED_PICTURE_H

#include "draw/shapes.h"
#include "session/shown_colours.h"
#include "session/view.h"
#include "source/picture.h"

/* All borrowed. */
struct placed_picture {
    struct picture *picture;
    struct view_rect place;              /* of the whole picture, relative to the viewport */
    const struct shown_colours *colours; /* NULL: as they are stored */
    int square;  /* side of the checkerboard's squares behind transparent pictures */
    bool moving; /* the zoom is: a large picture may be rendered from some of its rows */
};

/* The part of the place inside the viewport, relative to the place. Its sides are not positive
 * where nothing is to be seen. */
struct view_rect placed_picture_part(const struct placed_picture *placed, const struct rect *port);

/* Renders a part of the place, scaled and in the colours to be shown: pixels 0xAARRGGBB, alpha not
 * multiplied into the colours, stride in bytes. 0, or -1 if there is no memory. */
int placed_picture_render(const struct placed_picture *placed, const struct view_rect *part,
                          uint32_t *pixels, size_t stride);

/* Lays such pixels, of row y of the part, on what is seen behind the picture: they become opaque.
 * The checkerboard begins at the viewport's corner. */
void placed_picture_lay(const struct placed_picture *placed, const struct view_rect *part, int y,
                        uint32_t *row);

/* Whether the same part of both is rendered alike. */
bool placed_picture_same_pixels(const struct placed_picture *a, const struct placed_picture *b);

/* Whether it also looks alike once it is laid on what is behind it. */
bool placed_picture_equal(const struct placed_picture *a, const struct placed_picture *b);

#endif
