/* A surface that shows nothing but remembers which texts a scene has where, and on what ground, so
 * that tests can tell whether all of them can be read. Its font does not depend on the machine:
 * every character is half as wide as the line is high. */
#ifndef UQD_TESTS_SCENE_TEXTS_H
#define UQD_TESTS_SCENE_TEXTS_H

#include "draw/surface.h"

#include <stddef.h>

#define SCENE_TEXTS_MAX   512
#define SCENE_TEXTS_FILLS 2048

struct scene_text {
    struct rect box, clip; /* all of it, and what is to be seen */
    struct colour colour;
    struct colour grounds[2]; /* the darkest and the brightest that may be behind it */
    char string[200];
};

struct scene_fill {
    struct rect rect;
    struct colour colours[2]; /* equal unless it is a picture, which may be anything */
};

struct scene_texts {
    struct surface base;
    struct rect window, clip;
    float scale;
    struct colour ground;
    struct scene_text texts[SCENE_TEXTS_MAX]; /* what a fill of the whole window hid is forgotten */
    int n_texts;
    struct scene_fill fills[SCENE_TEXTS_FILLS];
    int n_fills;
};

/* A surface as large as a window. Nothing needs to be freed. */
void scene_texts_init(struct scene_texts *texts, int width, int height);

/* Contrast as WCAG 2 has it, 1 to 21. */
double scene_texts_contrast(struct colour a, struct colour b);

/* A colour on what it lets through. */
struct colour scene_texts_over(struct colour colour, struct colour ground);

/* The first pair of texts of which less than so many pixels are between the ends of one and the
 * beginning of the other, or which share pixels; false if there is none. */
bool scene_texts_touch(const struct scene_texts *texts, int between, const struct scene_text **a,
                       const struct scene_text **b);

/* The first text that is empty, or of which the clip or the window cuts something off; NULL if
 * there is none. Texts that are clipped to `except` may be cut off. */
const struct scene_text *scene_texts_cut_off(const struct scene_texts *texts,
                                             const struct rect *except, int n_except);

/* The first text with less than this contrast, or NULL. */
const struct scene_text *scene_texts_unreadable(const struct scene_texts *texts, double least);

/* The first text with this beginning, or NULL. */
const struct scene_text *scene_texts_find(const struct scene_texts *texts, const char *beginning);

#endif
