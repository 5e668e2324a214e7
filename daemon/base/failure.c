#include "base/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <uqd/uqd.h>

int failure_set(struct failure *failure, const char *name, const char *format, ...)
{
    va_list args;

    failure->name = name;
    va_start(args, format);
    vsnprintf(failure->text, sizeof failure->text, format, args);
    va_end(args);
    return -1;
}

static const char *status_name(int status)
{
    switch (status) {
    case UQD_ERR_NOMEM:
        return ERROR_NO_MEMORY;
    case UQD_ERR_CORRUPT:
        return ERROR_BAD_DATA;
    case UQD_ERR_UNSUPPORTED:
        return ERROR_UNSUPPORTED;
    case UQD_ERR_LIMIT:
        return ERROR_LIMIT;
    case UQD_ERR_MODEL:
    case UQD_ERR_MODEL_FILE:
        return ERROR_NO_WEIGHTS;
    case UQD_ERR_CANCELLED:
        return ERROR_CANCELLED;
    default:
        return ERROR_FAILED;
    }
}

int failure_set_status(struct failure *failure, int status)
{
    return failure_set(failure, status_name(status), "%s", uqd_status_text(status));
}
