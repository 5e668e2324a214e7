/* What is drawn on: a window, or anything else that can show rectangles, texts and pictures.
 * Drawing asks for what it means; how it is done, and what is kept for the next time, is the
 * surface's. */
#ifndef UQD_VIEWER_DRAW_SURFACE_H
#define UQD_VIEWER_DRAW_SURFACE_H

#include "draw/placed_picture.h"
#include "draw/shapes.h"

enum text_size { TEXT_SMALL, TEXT_BODY, TEXT_TITLE, TEXT_BIG, TEXT_N_SIZES };

enum text_align { TEXT_LEFT, TEXT_CENTRE, TEXT_RIGHT };

struct surface;

/* What a kind of surface has to do; the functions below say what is meant. */
struct surface_type {
    void (*begin)(struct surface *surface, struct colour ground, float text_scale);
    void (*text_scale)(struct surface *surface, float scale); /* NULL: begin alone does it */
    void (*clip)(struct surface *surface, const struct rect *rect);
    void (*fill)(struct surface *surface, const struct rect *rect, struct colour colour);
    void (*round_rect)(struct surface *surface, const struct rect *rect, float radius,
                       struct colour colour);
    void (*line)(struct surface *surface, struct point from, struct point to, float width,
                 struct colour colour);
    void (*disc)(struct surface *surface, float x, float y, float radius, struct colour colour);
    int (*text_height)(struct surface *surface, enum text_size size);
    int (*text_width)(struct surface *surface, enum text_size size, const char *string);
    void (*text)(struct surface *surface, enum text_size size, struct colour colour,
                 enum text_align align, int x, int y, const char *string);
    void (*picture)(struct surface *surface, const struct rect *port,
                    const struct placed_picture *placed);
};

/* The first member of every surface. */
struct surface {
    const struct surface_type *type;
    /* Keys that its window never tells, or with which there is nothing to do there, separated by
     * blanks; NULL: none. */
    const char *missing_keys;
};

/* Begins a new frame: all of it has the colour of the ground, nothing is clipped, and the sizes of
 * texts are for a layout of this scale. */
void surface_begin(struct surface *surface, struct colour ground, float text_scale);

/* Chooses the sizes of texts as surface_begin does, for measuring before a frame begins. */
void surface_text_scale(struct surface *surface, float scale);

/* Draws inside the rectangle only; NULL: everywhere. */
void surface_clip(struct surface *surface, const struct rect *rect);

void surface_fill(struct surface *surface, const struct rect *rect, struct colour colour);

/* With rounded corners. */
void surface_round_rect(struct surface *surface, const struct rect *rect, float radius,
                        struct colour colour);

/* A straight line with blunt ends. */
void surface_line(struct surface *surface, struct point from, struct point to, float width,
                  struct colour colour);

/* The centre is rounded to half pixels. */
void surface_disc(struct surface *surface, float x, float y, float radius, struct colour colour);

/* Height of a line and width of a string. */
int surface_text_height(struct surface *surface, enum text_size size);
int surface_text_width(struct surface *surface, enum text_size size, const char *string);

/* Draws a string whose left end, centre or right end is at x, below y. */
void surface_text(struct surface *surface, enum text_size size, struct colour colour,
                  enum text_align align, int x, int y, const char *string);

/* Draws a picture, clipped to its viewport. */
void surface_picture(struct surface *surface, const struct rect *port,
                     const struct placed_picture *placed);

#endif
