/* Why a request failed, ready to be sent as a D-Bus error. */
#ifndef UQD_DAEMON_BASE_FAILURE_H
#define UQD_DAEMON_BASE_FAILURE_H

#include "bus_names.h"

/* Those of D-Bus that are used, for the files that know nothing of libdbus. */
#define ERROR_INVALID_ARGS "org.freedesktop.DBus.Error.InvalidArgs"
#define ERROR_IO           "org.freedesktop.DBus.Error.IOError"
#define ERROR_NO_MEMORY    "org.freedesktop.DBus.Error.NoMemory"
#define ERROR_FAILED       "org.freedesktop.DBus.Error.Failed"

struct failure {
    const char *name; /* error name, one of these or of bus_names.h; static */
    char text[512];   /* one sentence for people */
};

/* Formats the text, truncating it to fit. Always returns -1, so that a failing function can end
 * with `return failure_set(...)`. */
int failure_set(struct failure *failure, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For a negative status of the library. Returns -1. */
int failure_set_status(struct failure *failure, int status);

#endif
