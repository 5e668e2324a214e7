/* A place to run the built viewer in: a temporary directory, which becomes the current one, with a
 * small model and files encoded with it, and an environment without display and bus. */
#ifndef UQD_TESTS_STAGE_H
#define UQD_TESTS_STAGE_H

#include "process.h"
#include "screen.h"

/* cmocka group fixtures. There are picture.png, picture.uqd, twin.uqd (a copy), cut.uqd (half of
 * its bytes), header.uqd (20 bytes), garbage.uqd, empty.uqd, damaged.uqd (whole in its first half),
 * short.uqd (the same picture dithered, four steps), clear.uqd (the same with alpha), other.png and
 * other.uqd of another size, and large.png and large.uqd, whose small pictures are smaller. */
int stage_setup(void **state);
int stage_teardown(void **state);

/* Runs the viewer with a script and further arguments, which NULL ends: the file first. Adds
 * --font builtin --size 800x600, and --daemon-timeout 0, since a daemon that is slow under test
 * does not hang. Free the result with process_result_free. */
#define VIEW(result, script, ...)                                                                  \
    stage_view(result, script, (const char *const[]){__VA_ARGS__, NULL})
void stage_view(struct process_result *result, const char *script, const char *const arguments[]);

/* The same; fails the test unless the viewer succeeds silently. */
#define VIEW_DONE(script, ...) stage_view_done(script, (const char *const[]){__VA_ARGS__, NULL})
void stage_view_done(const char *script, const char *const arguments[]);

/* Fails the test unless the exit code is right and standard error has this part. */
void stage_assert_fails(const struct process_result *result, int exit_code, const char *part);

/* Encodes with the small model; the test fails if it cannot. */
void stage_encode(const char *path, const struct pixels *pixels,
                  const struct uqd_encode_settings *settings);

/* How many pixels of a region differ between two screenshots. */
size_t stage_difference(const char *a, const char *b, const struct region *region);

/* The places of an 800 x 600 window: the second one is all of it but for the status line, which
 * says what a command did for some seconds only. */
extern const struct region stage_picture, stage_window;

#endif
