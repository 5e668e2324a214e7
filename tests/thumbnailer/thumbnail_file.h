/* Running the built uqd-thumbnailer, and looking at what it wrote. */
#ifndef UQD_TESTS_THUMBNAIL_FILE_H
#define UQD_TESTS_THUMBNAIL_FILE_H

#include "image_file.h"
#include "process.h"

/* Which program is run. */
void thumbnailer_is(const char *path);

/* Runs it with the words, which NULL ends, after --no-daemon. Free the result with
 * process_result_free. */
#define THUMBNAILER(result, ...)                                                                   \
    thumbnailer_run(result, (const char *const[]){"--no-daemon", __VA_ARGS__, NULL})
#define THUMBNAILER_DONE(...)                                                                      \
    thumbnailer_done((const char *const[]){"--no-daemon", __VA_ARGS__, NULL})
void thumbnailer_run(struct process_result *result, const char *const words[]);

/* The same, and fails the test unless it succeeds without a word. */
void thumbnailer_done(const char *const words[]);

/* Fails the test unless it ended with the exit code and one sentence that has the part in it. Frees
 * the result. */
void assert_refused(struct process_result *result, int exit_code, const char *part);

/* The pixels as RGBA; free with pixels_free. */
struct pixels thumbnail_read(const char *path);

/* The text of that key, malloc'ed; NULL if there is none. Fails the test if it comes behind the
 * pixels or more than once. */
char *thumbnail_text(const char *path, const char *key);

/* Fails the test unless the thumbnail has that text. */
void assert_text(const char *path, const char *key, const char *text);
void assert_number(const char *path, const char *key, long long number);

#endif
