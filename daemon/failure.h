/* Why a request failed, ready to be sent as a D-Bus error. */
#ifndef UQD_DAEMON_FAILURE_H
#define UQD_DAEMON_FAILURE_H

#define ERROR_BAD_DATA    "org.uqd.Error.BadData"
#define ERROR_UNSUPPORTED "org.uqd.Error.Unsupported"
#define ERROR_NO_WEIGHTS  "org.uqd.Error.NoWeights"
#define ERROR_LIMIT       "org.uqd.Error.Limit"
#define ERROR_CANCELLED   "org.uqd.Error.Cancelled"
#define ERROR_GONE        "org.uqd.Error.Gone"

#define ERROR_INVALID_ARGS "org.freedesktop.DBus.Error.InvalidArgs"
#define ERROR_IO           "org.freedesktop.DBus.Error.IOError"
#define ERROR_NO_MEMORY    "org.freedesktop.DBus.Error.NoMemory"
#define ERROR_FAILED       "org.freedesktop.DBus.Error.Failed"

struct failure {
    const char *name; /* error name, one of the above; static */
    char text[512];   /* one sentence for people */
};

/* Formats the text, truncating it to fit. Always returns -1, so that a failing function can end
 * with `return failure_set(...)`. */
int failure_set(struct failure *failure, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For a negative status of the library. Returns -1. */
int failure_set_status(struct failure *failure, int status);

#endif
