#include "draw/placed_picture.h"

#include "draw/checkerboard.h"
#include "draw/resample.h"

struct view_rect placed_picture_part(const struct placed_picture *placed, const struct rect *port)
{
    const struct view_rect *place = &placed->place;
    int left = place->x > 0 ? place->x : 0;
    int top = place->y > 0 ? place->y : 0;
    int right = place->x + place->width < port->w ? place->x + place->width : port->w;
    int bottom = place->y + place->height < port->h ? place->y + place->height : port->h;
    return (struct view_rect){left - place->x, top - place->y, right - left, bottom - top};
}

/* Larger ones have rows left out while the zoom moves. */
#define MAX_PIXELS_IN_MOTION (4u << 20)

/* Of so many rows one is rendered. Those on the screen have one of their own each. */
static uint32_t row_step(const struct placed_picture *placed)
{
    const struct picture *picture = placed->picture;
    uint32_t step = picture->height / (uint32_t)placed->place.height;
    bool large = (uint64_t)picture->width * picture->height > MAX_PIXELS_IN_MOTION;
    return placed->moving && large && step > 1 ? step : 1;
}

/* The middle one of each so many rows. Borrows the pixels. */
static struct picture every_row(const struct picture *picture, uint32_t step)
{
    return (struct picture){.width = picture->width,
                            .height = picture->height / step,
                            .channels = picture->channels,
                            .stride = picture->stride * step,
                            .pixels = picture->pixels + picture->stride * (step / 2)};
}

int placed_picture_render(const struct placed_picture *placed, const struct view_rect *part,
                          uint32_t *pixels, size_t stride)
{
    struct picture rows = every_row(placed->picture, row_step(placed));
    if (resample(&rows, &placed->place, part, pixels, stride))
        return -1;
    for (int y = 0; y < part->height; y++)
        shown_colours_convert(placed->colours, (uint32_t *)((uint8_t *)pixels + (size_t)y * stride),
                              part->width);
    return 0;
}

void placed_picture_lay(const struct placed_picture *placed, const struct view_rect *part, int y,
                        uint32_t *row)
{
    const struct view_rect *place = &placed->place;
    if (picture_has_alpha(placed->picture))
        checkerboard_lay(row, part->width, place->x + part->x, place->y + part->y + y,
                         placed->square);
}

bool placed_picture_same_pixels(const struct placed_picture *a, const struct placed_picture *b)
{
    return a->picture == b->picture && a->place.width == b->place.width &&
           a->place.height == b->place.height && a->colours == b->colours &&
           row_step(a) == row_step(b);
}

/* Whether the squares behind the pictures lie alike. */
static bool same_ground(const struct placed_picture *a, const struct placed_picture *b)
{
    return a->place.x == b->place.x && a->place.y == b->place.y && a->square == b->square;
}

bool placed_picture_equal(const struct placed_picture *a, const struct placed_picture *b)
{
    return placed_picture_same_pixels(a, b) &&
           (!picture_has_alpha(a->picture) || same_ground(a, b));
}
