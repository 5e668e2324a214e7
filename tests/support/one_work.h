/* Work for functions of the library's inside that nobody cancels. */
#ifndef UQD_TESTS_ONE_WORK_H
#define UQD_TESTS_ONE_WORK_H

#include "util/parallel.h"

/* Of so many threads, until the end of the block. */
#define WORK(n) (&(struct uqd_work){.threads = (n)})

#endif
