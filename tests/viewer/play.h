/* Runs the viewer in a thread of the test program, in a window that nobody sees, and plays its
 * user: commands, input, and looks at whatever it knows. The program is linked with play_link_args,
 * so that the viewer stops here between two turns of its loop. All waits are bounded, and fail the
 * test. */
#ifndef UQD_TESTS_PLAY_H
#define UQD_TESTS_PLAY_H

#include "app/app.h"

/* Starts the viewer with arguments, which NULL ends; adds --font builtin --size 800x600 and
 * --no-daemon. */
#define PLAY(...) play_begin((const char *const[]){__VA_ARGS__, NULL})
void play_begin(const char *const arguments[]);

/* Stops the viewer before its next turn, or lets it go on. In between it may be looked at, and
 * changed as in its own thread. */
struct app *play_hold(void);
void play_release(void);

/* Runs a command, which must be possible; or must not, for a reason that has this part. */
void play_do(const char *command);
void play_refused(const char *command, const char *part);

/* What is done with keys and the pointer. */
void play_input(const struct input *input);

/* Waits for a condition, which is called while the viewer stops. */
typedef bool play_condition(struct app *app);
void play_until(play_condition *condition, const char *what);

/* Until nothing is left to do and all that is wanted is shown. */
void play_until_idle(void);

/* Runs commands, one a line, and waits after each until nothing is left to do. */
void play_lines(const char *lines);

/* Ends the viewer; returns its exit code. */
int play_end(void);

/* cmocka teardown of every test: ends a viewer that a failure left running. */
int play_teardown(void **state);

#endif
