/* A process that gives up what it does not need, before it reads what others made: the kernel then
 * refuses the rest, whatever the process is made to try. */
#ifndef UQD_COMMON_CONFINE_H
#define UQD_COMMON_CONFINE_H

#include "message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the process still has to do, besides computing on threads and reading and writing the
 * descriptors that it has. Paths that do not exist are passed over; "-" is none. */
struct confine_needs {
    const char *const *read;  /* files, and directories with all below, that it may read */
    size_t n_read;            /* 0: it opens nothing for reading */
    const char *const *write; /* files that it may make, replace by renaming, or write in place */
    size_t n_write;           /* 0: it opens nothing for writing, renames and removes nothing */
    bool sends_descriptors;   /* over sockets that it has */
    uint64_t max_memory;      /* bytes of address space, but with sanitizers; 0: as many as now */
    uint64_t max_files;       /* open descriptors; 0: as many as now */
};

/* What is in force. */
struct confine_posture {
    bool no_new_privileges;
    bool filter; /* of system calls, by seccomp */
    unsigned
        landlock; /* version of its interface; 0: the kernel has none, places are not limited */
};

/* Confinement that was told to be off, or that this build does not have. */
enum { CONFINE_NOT_FILTERED = 1 };

/* Confines the process for good. May be called again to give up more; what was given up does not
 * come back. To be called before other threads begin, for only the filter reaches those, and before
 * what others made is read.
 *
 * 0 with the filter in force. CONFINE_NOT_FILTERED if there is none because the environment has
 * UQD_CONFINE=off, in which case nothing is done, or because this build has no filter
 * (confine_is_built). -1 with a message if the system refuses: then the caller is not to go on. The
 * posture is set in all cases. */
int confine_self(const struct confine_needs *needs, struct confine_posture *posture,
                 struct message *message);

/* Whether this build can filter system calls: with libseccomp, for an architecture whose calls are
 * known, and without the sanitizers, which need what is refused. */
bool confine_is_built(void);

/* The posture in words. */
void confine_describe(const struct confine_posture *posture, struct message *words);

#endif
