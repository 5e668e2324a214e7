/* A GdkPixbufLoader that counts what it is told, and gdk-pixbuf with no module but ours. */
#ifndef UQD_TESTS_FEEDING_H
#define UQD_TESTS_FEEDING_H

#include "image_file.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

/* Lets gdk-pixbuf load the module and nothing that is installed: writes the list of modules that
 * gdk-pixbuf-query-loaders prints, or one with the same lines where that program cannot load what
 * is built with sanitizers; and a database of file types with the description of ours, by which
 * gdk-pixbuf tells files apart. 0, or -1 with a sentence on standard error. For the fixture, after
 * loader_file_setup. */
int feeding_setup(const char *module, const char *query_loaders, const char *description);

struct feeding {
    GdkPixbufLoader *loader;
    unsigned n_sized, n_prepared, n_updated;
    int width, height; /* of the picture, as the program was told */
    int set_width;     /* what the program asks for, unless set_width is -1 */
    int set_height;
    void (*updated)(struct feeding *feeding, GdkPixbuf *pixbuf); /* may be NULL */
};

/* named: the loader knows that it is a .uqd file, and hands over every byte at once; else it waits
 * for more, to find that out. */
void feeding_begin(struct feeding *feeding, int named);

/* Writes the bytes in chunks of so many, and with the last one closes. FALSE with an error. The
 * loader stays, with its picture, until feeding_end. */
gboolean feeding_write(struct feeding *feeding, const uint8_t *data, size_t size, size_t chunk,
                       GError **error);
gboolean feeding_close(struct feeding *feeding, GError **error);
void feeding_end(struct feeding *feeding);

/* Fails the test unless the pixbuf has the size, the channels and the pixels. */
void assert_pixbuf(GdkPixbuf *pixbuf, const struct pixels *wanted);

/* Fails the test unless the error is one of gdk-pixbuf, with that code and that part of a sentence;
 * frees it. */
void assert_error(GError **error, GdkPixbufError code, const char *part);

#endif
