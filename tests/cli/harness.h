/* Running the built `uqd` in a scratch directory that has the tiny model. */
#ifndef UQD_TESTS_HARNESS_H
#define UQD_TESTS_HARNESS_H

#include "process.h"
#include "sample.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* For main: takes the paths of `uqd` and `make_tiny_model` from the arguments of the test. False
 * if they are missing. */
int harness_arguments(int argc, char **argv);

/* A cmocka group fixture, ended by scratch_teardown: the model is models/lattice.uqdm in the
 * scratch directory, which is the current one. */
int harness_setup(void **state);

/* Another model, as make_tiny_model makes it of these arguments. */
void harness_make_model(const char *path, const char *sort, const char *seed, const char *revision);

/* Path of `uqd`. */
const char *harness_program(void);

/* Runs uqd with the words, which NULL ends. Fails the test if it cannot start or dies by a
 * signal. Free the result with process_result_free. */
#define UQD(result, ...) uqd_run(result, NULL, 0, (const char *const[]){__VA_ARGS__, NULL})
void uqd_run(struct process_result *result, const void *input, size_t input_size,
             const char *const words[]);

/* Runs uqd and fails the test unless it succeeds without saying anything on standard error. */
#define UQD_DONE(...) uqd_done((const char *const[]){__VA_ARGS__, NULL})
void uqd_done(const char *const words[]);

/* Fails the test unless the run ended with the exit code, nothing on standard output and one line
 * "uqd: ..." on standard error that has `part` in it. */
void assert_sentence(const char *what, const struct process_result *result, int exit_code,
                     const char *part);

/* A sample with 8 bits per sample: colour type 0 grey or 2 colour. */
struct sample simple_sample(uint32_t width, uint32_t height, int colour_type);

/* What `uqd info --json` says. */
enum { MAX_STEPS = 32 };
struct file_info {
    uint64_t header_bytes, file_bytes;
    unsigned n_steps;
    uint64_t step_bytes[MAX_STEPS];
};
struct file_info read_info(const char *path);

/* Writes the first size bytes of one file to another. */
void cut_file(const char *path, const char *cut, size_t size);

/* A number as text, in one of a few static buffers. */
const char *text_of(uint64_t number);

#endif
