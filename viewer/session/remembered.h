/* What the viewer remembers from one time to the next: settings, and for the files seen last where
 * they were left. What either means is not known here.
 *
 * They are text files, one item a line, that people may read and change:
 * $XDG_CONFIG_HOME/uqd/viewer.conf and $XDG_STATE_HOME/uqd/viewer-positions, or in ~/.config and
 * ~/.local/state. Lines that make no sense are passed over, and no more than 1 MiB is read. Several
 * viewers may write at once, and lose nothing of each other's. Where there is no home or nothing
 * can be written, nothing is remembered, and nobody is told.
 *
 * All functions may wait for the disk, and those that save for another viewer that is saving, but
 * for two seconds at most. They are for any thread. */
#ifndef UQD_VIEWER_SESSION_REMEMBERED_H
#define UQD_VIEWER_SESSION_REMEMBERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    REMEMBERED_MAX_SETTINGS = 64,
    REMEMBERED_MAX_POSITIONS = 200, /* the newest stay */
    REMEMBERED_KEY_SIZE = 32,
    REMEMBERED_VALUE_SIZE = 256,
    REMEMBERED_LINES_SIZE = 4096,
};

/* ---- Settings ------------------------------------------------------------------------------ */

struct remembered_setting {
    char key[REMEMBERED_KEY_SIZE]; /* a-z 0-9 - . _ */
    char value[REMEMBERED_VALUE_SIZE];
};

struct remembered_settings {
    size_t n;
    struct remembered_setting items[REMEMBERED_MAX_SETTINGS];
};

/* The value of a key, or NULL if there is none. It lives until the settings change. */
const char *remembered_get(const struct remembered_settings *settings, const char *key);

/* Replaces the value of a key or adds it. False, and nothing is done, if there is no room for it or
 * the key is none. */
bool remembered_set(struct remembered_settings *settings, const char *key, const char *value);

/* Fills them with what is in the file; of a key that is there twice the last value counts. */
void remembered_load_settings(struct remembered_settings *settings);

/* Puts these values into the file. Other keys and the comments in it stay. */
void remembered_save_settings(const struct remembered_settings *settings);

/* ---- Positions ----------------------------------------------------------------------------- */

/* A number that tells a picture from another one that gets its name later: made of bytes that stay
 * while the file grows, such as its header. */
uint64_t remembered_mark(const void *bytes, size_t size);

/* What was saved for the file of this name if it has the same mark: a malloc'ed text, or NULL if
 * there is none. The path may be relative, and lead over links. Whoever can write the file of
 * positions has written the text: check what it asks for. */
char *remembered_load_position(const char *path, uint64_t mark);

/* Saves lines of text for the file, in place of those that were saved before, whatever their mark.
 * An empty text makes it forgotten; one of REMEMBERED_LINES_SIZE bytes or more is not saved. */
void remembered_save_position(const char *path, uint64_t mark, const char *lines);

#endif
