/* Why something that was asked for failed. */
#ifndef UQD_DAEMON_BASE_FAILURE_H
#define UQD_DAEMON_BASE_FAILURE_H

enum failure_kind {
    FAILURE_BAD_DATA,         /* a file is damaged or of another kind */
    FAILURE_UNSUPPORTED,      /* a newer version of the format */
    FAILURE_NO_WEIGHTS,       /* the model that the file needs is not installed */
    FAILURE_LIMIT,            /* too large, or too many */
    FAILURE_CANCELLED,        /* something newer, or the end, came first */
    FAILURE_GONE,             /* there is no such thing, or no longer */
    FAILURE_INVALID_ARGUMENT, /* what was asked for makes no sense */
    FAILURE_IN_USE,           /* something else has the name */
    FAILURE_IO,               /* a file cannot be read */
    FAILURE_NO_MEMORY,
    FAILURE_OTHER,
};

struct failure {
    enum failure_kind kind;
    char text[512]; /* one sentence for people */
};

/* Formats the text, truncating it to fit. Always returns -1, so that a failing function can end
 * with `return failure_set(...)`. */
int failure_set(struct failure *failure, enum failure_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For a negative status of the library. Returns -1. */
int failure_set_status(struct failure *failure, int status);

#endif
