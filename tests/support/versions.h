/* The versions of kernels, for the tests that compare them. */
#ifndef UQD_TESTS_VERSIONS_H
#define UQD_TESTS_VERSIONS_H

#include "util/isa.h"

enum { MAX_VERSIONS = 8 };

/* A version that this machine can run. */
struct version {
    const char *name; /* of its instruction set */
    unsigned flags;   /* with which it is chosen */
    const void *ops;
};

/* All versions of a table that this machine can run, plain C first; returns how many. A test that
 * goes through them also compares those that are written later. */
size_t runnable_versions(const struct uqd_kernel_table *table,
                         struct version versions[MAX_VERSIONS]);

#endif
