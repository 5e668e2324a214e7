/* One file that gdk-pixbuf hands over in pieces, and the pictures that it is shown of it.
 *
 * A step is shown when it is complete, and of the bytes of one call only the last one: the others
 * would be gone before anybody saw them. Part of a step is shown only at the end of the file. The
 * first picture and the last are always shown, those between them if pace.h allows it. */
#ifndef UQD_LOADERS_GDK_PIXBUF_LOADING_H
#define UQD_LOADERS_GDK_PIXBUF_LOADING_H

#ifndef GDK_PIXBUF_ENABLE_BACKEND
#define GDK_PIXBUF_ENABLE_BACKEND
#endif
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <stdio.h>

/* As the table of functions of a module wants them. After a failed loading_increment the program
 * still calls loading_stop, which frees everything in any case. */
gpointer loading_begin(GdkPixbufModuleSizeFunc size_func, GdkPixbufModulePreparedFunc prepared_func,
                       GdkPixbufModuleUpdatedFunc updated_func, gpointer user_data, GError **error);
gboolean loading_increment(gpointer context, const guchar *data, guint size, GError **error);
gboolean loading_stop(gpointer context, GError **error);

/* For tests: another clock than that of GLib, in microseconds. To be set before any byte comes. */
void loading_set_clock(gpointer context, gint64 (*now)(void));

/* A whole file, of which nobody sees anything before its end. */
GdkPixbuf *loading_whole(FILE *file, GError **error);

#endif
