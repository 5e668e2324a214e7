/* Where the picture is: what file managers pass is a path or a URI. */
#ifndef UQD_COMMON_THUMBNAIL_LOCATION_H
#define UQD_COMMON_THUMBNAIL_LOCATION_H

#include "message.h"

struct location {
    char *path;
    char *uri; /* as it was passed, or made of the path */
};

/* Understands a path, or a URI such as file:///home/a%20b.uqd, whose host is empty or localhost.
 * The URI of a path is that of its absolute form without "." and "..", links being kept, with every
 * byte escaped that desktops escape. 0, or -1 with a message; location_free is needed in both
 * cases. */
int location_read(struct location *location, const char *argument, struct message *message);

void location_free(struct location *location);

#endif
