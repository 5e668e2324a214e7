/* The models of all releases, by which a file's identity can be told a name. */
#ifndef UQD_COMMON_RELEASED_MODELS_H
#define UQD_COMMON_RELEASED_MODELS_H

#include <stddef.h>
#include <stdint.h>

struct released_model {
    uint32_t id;
    const char *release; /* the first that has it; every later one has it, too */
    const char *name;    /* in this release: its file is NAME.uqdm */
    const char *package; /* of Debian */
};

/* NULL if no release up to this one has such a model. */
const struct released_model *released_model(uint64_t id);

/* What users call a model: the name of a released one in this release, or else the one that it has
 * in itself, which stays when another becomes the default. */
const char *model_name(uint64_t id, const char *own);

#endif
