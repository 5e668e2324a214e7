/* Whether a picture between the first and the last is worth its time. */
#ifndef UQD_LOADERS_GDK_PIXBUF_PACE_H
#define UQD_LOADERS_GDK_PIXBUF_PACE_H

#include <glib.h>

/* Microseconds. What is in neither of the last two was spent waiting for bytes. */
struct pace {
    gint64 begun;
    gint64 decoding, showing; /* spent */
};

/* Pictures may take as long as bytes have let wait for themselves, and a quarter of the decoding:
 * of a file that is at hand they must not put off the last one for long. */
gboolean pace_allows(const struct pace *pace, gint64 now);

#endif
