/* Running a program from a test and looking at everything it says. */
#ifndef UQD_TESTS_PROCESS_H
#define UQD_TESTS_PROCESS_H

#include <stddef.h>

struct process_result {
    int exit_code; /* -1 if it ended by a signal or did not start */
    int signal;    /* the signal, or 0 */
    char *out;     /* standard output, NUL-terminated behind out_size bytes */
    size_t out_size;
    char *err; /* standard error, NUL-terminated */
    size_t err_size;
};

/* Runs argv[0] with the arguments (NULL-terminated), feeds it input, and waits; kills it after
 * timeout_s seconds (then signal is SIGKILL). Returns 0, or -1 if it could not be started. Free
 * the result with process_result_free. */
int process_run(struct process_result *result, const char *const argv[], const void *input,
                size_t input_size, unsigned timeout_s);

void process_result_free(struct process_result *result);

#endif
