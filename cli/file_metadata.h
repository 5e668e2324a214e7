/* The metadata of .uqd files, as decode restores and info prints them. */
#ifndef UQD_CLI_FILE_METADATA_H
#define UQD_CLI_FILE_METADATA_H

#include "image_file.h"
#include "progress.h"
#include "source.h"

/* Gives a decoded picture the metadata that have been fed, and reads on for what tells its colours.
 * A block that is damaged or not there is left out; where the colours depend on it, or it is
 * damaged, a line on standard error says so. 0, or -1 with a message. */
int file_metadata_take(struct source *source, struct pixels *pixels, struct progress *progress,
                       struct message *message);

/* Prints lines of the table of info, and the members of its JSON object, without a comma at
 * either end. */
void file_metadata_print(struct source *source);
void file_metadata_print_json(struct source *source);

#endif
