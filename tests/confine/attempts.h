/* What a process that was taken over would try. */
#ifndef UQD_TESTS_ATTEMPTS_H
#define UQD_TESTS_ATTEMPTS_H

#include <stddef.h>

struct attempt {
    const char *name;
    int (*try)(void); /* 0 if it succeeded, else errno */
};

/* What a process that needs no files has to be refused, which has a file "here". */
extern const struct attempt attempts_at_files[];
extern const size_t n_attempts_at_files;

/* What one has to be refused that reads below the directory "in" and makes "out/made"; there is a
 * file "elsewhere/file", and one "out/made.part". */
extern const struct attempt attempts_elsewhere[];
extern const size_t n_attempts_elsewhere;

/* What any has to be refused. */
extern const struct attempt attempts_at_system[];
extern const size_t n_attempts_at_system;

#endif
