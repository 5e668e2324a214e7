/* A private bus with the built daemon on it, a picture, and the built uqdctl to run there. */
#ifndef UQD_TESTS_CTL_DESK_H
#define UQD_TESTS_CTL_DESK_H

#include "client.h"
#include "desk.h"
#include "process.h"
#include "sample.h"

#include <stddef.h>

struct ctl_desk {
    struct desk desk; /* its directory is the current one */
    struct sample sample;
    char sample_path[96]; /* a.uqd in it, the whole picture */
};

/* For cmocka: *state is the desk; without a daemon, and with one. */
int ctl_desk_setup(void **state);
int ctl_desk_setup_daemon(void **state);
int ctl_desk_teardown(void **state);

/* Writes a file into the directory. */
void ctl_desk_write(const char *name, const void *data, size_t size);

/* Runs uqdctl with these arguments, which end with NULL. */
void ctl_run(struct process_result *result, const char *const arguments[]);
#define CTL_RUN(result, ...) ctl_run(result, (const char *const[]){__VA_ARGS__, NULL})

/* Runs it and expects success without a word on standard error. The output, to be freed. */
char *ctl_output(const char *const arguments[]);
#define CTL_OUTPUT(...) ctl_output((const char *const[]){__VA_ARGS__, NULL})

/* Runs it and expects a failure with one sentence that contains the text, and no output. */
void ctl_fails(int exit_code, const char *text, const char *const arguments[]);
#define CTL_FAILS(exit_code, text, ...)                                                            \
    ctl_fails(exit_code, text, (const char *const[]){__VA_ARGS__, NULL})

/* Fails the test unless the text contains the other one. */
void assert_contains(const char *text, const char *part);

#endif
