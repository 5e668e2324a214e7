/* One file that glycin has opened, and what it is told of it. */
#ifndef UQD_LOADERS_GLYCIN_IMAGE_H
#define UQD_LOADERS_GLYCIN_IMAGE_H

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdbool.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct image;

/* What can be wrong: glycin's errors, without their prefix, org.gnome.glycin.Error. */
struct image_error {
    const char *name;
    char *text; /* freed by the caller with g_free */
};

/* Reads the file to its end, or as far as it is one. That ends with the error "Aborted" when
 * closing is cancelled, for which other threads need not wait. While the picture is made, stop is
 * called as progress of the library is: its error is "Aborted" then. NULL with an error. */
struct image *image_new(int fd, GCancellable *closing, uqd_progress stop, void *cookie,
                        struct image_error *error);

/* NULL is allowed. */
void image_free(struct image *image);

/* The dictionary of what is known before anything is decoded (ImageDetails of glycin-utils).
 * Handles in it are places in the list of descriptors. Floating; NULL with an error. */
GVariant *image_details(struct image *image, GUnixFDList *fds, struct image_error *error);

/* Decodes the picture for a request (FrameRequest) to a structure of what it is and its pixels
 * (Frame). Smaller sizes are honoured, parts of the picture are not, as by other loaders. Floating;
 * NULL with an error. */
GVariant *image_frame(struct image *image, GVariant *request, GUnixFDList *fds,
                      struct image_error *error);

#endif
