/* A surface that shows nothing, but remembers where texts, rectangles and pictures were drawn, so
 * that tests can ask whether texts overlap, or leave the place that they have. Characters are half
 * as wide as a line is high, whatever they are. */
#ifndef UQD_TESTS_RECORDING_SURFACE_H
#define UQD_TESTS_RECORDING_SURFACE_H

#include "draw/surface.h"

#include <stddef.h>

enum recorded_kind { RECORDED_TEXT, RECORDED_RECT, RECORDED_PICTURE };

/* Something that was drawn; in the order of drawing. */
struct recorded {
    enum recorded_kind kind;
    struct rect box;      /* all of it; of a picture the part of its place inside its viewport */
    struct rect clip;     /* what it was clipped to, inside the window */
    struct rect seen;     /* the part of the box inside the clip; empty sides are 0 */
    struct colour colour; /* of texts and rectangles */
    struct placed_picture placed; /* of pictures; borrowed */
    enum text_size size;
    char string[160];
};

struct recording_surface {
    struct surface base;
    struct rect window, clip;
    float scale; /* of the texts */
    struct recorded *items;
    size_t n, allocated;
    size_t n_lines, n_discs;
};

/* A surface as large as a window; fails the test if there is no memory. begin forgets all that was
 * drawn. */
void recording_open(struct recording_surface *surface, int width, int height);
void recording_close(struct recording_surface *surface);

/* The first two texts that are to be seen and overlap, in the order of drawing; false if there are
 * none. Texts that a later opaque rectangle or picture covers as a whole are not to be seen. */
bool recording_overlap(const struct recording_surface *surface, const struct recorded **first,
                       const struct recorded **second);

/* The first text to be seen of which the clip or the window cuts something off, or NULL. */
const struct recorded *recording_cut_off(const struct recording_surface *surface);

/* The first text to be seen that a later opaque rectangle or picture covers in part, or NULL. */
const struct recorded *recording_half_covered(const struct recording_surface *surface);

/* Fails the test, and says which, if any of the three finds a text. */
void recording_assert_tidy(const struct recording_surface *surface);

/* The last text that is this string, or NULL; how many items of a kind there are. */
const struct recorded *recording_find(const struct recording_surface *surface, const char *string);
size_t recording_count(const struct recording_surface *surface, enum recorded_kind kind);

/* What lies inside of what, and what two rectangles share; a shared part without area is empty. */
bool recording_contains(const struct rect *outer, const struct rect *inner);
struct rect recording_shared(const struct rect *a, const struct rect *b);

#endif
