/* The models of all releases, by which a file's identity can be told a name. */
#ifndef UQD_COMMON_RELEASED_MODELS_H
#define UQD_COMMON_RELEASED_MODELS_H

#include <stddef.h>
#include <stdint.h>

struct released_model {
    uint32_t id;
    const char *release; /* the first that has it; every later one has it, too */
    const char *file;    /* its name in this release */
    const char *package; /* of Debian */
};

/* NULL if no release up to this one has such a model. */
const struct released_model *released_model(uint64_t id);

#endif
