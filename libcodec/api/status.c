#include "util/isa.h"

#include <uqd/uqd.h>

const char *uqd_status_text(int status)
{
    switch (status) {
    case UQD_OK:
        return "success";
    case UQD_NEED_DATA:
        return "more data is needed";
    case UQD_END:
        return "everything is decoded";
    case UQD_ERR_ARG:
        return "an argument is out of range";
    case UQD_ERR_NOMEM:
        return "not enough memory";
    case UQD_ERR_CORRUPT:
        return "the data is damaged";
    case UQD_ERR_UNSUPPORTED:
        return "the data is of a version that this program does not know";
    case UQD_ERR_LIMIT:
        return "the picture exceeds the size limit";
    case UQD_ERR_MODEL:
        return "the file was made with another model";
    case UQD_ERR_CANCELLED:
        return "cancelled";
    case UQD_ERR_BUILD:
        return "this part of the file needs libwebp, which this program was built without";
    case UQD_ERR_MODEL_FILE:
        return "the model's file is damaged, or has changed since it was opened";
    default:
        return "unknown error";
    }
}

const char *uqd_version(void)
{
    return UQD_VERSION;
}

const char *uqd_cpu_features(void)
{
    return uqd_fastest_isa(uqd_cpu_flags())->features;
}
