/* The original of a picture, read from a file in a thread of its own, so that nothing waits for it.
 */
#ifndef UQD_VIEWER_SOURCE_REFERENCE_H
#define UQD_VIEWER_SOURCE_REFERENCE_H

#include "message.h"
#include "source/picture.h"

struct reference_config {
    const char *path;             /* PNG, JPEG or PNM; borrowed for the life of the reference */
    const char *file;             /* the picture's file, for messages; borrowed too */
    uint32_t width, height;       /* that it must have */
    uint32_t channels;            /* that it gets: as many as its picture has */
    void (*notify)(void *cookie); /* called from the thread when it has ended */
    void *cookie;
};

struct reference;

/* What was read. All is the receiver's, who releases the colour profile with free(). */
struct reference_result {
    struct picture *picture; /* NULL if it could not be read */
    uint8_t *icc;            /* its colour profile, or NULL */
    size_t icc_size;
    uint32_t icc_channels;  /* that the profile is for, with alpha */
    struct message message; /* why there is no picture */
};

/* Begins to read. NULL if there is no memory or no thread. */
struct reference *reference_new(const struct reference_config *config);

/* Whether it has ended: then the result is handed over, once. */
bool reference_take(struct reference *reference, struct reference_result *result);

/* Waits for the thread. NULL is allowed. */
void reference_free(struct reference *reference);

#endif
