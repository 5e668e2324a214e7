/* The text files of what is remembered: where they lie, and reading and changing them. */
#ifndef UQD_VIEWER_SESSION_REMEMBERED_FILE_H
#define UQD_VIEWER_SESSION_REMEMBERED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct remembered_place {
    const char *variable; /* of the environment: the directory for all programs */
    const char *fallback; /* the same below the home directory */
    const char *name;     /* of the file in the viewer's directory */
};

/* The text of the file: malloc'ed, whole lines of at most 1 MiB altogether, without zero bytes.
 * NULL if there is none. */
char *remembered_read(const struct remembered_place *place);

/* Writes what becomes of the old text to `out`; is called while no other viewer changes it. */
typedef void remembered_change(FILE *out, const char *old, const void *cookie);

/* Changes the file, and makes it and its directories if they are missing. */
void remembered_update(const struct remembered_place *place, remembered_change *change,
                       const void *cookie);

/* Moves *at behind the next line of a text. False at the end of the text. The line is without its
 * end and without blanks around it. */
bool remembered_next_line(const char **at, const char **line, size_t *length);

/* Writes a text as a part of a line: with \ and letters for what would not be seen or end it. */
void remembered_print(FILE *out, const char *text);

/* Reads such a part back. False if it does not fit or is damaged. */
bool remembered_parse(const char *part, size_t length, char *text, size_t size);

#endif
