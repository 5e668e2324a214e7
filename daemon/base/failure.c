#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <uqd/uqd.h>

int failure_set(struct failure *failure, enum failure_kind kind, const char *format, ...)
{
    va_list args;

    failure->kind = kind;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    return -1;
}

static enum failure_kind status_kind(int status)
{
    switch (status) {
    case UQD_ERR_NOMEM:
        return FAILURE_NO_MEMORY;
    case UQD_ERR_CORRUPT:
        return FAILURE_BAD_DATA;
    case UQD_ERR_UNSUPPORTED:
        return FAILURE_UNSUPPORTED;
    case UQD_ERR_LIMIT:
        return FAILURE_LIMIT;
    case UQD_ERR_MODEL:
    case UQD_ERR_MODEL_FILE:
        return FAILURE_NO_WEIGHTS;
    case UQD_ERR_CANCELLED:
        return FAILURE_CANCELLED;
    default:
        return FAILURE_OTHER;
    }
}

int failure_set_status(struct failure *failure, int status)
{
    return failure_set(failure, status_kind(status), "%s", uqd_status_text(status));
}
