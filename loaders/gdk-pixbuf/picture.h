/* The pixbuf that a loader fills step by step. */
#ifndef UQD_LOADERS_GDK_PIXBUF_PICTURE_H
#define UQD_LOADERS_GDK_PIXBUF_PICTURE_H

#include "decoding.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

struct picture {
    uint32_t width, height; /* of the pixbuf */
    uint32_t reduce;        /* that is decoded, to be scaled */
    GdkPixbuf *pixbuf;      /* NULL until it is made */
};

/* Sets error for a negative enum uqd_status. Always returns FALSE. */
gboolean picture_fail(int status, const struct message *message, GError **error);

/* Chooses how the picture is decoded for a program that wants so many pixels, at least 1 x 1. It is
 * of that size if it does not have to be enlarged, which is left to gdk-pixbuf. The header is
 * known. */
void picture_plan(struct picture *picture, const struct uqd_info *info, uint32_t width,
                  uint32_t height);

/* Makes the pixbuf, RGB or RGBA, with nothing in it. */
gboolean picture_create(struct picture *picture, const struct uqd_info *info, GError **error);

/* Renders what has been decoded into the pixbuf, and notes in it what of the metadata is there:
 * "icc-profile" and "orientation" as gdk-pixbuf's own loaders do. */
gboolean picture_render(struct picture *picture, struct decoding *decoding, GError **error);

/* Notes metadata again, which may have come behind the last step. */
void picture_note_metadata(const struct picture *picture, struct decoding *decoding);

#endif
