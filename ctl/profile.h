/* The colour profile of a file that the daemon has opened. */
#ifndef UQD_CTL_PROFILE_H
#define UQD_CTL_PROFILE_H

#include "image_file.h"
#include "remote.h"

/* Adds it to the picture, if the file has one: as the daemon tells it, or if it is too long for
 * that, from the file. 0, or -1 with a message. */
int profile_add(const struct remote *remote, struct pixels *pixels, struct message *message);

#endif
